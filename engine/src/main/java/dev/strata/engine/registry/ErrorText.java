/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// What a registry says about its refusal, made safe to show: `CODE: message`, at most 300
/// characters on one line. Shape: OCI distribution-spec, "Error Codes".
final class ErrorText {
    /// Bytes of an answer that are read for its error.
    static final int READ_LIMIT = 64 << 10;

    private static final int SHOWN = 300;
    private static final Pattern UNSAFE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private ErrorText() {}

    static String of(byte[] body) {
        return RegistryJson.error(body)
                .map(ErrorText::cleaned)
                .orElseGet(() -> cleaned(new String(body, StandardCharsets.UTF_8).strip()));
    }

    static String cleaned(String text) {
        String safe = UNSAFE.matcher(text).replaceAll("?");
        return safe.length() <= SHOWN ? safe : safe.substring(0, SHOWN) + "...";
    }
}
