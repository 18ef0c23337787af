#!/bin/sh
# Builds the static launcher: build.sh OUT
# Copyright The Strata Authors
# SPDX-License-Identifier: Apache-2.0
set -eu
[ $# -eq 1 ] || { echo "usage: build.sh OUT" >&2; exit 64; }
command -v gcc >/dev/null || { echo "build.sh: gcc is needed to build the launcher" >&2; exit 69; }
exec gcc -std=gnu11 -O2 -static -Wall -Wextra -Werror -o "$1" "$(dirname "$0")/launcher.c"
