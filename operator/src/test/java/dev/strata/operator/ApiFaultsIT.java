/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator;

import static dev.strata.operator.BuildsOnApiServer.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicy;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingAdmissionPolicyBinding;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ValidatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What the API server refuses, or cannot do, is told in the status.
class ApiFaultsIT {
    @RegisterExtension
    private static final BuildsOnApiServer builds = new BuildsOnApiServer();

    @Test
    void objectsThatTheApiServerFindsInvalidStallTheBuild() {
        builds.cluster().namespace("invalid", "baseline");
        builds.client()
                .resource(Serialization.unmarshal("""
                        apiVersion: admissionregistration.k8s.io/v1
                        kind: ValidatingAdmissionPolicy
                        metadata: {name: nothing}
                        spec:
                          matchConstraints:
                            namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: invalid}}
                            resourceRules:
                            - {apiGroups: [batch], apiVersions: [v1], operations: [CREATE], resources: [jobs]}
                          validations:
                          - {expression: "false", message: this field is wrong, reason: Invalid}
                        """, ValidatingAdmissionPolicy.class))
                .create();
        builds.client()
                .resource(Serialization.unmarshal("""
                        apiVersion: admissionregistration.k8s.io/v1
                        kind: ValidatingAdmissionPolicyBinding
                        metadata: {name: nothing}
                        spec: {policyName: nothing, validationActions: [Deny]}
                        """, ValidatingAdmissionPolicyBinding.class))
                .create();
        jobsAreRefused("invalid");
        builds.apply("invalid", "hello", "FROM scratch");
        await(() -> assertThat(builds.condition("invalid", "hello", "Stalled").getStatus())
                .isEqualTo("True"));
        assertThat(builds.condition("invalid", "hello", "Ready").getReason()).isEqualTo("InvalidArgument");
        assertThat(builds.condition("invalid", "hello", "Ready").getMessage())
                .startsWith("the API server refuses the build's objects: ")
                .contains("this field is wrong");
        assertThat(builds.jobs("invalid")).isEmpty();
    }

    @Test
    void aFaultOfTheApiServerIsToldAndTriedAgain() {
        var webhook = builds.client().resource(Serialization.unmarshal("""
                        apiVersion: admissionregistration.k8s.io/v1
                        kind: ValidatingWebhookConfiguration
                        metadata: {name: nobody}
                        webhooks:
                        - name: nobody.example.com
                          admissionReviewVersions: [v1]
                          sideEffects: None
                          failurePolicy: Fail
                          timeoutSeconds: 1
                          clientConfig: {url: "https://127.0.0.1:1/"}
                          namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: faulty}}
                          rules:
                          - {apiGroups: [batch], apiVersions: [v1], operations: [CREATE], resources: [jobs]}
                        """, ValidatingWebhookConfiguration.class));
        webhook.create();
        builds.cluster().namespace("faulty", "baseline");
        jobsAreRefused("faulty");
        builds.apply("faulty", "hello", "FROM scratch");
        await(() -> assertThat(builds.condition("faulty", "hello", "Ready").getReason())
                .isEqualTo("Internal"));
        assertThat(builds.condition("faulty", "hello", "Ready").getMessage()).contains("failed calling webhook");
        assertThat(builds.condition("faulty", "hello", "Reconciling").getStatus())
                .isEqualTo("True");

        webhook.delete();
        await(() -> assertThat(builds.condition("faulty", "hello", "Ready").getReason())
                .isEqualTo("Building"));
    }

    /// Waits until the API server knows the rule that was just made.
    private void jobsAreRefused(String namespace) {
        Job job = new JobBuilder()
                .withNewMetadata()
                .withName("try")
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .withNewTemplate()
                .withNewSpec()
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("c")
                .withImage("c")
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
        await(() -> assertThatThrownBy(
                        () -> builds.client().resource(job).dryRun().create())
                .isInstanceOf(KubernetesClientException.class));
    }
}
