/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.engine.image.Image;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a RUN sees does not depend on the umask of who starts the build.
class UmaskIT {
    @TempDir
    Path directory;

    /// In the process of its own that [#aRunUnderAStrictUmask] starts.
    public static void main(String[] args) throws Exception {
        try (var builds = new Builds(Path.of(args[0]))) {
            Image image = builds.build("""
                    FROM busybox
                    USER app
                    RUN stat -c '%a %n' / /etc/hosts /etc/resolv.conf && cat /etc/hosts && cat /etc/resolv.conf > /dev/null
                    USER root
                    RUN touch /new && mkdir /dir
                    """);
            builds.output().forEach(System.out::println);
            builds.listing(image, image.manifest().layers().size() - 1).forEach(System.out::println);
        }
    }

    @BeforeEach
    void makeTheBase() throws IOException, InterruptedException {
        try (var builds = new Builds(directory)) {
            builds.busybox();
        }
    }

    @Test
    void aRunUnderAStrictUmask() throws Exception {
        String output = Builds.run(List.of(
                "sh",
                "-c",
                "umask 077; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                UmaskIT.class.getName(),
                directory.toString()));

        assertThat(output.lines())
                .containsExactly(
                        "755 /",
                        "644 /etc/hosts",
                        "644 /etc/resolv.conf",
                        "127.0.0.1\tlocalhost strata",
                        "::1\tlocalhost ip6-localhost ip6-loopback",
                        "drwxr-xr-x 0/0 dir/",
                        "-rw-r--r-- 0/0 new");
    }
}
