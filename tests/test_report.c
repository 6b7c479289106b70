/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The exact words of summary, JSON and comparison, and the numbers in them.
 */
#include "engine/base/memory.h"
#include "io/report.h"
#include "io/report_text.h"
#include "io/result_compare.h"
#include "tests/harness.h"
#include "tests/result_fixture.h"

#include <jansson.h>

/* What a report prints, kept until the next one. */
static char *printed;
static size_t printed_bytes;

static FILE *start(void)
{
    free(printed);
    printed = NULL;
    FILE *const file = open_memstream(&printed, &printed_bytes);
    if (file == NULL) abort();
    return file;
}

/* Compares with `expected` line by line, so that a failure shows the line. */
static void prints(FILE *file, const char *expected)
{
    (void)fclose(file);
    CU_ASSERT_STRING_EQUAL(printed, expected);
    if (strcmp(printed, expected) == 0) return;
    size_t line = 0, same = 0;
    while (printed[same] != '\0' && printed[same] == expected[same])
        if (printed[same++] == '\n') line = same;
    fprintf(stderr, "expected: %.*s\nfound:    %.*s\n", (int)strcspn(expected + line, "\n"),
            expected + line, (int)strcspn(printed + line, "\n"), printed + line);
}

static void add_cost(struct ambit_result *r)
{
    r->seconds[AMBIT_PHASE_READ] = 1.5;
    r->seconds[AMBIT_PHASE_REFINE] = 10.84;
    r->seconds[AMBIT_PHASE_TOTAL] = 12.34;
    r->peak_bytes = 212345678;
    r->ranks = 2;
    r->threads = 1;
}

static void summary_of_a_plan(void)
{
    struct ambit_result r;
    FILE *const file = start();
    fixture_result(&r);
    add_cost(&r);
    r.band[0].proven_limit = 1.06;
    ambit_report_summary(file, &r, "demo.h5");
    prints(file,
           "Territory plan: tiny\n"
           "infeasible: 1 of 2 bands is not met\n"
           "  hours: 2 of 3 territories outside (allowed: ±4.0 %); it would have to open by 0.76 %"
           " of target; no plan meets a limit tighter than 106.0 % of target\n"
           "\n"
           "  Accounts       5 in 3 territories\n"
           "  Skipped        1 bad row of the input\n"
           "  Travel         50.00 h a year, 20.0 % less than the current 62.50 h\n"
           "  Moved          2 accounts (40.0 %)\n"
           "  Objective      51.00 h, travel and disruption\n"
           "  Lower bound    50.49 h for these centres; gap 1.00 %\n"
           "  Rounds         2\n"
           "  Time           12.3 s (read 1.5, refine 10.8)\n"
           "  Memory         212 MB at the peak of a rank; 2 ranks of 1 thread\n"
           "  Result         demo.h5\n"
           "\n"
           "  Band                target   smallest    largest      worst    outside   allowed\n"
           "  hours, h           1,050.0    1,000.0    1,100.0      4.8 %          2   ±4.0 %\n"
           "  travel/hours             -      0.4 %      3.9 %      3.9 %          0   at most"
           " 4.0 %\n"
           "  travel/hours: opened from at most 3.5 % to at most 4.0 %, the least found that all"
           " can meet; none meets less than 3.9 %\n");
    ambit_result_clear(&r);
}

static void summary_of_an_audit(void)
{
    struct ambit_result r;
    FILE *const file = start();
    fixture_result(&r);
    r.kind = AMBIT_RESULT_AUDIT;
    r.feasible = true;
    r.travel = INT64_C(1234567890123);
    r.bad_rows.total = 0;
    r.band[0].broken_count = 0;
    r.band_count = 1;
    ambit_report_summary(file, &r, NULL);
    prints(file, "Current alignment: tiny\n"
                 "feasible: every territory is within every band\n"
                 "\n"
                 "  Accounts       5 in 3 territories\n"
                 "  Travel         1,234,568 h a year\n"
                 "\n"
                 "  Band                target   smallest    largest      worst    outside"
                 "   allowed\n"
                 "  hours, h           1,050.0    1,000.0    1,100.0      4.8 %          0"
                 "   ±4.0 %\n");
    ambit_result_clear(&r);
}

/* One-sided bands, limits in units, targets that differ, more travel than before, no bound. */
static void summary_of_other_bands(void)
{
    static const double uneven[3] = {1000, 1050, 1100}, low[3] = {-INFINITY, -INFINITY, -INFINITY},
                        high[3] = {1200, 1200, 1200};
    struct ambit_result r;
    FILE *const file = start();
    fixture_result(&r);
    struct ambit_result_band *const band = &r.band[0];
    r.feasible = true;
    r.band_count = 1;
    r.travel_before = 40000000;
    r.objective = r.travel;
    r.gap = NAN;
    r.moved_count = 1;
    r.bad_rows.total = 0;
    r.stopped_by_time_limit = true;
    memcpy(band->target, uneven, sizeof uneven);
    memcpy(band->lower, low, sizeof low);
    memcpy(band->upper, high, sizeof high);
    band->lower_kind = AMBIT_LIMIT_NONE;
    band->upper_kind = AMBIT_LIMIT_ABSOLUTE;
    band->asked_upper = band->used_upper = 1200;
    band->worst_deviation = 1100;
    band->broken_count = 0;
    ambit_report_summary(file, &r, NULL);
    prints(file, "Territory plan: tiny\n"
                 "feasible: every territory is within every band\n"
                 "\n"
                 "  Accounts       5 in 3 territories\n"
                 "  Travel         50.00 h a year, 25.0 % more than the current 40.00 h\n"
                 "  Moved          1 account (20.0 %)\n"
                 "  Rounds         2, stopped by the time limit\n"
                 "\n"
                 "  Band                target   smallest    largest      worst    outside"
                 "   allowed\n"
                 "  hours, h            by rep    1,000.0    1,100.0    1,100.0          0"
                 "   at most 1,200.0 h\n");
    ambit_result_clear(&r);
}

static void check_band_texts(const struct ambit_result *r, const char *allowed, const char *worst,
                             const char *open_by, const char *proven)
{
    char text[AMBIT_TEXT_MAX];
    ambit_text_allowed(r, 0, text);
    CU_ASSERT_STRING_EQUAL(text, allowed);
    ambit_text_worst(r, 0, text);
    CU_ASSERT_STRING_EQUAL(text, worst);
    ambit_text_open_by(r, 0, text);
    CU_ASSERT_STRING_EQUAL(text, open_by);
    ambit_text_proven(r, 0, text);
    CU_ASSERT_STRING_EQUAL(text, proven);
}

/* Each kind of limit on either side, whatever its numbers look like. */
static void bands_of_every_kind(void)
{
    struct ambit_result r;
    fixture_result(&r);
    struct ambit_result_band *const b = &r.band[0];
    b->used_lower = 0.5;
    b->used_upper = 1.25;
    b->proven_limit = 1.125;
    b->worst_deviation = 0.75;
    b->open_by = 0.00025;
    check_band_texts(&r, "50.0 % to 125.0 % of target", "75.0 %", "0.025 % of target",
                     "112.5 % of target");
    b->lower_kind = b->upper_kind = AMBIT_LIMIT_ABSOLUTE;
    check_band_texts(&r, "0.50 h to 1.25 h", "0.75", "0.00025 h", "1.12 h");
    b->lower_kind = AMBIT_LIMIT_OF_TARGET;
    check_band_texts(&r, "50.0 % of target to 1.25 h", "75.0 %", "0.025 % of target", "1.12 h");
    b->lower_kind = AMBIT_LIMIT_NONE;
    b->open_by = 123.456;
    check_band_texts(&r, "at most 1.25 h", "0.75", "123.5 h", "1.12 h");
    b->upper_kind = AMBIT_LIMIT_NONE;
    b->lower_kind = AMBIT_LIMIT_OF_TARGET;
    b->open_by = 0.0125;
    check_band_texts(&r, "at least 50.0 % of target", "0.75", "1.2 % of target",
                     "112.5 % of target");
    b->share_of = 1;
    b->lower_kind = AMBIT_LIMIT_NONE;
    b->upper_kind = AMBIT_LIMIT_SHARE;
    check_band_texts(&r, "at most 125.0 %", "75.0 %", "1.2 points", "112.5 %");
    ambit_result_clear(&r);
}

static void json_has_every_key(void)
{
    struct ambit_result r;
    FILE *const file = start();
    fixture_result(&r);
    add_cost(&r);
    CU_ASSERT_EQUAL(ambit_report_json(file, &r, "demo.h5"), AMBIT_OK);
    prints(file,
           "{\"result\":\"demo.h5\",\"kind\":\"plan\",\"scenario\":\"tiny\",\"status\":"
           "\"infeasible\",\"accounts\":5,\"territories\":3,\"measures\":{\"hours\":{\"unit\":"
           "\"h\",\"total\":3150.0,\"target\":1050.0,\"min\":1000.0,\"max\":1100.0,"
           "\"worst_deviation\":0.0476190476190476,\"band\":{\"lower\":0.96,\"upper\":1.04}},"
           "\"travel\":{\"unit\":\"h\",\"total\":50.0,\"target\":null,\"min\":3.5,\"max\":41.0,"
           "\"worst_deviation\":null,\"band\":null}},\"bands\":[{\"label\":\"hours\",\"measure\":"
           "\"hours\",\"share_of\":null,\"lower_kind\":\"of target\",\"upper_kind\":"
           "\"of target\",\"lower\":0.96,\"upper\":1.04,\"used_lower\":0.96,"
           "\"used_upper\":1.04,\"relaxed\":false,\"proven_limit\":null,\"min\":1000.0,\"max\":"
           "1100.0,\"worst_deviation\":0.0476190476190476,\"outside\":2,\"open_by\":"
           "0.0076190476190476},{\"label\":\"travel/hours\",\"measure\":\"travel\",\"share_of\":"
           "\"hours\",\"lower_kind\":\"none\",\"upper_kind\":\"share\",\"lower\":null,\"upper\":0."
           "035,\"used_lower\":null,\"used_upper\":0.04,"
           "\"relaxed\":true,\"proven_limit\":0.039,\"min\":0.0035,\"max\":0.0390476190476,"
           "\"worst_deviation\":0.0390476190476,\"outside\":0,\"open_by\":0.0}],\"travel_hours\":"
           "50.0,\"travel_hours_before\":62.5,\"moved_accounts\":2,\"objective_hours\":51.0,"
           "\"bound\":50.49,\"gap\":0.01,\"rounds\":2,\"stopped_by_time_limit\":false,"
           "\"skipped_rows\":1,\"seconds\":{\"read\":1.5,\"order\":0.0,\"seed\":0.0,\"refine\":"
           "10.84,\"bound\":0.0,\"judge\":0.0,\"store\":0.0,\"total\":12.34},\"peak_bytes\":"
           "212345678,\"sha256\":\"00000000000000000000000000000000000000000000000000000000000000"
           "03\",\"ranks\":2,\"threads\":1,\"audit\":null}\n");
    ambit_result_clear(&r);
}

/* What is not known is null, and a path that is not UTF-8 is still JSON. */
static void json_of_the_unknown(void)
{
    struct ambit_result r;
    FILE *const file = start();
    fixture_result(&r);
    r.gap = NAN;
    r.travel_before = -1;
    CU_ASSERT_EQUAL(ambit_report_json(file, &r, "a\xFF.h5"), AMBIT_OK);
    (void)fclose(file);
    json_t *const object = json_loads(printed, 0, NULL);
    CU_ASSERT_PTR_NOT_NULL(object);
    CU_ASSERT(json_is_null(json_object_get(object, "bound")));
    CU_ASSERT(json_is_null(json_object_get(object, "gap")));
    CU_ASSERT(json_is_null(json_object_get(object, "travel_hours_before")));
    const char *const path = json_string_value(json_object_get(object, "result"));
    CU_ASSERT(path != NULL && strcmp(path, "a?.h5") == 0);
    json_decref(object);
    ambit_result_clear(&r);
}

static void json_says_where_it_cannot_write(void)
{
    struct ambit_result r;
    FILE *const full = fopen("/dev/full", "w");
    fixture_result(&r);
    CU_ASSERT_EQUAL(ambit_report_json(full, &r, NULL), AMBIT_ERR_IO);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "cannot write the JSON report: No space left on device");
    ambit_error_clear();
    CU_ASSERT_EQUAL(ambit_report_compare(full, &r, &r, "a", "b"), AMBIT_ERR_IO);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "cannot write the comparison: No space left on device");
    (void)fclose(full);
    ambit_result_clear(&r);
}

/* The fixture as an audit from before: an account less, one elsewhere, one territory renamed. */
static void fixture_before(struct ambit_result *r)
{
    fixture_result(r);
    r->kind = AMBIT_RESULT_AUDIT;
    r->feasible = true;
    r->account_count = 4;
    r->territory[1] = 1;
    r->travel = 62500000;
    r->moved_count = 0;
    r->gap = NAN;
    r->band_count = 1;
    r->band[0].broken_count = 0;
    (void)snprintf(r->territories[0].name, AMBIT_NAME_MAX, "Nord");
}

static void comparison_side_by_side(void)
{
    struct ambit_result a, b;
    FILE *const file = start();
    fixture_before(&a);
    fixture_result(&b);
    CU_ASSERT_EQUAL(ambit_report_compare(file, &a, &b, "before.h5", "after.h5"), AMBIT_OK);
    prints(file,
           "                                            before.h5           after.h5      change\n"
           "What it is                          current alignment               plan\n"
           "Every band met                                    yes                 no\n"
           "Accounts                                            4                  5\n"
           "Territories                                         3                  3\n"
           "Travel, h a year                                62.50              50.00     -20.0 %\n"
           "Mean km to the centre                           102.2            1,860.2  +1,720.1 %\n"
           "Moved accounts                                      0                  2\n"
           "Lower bound, h                                      -              50.49\n"
           "Gap to the bound                                    -             1.00 %\n"
           "hours: worst                                    4.8 %              4.8 %\n"
           "hours: territories outside                          0                  2\n"
           "travel/hours: worst                                 -              3.9 %\n"
           "travel/hours: territories outside                   -                  0\n"
           "\n"
           "4 accounts are in both; 2 of them (50.0 %) are in another territory.\n"
           "1 only in after.h5.\n"
           "\n"
           "Most changed       went     came   accounts a   accounts b  travel a, h  travel b, h\n"
           "North                 0        2            -            2            -         3.50\n"
           "Nord                  1        0            2            -         3.50            -\n"
           "South, \"old\"          1        0            2            2        41.00        41.00"
           "\n"
           "\n"
           "Moved from    to     accounts\n"
           "Nord          North         1\n"
           "South, \"old\"  North         1\n");
    ambit_result_clear(&a);
    ambit_result_clear(&b);
}

static void comparison_as_json(void)
{
    struct ambit_result a, b;
    FILE *const file = start();
    fixture_before(&a);
    fixture_result(&b);
    CU_ASSERT_EQUAL(ambit_report_compare_json(file, &a, &b, "before.h5", "after.h5"), AMBIT_OK);
    (void)fclose(file);
    json_t *const object = json_loads(printed, 0, NULL);
    const char *name = NULL;
    int accounts = 0, both = 0, differ = 0, only_a = 0, only_b = 0, outside = 0, went = 0, came = 0;
    double travel = 0.0, gap = 0.0;
    CU_ASSERT_EQUAL(
        json_unpack(object,
                    "{s:{s:s, s:i, s:n}, s:{s:f, s:f, s:[{s:i}]}, s:{s:i, s:i, s:i, s:i},"
                    " s:[{s:i, s:i, s:n}]}",
                    "a", "result", &name, "accounts", &accounts, "gap", "b", "travel_hours",
                    &travel, "gap", &gap, "bands", "outside", &outside, "accounts", "both", &both,
                    "differ", &differ, "only_a", &only_a, "only_b", &only_b, "territories", "went",
                    &went, "came", &came, "accounts_a"),
        0);
    CU_ASSERT(name != NULL && strcmp(name, "before.h5") == 0);
    CU_ASSERT_EQUAL(accounts, 4);
    CU_ASSERT_EQUAL(travel, 50.0);
    CU_ASSERT_EQUAL(gap, 0.01);
    CU_ASSERT_EQUAL(outside, 2);
    CU_ASSERT(both == 4 && differ == 2 && only_a == 0 && only_b == 1);
    CU_ASSERT(went == 0 && came == 2);
    json_decref(object);
    ambit_result_clear(&a);
    ambit_result_clear(&b);
}

/* The order of accounts and territories does not matter, and a plan does not differ from itself. */
static void comparison_ignores_order(void)
{
    struct ambit_result a, b;
    struct ambit_comparison c;
    fixture_result(&a);
    fixture_result(&b);
    CU_ASSERT_EQUAL(ambit_comparison_create(&a, &b, &c), AMBIT_OK);
    CU_ASSERT(c.both == 5 && c.differ == 0 && c.only_a == 0 && c.only_b == 0);
    ambit_comparison_clear(&c);
    char id[8];
    memcpy(id, b.account_id, 8); /* swap accounts 0 and 3, and territories 0 and 2 */
    memcpy(b.account_id, b.account_id + 24, 8);
    memcpy(b.account_id + 24, id, 8);
    const struct ambit_result_territory kept = b.territories[0];
    b.territories[0] = b.territories[2];
    b.territories[2] = kept;
    b.territory[1] = 2;
    CU_ASSERT_EQUAL(ambit_comparison_create(&a, &b, &c), AMBIT_OK);
    CU_ASSERT(c.both == 5 && c.differ == 0 && c.change_count == 3);
    ambit_comparison_clear(&c);
    ambit_result_clear(&a);
    ambit_result_clear(&b);
}

static void compactness_is_kilometres(void)
{
    struct ambit_result r;
    fixture_result(&r);
    r.account_count = 1; /* a quarter of a meridian: from the equator to the pole */
    r.lat[0] = 0.0;
    r.territories[0].centre_lat = 90.0;
    CU_ASSERT_DOUBLE_EQUAL(ambit_mean_km_to_centre(&r), 10007.557, 0.001);
    r.account_count = 0;
    CU_ASSERT(isnan(ambit_mean_km_to_centre(&r)));
    ambit_result_clear(&r);
}

static void failing_allocations(void)
{
    struct ambit_result a, b;
    struct ambit_comparison c;
    fixture_before(&a);
    fixture_result(&b);
    ambit_status status = AMBIT_ERR_MEMORY;
    int k;
    for (k = 1; status == AMBIT_ERR_MEMORY && k < 100; k++) {
        ambit_memory_fail_at(k);
        status = ambit_comparison_create(&a, &b, &c);
        ambit_error_clear();
        if (status != AMBIT_OK) CU_ASSERT_PTR_NULL(c.change);
    }
    ambit_memory_fail_at(0);
    CU_ASSERT(status == AMBIT_OK && k == 11); /* nine blocks, then a run that goes through */
    ambit_comparison_clear(&c);
    ambit_result_clear(&a);
    ambit_result_clear(&b);
}

static void numbers(void)
{
    static const struct {
        double value;
        int decimals;
        const char *text;
    } cases[] = {{0, 0, "0"},
                 {-0.0, 1, "0.0"},
                 {-0.04, 1, "0.0"},
                 {999, 0, "999"},
                 {1000, 0, "1,000"},
                 {-1234.56, 1, "-1,234.6"},
                 {999999.5, 0, "1,000,000"},
                 {123456789.125, 2, "123,456,789.12"},
                 {NAN, 1, "-"},
                 {INFINITY, 1, "-"}};
    static const struct {
        int64_t bytes;
        const char *text;
    } sizes[] = {
        {0, "0 B"},         {999, "999 B"},         {1000, "1.0 kB"},
        {9949, "9.9 kB"},   {9951, "10 kB"},        {999499, "999 kB"},
        {999500, "1.0 MB"}, {1500000000, "1.5 GB"}, {INT64_C(4200000000000000), "4,200 TB"}};
    char text[AMBIT_TEXT_MAX];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ambit_text_number(cases[i].value, cases[i].decimals, text);
        CU_ASSERT_STRING_EQUAL(text, cases[i].text);
    }
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        ambit_text_bytes(sizes[i].bytes, text);
        CU_ASSERT_STRING_EQUAL(text, sizes[i].text);
    }
    ambit_text_percent(0.05, 1, text);
    CU_ASSERT_STRING_EQUAL(text, "5.0 %");
}

static void padding_counts_characters(void)
{
    FILE *const file = start();
    ambit_text_pad(file, "\xC3\x9Cst", 5);
    ambit_text_pad(file, "\xC3\x9Cst", -5);
    ambit_text_pad(file, "longer", 3);
    prints(file, "  \xC3\x9Cst\xC3\x9Cst  longer");
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"summary of a plan", summary_of_a_plan},
        {"summary of an audit", summary_of_an_audit},
        {"summary of other bands", summary_of_other_bands},
        {"bands of every kind", bands_of_every_kind},
        {"JSON has every key", json_has_every_key},
        {"JSON of the unknown", json_of_the_unknown},
        {"JSON says where it cannot write", json_says_where_it_cannot_write},
        {"comparison side by side", comparison_side_by_side},
        {"comparison as JSON", comparison_as_json},
        {"comparison ignores order", comparison_ignores_order},
        {"compactness is kilometres", compactness_is_kilometres},
        {"failing allocations", failing_allocations},
        {"numbers", numbers},
        {"padding counts characters", padding_counts_characters},
    };
    const int failed = ambit_test_main("report", tests, AMBIT_TEST_COUNT(tests));
    free(printed);
    return failed;
}
