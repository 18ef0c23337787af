/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Runs one process in a root file system, by crun, with namespaces, docker's capabilities and a seccomp
/// filter. Knows nothing of layers or Dockerfiles. Read [Executor] first.
@NullMarked
package dev.strata.engine.exec;

import org.jspecify.annotations.NullMarked;
