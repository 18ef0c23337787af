/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * strata-launcher nest|direct|local|run -- PROGRAM ARGS
 * strata-launcher check|ready
 *
 * nest:   refuses where a map leads to the host's id 0, then enters a user namespace whose maps are
 *         the identity, with a private mount namespace, and executes PROGRAM.
 * direct: the same refusal; only the mount namespace is new, where the kernel permits that.
 * local:  a private mount namespace where permitted, and no refusal: for builds on a machine of one's
 *         own. What is mounted goes with the process.
 * run:    PROGRAM in a pid namespace that ends with our standard input: a RUN ends with its engine.
 *         What fails before PROGRAM runs is written to the file that STRATA_FAILURE names.
 * check:  nests, does what a RUN needs, prints ok and stays: a node's self-test.
 * ready:  whether that check has passed.
 *
 * Exit: 64 usage, 70 a system call failed, 71 IsolationUnavailable; else PROGRAM's own.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { USAGE = 64, FAILED = 70, UNAVAILABLE = 71, MAP_TEXT = 4096 };

/* Where the check leaves its mark, and where it may write. */
static const char *const marker = "/strata/store/ready";
static const char *const store = "/strata/store";

/* Where run tells what failed, for its standard error and exit code could be PROGRAM's; NULL in other modes. */
static const char *failure_file;

static int tell_failure(const char *what, const char *why) {
  int fd = failure_file == NULL ? -1 : open(failure_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  int told = fd >= 0 && dprintf(fd, "%s: %s\n", what, why) > 0;
  if (fd >= 0) close(fd);
  return told;
}

static void fail(const char *what) {
  const char *why = strerror(errno);
  if (!tell_failure(what, why)) fprintf(stderr, "strata-launcher: %s: %s\n", what, why);
  exit(FAILED);
}

/*
 * Ends with IsolationUnavailable, nothing run: told on standard error, and to Kubernetes as a BuildReport
 * where the kubelet gave the container a termination log. why and what_to_try are plain text for JSON.
 */
static void unavailable(const char *why, const char *what_to_try) {
  fprintf(stderr, "IsolationUnavailable: %s; %s\n", why, what_to_try);
  int fd = open("/dev/termination-log", O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW);
  if (fd >= 0) {
    if (dprintf(fd,
                "{\"image\":null,\"imageSize\":0,\"tags\":[],\"sourceRevision\":null,\"steps\":0,"
                "\"cachedSteps\":0,\"timings\":{},\"failure\":{\"reason\":\"IsolationUnavailable\","
                "\"message\":\"%s; %s\",\"step\":null,\"line\":null,"
                "\"exitCode\":null,\"logTail\":\"\",\"debugImage\":null}}\n", why, what_to_try) < 0)
      fprintf(stderr, "strata-launcher: /dev/termination-log: %s\n", strerror(errno));
    close(fd);
  }
  exit(UNAVAILABLE);
}

/* The node refuses what nesting needs: user.max_user_namespaces, a seccomp profile, AppArmor. */
static void cannot_nest(const char *what) {
  char why[256];
  snprintf(why, sizeof why, "this node does not let the builder nest a user namespace: %s: %s", what, strerror(errno));
  unavailable(why, "check there the sysctls user.max_user_namespaces and kernel.apparmor_restrict_unprivileged_userns,"
              " and that the pod has the seccomp profile strata/builder.json");
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
      char why[128];
      snprintf(why, sizeof why, "%s maps an id to the host's id 0", file);
      unavailable(why, "check that the pod has hostUsers: false and that the node supports user namespaces");
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

/* Enters a nested user namespace with the identity map, and a mount namespace of its own. */
static void nest(const char *uids, size_t uid_length, const char *gids, size_t gid_length) {
  int go[2], status;
  char byte;
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
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) cannot_nest("unshare of user and mount namespaces");
  if (write(go[1], "x", 1) != 1) fail("pipe");
  close(go[1]);
  if (waitpid(child, &status, 0) != child) fail("wait");
  errno = EPERM;                                        /* said by the child */
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) cannot_nest("the maps of its ids");
}

static void private_mounts(void) {
  if (mount("", "/", "", MS_REC | MS_PRIVATE, NULL) != 0) fail("private mounts");
}

/* A mount namespace of our own; 0 where that is not permitted. */
static int own_mounts(void) {
  if (unshare(CLONE_NEWNS) == 0) {
    private_mounts();
    return 1;
  }
  if (errno != EPERM) fail("unshare of the mount namespace");
  return 0;
}

/* Exit code in the shell's way: 128 and the signal. */
static int exit_code(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/*
 * Runs a program in a pid namespace that ends when our standard input does, or when we do: killing
 * the first process of a pid namespace kills all others in it (pid_namespaces(7)). The engine holds
 * the other end of our standard input, so a RUN ends with it even at kill -9.
 */
static int run(char **program) {
  sigset_t signals;
  int status;
  char *file = getenv("STRATA_FAILURE");
  failure_file = file == NULL ? NULL : strdup(file);
  unsetenv("STRATA_FAILURE");
  sigemptyset(&signals);
  sigaddset(&signals, SIGCHLD);
  if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0) fail("sigprocmask");
  if (unshare(CLONE_NEWNS | CLONE_NEWPID) != 0) fail("unshare of mount and pid namespaces");
  private_mounts();
  /* On a hybrid cgroup tree crun finds version 2 there and then misses its controllers. */
  umount2("/sys/fs/cgroup/unified", MNT_DETACH);
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    int null = open("/dev/null", O_RDONLY);
    if (null < 0 || dup2(null, 0) < 0) fail("/dev/null");
    close(null);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail("prctl");
    sigprocmask(SIG_UNBLOCK, &signals, NULL);
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL) != 0) fail("mount of /proc");
    /* The first process of a pid namespace has no parent that it could see; crun is the second, and
       this one reaps. */
    pid_t second = fork();
    if (second < 0) fail("fork");
    if (second == 0) {
      execvp(program[0], program);
      fail(program[0]);
    }
    for (;;) {
      pid_t ended = wait(&status);
      if (ended == second) _exit(exit_code(status));
      if (ended < 0 && errno != EINTR) fail("wait");
    }
  }
  int ended = signalfd(-1, &signals, SFD_CLOEXEC);
  if (ended < 0) fail("signalfd");
  struct pollfd wait_for[2] = {{.fd = 0, .events = POLLIN}, {.fd = ended, .events = POLLIN}};
  for (;;) {
    if (poll(wait_for, 2, -1) < 0) {
      if (errno == EINTR) continue;
      fail("poll");
    }
    if (wait_for[0].revents != 0) {
      char ignored[64];
      if (read(0, ignored, sizeof ignored) <= 0) {
        kill(child, SIGKILL);
        wait_for[0].fd = -1;
      }
    }
    if (wait_for[1].revents != 0 && waitpid(child, &status, WNOHANG) == child) return exit_code(status);
  }
}

static void stop(int signal) {
  (void) signal;
  _exit(0);
}

static void write_file(const char *path, const char *text) {
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t) strlen(text)) fail(path);
  close(fd);
}

/* What a RUN needs of the node, done once: an overlay whose lower directory can be removed, and /proc. */
static void probe(const char *work) {
  char lower[512], upper[512], scratch[512], merged[512], inside[512], options[2048];
  snprintf(lower, sizeof lower, "%s/lower", work);
  snprintf(upper, sizeof upper, "%s/upper", work);
  snprintf(scratch, sizeof scratch, "%s/work", work);
  snprintf(merged, sizeof merged, "%s/merged", work);
  const char *directories[] = {lower, upper, scratch, merged};
  for (int i = 0; i < 4; i++)
    if (mkdir(directories[i], 0755) != 0 && errno != EEXIST) fail(directories[i]);
  snprintf(inside, sizeof inside, "%s/lower/directory", work);
  if (mkdir(inside, 0755) != 0 && errno != EEXIST) fail(inside);
  snprintf(options, sizeof options, "userxattr,lowerdir=%s,upperdir=%s,workdir=%s", lower, upper, scratch);
  if (mount("overlay", merged, "overlay", 0, options) != 0) fail("mount of an overlay");
  snprintf(inside, sizeof inside, "%s/merged/directory", work);
  if (rmdir(inside) != 0 && errno != ENOENT) fail("removal of a lower directory");
  if (umount2(merged, MNT_DETACH) != 0) fail("unmount of the overlay");
  pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) {
    if (unshare(CLONE_NEWPID | CLONE_NEWNS) != 0) fail("unshare of a pid namespace");
    pid_t first = fork();
    if (first < 0) fail("fork");
    if (first == 0) {
      if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL) != 0) fail("mount of a fresh /proc");
      _exit(0);
    }
    int status;
    if (waitpid(first, &status, 0) != first) fail("wait");
    _exit(exit_code(status));
  }
  int status;
  if (waitpid(child, &status, 0) != child) fail("wait");
  if (exit_code(status) != 0) exit(exit_code(status));
}

/* Proves that this node can nest, tells so by the marker, and waits for the end. */
static void check(void) {
  probe(store);
  write_file(marker, "ok\n");
  puts("ok");
  fflush(stdout);
  signal(SIGTERM, stop);
  signal(SIGINT, stop);
  for (;;) pause();
}

/* Tells PROGRAM when this began: milliseconds since 1970. */
static void tell_start(const struct timespec *start) {
  char text[32];
  snprintf(text, sizeof text, "%lld", (long long) start->tv_sec * 1000 + start->tv_nsec / 1000000);
  if (setenv("STRATA_LAUNCHED", text, 1) != 0) fail("setenv");
}

static int usage(void) {
  fputs("usage: strata-launcher nest|direct|local|run -- PROGRAM ARGS\n"
        "       strata-launcher check|ready\n", stderr);
  return USAGE;
}

int main(int argc, char **argv) {
  struct timespec start;
  if (clock_gettime(CLOCK_REALTIME, &start) != 0) fail("clock_gettime");
  char uids[MAP_TEXT], gids[MAP_TEXT];
  if (argc == 2 && strcmp(argv[1], "ready") == 0) return access(marker, F_OK) == 0 ? 0 : 1;
  int checking = argc == 2 && strcmp(argv[1], "check") == 0;
  if (!checking && (argc < 4 || strcmp(argv[2], "--") != 0)) return usage();
  /* A container that starts again finds the mark of its predecessor. */
  if (checking && unlink(marker) != 0 && errno != ENOENT) fail(marker);
  const char *mode = argv[1];
  if (strcmp(mode, "run") == 0) return run(argv + 3);
  if (strcmp(mode, "local") == 0) {
    own_mounts();
  } else if (checking || strcmp(mode, "nest") == 0 || strcmp(mode, "direct") == 0) {
    size_t uid_length = identity("/proc/self/uid_map", uids);
    size_t gid_length = identity("/proc/self/gid_map", gids);
    if (strcmp(mode, "direct") == 0) {
      own_mounts();
    } else {
      nest(uids, uid_length, gids, gid_length);
      private_mounts();
    }
  } else {
    return usage();
  }
  if (checking) check();
  if (setenv("LC_ALL", "C.UTF-8", 1) != 0) fail("setenv");
  tell_start(&start);
  execvp(argv[3], argv + 3);
  fail(argv[3]);
}
