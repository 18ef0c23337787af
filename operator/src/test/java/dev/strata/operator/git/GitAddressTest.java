/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.operator.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.strata.engine.git.GitCredentials;
import dev.strata.engine.problem.StrataException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Addresses only: none of these hosts has a name that is looked up.
class GitAddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"https://192.0.2.1/a.git", "ssh://git@192.0.2.1:2222/a.git", "git@192.0.2.1:a.git"})
    void httpsAndSshGoAnywhere(String url) {
        assertThat(GitAddress.check(url, "cluster.local").getHost()).isEqualTo("192.0.2.1");
    }

    @ParameterizedTest
    @CsvSource({
        "https://127.0.0.1/a,         127.0.0.1",
        "https://169.254.169.254/a,   169.254.169.254",
        "git@127.0.0.1:a,             127.0.0.1",
        "ssh://git@0.0.0.0/a,         0.0.0.0",
        "https://[::1]/a,             [::1]",
        "https://224.0.0.1/a,         224.0.0.1",
    })
    void addressesOfTheOperatorItselfAreRefused(String url, String host) {
        assertThat(refused(url)).isEqualTo(host + " is not an address that a build may use");
    }

    @ParameterizedTest
    @CsvSource({
        "http://192.0.2.1/a,              http",
        "git://git.example.invalid/a,     git",
        "file://host/etc/passwd,          file",
        "http://git.demo.svc.other.zone/a, http",
    })
    void plainProtocolsStayInTheCluster(String url, String scheme) {
        String message = scheme + " is no way to a git server outside of the cluster";
        assertThat(refused(url)).isEqualTo(message);

        var remote = new GitRemote("cluster.local");
        assertThatThrownBy(() -> remote.resolve(url, "0123456789abcdef0123456789abcdef01234567", GitCredentials.NONE))
                .hasMessage(message);
    }

    private static String refused(String url) {
        StrataException thrown =
                catchThrowableOfType(StrataException.class, () -> GitAddress.check(url, "cluster.local"));
        assertThat(thrown).as(url).isNotNull();
        return thrown.problem().what();
    }
}
