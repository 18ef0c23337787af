/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.content.Digest;
import dev.strata.engine.layer.ContentSource;
import dev.strata.engine.layer.Entry;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// What a COPY reads from: the build context, or the tree of an image. Paths are relative, without a
/// leading slash; the root is "". Nothing outside the root can be reached through any link.
interface SourceTree {
    /// The entry at exactly `path`; a symlink is not followed, and no part before it may be one.
    Optional<Entry> find(String path) throws IOException;

    /// Follows every symlink in `path`, the last part too; parts that do not exist stay as they are.
    String resolve(String path) throws IOException;

    /// Names in the directory `path`, in byte order.
    List<String> children(String path) throws IOException;

    /// The bytes of a file that [#find] gave.
    ContentSource content(Entry file) throws IOException;

    /// The digest of those bytes.
    Digest digest(Entry file) throws IOException;

    /// What all hard links of a file that [#find] gave have in common, and no other file has.
    Object identity(Entry file) throws IOException;

    /// Whether somebody else can change it while it is read.
    boolean isLive();

    /// One sentence that tells where a path that is not there was looked for.
    String whereMissing(String path);
}
