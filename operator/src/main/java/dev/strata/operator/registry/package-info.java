/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Turns a Registry into a running, trusted registry.
///
/// Owns the workload, the certificate, the user, the credentials in other namespaces and the entry
/// for the nodes. Knows nothing of builds. Read [RegistryReconciler] first, then [RegistryDesired].
@NullMarked
package dev.strata.operator.registry;

import org.jspecify.annotations.NullMarked;
