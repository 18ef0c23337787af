/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.imagebuild.ImageBuildSpec;
import dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode;
import dev.strata.engine.report.BuildRequest;
import dev.strata.engine.report.ReportJson;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The objects of a build: a Job, and a ConfigMap with the request. Pure.
final class ImageBuildDesired {
    static final String LABEL = "strata.dev/imagebuild";
    static final String KEY = "strata.dev/rebuild-key";
    static final String NUMBER = "strata.dev/build-number";
    static final String REVISION = "strata.dev/source-revision";
    static final String MODE = "strata.dev/isolation-mode";

    /// Which try of its key the build is; absent for the first.
    static final String ATTEMPT = "strata.dev/attempt";

    /// The image, once its registry has shown it.
    static final String CONFIRMED = "strata.dev/confirmed-image";

    /// Why the operator ended the Job itself: a `ProblemCode`.
    static final String ENDED = "strata.dev/ended";

    /// What else there is to say about that.
    static final String ENDED_BY = "strata.dev/ended-by";

    /// Why the API server admitted no pod of the Job.
    static final String REFUSED = "strata.dev/pod-refused";

    /// Exit codes of a builder after which its Job makes no other pod: a failure that was told, and no isolation.
    static final List<Integer> FINAL_EXITS = List.of(1, 71);

    private static final int UID_PART = 5;

    private ImageBuildDesired() {}

    /// Name of the Job and of the ConfigMap of build `number`.
    static String name(ImageBuild build, int number) {
        return build.getMetadata().getName() + "-" + number + "-"
                + build.getMetadata().getUid().substring(0, UID_PART);
    }

    /// The request of build `number`; number 0 gives the one that the [RebuildKey] is made of.
    ///
    /// @param commit the resolved commit of a git source; null for inline files
    static BuildRequest request(ImageBuild build, int number, Target target, @Nullable String commit) {
        ImageBuildSpec spec = build.getSpec();
        return new BuildRequest(
                source(spec.source(), commit),
                spec.source().contextDir() == null ? "" : spec.source().contextDir(),
                spec.dockerfile() == null
                        ? new BuildRequest.Dockerfile("Dockerfile", null)
                        : new BuildRequest.Dockerfile(
                                spec.dockerfile().path(), spec.dockerfile().inline()),
                InlineText.args(spec.build()),
                spec.build() == null ? null : spec.build().target(),
                new BuildRequest.Output(target.repository(), target.tags(), "debug-" + number),
                new BuildRequest.Cache(
                        cache(spec.cache(), target),
                        // A namespace has no dot, so no two ImageBuilds have the same.
                        build.getMetadata().getNamespace() + "."
                                + build.getMetadata().getName()));
    }

    /// Names of the Secrets for pulling, in order.
    static List<String> pullSecrets(ImageBuildSpec spec) {
        return spec.build() == null || spec.build().pullSecrets() == null
                ? List.of()
                : spec.build().pullSecrets().stream()
                        .map(ImageBuildSpec.SecretRef::name)
                        .toList();
    }

    /// What was built: the commit, or the digest of the inline files.
    static String revision(BuildRequest request) {
        BuildRequest.Git git = request.source().git();
        if (git != null) {
            return git.commit();
        }
        var only = new BuildRequest(
                request.source(),
                "",
                new BuildRequest.Dockerfile("Dockerfile", null),
                Map.of(),
                null,
                new BuildRequest.Output("", List.of(), ""),
                new BuildRequest.Cache(null, ""));
        return ReportJson.digest(ReportJson.bytes(only));
    }

    static ConfigMap configMap(ImageBuild build, int number, BuildRequest request) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withName(name(build, number))
                .withNamespace(build.getMetadata().getNamespace())
                .addToLabels(LABEL, build.getMetadata().getName())
                .withOwnerReferences(owner(build))
                .endMetadata()
                .withImmutable(true)
                .addToData("request.json", new String(ReportJson.bytes(request), UTF_8))
                .build();
    }

    static Job job(ImageBuild build, int number, BuildRequest request, String key, BuilderPod pod) {
        return new JobBuilder()
                .withNewMetadata()
                .withName(name(build, number))
                .withNamespace(build.getMetadata().getNamespace())
                .addToLabels(LABEL, build.getMetadata().getName())
                .addToAnnotations(KEY, key)
                .addToAnnotations(NUMBER, String.valueOf(number))
                .addToAnnotations(REVISION, revision(request))
                .addToAnnotations(MODE, pod.mode().name())
                .withOwnerReferences(owner(build))
                .endMetadata()
                .withNewSpec()
                .withBackoffLimit(2)
                .withActiveDeadlineSeconds(timeout(build.getSpec()).toSeconds())
                .withPodReplacementPolicy("Failed")
                .withNewPodFailurePolicy()
                .addNewRule()
                .withAction("Ignore")
                .addNewOnPodCondition()
                .withType("DisruptionTarget")
                .withStatus("True")
                .endOnPodCondition()
                .endRule()
                .addNewRule()
                .withAction("FailJob")
                .withNewOnExitCodes()
                .withContainerName("build")
                .withOperator("In")
                .withValues(FINAL_EXITS)
                .endOnExitCodes()
                .endRule()
                .endPodFailurePolicy()
                .withTemplate(pod.template(build, name(build, number), ReportJson.digest(ReportJson.bytes(request))))
                .endSpec()
                .build();
    }

    /// The mode that a Job's annotation names; null for none.
    static @Nullable IsolationMode mode(String annotation) {
        return Stream.of(IsolationMode.values())
                .filter(mode -> mode.name().equals(annotation))
                .findFirst()
                .orElse(null);
    }

    /// The name that a manifest has for a mode of the Job's annotation; null when that names none.
    static @Nullable String modeName(String annotation) {
        return switch (mode(annotation)) {
            case null -> null;
            case AUTO -> "Auto";
            case NESTED_USER_NAMESPACE -> "NestedUserNamespace";
            case USER_NAMESPACE -> "UserNamespace";
        };
    }

    /// `1h30m` as a duration; one hour when nothing is said.
    static Duration timeout(ImageBuildSpec spec) {
        String text = spec.timeout() == null ? "1h" : spec.timeout();
        return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
    }

    private static BuildRequest.Source source(ImageBuildSpec.Source source, @Nullable String commit) {
        if (source.inline() != null) {
            return new BuildRequest.Source(
                    new BuildRequest.Inline(source.inline().files()), null);
        }
        if (source.git() == null || commit == null) {
            throw new IllegalStateException("a source is inline or a resolved commit");
        }
        return new BuildRequest.Source(null, new BuildRequest.Git(source.git().url(), commit));
    }

    private static @Nullable String cache(ImageBuildSpec.@Nullable Cache cache, Target target) {
        if (cache != null && cache.type() == ImageBuildSpec.CacheType.NONE) {
            return null;
        }
        return cache != null && cache.repository() != null ? cache.repository() : target.repository() + "/cache";
    }

    /// Whether an object's controller is this very ImageBuild, not one of the same name before it.
    static boolean owns(ImageBuild build, HasMetadata object) {
        return object.getMetadata().getOwnerReferences().stream()
                .anyMatch(owner -> Boolean.TRUE.equals(owner.getController())
                        && Objects.equals(owner.getApiVersion(), build.getApiVersion())
                        && Objects.equals(owner.getKind(), build.getKind())
                        && Objects.equals(owner.getUid(), build.getMetadata().getUid()));
    }

    private static OwnerReference owner(ImageBuild build) {
        return new OwnerReferenceBuilder()
                .withApiVersion(build.getApiVersion())
                .withKind(build.getKind())
                .withName(build.getMetadata().getName())
                .withUid(build.getMetadata().getUid())
                .withController(true)
                .withBlockOwnerDeletion(true)
                .build();
    }
}
