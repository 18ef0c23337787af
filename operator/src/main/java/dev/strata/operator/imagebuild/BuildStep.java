/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import io.fabric8.kubernetes.api.model.batch.v1.Job;

/// What a reconcile does next.
sealed interface BuildStep {
    /// Makes build `number`.
    record Create(int number) implements BuildStep {}

    /// Removes a running build that a newer key has overtaken.
    record Replace(Job job) implements BuildStep {}

    /// Leaves the running build alone.
    record Wait(Job job) implements BuildStep {}

    /// The newest build is the wanted one and has ended.
    record Finish(Job job) implements BuildStep {}

    /// Starts nothing, because `suspend` says so.
    record Rest() implements BuildStep {}

    static BuildStep decide(ImageBuildObserved observed, String key, boolean suspend) {
        Job newest = observed.newest();
        if (newest != null && key.equals(newest.getMetadata().getAnnotations().get(ImageBuildDesired.KEY))) {
            return ImageBuildObserved.ended(newest) ? new Finish(newest) : new Wait(newest);
        }
        if (newest != null && !ImageBuildObserved.ended(newest)) {
            return suspend ? new Wait(newest) : new Replace(newest);
        }
        return suspend ? new Rest() : new Create(observed.nextNumber());
    }
}
