/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

/// One request to a registry, without its authorization.
record Call(String method, URI uri, Map<String, String> headers, Payload payload, Access access) {

    static Call of(String method, URI uri, Access access) {
        return new Call(method, uri, Map.of(), Payload.NONE, access);
    }

    Call with(String header, String value) {
        var all = new LinkedHashMap<>(headers);
        all.put(header, value);
        return new Call(method, uri, all, payload, access);
    }

    Call sending(String mediaType, Payload body) {
        return new Call(method, uri, headers, body, access).with("Content-Type", mediaType);
    }

    Call to(URI other) {
        return new Call(method, other, headers, payload, access);
    }

    /// Method and URL for people: no user info, and no query, which may hold signatures.
    String shown() {
        return method + " " + shown(uri);
    }

    static String shown(URI uri) {
        return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
                + uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?...");
    }
}
