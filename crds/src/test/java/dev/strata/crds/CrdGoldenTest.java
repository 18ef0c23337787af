/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.crds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.registry.Registry;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Holds the checked-in definitions to the types. `-Dgolden.update=true` rewrites them.
class CrdGoldenTest {
    record Kind(Class<? extends HasMetadata> type, String file, String description) {
        @Override
        public String toString() {
            return file;
        }

        Path path() {
            return Path.of(file);
        }
    }

    static Stream<Kind> kinds() {
        return Stream.of(
                new Kind(
                        ImageBuild.class,
                        "imagebuilds.strata.dev.yaml",
                        "An image that is kept built: from a source, by a Dockerfile, into a registry."),
                new Kind(
                        Registry.class,
                        "registries.strata.dev.yaml",
                        "A private registry in the cluster, with its volume, certificate, user and trusting nodes."));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theCheckedInDefinitionIsTheGeneratedOne(Kind kind) throws IOException {
        String yaml = CrdYaml.of(kind.type(), kind.description());
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(kind.path(), yaml);
        }
        assertThat(kind.path()).content().isEqualTo(yaml);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyFieldHasADescription(Kind kind) {
        var crd = Serialization.unmarshal(CrdYaml.of(kind.type(), kind.description()), CustomResourceDefinition.class);
        var bare = new ArrayList<String>();
        crd.getSpec()
                .getVersions()
                .forEach(version -> collectBare("", version.getSchema().getOpenAPIV3Schema(), bare));
        assertThat(bare).as("fields without description").isEmpty();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void everyRuleHasAMessage(Kind kind) {
        var crd = Serialization.unmarshal(CrdYaml.of(kind.type(), kind.description()), CustomResourceDefinition.class);
        var silent = new ArrayList<String>();
        crd.getSpec()
                .getVersions()
                .forEach(version -> collectSilent("", version.getSchema().getOpenAPIV3Schema(), silent));
        assertThat(silent).as("rules without message").isEmpty();
    }

    private static void collectBare(String path, JSONSchemaProps schema, List<String> bare) {
        if (schema.getProperties() != null) {
            schema.getProperties().forEach((name, field) -> {
                if (field.getDescription() == null || field.getDescription().isBlank()) {
                    bare.add(path + "." + name);
                }
                collectBare(path + "." + name, field, bare);
            });
        }
        if (schema.getItems() != null) {
            collectBare(path + "[]", schema.getItems().getSchema(), bare);
        }
    }

    private static void collectSilent(String path, JSONSchemaProps schema, List<String> silent) {
        schema.getXKubernetesValidations().stream()
                .filter(rule -> rule.getMessage() == null || rule.getMessage().isBlank())
                .forEach(rule -> silent.add(path + ": " + rule.getRule()));
        if (schema.getProperties() != null) {
            schema.getProperties().forEach((name, field) -> collectSilent(path + "." + name, field, silent));
        }
        if (schema.getItems() != null) {
            collectSilent(path + "[]", schema.getItems().getSchema(), silent);
        }
    }
}
