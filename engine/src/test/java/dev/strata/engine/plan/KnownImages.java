/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.Image;
import dev.strata.engine.image.OciJson;
import dev.strata.engine.image.Platform;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import java.util.Map;

/// A registry of three images: `busybox` with a CMD, `app` with everything set, `trigger` with ONBUILD.
final class KnownImages implements ImageResolver {
    private static final String PLATFORM = "\"architecture\":\"arm64\",\"os\":\"linux\",\"variant\":\"v8\"";
    private static final String ROOT = "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}";
    private static final Map<String, String> CONFIGS = Map.of(
            "docker.io/library/busybox", "{\"Cmd\":[\"sh\"]}",
            "docker.io/library/app", """
                    {"User":"app","ExposedPorts":{"80/tcp":{}},"Env":["PATH=/opt","LANG=C"],"Entrypoint":["/app"],\
                    "Cmd":["serve"],"Volumes":{"/data":{}},"WorkingDir":"/srv","Labels":{"base":"yes"},\
                    "StopSignal":"SIGINT","Shell":["/bin/ash","-c"]}""",
            "docker.io/library/trigger", "{\"OnBuild\":[\"RUN make\"]}");

    @Override
    public Image resolve(ImageReference reference, Platform platform) {
        String config = CONFIGS.get(reference.name());
        if (config == null) {
            throw new StrataException(Problem.of(
                    ProblemCode.ImageNotFound, "image not found: " + reference.familiar(), "", "check its name"));
        }
        byte[] document =
                ("{\"author\":\"Base\"," + PLATFORM + ",\"config\":" + config + "," + ROOT + "}").getBytes(UTF_8);
        byte[] manifest = ("{\"schemaVersion\":2,\"mediaType\":\"" + MediaTypes.OCI_MANIFEST
                        + "\",\"config\":{\"mediaType\":\"" + MediaTypes.OCI_CONFIG + "\",\"digest\":\""
                        + Digest.of(document) + "\",\"size\":" + document.length + "},\"layers\":[]}")
                .getBytes(UTF_8);
        return new Image(
                new Descriptor(MediaTypes.OCI_MANIFEST, Digest.of(manifest), manifest.length),
                OciJson.manifest(manifest),
                OciJson.config(document));
    }
}
