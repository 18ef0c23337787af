/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.e2e.actors.BuildManifest;
import dev.strata.e2e.actors.ClusterUser;
import dev.strata.e2e.actors.CommandResult;
import org.junit.jupiter.api.Test;

/// Manifests that the API server itself refuses, with the field's path in the message.
final class RefusedAtApplyE2E {
    private static final int MEBIBYTE = 1 << 20;

    private final ClusterUser user = ClusterUser.in("demo");

    @Test
    void twoSources() {
        refused(
                valid().git("tutorial", "main"),
                "The ImageBuild \"e2e-refused\" is invalid: spec.source: Invalid value: spec.source: exactly one of"
                        + " inline and git\n");
    }

    @Test
    void unknownField() {
        refused(
                valid().with("/dokerfile", "FROM scratch"),
                "Error from server (BadRequest): error when creating \"STDIN\": ImageBuild in version \"v1alpha1\" cannot"
                        + " be handled as a ImageBuild: strict decoding error: unknown field \"spec.dokerfile\"\n");
    }

    @Test
    void pathThatLeavesTheSource() {
        refused(
                valid().file("../a.txt", "a"),
                "The ImageBuild \"e2e-refused\" is invalid: spec.source.inline.files: Invalid value:"
                        + " spec.source.inline.files: every key is a relative path without '.' and '..' segments\n");
    }

    @Test
    void contextAndDockerfileThatLeaveTheSource() {
        assertThat(apply(valid().with("/source/contextDir", "../other")).error())
                .startsWith("The ImageBuild \"e2e-refused\" is invalid: spec.source.contextDir: Invalid value:"
                        + " \"../other\": spec.source.contextDir in body should match");
        assertThat(apply(valid().with("/dockerfile/path", "a/../../Dockerfile")).error())
                .startsWith("The ImageBuild \"e2e-refused\" is invalid: spec.dockerfile.path: Invalid value:"
                        + " \"a/../../Dockerfile\": spec.dockerfile.path in body should match");
    }

    @Test
    void inlineFileOfOneMebibyte() {
        assertThat(apply(valid().file("a.txt", "a".repeat(MEBIBYTE))).error())
                .contains("\n* spec.source.inline.files.a.txt: Too long: may not be more than 524288 bytes\n");
    }

    @Test
    void inlineFilesOfOneMebibyteInAll() {
        BuildManifest build = valid().file("a.txt", "a".repeat(MEBIBYTE / 3)).file("b.txt", "b".repeat(MEBIBYTE / 3));

        CommandResult result = user.create(build.json());

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.error())
                .isEqualTo("The ImageBuild \"e2e-refused\" is invalid: spec.source.inline.files: Invalid value:"
                        + " spec.source.inline.files: at most 512 KiB in all; use a git source for more\n");
    }

    @Test
    void nameOf51Characters() {
        String name = "n".repeat(51);
        refused(
                BuildManifest.named(name).file("a.txt", "a"),
                "The ImageBuild \"" + name
                        + "\" is invalid: <nil>: Invalid value: metadata.name: an ImageBuild's name has"
                        + " at most 50 characters, its Jobs are named after it\n");
    }

    private static BuildManifest valid() {
        return BuildManifest.named("e2e-refused").file("a.txt", "a");
    }

    private void refused(BuildManifest build, String message) {
        assertThat(apply(build).error()).isEqualTo(message);
    }

    private CommandResult apply(BuildManifest build) {
        CommandResult result = user.apply(build.json());
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(user.run("get", "imagebuild", build.name()).error()).contains("not found");
        return result;
    }
}
