/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_FRONTIER_SVG_H
#define AMBIT_FRONTIER_SVG_H

#include "engine/model/frontier.h"

/* Draws a frontier: cost and bound over moves, and how far bands are from their targets. Errors:
 * AMBIT_ERR_IO. Local. */
ambit_status ambit_frontier_svg_write(const char *path,
                                      const struct ambit_frontier *frontier) AMBIT_CHECKED;

#endif
