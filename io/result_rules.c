/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules of a result as /rules: figures as attributes, and where reps have skills, the skills of
 * every territory as a column. A result without rules has no such group.
 */
#include "engine/base/memory.h"
#include "engine/model/words.h"
#include "io/result_parts.h"

#include <string.h>

#define GROUP "/rules"
#define SKILLS "/rules/skills"

/* The figures by name: one list for writing and reading. */
struct figure {
    const char *name;
    enum ambit_h5_kind kind;
    void *value;
    int64_t width, count;
};

enum { FIGURES = 10 };

static void list_figures(struct ambit_result_rules *r, struct figure out[FIGURES])
{
    const struct figure figures[FIGURES] = {
        {"locked_count", AMBIT_H5_I64, &r->locked_count, 0, 0},
        {"fixed_count", AMBIT_H5_I32, &r->fixed_count, 0, 0},
        {"kept_count", AMBIT_H5_I64, &r->kept_count, 0, 0},
        {"restricted_count", AMBIT_H5_I64, &r->restricted_count, 0, 0},
        {"reach_worst", AMBIT_H5_F64, &r->reach_worst, 0, 0},
        {"broken_count", AMBIT_H5_I64, &r->broken_count, 0, 0},
        {"broken", AMBIT_H5_I64, r->broken, 0, AMBIT_RULE_KIND_COUNT},
        {"first_account", AMBIT_H5_TEXT, r->first_account, sizeof r->first_account, 0},
        {"first_territory", AMBIT_H5_TEXT, r->first_territory, sizeof r->first_territory, 0},
        {"first_rule", AMBIT_H5_TEXT, r->first_rule, sizeof r->first_rule, 0},
    };
    memcpy(out, figures, sizeof figures);
}

ambit_status ambit_result_put_rules(struct ambit_h5 *h5, const struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct figure figure[FIGURES];
    if (result->rules == NULL) return AMBIT_OK;
    list_figures(result->rules, figure);
    AMBIT_TRY(ambit_h5_put_group(h5, GROUP));
    for (int f = 0; f < FIGURES; f++)
        AMBIT_TRY(ambit_h5_put_attribute(h5, GROUP, figure[f].name, figure[f].kind, figure[f].width,
                                         figure[f].count, figure[f].value));
    if (result->rules->skills_width == 0) goto done;
    AMBIT_TRY(ambit_h5_put_scale(h5, "/rules/territory", result->territory_count,
                                 "index into /territories"));
    AMBIT_TRY(ambit_h5_put_column(h5, SKILLS,
                                  &(struct ambit_h5_column){.kind = AMBIT_H5_TEXT,
                                                            .width = result->rules->skills_width,
                                                            .count = result->territory_count,
                                                            .data = result->rules->skills,
                                                            .long_name = "what its rep can do",
                                                            .scale = "/rules/territory"}));
done:
    return status;
}

ambit_status ambit_result_get_rules(struct ambit_h5 *h5, struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct figure figure[FIGURES];
    int64_t count = 0, width = 0;
    if (!ambit_h5_has(h5, GROUP)) return AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&result->rules, 1, sizeof *result->rules));
    struct ambit_result_rules *const rules = result->rules;
    list_figures(rules, figure);
    for (int f = 0; f < FIGURES; f++)
        AMBIT_TRY(ambit_h5_get_attribute(h5, GROUP, figure[f].name, figure[f].kind, figure[f].width,
                                         figure[f].count, figure[f].value));
    if (!ambit_h5_has(h5, SKILLS)) goto done;
    AMBIT_TRY(ambit_h5_column_size(h5, SKILLS, &count, &width));
    if (width < 1 || width > AMBIT_WORD_BYTES_MAX)
        AMBIT_TRY(ambit_h5_damaged(h5, SKILLS, "its texts have %lld bytes", (long long)width));
    rules->skills_width = (int32_t)width;
    AMBIT_TRY(ambit_alloc(&rules->skills, (size_t)result->territory_count, (size_t)width));
    AMBIT_TRY(ambit_h5_get_column(h5, SKILLS, AMBIT_H5_TEXT, width, result->territory_count,
                                  rules->skills));
done:
    return status;
}
