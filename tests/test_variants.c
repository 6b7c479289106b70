/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scenarios of one file: how overrides and grids are laid over the base, and what is refused. */
#include "engine/base/memory.h"
#include "io/scenario_variants.h"
#include "io/scenario_yaml.h"
#include "tests/harness.h"
#include "tests/scenario_keys.h"

#include <stdio.h>
#include <string.h>

/* Six lines, so that what follows starts on line 7. */
#define BASE                                                                                       \
    "accounts: {file: a.csv, columns: {id: id, lat: lat, lon: lon}}\n"                             \
    "reps: {file: r.csv, columns: {id: rep, capacity: hours}}\n"                                   \
    "travel: {stops_per_day: 5, minutes: {a: 3, b: 0.7}}\n"                                        \
    "measures: {hours: workload + travel, worth: potential}\n"                                     \
    "bands: {hours: {band: 5%, target: capacity}, worth: 15%}\n"                                   \
    "scale: [{column: workload, by: 2}]\n"

static struct ambit_variants *parse(const char *text)
{
    struct ambit_variants *v = NULL;
    CU_ASSERT_EQUAL(ambit_variants_parse("dir/s.yaml", text, strlen(text), &v), AMBIT_OK);
    if (v == NULL) fprintf(stderr, "%s\n", ambit_error_message());
    ambit_error_clear();
    return v;
}

static void bind(const struct ambit_variants *v, int index, struct ambit_scenario *out)
{
    CU_ASSERT_EQUAL_FATAL(ambit_variants_bind(v, index, out), AMBIT_OK);
}

static void joins_maps_and_replaces_the_rest(void)
{
    static const char text[] =
        BASE "scenarios:\n"
             "  - {name: a, travel: {minutes: {a: 4}}, bands: {worth: none, count: {max: 9}}}\n"
             "  - {name: b, travel: {minutes: [[1, 2], [3, 4]], stops_per_day: 6}}\n"
             "  - {name: c, bands: {hours: 4%}}\n"
             "  - {name: d, bands: {hours: {target: equal}}, territories: 7}\n";
    struct ambit_variants *v = parse(text);
    struct ambit_scenario s;
    CU_ASSERT_PTR_NOT_NULL_FATAL(v);
    CU_ASSERT_EQUAL(ambit_variants_count(v), 4);
    bind(v, 0, &s);
    CU_ASSERT_STRING_EQUAL(s.name, "a");
    CU_ASSERT_STRING_EQUAL(s.changes.variant, "a");
    CU_ASSERT_STRING_EQUAL(s.text, text);
    CU_ASSERT_EQUAL(s.drive_time.a, 4.0);
    CU_ASSERT_EQUAL(s.drive_time.b, 0.7);
    CU_ASSERT_EQUAL(s.stops_per_day, 5.0);
    CU_ASSERT_EQUAL(s.band_count, 2);
    CU_ASSERT_EQUAL(s.band[1].upper, 9.0);
    ambit_scenario_clear(&s);
    bind(v, 1, &s);
    CU_ASSERT_EQUAL(s.drive_time.table_count, 2);
    CU_ASSERT_EQUAL(s.stops_per_day, 6.0);
    CU_ASSERT_EQUAL(s.band_count, 2);
    ambit_scenario_clear(&s);
    bind(v, 2, &s); /* the target stays */
    CU_ASSERT_EQUAL(s.band[0].upper, 1.04);
    CU_ASSERT_EQUAL(s.band[0].target, AMBIT_TARGET_CAPACITY);
    ambit_scenario_clear(&s);
    bind(v, 3, &s);
    CU_ASSERT_EQUAL(s.band[0].upper, 1.05);
    CU_ASSERT_EQUAL(s.band[0].target, AMBIT_TARGET_EQUAL);
    CU_ASSERT_EQUAL(s.territory_count, 7);
    ambit_scenario_clear(&s);
    bind(v, AMBIT_VARIANT_BASE, &s);
    CU_ASSERT_STRING_EQUAL(s.name, "s");
    CU_ASSERT_STRING_EQUAL(s.changes.variant, "");
    CU_ASSERT_EQUAL(s.drive_time.a, 3.0);
    ambit_scenario_clear(&s);
    ambit_variants_destroy(&v);
}

static void adds_changes_to_those_of_the_base(void)
{
    struct ambit_variants *v =
        parse(BASE "scenarios:\n"
                   "  - name: a\n"
                   "    scale: {column: potential, by: +10%}\n"
                   "    reps: {add: [x.csv, y.csv], leave: R1, move: {R2: {lat: 1, lon: 2}}}\n"
                   "    accounts: {add: n.csv, remove: g.csv}\n"
                   "  - {name: b, scale: none, seed: 9}\n"
                   "  - {name: c, scale: [{column: workload, by: -5%}]}\n");
    struct ambit_scenario s;
    static const struct {
        enum ambit_change_kind kind;
        const char *text;
    } expected[] = {{AMBIT_CHANGE_ADD_REPS, "x.csv"},     {AMBIT_CHANGE_ADD_REPS, "y.csv"},
                    {AMBIT_CHANGE_LEAVE, "R1"},           {AMBIT_CHANGE_MOVE, "R2"},
                    {AMBIT_CHANGE_ADD_ACCOUNTS, "n.csv"}, {AMBIT_CHANGE_REMOVE_ACCOUNTS, "g.csv"}};
    CU_ASSERT_PTR_NOT_NULL_FATAL(v);
    bind(v, 0, &s);
    CU_ASSERT_EQUAL_FATAL(s.changes.count, 8);
    for (int c = 0; c < 6; c++) {
        CU_ASSERT_EQUAL(s.changes.change[c].kind, expected[c].kind);
        CU_ASSERT_STRING_EQUAL(s.changes.change[c].text, expected[c].text);
    }
    CU_ASSERT_EQUAL(s.changes.change[3].lat, 1.0);
    CU_ASSERT_EQUAL(s.changes.change[3].lon, 2.0);
    CU_ASSERT_EQUAL(s.changes.change[6].by, 2.0);
    CU_ASSERT_EQUAL(s.changes.change[7].by, 1.1);
    CU_ASSERT_STRING_EQUAL(s.column[s.changes.change[7].scaled], "potential");
    CU_ASSERT_FALSE(s.changes.has_seed);
    ambit_scenario_clear(&s);
    bind(v, 1, &s);
    CU_ASSERT_EQUAL(s.changes.count, 0);
    CU_ASSERT_TRUE(s.changes.has_seed && s.changes.seed == 9);
    ambit_scenario_clear(&s);
    bind(v, 2, &s);
    CU_ASSERT_EQUAL_FATAL(s.changes.count, 2);
    CU_ASSERT_EQUAL(s.changes.change[1].by, 0.95);
    ambit_scenario_clear(&s);
    ambit_variants_destroy(&v);
}

/* The product is exact: every combination once, the last axis fastest, under names of its values.
 */
static void multiplies_axes(void)
{
    static const char *const names[] = {
        "reps=3, growth=flat, seed=1",    "reps=3, growth=flat, seed=2",
        "reps=3, growth=west 5, seed=1",  "reps=3, growth=west 5, seed=2",
        "reps=40, growth=flat, seed=1",   "reps=40, growth=flat, seed=2",
        "reps=40, growth=west 5, seed=1", "reps=40, growth=west 5, seed=2"};
    struct ambit_variants *v =
        parse(BASE "grid:\n"
                   "  reps: [3, 40]\n"
                   "  growth: {flat: {}, west 5: {scale: {column: potential, by: 1.05}}}\n"
                   "  seeds: 2\n"
                   "scenarios:\n"
                   "  - {name: x, territories: 9, grid: {bands.worth: [1%, 2%]}, seeds: 2}\n");
    CU_ASSERT_PTR_NOT_NULL_FATAL(v);
    CU_ASSERT_EQUAL_FATAL(ambit_variants_count(v), 4 + 8);
    CU_ASSERT_STRING_EQUAL(ambit_variants_name(v, 0), "x, bands.worth=1%, seed=1");
    CU_ASSERT_STRING_EQUAL(ambit_variants_name(v, 3), "x, bands.worth=2%, seed=2");
    for (int n = 0; n < 8; n++) {
        struct ambit_scenario s;
        CU_ASSERT_STRING_EQUAL(ambit_variants_name(v, 4 + n), names[n]);
        bind(v, 4 + n, &s);
        CU_ASSERT_EQUAL(s.territory_count, n < 4 ? 3 : 40);
        CU_ASSERT_EQUAL(s.changes.count, n / 2 % 2 + 1);
        CU_ASSERT_EQUAL(s.changes.seed, (uint64_t)(n % 2 + 1));
        ambit_scenario_clear(&s);
    }
    struct ambit_scenario s;
    bind(v, 3, &s);
    CU_ASSERT_EQUAL(s.band[1].upper, 1.02);
    CU_ASSERT_EQUAL(s.territory_count, 9);
    ambit_scenario_clear(&s);
    char *words = NULL;
    CU_ASSERT_EQUAL(ambit_variants_differences(v, 3, &words), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(words, "territories: 9; bands.worth: 2%; seed: 2");
    ambit_free(&words);
    CU_ASSERT_EQUAL(ambit_variants_differences(v, 6, &words), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(words, "territories: 3; scale.column: potential; scale.by: 1.05; seed: "
                                  "1");
    ambit_free(&words);
    ambit_variants_destroy(&v);
}

static void refuses_at_the_place(void)
{
    static const struct {
        const char *text, *message; /* without "dir/s.yaml:" */
    } table[] = {
        {"scenarios: {a: 1}\n", "7:12: scenarios: expected a list of scenarios, such as - {name: "
                                "more reps, …}, found a map"},
        {"scenarios:\n  - 5\n", "8:5: scenarios[0]: expected a map of a name and overrides, found "
                                "a text"},
        {"scenarios:\n  - {territories: 5}\n",
         "8:5: scenarios[0]: expected the key name, found none"},
        {"scenarios:\n  - {name: a/b}\n",
         "8:12: scenarios[0].name: expected a name of 1 to 191 bytes without / : and control "
         "characters, found a/b"},
        {"scenarios:\n  - {name: base}\n",
         "8:12: scenarios[0].name: expected another name than base, which is what the file has "
         "without its scenarios"},
        {"scenarios:\n  - {name: a}\n  - {name: a}\n",
         "9:5: scenarios[1]: expected each scenario's name once, found 'a' again (first on line "
         "8)"},
        {"scenarios:\n  - {name: a, band: {hours: 4%}}\n",
         "8:15: scenario: expected one of " TOP
         ", found 'band' (did you mean bands?) (in scenario 'a')"},
        {"scenarios:\n  - {name: a, bands: {hours: 4}}\n",
         "8:30: bands.hours.band: expected a percentage such as 5%, found '4' (in scenario 'a')"},
        {"scenarios:\n  - {name: a, scenarios: []}\n",
         "8:15: scenario: expected no scenarios within a scenario, found 'scenarios' (in scenario "
         "'a')"},
        {"scenarios:\n  - {name: a, scale: [{column: nowhere, by: 2}]}\n",
         "8:32: scale[1].column: expected a column that visits, measures or rules use, found "
         "'nowhere' (in scenario 'a')"},
        {"scenarios:\n  - {name: a, scale: [{column: potential, by: 10%}]}\n",
         "8:47: scale[1].by: expected a factor from 0 to 1000000 such as 1.1, or a change such as "
         "+10% or -5%, found '10%' (in scenario 'a')"},
        {"scenarios:\n  - {name: a, reps: {move: {R1: {lat: 91, lon: 0}}}}\n",
         "8:39: reps.move.R1.lat: expected degrees from -90 to 90, found '91' (in scenario 'a')"},
        {"scenarios:\n  - {name: a, seed: -1}\n",
         "8:21: seed: expected a whole number from 0 to 18446744073709551615, found '-1' (in "
         "scenario 'a')"},
        {"scenarios:\n  - {name: a, seeds: 0}\n",
         "8:22: scenarios[0].seeds: expected how many seeds to try, a whole number from 1 to "
         "1000, found 0"},
        {"grid: [1]\n", "7:7: grid: expected a map of keys and their values, found a list"},
        {"grid: {}\n", "7:7: grid: expected a map of keys and their values, found a map"},
        {"grid: {territories: 5}\n", "7:21: grid.territories: expected a list of values, or a map "
                                     "of names and overrides, found a text"},
        {"grid: {size: [1, 2]}\n",
         "7:8: grid: expected a key of the scenario such as bands.hours before a list, or a map of "
         "names and overrides, found 'size'"},
        {"grid: {size: {a: 5}}\n", "7:18: grid.size.a: expected a map of overrides, found a text"},
        {"grid: {territories: [1, 0]}\n",
         "7:25: territories: expected a whole number from 1 to 100000, found '0' (in scenario "
         "'territories=0')"},
        {"grid: {travel.minutes: [[1, 2]]}\n",
         "7:25: grid.travel.minutes[0]: expected a number or a text, found a list; give it a "
         "name: {NAME: …}"},
        {"grid: {accounts.add: [a/b.csv]}\n",
         "7:23: grid.accounts.add[0]: expected a value that can stand in a name of 1 to 191 bytes "
         "without / : and control characters, found 'a/b.csv'; give it a name: {NAME: VALUE}"},
        {"grid: {seeds: 1000, territories: [1, 2, 3, 4, 5]}\n",
         "7:21: grid: expected at most 4096 scenarios, found more"},
        {"bands.hours: 3%\n", "7:1: scenario: expected one of " TOP ", found 'bands.hours'"},
    };
    for (size_t n = 0; n < sizeof table / sizeof table[0]; n++) {
        char text[2048], expected[1024];
        struct ambit_variants *v = NULL;
        (void)snprintf(text, sizeof text, "%s%s", BASE, table[n].text);
        (void)snprintf(expected, sizeof expected, "dir/s.yaml:%s", table[n].message);
        CU_ASSERT_EQUAL(ambit_variants_parse("dir/s.yaml", text, strlen(text), &v),
                        AMBIT_ERR_INPUT);
        CU_ASSERT_PTR_NULL(v);
        CU_ASSERT_STRING_EQUAL(ambit_error_message(), expected);
        if (strcmp(ambit_error_message(), expected) != 0)
            fprintf(stderr, "expected %s\nfound    %s\n", expected, ambit_error_message());
        ambit_error_clear();
        ambit_variants_destroy(&v);
    }
}

static void finds_by_name(void)
{
    struct ambit_variants *v = parse(BASE "scenarios: [{name: more reps}, {name: fewer}]\n");
    int index = -1;
    CU_ASSERT_PTR_NOT_NULL_FATAL(v);
    CU_ASSERT_EQUAL(ambit_variants_find(v, "fewer", &index), AMBIT_OK);
    CU_ASSERT_EQUAL(index, 1);
    CU_ASSERT_EQUAL(ambit_variants_find(v, "more rep", &index), AMBIT_ERR_USAGE);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "dir/s.yaml: expected one of its 2 scenarios, found 'more rep' (did you "
                           "mean 'more reps'?); `ambit scenarios` lists them");
    ambit_error_clear();
    ambit_variants_destroy(&v);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"joins maps and replaces the rest", joins_maps_and_replaces_the_rest},
        {"adds changes to those of the base", adds_changes_to_those_of_the_base},
        {"multiplies axes", multiplies_axes},
        {"refuses at the place", refuses_at_the_place},
        {"finds by name", finds_by_name},
    };
    return ambit_test_main("variants", tests, AMBIT_TEST_COUNT(tests));
}
