/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The map is drawn in layers: fills with white borders, hatching where a band is not met, accounts
 * as one path of dots a colour, names, homes and centres. Lengths inside the map are whole tenths
 * of a pixel and relative to the point before, which keeps 33,000 accounts below half a megabyte
 * and makes the bytes independent of how a machine prints fractions.
 *
 * Cost: linear in accounts and outline points, and the square of the names that fit. Weakness:
 * widths of text are guessed, since fonts are the viewer's.
 */
#include "io/map_svg.h"
#include "engine/base/atomic_file.h"
#include "engine/base/memory.h"
#include "io/map_colours.h"
#include "io/map_figures.h"
#include "io/map_projection.h"
#include "io/report_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_WIDTH 1600
#define PAGE_MARGIN 48
#define MAP_HEIGHT_MAX 1180
#define MAP_HEIGHT_MIN 240
#define FOOT_HEIGHT 84
#define CARD_HEIGHT 92
#define UNITS 10 /* per pixel, inside the map */
#define DOTS_MAX 40000
#define NAME_SIZE 12.0 /* pixels */
#define NAMES_MAX 400  /* names are drawn up to this many territories */

struct point {
    int32_t x, y; /* tenths of a pixel from the map's corner, y down */
};

struct page {
    FILE *file;                        /* borrowed */
    const struct ambit_result *result; /* borrowed */
    const struct ambit_outlines *o;    /* borrowed */
    struct ambit_map_projection *map;  /* owned, as all below */
    struct ambit_card card[AMBIT_CARD_MAX];
    int card_count;
    uint8_t *colour;      /* per territory */
    uint8_t *outside;     /* per territory: 1 where a band is not met */
    struct point *corner; /* per outline point */
    struct point *dot;    /* per account */
    int32_t outside_count;
    double left, top, units_per_metre;                    /* of the map's corner, metres */
    int map_width, map_height, map_left, map_top, height; /* pixels */
};

static void page_clear(struct page *page)
{
    ambit_map_projection_destroy(&page->map);
    ambit_free(&page->colour);
    ambit_free(&page->outside);
    ambit_free(&page->corner);
    ambit_free(&page->dot);
}

/* Text with what XML keeps for itself escaped; control characters, which XML 1.0 forbids, as '?'.
 */
static void write_text(FILE *file, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '&')
            fputs("&amp;", file);
        else if (*c == '<')
            fputs("&lt;", file);
        else if (*c == '>')
            fputs("&gt;", file);
        else if (*c == '"')
            fputs("&quot;", file);
        else
            fputc((unsigned char)*c < 0x20 ? '?' : *c, file);
    }
}

/* A home may be a continent away from a town's map; what is far off the page stays an int32_t. */
static int32_t page_units(double metres, double units_per_metre)
{
    return (int32_t)lrint(fmin(fmax(metres * units_per_metre, -5e8), 5e8));
}

static struct point place(const struct page *page, double x, double y)
{
    return (struct point){page_units(x - page->left, page->units_per_metre),
                          page_units(page->top - y, page->units_per_metre)};
}

static ambit_status place_degrees(const struct page *page, double lat, double lon,
                                  struct point *out)
{
    ambit_status status = AMBIT_OK;
    double x, y;
    AMBIT_TRY(ambit_map_forward(page->map, lat, lon, &x, &y));
    *out = place(page, x, y);
done:
    return status;
}

/* Fits the outlines into the width of the page, or into its largest height. */
static ambit_status fit(struct page *page)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_outlines *const o = page->o;
    const int32_t points = o->point_first[o->ring_first[o->polygon_first[o->territory_count]]];
    double *xy = NULL, low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    AMBIT_TRY(ambit_alloc(&xy, 2 * (size_t)points, sizeof *xy));
    AMBIT_TRY(ambit_alloc(&page->corner, (size_t)points, sizeof *page->corner));
    for (int32_t k = 0; k < points; k++) {
        AMBIT_TRY(ambit_map_forward(page->map, o->lat[k] / (double)AMBIT_OUTLINE_UNITS,
                                    o->lon[k] / (double)AMBIT_OUTLINE_UNITS, &xy[2 * k],
                                    &xy[2 * k + 1]));
        for (int c = 0; c < 2; c++) {
            low[c] = fmin(low[c], xy[2 * k + c]);
            high[c] = fmax(high[c], xy[2 * k + c]);
        }
    }
    const double width = points > 0 ? high[0] - low[0] : 1.0;
    const double height = points > 0 ? high[1] - low[1] : 1.0;
    const int wide = PAGE_WIDTH - 2 * PAGE_MARGIN;
    const double per_metre = fmin(wide / width, MAP_HEIGHT_MAX / height);
    page->units_per_metre = UNITS * per_metre;
    page->map_width = (int)ceil(width * per_metre);
    page->map_height = (int)fmax(ceil(height * per_metre), MAP_HEIGHT_MIN);
    page->map_left = (PAGE_WIDTH - page->map_width) / 2;
    page->left = points > 0 ? low[0] : 0.0;
    page->top = points > 0 ? high[1] : 0.0;
    for (int32_t k = 0; k < points; k++)
        page->corner[k] = place(page, xy[2 * k], xy[2 * k + 1]);
done:
    ambit_free(&xy);
    return status;
}

/* The territories' colours and whether they meet all bands, and the places of the accounts. */
static ambit_status prepare(struct page *page)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const r = page->result;
    const size_t territories = (size_t)r->territory_count;
    AMBIT_TRY(ambit_map_projection_create(r->lat, r->lon, r->account_count, &page->map));
    AMBIT_TRY(fit(page));
    AMBIT_TRY(ambit_alloc(&page->colour, territories, 1));
    AMBIT_TRY(ambit_map_colour(page->o, page->colour));
    AMBIT_TRY(ambit_alloc(&page->outside, territories, 1));
    for (int32_t j = 0; j < r->territory_count; j++) {
        page->outside[j] = !ambit_map_territory_met(r, j);
        page->outside_count += page->outside[j];
    }
    AMBIT_TRY(ambit_alloc(&page->dot, (size_t)r->account_count, sizeof *page->dot));
    for (int64_t i = 0; i < r->account_count; i++)
        AMBIT_TRY(place_degrees(page, r->lat[i], r->lon[i], &page->dot[i]));
    page->card_count = ambit_map_figures(r, page->card);
done:
    return status;
}

/* Where a card's text ends, guessed from its longest line. */
static int card_width(const struct ambit_card *card)
{
    const double value = 16.5 * ambit_text_characters(card->value);
    const double name = 8.8 * ambit_text_characters(card->name);
    const double detail = 7.8 * ambit_text_characters(card->detail);
    return (int)fmax(value, fmax(name, detail)) + 36;
}

/* Writes the cards in rows from `top`; with file NULL only measures. Returns where they end. */
static int write_cards(FILE *file, const struct page *page, int top)
{
    int x = PAGE_MARGIN, y = top;
    for (int c = 0; c < page->card_count; c++) {
        const struct ambit_card *const card = &page->card[c];
        const int width = card_width(card);
        if (x > PAGE_MARGIN && x + width > PAGE_WIDTH - PAGE_MARGIN + 36) {
            x = PAGE_MARGIN;
            y += CARD_HEIGHT;
        }
        if (file != NULL) {
            fprintf(file, "<g transform=\"translate(%d %d)\"%s>\n<text y=\"28\" class=\"value\">",
                    x, y, card->alarm ? " class=\"alarm\"" : "");
            write_text(file, card->value);
            fputs("</text>\n<text y=\"51\" class=\"name\">", file);
            write_text(file, card->name);
            fputs("</text>\n<text y=\"71\" class=\"detail\">", file);
            write_text(file, card->detail);
            fputs("</text>\n</g>\n", file);
        }
        x += width;
    }
    return y + CARD_HEIGHT;
}

static void write_head(struct page *page)
{
    FILE *const file = page->file;
    const struct ambit_result *const r = page->result;
    const bool audit = r->kind == AMBIT_RESULT_AUDIT;
    page->map_top = write_cards(NULL, page, 112) + 24;
    page->height = page->map_top + page->map_height + FOOT_HEIGHT;
    fprintf(file,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
            "font-family=\"system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,"
            "'DejaVu Sans',sans-serif\" fill=\"#5b6470\">\n"
            "<style>.value{font-size:28px;font-weight:600;fill:#1b2330}"
            ".name{font-size:15px;fill:#3c4654}.detail{font-size:13.5px}"
            ".alarm .value,.alarm .detail{fill:#b3261e}</style>\n"
            "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n"
            "<text x=\"%d\" y=\"72\" font-size=\"38\" font-weight=\"700\" fill=\"#1b2330\">",
            PAGE_WIDTH, page->height, PAGE_WIDTH, page->height, PAGE_MARGIN);
    write_text(file, audit ? "Current alignment" : r->scenario_name);
    fputs("</text>\n", file);
    (void)write_cards(file, page, 112);
}

/* One path a territory, with its figures as a tooltip. */
static void write_territory(const struct page *page, int32_t j)
{
    FILE *const file = page->file;
    const struct ambit_outlines *const o = page->o;
    const struct ambit_result_territory *const t = &page->result->territories[j];
    if (o->polygon_first[j] == o->polygon_first[j + 1]) return;
    /* The fill stands outside the path, so that the hatching can use the path with its own. */
    fprintf(file, "<g fill=\"%s\"><path id=\"t%d\" d=\"", ambit_map_fill[page->colour[j]], (int)j);
    const int32_t rings_end = o->ring_first[o->polygon_first[j + 1]];
    for (int32_t r = o->ring_first[o->polygon_first[j]]; r < rings_end; r++) {
        struct point last = page->corner[o->point_first[r]];
        const char *letter = "l"; /* said once a ring */
        fprintf(file, "M%d %d", (int)last.x, (int)last.y);
        for (int32_t k = o->point_first[r] + 1; k + 1 < o->point_first[r + 1]; k++) {
            const struct point now = page->corner[k];
            const int dx = now.x - last.x, dy = now.y - last.y;
            if (dx == 0 && dy == 0) continue;
            fprintf(file, "%s%s%d%s%d", letter, dx < 0 || *letter != '\0' ? "" : " ", dx,
                    dy < 0 ? "" : " ", dy);
            letter = "";
            last = now;
        }
        fputc('z', file);
    }
    char number[40];
    fputs("\"><title>", file);
    write_text(file, t->name);
    if (t->rep_id[0] != '\0' && strcmp(t->rep_id, t->name) != 0) {
        fputs(", ", file);
        write_text(file, t->rep_id);
    }
    ambit_map_number((double)t->account_count, 0, number, sizeof number);
    fprintf(file, ": %s accounts</title></path></g>\n", number);
}

static void write_territories(const struct page *page)
{
    FILE *const file = page->file;
    fputs("<g fill-rule=\"evenodd\" stroke=\"#fff\" stroke-width=\"12\" "
          "stroke-linejoin=\"round\">\n",
          file);
    for (int32_t j = 0; j < page->result->territory_count; j++)
        write_territory(page, j);
    fputs("</g>\n", file);
    if (page->outside_count == 0) return;
    fputs("<g fill=\"url(#hatch)\" fill-rule=\"evenodd\" pointer-events=\"none\">\n", file);
    for (int32_t j = 0; j < page->result->territory_count; j++) {
        if (page->outside[j]) fprintf(file, "<use href=\"#t%d\"/>\n", (int)j);
    }
    fputs("</g>\n", file);
}

/* Account i is drawn where the count of dots steps up: evenly along the canonical order, and so
 * evenly over the land. */
static bool is_drawn(int64_t i, int64_t count)
{
    return count <= DOTS_MAX || (i + 1) * DOTS_MAX / count > i * DOTS_MAX / count;
}

static void write_dots(const struct page *page)
{
    FILE *const file = page->file;
    const int64_t count = page->result->account_count;
    const double area = (double)page->map_width * page->map_height;
    const double drawn = (double)(count < DOTS_MAX ? count : DOTS_MAX);
    const double width = fmin(fmax(0.24 * sqrt(area / fmax(drawn, 1.0)), 1.3), 6.0);
    fprintf(file,
            "<g fill=\"none\" stroke-linecap=\"round\" stroke-opacity=\".75\" "
            "stroke-width=\"%ld\" pointer-events=\"none\">\n",
            lrint(width * UNITS));
    for (int c = 0; c < AMBIT_MAP_COLOURS; c++) {
        struct point last = {0, 0};
        bool first = true;
        for (int64_t i = 0; i < count; i++) {
            const struct point now = page->dot[i];
            if (page->colour[page->result->territory[i]] != c || !is_drawn(i, count)) continue;
            if (!first && now.x == last.x && now.y == last.y) continue;
            if (first) fprintf(file, "<path stroke=\"%s\" d=\"", ambit_map_shade[c]);
            const int dx = now.x - last.x, dy = now.y - last.y;
            fprintf(file, "m%d%s%dh0", dx, dy < 0 ? "" : " ", dy);
            last = now;
            first = false;
        }
        if (!first) fputs("\"/>\n", file);
    }
    fputs("</g>\n", file);
}

/* A name on the map, tenths of a pixel. */
struct label {
    int32_t territory;
    struct point mark; /* of the territory's centre */
    struct point middle;
    int32_t half_width;
    double area;
};

static int compare_labels(const void *left, const void *right)
{
    const struct label *const a = left, *const b = right;
    if (a->area != b->area) return a->area > b->area ? -1 : 1;
    return (a->territory > b->territory) - (a->territory < b->territory);
}

/* The size of the box around a territory's land, as one number. */
static double land_size(const struct page *page, int32_t j)
{
    const struct ambit_outlines *const o = page->o;
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    const int32_t begin = o->point_first[o->ring_first[o->polygon_first[j]]];
    const int32_t end = o->point_first[o->ring_first[o->polygon_first[j + 1]]];
    for (int32_t k = begin; k < end; k++) {
        low[0] = fmin(low[0], page->corner[k].x);
        low[1] = fmin(low[1], page->corner[k].y);
        high[0] = fmax(high[0], page->corner[k].x);
        high[1] = fmax(high[1], page->corner[k].y);
    }
    return begin == end ? 0.0 : (high[0] - low[0]) * (high[1] - low[1]);
}

/* True where the name covers no other name drawn so far and no territory's mark. */
static bool is_free(const struct label *label, int32_t at, int32_t count)
{
    const int32_t height = (int32_t)(NAME_SIZE * UNITS);
    for (int32_t k = 0; k < count; k++) {
        const struct label *const other = &label[k];
        const int32_t dx = abs(label[at].middle.x - other->mark.x);
        const int32_t dy = abs(label[at].middle.y - other->mark.y);
        if (k != at && dx < label[at].half_width + 5 * UNITS && dy < height) return false;
        if (k >= at || other->half_width == 0) continue;
        if (abs(label[at].middle.x - other->middle.x) <
                label[at].half_width + other->half_width + 3 * UNITS &&
            abs(label[at].middle.y - other->middle.y) < height + UNITS)
            return false;
    }
    return true;
}

/* Tries below, above, right and left of the mark; half_width 0 says that the name is not drawn. */
static void place_label(struct label *label, int32_t at, int32_t count)
{
    const int32_t aside = label[at].half_width + 8 * UNITS;
    const struct point step[] = {{0, 13 * UNITS}, {0, -12 * UNITS}, {aside, 0}, {-aside, 0}};
    for (int s = 0; s < 4; s++) {
        label[at].middle.x = label[at].mark.x + step[s].x;
        label[at].middle.y = label[at].mark.y + step[s].y;
        if (is_free(label, at, count)) return;
    }
    label[at].half_width = 0;
}

/* The territories that are to be named, the largest first. */
static ambit_status list_labels(const struct page *page, struct label *label, int32_t *count_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const r = page->result;
    int32_t count = 0;
    for (int32_t j = 0; j < r->territory_count; j++) {
        const struct ambit_result_territory *const t = &r->territories[j];
        const double area = land_size(page, j);
        if (area == 0.0 || !isfinite(t->centre_lat) || !isfinite(t->centre_lon)) continue;
        struct label *const next = &label[count++];
        next->territory = j;
        next->area = area;
        next->half_width = (int32_t)(0.31 * NAME_SIZE * UNITS * ambit_text_characters(t->name));
        AMBIT_TRY(place_degrees(page, t->centre_lat, t->centre_lon, &next->mark));
    }
    if (count > 0) qsort(label, (size_t)count, sizeof *label, compare_labels);
    *count_out = count;
done:
    return status;
}

/* Names beside the centres, the larger territories' first, as far as they fit. */
static ambit_status write_names(const struct page *page)
{
    ambit_status status = AMBIT_OK;
    struct label *label = NULL;
    int32_t count = 0;
    const struct ambit_result *const r = page->result;
    if (r->territory_count > NAMES_MAX) goto done;
    AMBIT_TRY(ambit_alloc(&label, (size_t)r->territory_count, sizeof *label));
    AMBIT_TRY(list_labels(page, label, &count));
    fprintf(page->file,
            "<g font-size=\"%d\" font-weight=\"600\" text-anchor=\"middle\" fill=\"#1b2330\" "
            "stroke=\"#fff\" stroke-opacity=\".85\" stroke-width=\"30\" "
            "stroke-linejoin=\"round\" paint-order=\"stroke\" pointer-events=\"none\">\n",
            (int)(NAME_SIZE * UNITS));
    for (int32_t i = 0; i < count; i++) {
        place_label(label, i, count);
        if (label[i].half_width == 0) continue;
        fprintf(page->file, "<text x=\"%d\" y=\"%d\">", (int)label[i].middle.x,
                (int)label[i].middle.y + (int)(0.35 * NAME_SIZE * UNITS));
        write_text(page->file, r->territories[label[i].territory].name);
        fputs("</text>\n", page->file);
    }
    fputs("</g>\n", page->file);
done:
    ambit_free(&label);
    return status;
}

static ambit_status write_mark(const struct page *page, const char *mark, double lat, double lon)
{
    ambit_status status = AMBIT_OK;
    struct point at;
    if (!isfinite(lat) || !isfinite(lon)) return AMBIT_OK;
    AMBIT_TRY(place_degrees(page, lat, lon, &at));
    if (abs(at.x - page->map_width * UNITS / 2) > PAGE_WIDTH * UNITS / 2 || at.y < -20 * UNITS ||
        at.y > (page->map_height + 20) * UNITS)
        return AMBIT_OK;
    fprintf(page->file, "<use href=\"#%s\" x=\"%d\" y=\"%d\"/>\n", mark, (int)at.x, (int)at.y);
done:
    return status;
}

static bool has_free_centre(const struct ambit_result_territory *t)
{
    return t->centre_kind != AMBIT_CENTRE_HOME && t->account_count > 0;
}

static ambit_status write_marks(const struct page *page)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_result *const r = page->result;
    fputs("<g pointer-events=\"none\">\n", page->file);
    for (int32_t j = 0; j < r->territory_count; j++) {
        const struct ambit_result_territory *const t = &r->territories[j];
        if (has_free_centre(t)) AMBIT_TRY(write_mark(page, "centre", t->centre_lat, t->centre_lon));
        if (t->has_home) AMBIT_TRY(write_mark(page, "home", t->home_lat, t->home_lon));
    }
    fputs("</g>\n", page->file);
done:
    return status;
}

static void write_definitions(FILE *file)
{
    fputs("<defs>\n"
          "<path id=\"home\" d=\"M-45 50v-50l45-45 45 45v50z\" fill=\"#1b2330\" stroke=\"#fff\" "
          "stroke-width=\"26\" stroke-linejoin=\"round\" paint-order=\"stroke\"/>\n"
          "<g id=\"centre\"><circle r=\"56\" fill=\"#fff\"/><circle r=\"34\" fill=\"#fff\" "
          "stroke=\"#1b2330\" stroke-width=\"18\"/></g>\n"
          "<pattern id=\"hatch\" width=\"70\" height=\"70\" patternUnits=\"userSpaceOnUse\" "
          "patternTransform=\"rotate(45)\"><rect width=\"13\" height=\"70\" fill=\"#7a1f1a\" "
          "fill-opacity=\".42\"/></pattern>\n"
          "</defs>\n",
          file);
}

/* One entry of the legend at *x, which moves on; `mark` is drawn in tenths of a pixel. */
static void write_key(const struct page *page, int *x, const char *mark, const char *text)
{
    const int y = page->map_top + page->map_height + 40;
    fprintf(page->file,
            "<g transform=\"translate(%d %d)\"><g transform=\"translate(8 -5) scale(.1)\">%s</g>"
            "<text x=\"24\" font-size=\"14\">",
            *x, y, mark);
    write_text(page->file, text);
    fputs("</text></g>\n", page->file);
    *x += 24 + (int)(7.7 * ambit_text_characters(text)) + 26;
}

static void write_legend(const struct page *page)
{
    const struct ambit_result *const r = page->result;
    int x = PAGE_MARGIN;
    bool homes = false, centres = false, centroids = false;
    for (int32_t j = 0; j < r->territory_count; j++) {
        const struct ambit_result_territory *const t = &r->territories[j];
        homes = homes || t->has_home;
        centres = centres || has_free_centre(t);
        centroids = centroids || (has_free_centre(t) && t->centre_kind == AMBIT_CENTRE_CENTROID);
    }
    char text[96] = "account", all[40];
    if (r->account_count > DOTS_MAX) {
        ambit_map_number((double)r->account_count, 0, all, sizeof all);
        (void)snprintf(text, sizeof text, "account (40,000 of %s drawn, evenly)", all);
    }
    write_key(page, &x, "<circle r=\"32\" fill=\"#6a60a8\"/>", text);
    if (homes) write_key(page, &x, "<use href=\"#home\"/>", "rep\u2019s home");
    if (centres)
        write_key(page, &x, "<use href=\"#centre\"/>",
                  centroids ? "centre of the accounts" : "centre (median account)");
    if (page->outside_count > 0) {
        ambit_map_number(page->outside_count, 0, all, sizeof all);
        (void)snprintf(text, sizeof text, "outside a band (%s of the territories)", all);
        write_key(page, &x,
                  "<rect x=\"-80\" y=\"-60\" width=\"160\" height=\"120\" fill=\"#ececf0\"/>"
                  "<rect x=\"-80\" y=\"-60\" width=\"160\" height=\"120\" "
                  "fill=\"url(#hatch)\"/>",
                  text);
    }
    fprintf(
        page->file,
        "<text x=\"%d\" y=\"%d\" font-size=\"12.5\" fill=\"#8a93a0\">An area is the land "
        "nearer to the territory\u2019s accounts than to any other\u2019s. %s projection.</text>\n",
        PAGE_MARGIN, page->map_top + page->map_height + 66, ambit_map_projection_name(page->map));
}

/* The longest 1, 2 or 5 times a power of ten that stays below 220 pixels. */
static void write_scale(const struct page *page)
{
    const double pixels_per_metre = page->units_per_metre / UNITS;
    if (page->o->polygon_first[page->o->territory_count] == 0) return;
    static const int steps[] = {1, 2, 5};
    double metres = 1.0;
    for (int32_t power = 1; power <= 100000000; power *= 10) {
        for (int s = 0; s < 3; s++)
            if ((double)power * steps[s] * pixels_per_metre <= 220.0)
                metres = (double)power * steps[s];
    }
    const int length = (int)lrint(metres * pixels_per_metre);
    const int right = PAGE_WIDTH - PAGE_MARGIN, y = page->map_top + page->map_height + 56;
    char number[40];
    ambit_map_number(metres < 1000.0 ? metres : metres / 1000.0, 0, number, sizeof number);
    fprintf(page->file,
            "<path d=\"M%d %dv8h%dv-8m-%d 0v8\" fill=\"none\" stroke=\"#5b6470\" "
            "stroke-width=\"1.5\"/>\n<text x=\"%d\" y=\"%d\" font-size=\"14\" "
            "text-anchor=\"middle\">%s %s</text>\n",
            right - length, y, length, length / 2, right - length / 2, y - 8, number,
            metres < 1000.0 ? "m" : "km");
}

ambit_status ambit_svg_write(const char *path, const struct ambit_result *result,
                             const struct ambit_outlines *outlines)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    struct page page = {.result = result, .o = outlines};
    AMBIT_TRY(prepare(&page));
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    page.file = out.file;
    write_head(&page);
    write_definitions(out.file);
    fprintf(out.file, "<g transform=\"translate(%d %d) scale(.1)\">\n", page.map_left,
            page.map_top);
    write_territories(&page);
    write_dots(&page);
    AMBIT_TRY(write_names(&page));
    AMBIT_TRY(write_marks(&page));
    fputs("</g>\n", out.file);
    write_legend(&page);
    write_scale(&page);
    fputs("</svg>\n", out.file);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    page_clear(&page);
    return status;
}
