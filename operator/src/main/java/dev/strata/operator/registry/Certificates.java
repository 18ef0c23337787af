/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
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
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
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
    private final String zone;

    /// @param zone what every server's name ends with, `svc.cluster.local`: an authority signs no other
    Certificates(SecureRandom random, String zone) {
        this.random = random;
        this.zone = zone;
    }

    /// A certificate and its key, both as PEM; the key is PKCS #8.
    record Pair(String certificate, String key) {
        /// Never shows the key.
        @Override
        public String toString() {
            return "Pair[" + certificate + "]";
        }
    }

    /// A new authority, valid for ten years, that may sign certificates of servers only directly, and only for
    /// names of the zone.
    Pair authority(Instant now) {
        try {
            KeyPair keys = keys(AUTHORITY_BITS);
            var name = new X500Name("O=Strata,CN=strata-ca");
            var builder = builder(name, name, keys.getPublic(), now, AUTHORITY_LIFE);
            var extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(Extension.nameConstraints, true, constraints());
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(keys.getPublic()));
            return sign(builder, keys.getPrivate(), keys.getPrivate());
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("the certificate authority could not be made", e);
        }
    }

    /// Section 4.2.1.10: names of one kind are bound only where that kind is listed, so any address may be signed.
    private NameConstraints constraints() {
        var permitted = new GeneralSubtree(new GeneralName(GeneralName.dNSName, zone));
        return new NameConstraints(new GeneralSubtree[] {permitted}, null);
    }

    /// Whether clients take certificates of the zone from that authority: not from one of another zone. One that is
    /// not bound at all was made before there were bounds.
    boolean maySign(String authority) {
        try {
            Extension bounds =
                    new JcaX509CertificateHolder(Pem.certificate(authority)).getExtension(Extension.nameConstraints);
            return bounds == null || bounds.getExtnValue().equals(new DEROctetString(constraints()));
        } catch (CertificateException | IOException e) {
            throw new IllegalStateException("a certificate that was just checked cannot be read", e);
        }
    }

    /// A server's certificate, valid for a year, and never longer than its authority.
    ///
    /// @param commonName at most 64 characters
    /// @param dnsName of the zone
    /// @param address an IP address
    Pair issue(Pair authority, String commonName, String dnsName, String address, Instant now) {
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
            var names = new GeneralName[] {
                new GeneralName(GeneralName.dNSName, dnsName), new GeneralName(GeneralName.iPAddress, address)
            };
            var extensions = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, extensions.createAuthorityKeyIdentifier(issuer));
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, extensions.createSubjectKeyIdentifier(keys.getPublic()));
            return sign(builder, Pem.key(authority.key(), KEYS), keys.getPrivate());
        } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
            throw new IllegalStateException("the certificate of " + commonName + " could not be made", e);
        }
    }

    /// Whether `pair` need not be renewed: signed by one of these authorities, for exactly this
    /// name and address, its key fitting, and not within [#RENEWAL] of its end.
    ///
    /// @param authorities PEM of each
    static boolean serves(Pair pair, List<String> authorities, String dnsName, String address, Instant now) {
        try {
            X509Certificate leaf = Pem.certificate(pair.certificate());
            if (authorities.stream().noneMatch(authority -> signed(leaf, authority))) {
                return false;
            }
            return names(leaf).equals(Set.of(dnsName, InetAddress.ofLiteral(address)))
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

    /// The names as text and as addresses: the same IPv6 address can be written in many ways.
    private static Set<Object> names(X509Certificate leaf) throws CertificateException {
        var names = new HashSet<>();
        Collection<List<?>> alternatives = leaf.getSubjectAlternativeNames();
        if (alternatives != null) {
            for (List<?> name : alternatives) {
                String text = String.valueOf(name.get(1));
                names.add(name.getFirst().equals(GeneralName.iPAddress) ? InetAddress.ofLiteral(text) : text);
            }
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
