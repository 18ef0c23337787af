/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.reference;

import dev.strata.engine.content.Digest;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The name of an image, normalised: `registry/repository[:tag][@digest]`.
///
/// Short names are docker's: `busybox` is `docker.io/library/busybox:latest`. The first part is a registry when it
/// holds a dot
/// or a colon or is `localhost`. With neither tag nor digest the tag is `latest`.
/// Grammar: OCI distribution-spec, "Pulling manifests"; length and short forms: github.com/distribution/reference.
public record ImageReference(
        String registry,
        String repository,
        @Nullable String tag,
        @Nullable Digest digest) {
    public static final String DOCKER_HUB = "docker.io";
    public static final String DEFAULT_TAG = "latest";

    private static final int MAX_REPOSITORY = 255;
    private static final Pattern REGISTRY = Pattern.compile(
            "(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\\[[0-9a-fA-F:]+])(?::[0-9]{1,5})?");
    private static final Pattern REPOSITORY =
            Pattern.compile("[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*");
    private static final Pattern TAG = Pattern.compile("[\\w][\\w.-]{0,127}");

    public ImageReference {
        if (!REGISTRY.matcher(registry).matches() || !isAddress(registry)) {
            throw invalid(
                    registry, "the registry is not a host name or an IP address with an optional port of 1 to 65535");
        }
        if (repository.length() > MAX_REPOSITORY
                || !REPOSITORY.matcher(repository).matches()) {
            throw invalid(
                    repository,
                    "a repository is at most 255 lower-case letters and digits, separated by one of . _ __ - and /");
        }
        if (tag != null && !TAG.matcher(tag).matches()) {
            throw invalid(tag, "a tag is at most 128 letters, digits, underscores, dots and dashes");
        }
    }

    /// Parses a name as a user writes it.
    ///
    /// @throws StrataException `InvalidReference`
    public static ImageReference parse(String text) {
        String rest = text;
        Digest digest = null;
        int at = rest.indexOf('@');
        if (at >= 0) {
            try {
                digest = Digest.parse(rest.substring(at + 1));
            } catch (IllegalArgumentException e) {
                throw invalid(text, "what follows @ must be sha256: and 64 hex digits");
            }
            rest = rest.substring(0, at);
        }
        String tag = null;
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/') && !(rest.indexOf('/') < 0 && rest.startsWith("["))) {
            tag = rest.substring(colon + 1);
            rest = rest.substring(0, colon);
        }
        String registry = DOCKER_HUB;
        int slash = rest.indexOf('/');
        if (slash > 0 && isRegistry(rest.substring(0, slash))) {
            registry = rest.substring(0, slash);
            rest = rest.substring(slash + 1);
        }
        if (registry.equals("index.docker.io")) {
            registry = DOCKER_HUB;
        }
        if (registry.equals(DOCKER_HUB) && rest.indexOf('/') < 0) {
            rest = "library/" + rest;
        }
        try {
            return new ImageReference(registry, rest, tag == null && digest == null ? DEFAULT_TAG : tag, digest);
        } catch (StrataException e) {
            throw invalid(text, e.problem().why());
        }
    }

    /// Whether an URL can be made of it. RFC 2396, section 3.2.2, by which `java.net.URI` reads hosts.
    private static boolean isAddress(String registry) {
        try {
            URI uri = new URI("https://" + registry);
            boolean portGiven = registry.lastIndexOf(':') > registry.lastIndexOf(']');
            return uri.getHost() != null && (!portGiven || (uri.getPort() >= 1 && uri.getPort() <= 65535));
        } catch (URISyntaxException _) {
            return false;
        }
    }

    private static boolean isRegistry(String first) {
        return first.indexOf('.') >= 0 || first.indexOf(':') >= 0 || first.equals("localhost");
    }

    /// What a registry's manifest endpoint is asked for: the digest if there is one, else the tag.
    public String manifestReference() {
        return digest != null ? digest.toString() : tag != null ? tag : DEFAULT_TAG;
    }

    public ImageReference withTag(String newTag) {
        return new ImageReference(registry, repository, newTag, null);
    }

    /// The same name pinned to `pinned`, tag kept.
    public ImageReference withDigest(Digest pinned) {
        return new ImageReference(registry, repository, tag, pinned);
    }

    /// The same name with the tag left out: `registry/repository@digest`.
    public ImageReference byDigest(Digest pinned) {
        return new ImageReference(registry, repository, null, pinned);
    }

    /// `registry/repository`, no tag.
    public String name() {
        return registry + "/" + repository;
    }

    /// As docker shows it: without `docker.io/` and `library/`.
    public String familiar() {
        String name = name();
        if (registry.equals(DOCKER_HUB)) {
            name = repository.startsWith("library/") && repository.indexOf('/', "library/".length()) < 0
                    ? repository.substring("library/".length())
                    : repository;
        }
        return name + suffix();
    }

    @Override
    public String toString() {
        return name() + suffix();
    }

    private String suffix() {
        return (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
    }

    private static StrataException invalid(String text, String why) {
        return new StrataException(Problem.of(
                ProblemCode.InvalidReference,
                "not an image name: " + text,
                why,
                "write [registry/]repository[:tag][@sha256:...], for example registry.example.com:5000/team/app:1.2"));
    }
}
