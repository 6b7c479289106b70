/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the writers of a result file share. Local; errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY.
 */
#ifndef AMBIT_RESULT_PARTS_H
#define AMBIT_RESULT_PARTS_H

#include "engine/model/result.h"
#include "io/hdf5_wrap.h"
#include "io/result_layout.h"

/* `wanted` with '/' as "_of_", and with a number behind it where the name is taken in `group`. */
void ambit_result_link(struct ambit_h5 *h5, const char *group, const char *wanted,
                       char out[AMBIT_LINK_MAX]);

/* All of a result but its accounts, under the file's root; and the same read back. */
ambit_status ambit_result_put_figures(struct ambit_h5 *h5,
                                      const struct ambit_result *result) AMBIT_CHECKED;
ambit_status ambit_result_get_figures(struct ambit_h5 *h5,
                                      struct ambit_result *result) AMBIT_CHECKED;

/* The groups of its accounts that stay together, which are read after their number. */
ambit_status ambit_result_get_together(struct ambit_h5 *h5,
                                       struct ambit_result *result) AMBIT_CHECKED;

/* The file that a result goes into, for what stands beside it. */
struct ambit_result_file;
struct ambit_h5 *ambit_result_file_h5(struct ambit_result_file *file);

/* The figures of an audit as /audit; nothing where the result has none. */
ambit_status ambit_result_put_audit(struct ambit_h5 *h5,
                                    const struct ambit_result *result) AMBIT_CHECKED;

/* What would do where bands are broken as /diagnosis; nothing where the result has none. */
ambit_status ambit_result_put_diagnosis(struct ambit_h5 *h5,
                                        const struct ambit_result *result) AMBIT_CHECKED;

/* The figures of the rules as /rules; nothing where the result, or the file, has none. Reading
 * needs the count of territories. Errors of reading: AMBIT_ERR_INPUT, AMBIT_ERR_MEMORY. */
ambit_status ambit_result_put_rules(struct ambit_h5 *h5,
                                    const struct ambit_result *result) AMBIT_CHECKED;
ambit_status ambit_result_get_rules(struct ambit_h5 *h5, struct ambit_result *result) AMBIT_CHECKED;

#endif
