/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.confirm;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A `WWW-Authenticate` field (RFC 9110, section 11.6.1) of scheme Basic or Bearer.
///
/// @param scheme in lower case
record Challenge(String scheme, Map<String, String> parameters) {
    private static final int MAX_LENGTH = 4096;
    private static final Pattern PARAMETER = Pattern.compile("([A-Za-z]{1,32})=(?:\"([^\"\\\\]*)\"|([^\",\\s]+))");

    /// The Bearer challenge if there is one, else Basic; null when there is neither.
    static @Nullable Challenge of(List<String> fields) {
        Challenge found = null;
        for (String field : fields) {
            String text = field.strip();
            int space = text.indexOf(' ');
            String scheme = (space < 0 ? text : text.substring(0, space)).toLowerCase(Locale.ROOT);
            if (text.length() > MAX_LENGTH || !(scheme.equals("bearer") || scheme.equals("basic"))) {
                continue;
            }
            var parameters = new TreeMap<String, String>();
            Matcher matcher = PARAMETER.matcher(space < 0 ? "" : text.substring(space));
            while (matcher.find()) {
                String quoted = matcher.group(2);
                parameters.put(matcher.group(1).toLowerCase(Locale.ROOT), quoted == null ? matcher.group(3) : quoted);
            }
            if (found == null || scheme.equals("bearer")) {
                found = new Challenge(scheme, parameters);
            }
        }
        return found;
    }

    /// Where a token to read that repository is had (distribution, "Token Authentication Specification").
    ///
    /// @param registry the address that was asked
    URI tokenAddress(String repository, URI registry) throws IOException {
        String realm = parameters.getOrDefault("realm", "");
        String query = "scope=" + encoded("repository:" + repository + ":pull")
                + (parameters.containsKey("service") ? "&service=" + encoded(parameters.get("service")) : "");
        return Address.realm(realm + (realm.contains("?") ? "&" : "?") + query, registry);
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, UTF_8);
    }
}
