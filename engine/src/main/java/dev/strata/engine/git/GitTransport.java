/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import dev.strata.engine.trust.Trust;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.eclipse.jgit.api.TransportConfigCallback;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.SshSessionFactory;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.TransportHttp;
import org.eclipse.jgit.transport.UsernamePasswordCredentialsProvider;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.jspecify.annotations.Nullable;

/// How JGit talks to one server: with the credentials of its Secret, an answer of bounded size, and no redirect, so
/// that no credential goes to another host. A host key or a certificate that was not named beforehand ends it.
public final class GitTransport implements TransportConfigCallback, AutoCloseable {
    static {
        BareSystem.install();
    }

    private final GitCredentials credentials;
    private final int timeoutSeconds;
    private final long maxBytes;
    private @Nullable Path home;

    /// @param timeoutSeconds how long a server may be silent
    /// @param maxBytes the largest answer
    public GitTransport(GitCredentials credentials, int timeoutSeconds, long maxBytes) {
        this.credentials = credentials;
        this.timeoutSeconds = timeoutSeconds;
        this.maxBytes = maxBytes;
    }

    /// What JGit reads from a repository's configuration and from nowhere else.
    public static void prepare(Repository repository) {
        repository.getConfig().setString("http", null, "followRedirects", "false");
    }

    /// @throws StrataException `CredentialsInvalid`
    @Override
    public void configure(Transport transport) {
        transport.setTimeout(timeoutSeconds);
        switch (transport) {
            case SshTransport ssh -> ssh.setSshSessionFactory(new BoundedSessions(sessions(), maxBytes));
            case TransportHttp http -> {
                http.setHttpConnectionFactory(new HttpConnections(trust(), maxBytes));
                GitCredentials.Login login = credentials.login();
                if (login != null) {
                    http.setCredentialsProvider(
                            new UsernamePasswordCredentialsProvider(login.username(), login.password()));
                }
            }
            default -> {}
        }
    }

    private @Nullable Trust trust() {
        String pem = credentials.authorities();
        if (pem == null) {
            return null;
        }
        try {
            return Trust.only(pem);
        } catch (GeneralSecurityException | IOException e) {
            throw invalid("the key ca.crt of the git Secret holds no PEM certificates", "", e);
        }
    }

    private SshSessionFactory sessions() {
        GitCredentials.SshIdentity identity = credentials.ssh();
        if (identity == null) {
            throw invalid(
                    "an ssh address needs a Secret with the keys ssh-privatekey and known_hosts",
                    "name one in spec.source.git.secretRef",
                    null);
        }
        List<KeyPair> keys = keys(identity);
        Path files = home(identity);
        return new SshdSessionFactoryBuilder()
                .setHomeDirectory(files.toFile())
                .setSshDirectory(files.toFile())
                .setConfigStoreFactory((directory, file, user) -> null)
                .setDefaultKnownHostsFiles(directory -> List.of(files.resolve("known_hosts")))
                .setDefaultKeysProvider(directory -> keys)
                .setPreferredAuthentications("publickey")
                .setConnectorFactory(null)
                .build(null);
    }

    private static List<KeyPair> keys(GitCredentials.SshIdentity identity) {
        var keys = new ArrayList<KeyPair>();
        try {
            SecurityUtils.loadKeyPairIdentities(
                            null,
                            NamedResource.ofName("ssh-privatekey"),
                            new ByteArrayInputStream(identity.privateKey().getBytes(StandardCharsets.UTF_8)),
                            null)
                    .forEach(keys::add);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw unreadableKey(e);
        }
        if (keys.isEmpty()) {
            throw unreadableKey(null);
        }
        return keys;
    }

    private static StrataException unreadableKey(@Nullable Exception cause) {
        return invalid(
                "the key ssh-privatekey of the git Secret is no private key, or one with a passphrase",
                "make one with: ssh-keygen -t ed25519 -N ''",
                cause);
    }

    /// Host keys go through a file: that is how JGit checks them.
    private Path home(GitCredentials.SshIdentity identity) {
        try {
            Path made = Files.createTempDirectory("git-ssh");
            home = made;
            Files.writeString(made.resolve("known_hosts"), identity.knownHosts() + "\n");
            return made;
        } catch (IOException e) {
            throw new StrataException(
                    Problem.of(ProblemCode.Internal, "the file of known hosts cannot be written", "", ""), e);
        }
    }

    @Override
    public void close() {
        Path made = home;
        if (made == null) {
            return;
        }
        try {
            Files.deleteIfExists(made.resolve("known_hosts"));
            Files.deleteIfExists(made);
        } catch (IOException e) {
            // It holds nothing secret, and the pod's volume ends with the pod.
        }
    }

    private static StrataException invalid(String what, String advice, @Nullable Exception cause) {
        return new StrataException(Problem.of(ProblemCode.CredentialsInvalid, what, "", advice), cause);
    }
}
