/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.git;

import dev.strata.engine.git.Answer;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Collection;
import java.util.List;
import org.eclipse.jgit.errors.NotSupportedException;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.BasePackFetchConnection;
import org.eclipse.jgit.transport.FetchConnection;
import org.eclipse.jgit.transport.PackTransport;
import org.eclipse.jgit.transport.PushConnection;
import org.eclipse.jgit.transport.RefSpec;
import org.eclipse.jgit.transport.TcpTransport;
import org.eclipse.jgit.transport.URIish;

/// `git://` for looking refs up. JGit's own would read whatever the server sends.
///
/// Sources: git's `gitprotocol-pack`, "Git Transport", and `gitprotocol-v2`, "Initial Client Request". A
/// server that does not know version 2 lists all its refs at once.
final class GitProtocol extends TcpTransport implements PackTransport {
    private static final int PORT = 9418;

    private final long maxBytes;

    GitProtocol(Repository local, URIish address, long maxBytes) {
        super(local, address);
        this.maxBytes = maxBytes;
    }

    @Override
    public FetchConnection openFetch() throws TransportException {
        return openFetch(List.of());
    }

    @Override
    public FetchConnection openFetch(Collection<RefSpec> wanted, String... prefixes) throws TransportException {
        return new Connection(wanted, prefixes);
    }

    @Override
    public PushConnection openPush() throws NotSupportedException {
        throw new NotSupportedException("nothing is pushed over git://");
    }

    @Override
    public void close() {
        // A connection closes itself.
    }

    private final class Connection extends BasePackFetchConnection {
        private final Socket socket = new Socket();

        private Connection(Collection<RefSpec> wanted, String... prefixes) throws TransportException {
            super(GitProtocol.this);
            int port = uri.getPort() > 0 ? uri.getPort() : PORT;
            try {
                socket.connect(new InetSocketAddress(uri.getHost(), port), getTimeout() * 1000);
                init(new BufferedInputStream(new Answer(socket.getInputStream(), maxBytes)), socket.getOutputStream());
                pckOut.writeString("git-upload-pack " + uri.getPath() + "\0host=" + uri.getHost() + ":" + port + "\0"
                        + "\0version=2\0");
                pckOut.flush();
                if (!readAdvertisedRefs()) {
                    lsRefs(wanted, prefixes);
                }
            } catch (IOException e) {
                close();
                throw e instanceof TransportException known
                        ? known
                        : new TransportException(uri, "the server cannot be asked", e);
            }
        }

        @Override
        public void close() {
            super.close();
            try {
                socket.close();
            } catch (IOException e) {
                // Nothing is read from it any more.
            }
        }
    }
}
