/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Binds the YAML tree of a scenario file to struct ambit_scenario.
 *
 * Sections are bound in the order in which they need each other (columns before measures, measures
 * before bands), whatever their order in the file. Binding goes on after an error, and the
 * complaint that stands first in the file is the one that is kept: so functions here return
 * nothing, and a value that could not be bound keeps its default. Cost: one pass over a tree of at
 * most a few thousand nodes. Weakness: one message a run, so three mistakes take three runs.
 */
#include "io/scenario_yaml.h"
#include "engine/base/memory.h"
#include "engine/base/nearest.h"
#include "io/scenario_audit.h"
#include "io/yaml_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Ranges keep sums in micro-units within an int64. */
#define ABOVE_ZERO DBL_MIN
#define UNITS_MAX 1e12

typedef struct ambit_yaml_node node;

struct binder {
    struct ambit_scenario *scenario;
    const node *root;
    ambit_status memory; /* AMBIT_ERR_MEMORY once an allocation failed */
    bool unknown_key;    /* seen one: the missing key is probably that one, misspelt */
    int line, column;    /* of the complaint kept; line 0 while there is none */
    char message[1024];
};

/* Keeps "line:column: path of `about`: expected …, found …" if it stands before the one kept. */
static void keep(struct binder *b, int line, int column, const node *about, const char *expected,
                 const char *found)
{
    if (b->line != 0 && (line > b->line || (line == b->line && column >= b->column))) return;
    char path[AMBIT_YAML_PATH_MAX];
    ambit_yaml_path(about, path);
    snprintf(b->message, sizeof b->message, "%d:%d: %s: expected %s, found %s", line, column, path,
             expected, found);
    b->line = line;
    b->column = column;
}

/* Complains about a value; `found` NULL says what it is. */
__attribute__((format(printf, 4, 5))) static void
complain(struct binder *b, const node *value, const char *found, const char *expected, ...)
{
    char quote[AMBIT_YAML_QUOTE_MAX], words[512];
    if (found == NULL && value->kind == AMBIT_YAML_SCALAR && (value->text[0] || !value->plain)) {
        ambit_yaml_quote(value->text, quote);
        found = quote;
    } else if (found == NULL) {
        found = value->kind == AMBIT_YAML_LIST  ? "a list"
                : value->kind == AMBIT_YAML_MAP ? "a map"
                                                : "nothing";
    }
    va_list args;
    va_start(args, expected);
    vsnprintf(words, sizeof words, expected, args);
    va_end(args);
    keep(b, value->line, value->column, value, words, found);
}

/* Complains about the key of a value, under the path of the map that holds it. */
__attribute__((format(printf, 4, 5))) static void
complain_key(struct binder *b, const node *value, const char *hint, const char *expected, ...)
{
    char found[2 * AMBIT_YAML_QUOTE_MAX + 32], quote[AMBIT_YAML_QUOTE_MAX], words[512];
    ambit_yaml_quote(value->key, quote);
    snprintf(found, sizeof found, hint[0] != '\0' ? "%s (did you mean %s?)" : "%s%s", quote, hint);
    va_list args;
    va_start(args, expected);
    vsnprintf(words, sizeof words, expected, args);
    va_end(args);
    keep(b, value->key_line, value->key_column, value->parent, words, found);
}

/* Complains that `map` lacks something, unless an unknown key explains that. */
static void complain_missing(struct binder *b, const node *map, const char *what)
{
    if (!b->unknown_key) complain(b, map, "none", "%s", what);
}

/* True where `word` is in a list such as "id, lat, lon". Else *nearest_out is the word of the list
 * that resembles it, or "". */
static bool is_listed(const char *list, const char *word, char nearest_out[AMBIT_NAME_MAX])
{
    int best = ambit_edit_tolerance(strlen(word)) + 1;
    nearest_out[0] = '\0';
    for (const char *at = list; *at != '\0';) {
        char known[AMBIT_NAME_MAX];
        const int length = (int)strcspn(at, ",");
        snprintf(known, sizeof known, "%.*s", length, at);
        if (strcmp(known, word) == 0) return true;
        const int distance = ambit_edit_distance(word, strlen(word), known, strlen(known));
        if (distance < best) {
            best = distance;
            snprintf(nearest_out, AMBIT_NAME_MAX, "%s", known);
        }
        at += length;
        at += strspn(at, ", ");
    }
    return false;
}

/* Checks that a value is a map of the listed keys; an empty value is an empty map. */
static bool check_map(struct binder *b, const node *value, const char *keys)
{
    if (value->kind == AMBIT_YAML_SCALAR && value->plain && value->text[0] == '\0') return true;
    if (value->kind != AMBIT_YAML_MAP) {
        complain(b, value, NULL, "a map of %s", keys);
        return false;
    }
    for (const node *child = value->first; child != NULL; child = child->next) {
        char nearest[AMBIT_NAME_MAX];
        if (is_listed(keys, child->key, nearest)) continue;
        complain_key(b, child, nearest, "one of %s", keys);
        b->unknown_key = true;
    }
    return true;
}

static const node *require(struct binder *b, const node *map, const char *key)
{
    const node *const value = ambit_yaml_find(map, key);
    char what[AMBIT_NAME_MAX];
    snprintf(what, sizeof what, "the key %s", key);
    if (value == NULL) complain_missing(b, map, what);
    return value;
}

/* The entry of a section's `columns`, or NULL. */
static const node *find_column(const struct binder *b, const char *section, const char *key)
{
    return ambit_yaml_find(ambit_yaml_find(ambit_yaml_find(b->root, section), "columns"), key);
}

static bool is_text(const node *value)
{
    return value->kind == AMBIT_YAML_SCALAR && value->text[0] != '\0';
}

static bool is_name(const node *value)
{
    return is_text(value) && strlen(value->text) < AMBIT_NAME_MAX;
}

static void bind_name(struct binder *b, const node *value, char name_out[AMBIT_NAME_MAX])
{
    if (is_name(value))
        snprintf(name_out, AMBIT_NAME_MAX, "%s", value->text);
    else
        complain(b, value, NULL, "a name of 1 to %d bytes", AMBIT_NAME_MAX - 1);
}

static void bind_required_name(struct binder *b, const node *map, const char *key,
                               char name_out[AMBIT_NAME_MAX])
{
    const node *const value = require(b, map, key);
    if (value != NULL) bind_name(b, value, name_out);
}

static void bind_optional_name(struct binder *b, const node *map, const char *key,
                               char name_out[AMBIT_NAME_MAX])
{
    const node *const value = ambit_yaml_find(map, key);
    if (value != NULL) bind_name(b, value, name_out);
}

/* Binds a text of any length, such as a file's name. */
static void bind_text(struct binder *b, const node *value, const char *what, char **text_out)
{
    if (!is_text(value))
        complain(b, value, NULL, "%s", what);
    else if (b->memory == AMBIT_OK)
        b->memory = ambit_copy_string(value->text, text_out);
}

/* Reads the number that a text begins with: sign, digits without leading zeros, fraction, exponent.
 * Returns what follows it, or NULL where there is none or it overflows. strtod() accepts more than
 * this grammar, so both must end at the same place. */
static const char *read_number(const char *text, double *number_out)
{
    static const char digits[] = "0123456789";
    const char *at = text + (*text == '+' || *text == '-');
    const size_t whole = strspn(at, digits);
    if (whole == 0 || (whole > 1 && *at == '0')) return NULL;
    at += whole;
    if (*at == '.' && strspn(at + 1, digits) > 0) at += 1 + strspn(at + 1, digits);
    if (*at == 'e' || *at == 'E') {
        const char *const power = at + 1 + (at[1] == '+' || at[1] == '-');
        if (strspn(power, digits) > 0) at = power + strspn(power, digits);
    }
    char *end = NULL;
    errno = 0;
    *number_out = strtod(text, &end);
    return end == at && errno != ERANGE ? at : NULL;
}

static bool is_number(const node *value, double *number_out)
{
    if (value->kind != AMBIT_YAML_SCALAR || !value->plain) return false;
    const char *const end = read_number(value->text, number_out);
    return end != NULL && *end == '\0';
}

/* Binds a number in [least, most]; `what` says so. */
static void bind_number(struct binder *b, const node *value, const char *what, double least,
                        double most, double *number_out)
{
    double number = 0.0;
    if (is_number(value, &number) && number >= least && number <= most)
        *number_out = number;
    else if (is_text(value) && !value->plain)
        complain(b, value, "a text in quotes", "%s", what);
    else
        complain(b, value, NULL, "%s", what);
}

static void bind_optional_number(struct binder *b, const node *map, const char *key,
                                 const char *what, double least, double most, double *number_out)
{
    const node *const value = ambit_yaml_find(map, key);
    if (value != NULL) bind_number(b, value, what, least, most, number_out);
}

/* Binds one of two words; *second_out says whether it is the second. */
static void bind_choice(struct binder *b, const node *map, const char *key, const char *first,
                        const char *second, bool *second_out)
{
    const node *const value = ambit_yaml_find(map, key);
    if (value == NULL) return;
    const bool is_first = is_text(value) && strcmp(value->text, first) == 0;
    const bool is_second = is_text(value) && strcmp(value->text, second) == 0;
    if (is_first || is_second)
        *second_out = is_second;
    else
        complain(b, value, NULL, "%s or %s", first, second);
}

/* The index of a column of numbers, added on first use; -1 where there is no room. */
static int use_column(struct binder *b, const node *value, const char *name)
{
    struct ambit_scenario *const s = b->scenario;
    for (int c = 0; c < s->column_count; c++) {
        if (strcmp(s->column[c], name) == 0) return c;
    }
    if (s->column_count == AMBIT_COLUMN_MAX) {
        char quote[AMBIT_YAML_QUOTE_MAX];
        ambit_yaml_quote(name, quote);
        complain(b, value, quote, "at most %d different columns in all", AMBIT_COLUMN_MAX);
        return -1;
    }
    snprintf(s->column[s->column_count], AMBIT_NAME_MAX, "%s", name);
    return s->column_count++;
}

/* Binds lat and lon, or x and y. */
static void bind_place_columns(struct binder *b, const node *columns, bool required, char *lat_out,
                               char *lon_out, char *x_out, char *y_out)
{
    static const char either[] = "the keys lat and lon, or x and y";
    const bool degrees =
        ambit_yaml_find(columns, "lat") != NULL || ambit_yaml_find(columns, "lon") != NULL;
    const bool metres =
        ambit_yaml_find(columns, "x") != NULL || ambit_yaml_find(columns, "y") != NULL;
    if (degrees && metres) {
        complain(b, columns, "both", "either %s", either);
    } else if (degrees) {
        bind_required_name(b, columns, "lat", lat_out);
        bind_required_name(b, columns, "lon", lon_out);
    } else if (metres) {
        bind_required_name(b, columns, "x", x_out);
        bind_required_name(b, columns, "y", y_out);
    } else if (required) {
        complain_missing(b, columns, either);
    }
}

static void bind_delimiter(struct binder *b, const node *value, char *delimiter_out)
{
    static const struct {
        const char *word;
        char delimiter;
    } known[] = {{",", ','}, {";", ';'}, {"|", '|'}, {"\t", '\t'}, {"\\t", '\t'}, {"tab", '\t'}};
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        if (value->kind == AMBIT_YAML_SCALAR && strcmp(value->text, known[k].word) == 0) {
            *delimiter_out = known[k].delimiter;
            return;
        }
    }
    complain(b, value, NULL, "one of \",\", \";\", \"|\" and tab");
}

/* Binds a number of visits a year, or the column that holds it. A plain text that begins like a
 * number must be one: `13O` is a slip of the hand, no column. */
static void bind_visits(struct binder *b, const node *value)
{
    static const char what[] = "a number from 0 to 1000000, or a column's name (in quotes where "
                               "it begins like a number)";
    struct ambit_scenario *const s = b->scenario;
    if (is_text(value) && value->plain && strchr("+-.0123456789", value->text[0]) != NULL)
        bind_number(b, value, what, 0.0, 1e6, &s->visits_number);
    else if (is_name(value))
        s->visits_column = use_column(b, value, value->text);
    else
        complain(b, value, NULL, "%s", what);
}

static void bind_accounts(struct binder *b, const node *accounts)
{
    struct ambit_scenario *const s = b->scenario;
    if (!check_map(b, accounts, "file, delimiter, columns, crs, visits")) return;
    const node *const file = require(b, accounts, "file");
    if (file != NULL) bind_text(b, file, "a file's path", &s->accounts_file);
    const node *const delimiter = ambit_yaml_find(accounts, "delimiter");
    if (delimiter != NULL) bind_delimiter(b, delimiter, &s->delimiter);
    const node *const columns = require(b, accounts, "columns");
    if (columns != NULL && check_map(b, columns, "id, lat, lon, x, y, territory")) {
        bind_required_name(b, columns, "id", s->id_column);
        bind_place_columns(b, columns, true, s->lat_column, s->lon_column, s->x_column,
                           s->y_column);
        bind_optional_name(b, columns, "territory", s->territory_column);
    }
    const node *const visits = ambit_yaml_find(accounts, "visits");
    if (visits != NULL) bind_visits(b, visits);
}

static void bind_reps(struct binder *b, const node *reps)
{
    struct ambit_scenario *const s = b->scenario;
    if (!check_map(b, reps, "file, columns")) return;
    const node *const file = require(b, reps, "file");
    if (file != NULL) bind_text(b, file, "a file's path", &s->reps_file);
    const node *const columns = require(b, reps, "columns");
    if (columns == NULL || !check_map(b, columns, "id, territory, lat, lon, x, y, capacity"))
        return;
    bind_required_name(b, columns, "id", s->rep_id_column);
    bind_optional_name(b, columns, "territory", s->rep_territory_column);
    bind_place_columns(b, columns, false, s->rep_lat_column, s->rep_lon_column, s->rep_x_column,
                       s->rep_y_column);
    bind_optional_name(b, columns, "capacity", s->rep_capacity_column);
}

/* The reference system of x and y, of accounts and reps alike: needed with them, and only then. */
static void bind_crs(struct binder *b, const node *accounts)
{
    const node *const crs = ambit_yaml_find(accounts, "crs");
    const bool metres =
        find_column(b, "accounts", "x") != NULL || find_column(b, "reps", "x") != NULL;
    if (crs != NULL && metres)
        bind_text(b, crs, "a reference system such as EPSG:5070", &b->scenario->crs);
    else if (crs != NULL)
        complain(b, crs, NULL, "no reference system without columns x and y");
    else if (metres)
        complain_missing(b, accounts, "the key crs (the reference system of x and y)");
}

/* Binds a whole number written in digits alone. */
static void bind_territories(struct binder *b, const node *value)
{
    double number = 0.0;
    if (is_number(value, &number) && strspn(value->text, "0123456789") == strlen(value->text) &&
        number >= 1.0 && number <= AMBIT_TERRITORY_MAX)
        b->scenario->territory_count = (int)number;
    else
        complain(b, value, is_text(value) && !value->plain ? "a text in quotes" : NULL,
                 "a whole number from 1 to %d", AMBIT_TERRITORY_MAX);
}

static void bind_centres(struct binder *b, const node *centres)
{
    bool ignored = false, centroid = false;
    if (!check_map(b, centres, "homes, free")) return;
    bind_choice(b, centres, "homes", "fixed", "ignored", &ignored);
    bind_choice(b, centres, "free", "median", "centroid", &centroid);
    b->scenario->homes_fixed = !ignored;
    b->scenario->free_centre = centroid ? AMBIT_CENTRE_CENTROID : AMBIT_CENTRE_MEDIAN;
}

/* Binds rows of [km, minutes], which must rise from (0, 0), so that a drive that is longer takes
 * longer. */
static void bind_drive_table(struct binder *b, const node *table, struct ambit_drive_time *drive)
{
    double before_km = 0.0, before_minutes = 0.0;
    if (table->child_count < 2 || table->child_count > AMBIT_TABLE_MAX) {
        char found[32];
        snprintf(found, sizeof found, "%d", table->child_count);
        complain(b, table, found, "2 to %d rows of [km, minutes]", AMBIT_TABLE_MAX);
        return;
    }
    for (const node *row = table->first; row != NULL; row = row->next) {
        if (row->kind != AMBIT_YAML_LIST || row->child_count != 2) {
            complain(b, row, NULL, "a row of two numbers, [km, minutes]");
            return;
        }
        double km = 0.0, minutes = 0.0;
        bind_number(b, row->first, "km, a number above 0 and at most 100000", ABOVE_ZERO, 1e5, &km);
        bind_number(b, row->last, "minutes, a number above 0 and at most 1000000", ABOVE_ZERO, 1e6,
                    &minutes);
        if (km <= before_km || minutes <= before_minutes) {
            complain(b, km <= before_km ? row->first : row->last, NULL,
                     "more than in the row before");
            return;
        }
        drive->table_km[row->index] = before_km = km;
        drive->table_minutes[row->index] = before_minutes = minutes;
    }
    drive->table_count = table->child_count;
}

static void bind_travel(struct binder *b, const node *travel)
{
    struct ambit_scenario *const s = b->scenario;
    struct ambit_drive_time *const drive = &s->drive_time;
    if (!check_map(b, travel, "stops_per_day, local_factor, minutes")) return;
    bind_optional_number(b, travel, "stops_per_day", "a number above 0 and at most 1000",
                         ABOVE_ZERO, 1e3, &s->stops_per_day);
    bind_optional_number(b, travel, "local_factor", "a number from 0 to 1000", 0.0, 1e3,
                         &s->local_factor);
    const node *const minutes = ambit_yaml_find(travel, "minutes");
    if (minutes == NULL) return;
    if (minutes->kind == AMBIT_YAML_LIST) {
        bind_drive_table(b, minutes, drive);
    } else if (minutes->kind == AMBIT_YAML_SCALAR) {
        complain(b, minutes, NULL, "{a: …, b: …} or a table [[km, minutes], …]");
    } else if (check_map(b, minutes, "a, b")) {
        const node *const a = require(b, minutes, "a"), *const power = require(b, minutes, "b");
        if (a != NULL)
            bind_number(b, a, "a number above 0 and at most 1000", ABOVE_ZERO, 1e3, &drive->a);
        if (power != NULL)
            bind_number(b, power, "a number above 0 and at most 2", ABOVE_ZERO, 2.0, &drive->b);
    }
}

/* Adds a measure without terms; NULL where there is no room or the name is no name. `value` is
 * what to complain about: the entry whose key the name is, or a share. */
static struct ambit_measure *add_measure(struct binder *b, const node *value, const char *name)
{
    struct ambit_scenario *const s = b->scenario;
    const size_t bytes = strlen(name);
    char quote[AMBIT_YAML_QUOTE_MAX];
    ambit_yaml_quote(name, quote);
    if (bytes == 0 || bytes >= AMBIT_NAME_MAX) {
        static const char what[] = "a measure's name of 1 to %d bytes";
        if (value->key == name)
            complain_key(b, value, "", what, AMBIT_NAME_MAX - 1);
        else
            complain(b, value, quote, what, AMBIT_NAME_MAX - 1);
        return NULL;
    }
    if (s->measure_count == AMBIT_MEASURE_MAX) {
        complain(b, value, quote, "at most %d measures, with those that bands name",
                 AMBIT_MEASURE_MAX);
        return NULL;
    }
    struct ambit_measure *const measure = &s->measure[s->measure_count++];
    snprintf(measure->name, AMBIT_NAME_MAX, "%s", name);
    return measure;
}

/* Adds one term: count, travel or a column. */
static void add_term(struct binder *b, const node *value, const char *name,
                     struct ambit_measure *measure)
{
    const int term = strcmp(name, "count") == 0    ? AMBIT_TERM_COUNT
                     : strcmp(name, "travel") == 0 ? AMBIT_TERM_TRAVEL
                                                   : use_column(b, value, name);
    for (int t = 0; t < measure->term_count; t++) {
        if (measure->term[t] != term) continue;
        char found[AMBIT_YAML_QUOTE_MAX + 8], quote[AMBIT_YAML_QUOTE_MAX];
        ambit_yaml_quote(name, quote);
        snprintf(found, sizeof found, "%s twice", quote);
        complain(b, value, found, "each term of the sum once");
    }
    if (measure->term_count == AMBIT_TERM_MAX)
        complain(b, value, NULL, "at most %d terms", AMBIT_TERM_MAX);
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
static void bind_sum(struct binder *b, const node *entry, const node *sum,
                     struct ambit_measure *measure)
{
    static const char what[] = "columns, count or travel, joined by +";
    if (!is_text(sum)) {
        complain(b, sum, NULL, "%s", what);
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
        const char *const rest = read_number(name, &number);
        if (name[0] == '\0' || (rest != NULL && *rest == '\0')) {
            complain(b, sum, NULL, "%s", what);
            return;
        }
        if (is_other_measure(entry, name)) {
            char found[AMBIT_YAML_QUOTE_MAX + 16], quote[AMBIT_YAML_QUOTE_MAX];
            ambit_yaml_quote(name, quote);
            snprintf(found, sizeof found, "the measure %s", quote);
            complain(b, sum, found, "%s", what);
            return;
        }
        add_term(b, sum, name, measure);
        at += bytes;
        if (*at == '\0') return;
    }
}

/* Binds `name: sum` or `name: {sum: …, unit: …}`. */
static void bind_measure(struct binder *b, const node *entry)
{
    const bool reserved = strcmp(entry->key, "count") == 0 || strcmp(entry->key, "travel") == 0;
    const node *sum = entry, *unit = NULL;
    if (entry->kind == AMBIT_YAML_MAP) {
        if (!check_map(b, entry, "sum, unit")) return;
        sum = require(b, entry, "sum");
        unit = ambit_yaml_find(entry, "unit");
        if (sum == NULL) return;
    }
    if (reserved && !(is_text(sum) && strcmp(sum->text, entry->key) == 0)) {
        complain(b, sum, NULL, "%s itself, which needs no definition", entry->key);
        return;
    }
    struct ambit_measure *const measure = add_measure(b, entry, entry->key);
    if (measure == NULL) return;
    bind_sum(b, entry, sum, measure);
    set_unit(measure);
    if (unit != NULL) bind_name(b, unit, measure->unit);
}

/* The entries of a map whose keys the user chooses, or NULL. */
static const node *first_entry(struct binder *b, const char *section, const char *what)
{
    const node *const map = ambit_yaml_find(b->root, section);
    if (map == NULL || (map->kind == AMBIT_YAML_SCALAR && map->plain && map->text[0] == '\0'))
        return NULL;
    if (map->kind == AMBIT_YAML_MAP) return map->first;
    complain(b, map, NULL, "%s", what);
    return NULL;
}

/* The measure of that name. A name that is not defined is count, travel or a column, and becomes a
 * measure by being used. -1 where that fails. */
static int use_measure(struct binder *b, const node *value, const char *name)
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
    const char *at = read_number(value->text, limit_out);
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
static void bind_percent(struct binder *b, const node *value, struct ambit_band *band)
{
    enum ambit_limit kind = AMBIT_LIMIT_NONE;
    double part = 0.0;
    const char *share = NULL;
    if (!read_limit(value, &kind, &part, &share) || kind != AMBIT_LIMIT_OF_TARGET) {
        complain(b, value, NULL, "a percentage such as 5%%");
    } else if (part < 0.0 || part > 1.0) {
        complain(b, value, NULL, "a percentage from 0%% to 100%%");
    } else {
        band->lower_kind = band->upper_kind = AMBIT_LIMIT_OF_TARGET;
        band->lower = 1.0 - part;
        band->upper = 1.0 + part;
    }
}

static void bind_limit(struct binder *b, const node *value, struct ambit_band *band,
                       enum ambit_limit *kind_out, double *limit_out)
{
    enum ambit_limit kind = AMBIT_LIMIT_NONE;
    double limit = 0.0;
    const char *share = NULL;
    if (!read_limit(value, &kind, &limit, &share) || !(limit >= 0.0 && limit <= UNITS_MAX)) {
        complain(b, value, NULL,
                 "a number from 0 to 1e12, a percentage of the target such as 110%%, or a share "
                 "such as 35%% of hours");
        return;
    }
    if (kind == AMBIT_LIMIT_SHARE) {
        const int measure = use_measure(b, value, share);
        if (measure < 0) return;
        if (measure == band->measure) {
            complain(b, value, NULL, "a share of another measure");
            return;
        }
        if (band->share_of >= 0 && band->share_of != measure) {
            complain(b, value, NULL, "a share of the same measure as min");
            return;
        }
        band->share_of = measure;
    }
    *kind_out = kind;
    *limit_out = limit;
}

/* Binds min and max, which must agree with each other. */
static void bind_limits(struct binder *b, const node *min, const node *max, struct ambit_band *band)
{
    if (min != NULL) bind_limit(b, min, band, &band->lower_kind, &band->lower);
    if (max != NULL) bind_limit(b, max, band, &band->upper_kind, &band->upper);
    if (min == NULL || max == NULL) return;
    if (band->lower_kind == AMBIT_LIMIT_NONE || band->upper_kind == AMBIT_LIMIT_NONE) return;
    if ((band->lower_kind == AMBIT_LIMIT_SHARE) != (band->upper_kind == AMBIT_LIMIT_SHARE))
        complain(b, max, NULL, "min and max both as shares, or neither");
    else if (band->lower_kind == band->upper_kind && band->lower > band->upper)
        complain(b, max, NULL, "at least the min of %s", min->text);
}

static void bind_target(struct binder *b, const node *value, struct ambit_band *band)
{
    if (band->share_of >= 0) {
        complain(b, value, NULL, "no target beside a share");
    } else if (is_text(value) && strcmp(value->text, "equal") == 0) {
        band->target = AMBIT_TARGET_EQUAL;
    } else if (is_text(value) && strcmp(value->text, "capacity") == 0) {
        band->target = AMBIT_TARGET_CAPACITY;
        if (find_column(b, "reps", "capacity") == NULL)
            complain(b, value, NULL, "the key reps.columns.capacity beside the target capacity");
    } else {
        band->target = AMBIT_TARGET_GIVEN;
        bind_number(b, value, "equal, capacity, or a number above 0 and at most 1e12", ABOVE_ZERO,
                    UNITS_MAX, &band->target_value);
    }
}

/* Reads `2 points` beside a percentage, or `40` beside a number of units. */
static bool read_room(const node *value, const struct ambit_band *band, double *room_out)
{
    const bool in_units =
        band->lower_kind == AMBIT_LIMIT_ABSOLUTE || band->upper_kind == AMBIT_LIMIT_ABSOLUTE;
    if (value->kind != AMBIT_YAML_SCALAR || !value->plain) return false;
    const char *const rest = read_number(value->text, room_out);
    if (rest == NULL || !(*room_out >= 0.0 && *room_out <= UNITS_MAX)) return false;
    if (in_units) return *rest == '\0';
    *room_out /= 100.0;
    return strcmp(rest, " points") == 0 || strcmp(rest, " point") == 0;
}

static void bind_relax(struct binder *b, const node *value, bool one_sided, struct ambit_band *band)
{
    const bool is_word = value->kind == AMBIT_YAML_SCALAR && value->plain;
    const bool is_true = is_word && strcmp(value->text, "true") == 0;
    const bool is_false = is_word && strcmp(value->text, "false") == 0;
    double room = 0.0;
    if (!is_true && !is_false && !read_room(value, band, &room))
        complain(b, value, NULL, "true, false, or room beside the smallest such as 2 points");
    else if (!is_false && !one_sided)
        complain(b, value, NULL, "false, for only a band with min or max alone can be relaxed");
    else
        band->relax = !is_false;
    band->relax_room = room;
}

/* Binds `hours: 5%` or `hours: {…}`. */
static void bind_band(struct binder *b, const node *entry)
{
    static const char keys[] = "band, min, max, target, relax";
    struct ambit_band *const band = &b->scenario->band[b->scenario->band_count];
    const int measure = ambit_scenario_find_measure(b->scenario, entry->key);
    if (measure < 0) return; /* complained about already */
    b->scenario->band_count++;
    *band = (struct ambit_band){
        .measure = measure, .share_of = -1, .line = entry->key_line, .column = entry->key_column};
    if (entry->kind == AMBIT_YAML_LIST) {
        complain(b, entry, NULL, "a percentage such as 5%%, or a map of %s", keys);
        return;
    }
    if (entry->kind == AMBIT_YAML_SCALAR) {
        bind_percent(b, entry, band);
        return;
    }
    check_map(b, entry, keys);
    const node *const percent = ambit_yaml_find(entry, "band");
    const node *const min = ambit_yaml_find(entry, "min"), *const max =
                                                               ambit_yaml_find(entry, "max");
    const node *const target = ambit_yaml_find(entry, "target");
    const node *const relax = ambit_yaml_find(entry, "relax");
    if (percent == NULL && min == NULL && max == NULL)
        complain_missing(b, entry, "the key band, min or max");
    else if (percent != NULL && (min != NULL || max != NULL))
        complain(b, entry, "both", "either the key band, or min and max");
    else if (percent != NULL)
        bind_percent(b, percent, band);
    else
        bind_limits(b, min, max, band);
    if (target != NULL) bind_target(b, target, band);
    if (relax != NULL) bind_relax(b, relax, (min != NULL) != (max != NULL), band);
}

/* The name of the scenario: its file's, without folder and extension, unless it gives one. */
static void bind_scenario_name(struct binder *b, const char *path)
{
    const node *const name = ambit_yaml_find(b->root, "name");
    if (name != NULL) {
        bind_name(b, name, b->scenario->name);
        return;
    }
    const char *const slash = strrchr(path, '/');
    const char *const stem = slash != NULL ? slash + 1 : path;
    const char *const dot = strrchr(stem, '.');
    const size_t bytes = dot != NULL && dot != stem ? (size_t)(dot - stem) : strlen(stem);
    if (bytes < AMBIT_NAME_MAX)
        snprintf(b->scenario->name, AMBIT_NAME_MAX, "%.*s", (int)bytes, stem);
    else
        complain_missing(b, b->root, "the key name, for the file's own name is too long");
}

static void audit_fault(void *self, const node *value, const char *found, const char *expected)
{
    complain(self, value, found, "%s", expected);
}

static void audit_missing(void *self, const node *map, const char *what)
{
    complain_missing(self, map, what);
}

static bool audit_is_map(void *self, const node *value, const char *keys)
{
    return check_map(self, value, keys);
}

static int audit_column(void *self, const node *value, const char *name)
{
    return use_column(self, value, name);
}

/* What scenario_audit.c needs of this file. */
static void bind_audit(struct binder *b)
{
    const struct ambit_audit_binder of_audit = {.self = b,
                                                .scenario = b->scenario,
                                                .root = b->root,
                                                .fault = audit_fault,
                                                .missing = audit_missing,
                                                .is_map = audit_is_map,
                                                .column = audit_column,
                                                .number = read_number};
    ambit_scenario_bind_audit(&of_audit);
}

static void bind_scenario(struct binder *b, const char *path)
{
    struct ambit_scenario *const s = b->scenario;
    const node *const root = b->root;
    if (!check_map(
            b, root,
            "name, accounts, reps, territories, centres, travel, measures, bands, objective, "
            "segments, working_time, coverage, kpi"))
        return;
    bind_scenario_name(b, path);
    const node *const accounts = require(b, root, "accounts");
    const node *const reps = ambit_yaml_find(root, "reps");
    const node *const territories = ambit_yaml_find(root, "territories");
    const node *const centres = ambit_yaml_find(root, "centres");
    const node *const travel = ambit_yaml_find(root, "travel");
    const node *const objective = ambit_yaml_find(root, "objective");
    if (accounts != NULL) bind_accounts(b, accounts);
    if (reps != NULL) bind_reps(b, reps);
    if (accounts != NULL) bind_crs(b, accounts);
    if (territories != NULL)
        bind_territories(b, territories);
    else if (reps == NULL)
        complain_missing(b, root, "the key territories (how many), or reps");
    if (centres != NULL) bind_centres(b, centres);
    if (travel != NULL) bind_travel(b, travel);

    const node *const measure = first_entry(b, "measures", "a map of measures, such as hours: …");
    for (const node *m = measure; m != NULL; m = m->next)
        bind_measure(b, m);
    const node *const band = first_entry(b, "bands", "a map of bands, such as hours: 5%");
    /* Every banded measure first, so that those which only shares name come last. */
    for (const node *m = band; m != NULL; m = m->next)
        (void)use_measure(b, m, m->key);
    for (const node *m = band; m != NULL; m = m->next)
        bind_band(b, m);

    if (objective != NULL && check_map(b, objective, "hours_per_moved_account"))
        bind_optional_number(b, objective, "hours_per_moved_account", "a number from 0 to 1000000",
                             0.0, 1e6, &s->disruption_hours);
    bind_audit(b);
}

ambit_status ambit_scenario_parse(const char *path, const char *text, size_t bytes,
                                  struct ambit_scenario *scenario_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_yaml_tree tree = {.node = NULL};
    AMBIT_REQUIRE(text != NULL || bytes == 0);
    ambit_scenario_init(scenario_out);
    struct binder b = {.scenario = scenario_out};
    if (bytes > AMBIT_SCENARIO_BYTES_MAX)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                             "%s:1:1: scenario: expected at most %d bytes, found a larger file",
                             path, AMBIT_SCENARIO_BYTES_MAX));
    AMBIT_TRY(ambit_copy_string(path, &scenario_out->path));
    AMBIT_TRY(ambit_alloc(&scenario_out->text, bytes + 1, 1));
    if (bytes > 0) memcpy(scenario_out->text, text, bytes);
    AMBIT_TRY(ambit_yaml_parse(path, scenario_out->text, bytes, &tree));
    b.root = &tree.node[0];
    bind_scenario(&b, path);
    AMBIT_TRY(b.memory);
    if (b.line != 0) status = ambit_fail(AMBIT_ERR_INPUT, "%s:%s", path, b.message);
done:
    ambit_yaml_clear(&tree);
    if (status != AMBIT_OK) ambit_scenario_clear(scenario_out);
    return status;
}

/* Reads a regular file, up to one byte more than a scenario may have. Opening does not wait, so a
 * pipe is refused instead of hanging. */
static ambit_status read_file(const char *path, char **text_out, int64_t *bytes_out)
{
    ambit_status status = AMBIT_OK;
    struct stat about;
    int64_t bytes = 0;
    ssize_t got = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return ambit_fail(AMBIT_ERR_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode))
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT, "%s: expected a scenario file, found %s", path,
                             S_ISDIR(about.st_mode) ? "a directory" : "a device or a pipe"));
    AMBIT_TRY(ambit_alloc(text_out, AMBIT_SCENARIO_BYTES_MAX + 1, 1));
    do {
        got = read(file, *text_out + bytes, (size_t)(AMBIT_SCENARIO_BYTES_MAX + 1 - bytes));
        if (got > 0) bytes += got;
    } while (got > 0 || (got < 0 && errno == EINTR));
    if (got < 0) status = ambit_fail(AMBIT_ERR_IO, "%s: cannot be read: %s", path, strerror(errno));
    *bytes_out = bytes;
done:
    (void)close(file);
    return status;
}

ambit_status ambit_scenario_load(const char *path, struct ambit_comm *comm,
                                 struct ambit_scenario *scenario_out)
{
    ambit_status status = AMBIT_OK;
    const bool reads = ambit_comm_rank(comm) == 0;
    char *text = NULL;
    int64_t bytes = 0;
    ambit_scenario_init(scenario_out);
    AMBIT_TRY_TOGETHER(comm, reads ? read_file(path, &text, &bytes) : AMBIT_OK);
    ambit_comm_broadcast(comm, &bytes, (int64_t)sizeof bytes, 0);
    AMBIT_TRY_TOGETHER(comm, reads ? AMBIT_OK : ambit_alloc(&text, (size_t)bytes, 1));
    ambit_comm_broadcast(comm, text, bytes, 0);
    AMBIT_TRY_TOGETHER(comm, ambit_scenario_parse(path, text, (size_t)bytes, scenario_out));
done:
    ambit_free(&text);
    if (status != AMBIT_OK) ambit_scenario_clear(scenario_out);
    return status;
}
