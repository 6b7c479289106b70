/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/mpi_harness.h"
#include "engine/base/memory.h"
#include "engine/base/status.h"

#include <CUnit/Basic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPORT_BYTES 4096 /* of a rank on a failed test; the rest is cut */

static struct ambit_comm *comm;
static int failed_tests;
static int64_t blocks_before;

struct ambit_comm *ambit_test_comm(void)
{
    return comm;
}

/* What this rank has to say about a test: "" where all is well. */
static void report_on(const CU_pTest test, const char *suite, CU_pFailureRecord failure,
                      char report_out[REPORT_BYTES])
{
    const int rank = ambit_comm_rank(comm);
    size_t used = 0;
    report_out[0] = '\0';
    for (CU_pFailureRecord f = failure; f != NULL && used < REPORT_BYTES; f = f->pNext) {
        if (f->pTest != test) continue;
        used += (size_t)snprintf(report_out + used, REPORT_BYTES - used,
                                 "%s:%u: rank %d: %s: %s: %s\n", f->strFileName, f->uiLineNumber,
                                 rank, suite, test->pName, f->strCondition);
    }
    const int64_t blocks = ambit_memory_live_blocks() - blocks_before;
    if (blocks != 0 && used < REPORT_BYTES)
        (void)snprintf(report_out + used, REPORT_BYTES - used,
                       "%s: %s: rank %d: %lld blocks still allocated after the test\n", suite,
                       test->pName, rank, (long long)blocks);
}

static void test_done(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failure)
{
    char report[REPORT_BYTES];
    char *all = NULL;
    int64_t bytes = 0;
    report_on(test, suite->pName, failure, report);
    ambit_error_clear();
    ambit_memory_fail_at(0);
    if (ambit_comm_gather(comm, report, (int64_t)strlen(report), 1, &all, &bytes) != AMBIT_OK)
        abort();
    if (bytes > 0) (void)fwrite(all, 1, (size_t)bytes, stderr);
    int64_t failed = bytes > 0;
    ambit_comm_max_i64(comm, &failed, 1);
    failed_tests += (int)failed;
    ambit_free(&all);
    blocks_before = ambit_memory_live_blocks();
}

int ambit_mpi_test_main(int argc, char **argv, const char *suite, const struct ambit_test *tests,
                        int count)
{
    if (ambit_comm_start(&argc, &argv, &comm) != AMBIT_OK) return 1;
    blocks_before = ambit_memory_live_blocks();
    if (CU_initialize_registry() != CUE_SUCCESS) abort();
    const CU_pSuite registered = CU_add_suite(suite, NULL, NULL);
    for (int i = 0; i < count; i++) {
        if (registered == NULL || CU_add_test(registered, tests[i].name, tests[i].run) == NULL)
            abort();
    }
    CU_set_test_complete_handler(test_done);
    const CU_ErrorCode ran = CU_run_all_tests();
    CU_cleanup_registry();
    if (ambit_comm_rank(comm) == 0)
        printf("%s: %d passed, %d failed\n", suite, count - failed_tests, failed_tests);
    int64_t code = ran == CUE_SUCCESS && failed_tests == 0 ? 0 : 1;
    ambit_comm_max_i64(comm, &code, 1);
    ambit_comm_destroy(&comm);
    return (int)code;
}
