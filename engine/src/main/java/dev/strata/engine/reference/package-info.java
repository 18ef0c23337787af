/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Names of images: `[registry/]repository[:tag][@digest]` with docker's short forms. Read [ImageReference] first.
@NullMarked
package dev.strata.engine.reference;

import org.jspecify.annotations.NullMarked;
