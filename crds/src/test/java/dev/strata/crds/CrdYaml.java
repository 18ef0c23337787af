/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.crds;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.crdv2.generator.CRDPostProcessor;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// Makes the CustomResourceDefinition of a kind, with what the generator leaves out: list types, order of the printer
/// columns, descriptions of the kind itself and of its conditions.
final class CrdYaml {
    /// Amounts as people write them; `Quantity` reads all of these.
    private static final String QUANTITY = "^[0-9]+(\\.[0-9]{1,9})?(m|k|M|G|T|P|Ki|Mi|Gi|Ti|Pi)?$";

    /// Key of the lists that are maps, by the list's name.
    private static final Map<String, String> KEYS = Map.of("conditions", "type", "args", "name");

    /// Numbers that the types hold as `long`; every other one is an `int` and must fit.
    private static final Set<String> LONGS = Set.of("observedGeneration", "size");

    private static final Map<String, String> CONDITION = Map.of(
            "type", "What the condition is about.",
            "status", "True, False or Unknown.",
            "reason", "One word for why.",
            "message", "The same for a person, with what to do.",
            "lastTransitionTime", "When the status last changed.",
            "observedGeneration", "Generation of the spec that this was found for.");

    private CrdYaml() {}

    static String of(Class<? extends HasMetadata> kind, String description) {
        var bytes = new ByteArrayOutputStream();
        new CRDGenerator()
                .customResourceClasses(List.of(kind))
                .forCRDVersions("v1")
                .withMinQuotes(true)
                .withPostProcessor(new CRDPostProcessor() {
                    @Override
                    public HasMetadata process(HasMetadata crd, String version) {
                        return finish((CustomResourceDefinition) crd, kind, description);
                    }
                })
                .withOutput(new CRDGenerator.CRDOutput<ByteArrayOutputStream>() {
                    @Override
                    public ByteArrayOutputStream outputFor(String name) {
                        return bytes;
                    }

                    @Override
                    public URI crdURI(String name) {
                        return URI.create("file:///" + name);
                    }

                    @Override
                    public void close() throws IOException {
                        bytes.close();
                    }
                })
                .detailedGenerate();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static HasMetadata finish(
            CustomResourceDefinition crd, Class<? extends HasMetadata> kind, String description) {
        for (var version : crd.getSpec().getVersions()) {
            JSONSchemaProps root = version.getSchema().getOpenAPIV3Schema();
            root.setDescription(description);
            property(root, "spec").setDescription("What is asked for.");
            property(root, "status").setDescription("What was found and done; written by the operator.");
            root.setRequired(List.of("spec"));
            complete("", root);
            version.setAdditionalPrinterColumns(inOrder(version.getAdditionalPrinterColumns(), kind));
        }
        return crd;
    }

    private static JSONSchemaProps property(JSONSchemaProps schema, String name) {
        return Objects.requireNonNull(schema.getProperties().get(name), name);
    }

    private static void complete(String name, JSONSchemaProps schema) {
        if (schema.getItems() != null && schema.getItems().getSchema() != null) {
            JSONSchemaProps item = schema.getItems().getSchema();
            if (name.equals("conditions")) {
                item.setRequired(List.of("type", "status", "reason", "message", "lastTransitionTime"));
                item.getProperties().forEach((field, props) -> props.setDescription(CONDITION.get(field)));
                property(item, "lastTransitionTime").setFormat("date-time");
            }
            if (KEYS.containsKey(name)) {
                schema.setXKubernetesListType("map");
                schema.setXKubernetesListMapKeys(List.of(KEYS.get(name)));
            } else {
                schema.setXKubernetesListType(name.equals("tags") ? "set" : "atomic");
            }
            complete(name + "[]", item);
        }
        if (Boolean.TRUE.equals(schema.getXKubernetesIntOrString())) {
            schema.setPattern(QUANTITY);
            schema.setMaxLength(20L);
            schema.setMinimum(0.0);
        }
        if ("integer".equals(schema.getType()) && schema.getMaximum() == null && !LONGS.contains(name)) {
            schema.setMaximum((double) Integer.MAX_VALUE);
        }
        if (schema.getAdditionalProperties() != null
                && schema.getAdditionalProperties().getSchema() != null
                && name.equals("files")) {
            schema.setMaxProperties(128L);
            schema.getAdditionalProperties().getSchema().setMaxLength(524288L);
        }
        if (schema.getProperties() != null) {
            schema.getProperties().forEach(CrdYaml::complete);
        }
    }

    private static List<CustomResourceColumnDefinition> inOrder(
            List<CustomResourceColumnDefinition> columns, Class<? extends HasMetadata> kind) {
        var sorted = new ArrayList<CustomResourceColumnDefinition>();
        for (AdditionalPrinterColumn wanted : kind.getAnnotationsByType(AdditionalPrinterColumn.class)) {
            columns.stream().filter(c -> c.getName().equals(wanted.name())).forEach(sorted::add);
        }
        return sorted;
    }
}
