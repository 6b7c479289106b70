/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_GROUPING_H
#define AMBIT_GROUPING_H

#include "engine/model/territories.h"
#include <stdint.h>

#define AMBIT_GROUPING_MAX 16 /* largest size of a group */

/* Splits the territories into groups of up to `size` neighbours by the distance of their centres,
 * in another way each `round`: territories with violation[j] > 0 start groups first, then the rest
 * in an order drawn from (seed, round). group_out[j] is the group of territory j, or −1 for one
 * that was left alone; *count_out the number of groups. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_grouping_make(const struct ambit_territories *territories,
                                 const int64_t *violation, int size, uint64_t seed, int64_t round,
                                 int32_t *group_out, int32_t *count_out) AMBIT_CHECKED;

#endif
