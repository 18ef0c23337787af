/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.reference.ImageReference;

/// A manifest or index as the registry sent it; the digest is that of these bytes.
public final class FetchedManifest {
    /// Bytes of a manifest that are taken.
    static final int LARGEST = 8 << 20;

    private final Descriptor descriptor;
    private final byte[] bytes;

    FetchedManifest(String mediaType, byte[] bytes) {
        this.descriptor = Descriptor.of(mediaType, bytes);
        this.bytes = bytes;
    }

    /// What a registry sent for `reference`: no other bytes than the digest says, of one kind alone.
    static FetchedManifest verified(ImageReference reference, Transport.Answer answer) {
        if (answer.body().length > LARGEST) {
            throw RegistryException.invalid("the manifest of " + reference + " is too large", "it has more than 8 MiB");
        }
        String type = essence(answer.header("Content-Type").orElse(""));
        var fetched = new FetchedManifest(type, answer.body());
        Digest wanted = reference.digest() != null
                ? reference.digest()
                : answer.digest().orElse(fetched.digest());
        if (!fetched.digest().equals(wanted)) {
            throw RegistryException.invalid(
                    "the manifest of " + reference + " is not what it should be",
                    "its bytes have the digest " + fetched.digest() + ", not " + wanted);
        }
        // A document that is read as one kind here and as another elsewhere would be two images in one.
        RegistryJson.mediaType(answer.body()).filter(own -> !own.equals(type)).ifPresent(own -> {
            throw RegistryException.invalid(
                    "the manifest of " + reference + " is ambiguous",
                    ErrorText.cleaned("it was sent as " + type + " and calls itself " + own));
        });
        return fetched;
    }

    private static String essence(String contentType) {
        int parameters = contentType.indexOf(';');
        return (parameters < 0 ? contentType : contentType.substring(0, parameters)).strip();
    }

    public String mediaType() {
        return descriptor.mediaType();
    }

    public Digest digest() {
        return descriptor.digest();
    }

    public Descriptor descriptor() {
        return descriptor;
    }

    /// A copy of the bytes.
    public byte[] bytes() {
        return bytes.clone();
    }
}
