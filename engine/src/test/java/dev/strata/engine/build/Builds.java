/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import dev.strata.engine.cache.CacheKey;
import dev.strata.engine.cache.CacheRecord;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.exec.ExecSettings;
import dev.strata.engine.image.DiffId;
import dev.strata.engine.image.History;
import dev.strata.engine.image.Image;
import dev.strata.engine.image.ImageConfig;
import dev.strata.engine.image.Platform;
import dev.strata.engine.layer.Layer;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.registry.Credentials;
import dev.strata.engine.registry.RegistryClient;
import dev.strata.engine.registry.RegistrySettings;
import dev.strata.engine.solve.BuildEvent;
import dev.strata.engine.solve.VertexResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// A store and a context below one temporary directory, and builds on them.
final class Builds implements AutoCloseable {
    private static final Path LAUNCHER = Path.of("target/strata-launcher");

    /// The programs of a RUN; there once a `Builds` was made.
    static final ExecSettings EXEC = new ExecSettings(Path.of("crun"), LAUNCHER.toAbsolutePath());

    final Path context;
    final List<BuildEvent> events = new ArrayList<>();
    private final Path root;
    private final LocalStore store;

    Builds(Path directory) throws IOException, InterruptedException {
        context = Files.createDirectories(directory.resolve("context"));
        root = directory.resolve("store");
        buildLauncher();
        store = LocalStore.open(root, EXEC, new RegistryClient(RegistrySettings.of(Credentials.none(), null)));
    }

    private static void buildLauncher() throws IOException, InterruptedException {
        Path script = Path.of("src/main/c/build.sh");
        if (!Files.isExecutable(LAUNCHER) || isOlder(script) || isOlder(script.resolveSibling("launcher.c"))) {
            run(List.of("bash", script.toString(), LAUNCHER.toString()));
        }
    }

    private static boolean isOlder(Path source) throws IOException {
        return Files.getLastModifiedTime(LAUNCHER).compareTo(Files.getLastModifiedTime(source)) < 0;
    }

    LocalStore store() {
        return store;
    }

    Builds file(String path, String content) throws IOException {
        Path file = context.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
        return this;
    }

    /// Runs a script of the shell in the new directory `t` of the context.
    void archive(String script) throws IOException, InterruptedException {
        run(List.of("sh", "-ec", "cd " + context + "; mkdir t; cd t; " + script));
    }

    /// Builds `dockerfile` without any option.
    Image build(String dockerfile) throws IOException, InterruptedException {
        return builder(dockerfile).build();
    }

    Image build(String dockerfile, Map<CacheKey, CacheRecord> imported) throws IOException, InterruptedException {
        return builder(dockerfile, Map.of(), null, imported, null).build();
    }

    Image build(String dockerfile, Map<String, String> args, @Nullable String target)
            throws IOException, InterruptedException {
        return builder(dockerfile, args, target, Map.of(), null).build();
    }

    ImageBuilder builder(String dockerfile) throws IOException {
        return builder(dockerfile, Map.of(), null, Map.of(), null);
    }

    /// Builds with `SOURCE_DATE_EPOCH`.
    Image build(String dockerfile, Instant epoch) throws IOException, InterruptedException {
        return builder(dockerfile, Map.of(), null, Map.of(), epoch).build();
    }

    private ImageBuilder builder(
            String dockerfile,
            Map<String, String> args,
            @Nullable String target,
            Map<CacheKey, CacheRecord> imported,
            @Nullable Instant epoch)
            throws IOException {
        file("Dockerfile", dockerfile);
        events.clear();
        var options = new BuildOptions(
                BuildInput.local(context, null), args, target, Platform.local(), true, false, imported, epoch);
        return new ImageBuilder(store, options, events::add);
    }

    /// Pushes the image that `local` stands for as `name`.
    void push(String local, String name) throws IOException {
        push(store.images().find(ImageReference.parse(local)).orElseThrow(), name);
    }

    void push(Image image, String name) {
        new ImagePusher(store).push(image, List.of(ImageReference.parse(name)));
    }

    /// Builds a base image with a static BusyBox and names it `busybox`.
    void busybox() throws IOException, InterruptedException {
        busybox(null);
    }

    /// The same with times no later than `epoch`.
    void busybox(@Nullable Instant epoch) throws IOException, InterruptedException {
        Files.createDirectories(context.resolve("bin"));
        Files.copy(Path.of("/bin/busybox"), context.resolve("bin/busybox"));
        for (String name : List.of(
                "sh", "cat", "ls", "touch", "mkdir", "rm", "id", "env", "chown", "echo", "ln", "mv", "sleep", "stat")) {
            Files.createSymbolicLink(context.resolve("bin/" + name), Path.of("busybox"));
        }
        file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:app:/:/bin/sh\n");
        file("etc/group", "root:x:0:\napp:x:1001:\nextra:x:1002:app\n");
        String dockerfile = "FROM scratch\nCOPY bin /bin/\nCOPY etc /etc/\nCMD [\"/bin/sh\"]\n";
        Image base = builder(dockerfile, Map.of(), null, Map.of(), epoch).build();
        store.images().tag(ImageReference.parse("busybox"), base.descriptor());
    }

    /// Names `base` with `layers` (plain tars) on top.
    void image(String name, String base, byte[]... layers) throws IOException {
        var added = new ArrayList<Layer>();
        for (byte[] tar : layers) {
            Descriptor blob = store.blobs().put(MediaTypes.OCI_LAYER, tar);
            added.add(new Layer(blob, new DiffId(blob.digest())));
        }
        image(name, base, added);
    }

    /// Names `base` with `layers` on top, whatever diffIDs these claim.
    void image(String name, String base, List<Layer> layers) throws IOException {
        Image below = store.images().find(ImageReference.parse(base)).orElseThrow();
        ImageConfig config = below.config();
        var all = new ArrayList<Layer>();
        for (int i = 0; i < config.diffIds().size(); i++) {
            all.add(new Layer(below.manifest().layers().get(i), config.diffIds().get(i)));
        }
        for (Layer layer : layers) {
            all.add(layer);
            config = config.withStep(new History(Instant.EPOCH, "packed", null, null, false), layer.diffId());
        }
        Image image = new ImageWriter(store.blobs()).write(new VertexResult(all, config));
        store.images().tag(ImageReference.parse(name), image.descriptor());
    }

    /// What `tar -tv` says of a layer, numeric owners, without times: `drwxr-xr-x 0/0 dir/`.
    List<String> listing(Image image, int layer) throws IOException, InterruptedException {
        Descriptor blob = image.manifest().layers().get(layer);
        return run(List.of(
                        "tar",
                        "--numeric-owner",
                        "-tvzf",
                        store.blobs().path(blob.digest()).toString()))
                .lines()
                .map(line ->
                        line.replaceAll("^(\\S+) (\\S+) +\\S+ \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d (.*)$", "$1 $2 $3"))
                .toList();
    }

    /// When a path of a layer was changed, in seconds of the epoch.
    String mtime(Image image, int layer, String path) throws IOException, InterruptedException {
        Descriptor blob = image.manifest().layers().get(layer);
        String script = "cd \"$1\" && rm -rf out && mkdir out && tar -C out -xzf \"$2\" && stat -c %Y \"out/$3\"";
        return run(List.of(
                        "sh",
                        "-ec",
                        script,
                        "sh",
                        root.toString(),
                        store.blobs().path(blob.digest()).toString(),
                        path))
                .strip();
    }

    /// The bytes of a file in a layer.
    String content(Image image, int layer, String path) throws IOException, InterruptedException {
        Descriptor blob = image.manifest().layers().get(layer);
        return run(List.of("tar", "-xzOf", store.blobs().path(blob.digest()).toString(), path));
    }

    /// A layer's tar, each byte as a character.
    String raw(Image image, int layer) throws IOException {
        Path blob = store.blobs().path(image.manifest().layers().get(layer).digest());
        try (var plain = new GZIPInputStream(Files.newInputStream(blob))) {
            return new String(plain.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    List<String> cachedSteps() {
        return events.stream()
                .filter(BuildEvent.Cached.class::isInstance)
                .map(event -> ((BuildEvent.Cached) event).vertex().instruction())
                .toList();
    }

    List<String> output() {
        return events.stream()
                .filter(BuildEvent.Output.class::isInstance)
                .map(event -> ((BuildEvent.Output) event).line())
                .toList();
    }

    static String run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + ": " + output);
        }
        return output;
    }

    @Override
    public void close() {
        store.close();
    }
}
