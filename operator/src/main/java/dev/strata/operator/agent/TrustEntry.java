/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.agent;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One registry that the node is to trust. Every part was checked: it decides what is written as
/// root on the node.
///
/// @param host `NAME.NAMESPACE.svc.DOMAIN:5000`
/// @param address the Service's IP address
/// @param ca PEM of certificates and nothing else
record TrustEntry(String host, String address, String ca) {
    static final int PORT = 5000;

    /// Bytes of an entry that are read at most.
    static final int MAX_SIZE = 64 * 1024;

    private static final String LABEL = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
    private static final Pattern KEY = Pattern.compile("(" + LABEL + "\\." + LABEL + ")\\.json");
    private static final Pattern IPV4 = Pattern.compile("((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(?!$)|$)){4}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-f:]{2,39}");
    private static final Pattern PEM =
            Pattern.compile("(-----BEGIN CERTIFICATE-----\\R([A-Za-z0-9+/=]+\\R)+-----END CERTIFICATE-----\\s*){1,8}");
    private static final ObjectMapper JSON = new ObjectMapper();

    /// The registry that a file name of the ConfigMap stands for; absent when it stands for none.
    static @Nullable String host(String fileName, String clusterDomain) {
        var matcher = KEY.matcher(fileName);
        return matcher.matches() ? matcher.group(1) + ".svc." + clusterDomain + ":" + PORT : null;
    }

    /// Whether a directory's name is that of a registry of this cluster.
    static boolean isHost(String name, String clusterDomain) {
        return name.matches(LABEL + "\\." + LABEL + Pattern.quote(".svc." + clusterDomain + ":" + PORT));
    }

    /// The entry; absent when any part of it is not exactly as it must be.
    ///
    /// @param host what the entry must be about
    static @Nullable TrustEntry parse(String host, String text) {
        try {
            JsonNode json = JSON.readTree(text);
            String address = address(json.path("endpoint").asText(""));
            String ca = json.path("ca").asText("");
            if (!host.equals(json.path("host").asText(""))
                    || address == null
                    || !PEM.matcher(ca).matches()) {
                return null;
            }
            var entry = new TrustEntry(host, address, ca);
            return entry.certificates().isEmpty() ? null : entry;
        } catch (JsonProcessingException | CertificateException e) {
            return null;
        }
    }

    /// Read anew each time: of many entries, only the text is kept.
    Collection<? extends Certificate> certificates() throws CertificateException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(ca.getBytes(StandardCharsets.US_ASCII)));
    }

    /// `NAME.NAMESPACE` of the Registry with that host.
    static String registry(String host) {
        String[] labels = host.split("\\.", 3);
        return labels[0] + "." + labels[1];
    }

    /// The Registry's namespace.
    String namespace() {
        return host.split("\\.", 3)[1];
    }

    /// Such as `https://10.0.0.1:5000`.
    String endpoint() {
        return "https://" + (address.contains(":") ? "[" + address + "]" : address) + ":" + PORT;
    }

    private static @Nullable String address(String endpoint) {
        String prefix = "https://";
        String suffix = ":" + PORT;
        if (!endpoint.startsWith(prefix)
                || !endpoint.endsWith(suffix)
                || endpoint.length() < prefix.length() + suffix.length()) {
            return null;
        }
        String address = endpoint.substring(prefix.length(), endpoint.length() - suffix.length());
        if (address.startsWith("[") && address.endsWith("]")) {
            String inner = address.substring(1, address.length() - 1);
            return isIpv6(inner) ? inner : null;
        }
        return IPV4.matcher(address).matches() ? address : null;
    }

    private static boolean isIpv6(String address) {
        try {
            return IPV6.matcher(address).matches() && InetAddress.ofLiteral(address) instanceof Inet6Address;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
