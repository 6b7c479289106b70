/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_BUDGET_PRICES_H
#define AMBIT_BUDGET_PRICES_H

#include "engine/run/pricing.h"

/* Plans that a search may try. */
enum { AMBIT_BUDGET_FAR = 12, AMBIT_BUDGET_NEAR = 5 };

/* Seeks the prices of the budgets at which the plan by prices just keeps them, from the ones at
 * hand, with at most `tries` plans; leaves the last plan, its prices and its imbalance. Nothing
 * where there are no budgets. Collective. */
ambit_status ambit_budget_prices_seek(struct ambit_job *job, struct ambit_pricing *pricing,
                                      int tries, double *imbalance_out) AMBIT_CHECKED;

/* Sets the price of every budget to so many times the plan's mean travel of what it counts.
 * Collective. */
ambit_status ambit_budget_prices_set(struct ambit_job *job, double times) AMBIT_CHECKED;

/* True where a budget leaves nothing, or its price is so high that bands and budgets must be at
 * odds if bands are broken. Local. */
bool ambit_budget_prices_are_dear(const struct ambit_job *job);

/* Sets the prices of the bands to none. Collective. */
ambit_status ambit_budget_prices_forget(struct ambit_job *job,
                                        struct ambit_pricing *pricing) AMBIT_CHECKED;

/* Sends accounts of job->label home until every budget is kept, and all that are held: of each
 * budget those first whose leaving saves least for what it draws, at the prices at hand.
 * Collective. */
ambit_status ambit_budget_prices_keep(struct ambit_job *job,
                                      const struct ambit_pricing *pricing) AMBIT_CHECKED;

#endif
