/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// What the operator is told at its start. Owns [OperatorConfig]; knows no Kubernetes.
@NullMarked
package dev.strata.operator.config;

import org.jspecify.annotations.NullMarked;
