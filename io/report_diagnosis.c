/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The diagnosis of a plan that breaks bands: three ways to mend the bands, the simplest first.
 */
#include "io/report_diagnosis.h"
#include "engine/model/diagnosis.h"
#include "io/report_text.h"

enum { LINES_MAX = 12 };

static int count_of(const struct ambit_diagnosis *d, enum ambit_remedy remedy)
{
    int count = 0;
    for (int32_t n = 0; n < d->count; n++)
        count += d->opening[n].remedy == remedy;
    return count;
}

static void print_opening(FILE *file, const struct ambit_result *r, const struct ambit_opening *o)
{
    char opened[AMBIT_TEXT_MAX], allowed[AMBIT_TEXT_MAX];
    ambit_text_allowed(r, o->band, allowed);
    ambit_text_opened(r, o->band, o->side, o->by, opened);
    (void)fprintf(file, "    %s", r->band[o->band].label);
    if (o->territory >= 0) (void)fprintf(file, " of %s", r->territories[o->territory].name);
    (void)fprintf(file, ": %s instead of %s\n", opened, allowed);
}

static void print_remedy(FILE *file, const struct ambit_result *r, enum ambit_remedy remedy,
                         const char *title)
{
    const struct ambit_diagnosis *const d = r->diagnosis;
    const int count = count_of(d, remedy);
    int printed = 0;
    if (count == 0) return;
    (void)fprintf(file, "  %s\n", title);
    for (int32_t n = 0; n < d->count && printed < LINES_MAX; n++) {
        if (d->opening[n].remedy != remedy) continue;
        print_opening(file, r, &d->opening[n]);
        printed++;
    }
    if (count > printed) (void)fprintf(file, "    and %d more in the result\n", count - printed);
}

void ambit_report_diagnosis(FILE *file, const struct ambit_result *result)
{
    const struct ambit_diagnosis *const d = result->diagnosis;
    if (d == NULL) return;
    (void)fprintf(file,
                  "\n  What would do, by a model of %d territories as %d cells, which may be a "
                  "little short:\n",
                  (int)d->territory_count, (int)d->cell_count);
    if (d->count == 0) {
        (void)fputs(
            "    the bands as they are: the cells fit, whole accounts did not; more effort, "
            "or a hair more room\n",
            file);
        return;
    }
    const int together = count_of(d, AMBIT_REMEDY_TOGETHER);
    print_remedy(file, result, AMBIT_REMEDY_ALONE,
                 count_of(d, AMBIT_REMEDY_ALONE) > 1 ? "any one of these, for every territory:"
                                                     : "this alone, for every territory:");
    if (together > 1)
        print_remedy(file, result, AMBIT_REMEDY_TOGETHER, "these together, for every territory:");
    print_remedy(file, result, AMBIT_REMEDY_LOCAL, "or these together, all else as it is:");
}

static json_t *opening_json(const struct ambit_result *r, const struct ambit_opening *o)
{
    return json_pack("{s:s, s:s, s:o, s:s, s:f}", "remedy", ambit_remedy_name(o->remedy), "band",
                     r->band[o->band].label, "territory",
                     o->territory >= 0 ? json_string(r->territories[o->territory].name)
                                       : json_null(),
                     "side", ambit_side_name(o->side), "by", o->by);
}

json_t *ambit_diagnosis_json(const struct ambit_result *result)
{
    const struct ambit_diagnosis *const d = result->diagnosis;
    if (d == NULL) return NULL;
    json_t *const openings = json_array();
    bool good = openings != NULL;
    for (int32_t n = 0; n < d->count && good; n++)
        good = json_array_append_new(openings, opening_json(result, &d->opening[n])) == 0;
    if (good)
        return json_pack("{s:i, s:i, s:o}", "territories", (int)d->territory_count, "cells",
                         (int)d->cell_count, "openings", openings);
    json_decref(openings);
    return NULL;
}
