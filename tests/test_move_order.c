/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The order of moves: small nations worked out by hand, and random ones, where every prefix is
 * summed up again apart from the solver.
 */
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "solvers/move_order.h"
#include "tests/harness.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TERRITORY_MAX = 9, MOVE_MAX = 80, BAND_MAX = 3, MEASURE_MAX = 2 };

/* A nation with its arrays. */
struct fixture {
    struct ambit_move_nation nation;
    double low[TERRITORY_MAX * BAND_MAX], high[TERRITORY_MAX * BAND_MAX];
    double target[TERRITORY_MAX * BAND_MAX];
    int64_t load[TERRITORY_MAX * MEASURE_MAX], start[TERRITORY_MAX * MEASURE_MAX];
    struct ambit_move move[MOVE_MAX];
    int64_t taken[MOVE_MAX * MEASURE_MAX], given[MOVE_MAX * MEASURE_MAX];
};

/* Territories of one measure with the same limits and a target of 100. */
static void begin(struct fixture *f, int32_t territories, const double *load, double low,
                  double high)
{
    *f = (struct fixture){.nation = {.territory_count = territories,
                                     .measure_count = 1,
                                     .band_count = 1,
                                     .band = {{0, -1}}}};
    for (int32_t j = 0; j < territories; j++) {
        f->load[j] = f->start[j] = (int64_t)llrint(load[j] * 1e6);
        f->low[j] = low;
        f->high[j] = high;
        f->target[j] = 100.0;
    }
    f->nation.low = f->low;
    f->nation.high = f->high;
    f->nation.target = f->target;
    f->nation.load = f->load;
    f->nation.move = f->move;
    f->nation.taken = f->taken;
    f->nation.given = f->given;
}

static void add(struct fixture *f, int32_t from, int32_t to, double load, double saving)
{
    const int32_t m = f->nation.move_count++;
    f->move[m] = (struct ambit_move){from, to, (int64_t)llrint(saving * 1e6)};
    f->taken[m] = f->given[m] = (int64_t)llrint(load * 1e6);
}

/* "1:0 2:1+2" for move 0 alone, then 1 and 2 together. */
static const char *words(const struct fixture *f, const struct ambit_move_order *order)
{
    static char text[1024];
    size_t used = 0;
    text[0] = '\0';
    for (int32_t k = 0; k < f->nation.move_count; k++) {
        const struct ambit_ordered_move *const item = &order->item[k];
        if (k > 0 && order->item[k - 1].step == item->step)
            used += (size_t)snprintf(text + used, sizeof text - used, "+%d", (int)item->move);
        else
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%d:%d", k > 0 ? " " : "",
                                     (int)item->step, (int)item->move);
    }
    return text;
}

static void expect(struct fixture *f, const char *expected, double before, double after,
                   bool ends_worse)
{
    struct ambit_move_order order;
    CU_ASSERT_EQUAL_FATAL(ambit_move_order_create(&f->nation, &order), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(words(f, &order), expected);
    CU_ASSERT_DOUBLE_EQUAL((double)order.deviation * 1e-9, before, 1e-8);
    if (f->nation.move_count > 0)
        CU_ASSERT_DOUBLE_EQUAL((double)order.item[f->nation.move_count - 1].deviation * 1e-9, after,
                               1e-8);
    CU_ASSERT_EQUAL(order.ends_worse, ends_worse);
    ambit_move_order_clear(&order);
}

static void goes_by_gain(void)
{
    struct fixture f;
    /* 130 and 70 with limits of 90 and 110: 0.2 above and 0.2 below. Move 1 takes 0.4 off; the
     * others then nothing, and go by their hours; move 3 comes last, for it costs hours. */
    begin(&f, 2, (const double[]){130, 70}, 90, 110);
    add(&f, 0, 1, 4, 1);
    add(&f, 0, 1, 30, 0.5);
    add(&f, 0, 1, 3, 9);
    add(&f, 0, 1, 2, -1);
    expect(&f, "1:1 2:2 3:0 4:3", 0.4, 0.0, false);
    CU_ASSERT_EQUAL(f.load[0], 91000000);
    CU_ASSERT_EQUAL(f.load[1], 109000000);
}

static void waits_for_room(void)
{
    struct fixture f;
    /* The middle is full: 0 → 1 has to wait until 1 → 2 has made room, though it saves more. */
    begin(&f, 3, (const double[]){100, 110, 95}, 90, 110);
    add(&f, 0, 1, 10, 50);
    add(&f, 1, 2, 10, 1);
    expect(&f, "1:1 2:0", 0.0, 0.0, false);
}

static void swaps_together(void)
{
    struct fixture f;
    begin(&f, 2, (const double[]){110, 110}, 90, 110);
    add(&f, 0, 1, 10, 2);
    add(&f, 1, 0, 10, 5);
    expect(&f, "1:1+0", 0.0, 0.0, false);
    /* Three round a circle, of which no two can go without the third. */
    begin(&f, 3, (const double[]){110, 110, 110}, 106, 110);
    add(&f, 0, 1, 10, 3);
    add(&f, 1, 2, 10, 2);
    add(&f, 2, 0, 10, 1);
    expect(&f, "1:0+1+2", 0.0, 0.0, false);
}

/* Eight round a circle are more than a chain seeks; they still go together. */
static void long_circles(void)
{
    struct fixture f;
    double load[8];
    for (int k = 0; k < 8; k++)
        load[k] = 110;
    begin(&f, 8, load, 106, 110);
    for (int k = 0; k < 8; k++)
        add(&f, k, (k + 1) % 8, 10, 8 - k);
    struct ambit_move_order order;
    CU_ASSERT_EQUAL_FATAL(ambit_move_order_create(&f.nation, &order), AMBIT_OK);
    CU_ASSERT_EQUAL(order.step_count, 1);
    CU_ASSERT_FALSE(order.ends_worse);
    ambit_move_order_clear(&order);
}

static void worse_plans(void)
{
    struct fixture f;
    /* What is good comes first; what breaks a limit for nothing is a step of its own, and told. */
    begin(&f, 3, (const double[]){100, 105, 115}, 90, 110);
    add(&f, 0, 1, 10, 50);
    add(&f, 2, 0, 7, 1);
    expect(&f, "1:1 2:0", 0.05, 0.05, true);
    begin(&f, 3, (const double[]){100, 108, 115}, 90, 110);
    add(&f, 0, 1, 10, 50);
    add(&f, 2, 0, 7, 1);
    expect(&f, "1:1 2:0", 0.05, 0.08, true);
    begin(&f, 2, (const double[]){100, 100}, 90, 110);
    expect(&f, "", 0.0, 0.0, false);
}

/* Travel at most 30 % of hours, where an account has 5 of 10 hours in territory 0 and 1 of 6 in
 * territory 1: shares of 35/100 and 10/50 become 30/90 and 11/56. */
static void shares(void)
{
    struct fixture f;
    begin(&f, 2, (const double[]){0, 0}, 0, 0);
    f.nation.measure_count = 2;
    f.nation.band[0] = (struct ambit_move_band){.measure = 1, .share_of = 0};
    const int64_t load[] = {100000000, 35000000, 50000000, 10000000};
    memcpy(f.load, load, sizeof load);
    for (int j = 0; j < 2; j++) {
        f.low[j] = -INFINITY;
        f.high[j] = 0.30;
        f.target[j] = 1.0;
    }
    f.nation.move_count = 1;
    f.move[0] = (struct ambit_move){0, 1, 4000000};
    f.taken[0] = 10000000;
    f.taken[1] = 5000000;
    f.given[0] = 6000000;
    f.given[1] = 1000000;
    expect(&f, "1:0", 0.05, 30.0 / 90.0 - 0.3, false);
}

/* ---- random nations ---- */

/* The deviation worked out apart, as the judge would. */
static double deviation_of(const struct fixture *f, const int64_t *load)
{
    const struct ambit_move_nation *const n = &f->nation;
    double sum = 0.0;
    for (int32_t j = 0; j < n->territory_count; j++) {
        for (int b = 0; b < n->band_count; b++) {
            const int64_t *const own = &load[j * n->measure_count];
            const int at = j * n->band_count + b;
            double value = (double)own[n->band[b].measure] / 1e6;
            if (n->band[b].share_of >= 0) value /= (double)own[n->band[b].share_of] / 1e6;
            if (value > n->high[at]) sum += (value - n->high[at]) / n->target[at];
            if (value < n->low[at]) sum += (n->low[at] - value) / n->target[at];
        }
    }
    return sum;
}

static double uniform(uint64_t seed, uint64_t *at)
{
    return (double)(ambit_mix64(seed * 1000003 + (*at)++) >> 11) * 0x1p-53;
}

static void random_nation(struct fixture *f, uint64_t seed)
{
    uint64_t at = 0;
    double load[TERRITORY_MAX] = {0};
    begin(f, 2 + (int32_t)(uniform(seed, &at) * (TERRITORY_MAX - 1)), load, 0, 0);
    struct ambit_move_nation *const n = &f->nation;
    n->measure_count = 2;
    n->band_count = 2 + (seed % 2 == 0);
    n->band[1] = (struct ambit_move_band){1, -1};
    n->band[2] = (struct ambit_move_band){1, 0};
    const double slack = seed % 3 == 0 ? 0.01 : 0.2 * uniform(seed, &at);
    for (int32_t j = 0; j < 2 * n->territory_count; j++)
        f->load[j] = (int64_t)((80.0 + 40.0 * uniform(seed, &at)) * 1e6);
    memcpy(f->start, f->load, sizeof f->load);
    const int32_t moves = (int32_t)(uniform(seed, &at) * MOVE_MAX);
    for (int32_t m = 0; m < moves; m++) {
        const int32_t from = (int32_t)(uniform(seed, &at) * n->territory_count);
        const int32_t next = 1 + (int32_t)(uniform(seed, &at) * (n->territory_count - 1));
        add(f, from, (from + next) % n->territory_count, 0.0, uniform(seed, &at) - 0.3);
        for (int k = 0; k < 2; k++) {
            f->taken[2 * m + k] = (int64_t)(4e6 * uniform(seed, &at));
            f->given[2 * m + k] = (int64_t)(4e6 * uniform(seed, &at));
        }
    }
    /* Limits about what the plan has in the end, sometimes so that it is outside. */
    int64_t end[TERRITORY_MAX * MEASURE_MAX];
    memcpy(end, f->load, sizeof end);
    for (int32_t m = 0; m < moves; m++) {
        for (int k = 0; k < 2; k++) {
            end[2 * f->move[m].from + k] -= f->taken[2 * m + k];
            end[2 * f->move[m].to + k] += f->given[2 * m + k];
        }
    }
    for (int32_t j = 0; j < n->territory_count; j++) {
        for (int b = 0; b < n->band_count; b++) {
            const int cell = j * n->band_count + b;
            const double hours = (double)end[2 * j] / 1e6, other = (double)end[2 * j + 1] / 1e6;
            const double value = b == 0 ? hours : b == 1 ? other : other / hours;
            const double shift = seed % 5 == 0 ? 0.1 * (uniform(seed, &at) - 0.5) : 0.0;
            f->low[cell] = b == 2 ? -INFINITY : value * (1.0 - slack + shift);
            f->high[cell] = value * (1.0 + slack + shift);
            f->target[cell] = b == 2 ? 1.0 : value;
        }
    }
}

/* What a single move would make of the deviation; the best of all of them. */
static double best_single(const struct fixture *f, double *saving_out)
{
    double best = INFINITY;
    for (int32_t m = 0; m < f->nation.move_count; m++) {
        int64_t load[TERRITORY_MAX * MEASURE_MAX];
        memcpy(load, f->start, sizeof load);
        for (int k = 0; k < 2; k++) {
            load[2 * f->move[m].from + k] -= f->taken[2 * m + k];
            load[2 * f->move[m].to + k] += f->given[2 * m + k];
        }
        const double after = deviation_of(f, load), saving = (double)f->move[m].saving;
        if (after > best + 1e-8 || (after > best - 1e-8 && saving <= *saving_out)) continue;
        best = after;
        *saving_out = saving;
    }
    return best;
}

static void check_order(struct fixture *f, const struct ambit_move_order *order, uint64_t seed)
{
    int64_t load[TERRITORY_MAX * MEASURE_MAX];
    bool made[MOVE_MAX] = {false};
    memcpy(load, f->start, sizeof load);
    double last = deviation_of(f, load), saving = 0.0;
    bool good = fabs(last - (double)order->deviation * 1e-9) < 1e-7;
    for (int32_t k = 0; k < f->nation.move_count; k++) {
        const struct ambit_ordered_move *const item = &order->item[k];
        const int32_t m = item->move;
        good &= !made[m] && item->step == (k > 0 ? order->item[k - 1].step : 1) +
                                              (k > 0 && item->step != order->item[k - 1].step);
        made[m] = true;
        for (int c = 0; c < 2; c++) {
            load[2 * f->move[m].from + c] -= f->taken[2 * m + c];
            load[2 * f->move[m].to + c] += f->given[2 * m + c];
        }
        if (k + 1 < f->nation.move_count && order->item[k + 1].step == item->step) continue;
        const double now = deviation_of(f, load);
        const bool may_rise = order->ends_worse && item->step == order->step_count;
        good &= fabs(now - (double)item->deviation * 1e-9) < 1e-7;
        good &= now <= last + 1e-7 || may_rise;
        good &= !may_rise || now > last;
        last = now;
    }
    good &= memcmp(load, f->load, sizeof load) == 0;
    if (f->nation.move_count > 1 && order->item[1].step == 2) {
        const double best = best_single(f, &saving);
        good &= fabs(best - (double)order->item[0].deviation * 1e-9) < 1e-7;
        /* Harmless moves may go by the room that they leave. */
        const bool mends = order->item[0].deviation < order->deviation;
        good &= !mends || saving == (double)f->move[order->item[0].move].saving;
    }
    if (!good) printf("seed %llu\n", (unsigned long long)seed);
    CU_ASSERT_TRUE(good);
}

static void every_prefix(void)
{
    int64_t bundled = 0, worse = 0;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct fixture f;
        struct ambit_move_order order;
        random_nation(&f, seed);
        CU_ASSERT_EQUAL_FATAL(ambit_move_order_create(&f.nation, &order), AMBIT_OK);
        check_order(&f, &order, seed);
        bundled += order.step_count < f.nation.move_count;
        worse += order.ends_worse;
        ambit_move_order_clear(&order);
    }
    CU_ASSERT_TRUE(bundled > 300); /* else the nations test nothing */
    CU_ASSERT_TRUE(worse > 30);
}

static void allocations_fail(void)
{
    for (int64_t nth = 1;; nth++) {
        struct fixture f;
        struct ambit_move_order order;
        random_nation(&f, 7);
        ambit_memory_fail_at(nth);
        const ambit_status status = ambit_move_order_create(&f.nation, &order);
        ambit_memory_fail_at(0);
        ambit_error_clear();
        if (status == AMBIT_OK) {
            ambit_move_order_clear(&order);
            CU_ASSERT_TRUE(nth > 10);
            break;
        }
        CU_ASSERT_EQUAL(status, AMBIT_ERR_MEMORY);
        CU_ASSERT_PTR_NULL(order.item);
    }
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"goes by gain", goes_by_gain},
        {"waits for room", waits_for_room},
        {"swaps and circles go together", swaps_together},
        {"long circles", long_circles},
        {"plans that are worse", worse_plans},
        {"shares", shares},
        {"no prefix of random nations is worse", every_prefix},
        {"failing allocations", allocations_fail},
    };
    return ambit_test_main("move_order", tests, AMBIT_TEST_COUNT(tests));
}
