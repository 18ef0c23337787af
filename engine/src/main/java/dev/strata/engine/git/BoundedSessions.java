/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.git;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.RemoteSession;
import org.eclipse.jgit.transport.RemoteSession2;
import org.eclipse.jgit.transport.SshSessionFactory;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.util.FS;

/// Sessions of ssh whose commands answer no more than they may.
final class BoundedSessions extends SshSessionFactory {
    private final SshSessionFactory sessions;
    private final long maxBytes;

    BoundedSessions(SshSessionFactory sessions, long maxBytes) {
        this.sessions = sessions;
        this.maxBytes = maxBytes;
    }

    @Override
    public RemoteSession getSession(URIish uri, CredentialsProvider provider, FS fs, int timeoutMillis)
            throws TransportException {
        return new Session((RemoteSession2) sessions.getSession(uri, provider, fs, timeoutMillis), maxBytes);
    }

    @Override
    public String getType() {
        return sessions.getType();
    }

    private record Session(RemoteSession2 session, long maxBytes) implements RemoteSession2 {
        @Override
        public Process exec(String command, int timeout) throws IOException {
            return new Command(session.exec(command, timeout), maxBytes);
        }

        @Override
        public Process exec(String command, Map<String, String> environment, int timeout) throws IOException {
            return new Command(session.exec(command, environment, timeout), maxBytes);
        }

        @Override
        public void disconnect() {
            session.disconnect();
        }
    }

    private static final class Command extends Process {
        private final Process process;
        private final InputStream output;
        private final InputStream error;

        private Command(Process process, long maxBytes) {
            this.process = process;
            this.output = new Answer(process.getInputStream(), maxBytes);
            this.error = new Answer(process.getErrorStream(), maxBytes);
        }

        @Override
        public OutputStream getOutputStream() {
            return process.getOutputStream();
        }

        @Override
        public InputStream getInputStream() {
            return output;
        }

        @Override
        public InputStream getErrorStream() {
            return error;
        }

        @Override
        public int waitFor() throws InterruptedException {
            return process.waitFor();
        }

        @Override
        public int exitValue() {
            return process.exitValue();
        }

        @Override
        public void destroy() {
            process.destroy();
        }
    }
}
