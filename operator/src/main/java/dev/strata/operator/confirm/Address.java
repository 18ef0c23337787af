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

/// Which servers are asked: over https any but those of the pod itself and of its link, over http
/// only the pod's own.
final class Address {
    private Address() {}

    /// The address of a manifest (OCI distribution specification, "Checking if content exists in the
    /// registry").
    static URI manifest(String registry, String repository, String digest) throws IOException {
        String host = registry.equals(ImageReference.DOCKER_HUB) ? "registry-1.docker.io" : registry;
        String scheme = isLoopbackName(host) ? "http" : "https";
        return checked(scheme + "://" + host + "/v2/" + repository + "/manifests/" + digest);
    }

    /// The address, once every one of its host's is allowed.
    ///
    /// @throws IOException `RefusedException` saying what is wrong with it, or the host has no address
    static URI checked(String text) throws IOException {
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
        if (scheme.equals("http") && isLoopbackName(uri.getAuthority())) {
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
