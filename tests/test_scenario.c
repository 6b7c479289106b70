/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scenario file: what is bound, and every rejection with its exact message. */
#include "engine/base/comm.h"
#include "engine/base/memory.h"
#include "io/scenario_yaml.h"
#include "tests/harness.h"
#include "tests/scenario_keys.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The least that a scenario needs, in two lines, so that what follows starts on line 3. */
#define LEAST "accounts: {file: a.csv, columns: {id: id, lat: lat, lon: lon}}\nterritories: 3\n"
#define ACCOUNTS "accounts: {file: a.csv, columns: {id: id, lat: lat, lon: lon}}\n"
#define COLUMNS "  columns: {id: id, lat: lat, lon: lon}\n"
#define X10 "xxxxxxxxxx"
#define X64 X10 X10 X10 X10 X10 X10 "xxxx"
#define CLIPPED "'" X10 X10 X10 X10 "xxxxxxxx…'"
#define LIMIT                                                                                      \
    "a number from 0 to 1e12, a percentage of the target such as 110%, or a share such as 35% of " \
    "hours"
#define VISITS                                                                                     \
    "a number from 0 to 1000000, or a column's name (in quotes where it begins like a number)"

static ambit_status parse_text(const char *text, struct ambit_scenario *scenario_out)
{
    return ambit_scenario_parse("dir/s.yaml", text, strlen(text), scenario_out);
}

struct rejection {
    const char *text, *message; /* the message without "dir/s.yaml:" */
};

static void check_rejections(const struct rejection *rejections, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        struct ambit_scenario s;
        char expected[1024];
        const ambit_status status = parse_text(rejections[r].text, &s);
        snprintf(expected, sizeof expected, "dir/s.yaml:%s", rejections[r].message);
        CU_ASSERT_EQUAL(status, AMBIT_ERR_INPUT);
        CU_ASSERT_STRING_EQUAL(ambit_error_message(), expected);
        if (strcmp(ambit_error_message(), expected) != 0)
            fprintf(stderr, "expected %s\nfound    %s\n", expected, ambit_error_message());
        CU_ASSERT_PTR_NULL(s.text);
        ambit_scenario_clear(&s);
        ambit_error_clear();
    }
}
#define CHECK_REJECTIONS(table) check_rejections((table), sizeof(table) / sizeof(table)[0])

static void rejects_what_is_no_plain_yaml(void)
{
    static const struct rejection table[] = {
        {"", "1:1: scenario: expected a map of keys, found an empty file"},
        {"# nothing\n", "1:1: scenario: expected a map of keys, found an empty file"},
        {LEAST "travel:\n\tstops_per_day: 6\n",
         "4:1: scenario: expected spaces for indentation, found a tab"},
        {LEAST "name: a: b\n", "3:8: scenario: expected valid YAML, found that libyaml while "
                               "reading says: mapping values are not allowed in this context"},
        {LEAST "name: [a\n", "4:1: scenario: expected valid YAML, found that libyaml while parsing "
                             "a flow sequence says: did not find expected ',' or ']'"},
        {LEAST "name: \"a\n", "4:1: scenario: expected valid YAML, found that libyaml while "
                              "scanning a quoted scalar says: found unexpected end of stream"},
        {LEAST "name: é\xFF\n",
         "3:8: scenario: expected UTF-8 text without control characters, found byte 0xFF"},
        {LEAST "name: a\x01\n",
         "3:8: scenario: expected UTF-8 text without control characters, found byte 0x01"},
        {LEAST "name: \"a\\0b\"\n", "3:7: scenario: expected text on one line without control "
                                    "characters, found the character 0x00 in it"},
        {LEAST "name: |\n  a\n", "3:7: scenario: expected text on one line without control "
                                 "characters, found the character 0x0A in it"},
        {LEAST "name: &a b\n", "3:7: scenario: expected a plain value, found an anchor (&)"},
        {LEAST "name: *a\n", "3:7: scenario: expected a plain value, found an alias (*)"},
        {LEAST "name: !!str 5\n", "3:7: scenario: expected a plain value, found a tag (!)"},
        {LEAST "bands: &a {}\n", "3:8: scenario: expected a plain value, found an anchor (&)"},
        {LEAST "bands: !x []\n", "3:8: scenario: expected a plain value, found a tag (!)"},
        {LEAST "{a: b}: c\n", "3:1: scenario: expected a text as key, found a map"},
        {LEAST "bands:\n  ? [a]\n  : c\n", "4:5: bands: expected a text as key, found a list"},
        {LEAST "---\nname: b\n", "3:1: scenario: expected one document, found another one"},
        {LEAST "name: a\nbands: {}\nname: b\n",
         "5:1: scenario: expected each key once, found 'name' again (first on line 3)"},
        {LEAST "bands:\n  hours: 5%\n  \"hours\": 6%\n",
         "5:3: bands: expected each key once, found 'hours' again (first on line 4)"},
        {LEAST "name: [[[[[[[[[[[[[[[[[[",
         "3:22: name[0][0][0][0][0][0][0][0][0][0][0][0][0][0]: expected at most 16 maps and "
         "lists inside each other, found more"},
    };
    CHECK_REJECTIONS(table);
}

static void rejects_what_is_no_scenario(void)
{
    static const struct rejection table[] = {
        {"[a, b]\n", "1:1: scenario: expected a map of " TOP ", found a list"},
        {"text\n", "1:1: scenario: expected a map of " TOP ", found 'text'"},
        {"territories: 3\n", "1:1: scenario: expected the key accounts, found none"},
        {"territories: 3\nacounts: {}\n",
         "2:1: scenario: expected one of " TOP ", found 'acounts' (did you mean accounts?)"},
        {LEAST "? " X64 "\n: 1\n", "3:3: scenario: expected one of " TOP ", found " CLIPPED},
        {LEAST "zebra: 1\n", "3:1: scenario: expected one of " TOP ", found 'zebra'"},
        {LEAST "name: []\n", "3:7: name: expected a name of 1 to 63 bytes, found a list"},
        {LEAST "name:\n", "3:6: name: expected a name of 1 to 63 bytes, found nothing"},
        {LEAST "name: \"\"\n", "3:7: name: expected a name of 1 to 63 bytes, found ''"},
        {LEAST "name: " X64 "\n", "3:7: name: expected a name of 1 to 63 bytes, found " CLIPPED},
        {ACCOUNTS, "1:1: scenario: expected the key territories (how many), or reps, found none"},
        {ACCOUNTS "territories: 0\n",
         "2:14: territories: expected a whole number from 1 to 100000, found '0'"},
        {ACCOUNTS "territories: -42\n",
         "2:14: territories: expected a whole number from 1 to 100000, found '-42'"},
        {ACCOUNTS "territories: 13O\n",
         "2:14: territories: expected a whole number from 1 to 100000, found '13O'"},
        {ACCOUNTS "territories: 3.0\n",
         "2:14: territories: expected a whole number from 1 to 100000, found '3.0'"},
        {ACCOUNTS "territories: 1e2\n",
         "2:14: territories: expected a whole number from 1 to 100000, found '1e2'"},
        {ACCOUNTS "territories: 010\n",
         "2:14: territories: expected a whole number from 1 to 100000, found '010'"},
        {ACCOUNTS "territories: \"3\"\n",
         "2:14: territories: expected a whole number from 1 to 100000, found a text in quotes"},
        {ACCOUNTS "territories: 100001\n",
         "2:14: territories: expected a whole number from 1 to 100000, found '100001'"},
        {LEAST "centres: {homes: fix}\n",
         "3:18: centres.homes: expected fixed or ignored, found 'fix'"},
        {LEAST "centres: {free: {}}\n",
         "3:17: centres.free: expected median or centroid, found a map"},
        {LEAST "centres: 5\n",
         "3:10: centres: expected a map of homes, free, separation, found '5'"},
        {LEAST "objective: {hours_per_moved_account: -1}\n",
         "3:38: objective.hours_per_moved_account: expected a number from 0 to 1000000, "
         "found '-1'"},
        /* The first in the file, whatever the order of binding. */
        {LEAST "bands: {hours: x}\nname: []\n",
         "3:16: bands.hours: expected a percentage such as 5%, found 'x'"},
    };
    CHECK_REJECTIONS(table);
}

static void rejects_wrong_accounts_and_reps(void)
{
    static const struct rejection table[] = {
        {"accounts:\nterritories: 3\n", "1:10: accounts: expected the key file, found none"},
        {"accounts: x\nterritories: 3\n", "1:11: accounts: expected a map of file, delimiter, "
                                          "columns, crs, visits, add, remove, found 'x'"},
        {"accounts:\n" COLUMNS "territories: 3\n",
         "2:3: accounts: expected the key file, found none"},
        {"accounts:\n  fil: a.csv\n" COLUMNS "territories: 3\n",
         "2:3: accounts: expected one of file, delimiter, columns, crs, visits, add, remove, found "
         "'fil' (did "
         "you mean file?)"},
        {"accounts:\n  file: ''\n" COLUMNS "territories: 3\n",
         "2:9: accounts.file: expected a file's path, found ''"},
        {"accounts:\n  file: [a]\n" COLUMNS "territories: 3\n",
         "2:9: accounts.file: expected a file's path, found a list"},
        {"accounts:\n  file: a.csv\n  delimiter: ab\n" COLUMNS "territories: 3\n",
         "3:14: accounts.delimiter: expected one of \",\", \";\", \"|\" and tab, found 'ab'"},
        {"accounts:\n  file: a.csv\nterritories: 3\n",
         "2:3: accounts: expected the key columns, found none"},
        {"accounts:\n  file: a.csv\n  columns: {lat: a, lon: b}\nterritories: 3\n",
         "3:12: accounts.columns: expected the key id, found none"},
        {"accounts:\n  file: a.csv\n  columns: {id: a}\nterritories: 3\n",
         "3:12: accounts.columns: expected the keys lat and lon, or x and y, found none"},
        {"accounts:\n  file: a.csv\n  columns: {id: a, lat: b}\nterritories: 3\n",
         "3:12: accounts.columns: expected the key lon, found none"},
        {"accounts:\n  file: a.csv\n  columns: {id: a, y: b}\n  crs: c\nterritories: 3\n",
         "3:12: accounts.columns: expected the key x, found none"},
        {"accounts:\n  file: a.csv\n  columns: {id: a, lat: b, x: c}\n  crs: c\nterritories: 3\n",
         "3:12: accounts.columns: expected either the keys lat and lon, or x and y, found both"},
        {"accounts:\n  file: a.csv\n  columns: {id: a, x: b, y: c}\nterritories: 3\n",
         "2:3: accounts: expected the key crs (the reference system of x and y), found none"},
        {"accounts:\n  file: a.csv\n" COLUMNS "  crs: EPSG:5070\nterritories: 3\n",
         "4:8: accounts.crs: expected no reference system without columns x and y, found "
         "'EPSG:5070'"},
        {"accounts:\n  file: a.csv\n  columns: {id: a, x: b, y: c}\n  crs:\nterritories: 3\n",
         "4:7: accounts.crs: expected a reference system such as EPSG:5070, found nothing"},
        {"accounts:\n  file: a.csv\n" COLUMNS "  visits: 13O\nterritories: 3\n",
         "4:11: accounts.visits: expected " VISITS ", found '13O'"},
        {"accounts:\n  file: a.csv\n" COLUMNS "  visits: -1\nterritories: 3\n",
         "4:11: accounts.visits: expected " VISITS ", found '-1'"},
        {"accounts:\n  file: a.csv\n" COLUMNS "  visits: {}\nterritories: 3\n",
         "4:11: accounts.visits: expected " VISITS ", found a map"},
        {ACCOUNTS "reps: {columns: {id: a}}\n", "2:7: reps: expected the key file, found none"},
        {ACCOUNTS "reps: {file: r.csv}\n", "2:7: reps: expected the key columns, found none"},
        {ACCOUNTS "reps: {file: r.csv, columns: {lat: a, lon: b}}\n",
         "2:30: reps.columns: expected the key id, found none"},
        {ACCOUNTS "reps: {file: r.csv, columns: {id: a, lon: b}}\n",
         "2:30: reps.columns: expected the key lat, found none"},
        {ACCOUNTS "reps: {file: r.csv, columns: {id: a, hours: b}}\n",
         "2:38: reps.columns: expected one of id, territory, lat, lon, x, y, capacity, factors, "
         "found "
         "'hours'"},
        {ACCOUNTS "reps: {file: r.csv, columns: {id: a, x: b, y: c}}\n",
         "1:11: accounts: expected the key crs (the reference system of x and y), found none"},
    };
    CHECK_REJECTIONS(table);
}

static void rejects_wrong_travel(void)
{
    static const struct rejection table[] = {
        {LEAST "travel: {stop_per_day: 6}\n",
         "3:10: travel: expected one of stops_per_day, local_factor, minutes, found 'stop_per_day' "
         "(did you mean stops_per_day?)"},
        {LEAST "travel: {stops_per_day: 0}\n",
         "3:25: travel.stops_per_day: expected a number above 0 and at most 1000, found '0'"},
        {LEAST "travel: {stops_per_day: 1.0x}\n",
         "3:25: travel.stops_per_day: expected a number above 0 and at most 1000, found '1.0x'"},
        {LEAST "travel: {stops_per_day: 1e400}\n",
         "3:25: travel.stops_per_day: expected a number above 0 and at most 1000, found '1e400'"},
        {LEAST "travel: {stops_per_day: 1e-400}\n",
         "3:25: travel.stops_per_day: expected a number above 0 and at most 1000, found '1e-400'"},
        {LEAST "travel: {stops_per_day: 0x10}\n",
         "3:25: travel.stops_per_day: expected a number above 0 and at most 1000, found '0x10'"},
        {LEAST "travel: {stops_per_day: 1.}\n",
         "3:25: travel.stops_per_day: expected a number above 0 and at most 1000, found '1.'"},
        {LEAST "travel: {stops_per_day: nan}\n",
         "3:25: travel.stops_per_day: expected a number above 0 and at most 1000, found 'nan'"},
        {LEAST "travel: {stops_per_day: 1_000}\n",
         "3:25: travel.stops_per_day: expected a number above 0 and at most 1000, found '1_000'"},
        {LEAST "travel: {stops_per_day: '6'}\n",
         "3:25: travel.stops_per_day: expected a number above 0 and at most 1000, found a text in "
         "quotes"},
        {LEAST "travel: {local_factor: -0.1}\n",
         "3:24: travel.local_factor: expected a number from 0 to 1000, found '-0.1'"},
        {LEAST "travel: {local_factor: }\n",
         "3:24: travel.local_factor: expected a number from 0 to 1000, found nothing"},
        {LEAST "travel: {minutes: 5}\n", "3:19: travel.minutes: expected {a: …, b: …} or a table "
                                         "[[km, minutes], …], found '5'"},
        {LEAST "travel: {minutes: {a: 1}}\n",
         "3:19: travel.minutes: expected the key b, found none"},
        {LEAST "travel: {minutes: {a: 0, b: 1}}\n",
         "3:23: travel.minutes.a: expected a number above 0 and at most 1000, found '0'"},
        {LEAST "travel: {minutes: {a: 1, b: 2.1}}\n",
         "3:29: travel.minutes.b: expected a number above 0 and at most 2, found '2.1'"},
        {LEAST "travel: {minutes: [[1, 2]]}\n",
         "3:19: travel.minutes: expected 2 to 64 rows of [km, minutes], found 1"},
        {LEAST "travel: {minutes: [[1, 2], 3]}\n",
         "3:28: travel.minutes[1]: expected a row of two numbers, [km, minutes], found '3'"},
        {LEAST "travel: {minutes: [[1, 2], [3, 4, 5]]}\n",
         "3:28: travel.minutes[1]: expected a row of two numbers, [km, minutes], found a list"},
        {LEAST "travel: {minutes: [[1, 2], [1, 4]]}\n",
         "3:29: travel.minutes[1][0]: expected more than in the row before, found '1'"},
        {LEAST "travel: {minutes: [[1, 2], [2, 2]]}\n",
         "3:32: travel.minutes[1][1]: expected more than in the row before, found '2'"},
        {LEAST "travel: {minutes: [[0, 2], [2, 3]]}\n",
         "3:21: travel.minutes[0][0]: expected km, a number above 0 and at most 100000, found '0'"},
        {LEAST "travel: {minutes: [[1, x], [2, 3]]}\n",
         "3:24: travel.minutes[0][1]: expected minutes, a number above 0 and at most 1000000, "
         "found 'x'"},
    };
    CHECK_REJECTIONS(table);
}

static void rejects_wrong_measures(void)
{
    static const struct rejection table[] = {
        {LEAST "measures: [a]\n",
         "3:11: measures: expected a map of measures, such as hours: …, found a list"},
        {LEAST "measures: {hours: [a]}\n",
         "3:19: measures.hours: expected columns, count or travel, joined by +, found a list"},
        {LEAST "measures: {hours: a +}\n",
         "3:19: measures.hours: expected columns, count or travel, joined by +, found 'a +'"},
        {LEAST "measures: {hours: a + 5}\n",
         "3:19: measures.hours: expected columns, count or travel, joined by +, found 'a + 5'"},
        {LEAST "measures: {hours: " X64 "}\n",
         "3:19: measures.hours: expected columns, count or travel, joined by +, found " CLIPPED},
        {LEAST "measures: {hours: a + travel + a}\n",
         "3:19: measures.hours: expected each term of the sum once, found 'a' twice"},
        {LEAST "measures: {hours: a + b + c + d + e + f + g + h + i}\n",
         "3:19: measures.hours: expected at most 8 terms, found 'a + b + c + d + e + f + g + h + "
         "i'"},
        {LEAST "measures: {hours: a + value, value: usd}\n",
         "3:19: measures.hours: expected columns, count or travel, joined by +, found the measure "
         "'value'"},
        {LEAST "measures: {hours: {unit: h}}\n",
         "3:19: measures.hours: expected the key sum, found none"},
        {LEAST "measures: {hours: {sum: a, unti: h}}\n",
         "3:28: measures.hours: expected one of sum, unit, found 'unti' (did you mean unit?)"},
        {LEAST "measures: {hours: {sum: a, unit: " X64 "}}\n",
         "3:34: measures.hours.unit: expected a name of 1 to 63 bytes, found " CLIPPED},
        {LEAST "measures: {travel: hours}\n", "3:20: measures.travel: expected travel itself, "
                                              "which needs no definition, found 'hours'"},
        {LEAST "measures: {? " X64 " : a}\n",
         "3:14: measures: expected a measure's name of 1 to 63 bytes, found " CLIPPED},
        {LEAST
         "measures:\n  a: a\n  b: b\n  c: c\n  d: d\n  e: e\n  f: f\n  g: g\n  h: h\n  i: i\n",
         "12:6: measures.i: expected at most 8 measures, with those that bands name, found 'i'"},
        {LEAST "measures: {'': a}\n",
         "3:12: measures: expected a measure's name of 1 to 63 bytes, found ''"},
        {LEAST "bands: {travel: {max: 5% of " X64 "}}\n",
         "3:23: bands.travel.max: expected a measure's name of 1 to 63 bytes, found " CLIPPED},
        {LEAST "measures:\n  a: a\n  b: b\n  c: c\n  d: d\n  e: e\n  f: f\n  g: g\n"
               "bands: {travel: {max: 9% of h}, count: 5%}\n",
         "11:23: bands.travel.max: expected at most 8 measures, with those that bands name, found "
         "'h'"},
        {LEAST "measures:\n  a: a + b + c + d + e + f + g + h\n"
               "  b2: i + j + k + l + m + n + o + p\n  c2: q\n",
         "6:7: measures.c2: expected at most 16 different columns in all, "
         "found 'q'"},
    };
    CHECK_REJECTIONS(table);
}

static void rejects_wrong_bands(void)
{
    static const struct rejection table[] = {
        {LEAST "bands: 5%\n", "3:8: bands: expected a map of bands, such as hours: 5%, found '5%'"},
        {LEAST "bands: {h: [5%]}\n", "3:12: bands.h: expected a percentage such as 5%, or a map of "
                                     "band, min, max, target, relax, found a list"},
        {LEAST "bands: {h: }\n", "3:12: bands.h: expected a percentage such as 5%, found nothing"},
        {LEAST "bands: {h: 0.05}\n",
         "3:12: bands.h: expected a percentage such as 5%, found '0.05'"},
        {LEAST "bands: {h: 5% of x}\n",
         "3:12: bands.h: expected a percentage such as 5%, found '5% of x'"},
        {LEAST "bands:\n  hours:\n    band: 5 percnt\n",
         "5:11: bands.hours.band: expected a percentage such as 5%, found '5 percnt'"},
        {LEAST "bands: {h: 101%}\n",
         "3:12: bands.h: expected a percentage from 0% to 100%, found '101%'"},
        {LEAST "bands: {h: -1%}\n",
         "3:12: bands.h: expected a percentage from 0% to 100%, found '-1%'"},
        {LEAST "bands: {h: {bnd: 5%}}\n",
         "3:13: bands.h: expected one of band, min, max, target, relax, found 'bnd' (did you mean "
         "band?)"},
        {LEAST "bands: {h: {target: equal}}\n",
         "3:12: bands.h: expected the key band, min or max, found none"},
        {LEAST "bands: {h: {band: 5%, max: 3}}\n",
         "3:12: bands.h: expected either the key band, or min and max, found both"},
        {LEAST "bands: {count: {min: -42}}\n",
         "3:22: bands.count.min: expected " LIMIT ", found '-42'"},
        {LEAST "bands: {count: {max: 1e13}}\n",
         "3:22: bands.count.max: expected " LIMIT ", found '1e13'"},
        {LEAST "bands: {count: {max: '5'}}\n",
         "3:22: bands.count.max: expected " LIMIT ", found '5'"},
        {LEAST "bands: {count: {max: []}}\n",
         "3:22: bands.count.max: expected " LIMIT ", found a list"},
        {LEAST "bands: {count: {max: 5%of h}}\n",
         "3:22: bands.count.max: expected " LIMIT ", found '5%of h'"},
        {LEAST "bands: {count: {max: 5% off h}}\n",
         "3:22: bands.count.max: expected " LIMIT ", found '5% off h'"},
        {LEAST "bands: {count: {max: '5% of '}}\n",
         "3:22: bands.count.max: expected " LIMIT ", found '5% of '"},
        {LEAST "bands: {count: {min: 20, max: 10}}\n",
         "3:31: bands.count.max: expected at least the min of 20, found '10'"},
        {LEAST "bands: {travel: {max: 5% of travel}}\n",
         "3:23: bands.travel.max: expected a share of another measure, found '5% of travel'"},
        {LEAST "bands: {travel: {min: 5% of a, max: 9% of b}}\n",
         "3:37: bands.travel.max: expected a share of the same measure as min, found '9% of b'"},
        {LEAST "bands: {travel: {min: 5, max: 9% of b}}\n",
         "3:31: bands.travel.max: expected min and max both as shares, or neither, found '9% of "
         "b'"},
        {LEAST "bands: {travel: {max: 9% of b, target: equal}}\n",
         "3:40: bands.travel.target: expected no target beside a share, found 'equal'"},
        {LEAST "bands: {h: {band: 5%, target: same}}\n",
         "3:31: bands.h.target: expected equal, capacity, a number above 0 and at most 1e12, "
         "or {rep: …}, found 'same'"},
        {LEAST "bands: {h: {band: 5%, target: 0}}\n",
         "3:31: bands.h.target: expected equal, capacity, a number above 0 and at most 1e12, "
         "or {rep: …}, found '0'"},
        {LEAST "bands: {h: {band: 5%, target: capacity}}\n",
         "3:31: bands.h.target: expected the key reps.columns.capacity beside the target capacity, "
         "found 'capacity'"},
        {LEAST "reps: {file: r.csv, columns: {id: r}}\n"
               "bands: {h: {band: 5%, target: {rap: q}}}\n",
         "4:32: bands.h.target: expected one of rep, as, found 'rap' (did you mean rep?)"},
        {LEAST "bands: {h: {band: 5%, target: {as: share}}}\n",
         "3:31: bands.h.target: expected the key rep, found none"},
        {LEAST "bands: {h: {band: 5%, target: {rep: q}}}\n",
         "3:31: bands.h.target: expected the section reps beside a target of theirs, found a map"},
        {LEAST "reps: {file: r.csv, columns: {id: r}}\n"
               "bands: {h: {band: 5%, target: {rep: q, as: part}}}\n",
         "4:44: bands.h.target.as: expected share or amount, found 'part'"},
        {LEAST "reps: {file: r.csv, columns: {id: r, factors: [a, b, c, d, e]}}\n",
         "3:60: reps.columns.factors[4]: expected at most 4 columns of factors, found 'e'"},
        {LEAST "reps: {file: r.csv, columns: {id: r, factors: {a: b}}}\n",
         "3:47: reps.columns.factors: expected a name of 1 to 63 bytes, found a map"},
        {LEAST "rules: {together: [a]}\n",
         "3:19: rules.together: expected a name of 1 to 63 bytes, found a list"},
        {LEAST "rules: {togther: a}\n",
         "3:9: rules: expected one of together, locked, fixed, needs, forbidden, allowed, reach, "
         "found 'togther' (did you mean together?)"},
        {LEAST "bands: {h: {max: 5, relax: yes}}\n",
         "3:28: bands.h.relax: expected true, false, or room beside the smallest such as 2 points, "
         "found 'yes'"},
        {LEAST "bands: {h: {max: 5, relax: \"true\"}}\n",
         "3:28: bands.h.relax: expected true, false, or room beside the smallest such as 2 points, "
         "found 'true'"},
        {LEAST "bands: {h: {min: 1, max: 5, relax: true}}\n",
         "3:36: bands.h.relax: expected false, for only a band with min or max alone can be "
         "relaxed, found 'true'"},
        {LEAST "bands: {h: {band: 5%, relax: true}}\n",
         "3:30: bands.h.relax: expected false, for only a band with min or max alone can be "
         "relaxed, found 'true'"},
    };
    CHECK_REJECTIONS(table);
}

static void rejects_too_much(void)
{
    struct ambit_scenario s;
    const size_t bytes = AMBIT_SCENARIO_BYTES_MAX + 1;
    char *const text = calloc(1, bytes);
    if (text == NULL) abort();
    memset(text, '#', bytes);
    CU_ASSERT_EQUAL(ambit_scenario_parse("s.yaml", text, bytes, &s), AMBIT_ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "s.yaml:1:1: scenario: expected at most 1048576 "
                                                  "bytes, found a larger file");
    ambit_error_clear();

    static const char start[] = LEAST "bands: [";
    memset(text, ',', bytes);
    memcpy(text, start, sizeof start - 1);
    for (size_t i = strlen(start); i < bytes; i += 2)
        text[i] = '1';
    CU_ASSERT_EQUAL(ambit_scenario_parse("s.yaml", text, bytes - 1, &s), AMBIT_ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "s.yaml:3:8183: bands: expected at most 4096 "
                                                  "values, found more");
    ambit_error_clear();
    free(text);

    CU_ASSERT_EQUAL(ambit_scenario_parse(X64 ".yaml", LEAST, strlen(LEAST), &s), AMBIT_ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           X64 ".yaml:1:1: scenario: expected the key name, for the file's own "
                               "name is too long, found none");
}

static void binds_the_least(void)
{
    struct ambit_scenario s;
    CU_ASSERT_EQUAL_FATAL(parse_text("\xEF\xBB\xBF" LEAST "bands:\nmeasures: {}\ntravel:\n", &s),
                          AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(s.path, "dir/s.yaml");
    CU_ASSERT_STRING_EQUAL(s.name, "s");
    CU_ASSERT_STRING_EQUAL(s.accounts_file, "a.csv");
    CU_ASSERT_EQUAL(s.delimiter, ',');
    CU_ASSERT_STRING_EQUAL(s.id_column, "id");
    CU_ASSERT_STRING_EQUAL(s.lat_column, "lat");
    CU_ASSERT_STRING_EQUAL(s.lon_column, "lon");
    CU_ASSERT_STRING_EQUAL(s.x_column, "");
    CU_ASSERT_STRING_EQUAL(s.territory_column, "");
    CU_ASSERT_PTR_NULL(s.crs);
    CU_ASSERT_PTR_NULL(s.reps_file);
    CU_ASSERT_EQUAL(s.visits_column, -1);
    CU_ASSERT_EQUAL(s.visits_number, 12.0);
    CU_ASSERT_EQUAL(s.territory_count, 3);
    CU_ASSERT_TRUE(s.homes_fixed);
    CU_ASSERT_EQUAL(s.free_centre, AMBIT_CENTRE_MEDIAN);
    CU_ASSERT_EQUAL(s.stops_per_day, 6.0);
    CU_ASSERT_EQUAL(s.local_factor, 0.7124);
    CU_ASSERT_EQUAL(s.drive_time.a, 3.28);
    CU_ASSERT_EQUAL(s.drive_time.b, 0.768);
    CU_ASSERT_EQUAL(s.drive_time.table_count, 0);
    CU_ASSERT_EQUAL(s.measure_count, 0);
    CU_ASSERT_EQUAL(s.band_count, 0);
    CU_ASSERT_EQUAL(s.disruption_hours, 0.0);
    ambit_scenario_clear(&s);
}

static void binds_the_other_forms(void)
{
    struct ambit_scenario s;
    CU_ASSERT_EQUAL_FATAL(
        parse_text("bands: {b: 5 %, count: {min: 90%, target: 1.5e+3}, a: {max: 35% of c}}\n"
                   "objective: {hours_per_moved_account: 0.25}\n"
                   "measures: {a: a, sum: a + count, n: count, count: count}\n"
                   "travel: {stops_per_day: +4.5, minutes: [[0.5, 2], [10, 18], [1e2, 85]]}\n"
                   "centres: {homes: ignored, free: centroid}\n"
                   "reps: {file: r.csv, columns: {id: rep, x: hx, y: hy}}\n"
                   "accounts: {file: b.csv, delimiter: tab, columns: {id: é, x: u, y: v}, "
                   "crs: EPSG:5070, visits: \"2024\"}\n",
                   &s),
        AMBIT_OK);
    CU_ASSERT_EQUAL(s.delimiter, '\t');
    CU_ASSERT_STRING_EQUAL(s.id_column, "é");
    CU_ASSERT_STRING_EQUAL(s.x_column, "u");
    CU_ASSERT_STRING_EQUAL(s.y_column, "v");
    CU_ASSERT_STRING_EQUAL(s.crs, "EPSG:5070");
    CU_ASSERT_STRING_EQUAL(s.rep_x_column, "hx");
    CU_ASSERT_EQUAL(s.territory_count, 0);
    CU_ASSERT_FALSE(s.homes_fixed);
    CU_ASSERT_EQUAL(s.free_centre, AMBIT_CENTRE_CENTROID);
    CU_ASSERT_EQUAL(s.stops_per_day, 4.5);
    CU_ASSERT_EQUAL(s.drive_time.table_count, 3);
    CU_ASSERT_EQUAL(s.drive_time.table_km[2], 100.0);
    CU_ASSERT_EQUAL(s.drive_time.table_minutes[1], 18.0);
    CU_ASSERT_EQUAL(s.disruption_hours, 0.25);

    /* Columns in order of first use; measures: defined, banded, shared. */
    CU_ASSERT_EQUAL(s.column_count, 4);
    CU_ASSERT_STRING_EQUAL(s.column[0], "2024");
    CU_ASSERT_STRING_EQUAL(s.column[1], "a");
    CU_ASSERT_STRING_EQUAL(s.column[2], "b");
    CU_ASSERT_STRING_EQUAL(s.column[3], "c");
    CU_ASSERT_EQUAL(s.visits_column, 0);
    CU_ASSERT_EQUAL(s.measure_count, 6);
    CU_ASSERT_STRING_EQUAL(s.measure[1].name, "sum");
    CU_ASSERT_EQUAL(s.measure[1].term_count, 2);
    CU_ASSERT_EQUAL(s.measure[1].term[0], 1);
    CU_ASSERT_EQUAL(s.measure[1].term[1], AMBIT_TERM_COUNT);
    CU_ASSERT_STRING_EQUAL(s.measure[1].unit, "");
    CU_ASSERT_STRING_EQUAL(s.measure[2].unit, "accounts");
    CU_ASSERT_STRING_EQUAL(s.measure[4].name, "b");
    CU_ASSERT_EQUAL(s.measure[4].term[0], 2);
    CU_ASSERT_STRING_EQUAL(s.measure[5].name, "c");

    CU_ASSERT_EQUAL(s.band_count, 3);
    CU_ASSERT_EQUAL(s.band[0].measure, 4);
    CU_ASSERT_EQUAL(s.band[0].line, 1);
    CU_ASSERT_EQUAL(s.band[0].column, 9);
    CU_ASSERT_EQUAL(s.band[0].lower, 0.95);
    CU_ASSERT_EQUAL(s.band[0].upper, 1.05);
    CU_ASSERT_EQUAL(s.band[1].measure, 3);
    CU_ASSERT_EQUAL(s.band[1].target, AMBIT_TARGET_GIVEN);
    CU_ASSERT_EQUAL(s.band[1].target_value, 1500.0);
    CU_ASSERT_EQUAL(s.band[1].lower_kind, AMBIT_LIMIT_OF_TARGET);
    CU_ASSERT_EQUAL(s.band[1].lower, 0.9);
    CU_ASSERT_EQUAL(s.band[1].upper_kind, AMBIT_LIMIT_NONE);
    CU_ASSERT_EQUAL(s.band[2].measure, 0);
    CU_ASSERT_EQUAL(s.band[2].share_of, 5);
    CU_ASSERT_FALSE(s.band[2].relax);
    ambit_scenario_clear(&s);
}

static void binds_the_example(void)
{
    struct ambit_scenario s;
    CU_ASSERT_EQUAL_FATAL(parse_text(ambit_scenario_example, &s), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(s.text, ambit_scenario_example);
    CU_ASSERT_STRING_EQUAL(s.name, "Example nation");
    CU_ASSERT_STRING_EQUAL(s.territory_column, "territory");
    CU_ASSERT_STRING_EQUAL(s.reps_file, "reps.csv");
    CU_ASSERT_STRING_EQUAL(s.rep_id_column, "rep_id");
    CU_ASSERT_STRING_EQUAL(s.rep_territory_column, "territory");
    CU_ASSERT_STRING_EQUAL(s.rep_lat_column, "home_lat");
    CU_ASSERT_STRING_EQUAL(s.rep_lon_column, "home_lon");
    CU_ASSERT_STRING_EQUAL(s.rep_capacity_column, "hours");
    CU_ASSERT_EQUAL(s.territory_count, 120);
    CU_ASSERT_EQUAL(s.disruption_hours, 0.5);
    CU_ASSERT_EQUAL(s.measure_count, 4);
    CU_ASSERT_EQUAL(ambit_scenario_find_measure(&s, "hours"), 0);
    CU_ASSERT_EQUAL(ambit_scenario_find_measure(&s, "count"), 3);
    CU_ASSERT_EQUAL(ambit_scenario_find_measure(&s, "hour"), -1);
    CU_ASSERT_TRUE(ambit_measure_has_travel(&s.measure[0]));
    CU_ASSERT_FALSE(ambit_measure_has_travel(&s.measure[1]));
    CU_ASSERT_STRING_EQUAL(s.measure[0].unit, "h");
    CU_ASSERT_STRING_EQUAL(s.measure[1].unit, "USD");
    CU_ASSERT_EQUAL(s.band_count, 4);
    CU_ASSERT_EQUAL(s.band[0].target, AMBIT_TARGET_CAPACITY);
    CU_ASSERT_EQUAL(s.band[1].target, AMBIT_TARGET_EQUAL);
    CU_ASSERT_EQUAL(s.band[2].upper_kind, AMBIT_LIMIT_SHARE);
    CU_ASSERT_EQUAL(s.band[2].upper, 0.35);
    CU_ASSERT_EQUAL(s.band[2].share_of, 0);
    CU_ASSERT_TRUE(s.band[2].relax);
    CU_ASSERT_EQUAL(s.band[3].lower_kind, AMBIT_LIMIT_ABSOLUTE);
    CU_ASSERT_EQUAL(s.band[3].lower, 20.0);
    CU_ASSERT_EQUAL(s.band[3].upper, 800.0);
    ambit_scenario_clear(&s);
}

static void binds_targets_of_reps(void)
{
    struct ambit_scenario s;
    CU_ASSERT_EQUAL_FATAL(
        parse_text(LEAST "reps: {file: r.csv, columns: {id: r, capacity: h, factors: [p, ramp]}}\n"
                         "bands:\n"
                         "  a: {min: 95%, max: 103%, target: capacity}\n"
                         "  b: {band: 5%, target: {rep: quota}}\n"
                         "  c: {max: 110%, target: {rep: most, as: amount}}\n"
                         "  d: {max: 110%, target: {rep: quota, as: share}}\n"
                         "rules: {together: household}\n",
                   &s),
        AMBIT_OK);
    CU_ASSERT_EQUAL(s.rep.factor_count, 2);
    CU_ASSERT_STRING_EQUAL(s.rep.factor[1], "ramp");
    CU_ASSERT_EQUAL(s.rep.column_count, 2);
    CU_ASSERT_STRING_EQUAL(s.rep.column[0], "quota");
    CU_ASSERT_STRING_EQUAL(s.rep.column[1], "most");
    CU_ASSERT_EQUAL(s.band[0].lower, 0.95);
    CU_ASSERT_EQUAL(s.band[0].upper, 1.03);
    CU_ASSERT_EQUAL(s.band[1].target, AMBIT_TARGET_REP);
    CU_ASSERT_EQUAL(s.band[2].target, AMBIT_TARGET_REP_AMOUNT);
    CU_ASSERT_EQUAL(s.band[2].target_column, 1);
    CU_ASSERT_EQUAL(s.band[3].target, AMBIT_TARGET_REP);
    CU_ASSERT_EQUAL(s.band[3].target_column, 0);
    CU_ASSERT_STRING_EQUAL(s.together.column, "household");
    ambit_scenario_clear(&s);
}

/* The default that the help prints for a key, as a number. */
static double printed_default(const char *help, const char *key)
{
    const char *const row = strstr(help, key);
    if (row == NULL) return -1.0;
    return strtod(row + 64, NULL); /* the fourth column */
}

static void prints_true_defaults(void)
{
    struct ambit_scenario s;
    char *help = NULL;
    size_t bytes = 0;
    FILE *const out = open_memstream(&help, &bytes);
    CU_ASSERT_PTR_NOT_NULL_FATAL(out);
    ambit_scenario_print_help(out);
    CU_ASSERT_EQUAL(fclose(out), 0);
    ambit_scenario_init(&s);
    CU_ASSERT_EQUAL(printed_default(help, "\naccounts.visits "), s.visits_number);
    CU_ASSERT_EQUAL(printed_default(help, "\ntravel.stops_per_day "), s.stops_per_day);
    CU_ASSERT_EQUAL(printed_default(help, "\ntravel.local_factor "), s.local_factor);
    CU_ASSERT_EQUAL(printed_default(help, "\ntravel.minutes.a "), s.drive_time.a);
    CU_ASSERT_EQUAL(printed_default(help, "\ntravel.minutes.b "), s.drive_time.b);
    CU_ASSERT_EQUAL(printed_default(help, "\nobjective.hours_per_moved_account "),
                    s.disruption_hours);
    CU_ASSERT_PTR_NOT_NULL(strstr(help, ambit_scenario_example));
    for (const char *line = help; *line != '\0'; line = strchr(line, '\n') + 1)
        CU_ASSERT_TRUE(strcspn(line, "\n") <= 120);
    free(help);
}

static void survives_failing_allocations(void)
{
    struct ambit_comm *comm = NULL;
    struct ambit_scenario s;
    CU_ASSERT_EQUAL_FATAL(ambit_comm_create_alone(&comm), AMBIT_OK);
    const int64_t before = ambit_memory_live_blocks();
    const char *const path = ambit_test_file("example.yaml", ambit_scenario_example, -1);
    ambit_status status = AMBIT_ERR_MEMORY;
    int64_t nth = 0;
    while (nth < 20000 && status == AMBIT_ERR_MEMORY) {
        ambit_memory_fail_at(++nth);
        status = ambit_scenario_load(path, comm, &s);
        if (status == AMBIT_ERR_MEMORY) CU_ASSERT_EQUAL(ambit_memory_live_blocks(), before);
        ambit_error_clear();
    }
    ambit_memory_fail_at(0);
    CU_ASSERT_EQUAL(status, AMBIT_OK);
    CU_ASSERT_TRUE(nth > 80); /* one for every key and text of the example */
    ambit_scenario_clear(&s);
    ambit_comm_destroy(&comm);
}

static void check_load(struct ambit_comm *comm, const char *path, const char *message)
{
    struct ambit_scenario s;
    char expected[1024];
    snprintf(expected, sizeof expected, "%s%s", path, message);
    CU_ASSERT_EQUAL(ambit_scenario_load(path, comm, &s), AMBIT_ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), expected);
    CU_ASSERT_PTR_NULL(s.text);
    ambit_error_clear();
}

static void loads_files(void)
{
    struct ambit_comm *comm = NULL;
    struct ambit_scenario s;
    CU_ASSERT_EQUAL_FATAL(ambit_comm_create_alone(&comm), AMBIT_OK);
    const char *const good = ambit_test_file("good.yaml", LEAST, -1);
    CU_ASSERT_EQUAL(ambit_scenario_load(good, comm, &s), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(s.path, good);
    CU_ASSERT_STRING_EQUAL(s.name, "good");
    CU_ASSERT_STRING_EQUAL(s.text, LEAST);
    ambit_scenario_clear(&s);

    check_load(comm, ambit_test_file("bad.yaml", LEAST "x: 1\n", -1),
               ":3:1: scenario: expected one of " TOP ", found 'x'");
    check_load(comm, ambit_test_file("nul.yaml", "name: a\0b\n", 10),
               ":1:8: scenario: expected UTF-8 text without control characters, found byte 0x00");
    check_load(comm, ambit_test_file("empty.yaml", "", 0),
               ":1:1: scenario: expected a map of keys, found an empty file");
    check_load(comm, "/nowhere/s.yaml", ": cannot be opened: No such file or directory");
    check_load(comm, "/", ": expected a scenario file, found a directory");
    check_load(comm, "/dev/null", ": expected a scenario file, found a device or a pipe");
    const char *const closed = ambit_test_file("closed.yaml", LEAST, -1);
    CU_ASSERT_EQUAL(chmod(closed, 0), 0);
    /* The superuser may read any file, so the test becomes nobody for a moment. */
    const bool superuser = geteuid() == 0;
    if (superuser) CU_ASSERT_EQUAL_FATAL(seteuid(65534), 0);
    check_load(comm, closed, ": cannot be opened: Permission denied");
    if (superuser) CU_ASSERT_EQUAL_FATAL(seteuid(0), 0);
    ambit_comm_destroy(&comm);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"rejects what is no plain YAML", rejects_what_is_no_plain_yaml},
        {"rejects what is no scenario", rejects_what_is_no_scenario},
        {"rejects wrong accounts and reps", rejects_wrong_accounts_and_reps},
        {"rejects wrong travel", rejects_wrong_travel},
        {"rejects wrong measures", rejects_wrong_measures},
        {"rejects wrong bands", rejects_wrong_bands},
        {"rejects too much", rejects_too_much},
        {"binds the least", binds_the_least},
        {"binds the other forms", binds_the_other_forms},
        {"binds the example", binds_the_example},
        {"binds targets of reps, and rules", binds_targets_of_reps},
        {"prints true defaults", prints_true_defaults},
        {"survives failing allocations", survives_failing_allocations},
        {"loads files", loads_files},
    };
    return ambit_test_main("scenario", tests, AMBIT_TEST_COUNT(tests));
}
