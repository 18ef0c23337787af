/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.exec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A process of its own that runs something endless, to be killed by a test.
final class SleepingEngine {
    private SleepingEngine() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        var sandbox = new Sandbox(Files.createDirectories(Path.of(args[0])));
        sandbox.executor().run(sandbox.shell("echo started; sleep 87654"), System.out::println);
    }
}
