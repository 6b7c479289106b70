/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two panels of step lines with their names at the right end, pushed apart where they would touch.
 *
 * Gaps lie on a scale that is linear near 0 and logarithmic beyond 0.01 %, because most families
 * end at 0, which no logarithm shows, and may end below it. A family's line is the mean gap of its
 * runs and begins when the last of them has its first solution, so that it means the same all
 * along; dots carry it on from where its last run ended.
 */
#include "bench/gap_plot.h"
#include "engine/base/atomic_file.h"
#include "engine/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum {
    PAGE_WIDTH = 1080,
    PAGE_HEIGHT = 920,
    LEFT = 84,
    RIGHT = 850, /* the names stand between here and the page's edge */
    NAME_LEFT = RIGHT + 30,
    NAME_HEIGHT = 18,
    SPREAD_COUNT = 3,
    GAP_DECADES = 5, /* from gap_unit to gap_most */
    SECOND_DECADES = 8,
    SERIES_MAX = AMBIT_BENCH_FAMILY_COUNT
};
static const double gap_unit = 0.01;      /* per cent: where the scale of gaps turns */
static const double gap_most = 1000.0;    /* per cent: what is above is drawn here */
static const double seconds_least = 0.01; /* what is earlier is drawn here */

/* Dark enough on white for thin lines and for text; from the eleventh line on dashed as well. */
static const char *const colour[] = {"#0b62a4", "#c2410c", "#0f7b5f", "#8e3b8c", "#8a5a00",
                                     "#475569", "#b4235a", "#3f6212", "#0e8a9c", "#6b4cc8"};
enum { COLOURS = sizeof colour / sizeof *colour };

struct dot {
    double x, y; /* in the panel's own units, before scaling */
};

struct series {
    const char *name; /* borrowed */
    struct dot *dot;  /* owned; steps, by x */
    int32_t count, capacity;
    double x_end; /* where the line ends and the dots begin */
    const char *colour;
    bool dashed;
};

struct panel {
    int top, bottom; /* pixels */
    const char *title, *x_title;
    double x_low, x_high, y_low, y_high; /* scaled */
    double (*x_scale)(double), (*y_scale)(double);
    struct series series[SERIES_MAX];
    int series_count;
};

static void panel_clear(struct panel *p)
{
    for (int s = 0; s < p->series_count; s++)
        ambit_free(&p->series[s].dot);
    p->series_count = 0;
}

static double scale_gap(double gap)
{
    return copysign(log10(1.0 + fmin(fabs(gap), gap_most) / gap_unit), gap);
}

static double scale_seconds(double seconds)
{
    return log10(fmax(seconds, seconds_least));
}

static double scale_plain(double value)
{
    return value;
}

static double x_pixel(const struct panel *p, double x)
{
    return LEFT + (RIGHT - LEFT) * (p->x_scale(x) - p->x_low) / (p->x_high - p->x_low);
}

static double y_pixel(const struct panel *p, double y)
{
    return p->bottom - (p->bottom - p->top) * (p->y_scale(y) - p->y_low) / (p->y_high - p->y_low);
}

static ambit_status append(struct series *s, double x, double y)
{
    ambit_status status = AMBIT_OK;
    if (s->count == s->capacity) {
        const int32_t wanted = s->capacity > 0 ? 2 * s->capacity : 64;
        AMBIT_TRY(ambit_resize(&s->dot, (size_t)wanted, sizeof *s->dot));
        s->capacity = wanted;
    }
    s->dot[s->count++] = (struct dot){x, y};
done:
    return status;
}

static struct series *add_series(struct panel *p, const char *name)
{
    AMBIT_REQUIRE(p->series_count < SERIES_MAX);
    struct series *const s = &p->series[p->series_count];
    *s = (struct series){.name = name,
                         .colour = colour[p->series_count % COLOURS],
                         .dashed = p->series_count >= COLOURS};
    p->series_count++;
    return s;
}

/* --- gap over time -------------------------------------------------------- */

struct event {
    double seconds, gap;
    int32_t run;
};

static bool counts(const struct ambit_bench_run *run)
{
    return run->verdict == AMBIT_BENCH_GOOD && run->step_count > 0 &&
           isfinite(ambit_bench_gap(run->instance, run->value));
}

static int by_time(const void *left, const void *right)
{
    const struct event *const a = left, *const b = right;
    if (a->seconds != b->seconds) return a->seconds < b->seconds ? -1 : 1;
    if (a->run != b->run) return a->run < b->run ? -1 : 1;
    return (a->gap < b->gap) - (a->gap > b->gap); /* a run's gaps fall */
}

/* Adds up the events of a family into its mean; gap[r] is the gap of run r so far. */
static ambit_status add_steps(struct series *s, const struct event *event, int32_t event_count,
                              int32_t runs, double *gap)
{
    ambit_status status = AMBIT_OK;
    int32_t started = 0;
    for (int32_t e = 0; e < event_count; e++) {
        started += isnan(gap[event[e].run]);
        gap[event[e].run] = event[e].gap;
        if (started < runs) continue;
        double sum = 0.0;
        for (int32_t r = 0, seen = 0; seen < runs; r++) {
            if (isnan(gap[r])) continue;
            sum += gap[r];
            seen++;
        }
        AMBIT_TRY(append(s, event[e].seconds, sum / runs));
    }
done:
    return status;
}

static ambit_status add_family(struct panel *p, const struct ambit_bench_runs *runs, int32_t family)
{
    ambit_status status = AMBIT_OK;
    struct event *event = NULL;
    double *gap = NULL, end = 0.0;
    int32_t events = 0, used = 0;
    AMBIT_TRY(ambit_alloc(&gap, (size_t)runs->count, sizeof *gap));
    for (int32_t r = 0; r < runs->count; r++) {
        const struct ambit_bench_run *const run = &runs->item[r];
        gap[r] = (double)NAN;
        if (run->instance->family != family || !counts(run)) continue;
        AMBIT_TRY(ambit_resize(&event, (size_t)(events + run->step_count) + 1, sizeof *event));
        for (int32_t k = 0; k < run->step_count; k++) {
            const double own = ambit_bench_gap(run->instance, run->step[k].value);
            if (isfinite(own)) event[events++] = (struct event){run->step[k].seconds, own, r};
        }
        /* The end, too, so that every run has one. */
        event[events++] =
            (struct event){run->seconds, ambit_bench_gap(run->instance, run->value), r};
        end = fmax(end, run->seconds);
        used++;
    }
    if (used == 0) goto done;
    qsort(event, (size_t)events, sizeof *event, by_time);
    struct series *const s = add_series(p, ambit_bench_family[family].name);
    AMBIT_TRY(add_steps(s, event, events, used, gap));
    AMBIT_REQUIRE(s->count > 0);
    s->x_end = end;
done:
    ambit_free(&event);
    ambit_free(&gap);
    return status;
}

static ambit_status fill_time(struct panel *p, const struct ambit_bench_runs *runs)
{
    ambit_status status = AMBIT_OK;
    double first = INFINITY, last = seconds_least;
    p->y_low = 0.0;
    p->y_high = scale_gap(gap_unit * 10.0);
    for (int32_t f = 0; f < AMBIT_BENCH_FAMILY_COUNT; f++)
        AMBIT_TRY(add_family(p, runs, f));
    for (int s = 0; s < p->series_count; s++) {
        const struct series *const line = &p->series[s];
        first = fmin(first, line->dot[0].x);
        last = fmax(last, line->x_end);
        for (int32_t k = 0; k < line->count; k++) {
            p->y_low = fmin(p->y_low, scale_gap(line->dot[k].y));
            p->y_high = fmax(p->y_high, scale_gap(line->dot[k].y));
        }
    }
    p->x_low = p->series_count > 0 ? floor(scale_seconds(first)) : 0.0;
    p->x_high = fmax(scale_seconds(last) + 0.02, p->x_low + 1.0);
    p->y_high += 0.1;
    if (p->y_low < 0.0) p->y_low -= 0.1;
done:
    return status;
}

/* --- instances within a gap ----------------------------------------------- */

static int by_size(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Of each instance the best, the mean and the worst gap of its seeds; gap[k] is the k-th list. */
static int32_t collect(const struct ambit_bench_runs *runs, double *const gap[SPREAD_COUNT],
                       bool *several_out)
{
    int32_t count = 0;
    *several_out = false;
    for (int32_t r = 0, next; r < runs->count; r = next) {
        double least = INFINITY, sum = 0.0, most = -INFINITY;
        int32_t seen = 0;
        for (next = r; next < runs->count; next++) {
            const struct ambit_bench_run *const run = &runs->item[next];
            if (run->instance != runs->item[r].instance) break;
            const double own = ambit_bench_gap(run->instance, run->value);
            if (run->verdict != AMBIT_BENCH_GOOD || !isfinite(own)) continue;
            least = fmin(least, own);
            most = fmax(most, own);
            sum += own;
            seen++;
        }
        if (seen == 0) continue;
        *several_out |= seen > 1;
        gap[0][count] = least;
        gap[1][count] = sum / seen;
        gap[2][count++] = most;
    }
    return count;
}

static ambit_status fill_cactus(struct panel *p, const struct ambit_bench_runs *runs)
{
    static const char *const name[SPREAD_COUNT] = {"best seed", "mean of seeds", "worst seed"};
    ambit_status status = AMBIT_OK;
    double *gap[SPREAD_COUNT] = {NULL};
    bool several;
    for (int k = 0; k < SPREAD_COUNT; k++)
        AMBIT_TRY(ambit_alloc(&gap[k], (size_t)runs->count, sizeof *gap[k]));
    const int32_t count = collect(runs, gap, &several);
    p->x_low = 0.0;
    p->x_high = scale_gap(gap_unit * 10.0);
    p->y_high = count > 0 ? 1.05 * count : 1.0;
    for (int k = 0; k < SPREAD_COUNT && count > 0; k++) {
        if (!several && k > 0) break;
        qsort(gap[k], (size_t)count, sizeof *gap[k], by_size);
        struct series *const s = add_series(p, several ? name[k] : "instances");
        AMBIT_TRY(append(s, fmin(gap[k][0], 0.0), 0.0));
        for (int32_t i = 0; i < count; i++)
            AMBIT_TRY(append(s, gap[k][i], i + 1.0));
        p->x_low = fmin(p->x_low, scale_gap(gap[k][0]));
        p->x_high = fmax(p->x_high, scale_gap(gap[k][count - 1]) + 0.05);
        s->x_end = gap_most;
    }
    if (p->x_low < 0.0) p->x_low -= 0.05;
done:
    for (int k = 0; k < SPREAD_COUNT; k++)
        ambit_free(&gap[k]);
    return status;
}

/* --- drawing -------------------------------------------------------------- */

static void draw_tick_x(FILE *f, const struct panel *p, double at, const char *text)
{
    const double x = x_pixel(p, at);
    if (x < LEFT - 0.5 || x > RIGHT + 0.5) return;
    fprintf(f, "<path class=\"grid\" d=\"M%.1f %dV%d\"/>", x, p->top, p->bottom);
    fprintf(f, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", x, p->bottom + 20,
            text);
}

static void draw_tick_y(FILE *f, const struct panel *p, double at, const char *text)
{
    const double y = y_pixel(p, at);
    if (y < p->top - 0.5 || y > p->bottom + 0.5) return;
    fprintf(f, "<path class=\"%s\" d=\"M%d %.1fH%d\"/>", at == 0.0 ? "zero" : "grid", LEFT, y,
            RIGHT);
    fprintf(f, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>\n", LEFT - 10, y + 4.5,
            text);
}

typedef void draw_tick(FILE *f, const struct panel *p, double at, const char *text);

static void draw_gap_ticks(FILE *f, const struct panel *p, draw_tick *draw)
{
    char text[32];
    draw(f, p, 0.0, "0 %");
    for (int k = 0; k <= GAP_DECADES; k++) {
        const double gap = gap_unit * pow(10.0, k);
        (void)snprintf(text, sizeof text, "%.5g %%", gap);
        draw(f, p, gap, text);
        (void)snprintf(text, sizeof text, "−%.5g %%", gap);
        draw(f, p, -gap, text);
    }
}

static void draw_second_ticks(FILE *f, const struct panel *p)
{
    char text[32];
    for (int k = 0; k <= SECOND_DECADES; k++) {
        const double seconds = seconds_least * pow(10.0, k);
        (void)snprintf(text, sizeof text, "%.7g s", seconds);
        draw_tick_x(f, p, seconds, text);
    }
}

/* About five whole numbers. */
static void draw_count_ticks(FILE *f, const struct panel *p)
{
    static const int steps[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20000, 100000};
    char text[32];
    size_t k = 0;
    while (k + 1 < sizeof steps / sizeof *steps && p->y_high / steps[k] > 6.0)
        k++;
    for (int count = 0; count <= p->y_high; count += steps[k]) {
        (void)snprintf(text, sizeof text, "%d", count);
        draw_tick_y(f, p, count, text);
    }
}

static void draw_series(FILE *f, const struct panel *p, const struct series *s)
{
    const double end = fmin(x_pixel(p, s->x_end), RIGHT);
    double x = x_pixel(p, s->dot[0].x), y = y_pixel(p, s->dot[0].y);
    fprintf(f, "<path class=\"line\" stroke=\"%s\"%s d=\"M%.1f %.1f", s->colour,
            s->dashed ? " stroke-dasharray=\"7 3\"" : "", x, y);
    for (int32_t k = 1; k < s->count; k++) {
        const double next_x = x_pixel(p, s->dot[k].x), next_y = y_pixel(p, s->dot[k].y);
        const bool last = k + 1 == s->count;
        /* What does not move the line by a pixel's part is left out. */
        if (!last && next_x - x < 0.3 && fabs(next_y - y) < 0.3) continue;
        fprintf(f, "H%.1fV%.1f", next_x, next_y);
        x = next_x;
        y = next_y;
    }
    fprintf(f, "H%.1f\"/>\n", end);
    if (end < RIGHT - 1.0)
        fprintf(f, "<path class=\"after\" stroke=\"%s\" d=\"M%.1f %.1fH%d\"/>\n", s->colour, end, y,
                RIGHT);
}

/* Names at the heights where the lines end, moved as little as keeps them apart. */
static void draw_names(FILE *f, const struct panel *p, bool with_gap)
{
    int order[SERIES_MAX];
    double at[SERIES_MAX], own[SERIES_MAX];
    const int count = p->series_count;
    for (int s = 0; s < count; s++) {
        const double y = y_pixel(p, p->series[s].dot[p->series[s].count - 1].y);
        int k = s;
        for (; k > 0 && own[k - 1] > y; k--) {
            own[k] = own[k - 1];
            order[k] = order[k - 1];
        }
        own[k] = y;
        order[k] = s;
    }
    for (int k = 0; k < count; k++)
        at[k] = k > 0 ? fmax(own[k], at[k - 1] + NAME_HEIGHT) : own[k];
    for (int k = count - 1; k >= 0; k--)
        at[k] = fmin(at[k], k + 1 < count ? at[k + 1] - NAME_HEIGHT : p->bottom);
    for (int k = 0; k < count; k++) {
        const struct series *const s = &p->series[order[k]];
        fprintf(f, "<path class=\"lead\" stroke=\"%s\" d=\"M%d %.1fL%d %.1f\"/>", s->colour,
                RIGHT + 2, own[k], NAME_LEFT - 4, at[k]);
        fprintf(f, "<text x=\"%d\" y=\"%.1f\" fill=\"%s\" class=\"name\">%s", NAME_LEFT,
                at[k] + 4.5, s->colour, s->name);
        if (with_gap) {
            const double last = s->dot[s->count - 1].y;
            fprintf(f, " %.3f %%", fabs(last) < 0.0005 ? 0.0 : last); /* never "-0.000" */
        }
        fputs("</text>\n", f);
    }
}

static void draw_panel(FILE *f, const struct panel *p, bool is_time)
{
    fprintf(f, "<text x=\"%d\" y=\"%d\" class=\"title\">%s</text>\n", LEFT, p->top - 18, p->title);
    if (p->series_count == 0) {
        fprintf(f,
                "<text x=\"%d\" y=\"%d\">No run has both a solution and a best-known value."
                "</text>\n",
                LEFT, p->top + 20);
        return;
    }
    if (is_time) {
        draw_second_ticks(f, p);
        draw_gap_ticks(f, p, draw_tick_y);
    } else {
        draw_gap_ticks(f, p, draw_tick_x);
        draw_count_ticks(f, p);
    }
    fprintf(f, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n", (LEFT + RIGHT) / 2,
            p->bottom + 42, p->x_title);
    for (int s = 0; s < p->series_count; s++)
        draw_series(f, p, &p->series[s]);
    draw_names(f, p, is_time);
}

static void draw_page(FILE *f, const struct panel *time, const struct panel *cactus)
{
    fprintf(f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
            "viewBox=\"0 0 %d %d\" font-family=\"system-ui, 'DejaVu Sans', sans-serif\" "
            "font-size=\"13\" fill=\"#333\">\n"
            "<style>.title{font-size:17px;font-weight:600;fill:#111}.grid{stroke:#e5e5e5}"
            ".zero{stroke:#888}.line{fill:none;stroke-width:2;stroke-linejoin:round}"
            ".after{stroke-width:1.5;stroke-dasharray:1.5 4}.lead{stroke-width:1;opacity:.6}"
            ".name{font-weight:600}</style>\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
            PAGE_WIDTH, PAGE_HEIGHT, PAGE_WIDTH, PAGE_HEIGHT);
    draw_panel(f, time, true);
    draw_panel(f, cactus, false);
    fputs("</svg>\n", f);
}

ambit_status ambit_bench_write_plot(const char *path, const struct ambit_bench_runs *runs)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    struct panel time = {.top = 56,
                         .bottom = 500,
                         .title = "Mean gap to the best-known values, by family",
                         .x_title = "time since the start of a run",
                         .x_scale = scale_seconds,
                         .y_scale = scale_gap};
    struct panel cactus = {.top = 620,
                           .bottom = 860,
                           .title = "Instances within a gap of the best-known value",
                           .x_title = "gap",
                           .x_scale = scale_gap,
                           .y_scale = scale_plain};
    AMBIT_TRY(fill_time(&time, runs));
    AMBIT_TRY(fill_cactus(&cactus, runs));
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    draw_page(out.file, &time, &cactus);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    panel_clear(&time);
    panel_clear(&cactus);
    return status;
}
