/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import dev.strata.operator.registry.Certificates.Pair;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/// The certificate authority over time: one that signs, and those before it that have not ended.
///
/// A new one takes over [#OVERLAP] before the end of the one before it. Both are trusted until
/// then. A server's certificate lives a year, so it is renewed by the new one long before the old
/// one ends, and at no moment must a node, a builder and a registry change together.
///
/// @param signer signs what is issued from now on
/// @param previous certificates of earlier ones, PEM
record Authority(Pair signer, List<String> previous) {
    static final Duration OVERLAP = Duration.ofDays(730);

    Authority {
        previous = List.copyOf(previous);
    }

    /// What is trusted: PEM of every authority that has not ended, the signer first.
    String bundle() {
        return signer.certificate() + String.join("", previous);
    }

    /// The authority as it should be now; itself when that is so already. One of another cluster domain signs no
    /// more.
    Authority at(Instant now, Certificates certificates) {
        Instant end = Certificates.notAfter(signer.certificate());
        if (end.minus(OVERLAP).isAfter(now) && certificates.maySign(signer.certificate())) {
            List<String> kept = alive(previous.stream(), now);
            return kept.equals(previous) ? this : new Authority(signer, kept);
        }
        return new Authority(
                certificates.authority(now),
                alive(Stream.concat(Stream.of(signer.certificate()), previous.stream()), now));
    }

    /// Whether every part can be read.
    boolean usable() {
        return Certificates.readable(signer) && previous.stream().allMatch(Pem::isCertificate);
    }

    /// The certificates of a text that holds nothing else, each as PEM.
    static List<String> split(String text) {
        return Stream.of(text.split("(?<=-----END CERTIFICATE-----\\R)"))
                .filter(part -> !part.isEmpty())
                .toList();
    }

    private static List<String> alive(Stream<String> certificates, Instant now) {
        return certificates
                .filter(certificate -> Certificates.notAfter(certificate).isAfter(now))
                .toList();
    }
}
