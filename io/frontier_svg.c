/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two panels over one axis, the part of accounts that move. The axis is of square roots, since
 * budgets crowd near 0. Above: hours of the plan (dots, hollow where bands are broken) and the
 * lower bound. Below: the territory that is furthest outside a band, in parts of the target or of
 * the share.
 */
#include "io/frontier_svg.h"
#include "engine/base/atomic_file.h"
#include "engine/base/fixed.h"
#include "io/plot_svg.h"
#include "io/report_frontier.h"

#include <math.h>
#include <stdio.h>

enum {
    WIDTH = 860,
    HEIGHT = 640,
    LEFT = 96,
    RIGHT = 820,
    TOP = 56,
    MIDDLE = 392, /* the upper panel's foot */
    SECOND = 448,
    BOTTOM = 572,
    TICKS = 5,
    NEAR = 34 /* pixels between labels of the axis */
};
static const char plan_colour[] = "#0b62a4", bound_colour[] = "#8a5a00",
                  outside_colour[] = "#b4235a";

struct drawing {
    FILE *file;
    const struct ambit_frontier *frontier;
    double most; /* part of accounts at the right end */
};

static double part_of(const struct drawing *d, int p)
{
    const struct ambit_result *const r = &d->frontier->point[p].result;
    return (double)r->moved_count / fmax((double)r->account_count, 1.0);
}

static double x_of(const struct drawing *d, int p)
{
    return LEFT + (RIGHT - LEFT) * sqrt(part_of(d, p) / d->most);
}

static double worst_outside(const struct ambit_result *r)
{
    double worst = 0.0;
    for (int b = 0; b < r->band_count; b++) {
        const struct ambit_result_band *const band = &r->band[b];
        for (int32_t j = 0; j < r->territory_count && band->broken_count > 0; j++) {
            const double out =
                fmax(fmax(band->lower[j] - band->value[j], band->value[j] - band->upper[j]), 0.0);
            const double whole = isfinite(band->target[j]) ? fabs(band->target[j]) : 1.0;
            worst = fmax(worst, out / fmax(whole, 1e-9));
        }
    }
    return worst;
}

static void draw_budgets(const struct drawing *d)
{
    double last = -1e9;
    char text[AMBIT_TEXT_MAX];
    for (int p = 0; p < d->frontier->count; p++) {
        const double x = x_of(d, p);
        (void)fprintf(d->file, "<path class=\"grid\" d=\"M%.1f %dV%dM%.1f %dV%d\"/>\n", x, TOP,
                      MIDDLE, x, SECOND, BOTTOM);
        if (x - last < NEAR) continue;
        last = x;
        ambit_text_percent(part_of(d, p), part_of(d, p) < 0.1 ? 1 : 0, text);
        (void)fprintf(d->file, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x,
                      BOTTOM + 20, text);
    }
    (void)fprintf(d->file,
                  "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">accounts that move (scale of "
                  "square roots)</text>\n",
                  (LEFT + RIGHT) / 2, BOTTOM + 44);
}

enum curve { OBJECTIVE, BOUND, OUTSIDE };

static double value_of(const struct drawing *d, int p, enum curve curve)
{
    const struct ambit_result *const r = &d->frontier->point[p].result;
    if (curve == OUTSIDE) return worst_outside(r);
    return ambit_from_micro(curve == BOUND ? r->bound : r->objective);
}

static bool is_drawn(const struct drawing *d, int p, enum curve curve)
{
    return curve != BOUND || d->frontier->point[p].result.feasible;
}

static void draw_curve(const struct drawing *d, const struct ambit_plot_panel *panel,
                       enum curve curve, const char *colour)
{
    char command = 'M';
    (void)fprintf(d->file, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s d=\"", colour,
                  curve == BOUND ? " stroke-dasharray=\"6 4\"" : "");
    for (int p = 0; p < d->frontier->count; p++) {
        if (!is_drawn(d, p, curve)) continue;
        (void)fprintf(d->file, "%c%.1f %.1f", command, x_of(d, p),
                      ambit_plot_y(panel, value_of(d, p, curve)));
        command = 'L';
    }
    (void)fputs("\"/>\n", d->file);
    for (int p = 0; p < d->frontier->count && curve != BOUND; p++) {
        const bool feasible = d->frontier->point[p].result.feasible;
        ambit_plot_dot(d->file, x_of(d, p), ambit_plot_y(panel, value_of(d, p, curve)), colour,
                       !feasible);
    }
}

static void draw_knee(const struct drawing *d, const struct ambit_plot_panel *panel)
{
    const int knee = d->frontier->knee;
    char text[AMBIT_TEXT_MAX];
    if (knee < 0) return;
    const double x = x_of(d, knee), y = ambit_plot_y(panel, value_of(d, knee, OBJECTIVE));
    ambit_text_budget(&d->frontier->point[knee], text);
    ambit_plot_ring(d->file, x, y, plan_colour);
    (void)fprintf(d->file, "<text class=\"title\" x=\"%.1f\" y=\"%.1f\">knee: %s</text>\n",
                  x + 16.0, y - 10.0, text);
}

static void draw_legend(const struct drawing *d)
{
    (void)fprintf(d->file,
                  "<g transform=\"translate(%d 30)\">"
                  "<circle cx=\"0\" cy=\"-4\" r=\"5\" fill=\"%s\"/><text x=\"10\">every band met"
                  "</text><circle cx=\"128\" cy=\"-4\" r=\"5\" fill=\"#fff\" stroke=\"%s\" "
                  "stroke-width=\"2\"/><text x=\"138\">bands broken</text>"
                  "<path d=\"M240 -4h28\" stroke=\"%s\" stroke-width=\"2\" "
                  "stroke-dasharray=\"6 4\"/><text x=\"274\">lower bound</text></g>\n",
                  RIGHT - 354, plan_colour, plan_colour, bound_colour);
}

static void draw(struct drawing *d)
{
    struct ambit_plot_panel upper = {TOP, MIDDLE, INFINITY, -INFINITY, 1.0};
    struct ambit_plot_panel lower = {SECOND, BOTTOM, 0.0, 0.01, 1.0};
    for (int p = 0; p < d->frontier->count; p++) {
        for (enum curve curve = OBJECTIVE; curve <= BOUND; curve++) {
            if (!is_drawn(d, p, curve)) continue;
            upper.low = fmin(upper.low, value_of(d, p, curve));
            upper.high = fmax(upper.high, value_of(d, p, curve));
        }
        lower.high = fmax(lower.high, value_of(d, p, OUTSIDE));
        d->most = fmax(d->most, part_of(d, p));
    }
    ambit_plot_widen(&upper, TICKS);
    ambit_plot_widen(&lower, TICKS);
    ambit_plot_begin(d->file, WIDTH, HEIGHT);
    ambit_plot_axis(d->file, &upper, LEFT, RIGHT, "Travel and price of moves, hours a year", false);
    ambit_plot_axis(d->file, &lower, LEFT, RIGHT, "Furthest outside a band, of the target or share",
                    true);
    draw_budgets(d);
    draw_legend(d);
    draw_curve(d, &upper, BOUND, bound_colour);
    draw_curve(d, &upper, OBJECTIVE, plan_colour);
    draw_curve(d, &lower, OUTSIDE, outside_colour);
    draw_knee(d, &upper);
    (void)fputs("</svg>\n", d->file);
}

ambit_status ambit_frontier_svg_write(const char *path, const struct ambit_frontier *frontier)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    struct drawing drawing = {.file = out.file, .frontier = frontier, .most = 1e-6};
    draw(&drawing);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}
