/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.informer;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import org.junit.jupiter.api.Test;

class LeanJsonTest {
    @Test
    void whoHasSetWhichFieldIsNotRead() {
        var map = LeanJson.serialization().unmarshal("""
                {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "map",
                "managedFields": [{"manager": "me", "fieldsV1": {"f:data": {"f:a": {}}}}], "uid": "1"},
                "data": {"a": "b"}}
                """, ConfigMap.class);
        assertThat(map.getMetadata().getManagedFields()).isEmpty();
        assertThat(map.getMetadata().getAdditionalProperties()).isEmpty();
        assertThat(map.getMetadata().getUid()).isEqualTo("1");
        assertThat(map.getData()).containsEntry("a", "b");
    }
}
