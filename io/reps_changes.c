/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/reps_changes.h"
#include "engine/base/memory.h"
#include "engine/base/nearest.h"
#include "engine/model/geometry.h"
#include "io/name_index.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static ambit_status refuse(const char *path, const char *what, const char *name)
{
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s: expected reps and territories that are not there yet, found the %s '%s' "
                      "again",
                      path, what, name);
}

ambit_status ambit_reps_join(const char *path, const struct ambit_territories *more,
                             struct ambit_territories *territories)
{
    ambit_status status = AMBIT_OK;
    struct ambit_territories *const t = territories;
    struct ambit_name_index names = {0}, ids = {0};
    AMBIT_TRY(ambit_name_index_create(t->count, &names));
    AMBIT_TRY(ambit_name_index_create(t->count, &ids));
    for (int32_t j = 0; j < t->count; j++) {
        (void)ambit_name_index_add(&names, t->item[j].name, j);
        if (t->item[j].rep_id[0] != '\0') (void)ambit_name_index_add(&ids, t->item[j].rep_id, j);
    }
    for (int32_t j = 0; j < more->count; j++) {
        const struct ambit_territory *const one = &more->item[j];
        if (ambit_name_index_find(&ids, one->rep_id, strlen(one->rep_id)) >= 0)
            AMBIT_TRY(refuse(path, "rep", one->rep_id));
        if (ambit_name_index_find(&names, one->name, strlen(one->name)) >= 0)
            AMBIT_TRY(refuse(path, "territory", one->name));
    }
    ambit_name_index_clear(&names); /* they point at the names that move now */
    ambit_name_index_clear(&ids);
    if (more->count > AMBIT_TERRITORY_MAX - t->count)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s: expected at most %d territories in all, found "
                             "more",
                             path, AMBIT_TERRITORY_MAX));
    AMBIT_TRY(ambit_resize(&t->item, (size_t)t->count + (size_t)more->count, sizeof *t->item));
    if (more->count > 0)
        memcpy(t->item + t->count, more->item, (size_t)more->count * sizeof *t->item);
    t->count += more->count;
done:
    ambit_name_index_clear(&names);
    ambit_name_index_clear(&ids);
    return status;
}

/* The territory of that name, or else of the rep with that id. */
static int32_t find(const struct ambit_territories *t, const char *name)
{
    for (int32_t j = 0; j < t->count; j++)
        if (strcmp(t->item[j].name, name) == 0) return j;
    for (int32_t j = 0; j < t->count; j++)
        if (strcmp(t->item[j].rep_id, name) == 0) return j;
    return -1;
}

static ambit_status refuse_unknown(const struct ambit_scenario *s,
                                   const struct ambit_change *change,
                                   const struct ambit_territories *t)
{
    const char *nearest = "";
    int least = ambit_edit_tolerance(strlen(change->text)) + 1;
    for (int32_t j = 0; j < t->count; j++) {
        const char *const known[2] = {t->item[j].name, t->item[j].rep_id};
        for (int k = 0; k < 2; k++) {
            const int distance =
                ambit_edit_distance(change->text, strlen(change->text), known[k], strlen(known[k]));
            if (distance >= least) continue;
            least = distance;
            nearest = known[k];
        }
    }
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s:%d:%d: reps.%s: expected a rep's id or a territory's name, found '%s'%s%s"
                      "%s",
                      s->path, change->line, change->column,
                      change->kind == AMBIT_CHANGE_LEAVE ? "leave" : "move", change->text,
                      nearest[0] != '\0' ? " (did you mean " : "", nearest,
                      nearest[0] != '\0' ? "?)" : "");
}

static ambit_status leave(struct ambit_territories *t, int32_t j)
{
    const struct ambit_territory *const one = &t->item[j];
    const ambit_status status = ambit_resize(&t->gone, (size_t)t->gone_count + 2, sizeof *t->gone);
    if (status != AMBIT_OK) return status;
    (void)snprintf(t->gone[t->gone_count++], AMBIT_NAME_MAX, "%s", one->name);
    if (one->rep_id[0] != '\0' && strcmp(one->rep_id, one->name) != 0)
        (void)snprintf(t->gone[t->gone_count++], AMBIT_NAME_MAX, "%s", one->rep_id);
    memmove(&t->item[j], &t->item[j + 1], (size_t)(t->count - j - 1) * sizeof *t->item);
    t->count--;
    return AMBIT_OK;
}

/* Appends a territory whose rep has its name. */
static ambit_status hire(const struct ambit_scenario *s, const struct ambit_change *change,
                         struct ambit_territories *t)
{
    ambit_status status = AMBIT_OK;
    struct ambit_territory one = {.centre_account = -1, .has_home = true};
    int32_t with_capacity = 0;
    if (find(t, change->text) >= 0)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s:%d:%d: reps.hire: expected a name that no rep and no territory "
                             "has, found '%s'",
                             s->path, change->line, change->column, change->text));
    if (t->count == AMBIT_TERRITORY_MAX)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s: expected at most %d territories in all, found "
                             "more",
                             s->path, AMBIT_TERRITORY_MAX));
    for (int32_t j = 0; j < t->count; j++) {
        with_capacity += t->item[j].capacity > 0.0;
        one.capacity += t->item[j].capacity;
        for (int c = 0; c < s->rep.column_count; c++)
            one.value[c] += t->item[j].value[c] / t->count;
    }
    one.capacity = !isnan(change->by) ? change->by : one.capacity / fmax(with_capacity, 1.0);
    (void)snprintf(one.name, sizeof one.name, "%s", change->text);
    (void)snprintf(one.rep_id, sizeof one.rep_id, "%s", change->text);
    ambit_unit_from_degrees(change->lat, change->lon, one.home);
    AMBIT_TRY(ambit_resize(&t->item, (size_t)t->count + 1, sizeof *t->item));
    t->item[t->count++] = one;
done:
    return status;
}

ambit_status ambit_reps_change(const struct ambit_scenario *scenario,
                               struct ambit_territories *territories)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_change_terms *const terms = &scenario->changes;
    for (int c = 0; c < terms->count; c++) {
        const struct ambit_change *const change = &terms->change[c];
        if (change->kind == AMBIT_CHANGE_HIRE) AMBIT_TRY(hire(scenario, change, territories));
        if (change->kind != AMBIT_CHANGE_LEAVE && change->kind != AMBIT_CHANGE_MOVE) continue;
        const int32_t j = find(territories, change->text);
        if (j < 0) AMBIT_TRY(refuse_unknown(scenario, change, territories));
        if (change->kind == AMBIT_CHANGE_LEAVE) {
            AMBIT_TRY(leave(territories, j));
            continue;
        }
        territories->item[j].has_home = true;
        ambit_unit_from_degrees(change->lat, change->lon, territories->item[j].home);
    }
done:
    return status;
}
