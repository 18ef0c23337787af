/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.image;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Operating system, architecture and variant in Go's names: `linux/amd64`, `linux/arm64/v8`. OCI image-spec,
/// image-index.md#image-index-property-descriptions.
public record Platform(
        String os, String architecture, @Nullable String variant) {

    /// The platform of this machine.
    public static Platform local() {
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return switch (arch) {
            case "amd64", "x86_64" -> new Platform("linux", "amd64", null);
            case "aarch64", "arm64" -> new Platform("linux", "arm64", null);
            default -> new Platform("linux", arch, null);
        };
    }

    /// Whether an image for `offered` runs here. A variant counts only when both name one; `v8` is arm64's default.
    public boolean accepts(Platform offered) {
        return os.equals(offered.os)
                && architecture.equals(offered.architecture)
                && (variant == null || offered.variant == null || variant.equals(offered.variant));
    }

    @Override
    public String toString() {
        return os + "/" + architecture + (variant == null ? "" : "/" + variant);
    }
}
