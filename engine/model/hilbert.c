/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bitwise walk down the curve's quadrants: the curve inside each is the whole one, turned.
 * O(31) steps a key. Hilbert 1891; the loop keeps only the turn, as in Lam and Shapiro 1994.
 */
#include "engine/model/hilbert.h"
#include "engine/base/real.h"

#include <math.h>

enum { BITS = 31 };

static uint32_t grid(double unit)
{
    const double cells = (double)(1u << BITS);
    const double cell = floor(unit * cells);
    if (!(cell > 0.0)) return 0;
    return cell >= cells ? (1u << BITS) - 1u : (uint32_t)cell;
}

uint64_t ambit_hilbert_key(double lat, double lon)
{
    uint32_t x = grid((lon + 180.0) / 360.0);
    uint32_t y = grid((ambit_sin(lat * (M_PI / 180.0)) + 1.0) / 2.0);
    uint64_t key = 0;
    for (int bit = BITS - 1; bit >= 0; bit--) {
        const uint32_t mask = 1u << bit;
        const uint32_t right = (x & mask) != 0, upper = (y & mask) != 0;
        key = key << 2 | ((3u * right) ^ upper);
        if (upper) continue;
        if (right) {
            x = ~x;
            y = ~y;
        }
        const uint32_t swap = x;
        x = y;
        y = swap;
    }
    return key;
}
