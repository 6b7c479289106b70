/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a scenario and a result say of a plan that is kept up: bound, stored, read back and told.
 * The engine itself is tried by cli_nightly.sh.
 */
#include "engine/base/memory.h"
#include "io/report_nightly.h"
#include "io/result_hdf5.h"
#include "io/scenario_yaml.h"
#include "tests/harness.h"
#include "tests/result_fixture.h"

#include <math.h>

#define LEAST                                                                                      \
    "accounts: {file: a.csv, columns: {id: id, lat: lat, lon: lon}}\n"                             \
    "territories: 3\n"

static ambit_status parse(const char *text, struct ambit_scenario *s)
{
    ambit_error_clear();
    return ambit_scenario_parse("s.yaml", text, strlen(text), s);
}

static void binds_the_threshold(void)
{
    struct ambit_scenario s;
    CU_ASSERT_EQUAL(parse(LEAST, &s), AMBIT_OK);
    CU_ASSERT_TRUE(isnan(s.nightly.hours_per_move));
    ambit_scenario_clear(&s);
    CU_ASSERT_EQUAL(parse(LEAST "nightly: {hours_per_move: 2.5}\n", &s), AMBIT_OK);
    CU_ASSERT_EQUAL(s.nightly.hours_per_move, 2.5);
    ambit_scenario_clear(&s);
}

static void rejects_others(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {LEAST "nightly: 2\n", "s.yaml:3:10: nightly: expected a map of hours_per_move, found '2'"},
        {LEAST "nightly: {hours: 2}\n",
         "s.yaml:3:11: nightly: expected one of hours_per_move, found 'hours'"},
        {LEAST "nightly: {hours_per_move: 2 h}\n",
         "s.yaml:3:27: nightly.hours_per_move: expected a number from 0 to 1000000, found '2 h'"},
        {LEAST "nightly: {hours_per_move: -1}\n",
         "s.yaml:3:27: nightly.hours_per_move: expected a number from 0 to 1000000, found '-1'"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct ambit_scenario s;
        CU_ASSERT_EQUAL(parse(cases[c].text, &s), AMBIT_ERR_INPUT);
        CU_ASSERT_STRING_EQUAL(ambit_error_message(), cases[c].message);
        ambit_error_clear();
    }
}

static void fixture_nightly(struct ambit_result *r)
{
    fixture_result(r);
    const struct ambit_nightly nightly = {.hours_per_move = 0.1,
                                          .new_count = 3,
                                          .gone_count = 1,
                                          .moved_for_gain = 2,
                                          .moved_for_bands = 1500,
                                          .most_saving = 1234567890};
    r->nightly = fixture_copy(&nightly, sizeof nightly);
}

static void comes_back_from_the_file(void)
{
    struct ambit_result written, read;
    char path[512];
    (void)snprintf(path, sizeof path, "%s/n.h5", ambit_test_folder());
    for (int kept_up = 0; kept_up < 2; kept_up++) {
        struct ambit_result_file *file = NULL;
        if (kept_up)
            fixture_nightly(&written);
        else
            fixture_result(&written);
        struct ambit_result_slice slice = {.count = written.account_count,
                                           .account_id = written.account_id,
                                           .lat = written.lat,
                                           .lon = written.lon,
                                           .territory = written.territory,
                                           .previous = written.previous,
                                           .travel = written.account_travel};
        for (int c = 0; c < written.column_count; c++)
            slice.column[c] = written.column[c];
        CU_ASSERT_EQUAL_FATAL(ambit_result_file_create(path, &written, &file), AMBIT_OK);
        CU_ASSERT_EQUAL_FATAL(ambit_result_file_put(file, &slice), AMBIT_OK);
        CU_ASSERT_EQUAL_FATAL(ambit_result_file_commit(&file, &written), AMBIT_OK);
        CU_ASSERT_EQUAL_FATAL(ambit_result_read(path, &read), AMBIT_OK);
        CU_ASSERT_EQUAL_FATAL(read.nightly != NULL, kept_up != 0);
        if (read.nightly != NULL) {
            CU_ASSERT_EQUAL(read.nightly->hours_per_move, 0.1);
            CU_ASSERT_EQUAL(read.nightly->new_count, 3);
            CU_ASSERT_EQUAL(read.nightly->gone_count, 1);
            CU_ASSERT_EQUAL(read.nightly->moved_for_gain, 2);
            CU_ASSERT_EQUAL(read.nightly->moved_for_bands, 1500);
            CU_ASSERT_EQUAL(read.nightly->most_saving, 1234567890);
        }
        ambit_result_clear(&read);
        ambit_result_clear(&written);
    }
}

static void told(const struct ambit_result *r, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *const file = open_memstream(&text, &size);
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    ambit_report_nightly(file, r);
    (void)fclose(file);
    CU_ASSERT_STRING_EQUAL(text, expected);
    free(text);
}

static void is_told(void)
{
    struct ambit_result r;
    fixture_result(&r);
    told(&r, "");
    CU_ASSERT_PTR_NULL(ambit_nightly_json(&r));
    ambit_result_clear(&r);
    fixture_nightly(&r);
    told(&r, "\n  Since the plan before: 3 new, 1 gone; moved: 1,500 for a band, 2 for more than "
             "0.10 h each.\n"
             "  Beyond 0.10 h of travel for each move, any other plan within\n"
             "  the bands saves at most 1,234.6 h a year (certified for these centres).\n");
    json_t *const object = ambit_nightly_json(&r);
    char *const text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(15));
    CU_ASSERT_STRING_EQUAL(text, "{\"hours_per_move\":0.1,\"new\":3,\"gone\":1,"
                                 "\"moved_for_gain\":2,\"moved_for_bands\":1500,"
                                 "\"most_saving_hours\":1234.56789}");
    free(text);
    json_decref(object);
    r.nightly->moved_for_bands = r.nightly->moved_for_gain = 0;
    r.nightly->most_saving = -1; /* where bands stay broken nothing is certified */
    told(&r, "\n  Since the plan before: 3 new, 1 gone; no other account moves.\n");
    ambit_result_clear(&r);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"binds the threshold", binds_the_threshold},
        {"rejects other thresholds", rejects_others},
        {"comes back from the file", comes_back_from_the_file},
        {"is told", is_told},
    };
    return ambit_test_main("nightly", tests, AMBIT_TEST_COUNT(tests));
}
