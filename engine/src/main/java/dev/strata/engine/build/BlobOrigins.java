/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.registry.RegistryClient;
import dev.strata.engine.solve.BlobSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/// Remembers which repositories have a blob, so that it is fetched only when its bytes are needed, and is
/// mounted instead when it only has to be pushed.
public final class BlobOrigins implements BlobSource {
    private final Path directory;
    private final BlobStore blobs;
    private final RegistryClient registry;

    private BlobOrigins(Path directory, BlobStore blobs, RegistryClient registry) {
        this.directory = directory;
        this.blobs = blobs;
        this.registry = registry;
    }

    static BlobOrigins open(Path root, BlobStore blobs, RegistryClient registry) throws IOException {
        return new BlobOrigins(Files.createDirectories(root.resolve("origins")), blobs, registry);
    }

    /// Notes that the repository of `reference` has `blob`.
    void add(Descriptor blob, ImageReference reference) {
        try {
            if (!of(blob.digest()).stream().anyMatch(known -> known.name().equals(reference.name()))) {
                Files.writeString(
                        directory.resolve(blob.digest().hex()),
                        reference.name() + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("noting where " + blob.digest() + " is", e);
        }
    }

    /// The repositories that are known to have it, oldest first. A line that was written in part, before a crash,
    /// names none.
    List<ImageReference> of(Digest blob) {
        try {
            return new String(Files.readAllBytes(directory.resolve(blob.hex())), StandardCharsets.UTF_8)
                    .lines()
                    .flatMap(line -> repository(line).stream())
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("reading where " + blob + " is", e);
        }
    }

    private static Optional<ImageReference> repository(String line) {
        try {
            return Optional.of(ImageReference.parse(line));
        } catch (StrataException _) {
            return Optional.empty();
        }
    }

    /// Whether the blob is here, or a repository that is known to have it still does. One that does not answer
    /// is as good as one without it.
    boolean has(Descriptor blob) {
        return blobs.has(blob.digest())
                || of(blob.digest()).stream().anyMatch(repository -> offers(repository, blob.digest()));
    }

    private boolean offers(ImageReference repository, Digest digest) {
        try {
            return registry.offersBlob(repository, digest);
        } catch (StrataException e) {
            rethrowCancelled(e);
            return false;
        }
    }

    private static void rethrowCancelled(StrataException e) {
        if (e.problem().code() == ProblemCode.Cancelled) {
            throw e;
        }
    }

    @Override
    public void fetch(Descriptor blob) {
        if (blobs.has(blob.digest())) {
            return;
        }
        StrataException last = new StrataException(Problem.of(
                ProblemCode.StoreInvalid,
                "the layer " + blob.digest() + " is not in the store",
                "no registry is known that has it",
                "pull the image again, or build with --no-cache"));
        for (ImageReference repository : of(blob.digest())) {
            try {
                registry.fetchBlob(repository, blob, blobs);
                return;
            } catch (StrataException e) {
                rethrowCancelled(e);
                last = e;
            }
        }
        throw last;
    }
}
