/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import dev.strata.engine.content.BlobStore;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.Digest;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.Image;
import dev.strata.engine.image.ImageConfig;
import dev.strata.engine.image.Index;
import dev.strata.engine.image.Manifest;
import dev.strata.engine.image.OciJson;
import dev.strata.engine.image.Platform;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.reference.ImageReference;
import java.net.URI;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// Reads and writes images in registries. OCI distribution-spec 1.1.
///
/// Every operation throws [RegistryException] (`ImageNotFound`, `PullUnauthorized`,
/// `PushUnauthorized`, `RegistryUnreachable`, `RegistryError`, `ImageInvalid`,
/// `CredentialsInvalid`, or `Cancelled` when its thread is interrupted). Broken connections, 429
/// and 5xx are tried again first. Thread-safe; operations block, so a virtual thread each is cheap.
/// Close it: open connections delay the process's end.
public final class RegistryClient implements AutoCloseable {
    private static final int LARGEST_CONFIG = 8 << 20;
    private static final String MANIFEST_TYPES = String.join(
            ", ", MediaTypes.OCI_INDEX, MediaTypes.OCI_MANIFEST, MediaTypes.DOCKER_INDEX, MediaTypes.DOCKER_MANIFEST);

    private final RegistrySettings settings;
    private final Transport transport;

    public RegistryClient(RegistrySettings settings) {
        this.settings = settings;
        this.transport = new Transport(settings);
    }

    /// The manifest or index behind a name, at most 8 MiB; empty when there is none.
    public Optional<FetchedManifest> manifest(ImageReference reference) {
        Call call = manifestCall("GET", reference, pull(reference)).with("Accept", MANIFEST_TYPES);
        Transport.Answer answer = transport.ask(call, FetchedManifest.LARGEST);
        return switch (answer.status()) {
            case 404 -> Optional.empty();
            case 200 -> Optional.of(FetchedManifest.verified(reference, answer));
            default -> throw answer.refusal(call);
        };
    }

    /// Finds the image for `platform` behind a name, through an index if it is one. Its manifest,
    /// config and index are put into `store`; layers are not fetched.
    public Image resolve(ImageReference reference, Platform platform, BlobStore store) {
        FetchedManifest fetched = manifest(reference).orElseThrow(() -> notFound(reference, "there is no such image"));
        Descriptor descriptor = store.put(fetched.mediaType(), fetched.bytes());
        if (MediaTypes.isIndex(fetched.mediaType())) {
            Index index = OciJson.index(fetched.bytes());
            descriptor = index.manifestFor(platform).orElseThrow(() -> notOffered(reference, platform, index));
            Digest chosen = descriptor.digest();
            fetched = manifest(reference.byDigest(chosen))
                    .orElseThrow(() -> notFound(reference, "its index names " + chosen + ", which is not there"));
            store.put(fetched.mediaType(), fetched.bytes());
        }
        if (!MediaTypes.isManifest(fetched.mediaType()) || fetched.descriptor().size() != descriptor.size()) {
            throw RegistryException.invalid(
                    reference + " is not an image",
                    "its manifest is " + fetched.descriptor().size() + " bytes of type "
                            + ErrorText.cleaned(fetched.mediaType()));
        }
        Manifest manifest = OciJson.manifest(fetched.bytes());
        ManifestLimits.check(reference, manifest);
        ImageConfig config = config(reference, manifest, store);
        if (!platform.accepts(config.platform())) {
            throw notFound(reference, "it is for " + config.platform() + ", not for " + platform);
        }
        return new Image(fetched.descriptor(), manifest, config);
    }

    /// Fetches a blob into `store`, unless it is there.
    public void fetchBlob(ImageReference repository, Descriptor blob, BlobStore store) {
        if (!store.has(blob.digest())) {
            Access access = pull(repository);
            new BlobDownload(transport, Call.of("GET", blobUri(access, blob.digest()), access), blob).into(store);
        }
        requireSize(blob, store, "of " + repository.name());
    }

    /// Whether a repository that is pushed into has a blob already. Refused, it is the push that is refused.
    public boolean hasBlob(ImageReference repository, Digest digest) {
        return hasBlob(transport, push(repository), digest);
    }

    /// Whether a blob can be pulled from a repository.
    public boolean offersBlob(ImageReference repository, Digest digest) {
        return hasBlob(transport, pull(repository), digest);
    }

    /// Puts a blob of `store` into a repository, unless it is there.
    public void pushBlob(ImageReference repository, Descriptor blob, BlobStore store) {
        requireSize(blob, store, "in the store");
        Access access = push(repository);
        if (!hasBlob(transport, access, blob.digest())) {
            BlobUpload.send(transport, access, blob, store);
        }
    }

    /// Lets `repository` have a blob of another repository of the same registry without sending its bytes.
    /// Where the registry does not do it, they are sent.
    ///
    /// @param bytes the store that has them; asked only when they are needed
    public void mountBlob(
            ImageReference repository, Descriptor blob, String fromRepository, Supplier<BlobStore> bytes) {
        BlobUpload.mountOrSend(transport, push(repository), blob, fromRepository, () -> {
            BlobStore store = bytes.get();
            requireSize(blob, store, "in the store");
            return store;
        });
    }

    /// Puts a manifest or index under the reference's tag or digest and returns its digest. What it names
    /// must be in the repository already.
    public Digest pushManifest(ImageReference reference, String mediaType, byte[] bytes) {
        Digest digest = Digest.of(bytes);
        Call call = manifestCall("PUT", reference, push(reference)).sending(mediaType, Payload.of(bytes));
        Transport.Answer answer = transport.ask(call, ErrorText.READ_LIMIT);
        if (answer.status() != 201 && answer.status() != 200 && answer.status() != 202) {
            throw answer.refusal(call);
        }
        answer.digest().filter(stored -> !stored.equals(digest)).ifPresent(stored -> {
            throw RegistryException.of(
                    ProblemCode.RegistryError,
                    "the registry stored another manifest for " + reference + " than was sent",
                    "sent " + digest + ", stored " + stored,
                    "look for a proxy that changes requests");
        });
        return digest;
    }

    /// Closes every connection; operations that still run fail.
    @Override
    public void close() {
        transport.close();
    }

    private static void requireSize(Descriptor blob, BlobStore store, String where) {
        if (store.size(blob.digest()) != blob.size()) {
            throw RegistryException.invalid(
                    "blob " + blob.digest() + " " + where + " has another size than its descriptor says",
                    store.size(blob.digest()) + " bytes, not " + blob.size());
        }
    }

    static boolean hasBlob(Transport transport, Access access, Digest digest) {
        Call call = Call.of("HEAD", blobUri(access, digest), access);
        Transport.Answer answer = transport.ask(call, ErrorText.READ_LIMIT);
        return switch (answer.status()) {
            case 200 -> true;
            case 404 -> false;
            default -> throw answer.refusal(call);
        };
    }

    private ImageConfig config(ImageReference reference, Manifest manifest, BlobStore store) {
        Descriptor config = manifest.config();
        boolean image = config.mediaType().equals(MediaTypes.OCI_CONFIG)
                || config.mediaType().equals(MediaTypes.DOCKER_CONFIG);
        if (!image || config.size() > LARGEST_CONFIG) {
            throw RegistryException.invalid(
                    reference + " is not an image",
                    "its config is " + config.size() + " bytes of type " + ErrorText.cleaned(config.mediaType()));
        }
        fetchBlob(reference, config, store);
        ImageConfig parsed = OciJson.config(store.bytes(config.digest()));
        if (parsed.diffIds().size() != manifest.layers().size()) {
            throw RegistryException.invalid(
                    reference + " is not a consistent image",
                    "its config names " + parsed.diffIds().size() + " layers, its manifest "
                            + manifest.layers().size());
        }
        return parsed;
    }

    private static RegistryException notOffered(ImageReference reference, Platform wanted, Index index) {
        String offered = index.manifests().stream()
                .map(Index.Entry::platform)
                .filter(platform -> platform != null && !platform.os().equals("unknown"))
                .map(String::valueOf)
                .distinct()
                .collect(Collectors.joining(", "));
        return notFound(reference, ErrorText.cleaned("there is none for " + wanted + "; there is: " + offered));
    }

    private static RegistryException notFound(ImageReference reference, String why) {
        return RegistryException.of(
                ProblemCode.ImageNotFound, "image not found: " + reference, why, "check the name, tag and platform");
    }

    private static Call manifestCall(String method, ImageReference reference, Access access) {
        String path = access.repository() + "/manifests/" + reference.manifestReference();
        return Call.of(method, access.endpoint().resolve(path), access);
    }

    private static URI blobUri(Access access, Digest digest) {
        return access.endpoint().resolve(access.repository() + "/blobs/" + digest);
    }

    private Access pull(ImageReference reference) {
        return Access.pull(endpoint(reference), reference.repository());
    }

    private Access push(ImageReference reference) {
        return Access.push(endpoint(reference), reference.repository());
    }

    private Endpoint endpoint(ImageReference reference) {
        return Endpoint.of(reference.registry(), settings.plainHttpLoopback());
    }
}
