/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Binds what may change hands and what that costs:
 *
 *     objective: {hours_per_moved_account: 0.5}
 *     disruption:
 *       budget: {accounts: 10%, potential: 5%}
 *       per_territory: {accounts: 20%}
 *       per_segment: {by: segment, A: 2%, B: 10%}
 *       cost: {hours_per_account: 0.5, hours_per: {potential: 0.01}}
 *       protected: [{top: 500, by: potential}, {column: open_opportunity}, {where: {segment: A}}]
 *
 * Budgets count accounts, a measure without travel, or a column: what an account would travel
 * depends on where it goes, and cannot be budgeted before.
 */
#include "io/scenario_disruption.h"
#include "io/scenario_filter.h"

#include <math.h>
#include <string.h>

typedef struct ambit_yaml_node node;

#define TOP_MAX 1e9

/* The sum of this name into *sum_out; false where it is none. */
static bool bind_sum(struct ambit_binder *b, const node *value, const char *name,
                     struct ambit_measure *sum_out)
{
    const int m = ambit_scenario_find_measure(b->scenario, name);
    if (strlen(name) >= AMBIT_NAME_MAX || name[0] == '\0') {
        ambit_bind_complain(b, value, NULL, "a name of 1 to %d bytes", AMBIT_NAME_MAX - 1);
        return false;
    }
    *sum_out = (struct ambit_measure){.term_count = 1};
    if (m >= 0) *sum_out = b->scenario->measure[m];
    snprintf(sum_out->name, sizeof sum_out->name, "%s", name);
    if (strcmp(name, "travel") == 0 || (m >= 0 && ambit_measure_has_travel(sum_out))) {
        ambit_bind_complain_name(b, value, name, ", which counts travel",
                                 "accounts, a measure without travel, or a column");
        return false;
    }
    if (m >= 0) return true;
    if (strcmp(name, "accounts") == 0 || strcmp(name, "count") == 0) {
        sum_out->term[0] = AMBIT_TERM_COUNT;
        return true;
    }
    sum_out->term[0] = ambit_bind_column(b, value, name);
    return sum_out->term[0] >= 0;
}

/* Binds `10%` or `500`. */
static void bind_most(struct ambit_binder *b, const node *value, struct ambit_budget *budget)
{
    const char *rest = NULL;
    double number = 0.0;
    if (value->kind == AMBIT_YAML_SCALAR) rest = ambit_bind_read_number(value->text, &number);
    if (rest != NULL) {
        const bool plain = *rest == '\0' && value->plain;
        rest += strspn(rest, " ");
        budget->is_part = strcmp(rest, "%") == 0;
        budget->most = budget->is_part ? number / 100.0 : number;
        if (number >= 0.0 &&
            ((budget->is_part && number <= 100.0) || (plain && number <= AMBIT_UNITS_MAX)))
            return;
    }
    ambit_bind_complain(b, value, NULL,
                        "a part of the total from 0%% to 100%%, or a number from 0 to 1e12");
}

/* The budget that was added, or NULL where there is no room. */
static struct ambit_budget *add_budget(struct ambit_binder *b, const node *entry, const char *name,
                                       enum ambit_budget_scope scope)
{
    struct ambit_disruption_terms *const terms = &b->scenario->disruption;
    if (terms->budget_count == AMBIT_BUDGET_MAX) {
        ambit_bind_complain_key(b, entry, "", "at most %d budgets in all", AMBIT_BUDGET_MAX);
        return NULL;
    }
    struct ambit_budget *const budget = &terms->budget[terms->budget_count++];
    *budget = (struct ambit_budget){.scope = scope};
    if (bind_sum(b, entry, name, &budget->sum)) bind_most(b, entry, budget);
    return budget;
}

static void bind_budgets(struct ambit_binder *b, const node *map, enum ambit_budget_scope scope)
{
    if (map->kind != AMBIT_YAML_MAP) {
        ambit_bind_complain(b, map, NULL, "a map of budgets, such as accounts: 10%%");
        return;
    }
    for (const node *entry = map->first; entry != NULL; entry = entry->next)
        (void)add_budget(b, entry, entry->key, scope);
}

/* Binds `{by: segment, of: accounts, A: 2%, B: 10%}`: a budget for each word of a column. */
static void bind_segments(struct ambit_binder *b, const node *map)
{
    if (map->kind != AMBIT_YAML_MAP) {
        ambit_bind_complain(b, map, NULL, "a map such as {by: segment, A: 2%%, B: 10%%}");
        return;
    }
    const node *const by = ambit_bind_require(b, map, "by"), *const of = ambit_yaml_find(map, "of");
    if (by == NULL) return;
    if (!ambit_bind_is_name(by) || (of != NULL && !ambit_bind_is_name(of))) {
        ambit_bind_complain(b, ambit_bind_is_name(by) ? of : by, NULL, "a column's name");
        return;
    }
    const int category = ambit_bind_category(b, by, by->text);
    const bool has_words = map->child_count > 1 + (of != NULL);
    if (!has_words) ambit_bind_missing(b, map, "a budget for a word of that column, such as A: 2%");
    for (const node *entry = map->first; entry != NULL && category >= 0; entry = entry->next) {
        if (entry == by || entry == of) continue;
        if (strlen(entry->key) >= AMBIT_FILTER_TEXT) {
            ambit_bind_complain_key(b, entry, "", "a word of at most %d bytes",
                                    AMBIT_FILTER_TEXT - 1);
            continue;
        }
        struct ambit_budget *const budget =
            add_budget(b, entry, of != NULL ? of->text : "accounts", AMBIT_BUDGET_NATION);
        if (budget == NULL) return;
        struct ambit_filter_word word = {
            .category = category, .line = entry->key_line, .column = entry->key_column};
        (void)snprintf(word.text, sizeof word.text, "%s", entry->key);
        (void)snprintf(budget->segment, sizeof budget->segment, "%s", entry->key);
        budget->where = (struct ambit_filter){.count = 1};
        budget->where.condition[0] =
            (struct ambit_condition){.category = category,
                                     .column = -1,
                                     .first_word = b->scenario->filter_words.count,
                                     .word_count = 1};
        if (b->memory == AMBIT_OK)
            b->memory = ambit_filter_words_add(&b->scenario->filter_words, &word);
    }
}

static void bind_cost(struct ambit_binder *b, const node *cost)
{
    struct ambit_disruption_terms *const terms = &b->scenario->disruption;
    if (!ambit_bind_is_map(b, cost, "hours_per_account, hours_per")) return;
    const node *const account = ambit_yaml_find(cost, "hours_per_account");
    const node *const per = ambit_yaml_find(cost, "hours_per");
    if (account != NULL &&
        ambit_yaml_find(ambit_yaml_find(b->root, "objective"), "hours_per_moved_account") != NULL)
        ambit_bind_complain_key(b, account, "",
                                "this or objective.hours_per_moved_account, which is the same");
    else if (account != NULL)
        ambit_bind_number(b, account, "a number from 0 to 1000000", 0.0, 1e6,
                          &b->scenario->disruption_hours);
    if (per == NULL) return;
    if (per->kind != AMBIT_YAML_MAP) {
        ambit_bind_complain(b, per, NULL, "a map of hours, such as potential: 0.01");
        return;
    }
    for (const node *entry = per->first; entry != NULL; entry = entry->next) {
        if (terms->cost_count == AMBIT_COST_MAX) {
            ambit_bind_complain_key(b, entry, "", "at most %d sums", AMBIT_COST_MAX);
            return;
        }
        const int c = terms->cost_count++;
        if (bind_sum(b, entry, entry->key, &terms->cost_sum[c]))
            ambit_bind_number(b, entry, "a number of hours from 0 to 1000000", 0.0, 1e6,
                              &terms->cost_hours[c]);
    }
}

static void bind_top(struct ambit_binder *b, const node *rule, struct ambit_protection *out)
{
    const node *const top = ambit_yaml_find(rule, "top");
    const node *const by = ambit_bind_require(b, rule, "by");
    double number = 0.0;
    ambit_bind_number(b, top, "a whole number from 1 to 1e9", 1.0, TOP_MAX, &number);
    if (number != floor(number)) ambit_bind_complain(b, top, NULL, "a whole number from 1 to 1e9");
    out->kind = AMBIT_PROTECT_TOP;
    out->top = (int64_t)number;
    if (by == NULL) return;
    if (ambit_bind_is_name(by))
        (void)bind_sum(b, by, by->text, &out->sum);
    else
        ambit_bind_complain(b, by, NULL, "a measure without travel, or a column");
}

static void bind_protection(struct ambit_binder *b, const node *rule)
{
    struct ambit_disruption_terms *const terms = &b->scenario->disruption;
    if (rule->kind != AMBIT_YAML_MAP) {
        ambit_bind_complain(b, rule, NULL, "a map of top and by, of column, or of where");
        return;
    }
    if (!ambit_bind_is_map(b, rule, "top, by, column, where")) return;
    if (terms->protection_count == AMBIT_PROTECTION_MAX) {
        ambit_bind_complain(b, rule, NULL, "at most %d rules", AMBIT_PROTECTION_MAX);
        return;
    }
    struct ambit_protection *const out = &terms->protection[terms->protection_count++];
    const node *const top = ambit_yaml_find(rule, "top"), *const column =
                                                              ambit_yaml_find(rule, "column");
    const node *const where = ambit_yaml_find(rule, "where");
    const int kinds = (top != NULL) + (column != NULL) + (where != NULL);
    if (kinds != 1)
        ambit_bind_complain(b, rule, kinds == 0 ? "none of them" : "more",
                            "the keys top and by, the key column, or the key where");
    else if (where != NULL) {
        out->kind = AMBIT_PROTECT_WHERE;
        ambit_bind_filter(b, where, &out->where);
    } else if (top != NULL)
        bind_top(b, rule, out);
    else if (!ambit_bind_is_name(column))
        ambit_bind_complain(b, column, NULL, "a column's name");
    else {
        out->kind = AMBIT_PROTECT_COLUMN;
        (void)bind_sum(b, column, column->text, &out->sum);
    }
}

static void bind_protections(struct ambit_binder *b, const node *list)
{
    if (list->kind != AMBIT_YAML_LIST) {
        ambit_bind_complain(b, list, NULL, "a list such as [{top: 500, by: potential}]");
        return;
    }
    for (const node *rule = list->first; rule != NULL; rule = rule->next)
        bind_protection(b, rule);
}

void ambit_scenario_bind_disruption(struct ambit_binder *b)
{
    const node *const objective = ambit_yaml_find(b->root, "objective");
    const node *const disruption = ambit_yaml_find(b->root, "disruption");
    if (objective != NULL && ambit_bind_is_map(b, objective, "hours_per_moved_account"))
        ambit_bind_optional_number(b, objective, "hours_per_moved_account",
                                   "a number from 0 to 1000000", 0.0, 1e6,
                                   &b->scenario->disruption_hours);
    if (disruption == NULL ||
        !ambit_bind_is_map(b, disruption, "budget, per_territory, per_segment, cost, protected"))
        return;
    if (ambit_bind_find_column(b, "accounts", "territory") == NULL)
        ambit_bind_complain_key(b, disruption, "",
                                "accounts.columns.territory beside it, which says where accounts "
                                "are today");
    const node *const budget = ambit_yaml_find(disruption, "budget");
    const node *const per_territory = ambit_yaml_find(disruption, "per_territory");
    const node *const segments = ambit_yaml_find(disruption, "per_segment");
    const node *const cost = ambit_yaml_find(disruption, "cost");
    const node *const protections = ambit_yaml_find(disruption, "protected");
    if (budget != NULL) bind_budgets(b, budget, AMBIT_BUDGET_NATION);
    if (per_territory != NULL) bind_budgets(b, per_territory, AMBIT_BUDGET_TERRITORY);
    if (segments != NULL) bind_segments(b, segments);
    if (cost != NULL) bind_cost(b, cost);
    if (protections != NULL) bind_protections(b, protections);
}
