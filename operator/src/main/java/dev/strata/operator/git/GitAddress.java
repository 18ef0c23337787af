/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.git;

import dev.strata.engine.problem.Problem;
import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.net.InetAddress;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import org.eclipse.jgit.transport.URIish;

/// Which servers the operator talks to: https and ssh anywhere, http and git only to a Service of the
/// cluster, and never to a loopback, link-local or multicast address.
final class GitAddress {
    private GitAddress() {}

    /// The address, once its scheme and every address of its host are allowed.
    ///
    /// @throws StrataException `GitUnreachable`
    static URIish check(String url, String clusterDomain) {
        URIish address = parse(url, clusterDomain);
        try {
            for (InetAddress target : InetAddress.getAllByName(address.getHost())) {
                if (target.isLoopbackAddress()
                        || target.isLinkLocalAddress()
                        || target.isAnyLocalAddress()
                        || target.isMulticastAddress()) {
                    throw refused(address.getHost() + " is not an address that a build may use", "use another host");
                }
            }
        } catch (UnknownHostException e) {
            throw refused("the host " + address.getHost() + " has no address", "check spec.source.git.url");
        }
        return address;
    }

    /// The address, once its scheme is allowed: credentials go in clear text to a Service of this cluster at most.
    ///
    /// @throws StrataException `GitUnreachable`
    static URIish parse(String url, String clusterDomain) {
        URIish address;
        try {
            address = new URIish(url);
        } catch (URISyntaxException e) {
            throw refused("the repository's address cannot be read", "write https://host/path");
        }
        String host = address.getHost();
        if (host == null) {
            throw refused("the repository's address names no host", "write https://host/path");
        }
        // user@host:path has no scheme and means ssh.
        String scheme = address.getScheme() == null ? "ssh" : address.getScheme();
        boolean allowed = switch (scheme) {
            case "https", "ssh" -> true;
            case "http", "git" -> host.endsWith(".svc." + clusterDomain);
            default -> false;
        };
        if (!allowed) {
            throw refused(scheme + " is no way to a git server outside of the cluster", "use an https or ssh address");
        }
        return address;
    }

    private static StrataException refused(String what, String advice) {
        return new StrataException(Problem.of(ProblemCode.GitUnreachable, what, "", advice));
    }
}
