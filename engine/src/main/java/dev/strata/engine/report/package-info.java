/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
/// What passes between the operator and a builder pod: the request it starts with, the progress it
/// prints, and the report it leaves behind.
///
/// | document | is |
/// |---|---|
/// | [BuildRequest] | JSON in a ConfigMap, mounted at [BuilderPaths#REQUEST] |
/// | [ProgressLine] | one line of standard output |
/// | [BuildReport] | JSON in the container's termination message |
/// | [StepReport] | the same of a builder that was killed |
///
/// Holds no secret and knows no Kubernetes. Read [BuildRequest] first.
@NullMarked
package dev.strata.engine.report;

import org.jspecify.annotations.NullMarked;
