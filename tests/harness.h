/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every serial test program shares: a table of named CUnit tests in, one closing line out,
 * and a check that the program's live allocations are back to zero after each test.
 *
 *     static void reads_crlf(void) { … CU_ASSERT_EQUAL(…) … }
 *     int main(void)
 *     {
 *         static const struct ambit_test tests[] = {{"reads CRLF", reads_crlf}};
 *         return ambit_test_main("csv", tests, AMBIT_TEST_COUNT(tests));
 *     }
 */
#ifndef AMBIT_HARNESS_H
#define AMBIT_HARNESS_H

#include <CUnit/CUnit.h>

struct ambit_test {
    const char *name;
    void (*run)(void);
};
#define AMBIT_TEST_COUNT(tests) ((int)(sizeof(tests) / sizeof(tests)[0]))

/* Runs the tests, prints each failure with file and line, then "suite: N passed, M failed".
 * Returns the exit code: 0 where all passed. */
int ambit_test_main(const char *suite, const struct ambit_test *tests, int count);

/* The program's own scratch folder, in TMPDIR; removed with all that is in it after the tests. */
const char *ambit_test_folder(void);

/* Writes `text` to a new file in the scratch folder and returns its path, valid
 * until the next call but three. Aborts the program where it cannot. */
const char *ambit_test_file(const char *name, const char *text, long bytes /* -1: strlen */);

#endif
