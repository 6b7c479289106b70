/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Travel hours of an account in a territory, by the day-tour formula of Daganzo (1984): a tour of
 * V stops drives to its zone and back (line haul, 2·r shared by V stops) and between neighbouring
 * stops (k/√δ each, δ the density of accounts around). Separable by account, so it is a
 * coefficient that an ILP can carry:
 *
 *     t_ij = visits_i × (2·minutes(d(centre_j, i)) / V + minutes(k/√δ_i)) / 60
 *
 * minutes(d) is a·d^b or a table. The local part does not depend on the territory and is prepared
 * once; δ_i = K / (π r²), r the distance to the K-th nearest other account, K = ⌈V⌉.
 */
#ifndef AMBIT_TRAVEL_H
#define AMBIT_TRAVEL_H

#include "engine/model/accounts.h"
#include "engine/model/scenario.h"
#include <stdint.h>

/* Minutes of a drive of `km` ≥ 0. */
double ambit_drive_minutes(const struct ambit_drive_time *drive, double km);

/* Its inverse: kilometres that `minutes` ≥ 0 of driving take one. */
double ambit_drive_km(const struct ambit_drive_time *drive, double minutes);

/* Line-haul hours of one visit at a squared chord from the centre: 2·minutes/V/60. Rises with the
 * distance. */
double ambit_haul_hours(const struct ambit_scenario *scenario, double chord2);

/* Micro-hours a year of account i served from `centre`: local travel plus line haul. Of a unit it
 * is the sum over its accounts, each at its place. */
int64_t ambit_travel_of(const struct ambit_scenario *scenario,
                        const struct ambit_accounts *accounts, int32_t i, const double centre[3]);

/* Local driving in micro-hours a year: `spacing_km` between neighbouring stops. */
int64_t ambit_local_travel(const struct ambit_scenario *scenario, int64_t visits_micro,
                           double spacing_km);

/* K of the file's comment: how many nearest other accounts tell the density around one. */
int ambit_travel_neighbours(const struct ambit_scenario *scenario);

/* Kilometres between neighbouring stops where the K-th nearest other account is at a squared chord
 * of `chord2`. */
double ambit_stop_spacing_km(const struct ambit_scenario *scenario, double chord2);

#endif
