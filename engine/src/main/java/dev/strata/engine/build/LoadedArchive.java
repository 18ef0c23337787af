/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.content.BlobWriter;
import dev.strata.engine.layer.Archives;
import dev.strata.engine.layer.Entry;
import dev.strata.engine.layer.SizeBudget;
import dev.strata.engine.layer.TarReader;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;

/// The file of an archive of images, plain or compressed as for ADD, read once from beginning to end.
///
/// @param budget what it may hold when unpacked
record LoadedArchive(ArchivedImages archived, SizeBudget budget) {
    /// Puts every blob into the store and returns the bytes of `index.json`. A blob whose digest is not its
    /// name is not kept.
    byte[] store() {
        Map<String, byte[]> documents = new HashMap<>();
        try (InputStream in = Files.newInputStream(archived.archive())) {
            TarReader tar = Archives.open(in, budget)
                    .orElseThrow(() -> archived.unreadable("it is no tar archive, plain or compressed"));
            tar.forEach((entry, content) -> take(entry, new Content(content), documents));
        } catch (NoSuchFileException e) {
            throw archived.unreadable("there is no such file");
        } catch (IOException e) {
            throw archived.unreadable(String.valueOf(e.getMessage()));
        } catch (StrataException e) {
            throw e.problem().code() == ProblemCode.ArchiveInvalid
                    ? archived.unreadable(e.problem().why())
                    : e;
        }
        byte[] index = documents.get(ImageArchive.INDEX);
        if (index == null) {
            throw archived.refused("it holds no " + ImageArchive.INDEX);
        }
        return index;
    }

    private void take(Entry entry, InputStream content, Map<String, byte[]> documents) {
        try {
            if (entry.kind() == Entry.Kind.FILE && entry.path().startsWith(ImageArchive.BLOBS)) {
                blob(entry.path().substring(ImageArchive.BLOBS.length()), content);
            } else if (entry.path().equals(ImageArchive.INDEX)) {
                documents.put(ImageArchive.INDEX, document(content));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing a blob of " + archived.archive() + " to the store", e);
        }
    }

    private byte[] document(InputStream content) throws IOException {
        byte[] bytes = content.readNBytes(ArchivedImages.MAX_DOCUMENT + 1);
        if (bytes.length > ArchivedImages.MAX_DOCUMENT) {
            throw archived.refused("its " + ImageArchive.INDEX + " has more than 8 MiB");
        }
        return bytes;
    }

    private void blob(String name, InputStream content) throws IOException {
        try (BlobWriter writer = archived.blobs().writer()) {
            content.transferTo(writer);
            if (!writer.digest().hex().equals(name)) {
                throw archived.refused(
                        "one of its blobs has the digest " + writer.digest() + ", which is not the blob's name");
            }
            writer.commit();
        }
    }

    /// What fails in here is the archive, and not the store that it is written to.
    private final class Content extends FilterInputStream {
        Content(InputStream in) {
            super(in);
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            try {
                return in.read(buffer, offset, length);
            } catch (IOException e) {
                throw archived.unreadable(String.valueOf(e.getMessage()));
            }
        }
    }
}
