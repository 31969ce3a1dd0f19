package dev.ashlar.nbd.tls;

import dev.ashlar.nbd.Peer;
import java.io.IOException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLException;
import javax.security.auth.x500.X500Principal;

/** What a certificate says of its holder, in the form of {@link Peer#identities}. */
final class Identities {
    /** GeneralName choices of RFC 5280, section 4.2.1.6. */
    private static final int DNS = 2;

    private static final int URI = 6;
    private static final int IP = 7;

    private Identities() {}

    /**
     * The names in {@code certificate}, common names first.
     *
     * @throws SSLException if the certificate has expired since a session was made with it, or cannot be read
     */
    static List<String> of(Certificate certificate) throws IOException {
        try {
            X509Certificate holder = (X509Certificate) certificate;
            holder.checkValidity();
            List<String> found = new ArrayList<>();
            String subject = holder.getSubjectX500Principal().getName(X500Principal.RFC2253);
            addCommonNames(subject, found);
            addAlternatives(holder.getSubjectAlternativeNames(), found);
            if (!subject.isEmpty()) {
                found.add("SUBJECT=" + subject);
            }
            return found;
        } catch (CertificateException | NamingException e) {
            throw new SSLException("the client's certificate does not hold: " + e.getMessage(), e);
        }
    }

    private static void addCommonNames(String subject, List<String> found) throws NamingException {
        List<Rdn> parts;
        try {
            parts = new LdapName(subject).getRdns();
        } catch (InvalidNameException _) {
            // A subject that is no LDAP name has no common name; the whole of it still counts.
            return;
        }
        for (Rdn part : parts) {
            Attribute names = part.toAttributes().get("CN");
            for (int i = 0; names != null && i < names.size(); i++) {
                if (names.get(i) instanceof String name) {
                    found.add("CN=" + name);
                }
            }
        }
    }

    private static void addAlternatives(Collection<List<?>> names, List<String> found) {
        if (names == null) {
            return;
        }
        for (List<?> name : names) {
            String kind = switch ((Integer) name.get(0)) {
                case DNS -> "DNS=";
                case URI -> "URI=";
                case IP -> "IP=";
                default -> null;
            };
            if (kind != null) {
                found.add(kind + name.get(1));
            }
        }
    }
}
