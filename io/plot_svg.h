/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What curves in panels share: the page, an axis of values with round numbers, dots and a ring.
 * Pixels grow downwards.
 */
#ifndef AMBIT_PLOT_SVG_H
#define AMBIT_PLOT_SVG_H

#include <stdbool.h>
#include <stdio.h>

struct ambit_plot_panel {
    double top, bottom; /* pixels */
    double low, high;   /* values there */
    double step;        /* between lines; set by ambit_plot_widen() */
};

/* Opens the page; the caller closes it by </svg>. */
void ambit_plot_begin(FILE *file, int width, int height);

/* 1, 2 or 5 times a power of ten, so that a range above 0 has about so many steps, and not more. */
double ambit_plot_step(double range, int most);

/* From the least and greatest value to round numbers that have both between them. */
void ambit_plot_widen(struct ambit_plot_panel *panel, int steps);

double ambit_plot_y(const struct ambit_plot_panel *panel, double value);

/* Lines and numbers of the values from `left` to `right`, and the title above them. */
void ambit_plot_axis(FILE *file, const struct ambit_plot_panel *panel, int left, int right,
                     const char *title, bool percent);

void ambit_plot_dot(FILE *file, double x, double y, const char *colour, bool hollow);
void ambit_plot_ring(FILE *file, double x, double y, const char *colour);

#endif
