/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two panels over the number of territories. Above: the part of the work, and of the value, that
 * the reps have hours for. Below, where costs are known, what the travel of that costs a year, and
 * what all comes to; else hours of travel.
 */
#include "engine/base/atomic_file.h"
#include "engine/base/fixed.h"
#include "io/plot_svg.h"
#include "io/report_headcount.h"

#include <math.h>

enum {
    WIDTH = 860,
    HEIGHT = 640,
    LEFT = 110,
    RIGHT = 820,
    TOP = 56,
    GAP = 56, /* between panels */
    BOTTOM = 572,
    TICKS = 4,
    NEAR = 34 /* pixels between labels of the axis */
};
static const char work_colour[] = "#0b62a4", value_colour[] = "#8a5a00", cost_colour[] = "#b4235a";

struct drawing {
    FILE *file;
    const struct ambit_headcount_curve *curve;
    bool has_money, has_cost;
};

enum line { COVERED, VALUE, COST, NET };

static double value_of(const struct drawing *d, int p, enum line line)
{
    const struct ambit_headcount_point *const point = &d->curve->point[p];
    const struct ambit_headcount *const f = &point->figures;
    if (!point->has_plan) return NAN;
    switch (line) {
    case COVERED:
        return f->work > 0 ? (double)f->covered / (double)f->work : NAN;
    case VALUE:
        return f->value > 0 ? (double)f->value_covered / (double)f->value : NAN;
    case COST:
        return d->has_cost ? point->travel_cost : ambit_from_micro(f->travel);
    case NET:
        return point->net;
    }
    return NAN;
}

static double x_of(const struct drawing *d, int p)
{
    const struct ambit_headcount_curve *const c = d->curve;
    const double first = c->point[0].territories, last = c->point[c->count - 1].territories;
    return LEFT + 12 +
           (RIGHT - LEFT - 24) * (c->point[p].territories - first) / fmax(last - first, 1.0);
}

static struct ambit_plot_panel make_panel(const struct drawing *d, double top, double bottom,
                                          enum line first, enum line last)
{
    struct ambit_plot_panel panel = {top, bottom, INFINITY, -INFINITY, 1.0};
    for (int p = 0; p < d->curve->count; p++) {
        for (enum line line = first; line <= last; line++) {
            const double value = value_of(d, p, line);
            if (!isfinite(value)) continue;
            panel.low = fmin(panel.low, value);
            panel.high = fmax(panel.high, value);
        }
    }
    if (!(panel.low <= panel.high)) panel.low = panel.high = 0.0;
    ambit_plot_widen(&panel, TICKS);
    return panel;
}

static void draw_numbers(const struct drawing *d)
{
    double last = -1e9;
    for (int p = 0; p < d->curve->count; p++) {
        const double x = x_of(d, p);
        const int32_t number = d->curve->point[p].territories;
        (void)fprintf(d->file, "<path class=\"grid\" d=\"M%.1f %dV%d\"/>\n", x, TOP, BOTTOM);
        if (x - last < NEAR && number != d->curve->today) continue;
        last = x;
        (void)fprintf(d->file, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\"%s>%d</text>\n", x,
                      BOTTOM + 20, number == d->curve->today ? " class=\"title\"" : "",
                      (int)number);
    }
    (void)fprintf(d->file,
                  "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">territories (today's in bold)"
                  "</text>\n",
                  (LEFT + RIGHT) / 2, BOTTOM + 44);
}

static void draw_line(const struct drawing *d, const struct ambit_plot_panel *panel, enum line line,
                      const char *colour)
{
    char command = 'M';
    (void)fprintf(d->file, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"2\" d=\"", colour);
    for (int p = 0; p < d->curve->count; p++) {
        const double value = value_of(d, p, line);
        if (!isfinite(value)) continue;
        (void)fprintf(d->file, "%c%.1f %.1f", command, x_of(d, p), ambit_plot_y(panel, value));
        command = 'L';
    }
    (void)fputs("\"/>\n", d->file);
    for (int p = 0; p < d->curve->count; p++) {
        const double value = value_of(d, p, line);
        if (!isfinite(value)) continue;
        ambit_plot_dot(d->file, x_of(d, p), ambit_plot_y(panel, value), colour,
                       !d->curve->point[p].feasible);
    }
}

static void draw_best(const struct drawing *d, const struct ambit_plot_panel *panel)
{
    const int best = d->curve->best;
    if (best < 0) return;
    const double x = x_of(d, best), y = ambit_plot_y(panel, value_of(d, best, NET));
    const bool is_right = x > (LEFT + RIGHT) / 2.0;
    ambit_plot_ring(d->file, x, y, value_colour);
    (void)fprintf(d->file, "<text class=\"title\" x=\"%.1f\" y=\"%.1f\"%s>best: %d</text>\n",
                  x + (is_right ? -16.0 : 16.0), y + 24.0, is_right ? " text-anchor=\"end\"" : "",
                  (int)d->curve->point[best].territories);
}

static void draw_key(const struct drawing *d, double x, double y, const char *colour,
                     const char *words)
{
    (void)fprintf(d->file,
                  "<path d=\"M%.1f %.1fh24\" stroke=\"%s\" stroke-width=\"2\"/>"
                  "<text x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                  x, y - 4.0, colour, x + 30.0, y, words);
}

static void draw_keys(const struct drawing *d, bool has_value)
{
    draw_key(d, RIGHT - 330.0, TOP - 14.0, work_colour, "work");
    if (has_value) draw_key(d, RIGHT - 250.0, TOP - 14.0, value_colour, "value");
    (void)fprintf(d->file,
                  "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">hollow: a band is broken"
                  "</text>\n",
                  RIGHT, TOP - 14);
}

static void draw(const struct drawing *d)
{
    const bool has_value =
        isfinite(value_of(d, 0, VALUE)) || isfinite(value_of(d, d->curve->count - 1, VALUE));
    const int panels = d->has_money ? 3 : 2;
    const double height = (BOTTOM - TOP - (panels - 1.0) * GAP) / panels;
    const struct ambit_plot_panel covered =
        make_panel(d, TOP, TOP + height, COVERED, has_value ? VALUE : COVERED);
    const struct ambit_plot_panel cost =
        make_panel(d, TOP + height + GAP, TOP + 2.0 * height + GAP, COST, COST);
    const struct ambit_plot_panel net = make_panel(d, BOTTOM - height, BOTTOM, NET, NET);
    ambit_plot_begin(d->file, WIDTH, HEIGHT);
    draw_numbers(d);
    ambit_plot_axis(d->file, &covered, LEFT, RIGHT, "Covered by the reps' hours", true);
    draw_keys(d, has_value);
    if (has_value) draw_line(d, &covered, VALUE, value_colour);
    draw_line(d, &covered, COVERED, work_colour);
    ambit_plot_axis(d->file, &cost, LEFT, RIGHT,
                    d->has_cost ? "Cost of travel a year" : "Travel, hours a year", false);
    draw_line(d, &cost, COST, cost_colour);
    if (d->has_money) {
        ambit_plot_axis(d->file, &net, LEFT, RIGHT, "Value covered less travel and reps, a year",
                        false);
        draw_line(d, &net, NET, value_colour);
        draw_best(d, &net);
    }
    (void)fputs("</svg>\n", d->file);
}

ambit_status ambit_headcount_svg_write(const char *path, const struct ambit_headcount_curve *curve)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    struct drawing drawing = {.curve = curve};
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    drawing.file = out.file;
    for (int p = 0; p < curve->count; p++) {
        drawing.has_money |= curve->point[p].has_plan && isfinite(curve->point[p].net);
        drawing.has_cost |= curve->point[p].has_plan && curve->point[p].travel_cost > 0.0;
    }
    if (curve->count > 0) draw(&drawing);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}
