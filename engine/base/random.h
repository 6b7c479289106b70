/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random numbers as a pure function of (seed, stream, index): no state, so no rank or thread
 * can shift another's sequence. The mixing is the finaliser of SplitMix64 (Steele, Lea, Flood
 * 2014), applied to the three words in turn.
 */
#ifndef AMBIT_RANDOM_H
#define AMBIT_RANDOM_H

#include <stdint.h>

static inline uint64_t ambit_mix64(uint64_t z)
{
    z += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static inline uint64_t ambit_random_u64(uint64_t seed, uint64_t stream, uint64_t index)
{
    return ambit_mix64(ambit_mix64(ambit_mix64(seed) ^ stream) ^ index);
}

/* Uniform in [0, 1). */
static inline double ambit_random_unit(uint64_t seed, uint64_t stream, uint64_t index)
{
    return (double)(ambit_random_u64(seed, stream, index) >> 11) * 0x1p-53;
}

__extension__ typedef unsigned __int128 ambit_u128; /* gcc and clang have it, ISO C does not */

/* Uniform whole number in [0, bound); bound ≥ 1. The bias is below bound / 2^64. */
static inline uint64_t ambit_random_below(uint64_t seed, uint64_t stream, uint64_t index,
                                          uint64_t bound)
{
    return (uint64_t)(((ambit_u128)ambit_random_u64(seed, stream, index) * bound) >> 64);
}

#endif
