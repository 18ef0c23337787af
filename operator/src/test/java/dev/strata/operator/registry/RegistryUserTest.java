/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.strata.crds.registry.Registry;
import dev.strata.operator.access.Access.Right;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.HashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegistryUserTest {
    private final RegistryUser user = RegistryUser.generate(new SecureRandom());

    @Test
    void whatWasGeneratedIsReadAgain() {
        assertThat(RegistryUser.read(secret("", ""))).isEqualTo(user);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "username | other",
                "password | x\",\"auth\":\"eA==\"},\"docker.io\":{\"password\":\"y",
                "password | short",
                "http-secret | with space",
                "htpasswd | strata:$2y$04$short",
                "htpasswd | strata:plain",
            })
    void whatTheOperatorDoesNotGenerateIsNotDelivered(String key, String value) {
        assertThat(RegistryUser.read(secret(key, value))).isNull();
    }

    @Test
    void aSecondUserIsNotTakenOver() {
        assertThat(RegistryUser.read(secret("htpasswd", user.htpasswd() + user.htpasswd())))
                .isNull();
    }

    @Test
    void aPasswordStaysAValueOfTheDeliveredJson() throws IOException {
        var hostile = new RegistryUser("strata", "x\"},\"docker.io\":{\"password\":\"y", "", "");
        var registry = new Registry();
        registry.getMetadata().setName("r");
        registry.getMetadata().setNamespace("home");
        Secret secret = new RegistryDesired(registry, RegistryNames.of(registry, "cluster.local"))
                .credentials(Right.PULL, "blue", hostile);
        var auths = new ObjectMapper()
                .readTree(RegistryUser.decoded(secret, ".dockerconfigjson"))
                .path("auths");
        assertThat(auths.fieldNames()).toIterable().containsExactly("r.home.svc.cluster.local:5000");
        assertThat(auths.path("r.home.svc.cluster.local:5000").path("password").asText())
                .isEqualTo(hostile.password());
        assertThat(Serialization.asYaml(secret)).contains("strata-pull-home.r");
    }

    private Secret secret(String key, String value) {
        var data = new HashMap<>(user.data());
        if (!key.isEmpty()) {
            data.put(key, RegistryUser.base64(value));
        }
        return new SecretBuilder().withData(data).build();
    }
}
