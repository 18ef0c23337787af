/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;

/// A request's body, which can be sent again: `length` bytes from a newly opened source.
record Payload(long length, Source source) {
    static final Payload NONE = of(new byte[0]);

    interface Source {
        InputStream open() throws IOException;
    }

    static Payload of(byte[] bytes) {
        return new Payload(bytes.length, () -> new ByteArrayInputStream(bytes));
    }

    BodyPublisher publisher() {
        return length == 0
                ? BodyPublishers.noBody()
                : BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(this::open), length);
    }

    private InputStream open() {
        try {
            return source.open();
        } catch (IOException e) {
            throw new UncheckedIOException("opening what is to be uploaded", e);
        }
    }
}
