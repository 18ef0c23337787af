/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.cli;

import dev.strata.engine.build.ImageArchive;
import dev.strata.engine.build.LocalImages;
import dev.strata.engine.build.LocalStore;
import dev.strata.engine.problem.Problem;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

/// `strata images`: the names in the store, in docker's columns.
@Command(name = "images", description = "Lists the images of the store.")
@SuppressWarnings("NullAway.Init")
final class ImagesCommand implements Callable<Integer> {
    private static final String ROW = "%-55s %-15s %-14s %-16s %s%n";

    @ParentCommand
    private Strata strata;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (LocalStore store = strata.store()) {
            out.printf(ROW, "REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE");
            for (LocalImages.Named named : store.images().list(this::warn)) {
                String familiar = named.reference().familiar();
                String tag = named.reference().tag();
                String repository =
                        tag == null ? familiar : familiar.substring(0, familiar.length() - tag.length() - 1);
                out.printf(
                        ROW,
                        repository,
                        tag == null ? "<none>" : tag,
                        named.image().manifest().config().digest().shortHex(),
                        age(named.image().config().created()),
                        size(ImageArchive.size(named.image())));
            }
        }
        out.flush();
        return 0;
    }

    private void warn(Problem problem) {
        spec.commandLine().getErr().println("WARNING " + problem.render());
    }

    private static String age(@Nullable Instant created) {
        if (created == null) {
            return "N/A";
        }
        Duration age = Duration.between(created, Instant.now());
        if (age.toDays() > 0) {
            return age.toDays() + " days ago";
        }
        return age.toHours() > 0 ? age.toHours() + " hours ago" : age.toMinutes() + " minutes ago";
    }

    private static String size(long bytes) {
        double megabytes = bytes / 1e6;
        return megabytes < 1
                ? String.format(Locale.ROOT, "%.1fkB", bytes / 1e3)
                : String.format(Locale.ROOT, "%.1fMB", megabytes);
    }
}
