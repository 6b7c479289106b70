/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Position on a Hilbert curve over the sphere in equal-area coordinates (longitude, sine of
 * latitude), 31 bits each: near keys are near places, equal counts of keys are equal areas. The
 * curve breaks at the date line, which only the order sees.
 */
#ifndef AMBIT_HILBERT_H
#define AMBIT_HILBERT_H

#include <stdint.h>

/* Key in [0, 2^62) of a place in degrees. */
uint64_t ambit_hilbert_key(double lat, double lon);

#endif
