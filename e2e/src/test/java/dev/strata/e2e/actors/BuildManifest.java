/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.actors;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// The manifest of an ImageBuild as a person writes it, field by field. It pushes into the Registry
/// `registry` of its namespace unless it says something else.
public final class BuildManifest {
    private final ObjectNode manifest = JsonNodeFactory.instance.objectNode();
    private final ObjectNode spec;
    private final String name;

    private BuildManifest(String name) {
        this.name = name;
        manifest.put("apiVersion", "strata.dev/v1alpha1").put("kind", "ImageBuild");
        manifest.putObject("metadata").put("name", name);
        this.spec = manifest.putObject("spec");
    }

    /// An ImageBuild that makes `e2e/NAME:1`.
    public static BuildManifest named(String name) {
        return new BuildManifest(name).into("e2e/" + name);
    }

    public String name() {
        return name;
    }

    public BuildManifest dockerfile(String text) {
        spec.withObject("/dockerfile").put("inline", text);
        return this;
    }

    /// One file of an inline source.
    public BuildManifest file(String path, String text) {
        spec.withObject("/source").withObject("/inline").withObject("/files").put(path, text);
        return this;
    }

    /// A repository of the git server of the examples.
    public BuildManifest git(String repository, String revision) {
        spec.withObject("/source")
                .withObject("/git")
                .put("url", "git://git.demo.svc.cluster.local/" + repository + ".git")
                .put("revision", revision);
        return this;
    }

    /// The repository within the Registry.
    public BuildManifest into(String repository) {
        ObjectNode output = spec.putObject("output").put("repository", repository);
        output.putObject("registryRef").put("name", "registry");
        output.putArray("tags").add("1");
        return this;
    }

    /// The whole name of the image, pushed with the credentials of a Secret.
    public BuildManifest image(String image, String secret) {
        spec.putObject("output").put("image", image).putObject("secretRef").put("name", secret);
        return this;
    }

    /// The whole name of the image, pushed without credentials.
    public BuildManifest image(String image) {
        spec.putObject("output").put("image", image);
        return this;
    }

    /// A field by its path below `spec`, for example `/resources/limits/memory`.
    public BuildManifest with(String path, String value) {
        int last = path.lastIndexOf('/');
        (last == 0 ? spec : spec.withObject(path.substring(0, last))).put(path.substring(last + 1), value);
        return this;
    }

    public String json() {
        return manifest.toString();
    }
}
