/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// One git server and one commit of it: credentials, the connection, and the checkout.
///
/// The server's address and all of its answers are hostile: no redirect is followed, an ssh server
/// must show a key that the Secret names, and what it answers is never shown.
/// Knows no Dockerfile and no Kubernetes. Read [GitSource], then [GitTransport].
@NullMarked
package dev.strata.engine.git;

import org.jspecify.annotations.NullMarked;
