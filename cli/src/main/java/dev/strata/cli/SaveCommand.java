/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.cli;

import dev.strata.engine.build.ImageArchive;
import dev.strata.engine.build.LocalImages;
import dev.strata.engine.build.LocalStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `strata save`: images as one archive that containerd, docker and `strata load` read.
@Command(name = "save", description = "Writes images to an archive (OCI layout, also read by docker).")
@SuppressWarnings("NullAway.Init")
final class SaveCommand implements Callable<Integer> {
    @ParentCommand
    private Strata strata;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "FILE",
            description = "The archive.")
    private Path file;

    @Parameters(arity = "1..*", paramLabel = "NAME", description = "Images to write.")
    private List<String> names;

    @Override
    public Integer call() throws IOException {
        try (LocalStore store = strata.store()) {
            var images = new ArrayList<LocalImages.Named>();
            for (String name : names) {
                images.add(StoredImage.named(store, name));
            }
            ArchiveFile.write(file, out -> new ImageArchive(store).save(images, out));
        }
        return 0;
    }
}
