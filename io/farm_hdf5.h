/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A farm as one HDF5 file: a result, which is that of the base (result_layout.h), with
 *
 *     /scenarios            a table: name, status, message, changes, warm, travel_hours, gap, …
 *     /scenarios/0001       the first scenario, laid out as a result, but for
 *     /scenarios/0001/accounts   what differs from the accounts of the base: removed, added, and
 *                                for each column all values, or rows and values where they differ
 *
 * so that columns which all share are stored once. While a farm runs, each finished scenario is a
 * file of its own, a part: one such group. Local; called on rank 0 of those that work together.
 */
#ifndef AMBIT_FARM_HDF5_H
#define AMBIT_FARM_HDF5_H

#include "engine/model/farm_record.h"

/* The name behind "FARM.h5:NAME", or NULL where there is none, or a file of that very name. */
const char *ambit_farm_name_in(const char *path);

/* True where the plan at `plan`, which may be one of several as FARM.h5:NAME, is in the file
 * `path`. Local. */
bool ambit_farm_is_in(const char *plan, const char *path);

/* Reads the result of FARM.h5:NAME, bit for bit as its job had it. Errors: AMBIT_ERR_INPUT where
 * there is no such scenario, it failed, or the file is damaged; AMBIT_ERR_IO, AMBIT_ERR_MEMORY. */
ambit_status ambit_farm_read(const char *path, struct ambit_result *result_out) AMBIT_CHECKED;

/* What a farm says of each scenario, without plans. */
struct ambit_farm_entry {
    char name[AMBIT_VARIANT_NAME_MAX];
    enum ambit_farm_status status;
    char message[AMBIT_FARM_MESSAGE_MAX];
    bool warm;
    int32_t territories, outside; /* territories outside a band */
    int64_t accounts, moved;
    double travel, objective, gap; /* hours; NaN where there is none */
    double worst;                  /* largest deviation of a band of two sides, parts; or NaN */
};

/* The base stands first, named "base". *count_out is 0 where the file is a result without
 * scenarios. *out is owned by the caller. */
ambit_status ambit_farm_list(const char *path, struct ambit_farm_entry **out,
                             int *count_out) AMBIT_CHECKED;

/* Why entry `index` of a farm (0: the base) has no plan, or one that breaks a band: *refusal_out as
 * it was before where nothing was refused, and the figures of a plan that has a diagnosis, else
 * empty. Both are the caller's to clear. Errors: AMBIT_ERR_INPUT, AMBIT_ERR_IO, AMBIT_ERR_MEMORY.
 */
ambit_status ambit_farm_read_why(const char *path, int index, struct ambit_refusal **refusal_out,
                                 struct ambit_result *figures_out) AMBIT_CHECKED;

/* What a table of entries is made of, for files that have one. The figures of a result that has its
 * name and status already; the table under /scenarios, and read back; the group of entry `index`;
 * and the entry of that name, or an error with the nearest: `noun` is what they are. */
struct ambit_h5;
void ambit_farm_fill_entry(const struct ambit_result *result, struct ambit_farm_entry *entry);
ambit_status ambit_farm_put_table(struct ambit_h5 *h5, const struct ambit_farm_entry *entry,
                                  int count) AMBIT_CHECKED;
ambit_status ambit_farm_get_table(struct ambit_h5 *h5, struct ambit_farm_entry *entry,
                                  int count) AMBIT_CHECKED;
void ambit_farm_name_group(int index, char out[32]);
ambit_status ambit_farm_find(const char *file, const char *noun, const char *name,
                             const struct ambit_farm_entry *entry, int count,
                             int *index_out) AMBIT_CHECKED;

/* Parts. The key of one that can be read, or "". */
ambit_status ambit_farm_part_write(const char *path, const struct ambit_farm_record *record,
                                   const struct ambit_result *base) AMBIT_CHECKED;
void ambit_farm_part_key(const char *path, char key_out[AMBIT_SHA256_TEXT]);

/* The result of the base alone, which the parts are differences to. */
ambit_status ambit_farm_base_write(const char *path, const struct ambit_result *base) AMBIT_CHECKED;

/* The whole: the base, and the parts at `part`, in order. Written beside its name and renamed. */
ambit_status ambit_farm_write(const char *path, const struct ambit_result *base, char *const *part,
                              int parts) AMBIT_CHECKED;

#endif
