/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accounts and territories from CSV, on one rank: values, and every refusal with its message. */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "io/tables_csv.h"
#include "tests/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct ambit_bad_rows bad;
static struct ambit_rows_hash hash;
static int64_t rows;

#define SET(field, text) (void)snprintf(s.field, sizeof s.field, "%s", text)

/* A scenario that takes id, lat, lon, territory, hours and value from accounts.csv. */
static struct ambit_scenario scenario_of(const char *accounts)
{
    struct ambit_scenario s;
    const char *const path = accounts == NULL ? ambit_test_file("none.csv", "", 0)
                                              : ambit_test_file("accounts.csv", accounts, -1);
    ambit_scenario_init(&s);
    if (ambit_copy_string(path, &s.path) != AMBIT_OK ||
        ambit_copy_string("accounts.csv", &s.accounts_file) != AMBIT_OK)
        abort();
    memcpy(strrchr(s.path, '/'), "/s.yml", sizeof "/s.yml"); /* shorter than "/none.csv" */
    SET(id_column, "id");
    SET(lat_column, "lat");
    SET(lon_column, "lon");
    SET(territory_column, "territory");
    SET(column[0], "hours");
    SET(column[1], "value");
    s.column_count = 2;
    s.territory_count = 3;
    return s;
}

static void give_reps(struct ambit_scenario *scenario, const char *reps)
{
    (void)ambit_test_file("reps.csv", reps, -1);
    if (ambit_copy_string("reps.csv", &scenario->reps_file) != AMBIT_OK) abort();
    scenario->territory_count = 0;
    (void)snprintf(scenario->rep_id_column, AMBIT_NAME_MAX, "rep");
    (void)snprintf(scenario->rep_territory_column, AMBIT_NAME_MAX, "territory");
    (void)snprintf(scenario->rep_lat_column, AMBIT_NAME_MAX, "lat");
    (void)snprintf(scenario->rep_lon_column, AMBIT_NAME_MAX, "lon");
    (void)snprintf(scenario->rep_capacity_column, AMBIT_NAME_MAX, "capacity");
}

/* The message, with the folder of the test's files taken out. */
static void check_message(const char *expected)
{
    static char found[2 * AMBIT_MESSAGE_MAX];
    const char *message = ambit_error_message();
    size_t used = 0;
    const char *const folder = ambit_test_file("folder", "", 0);
    const size_t folder_size = (size_t)(strrchr(folder, '/') + 1 - folder);
    while (*message != '\0') {
        if (strncmp(message, folder, folder_size) == 0)
            message += folder_size;
        else
            found[used++] = *message++;
    }
    found[used] = '\0';
    if (strcmp(found, expected) != 0)
        fprintf(stderr, "found:\n%s\nexpected:\n%s\n", found, expected);
    CU_ASSERT_STRING_EQUAL(found, expected);
    ambit_error_clear();
}

static ambit_status read_reps(const struct ambit_scenario *s, struct ambit_territories *territories)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *comm = NULL;
    memset(&bad, 0, sizeof bad);
    *territories = (struct ambit_territories){0};
    AMBIT_TRY(ambit_comm_create_alone(&comm));
    AMBIT_TRY(ambit_read_territories(s, comm, false, territories, &bad, &hash, &rows));
done:
    ambit_comm_destroy(&comm);
    return status;
}

static ambit_status read_both(const struct ambit_scenario *s, bool skip,
                              struct ambit_territories *territories,
                              struct ambit_accounts *accounts)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *comm = NULL;
    memset(&bad, 0, sizeof bad);
    *territories = (struct ambit_territories){0};
    *accounts = (struct ambit_accounts){0};
    AMBIT_TRY(ambit_comm_create_alone(&comm));
    AMBIT_TRY(ambit_read_territories(s, comm, skip, territories, &bad, &hash, &rows));
    AMBIT_TRY(ambit_read_accounts(s, NULL, territories, comm, skip, accounts, &bad, &hash, &rows));
done:
    ambit_comm_destroy(&comm);
    return status;
}

/* Reading the scenario's tables fails with these words. */
static void check_failure(struct ambit_scenario *s, bool skip, const char *message)
{
    struct ambit_territories territories;
    struct ambit_accounts accounts;
    CU_ASSERT_EQUAL(read_both(s, skip, &territories, &accounts), AMBIT_ERR_INPUT);
    CU_ASSERT_PTR_NULL(accounts.lat);
    check_message(message);
    ambit_territories_clear(&territories);
    ambit_accounts_clear(&accounts);
    ambit_scenario_clear(s);
}

static void check_refused(const char *accounts, const char *message)
{
    struct ambit_scenario s = scenario_of(accounts);
    check_failure(&s, false, message);
}

#define HEADER "id,lat,lon,territory,hours,value\n"
#define GOOD "a,40,-100,T001,1.5,10\n"
#define MEND "; mend them, or leave such rows out with --skip-bad-rows"

/* One bad row on line 3, after a good one. */
static void check_bad(const char *row, const char *place_and_words, const char *kind)
{
    char accounts[2000], message[2000];
    (void)snprintf(accounts, sizeof accounts, HEADER GOOD "%s", row);
    (void)snprintf(message, sizeof message, "accounts.csv:%s\naccounts.csv: 1 bad row (1 %s)" MEND,
                   place_and_words, kind);
    check_refused(accounts, message);
    CU_ASSERT_EQUAL(bad.total, 1);
}

static void reads_accounts(void)
{
    struct ambit_scenario s =
        scenario_of("\xEF\xBB\xBFvalue,id,\"lat \", lon ,hours,territory,\"na\nme\"\r\n"
                    "10,\"b \"\"x\"\"\",40.25,-100.5,0.0000015,T002,\"x\ny\"\r\n"
                    "\r\n"
                    " 7 ,\xC3\xA9,-90,180,\"2\",,");
    struct ambit_territories t;
    struct ambit_accounts a;
    CU_ASSERT_EQUAL(read_both(&s, false, &t, &a), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "");
    CU_ASSERT_EQUAL(a.count, 2);
    CU_ASSERT_EQUAL(a.total, 2);
    CU_ASSERT_EQUAL(a.first, 0);
    CU_ASSERT_EQUAL(rows, 2);
    CU_ASSERT_EQUAL(bad.total, 0);
    CU_ASSERT_EQUAL(a.id_width, 5);
    if (a.count == 2) {
        CU_ASSERT_EQUAL(memcmp(a.id, "b \"x\"\xC3\xA9\0\0\0", 10), 0);
        CU_ASSERT_EQUAL(a.lat[0], 40.25);
        CU_ASSERT_EQUAL(a.lon[0], -100.5);
        CU_ASSERT_TRUE(a.x == NULL && a.y == NULL && a.z == NULL);
        CU_ASSERT_EQUAL(a.previous[0], 1);
        CU_ASSERT_EQUAL(a.previous[1], -1);
        CU_ASSERT_EQUAL(a.column[0][0], 2);
        CU_ASSERT_EQUAL(a.column[0][1], 2 * AMBIT_MICRO);
        CU_ASSERT_EQUAL(a.column[1][1], 7 * AMBIT_MICRO);
        CU_ASSERT_EQUAL(a.visits[1], 12 * AMBIT_MICRO);
        CU_ASSERT_PTR_NULL(a.local_travel);
    }
    ambit_accounts_clear(&a);
    ambit_territories_clear(&t);
    ambit_scenario_clear(&s);
}

static void takes_visits_from_a_column(void)
{
    struct ambit_scenario s = scenario_of(HEADER GOOD);
    struct ambit_territories t;
    struct ambit_accounts a;
    s.visits_column = 1;
    CU_ASSERT_EQUAL(read_both(&s, false, &t, &a), AMBIT_OK);
    CU_ASSERT_EQUAL(a.count, 1);
    if (a.count == 1) CU_ASSERT_EQUAL(a.visits[0], 10 * AMBIT_MICRO);
    CU_ASSERT_PTR_EQUAL(a.visits, a.column[1]); /* they stand in memory once */
    ambit_accounts_clear(&a);
    ambit_territories_clear(&t);
    ambit_scenario_clear(&s);
}

static void projects_x_and_y(void)
{
    struct ambit_scenario s = scenario_of("id,x,y,hours,value\n"
                                          "a,1000000,2000000,1,1\nb,0,0,1,1\nc,1e12,1,1,1\n");
    struct ambit_territories t;
    struct ambit_accounts a;
    s.lat_column[0] = s.lon_column[0] = s.territory_column[0] = '\0';
    SET(x_column, "x");
    SET(y_column, "y");
    CU_ASSERT_EQUAL(ambit_copy_string("EPSG:5070", &s.crs), AMBIT_OK);
    CU_ASSERT_EQUAL(read_both(&s, true, &t, &a), AMBIT_OK);
    CU_ASSERT_EQUAL(a.count, 1);
    if (a.count == 1) {
        CU_ASSERT_DOUBLE_EQUAL(a.lat[0], 40.263, 0.5);
        CU_ASSERT_DOUBLE_EQUAL(a.lon[0], -84.2, 0.5);
    }
    CU_ASSERT_EQUAL(bad.total, 2);
    CU_ASSERT_EQUAL(bad.count[AMBIT_BAD_COORDINATE], 2);
    CU_ASSERT_STRING_EQUAL(bad.row[0].text, "expected a place in columns 'y' and 'x', found 0, 0");
    CU_ASSERT_STRING_EQUAL(bad.row[1].text, "expected a place that EPSG:5070 reaches in columns "
                                            "'y' and 'x', found 1, 1e+12");
    CU_ASSERT_STRING_EQUAL(bad.row[1].role, "accounts");
    ambit_accounts_clear(&a);
    ambit_territories_clear(&t);
    ambit_scenario_clear(&s);
}

static void refuses_an_unknown_projection(void)
{
    struct ambit_scenario s = scenario_of("id,x,y,hours,value\na,1000000,2000000,1,1\n");
    s.lat_column[0] = s.lon_column[0] = s.territory_column[0] = '\0';
    SET(x_column, "x");
    SET(y_column, "y");
    CU_ASSERT_EQUAL(ambit_copy_string("EPSG:99999", &s.crs), AMBIT_OK);
    check_failure(&s, false,
                  "crs: expected a coordinate reference system that PROJ knows, such as EPSG:5070, "
                  "found 'EPSG:99999' (PROJ says: proj_create: crs not found)");
}

static void lists_each_kind_of_bad_row(void)
{
    check_bad(",40,-100,,1,1\n", "3:1: expected an id in column 'id', found an empty field",
              "missing id");
    check_bad("a,40,-100,,1,1\n",
              "3:1: expected a new id in column 'id', found 'a' again (first at line 2)",
              "duplicate id");
    check_bad("b,90.5,-100,,1,1\n",
              "3:3: expected a latitude from -90 to 90 in column 'lat', found '90.5'",
              "bad coordinate");
    check_bad("b,40,-180.01,,1,1\n",
              "3:6: expected a longitude from -180 to 180 in column 'lon', found '-180.01'",
              "bad coordinate");
    check_bad("b,0,0.0,,1,1\n", "3:3: expected a place in columns 'lat' and 'lon', found 0, 0",
              "bad coordinate");
    check_bad("b,,-100,,1,1\n", "3:3: expected a latitude in column 'lat', found an empty field",
              "bad coordinate");
    check_bad("b,40,W100,,1,1\n", "3:6: expected a longitude in column 'lon', found 'W100'",
              "not a number");
    check_bad("b,40,-100,,1,\"12,5x\"\n",
              "3:14: expected a number in column 'value', found '12,5x'", "not a number");
    check_bad("b,40,-100,,,1\n", "3:12: expected a number in column 'hours', found an empty field",
              "not a number");
    check_bad("b,40,-100,,1,-0.5\n",
              "3:14: expected a number that is not negative in column 'value', found '-0.5'",
              "negative number");
    check_bad("b,40,-100,,inf,1\n", "3:12: expected a finite number in column 'hours', found 'inf'",
              "infinite number");
    check_bad("b,40,-100,,1,5e12\n",
              "3:14: expected a number up to 4.6e12 (give it in thousands or millions) in column "
              "'value', found '5e12'",
              "infinite number");
    check_bad("b,40,-100,T4,1,1\n",
              "3:11: expected a territory or a rep's id in column 'territory', found 'T4'",
              "unknown territory or rep");
    check_bad("b,40,-100,,1\n", "3:13: expected 6 fields as in the header, found 5",
              "wrong number of fields");
    check_bad("b,40,-100,,1,1,x\n", "3:16: expected 6 fields as in the header, found 7",
              "wrong number of fields");
    check_bad("b \"x\",40,-100,,1,1\n",
              "3:3: expected quotes around whole fields, doubled inside, found one elsewhere",
              "misplaced quote");
    check_bad("\xFF"
              "b\x01,40,-100,,1,1\n",
              "3:1: expected UTF-8 text without NUL in column 'id', found '\\xFFb\\x01'",
              "not UTF-8 text");
}

static void counts_lines_inside_quotes(void)
{
    check_refused("note," HEADER "\"1\n2\r\n3\",a,40,-100,,1,1\n\"\n\xC3\xA9\",b,40,-100,,x,1\n"
                  "\"\n\",a,40,-100,,1,1\n",
                  "accounts.csv:6:15: expected a number in column 'hours', found 'x'\n"
                  "accounts.csv:8:3: expected a new id in column 'id', found 'a' again (first at "
                  "line 4)\n"
                  "accounts.csv: 2 bad rows (1 duplicate id, 1 not a number)" MEND);
}

static void refuses_nul_and_long_ids(void)
{
    char text[2000];
    struct ambit_scenario s = scenario_of(HEADER);
    const int size =
        snprintf(text, sizeof text, HEADER "x%cy,40,-100,,1,1\n%0300d,40,-100,,1,1\n", '\0', 0);
    (void)ambit_test_file("accounts.csv", text, size);
    check_failure(&s, false,
                  "accounts.csv:2:1: expected UTF-8 text without NUL in column 'id', found "
                  "'x\\x00y'\n"
                  "accounts.csv:3:1: expected at most 255 bytes in column 'id', found 300\n"
                  "accounts.csv: 2 bad rows (1 missing id, 1 not UTF-8 text)" MEND);
}

static void shows_the_first_twenty(void)
{
    char text[4000] = HEADER, expected[4000] = "";
    size_t used = strlen(text), expected_used = 0;
    for (int i = 0; i < 25; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s\n",
                                 i % 5 == 4 ? ",1,1,,1,1" : "b,1,1,,1,x");
        if (i >= 20) continue;
        expected_used +=
            (size_t)snprintf(expected + expected_used, sizeof expected - expected_used,
                             "accounts.csv:%d:%s\n", i + 2,
                             i % 5 == 4 ? "1: expected an id in column 'id', found an empty field"
                                        : "10: expected a number in column 'value', found 'x'");
    }
    (void)snprintf(expected + expected_used, sizeof expected - expected_used,
                   "accounts.csv: 25 bad rows (5 missing id, 20 not a number); the first 20 are "
                   "listed" MEND);
    check_refused(text, expected);
    CU_ASSERT_EQUAL(bad.total, 25);
    CU_ASSERT_EQUAL(bad.shown, 20);
    CU_ASSERT_EQUAL(bad.row[19].line, 21);
}

/* Rows with a fault and later rows of an id are left out; the rest stays in file order. */
static void skips_bad_rows(void)
{
    struct ambit_scenario s = scenario_of(
        HEADER "a,1,1,,1,x\nb,1,1,,2,1\na,1,1,,3,1\nb,1,1,,4,1\nc,1,1,,5,1\na,1,1,,6,1\n");
    struct ambit_territories t;
    struct ambit_accounts a;
    CU_ASSERT_EQUAL(read_both(&s, true, &t, &a), AMBIT_OK);
    CU_ASSERT_EQUAL(rows, 6);
    CU_ASSERT_EQUAL(a.count, 3);
    if (a.count == 3) {
        CU_ASSERT_EQUAL(memcmp(a.id, "bac", 3), 0);
        CU_ASSERT_EQUAL(a.column[0][0], 2 * AMBIT_MICRO);
        CU_ASSERT_EQUAL(a.column[0][1], 3 * AMBIT_MICRO);
        CU_ASSERT_EQUAL(a.column[0][2], 5 * AMBIT_MICRO);
    }
    CU_ASSERT_EQUAL(bad.total, 3);
    CU_ASSERT_EQUAL(bad.count[AMBIT_BAD_DUPLICATE_ID], 2);
    CU_ASSERT_STRING_EQUAL(bad.row[2].text,
                           "expected a new id in column 'id', found 'a' again (first at line 4)");
    ambit_accounts_clear(&a);
    ambit_territories_clear(&t);
    ambit_scenario_clear(&s);
}

static void never_skips_joined_lines(void)
{
    struct ambit_scenario s = scenario_of(HEADER GOOD "5\" b,1,1,,1,1\n6\" c,1,1,,1,1\n");
    check_failure(
        &s, true,
        "accounts.csv:3:2: expected quotes around whole fields, doubled inside, found one "
        "elsewhere; it joins 2 lines into one row\n"
        "accounts.csv: 1 bad row (1 misplaced quote)");
}

static void never_skips_an_open_quote(void)
{
    struct ambit_scenario s = scenario_of(HEADER GOOD "\"b,1,1,,1,1\nc,1,1,,1,1\n");
    check_failure(&s, true,
                  "accounts.csv:3:1: expected a closing quote, found the end of the file\n"
                  "accounts.csv: 1 bad row (1 misplaced quote)");
}

static void refuses_whole_files(void)
{
    check_refused("", "accounts.csv: expected a header line and rows, found an empty file");
    check_refused("\xEF\xBB\xBF\n",
                  "accounts.csv: expected a header line and rows, found an empty file");
    check_refused(HEADER, "accounts.csv: expected rows after the header, found none");
}

static void refuses_the_wrong_delimiter(void)
{
    check_refused(
        "id;lat;lon\na;1;1\n",
        "accounts.csv:1:1: expected columns separated by ',', found one column "
        "'id;lat;lon' that looks separated by ';': write delimiter: \";\" in the scenario");
    check_refused("id\tlat\tlon\n",
                  "accounts.csv:1:1: expected columns separated by ',', found one column "
                  "'id\\x09lat\\x09lon' that looks separated by '\\t': write delimiter: \"\\t\" in "
                  "the scenario");
    check_refused("id|lat|lon\n",
                  "accounts.csv:1:1: expected columns separated by ',', found one column "
                  "'id|lat|lon' that looks separated by '|': write delimiter: \"|\" in the "
                  "scenario");
}

static void refuses_headers(void)
{
    check_refused("id,lat,lon,teritory,hour,value\n",
                  "accounts.csv:1:1: expected a column 'territory' in the header, found none of "
                  "that name; the nearest is 'teritory'");
    check_refused("\xEF\xBB\xBFid,lat,\xC3\xA9,lon,lat,territory,hours,value\n",
                  "accounts.csv:1:14: expected column 'lat' once in the header, found it again "
                  "(first at 1:4)");
    check_refused(
        "\"id,lat\"\n",
        "accounts.csv:1:1: expected a column 'id' in the header, found none of that name; "
        "the nearest is 'id,lat'");
    check_refused("id,\"lat,lon\n",
                  "accounts.csv:1:4: expected a closing quote, found the end of the file");
    check_refused("id,5\" lat\",lon\n",
                  "accounts.csv:1:5: expected quotes around whole fields, found one elsewhere");
    check_refused(
        "id,lat\ra,1\rb,2\r",
        "accounts.csv:1:7: expected lines that end in LF or CR LF, found a CR alone: save "
        "the file with one of these");
    check_refused("\x1F\x8B\x08,\n",
                  "accounts.csv:1:1: expected a header line of UTF-8 text, found "
                  "other bytes: is this a CSV file?");
    check_refused("\xFF\xFEi\n",
                  "accounts.csv:1:1: expected UTF-8 text, found UTF-16: save the file as UTF-8");
}

static void refuses_a_missing_file(void)
{
    struct ambit_scenario s = scenario_of(NULL);
    ambit_free(&s.accounts_file);
    CU_ASSERT_EQUAL(ambit_copy_string("gone.csv", &s.accounts_file), AMBIT_OK);
    check_failure(&s, true, "gone.csv: cannot be opened: No such file or directory");
}

static void refuses_sums_that_overflow(void)
{
    check_refused(HEADER "a,1,1,,4e12,1\nb,1,1,,1e12,1\n",
                  "accounts.csv: column 'hours': expected a sum below 4.6e12 over all accounts, "
                  "found more: give it in thousands or millions");
}

/* Neither the order of rows, their line ends, the spelling of numbers nor columns that nobody reads
 * change the hash; any value that is used does. */
static void hashes_rows(void)
{
    enum { SAME = 4, TEXTS = 9 };
    static const char *const text[TEXTS] = {
        HEADER GOOD "b,1,1,,1,1\n",
        HEADER "b,1,1,,1,1\r\n\r\n" GOOD,
        HEADER GOOD "b,1.00,+1,,1.0,01\n",
        "value,more,id,lat,lon,territory,hours\n10,x,a,40,-100,T001,1.5\n1,y,b,1,1,,1\n",
        HEADER GOOD "b,1,1,,1,2\n", /* from here on each differs from all others */
        HEADER GOOD "c,1,1,,1,1\n",
        HEADER GOOD "b,1,1.000001,,1,1\n",
        HEADER GOOD "b,1,1,T001,1,1\n",
        HEADER GOOD "b,1,1,,1,1\nc,1,1,,1,1\n"};
    struct ambit_rows_hash found[TEXTS];
    for (int i = 0; i < TEXTS; i++) {
        struct ambit_scenario s = scenario_of(text[i]);
        struct ambit_territories t;
        struct ambit_accounts a;
        CU_ASSERT_EQUAL(read_both(&s, false, &t, &a), AMBIT_OK);
        found[i] = hash;
        ambit_accounts_clear(&a);
        ambit_territories_clear(&t);
        ambit_scenario_clear(&s);
    }
    for (int i = 0; i < TEXTS; i++) {
        for (int k = 0; k < i; k++) {
            const bool equal = found[i].low == found[k].low && found[i].high == found[k].high;
            CU_ASSERT_EQUAL(equal, i < SAME);
        }
    }
}

#define REPS "rep,territory,lat,lon,capacity\n"

static void reads_reps(void)
{
    struct ambit_scenario s = scenario_of(HEADER "a,1,1,R2,1,1\nb,1,1,East,1,1\n");
    struct ambit_territories t;
    struct ambit_accounts a;
    double unit[3];
    give_reps(&s, REPS "R1,West,40,-100,1500\nR2,East,,,\n,North,50,-100,\n");
    s.territory_count = 5;
    CU_ASSERT_EQUAL(read_both(&s, false, &t, &a), AMBIT_OK);
    CU_ASSERT_EQUAL(t.count, 5);
    CU_ASSERT_EQUAL(a.count, 2);
    if (t.count == 5 && a.count == 2) {
        static const char *const name[] = {"East", "North", "West", "new-001", "new-002"};
        for (int j = 0; j < 5; j++)
            CU_ASSERT_STRING_EQUAL(t.item[j].name, name[j]);
        CU_ASSERT_STRING_EQUAL(t.item[2].rep_id, "R1");
        CU_ASSERT_STRING_EQUAL(t.item[1].rep_id, "");
        CU_ASSERT_EQUAL(t.item[2].capacity, 1500.0);
        CU_ASSERT_EQUAL(t.item[0].capacity, 0.0);
        CU_ASSERT_EQUAL(t.item[2].centre_kind, AMBIT_CENTRE_HOME);
        CU_ASSERT_EQUAL(t.item[0].centre_kind, AMBIT_CENTRE_MEDIAN);
        CU_ASSERT_FALSE(t.item[0].has_home);
        ambit_unit_from_degrees(40, -100, unit);
        CU_ASSERT_EQUAL(memcmp(t.item[2].position, unit, sizeof unit), 0);
        CU_ASSERT_EQUAL(memcmp(t.item[2].home, unit, sizeof unit), 0);
        CU_ASSERT_EQUAL(t.item[3].centre_account, -1);
        CU_ASSERT_EQUAL(a.previous[0], 0);
        CU_ASSERT_EQUAL(a.previous[1], 0);
        CU_ASSERT_EQUAL(ambit_territories_find(&t, "new-001"), 3);
        CU_ASSERT_EQUAL(ambit_territories_find(&t, "R1"), -1);
    }
    ambit_accounts_clear(&a);
    ambit_territories_clear(&t);
    ambit_scenario_clear(&s);
}

static void names_territories_without_reps(void)
{
    struct ambit_scenario s = scenario_of(HEADER GOOD);
    struct ambit_territories t;
    s.territory_count = 1000;
    CU_ASSERT_EQUAL(read_reps(&s, &t), AMBIT_OK);
    CU_ASSERT_EQUAL(t.count, 1000);
    CU_ASSERT_EQUAL(rows, 0);
    if (t.count == 1000) {
        CU_ASSERT_STRING_EQUAL(t.item[0].name, "T0001");
        CU_ASSERT_STRING_EQUAL(t.item[999].name, "T1000");
    }
    ambit_territories_clear(&t);
    ambit_scenario_clear(&s);
}

static void leaves_homes_free_where_asked(void)
{
    struct ambit_scenario s = scenario_of(HEADER GOOD);
    struct ambit_territories t;
    give_reps(&s, REPS "R1,West,40,-100,1500\n");
    s.homes_fixed = false;
    s.free_centre = AMBIT_CENTRE_CENTROID;
    CU_ASSERT_EQUAL(read_reps(&s, &t), AMBIT_OK);
    CU_ASSERT_EQUAL(t.count, 1);
    if (t.count == 1) {
        CU_ASSERT_EQUAL(t.item[0].centre_kind, AMBIT_CENTRE_CENTROID);
        CU_ASSERT_TRUE(t.item[0].has_home);
        CU_ASSERT_EQUAL(t.item[0].position[0], 0.0);
    }
    ambit_territories_clear(&t);
    ambit_scenario_clear(&s);
}

static void check_reps_refused(const char *reps, int territory_count, const char *message)
{
    struct ambit_scenario s = scenario_of(HEADER GOOD);
    give_reps(&s, reps);
    s.territory_count = territory_count;
    check_failure(&s, false, message);
}

static void refuses_reps(void)
{
    check_reps_refused(
        REPS "R1,A,1,1,\nR1,B,1,1,\nR2,A,1,1,\n,,1,1,\nR3,C,,1,\nR4,D,1,1,-3\n", 0,
        "reps.csv:3:1: expected a new id in column 'rep', found 'R1' again (first at "
        "line 2)\n"
        "reps.csv:4:4: expected a new id in column 'territory', found 'A' again "
        "(first at line 2)\n"
        "reps.csv:5:2: expected a territory's name in column 'territory', found an "
        "empty field\n"
        "reps.csv:6:6: expected a latitude in column 'lat', found an empty field\n"
        "reps.csv:7:10: expected a number that is not negative in column "
        "'capacity', found '-3'\n"
        "reps.csv: 5 bad rows (1 missing id, 2 duplicate id, 1 bad coordinate, 1 "
        "negative number)" MEND);
    CU_ASSERT_STRING_EQUAL(bad.row[0].role, "reps");
    check_reps_refused(REPS, 0, "reps.csv: expected rows after the header, found none");
    check_reps_refused(REPS "R1,A,1,1,\nR2,B,1,1,\n", 1,
                       "s.yml: territories: expected at least 2, one for each rep of reps.csv, "
                       "found 1");
    check_reps_refused(REPS "R1,new-001,1,1,\n", 2,
                       "territories: expected every name once, found 'new-001' twice");
    check_reps_refused("rep,lat,lon,capacity\n", 0,
                       "reps.csv:1:1: expected a column 'territory' in the header, found none of "
                       "that name; the nearest is 'capacity'");
}

/* Every allocation fails once: the same status, nothing left behind. */
static void survives_failing_allocations(void)
{
    struct ambit_scenario s = scenario_of(HEADER GOOD GOOD "c,1,1,West,1,1\n");
    give_reps(&s, REPS "R1,West,40,-100,1500\nR2,T001,,,\n");
    const int64_t before = ambit_memory_live_blocks();
    ambit_status status = AMBIT_ERR_MEMORY;
    for (int nth = 1; status != AMBIT_OK && nth < 200; nth++) {
        struct ambit_territories t;
        struct ambit_accounts a;
        ambit_memory_fail_at(nth);
        status = read_both(&s, true, &t, &a);
        ambit_memory_fail_at(0);
        if (status != AMBIT_OK) CU_ASSERT_EQUAL(status, AMBIT_ERR_MEMORY);
        ambit_accounts_clear(&a);
        ambit_territories_clear(&t);
        ambit_error_clear();
        CU_ASSERT_EQUAL(ambit_memory_live_blocks(), before);
    }
    CU_ASSERT_EQUAL(status, AMBIT_OK);
    ambit_scenario_clear(&s);
}

static void creates_accounts(void)
{
    struct ambit_accounts a;
    CU_ASSERT_EQUAL(ambit_accounts_create(3, 4, 2, &a), AMBIT_OK);
    CU_ASSERT_EQUAL(a.count, 3);
    CU_ASSERT_PTR_NOT_NULL(a.column[1]);
    CU_ASSERT_PTR_NULL(a.column[2]);
    CU_ASSERT_PTR_NULL(a.local_travel);
    ambit_accounts_clear(&a);
    CU_ASSERT_EQUAL(a.count, 0);
    CU_ASSERT_EQUAL(ambit_accounts_create(0, 0, 0, &a), AMBIT_OK);
    ambit_accounts_clear(&a);
    ambit_memory_fail_at(5);
    CU_ASSERT_EQUAL(ambit_accounts_create(3, 4, 2, &a), AMBIT_ERR_MEMORY);
    CU_ASSERT_PTR_NULL(a.lat);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"reads accounts", reads_accounts},
        {"takes visits from a column", takes_visits_from_a_column},
        {"projects x and y", projects_x_and_y},
        {"refuses an unknown projection", refuses_an_unknown_projection},
        {"lists each kind of bad row", lists_each_kind_of_bad_row},
        {"counts lines inside quotes", counts_lines_inside_quotes},
        {"refuses NUL and long ids", refuses_nul_and_long_ids},
        {"shows the first twenty", shows_the_first_twenty},
        {"skips bad rows", skips_bad_rows},
        {"never skips joined lines", never_skips_joined_lines},
        {"never skips an open quote", never_skips_an_open_quote},
        {"refuses whole files", refuses_whole_files},
        {"refuses the wrong delimiter", refuses_the_wrong_delimiter},
        {"refuses headers", refuses_headers},
        {"refuses a missing file", refuses_a_missing_file},
        {"refuses sums that overflow", refuses_sums_that_overflow},
        {"hashes rows", hashes_rows},
        {"reads reps", reads_reps},
        {"names territories without reps", names_territories_without_reps},
        {"leaves homes free where asked", leaves_homes_free_where_asked},
        {"refuses reps", refuses_reps},
        {"survives failing allocations", survives_failing_allocations},
        {"creates accounts", creates_accounts},
    };
    return ambit_test_main("tables", tests, AMBIT_TEST_COUNT(tests));
}
