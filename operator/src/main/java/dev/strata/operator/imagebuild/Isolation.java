/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.util.Map;

/// Which isolation mode a namespace and its nodes admit. Never picks a weaker class than was asked for.
///
/// @param labels the namespace's labels
/// @param userNamespaces whether a node's runtime offers user namespaces
record Isolation(Map<String, String> labels, boolean userNamespaces, Nesting nesting) {
    private static final String ENFORCE = "pod-security.kubernetes.io/enforce";
    private static final String VERSION = "pod-security.kubernetes.io/enforce-version";

    private static final String LOOK = "kubectl get daemonset -A --field-selector metadata.name=strata-isolation-check";

    /// First version whose baseline admits `procMount: Unmasked` with `hostUsers: false`.
    private static final int FIRST_MINOR = 35;

    /// `NESTED_USER_NAMESPACE` or `USER_NAMESPACE`.
    ///
    /// @throws StrataException `IsolationUnavailable` that names what is missing and the command that mends it,
    /// `IsolationUnknown` while the self-test has not shown whether a builder can nest
    IsolationMode choose(IsolationMode asked, String namespace) {
        if (!userNamespaces) {
            throw unavailable(
                    "no node offers user namespaces",
                    "kubectl get nodes -o yaml | grep -A3 runtimeHandlers # containerd 2.0 and Kubernetes 1.33 or later");
        }
        String level = labels.getOrDefault(ENFORCE, "privileged");
        boolean privileged = level.equals("privileged");
        boolean nestable = privileged || (level.equals("baseline") && recent());
        return switch (asked) {
            case AUTO ->
                privileged && nesting == Nesting.FAILS ? IsolationMode.USER_NAMESPACE : nested(nestable, namespace);
            case NESTED_USER_NAMESPACE -> nested(nestable, namespace);
            case USER_NAMESPACE -> {
                if (!privileged) {
                    throw unavailable(
                            "namespace " + namespace + " enforces Pod Security " + level
                                    + ", mode UserNamespace needs privileged",
                            "kubectl label namespace " + namespace + " --overwrite " + ENFORCE + "=privileged");
                }
                yield IsolationMode.USER_NAMESPACE;
            }
        };
    }

    private IsolationMode nested(boolean nestable, String namespace) {
        if (!nestable) {
            throw unavailable(
                    "namespace " + namespace + " enforces Pod Security " + labels.get(ENFORCE) + " of version "
                            + labels.getOrDefault(VERSION, "latest")
                            + ", mode NestedUserNamespace needs baseline of version 1.35 or later",
                    label(namespace));
        }
        return switch (nesting) {
            case WORKS -> IsolationMode.NESTED_USER_NAMESPACE;
            case FAILS -> throw unavailable("the self-test strata-isolation-check is Ready on no node", LOOK);
            case UNKNOWN ->
                throw new StrataException(Problem.of(
                        ProblemCode.IsolationUnknown,
                        "the self-test strata-isolation-check has not shown yet whether builds can nest a user namespace",
                        "",
                        LOOK));
        };
    }

    /// The command that lets a namespace have builds of mode `NestedUserNamespace`.
    static String label(String namespace) {
        return "kubectl label namespace " + namespace + " --overwrite " + ENFORCE + "=baseline " + VERSION + "=latest";
    }

    private boolean recent() {
        String version = labels.getOrDefault(VERSION, "latest");
        if (version.equals("latest")) {
            return true;
        }
        try {
            return version.startsWith("v1.") && Integer.parseInt(version.substring(3)) >= FIRST_MINOR;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static StrataException unavailable(String what, String command) {
        return new StrataException(Problem.of(ProblemCode.IsolationUnavailable, what, "", command));
    }
}
