/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.cli;

import dev.strata.engine.build.LocalImages;
import dev.strata.engine.build.LocalStore;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `strata tag`: another name for an image.
@Command(name = "tag", description = "Gives an image of the store another name.")
@SuppressWarnings("NullAway.Init")
final class TagCommand implements Callable<Integer> {
    @ParentCommand
    private Strata strata;

    @Parameters(index = "0", paramLabel = "IMAGE", description = "The image.")
    private String image;

    @Parameters(index = "1", paramLabel = "NAME", description = "Its new name.")
    private String name;

    @Override
    public Integer call() throws IOException {
        ImageReference reference = StoredImage.newName(name);
        try (LocalStore store = strata.store()) {
            LocalImages.Named named = StoredImage.named(store, image);
            store.images().tag(reference, named.image().descriptor());
        }
        return 0;
    }
}
