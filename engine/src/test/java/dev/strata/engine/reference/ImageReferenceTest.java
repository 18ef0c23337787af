/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.problem.StrataException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageReferenceTest {
    private static final String DIGEST = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    /// Written, whole, familiar: as github.com/distribution/reference normalises them.
    @ParameterizedTest
    @CsvSource({
        "busybox, docker.io/library/busybox:latest, busybox:latest",
        "busybox:1.36, docker.io/library/busybox:1.36, busybox:1.36",
        "team/app, docker.io/team/app:latest, team/app:latest",
        "docker.io/busybox, docker.io/library/busybox:latest, busybox:latest",
        "index.docker.io/team/app, docker.io/team/app:latest, team/app:latest",
        "localhost/app, localhost/app:latest, localhost/app:latest",
        "localhost:5000/a/b/c:v1, localhost:5000/a/b/c:v1, localhost:5000/a/b/c:v1",
        "reg.example.com/app, reg.example.com/app:latest, reg.example.com/app:latest",
        "registry.demo.svc.cluster.local:5000/team/app:1_2-3.4, registry.demo.svc.cluster.local:5000/team/app:1_2-3.4, registry.demo.svc.cluster.local:5000/team/app:1_2-3.4",
    })
    void namesAreNormalised(String written, String whole, String familiar) {
        ImageReference reference = ImageReference.parse(written);

        assertThat(reference).hasToString(whole);
        assertThat(reference.familiar()).isEqualTo(familiar);
        assertThat(ImageReference.parse(whole)).isEqualTo(reference);
    }

    @ParameterizedTest
    @ValueSource(strings = {"app@" + DIGEST, "app:1@" + DIGEST})
    void aDigestNeedsNoTag(String written) {
        ImageReference reference = ImageReference.parse(written);

        assertThat(reference.manifestReference()).isEqualTo(DIGEST);
        assertThat(reference.familiar()).isEqualTo(written);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Upper/case",
                "a//b",
                "a:",
                "a:-x",
                "a@sha256:12",
                "a@md5:00",
                "-a",
                "a b",
                "reg:port/x",
                "a/../b",
                "https://x/y",
                "a:x/y:z/q!"
            })
    void anythingElseIsRefused(String written) {
        assertThatThrownBy(() -> ImageReference.parse(written))
                .isInstanceOf(StrataException.class)
                .hasMessage("not an image name: " + written);
    }
}
