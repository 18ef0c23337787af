/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.ImageConfig;
import dev.strata.engine.image.Index;
import dev.strata.engine.image.Manifest;
import dev.strata.engine.image.OciJson;
import dev.strata.engine.image.Platform;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.nio.file.Path;

/// Finds the image behind an entry of an archive's index, and refuses one that nothing could be done with.
///
/// @param archive for messages
record ArchivedImages(BlobStore blobs, Path archive, Platform platform) {
    /// As of what comes from a registry.
    static final int MAX_DOCUMENT = 8 << 20;

    /// The manifest that `entry` leads to: its own, or the one for our platform where it is an index, as
    /// BuildKit writes for an image with attestations. OCI image-spec, image-index.md.
    Descriptor manifest(Descriptor entry) {
        Descriptor manifest = entry;
        if (MediaTypes.isIndex(entry.mediaType())) {
            Index index = OciJson.index(document(entry));
            manifest = index.manifestFor(platform)
                    .orElseThrow(() -> refused("its index " + entry.digest() + " has no image for " + platform));
        }
        if (!MediaTypes.isManifest(manifest.mediaType())) {
            throw refused(manifest.digest() + " is of no type that an image's manifest has");
        }
        check(OciJson.manifest(document(manifest)));
        return manifest;
    }

    private void check(Manifest manifest) {
        ImageConfig config = OciJson.config(document(manifest.config()));
        if (config.diffIds().size() != manifest.layers().size()) {
            throw refused("a manifest has " + manifest.layers().size() + " layers, its config "
                    + config.diffIds().size());
        }
        manifest.layers().forEach(this::require);
    }

    private byte[] document(Descriptor descriptor) {
        require(descriptor);
        if (descriptor.size() > MAX_DOCUMENT) {
            throw refused("the document " + descriptor.digest() + " has more than 8 MiB");
        }
        return blobs.bytes(descriptor.digest());
    }

    private void require(Descriptor descriptor) {
        if (!blobs.has(descriptor.digest())) {
            throw refused("the blob " + descriptor.digest() + " is missing");
        }
        if (blobs.size(descriptor.digest()) != descriptor.size()) {
            throw refused("the blob " + descriptor.digest() + " has " + blobs.size(descriptor.digest()) + " bytes, not "
                    + descriptor.size());
        }
    }

    /// The file is not what can be read as an archive.
    StrataException unreadable(String why) {
        return new StrataException(Problem.of(
                ProblemCode.ArchiveInvalid,
                "the archive " + archive + " cannot be read",
                why,
                "check it with `tar -tvf`, then make it again"));
    }

    /// The archive can be read, but nothing can be done with its images.
    StrataException refused(String why) {
        return new StrataException(Problem.of(
                ProblemCode.ImageInvalid,
                "the archive " + archive + " cannot be loaded",
                why,
                "make it with `strata save` or `docker save` (docker 25 or later)"));
    }
}
