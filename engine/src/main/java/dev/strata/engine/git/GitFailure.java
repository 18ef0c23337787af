/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.security.cert.CertificateException;
import java.util.Locale;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.errors.RemoteRepositoryException;
import org.jspecify.annotations.Nullable;

/// What JGit's exceptions mean for the author of an ImageBuild. A server's own text stays out: it may say anything.
public final class GitFailure {
    private static final String ADVICE = "check spec.source.git.url and the Secret of spec.source.git.secretRef";

    private GitFailure() {}

    /// `GitRepositoryNotFound`, `GitUnauthorized`, `SourceTooLarge`, `Internal`, or `GitUnreachable`, which time may
    /// mend.
    public static StrataException of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof StrataException ours) {
                return ours;
            }
            Problem known = known(cause);
            if (known != null) {
                return new StrataException(known, failure);
            }
        }
        return new StrataException(
                problem(
                        ProblemCode.GitUnreachable,
                        "the git server cannot be reached",
                        "check spec.source.git.url, and that network policies let the operator and builder pods reach it"),
                failure);
    }

    private static @Nullable Problem known(Throwable cause) {
        String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        return switch (cause) {
            case NoRemoteRepositoryException _ ->
                problem(
                        ProblemCode.GitRepositoryNotFound,
                        "the git server has no such repository, or not for these credentials",
                        ADVICE);
            case RemoteRepositoryException _ ->
                problem(
                        ProblemCode.GitRepositoryNotFound,
                        "the git server has no such repository, or does not serve it",
                        ADVICE);
            case Error broken -> broken(broken);
            case ReflectiveOperationException broken -> broken(broken);
            case Answer.TooLarge _ ->
                problem(
                        ProblemCode.SourceTooLarge,
                        "the git server answers more than a repository of a build may have",
                        "build from a repository with fewer branches and tags");
            case CertificateException _ ->
                problem(
                        ProblemCode.GitUnauthorized,
                        "the git server's certificate is signed by no authority that is known",
                        "add the authority's certificate to the git Secret as ca.crt");
            case SshException ssh
            when ssh.getDisconnectCode() == SshConstants.SSH2_DISCONNECT_HOST_KEY_NOT_VERIFIABLE ->
                problem(
                        ProblemCode.GitUnauthorized,
                        "the git server shows a host key that known_hosts does not name",
                        "compare the server's key, then add the output of ssh-keyscan to the git Secret as known_hosts");
            case SshException ssh
            when ssh.getDisconnectCode() == SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE ->
                unauthorized();
            case Throwable _
            when message.contains("not authorized") || message.contains("authentication is required") -> unauthorized();
            case Throwable _
            when message.contains("http.followredirects is false") ->
                problem(
                        ProblemCode.GitRepositoryNotFound,
                        "the git server sends on to another address, which is not followed",
                        "write the address that it leads to (often the same one with .git at its end)");
            default -> null;
        };
    }

    /// Not the server's fault and not the author's: the program itself cannot do it.
    private static Problem broken(Throwable cause) {
        return problem(
                ProblemCode.Internal,
                "the git client failed: " + cause.getClass().getSimpleName(),
                "report it with the version of Strata");
    }

    private static Problem unauthorized() {
        return problem(
                ProblemCode.GitUnauthorized,
                "the git server refuses these credentials",
                "check the Secret of spec.source.git.secretRef");
    }

    private static Problem problem(ProblemCode code, String what, String advice) {
        return Problem.of(code, what, "", advice);
    }
}
