/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An audit's figures on cases small enough for a pencil. The nation of the later tests lies along
 * the equator, with a table by which a drive of so many km takes so many minutes, two stops a day
 * and no local travel: a visit at x degrees from home costs x × 111.1950802 / 60 hours.
 */
#include "engine/base/comm.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "engine/model/kpi.h"
#include "engine/run/run.h"
#include "io/kpi_words.h"
#include "io/outlines_measure.h"
#include "io/report_kpi.h"
#include "tests/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEGREE_KM 111.1950802335329
#define NEAR(found, expected)                                                                      \
    CU_ASSERT_DOUBLE_EQUAL((found), (expected), 1e-6 * fmax(1.0, fabs(expected)))

/* ---- balance ---- */

static void balance_of_four(void)
{
    static const double load[] = {10, 20, 30, 60}, target[] = {30, 30, 30, 30};
    static const int32_t group[4] = {0};
    struct ambit_balance b = {.gini = -1};
    CU_ASSERT_EQUAL(ambit_balance_measure(load, target, group, 4, &b), AMBIT_OK);
    /* Parts of the target: 1/3, 2/3, 1, 2; mean 1; squares 4/9 + 1/9 + 0 + 1 = 14/9. */
    NEAR(b.max_deviation, 1.0);
    CU_ASSERT_EQUAL(b.worst, 3);
    NEAR(b.deviation, sqrt(14.0 / 36.0));
    /* (−3·1/3 − 2/3 + 1 + 3·2) / (4·4) */
    NEAR(b.gini, 1.0 / 3.0);
    NEAR(b.spread, 5.0 / 3.0);
    CU_ASSERT_EQUAL(b.low, 0);
    CU_ASSERT_EQUAL(b.high, 3);
    CU_ASSERT_EQUAL(b.low_value, 10.0);
    CU_ASSERT_EQUAL(b.high_value, 60.0);
}

static void balance_by_capacity(void)
{
    static const double load[] = {10, 20, 31}, target[] = {10, 20, 30};
    static const int32_t group[3] = {0};
    struct ambit_balance b = {.gini = -1};
    CU_ASSERT_EQUAL(ambit_balance_measure(load, target, group, 3, &b), AMBIT_OK);
    NEAR(b.max_deviation, 1.0 / 30.0);
    CU_ASSERT_EQUAL(b.worst, 2);
    NEAR(b.spread, (1.0 / 30.0) * 3.0 / (3.0 + 1.0 / 30.0));
    /* Values 1, 1, 31/30: (−2 + 0 + 2·31/30) / (3 · 91/30) */
    NEAR(b.gini, 2.0 / 273.0);
    /* Nothing to share: no deviation rather than a quotient by zero. */
    static const double none[] = {0, 0, 0};
    CU_ASSERT_EQUAL(ambit_balance_measure(none, none, group, 3, &b), AMBIT_OK);
    CU_ASSERT_EQUAL(b.max_deviation, 0.0);
    CU_ASSERT_EQUAL(b.deviation, 0.0);
    CU_ASSERT_EQUAL(b.gini, 0.0);
    CU_ASSERT_EQUAL(b.spread, 0.0);
}

/* The group that differs most counts, and not the difference between groups. */
static void spread_within_groups(void)
{
    static const double load[] = {100, 110, 10, 12, 50, 50};
    static const double target[] = {50, 50, 50, 50, 50, 50};
    static const int32_t group[] = {0, 0, 1, 1, 2, 2};
    struct ambit_balance b = {.gini = -1};
    CU_ASSERT_EQUAL(ambit_balance_measure(load, target, group, 6, &b), AMBIT_OK);
    NEAR(b.spread, 2.0 / 11.0);
    CU_ASSERT_EQUAL(b.group, 1);
    CU_ASSERT_EQUAL(b.low, 2);
    CU_ASSERT_EQUAL(b.high, 3);
}

static void gini_is_that_of_all_pairs(void)
{
    enum { N = 37 };
    double load[N], target[N];
    static const int32_t group[N] = {0};
    for (uint64_t seed = 1; seed <= 20; seed++) {
        double pairs = 0.0, sum = 0.0;
        for (uint64_t j = 0; j < N; j++) {
            load[j] = floor(10.0 * ambit_random_unit(seed, 0, j)); /* with ties and zeros */
            target[j] = 2.0;
            sum += load[j] / 2.0;
        }
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                pairs += fabs(load[i] - load[j]) / 2.0;
        struct ambit_balance b = {.gini = -1};
        CU_ASSERT_EQUAL(ambit_balance_measure(load, target, group, N, &b), AMBIT_OK);
        NEAR(b.gini, pairs / (2.0 * N * sum));
        CU_ASSERT_TRUE(b.gini >= 0.0 && b.gini < 1.0);
    }
}

static void like_groups_are_thirds(void)
{
    static const double six[] = {5, NAN, 1, 3, 9, 7};
    static const int32_t of_six[] = {1, 2, 0, 0, 2, 1};
    int32_t group[7];
    CU_ASSERT_EQUAL(ambit_like_groups(six, 6, group), AMBIT_OK);
    CU_ASSERT_EQUAL(memcmp(group, of_six, sizeof of_six), 0);
    static const double seven[] = {4, 4, 4, 4, 4, 4, 4};
    static const int32_t of_seven[] = {0, 0, 0, 1, 1, 2, 2};
    CU_ASSERT_EQUAL(ambit_like_groups(seven, 7, group), AMBIT_OK);
    CU_ASSERT_EQUAL(memcmp(group, of_seven, sizeof of_seven), 0);
    static const int32_t of_five[5] = {0};
    CU_ASSERT_EQUAL(ambit_like_groups(six, 5, group), AMBIT_OK);
    CU_ASSERT_EQUAL(memcmp(group, of_five, sizeof of_five), 0);
}

/* ---- outlines ---- */

#define U AMBIT_OUTLINE_UNITS

/* A square degree at the equator; a square of two degrees without its north-eastern quarter, and a
 * hole in another piece; nothing. */
static void outlines_have_size_and_form(void)
{
    int32_t polygon_first[] = {0, 1, 3, 3}, ring_first[] = {0, 1, 2, 4};
    int32_t point_first[] = {0, 5, 12, 17, 22};
    int32_t lon[] = {0,     U,         U,         0,         0,         0,        2 * U, 2 * U,
                     U,     U,         0,         0,         4 * U,     6 * U,    6 * U, 4 * U,
                     4 * U, 5 * U - 1, 5 * U - 1, 5 * U + 1, 5 * U + 1, 5 * U - 1};
    int32_t lat[] = {0, 0, U, U,     0,     0, 0,     U,     U,     2 * U, 2 * U,
                     0, 0, 0, 2 * U, 2 * U, 0, U - 1, U + 1, U + 1, U - 1, U - 1};
    const struct ambit_outlines o = {.territory_count = 3,
                                     .polygon_first = polygon_first,
                                     .ring_first = ring_first,
                                     .point_first = point_first,
                                     .lat = lat,
                                     .lon = lon};
    const struct ambit_outline_size one = ambit_outline_measure(&o, 0);
    NEAR(one.area_km2, 12363.718145180046); /* R² · 1° · sin 1° */
    NEAR(one.perimeter_km, 3 * DEGREE_KM + 111.17814425433802);
    CU_ASSERT_EQUAL(one.pieces, 1);
    NEAR(ambit_outline_roundness(&one), 4 * M_PI * one.area_km2 / pow(one.perimeter_km, 2));
    CU_ASSERT_TRUE(fabs(ambit_outline_roundness(&one) - M_PI / 4.0) < 1e-3); /* of any square */
    const struct ambit_outline_size two = ambit_outline_measure(&o, 1);
    CU_ASSERT_EQUAL(two.pieces, 2);
    /* Seven squares of a degree, but for the sphere; the hole is 2 by 2 hundred-thousandths. */
    CU_ASSERT_TRUE(fabs(two.area_km2 / one.area_km2 - 7.0) < 0.01);
    CU_ASSERT_TRUE(fabs(two.perimeter_km / DEGREE_KM - 16.0) < 0.01);
    const struct ambit_outline_size none = ambit_outline_measure(&o, 2);
    CU_ASSERT_EQUAL(none.pieces, 0);
    CU_ASSERT_TRUE(isnan(ambit_outline_roundness(&none)));
}

/* ---- a nation of five ---- */

static const char five[] = "id,lat,lon,visits,workload,potential,seen,planned,won,tried,terr\n"
                           "a1,0,10.5,2,10,100,1,1,3,5,West\n"
                           "a2,0,9,4,20,50,0,1,0,0,West\n"
                           "a3,0,12,10,30,200,1,0,0,0,East\n"
                           "a4,0,11.9,6,40,50,3,1,1,5,West\n"
                           "a5,0,13,1,50,100,0,2,0,0,East\n";
static const char *accounts = five;
static const char reps[] = "rep,terr,lat,lon,hours\nw,West,0,10,100\ne,East,0,12,200\n";

#define SCENARIO                                                                                   \
    "accounts:\n"                                                                                  \
    "  file: accounts.csv\n"                                                                       \
    "  columns: {id: id, lat: lat, lon: lon, territory: terr}\n"                                   \
    "  visits: visits\n"                                                                           \
    "reps: {file: reps.csv, columns: {id: rep, territory: terr, lat: lat, lon: lon, "              \
    "capacity: hours}}\n"                                                                          \
    "travel: {stops_per_day: 2, local_factor: 0, minutes: [[1, 1], [1000, 1000]]}\n"               \
    "measures: {hours: workload + travel, potential: potential}\n"

static void audit(const char *rest, struct ambit_result *out)
{
    char text[4096];
    struct ambit_comm *comm = NULL;
    struct ambit_run_options options;
    (void)snprintf(text, sizeof text, "%s%s", SCENARIO, rest);
    (void)ambit_test_file("accounts.csv", accounts, -1);
    (void)ambit_test_file("reps.csv", reps, -1);
    ambit_run_options_init(&options);
    options.scenario_path = ambit_test_file("scenario.yaml", text, -1);
    options.threads = 2;
    CU_ASSERT_EQUAL(ambit_comm_create_alone(&comm), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_audit(comm, &options, out), AMBIT_OK);
    ambit_comm_destroy(&comm);
}

/* Territories are in the order of their names. */
enum { EAST, WEST };

static void check(const struct ambit_result *r, const char *name, double east, double west,
                  double nation)
{
    const struct ambit_figure *f = r->kpi != NULL ? ambit_kpi_find(r->kpi, name) : NULL;
    for (int n = 0; r->kpi != NULL && f == NULL && n < r->kpi->figure_count; n++)
        if (strcmp(r->kpi->figure[n].name, name) == 0) f = &r->kpi->figure[n];
    CU_ASSERT_PTR_NOT_NULL(f);
    if (f == NULL) return;
    const double found[] = {f->value[EAST], f->value[WEST], f->nation};
    const double expected[] = {east, west, nation};
    for (int v = 0; v < 3; v++) {
        const bool same = isnan(expected[v])
                              ? isnan(found[v])
                              : fabs(found[v] - expected[v]) <= 1e-6 * fmax(1, fabs(expected[v]));
        CU_ASSERT_TRUE(same);
        if (!same)
            (void)fprintf(stderr, "%s[%d]: expected %.9g, found %.9g\n", name, v, expected[v],
                          found[v]);
    }
}

/* 16.4 degrees of visits in the west (2·0.5 + 4·1 + 6·1.9), 1 in the east. */
#define WEST_TRAVEL (16.4 * DEGREE_KM / 60.0)
#define EAST_TRAVEL (1.0 * DEGREE_KM / 60.0)
#define WEST_HOURS (70.0 + WEST_TRAVEL)
#define EAST_HOURS (80.0 + EAST_TRAVEL)
#define HOURS (150.0 + WEST_TRAVEL + EAST_TRAVEL)

static void figures_by_hand(void)
{
    struct ambit_result r;
    audit("segments: {by: potential, classes: {A: 40%, B: 40%, C: rest}}\n"
          "working_time: {admin: 20% of work, days: 5}\n"
          "coverage: {visited: seen, target: planned}\n"
          "kpi:\n"
          "  won: won\n"
          "  win_rate: {ratio: won / tried, unit: percent}\n"
          "  odd: (potential - workload) / (count + hours)\n",
          &r);
    check(&r, "accounts", 2, 3, 5);
    /* The second largest potential is 100, which three accounts have; the fourth is 50. */
    check(&r, "segment_A", 2, 1, 3);
    check(&r, "segment_B", 0, 2, 2);
    check(&r, "segment_C", 0, 0, 0);
    check(&r, "potential", 300, 200, 500);
    check(&r, "selling_hours", 64, 56, 120);
    check(&r, "travel_hours", EAST_TRAVEL, WEST_TRAVEL, EAST_TRAVEL + WEST_TRAVEL);
    check(&r, "admin_hours", 16, 14, 30);
    check(&r, "working_hours", EAST_HOURS, WEST_HOURS, HOURS);
    check(&r, "selling_share", 64 / EAST_HOURS, 56 / WEST_HOURS, 120 / HOURS);
    check(&r, "travel_share", EAST_TRAVEL / EAST_HOURS, WEST_TRAVEL / WEST_HOURS,
          (EAST_TRAVEL + WEST_TRAVEL) / HOURS);
    check(&r, "admin_share", 16 / EAST_HOURS, 14 / WEST_HOURS, 30 / HOURS);
    check(&r, "capacity_use", EAST_HOURS / 200, WEST_HOURS / 100, HOURS / 300);
    check(&r, "visits", 11, 12, 23);
    check(&r, "visits_per_day", 2.2, 2.4, 2.3);
    check(&r, "travel_per_visit", EAST_TRAVEL / 11, WEST_TRAVEL / 12,
          (EAST_TRAVEL + WEST_TRAVEL) / 23);
    /* a3 is no target, though it was visited. */
    check(&r, "targets", 1, 3, 4);
    check(&r, "visited", 0, 2, 2);
    check(&r, "coverage", 0, 2.0 / 3.0, 0.5);
    check(&r, "minutes_to_centre", 0.5 * DEGREE_KM, (0.5 + 1 + 1.9) / 3 * DEGREE_KM,
          (0.5 + 1 + 1.9 + 1) / 5 * DEGREE_KM);
    check(&r, "coverage_index", 11.0 / 300 / 0.046, 12.0 / 200 / 0.046, 1);
    check(&r, "won", 0, 4, 4);
    check(&r, "win_rate", NAN, 0.4, 0.4);
    check(&r, "odd", 220 / (2 + EAST_HOURS), 130 / (3 + WEST_HOURS), 350 / (5 + HOURS));
    /* a4 is served from the east with 6 visits × 0.1 degrees in place of 1.9. */
    check(&r, "nearer_accounts", 0, 1, 1);
    check(&r, "nearer_hours", 0, 6 * 1.8 * DEGREE_KM / 60, 6 * 1.8 * DEGREE_KM / 60);
    CU_ASSERT_EQUAL(r.kpi->area_total, 1);
    CU_ASSERT_EQUAL(r.kpi->area_count, 0);
    NEAR(r.kpi->effort_per_potential, 0.046);
    /* By territory: hours 81.85 and 100.39, potential 300 and 200. */
    CU_ASSERT_EQUAL(r.kpi->balance_count, 2);
    const struct ambit_balance *const b = r.kpi->balance;
    NEAR(b[0].max_deviation, WEST_HOURS / (HOURS / 2) - 1);
    NEAR(b[0].deviation, (WEST_HOURS - EAST_HOURS) / HOURS);
    NEAR(b[0].gini, (WEST_HOURS - EAST_HOURS) / (2 * HOURS));
    NEAR(b[1].max_deviation, 0.2);
    NEAR(b[1].deviation, 0.2);
    NEAR(b[1].gini, 0.1);
    NEAR(b[1].spread, 0.4);
    CU_ASSERT_EQUAL(b[1].low, WEST);
    CU_ASSERT_EQUAL(b[1].high, EAST);
    ambit_result_clear(&r);
}

static void forms_of_administration(void)
{
    struct ambit_result r;
    audit("working_time: {admin: 100}\n", &r);
    check(&r, "selling_hours", 80, 70, 150);
    check(&r, "admin_hours", 100, 100, 200);
    check(&r, "admin_share", 100 / (100 + EAST_HOURS), 100 / (100 + WEST_HOURS),
          200 / (200 + HOURS));
    check(&r, "capacity_use", (100 + EAST_HOURS) / 200, (100 + WEST_HOURS) / 100,
          (200 + HOURS) / 300);
    ambit_result_clear(&r);
    /* A third territory without a rep has 100 hours of its own, and no capacity to compare with. */
    audit("territories: 3\nworking_time: {admin: 100}\n", &r);
    check(&r, "capacity_use", (100 + EAST_HOURS) / 200, (100 + WEST_HOURS) / 100,
          (200 + HOURS) / 300);
    check(&r, "admin_hours", 100, 100, 300);
    ambit_result_clear(&r);
    audit("working_time: {admin: 20%}\n", &r);
    check(&r, "admin_hours", EAST_HOURS / 4, WEST_HOURS / 4, HOURS / 4);
    check(&r, "admin_share", 0.2, 0.2, 0.2);
    check(&r, "selling_share", 80 / (1.25 * EAST_HOURS), 70 / (1.25 * WEST_HOURS),
          150 / (1.25 * HOURS));
    ambit_result_clear(&r);
    audit("segments: {by: workload, classes: {big: 40, rest: rest}}\n", &r);
    check(&r, "admin_hours", NAN, NAN, NAN);
    check(&r, "selling_share", 80 / EAST_HOURS, 70 / WEST_HOURS, 150 / HOURS);
    check(&r, "segment_big", 1, 1, 2);
    check(&r, "segment_rest", 1, 2, 3);
    CU_ASSERT_PTR_NULL(ambit_kpi_find(r.kpi, "coverage"));
    ambit_result_clear(&r);
}

static void says(const struct ambit_result *r, int n, const char *evidence, const char *action)
{
    char text[AMBIT_WORDS_MAX];
    ambit_trigger_evidence(r, &r->kpi->trigger[n], text);
    CU_ASSERT_STRING_EQUAL(text, evidence);
    if (strcmp(text, evidence) != 0) (void)fprintf(stderr, "found %s\n", text);
    ambit_trigger_action(r, &r->kpi->trigger[n], text);
    CU_ASSERT_STRING_EQUAL(text, action);
    if (strcmp(text, action) != 0) (void)fprintf(stderr, "found %s\n", text);
}

/* Mean hours are 91.123: 10 % leave 82.011 to 100.236; east has 81.853, west 100.393. */
static void triggers_by_hand(void)
{
    struct ambit_result r;
    audit("bands: {hours: 10%, travel: {max: 30% of hours}}\n", &r);
    CU_ASSERT_EQUAL(r.kpi->trigger_count, 5);
    if (r.kpi->trigger_count == 5) {
        const struct ambit_trigger *const t = r.kpi->trigger;
        CU_ASSERT_EQUAL(t[0].kind, AMBIT_TRIGGER_BAND);
        CU_ASSERT_EQUAL(t[0].territory, EAST); /* equally far: the first name first */
        CU_ASSERT_FALSE(t[0].is_above);
        NEAR(t[0].limit, 0.9 * HOURS / 2);
        NEAR(t[1].limit, 1.1 * HOURS / 2);
        NEAR(t[0].amount, 0.9 * HOURS / 2 - EAST_HOURS);
        NEAR(t[0].room, WEST_HOURS - 0.9 * HOURS / 2);
        CU_ASSERT_EQUAL(t[0].helper_count, 1);
        CU_ASSERT_EQUAL(t[0].helper[0], WEST);
        NEAR(t[1].amount, WEST_HOURS - 1.1 * HOURS / 2);
        NEAR(t[1].room, 1.1 * HOURS / 2 - EAST_HOURS);
        says(&r, 0, "81.85 h, 10.2 % below its target of 91.12",
             "take 0.16 h over: its neighbours can spare 18.38 h, most of it West");
        says(&r, 1, "100.4 h, 10.2 % above its target of 91.12",
             "give 0.16 h away: its neighbours have room for 18.38 h, most in East");
        says(&r, 2, "30.3 %, above the limit of 30.0 %",
             "hand over the 1 account that a neighbour's centre is nearer to: 20.02 h less travel");
        CU_ASSERT_EQUAL(t[3].kind, AMBIT_TRIGGER_SPREAD);
        says(&r, 3, "40.0 % between East (300) and West (200)",
             "give it a band, such as bands: {potential: 10%}, for it has none");
        says(&r, 4, "20.3 % between West (100.4 h) and East (81.85 h)",
             "move accounts until every territory keeps its band, ±10.0 %");
    }
    ambit_result_clear(&r);
}

/* Work is the wins alone, 4 and 0 hours: nearly all is travel. */
static void travel_is_flagged(void)
{
    struct ambit_result r;
    audit("working_time: {work: won}\nbands: {hours: {max: 1000}, potential: 25%}\n", &r);
    CU_ASSERT_EQUAL(r.kpi->trigger_count, 4);
    if (r.kpi->trigger_count == 4) {
        says(&r, 0, "100.0 % of the working time is travel",
             "no account is nearer to a neighbour's centre: another home or more reps would help");
        says(&r, 1, "88.4 % of the working time is travel",
             "hand over the 1 account that a neighbour's centre is nearer to: 20.02 h less travel");
        says(&r, 2, "40.0 % between East (300) and West (200)",
             "its band, ±25.0 %, is kept and allows this: ask for a tighter one");
    }
    ambit_result_clear(&r);
}

static void nothing_calls_for_action(void)
{
    struct ambit_result r;
    char *text = NULL;
    size_t bytes = 0;
    audit("", &r);
    r.kpi->trigger_count = 0;
    FILE *const file = open_memstream(&text, &bytes);
    CU_ASSERT_PTR_NOT_NULL(file);
    if (file == NULL) return;
    ambit_report_kpi(file, &r);
    ambit_report_kpi_table(file, &r);
    CU_ASSERT_EQUAL(fclose(file), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nNothing calls for action\n"));
    CU_ASSERT_PTR_NULL(strstr(text, " \n")); /* no line ends in a blank */
    CU_ASSERT_PTR_NULL(strstr(text, "nan"));
    free(text);
    ambit_result_clear(&r);
}

/* From pole to pole no map can be drawn; neighbours are the nearest centres then. */
static void goes_on_without_outlines(void)
{
    struct ambit_result r;
    accounts = "id,lat,lon,visits,workload,potential,terr\n"
               "a1,90,0,2,10,100,West\na2,-90,0,4,20,50,East\na3,0,12,1,1,1,West\n";
    audit("kpi: {small: workload / potential}\n", &r);
    accounts = five;
    check(&r, "polsby_popper", NAN, NAN, NAN);
    check(&r, "pieces", NAN, NAN, NAN);
    check(&r, "nearer_accounts", 0, 1, 1);
    check(&r, "small", 20.0 / 50, 11.0 / 101, 31.0 / 151);
    ambit_result_clear(&r);
}

static void writes_figures(void)
{
    static const struct {
        enum ambit_figure_kind kind;
        bool is_whole;
        double value;
        const char *text;
    } table[] = {
        {AMBIT_FIGURE_COUNT, false, 1234567, "1,234,567"},
        {AMBIT_FIGURE_COUNT, false, NAN, "-"},
        {AMBIT_FIGURE_NUMBER, true, 431, "431"},
        {AMBIT_FIGURE_NUMBER, false, 431, "431.0"},
        {AMBIT_FIGURE_NUMBER, false, 0, "0.00"},
        {AMBIT_FIGURE_NUMBER, false, 0.1, "0.10"},
        {AMBIT_FIGURE_NUMBER, false, 0.0314, "0.031"},
        {AMBIT_FIGURE_NUMBER, false, -2e-4, "-0.00020"},
        {AMBIT_FIGURE_SHARE, false, 0.3456, "34.6 %"},
        {AMBIT_FIGURE_SHARE, true, INFINITY, "-"},
    };
    for (size_t n = 0; n < sizeof table / sizeof table[0]; n++) {
        const struct ambit_figure figure = {.kind = table[n].kind, .is_whole = table[n].is_whole};
        char text[AMBIT_TEXT_MAX];
        ambit_figure_text(&figure, table[n].value, text);
        CU_ASSERT_STRING_EQUAL(text, table[n].text);
    }
    const struct ambit_figure healthy = {.healthy_low = 0.2, .healthy_high = 0.3};
    CU_ASSERT_TRUE(ambit_figure_is_unhealthy(&healthy, 0.19));
    CU_ASSERT_FALSE(ambit_figure_is_unhealthy(&healthy, 0.2));
    CU_ASSERT_FALSE(ambit_figure_is_unhealthy(&healthy, 0.3));
    CU_ASSERT_TRUE(ambit_figure_is_unhealthy(&healthy, 0.31));
    CU_ASSERT_FALSE(ambit_figure_is_unhealthy(&healthy, NAN));
    char place[AMBIT_TEXT_MAX];
    ambit_place_text(31.854, -102.306, place);
    CU_ASSERT_STRING_EQUAL(place, "31.85 N, 102.31 W");
    ambit_place_text(-0.5, 7.25, place);
    CU_ASSERT_STRING_EQUAL(place, "0.50 S, 7.25 E");
}

/* Every allocation of an audit fails once: the same error, nothing left behind. */
static void survives_failing_allocations(void)
{
    int64_t failed = 0;
    for (int64_t nth = 1;; nth++) {
        struct ambit_comm *comm = NULL;
        struct ambit_run_options options;
        struct ambit_result r;
        (void)ambit_test_file("accounts.csv", accounts, -1);
        (void)ambit_test_file("reps.csv", reps, -1);
        ambit_run_options_init(&options);
        options.scenario_path = ambit_test_file("scenario.yaml", SCENARIO, -1);
        options.threads = 1;
        CU_ASSERT_EQUAL(ambit_comm_create_alone(&comm), AMBIT_OK);
        const int64_t before = ambit_memory_live_blocks();
        ambit_memory_fail_at(nth);
        const ambit_status status = ambit_audit(comm, &options, &r);
        ambit_memory_fail_at(0);
        ambit_result_clear(&r);
        CU_ASSERT_EQUAL(ambit_memory_live_blocks(), before);
        ambit_comm_destroy(&comm);
        ambit_error_clear();
        if (status == AMBIT_OK) break;
        CU_ASSERT_EQUAL(status, AMBIT_ERR_MEMORY);
        failed++;
        if (failed > 2000) break;
    }
    CU_ASSERT_TRUE(failed > 100 && failed <= 2000);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"balance of four", balance_of_four},
        {"balance by capacity", balance_by_capacity},
        {"spread within groups", spread_within_groups},
        {"Gini is that of all pairs", gini_is_that_of_all_pairs},
        {"like groups are thirds", like_groups_are_thirds},
        {"outlines have size and form", outlines_have_size_and_form},
        {"figures by hand", figures_by_hand},
        {"forms of administration", forms_of_administration},
        {"triggers by hand", triggers_by_hand},
        {"travel is flagged", travel_is_flagged},
        {"nothing calls for action", nothing_calls_for_action},
        {"goes on without outlines", goes_on_without_outlines},
        {"writes figures", writes_figures},
        {"survives failing allocations", survives_failing_allocations},
    };
    ambit_log_open(false, AMBIT_LOG_QUIET);
    return ambit_test_main("kpi", tests, AMBIT_TEST_COUNT(tests));
}
