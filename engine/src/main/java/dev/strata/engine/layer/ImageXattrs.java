/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;

/// Which extended attributes are part of an image, and in which form. Wherever a file comes from (a RUN, an
/// archive, a foreign image), nothing else goes into a layer that we write or onto a disk that we unpack to.
final class ImageXattrs {
    private static final String CAPABILITY = "security.capability";
    private static final String OVERLAY = "user.overlay.";

    /// `system.posix_acl_access` and `system.posix_acl_default`: acl(5).
    private static final String ACCESS_LIST = "system.posix_acl_";

    /// Lengths and versions of `struct vfs_cap_data`: capabilities(7), "File capability extensions".
    private static final int CAPABILITY_V2_BYTES = 20;

    private static final int CAPABILITY_V3_BYTES = 24;
    private static final byte CAPABILITY_V2 = 2;
    private static final byte CAPABILITY_V3 = 3;

    private ImageXattrs() {}

    /// Capabilities and the user's own, but nothing of overlayfs, the host's security module or its trusted
    /// names.
    static boolean belongs(String attribute) {
        return attribute.equals(CAPABILITY) || (attribute.startsWith("user.") && !attribute.startsWith(OVERLAY));
    }

    /// Whether a RUN or overlayfs can have set the attribute though no layer holds it: overlayfs's own and access
    /// control lists.
    static boolean isDropped(String attribute) {
        return attribute.startsWith(OVERLAY) || attribute.startsWith(ACCESS_LIST);
    }

    /// The attributes of `entry` that a layer holds. Throws a `StrataException` with `InstructionFailed` where
    /// its capabilities cannot be kept.
    static Map<String, String> of(Entry entry) {
        var kept = new TreeMap<String, String>();
        entry.xattrs().forEach((name, value) -> {
            if (belongs(name)) {
                kept.put(name, name.equals(CAPABILITY) ? capability(entry.path(), value) : value);
            }
        });
        return kept;
    }

    /// An image holds version 2: version 3 adds the id of the namespace's root, which is ours or nobody's.
    private static String capability(String path, String base64) {
        byte[] value = Base64.getDecoder().decode(base64);
        if (value.length == CAPABILITY_V2_BYTES && value[3] == CAPABILITY_V2) {
            return base64;
        }
        if (value.length != CAPABILITY_V3_BYTES || value[3] != CAPABILITY_V3) {
            throw refused(path, "they are in no form that Linux still writes");
        }
        for (int i = CAPABILITY_V2_BYTES; i < CAPABILITY_V3_BYTES; i++) {
            if (value[i] != 0) {
                throw refused(path, "they hold only in another user namespace");
            }
        }
        byte[] second = Arrays.copyOf(value, CAPABILITY_V2_BYTES);
        second[3] = CAPABILITY_V2;
        return Base64.getEncoder().encodeToString(second);
    }

    private static StrataException refused(String path, String why) {
        return new StrataException(Problem.of(
                ProblemCode.InstructionFailed,
                "the capabilities of /" + path + " cannot be kept",
                why,
                "set them in a RUN with setcap"));
    }
}
