/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode.AUTO;
import static dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode.NESTED_USER_NAMESPACE;
import static dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode.USER_NAMESPACE;
import static dev.strata.operator.imagebuild.Nesting.FAILS;
import static dev.strata.operator.imagebuild.Nesting.UNKNOWN;
import static dev.strata.operator.imagebuild.Nesting.WORKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IsolationTest {
    @Test
    void baselineOfARecentVersionNests() {
        assertThat(of("baseline", "latest", WORKS).choose(AUTO, "a")).isEqualTo(NESTED_USER_NAMESPACE);
        assertThat(of("baseline", "v1.35", WORKS).choose(AUTO, "a")).isEqualTo(NESTED_USER_NAMESPACE);
    }

    @Test
    void olderBaselineIsRefusedWithTheCommandThatMendsIt() {
        assertThatThrownBy(() -> of("baseline", "v1.34", WORKS).choose(AUTO, "a"))
                .hasMessage("namespace a enforces Pod Security baseline of version v1.34, mode NestedUserNamespace"
                        + " needs baseline of version 1.35 or later");
    }

    @Test
    void aPrivilegedNamespaceNestsWhereANodeCan() {
        assertThat(of("privileged", "latest", WORKS).choose(AUTO, "a")).isEqualTo(NESTED_USER_NAMESPACE);
        assertThat(new Isolation(Map.of(), true, WORKS).choose(AUTO, "a")).isEqualTo(NESTED_USER_NAMESPACE);
        assertThat(of("privileged", "latest", FAILS).choose(AUTO, "a")).isEqualTo(USER_NAMESPACE);
    }

    @Test
    void whileTheSelfTestStartsAgainNothingWeakerIsTaken() {
        for (Isolation isolation : List.of(
                of("privileged", "latest", UNKNOWN),
                of("baseline", "latest", UNKNOWN),
                new Isolation(Map.of(), true, UNKNOWN))) {
            assertThatThrownBy(() -> isolation.choose(AUTO, "a")).isInstanceOfSatisfying(StrataException.class, e -> {
                assertThat(e.problem().code()).isEqualTo(ProblemCode.IsolationUnknown);
                assertThat(e.problem().code().retryable()).isTrue();
            });
        }
        assertThat(of("privileged", "latest", UNKNOWN).choose(USER_NAMESPACE, "a"))
                .as("asked for")
                .isEqualTo(USER_NAMESPACE);
    }

    @Test
    void whatWasAskedForIsNeverWeakened() {
        assertThatThrownBy(() -> of("privileged", "latest", FAILS).choose(NESTED_USER_NAMESPACE, "a"))
                .hasMessage("the self-test strata-isolation-check is Ready on no node");
        assertThatThrownBy(() -> of("baseline", "latest", WORKS).choose(USER_NAMESPACE, "a"))
                .hasMessageContaining("mode UserNamespace needs privileged");
        assertThatThrownBy(() -> of("restricted", "latest", WORKS).choose(AUTO, "a"))
                .hasMessageContaining("enforces Pod Security restricted");
    }

    @Test
    void withoutUserNamespacesNothingIsMade() {
        assertThatThrownBy(() -> new Isolation(Map.of(), false, WORKS).choose(AUTO, "a"))
                .hasMessage("no node offers user namespaces");
    }

    private static Isolation of(String level, String version, Nesting nesting) {
        return new Isolation(
                Map.of(
                        "pod-security.kubernetes.io/enforce", level,
                        "pod-security.kubernetes.io/enforce-version", version),
                true,
                nesting);
    }
}
