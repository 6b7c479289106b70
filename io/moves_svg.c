/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two panels over one axis of moves. A line changes at the end of each step, and what would move it
 * by less than a part of a pixel is left out, so that a million moves make a small file.
 */
#include "io/moves_svg.h"
#include "engine/base/atomic_file.h"
#include "engine/base/fixed.h"
#include "io/plot_svg.h"
#include "io/report_text.h"

#include <math.h>
#include <string.h>

enum {
    PAGE_WIDTH = 900,
    PAGE_HEIGHT = 640,
    LEFT = 92,
    RIGHT = 872,
    TICK_MOST = 6 /* about so many ticks an axis */
};
#define LEAST_PIXELS 0.2

struct panel {
    int top, bottom; /* pixels */
    const char *title, *unit, *colour;
    bool is_travel;
    double low, high; /* of its values */
};

/* The value after a row: percent of a target, or hours saved. */
static double value_after(const struct panel *p, const struct ambit_moves_row *row, int64_t saved)
{
    return p->is_travel ? ambit_from_micro(saved) : 1e-7 * (double)row->deviation_after;
}

static double value_before(const struct panel *p, const struct ambit_moves *moves)
{
    return p->is_travel ? 0.0 : 1e-7 * (double)moves->deviation_before;
}

static bool ends_step(const struct ambit_moves *moves, int64_t n)
{
    return n + 1 == moves->row_count || moves->row[n + 1].step != moves->row[n].step;
}

static void find_range(const struct ambit_moves *moves, struct panel *p)
{
    int64_t saved = 0;
    p->low = fmin(value_before(p, moves), 0.0);
    p->high = fmax(value_before(p, moves), 0.0);
    for (int64_t n = 0; n < moves->row_count; n++) {
        saved += moves->row[n].saving;
        if (!ends_step(moves, n)) continue;
        p->low = fmin(p->low, value_after(p, &moves->row[n], saved));
        p->high = fmax(p->high, value_after(p, &moves->row[n], saved));
    }
    if (!(p->high > p->low)) p->high = p->low + 1.0;
    p->high += 0.04 * (p->high - p->low);
}

static double x_pixel(const struct ambit_moves *moves, double made)
{
    return LEFT + (RIGHT - LEFT) * made / fmax((double)moves->row_count, 1.0);
}

static double y_pixel(const struct panel *p, double value)
{
    return p->bottom - (p->bottom - p->top) * (value - p->low) / (p->high - p->low);
}

static void tick_text(double value, double step, char out[AMBIT_TEXT_MAX])
{
    ambit_text_number(value, step < 1.0 ? (int)ceil(-log10(step) - 1e-9) : 0, out);
}

static void draw_axes(FILE *file, const struct ambit_moves *moves, const struct panel *p)
{
    char text[AMBIT_TEXT_MAX];
    const double step = ambit_plot_step(p->high - p->low, TICK_MOST);
    const double made = fmax(ambit_plot_step(fmax((double)moves->row_count, 1.0), TICK_MOST), 1.0);
    (void)fprintf(file, "<text x=\"%d\" y=\"%d\" class=\"title\">%s</text>\n", LEFT, p->top - 12,
                  p->title);
    for (double k = ceil(p->low / step); k * step <= p->high; k++) {
        const double y = y_pixel(p, k * step);
        tick_text(k * step, step, text);
        (void)fprintf(file,
                      "<path class=\"%s\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" "
                      "text-anchor=\"end\">%s%s</text>\n",
                      k == 0.0 ? "zero" : "grid", LEFT, y, RIGHT, LEFT - 8, y + 4.5, text, p->unit);
    }
    for (double k = 0.0; k * made <= (double)moves->row_count; k++) {
        const double x = x_pixel(moves, k * made);
        tick_text(k * made, made, text);
        (void)fprintf(file,
                      "<path class=\"grid\" d=\"M%.1f %dV%d\"/><text x=\"%.1f\" y=\"%d\" "
                      "text-anchor=\"middle\">%s</text>\n",
                      x, p->top, p->bottom, x, p->bottom + 18, text);
    }
}

static void draw_line(FILE *file, const struct ambit_moves *moves, const struct panel *p)
{
    double x = LEFT, y = y_pixel(p, value_before(p, moves));
    int64_t saved = 0;
    (void)fprintf(file, "<path class=\"line\" stroke=\"%s\" d=\"M%.1f %.1f", p->colour, x, y);
    for (int64_t n = 0; n < moves->row_count; n++) {
        saved += moves->row[n].saving;
        if (!ends_step(moves, n)) continue;
        const double next_x = x_pixel(moves, (double)n + 1.0);
        const double next_y = y_pixel(p, value_after(p, &moves->row[n], saved));
        const bool last = n + 1 == moves->row_count;
        if (!last && next_x - x < LEAST_PIXELS && fabs(next_y - y) < LEAST_PIXELS) continue;
        (void)fprintf(file, "H%.1fV%.1f", next_x, next_y);
        x = next_x;
        y = next_y;
    }
    (void)fputs("\"/>\n", file);
}

/* Where every band is met from, through both panels. */
static void draw_settled(FILE *file, const struct ambit_moves *moves, const struct panel *first,
                         const struct panel *last)
{
    char text[AMBIT_TEXT_MAX];
    if (moves->settled_count <= 0) return;
    const double x = x_pixel(moves, (double)moves->settled_count);
    const bool at_end = x > 0.6 * RIGHT;
    ambit_text_count(moves->settled_count, text);
    (void)fprintf(file,
                  "<path class=\"met\" d=\"M%.1f %dV%d\"/><text x=\"%.1f\" y=\"%d\" "
                  "text-anchor=\"%s\" class=\"note\">every band is met after %s</text>\n",
                  x, first->top, last->bottom, x + (at_end ? -7 : 7), first->top + 16,
                  at_end ? "end" : "start", text);
}

static void draw_page(FILE *file, const struct ambit_moves *moves, const struct panel panel[2])
{
    (void)fprintf(file,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                  "viewBox=\"0 0 %d %d\" font-family=\"system-ui, 'DejaVu Sans', sans-serif\" "
                  "font-size=\"13\" fill=\"#333\">\n"
                  "<style>.title{font-size:16px;font-weight:600;fill:#111}.grid{stroke:#e5e5e5}"
                  ".zero{stroke:#888}.line{fill:none;stroke-width:2;stroke-linejoin:round}"
                  ".met{stroke:#0f7b5f;stroke-dasharray:5 4}.note{fill:#0f7b5f}</style>\n"
                  "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
                  PAGE_WIDTH, PAGE_HEIGHT, PAGE_WIDTH, PAGE_HEIGHT);
    for (int k = 0; k < 2; k++) {
        draw_axes(file, moves, &panel[k]);
        draw_line(file, moves, &panel[k]);
    }
    draw_settled(file, moves, &panel[0], &panel[1]);
    (void)fprintf(file, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">accounts moved</text>\n",
                  (LEFT + RIGHT) / 2, panel[1].bottom + 40);
    (void)fputs("</svg>\n", file);
}

ambit_status ambit_moves_draw(const char *path, const struct ambit_moves *moves)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    struct panel panel[2] = {{.top = 44,
                              .bottom = 280,
                              .title = "Outside the bands, sum over territories in parts of a "
                                       "target",
                              .unit = " %",
                              .colour = "#c2410c"},
                             {.top = 352,
                              .bottom = 588,
                              .title = "Travel saved, hours a year",
                              .unit = "",
                              .colour = "#0b62a4",
                              .is_travel = true}};
    for (int k = 0; k < 2; k++)
        find_range(moves, &panel[k]);
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    draw_page(out.file, moves, panel);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}
