/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.plan;

import dev.strata.engine.dockerfile.Dockerfile;
import dev.strata.engine.dockerfile.Instruction;
import dev.strata.engine.dockerfile.Spelling;
import dev.strata.engine.dockerfile.Stage;
import dev.strata.engine.dockerfile.WordExpander;
import dev.strata.engine.image.ContainerConfig;
import dev.strata.engine.image.Image;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.SourceRange;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Makes the graph of the stages that a target needs. BuildKit, frontend/dockerfile/dockerfile2llb/convert.go.
public final class Planner {
    static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    private static final String SCRATCH = "scratch";
    private static final Pattern NUMBER = Pattern.compile("-?\\d+");

    private final Dockerfile dockerfile;
    private final PlanOptions options;
    private final ImageResolver resolver;
    private final Arguments arguments;
    private final List<Vertex> vertices = new ArrayList<>();
    private final Map<Integer, StageState> plannedStages = new HashMap<>();
    private final Map<String, VertexId> copiedImages = new HashMap<>();

    private Planner(Dockerfile dockerfile, PlanOptions options, ImageResolver resolver) {
        this.dockerfile = dockerfile;
        this.options = options;
        this.resolver = resolver;
        String target =
                options.target() == null ? dockerfile.stages().getLast().from().name() : options.target();
        this.arguments = new Arguments(options.buildArgs(), options.platform(), target, dockerfile.escape());
        arguments.declareGlobal(dockerfile.globalArgs());
    }

    /// Plans a build. Base images are resolved here, one request for each, and only those that are needed.
    ///
    /// Throws a `StrataException`: `UnknownStage`, `DockerfileSyntaxError` for words that cannot be
    /// expanded, or what the resolver says of an image.
    public static BuildPlan plan(Dockerfile dockerfile, PlanOptions options, ImageResolver resolver) {
        var planner = new Planner(dockerfile, options, resolver);
        StageState target = planner.stage(planner.targetStage());
        return new BuildPlan(options.platform(), planner.vertices, target.last);
    }

    private int targetStage() {
        String target = options.target();
        List<Stage> stages = dockerfile.stages();
        if (target == null) {
            return stages.size() - 1;
        }
        return named(target, stages.size())
                .orElseThrow(() -> new StrataException(Problem.of(
                        ProblemCode.UnknownStage,
                        "no such target stage: " + target,
                        "the Dockerfile has " + stages.size() + " stages",
                        didYouMean(target, stages.size()).orElse("name one of its stages"))));
    }

    /// The stage before number `before` that `text` names, by its name or its number.
    private Optional<Integer> named(String text, int before) {
        String wanted = text.toLowerCase(Locale.ROOT);
        for (int i = before - 1; i >= 0; i--) {
            if (wanted.equals(dockerfile.stages().get(i).from().name())) {
                return Optional.of(i);
            }
        }
        try {
            int number = Integer.parseInt(text);
            return number >= 0 && number < before ? Optional.of(number) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    private Optional<String> didYouMean(String text, int before) {
        var names = new ArrayList<String>();
        for (Stage stage : dockerfile.stages().subList(0, before)) {
            if (stage.from().name() != null) {
                names.add(stage.from().name());
            }
        }
        return Spelling.nearest(text, names).map(name -> "did you mean " + name + "?");
    }

    /// Plans a stage, once, and returns what holds at its end.
    private StageState stage(int number) {
        StageState known = plannedStages.get(number);
        if (known != null) {
            return known;
        }
        Stage stage = dockerfile.stages().get(number);
        StageState state = Problems.at(stage.from().at(), () -> begin(number, stage));
        var planner = new StagePlanner(this, stage, number, state);
        for (int i = 0; i < stage.instructions().size(); i++) {
            Instruction instruction = stage.instructions().get(i);
            int step = i + 2;
            Problems.at(instruction.at(), () -> planner.add(instruction, step));
        }
        plannedStages.put(number, state);
        return state;
    }

    private StageState begin(int number, Stage stage) {
        Instruction.From from = stage.from();
        String name = WordExpander.expand(from.image(), dockerfile.escape(), arguments.global());
        if (name.isEmpty()) {
            throw new StrataException(Problem.of(
                    ProblemCode.DockerfileSyntaxError,
                    "FROM names no image: " + from.image(),
                    "a variable in it has no value; only ARGs before the first FROM can be used",
                    "give the ARG a default, or a value with --build-arg"));
        }
        Optional<Integer> parent = stageName(name, number);
        if (parent.isPresent()) {
            return stage(parent.get()).child();
        }
        if (name.equals(SCRATCH)) {
            ContainerConfig config =
                    withPath(ContainerConfig.EMPTY.draft().workingDir("/").done());
            VertexId id = add(new Operation.Scratch(), null, stage, number, 1, from.text(), "", config, null);
            return new StageState(config, null, id);
        }
        return base(number, stage, name);
    }

    /// A FROM finds a stage by its name only: a number there is an image.
    private Optional<Integer> stageName(String name, int before) {
        return name.chars().allMatch(Character::isDigit) ? Optional.empty() : named(name, before);
    }

    private StageState base(int number, Stage stage, String name) {
        ImageReference reference = ImageReference.parse(name);
        Image image = resolve(name, reference, number);
        if (!image.config().config().onBuild().isEmpty()) {
            throw new StrataException(Problem.of(
                    ProblemCode.UnsupportedInstruction,
                    "the image " + reference.familiar() + " has ONBUILD triggers, which are not supported yet",
                    "Strata refuses what it cannot do, rather than leave it out",
                    "use an image without them"));
        }
        ContainerConfig config = withPath(image.config().config());
        String author = image.config().author();
        ImageReference pinned = reference.withDigest(image.descriptor().digest());
        VertexId id = add(
                new Operation.Base(pinned, image),
                null,
                stage,
                number,
                1,
                stage.from().text(),
                "",
                config,
                author);
        return new StageState(config, author, id);
    }

    /// Asks the resolver. An image that is not there may be a stage with a slip in its name.
    private Image resolve(String text, ImageReference reference, int before) {
        try {
            return resolver.resolve(reference, options.platform());
        } catch (StrataException e) {
            Problem problem = e.problem();
            if (problem.code() != ProblemCode.ImageNotFound && problem.code() != ProblemCode.PullUnauthorized) {
                throw e;
            }
            String advice = didYouMean(text, before).orElse(problem.tryThis());
            throw new StrataException(
                    new Problem(problem.code(), problem.what(), problem.why(), advice, problem.at()), e);
        }
    }

    private static ContainerConfig withPath(ContainerConfig config) {
        return config.envMap().containsKey("PATH")
                ? config
                : config.draft().env("PATH", DEFAULT_PATH).done();
    }

    /// The vertex that `COPY --from=text` reads, planned before the COPY itself.
    VertexId copySource(String text, int stage, SourceRange at) {
        if (!WordExpander.expand(text, dockerfile.escape(), Map.of()).equals(text)) {
            throw new StrataException(Problem.of(
                    ProblemCode.DockerfileSyntaxError,
                    "--from is taken as it is written: " + text,
                    "variables, quotes and escapes are not expanded there",
                    "begin a stage with FROM and the variable, and copy from that stage"));
        }
        Optional<Integer> earlier = named(text, stage);
        if (earlier.isPresent()) {
            return stage(earlier.get()).last;
        }
        if (named(text, dockerfile.stages().size()).isPresent()) {
            throw new StrataException(Problem.of(
                    ProblemCode.UnknownStage,
                    "the stage " + text + " does not come before this one",
                    "a stage can copy only from stages above it",
                    "move it up"));
        }
        if (NUMBER.matcher(text).matches()) {
            throw new StrataException(Problem.of(
                    ProblemCode.UnknownStage,
                    "no such stage: " + text,
                    "the Dockerfile has " + dockerfile.stages().size() + " stages, counted from 0",
                    "name a stage above this one"));
        }
        ImageReference reference = ImageReference.parse(text);
        VertexId known = copiedImages.get(reference.toString());
        if (known != null) {
            return known;
        }
        Image image = resolve(text, reference, stage);
        var vertex = new Vertex(
                new VertexId(vertices.size()),
                null,
                new Operation.Base(reference.withDigest(image.descriptor().digest()), image),
                reference.familiar(),
                1,
                1,
                "FROM " + text,
                "",
                image.config().config(),
                image.config().author(),
                at);
        vertices.add(vertex);
        copiedImages.put(reference.toString(), vertex.id());
        return vertex.id();
    }

    VertexId add(
            Operation operation,
            @Nullable VertexId parent,
            Stage stage,
            int number,
            int step,
            String instruction,
            String createdBy,
            ContainerConfig config,
            @Nullable String author) {
        String name =
                stage.from().name() == null ? "stage-" + number : stage.from().name();
        SourceRange at = step == 1
                ? stage.from().at()
                : stage.instructions().get(step - 2).at();
        int steps = stage.instructions().size() + 1;
        var vertex = new Vertex(
                new VertexId(vertices.size()),
                parent,
                operation,
                name,
                step,
                steps,
                instruction,
                createdBy,
                config,
                author,
                at);
        vertices.add(vertex);
        return vertex.id();
    }

    Arguments arguments() {
        return arguments;
    }

    char escape() {
        return dockerfile.escape();
    }
}
