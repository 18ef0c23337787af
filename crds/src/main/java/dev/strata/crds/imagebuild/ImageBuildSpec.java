/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.crds.imagebuild;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What an ImageBuild asks for.
@JsonInclude(JsonInclude.Include.NON_NULL)
@ValidationRule(
        value = "!has(self.timeout) || (duration(self.timeout) >= duration('10s') && duration(self.timeout) <="
                + " duration('24h'))",
        message = "spec.timeout: between 10s and 24h",
        fieldPath = ".timeout")
@ValidationRule(
        value = "!has(self.triggers) || !has(self.triggers.git) || has(self.source.git)",
        message = "spec.triggers.git: only for a source that is git",
        fieldPath = ".triggers.git")
public record ImageBuildSpec(
        @Required @JsonPropertyDescription("Where the files come from. Exactly one of `inline` and `git`.")
        Source source,

        @JsonPropertyDescription("The Dockerfile. Without it, the file `Dockerfile` of the build context is used.")
        @Nullable
        Dockerfile dockerfile,

        @JsonPropertyDescription("Arguments, target and credentials of the build.") @Nullable
        Build build,

        @Required @JsonPropertyDescription("Where the image goes. Exactly one of `image` and `registryRef`.")
        Output output,

        @JsonPropertyDescription("Where finished steps are kept for the next build.") @Nullable
        Cache cache,

        @Default("1h")
        @Size(min = 2, max = 20)
        @Pattern(TIME)
        @JsonPropertyDescription("How long a build may take, for example `30m` or `1h30m`. Between 10s and 24h.")
        @Nullable
        String timeout,

        @JsonPropertyDescription("Compute resources of the builder pod's container.") @Nullable
        Resources resources,

        @JsonPropertyDescription("How the builder pod is kept apart from its node.") @Nullable
        Isolation isolation,

        @JsonPropertyDescription("What starts a new build besides a change of this spec.") @Nullable
        Triggers triggers,

        @Default("false") @JsonPropertyDescription("Whether to start no new builds. A running build goes on.") @Nullable
        Boolean suspend,

        @JsonPropertyDescription("How many finished builds are kept with their Job and pod.") @Nullable
        Retention retention) {

    /// A time such as `1h30m`; `duration()` of CEL and `java.time.Duration` both read it.
    static final String TIME = "^([0-9]{1,4}h)?([0-9]{1,5}m)?([0-9]{1,6}s)?$";

    /// A relative path none of whose segments is empty, `.` or `..`.
    static final String RELATIVE_PATH = "^([^/.]|\\.[^/.]|\\.\\.[^/])[^/]*(/([^/.]|\\.[^/.]|\\.\\.[^/])[^/]*)*$";

    static final String DNS_SUBDOMAIN = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$";

    static final String REPOSITORY = "^[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$";

    static final String TAG = "^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$";

    /// Where the files come from; exactly one of `inline` and `git`.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "[has(self.inline), has(self.git)].filter(x, x).size() == 1",
            message = "spec.source: exactly one of inline and git")
    public record Source(
            @JsonPropertyDescription("Files that this manifest itself holds.") @Nullable
            Inline inline,

            @JsonPropertyDescription("A git repository.") @Nullable
            Git git,

            @Size(min = 1, max = 255)
            @Pattern(RELATIVE_PATH)
            @JsonPropertyDescription(
                    "Directory of the source that is the build context, relative, without `..`. Without it, the whole"
                            + " source.")
            @Nullable
            String contextDir) {}

    /// Files by path.
    @ValidationRule(
            value = "self.files.size() >= 1 && self.files.size() <= 128",
            message = "spec.source.inline.files: between 1 and 128 files",
            fieldPath = ".files")
    @ValidationRule(
            value = "self.files.all(k, k.size() <= 255 && k.matches('" + INLINE_PATH + "'))",
            message = "spec.source.inline.files: every key is a relative path without '.' and '..' segments",
            fieldPath = ".files")
    @ValidationRule(
            value = "self.files.map(k, self.files[k].size()).sum() <= 524288",
            message = "spec.source.inline.files: at most 512 KiB in all; use a git source for more",
            fieldPath = ".files")
    public record Inline(
            @Required
            @JsonPropertyDescription(
                    "Text by path. Paths are relative to the source's root, without `..`; at most 128 files of 512 KiB"
                            + " in all.")
            Map<String, String> files) {
        public Inline {
            files = Map.copyOf(files);
        }
    }

    /// [#RELATIVE_PATH] as a CEL string literal.
    static final String INLINE_PATH = "^([^/.]|[.][^/.]|[.][.][^/])[^/]*(/([^/.]|[.][^/.]|[.][.][^/])[^/]*)*$";

    /// A git repository at a revision.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value =
                    "self.url.matches('^https://[^ /@]+/[^ ]+$') || self.url.matches('^ssh://([^ /:@]+@)?[^ /@]+/[^ ]+$') ||"
                            + " self.url.matches('^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^ ]+$') ||"
                            + " self.url.matches('^(http|git)://[a-z0-9-]+[.][a-z0-9-]+[.]svc[.][a-z0-9.-]+(:[0-9]+)?/[^ ]+$')",
            message =
                    "spec.source.git.url: https://host/path without credentials, ssh://user@host/path or"
                            + " user@host:path; http:// and git:// only for a Service of the cluster (NAME.NAMESPACE.svc.DOMAIN)",
            fieldPath = ".url")
    @ValidationRule(
            value = "!has(self.secretRef) || !self.url.startsWith('git://')",
            message = "spec.source.git.secretRef: the protocol git:// knows no credentials; use https or ssh",
            fieldPath = ".secretRef")
    @ValidationRule(
            value = "!has(self.revision) || !self.revision.contains('..')",
            message = "spec.source.git.revision: no '..'",
            fieldPath = ".revision")
    public record Git(
            @Required
            @Size(min = 1, max = 1024)
            @JsonPropertyDescription(
                    "Address of the repository: https, ssh or `user@host:path`; http and git only for a Service of the"
                            + " cluster.")
            String url,

            @Size(min = 1, max = 255)
            @Pattern("^[A-Za-z0-9][A-Za-z0-9._/-]*$")
            @JsonPropertyDescription("Branch, tag or full commit id. Without it, the default branch.")
            @Nullable
            String revision,

            @JsonPropertyDescription(
                    "Secret of this namespace with `username` and `password`, or `ssh-privatekey` and `known_hosts`;"
                            + " `ca.crt` where the server's certificate needs it.")
            @Nullable
            SecretRef secretRef) {}

    /// A Secret of the same namespace.
    public record SecretRef(
            @Required
            @Size(min = 1, max = 253)
            @Pattern(DNS_SUBDOMAIN)
            @JsonPropertyDescription("Name of a Secret of this namespace.")
            String name) {}

    /// The Dockerfile; exactly one of `path` and `inline`.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "has(self.path) != has(self.inline)",
            message = "spec.dockerfile: exactly one of path and inline")
    public record Dockerfile(
            @Size(min = 1, max = 255)
            @Pattern(RELATIVE_PATH)
            @JsonPropertyDescription("Path of the Dockerfile, relative to the build context, without `..`.")
            @Nullable
            String path,

            @Size(min = 1, max = 131072) @JsonPropertyDescription("The Dockerfile's text.") @Nullable
            String inline) {}

    /// Arguments, target and credentials.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Build(
            @Size(max = 64)
            @JsonPropertyDescription("Values of the Dockerfile's ARG instructions. Not secret.")
            @Nullable
            List<Arg> args,

            @Size(min = 1, max = 128)
            @Pattern("^[A-Za-z0-9][A-Za-z0-9._-]*$")
            @JsonPropertyDescription("Stage to build, by name or number. Without it, the last one.")
            @Nullable
            String target,

            @Size(max = 16)
            @JsonPropertyDescription(
                    "Secrets of type kubernetes.io/dockerconfigjson with which FROM and COPY --from read private"
                            + " images. The first one that names the registry counts; for the image's own registry"
                            + " the output's credentials do.")
            @Nullable
            List<SecretRef> pullSecrets) {}

    /// One build argument.
    public record Arg(
            @Required
            @Size(min = 1, max = 128)
            @Pattern("^[A-Za-z_][A-Za-z0-9_]*$")
            @JsonPropertyDescription("Name of the ARG.")
            String name,

            @Required
            @Size(max = 4096)
            @JsonPropertyDescription("Its value. Anybody who may read this resource or the image may read it.")
            String value) {}

    /// Where the image goes; exactly one of `image` and `registryRef`.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "has(self.image) != has(self.registryRef)",
            message = "spec.output: exactly one of image and registryRef")
    @ValidationRule(
            value = "has(self.registryRef) == has(self.repository)",
            message = "spec.output.repository: needed with registryRef, and only with it")
    @ValidationRule(
            value = "!(has(self.registryRef) && has(self.secretRef))",
            message = "spec.output.secretRef: only with image; a Registry delivers its own Secret",
            fieldPath = ".secretRef")
    public record Output(
            @Size(min = 1, max = 400)
            @Pattern("^[A-Za-z0-9][A-Za-z0-9._:/-]*$")
            @JsonPropertyDescription("Name of the image: `registry[:port]/repository[:tag]`.")
            @Nullable
            String image,

            @JsonPropertyDescription("A Registry of the cluster.") @Nullable
            RegistryRef registryRef,

            @Size(min = 1, max = 200)
            @Pattern(REPOSITORY)
            @JsonPropertyDescription("Repository within the Registry, for example `team/app`.")
            @Nullable
            String repository,

            @Size(max = 16) @JsonPropertyDescription("Tags of the image. Without any, `latest`.") @Nullable
            List<@Pattern(TAG) String> tags,

            @JsonPropertyDescription(
                    "Secret of type kubernetes.io/dockerconfigjson with the credentials for pulling and pushing.")
            @Nullable
            SecretRef secretRef) {}

    /// A Registry by name.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RegistryRef(
            @Required
            @Size(min = 1, max = 63)
            @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
            @JsonPropertyDescription("Name of the Registry.")
            String name,

            @Size(min = 1, max = 63)
            @Pattern("^[a-z0-9]([-a-z0-9]*[a-z0-9])?$")
            @JsonPropertyDescription(
                    "Namespace of the Registry, which must share it for pushing. Without it, this namespace.")
            @Nullable
            String namespace) {}

    /// Where finished steps are kept.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "!has(self.repository) || !has(self.type) || self.type != 'None'",
            message = "spec.cache.repository: not with type None",
            fieldPath = ".repository")
    public record Cache(
            @Default("Registry")
            @JsonPropertyDescription("`Registry` keeps finished steps in a registry, `None` builds every step anew.")
            @Nullable
            CacheType type,

            @Size(min = 1, max = 400)
            @Pattern("^[A-Za-z0-9][A-Za-z0-9._:/-]*$")
            @JsonPropertyDescription(
                    "Repository of the cache, `registry[:port]/repository`. Without it, the image's repository with"
                            + " `/cache` behind it.")
            @Nullable
            String repository) {}

    /// Kinds of cache.
    public enum CacheType {
        @JsonProperty("Registry")
        REGISTRY,
        @JsonProperty("None")
        NONE
    }

    /// Requests and limits of the build container.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "!has(self.requests) || !has(self.limits) || !has(self.requests.cpu) || !has(self.limits.cpu) ||"
                    + " !quantity(string(self.requests.cpu)).isGreaterThan(quantity(string(self.limits.cpu)))",
            message = "spec.resources.requests.cpu: at most spec.resources.limits.cpu",
            fieldPath = ".requests.cpu")
    @ValidationRule(
            value = "!has(self.requests) || !has(self.limits) || !has(self.requests.memory) ||"
                    + " !has(self.limits.memory) ||"
                    + " !quantity(string(self.requests.memory)).isGreaterThan(quantity(string(self.limits.memory)))",
            message = "spec.resources.requests.memory: at most spec.resources.limits.memory",
            fieldPath = ".requests.memory")
    @ValidationRule(
            value = "!has(self.requests) || !has(self.limits) || !has(self.requests.ephemeral__dash__storage) ||"
                    + " !has(self.limits.ephemeral__dash__storage) ||"
                    + " !quantity(string(self.requests.ephemeral__dash__storage))"
                    + ".isGreaterThan(quantity(string(self.limits.ephemeral__dash__storage)))",
            message = "spec.resources.requests.ephemeral-storage: at most spec.resources.limits.ephemeral-storage",
            fieldPath = ".requests['ephemeral-storage']")
    public record Resources(
            @JsonPropertyDescription("What the node must have free.") @Nullable
            Amounts requests,

            @JsonPropertyDescription("What the build may not exceed.") @Nullable
            Amounts limits) {}

    /// Amounts of the resources that a build uses.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Amounts(
            @JsonPropertyDescription("Processor time, for example `500m` or `2`.") @Nullable
            Quantity cpu,

            @JsonPropertyDescription("Memory, for example `1Gi`.") @Nullable
            Quantity memory,

            @JsonProperty("ephemeral-storage")
            @JsonPropertyDescription("Disk of the node, for example `10Gi`.")
            @Nullable
            Quantity ephemeralStorage) {}

    /// How the builder pod is kept apart from its node.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Isolation(
            @Default("Auto")
            @JsonPropertyDescription(
                    "`NestedUserNamespace` needs Pod Security baseline of version 1.35 or later, `UserNamespace` a"
                            + " privileged namespace; `Auto` takes the first of the two that the namespace and its"
                            + " nodes admit. It waits while it is not known whether the nodes admit the first, and"
                            + " never takes a weaker class than these.")
            @Nullable
            IsolationMode mode) {}

    /// Isolation modes, `docs/architecture.md`.
    public enum IsolationMode {
        @JsonProperty("Auto")
        AUTO,
        @JsonProperty("NestedUserNamespace")
        NESTED_USER_NAMESPACE,
        @JsonProperty("UserNamespace")
        USER_NAMESPACE
    }

    /// What starts a new build.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Triggers(
            @JsonPropertyDescription("New commits of the git source.") @Nullable
            GitTrigger git) {}

    /// New commits.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "!has(self.interval) || (duration(self.interval) >= duration('5s') && duration(self.interval) <="
                    + " duration('24h'))",
            message = "spec.triggers.git.interval: between 5s and 24h",
            fieldPath = ".interval")
    public record GitTrigger(
            @Size(min = 2, max = 20)
            @Pattern(TIME)
            @JsonPropertyDescription(
                    "How often the revision is looked up, for example `5m`. Without it, the operator's setting.")
            @Nullable
            String interval) {}

    /// How many finished builds are kept.
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Retention(
            @Default("3") @Min(0) @Max(50) @JsonPropertyDescription("Successful builds that are kept.") @Nullable
            Integer succeeded,

            @Default("3") @Min(0) @Max(50) @JsonPropertyDescription("Failed builds that are kept.") @Nullable
            Integer failed) {}
}
