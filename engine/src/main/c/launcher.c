/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * strata-launcher nest|direct -- PROGRAM ARGS
 *
 * nest:   refuses where a map leads to the host's id 0, then enters a user namespace whose maps are
 *         the identity, with a private mount namespace, and executes PROGRAM.
 * direct: the same refusal; only the mount namespace is new, where the kernel permits that.
 *
 * Exit: 64 usage, 70 a system call failed, 71 IsolationUnavailable; else PROGRAM's own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

enum { USAGE = 64, FAILED = 70, UNAVAILABLE = 71, MAP_TEXT = 4096 };

static void fail(const char *what) {
  fprintf(stderr, "strata-launcher: %s: %s\n", what, strerror(errno));
  exit(FAILED);
}

/* Tells Kubernetes, as a BuildReport, where the kubelet gave the container a termination log. */
static void report(const char *file) {
  int fd = open("/dev/termination-log", O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return;
  if (dprintf(fd,
              "{\"image\":null,\"imageSize\":0,\"tags\":[],\"sourceRevision\":null,\"steps\":0,"
              "\"cachedSteps\":0,\"timings\":{},\"failure\":{\"reason\":\"IsolationUnavailable\","
              "\"message\":\"%s maps an id to the host's id 0; check that the pod has hostUsers:"
              " false and that the node supports user namespaces\",\"step\":null,\"line\":null,"
              "\"exitCode\":null,\"logTail\":\"\",\"debugImage\":null}}\n", file) < 0)
    fprintf(stderr, "strata-launcher: /dev/termination-log: %s\n", strerror(errno));
  close(fd);
}

/* Reads a map; refuses host id 0; leaves the identity map of the same ids in text. */
static size_t identity(const char *file, char text[MAP_TEXT]) {
  unsigned long inside, outside, count;
  size_t length = 0;
  int lines = 0;
  FILE *map = fopen(file, "re");
  if (map == NULL) fail(file);
  while (fscanf(map, "%lu %lu %lu", &inside, &outside, &count) == 3) {
    if (outside == 0) {
      fprintf(stderr,
              "IsolationUnavailable: %s maps an id to the host's id 0, so this process has no user"
              " namespace of its own. Check that the pod has hostUsers: false and that the node"
              " supports user namespaces.\n", file);
      report(file);
      exit(UNAVAILABLE);
    }
    int n = snprintf(text + length, MAP_TEXT - length, "%lu %lu %lu\n", inside, inside, count);
    if (n < 0 || (size_t) n >= MAP_TEXT - length) { errno = E2BIG; fail(file); }
    length += (size_t) n;
    lines++;
  }
  fclose(map);
  if (lines == 0) { errno = EINVAL; fail(file); }
  return length;
}

static void write_map(pid_t pid, const char *name, const char *text, size_t length) {
  char file[64];
  snprintf(file, sizeof file, "/proc/%d/%s", (int) pid, name);
  int fd = open(file, O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, text, length) != (ssize_t) length) fail(file);
  close(fd);
}

int main(int argc, char **argv) {
  char uids[MAP_TEXT], gids[MAP_TEXT], byte;
  if (argc < 4 || strcmp(argv[2], "--") != 0
      || (strcmp(argv[1], "nest") != 0 && strcmp(argv[1], "direct") != 0)) {
    fputs("usage: strata-launcher nest|direct -- PROGRAM ARGS\n", stderr);
    return USAGE;
  }
  size_t uid_length = identity("/proc/self/uid_map", uids);
  size_t gid_length = identity("/proc/self/gid_map", gids);
  int own_mounts = 1;
  if (strcmp(argv[1], "nest") == 0) {
    int go[2], status;
    pid_t self = getpid();
    if (pipe2(go, O_CLOEXEC) != 0) fail("pipe");
    pid_t child = fork();
    if (child < 0) fail("fork");
    if (child == 0) {
      close(go[1]);
      if (read(go[0], &byte, 1) != 1) _exit(FAILED);
      write_map(self, "uid_map", uids, uid_length);
      write_map(self, "gid_map", gids, gid_length);
      _exit(0);
    }
    close(go[0]);
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) fail("unshare of user and mount namespaces");
    if (write(go[1], "x", 1) != 1) fail("pipe");
    close(go[1]);
    if (waitpid(child, &status, 0) != child) fail("wait");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return FAILED;
  } else if (unshare(CLONE_NEWNS) != 0) {
    if (errno != EPERM) fail("unshare of the mount namespace");
    own_mounts = 0;
  }
  if (own_mounts && mount("", "/", "", MS_REC | MS_PRIVATE, NULL) != 0) fail("private mounts");
  if (setenv("LC_ALL", "C.UTF-8", 1) != 0) fail("setenv");
  execvp(argv[3], argv + 3);
  fail(argv[3]);
}
