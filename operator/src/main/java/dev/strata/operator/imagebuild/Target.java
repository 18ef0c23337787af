/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where an image goes, resolved.
///
/// @param repository `registry[:port]/repository`
/// @param tags at least one
/// @param secret name of the Secret with the credentials; null for none
/// @param inCluster whether it is a Registry of ours, whose CA is delivered beside the Secret
record Target(
        String repository, List<String> tags, @Nullable String secret, boolean inCluster) {}
