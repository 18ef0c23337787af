/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.cache.CacheKey;
import dev.strata.engine.cache.CacheRecord;
import dev.strata.engine.content.Descriptor;
import dev.strata.engine.content.MediaTypes;
import dev.strata.engine.image.Image;
import dev.strata.engine.image.Manifest;
import dev.strata.engine.image.OciJson;
import dev.strata.engine.image.Platform;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.registry.TestRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Builds on two stores that share nothing but a real registry, as two builder pods do.
class RegistryBuildIT {
    @TempDir
    Path directory;

    private TestRegistry registry;
    private Builds first;
    private Builds second;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        registry = TestRegistry.start(directory.resolve("registry"));
        first = new Builds(directory.resolve("first"));
        second = new Builds(directory.resolve("second"));
        first.busybox();
        first.push("busybox", name("base/busybox:1"));
        for (Builds builds : List.of(first, second)) {
            builds.file("a", "a").file("b", "b");
        }
    }

    @AfterEach
    void stop() {
        first.close();
        second.close();
        registry.close();
    }

    private String name(String image) {
        return registry.address() + "/" + image;
    }

    private String dockerfile() {
        return "FROM " + name("base/busybox:1") + "\nCOPY a /a\nRUN cat /a > /made\nCOPY b /b\n";
    }

    @Test
    void aPushedImageIsPulledAsItIs() throws Exception {
        Image pushed = first.build(dockerfile());
        first.push(pushed, name("team/app:1"));
        Image pulled = new ImagePuller(second.store()).pull(ImageReference.parse(name("team/app:1")));

        assertThat(pulled.descriptor()).isEqualTo(pushed.descriptor());
        assertThat(second.content(pulled, 3, "made")).isEqualTo("a");
    }

    @Test
    void metadataNeedsNoByteOfTheBase() throws Exception {
        Image image = second.build("FROM " + name("base/busybox:1") + "\nENV A=b\nCMD [\"sh\"]\n");
        second.push(image, name("team/lazy:1"));

        image.manifest()
                .layers()
                .forEach(layer ->
                        assertThat(second.store().blobs().has(layer.digest())).isFalse());
        Image pulled = new ImagePuller(first.store()).pull(ImageReference.parse(name("team/lazy:1")));
        assertThat(pulled.config().config().envMap()).containsEntry("A", "b");
    }

    @Test
    void theCacheInTheRegistrySparesAnotherStoreTheSteps() throws Exception {
        ImageReference cache = ImageReference.parse(name("team/app/cache:scope"));
        ImageBuilder builder = first.builder(dockerfile());
        Image built = builder.build();
        new RegistryCache(first.store(), cache).save(builder.usedRecords());

        var imported = new RegistryCache(second.store(), cache).load();
        assertThat(imported).isEqualTo(builder.usedRecords());
        Image again = second.build(dockerfile(), imported);
        assertThat(second.cachedSteps()).containsExactly("COPY a /a", "RUN cat /a > /made", "COPY b /b");
        assertThat(again.descriptor()).isEqualTo(built.descriptor());

        second.file("b", "changed");
        Image changed = second.build(dockerfile(), imported);
        assertThat(second.cachedSteps()).containsExactly("COPY a /a", "RUN cat /a > /made");
        second.push(changed, name("team/app:2"));
        assertThat(new ImagePuller(first.store())
                        .pull(ImageReference.parse(name("team/app:2")))
                        .descriptor())
                .isEqualTo(changed.descriptor());
    }

    @Test
    void aCachedStepWhoseLayerTheRegistryHasRemovedIsDoneAgain() throws Exception {
        ImageReference cache = ImageReference.parse(name("team/app/cache:scope"));
        ImageBuilder builder = first.builder(dockerfile());
        Image built = builder.build();
        new RegistryCache(first.store(), cache).save(builder.usedRecords());
        registry.collect(built.manifest().layers().get(3).digest());

        Image again = second.build(dockerfile(), new RegistryCache(second.store(), cache).load());
        second.push(again, name("team/app:1"));

        assertThat(second.cachedSteps()).contains("COPY a /a").doesNotContain("RUN cat /a > /made");
        assertThat(second.content(
                        new ImagePuller(second.store()).pull(ImageReference.parse(name("team/app:1"))), 3, "made"))
                .isEqualTo("a");
    }

    @Test
    void aCacheWhoseRegistryDoesNotAnswerAnyMoreSparesNothing() throws Exception {
        Image built;
        Map<CacheKey, CacheRecord> imported;
        try (TestRegistry gone = TestRegistry.start(directory.resolve("gone"))) {
            ImageReference cache = ImageReference.parse(gone.address() + "/team/app/cache:scope");
            ImageBuilder builder = first.builder("FROM scratch\nCOPY a /a\n");
            built = builder.build();
            new RegistryCache(first.store(), cache).save(builder.usedRecords());
            imported = new RegistryCache(second.store(), cache).load();
        }

        Image again = second.build("FROM scratch\nCOPY a /a\n", imported);

        assertThat(second.cachedSteps()).isEmpty();
        assertThat(again.manifest())
                .extracting(Manifest::layers)
                .isEqualTo(built.manifest().layers());
    }

    @Test
    void anArchiveGoesRoundWithoutARegistry() throws Exception {
        Image image = first.build("FROM scratch\nCOPY a /a\n");
        ImageReference name = ImageReference.parse("team/app:1");
        Path archive = directory.resolve("app.tar");
        try (var out = Files.newOutputStream(archive)) {
            new ImageArchive(first.store()).save(List.of(new LocalImages.Named(name, image)), out);
        }

        assertThat(new ImageArchive(second.store()).load(archive)).containsExactly(name);
        assertThat(second.store().images().find(name).orElseThrow().descriptor())
                .isEqualTo(image.descriptor());
    }

    @Test
    void aPullingBuildTakesFromTheStoreWhatTheRegistryDoesNotHave() throws Exception {
        Image built = pullingBuild(name("only/here:1"));

        assertThat(built.manifest().layers()).hasSize(2);
    }

    /// As docker's `--pull`: an older image in the place of one that cannot be asked for would be a guess.
    @Test
    void aPullingBuildFailsWhereTheRegistryDoesNotAnswer() {
        assertThatThrownBy(() -> pullingBuild("127.0.0.1:1/only/here:1"))
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem().code()).isEqualTo(ProblemCode.RegistryUnreachable));
    }

    /// Builds with `--pull` from a base that the store has under that name.
    private Image pullingBuild(String base) throws Exception {
        Image image = first.build("FROM scratch\nCOPY a /a\n");
        first.store().images().tag(ImageReference.parse(base), image.descriptor());
        first.file("Dockerfile", "FROM " + base + "\nCOPY b /b\n");
        var options = new BuildOptions(
                BuildInput.local(first.context, null), Map.of(), null, Platform.local(), true, true, Map.of(), null);
        return new ImageBuilder(first.store(), options, event -> {}).build();
    }

    @Test
    void aCacheDocumentThatIsTooLargeIsNotFetched() throws Exception {
        ImageReference cache = ImageReference.parse(name("team/app/cache:large"));
        var store = first.store();
        Descriptor config = store.blobs().put(RegistryCache.CONFIG_TYPE, new byte[(8 << 20) + 1]);
        store.registry().pushBlob(cache, config, store.blobs());
        store.registry()
                .pushManifest(
                        cache,
                        MediaTypes.OCI_MANIFEST,
                        OciJson.bytes(new Manifest(
                                MediaTypes.OCI_MANIFEST, RegistryCache.ARTIFACT_TYPE, config, List.of(), Map.of())));

        assertThatThrownBy(() -> new RegistryCache(second.store(), cache).load())
                .hasMessage("a cache document of 8388609 bytes");
        assertThat(second.store().blobs().has(config.digest())).isFalse();
    }
}
