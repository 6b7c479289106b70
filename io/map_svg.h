/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A map of a plan, or of the current alignment, as one SVG file that any browser opens:
 * territories, accounts, homes and centres, key figures, legend and scale bar. No fonts or pictures
 * from outside.
 */
#ifndef AMBIT_MAP_SVG_H
#define AMBIT_MAP_SVG_H

#include "engine/base/status.h"
#include "engine/model/result.h"
#include "io/outlines.h"

/* Writes the file whole or not at all. The title is the scenario's name, or "Current alignment" for
 * an audit. Above 40,000 accounts every n-th is drawn, and the map says so. Errors: AMBIT_ERR_IO,
 * AMBIT_ERR_MEMORY, AMBIT_ERR_SOLVER. Local. */
ambit_status ambit_svg_write(const char *path, const struct ambit_result *result,
                             const struct ambit_outlines *outlines) AMBIT_CHECKED;

#endif
