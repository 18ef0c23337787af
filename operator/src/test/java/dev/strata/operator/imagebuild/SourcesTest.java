/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static dev.strata.operator.imagebuild.Builds.KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SourcesTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
    private static final String OLDER = "f".repeat(40);
    private static final String URL = "https://git.example.com/app";

    private final List<String> asked = new ArrayList<>();
    private boolean up = true;
    private String version = "1";
    private boolean answers = true;
    private final List<Runnable> questions = new ArrayList<>();
    private final Sources sources = new Sources(
            (namespace, source) -> {
                asked.add(source.url());
                if (!up) {
                    throw new StrataException(Problem.of(ProblemCode.GitUnreachable, "no answer", "", ""));
                }
                return COMMIT;
            },
            new Aside<>(
                    1,
                    1,
                    question -> {
                        questions.add(question);
                        if (answers) {
                            questions.removeFirst().run();
                        }
                    },
                    _ -> {}),
            (namespace, name) -> version,
            Duration.ofMinutes(5));

    @Test
    void aCommitIsLookedUpOnceInAnInterval() {
        assertThat(find(new Builds(), 0).commit()).isEqualTo(COMMIT);
        find(new Builds(), 298);
        assertThat(asked).hasSize(1);
        find(new Builds(), 301);
        assertThat(asked).hasSize(2);
    }

    @Test
    void whileItCannotBeLookedUpItIsThatOfTheNewestBuild() {
        up = false;
        Sources.Found found = find(earlier(URL + " main"), 0);
        assertThat(found.commit()).isEqualTo(OLDER);
        assertThat(found.began()).isTrue();
        assertThat(Objects.requireNonNull(found.problem()).code()).isEqualTo(ProblemCode.GitUnreachable);
        assertThat(find(earlier(URL + " main"), 20).began()).isFalse();
        up = true;
        assertThat(find(earlier(URL + " main"), 60)).isEqualTo(Sources.Found.now(COMMIT));
    }

    @Test
    void theGitServerIsAskedLaterAndLater() {
        up = false;
        for (int second = 0; second <= 1100; second++) {
            find(earlier(URL + " main"), second);
        }
        // After 0, 15, 45, 105, 225, 465, 765 and 1065 s.
        assertThat(asked).hasSize(8);
        assertThat(sources.next(build(), find(earlier(URL + " main"), 1100), at(1100)))
                .isEqualTo(Duration.ofSeconds(265).plusMillis(1));
    }

    @Test
    void aBuildOfAnotherSourceGivesNoCommit() {
        up = false;
        for (Builds builds : List.of(new Builds(), earlier(URL + " other"), earlier(""))) {
            assertThatThrownBy(() -> find(builds, 0))
                    .isInstanceOf(StrataException.class)
                    .hasMessage("no answer");
        }
        assertThat(asked).as("nor is it looked up at every reconcile").hasSize(1);
    }

    @Test
    void anotherVersionOfTheSecretIsTriedAtOnce() {
        up = false;
        find(earlier(URL + " main"), 0);
        find(earlier(URL + " main"), 1);
        assertThat(asked).hasSize(1);
        version = "2";
        up = true;
        assertThat(find(earlier(URL + " main"), 2).commit()).isEqualTo(COMMIT);
    }

    @Test
    void untilTheServerAnswersItIsTheCommitOfTheNewestBuild() {
        answers = false;
        assertThat(sources.find(build(), new Builds().observed(), at(0)))
                .as("nothing is known")
                .isNull();
        Sources.Found found = find(earlier(URL + " main"), 1);
        assertThat(found).isEqualTo(new Sources.Found(OLDER, null, false, true));
        assertThat(sources.next(build(), found, at(1)))
                .as("the answer is an event")
                .isNull();
        assertThat(questions).as("it is asked once").hasSize(1);

        questions.getFirst().run();
        assertThat(find(earlier(URL + " main"), 9)).isEqualTo(Sources.Found.now(COMMIT));
        find(earlier(URL + " main"), 300);
        assertThat(asked).as("the answer is kept for the interval").hasSize(1);
    }

    @Test
    void anOutageIsToldUntilTheServerAnswersAgain() {
        up = false;
        find(earlier(URL + " main"), 0);
        answers = false;
        Sources.Found found = find(earlier(URL + " main"), 20);
        assertThat(found.problem()).isNotNull();
        assertThat(found.began()).isFalse();
        assertThat(sources.next(build(), found, at(20)))
                .as("the answer is an event")
                .isNull();
    }

    private Sources.Found find(Builds builds, int second) {
        return Objects.requireNonNull(sources.find(build(), builds.observed(), at(second)));
    }

    private static Instant at(int second) {
        return NOW.plusSeconds(second);
    }

    private static Builds earlier(String source) {
        return new Builds().job(1, KEY, "Complete", Map.of(Wanted.SOURCE, source, ImageBuildDesired.REVISION, OLDER));
    }

    private static ImageBuild build() {
        return Serialization.unmarshal("""
                apiVersion: strata.dev/v1alpha1
                kind: ImageBuild
                metadata: {name: app, namespace: team, uid: 01234567-89ab-cdef-0123-456789abcdef}
                spec:
                  source: {git: {url: "%s", revision: main, secretRef: {name: git}}}
                  output: {image: registry.example.com/app}
                """.formatted(URL), ImageBuild.class);
    }
}
