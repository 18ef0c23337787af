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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

/// Stands before a real registry on loopback, counts bytes and breaks things: it ends a connection
/// after so many bytes, or answers a connection's first request itself.
final class FaultProxy implements AutoCloseable {
    private static final long NEVER = Long.MAX_VALUE;

    private final ServerSocket listener;
    private final String upstream;
    private final Direction sent = new Direction();
    private final Direction received = new Direction();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Queue<String> answers = new ConcurrentLinkedQueue<>();

    private FaultProxy(ServerSocket listener, String upstream) {
        this.listener = listener;
        this.upstream = upstream;
    }

    /// Bytes one way, and at which of them the connection ends or goes silent.
    private record Direction(AtomicLong count, AtomicLong cut, AtomicLong stall) {
        Direction() {
            this(new AtomicLong(), new AtomicLong(NEVER), new AtomicLong(NEVER));
        }
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
        return sent.count.get();
    }

    /// Bytes that came from the registry.
    long received() {
        return received.count.get();
    }

    /// Breaks, once, the connection on which the `bytes`th byte from now goes to the registry.
    void cutUploadAfter(long bytes) {
        sent.cut.set(sent.count.get() + bytes);
    }

    /// Breaks, once, the connection on which the `bytes`th byte from now comes from the registry.
    void cutDownloadAfter(long bytes) {
        received.cut.set(received.count.get() + bytes);
    }

    /// Goes silent, once, on the connection on which the `bytes`th byte from now comes from the
    /// registry.
    void stallDownloadAfter(long bytes) {
        received.stall.set(received.count.get() + bytes);
    }

    /// Ends the connections that are open now.
    void drop() {
        open.forEach(FaultProxy::close);
        open.clear();
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
        closed.countDown();
        listener.close();
    }

    private void accept() {
        while (true) {
            try {
                Socket client = listener.accept();
                open.add(client);
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
                Thread back = Thread.ofVirtual().start(() -> pump(server, client, received));
                pump(client, server, sent);
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

    /// Copies until an end or the cut. After a cut what has gone through still arrives, then the
    /// connection ends.
    private void pump(Socket from, Socket to, Direction way) {
        byte[] buffer = new byte[16 << 10];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int n;
            while ((n = in.read(buffer)) >= 0) {
                if (way.count.get() + n > way.stall.get()) {
                    way.stall.set(NEVER);
                    closed.await();
                }
                long left = way.cut.get() - way.count.get();
                int part = (int) Math.min(n, Math.max(0, left));
                out.write(buffer, 0, part);
                way.count.addAndGet(part);
                if (part < n) {
                    way.cut.set(NEVER);
                    to.shutdownOutput();
                    from.close();
                    return;
                }
            }
            to.shutdownOutput();
        } catch (IOException | InterruptedException _) {
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
