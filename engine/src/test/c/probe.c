/*
 * Copyright The Strata Authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * What a hostile RUN tries, each in a process of its own, one line for each: its name, then "ok" or
 * why it was refused. It changes nothing outside its own namespaces, also where nothing refuses it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static long mount_tmpfs(void) { return mount("none", "/bin", "tmpfs", 0, NULL); }
static long remount_sys(void) { return mount(NULL, "/sys", NULL, MS_REMOUNT | MS_BIND, NULL); }
static long unmount_sys(void) { return umount2("/sys", MNT_DETACH); }
static long fsopen_tmpfs(void) { return syscall(SYS_fsopen, "tmpfs", 0); }
static long open_tree_root(void) { return syscall(SYS_open_tree, AT_FDCWD, "/", 1 /* OPEN_TREE_CLONE */); }
static long unshare_user(void) { return unshare(CLONE_NEWUSER); }
static long unshare_mount(void) { return unshare(CLONE_NEWNS); }
static long unshare_pid(void) { return unshare(CLONE_NEWPID); }
static long unshare_net(void) { return unshare(CLONE_NEWNET); }
static long unshare_ipc(void) { return unshare(CLONE_NEWIPC); }
static long unshare_uts(void) { return unshare(CLONE_NEWUTS); }
static long unshare_cgroup(void) { return unshare(CLONE_NEWCGROUP); }
static long keyctl(void) { return syscall(SYS_keyctl, 0 /* GET_KEYRING_ID */, -3 /* session */, 1); }
static long add_key(void) { return syscall(SYS_add_key, "user", "probe", "x", 1, -2 /* process */); }
static long userfaultfd(void) { return syscall(SYS_userfaultfd, O_CLOEXEC); }
static long mknod_char(void) { return mknod("/char", S_IFCHR | 0600, makedev(1, 3)); }
static long mknod_block(void) { return mknod("/block", S_IFBLK | 0600, makedev(8, 0)); }
static long sysrq(void) { return open("/proc/sysrq-trigger", O_WRONLY); }
static long proc_sys(void) { return open("/proc/sys/kernel/core_pattern", O_WRONLY); }
static long interrupts(void) {
  char byte;
  int fd = open("/proc/interrupts", O_RDONLY);
  if (fd < 0 || read(fd, &byte, 1) != 0) return fd;
  errno = ENODATA; /* masked by /dev/null */
  return -1;
}

static long setns_uts(void) {
  int fd = open("/proc/self/ns/uts", O_RDONLY);
  return fd < 0 ? fd : setns(fd, CLONE_NEWUTS);
}

static long clone_with(unsigned long flags) {
  long child = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(0);
  return child;
}

static long clone_user(void) { return clone_with(CLONE_NEWUSER); }
static long clone_mount(void) { return clone_with(CLONE_NEWNS); }

static long clone3_user(void) {
  unsigned long arguments[8] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD, 0, 0, 0};
  long child = syscall(SYS_clone3, arguments, sizeof arguments);
  if (child == 0) _exit(0);
  return child;
}

static long bpf_map(void) {
  union bpf_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.map_type = BPF_MAP_TYPE_ARRAY;
  attr.key_size = attr.value_size = 4;
  attr.max_entries = 1;
  return syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr);
}

static long perf(void) {
  struct perf_event_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.type = PERF_TYPE_SOFTWARE;
  attr.size = sizeof attr;
  attr.config = PERF_COUNT_SW_TASK_CLOCK;
  return syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
}

static long io_uring(void) {
  struct io_uring_params parameters;
  memset(&parameters, 0, sizeof parameters);
  return syscall(SYS_io_uring_setup, 1, &parameters);
}

/* The engine and its other processes: nobody is there but this RUN's own. */
static long ptrace_other(void) {
  for (pid_t pid = 1; pid < 32768; pid++)
    if (pid != getpid() && pid != getppid() && ptrace(PTRACE_SEIZE, pid, 0, 0) == 0) return pid;
  errno = ESRCH;
  return -1;
}

static int is_root(const char *path, const struct stat *root) {
  struct stat other;
  return stat(path, &other) == 0 && other.st_dev == root->st_dev && other.st_ino == root->st_ino;
}

static void attempt(const char *name, long (*what)(void)) {
  int status;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    errno = 0;
    long result = what();
    printf("%s: %s\n", name, result >= 0 ? "ok" : strerror(errno));
    fflush(stdout);
    _exit(0);
  }
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) printf("%s: signal %d\n", name, WTERMSIG(status));
}

/* chroot(2): without pivot_root, this leads out. */
static void chroot_escape(void) {
  struct stat root;
  if (stat("/", &root) != 0 || (mkdir("/jail", 0755) != 0 && errno != EEXIST) || chroot("/jail") != 0) {
    printf("chroot: %s\n", strerror(errno));
    return;
  }
  for (int i = 0; i < 64; i++)
    if (chdir("..") != 0) break;
  printf("chroot: %s\n", chroot(".") == 0 && is_root("/", &root) ? "only to the RUN's own root" : "elsewhere");
}

int main(void) {
  struct stat root;
  char text[4096];
  attempt("mount", mount_tmpfs);
  attempt("remount of /sys", remount_sys);
  attempt("umount of /sys", unmount_sys);
  attempt("fsopen", fsopen_tmpfs);
  attempt("open_tree", open_tree_root);
  attempt("unshare user", unshare_user);
  attempt("unshare mount", unshare_mount);
  attempt("unshare pid", unshare_pid);
  attempt("unshare net", unshare_net);
  attempt("unshare ipc", unshare_ipc);
  attempt("unshare uts", unshare_uts);
  attempt("unshare cgroup", unshare_cgroup);
  attempt("clone user", clone_user);
  attempt("clone mount", clone_mount);
  attempt("clone3 user", clone3_user);
  attempt("setns", setns_uts);
  attempt("keyctl", keyctl);
  attempt("add_key", add_key);
  attempt("bpf", bpf_map);
  attempt("perf_event_open", perf);
  attempt("userfaultfd", userfaultfd);
  attempt("io_uring_setup", io_uring);
  attempt("mknod of a character device", mknod_char);
  attempt("mknod of a block device", mknod_block);
  attempt("/proc/sysrq-trigger", sysrq);
  attempt("/proc/sys", proc_sys);
  attempt("/proc/interrupts", interrupts);
  attempt("ptrace of another process", ptrace_other);
  int fd = open("/proc/1/environ", O_RDONLY);
  ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
  text[length < 0 ? 0 : length] = 0;
  printf("/proc/1/environ: %s\n", length < 0 ? strerror(errno) : text);
  printf("/proc/1/root: %s\n", stat("/", &root) == 0 && is_root("/proc/1/root", &root) ? "the RUN's own" : "another");
  chroot_escape();
  return 0;
}
