/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.cli;

import dev.strata.engine.build.ImagePuller;
import dev.strata.engine.build.LocalStore;
import dev.strata.engine.image.Image;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `strata pull`: an image of a registry into the store.
@Command(name = "pull", description = "Pulls an image from its registry.")
@SuppressWarnings("NullAway.Init")
final class PullCommand implements Callable<Integer> {
    @ParentCommand
    private Strata strata;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "The image's name.")
    private String name;

    @Override
    public Integer call() throws IOException {
        ImageReference reference = ImageReference.parse(name);
        PrintWriter out = spec.commandLine().getOut();
        try (LocalStore store = strata.store()) {
            Image image = new ImagePuller(store).pull(reference);
            out.println(reference + " " + image.descriptor().digest());
        }
        out.flush();
        return 0;
    }
}
