/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.strata.e2e.actors.BuildManifest;
import dev.strata.e2e.actors.ClusterUser;
import dev.strata.e2e.actors.GitAuthor;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// A repository that is reached over ssh only, with the key and the host key of a Secret.
final class PrivateGitE2E {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String HOST = "git-ssh.demo.svc.cluster.local";
    private static final String URL = "ssh://git@" + HOST + ":2222/srv/git/hello-world.git";

    private static final ClusterUser USER = ClusterUser.in("demo");
    private static final GitAuthor AUTHOR = new GitAuthor();

    @BeforeAll
    static void sshOnTheGitServer() {
        AUTHOR.startSsh();
        USER.apply("""
                apiVersion: v1
                kind: Service
                metadata: {name: git-ssh}
                spec:
                  selector: {app: git}
                  ports: [{name: ssh, port: 2222}]
                """).orFail();
        secret("e2e-git-ssh", "[" + HOST + "]:2222 " + AUTHOR.sshHostKey());
        secret("e2e-git-ssh-other", "[" + HOST + "]:2222 " + AUTHOR.anotherHostKey());
    }

    @Test
    void aBranchIsLookedUpAndBuiltOverSsh() {
        USER.applyAnew(build("e2e-git-ssh"));

        JsonNode build = USER.waitForBuild("e2e-git-ssh", "Ready", "True", LIMIT);

        assertThat(build.at("/status/source/revision").asText()).isEqualTo(AUTHOR.head("hello-world"));
        assertThat(USER.runPod(
                        "e2e-git-ssh", build.at("/status/image/reference").asText(), "strata-pull-registry"))
                .startsWith("Hello from Strata!");
    }

    @Test
    void aServerWithAnotherHostKeyIsNotBelieved() {
        USER.applyAnew(build("e2e-git-ssh-other"));

        JsonNode build = USER.waitForBuild("e2e-git-ssh-other", "Stalled", "True", LIMIT);

        assertThat(ClusterUser.conditionLine(build, "Ready"))
                .isEqualTo(
                        "Ready=False GitUnauthorized: the git server shows a host key that known_hosts does not name."
                                + " Try: compare the server's key, then add the output of ssh-keyscan to the git Secret as"
                                + " known_hosts");
        assertThat(USER.list("job", "strata.dev/imagebuild=e2e-git-ssh-other")).isEmpty();
    }

    private static BuildManifest build(String name) {
        return BuildManifest.named(name)
                .with("/source/git/url", URL)
                .with("/source/git/revision", "main")
                .with("/source/git/secretRef/name", name);
    }

    private static void secret(String name, String knownHosts) {
        USER.run("delete", "secret", name, "--ignore-not-found").orFail();
        USER.run(
                        "create",
                        "secret",
                        "generic",
                        name,
                        "--from-literal=ssh-privatekey=" + AUTHOR.sshKey(),
                        "--from-literal=known_hosts=" + knownHosts)
                .orFail();
    }
}
