/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.strata.e2e.actors;

/// A person who commits into the git server of the examples.
public final class GitAuthor {
    private final ClusterUser user = ClusterUser.in("demo");

    /// Makes an empty repository in the place of what is there under its name.
    public void createRepository(String name) {
        shell("rm -rf /srv/git/" + name + ".git && git init -q --bare /srv/git/" + name + ".git");
    }

    /// Makes a repository with the history of another.
    public void copyRepository(String from, String to) {
        shell("rm -rf /srv/git/" + to + ".git && git clone -q --bare /srv/git/" + from + ".git /srv/git/" + to
                + ".git");
    }

    /// Runs `change` in a work tree of the branch main and commits what it has changed.
    ///
    /// @param change commands of the shell
    /// @return the id of the commit
    public String commit(String repository, String change) {
        return shell("""
                        rm -rf /tmp/work
                        git clone -q /srv/git/%s.git /tmp/work 2> /dev/null
                        cd /tmp/work
                        %s
                        git add -A
                        git commit -q -m 'a change'
                        git push -q origin HEAD:main
                        git rev-parse HEAD
                        """.formatted(repository, change)).strip();
    }

    /// The commit of the branch main.
    public String head(String repository) {
        return shell("git -C /srv/git/" + repository + ".git rev-parse main").strip();
    }

    /// Starts an ssh server beside the git daemon, on port 2222, for the user `git` and one key.
    public void startSsh() {
        shell("""
                mkdir -p ~/ssh && cd ~/ssh
                [ ! -f pid ] || kill $(cat pid) || true
                rm -f host* other* user*
                for key in host other user; do ssh-keygen -q -t ed25519 -N '' -f $key; done
                cat > config << CONFIG
                Port 2222
                HostKey $PWD/host
                AuthorizedKeysFile $PWD/user.pub
                PasswordAuthentication no
                StrictModes no
                UsePAM no
                PidFile $PWD/pid
                AcceptEnv GIT_PROTOCOL
                CONFIG
                /usr/sbin/sshd -f $PWD/config -E $PWD/log
                """);
    }

    public String sshKey() {
        return shell("cat ~/ssh/user");
    }

    public String sshHostKey() {
        return shell("cat ~/ssh/host.pub");
    }

    /// One that the server does not have.
    public String anotherHostKey() {
        return shell("cat ~/ssh/other.pub");
    }

    private String shell(String script) {
        return user.run("exec", "deployment/git", "--", "sh", "-ec", script).orFail();
    }
}
