/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The tags of one repository, page by page. OCI distribution-spec, "Listing Tags".
final class TagList {
    private static final int LARGEST_PAGE = 8 << 20;
    private static final int MOST_PAGES = 1000;
    private static final Pattern NEXT = Pattern.compile("\\s*<([^>]*)>\\s*;\\s*rel=\"?next\"?.*");

    private final Transport transport;
    private final Access access;

    TagList(Transport transport, Access access) {
        this.transport = transport;
        this.access = access;
    }

    List<String> all() {
        URI next = access.endpoint().resolve(access.repository() + "/tags/list?n=1000");
        var tags = new ArrayList<String>();
        Set<URI> seen = new LinkedHashSet<>();
        while (next != null && seen.add(next) && seen.size() <= MOST_PAGES) {
            Call call = Call.of("GET", next, access);
            Transport.Answer answer = transport.ask(call, LARGEST_PAGE);
            if (answer.status() != 200) {
                throw answer.refusal(call);
            }
            tags.addAll(RegistryJson.tags(answer.body()).orElseThrow(() -> answer.refusal(call)));
            next = nextPage(call, answer);
        }
        return tags;
    }

    /// Null after the last page, and when the registry points to another host.
    private @Nullable URI nextPage(Call call, Transport.Answer answer) {
        Matcher link = NEXT.matcher(answer.header("Link").orElse(""));
        if (!link.matches()) {
            return null;
        }
        try {
            URI next = call.uri().resolve(link.group(1));
            return access.endpoint().owns(next) ? next : null;
        } catch (IllegalArgumentException _) {
            return null;
        }
    }
}
