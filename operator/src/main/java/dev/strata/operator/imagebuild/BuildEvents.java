/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells what became of builds as Events. One Event for each reason and build: its name is made of
/// both, so the second is refused by the API server.
final class BuildEvents {
    private static final Logger LOG = LoggerFactory.getLogger(BuildEvents.class);
    private static final int MAX_MESSAGE = 1000;

    private final KubernetesClient client;

    BuildEvents(KubernetesClient client) {
        this.client = client;
    }

    void normal(ImageBuild build, int number, String reason, String message) {
        publish(event(build, number, "Normal", reason, message));
    }

    void warning(ImageBuild build, int number, String reason, String message) {
        publish(event(build, number, "Warning", reason, message));
    }

    private static Event event(ImageBuild build, int number, String type, String reason, String message) {
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        return new EventBuilder()
                .withNewMetadata()
                .withNamespace(build.getMetadata().getNamespace())
                .withName(ImageBuildDesired.name(build, number) + "." + reason.toLowerCase(Locale.ROOT))
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(build.getApiVersion())
                .withKind(build.getKind())
                .withName(build.getMetadata().getName())
                .withNamespace(build.getMetadata().getNamespace())
                .withUid(build.getMetadata().getUid())
                .endInvolvedObject()
                .withType(type)
                .withReason(reason)
                .withMessage(message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) : message)
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .withNewSource()
                .withComponent("strata-operator")
                .endSource()
                .build();
    }

    /// An Event that cannot be written is no reason to stop a build: it is logged.
    private void publish(Event event) {
        try {
            client.resource(event).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                LOG.atWarn()
                        .addKeyValue("event", event.getMetadata().getName())
                        .addKeyValue("code", e.getCode())
                        .log("an Event cannot be written");
            }
        }
    }
}
