/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AsideTest {
    /// Begun, and answered when run.
    private final List<Runnable> running = new ArrayList<>();

    private final List<String> asked = new ArrayList<>();
    private final List<ResourceID> answered = new ArrayList<>();
    private final Aside<String> aside = new Aside<>(3, 2, running::add, answered::add);

    @Test
    void anAnswerIsToldAndGivenOnce() {
        assertThat(ask("one", "a")).isNull();
        assertThat(ask("one", "a")).isNull();
        assertThat(running).as("it is asked once").hasSize(1);
        running.removeFirst().run();
        assertThat(answered).containsExactly(new ResourceID("a", "one"));
        assertThat(ask("one", "a")).isEqualTo("one/a");
        assertThat(ask("one", "a")).as("the next answer").isNull();
    }

    @Test
    void namespacesTakeTurns() {
        for (int i = 0; i < 30; i++) {
            ask("slow", "s" + i);
        }
        assertThat(running).as("a namespace has two at most").hasSize(2);
        ask("one", "a");
        ask("one", "b");
        ask("two", "a");
        assertThat(running).as("three at most").hasSize(3);
        for (int i = 0; i < 6; i++) {
            running.removeFirst().run();
        }
        assertThat(asked).containsExactly("s0", "s1", "one/a", "s2", "one/b", "two/a");
    }

    @Test
    void anotherQuestionTakesThePlaceOfTheOneThatWaits() {
        ask("one", "a");
        ask("one", "b");
        ask("one", "c");
        aside.answer(new ResourceID("c", "one"), "changed", () -> "changed");
        running.removeFirst().run();
        running.removeFirst().run();
        running.removeFirst().run();
        assertThat(running).isEmpty();
        assertThat(asked).doesNotContain("one/c");
        assertThat(aside.answer(new ResourceID("c", "one"), "changed", () -> "asked again"))
                .isEqualTo("changed");
    }

    @Test
    void whatTheQuestionThrowsIsTheAnswer() {
        var who = new ResourceID("a", "one");
        assertThat(refused(who)).isNull();
        running.removeFirst().run();
        assertThatThrownBy(() -> refused(who)).isInstanceOf(IllegalArgumentException.class);
        assertThat(refused(who)).as("asked again").isNull();
    }

    private @Nullable String refused(ResourceID who) {
        return aside.answer(who, "", () -> {
            throw new IllegalArgumentException("refused");
        });
    }

    private @Nullable String ask(String namespace, String name) {
        String text = namespace.equals("slow") ? name : namespace + "/" + name;
        return aside.answer(new ResourceID(name, namespace), text, () -> {
            asked.add(text);
            return text;
        });
    }
}
