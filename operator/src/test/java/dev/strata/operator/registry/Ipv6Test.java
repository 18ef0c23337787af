/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.registry.Registry;
import dev.strata.operator.registry.Certificates.Pair;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A cluster whose Services have IPv6 addresses.
class Ipv6Test {
    private static final String NAME = "r.home.svc.cluster.local";

    private final Instant now = Instant.now();
    private final Certificates certificates = new Certificates(new SecureRandom(), "svc.cluster.local");
    private final Pair authority = certificates.authority(now);

    @ParameterizedTest
    @CsvSource({"fd00::1", "fd00:10:96::a1b2", "fd00:1:2:3:4:5:6:7", "::ffff:0:1"})
    void aCertificateServesTheAddressThatItWasMadeFor(String address) {
        Pair leaf = certificates.issue(authority, "r", NAME, address, now);
        assertThat(serves(leaf, address)).isTrue();
        assertThat(serves(leaf, "fd00::2")).isFalse();
    }

    @Test
    void theSameAddressMayBeWrittenOtherwise() {
        Pair leaf = certificates.issue(authority, "r", NAME, "fd00::1", now);
        assertThat(serves(leaf, "fd00:0:0:0:0:0:0:1")).isTrue();
    }

    @Test
    void aNodeIsGivenTheAddressInBrackets() {
        Registry registry = Serialization.unmarshal(
                "apiVersion: strata.dev/v1alpha1\nkind: Registry\nmetadata: {name: r, namespace: home}\nspec: {}",
                Registry.class);
        var desired = new RegistryDesired(registry, RegistryNames.of(registry, "cluster.local"));
        assertThat(desired.trust("fd00::1", "ca")).containsEntry("endpoint", "https://[fd00::1]:5000");
        assertThat(desired.trust("10.0.0.7", "ca")).containsEntry("endpoint", "https://10.0.0.7:5000");
    }

    private boolean serves(Pair leaf, String address) {
        return Certificates.serves(leaf, List.of(authority.certificate()), NAME, address, now);
    }
}
