/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.problem.ProblemCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Sends one blob: POST for an upload URL, PATCH with the bytes, PUT with the digest. After a
/// failure the upload URL is asked for what has arrived, and only the rest is sent. Not
/// thread-safe. OCI distribution-spec, "Pushing a blob in chunks".
final class BlobUpload {
    private static final int SMALL = ErrorText.READ_LIMIT;
    private static final Pattern RANGE = Pattern.compile("(?:bytes=)?0-([0-9]{1,18})");

    private final Transport transport;
    private final Access access;
    private final Descriptor blob;
    private final BlobStore store;

    private URI session;
    private long offset;
    private long furthest;
    private boolean resumed;

    private BlobUpload(Transport transport, Access access, Descriptor blob, BlobStore store, URI session) {
        this.transport = transport;
        this.access = access;
        this.blob = blob;
        this.store = store;
        this.session = session;
    }

    /// Sends the blob.
    static void send(Transport transport, Access access, Descriptor blob, BlobStore store) {
        new BlobUpload(transport, access, blob, store, begin(transport, start(access))).run();
    }

    /// Mounts the blob from the repository `from`. A registry that does not do it has begun an upload instead;
    /// the bytes go there.
    ///
    /// @param bytes where the blob is then; asked only in that case
    static void mountOrSend(
            Transport transport, Access access, Descriptor blob, String from, Supplier<BlobStore> bytes) {
        Call start = start(access);
        String query = "?mount=" + blob.digest() + "&from=" + from;
        Call mount = Call.of("POST", start.uri().resolve(query), access.readingAlso(from));
        Transport.Answer answer = mount(transport, mount);
        if (answer != null && answer.status() == 201) {
            return;
        }
        BlobStore store = bytes.get();
        URI session = answer != null && answer.status() == 202
                ? Transport.location(mount, answer.headers())
                : begin(transport, start);
        new BlobUpload(transport, access, blob, store, session).run();
    }

    /// Null when the registry does not let us read the other repository; then the bytes are sent.
    private static Transport.@Nullable Answer mount(Transport transport, Call mount) {
        try {
            return transport.ask(mount, SMALL);
        } catch (RegistryException e) {
            if (e.problem().code() == ProblemCode.PushUnauthorized) {
                return null;
            }
            throw e;
        }
    }

    private static Call start(Access access) {
        return Call.of("POST", access.endpoint().resolve(access.repository() + "/blobs/uploads/"), access);
    }

    private static URI begin(Transport transport, Call start) {
        Transport.Answer answer = transport.ask(start, SMALL);
        if (answer.status() != 202) {
            throw answer.refusal(start);
        }
        return Transport.location(start, answer.headers());
    }

    private void run() {
        Retries retries = transport.retries();
        while (true) {
            Call next = offset < blob.size() ? patch() : finish();
            try {
                if (offset < blob.size()) {
                    sendRest(next);
                } else if (finished(next)) {
                    return;
                }
            } catch (IOException e) {
                retries.failed(next, e);
                if (recover()) {
                    return;
                }
                if (offset > furthest) {
                    furthest = offset;
                    retries.progressed();
                }
            }
        }
    }

    private Call patch() {
        long from = offset;
        Call call = Call.of("PATCH", session, access)
                .sending("application/octet-stream", new Payload(blob.size() - from, () -> bytesFrom(from)));
        return from == 0 ? call : call.with("Content-Range", from + "-" + (blob.size() - 1));
    }

    private InputStream bytesFrom(long start) throws IOException {
        InputStream in = store.read(blob.digest());
        in.skipNBytes(start);
        return in;
    }

    private void sendRest(Call patch) throws IOException {
        Transport.Answer answer = transport.askOnce(patch, SMALL);
        switch (answer.status()) {
            case 202, 204 -> {
                session = Transport.location(patch, answer.headers());
                offset = blob.size();
            }
            case 404, 416 -> throw new IOException("the registry has another part of the upload than was sent");
            default -> throw answer.refusal(patch);
        }
    }

    private Call finish() {
        String separator = session.getRawQuery() == null ? "?" : "&";
        return Call.of("PUT", URI.create(session + separator + "digest=" + blob.digest()), access);
    }

    private boolean finished(Call put) throws IOException {
        Transport.Answer answer = transport.askOnce(put, SMALL);
        return switch (answer.status()) {
            case 200, 201, 204 -> true;
            case 404, 416 -> throw new IOException("the registry has another part of the upload than was sent");
            default -> {
                if (answer.status() != 400 || !resumed) {
                    throw answer.refusal(put);
                }
                // Two writers met on one upload: the old connection was not yet closed. Once more, from the start.
                restart();
                yield false;
            }
        };
    }

    /// Finds out where to go on; true when the registry has the whole blob after all.
    private boolean recover() {
        Call status = Call.of("GET", session, access);
        Transport.Answer answer = transport.ask(status, SMALL);
        Matcher range = RANGE.matcher(answer.header("Range").orElse(""));
        if (answer.status() == 204 && range.matches()) {
            long last = Long.parseLong(range.group(1));
            // "0-0" stands for nothing as well as for one byte; the registry refuses a wrong guess.
            long arrived = last == 0 ? 0 : last + 1;
            if (arrived <= blob.size() && !(arrived == offset && last == 0 && resumed)) {
                resumed = true;
                offset = arrived;
                session =
                        answer.header("Location").isPresent() ? Transport.location(status, answer.headers()) : session;
                return false;
            }
        }
        if (answer.status() != 204 && answer.status() != 404) {
            throw answer.refusal(status);
        }
        if (RegistryClient.hasBlob(transport, access, blob.digest())) {
            return true;
        }
        restart();
        return false;
    }

    private void restart() {
        resumed = false;
        offset = 0;
        session = begin(transport, start(access));
    }
}
