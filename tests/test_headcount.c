/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What reps can do of their plans, by hand; the call plan; who can be spared and where the next rep
 * lives, against trying all; the sections of a scenario and the scenarios that are written. */
#include "engine/base/memory.h"
#include "engine/model/headcount.h"
#include "io/headcount_yaml.h"
#include "io/report_headcount.h"
#include "io/scenario_variants.h"
#include "io/scenario_yaml.h"
#include "solvers/next_rep.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

#include <math.h>
#include <string.h>

#define H INT64_C(1000000)

/* ---- a plan by hand ---- */

enum { ACCOUNTS = 5 };

struct hand {
    struct ambit_scenario scenario;
    struct ambit_territory item[2];
    struct ambit_territories territories;
    struct ambit_result_territory place[2];
    struct ambit_result result;
    int32_t territory[ACCOUNTS];
    double lat[ACCOUNTS], lon[ACCOUNTS];
    int64_t travel[ACCOUNTS], work[ACCOUNTS], worth[ACCOUNTS];
};

/* Two territories whose accounts are all at their centres: an account's travel is local, at a
 * minute a kilometre. The first has 140 hours of work and 20 of travel for 110; the second, of
 * which no capacity is known, 30 and 10 for as many. */
static void make(struct hand *h)
{
    *h = (struct hand){.item = {{.name = "A", .capacity = 110.0}, {.name = "B"}},
                       .place = {{.name = "A"}, {.name = "B", .centre_lat = 1.0}},
                       .territory = {0, 0, 0, 1, 1},
                       .lat = {0.0, 0.0, 0.0, 1.0, 1.0},
                       .travel = {10 * H, 10 * H, 0, 5 * H, 5 * H},
                       .work = {50 * H, 30 * H, 60 * H, 20 * H, 10 * H},
                       .worth = {300 * H, 400 * H, 60 * H, 0, 50 * H}};
    ambit_scenario_init(&h->scenario);
    ambit_result_init(&h->result);
    struct ambit_scenario *const s = &h->scenario;
    s->visits_number = 10.0;
    s->drive_time = (struct ambit_drive_time){.a = 1.0, .b = 1.0};
    (void)snprintf(s->rep_capacity_column, AMBIT_NAME_MAX, "hours");
    s->audit.work = (struct ambit_sum){.count = 1, .term = {0}};
    s->audit.potential = s->headcount.value = (struct ambit_sum){.count = 1, .term = {1}};
    s->audit.segments =
        (struct ambit_segments){.column = 1, .count = 3, .limit = {300.0, 50.0, 0.0}};
    h->territories = (struct ambit_territories){.count = 2, .item = h->item};
    struct ambit_result *const r = &h->result;
    r->account_count = ACCOUNTS;
    r->territory_count = 2;
    r->territories = h->place;
    r->territory = h->territory;
    r->lat = h->lat;
    r->lon = h->lon;
    r->account_travel = h->travel;
    r->column_count = 2;
    r->column[0] = h->work;
    r->column[1] = h->worth;
}

static void plan_by_hand(void)
{
    struct hand h;
    struct ambit_headcount f;
    make(&h);
    CU_ASSERT(ambit_headcount_is_known(&h.scenario, &h.territories));
    must(ambit_headcount_measure(&h.scenario, &h.territories, &h.result, &f));
    CU_ASSERT_EQUAL(f.capacity, 220 * H);
    CU_ASSERT_EQUAL(f.work, 170 * H);
    CU_ASSERT_EQUAL(f.travel, 30 * H);
    CU_ASSERT_EQUAL(f.covered, 126250000); /* 140 × 110 / 160, and 30 */
    CU_ASSERT_EQUAL(f.overtime, 50 * H);
    CU_ASSERT_EQUAL(f.overtime_most, 50 * H);
    CU_ASSERT_EQUAL(f.overtime_worst, 0);
    CU_ASSERT_EQUAL(f.done_travel, 23750000); /* 20 × 110 / 160, and 10 */
    CU_ASSERT_EQUAL(f.km, 1800 * H);
    CU_ASSERT_EQUAL(f.done_km, 1425 * H);
    CU_ASSERT_EQUAL(f.potential, 810 * H);
    CU_ASSERT_EQUAL(f.potential_least, 50 * H);
    CU_ASSERT_EQUAL(f.potential_most, 760 * H);
    CU_ASSERT_EQUAL(f.value, 810 * H);
    CU_ASSERT_EQUAL(f.value_covered, 760 * H); /* 400 and 300 in 100 hours, a sixth of 60, and 50 */
    CU_ASSERT_EQUAL(f.class_accounts[0], 2);
    CU_ASSERT_EQUAL(f.class_accounts[1], 2);
    CU_ASSERT_EQUAL(f.class_accounts[2], 1);
    CHECK_FAULTS(ambit_headcount_measure(&h.scenario, &h.territories, &h.result, &f), (void)0);
}

/* Administration takes its part of the capacity, unless it is a part of work. */
static void administration(void)
{
    static const struct {
        enum ambit_admin kind;
        double admin, hours_per_rep;
        int64_t capacity;
    } cases[] = {{AMBIT_ADMIN_OF_TIME, 0.1, 0.0, 198 * H}, {AMBIT_ADMIN_HOURS, 20.0, 0.0, 180 * H},
                 {AMBIT_ADMIN_OF_WORK, 0.5, 0.0, 220 * H}, {AMBIT_ADMIN_HOURS, 200.0, 0.0, 0},
                 {AMBIT_ADMIN_NONE, 0.0, 160.0, 320 * H},  {AMBIT_ADMIN_HOURS, 10.0, 50.0, 80 * H}};
    struct hand h;
    struct ambit_headcount f;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        make(&h);
        h.scenario.audit.admin_kind = cases[c].kind;
        h.scenario.audit.admin = cases[c].admin;
        h.scenario.headcount.hours_per_rep = cases[c].hours_per_rep;
        must(ambit_headcount_measure(&h.scenario, &h.territories, &h.result, &f));
        CU_ASSERT_EQUAL(f.capacity, cases[c].capacity);
        CU_ASSERT(f.covered <= f.work && f.value_covered <= f.value);
        if (cases[c].capacity == 320 * H) {
            CU_ASSERT_EQUAL(f.covered, f.work);
            CU_ASSERT_EQUAL(f.overtime, 0);
            CU_ASSERT_EQUAL(f.overtime_worst, -1);
        }
    }
    make(&h);
    h.scenario.rep_capacity_column[0] = '\0';
    CU_ASSERT_FALSE(ambit_headcount_is_known(&h.scenario, &h.territories));
    h.scenario.headcount.hours_per_rep = 1.0;
    CU_ASSERT(ambit_headcount_is_known(&h.scenario, &h.territories));
    h.scenario.audit.work.count = 0;
    CU_ASSERT_FALSE(ambit_headcount_is_known(&h.scenario, &h.territories));
}

static void call_plan(void)
{
    struct hand h;
    struct ambit_headcount f;
    struct ambit_build_up b;
    make(&h);
    struct ambit_headcount_terms *const terms = &h.scenario.headcount;
    must(ambit_headcount_measure(&h.scenario, &h.territories, &h.result, &f));
    ambit_headcount_build_up(&h.scenario, &f, &b);
    CU_ASSERT_EQUAL(b.needed, 0);
    terms->has_call_plan = true;
    terms->working_hours = 20.0;
    terms->field_share = 0.5;
    terms->visits[0] = 12.0, terms->visit_hours[0] = 1.5;
    terms->visits[1] = 6.0, terms->visit_hours[1] = 1.0;
    terms->visits[2] = 2.0, terms->visit_hours[2] = 0.5;
    ambit_headcount_build_up(&h.scenario, &f, &b);
    CU_ASSERT_DOUBLE_EQUAL(b.hours[0], 36.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(b.reps[1], 1.2, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(b.all_reps, 4.9, 1e-12);
    CU_ASSERT_EQUAL(b.needed, 5);
    terms->visit_hours[2] = 1.0; /* 36 + 12 + 2 hours for 10 each: five, and no sixth by rounding */
    ambit_headcount_build_up(&h.scenario, &f, &b);
    CU_ASSERT_EQUAL(b.needed, 5);
    /* The largest fifth, and two fifths more: 400; 300 and 60; the rest. */
    h.scenario.audit.segments.kind = AMBIT_SEGMENT_LARGEST;
    h.scenario.audit.segments.limit[0] = 0.2;
    h.scenario.audit.segments.limit[1] = 0.4;
    must(ambit_headcount_measure(&h.scenario, &h.territories, &h.result, &f));
    CU_ASSERT_EQUAL(f.class_accounts[0], 1);
    CU_ASSERT_EQUAL(f.class_accounts[1], 2);
    CU_ASSERT_EQUAL(f.class_accounts[2], 2);
}

/* Value covered 100, 160, 180 at a margin of a half, travel 10, 8, 7 hours at 1 and no kilometres,
 * reps at 12: net 16, 36, 35; the third rep brings 32, the fourth 11. */
static void next_rep_is_worth(void)
{
    struct ambit_scenario s;
    struct ambit_headcount_point point[4] = {{.territories = 2, .has_plan = true, .feasible = true},
                                             {.territories = 3, .has_plan = true, .feasible = true},
                                             {.territories = 4, .has_plan = true, .feasible = true},
                                             {.territories = 9}};
    struct ambit_headcount_curve curve = {.count = 4, .point = point};
    static const int64_t value[] = {100, 160, 180}, travel[] = {10, 8, 7}, over[] = {9, 0, 0};
    ambit_scenario_init(&s);
    s.headcount.per_hour = 1.0;
    s.headcount.per_rep = 12.0;
    s.headcount.margin = 0.5;
    s.headcount.value.count = 1;
    for (int p = 0; p < 3; p++) {
        point[p].figures = (struct ambit_headcount){
            .value_covered = value[p] * H, .done_travel = travel[p] * H, .overtime = over[p] * H};
    }
    ambit_headcount_value_curve(&s, &curve);
    CU_ASSERT_DOUBLE_EQUAL(point[0].net, 16.0, 1e-12);
    CU_ASSERT(isnan(point[0].marginal));
    CU_ASSERT_DOUBLE_EQUAL(point[1].net, 36.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(point[1].marginal, 32.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(point[2].net, 35.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(point[2].marginal, 11.0, 1e-12);
    CU_ASSERT(isnan(point[3].net));
    CU_ASSERT_EQUAL(curve.best, 1);
    CU_ASSERT_EQUAL(curve.enough, 1);
    point[1].feasible = false; /* a plan that breaks a band is not the best */
    ambit_headcount_value_curve(&s, &curve);
    CU_ASSERT_EQUAL(curve.best, 2);
    point[1].has_plan = false; /* the step is then over two reps */
    ambit_headcount_value_curve(&s, &curve);
    CU_ASSERT_DOUBLE_EQUAL(point[2].marginal, 21.5, 1e-12);
    s.headcount.per_rep = 0.0; /* a rep for nothing: no best */
    ambit_headcount_value_curve(&s, &curve);
    CU_ASSERT_EQUAL(curve.best, -1);
    CU_ASSERT_DOUBLE_EQUAL(point[0].travel_cost, 10.0, 1e-12);
}

static void kilometres(void)
{
    const struct ambit_drive_time power = {.a = 3.28, .b = 0.768};
    const struct ambit_drive_time table = {
        .table_count = 3, .table_km = {1.0, 10.0, 100.0}, .table_minutes = {3.0, 20.0, 90.0}};
    for (int n = 0; n < 430; n++) {
        const double km = 0.7 * n;
        CU_ASSERT_DOUBLE_EQUAL(ambit_drive_km(&power, ambit_drive_minutes(&power, km)), km, 1e-9);
        CU_ASSERT_DOUBLE_EQUAL(ambit_drive_km(&table, ambit_drive_minutes(&table, km)), km, 1e-9);
    }
}

/* ---- who, and where ---- */

enum { CELLS = 40, HOMES = 6, RULES = 1 };

struct map {
    struct ambit_scenario scenario;
    double place[3 * CELLS], visits[CELLS], local[CELLS], weight[CELLS], load[CELLS];
    double home[3 * HOMES], price[HOMES], travel_weight[RULES];
    bool stays[HOMES];
    struct ambit_next_rep problem;
};

static double random_part(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 40) / (double)(1 << 24);
}

static void make_map(struct map *m, uint64_t seed)
{
    *m = (struct map){.travel_weight = {0.0}};
    ambit_scenario_init(&m->scenario);
    for (int c = 0; c < CELLS; c++) {
        ambit_unit_from_degrees(10.0 * random_part(&seed), 10.0 * random_part(&seed),
                                &m->place[3 * c]);
        m->visits[c] = 1.0 + 20.0 * random_part(&seed);
        m->weight[c] = m->load[c] = 1.0 + 5.0 * random_part(&seed);
        m->local[c] = random_part(&seed);
    }
    for (int j = 0; j < HOMES; j++) {
        ambit_unit_from_degrees(10.0 * random_part(&seed), 10.0 * random_part(&seed),
                                &m->home[3 * j]);
        m->price[j] = 0.0;
    }
    m->problem = (struct ambit_next_rep){.scenario = &m->scenario,
                                         .cell_count = CELLS,
                                         .place = m->place,
                                         .visits = m->visits,
                                         .local = m->local,
                                         .weight = m->weight,
                                         .rule_count = RULES,
                                         .load = m->load,
                                         .travel_weight = m->travel_weight,
                                         .territory_count = HOMES,
                                         .home = m->home,
                                         .price = m->price,
                                         .stays = m->stays};
}

static double drive(const struct map *m, int c, const double home[3])
{
    return m->local[c] +
           m->visits[c] * ambit_haul_hours(&m->scenario, ambit_chord2(&m->place[3 * c], home));
}

/* Travel where every cell goes to the nearest home but those that are gone; `extra` is one more. */
static double travel_with(const struct map *m, unsigned gone, const double *extra)
{
    double sum = 0.0;
    for (int c = 0; c < CELLS; c++) {
        double least = extra != NULL ? drive(m, c, extra) : INFINITY;
        for (int j = 0; j < HOMES; j++)
            if ((gone >> j & 1) == 0) least = fmin(least, drive(m, c, &m->home[3 * j]));
        sum += least;
    }
    return sum;
}

/* Without prices the rep who is spared is the one whose going adds least travel. */
static void spared(void)
{
    struct map m;
    int32_t who[3];
    double hours[3];
    for (uint64_t seed = 1; seed <= 40; seed++) {
        make_map(&m, seed);
        m.stays[seed % HOMES] = seed % 2 == 0;
        must(ambit_next_rep_leave(&m.problem, 3, who, hours));
        unsigned gone = 0;
        for (int n = 0; n < 3; n++) {
            double least = INFINITY;
            int best = -1;
            for (int j = 0; j < HOMES; j++) {
                if (m.stays[j] || (gone >> j & 1) != 0) continue;
                const double more =
                    travel_with(&m, gone | 1u << j, NULL) - travel_with(&m, gone, NULL);
                if (more < least) best = j;
                least = fmin(least, more);
            }
            CHECK_SEED(seed, who[n] == best && fabs(hours[n] - least) < 1e-6);
            gone |= 1u << who[n];
        }
    }
    CHECK_FAULTS(ambit_next_rep_leave(&m.problem, 3, who, hours), (void)0);
}

static int compare_falling(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* Without prices the next home is where a share of equal cells, the best five and a part of the
 * sixth, saves most of the travel to the nearest home. */
static void next_home(void)
{
    struct map m;
    int32_t where[1];
    double hours[1];
    const double share = (double)CELLS / (HOMES + 1);
    for (uint64_t seed = 1; seed <= 40; seed++) {
        make_map(&m, seed);
        double most = -INFINITY;
        int best = -1;
        for (int c = 0; c < CELLS; c++)
            m.weight[c] = 1.0;
        for (int k = 0; k < CELLS; k++) {
            double saved[CELLS], sum = 0.0;
            for (int c = 0; c < CELLS; c++) {
                double paid = INFINITY;
                for (int j = 0; j < HOMES; j++)
                    paid = fmin(paid, drive(&m, c, &m.home[3 * j]));
                saved[c] = paid - drive(&m, c, &m.place[3 * k]);
            }
            qsort(saved, CELLS, sizeof *saved, compare_falling);
            for (int n = 0; n < CELLS && n < share; n++)
                sum += saved[n] * fmin(share - n, 1.0);
            if (sum > most) best = k;
            most = fmax(most, sum);
        }
        must(ambit_next_rep_hire(&m.problem, 1, where, hours));
        CHECK_SEED(seed, where[0] == best && fabs(hours[0] - most) < 1e-6);
    }
    CHECK_FAULTS(ambit_next_rep_hire(&m.problem, 1, where, hours), (void)0);
}

/* Two towns far from the one home: the next rep lives in the one with more visits, the one after in
 * the other; a price that all pay changes nothing. */
static void towns(void)
{
    struct map m;
    int32_t where[2];
    double hours[2], dear[2];
    make_map(&m, 7);
    m.problem.cell_count = 3;
    m.problem.territory_count = 1;
    for (int c = 0; c < 3; c++) {
        ambit_unit_from_degrees(0.0, c == 0 ? 0.0 : c == 1 ? 5.0 : -5.0, &m.place[3 * c]);
        m.visits[c] = c == 2 ? 20.0 : 10.0;
        m.weight[c] = m.load[c] = 1.0;
        m.local[c] = 0.0;
    }
    memcpy(m.home, m.place, sizeof(double[3]));
    must(ambit_next_rep_hire(&m.problem, 2, where, hours));
    CU_ASSERT_EQUAL(where[0], 2);
    CU_ASSERT_EQUAL(where[1], 1);
    m.price[0] = 10.0; /* a share is one cell and a half: 15 saved, and a half of 30 in the mean */
    must(ambit_next_rep_hire(&m.problem, 2, where, dear));
    CU_ASSERT_EQUAL(where[0], 2);
    CU_ASSERT_DOUBLE_EQUAL(dear[0], hours[0], 1e-9);
}

/* ---- scenarios ---- */

#define HEAD                                                                                       \
    "accounts: {file: a.csv, columns: {id: i, lat: y, lon: x}}\n"                                  \
    "reps: {file: r.csv, columns: {id: r}}\n"                                                      \
    "measures: {hours: work + travel, potential: worth}\n"                                         \
    "segments: {by: worth, classes: {A: 80, B: rest}}\n"

static void sections(void)
{
    struct ambit_scenario s;
    static const char text[] = HEAD
        "headcount:\n  territories: {from: 10, to: 20, step: 4}\n  hours_per_rep: 1800\n"
        "  cost: {per_hour: 45, per_km: 0.5, per_rep: 120000}\n"
        "  value: {of: potential, margin: 30%}\n"
        "call_plan: {segments: {B: {visits: 2, hours: 0.5}}, working_hours: 1800, field_share: "
        "60 %}\nfolder: ../far\n";
    must(ambit_scenario_parse("s.yaml", text, strlen(text), &s));
    CU_ASSERT(s.headcount.asked && s.headcount.has_call_plan);
    CU_ASSERT_EQUAL(s.headcount.count, 3);
    CU_ASSERT_EQUAL(s.headcount.number[2], 18);
    CU_ASSERT_EQUAL(s.headcount.hours_per_rep, 1800.0);
    CU_ASSERT_EQUAL(s.headcount.per_km, 0.5);
    CU_ASSERT_EQUAL(s.headcount.margin, 0.3);
    CU_ASSERT_EQUAL(s.headcount.value.count, 1);
    CU_ASSERT_EQUAL(s.headcount.visits[1], 2.0);
    CU_ASSERT_EQUAL(s.headcount.visit_hours[0], 0.0);
    CU_ASSERT_EQUAL(s.headcount.field_share, 0.6);
    CU_ASSERT_STRING_EQUAL(s.accounts_file, "../far/a.csv");
    CU_ASSERT_STRING_EQUAL(s.reps_file, "../far/r.csv");
    ambit_scenario_clear(&s);
}

static void bad_sections(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"headcount: {territories: [0]}\n",
         "5:27: headcount.territories[0]: expected a whole number from 1 to 100000, found '0'"},
        {"headcount: {territories: [5, 5]}\n",
         "5:30: headcount.territories[1]: expected more than the number before, found '5'"},
        {"headcount: {territories: 5}\n",
         "5:26: headcount.territories: expected a list such as [100, 110], or {from: 100, to: 140, "
         "step: 10}, found '5'"},
        {"headcount: {territories: {from: 9, to: 5, step: 1}}\n",
         "5:40: headcount.territories.to: expected from or more, which is 9, found '5'"},
        {"headcount: {territories: {from: 9, to: 12, step: 0}}\n",
         "5:50: headcount.territories.step: expected a whole number from 1 to 100000, found '0'"},
        {"headcount: {territories: {from: 1, to: 100, step: 1}}\n",
         "5:51: headcount.territories.step: expected a step that makes at most 64 numbers, found "
         "'1'"},
        {"headcount: {hours_per_rep: -1}\n",
         "5:28: headcount.hours_per_rep: expected hours a year, a number above 0 and at most 8784, "
         "found '-1'"},
        {"headcount: {value: {of: travel}}\n",
         "5:25: headcount.value.of: expected a sum without travel, found 'travel'"},
        {"headcount: {value: {of: worth, margin: -3%}}\n",
         "5:40: headcount.value.margin: expected what a unit is worth in the money of the costs, "
         "such as 30% or 300, found '-3%'"},
        {"call_plan: {segments: {C: {visits: 1, hours: 1}}, working_hours: 9, field_share: 1}\n",
         "5:24: call_plan.segments: expected a class of the section segments (A, B), found 'C'"},
        {"call_plan: {segments: {A: {visits: 1, hours: 1}}, working_hours: 9, field_share: 120%}\n",
         "5:82: call_plan.field_share: expected the part of the working hours that is for visits, "
         "above 0% and at most 100%, found '120%'"},
        {"call_plan: {segments: {A: {visits: 1, hours: 1}}, field_share: 50%}\n",
         "5:12: call_plan: expected the key working_hours, found none"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct ambit_scenario s;
        char text[1024], expected[512];
        (void)snprintf(text, sizeof text, HEAD "%s", cases[c].text);
        (void)snprintf(expected, sizeof expected, "s.yaml:%s", cases[c].message);
        CU_ASSERT_EQUAL(ambit_scenario_parse("s.yaml", text, strlen(text), &s), AMBIT_ERR_INPUT);
        CU_ASSERT_STRING_EQUAL(ambit_error_message(), expected);
        if (strcmp(ambit_error_message(), expected) != 0)
            (void)fprintf(stderr, "%s\n", ambit_error_message());
        ambit_error_clear();
        ambit_scenario_clear(&s);
    }
}

/* What is written binds, names who goes and comes, and has nothing of the old scenarios. */
static void written(void)
{
    static const char text[] = HEAD "scenarios:\n  - {name: old}\nheadcount: {hours_per_rep: 9}\n"
                                    "grid:\n  territories: [7, 8]";
    struct ambit_headcount_step leave[2] = {{.name = "North \"1\""}, {.name = "South"}};
    struct ambit_headcount_step hire[1] = {
        {.name = "next-1", .lat = 41.1, .lon = -0.3, .near_account = "a\nb"}};
    struct ambit_headcount_curve curve = {
        .leave = leave, .leave_count = 2, .hire = hire, .hire_count = 1};
    static const int32_t number[] = {3, 4, 5, 6};
    const struct ambit_headcount_sweep sweep = {4, number, false, 5, 5, &curve};
    struct ambit_variants *variants = NULL;
    struct ambit_scenario s;
    char path[4096], read[8192] = "";
    (void)snprintf(path, sizeof path, "%s/h.h5.yaml", ambit_test_folder());
    must(ambit_headcount_yaml_write(path, "s.yaml", text, &sweep));
    FILE *const file = fopen(path, "re");
    const size_t bytes = file != NULL ? fread(read, 1, sizeof read - 1, file) : 0;
    if (file != NULL) (void)fclose(file);
    must(ambit_variants_parse(path, read, bytes, &variants));
    CU_ASSERT_EQUAL(ambit_variants_count(variants), 3);
    must(ambit_variants_bind(variants, 0, &s));
    CU_ASSERT_STRING_EQUAL(s.changes.variant, "3");
    CU_ASSERT_EQUAL(s.territory_count, 3);
    CU_ASSERT_EQUAL(s.changes.count, 2);
    CU_ASSERT_STRING_EQUAL(s.changes.change[0].text, "North \"1\"");
    ambit_scenario_clear(&s);
    must(ambit_variants_bind(variants, 2, &s));
    CU_ASSERT_EQUAL(s.changes.count, 1);
    CU_ASSERT_EQUAL(s.changes.change[0].kind, AMBIT_CHANGE_HIRE);
    CU_ASSERT_EQUAL(s.changes.change[0].lat, 41.1);
    CU_ASSERT_EQUAL(s.headcount.hours_per_rep, 9.0);
    ambit_scenario_clear(&s);
    ambit_variants_destroy(&variants);
    static const char flow[] = "{name: x, accounts: {file: a}}\n";
    CU_ASSERT_EQUAL(ambit_headcount_yaml_write(path, "s.yaml", flow, &sweep), AMBIT_ERR_INPUT);
    ambit_error_clear();
}

int main(void)
{
    static const struct ambit_test tests[] = {{"a plan by hand", plan_by_hand},
                                              {"administration", administration},
                                              {"call plan", call_plan},
                                              {"what the next rep is worth", next_rep_is_worth},
                                              {"kilometres", kilometres},
                                              {"spared", spared},
                                              {"next home", next_home},
                                              {"towns", towns},
                                              {"sections", sections},
                                              {"bad sections", bad_sections},
                                              {"written", written}};
    return ambit_test_main("headcount", tests, AMBIT_TEST_COUNT(tests));
}
