/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Text to instructions, pure: the Dockerfile and its ignore file.
///
/// Words stay as they were written; [WordExpander] is for whoever knows the variables. What the language has
/// and Strata has not yet is refused with its line, never ignored. The oracle is BuildKit
/// (frontend/dockerfile/docs/reference.md). Knows nothing of images or files. Read [DockerfileParser] first.
@NullMarked
package dev.strata.engine.dockerfile;

import org.jspecify.annotations.NullMarked;
