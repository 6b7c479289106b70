#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs the Debian packages that are missing, after listing them. Nothing happens where all are
# there. Usage: scripts/deps.sh run|dev|slurm|peers
set -eu

# Building and running.
run="gcc libc6-dev make pkg-config openmpi-bin libopenmpi-dev libglpk-dev libhdf5-openmpi-dev
     libproj-dev libgeos-dev libyaml-dev nettle-dev libjansson-dev libxxhash-dev"
# The test suite: CUnit, and other people's readers for what Ambit writes.
run="$run libcunit1-dev python3 python3-h5py python3-numpy gdal-bin libxml2-utils"
# Checks, coverage, sanitizers, fuzzing.
dev="clang clang-format clang-tidy cppcheck shellcheck gcovr libomp-dev libclang-rt-dev"
# A Slurm of its own for tests/slurm.sh.
slurm="slurmctld slurmd slurm-client munge"
# What make bench-peers measures beside.
peers="libmetis-dev libtrilinos-zoltan-dev"

case "${1:-}" in
run) wanted=$run ;;
dev) wanted=$dev ;;
slurm) wanted=$slurm ;;
peers) wanted=$peers ;;
*)
    echo "usage: scripts/deps.sh run|dev|slurm|peers" >&2
    exit 64
    ;;
esac
wanted=$(echo "$wanted" | tr -s ' \n' ' ')

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "deps: this is not Debian; install what these Debian packages hold, then go on" >&2
    echo "deps: with the other targets:$wanted" >&2
    exit 1
fi

missing=""
for package in $wanted; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
    echo "deps: all packages are there"
    exit 0
fi
echo "deps: missing:$missing"

if [ "$(id -u)" -eq 0 ]; then
    as_root=""
elif command -v sudo >/dev/null; then
    as_root="sudo"
else
    echo "deps: neither root nor sudo; ask who administers this machine to run" >&2
    echo "    apt-get update && apt-get install --no-install-recommends$missing" >&2
    exit 1
fi
# shellcheck disable=SC2086 # both are lists of words
$as_root apt-get update &&
    $as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends $missing
