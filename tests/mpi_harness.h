/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every MPI test program shares. All ranks run the same tests in the same order; rank 0
 * alone prints, also what failed on the others; the exit status is the worst of all ranks.
 *
 *     static void gathers(void) { struct ambit_comm *comm = ambit_test_comm(); … }
 *     int main(int argc, char **argv)
 *     {
 *         static const struct ambit_test tests[] = {{"gathers", gathers}};
 *         return ambit_mpi_test_main(argc, argv, "comm", tests, AMBIT_TEST_COUNT(tests));
 *     }
 *
 * Never CU_ASSERT_…_FATAL: it would leave the test on one rank, and the next collective would wait
 * for that rank for ever. Where a test cannot go on, all ranks must leave it together: AMBIT_AGREE.
 */
#ifndef AMBIT_MPI_HARNESS_H
#define AMBIT_MPI_HARNESS_H

#include "engine/base/comm.h"
#include "tests/harness.h"

/* Starts the communicator, runs the tests, prints "suite: N passed, M failed", ends MPI. A test
 * fails where it fails on any rank, or leaves blocks allocated on any. Returns the exit code.
 * Collective. */
int ambit_mpi_test_main(int argc, char **argv, const char *suite, const struct ambit_test *tests,
                        int count);

/* The communicator of the running tests; borrowed. */
struct ambit_comm *ambit_test_comm(void);

#endif
