/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.engine.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.strata.engine.problem.ProblemCode;
import dev.strata.engine.problem.StrataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialsTest {
    @TempDir
    Path directory;

    @Test
    void theAuthFieldIsUserAndPasswordInBase64() throws IOException {
        Credentials credentials = read("{\"auths\":{\"r.example:5000\":{\"auth\":\"" + base64("me:a:b") + "\"}}}");
        assertThat(credentials.find("r.example:5000", "team/app")).isEqualTo(new Login.Password("me", "a:b"));
        assertThat(credentials.find("r.example", "team/app")).isEqualTo(new Login.Anonymous());
    }

    @Test
    void theLongestPathPrefixWins() throws IOException {
        Credentials credentials = read("""
                {"auths": {
                  "r.example": {"username": "host", "password": "1"},
                  "r.example/team": {"username": "team", "password": "2"},
                  "https://r.example/team/app/": {"username": "app", "password": "3"}}}
                """);
        assertThat(credentials.find("r.example", "other")).isEqualTo(new Login.Password("host", "1"));
        assertThat(credentials.find("r.example", "teams/x")).isEqualTo(new Login.Password("host", "1"));
        assertThat(credentials.find("r.example", "team/x")).isEqualTo(new Login.Password("team", "2"));
        assertThat(credentials.find("r.example", "team/app/y")).isEqualTo(new Login.Password("app", "3"));
    }

    @Test
    void theTargetsLoginIsForItsHostAndTheFirstPullSecretForOthers() throws IOException {
        Credentials target = read("""
                {"auths": {
                  "home.example": {"username": "push", "password": "1"},
                  "both.example": {"username": "push", "password": "1"},
                  "only.example": {"username": "push", "password": "1"}}}
                """);
        Credentials first = read("""
                {"auths": {
                  "home.example": {"username": "first", "password": "2"},
                  "both.example/team": {"username": "first", "password": "2"}}}
                """);
        Credentials second = read("""
                {"auths": {
                  "both.example": {"username": "second", "password": "3"},
                  "last.example": {"username": "second", "password": "3"}}}
                """);
        Credentials all = target.withPulls("home.example", List.of(first, second));
        assertThat(all.find("home.example", "a")).isEqualTo(new Login.Password("push", "1"));
        assertThat(all.find("both.example", "team/a")).isEqualTo(new Login.Password("first", "2"));
        assertThat(all.find("both.example", "other")).isEqualTo(new Login.Password("second", "3"));
        assertThat(all.find("last.example", "a")).isEqualTo(new Login.Password("second", "3"));
        assertThat(all.find("only.example", "a")).isEqualTo(new Login.Password("push", "1"));
        assertThat(all.find("none.example", "a")).isEqualTo(new Login.Anonymous());
        assertThat(Credentials.none().withPulls("home.example", List.of(first)).find("home.example", "a"))
                .isEqualTo(new Login.Password("first", "2"));
    }

    @ParameterizedTest
    @CsvSource({"https://index.docker.io/v1/", "index.docker.io", "docker.io", "https://registry-1.docker.io/v2/"})
    void dockerHubHasManyNames(String key) throws IOException {
        Credentials credentials = read("{\"auths\":{\"" + key + "\":{\"username\":\"u\",\"password\":\"p\"}}}");
        assertThat(credentials.find("docker.io", "library/busybox")).isEqualTo(new Login.Password("u", "p"));
    }

    @Test
    void anIdentityTokenGoesBeforeThePassword() throws IOException {
        Credentials credentials =
                read("{\"auths\":{\"r.example\":{\"auth\":\"" + base64("x:y") + "\",\"identitytoken\":\"t\"}}}");
        assertThat(credentials.find("r.example", "a")).isEqualTo(new Login.IdentityToken("t"));
    }

    @Test
    void anEmptyEntryIsNoLogin() throws IOException {
        Credentials credentials = read("{\"auths\":{\"r.example\":{}}, \"HttpHeaders\": {}}");
        assertThat(credentials.find("r.example", "a")).isEqualTo(new Login.Anonymous());
        assertThat(Credentials.none().find("r.example", "a")).isEqualTo(new Login.Anonymous());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"auths":{"r":{"auth":"hunter2!"}}}                     | auths["r"].auth is not base64
            {"auths":{"r":{"auth":"aHVudGVyMg=="}}}                 | auths["r"].auth is not user:password in base64
            {"auths":{"r":{"auth":["hunter2"]}}}                    | auths["r"].auth is not a string
            {"auths":{"r":{"username":"hunter2"}}}                  | auths["r"] has only one of username and password
            {"auths":{"r":"hunter2"}}                               | auths["r"] is not an object
            {"auths":["hunter2"]}                                   | auths is not an object
            {"credsStore":"../hunter2"}                             | credsStore is not a helper's name
            {"credHelpers":{"r":"hunter2/x"}}                       | credHelpers["r"] is not a helper's name
            {"auths":{"r":{"auth": hunter2}}}                       | it is not JSON at line 1, column
            ["hunter2"]                                             | it is not a JSON object
            """)
    void aBrokenFileIsNamedWithItsFieldAndWithoutItsContent(String json, String why) {
        assertThatThrownBy(() -> read(json)).isInstanceOfSatisfying(StrataException.class, e -> {
            assertThat(e.problem().code()).isEqualTo(ProblemCode.CredentialsInvalid);
            assertThat(e.problem().what())
                    .contains(directory.resolve("config.json").toString());
            assertThat(e.problem().why()).startsWith(why);
            assertThat(e.problem().render()).doesNotContain("hunter2", "aHVudGVyMg");
            assertThat(e).hasNoCause();
        });
    }

    @Test
    void aMissingFileIsNamed() {
        Path missing = directory.resolve("missing.json");
        assertThatThrownBy(() -> Credentials.read(missing))
                .isInstanceOfSatisfying(
                        StrataException.class,
                        e -> assertThat(e.problem().render()).contains(missing.toString(), "[CredentialsInvalid]"));
    }

    @Test
    void nothingSecretIsShown() throws IOException {
        Credentials credentials = read("{\"auths\":{\"r\":{\"username\":\"u\",\"password\":\"hunter2\"}}}");
        assertThat(credentials.toString() + credentials.find("r", "a") + new Login.IdentityToken("hunter2"))
                .doesNotContain("hunter2");
        assertThat(RegistrySettings.of(credentials, null).toString()).doesNotContain("hunter2");
    }

    private Credentials read(String json) throws IOException {
        return Credentials.read(Files.writeString(directory.resolve("config.json"), json));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
