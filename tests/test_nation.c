/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Synthetic nations: what is said of them holds, and an account does not depend on the others. */
#include "engine/model/geometry.h"
#include "engine/model/nation.h"
#include "io/nation_csv.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

#include <stdlib.h>
#include <string.h>

enum { ACCOUNTS = 40000, TERRITORIES = 50 };

/* Their rectangle: a fifth as wide as that of a million, about 37° N 95.5° W; degrees × 10^5. */
enum { SOUTH = 3460000, NORTH = 3940000, WEST = -10120000, EAST = -8980000 };

static struct ambit_nation_account account[ACCOUNTS];

static void make(int64_t accounts, int32_t territories, uint64_t seed)
{
    struct ambit_nation *nation = NULL;
    must(ambit_nation_create(accounts, territories, seed, &nation));
    for (int64_t i = 0; i < accounts; i++)
        account[i] = ambit_nation_account(nation, i);
    ambit_nation_destroy(&nation);
    CU_ASSERT_PTR_NULL(nation);
}

static void fields_are_in_range(void)
{
    int64_t of_segment[3] = {0};
    bool has[TERRITORIES] = {false};
    int32_t empty = 0;
    make(ACCOUNTS, TERRITORIES, 1);
    for (int64_t i = 0; i < ACCOUNTS; i++) {
        const struct ambit_nation_account *const a = &account[i];
        CHECK_SEED((uint64_t)i, a->index == i);
        CHECK_SEED((uint64_t)i, a->lat >= SOUTH && a->lat <= NORTH);
        CHECK_SEED((uint64_t)i, a->lon >= WEST && a->lon <= EAST);
        CHECK_SEED((uint64_t)i, a->workload > 0 && a->potential >= 0);
        CHECK_SEED((uint64_t)i, a->territory >= 0 && a->territory < TERRITORIES);
        CHECK_SEED((uint64_t)i, a->visits == (a->segment == 'A' ? 12 : a->segment == 'B' ? 6 : 2));
        of_segment[a->segment - 'A']++;
        has[a->territory] = true;
    }
    for (int j = 0; j < TERRITORIES; j++)
        empty += !has[j];
    CU_ASSERT(empty <= TERRITORIES / 10);
    CU_ASSERT(labs(of_segment[0] - ACCOUNTS / 10) < ACCOUNTS / 100);
    CU_ASSERT(labs(of_segment[1] - 3 * ACCOUNTS / 10) < ACCOUNTS / 100);
}

/* Mean of the logarithms of two fields, their spreads and how they go together. */
static void work_goes_with_potential(void)
{
    double x = 0.0, y = 0.0, xx = 0.0, yy = 0.0, xy = 0.0;
    int n = 0;
    make(ACCOUNTS, TERRITORIES, 2);
    for (int64_t i = 0; i < ACCOUNTS; i++) {
        if (account[i].segment != 'C' || account[i].potential == 0) continue; /* as many visits */
        const double a = log((double)account[i].workload), b = log((double)account[i].potential);
        x += a, y += b, xx += a * a, yy += b * b, xy += a * b;
        n++;
    }
    const double vx = xx / n - x / n * (x / n), vy = yy / n - y / n * (y / n);
    const double together = (xy / n - x / n * (y / n)) / sqrt(vx * vy);
    CU_ASSERT(together > 0.2 && together < 0.9);
    CU_ASSERT(sqrt(vx) > 0.3 && sqrt(vx) < 0.6);
}

static int descending(const void *a, const void *b)
{
    const int x = *(const int *)a, y = *(const int *)b;
    return x > y ? -1 : x < y;
}

/* Tenths of a degree, square by square: few have very many accounts, and most have some. */
static void towns_and_country(void)
{
    enum { SQUARES_UP = 48, SQUARES_ACROSS = 114 };
    static int count[SQUARES_UP * SQUARES_ACROSS];
    memset(count, 0, sizeof count);
    make(ACCOUNTS, TERRITORIES, 3);
    int inhabited = 0, in_largest = 0;
    for (int64_t i = 0; i < ACCOUNTS; i++) {
        const int row = (account[i].lat - SOUTH) / 10000, column = (account[i].lon - WEST) / 10000;
        count[(row < SQUARES_UP ? row : SQUARES_UP - 1) * SQUARES_ACROSS +
              (column < SQUARES_ACROSS ? column : SQUARES_ACROSS - 1)]++;
    }
    qsort(count, SQUARES_UP * SQUARES_ACROSS, sizeof *count, descending);
    for (int s = 0; s < SQUARES_UP * SQUARES_ACROSS; s++)
        inhabited += count[s] > 0;
    for (int s = 0; s < SQUARES_UP * SQUARES_ACROSS / 100; s++)
        in_largest += count[s];
    CU_ASSERT(inhabited > SQUARES_UP * SQUARES_ACROSS / 2); /* the country */
    CU_ASSERT(in_largest > ACCOUNTS / 4);                   /* the towns */
}

/* Whole counties: most accounts have the territory of the nearest other one. Uneven: by hand. */
static void plan_as_by_hand(void)
{
    enum { SOME = 3000 };
    int64_t size[TERRITORIES] = {0};
    int alike = 0;
    make(SOME, TERRITORIES, 4);
    for (int64_t i = 0; i < SOME; i++) {
        double least = INFINITY;
        int64_t nearest = 0;
        size[account[i].territory]++;
        for (int64_t k = 0; k < SOME; k++) {
            const double up = account[k].lat - account[i].lat,
                         across = account[k].lon - account[i].lon;
            const double away = up * up + across * across;
            if (k == i || away >= least) continue;
            least = away;
            nearest = k;
        }
        alike += account[nearest].territory == account[i].territory;
    }
    CU_ASSERT(alike > SOME * 85 / 100);
    int64_t most = 0;
    for (int j = 0; j < TERRITORIES; j++)
        most = size[j] > most ? size[j] : most;
    CU_ASSERT(most > 2 * SOME / TERRITORIES); /* uneven */
}

static void same_seed_same_nation(void)
{
    struct ambit_nation *a = NULL, *b = NULL, *other = NULL;
    int differ = 0;
    must(ambit_nation_create(1000, 7, 5, &a));
    must(ambit_nation_create(1000, 7, 5, &b));
    must(ambit_nation_create(1000, 7, 6, &other));
    for (int64_t i = 999; i >= 0; i--) {
        char first[AMBIT_NATION_ROW_MAX], second[AMBIT_NATION_ROW_MAX], third[AMBIT_NATION_ROW_MAX];
        const struct ambit_nation_account x = ambit_nation_account(a, i);
        const struct ambit_nation_account y = ambit_nation_account(b, i);
        const struct ambit_nation_account z = ambit_nation_account(other, i);
        (void)ambit_nation_row(&x, first);
        (void)ambit_nation_row(&y, second);
        (void)ambit_nation_row(&z, third);
        CHECK_SEED((uint64_t)i, strcmp(first, second) == 0);
        differ += strcmp(first, third) != 0;
    }
    CU_ASSERT(differ > 990);
    ambit_nation_destroy(&a);
    ambit_nation_destroy(&b);
    ambit_nation_destroy(&other);
}

static void rows_as_text(void)
{
    const struct ambit_nation_account one = {.index = 12,
                                             .lat = 4000005,
                                             .lon = -9900000,
                                             .visits = 6,
                                             .territory = 0,
                                             .territory_count = 999,
                                             .workload = 1205,
                                             .potential = 3,
                                             .segment = 'B'};
    const struct ambit_nation_account two = {.index = INT64_C(9999999999),
                                             .lat = -5,
                                             .lon = 5,
                                             .visits = 2,
                                             .territory = 99999,
                                             .territory_count = 100000,
                                             .workload = 99,
                                             .potential = 123456,
                                             .segment = 'C'};
    char text[AMBIT_NATION_ROW_MAX];
    const int length = ambit_nation_row(&one, text);
    CU_ASSERT_STRING_EQUAL(text, "A0000000012,40.00005,-99.00000,B,6,12.05,0.3,T001\n");
    CU_ASSERT_EQUAL(length, (int)strlen(text));
    (void)ambit_nation_row(&two, text);
    CU_ASSERT_STRING_EQUAL(text, "A9999999999,-0.00005,0.00005,C,2,0.99,12345.6,T100000\n");
    struct ambit_nation_account three = one; /* as wide as the last territory's name */
    three.territory_count = 1000;
    (void)ambit_nation_row(&three, text);
    CU_ASSERT_STRING_EQUAL(text, "A0000000012,40.00005,-99.00000,B,6,12.05,0.3,T0001\n");
}

static void small_nations(void)
{
    for (int32_t n = 1; n <= 20; n++) {
        make(n, n, (uint64_t)n);
        make(n, 1, (uint64_t)n);
        for (int32_t i = 0; i < n; i++)
            CU_ASSERT_EQUAL(account[i].territory, 0);
    }
}

static void out_of_memory(void)
{
    struct ambit_nation *nation = NULL;
    CHECK_FAULTS(ambit_nation_create(500, 9, 1, &nation), ambit_nation_destroy(&nation));
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"fields are in range, segments as said", fields_are_in_range},
        {"work goes with potential", work_goes_with_potential},
        {"towns and country", towns_and_country},
        {"a plan as if drawn by hand", plan_as_by_hand},
        {"the same seed, the same nation, in any order", same_seed_same_nation},
        {"rows as text", rows_as_text},
        {"small nations", small_nations},
        {"when memory runs out", out_of_memory},
    };
    return ambit_test_main("nation", tests, AMBIT_TEST_COUNT(tests));
}
