/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Elementary functions that give the same double on every machine: the C library's choose between
 * variants with and without fused multiply-adds by the processor they find, and differ in last
 * bits. Errors are below one unit in the last place, of arcs below three; ambit_pow() is exact
 * where x^y is a double.
 */
#ifndef AMBIT_REAL_H
#define AMBIT_REAL_H

#include <math.h>

double ambit_exp(double x);

/* −∞ at 0, NAN below. */
double ambit_log(double x);

static inline double ambit_log2(double x)
{
    return ambit_log(x) * M_LOG2E;
}

/* x^y for x ≥ 0; NAN below. */
double ambit_pow(double x, double y);

/* Of radians, at most 1e6 in magnitude. */
double ambit_sin(double x);
double ambit_cos(double x);

/* In [−π/2, π/2]; x in [−1, 1]. */
double ambit_asin(double x);

/* The angle of the point (x, y), in [−π, π]; 0 of the origin. */
double ambit_atan2(double y, double x);

static inline double ambit_hypot(double x, double y)
{
    return sqrt(x * x + y * y);
}

#endif
