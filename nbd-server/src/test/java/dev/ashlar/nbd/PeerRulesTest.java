package dev.ashlar.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom the rules of an export let in, and how ranges of addresses are read. */
class PeerRulesTest {
    private static Peer tcp(String address) throws UnknownHostException {
        return new Peer(address, InetAddress.getByName(address), Peer.NO_USER, false, List.of());
    }

    private static Peer local(int uid) {
        return new Peer("unix:/s", null, uid, false, List.of());
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.0/24, 192.0.2.255, true", "192.0.2.0/24, 192.0.3.0, false", "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false", "10.0.0.0/8, 10.255.0.1, true", "10.0.0.0/8, 0.0.0.10, false",
        "0.0.0.0/0, 203.0.113.9, true", "0.0.0.0/0, ::1, false", "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false", "::1, ::1, true"
    })
    void aRangeHoldsWhatBeginsWithItsBits(String range, String address, boolean inside) throws UnknownHostException {
        PeerRules rules = new PeerRules(false, List.of(AddressRange.parse(range)), List.of(), List.of());
        assertThat(rules.permit(tcp(address))).isEqualTo(inside);
    }

    /** Ten with eight bits means 0.0.0.10 to some and 10.0.0.0 to others. */
    @ParameterizedTest
    @ValueSource(strings = {
        "10/8", "10", "192.168/16", "192.0.2/24", "1.2.3.4.5", "1.2.3.256", "localhost", "", "/8", "1.2.3.4/", "::g",
        "1.2.3.4/-1", "1.2.3.4/+8", "1.2.3.4/33", "::1/129", "1.2.3.4/99999999999"
    })
    void whatCouldBeReadInTwoWaysIsRefusedInItsOwnWords(String text) {
        assertThatThrownBy(() -> AddressRange.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + text + "'");
    }

    @Test
    void usersAreNumbersWithoutSign() {
        PeerRules rules = new PeerRules(false, List.of(), List.of(0, Integer.parseUnsignedInt("4294967294")), List.of());
        assertThat(rules.permit(local(0))).isTrue();
        assertThat(rules.permit(local(-2))).isTrue();
        assertThat(rules.permit(local(2))).isFalse();
        assertThat(rules.permit(local(Peer.NO_USER))).isFalse();
        assertThat(local(-2).client()).isEqualTo("uid=4294967294");
        assertThatThrownBy(() -> new PeerRules(false, List.of(), List.of(Peer.NO_USER), List.of()))
                .hasMessageContaining("4294967295");
    }
}
