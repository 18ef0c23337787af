/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Images in registries: a client of the OCI distribution specification on `java.net.http`.
///
/// Owns the protocol, its authentication, retries, and transfers that go on where they broke. Knows
/// nothing of builds or of what a layer holds; bytes come from and go to a blob store of the room
/// `content`. The room `solve` uses it. Read [RegistryClient] first, then `Transport`.
@NullMarked
package dev.strata.engine.registry;

import org.jspecify.annotations.NullMarked;
