/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of a scenario file, as messages list them. */
#ifndef AMBIT_TEST_SCENARIO_KEYS_H
#define AMBIT_TEST_SCENARIO_KEYS_H

#define TOP                                                                                        \
    "name, accounts, reps, territories, centres, travel, measures, bands, rules, contiguity, "     \
    "objective, disruption, nightly, segments, working_time, coverage, kpi, robustness, "          \
    "headcount, call_plan, scale, seed, folder, scenarios, grid, layers"

#endif
