/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/// Authorities that a TLS connection believes.
public final class Trust {
    private final X509ExtendedTrustManager manager;

    private Trust(X509ExtendedTrustManager manager) {
        this.manager = manager;
    }

    /// The authorities of a PEM bundle and no other.
    ///
    /// @throws GeneralSecurityException when the bundle holds no certificate, or one that cannot be read
    public static Trust only(String pem) throws GeneralSecurityException, IOException {
        return new Trust(manager(anchors(pem)));
    }

    /// The authorities of a PEM bundle, and after them those of the Java runtime.
    ///
    /// @throws GeneralSecurityException when the bundle holds no certificate, or one that cannot be read
    public static Trust first(String pem) throws GeneralSecurityException, IOException {
        return new Trust(new FirstOwn(manager(anchors(pem)), () -> manager(null)));
    }

    public SSLContext context() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers(), null);
        return context;
    }

    public TrustManager[] managers() {
        return new TrustManager[] {manager};
    }

    private static KeyStore anchors(String pem) throws GeneralSecurityException, IOException {
        KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
        anchors.load(null, null);
        Collection<? extends Certificate> own = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
        if (own.isEmpty()) {
            throw new CertificateException("no certificate in it");
        }
        int number = 0;
        for (Certificate each : own) {
            anchors.setCertificateEntry("authority-" + number++, each);
        }
        return anchors;
    }

    private static X509ExtendedTrustManager manager(@Nullable KeyStore anchors) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(anchors);
        for (TrustManager each : factory.getTrustManagers()) {
            if (each instanceof X509ExtendedTrustManager x509) {
                return x509;
            }
        }
        throw new GeneralSecurityException("this Java runtime has no X.509 trust manager");
    }
}
