/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which columns each use of a scenario reads, and that what stays still means the same ones. */
#include "engine/base/memory.h"
#include "engine/model/accounts.h"
#include "engine/model/columns.h"
#include "io/scenario_yaml.h"
#include "tests/harness.h"

#include <stdio.h>

/* Names of columns say who alone asks for them. */
static const char text[] =
    "accounts: {file: a.csv, columns: {id: id, lat: lat, lon: lon, territory: t}, visits: visits}\n"
    "territories: 3\n"
    "segments: {by: audit_size, classes: {A: 2, B: rest}}\n"
    "coverage: {visited: audit_seen, target: audit_target}\n"
    "kpi: {share: audit_won / visits}\n"
    "robustness: {work: {each: normal 5%}, potential: {shared: normal 5%, by: robust_area}}\n"
    "measures: {hours: work + travel, value: potential, spare: spare}\n"
    "bands: {hours: 5%}\n"
    "rules:\n"
    "  locked: {locked_words: A}\n"
    "  forbidden: {where: {chain: X, banned: 1}, territories: ['1']}\n"
    "disruption:\n"
    "  per_segment: {by: budget_words, A: 2%}\n"
    "  budget: {budget_sum: 5%}\n"
    "  protected: [{column: protected}, {where: {protected_words: A, chain: Y}}]\n"
    "scale: [{column: work, by: 1.1, where: {scale_words: A}}, {column: audit_won, by: 2}]\n";

static void join(int count, char (*name)[AMBIT_NAME_MAX], char out[512])
{
    out[0] = '\0';
    for (int c = 0; c < count; c++) {
        const size_t at = strlen(out);
        (void)snprintf(out + at, 512 - at, "%s%s", c > 0 ? " " : "", name[c]);
    }
}

static void check_use(enum ambit_use use, const char *columns, const char *words)
{
    struct ambit_scenario s;
    char found[512];
    const ambit_status status = ambit_scenario_parse("s.yaml", text, strlen(text), &s);
    CU_ASSERT_EQUAL(status, AMBIT_OK);
    if (status != AMBIT_OK) fprintf(stderr, "%s\n", ambit_error_message());
    for (int again = 0; again < 2 && status == AMBIT_OK; again++) {
        ambit_scenario_narrow(&s, use);
        join(s.column_count, s.column, found);
        if (strcmp(found, columns) != 0) fprintf(stderr, "found %s\n", found);
        CU_ASSERT_STRING_EQUAL(found, columns);
        join(s.category_count, s.category, found);
        if (strcmp(found, words) != 0) fprintf(stderr, "found %s\n", found);
        CU_ASSERT_STRING_EQUAL(found, words);
    }
    ambit_scenario_clear(&s);
}

static void reads_what_is_used(void)
{
    static const char plan[] = "visits work potential spare banned budget_sum protected";
    static const char words[] = "locked_words chain budget_words protected_words scale_words";
    check_use(AMBIT_USE_PLAN, plan, words);
    check_use(AMBIT_USE_AUDIT,
              "visits work potential spare banned budget_sum protected audit_size audit_seen "
              "audit_target audit_won",
              words);
    check_use(AMBIT_USE_ROBUSTNESS, plan,
              "locked_words chain budget_words protected_words robust_area scale_words");
    check_use(AMBIT_USE_NEW, "visits work banned", "chain");
}

/* The names behind the indices that stay. */
static void means_the_same(void)
{
    struct ambit_scenario s;
    CU_ASSERT_EQUAL(ambit_scenario_parse("s.yaml", text, strlen(text), &s), AMBIT_OK);
    ambit_scenario_narrow(&s, AMBIT_USE_ROBUSTNESS);
    const struct ambit_disruption_terms *const terms = &s.disruption;
    CU_ASSERT_STRING_EQUAL(s.column[s.visits_column], "visits");
    CU_ASSERT_STRING_EQUAL(s.column[s.measure[1].term[0]], "potential");
    CU_ASSERT_STRING_EQUAL(s.column[s.robustness.column[1].column], "potential");
    CU_ASSERT_STRING_EQUAL(s.category[s.robustness.column[1].by], "robust_area");
    CU_ASSERT_EQUAL(s.robustness.column[0].by, -1);
    CU_ASSERT_EQUAL(s.measure[0].term[1], AMBIT_TERM_TRAVEL);
    CU_ASSERT_STRING_EQUAL(s.column[terms->protection[0].sum.term[0]], "protected");
    const struct ambit_filter *const where = &terms->protection[1].where;
    CU_ASSERT_STRING_EQUAL(s.category[where->condition[0].category], "protected_words");
    CU_ASSERT_STRING_EQUAL(s.category[where->condition[1].category], "chain");
    CU_ASSERT_EQUAL(s.changes.count, 1); /* audit_won is not read, and not scaled */
    CU_ASSERT_STRING_EQUAL(s.column[s.changes.change[0].scaled], "work");
    for (int w = 0; w < s.filter_words.count; w++)
        CU_ASSERT_TRUE(s.filter_words.item[w].category >= 0);
    CU_ASSERT_EQUAL(s.audit.segments.column, -1);
    CU_ASSERT_EQUAL(s.audit.ratio_count, 0);
    ambit_scenario_clear(&s);
}

/* Words of filters that are gone have no dictionary to be looked up in. */
static void new_accounts_keep_measures_in_place(void)
{
    struct ambit_scenario s;
    struct ambit_accounts none = {0};
    int gone = 0;
    CU_ASSERT_EQUAL(ambit_scenario_parse("s.yaml", text, strlen(text), &s), AMBIT_OK);
    ambit_scenario_narrow(&s, AMBIT_USE_NEW);
    CU_ASSERT_EQUAL(s.measure_count, 3);
    CU_ASSERT_STRING_EQUAL(s.measure[2].name, "spare");
    CU_ASSERT_EQUAL(s.measure[0].term_count, 2);
    CU_ASSERT_EQUAL(s.measure[1].term_count + s.measure[2].term_count, 0);
    CU_ASSERT_EQUAL(s.changes.count + s.disruption.budget_count + s.eligibility.lock.count, 0);
    CU_ASSERT_STRING_EQUAL(s.territory_column, "");
    CU_ASSERT_STRING_EQUAL(s.category[s.eligibility.closing[0].where.condition[0].category],
                           "chain");
    CU_ASSERT_EQUAL(ambit_filter_resolve(&s, &none), AMBIT_OK);
    for (int w = 0; w < s.filter_words.count; w++)
        gone += s.filter_words.item[w].category < 0;
    CU_ASSERT_EQUAL(gone, 4);
    ambit_accounts_clear(&none);
    ambit_scenario_clear(&s);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"each use reads what it uses", reads_what_is_used},
        {"indices mean the same columns", means_the_same},
        {"new accounts keep measures in place", new_accounts_keep_measures_in_place},
    };
    return ambit_test_main("columns", tests, AMBIT_TEST_COUNT(tests));
}
