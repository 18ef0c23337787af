/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.solve;

import dev.strata.engine.cache.CacheKey;
import dev.strata.engine.cache.CacheRecord;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.image.History;
import dev.strata.engine.image.ImageConfig;
import dev.strata.engine.image.Manifest;
import dev.strata.engine.layer.Layer;
import dev.strata.engine.layer.LayerWriter;
import dev.strata.engine.layer.Tree;
import dev.strata.engine.layer.TreeIndex;
import dev.strata.engine.linux.Errno;
import dev.strata.engine.linux.ErrnoException;
import dev.strata.engine.linux.NotUtf8Exception;
import dev.strata.engine.plan.BuildPlan;
import dev.strata.engine.plan.Operation;
import dev.strata.engine.plan.Vertex;
import dev.strata.engine.plan.VertexId;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Solves a plan: every vertex in topological order, each from the cache or by its work.
///
/// A hit needs no blob: only the record's descriptor goes on. Blobs are fetched, indexed and unpacked
/// when a step that was not cached asks for them. One solver serves one build; not thread-safe.
public final class Solver {
    private static final String COMMENT = "buildkit.dockerfile.v0";

    private final Store store;
    private final BlobSource source;
    private final SourceTree context;
    private final SolveOptions options;
    private final Clock clock;
    private final Consumer<BuildEvent> events;
    private final Map<VertexId, VertexResult> results = new HashMap<>();
    private int cachedSteps;

    /// `context` is the build context that COPY and ADD read.
    public Solver(
            Store store,
            BlobSource source,
            ContextTree context,
            SolveOptions options,
            Clock clock,
            Consumer<BuildEvent> events) {
        this.store = store;
        this.source = source;
        this.context = context;
        this.options = options;
        this.clock = clock;
        this.events = events;
    }

    /// Returns the target's result.
    ///
    /// @throws StepFailure when a step fails; what was done before it stays in the cache
    public VertexResult solve(BuildPlan plan) throws InterruptedException {
        for (Vertex vertex : plan.vertices()) {
            results.put(vertex.id(), step(vertex, plan));
        }
        return result(plan.target());
    }

    /// Steps that came from the cache so far.
    public int cachedSteps() {
        return cachedSteps;
    }

    private VertexResult step(Vertex vertex, BuildPlan plan) throws InterruptedException {
        events.accept(new BuildEvent.Started(vertex));
        Instant start = clock.instant();
        try {
            int before = cachedSteps;
            VertexResult result = perform(vertex, plan);
            events.accept(
                    cachedSteps > before
                            ? new BuildEvent.Cached(vertex)
                            : new BuildEvent.Done(vertex, Duration.between(start, clock.instant())));
            return result;
        } catch (StrataException e) {
            throw failure(vertex, e.problem(), e);
        } catch (UncheckedIOException e) {
            throw failure(vertex, problem(Objects.requireNonNull(e.getCause())), e);
        } catch (IOException e) {
            throw failure(vertex, problem(e), e);
        }
    }

    private static Problem problem(IOException e) {
        String why = String.valueOf(e.getMessage());
        boolean tooLong = e instanceof ErrnoException refused && refused.errno() == Errno.ENAMETOOLONG;
        if (tooLong || e instanceof NotUtf8Exception) {
            return Problem.of(
                    ProblemCode.InstructionFailed,
                    "a layer cannot hold a file of this step: its path is "
                            + (tooLong ? "longer than 4096 bytes" : "not UTF-8"),
                    tooLong ? "" : why,
                    "rename or remove it in the same step");
        }
        return Problem.of(
                ProblemCode.StoreInvalid,
                "the step could not read or write a file",
                why,
                "check the free space and the permissions of the store");
    }

    private StepFailure failure(Vertex vertex, Problem found, Exception cause) {
        Problem problem = found.at() == null ? found.at(vertex.at()) : found;
        events.accept(new BuildEvent.Failed(vertex, problem));
        VertexResult lastGood = vertex.parent() == null ? null : results.get(vertex.parent());
        return cause instanceof ProcessFailure process
                ? new StepFailure(problem, cause, vertex, lastGood, process.exitCode(), process.logTail())
                : new StepFailure(problem, cause, vertex, lastGood, null, "");
    }

    private VertexResult perform(Vertex vertex, BuildPlan plan) throws IOException, InterruptedException {
        return switch (vertex.operation()) {
            case Operation.Scratch() ->
                new VertexResult(List.of(), ImageConfig.scratch(plan.platform()).withConfig(vertex.config()));
            case Operation.Base base -> base(vertex, base);
            case Operation.Config() -> configured(vertex);
            case Operation.MakeDirectory mkdir -> layered(vertex, new DirectoryStep(mkdir, stepTime(), store));
            case Operation.Copy copy -> layered(vertex, new CopyStep(copy, sourceOf(copy), stepTime(), store));
            case Operation.Run run -> layered(vertex, new RunStep(run, vertex, store, this::fetchAll, events, clock));
        };
    }

    private VertexResult base(Vertex vertex, Operation.Base base) {
        Manifest manifest = base.image().manifest();
        List<DiffId> diffIds = base.image().config().diffIds();
        if (manifest.layers().size() != diffIds.size()) {
            throw new StrataException(Problem.of(
                    ProblemCode.ImageInvalid,
                    "the image " + base.reference().familiar() + " cannot be used",
                    "its manifest has " + manifest.layers().size() + " layers, its config " + diffIds.size(),
                    "pull it again, or tell its author"));
        }
        var layers = new ArrayList<Layer>();
        for (int i = 0; i < diffIds.size(); i++) {
            layers.add(new Layer(manifest.layers().get(i), diffIds.get(i)));
        }
        return new VertexResult(layers, base.image().config().withConfig(vertex.config()));
    }

    private VertexResult configured(Vertex vertex) {
        VertexResult parent = parent(vertex);
        Instant created = parent.config().created();
        ImageConfig config = next(vertex, parent, created == null ? now() : created, null);
        return new VertexResult(parent.layers(), config);
    }

    /// A step that makes a layer: looked up by its key, else done and remembered.
    private VertexResult layered(Vertex vertex, LayerStep step) throws IOException, InterruptedException {
        VertexResult parent = parent(vertex);
        Parent tree = new Parent(parent.layers());
        CacheKey key = step.key(
                CacheKey.of(step.kind(), parent.config().diffIds())
                        .add("compression", options.compression().name())
                        .add("epoch", String.valueOf(options.sourceDateEpoch())),
                tree);
        Optional<CacheRecord> hit = store.cache().find(key).filter(this::hasOurEncoder);
        CacheRecord made;
        if (hit.isPresent()) {
            made = hit.get();
            cachedSteps++;
        } else {
            made = new CacheRecord(step.make(tree, options), now());
            store.cache().put(key, made);
        }
        return parent.withLayer(
                made.layer(), next(vertex, parent, made.created(), made.layer().diffId()));
    }

    /// A blob that another compressor wrote would make the image depend on who built it first.
    private boolean hasOurEncoder(CacheRecord found) {
        String encoder = found.layer().blob().annotations().getOrDefault(LayerWriter.ENCODER, "");
        return encoder.equals(options.compression().encoder());
    }

    private ImageConfig next(Vertex vertex, VertexResult parent, Instant created, @Nullable DiffId layer) {
        var history = new History(clamp(created), vertex.createdBy(), null, COMMENT, layer == null);
        return parent.config()
                .withConfig(vertex.config())
                .withAuthor(vertex.author())
                .withCreated(clamp(created))
                .withStep(history, layer);
    }

    private SourceTree sourceOf(Operation.Copy copy) {
        return switch (copy.from()) {
            case Operation.CopySource.Context() -> context;
            case Operation.CopySource.Output(VertexId id) -> {
                List<Layer> layers = result(id).layers();
                yield new ImageTree(tree(layers), layers, this::unpacked);
            }
        };
    }

    private java.nio.file.Path unpacked(List<Layer> baseFirst) throws IOException {
        fetchAll(List.of(baseFirst.getLast()));
        return store.snapshots().unpacked(baseFirst);
    }

    private void fetchAll(List<Layer> layers) {
        for (Layer layer : layers) {
            if (!store.blobs().has(layer.blob().digest())) {
                source.fetch(layer.blob());
            }
        }
    }

    private Tree tree(List<Layer> layers) {
        var indexes = new ArrayList<TreeIndex>();
        for (Layer layer : layers) {
            Optional<TreeIndex> saved = store.indexes().find(layer);
            if (saved.isEmpty()) {
                fetchAll(List.of(layer));
            }
            indexes.add(saved.orElseGet(() -> store.indexes().of(layer, store.blobs())));
        }
        return Tree.of(indexes);
    }

    private VertexResult parent(Vertex vertex) {
        VertexId parent = vertex.parent();
        if (parent == null) {
            throw new IllegalStateException("only FROM has no parent: " + vertex.title());
        }
        return result(parent);
    }

    private VertexResult result(VertexId id) {
        VertexResult result = results.get(id);
        if (result == null) {
            throw new IllegalStateException(id + " was not solved before it was needed");
        }
        return result;
    }

    private Instant now() {
        return clamp(clock.instant());
    }

    private Instant clamp(Instant time) {
        Instant limit = options.sourceDateEpoch();
        return limit != null && time.isAfter(limit) ? limit : time;
    }

    /// The time of what a step makes up (directories): fixed, so that layers do not depend on the clock.
    private Instant stepTime() {
        Instant limit = options.sourceDateEpoch();
        return limit != null ? limit : Instant.EPOCH;
    }

    /// The parent of a step; its tree is read when it is first asked for.
    final class Parent {
        private final List<Layer> layers;
        private @Nullable Tree tree;

        private Parent(List<Layer> layers) {
            this.layers = layers;
        }

        List<Layer> layers() {
            return layers;
        }

        /// Its files, for what needs their bytes.
        SourceTree files() {
            return new ImageTree(tree(), layers, Solver.this::unpacked);
        }

        Tree tree() {
            Tree known = tree;
            if (known == null) {
                known = Solver.this.tree(layers);
                tree = known;
            }
            return known;
        }
    }
}
