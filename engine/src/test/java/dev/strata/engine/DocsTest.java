/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the documents name is there: files of the repository, Java types, tests, and the examples.
class DocsTest {
    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final Path ROOMS = REPOSITORY.resolve("engine/src/main/java/dev/strata/engine");
    private static final Set<String> MADE_BY_A_BUILD = Set.of("cli/target/strata/bin/strata");

    /// Words of the API that look like types.
    private static final Set<String> MODES = Set.of("NestedUserNamespace", "UserNamespace");

    private static final Pattern CODE = Pattern.compile("(?<!`)`([^`\n]+)`(?!`)");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#:]+)(?:#[^)]*)?\\)");
    private static final Pattern PATH = Pattern.compile("[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*/?");
    private static final Pattern TYPE = Pattern.compile("[A-Z][a-z]\\w*[A-Z]\\w*");
    private static final Pattern ROW = Pattern.compile("^\\| `(\\w+)` \\|.*\\|([^|]*)\\|$", Pattern.MULTILINE);
    private static final Pattern TEST = Pattern.compile("\\b\\w+(?:Test|IT)\\b");

    @Test
    void everyPathThatADocumentNamesExists() throws IOException {
        Set<String> top = names(REPOSITORY);
        var missing = new ArrayList<String>();
        for (Path document : documents()) {
            for (String code : all(CODE, Files.readString(document))) {
                for (String word : code.split("[\\s=]+")) {
                    if (PATH.matcher(word).matches()
                            && word.contains("/")
                            && top.contains(word.substring(0, word.indexOf('/')))
                            && !MADE_BY_A_BUILD.contains(word)
                            && !Files.exists(REPOSITORY.resolve(word))
                            && !isATypeOfARoom(word)) {
                        missing.add(REPOSITORY.relativize(document) + ": " + word);
                    }
                }
            }
        }

        assertThat(missing).isEmpty();
    }

    @Test
    void everyLinkOfADocumentLeadsToAFile() throws IOException {
        var broken = new ArrayList<String>();
        for (Path document : documents()) {
            for (String link : all(LINK, Files.readString(document))) {
                if (!Files.exists(document.resolveSibling(link).normalize())) {
                    broken.add(REPOSITORY.relativize(document) + ": " + link);
                }
            }
        }

        assertThat(broken).isEmpty();
    }

    @Test
    void theTableOfRoomsNamesEveryRoomAndTypesOfIt() throws IOException {
        assertThatTheTableIsTrue("## Rooms of the engine", ROOMS);
    }

    @Test
    void theTableOfTheOperatorNamesEveryPartAndTypesOfIt() throws IOException {
        assertThatTheTableIsTrue(
                "## Parts of the operator", REPOSITORY.resolve("operator/src/main/java/dev/strata/operator"));
    }

    private static void assertThatTheTableIsTrue(String heading, Path packages) throws IOException {
        String document = Files.readString(REPOSITORY.resolve("docs/architecture.md"));
        String section = document.substring(document.indexOf(heading) + heading.length());
        List<MatchResult> rows = ROW.matcher(section.substring(0, section.indexOf("\n## ")))
                .results()
                .toList();
        var missing = new ArrayList<String>();
        for (MatchResult row : rows) {
            for (String type : all(CODE, row.group(2))) {
                if (!Files.exists(packages.resolve(row.group(1)).resolve(type + ".java"))) {
                    missing.add(row.group(1) + ": " + type);
                }
            }
        }

        assertThat(missing).isEmpty();
        assertThat(rows.stream().map(row -> row.group(1))).containsExactlyInAnyOrderElementsOf(names(packages));
    }

    @Test
    void everyTypeThatTheGlossaryAndTheArchitectureNameExists() throws IOException {
        Set<String> known = javaTypes();
        var unknown = new ArrayList<String>();
        for (String name : List.of("docs/architecture.md", "docs/glossary.md")) {
            String document = Files.readString(REPOSITORY.resolve(name));
            for (String code : all(CODE, document)) {
                String type = code.substring(0, code.contains(".") ? code.indexOf('.') : code.length());
                if (TYPE.matcher(type).matches() && !known.contains(type) && !MODES.contains(type)) {
                    unknown.add(name + ": " + type);
                }
            }
        }

        assertThat(unknown).isEmpty();
    }

    @Test
    void theReadmeShowsTheExamplesAsTheyAre() throws IOException {
        String readme = Files.readString(REPOSITORY.resolve("README.md"));
        for (String file : List.of("registry.yaml", "hello-world/imagebuild.yaml", "hello-world/pod.yaml")) {
            String manifest = Files.readString(REPOSITORY.resolve("examples").resolve(file))
                    .replaceAll("(?m)^#.*\n", "");

            assertThat(readme).as(file).contains("```yaml\n" + manifest + "```");
        }
    }

    @Test
    void thePageOfProblemsHasEveryCodeOnceAndSaysWhetherItIsRetried() throws IOException {
        List<String> rows = ROW.matcher(Files.readString(REPOSITORY.resolve("docs/problems.md")))
                .results()
                .map(row -> row.group(1) + " " + row.group(2).strip())
                .toList();

        assertThat(rows)
                .containsExactlyElementsOf(Stream.of(ProblemCode.values())
                        .map(code -> code.name() + " " + (code.retryable() ? "yes" : "no"))
                        .toList());
    }

    @Test
    void everyTestThatTheTableOfCoverageNamesExists() throws IOException {
        String table = Files.readString(REPOSITORY.resolve("COVERAGE.md"));

        assertThat(javaTypes()).containsAll(all(TEST, table));
    }

    /// `room/Type`, as the steps of CONTRIBUTING have it, where a module's directory has the room's name.
    private static boolean isATypeOfARoom(String word) {
        return Files.exists(ROOMS.resolve(word + ".java"));
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> below = Files.walk(REPOSITORY.resolve("docs"))) {
            return Stream.concat(
                            Stream.of("README.md", "CONTRIBUTING.md", "COVERAGE.md")
                                    .map(REPOSITORY::resolve),
                            below.filter(file -> file.toString().endsWith(".md")))
                    .sorted()
                    .toList();
        }
    }

    private static Set<String> javaTypes() throws IOException {
        PathMatcher java = FileSystems.getDefault().getPathMatcher("glob:**/src/*/java/**.java");
        var types = new TreeSet<String>();
        for (String module : List.of("crds", "engine", "operator", "cli")) {
            try (Stream<Path> files = Files.walk(REPOSITORY.resolve(module + "/src"))) {
                files.filter(java::matches)
                        .map(file -> file.getFileName().toString())
                        .forEach(name -> types.add(name.substring(0, name.length() - ".java".length())));
            }
        }
        return types;
    }

    private static Set<String> names(Path directory) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            return children.filter(Files::isDirectory)
                    .map(child -> child.getFileName().toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static Set<String> all(Pattern pattern, String text) {
        return pattern.matcher(text)
                .results()
                .map(found -> found.groupCount() == 0 ? found.group() : found.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
