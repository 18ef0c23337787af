/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.image.Image;
import dev.strata.engine.image.ImageConfig;
import dev.strata.engine.image.Manifest;
import dev.strata.engine.image.OciJson;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// The names of the local store's images. A name points at a manifest; many may point at one.
///
/// A name is a file: the directory is `registry/repository`, the file's own name `:tag`, `@digest` or both. No part of
/// a
/// repository begins with a colon or an at sign, so that a name never meets another's directory.
public final class LocalImages {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;
    private final Path temporary;
    private final BlobStore blobs;

    private LocalImages(Path directory, Path temporary, BlobStore blobs) {
        this.directory = directory;
        this.temporary = temporary;
        this.blobs = blobs;
    }

    static LocalImages open(Path root, BlobStore blobs) throws IOException {
        return new LocalImages(
                Files.createDirectories(root.resolve("names")), Files.createDirectories(root.resolve("tmp")), blobs);
    }

    /// A name and what it stands for.
    public record Named(ImageReference reference, Image image) {}

    /// The image of a name, or of a digest that some name of the same repository stands for.
    public Optional<Image> find(ImageReference reference) throws IOException {
        Digest digest = reference.digest();
        if (digest == null) {
            return read(file(reference)).map(this::image);
        }
        return list(other -> {}).stream()
                .filter(named -> named.reference().name().equals(reference.name()))
                .map(Named::image)
                .filter(image -> image.descriptor().digest().equals(digest))
                .findFirst();
    }

    /// Every name with its image, by name. A name whose image cannot be read hides no other: it is left out
    /// and `unreadable` is told.
    public List<Named> list(Consumer<Problem> unreadable) throws IOException {
        var all = new ArrayList<Named>();
        List<Path> files;
        try (Stream<Path> stream = Files.walk(directory)) {
            files = stream.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            String name = name(file);
            try {
                read(file).ifPresent(image -> all.add(new Named(ImageReference.parse(name), image(image))));
            } catch (StrataException e) {
                unreadable.accept(unreadable(
                        name, e.problem().headline() + ": " + e.problem().why()));
            } catch (IOException | UncheckedIOException e) {
                unreadable.accept(unreadable(name, String.valueOf(e.getMessage())));
            }
        }
        all.sort(Comparator.comparing(named -> named.reference().toString()));
        return all;
    }

    private static Problem unreadable(String name, String why) {
        return Problem.of(
                ProblemCode.StoreInvalid,
                "the image " + name + " of the store cannot be read",
                why,
                "give its name to another image: build, pull, load or tag one");
    }

    /// Lets `reference` stand for the manifest `descriptor`, whose bytes and config are in the store.
    public void tag(ImageReference reference, Descriptor descriptor) throws IOException {
        ObjectNode doc = JSON.createObjectNode();
        doc.put("mediaType", descriptor.mediaType());
        doc.put("digest", descriptor.digest().toString());
        doc.put("size", descriptor.size());
        Path file = Files.createTempFile(temporary, "ref", "");
        Files.write(file, JSON.writeValueAsBytes(doc));
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Path target = file(reference);
        Files.createDirectories(directory.resolve(reference.name()));
        Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private Image image(Descriptor descriptor) {
        Manifest manifest = OciJson.manifest(blobs.bytes(descriptor.digest()));
        ImageConfig config = OciJson.config(blobs.bytes(manifest.config().digest()));
        return new Image(descriptor, manifest, config);
    }

    private Path file(ImageReference reference) {
        String name = reference.name();
        return directory.resolve(name).resolve(reference.toString().substring(name.length()));
    }

    /// What a file stands for, the reverse of [#file].
    private String name(Path file) {
        Path relative = directory.relativize(file);
        Path repository = relative.getParent();
        return (repository == null ? "" : repository.toString()) + relative.getFileName();
    }

    private static Optional<Descriptor> read(Path file) throws IOException {
        try {
            JsonNode doc = JSON.readTree(Files.readAllBytes(file));
            return Optional.of(new Descriptor(
                    doc.path("mediaType").asText(),
                    Digest.parse(doc.path("digest").asText()),
                    doc.path("size").asLong()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }
}
