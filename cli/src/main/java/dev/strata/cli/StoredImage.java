/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.cli;

import dev.strata.engine.build.LocalImages;
import dev.strata.engine.build.LocalStore;
import dev.strata.engine.image.Image;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;

/// Images of the store as a command's arguments name them.
final class StoredImage {
    private StoredImage() {}

    /// The image that `name` stands for in the store; `ImageNotFound` otherwise.
    static LocalImages.Named named(LocalStore store, String name) throws IOException {
        ImageReference reference = ImageReference.parse(name);
        Image image = store.images().find(reference).orElseThrow(() -> notFound(reference));
        return new LocalImages.Named(reference, image);
    }

    /// A name that an image is to get: without a digest, which only the image's own bytes give.
    ///
    /// @throws StrataException `InvalidReference`
    static ImageReference newName(String name) {
        ImageReference reference = ImageReference.parse(name);
        if (reference.digest() != null) {
            throw new StrataException(Problem.of(
                    ProblemCode.InvalidReference,
                    "not a name that an image can be given: " + name,
                    "it has a digest, which follows from the image's bytes",
                    "leave out what follows @"));
        }
        return reference;
    }

    static StrataException notFound(ImageReference reference) {
        return new StrataException(Problem.of(
                ProblemCode.ImageNotFound,
                "no such image in the store: " + reference.familiar(),
                "",
                "`strata images` lists what is there; `strata pull` fetches one"));
    }
}
