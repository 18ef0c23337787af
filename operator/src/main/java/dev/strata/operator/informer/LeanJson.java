/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.informer;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;

/// How the operator reads objects of the API server: without who has set which field, which takes many times as much
/// memory as its text and is never asked for.
public final class LeanJson {
    private LeanJson() {}

    public static KubernetesSerialization serialization() {
        return new KubernetesSerialization(new ObjectMapper().addMixIn(ObjectMeta.class, Unmanaged.class), true);
    }

    @JsonIgnoreProperties("managedFields")
    private interface Unmanaged {}
}
