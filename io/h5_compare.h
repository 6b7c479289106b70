/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_H5_COMPARE_H
#define AMBIT_H5_COMPARE_H

#include "io/hdf5_wrap.h"

/* Says what differs, in words. */
typedef void ambit_h5_differ(void *self, const char *words);

/* Compares everything under `group` of a file with the same of one that was recomputed, dataset by
 * dataset and value by value: numbers exactly, NaN being NaN. Of attributes those that figures have
 * are compared. A group that neither has is the same. Errors: AMBIT_ERR_INPUT where the file cannot
 * be read, AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_h5_compare(struct ambit_h5 *stored, struct ambit_h5 *found, const char *group,
                              ambit_h5_differ *differ, void *self) AMBIT_CHECKED;

#endif
