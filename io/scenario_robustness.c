/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Binds robustness: `samples: 1000`, and a law or two for each column that is only known roughly,
 * such as `potential: {each: lognormal 30%, shared: normal 10%, by: region}`.
 */
#include "io/scenario_robustness.h"
#include "io/scenario_filter.h"

#include <string.h>

enum { SAMPLES_MAX = 100000 };
#define SIZE_MAX_SPREAD 5.0

typedef struct ambit_yaml_node node;

/* Binds a law with its size. */
static void bind_spread(struct ambit_binder *b, const node *value, struct ambit_spread *out)
{
    static const struct {
        const char *word;
        enum ambit_law law;
        double most;
    } laws[] = {{"lognormal ", AMBIT_LAW_LOGNORMAL, SIZE_MAX_SPREAD},
                {"normal ", AMBIT_LAW_NORMAL, SIZE_MAX_SPREAD},
                {"uniform ", AMBIT_LAW_UNIFORM, 1.0}};
    for (size_t l = 0; ambit_bind_is_text(value) && l < sizeof laws / sizeof laws[0]; l++) {
        const size_t length = strlen(laws[l].word);
        double percent = 0.0;
        if (strncmp(value->text, laws[l].word, length) != 0) continue;
        const char *const rest = ambit_bind_read_number(value->text + length, &percent);
        if (rest == NULL || strcmp(rest + strspn(rest, " "), "%") != 0) break;
        if (percent < 0.0 || percent > 100.0 * laws[l].most) break;
        *out = (struct ambit_spread){laws[l].law, percent / 100.0};
        return;
    }
    ambit_bind_complain(b, value, NULL,
                        "a law and its size, such as lognormal 20%% or normal 20%% (0%% to 500%%), "
                        "or uniform 20%% (0%% to 100%%)");
}

static void bind_column(struct ambit_binder *b, const node *entry)
{
    struct ambit_robustness_terms *const terms = &b->scenario->robustness;
    const node *const each = ambit_yaml_find(entry, "each");
    const node *const shared = ambit_yaml_find(entry, "shared");
    const node *const by = ambit_yaml_find(entry, "by");
    struct ambit_uncertain_column column = {.by = -1};
    if (!ambit_bind_is_map(b, entry, "each, shared, by")) return;
    if (each == NULL && shared == NULL) ambit_bind_missing(b, entry, "the key each or shared");
    if (by != NULL && shared == NULL) ambit_bind_missing(b, entry, "the key shared beside by");
    column.column = ambit_bind_column(b, entry, entry->key);
    if (each != NULL) bind_spread(b, each, &column.each);
    if (shared != NULL) bind_spread(b, shared, &column.shared);
    if (by != NULL && ambit_bind_is_name(by))
        column.by = ambit_bind_category(b, by, by->text);
    else if (by != NULL)
        ambit_bind_complain(b, by, NULL, "the name of a column of words");
    if (column.column >= 0) terms->column[terms->count++] = column;
}

void ambit_scenario_bind_robustness(struct ambit_binder *b)
{
    const node *const section = ambit_bind_section(b, "robustness");
    double samples = b->scenario->robustness.samples;
    if (section == NULL) return;
    if (section->kind != AMBIT_YAML_MAP) {
        ambit_bind_complain(b, section, NULL,
                            "samples, and columns such as workload: {each: lognormal 20%%}");
        return;
    }
    for (const node *entry = section->first; entry != NULL; entry = entry->next) {
        if (strcmp(entry->key, "samples") == 0)
            ambit_bind_number(b, entry, "a whole number from 1 to 100000", 1.0, SAMPLES_MAX,
                              &samples);
        else
            bind_column(b, entry);
    }
    b->scenario->robustness.samples = (int)samples;
    if (samples != (double)(int)samples)
        ambit_bind_complain(b, ambit_yaml_find(section, "samples"), NULL,
                            "a whole number from 1 to 100000");
}
