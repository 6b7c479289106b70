/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every place of a scenario that holds the index of a column is visited twice: to see which columns
 * are in use, and to give them their new indices. Cost: a few hundred visits a scenario. Weakness:
 * who adds such a place to the scenario must add it to visit_all(), too.
 */
#include "engine/model/columns.h"
#include "engine/base/memory.h"

#include <string.h>

enum { UNUSED = -1, USED = 0 };

/* What becomes of each column: UNUSED, USED, or once `renames` its new index. */
struct columns {
    bool renames;
    int number[AMBIT_COLUMN_MAX];
    int word[AMBIT_CATEGORY_MAX];
};

static void visit(const struct columns *columns, int *map, int *index)
{
    if (*index < 0) return; /* no column, or count, travel or visits */
    if (columns->renames)
        *index = map[*index];
    else
        map[*index] = USED;
}

static void visit_terms(struct columns *columns, int count, int *term)
{
    for (int t = 0; t < count; t++)
        visit(columns, columns->number, &term[t]);
}

static void visit_filter(struct columns *columns, struct ambit_filter *filter)
{
    for (int c = 0; c < filter->count; c++) {
        visit(columns, columns->number, &filter->condition[c].column);
        visit(columns, columns->word, &filter->condition[c].category);
    }
}

static void visit_audit(struct columns *columns, struct ambit_audit_terms *audit)
{
    visit(columns, columns->number, &audit->segments.column);
    visit(columns, columns->number, &audit->visited_column);
    visit(columns, columns->number, &audit->target_column);
    visit_terms(columns, audit->work.count, audit->work.term);
    visit_terms(columns, audit->effort.count, audit->effort.term);
    visit_terms(columns, audit->potential.count, audit->potential.term);
    for (int k = 0; k < audit->ratio_count; k++) {
        visit_terms(columns, audit->ratio[k].top.count, audit->ratio[k].top.term);
        visit_terms(columns, audit->ratio[k].bottom.count, audit->ratio[k].bottom.term);
    }
}

static void visit_disruption(struct columns *columns, struct ambit_disruption_terms *terms)
{
    for (int b = 0; b < terms->budget_count; b++) {
        visit_terms(columns, terms->budget[b].sum.term_count, terms->budget[b].sum.term);
        visit_filter(columns, &terms->budget[b].where);
    }
    for (int c = 0; c < terms->cost_count; c++)
        visit_terms(columns, terms->cost_sum[c].term_count, terms->cost_sum[c].term);
    for (int p = 0; p < terms->protection_count; p++) {
        visit_terms(columns, terms->protection[p].sum.term_count, terms->protection[p].sum.term);
        visit_filter(columns, &terms->protection[p].where);
    }
}

/* All but which columns are scaled. */
static void visit_all(struct columns *columns, struct ambit_scenario *s)
{
    struct ambit_eligibility_terms *const rules = &s->eligibility;
    visit(columns, columns->number, &s->visits_column);
    for (int m = 0; m < s->measure_count; m++)
        visit_terms(columns, s->measure[m].term_count, s->measure[m].term);
    visit_filter(columns, &rules->lock);
    visit(columns, columns->word, &rules->needs_category);
    for (int c = 0; c < rules->closing_count; c++)
        visit_filter(columns, &rules->closing[c].where);
    visit_disruption(columns, &s->disruption);
    visit_audit(columns, &s->audit);
    for (int u = 0; u < s->robustness.count; u++) {
        visit(columns, columns->number, &s->robustness.column[u].column);
        visit(columns, columns->word, &s->robustness.column[u].by);
    }
    for (int c = 0; c < s->changes.count; c++)
        visit_filter(columns, &s->changes.change[c].where);
    visit_terms(columns, s->headcount.value.count, s->headcount.value.term);
    for (int l = 0; l < s->layers.count; l++)
        visit_filter(columns, &s->layers.item[l].where);
}

/* Who scales a column that nobody reads has no effect. */
static void drop_scaling(const struct columns *columns, struct ambit_change_terms *changes)
{
    int kept = 0;
    for (int c = 0; c < changes->count; c++) {
        struct ambit_change *const change = &changes->change[c];
        if (change->kind == AMBIT_CHANGE_SCALE && columns->number[change->scaled] == UNUSED)
            ambit_free(&change->text);
        else
            changes->change[kept++] = *change;
    }
    changes->count = kept;
}

/* Moves the names that are used to the front, and puts their new indices into the map. */
static int close_ranks(int count, char (*name)[AMBIT_NAME_MAX], int *map)
{
    int kept = 0;
    for (int c = 0; c < count; c++) {
        if (map[c] == UNUSED) continue;
        memmove(name[kept], name[c], AMBIT_NAME_MAX);
        map[c] = kept++;
    }
    return kept;
}

static void drop_sections(struct ambit_scenario *s, enum ambit_use use)
{
    bool banded[AMBIT_MEASURE_MAX] = {false};
    if (use == AMBIT_USE_HEADCOUNT) { /* by segments, work and potential */
        s->audit.visited_column = s->audit.target_column = -1;
        s->audit.effort.count = s->audit.ratio_count = 0;
    } else {
        s->headcount = (struct ambit_headcount_terms){.margin = 1.0};
    }
    if (use != AMBIT_USE_AUDIT && use != AMBIT_USE_HEADCOUNT)
        s->audit = (struct ambit_audit_terms){
            .segments.column = -1, .visited_column = -1, .target_column = -1};
    if (use != AMBIT_USE_ROBUSTNESS) s->robustness.count = 0;
    if (use != AMBIT_USE_NEW) return;
    /* A new account has no territory, and stands in no table of changes. */
    ambit_scenario_forget_changes(s);
    s->territory_column[0] = '\0';
    s->disruption = (struct ambit_disruption_terms){0};
    s->eligibility.has_lock = false;
    s->eligibility.lock.count = 0;
    for (int b = 0; b < s->band_count; b++) {
        banded[s->band[b].measure] = true;
        if (s->band[b].share_of >= 0) banded[s->band[b].share_of] = true;
    }
    for (int m = 0; m < s->measure_count; m++)
        if (!banded[m]) s->measure[m].term_count = 0;
}

void ambit_scenario_narrow(struct ambit_scenario *scenario, enum ambit_use use)
{
    struct ambit_scenario *const s = scenario;
    struct columns columns = {.renames = false};
    for (int c = 0; c < AMBIT_COLUMN_MAX; c++)
        columns.number[c] = UNUSED;
    for (int c = 0; c < AMBIT_CATEGORY_MAX; c++)
        columns.word[c] = UNUSED;
    drop_sections(s, use);
    visit_all(&columns, s);
    drop_scaling(&columns, &s->changes);
    s->column_count = close_ranks(s->column_count, s->column, columns.number);
    s->category_count = close_ranks(s->category_count, s->category, columns.word);
    columns.renames = true;
    visit_all(&columns, s);
    for (int c = 0; c < s->changes.count; c++)
        if (s->changes.change[c].kind == AMBIT_CHANGE_SCALE)
            visit(&columns, columns.number, &s->changes.change[c].scaled);
    for (int w = 0; w < s->filter_words.count; w++)
        visit(&columns, columns.word, &s->filter_words.item[w].category);
}
