/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.cli;

import dev.strata.engine.build.ImageArchive;
import dev.strata.engine.build.LocalStore;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/// `strata load`: the images of an archive into the store.
@Command(name = "load", description = "Reads images from an archive.")
@SuppressWarnings("NullAway.Init")
final class LoadCommand implements Callable<Integer> {
    @ParentCommand
    private Strata strata;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = {"-i", "--input"},
            required = true,
            paramLabel = "FILE",
            description = "The archive, plain or compressed.")
    private Path file;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (LocalStore store = strata.store()) {
            for (ImageReference reference : new ImageArchive(store).load(file)) {
                out.println("Loaded image: " + reference);
            }
        }
        out.flush();
        return 0;
    }
}
