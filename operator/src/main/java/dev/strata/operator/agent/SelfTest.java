/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.agent;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// Asks a registry from this node's network what containerd will ask it first: `GET /v2/` (OCI
/// distribution
/// specification, section "Determining Support") over TLS with the registry's own authority.
final class SelfTest {
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (200|401)( .*)?");

    private final int timeout;

    /// @param timeout for the connection and for each answer
    SelfTest(Duration timeout) {
        this.timeout = Math.toIntExact(timeout.toMillis());
    }

    /// Reasons against: `Unreachable`, `TlsFailed` (another authority, or a certificate without
    /// this address),
    /// `UnexpectedAnswer`.
    Ready of(TrustEntry entry) {
        return of(entry, TrustEntry.PORT);
    }

    Ready of(TrustEntry entry, int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(entry.address(), port), timeout);
            socket.setSoTimeout(timeout);
            try (var secure =
                    (SSLSocket) context(entry).getSocketFactory().createSocket(socket, entry.address(), port, true)) {
                SSLParameters parameters = secure.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                secure.setSSLParameters(parameters);
                secure.startHandshake();
                return ask(secure, entry.host());
            }
        } catch (SSLException | GeneralSecurityException e) {
            return Ready.no("TlsFailed");
        } catch (SocketTimeoutException e) {
            return Ready.no("Unreachable");
        } catch (IOException e) {
            return Ready.no("Unreachable");
        }
    }

    private static Ready ask(SSLSocket socket, String host) throws IOException {
        String request = "GET /v2/ HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        var line = new StringBuilder();
        for (int i = 0; i < 128; i++) {
            int next = socket.getInputStream().read();
            if (next < 0 || next == '\r' || next == '\n') {
                break;
            }
            line.append((char) next);
        }
        return STATUS.matcher(line).matches() ? Ready.yes("Reachable") : Ready.no("UnexpectedAnswer");
    }

    private static SSLContext context(TrustEntry entry) throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        int number = 0;
        for (Certificate certificate : entry.certificates()) {
            store.setCertificateEntry("ca-" + number++, certificate);
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
