/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.confirm;

import dev.strata.engine.reference.ImageReference;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/// Addresses that the operator may send a request to, each checked against a [Reach].
final class Address {
    private Address() {}

    /// The address of a manifest (OCI distribution specification, "Checking if content exists in the
    /// registry").
    static URI manifest(String registry, String repository, String digest, Reach reach) throws IOException {
        String host = registry.equals(ImageReference.DOCKER_HUB) ? "registry-1.docker.io" : registry;
        boolean plain = reach == Reach.LOOPBACK_TOO && isLoopbackName(host);
        return checked((plain ? "http" : "https") + "://" + host + "/v2/" + repository + "/manifests/" + digest, plain);
    }

    /// The address that a registry names for its tokens: of https, like the registry, unless that is
    /// itself asked over http.
    static URI realm(String text, URI registry) throws IOException {
        return checked(text, registry.getScheme().equals("http"));
    }

    /// The address, once every one of its host's is allowed.
    ///
    /// @param plain whether http to a loopback name will do
    /// @throws IOException `RefusedException` saying what is wrong with it, or the host has no address
    private static URI checked(String text, boolean plain) throws IOException {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw new RefusedException("its address cannot be read");
        }
        String host = uri.getHost();
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        if (host == null || uri.getUserInfo() != null) {
            throw new RefusedException("its address names no host");
        }
        if (plain && scheme.equals("http") && isLoopbackName(uri.getAuthority())) {
            return uri;
        }
        if (!scheme.equals("https")) {
            throw new RefusedException("its address is not an https address");
        }
        for (InetAddress address : InetAddress.getAllByName(host)) {
            if (address.isLoopbackAddress()
                    || address.isLinkLocalAddress()
                    || address.isAnyLocalAddress()
                    || address.isMulticastAddress()) {
                throw new RefusedException("its host is not one that a build may use");
            }
        }
        return uri;
    }

    private static boolean isLoopbackName(String authority) {
        return authority.matches("(localhost|127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}|\\[::1])(:[0-9]{1,5})?");
    }
}
