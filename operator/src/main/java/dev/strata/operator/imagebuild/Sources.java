/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.StrataException;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which commit a git source names, looked up at most once in an interval, aside of the reconcile. Until the
/// answer is there, and where the look-up fails, it is the commit of the newest build of the same source. After a
/// failure the git server is asked again after 15 s, then half as often each time, at last every 5 min; at once
/// when the source or its Secret has changed, or another build is asked for. Bounded; thread-safe.
final class Sources {
    private static final Duration FIRST = Duration.ofSeconds(15);
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final int MOST = 10_000;

    private final Lookup lookup;
    private final Aside<String> aside;
    private final Versions versions;
    private final Duration preset;
    private final Commits commits = new Commits();
    private final Map<String, Outage> outages = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Outage> eldest) {
            return size() > MOST;
        }
    });

    /// @param preset how long a commit is believed where the spec does not say
    Sources(Lookup lookup, Aside<String> aside, Versions versions, Duration preset) {
        this.lookup = lookup;
        this.aside = aside;
        this.versions = versions;
        this.preset = preset;
    }

    /// Asks the git server.
    interface Lookup {
        /// The commit that the source's revision names now.
        ///
        /// @throws StrataException when there is none
        String commit(String namespace, ImageBuildSpec.Git source);
    }

    /// The version of a Secret.
    interface Versions {
        String of(String namespace, String secret);
    }

    /// A git server that gave no commit.
    ///
    /// @param asked the source that was asked for, the request for a build, and the version of its Secret
    /// @param failures how often in a row
    /// @param due when it is asked again
    record Outage(String asked, Problem problem, int failures, Instant due) {}

    /// @param commit null for inline files
    /// @param outage why the commit is that of the newest build; null when it was looked up
    /// @param began whether the outage is seen for the first time
    /// @param asked whether the commit is that of the newest build because the git server has not answered yet
    record Found(@Nullable String commit, @Nullable Outage outage, boolean began, boolean asked) {
        static Found now(@Nullable String commit) {
            return new Found(commit, null, false, false);
        }

        @Nullable
        Problem problem() {
            return outage == null ? null : outage.problem();
        }
    }

    /// Null while nothing is known, because the git server has not answered yet.
    ///
    /// @throws StrataException when the source gives no commit and the newest build is not one of it
    @Nullable
    Found find(ImageBuild build, ImageBuildObserved observed, Instant now) {
        ImageBuildSpec.Git source = build.getSpec().source().git();
        if (source == null) {
            return Found.now(null);
        }
        String uid = build.getMetadata().getUid();
        // Whoever asks for a build means the commit of now.
        String name = uid + " " + name(build.getSpec()) + " " + Wanted.request(build);
        String known = commits.recent(name, interval(build.getSpec()).minusSeconds(1), now);
        if (known != null) {
            return Found.now(known);
        }
        String namespace = build.getMetadata().getNamespace();
        String asked = name
                + (source.secretRef() == null
                        ? ""
                        : " " + versions.of(namespace, source.secretRef().name()));
        Outage last = outages.get(uid);
        Outage same = last != null && last.asked().equals(asked) ? last : null;
        if (same != null && same.due().isAfter(now)) {
            return known(build, observed, same, false);
        }
        try {
            String found = aside.answer(
                    ResourceID.fromResource(build), uid + " " + asked, () -> lookup.commit(namespace, source));
            if (found == null) {
                return same == null ? asked(build, observed) : known(build, observed, same, false);
            }
            outages.remove(uid);
            commits.remember(name, found, now);
            return Found.now(found);
        } catch (StrataException e) {
            int failures = same == null ? 1 : same.failures() + 1;
            var outage = new Outage(asked, e.problem(), failures, now.plus(pause(failures)));
            outages.put(uid, outage);
            return known(build, observed, outage, last == null);
        }
    }

    private static @Nullable Found asked(ImageBuild build, ImageBuildObserved observed) {
        String commit = newest(build, observed);
        return commit == null ? null : new Found(commit, null, false, true);
    }

    private static Found known(ImageBuild build, ImageBuildObserved observed, Outage outage, boolean began) {
        String commit = newest(build, observed);
        if (commit == null) {
            throw new StrataException(outage.problem());
        }
        return new Found(commit, outage, began, false);
    }

    /// The commit of the newest build; null when that is not one of the same source.
    private static @Nullable String newest(ImageBuild build, ImageBuildObserved observed) {
        Job newest = observed.newest();
        return newest == null || !name(build.getSpec()).equals(ImageBuildObserved.annotation(newest, Wanted.SOURCE))
                ? null
                : ImageBuildObserved.annotation(newest, ImageBuildDesired.REVISION);
    }

    private static Duration pause(int failures) {
        Duration pause = FIRST;
        for (int i = 1; i < failures && pause.compareTo(LONGEST) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        return pause.compareTo(LONGEST) < 0 ? pause : LONGEST;
    }

    /// Address and revision of a git source; empty for inline files.
    static String name(ImageBuildSpec spec) {
        ImageBuildSpec.Git source = spec.source().git();
        return source == null ? "" : source.url() + " " + (source.revision() == null ? "HEAD" : source.revision());
    }

    /// When a finished build's source is looked up next; null for never, and when the answer to the last look-up, which
    /// is an event, comes first.
    @Nullable
    Duration next(ImageBuild build, Found found, Instant now) {
        if (found.outage() != null) {
            Duration pause = Duration.between(now, found.outage().due()).plusMillis(1);
            return pause.isNegative() ? null : pause;
        }
        if (found.asked()) {
            return null;
        }
        return build.getSpec().source().git() == null ? null : interval(build.getSpec());
    }

    private Duration interval(ImageBuildSpec spec) {
        ImageBuildSpec.Triggers triggers = spec.triggers();
        return triggers == null || triggers.git() == null || triggers.git().interval() == null
                ? preset
                : Duration.parse("PT" + triggers.git().interval().toUpperCase(Locale.ROOT));
    }
}
