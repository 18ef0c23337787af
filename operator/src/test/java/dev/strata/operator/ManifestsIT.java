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
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Manifests of `crds/src/test/resources` against a real API server: what is named `valid-` is
/// accepted, what is named `invalid-` is refused with the text of its `.message`.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManifestsIT {
    private static final Path CRDS = Path.of("../crds");

    @SuppressWarnings("NullAway.Init")
    private ApiServer server;

    @BeforeAll
    void start() throws IOException {
        server = ApiServer.start();
        try (Stream<Path> files = Files.list(CRDS)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                server.client().load(Files.newInputStream(file)).create();
            }
        }
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> server.client()
                        .resources(ImageBuild.class)
                        .list()
                        .getItems()
                        .isEmpty());
    }

    @AfterAll
    void stop() throws IOException {
        server.close();
    }

    static List<Path> manifests() throws IOException {
        try (Stream<Path> files = Files.walk(CRDS.resolve("src/test/resources"))) {
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
        Path message = Path.of(manifest.toString().replaceFirst("\\.yaml$", ".message"));
        KubernetesClientException refusal =
                catchThrowableOfType(KubernetesClientException.class, () -> create(manifest));
        assertThat(refusal).as("refusal of " + manifest).isNotNull();
        assertThat(refusal).hasMessageContaining(Files.readString(message).strip());
    }

    @Test
    void whatIsAcceptedCanBeRead() throws IOException {
        for (Path file : manifests()) {
            if (!file.getFileName().toString().startsWith("valid-")) {
                continue;
            }
            String text = Files.readString(file);
            CustomResource<?, ?> read = file.startsWith(CRDS.resolve("src/test/resources/registry"))
                    ? Serialization.unmarshal(text, Registry.class)
                    : Serialization.unmarshal(text, ImageBuild.class);
            assertThat(read.getSpec()).as(file.toString()).isNotNull();
        }
    }

    /// A rule that compares with the old object is asked at updates only.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "5Gi  | fast | a volume can grow, never shrink",
                "10Gi | slow | cannot change once the volume is there"
            })
    void aVolumeNeverShrinksAndKeepsItsClass(String size, String storageClass, String message) {
        KubernetesClient client = server.client();
        String name = "volume-" + size.toLowerCase(Locale.ROOT);
        client.resource(volume(name, "10Gi", "fast")).create();
        assertThatThrownBy(() -> client.resource(volume(name, size, storageClass))
                        .fieldManager("test")
                        .forceConflicts()
                        .serverSideApply())
                .hasMessageContaining(message);
        client.resource(volume(name, "20Gi", "fast"))
                .fieldManager("test")
                .forceConflicts()
                .serverSideApply();
    }

    private static Registry volume(String name, String size, String storageClass) {
        return Serialization.unmarshal("""
                apiVersion: strata.dev/v1alpha1
                kind: Registry
                metadata: {name: %s, namespace: default}
                spec: {storage: {persistentVolume: {size: %s, storageClassName: %s}}}
                """.formatted(name, size, storageClass), Registry.class);
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
