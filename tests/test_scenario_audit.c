/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sections of a scenario that audits read: what is bound, and every rejection exactly. */
#include "engine/base/memory.h"
#include "io/scenario_yaml.h"
#include "tests/harness.h"

#include <stdio.h>
#include <string.h>

/* Three lines, so that what follows starts on line 4. */
#define BASE                                                                                       \
    "accounts: {file: a.csv, columns: {id: id, lat: lat, lon: lon}, visits: calls}\n"              \
    "territories: 3\n"                                                                             \
    "measures: {hours: workload + travel, potential: {sum: sales + growth, unit: USD}}\n"
#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define CLIPPED "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…"
#define RATIO                                                                                      \
    "a ratio such as won / opportunities or (revenue - cost) / revenue, or a sum without / "
#define SUM "a sum of columns or measures such as won + renewed - lost"
#define CLASSES                                                                                    \
    "2 to 8 classes, the last of them rest: {A: 80, B: 53, C: rest} or {A: 20%, B: 30%, C: rest}"
#define CLASS                                                                                      \
    "the least value of the class such as 80, or its part of the accounts such as 20%, as in the " \
    "class before"
#define ADMIN                                                                                      \
    "hours a year of a rep from 0 to 8784, a percentage below 100% of the working time such as "   \
    "15%, or a part of work such as 20% of work"

static ambit_status parse(const char *text, struct ambit_scenario *out)
{
    char whole[4096];
    (void)snprintf(whole, sizeof whole, "%s%s", BASE, text);
    return ambit_scenario_parse("s.yaml", whole, strlen(whole), out);
}

struct rejection {
    const char *text, *message; /* the message without "s.yaml:" */
};

static void check_rejections(const struct rejection *table, size_t count)
{
    for (size_t r = 0; r < count; r++) {
        struct ambit_scenario s;
        char expected[1024];
        CU_ASSERT_EQUAL(parse(table[r].text, &s), AMBIT_ERR_INPUT);
        (void)snprintf(expected, sizeof expected, "s.yaml:%s", table[r].message);
        CU_ASSERT_STRING_EQUAL(ambit_error_message(), expected);
        if (strcmp(ambit_error_message(), expected) != 0)
            (void)fprintf(stderr, "expected %s\nfound    %s\n", expected, ambit_error_message());
        ambit_scenario_clear(&s);
        ambit_error_clear();
    }
}
#define CHECK_REJECTIONS(table) check_rejections((table), sizeof(table) / sizeof(table)[0])

static void rejects_wrong_ratios(void)
{
    static const struct rejection table[] = {
        {"kpi: 5\n",
         "4:6: kpi: expected a map of figures, such as win_rate: won / opportunities, found '5'"},
        {"kpi: {a: [x]}\n", "4:10: kpi.a: expected " RATIO ", found a list"},
        {"kpi: {a: }\n", "4:10: kpi.a: expected " RATIO ", found nothing"},
        {"kpi: {a: x / y / z}\n", "4:10: kpi.a: expected one / at most, found 'x / y / z'"},
        {"kpi: {a: ' / y'}\n", "4:10: kpi.a: expected " RATIO ", found ' / y'"},
        {"kpi: {a: 'x / '}\n", "4:10: kpi.a: expected " RATIO ", found 'x / '"},
        {"kpi: {a: 5 / y}\n", "4:10: kpi.a: expected " RATIO ", found '5 / y'"},
        {"kpi: {a: x / 1e3}\n", "4:10: kpi.a: expected " RATIO ", found 'x / 1e3'"},
        {"kpi: {a: x + y / z}\n", "4:10: kpi.a: expected brackets around a sum beside /, as in (a "
                                  "+ b) / c, found 'x + y / z'"},
        {"kpi: {a: x / y - z}\n", "4:10: kpi.a: expected brackets around a sum beside /, as in (a "
                                  "+ b) / c, found 'x / y - z'"},
        {"kpi: {a: ((x + y) - z) / w}\n",
         "4:10: kpi.a: expected " RATIO ", found '((x + y) - z) / w'"},
        {"kpi: {a: (x + y / z}\n", "4:10: kpi.a: expected brackets around a sum beside /, as in "
                                   "(a + b) / c, found '(x + y / z'"},
        {"kpi: {a: () / z}\n", "4:10: kpi.a: expected " RATIO ", found '() / z'"},
        {"kpi: {a: x +}\n", "4:10: kpi.a: expected " RATIO ", found 'x +'"},
        {"kpi: {a: x + + y}\n", "4:10: kpi.a: expected " RATIO ", found 'x + + y'"},
        {"kpi: {a: x + y)}\n", "4:10: kpi.a: expected " RATIO ", found 'x + y)'"},
        {"kpi: {a: (x - x) / y}\n",
         "4:10: kpi.a: expected each column of a sum once, found 'x' twice"},
        {"kpi: {a: x / (hours + workload)}\n",
         "4:10: kpi.a: expected each column of a sum once, found 'workload' twice"},
        {"kpi: {a: {ratio: x / y, uni: USD}}\n",
         "4:25: kpi.a: expected one of ratio, unit, found 'uni' (did you mean unit?)"},
        {"kpi: {a: {unit: USD}}\n", "4:10: kpi.a: expected the key ratio, found none"},
        {"kpi: {a: {ratio: x, unit: " X64 "}}\n",
         "4:27: kpi.a.unit: expected a name of 1 to 63 bytes, found "
         "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'"},
        {"kpi: {a: " X64 " / y}\n", "4:10: kpi.a: expected " RATIO
                                    ", found 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'"},
        {"kpi:\n  " X64 ": x\n",
         "5:69: kpi." CLIPPED ": expected at most 16 figures with names of 1 to 63 bytes, found "
         "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'"},
    };
    CHECK_REJECTIONS(table);
}

static void rejects_wrong_segments(void)
{
    static const struct rejection table[] = {
        {"segments: A\n", "4:11: segments: expected a map of by, classes, found 'A'"},
        {"segments: {by: sales}\n", "4:11: segments: expected the key classes, found none"},
        {"segments: {classes: {A: 8, B: rest}}\n",
         "4:11: segments: expected the key by, found none"},
        {"segments: {by: [], classes: {A: 8, B: rest}}\n",
         "4:16: segments.by: expected a column's name of 1 to 63 bytes, found a list"},
        {"segments: {by: x, classes: [A]}\n",
         "4:28: segments.classes: expected " CLASSES ", found a list"},
        {"segments: {by: x, classes: {A: rest}}\n",
         "4:28: segments.classes: expected " CLASSES ", found a map of other size"},
        {"segments: {by: x, classes: {A: 8, B: 5}}\n",
         "4:38: segments.classes.B: expected rest in the last class, found '5'"},
        {"segments: {by: x, classes: {A: 8O, B: rest}}\n",
         "4:32: segments.classes.A: expected " CLASS ", found '8O'"},
        {"segments: {by: x, classes: {A: 8, B: 20%, C: rest}}\n",
         "4:38: segments.classes.B: expected " CLASS ", found '20%'"},
        {"segments: {by: x, classes: {A: 20%, B: 5, C: rest}}\n",
         "4:40: segments.classes.B: expected " CLASS ", found '5'"},
        {"segments: {by: x, classes: {A: 0, B: rest}}\n",
         "4:32: segments.classes.A: expected a number above 0 and at most 1e12, found '0'"},
        {"segments: {by: x, classes: {A: 5, B: 5, C: rest}}\n",
         "4:38: segments.classes.B: expected less than in the class before, for the largest come "
         "first, found '5'"},
        {"segments: {by: x, classes: {A: 60%, B: 40%, C: rest}}\n",
         "4:40: segments.classes.B: expected less than 100% in the classes before rest together, "
         "found '40%'"},
        {"segments: {by: x, classes: {A: 8, " X64 ": rest}}\n",
         "4:101: segments.classes." CLIPPED ": expected a class's name of 1 to 63 bytes, found "
         "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…'"},
    };
    CHECK_REJECTIONS(table);
}

static void rejects_wrong_time_and_coverage(void)
{
    static const struct rejection table[] = {
        {"working_time: {admn: 5}\n", "4:16: working_time: expected one of work, admin, days, "
                                      "found 'admn' (did you mean admin?)"},
        {"working_time: {work: hours}\n",
         "4:22: working_time.work: expected hours without travel and count, found 'hours'"},
        {"working_time: {work: }\n", "4:22: working_time.work: expected " SUM ", found nothing"},
        {"working_time: {admin: 100%}\n",
         "4:23: working_time.admin: expected " ADMIN ", found '100%'"},
        {"working_time: {admin: -1}\n", "4:23: working_time.admin: expected " ADMIN ", found '-1'"},
        {"working_time: {admin: 20% of travel}\n",
         "4:23: working_time.admin: expected " ADMIN ", found '20% of travel'"},
        {"working_time: {admin: '300'}\n",
         "4:23: working_time.admin: expected " ADMIN ", found '300'"},
        {"working_time: {days: 0}\n", "4:22: working_time.days: expected working days a year, a "
                                      "number from 1 to 366, found '0'"},
        {"coverage: {target: t}\n",
         "4:11: coverage: expected the key visited beside target, found none"},
        {"coverage: {visited: {a: b}}\n",
         "4:21: coverage.visited: expected a column's name of 1 to 63 bytes, found a map"},
        {"coverage: {effort: [a]}\n", "4:20: coverage.effort: expected " SUM ", found a list"},
        {"coverage: {potential: a + 3}\n",
         "4:23: coverage.potential: expected " SUM ", found 'a + 3'"},
    };
    CHECK_REJECTIONS(table);
}

static void rejects_too_many(void)
{
    static const char letters[] = "abcdefghijklmnopq";
    struct ambit_scenario s;
    char text[2048] = "kpi:\n";
    for (int n = 0; n < 17; n++) {
        const size_t at = strlen(text);
        (void)snprintf(text + at, sizeof text - at, "  %c: count\n", letters[n]);
    }
    CU_ASSERT_EQUAL(parse(text, &s), AMBIT_ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "s.yaml:21:6: kpi.q: expected at most 16 figures with names of 1 to 63 "
                           "bytes, found 'q'");
    ambit_error_clear();
    /* calls, workload, sales and growth are four of sixteen columns. */
    (void)snprintf(text, sizeof text,
                   "kpi: {z: a + b + c + d + e + f + g + h + i + j + k + l + m}\n");
    CU_ASSERT_EQUAL(parse(text, &s), AMBIT_ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "s.yaml:4:10: kpi.z: expected at most 16 different columns in all, "
                           "found 'm'");
    ambit_error_clear();
}

static bool is_sum(const struct ambit_sum *sum, int count, const int *term, const bool *minus)
{
    return sum->count == count && memcmp(sum->term, term, (size_t)count * sizeof *term) == 0 &&
           memcmp(sum->minus, minus, (size_t)count * sizeof *minus) == 0;
}

static void binds_everything(void)
{
    struct ambit_scenario s;
    CU_ASSERT_EQUAL(parse("segments: {by: sales, classes: {big: 20%, B: 30 %, small: rest}}\n"
                          "working_time: {work: workload + paper, admin: 15%, days: 200}\n"
                          "coverage: {visited: seen, target: planned, effort: calls - lost, "
                          "potential: hours}\n"
                          "kpi:\n"
                          "  revenue: sales\n"
                          "  win-rate: {ratio: won / tried-it, unit: percent}\n"
                          "  margin: (sales - cost (USD)) / (hours+count)\n"
                          "  growth: travel / potential\n",
                          &s),
                    AMBIT_OK);
    const struct ambit_audit_terms *const a = &s.audit;
    /* calls 0, workload 1, sales 2, growth 3, then in the order of the sections. */
    CU_ASSERT_EQUAL(s.column_count, 11);
    CU_ASSERT_STRING_EQUAL(s.column[4], "paper");
    CU_ASSERT_STRING_EQUAL(s.column[10], "cost (USD)");
    CU_ASSERT_EQUAL(a->segments.column, 2);
    CU_ASSERT_EQUAL(a->segments.kind, AMBIT_SEGMENT_LARGEST);
    CU_ASSERT_EQUAL(a->segments.count, 3);
    CU_ASSERT_STRING_EQUAL(a->segments.name[0], "big");
    CU_ASSERT_STRING_EQUAL(a->segments.name[2], "small");
    CU_ASSERT_DOUBLE_EQUAL(a->segments.limit[1], 0.3, 1e-15);
    CU_ASSERT_TRUE(is_sum(&a->work, 2, (const int[]){1, 4}, (const bool[]){false, false}));
    CU_ASSERT_EQUAL(a->admin_kind, AMBIT_ADMIN_OF_TIME);
    CU_ASSERT_DOUBLE_EQUAL(a->admin, 0.15, 1e-15);
    CU_ASSERT_EQUAL(a->days, 200.0);
    CU_ASSERT_STRING_EQUAL(s.column[a->visited_column], "seen");
    CU_ASSERT_STRING_EQUAL(s.column[a->target_column], "planned");
    CU_ASSERT_TRUE(is_sum(&a->effort, 2, (const int[]){0, 7}, (const bool[]){false, true}));
    CU_ASSERT_TRUE(is_sum(&a->potential, 2, (const int[]){1, AMBIT_TERM_TRAVEL},
                          (const bool[]){false, false}));
    CU_ASSERT_EQUAL(a->ratio_count, 4);
    CU_ASSERT_TRUE(is_sum(&a->ratio[0].top, 1, (const int[]){2}, (const bool[]){false}));
    CU_ASSERT_EQUAL(a->ratio[0].bottom.count, 0);
    CU_ASSERT_STRING_EQUAL(a->ratio[1].name, "win-rate");
    CU_ASSERT_STRING_EQUAL(a->ratio[1].unit, "percent");
    CU_ASSERT_STRING_EQUAL(s.column[a->ratio[1].bottom.term[0]], "tried-it");
    CU_ASSERT_TRUE(is_sum(&a->ratio[2].top, 2, (const int[]){2, 10}, (const bool[]){false, true}));
    CU_ASSERT_TRUE(is_sum(&a->ratio[2].bottom, 3,
                          (const int[]){1, AMBIT_TERM_TRAVEL, AMBIT_TERM_COUNT},
                          (const bool[]){false, false, false}));
    CU_ASSERT_TRUE(
        is_sum(&a->ratio[3].bottom, 2, (const int[]){2, 3}, (const bool[]){false, false}));
    ambit_scenario_clear(&s);
}

static void binds_other_forms(void)
{
    struct ambit_scenario s;
    CU_ASSERT_EQUAL(parse("segments: {by: new, classes: {A: 80, B: 53.5, C: rest}}\n"
                          "working_time: {admin: 20% of work}\n"
                          "kpi:\n",
                          &s),
                    AMBIT_OK);
    CU_ASSERT_EQUAL(s.audit.segments.kind, AMBIT_SEGMENT_FROM);
    CU_ASSERT_EQUAL(s.audit.segments.limit[1], 53.5);
    CU_ASSERT_EQUAL(s.audit.admin_kind, AMBIT_ADMIN_OF_WORK);
    CU_ASSERT_DOUBLE_EQUAL(s.audit.admin, 0.2, 1e-15);
    ambit_scenario_clear(&s);
    CU_ASSERT_EQUAL(parse("working_time: {admin: 300}\nsegments:\ncoverage:\n", &s), AMBIT_OK);
    CU_ASSERT_EQUAL(s.audit.admin_kind, AMBIT_ADMIN_HOURS);
    CU_ASSERT_EQUAL(s.audit.admin, 300.0);
    ambit_scenario_clear(&s);
}

/* Work is what the first measure with travel adds to it; effort is visits; potential the measure.
 */
static void has_defaults(void)
{
    struct ambit_scenario s;
    CU_ASSERT_EQUAL(parse("", &s), AMBIT_OK);
    CU_ASSERT_EQUAL(s.column_count, 4);
    CU_ASSERT_EQUAL(s.audit.segments.column, -1);
    CU_ASSERT_EQUAL(s.audit.admin_kind, AMBIT_ADMIN_NONE);
    CU_ASSERT_EQUAL(s.audit.days, 220.0);
    CU_ASSERT_EQUAL(s.audit.visited_column, -1);
    CU_ASSERT_EQUAL(s.audit.target_column, -1);
    CU_ASSERT_TRUE(is_sum(&s.audit.work, 1, (const int[]){1}, (const bool[]){false}));
    CU_ASSERT_TRUE(
        is_sum(&s.audit.effort, 1, (const int[]){AMBIT_TERM_VISITS}, (const bool[]){false}));
    CU_ASSERT_TRUE(
        is_sum(&s.audit.potential, 2, (const int[]){2, 3}, (const bool[]){false, false}));
    ambit_scenario_clear(&s);
    static const char least[] = "accounts: {file: a.csv, columns: {id: id, lat: lat, lon: lon}}\n"
                                "territories: 3\nbands: {travel: 5%}\n";
    CU_ASSERT_EQUAL(ambit_scenario_parse("s.yaml", least, strlen(least), &s), AMBIT_OK);
    CU_ASSERT_EQUAL(s.audit.work.count, 0);
    CU_ASSERT_EQUAL(s.audit.potential.count, 0);
    ambit_scenario_clear(&s);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"rejects wrong ratios", rejects_wrong_ratios},
        {"rejects wrong segments", rejects_wrong_segments},
        {"rejects wrong time and coverage", rejects_wrong_time_and_coverage},
        {"rejects too many", rejects_too_many},
        {"binds everything", binds_everything},
        {"binds other forms", binds_other_forms},
        {"has defaults", has_defaults},
    };
    return ambit_test_main("scenario_audit", tests, AMBIT_TEST_COUNT(tests));
}
