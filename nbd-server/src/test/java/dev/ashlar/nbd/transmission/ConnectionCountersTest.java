package dev.ashlar.nbd.transmission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ashlar.nbd.protocol.Command;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionCountersTest {
    private final ConnectionCounters counters = new ConnectionCounters();

    @ParameterizedTest
    @CsvSource({"-5, 0", "0, 0", "1, 0", "1000, 0", "1001, 1", "2000, 1", "2001, 2", "4000, 2", "1024000, 10",
        "1024001, 11", "16777216000, 24", "16777216001, 25", "9223372036854775807, 25"})
    void latencyFallsIntoTheFirstBucketThatHoldsIt(long nanos, int bucket) {
        assertThat(ConnectionCounters.bucket(nanos)).isEqualTo(bucket);
        if (bucket < ConnectionCounters.BOUNDS) {
            assertThat(nanos).isLessThanOrEqualTo(ConnectionCounters.boundNanos(bucket));
        }
        if (bucket > 0) {
            assertThat(nanos).isGreaterThan(ConnectionCounters.boundNanos(bucket - 1));
        }
    }

    @Test
    void eachCommandIsCountedByItself() {
        counters.served(Command.READ, 4096, 3000, false);
        counters.served(Command.READ, 512, 500, false);
        counters.served(Command.READ, 0, 70_000, true);
        counters.served(Command.WRITE, 100, 1, false);
        CommandTotals totals = CommandTotals.of(counters);
        assertThat(totals.operations(Command.READ)).isEqualTo(3);
        assertThat(totals.errors(Command.READ)).isEqualTo(1);
        assertThat(totals.bytes(Command.READ)).isEqualTo(4608);
        assertThat(totals.nanos(Command.READ)).isEqualTo(73_500);
        assertThat(totals.atMost(Command.READ, 0)).isEqualTo(1);
        assertThat(totals.atMost(Command.READ, 2)).isEqualTo(2);
        assertThat(totals.atMost(Command.READ, 7)).isEqualTo(3);
        assertThat(totals.bytes(Command.WRITE)).isEqualTo(100);
        assertThat(totals.operations(Command.FLUSH)).isZero();
        assertThat(totals.operations()).isEqualTo(4);
        assertThat(totals.errors()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 8, 0xffff, Integer.MIN_VALUE})
    void unknownCommandsAreCountedTogether(int command) {
        counters.served(command, 0, 1, true);
        CommandTotals totals = CommandTotals.of(counters);
        assertThat(totals.errors(Command.DISC)).isEqualTo(1);
        assertThat(CommandTotals.name(Command.DISC)).isEqualTo("unknown");
    }

    @Test
    void totalsAddUp() {
        counters.served(Command.TRIM, 0, 10, false);
        CommandTotals totals = new CommandTotals();
        totals.add(counters);
        totals.add(CommandTotals.of(counters));
        assertThat(totals.operations(Command.TRIM)).isEqualTo(2);
        assertThat(CommandTotals.name(Command.WRITE_ZEROES)).isEqualTo("write_zeroes");
    }
}
