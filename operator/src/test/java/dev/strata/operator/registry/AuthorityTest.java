/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.strata.operator.registry.Certificates.Pair;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class AuthorityTest {
    private static final String NAME = "r.default.svc.cluster.local";
    private static final String ADDRESS = "10.0.0.7";
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Certificates certificates = new Certificates(new SecureRandom(), "svc.cluster.local");
    private final Authority first = new Authority(certificates.authority(START), List.of());
    private final Instant end = Certificates.notAfter(first.signer().certificate());

    @Test
    void nothingChangesUntilTwoYearsBeforeItsEnd() {
        assertThat(first.at(end.minus(Duration.ofDays(731)), certificates)).isSameAs(first);
    }

    @Test
    void oldAndNewAreTrustedUntilTheOldOneEnds() {
        Authority second = first.at(end.minus(Duration.ofDays(730)), certificates);
        assertThat(second.signer()).isNotEqualTo(first.signer());
        assertThat(Authority.split(second.bundle()))
                .containsExactly(second.signer().certificate(), first.signer().certificate());
        assertThat(second.at(end.minusSeconds(1), certificates)).isSameAs(second);

        Authority later = second.at(end, certificates);
        assertThat(later.signer()).isEqualTo(second.signer());
        assertThat(later.bundle()).isEqualTo(second.signer().certificate());
    }

    @Test
    void anAuthorityThatHasEndedIsReplacedAndNotTrustedAnyMore() {
        Authority next = first.at(end.plusSeconds(1), certificates);
        assertThat(next.signer()).isNotEqualTo(first.signer());
        assertThat(next.previous()).isEmpty();
    }

    @Test
    void atEveryMomentARegistryServesACertificateThatIsTrusted() {
        Authority authority = first;
        Pair leaf = certificates.issue(authority.signer(), "r", NAME, ADDRESS, START);
        for (Instant now = START; now.isBefore(end.plus(Duration.ofDays(800))); now = now.plus(Duration.ofDays(20))) {
            authority = authority.at(now, certificates);
            List<String> trusted = Authority.split(authority.bundle());
            if (!Certificates.serves(leaf, trusted, NAME, ADDRESS, now)) {
                leaf = certificates.issue(authority.signer(), "r", NAME, ADDRESS, now);
            }
            assertThat(Certificates.serves(leaf, trusted, NAME, ADDRESS, now))
                    .as("%s", now)
                    .isTrue();
            assertThat(trusted).as("%s", now).hasSizeLessThanOrEqualTo(2);
        }
    }

    @Test
    void theOldCertificateServesOnAfterTheRenewal() {
        Instant renewal = end.minus(Duration.ofDays(700));
        Pair leaf = certificates.issue(first.signer(), "r", NAME, ADDRESS, renewal.minus(Duration.ofDays(60)));
        Authority second = first.at(renewal, certificates);
        assertThat(Certificates.serves(leaf, Authority.split(second.bundle()), NAME, ADDRESS, renewal))
                .isTrue();
    }

    @Test
    void anAuthorityOfAnotherClusterDomainSignsNoMore() {
        var moved = new Certificates(new SecureRandom(), "svc.other.zone");
        Authority next = first.at(START, moved);
        assertThat(next.signer()).isNotEqualTo(first.signer());
        assertThat(next.previous()).containsExactly(first.signer().certificate());
        assertThat(next.at(START, moved)).isSameAs(next);
    }

    @Test
    void whatCannotBeReadIsNotUsable() {
        assertThat(new Authority(first.signer(), List.of(first.signer().certificate())).usable())
                .isTrue();
        assertThat(new Authority(first.signer(), List.of("nonsense")).usable()).isFalse();
        assertThat(new Authority(new Pair("", ""), List.of()).usable()).isFalse();
    }
}
