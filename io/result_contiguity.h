/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How territories hang together, in a result file: /contiguity with figures of the nation as
 * attributes and a column a figure along the territories, and the certificate as /accounts/parent.
 * A result that was not asked for it has neither. Local; errors as for results.
 */
#ifndef AMBIT_RESULT_CONTIGUITY_H
#define AMBIT_RESULT_CONTIGUITY_H

#include "engine/model/result.h"
#include "io/hdf5_wrap.h"

#define AMBIT_PARENT_PATH "/accounts/parent"

/* The column without its values; needs the scale /accounts/account. */
ambit_status ambit_result_put_parent_column(struct ambit_h5 *h5,
                                            int64_t account_count) AMBIT_CHECKED;
/* The column with its values as /contiguity/parent, for the scenarios of a farm, whose accounts are
 * differences; nothing where the result has none. */
ambit_status ambit_result_put_own_parent(struct ambit_h5 *h5,
                                         const struct ambit_result *result) AMBIT_CHECKED;
ambit_status ambit_result_put_contiguity(struct ambit_h5 *h5,
                                         const struct ambit_result *result) AMBIT_CHECKED;

/* Reads both, where they are there; needs account_count and territory_count. */
ambit_status ambit_result_get_contiguity(struct ambit_h5 *h5,
                                         struct ambit_result *result) AMBIT_CHECKED;

#endif
