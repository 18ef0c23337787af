/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;

/// Certificates and keys as text (RFC 7468), as Secrets hold them.
final class Pem {
    private Pem() {}

    static String of(X509Certificate certificate) throws CertificateException, IOException {
        return text("CERTIFICATE", certificate.getEncoded());
    }

    /// The key as PKCS #8.
    static String of(PrivateKey key) throws IOException {
        return text("PRIVATE KEY", key.getEncoded());
    }

    static X509Certificate certificate(String pem) throws CertificateException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    static boolean isCertificate(String pem) {
        try {
            return certificate(pem) != null;
        } catch (CertificateException e) {
            return false;
        }
    }

    /// @param algorithm of the key
    static PrivateKey key(String pem, String algorithm) throws GeneralSecurityException, IOException {
        try (var reader = new PemReader(new StringReader(pem))) {
            PemObject object = reader.readPemObject();
            if (object == null) {
                throw new GeneralSecurityException("no PEM in the private key");
            }
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(object.getContent()));
        }
    }

    private static String text(String type, byte[] content) throws IOException {
        var text = new StringWriter();
        try (var writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(type, content));
        }
        return text.toString();
    }
}
