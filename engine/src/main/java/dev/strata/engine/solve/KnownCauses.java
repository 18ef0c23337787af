/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.linux.IdMap;
import java.io.IOException;
import java.util.regex.Pattern;

/// What a RUN that failed may have failed of, where that is something it can have nowhere or not in this
/// user namespace. A guess by its output, so it is told beside the failure and decides nothing.
final class KnownCauses {
    private static final int KILLED = 137;
    private static final Pattern DEVICE = Pattern.compile("mknod.*Operation not permitted");
    private static final Pattern OWNER =
            Pattern.compile("(chown|chgrp|owner|setgroups|set(re|res)?[ug]id).*Invalid argument");
    /// The last id there is; -1 means none.
    private static final int LAST = -2;

    private KnownCauses() {}

    /// The cause in words; empty when none is known.
    ///
    /// @param bounded whether the user namespace lacks ids, see [#idsAreBounded]
    static String of(int exitCode, String output, boolean bounded) {
        if (exitCode == KILLED) {
            return "its process was killed, perhaps for want of memory";
        }
        if (DEVICE.matcher(output).find()) {
            return "a RUN cannot make device nodes; a layer keeps those of an archive that ADD unpacks";
        }
        if (bounded && OWNER.matcher(output).find()) {
            return "the user namespace of this build has no ids above 65535; a layer keeps the owners of an archive"
                    + " that ADD unpacks";
        }
        return "";
    }

    /// Whether some ids cannot be used here.
    static boolean idsAreBounded() throws IOException {
        return !IdMap.users().has(LAST);
    }
}
