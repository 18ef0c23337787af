/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.operator.registry.Certificates.Pair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificatesTest {
    private static final String NAME = "r.default.svc.cluster.local";
    private static final String ADDRESS = "10.0.0.7";

    private final Instant now = Instant.now();
    private final Certificates certificates = new Certificates(new SecureRandom(), "svc.cluster.local");
    private final Pair authority = certificates.authority(now);
    private final Pair leaf = certificates.issue(authority, "r", NAME, ADDRESS, now);

    @Test
    void opensslVerifiesTheCertificateForItsNameAndAddressAlone(@TempDir Path directory)
            throws IOException, InterruptedException {
        Path ca = Files.writeString(directory.resolve("ca.crt"), authority.certificate());
        Path server = Files.writeString(directory.resolve("tls.crt"), leaf.certificate());
        var verify = List.of("openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", ca.toString());
        assertThat(run(verify, "-verify_hostname", NAME, server.toString())).endsWith(": OK\n");
        assertThat(run(verify, "-verify_hostname", "r.default", server.toString()))
                .contains("hostname mismatch");
        assertThat(run(verify, "-verify_ip", ADDRESS, server.toString())).endsWith(": OK\n");
        assertThat(run(verify, "-verify_ip", "10.0.0.8", server.toString())).contains("IP address mismatch");
    }

    @Test
    void opensslReadsAnRsaKey(@TempDir Path directory) throws IOException, InterruptedException {
        Path key = Files.writeString(directory.resolve("tls.key"), leaf.key());
        assertThat(run(List.of("openssl", "pkey", "-noout", "-text", "-in", key.toString())))
                .contains("Private-Key: (2048 bit");
    }

    @Test
    void aCertificateServesUntilThirtyDaysBeforeItsEnd() {
        assertThat(serves(leaf, authority, NAME, ADDRESS, now)).isTrue();
        Instant end = Certificates.notAfter(leaf.certificate());
        assertThat(serves(leaf, authority, NAME, ADDRESS, end.minus(Duration.ofDays(31))))
                .isTrue();
        assertThat(serves(leaf, authority, NAME, ADDRESS, end.minus(Duration.ofDays(29))))
                .isFalse();
    }

    @Test
    void aCertificateOfAnotherAuthorityAddressNameOrKeyDoesNotServe() {
        assertThat(serves(leaf, certificates.authority(now), NAME, ADDRESS, now))
                .isFalse();
        assertThat(serves(leaf, authority, NAME, "10.0.0.8", now)).isFalse();
        assertThat(serves(leaf, authority, "s.default.svc.cluster.local", ADDRESS, now))
                .isFalse();
        assertThat(serves(new Pair(leaf.certificate(), authority.key()), authority, NAME, ADDRESS, now))
                .isFalse();
        assertThat(serves(new Pair("", ""), authority, NAME, ADDRESS, now)).isFalse();
        assertThat(serves(new Pair("nonsense", "nonsense"), authority, NAME, ADDRESS, now))
                .isFalse();
    }

    @Test
    void aCertificateNeverOutlivesItsAuthority() {
        Instant end = Certificates.notAfter(authority.certificate());
        Pair late = certificates.issue(authority, "r", NAME, ADDRESS, end.minus(Duration.ofDays(100)));
        assertThat(Certificates.notAfter(late.certificate())).isEqualTo(end);
    }

    @Test
    void anAuthorityIsReadableOnlyWithItsOwnKey() {
        assertThat(Certificates.readable(authority)).isTrue();
        assertThat(Certificates.readable(new Pair(authority.certificate(), leaf.key())))
                .isFalse();
        assertThat(Certificates.readable(new Pair("", ""))).isFalse();
    }

    private static boolean serves(Pair pair, Pair authority, String name, String address, Instant now) {
        return Certificates.serves(pair, List.of(authority.certificate()), name, address, now);
    }

    private static String run(List<String> command, String... more) throws IOException, InterruptedException {
        var all = new java.util.ArrayList<>(command);
        all.addAll(List.of(more));
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
