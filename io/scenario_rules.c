/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/scenario_rules.h"
#include "engine/base/memory.h"
#include "io/scenario_filter.h"

#include <stdio.h>
#include <string.h>

typedef struct ambit_yaml_node node;

static const char closing_keys[] = "where, territories, file, columns";

/* ---- names of territories ---- */

static void add_name(struct ambit_binder *b, const node *value, int *count_inout)
{
    struct ambit_eligibility_terms *const terms = &b->scenario->eligibility;
    const bool is_slip = ambit_bind_is_name(value) && value->plain &&
                         strchr("+-.0123456789", value->text[0]) != NULL;
    if (!ambit_bind_is_name(value) || is_slip) {
        ambit_bind_complain(b, value, NULL,
                            "a territory or a rep's id, in quotes where it begins like a number");
        return;
    }
    if (b->memory != AMBIT_OK) return;
    if (terms->name_count == terms->name_room) {
        const int room = 2 * terms->name_room + 16;
        b->memory = ambit_resize(&terms->name, (size_t)room, sizeof *terms->name);
        if (b->memory != AMBIT_OK) return;
        terms->name_room = room;
    }
    struct ambit_named_territory *const name = &terms->name[terms->name_count++];
    *name = (struct ambit_named_territory){.line = value->line, .column = value->column};
    snprintf(name->text, sizeof name->text, "%s", value->text);
    (*count_inout)++;
}

/* Binds a name or a list of names. */
static void bind_names(struct ambit_binder *b, const node *value, int *first_out, int *count_out)
{
    *first_out = b->scenario->eligibility.name_count;
    if (value->kind == AMBIT_YAML_LIST && value->first != NULL) {
        for (const node *name = value->first; name != NULL; name = name->next)
            add_name(b, name, count_out);
    } else if (value->kind == AMBIT_YAML_SCALAR && ambit_bind_is_text(value)) {
        add_name(b, value, count_out);
    } else {
        ambit_bind_complain(b, value, NULL, "territories such as [TX-4, WY]");
    }
}

/* ---- the rules ---- */

/* What stays or goes is told by today's territories. */
static void ask_territory(struct ambit_binder *b, const node *rule)
{
    if (ambit_bind_find_column(b, "accounts", "territory") == NULL)
        ambit_bind_complain(b, rule, NULL,
                            "the key accounts.columns.territory (today's territories) beside "
                            "rules.%s",
                            rule->key);
}

/* Binds a filter, or a column of numbers that are above 0 where the account is locked. */
static void bind_lock(struct ambit_binder *b, const node *value)
{
    struct ambit_eligibility_terms *const terms = &b->scenario->eligibility;
    terms->has_lock = true;
    ask_territory(b, value);
    if (value->kind == AMBIT_YAML_MAP) {
        ambit_bind_filter(b, value, &terms->lock);
        return;
    }
    if (!ambit_bind_is_name(value)) {
        ambit_bind_complain(b, value, NULL,
                            "a filter such as {segment: A}, or a column that is above 0 where an "
                            "account is locked");
        return;
    }
    const int column = ambit_bind_column(b, value, value->text);
    terms->lock.count = 1;
    terms->lock.condition[0] =
        (struct ambit_condition){.category = -1, .column = column, .least = 1, .most = INT64_MAX};
}

static void bind_needs(struct ambit_binder *b, const node *needs)
{
    struct ambit_eligibility_terms *const terms = &b->scenario->eligibility;
    if (!ambit_bind_is_map(b, needs, "accounts, reps")) return;
    const node *const accounts = ambit_bind_require(b, needs, "accounts");
    const node *const reps = ambit_bind_require(b, needs, "reps");
    if (accounts != NULL && ambit_bind_is_name(accounts))
        terms->needs_category = ambit_bind_category(b, accounts, accounts->text);
    else if (accounts != NULL)
        ambit_bind_complain(b, accounts, NULL, "a column of words joined by ;");
    if (reps != NULL) ambit_bind_name(b, reps, terms->skills_column);
    if (ambit_yaml_find(b->root, "reps") == NULL)
        ambit_bind_complain(b, needs, NULL, "the section reps beside rules.needs");
}

static void bind_reach(struct ambit_binder *b, const node *value)
{
    static const struct {
        const char *word;
        double factor;
        enum ambit_reach_kind kind;
    } units[] = {{" minutes", 1.0, AMBIT_REACH_MINUTES},
                 {" minute", 1.0, AMBIT_REACH_MINUTES},
                 {" hours", 60.0, AMBIT_REACH_MINUTES},
                 {" hour", 60.0, AMBIT_REACH_MINUTES},
                 {" km", 1.0, AMBIT_REACH_KM}};
    struct ambit_eligibility_terms *const terms = &b->scenario->eligibility;
    double number = 0.0;
    const char *const unit = value->kind == AMBIT_YAML_SCALAR && value->plain
                                 ? ambit_bind_read_number(value->text, &number)
                                 : NULL;
    for (size_t u = 0; unit != NULL && u < sizeof units / sizeof units[0]; u++) {
        if (strcmp(unit, units[u].word) != 0 || !(number > 0.0 && number <= 1e6)) continue;
        terms->reach_kind = units[u].kind;
        terms->reach = number * units[u].factor;
        return;
    }
    ambit_bind_complain(b, value, NULL, "a way such as 120 minutes, 2 hours or 200 km");
}

static struct ambit_closing *add_closing(struct ambit_binder *b, const node *value, bool only)
{
    struct ambit_eligibility_terms *const terms = &b->scenario->eligibility;
    if (terms->closing_count == AMBIT_CLOSING_MAX) {
        ambit_bind_complain(b, value, "more", "at most %d entries in forbidden and allowed",
                            AMBIT_CLOSING_MAX);
        return NULL;
    }
    if (b->memory == AMBIT_OK && terms->closing == NULL)
        b->memory = ambit_alloc(&terms->closing, AMBIT_CLOSING_MAX, sizeof *terms->closing);
    if (b->memory != AMBIT_OK) return NULL;
    struct ambit_closing *const closing = &terms->closing[terms->closing_count++];
    *closing = (struct ambit_closing){
        .only = only, .id_column = "account_id", .territory_column = "territory"};
    return closing;
}

static void bind_pair_table(struct ambit_binder *b, const node *entry,
                            struct ambit_closing *closing)
{
    const node *const file = ambit_yaml_find(entry, "file");
    const node *const columns = ambit_yaml_find(entry, "columns");
    const struct ambit_eligibility_terms *const terms = &b->scenario->eligibility;
    int tables = 0;
    ambit_bind_text(b, file, "a file's path", &closing->file);
    for (int c = 0; c < terms->closing_count; c++)
        tables += terms->closing[c].file != NULL;
    if (tables > AMBIT_PAIR_FILE_MAX)
        ambit_bind_complain(b, file, "more", "at most %d tables of pairs", AMBIT_PAIR_FILE_MAX);
    if (columns == NULL || !ambit_bind_is_map(b, columns, "id, territory")) return;
    ambit_bind_optional_name(b, columns, "id", closing->id_column);
    ambit_bind_optional_name(b, columns, "territory", closing->territory_column);
}

/* Binds {where: …, territories: …} or {file: …, columns: …}. */
static void bind_closing(struct ambit_binder *b, const node *entry, bool only)
{
    if (entry->kind != AMBIT_YAML_MAP) {
        ambit_bind_complain(b, entry, NULL, "a map of %s", closing_keys);
        return;
    }
    if (!ambit_bind_is_map(b, entry, closing_keys)) return;
    const node *const where = ambit_yaml_find(entry, "where");
    const node *const territories = ambit_yaml_find(entry, "territories");
    const bool is_table = ambit_yaml_find(entry, "file") != NULL;
    struct ambit_closing *const closing = add_closing(b, entry, only);
    if (closing == NULL) return;
    if (is_table && (where != NULL || territories != NULL)) {
        ambit_bind_complain(b, entry, "both", "either a file, or where and territories");
    } else if (is_table) {
        bind_pair_table(b, entry, closing);
    } else if (where == NULL || territories == NULL) {
        ambit_bind_missing(b, entry, "the keys where and territories, or the key file");
    } else {
        ambit_bind_filter(b, where, &closing->where);
        bind_names(b, territories, &closing->first_name, &closing->name_count);
    }
}

/* Binds one entry, or a list of them. */
static void bind_closings(struct ambit_binder *b, const node *value, bool only)
{
    if (value->kind != AMBIT_YAML_LIST) {
        bind_closing(b, value, only);
        return;
    }
    for (const node *entry = value->first; entry != NULL; entry = entry->next)
        bind_closing(b, entry, only);
}

void ambit_scenario_bind_rules(struct ambit_binder *b)
{
    struct ambit_eligibility_terms *const terms = &b->scenario->eligibility;
    const node *const rules = ambit_yaml_find(b->root, "rules");
    if (rules == NULL ||
        !ambit_bind_is_map(b, rules, "together, locked, fixed, needs, forbidden, allowed, reach"))
        return;
    /* Whether the accounts have the column is found when they are read. */
    ambit_bind_optional_name(b, rules, "together", b->scenario->together.column);
    const node *const locked = ambit_yaml_find(rules, "locked");
    const node *const fixed = ambit_yaml_find(rules, "fixed");
    const node *const needs = ambit_yaml_find(rules, "needs");
    const node *const forbidden = ambit_yaml_find(rules, "forbidden");
    const node *const allowed = ambit_yaml_find(rules, "allowed");
    const node *const reach = ambit_yaml_find(rules, "reach");
    if (locked != NULL) bind_lock(b, locked);
    if (fixed != NULL) {
        ask_territory(b, fixed);
        bind_names(b, fixed, &terms->fixed_first, &terms->fixed_count);
    }
    if (needs != NULL) bind_needs(b, needs);
    if (forbidden != NULL) bind_closings(b, forbidden, false);
    if (allowed != NULL) bind_closings(b, allowed, true);
    if (reach != NULL) bind_reach(b, reach);
}
