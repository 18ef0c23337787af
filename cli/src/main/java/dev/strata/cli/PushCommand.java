/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.cli;

import dev.strata.engine.build.ImagePusher;
import dev.strata.engine.build.LocalImages;
import dev.strata.engine.build.LocalStore;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `strata push`: one name, or every tag of a repository where none is given.
@Command(name = "push", description = "Pushes an image; a name without a tag pushes every tag of its repository.")
@SuppressWarnings("NullAway.Init")
final class PushCommand implements Callable<Integer> {
    @ParentCommand
    private Strata strata;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "The image's name.")
    private String name;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        try (LocalStore store = strata.store()) {
            var pusher = new ImagePusher(store);
            for (LocalImages.Named named : chosen(store)) {
                pusher.push(named.image(), List.of(named.reference()));
                out.println(named.reference() + " " + named.image().descriptor().digest());
            }
        }
        out.flush();
        return 0;
    }

    private List<LocalImages.Named> chosen(LocalStore store) throws IOException {
        ImageReference reference = ImageReference.parse(name);
        boolean tagGiven = name.lastIndexOf(':') > name.lastIndexOf('/') || name.indexOf('@') >= 0;
        if (tagGiven) {
            return List.of(StoredImage.named(store, name));
        }
        List<LocalImages.Named> all = store.images().list(this::warn).stream()
                .filter(named -> named.reference().name().equals(reference.name()))
                .toList();
        if (all.isEmpty()) {
            throw StoredImage.notFound(reference);
        }
        return all;
    }

    private void warn(Problem problem) {
        spec.commandLine().getErr().println("WARNING " + problem.render());
    }
}
