/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the writers and readers of a result file share. Local; errors: AMBIT_ERR_IO,
 * AMBIT_ERR_MEMORY.
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

/* The whole of a result, with its accounts, under the file's root; and the same read back, into one
 * that is empty. Errors of reading as for ambit_result_read(). */
ambit_status ambit_result_put_whole(struct ambit_h5 *h5,
                                    const struct ambit_result *result) AMBIT_CHECKED;
ambit_status ambit_result_get_whole(struct ambit_h5 *h5,
                                    struct ambit_result *result_out) AMBIT_CHECKED;

/* The groups of its accounts that stay together, which are read after their number. */
ambit_status ambit_result_get_together(struct ambit_h5 *h5,
                                       struct ambit_result *result) AMBIT_CHECKED;

/* The file that a result goes into, for what stands beside it. */
struct ambit_result_file;
struct ambit_h5 *ambit_result_file_h5(struct ambit_result_file *file);
/* A group of columns, one a field, along a dimension scale of its own. */
ambit_status ambit_result_put_rows(struct ambit_h5 *h5, const char *group, const char *dimension,
                                   const char *dimension_name, const struct ambit_fields *fields,
                                   const void *rows, size_t row_bytes, int64_t count) AMBIT_CHECKED;

/* The same back; `count` rows, as ambit_result_get_count() says. Errors: AMBIT_ERR_INPUT. */
ambit_status ambit_result_get_rows(struct ambit_h5 *h5, const char *group,
                                   const struct ambit_fields *fields, int64_t count, void *rows_out,
                                   size_t row_bytes) AMBIT_CHECKED;

/* The length of a group's dimension scale, which all its columns must have; at most `most`. */
ambit_status ambit_result_get_count(struct ambit_h5 *h5, const char *scale, int64_t most,
                                    int64_t *count_out) AMBIT_CHECKED;

/* Budgets and protected accounts as /disruption; nothing where there are none. */
ambit_status ambit_result_put_disruption(struct ambit_h5 *h5,
                                         const struct ambit_result *result) AMBIT_CHECKED;
ambit_status ambit_result_get_disruption(struct ambit_h5 *h5,
                                         struct ambit_result *result) AMBIT_CHECKED;

/* The figures of an audit as /audit; nothing where the result has none. */
ambit_status ambit_result_put_audit(struct ambit_h5 *h5,
                                    const struct ambit_result *result) AMBIT_CHECKED;

/* What would do where bands or rules are broken as /diagnosis; nothing where the result, or the
 * file, has none. Reading needs territories, bands and budgets. Errors of reading: AMBIT_ERR_INPUT,
 * AMBIT_ERR_MEMORY. */
ambit_status ambit_result_put_diagnosis(struct ambit_h5 *h5,
                                        const struct ambit_result *result) AMBIT_CHECKED;
ambit_status ambit_result_get_diagnosis(struct ambit_h5 *h5,
                                        struct ambit_result *result) AMBIT_CHECKED;

/* Why no plan was sought as /refused; nothing where `refusal` is NULL, or the file has none. *out
 * is owned by the caller. Errors of reading: AMBIT_ERR_INPUT, AMBIT_ERR_MEMORY. */
struct ambit_refusal;
ambit_status ambit_result_put_refusal(struct ambit_h5 *h5,
                                      const struct ambit_refusal *refusal) AMBIT_CHECKED;
ambit_status ambit_result_get_refusal(struct ambit_h5 *h5,
                                      struct ambit_refusal **out) AMBIT_CHECKED;

/* The figures of the rules as /rules; nothing where the result, or the file, has none. Reading
 * needs the count of territories. Errors of reading: AMBIT_ERR_INPUT, AMBIT_ERR_MEMORY. */
ambit_status ambit_result_put_rules(struct ambit_h5 *h5,
                                    const struct ambit_result *result) AMBIT_CHECKED;
ambit_status ambit_result_get_rules(struct ambit_h5 *h5, struct ambit_result *result) AMBIT_CHECKED;

#endif
