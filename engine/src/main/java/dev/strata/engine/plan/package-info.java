/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// Instructions to a graph of vertices. Pure: what it must know of base images comes through an [ImageResolver].
///
/// All words are expanded here, so that everything wrong with a Dockerfile is told before anything runs. Stages that
/// the target
/// does not need make no vertex. Knows nothing of snapshots, caches or registries. Read [BuildPlan] and [Operation]
/// first.
@NullMarked
package dev.strata.engine.plan;

import org.jspecify.annotations.NullMarked;
