/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Colours of territories: neighbours differ, by colours that people with any of the three kinds of
 * colour blindness can tell apart.
 */
#ifndef AMBIT_MAP_COLOURS_H
#define AMBIT_MAP_COLOURS_H

#include "engine/base/status.h"
#include "io/outlines.h"
#include <stdint.h>

#define AMBIT_MAP_COLOURS 6

/* Light fills, and a darker shade of each for what is drawn on it: "#rrggbb". */
extern const char *const ambit_map_fill[AMBIT_MAP_COLOURS];
extern const char *const ambit_map_shade[AMBIT_MAP_COLOURS];

/* colour_out[j] in [0, AMBIT_MAP_COLOURS) for each territory of the outlines. Neighbours differ
 * unless a territory's neighbours have all the colours already. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_map_colour(const struct ambit_outlines *outlines,
                              uint8_t *colour_out) AMBIT_CHECKED;

#endif
