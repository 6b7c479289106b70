/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One programme answers every question. Each limit may open in two ways: with its band, by a
 * column that all limits of the band share, and by itself. What a question does not allow costs a
 * thousand times as much, so a question is a change of costs, and the simplex method goes on from
 * the last basis. The smallest set of bands that will do is found by taking them away one after
 * the other, the least opened first, for as long as the rest is enough (the deletion filter of
 * Chinneck, Dravnieks 1991, on the elastic programme of Brown, Graves 1975).
 *
 * Cost: a simplex of lumps × options columns a question, of which there are two and at most three
 * for each band. Weakness: lumps can be split, so a plan of whole accounts may need a little more;
 * and a set that is smallest by deletion need not be the one of fewest bands.
 */
#include "solvers/elastic.h"
#include "engine/base/memory.h"
#include "solvers/mip.h"

#include <math.h>
#include <string.h>

#define NOT_ALLOWED 1e3 /* cost of an opening that is not asked for, where one that is costs 1 */
#define NEGLIGIBLE 1e-6 /* openings below are rounding */

enum { LENGTH_MAX = 64 };

struct programme {
    const struct ambit_elastic *elastic;
    struct ambit_mip *mip;   /* owned */
    int *low_row, *high_row; /* owned; [territory × rules + rule], −1 where there is no limit */
    int *low_column, *high_column; /* owned; same shape: that limit's own opening */
    int *band_column;              /* owned; [band] */
};

static size_t cell_count(const struct ambit_elastic *e)
{
    return (size_t)e->territory_count * (size_t)e->rules;
}

static void close_programme(struct programme *p)
{
    ambit_mip_destroy(&p->mip);
    ambit_free(&p->low_row);
    ambit_free(&p->high_row);
    ambit_free(&p->low_column);
    ambit_free(&p->high_column);
    ambit_free(&p->band_column);
}

static void add_rows(struct programme *p)
{
    const struct ambit_elastic *const e = p->elastic;
    for (int32_t c = 0; c < e->lump_count; c++)
        (void)ambit_mip_add_row(p->mip, 1.0, 1.0);
    for (size_t at = 0; at < cell_count(e); at++) {
        p->low_row[at] =
            isfinite(e->low[at]) ? ambit_mip_add_row(p->mip, e->low[at], INFINITY) : -1;
        p->high_row[at] =
            isfinite(e->high[at]) ? ambit_mip_add_row(p->mip, -INFINITY, e->high[at]) : -1;
    }
}

static void add_options(struct programme *p)
{
    const struct ambit_elastic *const e = p->elastic;
    for (int32_t c = 0; c < e->lump_count; c++) {
        for (int64_t o = e->first[c]; o < e->first[c + 1]; o++) {
            int row[LENGTH_MAX] = {c}, length = 1;
            double value[LENGTH_MAX] = {1.0};
            for (int r = 0; r < e->rules; r++) {
                const size_t at = (size_t)e->territory[o] * (size_t)e->rules + (size_t)r;
                const int rows[2] = {p->low_row[at], p->high_row[at]};
                for (int side = 0; side < 2; side++) {
                    if (rows[side] < 0) continue;
                    row[length] = rows[side];
                    value[length++] = e->load[o * e->rules + r];
                }
            }
            (void)ambit_mip_add_column(p->mip, 0.0, INFINITY, false, length, row, value);
        }
    }
}

/* The opening that all limits of band b share. */
static ambit_status add_band(struct programme *p, int b)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_elastic *const e = p->elastic;
    int *row = NULL, length = 0;
    double *value = NULL;
    AMBIT_TRY(ambit_alloc(&row, 2 * cell_count(e), sizeof *row));
    AMBIT_TRY(ambit_alloc(&value, 2 * cell_count(e), sizeof *value));
    for (size_t at = 0; at < cell_count(e); at++) {
        if (e->band[at % (size_t)e->rules] != b) continue;
        if (p->low_row[at] >= 0) {
            row[length] = p->low_row[at];
            value[length++] = e->width[at];
        }
        if (p->high_row[at] >= 0) {
            row[length] = p->high_row[at];
            value[length++] = -e->width[at];
        }
    }
    p->band_column[b] =
        ambit_mip_add_column(p->mip, NOT_ALLOWED, INFINITY, false, length, row, value);
done:
    ambit_free(&row);
    ambit_free(&value);
    return status;
}

static ambit_status open_programme(const struct ambit_elastic *e, struct programme *p)
{
    ambit_status status = AMBIT_OK;
    *p = (struct programme){.elastic = e};
    AMBIT_REQUIRE(1 + 2 * e->rules <= LENGTH_MAX);
    AMBIT_TRY(ambit_mip_create(&p->mip));
    AMBIT_TRY(ambit_alloc(&p->low_row, cell_count(e), sizeof *p->low_row));
    AMBIT_TRY(ambit_alloc(&p->high_row, cell_count(e), sizeof *p->high_row));
    AMBIT_TRY(ambit_alloc(&p->low_column, cell_count(e), sizeof *p->low_column));
    AMBIT_TRY(ambit_alloc(&p->high_column, cell_count(e), sizeof *p->high_column));
    AMBIT_TRY(ambit_alloc(&p->band_column, (size_t)e->bands, sizeof *p->band_column));
    add_rows(p);
    add_options(p);
    for (int b = 0; b < e->bands; b++)
        AMBIT_TRY(add_band(p, b));
    for (size_t at = 0; at < cell_count(e); at++) {
        const double wider = e->width[at], narrower = -e->width[at];
        p->low_column[at] = p->low_row[at] < 0
                                ? -1
                                : ambit_mip_add_column(p->mip, NOT_ALLOWED, INFINITY, false, 1,
                                                       &p->low_row[at], &wider);
        p->high_column[at] = p->high_row[at] < 0
                                 ? -1
                                 : ambit_mip_add_column(p->mip, NOT_ALLOWED, INFINITY, false, 1,
                                                        &p->high_row[at], &narrower);
    }
done:
    return status;
}

/* Costs of limits that open by themselves. */
static void price_local(struct programme *p, double cost)
{
    for (size_t at = 0; at < cell_count(p->elastic); at++) {
        if (p->low_column[at] >= 0) ambit_mip_set_cost(p->mip, p->low_column[at], cost);
        if (p->high_column[at] >= 0) ambit_mip_set_cost(p->mip, p->high_column[at], cost);
    }
}

static double opening(const struct programme *p, int column)
{
    const double value = column >= 0 ? ambit_mip_column_value(p->mip, column) : 0.0;
    return value > NEGLIGIBLE ? value : 0.0;
}

/* Solves with the bands of which `allowed` says so; *enough_out: without any other opening. */
static ambit_status ask(struct programme *p, const bool *allowed, bool *enough_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_elastic *const e = p->elastic;
    enum ambit_mip_end end;
    for (int b = 0; b < e->bands; b++)
        ambit_mip_set_cost(p->mip, p->band_column[b], allowed[b] ? 1.0 : NOT_ALLOWED);
    AMBIT_TRY(ambit_mip_relax(p->mip, &end));
    *enough_out = end == AMBIT_MIP_OPTIMAL;
    for (int b = 0; b < e->bands; b++)
        *enough_out &= allowed[b] || opening(p, p->band_column[b]) == 0.0;
    for (size_t at = 0; at < cell_count(e); at++)
        *enough_out &=
            opening(p, p->low_column[at]) == 0.0 && opening(p, p->high_column[at]) == 0.0;
done:
    return status;
}

static void read_bands(const struct programme *p, double *out)
{
    for (int b = 0; b < p->elastic->bands; b++)
        out[b] = opening(p, p->band_column[b]);
}

/* The least opened of the bands that are allowed, open and not `tried`, or −1. */
static int least_open(const struct ambit_elastic *e, const double *open, const bool *allowed,
                      const bool *tried)
{
    int least = -1;
    for (int b = 0; b < e->bands; b++) {
        if (!allowed[b] || tried[b] || open[b] == 0.0) continue;
        if (least < 0 || open[b] < open[least]) least = b;
    }
    return least;
}

static ambit_status find_together(struct programme *p, bool *allowed, bool *tried, double *out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_elastic *const e = p->elastic;
    bool enough;
    for (int b = 0; b < e->bands; b++) {
        allowed[b] = true;
        tried[b] = false;
    }
    AMBIT_TRY(ask(p, allowed, &enough));
    for (int b = 0; b < e->bands && !enough; b++)
        out[b] = NAN;
    if (!enough) goto done;
    read_bands(p, out);
    for (int b = 0; b < e->bands; b++)
        allowed[b] = out[b] > 0.0;
    for (int b = least_open(e, out, allowed, tried); b >= 0;
         b = least_open(e, out, allowed, tried)) {
        tried[b] = true;
        allowed[b] = false;
        AMBIT_TRY(ask(p, allowed, &enough));
        allowed[b] = !enough;
        if (enough) read_bands(p, out);
    }
done:
    return status;
}

static ambit_status find_alone(struct programme *p, bool *allowed, double *out)
{
    ambit_status status = AMBIT_OK;
    const int bands = p->elastic->bands;
    for (int b = 0; b < bands; b++) {
        bool enough;
        for (int other = 0; other < bands; other++)
            allowed[other] = other == b;
        AMBIT_TRY(ask(p, allowed, &enough));
        out[b] = enough ? opening(p, p->band_column[b]) : NAN;
    }
done:
    return status;
}

static ambit_status find_local(struct programme *p, bool *allowed, double *out)
{
    ambit_status status = AMBIT_OK;
    bool enough;
    memset(allowed, 0, (size_t)p->elastic->bands * sizeof *allowed);
    price_local(p, 1.0);
    AMBIT_TRY(ask(p, allowed, &enough));
    for (size_t at = 0; at < cell_count(p->elastic); at++)
        out[at] = opening(p, p->high_column[at]) - opening(p, p->low_column[at]);
    price_local(p, NOT_ALLOWED);
done:
    return status;
}

ambit_status ambit_elastic_solve(const struct ambit_elastic *elastic,
                                 struct ambit_elastic_outcome *out)
{
    ambit_status status = AMBIT_OK;
    struct programme p = {0};
    bool *allowed = NULL, *tried = NULL;
    AMBIT_TRY(ambit_alloc(&allowed, (size_t)elastic->bands, sizeof *allowed));
    AMBIT_TRY(ambit_alloc(&tried, (size_t)elastic->bands, sizeof *tried));
    AMBIT_TRY(open_programme(elastic, &p));
    AMBIT_TRY(find_local(&p, allowed, out->local));
    AMBIT_TRY(find_together(&p, allowed, tried, out->together));
    AMBIT_TRY(find_alone(&p, allowed, out->alone));
done:
    close_programme(&p);
    ambit_free(&allowed);
    ambit_free(&tried);
    return status;
}
