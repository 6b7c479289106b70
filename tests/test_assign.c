/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A standing plan as a library: a file that is written here, by hand, with two territories on a
 * meridian; single accounts by hand; a call for each account of a table as the table; numbers and
 * files that are refused.
 */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/run/assign.h"
#include "io/result_hdf5.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

#include <math.h>

/* 0.01 h a kilometre and visit, nothing between stops. Hours are capped at 105 % of the mean,
 * visits at 300; the travel cap was opened from 1 % to 20 %. */
static const char scenario_text[] = "accounts:\n"
                                    "  file: none.csv\n"
                                    "  columns: {id: id, lat: lat, lon: lon}\n"
                                    "  visits: visits\n"
                                    "territories: 2\n"
                                    "travel: {stops_per_day: 2, local_factor: 0,"
                                    " minutes: {a: 0.6, b: 1}}\n"
                                    "measures:\n"
                                    "  hours: work + travel\n"
                                    "bands:\n"
                                    "  hours: {max: 105%}\n"
                                    "  visits: {max: 300}\n"
                                    "  travel: {max: 1% of hours, relax: true}\n";

#define DEGREE_KM 111.195080233532934 /* of a meridian */

static void *copied(const void *data, size_t bytes)
{
    void *out = must_alloc(bytes, 1);
    memcpy(out, data, bytes);
    return out;
}
#define ARRAY(type, ...) copied((const type[]){__VA_ARGS__}, sizeof((const type[]){__VA_ARGS__}))

static void set_measure(struct ambit_result *r, const char *name, int64_t first, int64_t second)
{
    struct ambit_result_measure *const measure = &r->measure[r->measure_count++];
    (void)snprintf(measure->name, sizeof measure->name, "%s", name);
    measure->load = ARRAY(int64_t, first, second);
    measure->total = first + second;
}

static void set_band(struct ambit_result *r, const char *label, int measure, int share_of,
                     enum ambit_limit kind, double upper)
{
    struct ambit_result_band *const band = &r->band[r->band_count++];
    *band = (struct ambit_result_band){.measure = measure,
                                       .share_of = share_of,
                                       .upper_kind = kind,
                                       .asked_upper = upper,
                                       .used_upper = upper,
                                       .proof_territory = -1};
    (void)snprintf(band->label, sizeof band->label, "%s", label);
    double **const column[] = {&band->target, &band->lower,       &band->upper,
                               &band->value,  &band->price_lower, &band->price_upper};
    for (size_t c = 0; c < sizeof column / sizeof column[0]; c++)
        *column[c] = must_alloc(2, sizeof(double));
}

static void plan_create(struct ambit_result *r)
{
    const struct ambit_result_territory territories[2] = {
        {"North", "R1", AMBIT_CENTRE_MEDIAN, 41.0, -100.0, false, NAN, NAN, 1, 0, 0, 0},
        {"South", "", AMBIT_CENTRE_MEDIAN, 40.0, -100.0, false, NAN, NAN, 1, 0, 0, 0},
    };
    ambit_result_init(r);
    r->scenario_text = copied(scenario_text, sizeof scenario_text);
    r->input_count = 1;
    (void)snprintf(r->input[0].role, sizeof r->input[0].role, "scenario");
    r->input[0].path = copied("none.yaml", 10);
    r->account_count = 2;
    r->id_width = 2;
    r->account_id = copied("S1N1", 4);
    r->lat = ARRAY(double, 40.0, 41.0);
    r->lon = ARRAY(double, -100.0, -100.0);
    r->territory = ARRAY(int32_t, 1, 0);
    r->previous = ARRAY(int32_t, -1, -1);
    r->account_travel = ARRAY(int64_t, 0, 0);
    r->territory_count = 2;
    r->territories = copied(territories, sizeof territories);
    set_measure(r, "hours", ambit_to_micro(1000.0), ambit_to_micro(1000.0));
    set_measure(r, "visits", ambit_to_micro(200.0), ambit_to_micro(280.0));
    set_measure(r, "travel", ambit_to_micro(100.0), ambit_to_micro(100.0));
    set_band(r, "hours", 0, -1, AMBIT_LIMIT_OF_TARGET, 1.05);
    set_band(r, "visits", 1, -1, AMBIT_LIMIT_ABSOLUTE, 300.0);
    set_band(r, "travel/hours", 2, 0, AMBIT_LIMIT_SHARE, 0.2);
    r->band[2].relaxed = true;
    r->band[2].asked_upper = 0.01;
}

static const char *write_plan(const struct ambit_result *r)
{
    static char path[4096];
    (void)snprintf(path, sizeof path, "%s/plan.h5", ambit_test_folder());
    const struct ambit_result_slice slice = {.count = r->account_count,
                                             .account_id = r->account_id,
                                             .lat = r->lat,
                                             .lon = r->lon,
                                             .territory = r->territory,
                                             .previous = r->previous,
                                             .travel = r->account_travel,
                                             .together = r->account_together};
    struct ambit_result_file *file = NULL;
    must(ambit_result_file_create(path, r, &file));
    must(ambit_result_file_put(file, &slice));
    must(ambit_result_file_commit(&file, r));
    return path;
}

static struct ambit_standing_plan *must_open(struct ambit_comm *comm, const char *path)
{
    struct ambit_standing_plan *plan = NULL;
    must(ambit_standing_plan_open(comm, path, NULL, &plan));
    return plan;
}

static double degrees_hours(double degrees, double visits)
{
    return 0.01 * DEGREE_KM * degrees * visits;
}

#define CHECK_HOURS(micro, hours) CU_ASSERT(llabs((micro)-llrint((hours)*1e6)) <= 1)

/* 10 visits at 40.2 go south and fill it to 290; 8 more have room there, 12 have not. */
static void room_runs_out(void)
{
    struct ambit_comm *comm = NULL;
    struct ambit_result r;
    struct ambit_placed placed;
    must(ambit_comm_create_alone(&comm));
    plan_create(&r);
    struct ambit_standing_plan *plan = must_open(comm, write_plan(&r));
    CU_ASSERT_EQUAL(ambit_standing_plan_column_count(plan), 2);
    const int visits = strcmp(ambit_standing_plan_column(plan, 0), "visits") == 0 ? 0 : 1;
    CU_ASSERT_STRING_EQUAL(ambit_standing_plan_column(plan, visits), "visits");
    CU_ASSERT_STRING_EQUAL(ambit_standing_plan_column(plan, 1 - visits), "work");
    CU_ASSERT_STRING_EQUAL(ambit_standing_plan_result(plan)->territories[0].name, "North");

    struct ambit_new_account account = {.lat = 40.2, .lon = -100.0};
    account.value[visits] = 10.0;
    must(ambit_standing_plan_assign(plan, &account, &placed));
    CU_ASSERT_EQUAL(placed.territory, 1);
    CU_ASSERT_EQUAL(placed.reason, AMBIT_PLACED_NEAREST);
    CU_ASSERT_EQUAL(placed.runner_up, 0);
    CHECK_HOURS(placed.travel, degrees_hours(0.2, 10.0));
    CHECK_HOURS(placed.more, degrees_hours(0.6, 10.0));
    CU_ASSERT_EQUAL(placed.price, 0);

    account.value[visits] = 12.0;
    must(ambit_standing_plan_assign(plan, &account, &placed));
    CU_ASSERT_EQUAL(placed.territory, 0);
    CU_ASSERT_EQUAL(placed.reason, AMBIT_PLACED_NEXT);
    CU_ASSERT_EQUAL(placed.first_choice, 1);
    CHECK_HOURS(placed.first_saving, degrees_hours(0.6, 12.0));

    account.value[visits] = 8.0;
    must(ambit_standing_plan_assign(plan, &account, &placed));
    CU_ASSERT_EQUAL(placed.territory, 1);

    /* 212 + 100 visits in the north, 298 + 100 in the south; but 1,100 h for at most 1,069. */
    account.value[visits] = 100.0;
    must(ambit_standing_plan_assign(plan, &account, &placed));
    CU_ASSERT_EQUAL(placed.territory, 0);
    CU_ASSERT_EQUAL(placed.reason, AMBIT_PLACED_OVER);
    CU_ASSERT_EQUAL(placed.over, 1u << 0 | 1u << 1);
    ambit_standing_plan_destroy(&plan);
    ambit_result_clear(&r);
    ambit_comm_destroy(&comm);
}

/* Hours up to 105 % of the mean with the account: 100 h of work have room, since 1,100 are below
 * 1.05 × 1,050 + travel; 120 have not: 1,120 against 1.05 × 1,060 = 1,113. */
static void limits_grow_with_the_nation(void)
{
    struct ambit_comm *comm = NULL;
    struct ambit_result r;
    struct ambit_placed placed;
    must(ambit_comm_create_alone(&comm));
    plan_create(&r);
    const char *const path = write_plan(&r);
    for (int tried = 0; tried < 2; tried++) {
        struct ambit_standing_plan *plan = must_open(comm, path);
        const int visits = strcmp(ambit_standing_plan_column(plan, 0), "visits") == 0 ? 0 : 1;
        struct ambit_new_account account = {.lat = 40.0, .lon = -100.0};
        account.value[visits] = 1.0;
        account.value[1 - visits] = tried == 0 ? 100.0 : 120.0;
        must(ambit_standing_plan_assign(plan, &account, &placed));
        CU_ASSERT_EQUAL(placed.reason, tried == 0 ? AMBIT_PLACED_NEAREST : AMBIT_PLACED_OVER);
        CU_ASSERT_EQUAL(placed.over, tried == 0 ? 0u : 1u);
        CU_ASSERT_EQUAL(placed.territory, 1);
        ambit_standing_plan_destroy(&plan);
    }
    ambit_result_clear(&r);
    ambit_comm_destroy(&comm);
}

/* Targets by capacity: 800 and 1,200 of 2,000 h. 100 h more give the south 1,100 of at most 1.05 ×
 * 0.6 × 2,100 = 1,323; the north stands at 1,000 of 882, and is broken by all that comes. */
static void capacities_share_the_total(void)
{
    static const char reps[] = "reps: {file: r.csv, columns: {id: rep, capacity: cap}}\n";
    struct ambit_comm *comm = NULL;
    struct ambit_result r;
    struct ambit_placed placed;
    char text[sizeof scenario_text + sizeof reps + 32];
    must(ambit_comm_create_alone(&comm));
    plan_create(&r);
    const char *const at = strstr(scenario_text, "105%");
    (void)snprintf(text, sizeof text, "%s%.*s105%%, target: capacity%s", reps,
                   (int)(at - scenario_text), scenario_text, at + 4);
    ambit_free(&r.scenario_text);
    r.scenario_text = copied(text, strlen(text) + 1);
    r.band[0].target[0] = 800.0;
    r.band[0].target[1] = 1200.0;
    struct ambit_standing_plan *plan = must_open(comm, write_plan(&r));
    const int visits = strcmp(ambit_standing_plan_column(plan, 0), "visits") == 0 ? 0 : 1;
    struct ambit_new_account account = {.lat = 41.0, .lon = -100.0};
    account.value[visits] = 1.0;
    account.value[1 - visits] = 100.0;
    must(ambit_standing_plan_assign(plan, &account, &placed));
    CU_ASSERT_EQUAL(placed.territory, 1);
    CU_ASSERT_EQUAL(placed.reason, AMBIT_PLACED_NEXT);
    account.value[1 - visits] = 400.0; /* 1,500 + 1 of 1.05 × 0.6 × 2,501 = 1,576 */
    must(ambit_standing_plan_assign(plan, &account, &placed));
    CU_ASSERT_EQUAL(placed.territory, 1);
    CU_ASSERT_EQUAL(placed.over, 0u);
    account.value[1 - visits] = 400.0; /* 1,900 of 1.05 × 0.6 × 2,901 = 1,828; 1,400 of 1,218 */
    must(ambit_standing_plan_assign(plan, &account, &placed));
    CU_ASSERT_EQUAL(placed.territory, 1);
    CU_ASSERT_EQUAL(placed.over, 1u);
    ambit_standing_plan_destroy(&plan);
    ambit_result_clear(&r);
    ambit_comm_destroy(&comm);
}

/* Half an hour for each hour of travel above a fifth of hours in the south: an hour of travel there
 * costs 1 + 0.5 × 0.8 = 1.4, an hour of work −0.5 × 0.2 = −0.1. */
static void shares_act_on_travel_and_work(void)
{
    struct ambit_comm *comm = NULL;
    struct ambit_result r;
    struct ambit_placed placed;
    must(ambit_comm_create_alone(&comm));
    plan_create(&r);
    r.band[2].price_upper[1] = 0.5;
    struct ambit_standing_plan *plan = must_open(comm, write_plan(&r));
    const int visits = strcmp(ambit_standing_plan_column(plan, 0), "visits") == 0 ? 0 : 1;
    struct ambit_new_account account = {.lat = 40.42, .lon = -100.0};
    account.value[visits] = 1.0;
    account.value[1 - visits] = 0.1;
    must(ambit_standing_plan_assign(plan, &account, &placed)); /* 0.42 × 1.4 = 0.588 > 0.58 */
    CU_ASSERT_EQUAL(placed.territory, 1);                      /* 0.1 h of work make up for it */
    CHECK_HOURS(placed.price, 0.4 * degrees_hours(0.42, 1.0) - 0.01);
    account.value[1 - visits] = 0.0;
    must(ambit_standing_plan_assign(plan, &account, &placed));
    CU_ASSERT_EQUAL(placed.territory, 0);
    CU_ASSERT_EQUAL(placed.reason, AMBIT_PLACED_PRICE);
    CHECK_HOURS(placed.more, 0.008 * 0.01 * DEGREE_KM);
    ambit_standing_plan_destroy(&plan);
    ambit_result_clear(&r);
    ambit_comm_destroy(&comm);
}

static void refuses_numbers(void)
{
    static const struct {
        double lat, lon, value;
        const char *message;
    } bad[] = {
        {90.5, 0.0, 1.0, "new account: expected degrees in −90 to 90"},
        {40.0, -180.5, 1.0, "new account: expected degrees in −90 to 90"},
        {NAN, 0.0, 1.0, "new account: expected degrees in −90 to 90"},
        {40.0, 0.0, -1.0, "new account: work: expected a number of 0 or more, found -1"},
        {40.0, 0.0, NAN, "new account: work: expected a number of 0 or more, found nan"},
        {40.0, 0.0, INFINITY, "new account: work: expected a number of 0 or more, found inf"},
        {40.0, 0.0, 4.611686018e12, "new account: measures.hours: expected a sum below 4.61e+12"},
    };
    struct ambit_comm *comm = NULL;
    struct ambit_result r;
    must(ambit_comm_create_alone(&comm));
    plan_create(&r);
    struct ambit_standing_plan *plan = must_open(comm, write_plan(&r));
    const int work = strcmp(ambit_standing_plan_column(plan, 0), "work") == 0 ? 0 : 1;
    for (size_t b = 0; b < sizeof bad / sizeof bad[0]; b++) {
        struct ambit_placed placed;
        struct ambit_new_account account = {.lat = bad[b].lat, .lon = bad[b].lon};
        account.value[work] = bad[b].value;
        CU_ASSERT_EQUAL(ambit_standing_plan_assign(plan, &account, &placed), AMBIT_ERR_INPUT);
        CU_ASSERT(strncmp(ambit_error_message(), bad[b].message, strlen(bad[b].message)) == 0);
        ambit_error_clear();
    }
    ambit_standing_plan_destroy(&plan);
    ambit_result_clear(&r);
    ambit_comm_destroy(&comm);
}

/* A table of one is a call; of many it writes the same bytes to the file as before it failed. */
static void a_table_of_one_is_a_call(void)
{
    struct ambit_comm *comm = NULL;
    struct ambit_result r;
    struct ambit_placed placed;
    struct ambit_placed_summary summary;
    char out_path[4096], expected[512], found[1024] = "";
    must(ambit_comm_create_alone(&comm));
    plan_create(&r);
    r.band[1].price_upper[1] = 0.003;
    const char *const path = write_plan(&r);
    struct ambit_standing_plan *plan = must_open(comm, path);
    const int visits = strcmp(ambit_standing_plan_column(plan, 0), "visits") == 0 ? 0 : 1;
    struct ambit_new_account account = {.lat = 40.3, .lon = -100.5};
    account.value[visits] = 7.0;
    account.value[1 - visits] = 2.5;
    must(ambit_standing_plan_assign(plan, &account, &placed));
    ambit_standing_plan_destroy(&plan);
    (void)snprintf(expected, sizeof expected,
                   "account_id,territory,rep,reason,travel_hours,price_hours,runner_up,more_hours,"
                   "first_choice,first_saving_hours,over\n"
                   "\"A \"\"1\"\"\",South,,nearest,%.6f,0.021000,North,%.6f,South,0.000000,\n",
                   ambit_from_micro(placed.travel), ambit_from_micro(placed.more));
    (void)snprintf(out_path, sizeof out_path, "%s/out.csv", ambit_test_folder());
    const struct ambit_assign_options options = {
        .plan_path = path,
        .accounts_path = ambit_test_file(
            "new.csv", "id,visits,work,lat,lon\n\"A \"\"1\"\"\",7,2.5,40.3,-100.5\n", -1),
        .output_path = out_path,
        .threads = 1};
    CU_ASSERT_EQUAL(ambit_assign(comm, &options, &summary), AMBIT_OK);
    FILE *const file = fopen(out_path, "rb");
    if (file != NULL) {
        (void)fread(found, 1, sizeof found - 1, file);
        (void)fclose(file);
    }
    CU_ASSERT_STRING_EQUAL(found, expected);
    CU_ASSERT_EQUAL(summary.account_count, 1);
    CU_ASSERT_EQUAL(summary.travel, placed.travel);
    CU_ASSERT_EQUAL(summary.reason_count[AMBIT_PLACED_NEAREST], 1);
    CHECK_FAULTS(ambit_assign(comm, &options, &summary), (void)0);
    ambit_result_clear(&r);
    ambit_comm_destroy(&comm);
}

static struct ambit_placed place_of_group(struct ambit_standing_plan *plan, double lat,
                                          const char *group)
{
    struct ambit_placed placed;
    const int visits = strcmp(ambit_standing_plan_column(plan, 0), "visits") == 0 ? 0 : 1;
    struct ambit_new_account account = {.lat = lat, .lon = -100.0, .group = group};
    account.value[visits] = 1.0;
    must(ambit_standing_plan_assign(plan, &account, &placed));
    return placed;
}

/* The plan has the chain in the north. A household that is new stays where its first account went,
 * although the second is nearer to the other centre. */
static void groups_stay_together(void)
{
    static const char rule[] = "rules: {together: chain}\n";
    struct ambit_comm *comm = NULL;
    struct ambit_result r;
    struct ambit_placed placed;
    char text[sizeof scenario_text + sizeof rule], name[32];
    must(ambit_comm_create_alone(&comm));
    plan_create(&r);
    struct ambit_standing_plan *plan = must_open(comm, write_plan(&r));
    const struct ambit_new_account alien = {.lat = 40.0, .lon = -100.0, .group = "x"};
    CU_ASSERT_STRING_EQUAL(ambit_standing_plan_together(plan), "");
    CU_ASSERT_EQUAL(ambit_standing_plan_assign(plan, &alien, &placed), AMBIT_ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "new account: expected no group, since the plan "
                                                  "has no rules.together, found 'x'");
    ambit_error_clear();
    ambit_standing_plan_destroy(&plan);
    (void)snprintf(text, sizeof text, "%s%s", scenario_text, rule);
    ambit_free(&r.scenario_text);
    r.scenario_text = copied(text, strlen(text) + 1);
    (void)snprintf(r.together.column, sizeof r.together.column, "chain");
    r.together_width = 3;
    r.account_together = copied("\0\0\0one", 6); /* N1 is in it, S1 alone */
    plan = must_open(comm, write_plan(&r));
    CU_ASSERT_STRING_EQUAL(ambit_standing_plan_together(plan), "chain");
    CU_ASSERT_EQUAL(place_of_group(plan, 40.1, "").territory, 1);
    CU_ASSERT_EQUAL(place_of_group(plan, 40.1, NULL).territory, 1);
    placed = place_of_group(plan, 40.1, "one");
    CU_ASSERT_EQUAL(placed.territory, 0);
    CU_ASSERT_EQUAL(placed.reason, AMBIT_PLACED_GROUP);
    CU_ASSERT_EQUAL(place_of_group(plan, 40.1, "on").territory, 1);
    CU_ASSERT_EQUAL(place_of_group(plan, 40.9, "new").reason, AMBIT_PLACED_NEAREST);
    placed = place_of_group(plan, 40.1, "new");
    CU_ASSERT_EQUAL(placed.territory, 0);
    CU_ASSERT_EQUAL(placed.reason, AMBIT_PLACED_GROUP);
    for (int k = 0; k < 1100; k++) { /* more than there is room for at first */
        (void)snprintf(name, sizeof name, "group %d", k);
        (void)place_of_group(plan, 40.0, name);
    }
    CU_ASSERT_EQUAL(place_of_group(plan, 40.1, "new").territory, 0);
    ambit_standing_plan_destroy(&plan);
    ambit_result_clear(&r);
    ambit_comm_destroy(&comm);
}

static void survives_short_memory(void)
{
    struct ambit_comm *comm = NULL;
    struct ambit_result r;
    struct ambit_standing_plan *plan = NULL;
    must(ambit_comm_create_alone(&comm));
    plan_create(&r);
    const char *const path = write_plan(&r);
    CHECK_FAULTS(ambit_standing_plan_open(comm, path, NULL, &plan),
                 ambit_standing_plan_destroy(&plan));
    r.measure_count = 1; /* a file that does not hold what its own scenario asks for */
    r.band_count = 1;
    CU_ASSERT_EQUAL(ambit_standing_plan_open(comm, write_plan(&r), NULL, &plan), AMBIT_ERR_INPUT);
    CU_ASSERT(strstr(ambit_error_message(), "expected 3 measures and 3 bands, as its own scenario "
                                            "has, found 1 and 1: the file is damaged") != NULL);
    ambit_error_clear();
    r.measure_count = r.band_count = 3;
    ambit_result_clear(&r);
    ambit_comm_destroy(&comm);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"room runs out", room_runs_out},
        {"limits grow with the nation", limits_grow_with_the_nation},
        {"capacities share the total", capacities_share_the_total},
        {"shares act on travel and work", shares_act_on_travel_and_work},
        {"refuses numbers", refuses_numbers},
        {"a table of one is a call", a_table_of_one_is_a_call},
        {"groups stay together", groups_stay_together},
        {"survives short memory", survives_short_memory},
    };
    return ambit_test_main("assign", tests, AMBIT_TEST_COUNT(tests));
}
