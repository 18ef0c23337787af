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
/// @param variables everything, for build arguments that name no value
record Environment(Path root, Path dockerConfig, Path launcher, Map<String, String> variables) {
    private static final String EPOCH = "SOURCE_DATE_EPOCH";

    /// The last second of the year 9999: a config's times have four digits for a year. RFC 3339, section 1.
    private static final long LAST_SECOND = 253_402_300_799L;

    static Environment ofProcess() {
        Map<String, String> env = System.getenv();
        Path home = Path.of(System.getProperty("user.home"));
        String configDirectory = env.get("DOCKER_CONFIG");
        String root = env.get("STRATA_ROOT");
        return new Environment(
                Path.of(root == null ? "/var/lib/strata" : root),
                (configDirectory == null ? home.resolve(".docker") : Path.of(configDirectory)).resolve("config.json"),
                Path.of(System.getProperty("strata.home", ".")).resolve("libexec/strata-launcher"),
                env);
    }

    /// The limit of times in images; null for none, or where the variable is empty.
    /// reproducible-builds.org, SOURCE_DATE_EPOCH.
    ///
    /// @param command whose use is wrong when it is no time
    @Nullable
    Instant sourceDateEpoch(CommandLine command) {
        String text = variables.getOrDefault(EPOCH, "");
        if (text.isEmpty()) {
            return null;
        }
        if (!text.matches("[0-9]{1,12}") || Long.parseLong(text) > LAST_SECOND) {
            throw new CommandLine.ParameterException(
                    command, EPOCH + " is not a number of seconds from 1970 to 9999: " + text);
        }
        return Instant.ofEpochSecond(Long.parseLong(text));
    }
}
