/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_HEADCOUNT_HDF5_H
#define AMBIT_HEADCOUNT_HDF5_H

#include "engine/model/headcount.h"

/* Reads the points of a sweep from the farm that drew it (farm_hdf5.h): its base and its scenarios,
 * whose names are numbers of territories. Fills curve->point, count and today. Errors:
 * AMBIT_ERR_INPUT, AMBIT_ERR_IO, AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_headcount_read(const char *path,
                                  struct ambit_headcount_curve *curve) AMBIT_CHECKED;

#endif
