/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scenarios of a sweep over numbers of territories, as a file: the text of the scenario that is
 * swept, without scenarios of its own, and one for each number that names who leaves and who comes.
 */
#ifndef AMBIT_HEADCOUNT_YAML_H
#define AMBIT_HEADCOUNT_YAML_H

#include "engine/model/headcount.h"

struct ambit_headcount_sweep {
    int count;
    const int32_t *number; /* territories; rising */
    bool has_current;      /* accounts name the territories that they are in today */
    int32_t today, reps;   /* territories of the base, and those of them that have a rep */
    const struct ambit_headcount_curve *curve; /* who leaves and who is hired, in their order */
};

/* Writes the file to `path`, for the scenario of `text` at `base_path`. Errors: AMBIT_ERR_INPUT
 * where a part that has to go does not stand on lines of its own, AMBIT_ERR_IO, AMBIT_ERR_MEMORY.
 * Local. */
ambit_status ambit_headcount_yaml_write(const char *path, const char *base_path, const char *text,
                                        const struct ambit_headcount_sweep *sweep) AMBIT_CHECKED;

#endif
