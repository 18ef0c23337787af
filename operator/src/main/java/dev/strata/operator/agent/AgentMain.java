/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The node agent's process. Ends at TERM within a second: a round can be cut off anywhere, since
/// every file is replaced in one step.
///
/// Exit codes: 0 after TERM, 2 when the environment is wrong.
public final class AgentMain {
    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final Duration REPEAT = Duration.ofSeconds(60);
    private static final Duration TEST_LIMIT = Duration.ofSeconds(5);

    /// A round with registries that do not answer ends after so long.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private AgentMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        AgentSettings settings;
        try {
            settings = AgentSettings.from(System.getenv());
        } catch (IllegalArgumentException e) {
            System.err.println("strata-node-agent: " + e.getMessage());
            System.exit(2);
            return;
        }
        var stopping = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stopping.countDown();
            // Without it the process would end with 143, which looks like a failure.
            Runtime.getRuntime().halt(0);
        }));
        run(new Agent(settings, new SelfTests(new SelfTest(TEST_LIMIT)::of, PATIENCE)), stopping);
    }

    private static void run(Agent agent, CountDownLatch stopping) throws InterruptedException {
        String printed = "";
        Instant when = Instant.EPOCH;
        do {
            String line = agent.round().line();
            Instant now = Instant.now();
            if (!line.equals(printed) || !when.plus(REPEAT).isAfter(now)) {
                System.out.println(line);
                printed = line;
                when = now;
            }
        } while (!stopping.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS));
    }
}
