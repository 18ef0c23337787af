/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import io.fabric8.kubernetes.api.model.HasMetadata;

/// An object of a name that is needed belongs to somebody else. The message names it and says
/// what to do.
final class NameTakenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NameTakenException(HasMetadata object) {
        super(object.getKind() + " " + object.getMetadata().getNamespace() + "/"
                + object.getMetadata().getName() + " is not this Registry's; delete or rename it, or rename the"
                + " Registry");
    }
}
