/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.dockerfile.Dockerignore;
import dev.strata.engine.linux.Errno;
import dev.strata.engine.linux.ErrnoException;
import dev.strata.engine.linux.RootDirectory;
import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.SourceFile;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.solve.ContextTree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A Dockerfile with the context and the ignore file that belong to it.
///
/// The context is opened beneath the source, and all that is in it beneath the context: a link in a
/// repository must not make us read, or show in an error, a file of the machine.
///
/// @param source the directory that no link leads out of
/// @param contextDir the context below `source`; "" is `source` itself
/// @param mtime the time of every file of the context; null: each file's own
public record BuildInput(
        Path source,
        String contextDir,
        SourceFile dockerfile,
        Dockerignore ignore,
        @Nullable Instant mtime) {
    private static final int MAX_TEXT = 16 << 20;
    private static final String DOCKERFILE = "Dockerfile";
    private static final String IGNORE = ".dockerignore";

    /// A local build: `context` and, if `file` is null, its `Dockerfile`. A `file` is opened as the user
    /// names it, wherever it is.
    public static BuildInput local(Path context, @Nullable Path file) throws IOException {
        try (RootDirectory root = openContext(context, "")) {
            if (file == null) {
                SourceFile dockerfile = text(root, DOCKERFILE, DOCKERFILE);
                return new BuildInput(context, "", dockerfile, ignore(root, DOCKERFILE + IGNORE, IGNORE), null);
            }
            byte[] bytes;
            try (InputStream in = Files.newInputStream(file)) {
                bytes = capped(in, file.toString());
            } catch (NoSuchFileException e) {
                throw dockerfileNotFound(file.toString());
            }
            SourceFile dockerfile = SourceFile.of(file.toString(), new String(bytes, StandardCharsets.UTF_8));
            Path own = Path.of(file + IGNORE);
            if (!Files.isRegularFile(own)) {
                return new BuildInput(context, "", dockerfile, ignore(root, IGNORE), null);
            }
            try (InputStream in = Files.newInputStream(own)) {
                String text = new String(capped(in, own.toString()), StandardCharsets.UTF_8);
                return new BuildInput(
                        context, "", dockerfile, Dockerignore.parse(SourceFile.of(own.toString(), text)), null);
            }
        }
    }

    /// A builder pod's build: everything lies below `source`, which a stranger wrote.
    ///
    /// @param contextDir the context below `source`; "" is `source` itself
    /// @param path the Dockerfile below the context; null when `inline` is its text; both null: `Dockerfile`
    static BuildInput ofSource(
            Path source, String contextDir, @Nullable String path, @Nullable String inline, Instant mtime)
            throws IOException {
        try (RootDirectory root = openContext(source, contextDir)) {
            String name = path == null ? DOCKERFILE : path;
            SourceFile dockerfile = inline == null ? text(root, name, name) : SourceFile.of(DOCKERFILE, inline);
            return new BuildInput(source, contextDir, dockerfile, ignore(root, name + IGNORE, IGNORE), mtime);
        }
    }

    /// The context as COPY and ADD see it.
    ContextTree openContext() throws IOException {
        return ContextTree.of(openContext(source, contextDir), ignore, mtime);
    }

    private static RootDirectory openContext(Path source, String contextDir) throws IOException {
        try {
            return RootDirectory.openBeneath(source, contextDir);
        } catch (ErrnoException e) {
            switch (e.errno()) {
                case Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP ->
                    throw contextNotFound(contextDir.isEmpty() ? source.toString() : contextDir);
                default -> throw e;
            }
        }
    }

    /// The first of these files that is there: `<Dockerfile>.dockerignore`, beside the Dockerfile, wins over
    /// `.dockerignore` of the context. BuildKit, frontend/dockerui/config.go.
    private static Dockerignore ignore(RootDirectory root, String... names) throws IOException {
        for (String name : names) {
            if (root.isFile(name)) {
                return Dockerignore.parse(text(root, name, name));
            }
        }
        return Dockerignore.parse(SourceFile.of(IGNORE, ""));
    }

    private static SourceFile text(RootDirectory root, String path, String shown) throws IOException {
        if (!root.isFile(path)) {
            throw dockerfileNotFound(shown);
        }
        try (InputStream in = root.read(path)) {
            return SourceFile.of(shown, new String(capped(in, shown), StandardCharsets.UTF_8));
        }
    }

    private static byte[] capped(InputStream in, String name) throws IOException {
        byte[] bytes = in.readNBytes(MAX_TEXT + 1);
        if (bytes.length > MAX_TEXT) {
            throw new StrataException(Problem.of(
                    ProblemCode.SizeLimitExceeded, name + " is larger than 16 MiB", "", "give a Dockerfile"));
        }
        return bytes;
    }

    private static StrataException dockerfileNotFound(String name) {
        return new StrataException(Problem.of(
                ProblemCode.DockerfileNotFound,
                "no such Dockerfile: " + name,
                "it must be a regular file below the build context; a link may not lead out of it",
                "check the path, or name another file"));
    }

    private static StrataException contextNotFound(String name) {
        return new StrataException(Problem.of(
                ProblemCode.ContextDirNotFound,
                "no such context directory: " + name,
                "it must be a directory below the source; a link may not lead out of it",
                "check the path"));
    }
}
