/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section `rules` of a scenario file: what is bound, and every rejection with its message. */
#include "engine/base/memory.h"
#include "io/scenario_yaml.h"
#include "tests/harness.h"

#include <stdio.h>
#include <string.h>

/* Two lines, so that what follows starts on line 3. */
#define HEAD                                                                                       \
    "accounts: {file: a.csv, columns: {id: id, lat: lat, lon: lon, territory: t}}\n"               \
    "reps: {file: r.csv, columns: {id: id}}\n"
#define NO_TERRITORY                                                                               \
    "accounts: {file: a.csv, columns: {id: id, lat: lat, lon: lon}}\nterritories: 3\n"
#define KEYS "together, locked, fixed, needs, forbidden, allowed, reach"
#define CLOSING "where, territories, file, columns"
#define NAME "a territory or a rep's id, in quotes where it begins like a number"

static ambit_status parse(const char *text, struct ambit_scenario *out)
{
    return ambit_scenario_parse("s.yaml", text, strlen(text), out);
}

static void binds_every_rule(void)
{
    struct ambit_scenario s;
    CU_ASSERT_EQUAL(parse(HEAD "rules:\n"
                               "  locked: {segment: [A, B], value: {min: 2}}\n"
                               "  fixed: [North, R7]\n"
                               "  needs: {accounts: needs, reps: skills}\n"
                               "  forbidden:\n"
                               "    - {where: {segment: C}, territories: South}\n"
                               "    - {file: f.csv}\n"
                               "  allowed: {file: g.csv, columns: {id: a, territory: b}}\n"
                               "  reach: 1.5 hours\n",
                          &s),
                    AMBIT_OK);
    const struct ambit_eligibility_terms *const t = &s.eligibility;
    CU_ASSERT_TRUE(t->has_lock && t->lock.count == 2 && t->lock.condition[0].word_count == 2);
    CU_ASSERT_EQUAL(t->lock.condition[1].least, 2000000);
    CU_ASSERT_EQUAL(t->fixed_count, 2);
    CU_ASSERT_STRING_EQUAL(t->name[t->fixed_first + 1].text, "R7");
    CU_ASSERT_STRING_EQUAL(s.category[t->needs_category], "needs");
    CU_ASSERT_STRING_EQUAL(t->skills_column, "skills");
    CU_ASSERT_EQUAL(t->closing_count, 3);
    CU_ASSERT_TRUE(!t->closing[0].only && t->closing[0].name_count == 1);
    CU_ASSERT_STRING_EQUAL(t->name[t->closing[0].first_name].text, "South");
    CU_ASSERT_STRING_EQUAL(t->closing[1].file, "f.csv");
    CU_ASSERT_STRING_EQUAL(t->closing[1].id_column, "account_id");
    CU_ASSERT_TRUE(t->closing[2].only);
    CU_ASSERT_STRING_EQUAL(t->closing[2].territory_column, "b");
    CU_ASSERT_TRUE(t->reach_kind == AMBIT_REACH_MINUTES && t->reach == 90.0);
    CU_ASSERT_EQUAL(s.category_count, 2); /* segment and needs */
    ambit_scenario_clear(&s);
}

static void binds_a_column_of_locks(void)
{
    struct ambit_scenario s;
    CU_ASSERT_EQUAL(parse(HEAD "rules: {locked: keep, reach: 20 km}\n", &s), AMBIT_OK);
    const struct ambit_condition *const lock = &s.eligibility.lock.condition[0];
    CU_ASSERT_STRING_EQUAL(s.column[lock->column], "keep");
    CU_ASSERT_TRUE(lock->category == -1 && lock->least == 1 && lock->most == INT64_MAX);
    CU_ASSERT_TRUE(s.eligibility.reach_kind == AMBIT_REACH_KM && s.eligibility.reach == 20.0);
    ambit_scenario_clear(&s);
    CU_ASSERT_EQUAL(parse(HEAD "rules: {reach: 1 hour}\n", &s), AMBIT_OK);
    CU_ASSERT_TRUE(s.eligibility.reach_kind == AMBIT_REACH_MINUTES && s.eligibility.reach == 60.0);
    ambit_scenario_clear(&s);
}

static void has_none_by_default(void)
{
    struct ambit_scenario s;
    CU_ASSERT_EQUAL(parse(HEAD "rules:\n", &s), AMBIT_OK);
    CU_ASSERT_TRUE(!s.eligibility.has_lock && s.eligibility.needs_category == -1 &&
                   s.eligibility.closing_count == 0 &&
                   s.eligibility.reach_kind == AMBIT_REACH_NONE);
    ambit_scenario_clear(&s);
}

static void rejects_what_is_no_rule(void)
{
    static const struct {
        const char *text, *message; /* without "s.yaml:" */
    } table[] = {
        {HEAD "rules: {lock: a}\n",
         "3:9: rules: expected one of " KEYS ", found 'lock' (did you mean locked?)"},
        {HEAD "rules: [a]\n", "3:8: rules: expected a map of " KEYS ", found a list"},
        {NO_TERRITORY "rules: {locked: a}\n",
         "3:17: rules.locked: expected the key accounts.columns.territory (today's territories) "
         "beside rules.locked, found 'a'"},
        {NO_TERRITORY "rules: {fixed: a}\n",
         "3:16: rules.fixed: expected the key accounts.columns.territory (today's territories) "
         "beside rules.fixed, found 'a'"},
        {HEAD "rules: {locked: [a]}\n",
         "3:17: rules.locked: expected a filter such as {segment: A}, or a column that is above 0 "
         "where an account is locked, found a list"},
        {HEAD "rules: {fixed: []}\n",
         "3:16: rules.fixed: expected territories such as [TX-4, WY], found a list"},
        {HEAD "rules: {fixed: [12]}\n", "3:17: rules.fixed[0]: expected " NAME ", found '12'"},
        {NO_TERRITORY "rules: {needs: {accounts: n, reps: s}}\n",
         "3:16: rules.needs: expected the section reps beside rules.needs, found a map"},
        {HEAD "rules: {needs: {accounts: n}}\n",
         "3:16: rules.needs: expected the key reps, found none"},
        {HEAD "rules: {needs: {accounts: [n], reps: s}}\n",
         "3:27: rules.needs.accounts: expected a column of words joined by ;, found a list"},
        {HEAD "rules: {forbidden: a}\n",
         "3:20: rules.forbidden: expected a map of " CLOSING ", found 'a'"},
        {HEAD "rules: {forbidden: [{where: {s: A}}]}\n",
         "3:21: rules.forbidden[0]: expected the keys where and territories, or the key file, "
         "found none"},
        {HEAD "rules: {allowed: {file: f, where: {s: A}}}\n",
         "3:18: rules.allowed: expected either a file, or where and territories, found both"},
        {HEAD "rules: {allowed: {file: f, columns: {account: a}}}\n",
         "3:38: rules.allowed.columns: expected one of id, territory, found 'account'"},
        {HEAD "rules: {forbidden: [{file: a}, {file: a}, {file: a}, {file: a}, {file: a}, {file: "
              "a}]}\n",
         "3:83: rules.forbidden[5].file: expected at most 5 tables of pairs, found more"},
        {HEAD "rules: {reach: 120}\n", "3:16: rules.reach: expected a way such as 120 minutes, 2 "
                                       "hours or 200 km, found '120'"},
        {HEAD "rules: {reach: 0 km}\n", "3:16: rules.reach: expected a way such as 120 minutes, 2 "
                                        "hours or 200 km, found '0 km'"},
        {HEAD "rules: {reach: 20 miles}\n", "3:16: rules.reach: expected a way such as 120 minutes,"
                                            " 2 hours or 200 km, found '20 miles'"},
    };
    for (size_t r = 0; r < sizeof table / sizeof table[0]; r++) {
        struct ambit_scenario s;
        char expected[1024];
        (void)snprintf(expected, sizeof expected, "s.yaml:%s", table[r].message);
        CU_ASSERT_EQUAL(parse(table[r].text, &s), AMBIT_ERR_INPUT);
        CU_ASSERT_STRING_EQUAL(ambit_error_message(), expected);
        if (strcmp(ambit_error_message(), expected) != 0)
            fprintf(stderr, "expected %s\nfound    %s\n", expected, ambit_error_message());
        ambit_scenario_clear(&s);
        ambit_error_clear();
    }
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"binds every rule", binds_every_rule},
        {"binds a column of locks", binds_a_column_of_locks},
        {"has none by default", has_none_by_default},
        {"rejects what is no rule", rejects_what_is_no_rule},
    };
    return ambit_test_main("scenario_rules", tests, AMBIT_TEST_COUNT(tests));
}
