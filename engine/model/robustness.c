/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/robustness.h"
#include "engine/base/memory.h"

void ambit_robustness_init(struct ambit_robustness *robustness)
{
    *robustness = (struct ambit_robustness){.samples = 0};
    ambit_result_init(&robustness->plan);
}

void ambit_robustness_clear(struct ambit_robustness *robustness)
{
    ambit_result_clear(&robustness->plan);
    ambit_free(&robustness->below);
    ambit_free(&robustness->above);
    ambit_free(&robustness->mean);
    ambit_free(&robustness->deviation);
    ambit_robustness_init(robustness);
}

const char *ambit_law_name(enum ambit_law law)
{
    switch (law) {
    case AMBIT_LAW_LOGNORMAL:
        return "lognormal";
    case AMBIT_LAW_NORMAL:
        return "normal";
    case AMBIT_LAW_UNIFORM:
        return "uniform";
    case AMBIT_LAW_NONE:
        break;
    }
    return "none";
}
