/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prices, candidates and the bound: gradients against finite differences, ascents that reach
 * balance, sums that do not depend on slices, and bounds against every plan that there is.
 *
 * prices.c is compiled in here: only from inside can prices be set and the gradient be seen.
 */
#include "solvers/prices.c" // NOLINT(bugprone-suspicious-include)

#include "solvers/bound.h"
#include "solvers/shortlist.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

/* Everything that an ascent needs, over one slice. */
struct ascent {
    struct ambit_prices *prices;
    struct ambit_candidate_wish wish;
    struct ambit_candidates candidates;
    int64_t *sums;
    double *acting, *lower, *upper;
    uint8_t *pairs;
};

/* Scales from the plan that goes to the nearest centre. */
static void first_totals(const struct instance *instance, int64_t *travel_out, int64_t *visits_out,
                         int64_t *total_out)
{
    const size_t accounts = (size_t)instance->accounts.count;
    int32_t *label = must_alloc(accounts, sizeof *label);
    int64_t *load = must_alloc((size_t)instance->territories.count * AMBIT_RULE_MAX, sizeof *load);
    instance_nearest(instance, label);
    instance_loads(instance, label, load, total_out);
    *travel_out = *visits_out = 0;
    for (size_t i = 0; i < accounts; i++) {
        *travel_out += instance_travel(instance, (int32_t)i, label[i]);
        *visits_out += instance->accounts.visits[i];
    }
    ambit_free(&label);
    ambit_free(&load);
}

static void ascent_create(const struct instance *instance, int64_t travel, int64_t visits,
                          const int64_t *total, int per, struct ascent *out)
{
    const struct ambit_problem *const problem = &instance->problem;
    const size_t cells = (size_t)instance->territories.count * (size_t)problem->rule_count;
    *out = (struct ascent){.prices = NULL};
    must(ambit_prices_create(problem, travel, total, visits, &out->prices));
    out->wish = (struct ambit_candidate_wish){INFINITY, (per + 1) / 2, per};
    out->pairs = must_alloc((size_t)ambit_prices_pair_bytes(out->prices), 1);
    out->acting = must_alloc(cells, sizeof(double));
    out->lower = must_alloc(cells, sizeof(double));
    out->upper = must_alloc(cells, sizeof(double));
}

static void ascent_clear(struct ascent *ascent)
{
    ambit_prices_destroy(&ascent->prices);
    ambit_candidates_clear(&ascent->candidates);
    ambit_free(&ascent->sums);
    ambit_free(&ascent->acting);
    ambit_free(&ascent->lower);
    ambit_free(&ascent->upper);
    ambit_free(&ascent->pairs);
}

/* Candidates at the present prices and their pairs. */
static void ascent_choose(const struct instance *instance, struct ascent *ascent)
{
    struct ambit_prices *const prices = ascent->prices;
    ambit_prices_get(prices, ascent->acting, NULL, NULL);
    must(ambit_candidates_fill(&instance->problem, ascent->acting, &ascent->wish,
                               &ascent->candidates));
    ambit_prices_settle(prices, ascent->candidates.settled);
    memset(ascent->pairs, 0, (size_t)ambit_prices_pair_bytes(prices));
    ambit_prices_mark_pairs(prices, &ascent->candidates, ascent->pairs);
    must(ambit_prices_set_pairs(prices, ascent->pairs));
    ambit_free(&ascent->sums);
    ascent->sums = must_alloc((size_t)ambit_prices_sum_count(prices), sizeof(int64_t));
}

static struct ambit_prices_step ascent_step(struct ascent *ascent)
{
    struct ambit_prices_step step;
    memset(ascent->sums, 0, (size_t)ambit_prices_sum_count(ascent->prices) * sizeof(int64_t));
    must(ambit_prices_accumulate(ascent->prices, &ascent->candidates, ascent->sums));
    ambit_prices_update(ascent->prices, ascent->sums, &step);
    return step;
}

/* A whole ascent down to the softness `last`; leaves the prices of the two sides in `ascent`. */
static struct ambit_prices_step ascend(const struct instance *instance, double last,
                                       struct ascent *ascent)
{
    struct ambit_prices_step step = {.imbalance = INFINITY};
    for (double softness = 1.0;; softness = fmax(0.35 * softness, last)) {
        ascent_choose(instance, ascent);
        ambit_prices_begin(ascent->prices, softness, 0.0, INFINITY);
        step = ascent_step(ascent);
        for (int s = 0; s < 30 && step.imbalance > 1e-3; s++)
            step = ascent_step(ascent);
        if (softness <= last) break;
    }
    ambit_prices_get(ascent->prices, ascent->acting, ascent->lower, ascent->upper);
    return step;
}

static int64_t bound_of(const struct instance *instance, const double *lower, const double *upper)
{
    int64_t sum = 0;
    must(ambit_bound_slice(&instance->problem, lower, upper, &sum));
    return sum - ambit_bound_constant(&instance->problem, lower, upper);
}

/* ---- candidates ---- */

static bool listed(const int32_t *list, int count, int32_t wanted)
{
    for (int c = 0; c < count; c++) {
        if (list[c] == wanted) return true;
    }
    return false;
}

/* The territory of least value that is not listed yet, or −1. */
static int32_t least_unlisted(const double *value, int32_t territories, const int32_t *list,
                              int count)
{
    int32_t best = -1;
    for (int32_t j = 0; j < territories; j++) {
        if (!listed(list, count, j) && (best < 0 || value[j] < value[best])) best = j;
    }
    return best;
}

/* What the wish means, by looking at every territory; returns how many there are. */
static int expected_list(const struct instance *instance, const double *price,
                         const struct ambit_candidate_wish *wish, int32_t i, int32_t *list_out)
{
    const int32_t territories = instance->territories.count;
    const struct ambit_accounts *const accounts = &instance->accounts;
    const double place[3] = {accounts->x[i], accounts->y[i], accounts->z[i]};
    const double visits = fmax((double)accounts->visits[i], AMBIT_VISITS_MIN);
    double reduced[40], chord2[40];
    int count = 0;
    for (int32_t j = 0; j < territories; j++) {
        reduced[j] =
            ambit_reduced_cost(&instance->problem, price, i, j, instance_travel(instance, i, j));
        chord2[j] = ambit_chord2(place, instance->territories.item[j].position);
    }
    while (count < wish->cheap && count < territories) {
        const int32_t j = least_unlisted(reduced, territories, list_out, count);
        if (count > 0 && reduced[j] > reduced[list_out[0]] + wish->margin * visits) break;
        list_out[count++] = j;
    }
    while (count < wish->near && count < territories) {
        list_out[count] = least_unlisted(chord2, territories, list_out, count);
        count++;
    }
    return count;
}

static void check_candidates(const struct instance *instance, const double *price,
                             const struct ambit_candidate_wish *wish,
                             const struct ambit_candidates *candidates)
{
    int64_t settled[40 * 3] = {0};
    for (int32_t i = 0; i < instance->accounts.count; i++) {
        int32_t expected[AMBIT_CANDIDATE_MAX] = {0};
        const int count = expected_list(instance, price, wish, i, expected);
        const int64_t first = ambit_candidates_first(candidates, i);
        CHECK_SEED(instance->seed, candidates->listed[i] == count);
        for (int c = 0; c < count && count == candidates->listed[i]; c++) {
            CHECK_SEED(instance->seed,
                       ambit_candidate_territory(candidates, first + c) == expected[c]);
            CHECK_SEED(instance->seed, ambit_candidate_travel(candidates, first + c) ==
                                           instance_travel(instance, i, expected[c]));
        }
        if (count > 1) continue;
        const int64_t travel = instance_travel(instance, i, expected[0]);
        settled[3 * expected[0]] +=
            travel + ambit_disruption_of(&instance->problem, i, expected[0]);
        for (int r = 0; r < 2; r++)
            settled[3 * expected[0] + 1 + r] += ambit_rule_load(&instance->problem, r, i, travel);
    }
    CHECK_SEED(instance->seed, memcmp(settled, candidates->settled,
                                      (size_t)instance->territories.count * 3 * 8) == 0);
}

/* Against a look at every territory: runs of many accounts and of few, some never visited, some at
 * one place, prices of either sign, margins from nothing to everything. */
static void candidates_are_the_best(void)
{
    for (uint64_t seed = 1; seed <= repetitions(12); seed++) {
        struct instance instance;
        struct ambit_candidates candidates = {0};
        double price[40 * 2];
        const int32_t accounts = seed % 3 == 0 ? 1100 : 60, territories = seed % 2 == 0 ? 40 : 12;
        instance_create(seed, accounts, territories, &instance);
        instance.scenario.disruption_hours = seed % 4 == 0 ? 0.0 : 3.0;
        instance.accounts.visits[3] = 0;
        instance.accounts.visits[50] = AMBIT_VISITS_MIN - 1;
        instance_relative(&instance, HOURS, AMBIT_TARGET_EQUAL, 0.9, 1.1);
        instance_share(&instance, TRAVEL, HOURS, -1.0, 0.3);
        instance_compile(&instance);
        for (int cell = 0; cell < 80; cell++)
            price[cell] = uniform(seed, 80, cell, -0.2, 0.4) * (double)(1 + seed % 3);
        const struct ambit_candidate_wish wishes[] = {
            {INFINITY, 3 + (int)(seed % 4), 0}, {0.3, 16, 0}, {0.0, 16, 0}, {1.5, 4, 9}};
        for (size_t w = 0; w < sizeof wishes / sizeof wishes[0]; w++) {
            must(ambit_candidates_fill(&instance.problem, price, &wishes[w], &candidates));
            check_candidates(&instance, price, &wishes[w], &candidates);
        }
        ambit_candidates_clear(&candidates);
        CU_ASSERT_EQUAL(candidates.count, 0);
        instance_clear(&instance);
    }
}

/* A territory of 40 takes six bits of an entry, so that its travel is below 2^58 micro-hours: what
 * fits comes back to the last digit, what does not is refused. */
static void travel_fits_its_entry(void)
{
    const struct ambit_candidate_wish wish = {0.3, 16, 0};
    const double none[40] = {0.0};
    const int64_t room = INT64_C(1) << 58;
    struct instance instance;
    struct ambit_candidates candidates = {0};
    instance_create(5, 60, 40, &instance);
    instance_relative(&instance, WORTH, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    instance_compile(&instance);
    instance.accounts.local_travel[7] = 0;
    instance.accounts.local_travel[7] = room - 1 - instance_travel(&instance, 7, 0);
    for (int32_t j = 0; j < 40; j++)
        memcpy(instance.territories.item[j].position, instance.territories.item[0].position,
               sizeof instance.territories.item[j].position);
    must(ambit_candidates_fill(&instance.problem, none, &wish, &candidates));
    const int64_t first = ambit_candidates_first(&candidates, 7);
    CU_ASSERT_EQUAL(candidates.listed[7], 16);
    CU_ASSERT_EQUAL(ambit_candidate_territory(&candidates, first + 15), 15);
    CU_ASSERT_EQUAL(ambit_candidate_travel(&candidates, first + 15), room - 1);
    instance.accounts.local_travel[7]++;
    CU_ASSERT_EQUAL(ambit_candidates_fill(&instance.problem, none, &wish, &candidates),
                    AMBIT_ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "scenario.yaml: expected no account to travel more than 2.88e+11 hours "
                           "a year where there are 40 territories, found one of 2.88e+11; give "
                           "fewer visits, or shorter drives in travel.minutes");
    CU_ASSERT_EQUAL(candidates.count, 0);
    CU_ASSERT_PTR_NULL(candidates.entry);
    instance_clear(&instance);
}

/* Lists that have become far shorter give their room back. */
static void short_lists_take_little(void)
{
    const struct ambit_candidate_wish all = {INFINITY, 16, 0}, one = {0.0, 1, 0};
    const double none[12] = {0.0};
    struct instance instance;
    struct ambit_candidates candidates = {0};
    instance_create(6, 1100, 12, &instance);
    instance_relative(&instance, WORTH, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    instance_compile(&instance);
    must(ambit_candidates_fill(&instance.problem, none, &all, &candidates));
    CU_ASSERT(candidates.entries == 1100 * 12 && candidates.room >= candidates.entries);
    const int64_t live = ambit_memory_live_bytes();
    must(ambit_candidates_fill(&instance.problem, none, &one, &candidates));
    CU_ASSERT(candidates.entries == 1100 && candidates.room < 1100 * 2 + 1024);
    CU_ASSERT(ambit_memory_live_bytes() <= live - 1100 * 9 * 8);
    ambit_candidates_clear(&candidates);
    instance_clear(&instance);
}

/* By hand: 2 h of travel at slope 1 + 0.5, 10 h of work at 0.5, 3 h of disruption elsewhere. */
static void reduced_cost_by_hand(void)
{
    struct instance instance;
    const double price[2] = {0.5, -0.25};
    instance_create(1, 1, 2, &instance);
    instance.scenario.disruption_hours = 3.0;
    instance.accounts.column[WORKLOAD][0] = 10000000;
    instance.accounts.previous[0] = 1;
    instance_relative(&instance, HOURS, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    instance_compile(&instance);
    CU_ASSERT_EQUAL(ambit_reduced_cost(&instance.problem, price, 0, 0, 2000000), 11000000.0);
    CU_ASSERT_EQUAL(ambit_reduced_cost(&instance.problem, price, 0, 1, 2000000), -1000000.0);
    instance.accounts.previous[0] = -1;
    CU_ASSERT_EQUAL(ambit_reduced_cost(&instance.problem, price, 0, 0, 2000000), 8000000.0);
    instance_clear(&instance);
}

/* ---- the smoothed dual ---- */

/* Bands of every kind, travel among them; all of them rather tight. */
static void every_kind_of_band(struct instance *instance)
{
    instance->scenario.disruption_hours = 1.0;
    instance_relative(instance, HOURS, AMBIT_TARGET_EQUAL, 0.95, 1.05);
    instance_relative(instance, WORTH, AMBIT_TARGET_CAPACITY, 0.9, 1.1);
    instance_relative(instance, TRAVEL, AMBIT_TARGET_EQUAL, 0.0, 1.2);
    instance_absolute(instance, NUMBER, 5.0, 30.0);
    instance_share(instance, TRAVEL, HOURS, 0.05, 0.4);
    instance_compile(instance);
}

/* The value at `price`, which becomes the accepted point. */
static double value_at(struct ascent *ascent, const double *price)
{
    struct ambit_prices *const p = ascent->prices;
    memcpy(p->best_price, price, cell_count(p) * sizeof(double));
    ambit_prices_begin(p, 0.5, 0.1, INFINITY);
    (void)ascent_step(ascent);
    return p->best_value;
}

/* Candidates that are NEGLIGIBLE count for nothing, so that the value has a step of a 60,000th of
 * an account where one begins to: rarely one lies between two prices that are compared. */
static void gradient_as_by_differences(void)
{
    enum { CELLS = 5 * 6 };
    const double h = 1e-4;
    int64_t stepped = 0;
    for (uint64_t seed = 1; seed <= repetitions(6); seed++) {
        struct instance instance;
        struct ascent ascent;
        int64_t travel, visits, total[AMBIT_RULE_MAX];
        double price[CELLS], gradient[CELLS];
        instance_create(seed, 80, 5, &instance);
        every_kind_of_band(&instance);
        first_totals(&instance, &travel, &visits, total);
        ascent_create(&instance, travel, visits, total, 5, &ascent);
        ambit_prices_begin(ascent.prices, 0.5, 0.1, INFINITY); /* sets the box */
        ascent_choose(&instance, &ascent);
        CU_ASSERT_EQUAL_FATAL(cell_count(ascent.prices), CELLS);
        for (int cell = 0; cell < CELLS; cell++) {
            const double least = fmax(ascent.prices->least[cell % 6], -0.4);
            const double most = fmin(ascent.prices->most[cell % 6], 0.4);
            price[cell] =
                uniform(seed, 81, cell, 0.9 * least + 0.1 * most, 0.1 * least + 0.9 * most);
        }
        (void)value_at(&ascent, price);
        memcpy(gradient, ascent.prices->gradient, sizeof gradient);
        for (int cell = 0; cell < CELLS; cell++) {
            const double here = price[cell];
            price[cell] = here + h;
            const double above = value_at(&ascent, price);
            price[cell] = here - h;
            const double below = value_at(&ascent, price);
            price[cell] = here;
            const double error = fabs((above - below) / (2.0 * h) - gradient[cell]);
            CHECK_SEED(seed, error < 1.0);
            stepped += error >= 1e-4;
        }
        ascent_clear(&ascent);
        instance_clear(&instance);
    }
    CU_ASSERT(stepped * 100 <= CELLS * (int64_t)repetitions(6));
}

/* Steps never let the accepted value fall, and reach balance; the bound is then above the smoothed
 * value, and by no more than the smoothing. */
static void ascent_reaches_balance(void)
{
    for (uint64_t seed = 1; seed <= repetitions(6); seed++) {
        struct instance instance;
        struct ascent ascent;
        int64_t travel, visits, total[AMBIT_RULE_MAX];
        const double zero[6 * 2] = {0.0};
        instance_create(seed, 400, 6, &instance);
        instance_relative(&instance, HOURS, AMBIT_TARGET_EQUAL, 0.95, 1.05);
        instance_relative(&instance, WORTH, AMBIT_TARGET_EQUAL, 0.9, 1.1);
        instance_compile(&instance);
        first_totals(&instance, &travel, &visits, total);
        ascent_create(&instance, travel, visits, total, 6, &ascent);
        ascent_choose(&instance, &ascent);
        double value = -INFINITY;
        for (int s = 0; s < 15; s++) {
            const struct ambit_prices_step step = ascent_step(&ascent);
            CHECK_SEED(seed, step.accepted || s > 0);
            CHECK_SEED(seed, ascent.prices->best_value >= value - 1e-9 * fabs(value));
            value = ascent.prices->best_value;
        }
        const struct ambit_prices_step last = ascend(&instance, 0.05, &ascent);
        CHECK_SEED(seed, last.imbalance < 0.01);
        CHECK_SEED(seed, last.unmet == 0.0);
        value = ascent.prices->best_value * ascent.prices->cost_scale;
        const int64_t bound = bound_of(&instance, ascent.lower, ascent.upper);
        CHECK_SEED(seed, (double)bound > value - 1000.0);
        CHECK_SEED(seed, (double)bound < value * 1.05);
        CHECK_SEED(seed, bound > bound_of(&instance, zero, zero));
        ascent_clear(&ascent);
        instance_clear(&instance);
    }
}

/* The bands of a territory that is left as it is have no price, and none counts in the bound. */
static void what_is_not_asked_has_no_price(void)
{
    enum { FIXED = 2, TERRITORIES = 6 };
    bool fixed[TERRITORIES] = {[FIXED] = true};
    const struct ambit_eligibility eligibility = {
        .territory_count = TERRITORIES, .fixed = fixed, .reach_chord2 = INFINITY};
    for (uint64_t seed = 1; seed <= repetitions(6); seed++) {
        struct instance instance;
        struct ascent ascent;
        int64_t travel, visits, total[AMBIT_RULE_MAX];
        double prices = 0.0;
        instance_create(seed, 400, TERRITORIES, &instance);
        instance_relative(&instance, HOURS, AMBIT_TARGET_EQUAL, 0.98, 1.02);
        instance_absolute(&instance, NUMBER, 30.0, 90.0);
        instance_compile(&instance);
        instance.problem.eligibility = &eligibility;
        first_totals(&instance, &travel, &visits, total);
        ascent_create(&instance, travel, visits, total, 6, &ascent);
        (void)ascend(&instance, 0.05, &ascent);
        for (size_t at = 0; at < 2 * TERRITORIES; at++) {
            if (at / 2 == FIXED)
                CHECK_SEED(seed, ascent.lower[at] == 0.0 && ascent.upper[at] == 0.0);
            prices += ascent.lower[at] + ascent.upper[at];
        }
        CHECK_SEED(seed, prices > 0.0);
        const int64_t bound = bound_of(&instance, ascent.lower, ascent.upper);
        for (size_t at = 2 * FIXED; at < 2 * FIXED + 2; at++)
            ascent.upper[at] = 0.3;
        CHECK_SEED(seed, bound_of(&instance, ascent.lower, ascent.upper) == bound);
        ascent_clear(&ascent);
        instance_clear(&instance);
    }
}

/* Prices that were taken out and put back are the same, and in one ascent no territory's cost of a
 * visit changes by more than the reach. */
static void prices_stay_within_reach(void)
{
    struct instance instance;
    struct ascent ascent;
    int64_t travel, visits, total[AMBIT_RULE_MAX];
    bool held = false;
    instance_create(4, 400, 6, &instance);
    instance_relative(&instance, HOURS, AMBIT_TARGET_EQUAL, 0.99, 1.01);
    instance_relative(&instance, WORTH, AMBIT_TARGET_EQUAL, 0.95, 1.05);
    instance_compile(&instance);
    first_totals(&instance, &travel, &visits, total);
    ascent_create(&instance, travel, visits, total, 6, &ascent);
    ascent_choose(&instance, &ascent);
    const double reach = 0.02 * ambit_prices_haul_hours(ascent.prices);
    ambit_prices_begin(ascent.prices, 0.1, 0.0, reach);
    for (int s = 0; s < 12; s++) {
        held |= ascent_step(&ascent).held;
        double now[AMBIT_RULE_MAX] = {0}, chosen[AMBIT_RULE_MAX] = {0};
        double uniform[AMBIT_RULE_MAX] = {0};
        set_uniform(ascent.prices, ascent.prices->price, now);
        set_uniform(ascent.prices, ascent.prices->chosen_price, chosen);
        for (int r = 0; r < 2; r++)
            uniform[r] = now[r] - chosen[r];
        for (int32_t j = 0; j < 6; j++) { /* the uniform price moves a little as others are held */
            const double mean = ascent.prices->travel_mean;
            CU_ASSERT(change_of(ascent.prices, uniform, j, mean) < reach * 1.2);
            CU_ASSERT(change_of(ascent.prices, uniform, j, FAR_TRAVEL * mean) < reach * 1.2);
        }
    }
    CU_ASSERT(held);
    ambit_prices_get(ascent.prices, ascent.acting, ascent.lower, ascent.upper);
    double before[12], after[12];
    memcpy(before, ascent.acting, sizeof before);
    const double none[12] = {0};
    ambit_prices_set(ascent.prices, none, none);
    ambit_prices_set(ascent.prices, ascent.lower, ascent.upper);
    ambit_prices_get(ascent.prices, after, NULL, NULL);
    for (int cell = 0; cell < 12; cell++)
        CU_ASSERT_DOUBLE_EQUAL(after[cell], before[cell], 1e-12);
    ascent_clear(&ascent);
    instance_clear(&instance);
}

/* Where a band cannot be met its price goes to the wall, and what is broken is told. */
static void ascent_tells_what_is_unmet(void)
{
    struct instance instance;
    struct ascent ascent;
    int64_t travel, visits, total[AMBIT_RULE_MAX];
    instance_create(2, 200, 4, &instance);
    instance_absolute(&instance, NUMBER, -1.0, 40.0); /* 200 accounts into 4 × 40 */
    instance_compile(&instance);
    first_totals(&instance, &travel, &visits, total);
    ascent_create(&instance, travel, visits, total, 4, &ascent);
    const struct ambit_prices_step last = ascend(&instance, 0.1, &ascent);
    CU_ASSERT(last.unmet >= 0.2 - 1e-9);
    for (int cell = 0; cell < 4; cell++)
        CU_ASSERT(ascent.upper[cell] > 0.0 && ascent.lower[cell] == 0.0);
    /* Set to none, everything starts at no price again. */
    const double none[4] = {0};
    ambit_prices_set(ascent.prices, none, none);
    ambit_prices_get(ascent.prices, ascent.acting, ascent.lower, ascent.upper);
    for (int cell = 0; cell < 4; cell++)
        CU_ASSERT(ascent.acting[cell] == 0.0 && ascent.upper[cell] == 0.0);
    ascent_clear(&ascent);
    instance_clear(&instance);
}

/* Two slices add up to the whole bit by bit, on one thread as on three. */
static void sums_do_not_depend_on_slices(void)
{
    for (uint64_t seed = 1; seed <= repetitions(4); seed++) {
        struct instance instance, half[2];
        struct ascent whole, part[2];
        int64_t travel, visits, total[AMBIT_RULE_MAX], bound = 0, added = 0, one;
        const int32_t cut = (int32_t)ambit_random_below(seed, 82, 0, 301);
        const int threads = omp_get_max_threads();
        instance_create(seed, 300, 7, &instance);
        every_kind_of_band(&instance);
        instance_slice(&instance, 0, cut, &half[0]);
        instance_slice(&instance, cut, 300, &half[1]);
        first_totals(&instance, &travel, &visits, total);
        ascent_create(&instance, travel, visits, total, 5, &whole);
        (void)ascend(&instance, 0.3, &whole);
        ascent_choose(&instance, &whole);
        ambit_prices_begin(whole.prices, 0.3, 0.0, INFINITY);
        const int64_t count = ambit_prices_sum_count(whole.prices);
        const size_t pair_bytes = (size_t)ambit_prices_pair_bytes(whole.prices);
        int64_t *sums = must_alloc((size_t)count, sizeof *sums);
        for (int h = 0; h < 2; h++) {
            ascent_create(&half[h], travel, visits, total, 5, &part[h]);
            memcpy(part[h].prices->best_price, whole.prices->best_price,
                   cell_count(whole.prices) * sizeof(double));
            ambit_prices_begin(part[h].prices, 0.3, 0.0, INFINITY);
            ascent_choose(&half[h], &part[h]);
            must(ambit_prices_set_pairs(part[h].prices, whole.pairs));
            omp_set_num_threads(1 + 2 * h);
            must(ambit_prices_accumulate(part[h].prices, &part[h].candidates, sums));
            must(ambit_bound_slice(&half[h].problem, whole.lower, whole.upper, &one));
            added += one;
        }
        omp_set_num_threads(threads);
        for (size_t byte = 0; byte < pair_bytes; byte++)
            CHECK_SEED(seed, (part[0].pairs[byte] | part[1].pairs[byte]) == whole.pairs[byte]);
        (void)ascent_step(&whole);
        CHECK_SEED(seed, memcmp(whole.sums, sums, (size_t)count * sizeof *sums) == 0);
        must(ambit_bound_slice(&instance.problem, whole.lower, whole.upper, &bound));
        CHECK_SEED(seed, bound == added);
        for (int h = 0; h < 2; h++) {
            ascent_clear(&part[h]);
            instance_clear(&half[h]);
        }
        ambit_free(&sums);
        ascent_clear(&whole);
        instance_clear(&instance);
    }
}

/* ---- the bound against all plans ---- */

enum { FEW = 8, THREE = 3, FEW_RULES = 4, BRUTE_CELLS = THREE * FEW_RULES };

struct plans {
    const struct instance *instance;
    int64_t cost[FEW][THREE], load[FEW][THREE][FEW_RULES];
};

static void plans_prepare(const struct instance *instance, struct plans *out)
{
    const struct ambit_problem *const problem = &instance->problem;
    out->instance = instance;
    for (int32_t i = 0; i < instance->accounts.count; i++) {
        for (int32_t j = 0; j < THREE; j++) {
            const int64_t travel = instance_travel(instance, i, j);
            const int32_t previous = instance->accounts.previous[i];
            out->cost[i][j] = travel;
            if (previous >= 0 && previous != j) out->cost[i][j] += problem->disruption;
            for (int r = 0; r < problem->rule_count; r++)
                out->load[i][j][r] = ambit_rule_load(problem, r, i, travel);
        }
    }
}

/* True where plan number `plan` (in base three) meets every band; its cost in *cost_out. */
static bool plan_is_feasible(const struct plans *plans, int plan, int64_t *cost_out)
{
    const struct ambit_problem *const problem = &plans->instance->problem;
    const int rules = problem->rule_count;
    int64_t load[BRUTE_CELLS] = {0}, total[AMBIT_RULE_MAX] = {0};
    double lower[BRUTE_CELLS], upper[BRUTE_CELLS];
    *cost_out = 0;
    for (int32_t i = 0; i < plans->instance->accounts.count; i++, plan /= THREE) {
        const int j = plan % THREE;
        *cost_out += plans->cost[i][j];
        for (int r = 0; r < rules; r++) {
            load[j * rules + r] += plans->load[i][j][r];
            total[r] += plans->load[i][j][r];
        }
    }
    ambit_problem_sides(problem, total, 0.0, lower, upper);
    for (int cell = 0; cell < THREE * rules; cell++) {
        if ((double)load[cell] < lower[cell] || (double)load[cell] > upper[cell]) return false;
    }
    return true;
}

/* Least cost of a plan that meets all bands; INT64_MAX where there is none. */
static int64_t least_cost(const struct plans *plans)
{
    int64_t least = INT64_MAX, cost;
    int all = 1;
    for (int32_t i = 0; i < plans->instance->accounts.count; i++)
        all *= THREE;
    for (int plan = 0; plan < all; plan++) {
        if (plan_is_feasible(plans, plan, &cost) && cost < least) least = cost;
    }
    return least;
}

/* A few accounts and bands of one kind, or of all; loose enough that many have feasible plans. */
static void few_accounts(uint64_t seed, struct instance *instance)
{
    instance_create(seed, 5 + (int32_t)(seed % 4), THREE, instance);
    instance->scenario.disruption_hours = seed % 2 == 0 ? 2.0 : 0.0;
    const double loose = uniform(seed, 83, 0, 0.3, 0.9);
    const int kind = (int)(seed / 2 % 5);
    if (kind == 0 || kind == 4)
        instance_relative(instance, HOURS, AMBIT_TARGET_EQUAL, 1.0 - loose, 1.0 + loose);
    if (kind == 1 || kind == 4)
        instance_relative(instance, WORTH, AMBIT_TARGET_CAPACITY, 0.0, 1.0 + loose);
    if (kind == 2 || kind == 4) instance_absolute(instance, HOURS, 20.0 * loose, 130.0);
    if (kind == 3 || kind == 4) instance_share(instance, TRAVEL, HOURS, -1.0, 0.3 + 0.5 * loose);
    instance_compile(instance);
}

/* Random prices on the sides that are there: valid ones, if poor. */
static void random_prices(const struct instance *instance, uint64_t stream, double *lower,
                          double *upper)
{
    const int rules = instance->problem.rule_count;
    for (int cell = 0; cell < THREE * rules; cell++) {
        const struct ambit_rule *const rule = &instance->problem.rule[cell % rules];
        const double size = pow(10.0, uniform(instance->seed, stream, 999, -3.0, 1.0));
        lower[cell] = rule->lower.kind == AMBIT_SIDE_NONE
                          ? 0.0
                          : uniform(instance->seed, stream, 2 * cell, 0.0, size);
        upper[cell] = rule->upper.kind == AMBIT_SIDE_NONE
                          ? 0.0
                          : uniform(instance->seed, stream, 2 * cell + 1, 0.0, size);
    }
}

static void bound_is_below_every_plan(void)
{
    int possible = 0, close = 0;
    for (uint64_t seed = 1; seed <= repetitions(60); seed++) {
        struct instance instance;
        struct ascent ascent;
        struct plans plans;
        int64_t travel, visits, total[AMBIT_RULE_MAX];
        double lower[BRUTE_CELLS], upper[BRUTE_CELLS];
        few_accounts(seed, &instance);
        plans_prepare(&instance, &plans);
        const int64_t least = least_cost(&plans);
        first_totals(&instance, &travel, &visits, total);
        ascent_create(&instance, travel, visits, total, THREE, &ascent);
        for (uint64_t draw = 0; draw < 10; draw++) {
            random_prices(&instance, 90 + draw, lower, upper);
            CHECK_SEED(seed, bound_of(&instance, lower, upper) <= least);
        }
        (void)ascend(&instance, 0.05, &ascent);
        const int64_t bound = bound_of(&instance, ascent.lower, ascent.upper);
        CHECK_SEED(seed, bound <= least);
        close += least < INT64_MAX && (double)bound > 0.9 * (double)least;
        possible += least < INT64_MAX;
        ascent_clear(&ascent);
        instance_clear(&instance);
    }
    CU_ASSERT(possible >= 30);
    CU_ASSERT(close >= 15); /* a bound that says nothing would pass the rest */
}

/* Without prices the bound is what every account costs at best, less its rounding. */
static void bound_without_prices(void)
{
    struct instance instance;
    struct plans plans;
    const double zero[BRUTE_CELLS] = {0.0};
    int64_t expected = 0;
    few_accounts(8, &instance);
    plans_prepare(&instance, &plans);
    for (int32_t i = 0; i < instance.accounts.count; i++) {
        int64_t least = plans.cost[i][0];
        for (int j = 1; j < THREE; j++)
            least = plans.cost[i][j] < least ? plans.cost[i][j] : least;
        expected += least;
    }
    const int64_t bound = bound_of(&instance, zero, zero);
    CU_ASSERT(bound <= expected && bound >= expected - 2 * instance.accounts.count - 2);
    instance_clear(&instance);
}

/* Uniform price by hand: shares 1/3, upper 1.1 at prices 3, 0, 6, lower 0.9 at 1, 0, 0. */
static void uniform_prices_by_hand(void)
{
    struct instance instance;
    const double lower[6] = {1.0, 5.0, 0.0, 0.0, 0.0, 0.0};
    const double upper[6] = {3.0, 2.0, 0.0, 0.0, 6.0, 1.0};
    double price[2] = {9.0, 9.0};
    instance_create(1, 2, THREE, &instance);
    instance_relative(&instance, HOURS, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    instance_absolute(&instance, WORTH, 4.0, 7.0);
    instance_compile(&instance);
    ambit_bound_uniform_prices(&instance.problem, lower, upper, price);
    CU_ASSERT_DOUBLE_EQUAL(price[0], 1.1 * 3.0 - 0.3, 1e-12);
    CU_ASSERT_EQUAL(price[1], 0.0);
    /* The constant, of absolute sides alone: (2 + 1) × 7 − 5 × 4 units, rounded up. */
    const int64_t constant = ambit_bound_constant(&instance.problem, lower, upper);
    CU_ASSERT(constant > 1000000 && constant <= 1000003);
    instance_clear(&instance);
}

/* What an ascent leaves out of balance, in parts of a mean load. */
static double left_over(struct instance *instance)
{
    struct ascent ascent;
    int64_t travel, visits, total[AMBIT_RULE_MAX];
    instance_compile(instance);
    first_totals(instance, &travel, &visits, total);
    ascent_create(instance, travel, visits, total, THREE, &ascent);
    const struct ambit_prices_step last = ascend(instance, 0.05, &ascent);
    ascent_clear(&ascent);
    instance_clear(instance);
    return fmax(last.imbalance, last.unmet);
}

/* Where no plan exists, not even one that splits accounts, some imbalance stays. */
static void impossible_bands_stay_unmet(void)
{
    struct instance instance;
    instance_create(1, 60, THREE, &instance); /* 60 accounts into 3 × 19 */
    instance_absolute(&instance, NUMBER, -1.0, 19.0);
    CU_ASSERT(left_over(&instance) > 0.04);
    instance_create(1, 60, THREE, &instance);
    instance_absolute(&instance, NUMBER, -1.0, 21.0);
    CU_ASSERT(left_over(&instance) < 3e-3);

    instance_create(2, 60, THREE, &instance); /* everyone below 95 % of the mean */
    instance_relative(&instance, WORTH, AMBIT_TARGET_EQUAL, 0.0, 0.95);
    CU_ASSERT(left_over(&instance) > 0.04);
    instance_create(2, 60, THREE, &instance);
    instance_relative(&instance, WORTH, AMBIT_TARGET_EQUAL, 0.0, 1.05);
    CU_ASSERT(left_over(&instance) < 3e-3);

    instance_create(3, 60, THREE, &instance); /* less driving than there is between neighbours */
    instance_share(&instance, TRAVEL, HOURS, -1.0, 0.02);
    CU_ASSERT(left_over(&instance) > 0.04);
    instance_create(3, 60, THREE, &instance);
    instance_share(&instance, TRAVEL, HOURS, -1.0, 0.95);
    CU_ASSERT(left_over(&instance) < 3e-3);
}

/* Accounts without a band have no prices: all go to the centre of least travel, and so says the
 * bound. */
static void prices_without_bands(void)
{
    struct instance instance;
    struct ascent ascent;
    double *state;
    int64_t travel, visits, total[AMBIT_RULE_MAX] = {0};
    instance_create(2, 60, 5, &instance);
    instance_compile(&instance);
    CU_ASSERT_EQUAL(instance.problem.rule_count, 0);
    first_totals(&instance, &travel, &visits, total);
    ascent_create(&instance, travel, visits, total, 4, &ascent);
    const struct ambit_prices_step step = ascend(&instance, 1e-3, &ascent);
    CU_ASSERT_EQUAL(step.imbalance, 0.0);
    const int64_t bound = bound_of(&instance, ascent.lower, ascent.upper);
    CU_ASSERT(bound <= travel && bound >= travel - 2 * instance.accounts.count - 2);
    state = must_alloc((size_t)ambit_prices_state_count(ascent.prices), sizeof *state);
    ambit_prices_pass_state(ascent.prices, state, false);
    ambit_prices_pass_state(ascent.prices, state, true);
    CU_ASSERT_EQUAL(state[0], ascent.prices->cost_scale);
    ambit_free(&state);
    ascent_clear(&ascent);
    instance_clear(&instance);
}

/* ---- faults ---- */

static void out_of_memory(void)
{
    struct instance instance;
    struct ascent ascent;
    struct ambit_prices *prices = NULL;
    struct ambit_candidates candidates = {0};
    const struct ambit_candidate_wish wish = {INFINITY, 2, 4};
    const double zero[4 * 8] = {0.0};
    int64_t travel, visits, total[AMBIT_RULE_MAX], bound = 0;
    instance_create(2, 60, 5, &instance);
    every_kind_of_band(&instance);
    first_totals(&instance, &travel, &visits, total);
    CHECK_FAULTS(ambit_prices_create(&instance.problem, travel, total, visits, &prices),
                 ambit_prices_destroy(&prices));
    CU_ASSERT_PTR_NULL(prices);
    CHECK_FAULTS(ambit_candidates_fill(&instance.problem, zero, &wish, &candidates),
                 ambit_candidates_clear(&candidates));
    ascent_create(&instance, travel, visits, total, 4, &ascent);
    ascent_choose(&instance, &ascent);
    CHECK_FAULTS(ambit_prices_set_pairs(ascent.prices, ascent.pairs), (void)0);
    CHECK_FAULTS(ambit_prices_accumulate(ascent.prices, &ascent.candidates, ascent.sums), (void)0);
    ambit_prices_get(ascent.prices, NULL, ascent.lower, ascent.upper);
    CHECK_FAULTS(ambit_bound_slice(&instance.problem, ascent.lower, ascent.upper, &bound), (void)0);
    ascent_clear(&ascent);
    instance_clear(&instance);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"candidates are the cheapest and the nearest", candidates_are_the_best},
        {"travel fits its entry, or is refused", travel_fits_its_entry},
        {"short lists take little", short_lists_take_little},
        {"reduced cost by hand", reduced_cost_by_hand},
        {"gradient as by finite differences", gradient_as_by_differences},
        {"an ascent reaches balance and a close bound", ascent_reaches_balance},
        {"what is not asked has no price", what_is_not_asked_has_no_price},
        {"prices stay within reach of their candidates", prices_stay_within_reach},
        {"an ascent tells what is unmet", ascent_tells_what_is_unmet},
        {"sums and bounds do not depend on slices and threads", sums_do_not_depend_on_slices},
        {"the bound is below every plan that meets the bands", bound_is_below_every_plan},
        {"the bound without prices", bound_without_prices},
        {"uniform prices and the constant by hand", uniform_prices_by_hand},
        {"impossible bands stay unmet, possible ones do not", impossible_bands_stay_unmet},
        {"prices without bands", prices_without_bands},
        {"prices when memory runs out", out_of_memory},
    };
    return ambit_test_main("prices", tests, AMBIT_TEST_COUNT(tests));
}
