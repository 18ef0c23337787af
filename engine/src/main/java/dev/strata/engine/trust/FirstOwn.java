/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.trust;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Asks its own authorities, and only where they do not vouch those of the runtime: reading the
/// runtime's costs a builder pod a tenth of a second.
final class FirstOwn extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager own;
    private final Source runtime;
    private @Nullable X509ExtendedTrustManager loaded;

    /// Where the runtime's authorities come from.
    interface Source {
        X509ExtendedTrustManager load() throws GeneralSecurityException;
    }

    FirstOwn(X509ExtendedTrustManager own, Source runtime) {
        this.own = own;
        this.runtime = runtime;
    }

    private interface Check {
        void by(X509ExtendedTrustManager manager) throws CertificateException;
    }

    private void either(Check check) throws CertificateException {
        try {
            check.by(own);
        } catch (CertificateException refused) {
            try {
                check.by(runtime());
            } catch (CertificateException e) {
                e.addSuppressed(refused);
                throw e;
            }
        }
    }

    private synchronized X509ExtendedTrustManager runtime() throws CertificateException {
        try {
            loaded = loaded == null ? runtime.load() : loaded;
            return loaded;
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the runtime's authorities cannot be read", e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        either(manager -> manager.checkServerTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        either(manager -> manager.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        either(manager -> manager.checkServerTrusted(chain, type, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("this side is never a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("this side is never a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        throw new CertificateException("this side is never a server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return own.getAcceptedIssuers();
    }
}
