/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A RUN of somebody who may not mount: it says so before anything is unpacked.
class RunWithoutRightsIT {
    @TempDir
    Path directory;

    /// In the process of its own that the test starts.
    public static void main(String[] args) throws Exception {
        try (var builds = new Builds(Path.of(args[0]))) {
            builds.build("FROM busybox\nCOPY etc /copied\nRUN touch /x\n");
        } catch (StrataException e) {
            System.out.println(e.problem().code() + ": " + e.problem().headline());
        }
    }

    @BeforeEach
    void makeTheBase() throws IOException, InterruptedException {
        try (var builds = new Builds(directory)) {
            builds.busybox();
        }
    }

    @Test
    void aRunSaysThatItNeedsRoot() throws Exception {
        String output = Builds.run(List.of(
                "setpriv",
                "--bounding-set=-sys_admin",
                "--inh-caps=-sys_admin",
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                RunWithoutRightsIT.class.getName(),
                directory.toString()));

        assertThat(output.strip()).isEqualTo("IsolationUnavailable: Dockerfile:3: a RUN needs root");
        assertThat(directory.resolve("store/layers")).isEmptyDirectory();
    }
}
