/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuildStatus;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What the status of an ImageBuild has told of its builds, also of those whose Jobs and pods are gone.
///
/// @param lastNumber the number of the last build, 0 for none
/// @param shown images by the names of their Jobs
/// @param success the last successful build; null for none
record Told(int lastNumber, Map<String, String> shown, ImageBuildStatus.@Nullable SuccessfulBuild success) {
    static Told of(@Nullable ImageBuildStatus status) {
        if (status == null) {
            return new Told(0, Map.of(), null);
        }
        var shown = new HashMap<String, String>();
        if (status.history() != null) {
            for (ImageBuildStatus.Run run : status.history()) {
                if (run.job() != null && run.image() != null) {
                    shown.put(run.job(), run.image());
                }
            }
        }
        return new Told(status.buildNumber() == null ? 0 : status.buildNumber(), shown, status.lastSuccessfulBuild());
    }

    /// Whether the last build was good and is the wanted one, and its Job is gone or going, as when something removes
    /// finished Jobs.
    ///
    /// @param newest the newest Job that is there; null for none
    boolean suffices(Wanted asked, @Nullable Job newest) {
        return success != null
                && Objects.equals(success.number(), lastNumber)
                && asked.key().equals(success.rebuildKey())
                && (asked.request().isEmpty() || asked.request().equals(success.rebuildRequest()))
                && gone(newest);
    }

    private boolean gone(@Nullable Job newest) {
        int number = newest == null ? 0 : ImageBuildObserved.number(newest);
        return newest == null
                || number < lastNumber
                || (number == lastNumber && newest.getMetadata().getDeletionTimestamp() != null);
    }
}
