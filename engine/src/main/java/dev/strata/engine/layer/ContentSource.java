/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import java.io.IOException;
import java.io.InputStream;

/// Opens the bytes of a file when a layer comes to it.
@FunctionalInterface
public interface ContentSource {
    InputStream open() throws IOException;
}
