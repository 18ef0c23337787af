/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.operator.registry.TestAuthority;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an entry of the nodes' trust may name as the registry's address.
class TrustEntryTest {
    private static final String HOST = "r.home.svc.cluster.local:5000";
    private static final String CA = TestAuthority.create().certificate().replace("\n", "\\n");

    @ParameterizedTest
    @ValueSource(strings = {"https://10.0.0.7:5000", "https://[fd00::1]:5000", "https://[fd00:1:2:3:4:5:6:7]:5000"})
    void anAddressIsWrittenAsItIsRead(String endpoint) {
        assertThat(Objects.requireNonNull(entry(endpoint)).endpoint()).isEqualTo(endpoint);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://fd00::1:5000",
                "https://[10.0.0.7]:5000",
                "https://[:::]:5000",
                "https://[1:2:3]:5000",
                "https://[fd00::1%eth0]:5000",
                "https://[fd00::1]:443",
                "https://registry.example.com:5000",
                "http://10.0.0.7:5000"
            })
    void whatIsNoAddressIsNoEntry(String endpoint) {
        assertThat(entry(endpoint)).isNull();
    }

    private static @Nullable TrustEntry entry(String endpoint) {
        return TrustEntry.parse(
                HOST, "{\"host\":\"" + HOST + "\",\"endpoint\":\"" + endpoint + "\",\"ca\":\"" + CA + "\"}");
    }
}
