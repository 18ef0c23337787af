/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// End-to-end tests: a person with `kubectl` on a real cluster where Strata is installed. Nothing of the
/// product's code is used. Start them with `bash e2e/test.sh`.
@NullMarked
package dev.strata.e2e;

import org.jspecify.annotations.NullMarked;
