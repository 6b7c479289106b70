/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Defaults and look-ups of a scenario. Names are few (at most 8 measures), so they are searched
 * one by one.
 */
#include "engine/model/scenario.h"
#include "engine/base/memory.h"

#include <math.h>
#include <string.h>

void ambit_scenario_init(struct ambit_scenario *scenario)
{
    *scenario = (struct ambit_scenario){
        .delimiter = ',',
        .visits_column = -1,
        .visits_number = 12.0,
        .homes_fixed = true,
        .free_centre = AMBIT_CENTRE_MEDIAN,
        .stops_per_day = 6.0,
        .local_factor = 0.7124, /* the constant of a random tour in the plane */
        .drive_time = {.a = 3.28, .b = 0.768},
        .disruption_hours = 0.0,
        .robustness = {.samples = 1000},
        .nightly = {.hours_per_move = (double)NAN},
        .audit = {.segments.column = -1, .days = 220.0, .visited_column = -1, .target_column = -1},
        .eligibility = {.needs_category = -1},
        .contiguity = {.longest_km = INFINITY},
        .layers = {.at = -1},
        .headcount = {.margin = 1.0},
    };
}

void ambit_scenario_forget_changes(struct ambit_scenario *scenario)
{
    struct ambit_change_terms *const terms = &scenario->changes;
    for (int c = 0; c < terms->count; c++)
        ambit_free(&terms->change[c].text);
    ambit_free(&terms->change);
    terms->count = 0;
    scenario->layers.at = -1;
}

void ambit_scenario_clear(struct ambit_scenario *scenario)
{
    ambit_free(&scenario->path);
    ambit_free(&scenario->text);
    ambit_free(&scenario->accounts_file);
    ambit_free(&scenario->crs);
    ambit_free(&scenario->reps_file);
    ambit_filter_words_clear(&scenario->filter_words);
    ambit_scenario_forget_changes(scenario);
    for (int c = 0; c < scenario->eligibility.closing_count; c++)
        ambit_free(&scenario->eligibility.closing[c].file);
    ambit_free(&scenario->eligibility.closing);
    ambit_free(&scenario->eligibility.name);
    ambit_free(&scenario->contiguity.barriers);
    ambit_layers_clear(&scenario->layers);
    *scenario = (struct ambit_scenario){.path = NULL};
}

static bool is_of_file(const struct ambit_change *change)
{
    return change->kind == AMBIT_CHANGE_ADD_REPS || change->kind == AMBIT_CHANGE_ADD_ACCOUNTS ||
           change->kind == AMBIT_CHANGE_REMOVE_ACCOUNTS;
}

char **ambit_scenario_file(struct ambit_scenario *scenario, int index)
{
    struct ambit_scenario *const s = scenario;
    char **const single[] = {&s->accounts_file, &s->reps_file, &s->contiguity.barriers};
    const int singles = (int)(sizeof single / sizeof single[0]);
    if (index < singles) return single[index];
    index -= singles;
    if (index < s->eligibility.closing_count) return &s->eligibility.closing[index].file;
    index -= s->eligibility.closing_count;
    if (index < s->layers.count) return &s->layers.item[index].file;
    index -= s->layers.count;
    for (int c = 0; c < s->changes.count; c++)
        if (is_of_file(&s->changes.change[c]) && index-- == 0) return &s->changes.change[c].text;
    return NULL;
}

int ambit_scenario_find_measure(const struct ambit_scenario *scenario, const char *name)
{
    for (int m = 0; m < scenario->measure_count; m++) {
        if (strcmp(scenario->measure[m].name, name) == 0) return m;
    }
    return -1;
}

bool ambit_measure_has_travel(const struct ambit_measure *measure)
{
    for (int t = 0; t < measure->term_count; t++) {
        if (measure->term[t] == AMBIT_TERM_TRAVEL) return true;
    }
    return false;
}
