/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.plan.Vertex;
import dev.strata.engine.report.BuildReport;
import dev.strata.engine.report.BuilderPaths;
import dev.strata.engine.report.ReportJson;
import dev.strata.engine.report.StepReport;
import dev.strata.engine.solve.BuildEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/// The file that Kubernetes reads when the builder has ended, however it has: while it builds, the step that
/// it is at; in the end its report. What is there is whole at any moment.
///
/// @param file the termination log, a mount: nothing can be renamed over it
record TerminationMessage(Path file) {

    /// @param root the pod's `/`
    static TerminationMessage below(Path root) {
        return new TerminationMessage(BuilderPaths.below(root, BuilderPaths.TERMINATION_LOG));
    }

    void report(BuildReport report) throws IOException {
        write(ReportJson.bytes(report));
    }

    /// Names a step that begins.
    void accept(BuildEvent event) {
        if (event instanceof BuildEvent.Started(Vertex vertex)) {
            var step = new StepReport(
                    PlainProgress.escape(vertex.stage()),
                    vertex.step(),
                    vertex.steps(),
                    PlainProgress.escape(vertex.instruction()),
                    vertex.at().firstLine());
            try {
                write(ReportJson.bytes(step));
            } catch (IOException e) {
                throw new UncheckedIOException("writing the termination message", e);
            }
        }
    }

    /// All steps are done: what follows is none of them.
    void clear() throws IOException {
        write(new byte[0]);
    }

    /// By one write, with blanks over what was longer, which a reader of JSON does not mind.
    private void write(byte[] document) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            byte[] whole = Arrays.copyOf(document, (int) Math.max(document.length, channel.size()));
            Arrays.fill(whole, document.length, whole.length, (byte) ' ');
            ByteBuffer bytes = ByteBuffer.wrap(whole);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.truncate(document.length);
        }
    }
}
