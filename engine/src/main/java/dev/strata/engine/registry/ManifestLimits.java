/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import dev.strata.engine.image.Manifest;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.reference.ImageReference;

/// How much an image of a stranger may ask for.
final class ManifestLimits {
    /// overlayfs mounts at most so many layers. Linux, fs/overlayfs/params.h, OVL_MAX_STACK.
    static final int MOST_LAYERS = 500;

    static final long LARGEST_IMAGE = 256L << 30;

    private ManifestLimits() {}

    /// Throws `SizeLimitExceeded` before anything of a larger image is fetched.
    static void check(ImageReference reference, Manifest manifest) {
        if (manifest.layers().size() > MOST_LAYERS) {
            throw exceeded(
                    reference,
                    "it has " + manifest.layers().size() + " layers, at most " + MOST_LAYERS + " can be mounted");
        }
        long left = LARGEST_IMAGE;
        for (var layer : manifest.layers()) {
            left -= Math.min(layer.size(), left + 1);
        }
        if (left < 0) {
            throw exceeded(reference, "its layers have more than 256 GiB");
        }
    }

    private static RegistryException exceeded(ImageReference reference, String why) {
        return RegistryException.of(
                ProblemCode.SizeLimitExceeded,
                "the image " + reference + " is too large",
                why,
                "use a smaller image, or squash its layers");
    }
}
