/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/report_robustness.h"
#include "engine/base/atomic_file.h"
#include "engine/base/memory.h"
#include "io/csv_out.h"
#include "io/report_json.h"
#include "io/report_text.h"

#include <stdlib.h>
#include <string.h>

enum { LINES_MAX = 15, NAME_WIDTH = 24, CELL_WIDTH = 14 };

/* A territory and band, and in how many samples it is outside. */
struct cell {
    int64_t outside;
    size_t at;
};

static int compare_cells(const void *a, const void *b)
{
    const struct cell *const x = a, *const y = b;
    if (x->outside != y->outside) return x->outside > y->outside ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static void print_spread(FILE *file, const struct ambit_spread *spread, const char *who)
{
    char size[AMBIT_TEXT_MAX];
    if (spread->law == AMBIT_LAW_NONE) return;
    ambit_text_percent(spread->size, 0, size);
    (void)fprintf(file, " %s %s %s", ambit_law_name(spread->law), size, who);
}

static void print_columns(FILE *file, const struct ambit_robustness *r)
{
    for (int u = 0; u < r->uncertain; u++) {
        const bool both =
            r->terms[u].each.law != AMBIT_LAW_NONE && r->terms[u].shared.law != AMBIT_LAW_NONE;
        (void)fprintf(file, "  %s:", r->column[u]);
        print_spread(file, &r->terms[u].each, both ? "for each account, and" : "for each account");
        print_spread(file, &r->terms[u].shared,
                     r->by[u][0] != '\0' ? "shared by" : "shared by all");
        (void)fprintf(file, "%s%s\n", r->by[u][0] != '\0' ? " " : "", r->by[u]);
    }
}

static void print_bands(FILE *file, const struct ambit_robustness *r)
{
    char percent[AMBIT_TEXT_MAX], allowed[AMBIT_TEXT_MAX];
    (void)fputs("\n  ", file);
    ambit_text_pad(file, "Band", -NAME_WIDTH);
    ambit_text_pad(file, "held by all", CELL_WIDTH);
    (void)fputs("   allowed\n", file);
    for (int b = 0; b < r->plan.band_count; b++) {
        ambit_text_percent(1.0 - (double)r->any[b] / r->samples, 1, percent);
        ambit_text_allowed(&r->plan, b, allowed);
        (void)fputs("  ", file);
        ambit_text_pad(file, r->plan.band[b].label, -NAME_WIDTH);
        ambit_text_pad(file, percent, CELL_WIDTH);
        (void)fprintf(file, "   %s\n", allowed);
    }
}

static void print_cell(FILE *file, const struct ambit_robustness *r, size_t at)
{
    char cells[3][AMBIT_TEXT_MAX];
    const size_t territories = (size_t)r->plan.territory_count;
    ambit_text_percent((double)r->below[at] / r->samples, 1, cells[0]);
    ambit_text_percent((double)r->above[at] / r->samples, 1, cells[1]);
    ambit_text_percent((double)(r->below[at] + r->above[at]) / r->samples, 1, cells[2]);
    (void)fputs("  ", file);
    ambit_text_pad(file, r->plan.territories[at % territories].name, -NAME_WIDTH);
    ambit_text_pad(file, r->plan.band[at / territories].label, -NAME_WIDTH);
    for (int c = 0; c < 3; c++)
        ambit_text_pad(file, cells[c], CELL_WIDTH);
    (void)fputc('\n', file);
}

static void print_worst(FILE *file, const struct ambit_robustness *r)
{
    const size_t count = (size_t)r->plan.territory_count * (size_t)r->plan.band_count;
    struct cell *cells = NULL;
    if (ambit_alloc(&cells, count, sizeof *cells) != AMBIT_OK) return;
    for (size_t at = 0; at < count; at++)
        cells[at] = (struct cell){(int64_t)r->below[at] + r->above[at], at};
    if (count > 0) qsort(cells, count, sizeof *cells, compare_cells);
    if (count > 0 && cells[0].outside > 0) {
        (void)fputs("\n  ", file);
        ambit_text_pad(file, "Most often outside", -NAME_WIDTH);
        ambit_text_pad(file, "band", -NAME_WIDTH);
        ambit_text_pad(file, "below", CELL_WIDTH);
        ambit_text_pad(file, "above", CELL_WIDTH);
        ambit_text_pad(file, "outside", CELL_WIDTH);
        (void)fputc('\n', file);
    }
    for (size_t n = 0; n < count && n < LINES_MAX && cells[n].outside > 0; n++)
        print_cell(file, r, cells[n].at);
    ambit_free(&cells);
}

void ambit_report_robustness(FILE *file, const struct ambit_robustness *robustness)
{
    const struct ambit_robustness *const r = robustness;
    char samples[AMBIT_TEXT_MAX], met[AMBIT_TEXT_MAX], outside[AMBIT_TEXT_MAX];
    ambit_text_count(r->samples, samples);
    ambit_text_percent((double)r->all_met / r->samples, 1, met);
    ambit_text_number((double)r->outside / r->samples, 2, outside);
    (void)fprintf(file, "Robustness: %s, %s samples\n", r->plan.scenario_name, samples);
    print_columns(file, r);
    (void)fprintf(file,
                  "\n  every band is met in %s of the samples; %s of %d territories are "
                  "outside on average\n",
                  met, outside, (int)r->plan.territory_count);
    print_bands(file, r);
    print_worst(file, r);
}

static json_t *territories_json(const struct ambit_robustness *r, int b)
{
    json_t *const list = json_array();
    bool good = list != NULL;
    for (int32_t j = 0; j < r->plan.territory_count && good; j++) {
        const size_t at = (size_t)b * (size_t)r->plan.territory_count + (size_t)j;
        good = json_array_append_new(list, json_pack("{s:s, s:f, s:f, s:o, s:o}", "territory",
                                                     r->plan.territories[j].name, "below",
                                                     (double)r->below[at] / r->samples, "above",
                                                     (double)r->above[at] / r->samples, "mean",
                                                     ambit_json_number(r->mean[at]), "deviation",
                                                     ambit_json_number(r->deviation[at]))) == 0;
    }
    if (good) return list;
    json_decref(list);
    return NULL;
}

static json_t *bands_json(const struct ambit_robustness *r)
{
    json_t *const list = json_array();
    bool good = list != NULL;
    for (int b = 0; b < r->plan.band_count && good; b++)
        good =
            json_array_append_new(list, json_pack("{s:s, s:f, s:o}", "label", r->plan.band[b].label,
                                                  "any", (double)r->any[b] / r->samples,
                                                  "territories", territories_json(r, b))) == 0;
    if (good) return list;
    json_decref(list);
    return NULL;
}

static json_t *spread_json(const struct ambit_spread *spread)
{
    if (spread->law == AMBIT_LAW_NONE) return json_null();
    return json_pack("{s:s, s:f}", "law", ambit_law_name(spread->law), "size", spread->size);
}

static json_t *columns_json(const struct ambit_robustness *r)
{
    json_t *const list = json_array();
    bool good = list != NULL;
    for (int u = 0; u < r->uncertain && good; u++)
        good = json_array_append_new(
                   list, json_pack("{s:s, s:o, s:o, s:o}", "column", r->column[u], "each",
                                   spread_json(&r->terms[u].each), "shared",
                                   spread_json(&r->terms[u].shared), "by",
                                   ambit_json_text(r->by[u][0] != '\0' ? r->by[u] : NULL))) == 0;
    if (good) return list;
    json_decref(list);
    return NULL;
}

ambit_status ambit_report_robustness_json(FILE *file, const struct ambit_robustness *robustness,
                                          const char *path)
{
    const struct ambit_robustness *const r = robustness;
    return ambit_json_print(file, json_pack("{s:o, s:i, s:f, s:f, s:o, s:o}", "result",
                                            ambit_json_text(path), "samples", r->samples, "all_met",
                                            (double)r->all_met / r->samples, "outside_mean",
                                            (double)r->outside / r->samples, "columns",
                                            columns_json(r), "bands", bands_json(r)));
}

ambit_status ambit_robustness_write(const char *path, const struct ambit_robustness *robustness)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_robustness *const r = robustness;
    struct ambit_atomic_file out = {0};
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    (void)fputs("territory,rep,band,value,lower,upper,below,above,mean,deviation\n", out.file);
    for (int32_t j = 0; j < r->plan.territory_count; j++) {
        for (int b = 0; b < r->plan.band_count; b++) {
            const struct ambit_result_band *const band = &r->plan.band[b];
            const size_t at = (size_t)b * (size_t)r->plan.territory_count + (size_t)j;
            const char *const name = r->plan.territories[j].name;
            ambit_csv_put_field(out.file, name, strlen(name));
            ambit_csv_put_name(out.file, r->plan.territories[j].rep_id);
            ambit_csv_put_name(out.file, band->label);
            (void)fprintf(out.file, ",%.9g,", band->value[j]);
            if (ambit_band_has_lower(band)) (void)fprintf(out.file, "%.9g", band->lower[j]);
            (void)fputc(',', out.file);
            if (ambit_band_has_upper(band)) (void)fprintf(out.file, "%.9g", band->upper[j]);
            (void)fprintf(out.file, ",%.6f,%.6f,%.9g,%.9g\n", (double)r->below[at] / r->samples,
                          (double)r->above[at] / r->samples, r->mean[at], r->deviation[at]);
        }
    }
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}
