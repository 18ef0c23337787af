/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.strata.crds.imagebuild.ImageBuildSpec;
import dev.strata.engine.report.BuildRequest;
import dev.strata.engine.report.ReportJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The text that an ImageBuild holds itself (files, Dockerfile, values of arguments), and digests in its place. A
/// digest has the name "", which the schema allows no file, path and argument: nobody makes an ImageBuild that looks
/// like another one. Digests of digests are the same digests. Pure.
final class InlineText {
    private static final String NAMELESS = "";
    private static final int LONGEST_AMOUNT = 64;

    private InlineText() {}

    /// The spec with digests, and without amounts of a length that only somebody writes who wants to fill memory.
    static ImageBuildSpec digested(ImageBuildSpec spec) {
        ImageBuildSpec.Source source = spec.source();
        return new ImageBuildSpec(
                new ImageBuildSpec.Source(
                        source.inline() == null
                                ? null
                                : new ImageBuildSpec.Inline(
                                        files(source.inline().files())),
                        source.git(),
                        source.contextDir()),
                dockerfile(spec.dockerfile()),
                build(spec.build()),
                spec.output(),
                spec.cache(),
                spec.timeout(),
                spec.resources() == null || tooLong(spec.resources()) ? null : spec.resources(),
                spec.isolation(),
                spec.triggers(),
                spec.suspend(),
                spec.retention());
    }

    /// The request with digests: the same, whether it was made of the whole spec or of one with digests.
    static BuildRequest digested(BuildRequest request) {
        BuildRequest.Inline inline = request.source().inline();
        BuildRequest.Dockerfile dockerfile = request.dockerfile();
        return new BuildRequest(
                new BuildRequest.Source(
                        inline == null ? null : new BuildRequest.Inline(files(inline.files())),
                        request.source().git()),
                request.contextDir(),
                dockerfile.path() == null
                        ? new BuildRequest.Dockerfile(NAMELESS, digest(dockerfile.inline()))
                        : dockerfile,
                values(request.args()),
                request.target(),
                request.output(),
                request.cache());
    }

    /// Values of the arguments in the order of the manifest.
    static Map<String, String> args(ImageBuildSpec.@Nullable Build build) {
        var args = new LinkedHashMap<String, String>();
        if (build != null && build.args() != null) {
            build.args().forEach(arg -> args.put(arg.name(), arg.value()));
        }
        return args;
    }

    private static ImageBuildSpec.@Nullable Dockerfile dockerfile(ImageBuildSpec.@Nullable Dockerfile dockerfile) {
        return dockerfile == null || dockerfile.path() != null
                ? dockerfile
                : new ImageBuildSpec.Dockerfile(NAMELESS, digest(dockerfile.inline()));
    }

    private static ImageBuildSpec.@Nullable Build build(ImageBuildSpec.@Nullable Build build) {
        return build == null
                ? null
                : new ImageBuildSpec.Build(
                        values(args(build)).entrySet().stream()
                                .map(arg -> new ImageBuildSpec.Arg(arg.getKey(), arg.getValue()))
                                .toList(),
                        build.target(),
                        build.pullSecrets());
    }

    private static Map<String, String> files(Map<String, String> files) {
        return values(new TreeMap<>(files));
    }

    private static Map<String, String> values(Map<String, String> texts) {
        if (texts.isEmpty() || texts.containsKey(NAMELESS)) {
            return texts;
        }
        var digests = new StringBuilder();
        texts.forEach((name, text) -> digests.append(digest(name)).append(digest(text)));
        return Map.of(NAMELESS, digest(digests.toString()));
    }

    private static String digest(@Nullable String text) {
        return ReportJson.digest(String.valueOf(text).getBytes(UTF_8));
    }

    private static boolean tooLong(ImageBuildSpec.Resources resources) {
        return Stream.of(resources.requests(), resources.limits())
                .flatMap(amounts -> amounts == null
                        ? Stream.of()
                        : Stream.of(amounts.cpu(), amounts.memory(), amounts.ephemeralStorage()))
                .anyMatch(amount -> String.valueOf(amount).length() > LONGEST_AMOUNT);
    }
}
