/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the parts of a farm hand to each other. Every rank has one.
 */
#ifndef AMBIT_FARM_STATE_H
#define AMBIT_FARM_STATE_H

#include "engine/model/farm_record.h"
#include "engine/run/farm_nation.h"

struct ambit_farm {
    struct ambit_comm *comm;  /* borrowed; of all */
    struct ambit_comm *group; /* owned; of the ranks that work on one scenario together */
    struct ambit_run_options options;
    struct ambit_variants *variants; /* owned */
    struct ambit_farm_nation nation;
    struct ambit_result base; /* on the first rank of a group whole, else what a start needs */
    int32_t count;            /* scenarios */
    char *folder, *base_path; /* owned */
    char **part;              /* owned; the file of each scenario */
    char (*key)[AMBIT_SHA256_TEXT]; /* owned; of each */
    bool *done;                     /* owned; a part of that key is there already */
    struct ambit_refusal **refusal; /* borrowed; where the base's goes */
};

/* farm_start.c: whether a job, which is loaded, is near the base; and puts the base's plan, centres
 * and prices into it, and sets job->start. Collective over the job's comm. */
bool ambit_farm_is_near(const struct ambit_farm *farm, const struct ambit_job *job);
ambit_status ambit_farm_start(const struct ambit_farm *farm, struct ambit_job *job) AMBIT_CHECKED;
/* Gives the other ranks of a group what a start needs of the base. Collective over the group. */
ambit_status ambit_farm_share_base(struct ambit_farm *farm) AMBIT_CHECKED;

/* farm_key.c: what a scenario's part depends on, as a hash: the scenario, the tables, the base's
 * plan, the options and Ambit's sources. Local. */
ambit_status ambit_farm_key(const struct ambit_farm *farm, int variant,
                            char key_out[AMBIT_SHA256_TEXT]) AMBIT_CHECKED;

#endif
