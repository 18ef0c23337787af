/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.strata.crds.imagebuild.ImageBuildSpec.IsolationMode;
import dev.strata.engine.report.BuildRequest;
import dev.strata.engine.report.ReportJson;
import java.util.List;

/// By what a build is known to be the wanted one. Pure.
final class RebuildKey {
    private static final BuildRequest.Cache NO_CACHE = new BuildRequest.Cache(null, "");

    private RebuildKey() {}

    /// Digest of everything that decides a build's result; not of its timeout and resources, of its cache and of the
    /// order of its tags. The names of the Secrets for pulling count: with another one a base may be there that was
    /// refused. Of text it counts the digest, so that it is the same without the text ([InlineText]).
    static String of(BuildRequest whole, IsolationMode asked, List<String> pullSecrets) {
        BuildRequest request = InlineText.digested(whole);
        BuildRequest.Output output = request.output();
        var deciding = new BuildRequest(
                request.source(),
                request.contextDir(),
                request.dockerfile(),
                request.args(),
                request.target(),
                new BuildRequest.Output(
                        output.repository(), output.tags().stream().sorted().toList(), output.debugTag()),
                NO_CACHE);
        String secrets = pullSecrets.isEmpty() ? "" : "\n" + String.join(",", pullSecrets);
        return ReportJson.digest(
                        (new String(ReportJson.bytes(deciding), UTF_8) + "\n" + asked + secrets).getBytes(UTF_8))
                .substring("sha256:".length());
    }
}
