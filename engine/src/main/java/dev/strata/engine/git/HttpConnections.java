/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import dev.strata.engine.trust.Trust;
import java.io.IOException;
import java.io.InputStream;
import java.net.Proxy;
import java.net.URL;
import java.security.GeneralSecurityException;
import org.eclipse.jgit.transport.http.HttpConnection;
import org.eclipse.jgit.transport.http.HttpConnectionFactory;
import org.eclipse.jgit.transport.http.JDKHttpConnection;
import org.jspecify.annotations.Nullable;

/// Connections of the JDK that believe given authorities only, and whose answers are bounded.
final class HttpConnections implements HttpConnectionFactory {
    private final @Nullable Trust trust;
    private final long maxBytes;

    /// @param trust null for the runtime's authorities
    HttpConnections(@Nullable Trust trust, long maxBytes) {
        this.trust = trust;
        this.maxBytes = maxBytes;
    }

    @Override
    public HttpConnection create(URL url) throws IOException {
        return trusting(new Bounded(url, maxBytes));
    }

    @Override
    public HttpConnection create(URL url, Proxy proxy) throws IOException {
        return trusting(new Bounded(url, proxy, maxBytes));
    }

    private HttpConnection trusting(Bounded connection) throws IOException {
        if (trust != null && connection.getURL().getProtocol().equals("https")) {
            try {
                connection.configure(null, trust.managers(), null);
            } catch (GeneralSecurityException e) {
                throw new IOException("the authorities cannot be used", e);
            }
        }
        return connection;
    }

    private static final class Bounded extends JDKHttpConnection {
        private final long maxBytes;

        private Bounded(URL url, long maxBytes) throws IOException {
            super(url);
            this.maxBytes = maxBytes;
        }

        private Bounded(URL url, Proxy proxy, long maxBytes) throws IOException {
            super(url, proxy);
            this.maxBytes = maxBytes;
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return new Answer(super.getInputStream(), maxBytes);
        }
    }
}
