/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.imagebuild;

import dev.strata.crds.imagebuild.ImageBuild;
import java.util.LinkedHashMap;
import java.util.Map;

/// What an ImageBuild asks for now, compared with what its newest Job was made for.
///
/// @param key digest of everything that decides a build's result
/// @param inputs digest of what may let a failed build succeed all the same, see [AttemptInputs]; empty where the
/// newest build has not failed
/// @param request value of [#REBUILD_REQUESTED] on the ImageBuild, cut; empty for none
/// @param source address and revision of a git source; empty for inline files
record Wanted(String key, String inputs, String request, String source) {
    /// On an ImageBuild: another value asks for one more build. On a Job: the value it was made for.
    static final String REBUILD_REQUESTED = "strata.dev/rebuild-requested-at";

    /// On a Job: the inputs it was made with.
    static final String INPUTS = "strata.dev/attempt-inputs";

    /// On a Job: the git source it was made of.
    static final String SOURCE = "strata.dev/git-source";

    private static final int LONGEST_REQUEST = 64;

    /// The same with the inputs of a build that is about to be made.
    Wanted with(String fresh) {
        return new Wanted(key, fresh, request, source);
    }

    /// What a Job made for this is marked with, besides its key.
    Map<String, String> annotations() {
        var annotations = new LinkedHashMap<String, String>();
        annotations.put(INPUTS, inputs);
        annotations.put(REBUILD_REQUESTED, request);
        annotations.put(SOURCE, source);
        annotations.values().removeIf(String::isEmpty);
        return annotations;
    }

    /// The request of an ImageBuild as it is now.
    static String request(ImageBuild build) {
        Map<String, String> annotations = build.getMetadata().getAnnotations();
        String text = annotations == null ? "" : annotations.getOrDefault(REBUILD_REQUESTED, "");
        return text.length() > LONGEST_REQUEST ? text.substring(0, LONGEST_REQUEST) : text;
    }
}
