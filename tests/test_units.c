/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups that stay together as units: what they add up to, what is near enough to be looked at, the
 * bound, the way back, and groups that no territory could have. */
#include "engine/run/heavy.h"
#include "engine/run/unite.h"
#include "solvers/bound.h"
#include "solvers/candidates.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

enum { ACCOUNTS = 600, TERRITORIES = 24, WIDTH = 6, RULES = 3 };

struct nation {
    struct ambit_comm *comm;
    struct instance instance;
    struct ambit_job job, units;
};

/* Puts account i anywhere in the country. */
static void move_away(struct instance *instance, int32_t i)
{
    struct ambit_accounts *const a = &instance->accounts;
    double unit[3];
    a->lat[i] = uniform(instance->seed, 20, i, 38.0, 42.0);
    a->lon[i] = uniform(instance->seed, 21, i, -90.0, -84.0);
    ambit_unit_from_degrees(a->lat[i], a->lon[i], unit);
    a->x[i] = unit[0];
    a->y[i] = unit[1];
    a->z[i] = unit[2];
}

/* Groups of 1 to 5 accounts that follow each other, half of the accounts in none; every twelfth
 * group is spread over the country. One account is not visited. */
static void make_groups(struct instance *instance)
{
    struct ambit_accounts *const a = &instance->accounts;
    int32_t group = 0;
    a->together_width = WIDTH;
    a->together = must_alloc((size_t)a->count, WIDTH);
    for (int32_t i = 0; i < a->count; group++) {
        const bool alone = ambit_random_below(instance->seed, 22, (uint64_t)i, 2) == 0;
        const int32_t size =
            alone ? 1 : 1 + (int32_t)ambit_random_below(instance->seed, 23, (uint64_t)i, 5);
        for (int32_t k = 0; k < size && i < a->count; k++, i++) {
            char name[WIDTH + 8];
            (void)snprintf(name, sizeof name, "g%05d", (int)group);
            if (!alone) memcpy(&a->together[(size_t)i * WIDTH], name, WIDTH);
            if (!alone && group % 12 == 0) move_away(instance, i);
        }
    }
    a->visits[7] = 0;
}

static void nation_create(uint64_t seed, double disruption, struct nation *out)
{
    struct ambit_run_options options;
    struct instance *const instance = &out->instance;
    struct ambit_job *const job = &out->job;
    ambit_run_options_init(&options);
    must(ambit_comm_create_alone(&out->comm));
    instance_create(seed, ACCOUNTS, TERRITORIES, instance);
    make_groups(instance);
    instance->scenario.disruption_hours = disruption;
    instance_relative(instance, HOURS, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    instance_relative(instance, NUMBER, AMBIT_TARGET_EQUAL, 0.0, 1.3);
    instance_share(instance, TRAVEL, HOURS, -1.0, 0.3);
    instance_compile(instance);
    ambit_job_init(job, out->comm, &options);
    job->scenario = instance->scenario;
    job->accounts = instance->accounts;
    job->territories = instance->territories;
    job->problem = instance->problem;
    job->problem.scenario = &job->scenario;
    job->problem.accounts = &job->accounts;
    job->problem.territories = &job->territories;
    must(ambit_job_unite(job, &out->units));
}

static void nation_clear(struct nation *nation)
{
    ambit_units_clear(&nation->units);
    ambit_free(&nation->job.label);
    ambit_free(&nation->job.price_lower);
    ambit_free(&nation->job.price_upper);
    ambit_free(&nation->job.round);
    instance_clear(&nation->instance);
    ambit_comm_destroy(&nation->comm);
}

/* ---- what units are ---- */

static void check_unit(const struct nation *nation, int32_t u, uint64_t seed)
{
    const struct instance *const in = &nation->instance;
    const struct ambit_job *const units = &nation->units;
    const struct ambit_accounts *const a = &units->accounts;
    int64_t visits = 0, work = 0, base[RULES] = {0};
    for (int32_t row = a->begin[u]; row < a->begin[u + 1]; row++) {
        const char *const name = &in->accounts.together[(size_t)row * WIDTH];
        visits += in->accounts.visits[row];
        work += in->accounts.column[WORKLOAD][row];
        for (int r = 0; r < RULES; r++)
            base[r] += in->problem.base[r][row];
        CHECK_SEED(seed, row == a->begin[u] ||
                             (name[0] != '\0' && memcmp(name, name - WIDTH, WIDTH) == 0));
    }
    CHECK_SEED(seed, a->members[u] == a->begin[u + 1] - a->begin[u]);
    CHECK_SEED(seed, a->visits[u] == visits && a->column[WORKLOAD][u] == work);
    for (int r = 0; r < RULES; r++)
        CHECK_SEED(seed, units->problem.base[r][u] == base[r]);
    for (int32_t j = 0; j < TERRITORIES; j++) {
        int64_t travel = 0, disruption = 0;
        for (int32_t row = a->begin[u]; row < a->begin[u + 1]; row++) {
            travel += instance_travel(in, row, j);
            disruption += ambit_disruption_of(&in->problem, row, j);
        }
        CHECK_SEED(seed, travel == ambit_travel_of(&units->scenario, a, u,
                                                   units->territories.item[j].position));
        CHECK_SEED(seed, disruption == ambit_disruption_of(&units->problem, u, j));
    }
}

static void units_add_up(void)
{
    for (uint64_t seed = 1; seed <= repetitions(5); seed++) {
        struct nation nation;
        nation_create(seed, 0.7, &nation);
        const struct ambit_accounts *const a = &nation.units.accounts;
        CHECK_SEED(seed, ambit_job_has_groups(&nation.job));
        CHECK_SEED(seed, a->count < ACCOUNTS && a->total == a->count && a->begin[0] == 0 &&
                             a->begin[a->count] == ACCOUNTS);
        for (int32_t u = 0; u < a->count; u++) {
            const int32_t next = a->begin[u + 1];
            check_unit(&nation, u, seed);
            CHECK_SEED(seed, next == ACCOUNTS || !ambit_account_joins(&nation.job.accounts, next));
        }
        nation_clear(&nation);
    }
}

/* Where the rule changes, the loads of units still are the sums of their accounts'. */
static void limits_move_with_units(void)
{
    struct nation nation;
    nation_create(9, 0.0, &nation);
    struct ambit_job *const units = &nation.units;
    units->scenario.band[2].upper = 0.4137;
    nation.job.scenario.band[2].upper = 0.4137;
    for (int r = 0; r < RULES; r++) {
        ambit_problem_refresh_rule(&units->problem, r);
        ambit_problem_refresh_rule(&nation.job.problem, r);
        for (int32_t u = 0; u < units->accounts.count; u++) {
            int64_t sum = 0;
            for (int32_t row = units->accounts.begin[u]; row < units->accounts.begin[u + 1]; row++)
                sum += nation.job.problem.base[r][row];
            CU_ASSERT_EQUAL(sum, units->problem.base[r][u]);
        }
    }
    nation_clear(&nation);
}

/* ---- candidates and the bound ---- */

static void draw_prices(uint64_t seed, double *lower, double *upper)
{
    for (int64_t at = 0; at < (int64_t)TERRITORIES * RULES; at++) {
        lower[at] = fmax(0.0, uniform(seed, 30, at, -0.4, 0.4));
        upper[at] = fmax(0.0, uniform(seed, 31, at, -0.4, 0.4));
    }
}

/* The candidates of each unit are those of least reduced cost of all territories, in order. */
static void candidates_are_the_cheapest(void)
{
    for (uint64_t seed = 1; seed <= repetitions(5); seed++) {
        struct nation nation;
        struct ambit_candidates candidates = {0};
        double price[TERRITORIES * RULES], none[TERRITORIES * RULES];
        const struct ambit_candidate_wish wish = {0.1, AMBIT_CANDIDATE_MAX, 0};
        nation_create(seed, seed % 2 == 0 ? 30.0 : 0.0, &nation);
        const struct ambit_job *const units = &nation.units;
        draw_prices(seed, none, price);
        for (size_t at = 0; at < (size_t)TERRITORIES * RULES; at++)
            price[at] *= 0.02; /* so that it is places that tell */
        must(ambit_candidates_fill(&units->problem, price, &wish, &candidates));
        for (int32_t u = 0; u < units->accounts.count; u++) {
            const int64_t first = ambit_candidates_first(&candidates, u);
            double cost[TERRITORIES], least = INFINITY;
            int within = 0;
            for (int32_t j = 0; j < TERRITORIES; j++) {
                cost[j] = ambit_reduced_cost(&units->problem, price, u, j,
                                             ambit_travel_of(&units->scenario, &units->accounts, u,
                                                             units->territories.item[j].position));
                least = fmin(least, cost[j]);
            }
            const double visits = fmax((double)units->accounts.visits[u], 1e4);
            for (int32_t j = 0; j < TERRITORIES; j++)
                within += cost[j] <= least + wish.margin * visits;
            CHECK_SEED(seed, cost[ambit_candidate_territory(&candidates, first)] == least);
            CHECK_SEED(seed, candidates.listed[u] ==
                                 (within < AMBIT_CANDIDATE_MAX ? within : AMBIT_CANDIDATE_MAX));
            for (int c = 1; c < candidates.listed[u]; c++)
                CHECK_SEED(seed, cost[ambit_candidate_territory(&candidates, first + c)] >=
                                     cost[ambit_candidate_territory(&candidates, first + c - 1)]);
        }
        ambit_candidates_clear(&candidates);
        nation_clear(&nation);
    }
}

/* Σ_u min_j over all territories, as the bound must have it but for its rounding, which the
 * accounts alone can only be below. */
static void bound_takes_units_whole(void)
{
    for (uint64_t seed = 1; seed <= repetitions(5); seed++) {
        struct nation nation;
        double lower[TERRITORIES * RULES], upper[TERRITORIES * RULES], uniform_price[RULES];
        double price[TERRITORIES * RULES], exact = 0.0, most = 0.0;
        int64_t whole = 0, alone = 0;
        nation_create(seed, seed % 2 == 0 ? 0.7 : 0.0, &nation);
        const struct ambit_job *const units = &nation.units;
        draw_prices(seed, lower, upper);
        ambit_bound_uniform_prices(&units->problem, lower, upper, uniform_price);
        for (size_t at = 0; at < (size_t)TERRITORIES * RULES; at++) {
            price[at] = upper[at] - lower[at] - uniform_price[at % RULES];
            most = fmax(most, fabs(price[at]));
        }
        for (int32_t u = 0; u < units->accounts.count; u++) {
            double least = INFINITY;
            for (int32_t j = 0; j < TERRITORIES; j++)
                least =
                    fmin(least,
                         ambit_reduced_cost(&units->problem, price, u, j,
                                            ambit_travel_of(&units->scenario, &units->accounts, u,
                                                            units->territories.item[j].position)));
            exact += least;
        }
        must(ambit_bound_slice(&units->problem, lower, upper, &whole));
        must(ambit_bound_slice(&nation.job.problem, lower, upper, &alone));
        CHECK_SEED(seed, (double)whole <= exact);
        CHECK_SEED(seed, (double)whole >= exact - ACCOUNTS * (3.0 + RULES * most));
        CHECK_SEED(seed, alone < whole);
        nation_clear(&nation);
    }
}

/* ---- the way back ---- */

static void what_is_found_comes_back(void)
{
    struct nation nation;
    nation_create(4, 0.0, &nation);
    struct ambit_job *const job = &nation.job, *const units = &nation.units;
    units->label = must_alloc((size_t)units->accounts.count, sizeof *units->label);
    units->price_upper = must_alloc((size_t)TERRITORIES * RULES, sizeof(double));
    units->price_lower = must_alloc((size_t)TERRITORIES * RULES, sizeof(double));
    units->price_upper[5] = 0.5;
    units->scenario.band[2].upper = 0.4;
    units->relaxation[2].opened = true;
    units->territories.item[3].centre_account = 17;
    for (int32_t u = 0; u < units->accounts.count; u++)
        units->label[u] = u % TERRITORIES;
    must(ambit_job_take_units(job, units));
    for (int32_t u = 0; u < units->accounts.count; u++) {
        for (int32_t row = units->accounts.begin[u]; row < units->accounts.begin[u + 1]; row++)
            CU_ASSERT_EQUAL(job->label[row], u % TERRITORIES);
    }
    CU_ASSERT_EQUAL(job->price_upper[5], 0.5);
    CU_ASSERT_EQUAL(job->scenario.band[2].upper, 0.4);
    CU_ASSERT_EQUAL(job->problem.rule[2].travel_weight, 1.0 - 0.4);
    CU_ASSERT_EQUAL(job->territories.item[3].centre_account, 17);
    CU_ASSERT(job->relaxation[2].opened);
    CU_ASSERT_PTR_NULL(units->price_upper);
    nation_clear(&nation);
}

/* The median of units is one of their accounts, as it would be without groups. */
static void medians_are_accounts(void)
{
    struct nation nation;
    nation_create(6, 0.0, &nation);
    struct ambit_job *const job = &nation.job, *const units = &nation.units;
    int32_t label[ACCOUNTS] = {0}, row_label[ACCOUNTS] = {0};
    for (int32_t u = 0; u < units->accounts.count; u++)
        label[u] = u * TERRITORIES / units->accounts.count;
    ambit_units_spread(&units->accounts, label, row_label);
    for (int32_t j = 0; j < TERRITORIES; j++)
        units->territories.item[j].centre_kind = AMBIT_CENTRE_MEDIAN;
    must(ambit_job_centre(units, label));
    for (int32_t j = 0; j < TERRITORIES; j++) {
        const struct ambit_territory *const t = &units->territories.item[j];
        const int64_t row = t->centre_account;
        CU_ASSERT(row >= 0 && row < ACCOUNTS && row_label[row] == j);
        CU_ASSERT(t->centre_lat == job->accounts.lat[row]);
        CU_ASSERT(t->position[0] == job->accounts.x[row]);
    }
    nation_clear(&nation);
}

/* ---- too large ---- */

/* Three accounts of 30, 40 and 50 hours of work together, where 100 is the most. */
static void heavy_groups_are_named(void)
{
    struct nation nation = {.comm = NULL};
    char words[1024];
    int64_t count = 0;
    nation_create(2, 0.0, &nation);
    struct ambit_job *const units = &nation.units;
    int32_t u = 0;
    while (ambit_account_unit_size(&units->accounts, u) != 3)
        u++;
    const int32_t row = units->accounts.begin[u];
    for (int k = 0; k < 3; k++)
        nation.instance.accounts.column[WORKLOAD][row + k] = ambit_to_micro(30.0 + 10.0 * k);
    for (int b = 0; b < 2; b++) {
        units->scenario.band[b].lower_kind = AMBIT_LIMIT_NONE;
        units->scenario.band[b].upper_kind = AMBIT_LIMIT_ABSOLUTE;
        units->scenario.band[b].upper = b == 0 ? 1e6 : 100.0;
    }
    units->scenario.band[1].measure = ONLY_WORK;
    for (int32_t i = 0; i < ACCOUNTS; i++) {
        if (i < row || i >= row + 3)
            nation.instance.accounts.column[WORKLOAD][i] = ambit_to_micro(1.0);
    }
    for (int b = 0; b < 2; b++) {
        units->problem.rule[b].uses_lower = false;
        units->problem.rule[b].uses_upper = true;
        ambit_problem_refresh_rule(&units->problem, b);
    }
    must(ambit_units_name_heavy(units, NULL, sizeof words, words, &count));
    char expected[256];
    (void)snprintf(
        expected, sizeof expected,
        "\n  %.6s (3 accounts, the first a%07d): work 120.0, where no territory can have "
        "more than 100.0 (T00000)",
        &nation.instance.accounts.together[(size_t)row * WIDTH], (int)row);
    CU_ASSERT_EQUAL(count, 1);
    CU_ASSERT_STRING_EQUAL(words, expected);
    units->scenario.band[1].upper = 120.0;
    ambit_problem_refresh_rule(&units->problem, 1);
    must(ambit_units_name_heavy(units, NULL, sizeof words, words, &count));
    CU_ASSERT_EQUAL(count, 0);
    CU_ASSERT_STRING_EQUAL(words, "");
    nation_clear(&nation);
}

static void out_of_memory(void)
{
    struct nation nation;
    char words[1024];
    int64_t count = 0;
    nation_create(3, 0.0, &nation);
    ambit_units_clear(&nation.units);
    CHECK_FAULTS(ambit_job_unite(&nation.job, &nation.units), ambit_units_clear(&nation.units));
    must(ambit_job_unite(&nation.job, &nation.units));
    CHECK_FAULTS(ambit_units_name_heavy(&nation.units, NULL, sizeof words, words, &count), (void)0);
    nation_clear(&nation);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"units are the sums of their accounts", units_add_up},
        {"limits that change, and units", limits_move_with_units},
        {"candidates of units are the cheapest", candidates_are_the_cheapest},
        {"the bound takes units whole", bound_takes_units_whole},
        {"what is found with units comes back", what_is_found_comes_back},
        {"medians of units are accounts", medians_are_accounts},
        {"groups too large for any territory are named", heavy_groups_are_named},
        {"out of memory", out_of_memory},
    };
    return ambit_test_main("units", tests, AMBIT_TEST_COUNT(tests));
}
