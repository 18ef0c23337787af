/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.report;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.TreeMap;

/// [BuildRequest] to and from its JSON object. Fields that are null are left out.
final class RequestFields {
    private RequestFields() {}

    static ObjectNode write(BuildRequest request) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        BuildRequest.Inline inline = request.source().inline();
        BuildRequest.Git git = request.source().git();
        ObjectNode source = object.putObject("source");
        if (inline != null) {
            ObjectNode files = source.putObject("inline").putObject("files");
            new TreeMap<>(inline.files()).forEach(files::put);
        }
        if (git != null) {
            source.putObject("git").put("url", git.url()).put("commit", git.commit());
        }
        object.put("contextDir", request.contextDir());
        ObjectNode dockerfile = object.putObject("dockerfile");
        ReportFields.putIfThere(dockerfile, "path", request.dockerfile().path());
        ReportFields.putIfThere(dockerfile, "inline", request.dockerfile().inline());
        ObjectNode args = object.putObject("args");
        new TreeMap<>(request.args()).forEach(args::put);
        ReportFields.putIfThere(object, "target", request.target());
        ObjectNode output =
                object.putObject("output").put("repository", request.output().repository());
        request.output().tags().forEach(output.putArray("tags")::add);
        output.put("debugTag", request.output().debugTag());
        ObjectNode cache = object.putObject("cache");
        ReportFields.putIfThere(cache, "repository", request.cache().repository());
        cache.put("scope", request.cache().scope());
        return object;
    }

    static BuildRequest read(Fields request) throws IOException {
        var read = new BuildRequest(
                source(request.object("source")),
                request.text("contextDir"),
                dockerfile(request.object("dockerfile")),
                request.textsByName("args"),
                request.optionalText("target"),
                output(request.object("output")),
                cache(request.object("cache")));
        request.end();
        return read;
    }

    private static BuildRequest.Source source(Fields source) throws IOException {
        Fields inline = source.optionalObject("inline");
        Fields git = source.optionalObject("git");
        source.end();
        return new BuildRequest.Source(inline == null ? null : inline(inline), git == null ? null : git(git));
    }

    private static BuildRequest.Inline inline(Fields inline) throws IOException {
        var read = new BuildRequest.Inline(inline.textsByName("files"));
        inline.end();
        return read;
    }

    private static BuildRequest.Git git(Fields git) throws IOException {
        var read = new BuildRequest.Git(git.text("url"), git.text("commit"));
        git.end();
        return read;
    }

    private static BuildRequest.Dockerfile dockerfile(Fields dockerfile) throws IOException {
        var read = new BuildRequest.Dockerfile(dockerfile.optionalText("path"), dockerfile.optionalText("inline"));
        dockerfile.end();
        return read;
    }

    private static BuildRequest.Output output(Fields output) throws IOException {
        var read = new BuildRequest.Output(output.text("repository"), output.texts("tags"), output.text("debugTag"));
        output.end();
        return read;
    }

    private static BuildRequest.Cache cache(Fields cache) throws IOException {
        var read = new BuildRequest.Cache(cache.optionalText("repository"), cache.text("scope"));
        cache.end();
        return read;
    }
}
