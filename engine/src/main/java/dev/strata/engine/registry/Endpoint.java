/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import dev.strata.engine.reference.ImageReference;
import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;

/// Where a registry's API is: `https://host[:port]/v2/`, plain HTTP for loopback where that is set.
record Endpoint(String registry, URI base) {
    private static final Pattern LOOPBACK_V4 = Pattern.compile("127(\\.[0-9]{1,3}){3}");

    static Endpoint of(String registry, boolean plainHttpLoopback) {
        String host = registry.equals(ImageReference.DOCKER_HUB) ? "registry-1.docker.io" : registry;
        URI https = URI.create("https://" + host + "/v2/");
        boolean plain = plainHttpLoopback && isLoopback(https);
        return new Endpoint(registry, plain ? URI.create("http://" + host + "/v2/") : https);
    }

    boolean isPlain() {
        return base.getScheme().equals("http");
    }

    URI resolve(String path) {
        return base.resolve(path);
    }

    /// Whether `uri` has this registry's scheme, host and port; only there may its credentials go.
    boolean owns(URI uri) {
        return base.getScheme().equalsIgnoreCase(uri.getScheme())
                && base.getHost().equalsIgnoreCase(uri.getHost())
                && port(base) == port(uri);
    }

    /// Whether this registry may send its client to `uri`: never from https to plain HTTP.
    boolean mayPointTo(URI uri) {
        return uri.getHost() != null
                && ("https".equalsIgnoreCase(uri.getScheme())
                        || (isPlain() && "http".equalsIgnoreCase(uri.getScheme())));
    }

    static boolean isLoopback(URI uri) {
        String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
        return host.equals("localhost")
                || host.equals("[::1]")
                || LOOPBACK_V4.matcher(host).matches();
    }

    private static int port(URI uri) {
        return uri.getPort() >= 0 ? uri.getPort() : "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
    }
}
