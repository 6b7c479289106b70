/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How much one word resembles another, for messages that offer the word that was probably meant.
 */
#ifndef AMBIT_NEAREST_H
#define AMBIT_NEAREST_H

#include <stddef.h>

#define AMBIT_NEAREST_BYTES 64 /* longer words are compared by their first bytes alone */

/* Bytes to insert, drop, replace or swap with a neighbour to make one word of the other. Cost: the
 * product of both sizes. */
int ambit_edit_distance(const char *a, size_t a_size, const char *b, size_t b_size);

/* The distance up to which a mistyped word of `size` bytes still means another: a third of it. */
int ambit_edit_tolerance(size_t size);

#endif
