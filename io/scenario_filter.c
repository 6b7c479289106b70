/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/scenario_filter.h"
#include "engine/base/fixed.h"

#include <stdio.h>
#include <string.h>

typedef struct ambit_yaml_node node;

int ambit_bind_category(struct ambit_binder *b, const node *value, const char *name)
{
    struct ambit_scenario *const s = b->scenario;
    if (name[0] == '\0' || strlen(name) >= AMBIT_NAME_MAX) {
        ambit_bind_complain(b, value, NULL, "a column's name of 1 to %d bytes", AMBIT_NAME_MAX - 1);
        return -1;
    }
    for (int c = 0; c < s->category_count; c++) {
        if (strcmp(s->category[c], name) == 0) return c;
    }
    if (s->category_count == AMBIT_CATEGORY_MAX) {
        char quote[AMBIT_YAML_QUOTE_MAX];
        ambit_yaml_quote(name, quote);
        ambit_bind_complain(b, value, quote, "at most %d different columns of words in all",
                            AMBIT_CATEGORY_MAX);
        return -1;
    }
    snprintf(s->category[s->category_count], AMBIT_NAME_MAX, "%s", name);
    return s->category_count++;
}

/* True for a text that may be a word: any in quotes, and plain ones that do not begin like a
 * number, for `13O` is a slip of the hand. */
static bool is_filter_word(const node *value)
{
    if (value->kind != AMBIT_YAML_SCALAR || strlen(value->text) >= AMBIT_FILTER_TEXT) return false;
    if (!value->plain) return true;
    return value->text[0] != '\0' && strchr("+-.0123456789", value->text[0]) == NULL;
}

/* Adds a word to the scenario's list and to the condition. */
static void add_word(struct ambit_binder *b, const node *value, struct ambit_condition *condition)
{
    struct ambit_filter_words *const words = &b->scenario->filter_words;
    struct ambit_filter_word word = {
        .category = condition->category, .line = value->line, .column = value->column};
    if (!is_filter_word(value)) {
        ambit_bind_complain(b, value, NULL,
                            "a word of at most %d bytes, in quotes where it begins like a number",
                            AMBIT_FILTER_TEXT - 1);
    } else if (words->count == AMBIT_FILTER_WORD_MAX) {
        ambit_bind_complain(b, value, NULL, "at most %d words in all filters",
                            AMBIT_FILTER_WORD_MAX);
    } else if (b->memory == AMBIT_OK) {
        snprintf(word.text, sizeof word.text, "%s", value->text);
        b->memory = ambit_filter_words_add(words, &word);
        condition->word_count += b->memory == AMBIT_OK;
    }
}

static void bind_words(struct ambit_binder *b, const node *entry, struct ambit_condition *condition)
{
    condition->category = ambit_bind_category(b, entry, entry->key);
    condition->first_word = b->scenario->filter_words.count;
    if (condition->category < 0) return;
    if (entry->kind == AMBIT_YAML_SCALAR) {
        add_word(b, entry, condition);
    } else if (entry->first == NULL) {
        ambit_bind_complain(b, entry, "an empty list", "words such as [A, B]");
    }
    for (const node *word = entry->first; word != NULL; word = word->next)
        add_word(b, word, condition);
}

static void bind_range(struct ambit_binder *b, const node *entry, struct ambit_condition *condition)
{
    static const char what[] = "a number from 0 to 1e12";
    double least = 0.0, most = AMBIT_UNITS_MAX;
    condition->column = ambit_bind_column(b, entry, entry->key);
    if (entry->kind == AMBIT_YAML_SCALAR) {
        ambit_bind_number(b, entry, what, 0.0, AMBIT_UNITS_MAX, &least);
        most = least;
    } else if (ambit_bind_is_map(b, entry, "min, max")) {
        ambit_bind_optional_number(b, entry, "min", what, 0.0, AMBIT_UNITS_MAX, &least);
        ambit_bind_optional_number(b, entry, "max", what, 0.0, AMBIT_UNITS_MAX, &most);
        if (entry->first == NULL)
            ambit_bind_missing(b, entry, "the key min or max");
        else if (least > most)
            ambit_bind_complain(b, ambit_yaml_find(entry, "max"), NULL, "at least the min of %g",
                                least);
    }
    condition->least = ambit_to_micro(least);
    condition->most = ambit_yaml_find(entry, "max") == NULL && entry->kind == AMBIT_YAML_MAP
                          ? INT64_MAX
                          : ambit_to_micro(most);
}

void ambit_bind_filter(struct ambit_binder *b, const node *value, struct ambit_filter *filter_out)
{
    static const char what[] = "a filter such as {segment: [A, B], potential: {min: 10}}";
    *filter_out = (struct ambit_filter){0};
    if (value->kind != AMBIT_YAML_MAP || value->first == NULL) {
        ambit_bind_complain(b, value, value->kind == AMBIT_YAML_MAP ? "an empty map" : NULL, "%s",
                            what);
        return;
    }
    for (const node *entry = value->first; entry != NULL; entry = entry->next) {
        double number = 0.0;
        if (filter_out->count == AMBIT_CONDITION_MAX) {
            ambit_bind_complain_key(b, entry, "", "at most %d conditions", AMBIT_CONDITION_MAX);
            return;
        }
        struct ambit_condition *const condition = &filter_out->condition[filter_out->count++];
        *condition = (struct ambit_condition){.category = -1, .column = -1};
        if (entry->kind == AMBIT_YAML_MAP || ambit_bind_is_number(entry, &number))
            bind_range(b, entry, condition);
        else
            bind_words(b, entry, condition);
    }
}
