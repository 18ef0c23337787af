/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.agent;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
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

    private final Duration limit;

    /// @param limit for the whole test, however busily the server sends
    SelfTest(Duration limit) {
        this.limit = limit;
    }

    /// Reasons against: `Unreachable` (also one that has not answered within the limit), `TlsFailed`
    /// (another authority, or a certificate without this address), `UnexpectedAnswer`.
    Ready of(TrustEntry entry) {
        return of(entry, TrustEntry.PORT);
    }

    Ready of(TrustEntry entry, int port) {
        var late = new AtomicBoolean();
        try (var socket = new Socket()) {
            Thread watch = Thread.ofVirtual().start(() -> closeLate(socket, late));
            try {
                socket.connect(new InetSocketAddress(entry.address(), port));
                return ask(socket, entry, port);
            } finally {
                watch.interrupt();
            }
        } catch (SSLException | GeneralSecurityException e) {
            return Ready.no(late.get() ? "Unreachable" : "TlsFailed");
        } catch (IOException e) {
            return Ready.no("Unreachable");
        }
    }

    /// A timeout of the socket would bound one reading, and begin anew with every byte that comes.
    private void closeLate(Socket socket, AtomicBoolean late) {
        try {
            Thread.sleep(limit);
            late.set(true);
            socket.close();
        } catch (InterruptedException e) {
            // the test has ended
        } catch (IOException e) {
            // closed all the same
        }
    }

    private static Ready ask(Socket socket, TrustEntry entry, int port) throws IOException, GeneralSecurityException {
        try (var secure =
                (SSLSocket) context(entry).getSocketFactory().createSocket(socket, entry.address(), port, true)) {
            SSLParameters parameters = secure.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secure.setSSLParameters(parameters);
            secure.startHandshake();
            return ask(secure, entry.host());
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
