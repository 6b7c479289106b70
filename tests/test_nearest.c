/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/nearest.h"
#include "tests/harness.h"

#include <string.h>

static int between(const char *a, const char *b)
{
    const int there = ambit_edit_distance(a, strlen(a), b, strlen(b));
    CU_ASSERT_EQUAL(ambit_edit_distance(b, strlen(b), a, strlen(a)), there);
    return there;
}

static void counts_slips(void)
{
    CU_ASSERT_EQUAL(between("", ""), 0);
    CU_ASSERT_EQUAL(between("", "run"), 3);
    CU_ASSERT_EQUAL(between("territory", "territory"), 0);
    CU_ASSERT_EQUAL(between("territory", "teritory"), 1);
    CU_ASSERT_EQUAL(between("territory", "terrotory"), 1);
    CU_ASSERT_EQUAL(between("kitten", "sitting"), 3);
    CU_ASSERT_EQUAL(between("audit", "run"), 4);
}

static void takes_a_swap_for_one_slip(void)
{
    CU_ASSERT_EQUAL(between("verify", "verfiy"), 1);
    CU_ASSERT_EQUAL(between("ab", "ba"), 1);
    CU_ASSERT_EQUAL(between("abcd", "badc"), 2);
    CU_ASSERT_EQUAL(between("ca", "abc"), 3); /* letters that were swapped are not parted again */
}

static void compares_the_first_bytes_of_long_words(void)
{
    char a[AMBIT_NEAREST_BYTES + 9], b[AMBIT_NEAREST_BYTES + 9];
    memset(a, 'x', sizeof a);
    memset(b, 'x', sizeof b);
    b[AMBIT_NEAREST_BYTES] = 'y';
    CU_ASSERT_EQUAL(ambit_edit_distance(a, sizeof a, b, sizeof b), 0);
    b[AMBIT_NEAREST_BYTES - 1] = 'y';
    CU_ASSERT_EQUAL(ambit_edit_distance(a, sizeof a, b, sizeof b), 1);
    CU_ASSERT_EQUAL(ambit_edit_distance(a, sizeof a, b, 0), AMBIT_NEAREST_BYTES);
}

static void tolerates_a_third(void)
{
    CU_ASSERT_EQUAL(ambit_edit_tolerance(0), 0);
    CU_ASSERT_EQUAL(ambit_edit_tolerance(1), 1);
    CU_ASSERT_EQUAL(ambit_edit_tolerance(3), 1);
    CU_ASSERT_EQUAL(ambit_edit_tolerance(4), 2);
    CU_ASSERT_EQUAL(ambit_edit_tolerance(1000), 22);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"counts slips", counts_slips},
        {"takes a swap for one slip", takes_a_swap_for_one_slip},
        {"compares the first bytes of long words", compares_the_first_bytes_of_long_words},
        {"tolerates a third", tolerates_a_third},
    };
    return ambit_test_main("nearest", tests, AMBIT_TEST_COUNT(tests));
}
