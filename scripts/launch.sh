#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Runs a program on several ranks of this machine. Usage: scripts/launch.sh RANKS PROGRAM …
#
# Open MPI's defaults are those of a cluster; on a laptop or in a container they refuse or crawl:
set -eu
# - it refuses to run as root, which is what one is in a container;
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# - copying between processes by the kernel (CMA) is forbidden in most containers, and each try
#   would be reported; through shared memory it works everywhere;
export OMPI_MCA_btl_vader_single_copy_mechanism=none
# - it refuses more ranks than cores (--oversubscribe allows them), and it would tie each rank, with
#   all its OpenMP threads, to one core (--bind-to none leaves that to the kernel).
# - a waiting OpenMP thread spins; with more threads and ranks than cores it takes the core from the
#   one it waits for.
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
ranks=$1
shift
exec mpirun -n "$ranks" --oversubscribe --bind-to none "$@"
