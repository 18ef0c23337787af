/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.registry.Registry;
import dev.strata.operator.apiserver.ApiServer;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Manifests of `crds/src/test/resources` against a real API server: what is named `valid-` is
/// accepted, what is named `invalid-` is refused with the text of its `.message`.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManifestsIT {
    private static final Path MANIFESTS = Path.of("../crds/src/test/resources");

    @SuppressWarnings("NullAway.Init")
    private ApiServer server;

    @BeforeAll
    void start() throws IOException {
        server = ApiServer.start();
        server.installCrds();
    }

    @AfterAll
    void stop() throws IOException {
        server.close();
    }

    static List<Path> manifests() throws IOException {
        try (Stream<Path> files = Files.walk(MANIFESTS)) {
            return files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void aManifestIsAcceptedOrRefusedAsItsNameSays(Path manifest) throws IOException {
        if (manifest.getFileName().toString().startsWith("valid-")) {
            create(manifest);
            return;
        }
        KubernetesClientException refusal =
                catchThrowableOfType(KubernetesClientException.class, () -> create(manifest));
        assertThat(refusal).as("refusal of " + manifest).isNotNull();
        assertThat(refusal)
                .hasMessageContaining(Files.readString(message(manifest)).strip());
    }

    @Test
    void everyFileIsAManifestOrTheMessageOfARefusedOne() throws IOException {
        Set<Path> expected = new TreeSet<>();
        for (Path manifest : manifests()) {
            String name = manifest.getFileName().toString();
            assertThat(name).as("name of " + manifest).matches("(valid|invalid)-.*");
            expected.add(manifest);
            if (name.startsWith("invalid-")) {
                Path message = message(manifest);
                assertThat(message)
                        .as("what " + manifest + " is refused with")
                        .content()
                        .isNotBlank();
                expected.add(message);
            }
        }
        try (Stream<Path> files = Files.walk(MANIFESTS)) {
            assertThat(files.filter(Files::isRegularFile)).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void whatIsAcceptedCanBeRead() throws IOException {
        for (Path file : manifests()) {
            if (!file.getFileName().toString().startsWith("valid-")) {
                continue;
            }
            String text = Files.readString(file);
            CustomResource<?, ?> read = file.startsWith(MANIFESTS.resolve("registry"))
                    ? Serialization.unmarshal(text, Registry.class)
                    : Serialization.unmarshal(text, ImageBuild.class);
            assertThat(read.getSpec()).as(file.toString()).isNotNull();
        }
    }

    /// A rule that compares with the old object is asked at updates only. Which sizes a volume can have is not the
    /// spec's to know.
    @Test
    void aVolumeKeepsItsClassAndMayChangeItsSize() {
        KubernetesClient client = server.client();
        client.resource(volume("10Gi", "fast")).create();
        assertThatThrownBy(() -> update(volume("10Gi", "slow")))
                .hasMessageContaining("cannot change once the volume is there");
        update(volume("20Gi", "fast"));
        update(volume("10Gi", "fast"));
    }

    private static Path message(Path manifest) {
        return Path.of(manifest.toString().replaceFirst("\\.yaml$", ".message"));
    }

    private void update(Registry registry) {
        server.client().resource(registry).fieldManager("test").forceConflicts().serverSideApply();
    }

    private static Registry volume(String size, String storageClass) {
        return Serialization.unmarshal("""
                apiVersion: strata.dev/v1alpha1
                kind: Registry
                metadata: {name: volume, namespace: default}
                spec: {storage: {persistentVolume: {size: %s, storageClassName: %s}}}
                """.formatted(size, storageClass), Registry.class);
    }

    private void create(Path manifest) throws IOException {
        KubernetesClient client = server.client();
        GenericKubernetesResource resource =
                Serialization.unmarshal(Files.readString(manifest), GenericKubernetesResource.class);
        client.genericKubernetesResources(resource.getApiVersion(), resource.getKind())
                .inNamespace("default")
                .resource(resource)
                .fieldValidation(FieldValidateable.Validation.STRICT)
                .create();
    }
}
