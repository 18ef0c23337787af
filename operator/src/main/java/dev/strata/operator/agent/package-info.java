/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// The node agent: makes one node trust the cluster's registries and gives it the builder's seccomp
/// profile.
///
/// Owns the files below containerd's `certs.d` and the kubelet's `seccomp` that carry its mark, and
/// touches no others. Has no access to the Kubernetes API: it reads a mounted ConfigMap and
/// speaks by
/// its log, one JSON line. Whether containerd's `config_path` names the directory that is written
/// cannot be seen from here, nor whether the node's runtime is containerd at all: what it reports as
/// ready is that the files are written and that the registry answers from this node. Runs well with
/// `-Xmx24m -XX:+UseSerialGC -XX:TieredStopAtLevel=1`. Read [AgentMain] first.
@NullMarked
package dev.strata.operator.agent;

import org.jspecify.annotations.NullMarked;
