/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.cache.CacheKey;
import dev.strata.engine.exec.ExecResult;
import dev.strata.engine.exec.ProcessSpec;
import dev.strata.engine.layer.Layer;
import dev.strata.engine.layer.Leftovers;
import dev.strata.engine.layer.Tree;
import dev.strata.engine.layer.TreeIndex;
import dev.strata.engine.layer.UpperWalk;
import dev.strata.engine.linux.Capabilities;
import dev.strata.engine.linux.IdMap;
import dev.strata.engine.plan.Operation;
import dev.strata.engine.plan.Vertex;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.snapshot.Snapshot;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// RUN: the parent unpacked and mounted under a writable directory, one process in it, and that
/// directory's walk as the layer.
final class RunStep implements LayerStep {
    private final Operation.Run run;
    private final Vertex vertex;
    private final Store store;
    private final Consumer<List<Layer>> fetch;
    private final Consumer<BuildEvent> events;
    private final Clock clock;

    /// @param fetch brings the blobs of layers into the store
    RunStep(
            Operation.Run run,
            Vertex vertex,
            Store store,
            Consumer<List<Layer>> fetch,
            Consumer<BuildEvent> events,
            Clock clock) {
        this.run = run;
        this.vertex = vertex;
        this.store = store;
        this.fetch = fetch;
        this.events = events;
        this.clock = clock;
    }

    @Override
    public String kind() {
        return "run";
    }

    @Override
    public CacheKey key(CacheKey.Builder key, Solver.Parent parent) {
        return key.addAll("argv", run.argv())
                .addAll("env", run.env())
                .add("user", run.user())
                .add("cwd", run.workingDir())
                .key();
    }

    @Override
    public Layer make(Solver.Parent parent, SolveOptions options) throws IOException, InterruptedException {
        if (!Capabilities.ofProcess().mayMount()) {
            throw new StrataException(Problem.of(
                    ProblemCode.IsolationUnavailable,
                    "a RUN needs root",
                    "it mounts the files of its image and makes namespaces, for which this process lacks CAP_SYS_ADMIN",
                    "build as root, or let the cluster build it"));
        }
        Tree tree = parent.tree();
        Owner user = Owner.ofProcess(run.user(), tree);
        List<Integer> groups = user.groups(run.user(), tree);
        Owner.requireIds(user.uid(), groups, IdMap.users(), IdMap.groups());
        fetch.accept(parent.layers());
        try (Snapshot snapshot = store.snapshots().mount(parent.layers())) {
            var spec = new ProcessSpec(
                    snapshot.rootfs(),
                    run.argv(),
                    Stream.concat(run.env().stream(), run.proxies().stream()).toList(),
                    user.uid(),
                    user.gid(),
                    groups,
                    run.workingDir());
            Set<String> mountPoints = execute(spec).mountPoints();
            snapshot.unmount();
            return layer(snapshot, tree, mountPoints, options);
        }
    }

    private Layer layer(Snapshot snapshot, Tree parent, Set<String> mountPoints, SolveOptions options)
            throws IOException {
        var leftovers = new Leftovers();
        Layer layer = store.write(
                options, writer -> UpperWalk.write(snapshot.upper(), parent, writer, mountPoints, leftovers));
        TreeIndex written = store.indexes().of(layer, store.blobs());
        if (!written.impliesDirectories()) {
            leftovers.clear(snapshot.upper(), written);
            snapshot.commit(layer.diffId());
        }
        return layer;
    }

    private ExecResult execute(ProcessSpec spec) throws IOException, InterruptedException {
        Instant start = clock.instant();
        var tail = new OutputTail();
        ExecResult result = store.executor().run(spec, line -> {
            tail.add(line);
            events.accept(new BuildEvent.Output(vertex, Duration.between(start, clock.instant()), line));
        });
        if (result.exitCode() != 0) {
            String why = KnownCauses.of(result.exitCode(), tail.toString(), KnownCauses.idsAreBounded());
            throw new ProcessFailure(
                    Problem.of(
                            ProblemCode.InstructionFailed,
                            "the command ended with exit code " + result.exitCode() + ": " + vertex.instruction(),
                            why,
                            "read its output above"),
                    result.exitCode(),
                    tail.toString());
        }
        return result;
    }
}
