/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// The same Dockerfile and context given to `strata build` and to BuildKit, and what came out compared.
/// Start it with `bash e2e/differential.sh`; cases are folders below `e2e/differential/cases`. It must not
/// use the product's code: images are read here by a reader of their own. Read [Case] first.
@NullMarked
package dev.strata.e2e.differential;

import org.jspecify.annotations.NullMarked;
