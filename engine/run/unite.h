/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A nation whose accounts stay together in groups, seen as units: what is assigned is a unit, be it
 * a group or an account alone. Loads, visits, travel and changes of hands of a unit are the exact
 * sums over its accounts, each at its own place, so that prices, groups and the bound hold for the
 * nation as it is.
 */
#ifndef AMBIT_UNITE_H
#define AMBIT_UNITE_H

#include "engine/run/coarsen.h"

/* True where some accounts of the nation share a group. Collective. */
bool ambit_job_has_groups(struct ambit_job *job);

/* Makes *units_out, a job of units over the ordered accounts of `job`, which it borrows, with the
 * scenario's strings and the communicator; prices, opened limits and rounds go over to it. Errors:
 * AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_job_unite(struct ambit_job *job, struct ambit_job *units_out) AMBIT_CHECKED;

/* Takes the plan, centres, prices, opened limits and rounds of the units back to `job`, whose
 * labels are made where there are none; *units is left without them. Errors: AMBIT_ERR_MEMORY,
 * agreed. Collective. */
ambit_status ambit_job_take_units(struct ambit_job *job, struct ambit_job *units) AMBIT_CHECKED;

/* The territories of units as those of their accounts, row by row. Local. */
void ambit_units_spread(const struct ambit_accounts *units, const int32_t *label,
                        int32_t *row_label_out);

/* Frees what *units owns. */
void ambit_units_clear(struct ambit_job *units);

#endif
