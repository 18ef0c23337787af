/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.problem.StrataException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TreeTest {
    private static final Instant TIME = Instant.EPOCH;

    /// A layer from lines: `d PATH`, `f PATH`, `l PATH TARGET` (symlink), `h PATH TARGET` (hard link),
    /// `w PATH` (whiteout), `o PATH` (opaque).
    private static TreeIndex layer(String... lines) {
        var layer = new TreeIndex.Collector();
        for (String line : lines) {
            String[] parts = line.split(" ");
            String path = parts.length > 1 ? parts[1] : "";
            switch (parts[0]) {
                case "d" -> layer.add(Entry.directory(path, 0700, 1, 1, TIME));
                case "f" -> layer.add(Entry.file(path, 0644, 0, 0, 0, TIME));
                case "l" -> layer.add(Entry.symlink(path, parts[2], 0, 0, TIME));
                case "h" ->
                    layer.add(
                            new Entry(path, Entry.Kind.HARDLINK, 0644, 0, 0, 0, TIME, parts[2], 0, 0, Map.of(), null));
                case "w" -> layer.whiteout(path);
                case "o" -> layer.opaque(path);
                default -> throw new IllegalArgumentException(line);
            }
        }
        return layer.index();
    }

    private static Tree tree(TreeIndex... layers) {
        return Tree.of(List.of(layers));
    }

    @Test
    void theTopmostLayerThatDescribesAPathWins() {
        Tree tree = tree(layer("d a", "f a/x", "f a/y"), layer("f a/x"));

        assertThat(tree.find("a/x").orElseThrow().layer()).isEqualTo(1);
        assertThat(tree.find("a/y").orElseThrow().layer()).isZero();
        assertThat(tree.find("a/z")).isEmpty();
        assertThat(tree.children("a")).containsOnlyKeys("x", "y");
    }

    @Test
    void aDirectoryThatIsOnlyImpliedKeepsTheMetadataFromBelow() {
        Tree tree = tree(layer("d a"), layer("f a/x", "f new/x"));

        assertThat(tree.find("a").orElseThrow().entry().mode()).isEqualTo(0700);
        assertThat(tree.find("new").orElseThrow().entry()).isEqualTo(Entry.directory("new", 0755, 0, 0, TIME));
        assertThat(tree.children("")).containsOnlyKeys("a", "new");
    }

    /// A base with `lib -> usr/lib`, as Debian's, under a layer that was packed without its directories.
    @Test
    void whatLiesInADirectoryThatIsOnlyImpliedLandsWhereTheLinkBelowLeads() {
        TreeIndex base = layer("d usr", "d usr/lib", "f usr/lib/old", "l lib usr/lib");
        Tree tree = tree(base, layer("f lib/x", "h lib/y lib/x", "w lib/old"));

        assertThat(tree.find("lib").orElseThrow().entry().kind()).isEqualTo(Entry.Kind.SYMLINK);
        assertThat(tree.children("usr/lib")).containsOnlyKeys("x", "y");
        assertThat(tree.target(tree.find("usr/lib/y").orElseThrow()).entry().path())
                .isEqualTo("usr/lib/x");
        assertThat(tree.children("lib")).isEmpty();
        assertThat(tree(base, layer("d lib", "f lib/x")).children("lib")).containsOnlyKeys("x");
        assertThat(tree(base, layer("o lib")).children("usr/lib")).isEmpty();
    }

    @Test
    void directoriesThatAreOnlyImpliedAreKnown() {
        assertThat(layer("f a/b/c", "d a", "w x/y/z", "o p/q").implied())
                .containsExactly("a/b", "p", "p/q", "x", "x/y");
        assertThat(layer("d a", "f a/b", "w c", "w a/d").impliesDirectories()).isFalse();
    }

    @Test
    void whiteoutsDeleteWhatIsBelowThemOnly() {
        TreeIndex base = layer("d a", "f a/x", "d a/d", "f a/d/y");

        assertThat(tree(base, layer("w a/x")).find("a/x")).isEmpty();
        assertThat(tree(base, layer("w a/x")).children("a")).containsOnlyKeys("d");
        assertThat(tree(base, layer("w a")).find("a/d/y")).isEmpty();
        assertThat(tree(base, layer("w a")).children("a/d")).isEmpty();
        assertThat(tree(base, layer("w a", "d a", "f a/new")).children("a")).containsOnlyKeys("new");
        assertThat(tree(base, layer("w a"), layer("f a/later")).children("a")).containsOnlyKeys("later");
    }

    @Test
    void anOpaqueDirectoryHidesWhatIsBelow() {
        TreeIndex base = layer("d a", "f a/x", "d a/d", "f a/d/y");
        Tree tree = tree(base, layer("d a", "o a", "f a/new"));

        assertThat(tree.children("a")).containsOnlyKeys("new");
        assertThat(tree.find("a/x")).isEmpty();
        assertThat(tree.find("a/d/y")).isEmpty();
        assertThat(tree.find("a")).isPresent();
    }

    @Test
    void aFileOrLinkOverADirectoryHidesItsContent() {
        TreeIndex base = layer("d a", "f a/x", "d b", "f b/y");

        assertThat(tree(base, layer("f a")).find("a/x")).isEmpty();
        assertThat(tree(base, layer("f a")).children("a")).isEmpty();
        Tree linked = tree(base, layer("l a b"));
        assertThat(linked.find("a/x")).isEmpty();
        assertThat(linked.resolve("a/y")).isEqualTo("b/y");
        assertThat(tree(base, layer("f a"), layer("d a")).children("a")).isEmpty();
    }

    @Test
    void resolvingStaysBeneathTheRoot() {
        Tree tree =
                tree(layer("l lib usr/lib", "d usr", "d usr/lib", "l usr/lib/up ../../../../etc", "l abs /usr/../lib"));

        assertThat(tree.resolve("lib/x/./y")).isEqualTo("usr/lib/x/y");
        assertThat(tree.resolve("/lib/up/passwd")).isEqualTo("etc/passwd");
        assertThat(tree.resolve("abs")).isEqualTo("usr/lib");
        assertThat(tree.resolve("../../x")).isEqualTo("x");
        assertThat(tree.resolve("lib/../share")).isEqualTo("usr/share");
    }

    @Test
    void aLoopOfSymlinksEnds() {
        Tree tree = tree(layer("l a b", "l b a"));

        assertThatThrownBy(() -> tree.resolve("a/x"))
                .isInstanceOf(StrataException.class)
                .hasMessage("cannot follow /a/x");
    }

    @Test
    void hardLinksLeadToTheirFileAndALoopOfThemEnds() {
        Tree tree = tree(layer("f f"), layer("h h f", "h hh h"), layer("h a b", "h b a", "h self self"));

        assertThat(tree.target(tree.find("hh").orElseThrow()).entry().path()).isEqualTo("f");
        for (String path : List.of("a", "self")) {
            assertThatThrownBy(() -> tree.target(tree.find(path).orElseThrow()))
                    .isInstanceOf(StrataException.class)
                    .hasMessage("the hard link " + path + " names no file");
        }
    }

    @Test
    void smallFilesFollowLinksAndVanishWithTheirFile() {
        var base = new TreeIndex(List.of(Entry.symlink("etc", "/etc", 0, 0, TIME)), List.of(), List.of(), Map.of());
        var files = new TreeIndex(
                List.of(Entry.file("etc/passwd", 0644, 0, 0, 5, TIME)),
                List.of(),
                List.of(),
                Map.of("etc/passwd", "hello".getBytes(UTF_8)));
        Tree tree = tree(layer("l conf etc"), files);

        assertThat(tree.smallFile("conf/passwd").orElseThrow()).asString().isEqualTo("hello");
        assertThat(tree(files, layer("w etc/passwd")).smallFile("etc/passwd")).isEmpty();
        assertThatThrownBy(() -> tree(base).smallFile("etc/passwd")).isInstanceOf(StrataException.class);
    }

    @Test
    void aHundredThousandEntriesAreLookedUpFast() {
        var layers = new ArrayList<TreeIndex>();
        for (int i = 0; i < 10; i++) {
            var layer = new TreeIndex.Collector();
            for (int j = 0; j < 10_000; j++) {
                layer.add(Entry.file("d" + i + "/" + j % 100 + "/f" + j, 0644, 0, 0, 0, TIME));
            }
            layers.add(layer.index());
        }
        Tree tree = Tree.of(layers);
        long start = System.nanoTime();
        int found = 0;
        for (int i = 0; i < 100_000; i++) {
            int j = i % 10_000;
            found += tree.find("d" + i % 10 + "/" + j % 100 + "/f" + j).isPresent() ? 1 : 0;
        }

        assertThat(found).isEqualTo(100_000);
        assertThat(tree.children("d0")).hasSize(100);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    }
}
