/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.strata.e2e.actors.ClusterUser;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The files of `examples/` do what they are there for. `test.sh` has applied those of the builds.
final class ExamplesE2E {
    private final ClusterUser user = ClusterUser.in("demo");

    @Test
    void helloWorldIsOneStaticProgram() {
        assertThat(pod("hello-world")).isEqualTo("""
                        Hello from Strata!
                        This message shows that a Pod ran from an image that was built in the cluster.
                        """);
    }

    @Test
    void tutorialShowsEachInstruction() {
        assertThat(pod("tutorial")).isEqualTo("""
                        bunch
                        tmpfile1
                        tmpfile2
                        a bunch of
                        files
                        You are in my container, welcome!
                        """);
    }

    @Test
    void debianPackagesAndTheirFileCapabilitiesReachThePod() {
        String output = pod("debian-vim");

        assertThat(output)
                .startsWith("VIM - Vi IMproved 9")
                .contains("\n/bin/ping cap_net_raw=ep\n")
                .contains("1 packets transmitted, 1 received, 0% packet loss");
    }

    @ParameterizedTest
    @CsvSource({"hello-world", "tutorial", "debian-vim"})
    void statusNamesTheImageByDigest(String name) {
        JsonNode build = user.waitForBuild(name, "Ready", "True", Duration.ofMinutes(2));

        assertThat(ClusterUser.conditionLine(build, "Ready"))
                .matches("Ready=True Succeeded: build [0-9]+ is in the registry");
        assertThat(ClusterUser.conditionLine(build, "Reconciling")).startsWith("Reconciling=False Succeeded");
        assertThat(ClusterUser.conditionLine(build, "Stalled")).startsWith("Stalled=False Succeeded");
        assertThat(build.at("/status/image/reference").asText())
                .matches("registry\\.demo\\.svc\\.cluster\\.local:5000/demo/" + name + "@sha256:[0-9a-f]{64}");
    }

    private String pod(String name) {
        user.run("delete", "pod", name, "--ignore-not-found", "--wait=true").orFail();
        user.applyFile("examples/" + name + "/pod.yaml").orFail();
        return user.podOutput(name);
    }
}
