/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Moves that go back: small plans by hand, and random ones, where every move that is left is tried
 * once more apart from the solver.
 */
#include "engine/base/memory.h"
#include "solvers/undo_moves.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

#include <math.h>
#include <string.h>

enum { TERRITORIES_MAX = 6, MOVES_MAX = 40 };

/* Territories with loads of one measure, and moves of accounts that are not in the instance. */
struct fixture {
    struct instance instance;
    int64_t load[TERRITORIES_MAX];
    struct ambit_moved moved[MOVES_MAX];
    bool back[MOVES_MAX];
    int64_t count;
};

/* One band: at most `most` units of NUMBER a territory, at least `least`. */
static void begin(struct fixture *f, int32_t territories, const double *load, double least,
                  double most)
{
    memset(f, 0, sizeof *f);
    instance_create(1, territories, territories, &f->instance);
    instance_absolute(&f->instance, NUMBER, least, most);
    instance_compile(&f->instance);
    for (int32_t j = 0; j < territories; j++)
        f->load[j] = ambit_to_micro(load[j]);
}

/* A move that is made already: it saves `saving` hours and was to save 2. */
static void add(struct fixture *f, int32_t home, int32_t now, double load, double saving)
{
    f->moved[f->count] = (struct ambit_moved){.index = f->count,
                                              .home = home,
                                              .now = now,
                                              .disruption = 2000000,
                                              .home_travel = ambit_to_micro(10.0 + saving),
                                              .now_travel = 10000000};
    f->moved[f->count].home_load[0] = f->moved[f->count].now_load[0] = ambit_to_micro(load);
    f->count++;
}

static void expect(struct fixture *f, const char *back)
{
    const ambit_status status =
        ambit_undo_moves(&f->instance.problem, f->load, f->moved, f->count, f->back);
    CU_ASSERT_EQUAL(status, AMBIT_OK);
    for (int64_t m = 0; m < f->count; m++)
        CU_ASSERT_EQUAL(f->back[m], back[m] == 'b');
    instance_clear(&f->instance);
}

static void goes_home_where_it_earns_nothing(void)
{
    struct fixture f;
    begin(&f, 2, (const double[]){50, 60}, -1, 100);
    add(&f, 0, 1, 10, 1.0);  /* too little */
    add(&f, 0, 1, 10, 3.0);  /* enough */
    add(&f, 0, 1, 10, 2.0);  /* no more than it had to */
    add(&f, 0, 1, 10, -5.0); /* costs travel even */
    expect(&f, "b.bb");
    CU_ASSERT_EQUAL(f.load[0], 80000000);
    CU_ASSERT_EQUAL(f.load[1], 30000000);
}

static void stays_where_it_mends(void)
{
    struct fixture f;
    /* 95 at home, 100 at most: the one of 10 mends the band, and one of 5 may go back. Those that
     * save least go first. */
    begin(&f, 2, (const double[]){95, 60}, -1, 100);
    add(&f, 0, 1, 10, -3.0);
    add(&f, 0, 1, 5, 1.0);
    add(&f, 0, 1, 5, 0.0);
    expect(&f, "..b");
    CU_ASSERT_EQUAL(f.load[0], 100000000);
}

static void swaps_go_home_together(void)
{
    struct fixture f;
    /* Each alone would break a band; together they save 3 h, and were to save 4. */
    begin(&f, 2, (const double[]){100, 100}, -1, 100);
    add(&f, 0, 1, 10, 4.0);
    add(&f, 1, 0, 10, -1.0);
    expect(&f, "bb");
    begin(&f, 2, (const double[]){100, 100}, -1, 100);
    add(&f, 0, 1, 10, 6.0);
    add(&f, 1, 0, 10, -1.0);
    expect(&f, "..");
}

/* A broken band that no move can mend does not keep the others from going home. */
static void other_bands_may_be_broken(void)
{
    struct fixture f;
    begin(&f, 3, (const double[]){50, 60, 150}, -1, 100);
    add(&f, 0, 1, 10, 1.0);
    expect(&f, "b");
}

static double outside(const struct fixture *f, double least, double most)
{
    double sum = 0.0;
    for (int32_t j = 0; j < f->instance.territories.count; j++) {
        const double load = (double)f->load[j];
        sum += fmax(fmax(load - most * 1e6, least * 1e6 - load), 0.0);
    }
    return sum;
}

static void turn(struct fixture *f, int64_t m, int sign)
{
    f->load[f->moved[m].home] += sign * f->moved[m].home_load[0];
    f->load[f->moved[m].now] -= sign * f->moved[m].now_load[0];
}

static void nothing_useless_is_left(void)
{
    int64_t kept = 0, back = 0;
    for (uint64_t seed = 1; seed <= 2000; seed++) {
        struct fixture f;
        double load[TERRITORIES_MAX];
        const int32_t territories = 2 + (int32_t)(seed % 5);
        for (int32_t j = 0; j < territories; j++)
            load[j] = uniform(seed, 1, j, 85.0, 110.0);
        begin(&f, territories, load, 90, 105);
        const int32_t moves = (int32_t)ambit_random_below(seed, 2, 0, MOVES_MAX);
        for (int32_t m = 0; m < moves; m++) {
            const int32_t home =
                (int32_t)ambit_random_below(seed, 3, (uint64_t)m, (uint64_t)territories);
            const int32_t step =
                1 + (int32_t)ambit_random_below(seed, 4, (uint64_t)m, (uint64_t)territories - 1);
            add(&f, home, (home + step) % territories, uniform(seed, 5, m, 0.5, 6.0),
                uniform(seed, 6, m, -2.0, 5.0));
        }
        const double before = outside(&f, 90, 105);
        CU_ASSERT_EQUAL_FATAL(
            ambit_undo_moves(&f.instance.problem, f.load, f.moved, f.count, f.back), AMBIT_OK);
        const double after = outside(&f, 90, 105);
        CU_ASSERT_TRUE(after <= before * 1.0001 + 1.0);
        for (int64_t m = 0; m < f.count; m++) {
            const int64_t saving = f.moved[m].home_travel - f.moved[m].now_travel;
            kept += !f.back[m];
            back += f.back[m];
            CU_ASSERT_TRUE(!f.back[m] || saving < 7000001);
            if (f.back[m] || saving > f.moved[m].disruption) continue;
            turn(&f, m, 1);
            CU_ASSERT_TRUE(outside(&f, 90, 105) > after);
            turn(&f, m, -1);
        }
        instance_clear(&f.instance);
    }
    CU_ASSERT_TRUE(kept > 1000);
    CU_ASSERT_TRUE(back > 1000);
}

static void allocations_fail(void)
{
    for (int64_t nth = 1;; nth++) {
        struct fixture f;
        begin(&f, 2, (const double[]){50, 60}, -1, 100);
        add(&f, 0, 1, 10, 1.0);
        ambit_memory_fail_at(nth);
        const ambit_status status =
            ambit_undo_moves(&f.instance.problem, f.load, f.moved, f.count, f.back);
        ambit_memory_fail_at(0);
        ambit_error_clear();
        instance_clear(&f.instance);
        if (status == AMBIT_OK) {
            CU_ASSERT_EQUAL(nth, 5);
            break;
        }
        CU_ASSERT_EQUAL(status, AMBIT_ERR_MEMORY);
    }
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"goes home where it earns nothing", goes_home_where_it_earns_nothing},
        {"stays where it mends a band", stays_where_it_mends},
        {"swaps go home together", swaps_go_home_together},
        {"other bands may be broken", other_bands_may_be_broken},
        {"nothing useless is left", nothing_useless_is_left},
        {"failing allocations", allocations_fail},
    };
    return ambit_test_main("undo_moves", tests, AMBIT_TEST_COUNT(tests));
}
