/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The accounts that the scenarios of a farm share: read once, with the columns that any of them
 * uses, and ordered once. Each scenario's job takes a copy of what it needs, and changes it.
 */
#ifndef AMBIT_FARM_NATION_H
#define AMBIT_FARM_NATION_H

#include "engine/run/job.h"
#include "io/scenario_variants.h"

struct ambit_farm_nation {
    const struct ambit_variants *variants; /* borrowed */
    struct ambit_scenario reader;          /* owned; the base, with the columns of all */
    struct ambit_territories territories;  /* owned; of the base: what `previous` refers to */
    struct ambit_accounts accounts;        /* owned; this rank's slice, in canonical order */
    struct ambit_bad_rows bad_rows;
    int64_t rows;
    char hash[AMBIT_ROWS_HASH_TEXT]; /* of all that was read */
};

/* Errors: AMBIT_ERR_INPUT, AMBIT_ERR_IO, AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_farm_nation_read(struct ambit_comm *comm,
                                    const struct ambit_run_options *options,
                                    const struct ambit_variants *variants,
                                    struct ambit_farm_nation *out) AMBIT_CHECKED;
void ambit_farm_nation_clear(struct ambit_farm_nation *nation);

/* Whether a scenario, once it is narrowed to what a plan asks for, reads nothing of the accounts'
 * table that the nation does not have. Local. */
bool ambit_farm_nation_has(const struct ambit_farm_nation *nation, const struct ambit_scenario *s);

/* From slices over the ranks of `comm` to slices over those of each part of it, which are
 * consecutive; first_of_part[p] is the first rank of part p, with the number of ranks behind the
 * last. Each part then has the whole nation. Errors: AMBIT_ERR_MEMORY, agreed. Collective over
 * comm. */
ambit_status ambit_farm_nation_share(struct ambit_farm_nation *nation, struct ambit_comm *comm,
                                     const int32_t *first_of_part, int32_t parts) AMBIT_CHECKED;

/* Loads and orders a job, whose comm and options are set, as ambit_job_load() and ambit_job_order()
 * would from the files; those of a scenario with another table or other columns are read. Errors:
 * as for these. Collective over the job's comm. */
ambit_status ambit_farm_nation_load(const struct ambit_farm_nation *nation, int variant,
                                    struct ambit_job *job) AMBIT_CHECKED;

#endif
