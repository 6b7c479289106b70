/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many threads a rank gets, and when advice is given. */
#include "engine/run/threads.h"
#include "tests/harness.h"

#include <string.h>

static void shares_cores_fairly(void)
{
    const unsigned char all[4] = {1, 1, 1, 1}, second[4] = {0, 1, 0, 0};
    const int64_t alone[4] = {1, 1, 1, 1}, three[4] = {3, 3, 3, 3}, mixed[4] = {0, 2, 1, 1};
    CU_ASSERT_EQUAL(ambit_threads_fair(all, alone, 4), 4);
    CU_ASSERT_EQUAL(ambit_threads_fair(all, three, 4), 1);    /* 4/3 */
    CU_ASSERT_EQUAL(ambit_threads_fair(all, three, 3), 1);    /* three thirds */
    CU_ASSERT_EQUAL(ambit_threads_fair(all, mixed, 4), 2);    /* 2.5 */
    CU_ASSERT_EQUAL(ambit_threads_fair(second, mixed, 4), 1); /* half a core is one thread */
}

/* The advice for ranks, cores, threads; own threads and cores; cores of the host. */
static const char *advice(struct ambit_thread_shares shares)
{
    static char text[512];
    ambit_threads_advise(&shares, text, sizeof text);
    return text;
}

static void says_nothing_where_all_fits(void)
{
    CU_ASSERT_STRING_EQUAL(advice((struct ambit_thread_shares){1, 2, 2, 2, 2, 2}), "");
    CU_ASSERT_STRING_EQUAL(advice((struct ambit_thread_shares){4, 16, 16, 4, 16, 16}), "");
    CU_ASSERT_STRING_EQUAL(advice((struct ambit_thread_shares){2, 2, 2, 1, 1, 16}), ""); /* tied */
}

static void says_what_to_type(void)
{
    const char *text = advice((struct ambit_thread_shares){3, 2, 3, 1, 2, 2});
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "3 ranks share 2 cores"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "mpirun -n 2 "));
    text = advice((struct ambit_thread_shares){2, 8, 16, 8, 8, 8});
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "2 ranks with 16 threads in all share 8 cores"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "--threads 4,"));
    text = advice((struct ambit_thread_shares){2, 2, 8, 4, 1, 8});
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "a rank with 4 threads is tied to 1 of 8 cores"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "--bind-to none, or with --threads 1"));
    CU_ASSERT_PTR_NULL(strchr(text, '\n'));
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"shares cores fairly", shares_cores_fairly},
        {"says nothing where all fits", says_nothing_where_all_fits},
        {"says what to type", says_what_to_type},
    };
    return ambit_test_main("test_threads", tests, AMBIT_TEST_COUNT(tests));
}
