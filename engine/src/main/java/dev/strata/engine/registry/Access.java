/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import dev.strata.engine.problem.ProblemCode;

/// What a request is for: the repository, whether it reads or writes, and the scope that it needs.
record Access(Endpoint endpoint, String repository, Intent intent, Scope scope) {
    enum Intent {
        PULL("pull", ProblemCode.PullUnauthorized),
        PUSH("push", ProblemCode.PushUnauthorized);

        private final String verb;
        private final ProblemCode unauthorized;

        Intent(String verb, ProblemCode unauthorized) {
            this.verb = verb;
            this.unauthorized = unauthorized;
        }

        String verb() {
            return verb;
        }

        ProblemCode unauthorized() {
            return unauthorized;
        }
    }

    static Access pull(Endpoint endpoint, String repository) {
        return new Access(endpoint, repository, Intent.PULL, Scope.pull(repository));
    }

    static Access push(Endpoint endpoint, String repository) {
        return new Access(endpoint, repository, Intent.PUSH, Scope.push(repository));
    }

    /// The same, and reading `other` of the same registry.
    Access readingAlso(String other) {
        return new Access(endpoint, repository, intent, scope.and(Scope.pull(other)));
    }

    String name() {
        return endpoint.registry() + "/" + repository;
    }
}
