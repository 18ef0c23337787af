/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.crds.imagebuild;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.crd.generator.annotation.PrinterColumnFormat;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Version;

/// An image that is kept built: from a source, by a Dockerfile, into a registry.
///
/// The name has at most 50 characters, because it and the build's number name the Job and its pod.
@Group("strata.dev")
@Version("v1alpha1")
@ShortNames("ib")
@ValidationRule(
        value = "size(self.metadata.name) <= 50",
        message = "metadata.name: an ImageBuild's name has at most 50 characters, its Jobs are named after it")
@AdditionalPrinterColumn(
        name = "Ready",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].status",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Reason",
        jsonPath = ".status.conditions[?(@.type==\"Ready\")].reason",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(
        name = "Image",
        jsonPath = ".status.image.reference",
        type = AdditionalPrinterColumn.Type.STRING)
@AdditionalPrinterColumn(name = "Build", jsonPath = ".status.buildNumber", type = AdditionalPrinterColumn.Type.INTEGER)
@AdditionalPrinterColumn(
        name = "Source",
        jsonPath = ".status.source.revision",
        type = AdditionalPrinterColumn.Type.STRING,
        priority = 1)
@AdditionalPrinterColumn(
        name = "Duration",
        jsonPath = ".status.lastSuccessfulBuild.duration",
        type = AdditionalPrinterColumn.Type.STRING,
        priority = 1)
@AdditionalPrinterColumn(
        name = "Age",
        jsonPath = ".metadata.creationTimestamp",
        type = AdditionalPrinterColumn.Type.DATE,
        format = PrinterColumnFormat.NONE)
public final class ImageBuild extends CustomResource<ImageBuildSpec, ImageBuildStatus> implements Namespaced {
    private static final long serialVersionUID = 1L;
}
