/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/scenario_nightly.h"

void ambit_scenario_bind_nightly(struct ambit_binder *b)
{
    const struct ambit_yaml_node *const nightly = ambit_bind_section(b, "nightly");
    if (nightly != NULL && ambit_bind_is_map(b, nightly, "hours_per_move"))
        ambit_bind_optional_number(b, nightly, "hours_per_move", "a number from 0 to 1000000", 0.0,
                                   1e6, &b->scenario->nightly.hours_per_move);
}
