/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/// Stands before a real registry on loopback, counts bytes and breaks things: it ends a connection after
/// so many bytes, or answers a connection's first request itself.
final class FaultProxy implements AutoCloseable {
    private static final long NEVER = Long.MAX_VALUE;

    private final ServerSocket listener;
    private final String upstream;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong cutSent = new AtomicLong(NEVER);
    private final AtomicLong cutReceived = new AtomicLong(NEVER);
    private final Queue<String> answers = new ConcurrentLinkedQueue<>();

    private FaultProxy(ServerSocket listener, String upstream) {
        this.listener = listener;
        this.upstream = upstream;
    }

    static FaultProxy before(TestRegistry registry) throws IOException {
        var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        var proxy = new FaultProxy(listener, registry.address());
        Thread.ofVirtual().start(proxy::accept);
        return proxy;
    }

    String address() {
        return "127.0.0.1:" + listener.getLocalPort();
    }

    /// Bytes that went to the registry.
    long sent() {
        return sent.get();
    }

    /// Bytes that came from the registry.
    long received() {
        return received.get();
    }

    /// Breaks, once, the connection on which the `bytes`th byte from now goes to the registry.
    void cutUploadAfter(long bytes) {
        cutSent.set(sent.get() + bytes);
    }

    /// Breaks, once, the connection on which the `bytes`th byte from now comes from the registry.
    void cutDownloadAfter(long bytes) {
        cutReceived.set(received.get() + bytes);
    }

    /// Answers the first request of the next connection: `503 Busy\r\nRetry-After: 1`, say.
    void answerNext(String statusAndHeaders) {
        answers.add(statusAndHeaders);
    }

    int answersLeft() {
        return answers.size();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void accept() {
        while (true) {
            try {
                Socket client = listener.accept();
                Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException _) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        String answer = answers.poll();
        int colon = upstream.lastIndexOf(':');
        try (client) {
            if (answer != null) {
                refuse(client, answer);
                return;
            }
            try (var server =
                    new Socket(upstream.substring(0, colon), Integer.parseInt(upstream.substring(colon + 1)))) {
                Thread back = Thread.ofVirtual().start(() -> pump(server, client, received, cutReceived));
                pump(client, server, sent, cutSent);
                back.join();
            }
        } catch (IOException | InterruptedException _) {
            // One end is gone; closing both is all there is to do.
            return;
        }
    }

    private static void refuse(Socket client, String answer) throws IOException {
        InputStream in = client.getInputStream();
        int newlines = 0;
        while (newlines < 2) {
            int c = in.read();
            newlines = c == '\n' ? newlines + 1 : c == '\r' ? newlines : 0;
            if (c < 0) {
                return;
            }
        }
        client.getOutputStream()
                .write(("HTTP/1.1 " + answer + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        client.shutdownOutput();
    }

    /// Copies until an end or the cut. After a cut what has gone through still arrives, then the connection ends.
    private static void pump(Socket from, Socket to, AtomicLong count, AtomicLong cut) {
        byte[] buffer = new byte[16 << 10];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int n;
            while ((n = in.read(buffer)) >= 0) {
                long left = cut.get() - count.get();
                int part = (int) Math.min(n, Math.max(0, left));
                out.write(buffer, 0, part);
                count.addAndGet(part);
                if (part < n) {
                    cut.set(NEVER);
                    to.shutdownOutput();
                    from.close();
                    return;
                }
            }
            to.shutdownOutput();
        } catch (IOException _) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException _) {
            // Already broken.
            return;
        }
    }
}
