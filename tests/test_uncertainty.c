/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Uncertain columns: the laws' moments, who shares a factor, and sums that depend on no slices. */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "solvers/uncertainty.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

#include <math.h>
#include <string.h>

enum { ACCOUNTS = 6, TERRITORIES = 3, BATCHES = 1000, SAMPLES = BATCHES * AMBIT_SAMPLE_BATCH };
enum { SUMS = (TERRITORIES + 1) * AMBIT_SAMPLE_BATCH };

static const int32_t label[ACCOUNTS] = {0, 0, 1, 1, 2, 2};

static void make(struct ambit_accounts *a)
{
    must(ambit_accounts_create(ACCOUNTS, 8, 1, a));
    a->total = ACCOUNTS;
    for (int32_t i = 0; i < ACCOUNTS; i++)
        a->column[0][i] = (i + 1) * INT64_C(1000000000);
    must(ambit_alloc(&a->category[0], ACCOUNTS, sizeof(int32_t)));
    a->category_count = 1;
    for (int32_t i = 0; i < ACCOUNTS; i++)
        a->category[0][i] = i % 2;
}

/* Mean and standard deviation of the sum of territory j, in parts of its value. */
static void moments(const struct ambit_accounts *a, const struct ambit_uncertain_column *u,
                    int32_t j, double *mean_out, double *deviation_out)
{
    double sum = 0.0, squares = 0.0, whole = 0.0;
    for (int32_t i = 0; i < ACCOUNTS; i++)
        if (label[i] == j) whole += (double)a->column[0][i];
    for (int batch = 0; batch < BATCHES; batch++) {
        int64_t sums[SUMS] = {0};
        must(ambit_uncertainty_sum(a, u, label, TERRITORIES, 7, batch * AMBIT_SAMPLE_BATCH, sums));
        for (int s = 0; s < AMBIT_SAMPLE_BATCH; s++) {
            const double part = (double)sums[j * AMBIT_SAMPLE_BATCH + s] / whole;
            sum += part;
            squares += part * part;
        }
    }
    *mean_out = sum / SAMPLES;
    *deviation_out = sqrt(squares / SAMPLES - *mean_out * *mean_out);
}

/* Territory 0 has values of 1 and 2: independent factors of deviation d give d·√5/3 of the sum. */
static void laws(void)
{
    static const struct ambit_spread spreads[] = {
        {AMBIT_LAW_LOGNORMAL, 0.3}, {AMBIT_LAW_NORMAL, 0.2}, {AMBIT_LAW_UNIFORM, 0.6}};
    struct ambit_accounts a;
    make(&a);
    for (int l = 0; l < 3; l++) {
        const double of_one = l == 2 ? 0.6 / sqrt(3.0) : spreads[l].size;
        const struct ambit_uncertain_column each = {.each = spreads[l], .by = -1};
        const struct ambit_uncertain_column shared = {.shared = spreads[l], .by = -1};
        const struct ambit_uncertain_column by_word = {.shared = spreads[l], .by = 0};
        double mean, deviation;
        moments(&a, &each, 0, &mean, &deviation);
        CU_ASSERT_DOUBLE_EQUAL(mean, 1.0, 0.01);
        CU_ASSERT_DOUBLE_EQUAL(deviation, of_one * sqrt(5.0) / 3.0, 0.01);
        moments(&a, &shared, 0, &mean, &deviation);
        CU_ASSERT_DOUBLE_EQUAL(mean, 1.0, 0.01);
        CU_ASSERT_DOUBLE_EQUAL(deviation, of_one, 0.01);
        moments(&a, &by_word, 0, &mean, &deviation); /* its two accounts are of two words */
        CU_ASSERT_DOUBLE_EQUAL(deviation, of_one * sqrt(5.0) / 3.0, 0.01);
    }
    ambit_accounts_clear(&a);
}

static void factors(void)
{
    const struct ambit_spread uniform = {AMBIT_LAW_UNIFORM, 0.5}, normal = {AMBIT_LAW_NORMAL, 0.5};
    const struct ambit_spread lognormal = {AMBIT_LAW_LOGNORMAL, 1.0}, none = {AMBIT_LAW_NONE, 0.0};
    CU_ASSERT_DOUBLE_EQUAL(ambit_spread_factor(&uniform, 0.0), 1.0, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(ambit_spread_factor(&uniform, 0.5), 1.25, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(ambit_spread_factor(&uniform, -1.0), 0.5, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(ambit_spread_factor(&normal, 1.0), 1.5, 1e-15);
    CU_ASSERT_EQUAL(ambit_spread_factor(&normal, -3.0), 0.0);
    CU_ASSERT_DOUBLE_EQUAL(ambit_spread_factor(&lognormal, 0.0), sqrt(0.5), 1e-12);
    CU_ASSERT_EQUAL(ambit_spread_factor(&none, 2.0), 1.0);
}

/* Sums of two slices add up to those of the whole. */
static void slices(void)
{
    const struct ambit_uncertain_column u = {
        .each = {AMBIT_LAW_LOGNORMAL, 0.5}, .shared = {AMBIT_LAW_NORMAL, 0.1}, .by = 0};
    struct ambit_accounts whole, part = {0};
    int64_t sums[SUMS] = {0}, parts[SUMS];
    make(&whole);
    must(ambit_uncertainty_sum(&whole, &u, label, TERRITORIES, 3, 32, sums));
    for (int32_t cut = 0; cut <= ACCOUNTS; cut++) {
        memset(parts, 0, sizeof parts);
        for (int side = 0; side < 2; side++) {
            const int32_t begin = side == 0 ? 0 : cut, end = side == 0 ? cut : ACCOUNTS;
            part = whole;
            part.count = end - begin;
            part.first = begin;
            part.column[0] = whole.column[0] + begin;
            part.category[0] = whole.category[0] + begin;
            must(ambit_uncertainty_sum(&part, &u, label + begin, TERRITORIES, 3, 32, parts));
        }
        CU_ASSERT_EQUAL(memcmp(sums, parts, sizeof sums), 0);
    }
    CHECK_FAULTS(ambit_uncertainty_sum(&whole, &u, label, TERRITORIES, 3, 32, sums), (void)0);
    ambit_accounts_clear(&whole);
}

/* Two values that are each within the range, and together or by a factor of 4 beyond it. */
static void range(void)
{
    const struct ambit_uncertain_column sure = {.by = -1};
    const struct ambit_uncertain_column wide = {.each = {AMBIT_LAW_LOGNORMAL, 5.0}, .by = -1};
    struct ambit_accounts a;
    int beyond = 0;
    make(&a);
    CU_ASSERT_EQUAL(ambit_uncertainty_length(TERRITORIES), SUMS);
    for (int step = 0; step < 3; step++) {
        int64_t sums[SUMS] = {0};
        a.column[0][0] = step == 0 ? AMBIT_MICRO_SUM_MAX / 2 : AMBIT_MICRO_SUM_MAX - 1;
        a.column[0][5] = step == 2 ? AMBIT_MICRO_SUM_MAX - 1 : AMBIT_MICRO_SUM_MAX / 4;
        must(ambit_uncertainty_sum(&a, &sure, label, TERRITORIES, 7, 0, sums));
        for (int s = 0; s < AMBIT_SAMPLE_BATCH; s++)
            CU_ASSERT_EQUAL(ambit_uncertainty_fits(sums, TERRITORIES, s), step == 0);
    }
    a.column[0][0] = AMBIT_MICRO_SUM_MAX / 4;
    a.column[0][5] = 0;
    for (int batch = 0; batch < 100; batch++) {
        int64_t sums[SUMS] = {0};
        must(ambit_uncertainty_sum(&a, &wide, label, TERRITORIES, 7, batch * AMBIT_SAMPLE_BATCH,
                                   sums));
        for (int s = 0; s < AMBIT_SAMPLE_BATCH; s++) {
            const bool fits = ambit_uncertainty_fits(sums, TERRITORIES, s);
            beyond += !fits;
            CU_ASSERT_EQUAL(fits, sums[s] >= 0 && sums[s] < AMBIT_MICRO_SUM_MAX);
        }
    }
    CU_ASSERT(beyond > 10);
    ambit_accounts_clear(&a);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"laws", laws}, {"factors", factors}, {"slices", slices}, {"range", range}};
    return ambit_test_main("uncertainty", tests, AMBIT_TEST_COUNT(tests));
}
