/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/// What the command takes from outside its arguments, read once.
///
/// @param root the store without `--root`
/// @param dockerConfig docker's `config.json` without `--config`
/// @param launcher the launcher beside the command
/// @param sourceDateEpoch the limit of times in images; null for none.
///   reproducible-builds.org, SOURCE_DATE_EPOCH
/// @param variables everything, for build arguments that name no value
record Environment(
        Path root,
        Path dockerConfig,
        Path launcher,
        @Nullable Instant sourceDateEpoch,
        Map<String, String> variables) {

    static Environment ofProcess() {
        Map<String, String> env = System.getenv();
        Path home = Path.of(System.getProperty("user.home"));
        String configDirectory = env.get("DOCKER_CONFIG");
        String root = env.get("STRATA_ROOT");
        return new Environment(
                Path.of(root == null ? "/var/lib/strata" : root),
                (configDirectory == null ? home.resolve(".docker") : Path.of(configDirectory)).resolve("config.json"),
                Path.of(System.getProperty("strata.home", ".")).resolve("libexec/strata-launcher"),
                epoch(env.get("SOURCE_DATE_EPOCH")),
                env);
    }

    private static @Nullable Instant epoch(@Nullable String seconds) {
        if (seconds == null) {
            return null;
        }
        try {
            return Instant.ofEpochSecond(Long.parseLong(seconds));
        } catch (NumberFormatException e) {
            throw new CommandLine.InitializationException(
                    "SOURCE_DATE_EPOCH is not a number of seconds: " + seconds, e);
        }
    }
}
