/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.security.cert.CertificateException;
import org.jspecify.annotations.Nullable;

/// A registry's refusal, a registry that cannot be reached, or an image that is not what it says it
/// is.
public final class RegistryException extends StrataException {
    private static final long serialVersionUID = 1L;

    RegistryException(Problem problem, @Nullable Throwable cause) {
        super(problem, cause);
    }

    static RegistryException of(ProblemCode code, String what, String why, String tryThis) {
        return new RegistryException(Problem.of(code, what, why, tryThis), null);
    }

    /// The registry answered with a status that ends the operation.
    static RegistryException refused(Call call, int status, String detail) {
        Access access = call.access();
        String what =
                "cannot " + access.intent().verb() + " " + access.name() + ": " + call.shown() + " answered " + status;
        return switch (status) {
            case 401, 403 -> unauthorized(access, what, detail);
            case 404 ->
                of(
                        access.intent() == Access.Intent.PULL ? ProblemCode.ImageNotFound : ProblemCode.RegistryError,
                        what,
                        detail,
                        "check the registry's and the repository's name");
            case 429 ->
                of(
                        ProblemCode.RegistryError,
                        what,
                        detail,
                        "wait, or log in: the registry limits how often it is asked");
            default -> of(ProblemCode.RegistryError, what, detail, "look into the registry's log, then try again");
        };
    }

    static RegistryException unauthorized(Access access, String what, String detail) {
        return of(
                access.intent().unauthorized(),
                what,
                detail,
                "give credentials for " + access.endpoint().registry() + " that may "
                        + access.intent().verb() + " " + access.repository());
    }

    static RegistryException unreachable(Call call, IOException cause) {
        boolean distrust = isDistrust(cause);
        return new RegistryException(
                Problem.of(
                        ProblemCode.RegistryUnreachable,
                        "cannot reach " + call.access().endpoint().registry() + ": " + call.shown() + " failed",
                        ErrorText.cleaned(
                                cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage()),
                        distrust
                                ? "give the certificate authority that signed the registry's certificate as the CA bundle"
                                : "check the registry's name and port, and that it runs"),
                cause);
    }

    /// Whether trying again is in vain because a certificate is not trusted.
    static boolean isDistrust(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof CertificateException) {
                return true;
            }
        }
        return false;
    }

    static RegistryException invalid(String what, String why) {
        return of(
                ProblemCode.ImageInvalid,
                what,
                why,
                "pull it again; if it stays so, the registry's content is damaged");
    }

    /// The thread was interrupted; its flag is set again.
    static RegistryException interrupted(Call call, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new RegistryException(
                Problem.of(ProblemCode.Cancelled, "cancelled while waiting for " + call.shown(), "", ""), cause);
    }
}
