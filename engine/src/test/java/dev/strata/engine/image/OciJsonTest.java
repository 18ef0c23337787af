/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.problem.StrataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OciJsonTest {
    private static final String DIGEST = "sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

    /// The shape of the example in OCI image-spec, config.md#example, with docker's additions.
    private static final String CONFIG = """
            {"created":"2015-10-31T22:22:56.015925234Z","author":"Alyssa","architecture":"arm64","os":"linux",\
            "variant":"v8","config":{"User":"alice","ExposedPorts":{"53/udp":{},"8080/tcp":{}},"Env":["A=b"],\
            "Entrypoint":["/bin/app"],"Cmd":["run"],"Volumes":{"/var/log":{}},"WorkingDir":"/home","Labels":{"k":"v"},\
            "StopSignal":"SIGTERM","Shell":["/bin/sh","-c"],"Healthcheck":{"Test":["CMD","true"],"Interval":5},\
            "OnBuild":["RUN x"],"ArgsEscaped":true},"rootfs":{"type":"layers","diff_ids":["%s"]},"history":[\
            {"created":"2015-10-31T22:22:54.690851953Z","created_by":"ADD x"},\
            {"created_by":"CMD","author":"me","comment":"c","empty_layer":true}]}""".formatted(DIGEST);

    @Test
    void aConfigIsReadAndWrittenWithoutLoss() {
        ImageConfig config = OciJson.config(CONFIG.getBytes(UTF_8));

        assertThat(config.config().cmd()).containsExactly("run");
        assertThat(config.platform()).hasToString("linux/arm64/v8");
        assertThat(new String(OciJson.bytes(config), UTF_8)).isEqualTo(CONFIG);
    }

    /// As BuildKit and docker write it: `CMD []` is a config without a command.
    @Test
    void aCommandAndAnEntrypointOfNothingAreNotWritten() {
        String config = CONFIG.replace("[\"/bin/app\"]", "[]").replace("[\"run\"]", "[]");

        assertThat(new String(OciJson.bytes(OciJson.config(config.getBytes(UTF_8))), UTF_8))
                .isEqualTo(CONFIG.replace("\"Entrypoint\":[\"/bin/app\"],\"Cmd\":[\"run\"],", ""));
    }

    @Test
    void aManifestIsReadAndWrittenWithoutLoss() {
        String manifest = """
                {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
                "artifactType":"application/x","config":{"mediaType":"application/c","digest":"%1$s","size":2},\
                "layers":[{"mediaType":"application/l","digest":"%1$s","size":3,"annotations":{"a":"b"}}],\
                "annotations":{"k":"v"}}""".formatted(DIGEST);

        assertThat(new String(OciJson.bytes(OciJson.manifest(manifest.getBytes(UTF_8))), UTF_8))
                .isEqualTo(manifest);
    }

    @Test
    void anIndexGivesTheManifestOfAPlatform() {
        String index = """
                {"schemaVersion":2,"manifests":[
                {"mediaType":"m","digest":"%1$s","size":1,"platform":{"os":"linux","architecture":"arm64","variant":"v8"}},
                {"mediaType":"m","digest":"%1$s","size":2,"platform":{"os":"linux","architecture":"amd64"}},
                {"mediaType":"m","digest":"%1$s","size":3,"platform":{"os":"unknown","architecture":"unknown"}}]}
                """.formatted(DIGEST);
        Index parsed = OciJson.index(index.getBytes(UTF_8));

        assertThat(parsed.manifestFor(new Platform("linux", "amd64", null))
                        .orElseThrow()
                        .size())
                .isEqualTo(2);
        assertThat(parsed.manifestFor(new Platform("linux", "arm64", null))
                        .orElseThrow()
                        .size())
                .isEqualTo(1);
        assertThat(parsed.manifestFor(new Platform("linux", "s390x", null))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"schemaVersion\":1}",
                "{\"schemaVersion\":2}",
                "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"m\",\"digest\":\"sha256:1\",\"size\":1}}"
            })
    void anUnusableManifestIsRefused(String document) {
        assertThatThrownBy(() -> OciJson.manifest(document.getBytes(UTF_8)))
                .isInstanceOf(StrataException.class)
                .hasMessage("the image's manifest cannot be read");
    }
}
