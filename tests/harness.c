/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/harness.h"
#include "engine/base/memory.h"
#include "engine/base/status.h"

#include <CUnit/Basic.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed_tests;
static int64_t blocks_before;
static char folder[256];

static void print_failures(const CU_pTest test, const char *suite)
{
    for (CU_pFailureRecord f = CU_get_failure_list(); f != NULL; f = f->pNext) {
        if (f->pTest == test)
            fprintf(stderr, "%s:%u: %s: %s: %s\n", f->strFileName, f->uiLineNumber, suite,
                    test->pName, f->strCondition);
    }
}

static void test_done(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failure)
{
    bool failed = failure != NULL;
    if (failed) print_failures(test, suite->pName);
    ambit_error_clear();
    ambit_memory_fail_at(0);
    const int64_t blocks = ambit_memory_live_blocks();
    if (blocks != blocks_before) {
        fprintf(stderr, "%s: %s: %lld blocks still allocated after the test\n", suite->pName,
                test->pName, (long long)(blocks - blocks_before));
        blocks_before = blocks; /* the next test is not to blame */
        failed = true;
    }
    failed_tests += failed;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
    (void)about;
    (void)kind;
    (void)walk;
    return remove(path);
}

int ambit_test_main(const char *suite, const struct ambit_test *tests, int count)
{
    if (CU_initialize_registry() != CUE_SUCCESS) return 1;
    const CU_pSuite registered = CU_add_suite(suite, NULL, NULL);
    for (int i = 0; i < count; i++) {
        if (registered == NULL || CU_add_test(registered, tests[i].name, tests[i].run) == NULL) {
            fprintf(stderr, "%s: cannot register test '%s'\n", suite, tests[i].name);
            return 1;
        }
    }
    CU_set_test_complete_handler(test_done);
    const CU_ErrorCode ran = CU_run_all_tests();
    CU_cleanup_registry();
    if (folder[0] != '\0') (void)nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    printf("%s: %d passed, %d failed\n", suite, count - failed_tests, failed_tests);
    return ran == CUE_SUCCESS && failed_tests == 0 ? 0 : 1;
}

const char *ambit_test_folder(void)
{
    if (folder[0] == '\0') {
        const char *base = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/ambit-test-XXXXXX", base != NULL ? base : "/tmp");
        if (mkdtemp(folder) == NULL) abort();
    }
    return folder;
}

const char *ambit_test_file(const char *name, const char *text, long bytes)
{
    static char path[4][512];
    static int next;
    char *const out = path[next];
    next = (next + 1) % 4;
    snprintf(out, sizeof path[0], "%s/%s", ambit_test_folder(), name);
    FILE *file = fopen(out, "wb");
    const size_t size = bytes < 0 ? strlen(text) : (size_t)bytes;
    if (file == NULL || fwrite(text, 1, size, file) != size || fclose(file) != 0) abort();
    return out;
}
