/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What every section of a scenario file is bound with. A list of keys or words is one text, such
 * as "id, lat, lon", because that is how messages show it; it is searched by edit distance for the
 * word that was meant. Cost: a few thousand short comparisons a file.
 */
#include "io/scenario_binder.h"
#include "engine/base/memory.h"
#include "engine/base/nearest.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef struct ambit_yaml_node node;

static bool is_empty(const node *value)
{
    return value->kind == AMBIT_YAML_SCALAR && value->plain && value->text[0] == '\0';
}

/* Keeps "line:column: path of `about`: expected …, found …" if it stands before the one kept. */
static void keep(struct ambit_binder *b, int line, int column, const node *about,
                 const char *expected, const char *found)
{
    if (b->line != 0 && (line > b->line || (line == b->line && column >= b->column))) return;
    char path[AMBIT_YAML_PATH_MAX];
    ambit_yaml_path(about, path);
    snprintf(b->message, sizeof b->message, "%d:%d: %s: expected %s, found %s", line, column, path,
             expected, found);
    b->line = line;
    b->column = column;
}

void ambit_bind_complain(struct ambit_binder *b, const node *value, const char *found,
                         const char *expected, ...)
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

void ambit_bind_complain_key(struct ambit_binder *b, const node *value, const char *hint,
                             const char *expected, ...)
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

void ambit_bind_complain_name(struct ambit_binder *b, const node *value, const char *name,
                              const char *rest, const char *expected)
{
    char quote[AMBIT_YAML_QUOTE_MAX], found[AMBIT_YAML_QUOTE_MAX + 32];
    ambit_yaml_quote(name, quote);
    (void)snprintf(found, sizeof found, "%s%s", quote, rest);
    ambit_bind_complain(b, value, found, "%s", expected);
}

void ambit_bind_missing(struct ambit_binder *b, const node *map, const char *what)
{
    if (!b->unknown_key) ambit_bind_complain(b, map, "none", "%s", what);
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

bool ambit_bind_is_map(struct ambit_binder *b, const node *value, const char *keys)
{
    if (is_empty(value)) return true;
    if (value->kind != AMBIT_YAML_MAP) {
        ambit_bind_complain(b, value, NULL, "a map of %s", keys);
        return false;
    }
    for (const node *child = value->first; child != NULL; child = child->next) {
        char nearest[AMBIT_NAME_MAX];
        if (is_listed(keys, child->key, nearest)) continue;
        ambit_bind_complain_key(b, child, nearest, "one of %s", keys);
        b->unknown_key = true;
    }
    return true;
}

const node *ambit_bind_require(struct ambit_binder *b, const node *map, const char *key)
{
    const node *const value = ambit_yaml_find(map, key);
    char what[AMBIT_NAME_MAX];
    snprintf(what, sizeof what, "the key %s", key);
    if (value == NULL) ambit_bind_missing(b, map, what);
    return value;
}

const node *ambit_bind_section(const struct ambit_binder *b, const char *key)
{
    const node *const value = ambit_yaml_find(b->root, key);
    return value != NULL && !is_empty(value) ? value : NULL;
}

const node *ambit_bind_find_column(const struct ambit_binder *b, const char *section,
                                   const char *key)
{
    return ambit_yaml_find(ambit_yaml_find(ambit_yaml_find(b->root, section), "columns"), key);
}

bool ambit_bind_is_text(const node *value)
{
    return value->kind == AMBIT_YAML_SCALAR && value->text[0] != '\0';
}

bool ambit_bind_is_word(const node *value, const char *word)
{
    return value->kind == AMBIT_YAML_SCALAR && value->plain && strcmp(value->text, word) == 0;
}

bool ambit_bind_is_name(const node *value)
{
    return ambit_bind_is_text(value) && strlen(value->text) < AMBIT_NAME_MAX;
}

void ambit_bind_name(struct ambit_binder *b, const node *value, char name_out[AMBIT_NAME_MAX])
{
    if (ambit_bind_is_name(value))
        snprintf(name_out, AMBIT_NAME_MAX, "%s", value->text);
    else
        ambit_bind_complain(b, value, NULL, "a name of 1 to %d bytes", AMBIT_NAME_MAX - 1);
}

void ambit_bind_required_name(struct ambit_binder *b, const node *map, const char *key,
                              char name_out[AMBIT_NAME_MAX])
{
    const node *const value = ambit_bind_require(b, map, key);
    if (value != NULL) ambit_bind_name(b, value, name_out);
}

void ambit_bind_optional_name(struct ambit_binder *b, const node *map, const char *key,
                              char name_out[AMBIT_NAME_MAX])
{
    const node *const value = ambit_yaml_find(map, key);
    if (value != NULL) ambit_bind_name(b, value, name_out);
}

void ambit_bind_text(struct ambit_binder *b, const node *value, const char *what, char **text_out)
{
    if (!ambit_bind_is_text(value))
        ambit_bind_complain(b, value, NULL, "%s", what);
    else if (b->memory == AMBIT_OK)
        b->memory = ambit_copy_string(value->text, text_out);
}

/* Reads the number that a text begins with: sign, digits without leading zeros, fraction, exponent.
 * Returns what follows it, or NULL where there is none or it overflows. strtod() accepts more than
 * this grammar, so both must end at the same place. */
const char *ambit_bind_read_number(const char *text, double *number_out)
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

bool ambit_bind_is_number(const node *value, double *number_out)
{
    if (value->kind != AMBIT_YAML_SCALAR || !value->plain) return false;
    const char *const end = ambit_bind_read_number(value->text, number_out);
    return end != NULL && *end == '\0';
}

void ambit_bind_number(struct ambit_binder *b, const node *value, const char *what, double least,
                       double most, double *number_out)
{
    double number = 0.0;
    if (ambit_bind_is_number(value, &number) && number >= least && number <= most)
        *number_out = number;
    else if (ambit_bind_is_text(value) && !value->plain)
        ambit_bind_complain(b, value, "a text in quotes", "%s", what);
    else
        ambit_bind_complain(b, value, NULL, "%s", what);
}

void ambit_bind_optional_number(struct ambit_binder *b, const node *map, const char *key,
                                const char *what, double least, double most, double *number_out)
{
    const node *const value = ambit_yaml_find(map, key);
    if (value != NULL) ambit_bind_number(b, value, what, least, most, number_out);
}

void ambit_bind_choice(struct ambit_binder *b, const node *map, const char *key, const char *first,
                       const char *second, bool *second_out)
{
    const node *const value = ambit_yaml_find(map, key);
    if (value == NULL) return;
    const bool is_first = ambit_bind_is_text(value) && strcmp(value->text, first) == 0;
    const bool is_second = ambit_bind_is_text(value) && strcmp(value->text, second) == 0;
    if (is_first || is_second)
        *second_out = is_second;
    else
        ambit_bind_complain(b, value, NULL, "%s or %s", first, second);
}

int ambit_bind_column(struct ambit_binder *b, const node *value, const char *name)
{
    struct ambit_scenario *const s = b->scenario;
    for (int c = 0; c < s->column_count; c++) {
        if (strcmp(s->column[c], name) == 0) return c;
    }
    if (s->column_count == AMBIT_COLUMN_MAX) {
        char quote[AMBIT_YAML_QUOTE_MAX];
        ambit_yaml_quote(name, quote);
        ambit_bind_complain(b, value, quote, "at most %d different columns in all",
                            AMBIT_COLUMN_MAX);
        return -1;
    }
    snprintf(s->column[s->column_count], AMBIT_NAME_MAX, "%s", name);
    return s->column_count++;
}

const node *ambit_bind_first_entry(struct ambit_binder *b, const char *section, const char *what)
{
    const node *const map = ambit_yaml_find(b->root, section);
    if (map == NULL || is_empty(map)) return NULL;
    if (map->kind == AMBIT_YAML_MAP) return map->first;
    ambit_bind_complain(b, map, NULL, "%s", what);
    return NULL;
}
