/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.operator.registry.Certificates.Pair;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Builders and nodes trust the authority, so it signs no name that somebody else has in the world.
class CertificateNamesTest {
    private static final String ADDRESS = "10.0.0.7";

    private final Instant now = Instant.now();
    private final Certificates certificates = new Certificates(new SecureRandom(), "svc.cluster.local");
    private final Pair authority = certificates.authority(now);

    @ParameterizedTest
    @CsvSource({"cluster.local, quay.io.svc.cluster.local", "io, quay.io.svc.io"})
    void theOnlyNameOfARegistryIsOneOfTheClustersDomain(String clusterDomain, String name)
            throws GeneralSecurityException {
        String wanted = new RegistryNames("quay", "io", clusterDomain).dnsName();
        assertThat(wanted).isEqualTo(name);
        Pair leaf = certificates.issue(authority, "quay", wanted, ADDRESS, now);
        assertThat(names(leaf)).containsExactlyInAnyOrder(name, ADDRESS);
    }

    @Test
    void opensslTakesNoOtherNameFromTheAuthority(@TempDir Path directory) throws IOException, InterruptedException {
        Pair good = certificates.issue(authority, "quay", "quay.io.svc.cluster.local", ADDRESS, now);
        Pair stolen = certificates.issue(authority, "quay", "quay.io", ADDRESS, now);
        assertThat(verify(directory, good)).endsWith(": OK\n");
        assertThat(verify(directory, stolen)).contains("permitted subtree violation");
    }

    @Test
    void aCertificateThatHasMoreNamesIsReplaced()
            throws GeneralSecurityException, IOException, OperatorCreationException {
        String name = "quay.io.svc.cluster.local";
        assertThat(serves(signed(name), name)).isTrue();
        assertThat(serves(signed("quay", "quay.io", "quay.io.svc", name), name)).isFalse();
    }

    @Test
    void anAuthorityWithoutBoundsSignsOn() {
        assertThat(certificates.maySign(authority.certificate())).isTrue();
        assertThat(certificates.maySign(
                        certificates.issue(authority, "r", "r", ADDRESS, now).certificate()))
                .isTrue();
        assertThat(new Certificates(new SecureRandom(), "svc.other.zone").maySign(authority.certificate()))
                .isFalse();
    }

    private boolean serves(Pair leaf, String name) {
        return Certificates.serves(leaf, List.of(authority.certificate()), name, ADDRESS, now);
    }

    /// A certificate of these names and the address.
    private Pair signed(String... dnsNames) throws GeneralSecurityException, IOException, OperatorCreationException {
        Pair own = certificates.issue(authority, "r", "r", ADDRESS, now);
        X509Certificate issuer = Pem.certificate(authority.certificate());
        GeneralName[] names = Stream.concat(
                        Stream.of(dnsNames).map(dns -> new GeneralName(GeneralName.dNSName, dns)),
                        Stream.of(new GeneralName(GeneralName.iPAddress, ADDRESS)))
                .toArray(GeneralName[]::new);
        var builder = new JcaX509v3CertificateBuilder(
                issuer,
                BigInteger.TWO,
                Date.from(now),
                Date.from(now.plus(Duration.ofDays(365))),
                new X500Name("CN=r"),
                Pem.certificate(own.certificate()).getPublicKey());
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(names));
        var signer = new JcaContentSignerBuilder("SHA256withRSA").build(Pem.key(authority.key(), "RSA"));
        var certificate = new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        return new Pair(Pem.of(certificate), own.key());
    }

    private static List<String> names(Pair leaf) throws GeneralSecurityException {
        return Pem.certificate(leaf.certificate()).getSubjectAlternativeNames().stream()
                .map(name -> String.valueOf(name.get(1)))
                .toList();
    }

    private String verify(Path directory, Pair leaf) throws IOException, InterruptedException {
        Path ca = Files.writeString(directory.resolve("ca.crt"), authority.certificate());
        Path server = Files.writeString(directory.resolve("tls.crt"), leaf.certificate());
        Process process = new ProcessBuilder(
                        "openssl", "verify", "-x509_strict", "-CAfile", ca.toString(), server.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
