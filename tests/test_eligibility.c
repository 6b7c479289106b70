/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may serve whom, on small random nations whose rules are known here as a matrix: the classes
 * of the search, the judge and that matrix agree; runs never leave it; tiny nations get the best
 * plan of all that there are; lists and bounds are those of a search through all territories.
 */
#include "engine/model/geometry.h"
#include "engine/run/job.h"
#include "io/result_hdf5.h"
#include "solvers/bound.h"
#include "solvers/candidates.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

enum { ACCOUNT_MAX = 60, REP_MAX = 6, RULE_STREAM = 77 };

/* A nation as it is written and as it is meant. */
struct small {
    uint64_t seed, draws;
    int accounts, reps;
    int today[ACCOUNT_MAX], segment[ACCOUNT_MAX], needs[ACCOUNT_MAX];
    bool locked[ACCOUNT_MAX];
    double lat[ACCOUNT_MAX], lon[ACCOUNT_MAX], home[REP_MAX][2];
    int skills[REP_MAX];
    bool may[ACCOUNT_MAX][REP_MAX]; /* reach left out */
    double reach_km;                /* 0: none */
    bool fixed[REP_MAX];
    char rules[1024];
};

static const char *const need_words[] = {"", "x", "y", "x;y", " y ; x;"};
static const unsigned need_bits[] = {0, 1, 2, 3, 3};
static const char *const skill_words[] = {"", "x", "y", "x;y", "z; y ;x"};
static const unsigned skill_bits[] = {0, 1, 2, 3, 7};

static int draw(struct small *s, int below)
{
    return (int)ambit_random_below(s->seed, RULE_STREAM, s->draws++, (uint64_t)below);
}

static void add_rule(struct small *s, const char *text)
{
    const size_t length = strlen(s->rules);
    (void)snprintf(s->rules + length, sizeof s->rules - length, "%s", text);
}

static void draw_people(struct small *s)
{
    for (int j = 0; j < s->reps; j++) {
        s->home[j][0] = 40.0 + 0.01 * draw(s, 300);
        s->home[j][1] = -100.0 + 0.01 * draw(s, 300);
        s->skills[j] = j == 0 ? 3 : draw(s, 5);
    }
    for (int i = 0; i < s->accounts; i++) {
        s->lat[i] = 40.0 + 0.01 * draw(s, 300);
        s->lon[i] = -100.0 + 0.01 * draw(s, 300);
        s->today[i] = draw(s, s->reps + 1) - 1; /* −1: none */
        s->segment[i] = i < 3 ? i : draw(s, 3); /* a filter names none that nobody is of */
        s->needs[i] = draw(s, 5);
        s->locked[i] = draw(s, 4) == 0;
        for (int j = 0; j < s->reps; j++)
            s->may[i][j] = true;
    }
}

/* Accounts of a segment, and what is closed to them or left open alone. */
static void draw_closing(struct small *s, bool only)
{
    char text[128];
    const int segment = draw(s, 3), first = draw(s, s->reps), second = draw(s, s->reps);
    (void)snprintf(text, sizeof text, "    - {where: {segment: %c}, territories: [T%d, R%d]}\n",
                   'A' + segment, first, second);
    add_rule(s, text);
    for (int i = 0; i < s->accounts; i++) {
        if (s->segment[i] != segment) continue;
        for (int j = 0; j < s->reps; j++)
            s->may[i][j] &= (j == first || j == second) == only;
    }
}

/* A table of an account's pairs, one by the territory's name and one by the rep's. */
static void draw_pairs(struct small *s, bool only)
{
    char csv[256], text[64], name[32];
    const int i = draw(s, s->accounts), first = draw(s, s->reps), second = draw(s, s->reps);
    (void)snprintf(csv, sizeof csv, "account_id,territory\na%02d,T%d\na%02d,R%d\n", i, first, i,
                   second);
    for (int j = 0; j < s->reps; j++)
        s->may[i][j] &= (j == first || j == second) == only;
    (void)snprintf(name, sizeof name, "%s.csv", only ? "allowed" : "forbidden");
    (void)ambit_test_file(name, csv, -1);
    (void)snprintf(text, sizeof text, "    - {file: %s}\n", name);
    add_rule(s, text);
}

static void draw_closings(struct small *s, bool only)
{
    const int how = draw(s, 4);
    if (how == 0) return;
    add_rule(s, only ? "  allowed:\n" : "  forbidden:\n");
    if (how & 1) draw_closing(s, only);
    if (how & 2) draw_pairs(s, only);
}

/* Locks, then fixed territories, which overrule the rest. */
static void draw_stays(struct small *s)
{
    const int how = draw(s, 3), fixed = draw(s, 3 * s->reps);
    char text[64];
    if (how == 1) add_rule(s, "  locked: lock\n");
    if (how == 2) add_rule(s, "  locked: {segment: [B], lock: {min: 1}}\n");
    for (int i = 0; i < s->accounts && how > 0; i++) {
        if (!s->locked[i] || s->today[i] < 0 || (how == 2 && s->segment[i] != 1)) continue;
        for (int j = 0; j < s->reps; j++)
            s->may[i][j] &= j == s->today[i];
    }
    if (fixed >= s->reps) return;
    s->fixed[fixed] = true;
    (void)snprintf(text, sizeof text, "  fixed: [%c%d]\n", draw(s, 2) == 0 ? 'T' : 'R', fixed);
    add_rule(s, text);
    for (int i = 0; i < s->accounts; i++) {
        for (int j = 0; j < s->reps; j++) {
            if (s->today[i] == fixed)
                s->may[i][j] = j == fixed;
            else if (j == fixed)
                s->may[i][j] = false;
        }
    }
}

static void draw_rules(struct small *s)
{
    char text[64];
    add_rule(s, "rules:\n");
    if (draw(s, 2) == 0) {
        add_rule(s, "  needs: {accounts: needs, reps: skills}\n");
        for (int i = 0; i < s->accounts; i++) {
            for (int j = 0; j < s->reps; j++)
                s->may[i][j] &= (need_bits[s->needs[i]] & ~skill_bits[s->skills[j]]) == 0;
        }
    }
    draw_closings(s, false);
    draw_closings(s, true);
    draw_stays(s);
    if (draw(s, 3) == 0) {
        s->reach_km = 150.0 + draw(s, 200);
        (void)snprintf(text, sizeof text, "  reach: %g km\n", s->reach_km);
        add_rule(s, text);
    }
}

/* Writes tables and scenario; returns the scenario's path. `more` is of its bands. */
static const char *write_nation(const struct small *s, const char *more)
{
    static const char head[] = "accounts:\n  file: accounts.csv\n"
                               "  columns: {id: id, lat: lat, lon: lon, territory: territory}\n"
                               "  visits: visits\n"
                               "reps:\n  file: reps.csv\n"
                               "  columns: {id: rep, territory: territory, lat: lat, lon: lon}\n"
                               "centres: {free: centroid}\n"
                               "measures: {hours: work + travel}\n";
    static char csv[16384], yaml[4096];
    size_t used =
        (size_t)snprintf(csv, sizeof csv, "id,lat,lon,territory,visits,work,segment,needs,lock\n");
    for (int i = 0; i < s->accounts; i++) {
        char today[16] = "";
        if (s->today[i] >= 0) (void)snprintf(today, sizeof today, "T%d", s->today[i]);
        used +=
            (size_t)snprintf(csv + used, sizeof csv - used, "a%02d,%.2f,%.2f,%s,%d,%d,%c,%s,%d\n",
                             i, s->lat[i], s->lon[i], today, 1 + i % 4, 1 + i % 3,
                             'A' + s->segment[i], need_words[s->needs[i]], s->locked[i]);
    }
    (void)ambit_test_file("accounts.csv", csv, -1);
    used = (size_t)snprintf(csv, sizeof csv, "rep,territory,lat,lon,skills\n");
    for (int j = 0; j < s->reps; j++)
        used += (size_t)snprintf(csv + used, sizeof csv - used, "R%d,T%d,%.2f,%.2f,%s\n", j, j,
                                 s->home[j][0], s->home[j][1], skill_words[s->skills[j]]);
    (void)ambit_test_file("reps.csv", csv, -1);
    (void)snprintf(yaml, sizeof yaml, "%s%s%s", head, more, s->rules);
    return ambit_test_file("nation.yaml", yaml, -1);
}

static void draw_nation(uint64_t seed, int accounts, int reps, struct small *s)
{
    *s = (struct small){.seed = seed, .accounts = accounts, .reps = reps};
    draw_people(s);
    draw_rules(s);
    if (strcmp(s->rules, "rules:\n") == 0) s->rules[0] = '\0';
}

static double km_between(const struct small *s, int i, int j)
{
    double a[3], b[3];
    ambit_unit_from_degrees(s->lat[i], s->lon[i], a);
    ambit_unit_from_degrees(s->home[j][0], s->home[j][1], b);
    return ambit_km_from_chord2(ambit_chord2(a, b));
}

/* The matrix, with reach; an account that is left as it is may be anywhere. */
static bool is_meant(const struct small *s, int i, int j)
{
    const bool kept = s->today[i] == j && s->fixed[j];
    return s->may[i][j] && (kept || s->reach_km == 0.0 || km_between(s, i, j) <= s->reach_km);
}

static bool all_are_served(const struct small *s)
{
    bool all = true;
    for (int i = 0; i < s->accounts; i++) {
        bool one = false;
        for (int j = 0; j < s->reps; j++)
            one |= is_meant(s, i, j);
        all &= one;
    }
    return all;
}

/* Which of the test's accounts an id is. */
static int number_of(const char *id)
{
    char digits[3] = "";
    memcpy(digits, &id[1], 2);
    return (int)strtol(digits, NULL, 10);
}

/* ---- the classes, the judge and the matrix ---- */

static void load(struct ambit_comm *comm, const char *path, struct ambit_job *job)
{
    struct ambit_run_options options;
    ambit_run_options_init(&options);
    options.scenario_path = path;
    ambit_job_init(job, comm, &options);
    must(ambit_job_load(job));
    must(ambit_job_order(job));
}

static void classes_and_judge_agree(void)
{
    struct ambit_comm *comm = NULL;
    struct small s;
    must(ambit_comm_create_alone(&comm));
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct ambit_job job;
        draw_nation(seed, 10 + (int)(seed % 30), 2 + (int)(seed % 5), &s);
        load(comm, write_nation(&s, ""), &job);
        bool same = true;
        for (int32_t i = 0; i < job.accounts.count; i++) {
            const int n = number_of(job.accounts.id + (size_t)i * (size_t)job.accounts.id_width);
            for (int32_t j = 0; j < s.reps; j++) {
                const bool meant = is_meant(&s, n, j);
                same &= (ambit_job_broken_rules(&job, i, j) == 0) == meant;
                same &= ambit_may_serve(&job.problem, i, j) ==
                        (meant || (ambit_class_of(&job.problem, i) == ambit_class_of_lock(j) &&
                                   ambit_is_in_reach(&job.problem, i, j)));
            }
        }
        CHECK_SEED(seed, same);
        ambit_job_clear(&job);
    }
    ambit_comm_destroy(&comm);
}

/* ---- runs ---- */

/* Whether the plan of a result file stays within the matrix, and says so. */
static bool keeps_rules(const struct small *s, const char *path)
{
    struct ambit_result result;
    must(ambit_result_read(path, &result));
    bool kept = result.rules == NULL || result.rules->broken_count == 0;
    for (int64_t i = 0; i < result.account_count; i++)
        kept &=
            is_meant(s, number_of(result.account_id + i * result.id_width), result.territory[i]);
    ambit_result_clear(&result);
    return kept;
}

static ambit_status run(struct ambit_comm *comm, const char *scenario, const char *path)
{
    struct ambit_run_options options;
    struct ambit_result result;
    ambit_run_options_init(&options);
    options.scenario_path = scenario;
    options.result_path = path;
    options.effort = 1;
    options.threads = 1;
    const ambit_status status = ambit_run(comm, &options, &result);
    ambit_result_clear(&result);
    ambit_error_clear();
    return status;
}

static void a_thousand_runs_keep_the_rules(void)
{
    struct ambit_comm *comm = NULL;
    struct small s;
    char path[512];
    int planned = 0, refused = 0;
    must(ambit_comm_create_alone(&comm));
    (void)snprintf(path, sizeof path, "%s", ambit_test_file("plan.h5", "", 0));
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        draw_nation(seed, 12 + (int)(seed % 40), 2 + (int)(seed % 5), &s);
        const ambit_status status =
            run(comm,
                write_nation(&s, seed % 2 == 0 ? "bands: {count: {max: 1000}}\n"
                                               : "bands: {count: {min: 1}}\n"),
                path);
        if (status == AMBIT_ERR_INPUT) {
            CHECK_SEED(seed, !all_are_served(&s));
            refused++;
        } else if (status == AMBIT_OK) {
            CHECK_SEED(seed, keeps_rules(&s, path));
            planned++;
        } else {
            CHECK_SEED(seed, status == AMBIT_ERR_INFEASIBLE && seed % 2 == 1);
        }
        (void)remove(path);
    }
    CU_ASSERT_TRUE(planned > 300);
    CU_ASSERT_TRUE(refused > 100);
    ambit_comm_destroy(&comm);
}

/* ---- every plan that there is ---- */

/* Least objective over all plans within the matrix whose territories have `least` to `most`
 * accounts, those that are fixed left out; INT64_MAX where there is none. */
static int64_t best_of_all(const struct small *s, const struct ambit_job *job, int least, int most)
{
    int64_t best = INT64_MAX, plans = 1;
    for (int i = 0; i < s->accounts; i++)
        plans *= s->reps;
    for (int64_t plan = 0; plan < plans; plan++) {
        int64_t cost = 0, left = plan;
        int count[REP_MAX] = {0};
        bool good = true;
        for (int32_t i = 0; i < job->accounts.count && good; i++, left /= s->reps) {
            const int32_t j = (int32_t)(left % s->reps);
            good = is_meant(
                s, number_of(job->accounts.id + (size_t)i * (size_t)job->accounts.id_width), j);
            cost += ambit_travel_of(&job->scenario, &job->accounts, i,
                                    job->territories.item[j].position) +
                    ambit_disruption_of(&job->problem, i, j);
            count[j]++;
        }
        for (int j = 0; j < s->reps; j++)
            good &= s->fixed[j] || (count[j] >= least && count[j] <= most);
        if (good && cost < best) best = cost;
    }
    return best;
}

static void finds_the_best_of_all_plans(void)
{
    struct ambit_comm *comm = NULL;
    struct small s;
    int planned = 0, best = 0;
    must(ambit_comm_create_alone(&comm));
    for (uint64_t seed = 1; seed <= 150; seed++) {
        struct ambit_run_options options;
        struct ambit_result result;
        struct ambit_job job;
        draw_nation(seed, 7, 3, &s);
        ambit_run_options_init(&options);
        options.scenario_path = write_nation(
            &s, "bands: {count: {min: 1, max: 4}}\nobjective: {hours_per_moved_account: 0.5}\n");
        options.threads = 1;
        load(comm, options.scenario_path, &job);
        const int64_t optimum = best_of_all(&s, &job, 1, 4);
        const ambit_status status = ambit_run(comm, &options, &result);
        ambit_error_clear();
        CHECK_SEED(seed, status != AMBIT_ERR_INPUT || !all_are_served(&s));
        if (status == AMBIT_OK) {
            CHECK_SEED(seed, result.objective >= optimum);
            CHECK_SEED(seed, result.bound <= optimum);
            CHECK_SEED(seed, (double)result.objective <= 1.02 * (double)optimum);
            planned++;
            best += result.objective == optimum;
        } else {
            CHECK_SEED(seed, optimum == INT64_MAX);
        }
        ambit_result_clear(&result);
        ambit_job_clear(&job);
    }
    CU_ASSERT_TRUE(planned > 20);
    CU_ASSERT_TRUE(10 * best >= 9 * planned); /* the search is no proof: the bound is */
    ambit_comm_destroy(&comm);
}

/* ---- lists and bounds ---- */

/* Classes, fixed territories and a reach for an instance, at random. */
static void draw_eligibility(uint64_t seed, struct instance *instance, struct ambit_eligibility *e)
{
    const int32_t accounts = instance->accounts.count, territories = instance->territories.count;
    uint64_t draws = 0;
    *e = (struct ambit_eligibility){.territory_count = territories,
                                    .set_words = (territories + 63) / 64,
                                    .class_count = 11,
                                    .reach_chord2 = INFINITY};
    e->set = must_alloc((size_t)e->class_count * (size_t)e->set_words, sizeof *e->set);
    e->fixed = must_alloc((size_t)territories, sizeof *e->fixed);
    for (int32_t c = 0; c < e->class_count; c++) {
        for (int32_t j = 0; j < territories; j++) {
            const bool in = j == c || ambit_random_below(seed, 3, draws++, 4) == 0;
            if (in) e->set[c * e->set_words + j / 64] |= UINT64_C(1) << (j % 64);
        }
    }
    e->fixed[territories - 1] = seed % 2 == 0;
    if (seed % 3 == 0) e->reach_chord2 = 1e-5 * (double)(1 + seed % 50);
    instance->accounts.class_of = must_alloc((size_t)accounts, sizeof(int32_t));
    for (int32_t i = 0; i < accounts; i++) {
        const int32_t draw = (int32_t)ambit_random_below(seed, 4, (uint64_t)i, 16);
        instance->accounts.class_of[i] = draw < e->class_count ? draw
                                         : draw == 15 ? ambit_class_of_lock(i % territories)
                                                      : AMBIT_CLASS_ANY;
    }
    instance->problem.eligibility = e;
}

/* The territory of least reduced cost that may serve account i; where none is near enough, the
 * nearest of its class. */
static int32_t cheapest(const struct instance *instance, const double *price, int32_t i)
{
    const struct ambit_problem *const problem = &instance->problem;
    int32_t best = -1, nearest = -1;
    double least = INFINITY, way = INFINITY;
    for (int32_t j = 0; j < instance->territories.count; j++) {
        const double place[3] = {instance->accounts.x[i], instance->accounts.y[i],
                                 instance->accounts.z[i]};
        const double chord2 = ambit_chord2(place, instance->territories.item[j].position);
        if (!ambit_class_has(problem->eligibility, ambit_class_of(problem, i), j)) continue;
        if (chord2 < way) nearest = j;
        way = fmin(way, chord2);
        if (chord2 > problem->eligibility->reach_chord2) continue;
        const double cost =
            ambit_reduced_cost(problem, price, i, j, instance_travel(instance, i, j));
        if (cost < least) best = j;
        least = fmin(least, cost);
    }
    return best >= 0 ? best : nearest;
}

static void check_lists(uint64_t seed, const struct instance *instance, const double *price)
{
    const struct ambit_candidate_wish wish = {0.02, AMBIT_CANDIDATE_MAX, 0};
    struct ambit_candidates candidates = {0};
    bool good = true;
    must(ambit_candidates_fill(&instance->problem, price, &wish, &candidates));
    for (int32_t i = 0; i < candidates.count; i++) {
        const int64_t first = ambit_candidates_first(&candidates, i);
        const int32_t best = cheapest(instance, price, i);
        const double a = ambit_reduced_cost(&instance->problem, price, i, best,
                                            instance_travel(instance, i, best));
        const double b = ambit_reduced_cost(&instance->problem, price, i,
                                            ambit_candidate_territory(&candidates, first),
                                            ambit_candidate_travel(&candidates, first));
        good &= ambit_candidate_territory(&candidates, first) == best || a == b;
        for (int c = 0; c < candidates.listed[i]; c++)
            good &= ambit_class_has(instance->problem.eligibility,
                                    ambit_class_of(&instance->problem, i),
                                    ambit_candidate_territory(&candidates, first + c));
    }
    CHECK_SEED(seed, good);
    ambit_candidates_clear(&candidates);
}

/* The bound's sum is that of the least costs, each lowered by less than a part of it. */
static void check_bound(uint64_t seed, const struct instance *instance, const double *price,
                        double *lower, double *upper)
{
    const size_t rules = (size_t)instance->problem.rule_count;
    double uniform[AMBIT_RULE_MAX], *acting = NULL, sum = 0.0, slack = 0.0;
    int64_t found = 0;
    const size_t cells = (size_t)instance->territories.count * rules;
    acting = must_alloc(cells, sizeof *acting);
    for (size_t at = 0; at < cells; at++) {
        upper[at] = fmax(price[at], 0.0);
        lower[at] = fmax(-price[at], 0.0);
    }
    ambit_bound_uniform_prices(&instance->problem, lower, upper, uniform);
    for (size_t at = 0; at < cells; at++) {
        const bool asked = ambit_is_asked(&instance->problem, (int32_t)(at / rules));
        acting[at] = (asked ? price[at] : 0.0) - uniform[at % rules];
        slack += fabs(acting[at]) + 2.0;
    }
    for (int32_t i = 0; i < instance->accounts.count; i++) {
        const int32_t j = cheapest(instance, acting, i);
        sum +=
            ambit_reduced_cost(&instance->problem, acting, i, j, instance_travel(instance, i, j));
    }
    must(ambit_bound_slice(&instance->problem, lower, upper, &found));
    CHECK_SEED(seed, (double)found <= sum + 1.0);
    CHECK_SEED(seed, (double)found >= sum - slack * instance->accounts.count);
    ambit_free(&acting);
}

static void lists_and_bounds_are_those_of_all(void)
{
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct instance instance;
        struct ambit_eligibility e;
        instance_create(seed, 700, 70, &instance);
        instance_relative(&instance, HOURS, AMBIT_TARGET_EQUAL, 0.9, 1.1);
        instance_relative(&instance, NUMBER, AMBIT_TARGET_EQUAL, 0.9, 1.1);
        instance.scenario.disruption_hours = seed % 4 == 0 ? 0.01 : 0.0;
        instance_compile(&instance);
        draw_eligibility(seed, &instance, &e);
        const size_t cells = 70 * (size_t)instance.problem.rule_count;
        double *price = must_alloc(3 * cells, sizeof *price);
        for (size_t at = 0; at < cells; at++)
            price[at] = 0.4 * ((double)ambit_random_below(seed, 5, at, 1000) * 1e-3 - 0.5);
        check_lists(seed, &instance, price);
        check_bound(seed, &instance, price, price + cells, price + 2 * cells);
        ambit_free(&price);
        ambit_eligibility_clear(&e);
        instance_clear(&instance);
    }
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"classes and judge agree", classes_and_judge_agree},
        {"a thousand runs keep the rules", a_thousand_runs_keep_the_rules},
        {"finds the best of all plans", finds_the_best_of_all_plans},
        {"lists and bounds are those of all", lists_and_bounds_are_those_of_all},
    };
    return ambit_test_main("eligibility", tests, AMBIT_TEST_COUNT(tests));
}
