/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/scenario_changes.h"
#include "engine/base/memory.h"
#include "io/scenario_filter.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHANGE_MAX 1024
#define SCALE_MAX 1e6

typedef struct ambit_yaml_node node;

static const char file_words[] = "a file's path";

/* A new change at the end; NULL where there is no room. */
static struct ambit_change *add(struct ambit_binder *b, const node *value,
                                enum ambit_change_kind kind)
{
    struct ambit_change_terms *const terms = &b->scenario->changes;
    if (terms->count == CHANGE_MAX) {
        ambit_bind_complain(b, value, "more", "at most %d changes", CHANGE_MAX);
        return NULL;
    }
    if (b->memory == AMBIT_OK)
        b->memory = ambit_resize(&terms->change, (size_t)terms->count + 1, sizeof *terms->change);
    if (b->memory != AMBIT_OK) return NULL;
    struct ambit_change *const change = &terms->change[terms->count++];
    *change = (struct ambit_change){
        .kind = kind, .line = value->line, .column = value->column, .scaled = -1};
    return change;
}

/* Binds `{where: {segment: C}}`: a filter alone says which accounts go. */
static void bind_removed(struct ambit_binder *b, const node *value)
{
    struct ambit_filter where = {0};
    if (!ambit_bind_is_map(b, value, "where")) return;
    const node *const filter = ambit_bind_require(b, value, "where");
    if (filter == NULL) return;
    ambit_bind_filter(b, filter, &where);
    struct ambit_change *const change = add(b, value, AMBIT_CHANGE_REMOVE_ACCOUNTS);
    if (change != NULL) change->where = where;
}

/* One text, or a list of them, each a change. */
static void bind_texts(struct ambit_binder *b, const node *value, const char *what,
                       enum ambit_change_kind kind)
{
    if (value == NULL) return;
    if (value->kind == AMBIT_YAML_LIST) {
        for (const node *item = value->first; item != NULL; item = item->next) {
            if (item->kind == AMBIT_YAML_LIST)
                ambit_bind_complain(b, item, NULL, "%s", what);
            else
                bind_texts(b, item, what, kind);
        }
        return;
    }
    if (kind == AMBIT_CHANGE_REMOVE_ACCOUNTS && value->kind == AMBIT_YAML_MAP) {
        bind_removed(b, value);
        return;
    }
    struct ambit_change *const change = add(b, value, kind);
    if (change != NULL) ambit_bind_text(b, value, what, &change->text);
}

/* Binds `move: {R005: {lat: 41.9, lon: -87.6}}`. */
static void bind_moves(struct ambit_binder *b, const node *moves)
{
    if (moves == NULL) return;
    if (moves->kind != AMBIT_YAML_MAP) {
        ambit_bind_complain(b, moves, NULL, "a map of reps, such as R005: {lat: 41.9, lon: -87.6}");
        return;
    }
    for (const node *rep = moves->first; rep != NULL; rep = rep->next) {
        if (!ambit_bind_is_map(b, rep, "lat, lon")) continue;
        const node *const lat = ambit_bind_require(b, rep, "lat");
        const node *const lon = ambit_bind_require(b, rep, "lon");
        struct ambit_change *const change = add(b, rep, AMBIT_CHANGE_MOVE);
        if (lat == NULL || lon == NULL || change == NULL) continue;
        ambit_bind_number(b, lat, "degrees from -90 to 90", -90.0, 90.0, &change->lat);
        ambit_bind_number(b, lon, "degrees from -180 to 180", -180.0, 180.0, &change->lon);
        change->line = rep->key_line;
        change->column = rep->key_column;
        if (b->memory == AMBIT_OK) b->memory = ambit_copy_string(rep->key, &change->text);
    }
}

/* Binds `hire: {next-1: {lat: 41.9, lon: -87.6, capacity: 1800}}`. */
static void bind_hires(struct ambit_binder *b, const node *hires)
{
    if (hires == NULL) return;
    if (hires->kind != AMBIT_YAML_MAP) {
        ambit_bind_complain(b, hires, NULL,
                            "a map of new reps, such as next-1: {lat: 41.9, lon: -87.6}");
        return;
    }
    for (const node *rep = hires->first; rep != NULL; rep = rep->next) {
        if (!ambit_bind_is_map(b, rep, "lat, lon, capacity")) continue;
        const node *const lat = ambit_bind_require(b, rep, "lat");
        const node *const lon = ambit_bind_require(b, rep, "lon");
        struct ambit_change *const change = add(b, rep, AMBIT_CHANGE_HIRE);
        if (lat == NULL || lon == NULL || change == NULL) continue;
        change->by = NAN;
        ambit_bind_number(b, lat, "degrees from -90 to 90", -90.0, 90.0, &change->lat);
        ambit_bind_number(b, lon, "degrees from -180 to 180", -180.0, 180.0, &change->lon);
        ambit_bind_optional_number(b, rep, "capacity", "a number above 0 and at most 1e12",
                                   AMBIT_ABOVE_ZERO, AMBIT_UNITS_MAX, &change->by);
        change->line = rep->key_line;
        change->column = rep->key_column;
        if (rep->key[0] == '\0' || strlen(rep->key) >= AMBIT_NAME_MAX)
            ambit_bind_complain_name(b, rep, rep->key, "", "a territory's name of 1 to 63 bytes");
        if (b->memory == AMBIT_OK) b->memory = ambit_copy_string(rep->key, &change->text);
    }
}

/* A factor such as 1.1, or a percentage such as +10% or -5%. */
static void bind_factor(struct ambit_binder *b, const node *value, double *by_out)
{
    double number = 0.0;
    const char *const rest = value->kind == AMBIT_YAML_SCALAR && value->plain
                                 ? ambit_bind_read_number(value->text, &number)
                                 : NULL;
    const bool is_percent =
        rest != NULL && strcmp(rest, "%") == 0 && (value->text[0] == '+' || value->text[0] == '-');
    const double by = is_percent ? 1.0 + number / 100.0 : number;
    if (rest != NULL && (is_percent || *rest == '\0') && by >= 0.0 && by <= SCALE_MAX)
        *by_out = by;
    else
        ambit_bind_complain(b, value, NULL,
                            "a factor from 0 to 1000000 such as 1.1, or a change such as +10%% "
                            "or -5%%");
}

static int find_column(const struct ambit_scenario *s, const char *name)
{
    for (int c = 0; c < s->column_count; c++) {
        if (strcmp(s->column[c], name) == 0) return c;
    }
    return -1;
}

/* Binds one `{column: potential, by: 1.1, where: {segment: A}}`. */
static void bind_scale(struct ambit_binder *b, const node *item)
{
    if (!ambit_bind_is_map(b, item, "column, by, where")) return;
    const node *const column = ambit_bind_require(b, item, "column");
    const node *const by = ambit_bind_require(b, item, "by");
    if (column == NULL || by == NULL) return;
    struct ambit_change *const change = add(b, item, AMBIT_CHANGE_SCALE);
    if (change == NULL) return;
    const node *const where = ambit_yaml_find(item, "where");
    bind_factor(b, by, &change->by);
    change->scaled = ambit_bind_is_name(column) ? find_column(b->scenario, column->text) : -1;
    if (change->scaled < 0)
        ambit_bind_complain(b, column, NULL, "a column that visits, measures or rules use");
    if (where != NULL) ambit_bind_filter(b, where, &change->where);
}

static void bind_scales(struct ambit_binder *b, const node *scale)
{
    if (scale == NULL) return;
    if (scale->kind == AMBIT_YAML_MAP) bind_scale(b, scale);
    for (const node *item = scale->first; scale->kind == AMBIT_YAML_LIST && item != NULL;
         item = item->next)
        bind_scale(b, item);
    if (scale->kind == AMBIT_YAML_SCALAR)
        ambit_bind_complain(b, scale, NULL,
                            "a list of changes, such as {column: potential, "
                            "by: 1.1}");
}

static void bind_seed(struct ambit_binder *b, const node *seed)
{
    static const char what[] = "a whole number from 0 to 18446744073709551615";
    struct ambit_change_terms *const terms = &b->scenario->changes;
    if (seed == NULL) return;
    errno = 0;
    const bool is_digits = ambit_bind_is_text(seed) && seed->plain &&
                           seed->text[strspn(seed->text, "0123456789")] == '\0';
    if (is_digits) terms->seed = strtoull(seed->text, NULL, 10);
    terms->has_seed = is_digits && errno == 0;
    if (!terms->has_seed) ambit_bind_complain(b, seed, NULL, "%s", what);
}

void ambit_scenario_bind_changes(struct ambit_binder *b)
{
    const node *const reps = ambit_bind_section(b, "reps");
    const node *const accounts = ambit_bind_section(b, "accounts");
    bind_texts(b, ambit_yaml_find(reps, "add"), file_words, AMBIT_CHANGE_ADD_REPS);
    bind_texts(b, ambit_yaml_find(reps, "leave"), "a rep's id or a territory's name",
               AMBIT_CHANGE_LEAVE);
    bind_moves(b, ambit_yaml_find(reps, "move"));
    bind_hires(b, ambit_yaml_find(reps, "hire"));
    bind_texts(b, ambit_yaml_find(accounts, "add"), file_words, AMBIT_CHANGE_ADD_ACCOUNTS);
    bind_texts(
        b, ambit_yaml_find(accounts, "remove"),
        "the path of a file with their ids, or a map with a filter such as where: {segment: C}",
        AMBIT_CHANGE_REMOVE_ACCOUNTS);
    bind_scales(b, ambit_yaml_find(b->root, "scale"));
    bind_seed(b, ambit_yaml_find(b->root, "seed"));
}
