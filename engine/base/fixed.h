/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fixed point. Every measure is held as a whole number of millionths of its unit, so that sums
 * are the same in any order, on any number of ranks and threads. An int64 holds sums up to
 * 9.2 million million units; AMBIT_MICRO_SUM_MAX keeps a factor two in hand.
 */
#ifndef AMBIT_FIXED_H
#define AMBIT_FIXED_H

#include "status.h"
#include <math.h>
#include <stdint.h>

#define AMBIT_MICRO INT64_C(1000000)
#define AMBIT_MICRO_SUM_MAX (INT64_C(1) << 62)

static inline double ambit_from_micro(int64_t micro)
{
    return (double)micro / (double)AMBIT_MICRO;
}

/* Nearest whole number of millionths; `units` must be finite and below 4.6e12 in magnitude. */
static inline int64_t ambit_to_micro(double units)
{
    return (int64_t)llrint(units * (double)AMBIT_MICRO);
}

#endif
