/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.BlobWriter;
import dev.strata.engine.content.Descriptor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Fetches one blob into the store. After a broken connection it goes on where it stopped, by
/// `Range`. Never takes more bytes than the descriptor's size. OCI distribution-spec, "Pulling
/// blobs".
final class BlobDownload {
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]{1,18})-[0-9]{1,18}/.*");
    /// What a try must bring for earlier failures to be forgotten.
    private static final long PROGRESS = 64 << 10;

    private final Transport transport;
    private final Call call;
    private final Descriptor blob;

    BlobDownload(Transport transport, Call call, Descriptor blob) {
        this.transport = transport;
        this.call = call;
        this.blob = blob;
    }

    void into(BlobStore store) {
        try (BlobWriter writer = store.writer()) {
            Retries retries = transport.retries();
            boolean complete = false;
            while (!complete) {
                long before = writer.size();
                try {
                    receive(writer);
                    complete = true;
                } catch (IOException e) {
                    if (writer.size() - before >= PROGRESS) {
                        retries.progressed();
                    }
                    retries.failed(call, e);
                }
            }
            if (!writer.digest().equals(blob.digest())) {
                throw invalid("its bytes have the digest " + writer.digest());
            }
            writer.commit();
        } catch (IOException e) {
            throw new UncheckedIOException("writing blob " + blob.digest() + " to the store", e);
        }
    }

    private void receive(BlobWriter writer) throws IOException {
        long offset = writer.size();
        Call request = offset == 0 ? call : call.with("Range", "bytes=" + offset + "-" + (blob.size() - 1));
        HttpResponse<InputStream> response = transport.open(request);
        try (InputStream body = transport.body(response)) {
            switch (response.statusCode()) {
                case 200 -> {
                    long announced = response.headers()
                            .firstValueAsLong("Content-Length")
                            .orElse(blob.size());
                    if (announced != blob.size()) {
                        throw invalid("the registry sends " + announced + " bytes");
                    }
                    body.skipNBytes(offset);
                }
                case 206 -> requireStart(response, offset);
                default ->
                    throw RegistryException.refused(
                            request, response.statusCode(), ErrorText.of(body.readNBytes(ErrorText.READ_LIMIT)));
            }
            copy(body, writer);
        }
    }

    private void requireStart(HttpResponse<?> response, long offset) {
        Matcher range = CONTENT_RANGE.matcher(
                response.headers().firstValue("Content-Range").orElse(""));
        if (!range.matches() || Long.parseLong(range.group(1)) != offset) {
            throw invalid("the registry sends another range than from byte " + offset);
        }
    }

    private void copy(InputStream body, BlobWriter writer) throws IOException {
        byte[] buffer = new byte[64 << 10];
        while (writer.size() < blob.size()) {
            int count = body.read(buffer, 0, (int) Math.min(buffer.length, blob.size() - writer.size()));
            if (count < 0) {
                throw new EOFException("the connection ended at byte " + writer.size() + " of " + blob.size());
            }
            store(writer, buffer, count);
        }
        if (body.read() >= 0) {
            throw invalid("the registry sends more bytes");
        }
    }

    /// A failing disk is not a failing connection, and no reason to ask again.
    private void store(OutputStream writer, byte[] buffer, int count) {
        try {
            writer.write(buffer, 0, count);
        } catch (IOException e) {
            throw new UncheckedIOException("writing blob " + blob.digest() + " to the store", e);
        }
    }

    private RegistryException invalid(String why) {
        return RegistryException.invalid(
                "blob " + blob.digest() + " of " + call.access().name() + " is not the " + blob.size()
                        + " bytes that its descriptor says",
                why);
    }
}
