/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The way from one plan to another as a picture: above, what is outside the bands against moves
 * made; below, the travel saved. Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. Local.
 */
#ifndef AMBIT_MOVES_SVG_H
#define AMBIT_MOVES_SVG_H

#include "engine/model/moves.h"

ambit_status ambit_moves_draw(const char *path, const struct ambit_moves *moves) AMBIT_CHECKED;

#endif
