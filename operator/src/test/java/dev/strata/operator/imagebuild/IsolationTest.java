/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode.AUTO;
import static dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode.NESTED_USER_NAMESPACE;
import static dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode.USER_NAMESPACE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class IsolationTest {
    @Test
    void baselineOfARecentVersionNests() {
        assertThat(of("baseline", "latest", true).choose(AUTO, "a")).isEqualTo(NESTED_USER_NAMESPACE);
        assertThat(of("baseline", "v1.35", true).choose(AUTO, "a")).isEqualTo(NESTED_USER_NAMESPACE);
    }

    @Test
    void olderBaselineIsRefusedWithTheCommandThatMendsIt() {
        assertThatThrownBy(() -> of("baseline", "v1.34", true).choose(AUTO, "a"))
                .hasMessage("namespace a enforces Pod Security baseline of version v1.34, mode NestedUserNamespace"
                        + " needs baseline of version 1.35 or later");
    }

    @Test
    void aPrivilegedNamespaceNestsWhereANodeCan() {
        assertThat(of("privileged", "latest", true).choose(AUTO, "a")).isEqualTo(NESTED_USER_NAMESPACE);
        assertThat(of("privileged", "latest", false).choose(AUTO, "a")).isEqualTo(USER_NAMESPACE);
    }

    @Test
    void whatWasAskedForIsNeverWeakened() {
        assertThatThrownBy(() -> of("privileged", "latest", false).choose(NESTED_USER_NAMESPACE, "a"))
                .hasMessage("the self-test strata-isolation-check is Ready on no node");
        assertThatThrownBy(() -> of("baseline", "latest", true).choose(USER_NAMESPACE, "a"))
                .hasMessageContaining("mode UserNamespace needs privileged");
        assertThatThrownBy(() -> of("restricted", "latest", true).choose(AUTO, "a"))
                .hasMessageContaining("enforces Pod Security restricted");
    }

    @Test
    void withoutUserNamespacesNothingIsMade() {
        assertThatThrownBy(() -> new Isolation(Map.of(), false, true).choose(AUTO, "a"))
                .hasMessage("no node offers user namespaces");
    }

    private static Isolation of(String level, String version, boolean nests) {
        return new Isolation(
                Map.of(
                        "pod-security.kubernetes.io/enforce", level,
                        "pod-security.kubernetes.io/enforce-version", version),
                true,
                nests);
    }
}
