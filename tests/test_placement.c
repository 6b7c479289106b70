/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * New accounts into standing territories: wishes, turns and choices against a search through all
 * territories for each account, on random instances with bands of every kind; what room means; and
 * a case of three accounts by hand.
 */
#include "solvers/candidates.h"
#include "solvers/placement.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

#include <math.h>
#include <omp.h>

enum { ACCOUNTS_MAX = 400, TERRITORIES_MAX = 70 };

/* Standing territories, and the accounts of the instance as the new ones. */
struct standing {
    struct instance instance;
    double price[TERRITORIES_MAX * AMBIT_RULE_MAX];
    int64_t load[MEASURES * TERRITORIES_MAX];
    int64_t total[MEASURES];
};

static void standing_loads(struct standing *s, double size)
{
    const int32_t territories = s->instance.territories.count;
    memset(s->total, 0, sizeof s->total);
    for (int m = 0; m < MEASURES; m++) {
        for (int32_t j = 0; j < territories; j++) {
            int64_t *const load = &s->load[m * territories + j];
            *load = ambit_to_micro(
                floor(size * uniform(s->instance.seed, 20 + (uint64_t)m, j, 0.9, 1.1)));
            if (m == TRAVEL) *load /= 3;
            s->total[m] += *load;
        }
    }
}

/* Bands of one kind or several, by the seed. */
static void add_bands(struct standing *s, double size)
{
    struct instance *const instance = &s->instance;
    const uint64_t kinds = ambit_random_below(instance->seed, 40, 0, 64);
    if (kinds & 1) instance_relative(instance, HOURS, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    if (kinds & 2) instance_relative(instance, WORTH, AMBIT_TARGET_CAPACITY, 0.5, 1.5);
    if (kinds & 4) instance_absolute(instance, NUMBER, -1.0, 1.08 * size);
    if (kinds & 8) instance_share(instance, TRAVEL, HOURS, -1.0, 0.4);
    if (kinds & 16) instance_share(instance, TRAVEL, HOURS, 0.3, 0.6);
    if (kinds & 32) {
        struct ambit_band *const band = instance_band(instance, ONLY_WORK);
        band->target = AMBIT_TARGET_GIVEN;
        band->target_value = size;
        band->upper_kind = AMBIT_LIMIT_OF_TARGET;
        band->upper = 1.05;
    }
}

static void standing_create(uint64_t seed, struct standing *out)
{
    memset(out, 0, sizeof *out);
    const int32_t territories = 1 + (int32_t)ambit_random_below(seed, 41, 0, TERRITORIES_MAX);
    const int32_t accounts = 1 + (int32_t)ambit_random_below(seed, 42, 0, ACCOUNTS_MAX);
    const double size = uniform(seed, 43, 0, 100.0, 2000.0);
    const double dear = uniform(seed, 44, 0, 0.0, 1.8);
    struct instance *const instance = &out->instance;
    instance_create(seed, accounts, territories, instance);
    for (int32_t i = 0; i < accounts; i++)
        instance->accounts.previous[i] = -1;
    for (int32_t j = 7; j < territories; j += 7) /* two at one place */
        memcpy(instance->territories.item[j].position, instance->territories.item[j - 3].position,
               sizeof instance->territories.item[j].position);
    add_bands(out, size);
    instance_compile(instance);
    standing_loads(out, size);
    for (int32_t at = 0; at < territories * instance->problem.rule_count; at++)
        out->price[at] = uniform(seed, 45, at, -dear, dear);
    if (ambit_random_below(seed, 46, 0, 3) == 0) memset(out->price, 0, sizeof out->price);
}

/* ---- the same by looking at every territory ---- */

struct option {
    double violation, cost;
    int64_t travel;
    int32_t territory;
    uint32_t over;
};

static double band_value(const struct standing *s, const struct ambit_band *band, int32_t j,
                         const int64_t *add)
{
    const int32_t n = s->instance.territories.count;
    const double load = (double)(s->load[band->measure * n + j] + add[band->measure]) / 1e6;
    if (band->share_of < 0) return load;
    const double whole = (double)(s->load[band->share_of * n + j] + add[band->share_of]) / 1e6;
    return whole != 0.0 ? load / whole : 0.0;
}

static double band_target(const struct standing *s, const struct ambit_band *band, int32_t j,
                          const int64_t *total)
{
    const struct ambit_territories *const t = &s->instance.territories;
    double capacity = 0.0;
    if (band->target == AMBIT_TARGET_GIVEN) return band->target_value;
    for (int32_t k = 0; k < t->count; k++)
        capacity += t->item[k].capacity;
    return (double)total[band->measure] / 1e6 *
           (band->target == AMBIT_TARGET_CAPACITY ? t->item[j].capacity / capacity
                                                  : 1.0 / t->count);
}

static double band_limit(enum ambit_limit kind, double value, double target, double none)
{
    if (kind == AMBIT_LIMIT_NONE) return none;
    return kind == AMBIT_LIMIT_OF_TARGET ? value * target : value;
}

static void judge_option(const struct standing *s, int32_t i, const int64_t *total,
                         struct option *option)
{
    static const int64_t nothing[MEASURES] = {0};
    const struct ambit_scenario *const scenario = &s->instance.scenario;
    const int32_t j = option->territory;
    int64_t add[MEASURES];
    for (int m = 0; m < MEASURES; m++)
        add[m] =
            ambit_account_measure(&s->instance.accounts, &scenario->measure[m], i, option->travel);
    for (int b = 0; b < scenario->band_count; b++) {
        const struct ambit_band *const band = &scenario->band[b];
        const double target = band_target(s, band, j, total);
        const double low = band_limit(band->lower_kind, band->lower, target, -INFINITY);
        const double high = band_limit(band->upper_kind, band->upper, target, INFINITY);
        const double before = band_value(s, band, j, nothing), after = band_value(s, band, j, add);
        const double more =
            fmax(after - fmax(high, before), fmin(low, before) - after); /* beyond what is */
        if (more <= 1e-9 * fmax(fabs(after), 1.0)) continue;
        const double mean = (double)total[band->measure] / 1e6 / s->instance.territories.count;
        option->violation += band->share_of < 0 ? more / mean : more;
        option->over |= 1u << b;
    }
}

static struct option option_of(const struct standing *s, int32_t i, int32_t j)
{
    struct option option = {.territory = j, .travel = instance_travel(&s->instance, i, j)};
    option.cost = ambit_reduced_cost(&s->instance.problem, s->price, i, j, option.travel);
    return option;
}

static bool is_better(const struct option *a, const struct option *b)
{
    if (a->violation != b->violation) return a->violation < b->violation;
    return a->cost < b->cost;
}

/* The two best; those that `total` (NULL: none) leaves room come first. */
static int best_two(const struct standing *s, int32_t i, const int64_t *total,
                    struct option best_out[2])
{
    int count = 0;
    for (int32_t j = 0; j < s->instance.territories.count; j++) {
        struct option option = option_of(s, i, j);
        if (total != NULL) judge_option(s, i, total, &option);
        if (count == 0 || is_better(&option, &best_out[0])) {
            best_out[1] = best_out[0];
            best_out[0] = option;
        } else if (count == 1 || is_better(&option, &best_out[1])) {
            best_out[1] = option;
        }
        count++;
    }
    return count < 2 ? count : 2;
}

static int64_t least_travel(const struct standing *s, int32_t i)
{
    int64_t least = INT64_MAX;
    for (int32_t j = 0; j < s->instance.territories.count; j++) {
        const int64_t travel = instance_travel(&s->instance, i, j);
        if (travel < least) least = travel;
    }
    return least;
}

static double regret_of(const struct standing *s, int32_t i)
{
    struct option best[2] = {{0}};
    return best_two(s, i, NULL, best) < 2 ? INFINITY : best[1].cost - best[0].cost;
}

/* The account that is next of those not placed yet. */
static int32_t next_of(const double *regret, const bool *done, int32_t count)
{
    int32_t next = -1;
    for (int32_t i = 0; i < count; i++) {
        if (!done[i] && (next < 0 || regret[i] > regret[next])) next = i;
    }
    return next;
}

static struct ambit_placed place_slowly(struct standing *s, int32_t i, const int64_t *expected)
{
    struct option wished[2] = {{0}}, best[2] = {{0}};
    (void)best_two(s, i, NULL, wished);
    const int count = best_two(s, i, expected, best);
    struct ambit_placed placed = {.territory = best[0].territory,
                                  .first_choice = wished[0].territory,
                                  .runner_up = count > 1 ? best[1].territory : -1,
                                  .over = best[0].over,
                                  .travel = best[0].travel,
                                  .price = llrint(best[0].cost - (double)best[0].travel),
                                  .more = count > 1 ? llrint(best[1].cost - best[0].cost) : 0,
                                  .first_saving = llrint(best[0].cost - wished[0].cost)};
    placed.reason = best[0].over != 0                          ? AMBIT_PLACED_OVER
                    : best[0].territory != wished[0].territory ? AMBIT_PLACED_NEXT
                    : best[0].travel > least_travel(s, i)      ? AMBIT_PLACED_PRICE
                                                               : AMBIT_PLACED_NEAREST;
    for (int m = 0; m < MEASURES; m++) {
        const int64_t add = ambit_account_measure(
            &s->instance.accounts, &s->instance.scenario.measure[m], i, best[0].travel);
        s->load[m * s->instance.territories.count + placed.territory] += add;
        s->total[m] += add;
    }
    return placed;
}

static void place_all_slowly(struct standing *s, struct ambit_placed *out)
{
    const int32_t count = s->instance.accounts.count;
    double *regret = must_alloc((size_t)count, sizeof *regret);
    bool *done = must_alloc((size_t)count, sizeof *done);
    int64_t expected[MEASURES];
    memcpy(expected, s->total, sizeof expected);
    for (int32_t i = 0; i < count; i++) {
        regret[i] = regret_of(s, i);
        for (int m = 0; m < MEASURES; m++)
            expected[m] += ambit_account_measure(
                &s->instance.accounts, &s->instance.scenario.measure[m], i, least_travel(s, i));
    }
    for (int32_t turn = 0; turn < count; turn++) {
        const int32_t i = next_of(regret, done, count);
        out[i] = place_slowly(s, i, expected);
        done[i] = true;
    }
    ambit_free(&regret);
    ambit_free(&done);
}

static void place_all(const struct standing *s, int64_t *total, struct ambit_placed *out)
{
    struct ambit_placement *placement = NULL;
    struct ambit_wish *wish = must_alloc((size_t)s->instance.accounts.count, sizeof *wish);
    must(ambit_placement_create(&s->instance.problem, s->price, s->load, &placement));
    memcpy(total, s->total, sizeof s->total);
    must(ambit_placement_wish(placement, &s->instance.problem, wish));
    must(ambit_placement_place(placement, &s->instance.problem, wish, total, out));
    ambit_placement_destroy(&placement);
    ambit_free(&wish);
}

static bool same_placed(const struct ambit_placed *a, const struct ambit_placed *b)
{
    return a->territory == b->territory && a->first_choice == b->first_choice &&
           a->runner_up == b->runner_up && a->reason == b->reason && a->over == b->over &&
           a->travel == b->travel && a->price == b->price && a->more == b->more &&
           a->first_saving == b->first_saving;
}

static void finds_what_looking_everywhere_finds(void)
{
    static struct standing s;
    int64_t reasons[AMBIT_PLACED_REASONS] = {0};
    for (uint64_t seed = 1; seed <= repetitions(120); seed++) {
        standing_create(seed, &s);
        const int32_t count = s.instance.accounts.count;
        struct ambit_placed *fast = must_alloc((size_t)count, sizeof *fast);
        struct ambit_placed *slow = must_alloc((size_t)count, sizeof *slow);
        int64_t total[MEASURES];
        place_all(&s, total, fast);
        place_all_slowly(&s, slow);
        for (int32_t i = 0; i < count; i++) {
            CHECK_SEED(seed, same_placed(&fast[i], &slow[i]));
            reasons[slow[i].reason]++;
        }
        CHECK_SEED(seed, memcmp(total, s.total, sizeof total) == 0);
        ambit_free(&fast);
        ambit_free(&slow);
        instance_clear(&s.instance);
    }
    for (int r = 0; r < AMBIT_PLACED_RULE;
         r++) /* what follows is of rules, of which there are none */
        CU_ASSERT(reasons[r] > 100);
}

/* Above a limit that is a part of the final total are only territories that were above it with none
 * of the accounts, or have one that says so. */
static void breaks_no_band_without_saying_so(void)
{
    static struct standing s, after;
    for (uint64_t seed = 1001; seed <= 1000 + repetitions(60); seed++) {
        standing_create(seed, &s);
        const int32_t count = s.instance.accounts.count, n = s.instance.territories.count;
        struct ambit_placed *placed = must_alloc((size_t)count, sizeof *placed);
        uint32_t over[TERRITORIES_MAX] = {0};
        static const int64_t nothing[MEASURES] = {0};
        after = s;
        place_all(&s, after.total, placed);
        for (int32_t i = 0; i < count; i++) {
            over[placed[i].territory] |= placed[i].over;
            for (int m = 0; m < MEASURES; m++)
                after.load[m * n + placed[i].territory] += ambit_account_measure(
                    &s.instance.accounts, &s.instance.scenario.measure[m], i, placed[i].travel);
        }
        for (int b = 0; b < s.instance.scenario.band_count; b++) {
            const struct ambit_band *const band = &s.instance.scenario.band[b];
            for (int32_t j = 0; j < n; j++) {
                const double target = band_target(&s, band, j, after.total);
                const double high = band_limit(band->upper_kind, band->upper, target, INFINITY);
                const double before = band_value(&s, band, j, nothing);
                const double value = band_value(&after, band, j, nothing);
                CHECK_SEED(seed, value <= fmax(high, before) + 1e-6 || (over[j] >> b & 1) != 0);
            }
        }
        ambit_free(&placed);
        instance_clear(&s.instance);
    }
}

static void does_not_depend_on_threads(void)
{
    static struct standing s;
    const int threads = omp_get_max_threads();
    standing_create(7, &s);
    const size_t count = (size_t)s.instance.accounts.count;
    struct ambit_placed *first = must_alloc(count, sizeof *first);
    struct ambit_placed *again = must_alloc(count, sizeof *again);
    int64_t total[MEASURES];
    omp_set_num_threads(1);
    place_all(&s, total, first);
    for (int t = 2; t <= 5; t++) {
        omp_set_num_threads(t);
        place_all(&s, total, again);
        for (size_t i = 0; i < count; i++)
            CU_ASSERT(same_placed(&first[i], &again[i]));
    }
    omp_set_num_threads(threads);
    ambit_free(&first);
    ambit_free(&again);
    instance_clear(&s.instance);
}

/* ---- by hand ---- */

/* Three accounts on one spot, of 10, 20 and 30 visits, near the first of three centres that stand
 * in a row; of each territory 100 accounts of work. */
static void hand_create(double count_max, struct standing *out)
{
    memset(out, 0, sizeof *out);
    struct instance *const instance = &out->instance;
    instance_create(3, 3, 3, instance);
    struct ambit_accounts *const a = &instance->accounts;
    for (int32_t i = 0; i < 3; i++) {
        double unit[3];
        ambit_unit_from_degrees(40.0, -88.0, unit);
        a->x[i] = unit[0];
        a->y[i] = unit[1];
        a->z[i] = unit[2];
        a->previous[i] = -1;
        a->visits[i] = ambit_to_micro(10.0 * (i + 1));
        a->local_travel[i] = 0;
        ambit_unit_from_degrees(40.0, -88.1 - 0.5 * i, instance->territories.item[i].position);
    }
    instance_absolute(instance, NUMBER, -1.0, count_max);
    instance_compile(instance);
    for (int m = 0; m < MEASURES; m++) {
        for (int32_t j = 0; j < 3; j++)
            out->load[m * 3 + j] = ambit_to_micro(100.0);
        out->total[m] = ambit_to_micro(300.0);
    }
}

/* One may come to each territory: who has most visits has most to lose, and comes first. */
static void who_loses_most_comes_first(void)
{
    static struct standing s;
    struct ambit_placed placed[3];
    int64_t total[MEASURES];
    hand_create(101.0, &s);
    place_all(&s, total, placed);
    CU_ASSERT_EQUAL(placed[2].territory, 0);
    CU_ASSERT_EQUAL(placed[2].reason, AMBIT_PLACED_NEAREST);
    CU_ASSERT_EQUAL(placed[2].runner_up, 1);
    CU_ASSERT_EQUAL(
        placed[2].travel,
        llrint(30e6 * ambit_haul_hours(&s.instance.scenario,
                                       ambit_chord2((const double[]){s.instance.accounts.x[0],
                                                                     s.instance.accounts.y[0],
                                                                     s.instance.accounts.z[0]},
                                                    s.instance.territories.item[0].position))));
    CU_ASSERT_EQUAL(placed[1].territory, 1);
    CU_ASSERT_EQUAL(placed[1].reason, AMBIT_PLACED_NEXT);
    CU_ASSERT_EQUAL(placed[1].first_choice, 0);
    CU_ASSERT_EQUAL(placed[1].runner_up, 2);
    CU_ASSERT_EQUAL(placed[0].territory, 2);
    CU_ASSERT_EQUAL(placed[0].reason, AMBIT_PLACED_NEXT);
    /* What is left to run up are full territories, which are all broken by as much; the first costs
     * least, and less than the one that has room. */
    CU_ASSERT_EQUAL(placed[0].runner_up, 0);
    CU_ASSERT(placed[0].more < 0);
    CU_ASSERT_EQUAL(total[NUMBER], ambit_to_micro(303.0));
    instance_clear(&s.instance);
}

static void nothing_has_room(void)
{
    static struct standing s;
    struct ambit_placed placed[3];
    int64_t total[MEASURES];
    hand_create(100.0, &s);
    s.load[NUMBER * 3 + 1] = ambit_to_micro(99.5); /* is broken by half as much */
    place_all(&s, total, placed);
    CU_ASSERT_EQUAL(placed[2].territory, 1);
    CU_ASSERT_EQUAL(placed[1].territory, 0);
    CU_ASSERT_EQUAL(placed[0].territory, 0);
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(placed[i].reason, AMBIT_PLACED_OVER);
        CU_ASSERT_EQUAL(placed[i].over, 1);
        CU_ASSERT_EQUAL(placed[i].first_choice, 0);
    }
    instance_clear(&s.instance);
}

/* A price on the count of the nearest territory sends the account to the next, as far as it is
 * worth the way. */
static void prices_send_past_the_nearest(void)
{
    static struct standing s;
    struct ambit_placed placed[3];
    int64_t total[MEASURES];
    hand_create(200.0, &s);
    const int64_t detour = instance_travel(&s.instance, 1, 1) - instance_travel(&s.instance, 1, 0);
    s.price[0] = (double)detour / 1e6 + 1e-4; /* hours an account: for 10 and 20 visits enough */
    place_all(&s, total, placed);
    CU_ASSERT_EQUAL(placed[0].territory, 1);
    CU_ASSERT_EQUAL(placed[1].territory, 1);
    CU_ASSERT_EQUAL(placed[2].territory, 0);
    CU_ASSERT_EQUAL(placed[0].reason, AMBIT_PLACED_PRICE);
    CU_ASSERT_EQUAL(placed[1].reason, AMBIT_PLACED_PRICE);
    CU_ASSERT_EQUAL(placed[2].reason, AMBIT_PLACED_NEAREST);
    CU_ASSERT_EQUAL(placed[1].runner_up, 0);
    CU_ASSERT_EQUAL(placed[1].more, 100);
    CU_ASSERT_EQUAL(placed[1].price, 0);
    CU_ASSERT_EQUAL(placed[2].price, detour + 100);
    instance_clear(&s.instance);
}

/* ---- the rest ---- */

static void counts_territories_outside(void)
{
    static struct standing s;
    struct ambit_placement *placement = NULL;
    int32_t low = -1;
    hand_create(100.0, &s);
    s.instance.scenario.band[0].lower_kind = AMBIT_LIMIT_ABSOLUTE;
    s.instance.scenario.band[0].lower = 99.0;
    s.load[NUMBER * 3] = ambit_to_micro(98.0);
    s.load[NUMBER * 3 + 1] = ambit_to_micro(100.0) + 1;
    must(ambit_placement_create(&s.instance.problem, s.price, s.load, &placement));
    ambit_placement_set_totals(placement, s.total);
    CU_ASSERT_EQUAL(ambit_placement_outside(placement, 0, &low), 2);
    CU_ASSERT_EQUAL(low, 1);
    CU_ASSERT_EQUAL(ambit_placement_outside(placement, 0, NULL), 2);
    ambit_placement_destroy(&placement);
    instance_clear(&s.instance);
}

static void survives_short_memory(void)
{
    static struct standing s;
    struct ambit_placement *placement = NULL;
    static struct ambit_wish wish[ACCOUNTS_MAX];
    static struct ambit_placed placed[ACCOUNTS_MAX];
    int64_t total[MEASURES];
    standing_create(11, &s);
    CHECK_FAULTS(ambit_placement_create(&s.instance.problem, s.price, s.load, &placement),
                 ambit_placement_destroy(&placement));
    must(ambit_placement_create(&s.instance.problem, s.price, s.load, &placement));
    CHECK_FAULTS(ambit_placement_wish(placement, &s.instance.problem, wish), (void)0);
    memcpy(total, s.total, sizeof total);
    CHECK_FAULTS(ambit_placement_place(placement, &s.instance.problem, wish, total, placed),
                 (void)0);
    ambit_placement_destroy(&placement);
    instance_clear(&s.instance);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"finds what looking everywhere finds", finds_what_looking_everywhere_finds},
        {"breaks no band without saying so", breaks_no_band_without_saying_so},
        {"does not depend on threads", does_not_depend_on_threads},
        {"who loses most comes first", who_loses_most_comes_first},
        {"nothing has room", nothing_has_room},
        {"prices send past the nearest", prices_send_past_the_nearest},
        {"counts territories outside", counts_territories_outside},
        {"survives short memory", survives_short_memory},
    };
    return ambit_test_main("placement", tests, AMBIT_TEST_COUNT(tests));
}
