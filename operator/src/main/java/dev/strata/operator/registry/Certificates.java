/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Makes and checks certificates (RFC 5280), all with RSA keys: every builder checks two signatures before it can
/// ask the registry for anything, and a JVM that just started checks RSA ten times as fast as ECDSA.
final class Certificates {
    /// How long before its end a certificate is renewed.
    static final Duration RENEWAL = Duration.ofDays(30);

    private static final String KEYS = "RSA";

    /// An authority outlives 2030, until when 2048 bits are enough: NIST SP 800-57 part 1, section 5.6.3.
    private static final int AUTHORITY_BITS = 3072;

    private static final int SERVER_BITS = 2048;
    private static final String SIGNATURE = "SHA256withRSA";

    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3652);
    private static final Duration LIFE = Duration.ofDays(365);

    /// Allows for clocks that are behind.
    private static final Duration BACKDATED = Duration.ofMinutes(5);

    private final SecureRandom random;

    Certificates(SecureRandom random) {
        this.random = random;
    }

    /// A certificate and its key, both as PEM; the key is PKCS #8.
    record Pair(String certificate, String key) {
        /// Never shows the key.
        @Override
        public String toString() {
            return "Pair[" + certificate + "]";
        }
    }

    /// A new authority, valid for ten years, that may sign certificates of servers only directly.
    Pair authority(Instant now) {
        try {
            KeyPair keys = keys(AUTHORITY_BITS);
            var name = new X500Name("O=Strata,CN=strata-ca");
            var builder = builder(name, name, keys.getPublic(), now, AUTHORITY_LIFE);
            var extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(keys.getPublic()));
            return sign(builder, keys.getPrivate(), keys.getPrivate());
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("the certificate authority could not be made", e);
        }
    }

    /// A server's certificate, valid for a year, and never longer than its authority.
    ///
    /// @param commonName at most 64 characters
    /// @param address an IP address
    Pair issue(Pair authority, String commonName, List<String> dnsNames, String address, Instant now) {
        try {
            X509Certificate issuer = Pem.certificate(authority.certificate());
            Duration left = Duration.between(now, issuer.getNotAfter().toInstant());
            KeyPair keys = keys(SERVER_BITS);
            var builder = builder(
                    X500Name.getInstance(issuer.getSubjectX500Principal().getEncoded()),
                    new X500Name("CN=" + commonName),
                    keys.getPublic(),
                    now,
                    left.compareTo(LIFE) < 0 ? left : LIFE);
            var names = new ArrayList<GeneralName>();
            dnsNames.forEach(dns -> names.add(new GeneralName(GeneralName.dNSName, dns)));
            names.add(new GeneralName(GeneralName.iPAddress, address));
            var extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            builder.addExtension(
                    Extension.subjectAlternativeName, false, new GeneralNames(names.toArray(GeneralName[]::new)));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(issuer));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(keys.getPublic()));
            return sign(builder, Pem.key(authority.key(), KEYS), keys.getPrivate());
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("the certificate of " + commonName + " could not be made", e);
        }
    }

    /// Whether `pair` need not be renewed: signed by one of these authorities, for exactly these
    /// names, its key fitting, and not within [#RENEWAL] of its end.
    ///
    /// @param authorities PEM of each
    static boolean serves(Pair pair, List<String> authorities, List<String> dnsNames, String address, Instant now) {
        try {
            X509Certificate leaf = Pem.certificate(pair.certificate());
            if (authorities.stream().noneMatch(authority -> signed(leaf, authority))) {
                return false;
            }
            var wanted = new TreeSet<String>(dnsNames);
            wanted.add(address);
            return names(leaf).equals(wanted)
                    && fits(leaf.getPublicKey(), Pem.key(pair.key(), KEYS))
                    && leaf.getNotAfter().toInstant().minus(RENEWAL).isAfter(now);
        } catch (GeneralSecurityException | IOException e) {
            return false;
        }
    }

    private static boolean signed(X509Certificate leaf, String authority) {
        try {
            leaf.verify(Pem.certificate(authority).getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    static boolean readable(String certificate) {
        try {
            return Pem.certificate(certificate) != null;
        } catch (CertificateException e) {
            return false;
        }
    }

    /// When the certificate ends.
    static Instant notAfter(String certificate) {
        try {
            return Pem.certificate(certificate).getNotAfter().toInstant();
        } catch (CertificateException e) {
            throw new IllegalStateException("a certificate that was just checked cannot be read", e);
        }
    }

    /// Whether both parts can be read and belong together.
    static boolean readable(Pair pair) {
        try {
            return fits(Pem.certificate(pair.certificate()).getPublicKey(), Pem.key(pair.key(), KEYS));
        } catch (GeneralSecurityException | IOException e) {
            return false;
        }
    }

    private static boolean fits(PublicKey publicKey, PrivateKey privateKey) throws GeneralSecurityException {
        byte[] probe = "probe".getBytes(StandardCharsets.US_ASCII);
        var signer = java.security.Signature.getInstance(SIGNATURE);
        signer.initSign(privateKey);
        signer.update(probe);
        byte[] signature = signer.sign();
        signer.initVerify(publicKey);
        signer.update(probe);
        return signer.verify(signature);
    }

    private static Set<String> names(X509Certificate leaf) throws CertificateException {
        var names = new TreeSet<String>();
        Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
        if (alternatives != null) {
            alternatives.forEach(entry -> names.add(String.valueOf(entry.get(1))));
        }
        return names;
    }

    private KeyPair keys(int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance(KEYS);
        generator.initialize(bits, random);
        return generator.generateKeyPair();
    }

    private JcaX509v3CertificateBuilder builder(
            X500Name issuer, X500Name subject, PublicKey key, Instant now, Duration life) {
        return new JcaX509v3CertificateBuilder(
                issuer,
                new BigInteger(120, random).setBit(120),
                Date.from(now.minus(BACKDATED)),
                Date.from(now.plus(life)),
                subject,
                key);
    }

    private static Pair sign(JcaX509v3CertificateBuilder builder, PrivateKey signer, PrivateKey own)
            throws OperatorCreationException, CertificateException, IOException {
        var holder = builder.build(new JcaContentSignerBuilder(SIGNATURE).build(signer));
        X509Certificate certificate = new JcaX509CertificateConverter().getCertificate(holder);
        return new Pair(Pem.of(certificate), Pem.of(own));
    }
}
