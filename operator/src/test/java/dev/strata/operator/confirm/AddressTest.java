/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.confirm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    private static final String DIGEST = "sha256:0";
    private static final URI REGISTRY = URI.create("https://192.0.2.1/v2/a/manifests/" + DIGEST);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost:5000",
                "127.0.0.1:5000",
                "127.8.9.1",
                "[::1]:5000",
                "[::ffff:127.0.0.1]",
                "169.254.169.254",
                "[fe80::1]",
                "0.0.0.0",
                "[::]",
                "224.0.0.1"
            })
    void neitherRegistryNorRealmIsAServerOfTheOperatorsPodOrLink(String host) {
        assertRefused(() -> Address.manifest(host, "a", DIGEST, Reach.REMOTE), "not one that a build may use");
        assertRefused(() -> Address.realm("https://" + host + "/token", REGISTRY), "not one that a build may use");
        assertRefused(() -> Address.realm("http://" + host + "/token", REGISTRY), "not an https address");
    }

    @Test
    void aRealmIsOfHttps() throws IOException {
        assertThat(Address.realm("https://192.0.2.2/token", REGISTRY)).hasHost("192.0.2.2");
        assertRefused(() -> Address.realm("http://192.0.2.1/token", REGISTRY), "not an https address");
    }

    @Test
    void outsideAPodTheLoopbackIsAskedOverHttpAndItsRealmToo() throws IOException {
        URI registry = Address.manifest("localhost:5000", "a", DIGEST, Reach.LOOPBACK_TOO);
        assertThat(registry).hasScheme("http");
        assertThat(Address.realm("http://localhost:5001/token", registry)).hasPort(5001);
        assertRefused(() -> Address.realm("http://192.0.2.1/token", registry), "not an https address");
    }

    private interface Question {
        URI ask() throws IOException;
    }

    private static void assertRefused(Question question, String message) {
        assertThatThrownBy(question::ask).isInstanceOf(RefusedException.class).hasMessageContaining(message);
    }
}
