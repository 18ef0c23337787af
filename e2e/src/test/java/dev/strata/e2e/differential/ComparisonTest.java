/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ComparisonTest {
    private static final Instant BEGAN = Instant.parse("2026-02-03T04:05:06Z");
    private static final Instant BEFORE = BEGAN.minusNanos(1);

    @Test
    void equalImagesDoNotDiffer() {
        assertThat(compare(new Image(), new Image())).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void eachChangeIsReportedWhoeverMadeIt(String subject, Consumer<Image> change) {
        var changed = new Image();
        change.accept(changed);

        assertThat(compare(new Image(), changed)).containsOnlyKeys(subject);
        assertThat(compare(changed, new Image())).containsOnlyKeys(subject);
    }

    private static Stream<Arguments> changes() {
        return Stream.of(
                change("/d/file", image -> image.present = false),
                change("/d/file kind", image -> image.kind = "fifo"),
                change("/d/file mode", image -> image.mode = 04755),
                change("/d/file owner", image -> image.owner = "0:1"),
                change("/d/file size", image -> image.size = 5),
                change("/d/file content", image -> image.content = "texT"),
                change("/d/file content", image -> image.content = null),
                change("/d/file link", image -> image.link = "elsewhere"),
                change("/d/file device", image -> image.device = "1:3"),
                change("/d/file xattrs", image -> image.xattrs = Map.of()),
                change("/d/file xattrs", image -> image.xattrs = Map.of("user.one", "02")),
                change("/d/file mtime", image -> image.mtime = BEFORE.minusNanos(1)),
                change("/d/file mtime", image -> image.mtime = BEGAN),
                change("config.Env", image -> image.edit("[\"A=1\"]", "[\"A=2\"]")),
                change("config.User", image -> image.edit("\"Env\"", "\"User\": \"\", \"Env\"")),
                change("architecture", image -> image.edit("\"amd64\"", "\"arm64\"")),
                change("history[1].created_by", image -> image.edit("\"two\"", "\"to\"")),
                change("history[1].empty_layer", image -> image.edit("true", "false")),
                change("history", image -> image.edit("[{\"created_by\": \"one\"},", "[")),
                change("layers", image -> image.edit("[\"sha256:a\"]", "[\"sha256:a\", \"sha256:b\"]")));
    }

    @Test
    void anotherNameOfOneFileIsReportedAtBoth() {
        var linked = new Image();
        linked.inode = Image.INODE_OF_OTHER;

        assertThat(compare(new Image(), linked)).containsOnlyKeys("/d/file links", "/other links");
        assertThat(compare(linked, new Image())).containsOnlyKeys("/d/file links", "/other links");
    }

    @Test
    void timesOfTheBuildAndDigestsMayDiffer() {
        var theirs = new Image();
        theirs.mtime = BEGAN;
        var ours = new Image();
        ours.mtime = BEGAN.plus(Duration.ofMinutes(1));
        ours.edit("\"created\": \"now\"", "\"created\": \"then\"");
        ours.edit("\"created_by\": \"one\"", "\"created\": \"then\", \"created_by\": \"one\"");
        ours.edit("sha256:a", "sha256:b");

        assertThat(compare(theirs, ours)).isEmpty();
    }

    @Test
    void aDirectoryMayHaveAnyTimeWhereBuildKitsIsThatOfTheBuildAndNoFileMay() {
        var theirs = new Image();
        theirs.mtime = BEGAN;
        assertThat(compare(theirs, new Image())).containsOnlyKeys("/d/file mtime");

        theirs.kind = "directory";
        var ours = new Image();
        ours.kind = "directory";
        assertThat(compare(theirs, ours)).isEmpty();
        assertThat(compare(ours, theirs)).containsOnlyKeys("/d/file mtime");
    }

    @Test
    void anImageAndARefusalDiffer() {
        var refused = new Outcome.Refused("Dockerfile:2: no");
        Outcome built = new Image().built();

        assertThat(Comparison.of(built, refused, BEGAN)).containsOnlyKeys("outcome");
        assertThat(Comparison.of(refused, built, BEGAN)).containsOnlyKeys("outcome");
    }

    @Test
    void refusalsAreAtOneLineWhereBuildKitNamesIt() {
        var second = new Outcome.Refused("Dockerfile:2\n--------");
        var ofNoLine = new Outcome.Refused("failed to solve");

        assertThat(Comparison.of(second, new Outcome.Refused("ERROR Dockerfile:2: no"), BEGAN))
                .isEmpty();
        assertThat(Comparison.of(second, new Outcome.Refused("ERROR Dockerfile:3: no"), BEGAN))
                .containsOnlyKeys("line");
        assertThat(Comparison.of(second, ofNoLine, BEGAN)).containsOnlyKeys("line");
        assertThat(Comparison.of(ofNoLine, second, BEGAN)).isEmpty();
    }

    private static Arguments change(String subject, Consumer<Image> change) {
        return arguments(subject, change);
    }

    private static SortedMap<String, String> compare(Image buildkit, Image strata) {
        return Comparison.of(buildkit.built(), strata.built(), BEGAN);
    }

    /// An image with a file to change, and another one.
    static final class Image {
        private static final long INODE_OF_OTHER = 2;

        private String config = """
                {"created": "now", "architecture": "amd64", "config": {"Env": ["A=1"]},
                 "rootfs": {"type": "layers", "diff_ids": ["sha256:a"]},
                 "history": [{"created_by": "one"}, {"created_by": "two", "empty_layer": true}]}
                """;
        private boolean present = true;
        private String kind = "file";
        private int mode = 0755;
        private String owner = "0:0";
        private long size = 4;
        private @Nullable String content = "text";
        private String link = "";
        private String device = "";
        private Map<String, String> xattrs = Map.of("user.one", "01");
        private Instant mtime = BEFORE;
        private long inode = 1;

        private void edit(String old, String edited) {
            assertThat(config).contains(old);
            config = config.replace(old, edited);
        }

        private Outcome built() {
            var other = new BuiltImage.File("file", 0, "0:0", 0, "", "", "", Map.of(), BEFORE, INODE_OF_OTHER);
            var tree = new TreeMap<>(Map.of("other", other));
            if (present) {
                var file = new BuiltImage.File(kind, mode, owner, size, content, link, device, xattrs, mtime, inode);
                tree.put("d/file", file);
            }
            try {
                return new Outcome.Built(new BuiltImage(new ObjectMapper().readTree(config), tree));
            } catch (JsonProcessingException e) {
                throw new AssertionError(config, e);
            }
        }
    }
}
