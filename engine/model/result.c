/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a result owns: setting it empty and freeing it.
 */
#include "engine/model/result.h"
#include "engine/base/memory.h"
#include "engine/model/diagnosis.h"
#include "engine/model/kpi.h"
#include "engine/model/refusal.h"

#include <math.h>

/* Of a limit: what rounding to doubles may do. */
#define TOLERANCE 1e-9

const char *ambit_phase_name(int phase)
{
    static const char *const names[AMBIT_PHASE_COUNT] = {
        [AMBIT_PHASE_READ] = "read",   [AMBIT_PHASE_ORDER] = "order",
        [AMBIT_PHASE_SEED] = "seed",   [AMBIT_PHASE_REFINE] = "refine",
        [AMBIT_PHASE_BOUND] = "bound", [AMBIT_PHASE_JUDGE] = "judge",
        [AMBIT_PHASE_STORE] = "store", [AMBIT_PHASE_TOTAL] = "total",
    };
    AMBIT_REQUIRE(phase >= 0 && phase < AMBIT_PHASE_COUNT);
    return names[phase];
}

const char *ambit_limit_name(enum ambit_limit kind)
{
    static const char *const names[] = {
        [AMBIT_LIMIT_NONE] = "none",
        [AMBIT_LIMIT_OF_TARGET] = "of target",
        [AMBIT_LIMIT_ABSOLUTE] = "absolute",
        [AMBIT_LIMIT_SHARE] = "share",
    };
    AMBIT_REQUIRE((size_t)kind < sizeof names / sizeof names[0]);
    return names[kind];
}

bool ambit_band_has_lower(const struct ambit_result_band *band)
{
    return band->lower_kind != AMBIT_LIMIT_NONE;
}

bool ambit_band_has_upper(const struct ambit_result_band *band)
{
    return band->upper_kind != AMBIT_LIMIT_NONE;
}

bool ambit_band_is_of_target(const struct ambit_result_band *band)
{
    return band->lower_kind == AMBIT_LIMIT_OF_TARGET || band->upper_kind == AMBIT_LIMIT_OF_TARGET;
}

const char *ambit_rule_kind_name(enum ambit_rule_kind kind)
{
    static const char *const names[AMBIT_RULE_KIND_COUNT] = {"locked",    "fixed",   "needs",
                                                             "forbidden", "allowed", "reach"};
    AMBIT_REQUIRE((int)kind >= 0 && kind < AMBIT_RULE_KIND_COUNT);
    return names[kind];
}

int ambit_band_outside(const struct ambit_result_band *band, int32_t j)
{
    const double value = band->value[j], margin = TOLERANCE * fmax(fabs(value), 1.0);
    if (band->lower[j] - value > margin) return -1;
    return !(value - band->upper[j] <= margin); /* one that is no number is outside */
}

void ambit_result_init(struct ambit_result *result)
{
    *result = (struct ambit_result){.travel_before = -1,
                                    .gap = NAN,
                                    .separation = {.least_km = NAN, .first = -1, .second = -1}};
    for (int b = 0; b < 2 * AMBIT_MEASURE_MAX; b++) {
        result->band[b].share_of = -1;
        result->band[b].proven_limit = NAN;
        result->band[b].proof_territory = -1;
    }
}

void ambit_result_clear(struct ambit_result *result)
{
    ambit_free(&result->scenario_text);
    for (size_t i = 0; i < sizeof result->input / sizeof result->input[0]; i++)
        ambit_free(&result->input[i].path);
    if (result->rules != NULL) ambit_free(&result->rules->skills);
    ambit_free(&result->rules);
    ambit_free(&result->account_id);
    ambit_free(&result->lat);
    ambit_free(&result->lon);
    ambit_free(&result->territory);
    ambit_free(&result->previous);
    ambit_free(&result->account_travel);
    ambit_free(&result->account_together);
    ambit_free(&result->parent);
    for (int c = 0; c < AMBIT_COLUMN_MAX; c++)
        ambit_free(&result->column[c]);
    ambit_free(&result->territories);
    for (int m = 0; m < AMBIT_MEASURE_MAX; m++)
        ambit_free(&result->measure[m].load);
    for (int b = 0; b < 2 * AMBIT_MEASURE_MAX; b++) {
        struct ambit_result_band *const band = &result->band[b];
        ambit_free(&band->target);
        ambit_free(&band->lower);
        ambit_free(&band->upper);
        ambit_free(&band->value);
        ambit_free(&band->price_lower);
        ambit_free(&band->price_upper);
    }
    ambit_free(&result->budget_cell);
    ambit_free(&result->round);
    ambit_free(&result->headcount);
    ambit_free(&result->nightly);
    ambit_contiguity_destroy(&result->contiguity);
    ambit_kpi_destroy(&result->kpi);
    ambit_diagnosis_destroy(&result->diagnosis);
    ambit_refusal_destroy(&result->refusal);
    ambit_result_init(result);
}
