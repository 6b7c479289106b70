/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Binds measures, which are sums of columns, of travel and of count, and the bands on them. Bands
 * may name measures that are not defined: count, travel, or a column. Cost: quadratic in at most
 * eight measures.
 */
#include "io/scenario_bands.h"

#include <string.h>

typedef struct ambit_yaml_node node;

/* Adds a measure without terms; NULL where there is no room or the name is no name. `value` is
 * what to complain about: the entry whose key the name is, or a share. */
static struct ambit_measure *add_measure(struct ambit_binder *b, const node *value,
                                         const char *name)
{
    struct ambit_scenario *const s = b->scenario;
    const size_t bytes = strlen(name);
    char quote[AMBIT_YAML_QUOTE_MAX];
    ambit_yaml_quote(name, quote);
    if (bytes == 0 || bytes >= AMBIT_NAME_MAX) {
        static const char what[] = "a measure's name of 1 to %d bytes";
        if (value->key == name)
            ambit_bind_complain_key(b, value, "", what, AMBIT_NAME_MAX - 1);
        else
            ambit_bind_complain(b, value, quote, what, AMBIT_NAME_MAX - 1);
        return NULL;
    }
    if (s->measure_count == AMBIT_MEASURE_MAX) {
        ambit_bind_complain(b, value, quote, "at most %d measures, with those that bands name",
                            AMBIT_MEASURE_MAX);
        return NULL;
    }
    struct ambit_measure *const measure = &s->measure[s->measure_count++];
    snprintf(measure->name, AMBIT_NAME_MAX, "%s", name);
    return measure;
}

/* Adds one term: count, travel or a column. */
static void add_term(struct ambit_binder *b, const node *value, const char *name,
                     struct ambit_measure *measure)
{
    const int term = strcmp(name, "count") == 0    ? AMBIT_TERM_COUNT
                     : strcmp(name, "travel") == 0 ? AMBIT_TERM_TRAVEL
                                                   : ambit_bind_column(b, value, name);
    for (int t = 0; t < measure->term_count; t++) {
        if (measure->term[t] != term) continue;
        char found[AMBIT_YAML_QUOTE_MAX + 8], quote[AMBIT_YAML_QUOTE_MAX];
        ambit_yaml_quote(name, quote);
        snprintf(found, sizeof found, "%s twice", quote);
        ambit_bind_complain(b, value, found, "each term of the sum once");
    }
    if (measure->term_count == AMBIT_TERM_MAX)
        ambit_bind_complain(b, value, NULL, "at most %d terms", AMBIT_TERM_MAX);
    else
        measure->term[measure->term_count++] = term;
}

/* Where the user gave no unit: hours where travel is in it, accounts for their count. */
static void set_unit(struct ambit_measure *measure)
{
    const bool is_count = measure->term_count == 1 && measure->term[0] == AMBIT_TERM_COUNT;
    snprintf(measure->unit, AMBIT_NAME_MAX, "%s",
             ambit_measure_has_travel(measure) ? "h"
             : is_count                        ? "accounts"
                                               : "");
}

/* The sum that a measure's entry stands for: itself, or the `sum` of its map. */
static const node *sum_of(const node *entry)
{
    return entry->kind == AMBIT_YAML_MAP ? ambit_yaml_find(entry, "sum") : entry;
}

/* True where `name` is another measure, and not merely another name of the same column. */
static bool is_other_measure(const node *entry, const char *name)
{
    const node *const other = ambit_yaml_find(entry->parent, name);
    if (other == NULL || other == entry) return false;
    const node *const sum = sum_of(other);
    return sum == NULL || sum->kind != AMBIT_YAML_SCALAR || strcmp(sum->text, name) != 0;
}

/* Binds a sum such as "workload + travel". */
static void bind_sum(struct ambit_binder *b, const node *entry, const node *sum,
                     struct ambit_measure *measure)
{
    static const char what[] = "columns, count or travel, joined by +";
    if (!ambit_bind_is_text(sum)) {
        ambit_bind_complain(b, sum, NULL, "%s", what);
        return;
    }
    for (const char *at = sum->text;; at++) {
        at += strspn(at, " ");
        const size_t bytes = strcspn(at, "+");
        size_t name_bytes = bytes;
        while (name_bytes > 0 && at[name_bytes - 1] == ' ')
            name_bytes--;
        char name[AMBIT_NAME_MAX];
        double number = 0.0;
        snprintf(name, sizeof name, "%.*s", (int)(name_bytes < sizeof name ? name_bytes : 0), at);
        const char *const rest = ambit_bind_read_number(name, &number);
        if (name[0] == '\0' || (rest != NULL && *rest == '\0')) {
            ambit_bind_complain(b, sum, NULL, "%s", what);
            return;
        }
        if (is_other_measure(entry, name)) {
            char found[AMBIT_YAML_QUOTE_MAX + 16], quote[AMBIT_YAML_QUOTE_MAX];
            ambit_yaml_quote(name, quote);
            snprintf(found, sizeof found, "the measure %s", quote);
            ambit_bind_complain(b, sum, found, "%s", what);
            return;
        }
        add_term(b, sum, name, measure);
        at += bytes;
        if (*at == '\0') return;
    }
}

/* Binds `name: sum` or `name: {sum: …, unit: …}`. */
static void bind_measure(struct ambit_binder *b, const node *entry)
{
    const bool reserved = strcmp(entry->key, "count") == 0 || strcmp(entry->key, "travel") == 0;
    const node *sum = entry, *unit = NULL;
    if (entry->kind == AMBIT_YAML_MAP) {
        if (!ambit_bind_is_map(b, entry, "sum, unit")) return;
        sum = ambit_bind_require(b, entry, "sum");
        unit = ambit_yaml_find(entry, "unit");
        if (sum == NULL) return;
    }
    if (reserved && !(ambit_bind_is_text(sum) && strcmp(sum->text, entry->key) == 0)) {
        ambit_bind_complain(b, sum, NULL, "%s itself, which needs no definition", entry->key);
        return;
    }
    struct ambit_measure *const measure = add_measure(b, entry, entry->key);
    if (measure == NULL) return;
    bind_sum(b, entry, sum, measure);
    set_unit(measure);
    if (unit != NULL) ambit_bind_name(b, unit, measure->unit);
}

/* The measure of that name. A name that is not defined is count, travel or a column, and becomes a
 * measure by being used. -1 where that fails. */
static int use_measure(struct ambit_binder *b, const node *value, const char *name)
{
    const int known = ambit_scenario_find_measure(b->scenario, name);
    if (known >= 0) return known;
    struct ambit_measure *const measure = add_measure(b, value, name);
    if (measure == NULL) return -1;
    add_term(b, value, name, measure);
    set_unit(measure);
    return b->scenario->measure_count - 1;
}

/* Reads `800`, `110%` or `35% of hours`; a number must not be in quotes, the others may. */
static bool read_limit(const node *value, enum ambit_limit *kind_out, double *limit_out,
                       const char **share_out)
{
    if (value->kind != AMBIT_YAML_SCALAR) return false;
    const char *at = ambit_bind_read_number(value->text, limit_out);
    if (at == NULL) return false;
    *kind_out = AMBIT_LIMIT_ABSOLUTE;
    if (*at == '\0') return value->plain;
    at += strspn(at, " ");
    if (*at++ != '%') return false;
    *limit_out /= 100.0;
    *kind_out = AMBIT_LIMIT_OF_TARGET;
    if (*at == '\0') return true;
    const size_t blanks = strspn(at, " ");
    if (blanks == 0 || strncmp(at + blanks, "of ", 3) != 0) return false;
    at += blanks + 3;
    *share_out = at + strspn(at, " ");
    *kind_out = AMBIT_LIMIT_SHARE;
    return **share_out != '\0';
}

/* Binds a two-sided band such as 5%. */
static void bind_percent(struct ambit_binder *b, const node *value, struct ambit_band *band)
{
    enum ambit_limit kind = AMBIT_LIMIT_NONE;
    double part = 0.0;
    const char *share = NULL;
    if (!read_limit(value, &kind, &part, &share) || kind != AMBIT_LIMIT_OF_TARGET) {
        ambit_bind_complain(b, value, NULL, "a percentage such as 5%%");
    } else if (part < 0.0 || part > 1.0) {
        ambit_bind_complain(b, value, NULL, "a percentage from 0%% to 100%%");
    } else {
        band->lower_kind = band->upper_kind = AMBIT_LIMIT_OF_TARGET;
        band->lower = 1.0 - part;
        band->upper = 1.0 + part;
    }
}

static void bind_limit(struct ambit_binder *b, const node *value, struct ambit_band *band,
                       enum ambit_limit *kind_out, double *limit_out)
{
    enum ambit_limit kind = AMBIT_LIMIT_NONE;
    double limit = 0.0;
    const char *share = NULL;
    if (!read_limit(value, &kind, &limit, &share) || !(limit >= 0.0 && limit <= AMBIT_UNITS_MAX)) {
        ambit_bind_complain(
            b, value, NULL,
            "a number from 0 to 1e12, a percentage of the target such as 110%%, or a share "
            "such as 35%% of hours");
        return;
    }
    if (kind == AMBIT_LIMIT_SHARE) {
        const int measure = use_measure(b, value, share);
        if (measure < 0) return;
        if (measure == band->measure) {
            ambit_bind_complain(b, value, NULL, "a share of another measure");
            return;
        }
        if (band->share_of >= 0 && band->share_of != measure) {
            ambit_bind_complain(b, value, NULL, "a share of the same measure as min");
            return;
        }
        band->share_of = measure;
    }
    *kind_out = kind;
    *limit_out = limit;
}

/* Binds min and max, which must agree with each other. */
static void bind_limits(struct ambit_binder *b, const node *min, const node *max,
                        struct ambit_band *band)
{
    if (min != NULL) bind_limit(b, min, band, &band->lower_kind, &band->lower);
    if (max != NULL) bind_limit(b, max, band, &band->upper_kind, &band->upper);
    if (min == NULL || max == NULL) return;
    if (band->lower_kind == AMBIT_LIMIT_NONE || band->upper_kind == AMBIT_LIMIT_NONE) return;
    if ((band->lower_kind == AMBIT_LIMIT_SHARE) != (band->upper_kind == AMBIT_LIMIT_SHARE))
        ambit_bind_complain(b, max, NULL, "min and max both as shares, or neither");
    else if (band->lower_kind == band->upper_kind && band->lower > band->upper)
        ambit_bind_complain(b, max, NULL, "at least the min of %s", min->text);
}

/* The index of a column of the reps, added on first use; -1 where there is no room. */
static int use_rep_column(struct ambit_binder *b, const node *value, const char *name)
{
    struct ambit_rep_terms *const rep = &b->scenario->rep;
    for (int c = 0; c < rep->column_count; c++) {
        if (strcmp(rep->column[c], name) == 0) return c;
    }
    if (rep->column_count == AMBIT_REP_COLUMN_MAX) {
        ambit_bind_complain(b, value, NULL, "at most %d different columns of the reps in targets",
                            AMBIT_REP_COLUMN_MAX);
        return -1;
    }
    snprintf(rep->column[rep->column_count], AMBIT_NAME_MAX, "%s", name);
    return rep->column_count++;
}

/* Binds `{rep: quota, as: share | amount}`. */
static void bind_rep_target(struct ambit_binder *b, const node *value, struct ambit_band *band)
{
    char name[AMBIT_NAME_MAX] = "";
    bool is_amount = false;
    if (!ambit_bind_is_map(b, value, "rep, as")) return;
    ambit_bind_required_name(b, value, "rep", name);
    ambit_bind_choice(b, value, "as", "share", "amount", &is_amount);
    if (ambit_yaml_find(b->root, "reps") == NULL)
        ambit_bind_complain(b, value, NULL, "the section reps beside a target of theirs");
    const int column = name[0] != '\0' ? use_rep_column(b, value, name) : -1;
    if (column < 0) return;
    band->target = is_amount ? AMBIT_TARGET_REP_AMOUNT : AMBIT_TARGET_REP;
    band->target_column = column;
}

static void bind_target(struct ambit_binder *b, const node *value, struct ambit_band *band)
{
    if (band->share_of >= 0) {
        ambit_bind_complain(b, value, NULL, "no target beside a share");
    } else if (value->kind == AMBIT_YAML_MAP) {
        bind_rep_target(b, value, band);
    } else if (ambit_bind_is_text(value) && strcmp(value->text, "equal") == 0) {
        band->target = AMBIT_TARGET_EQUAL;
    } else if (ambit_bind_is_text(value) && strcmp(value->text, "capacity") == 0) {
        band->target = AMBIT_TARGET_CAPACITY;
        if (ambit_bind_find_column(b, "reps", "capacity") == NULL &&
            ambit_bind_find_column(b, "reps", "factors") == NULL)
            ambit_bind_complain(b, value, NULL,
                                "the key reps.columns.capacity beside the target capacity");
    } else {
        band->target = AMBIT_TARGET_GIVEN;
        ambit_bind_number(b, value,
                          "equal, capacity, a number above 0 and at most 1e12, or {rep: …}",
                          AMBIT_ABOVE_ZERO, AMBIT_UNITS_MAX, &band->target_value);
    }
}

/* Reads `2 points` beside a percentage, or `40` beside a number of units. */
static bool read_room(const node *value, const struct ambit_band *band, double *room_out)
{
    const bool in_units =
        band->lower_kind == AMBIT_LIMIT_ABSOLUTE || band->upper_kind == AMBIT_LIMIT_ABSOLUTE;
    if (value->kind != AMBIT_YAML_SCALAR || !value->plain) return false;
    const char *const rest = ambit_bind_read_number(value->text, room_out);
    if (rest == NULL || !(*room_out >= 0.0 && *room_out <= AMBIT_UNITS_MAX)) return false;
    if (in_units) return *rest == '\0';
    *room_out /= 100.0;
    return strcmp(rest, " points") == 0 || strcmp(rest, " point") == 0;
}

static void bind_relax(struct ambit_binder *b, const node *value, bool one_sided,
                       struct ambit_band *band)
{
    const bool is_true = ambit_bind_is_word(value, "true");
    const bool is_false = ambit_bind_is_word(value, "false");
    double room = 0.0;
    if (!is_true && !is_false && !read_room(value, band, &room))
        ambit_bind_complain(b, value, NULL,
                            "true, false, or room beside the smallest such as 2 points");
    else if (!is_false && !one_sided)
        ambit_bind_complain(b, value, NULL,
                            "false, for only a band with min or max alone can be relaxed");
    else
        band->relax = !is_false;
    band->relax_room = room;
}

/* Binds `hours: 5%` or `hours: {…}`. */
static void bind_band(struct ambit_binder *b, const node *entry)
{
    static const char keys[] = "band, min, max, target, relax";
    struct ambit_band *const band = &b->scenario->band[b->scenario->band_count];
    const int measure = ambit_scenario_find_measure(b->scenario, entry->key);
    if (measure < 0) return; /* complained about already */
    b->scenario->band_count++;
    *band = (struct ambit_band){
        .measure = measure, .share_of = -1, .line = entry->key_line, .column = entry->key_column};
    if (entry->kind == AMBIT_YAML_LIST) {
        ambit_bind_complain(b, entry, NULL, "a percentage such as 5%%, or a map of %s", keys);
        return;
    }
    if (entry->kind == AMBIT_YAML_SCALAR) {
        bind_percent(b, entry, band);
        return;
    }
    ambit_bind_is_map(b, entry, keys);
    const node *const percent = ambit_yaml_find(entry, "band");
    const node *const min = ambit_yaml_find(entry, "min"), *const max =
                                                               ambit_yaml_find(entry, "max");
    const node *const target = ambit_yaml_find(entry, "target");
    const node *const relax = ambit_yaml_find(entry, "relax");
    if (percent == NULL && min == NULL && max == NULL)
        ambit_bind_missing(b, entry, "the key band, min or max");
    else if (percent != NULL && (min != NULL || max != NULL))
        ambit_bind_complain(b, entry, "both", "either the key band, or min and max");
    else if (percent != NULL)
        bind_percent(b, percent, band);
    else
        bind_limits(b, min, max, band);
    if (target != NULL) bind_target(b, target, band);
    if (relax != NULL) bind_relax(b, relax, (min != NULL) != (max != NULL), band);
}

void ambit_scenario_bind_bands(struct ambit_binder *b)
{
    const node *const measure =
        ambit_bind_first_entry(b, "measures", "a map of measures, such as hours: …");
    for (const node *m = measure; m != NULL; m = m->next)
        bind_measure(b, m);
    const node *const band =
        ambit_bind_first_entry(b, "bands", "a map of bands, such as hours: 5%");
    /* Every banded measure first, so that those which only shares name come last. */
    for (const node *m = band; m != NULL; m = m->next)
        (void)use_measure(b, m, m->key);
    for (const node *m = band; m != NULL; m = m->next)
        bind_band(b, m);
}
