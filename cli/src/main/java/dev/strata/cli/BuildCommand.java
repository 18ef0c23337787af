/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.strata.engine.build.BuildInput;
import dev.strata.engine.build.BuildOptions;
import dev.strata.engine.build.ImageArchive;
import dev.strata.engine.build.ImageBuilder;
import dev.strata.engine.build.ImagePusher;
import dev.strata.engine.build.LocalImages;
import dev.strata.engine.build.LocalStore;
import dev.strata.engine.build.PlainProgress;
import dev.strata.engine.image.Image;
import dev.strata.engine.image.Platform;
import dev.strata.engine.reference.ImageReference;
import dev.strata.engine.solve.BuildEvent;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `strata build`: a Dockerfile and a context in, an image in the store out.
@Command(name = "build", description = "Builds an image from a Dockerfile.")
@SuppressWarnings("NullAway.Init")
final class BuildCommand implements Callable<Integer> {
    private static final Pattern OUTPUT = Pattern.compile("type=oci,dest=(.+)");
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParentCommand
    private Strata strata;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Option(
            names = {"-t", "--tag"},
            paramLabel = "NAME",
            description = "Name of the image; may be given several times.")
    private List<String> tags = new ArrayList<>();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "The Dockerfile (default: CONTEXT/Dockerfile).")
    private @Nullable Path file;

    @Option(names = "--target", paramLabel = "STAGE", description = "Stage to build (default: the last).")
    private @Nullable String target;

    @Option(names = "--build-arg", paramLabel = "NAME=VALUE", description = "Value of an ARG.")
    private List<String> buildArgs = new ArrayList<>();

    @Option(names = "--no-cache", description = "Run every step again.")
    private boolean noCache;

    @Option(names = "--pull", description = "Look base images up in their registry even if they are in the store.")
    private boolean pull;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print the image's id only.")
    private boolean quiet;

    @Option(names = "--iidfile", paramLabel = "FILE", description = "Write the image's id to FILE.")
    private @Nullable Path iidFile;

    @Option(names = "--metadata-file", paramLabel = "FILE", description = "Write digests and names to FILE as JSON.")
    private @Nullable Path metadataFile;

    @Option(names = "--progress", paramLabel = "auto|plain", description = "How progress is shown.")
    private String progress = "auto";

    @Option(
            names = "--provenance",
            arity = "1",
            paramLabel = "false",
            description = "Must be false: there is none yet.")
    private boolean provenance;

    @Option(names = "--output", paramLabel = "type=oci,dest=FILE", description = "Also write an OCI archive.")
    private @Nullable String output;

    @Option(names = "--push", description = "Push the image under every name.")
    private boolean push;

    @Parameters(paramLabel = "CONTEXT", description = "Directory that COPY and ADD read.")
    private Path context;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<ImageReference> names = tags.stream().map(StoredImage::newName).toList();
        refuseWrongUse(names);
        PrintStream err = System.err;
        Consumer<BuildEvent> events = quiet ? event -> {} : new PlainProgress(err);
        BuildOptions options = options();
        try (LocalStore store = strata.store()) {
            Image image = new ImageBuilder(store, options, events).build();
            for (ImageReference name : names) {
                store.images().tag(name, image.descriptor());
            }
            if (push) {
                pushAll(store, image, names);
            }
            writeOutput(store, image, names);
            writeFiles(image, names);
            PrintStream out = System.out;
            out.println(image.manifest().config().digest());
        }
        return 0;
    }

    private BuildOptions options() throws IOException {
        return new BuildOptions(
                BuildInput.local(context, file),
                buildArguments(),
                target,
                Platform.local(),
                !noCache,
                pull,
                Map.of(),
                strata.environment().sourceDateEpoch(spec.commandLine()));
    }

    /// `NAME=VALUE`; a bare `NAME` takes the value of the variable of that name, as docker's does.
    private Map<String, String> buildArguments() {
        var values = new LinkedHashMap<String, String>();
        for (String arg : buildArgs) {
            int eq = arg.indexOf('=');
            String name = eq < 0 ? arg : arg.substring(0, eq);
            String value = eq < 0 ? strata.environment().variables().get(name) : arg.substring(eq + 1);
            if (value != null) {
                values.put(name, value);
            }
        }
        return values;
    }

    private void refuseWrongUse(List<ImageReference> names) {
        if (provenance) {
            throw usage("--provenance must be false: attestations are not made yet");
        }
        if (!progress.equals("auto") && !progress.equals("plain")) {
            throw usage("--progress is auto or plain: " + progress);
        }
        if (push && names.isEmpty()) {
            throw usage("--push needs a name: add -t NAME");
        }
        if (output != null && names.isEmpty()) {
            throw usage("--output needs a name: add -t NAME, an archive holds named images only");
        }
        refuseMissingDirectory("--output", archive());
        refuseMissingDirectory("--iidfile", iidFile);
        refuseMissingDirectory("--metadata-file", metadataFile);
    }

    /// A file that cannot be written is told before the build, not after it.
    private void refuseMissingDirectory(String option, @Nullable Path written) {
        if (written != null && Files.notExists(written.toAbsolutePath().getParent())) {
            throw usage(option + " " + written + ": its directory does not exist");
        }
    }

    /// The archive that `--output` asks for, if it does.
    private @Nullable Path archive() {
        if (output == null) {
            return null;
        }
        Matcher parts = OUTPUT.matcher(output);
        if (!parts.matches()) {
            throw usage("--output is type=oci,dest=FILE: " + output);
        }
        return Path.of(parts.group(1));
    }

    private CommandLine.ParameterException usage(String message) {
        return new CommandLine.ParameterException(spec.commandLine(), message);
    }

    private static void pushAll(LocalStore store, Image image, List<ImageReference> names) {
        var byRepository = new LinkedHashMap<String, List<ImageReference>>();
        names.forEach(name -> byRepository
                .computeIfAbsent(name.name(), _ -> new ArrayList<>())
                .add(name));
        byRepository.values().forEach(group -> new ImagePusher(store).push(image, group));
    }

    private void writeOutput(LocalStore store, Image image, List<ImageReference> names) throws IOException {
        Path archive = archive();
        if (archive != null) {
            List<LocalImages.Named> named = names.stream()
                    .map(name -> new LocalImages.Named(name, image))
                    .toList();
            ArchiveFile.write(archive, out -> new ImageArchive(store).save(named, out));
        }
    }

    private void writeFiles(Image image, List<ImageReference> names) throws IOException {
        String id = image.manifest().config().digest().toString();
        if (iidFile != null) {
            Files.writeString(iidFile, id);
        }
        if (metadataFile != null) {
            ObjectNode doc = JSON.createObjectNode();
            doc.put("containerimage.config.digest", id);
            doc.put("containerimage.digest", image.descriptor().digest().toString());
            doc.put(
                    "image.name",
                    String.join(
                            ",", names.stream().map(ImageReference::toString).toList()));
            Files.write(metadataFile, JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(doc));
        }
    }
}
