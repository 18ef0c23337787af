/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.apiserver;

import dev.strata.crds.imagebuild.ImageBuild;
import dev.strata.crds.registry.Registry;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/// A real kube-apiserver with its etcd, on free loopback ports. Nothing else of a cluster runs, so a
/// test plays the controllers that it needs. `-Dstrata.bin=DIRECTORY` says where kube-apiserver is.
public final class ApiServer implements AutoCloseable {
    private static final String TOKEN = "only-for-this-test";

    private final List<Process> processes = new ArrayList<>();
    private final Path directory;
    private final KubernetesClient client;

    private ApiServer(Path directory) throws IOException {
        this.directory = directory;
        // Both are looked for before one is started, which nobody would end.
        String etcdProgram = program(Path.of("/usr/bin/etcd"), "etcd");
        String apiserverProgram = program(binaries().resolve("kube-apiserver"), "kube-apiserver");
        int etcd = freePort();
        int peer = freePort();
        int secure = freePort();
        start(
                etcdProgram,
                "--data-dir=" + directory.resolve("etcd"),
                "--listen-client-urls=http://127.0.0.1:" + etcd,
                "--advertise-client-urls=http://127.0.0.1:" + etcd,
                "--listen-peer-urls=http://127.0.0.1:" + peer,
                "--initial-advertise-peer-urls=http://127.0.0.1:" + peer,
                "--initial-cluster=default=http://127.0.0.1:" + peer,
                "--unsafe-no-fsync");
        Files.writeString(directory.resolve("tokens.csv"), TOKEN + ",admin,admin,system:masters\n");
        serviceAccountKeys();
        start(
                apiserverProgram,
                "--etcd-servers=http://127.0.0.1:" + etcd,
                "--bind-address=127.0.0.1",
                "--secure-port=" + secure,
                "--cert-dir=" + directory.resolve("tls"),
                "--endpoint-reconciler-type=none",
                "--service-cluster-ip-range=10.96.0.0/24",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + directory.resolve("sa.pub"),
                "--service-account-signing-key-file=" + directory.resolve("sa.key"),
                "--token-auth-file=" + directory.resolve("tokens.csv"),
                "--authorization-mode=RBAC",
                "--disable-admission-plugins=ServiceAccount");
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl("https://127.0.0.1:" + secure)
                .withTrustCerts(true)
                .withOauthToken(TOKEN)
                .withRequestRetryBackoffLimit(0)
                .build();
        this.client = new KubernetesClientBuilder().withConfig(config).build();
    }

    /// Starts both and waits until the API server is ready.
    public static ApiServer start() throws IOException {
        var server = new ApiServer(Files.createTempDirectory("strata-apiserver"));
        try {
            Awaitility.await("kube-apiserver, whose log is in " + server.directory)
                    .atMost(Duration.ofSeconds(90))
                    .pollInterval(Duration.ofMillis(200))
                    .until(server::ready);
        } catch (RuntimeException e) {
            server.stop();
            throw e;
        }
        return server;
    }

    public KubernetesClient client() {
        return client;
    }

    /// Installs the kinds of `crds` and waits until they are served.
    public void installCrds() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("../crds"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                try (InputStream yaml = Files.newInputStream(file)) {
                    client.load(yaml).create();
                }
            }
        }
        Awaitility.await("CRDs")
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> client.resources(ImageBuild.class)
                                .list()
                                .getItems()
                                .isEmpty()
                        && client.resources(Registry.class).list().getItems().isEmpty());
    }

    private boolean ready() {
        for (Process process : processes) {
            if (!process.isAlive()) {
                throw new IllegalStateException("a process has ended, see the logs in " + directory);
            }
        }
        try {
            return "ok".equals(client.raw("/readyz"))
                    && client.namespaces().withName("default").get() != null;
        } catch (KubernetesClientException e) {
            return false;
        }
    }

    /// The environment in which a process finds this server.
    public Map<String, String> environment() {
        return Map.of(
                "KUBERNETES_MASTER",
                client.getMasterUrl().toString(),
                "KUBERNETES_AUTH_TOKEN",
                TOKEN,
                "KUBERNETES_TRUST_CERTIFICATES",
                "true",
                "KUBERNETES_AUTH_TRYKUBECONFIG",
                "false");
    }

    private static Path binaries() {
        return Path.of(System.getProperty("strata.bin", "/var/cache/strata/bin"));
    }

    private static String program(Path path, String name) {
        if (!Files.isExecutable(path)) {
            throw new IllegalStateException(name + " is missing at " + path
                    + "; etcd: apt-get install etcd-server; kube-apiserver: bash e2e/cluster.sh build, or set"
                    + " -Dstrata.bin to its directory");
        }
        return path.toString();
    }

    private void start(String... command) throws IOException {
        Path log = directory.resolve(Path.of(command[0]).getFileName() + ".log");
        processes.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start());
    }

    private void serviceAccountKeys() throws IOException {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            KeyPair pair = generator.generateKeyPair();
            pem("sa.key", "PRIVATE KEY", pair.getPrivate().getEncoded());
            pem("sa.pub", "PUBLIC KEY", pair.getPublic().getEncoded());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has RSA", e);
        }
    }

    private void pem(String file, String type, byte[] der) throws IOException {
        String body = Base64.getMimeEncoder().encodeToString(der);
        Files.writeString(
                directory.resolve(file), "-----BEGIN " + type + "-----\n" + body + "\n-----END " + type + "-----\n");
    }

    /// A port of the loopback address that is free now.
    public static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void stop() {
        processes.reversed().forEach(process -> {
            process.destroy();
            process.onExit().join();
        });
    }

    @Override
    public void close() throws IOException {
        client.close();
        stop();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(Objects.requireNonNull(file));
            }
        }
    }
}
