/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.registry.Registry;
import dev.strata.operator.access.Access.Right;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each folder of `registry-desired` holds a Registry and the objects that it leads to.
/// `-Dgolden.update=true` rewrites the objects.
class RegistryDesiredTest {
    private static final Path CASES = Path.of("src/test/resources/registry-desired");
    private static final RegistryUser USER =
            new RegistryUser("strata", "password", "strata:$2y$04$hash\n", "http-secret");

    static List<String> cases() throws IOException {
        try (Stream<Path> folders = Files.list(CASES)) {
            return folders.map(folder -> String.valueOf(folder.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aRegistryLeadsToTheseObjects(String name) throws IOException {
        Path golden = CASES.resolve(name).resolve("objects.yaml");
        String objects =
                objects(desired(name)).stream().map(Serialization::asYaml).collect(Collectors.joining());
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(golden, objects);
        }
        assertThat(golden).content().isEqualTo(objects);
    }

    @Test
    void theTemplateOfTheClaimKeepsItsSizeWhenTheVolumeGrows() throws IOException {
        var set = new RegistryWorkload(desired("shared"), "image")
                .statefulSet("tls", "config", "user", new io.fabric8.kubernetes.api.model.Quantity("1Gi"));
        assertThat(set.getSpec()
                        .getVolumeClaimTemplates()
                        .getFirst()
                        .getSpec()
                        .getResources()
                        .getRequests())
                .hasToString("{storage=1Gi}");
    }

    @Test
    void nothingIsDeletedUnlessTheSpecSaysSo() throws IOException {
        assertThat(desired("plain").configuration()).contains("delete:\n    enabled: false\n");
        Registry registry = Serialization.unmarshal(
                "metadata: {name: r, namespace: home}\nspec: {deletion: {enabled: true}}", Registry.class);
        assertThat(new RegistryDesired(registry, RegistryNames.of(registry, "cluster.local")).configuration())
                .contains("delete:\n    enabled: true\n");
    }

    @Test
    void anotherCertificateReplacesThePod() throws IOException {
        var workload = new RegistryWorkload(desired("plain"), "image");
        var size = desired("plain").size();
        assertThat(workload.statefulSet("one", "config", "user", size).getSpec().getTemplate())
                .isNotEqualTo(workload.statefulSet("two", "config", "user", size)
                        .getSpec()
                        .getTemplate())
                .isEqualTo(workload.statefulSet("one", "config", "user", size)
                        .getSpec()
                        .getTemplate());
    }

    private static RegistryDesired desired(String name) throws IOException {
        Registry registry =
                Serialization.unmarshal(Files.readString(CASES.resolve(name).resolve("registry.yaml")), Registry.class);
        return new RegistryDesired(registry, RegistryNames.of(registry, "cluster.local"));
    }

    private static List<HasMetadata> objects(RegistryDesired desired) {
        return List.of(
                desired.service(),
                desired.config(),
                desired.tls(new Certificates.Pair("certificate", "key")),
                desired.auth(USER),
                new RegistryWorkload(desired, "registry.example/strata-registry:1")
                        .statefulSet("certificate", "config", USER.htpasswd(), desired.size()),
                desired.credentials(Right.PULL, "team-a", USER),
                desired.credentials(Right.PUSH, "team-a", USER),
                RegistryDesired.authority("team-a", "authority"));
    }
}
