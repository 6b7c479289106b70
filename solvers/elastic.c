/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One programme answers every question. Each limit may open in two ways: with its band, by a
 * column that all limits of the band share, and by itself; a budget opens by a column of its own;
 * and an option that breaks rules is a column that costs what the rules are worth. What a question
 * does not allow costs a thousand times as much, so a question is a change of costs, and the
 * simplex method goes on from the last basis.
 *
 * Which relaxations stand in the way at all is told by their reduced costs where limits open by
 * themselves: one of which no column would pay cannot be enough alone, nor a pair of such. Of the
 * others each is tried alone. Where none is enough, all are allowed and taken away one after the
 * other, the least opened first, for as long as the rest is enough (the deletion filter of
 * Chinneck, Dravnieks 1991, on the elastic programme of Brown, Graves 1975); a set of three or more
 * that is left is compared with pairs of its first support.
 *
 * Cost: a simplex of lumps × options columns a question. Weakness: lumps can be split, so a plan of
 * whole accounts may need a little more; sets beyond two that are smallest by deletion need not be
 * the ones of fewest relaxations; and of very many relaxations only the most promising are tried.
 */
#include "solvers/elastic.h"
#include "engine/base/memory.h"
#include "solvers/mip.h"

#include <math.h>
#include <string.h>

#define NOT_ALLOWED 1e3 /* cost of an opening that is not asked for, where one that is costs 1 */
#define NEGLIGIBLE 1e-6 /* openings below are rounding */
#define PAYS 1e-7       /* a reduced cost below its negative is one */
#define LEAST_WEIGHT 1e-6

enum { LENGTH_MAX = 64, ALONE_MAX = 64, PAIRS_MAX = 120, GRADES_MAX = 40 };

struct programme {
    const struct ambit_elastic *elastic;
    struct ambit_mip *mip;   /* owned */
    int *low_row, *high_row; /* owned; [territory × rules + rule], −1 where there is no limit */
    int *low_column, *high_column; /* owned; same shape: that limit's own opening */
    int *budget_row;               /* owned; [budget] */
    int *open_column;              /* owned; [band, then budget] */
    int *option_column;            /* owned; [option] */
    double *weight; /* owned; [option]: how much of the territories' widths the lump is */
    double *gain;   /* owned; [relaxation]: the least reduced cost of its columns, at no cost */
    double *value;  /* owned; [relaxation]: as last asked */
    bool *allowed;  /* owned; [relaxation] */
    double grade_max, grade; /* options above the first are not allowed; the largest in use */
};

static size_t cell_count(const struct ambit_elastic *e)
{
    return (size_t)e->territory_count * (size_t)e->rules;
}

static size_t option_count(const struct ambit_elastic *e)
{
    return (size_t)e->first[e->lump_count];
}

static int32_t opening_count(const struct ambit_elastic *e)
{
    return e->bands + e->budgets;
}

static void close_programme(struct programme *p)
{
    ambit_mip_destroy(&p->mip);
    ambit_free(&p->low_row);
    ambit_free(&p->high_row);
    ambit_free(&p->low_column);
    ambit_free(&p->high_column);
    ambit_free(&p->budget_row);
    ambit_free(&p->open_column);
    ambit_free(&p->option_column);
    ambit_free(&p->weight);
    ambit_free(&p->gain);
    ambit_free(&p->value);
    ambit_free(&p->allowed);
}

/* ---- rows and columns ---- */

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
    for (int32_t c = 0; c < e->budgets; c++)
        p->budget_row[c] = ambit_mip_add_row(p->mip, -INFINITY, e->room[c]);
}

static void add_option(struct programme *p, int32_t lump, int64_t o)
{
    const struct ambit_elastic *const e = p->elastic;
    int row[LENGTH_MAX] = {lump}, length = 1;
    double value[LENGTH_MAX] = {1.0};
    p->weight[o] = LEAST_WEIGHT;
    for (int r = 0; r < e->rules; r++) {
        const size_t at = (size_t)e->territory[o] * (size_t)e->rules + (size_t)r;
        const int rows[2] = {p->low_row[at], p->high_row[at]};
        p->weight[o] += fabs(e->load[o * e->rules + r]) / e->width[at];
        for (int side = 0; side < 2; side++) {
            if (rows[side] < 0) continue;
            row[length] = rows[side];
            value[length++] = e->load[o * e->rules + r];
        }
    }
    for (int64_t d = e->budgets > 0 ? e->first_draw[o] : 0;
         e->budgets > 0 && d < e->first_draw[o + 1]; d++) {
        row[length] = p->budget_row[e->draw_budget[d]];
        value[length++] = e->draw[d];
    }
    p->option_column[o] = ambit_mip_add_column(p->mip, 0.0, INFINITY, false, length, row, value);
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
    p->open_column[b] =
        ambit_mip_add_column(p->mip, NOT_ALLOWED, INFINITY, false, length, row, value);
done:
    ambit_free(&row);
    ambit_free(&value);
    return status;
}

static void add_own_openings(struct programme *p)
{
    const struct ambit_elastic *const e = p->elastic;
    for (int32_t c = 0; c < e->budgets; c++) {
        const double wider = -e->budget_width[c];
        p->open_column[e->bands + c] = ambit_mip_add_column(p->mip, NOT_ALLOWED, INFINITY, false, 1,
                                                            &p->budget_row[c], &wider);
    }
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
}

static ambit_status allocate(struct programme *p)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_elastic *const e = p->elastic;
    const size_t cells = cell_count(e), relaxations = (size_t)ambit_elastic_relaxations(e);
    AMBIT_TRY(ambit_alloc(&p->low_row, cells, sizeof *p->low_row));
    AMBIT_TRY(ambit_alloc(&p->high_row, cells, sizeof *p->high_row));
    AMBIT_TRY(ambit_alloc(&p->low_column, cells, sizeof *p->low_column));
    AMBIT_TRY(ambit_alloc(&p->high_column, cells, sizeof *p->high_column));
    AMBIT_TRY(ambit_alloc(&p->budget_row, (size_t)e->budgets, sizeof *p->budget_row));
    AMBIT_TRY(ambit_alloc(&p->open_column, (size_t)opening_count(e), sizeof *p->open_column));
    AMBIT_TRY(ambit_alloc(&p->option_column, option_count(e), sizeof *p->option_column));
    AMBIT_TRY(ambit_alloc(&p->weight, option_count(e), sizeof *p->weight));
    AMBIT_TRY(ambit_alloc(&p->gain, relaxations, sizeof *p->gain));
    AMBIT_TRY(ambit_alloc(&p->value, relaxations, sizeof *p->value));
    AMBIT_TRY(ambit_alloc(&p->allowed, relaxations, sizeof *p->allowed));
done:
    return status;
}

static ambit_status open_programme(const struct ambit_elastic *e, struct programme *p)
{
    ambit_status status = AMBIT_OK;
    *p = (struct programme){.elastic = e, .grade_max = INFINITY};
    AMBIT_REQUIRE(1 + 2 * e->rules + AMBIT_ELASTIC_DRAWS <= LENGTH_MAX);
    AMBIT_TRY(ambit_mip_create(&p->mip));
    AMBIT_TRY(allocate(p));
    add_rows(p);
    for (int32_t c = 0; c < e->lump_count; c++) {
        for (int64_t o = e->first[c]; o < e->first[c + 1]; o++)
            add_option(p, c, o);
    }
    for (int b = 0; b < e->bands; b++)
        AMBIT_TRY(add_band(p, b));
    add_own_openings(p);
done:
    return status;
}

/* ---- a question ---- */

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

static bool breaks_laws(const struct ambit_elastic *e, size_t o)
{
    return e->laws > 0 && e->first_law[o] < e->first_law[o + 1];
}

/* The first relaxation that is a law. */
static int32_t first_law(const struct ambit_elastic *e)
{
    return opening_count(e);
}

/* What option o costs: the sum of what its laws are worth, or far more where one is kept. */
static double cost_of(const struct programme *p, size_t o, bool *open_out)
{
    const struct ambit_elastic *const e = p->elastic;
    double cost = 0.0;
    *open_out = true;
    for (int64_t n = e->first_law[o]; n < e->first_law[o + 1]; n++) {
        *open_out &= p->allowed[first_law(e) + e->law[n]];
        if (e->law[n] == e->graded) *open_out &= e->grade[o] <= p->grade_max;
        cost += e->law_part[n];
    }
    return *open_out ? cost : NOT_ALLOWED * p->weight[o] + cost;
}

static void price_all(struct programme *p)
{
    const struct ambit_elastic *const e = p->elastic;
    for (int32_t k = 0; k < opening_count(e); k++)
        ambit_mip_set_cost(p->mip, p->open_column[k], p->allowed[k] ? 1.0 : NOT_ALLOWED);
    for (size_t o = 0; o < option_count(e) && e->laws > 0; o++) {
        bool open;
        if (breaks_laws(e, o))
            ambit_mip_set_cost(p->mip, p->option_column[o], cost_of(p, o, &open));
    }
}

/* Adds what option o takes to the values of its laws; false where it may not. */
static bool read_option(struct programme *p, size_t o)
{
    const struct ambit_elastic *const e = p->elastic;
    const double taken = opening(p, p->option_column[o]);
    bool open;
    if (taken == 0.0) return true;
    (void)cost_of(p, o, &open);
    for (int64_t n = e->first_law[o]; n < e->first_law[o + 1]; n++) {
        p->value[first_law(e) + e->law[n]] += taken * e->law_part[n];
        if (e->law[n] == e->graded) p->grade = fmax(p->grade, e->grade[o]);
    }
    return open;
}

/* Solves with the relaxations that are allowed, whose values are then there; *enough_out: without
 * any other. */
static ambit_status ask(struct programme *p, bool *enough_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_elastic *const e = p->elastic;
    enum ambit_mip_end end;
    price_all(p);
    AMBIT_TRY(ambit_mip_relax(p->mip, &end));
    *enough_out = end == AMBIT_MIP_OPTIMAL;
    p->grade = 0.0;
    for (int32_t k = 0; k < ambit_elastic_relaxations(e); k++)
        p->value[k] = k < opening_count(e) ? opening(p, p->open_column[k]) : 0.0;
    for (int32_t k = 0; k < opening_count(e); k++)
        *enough_out &= p->allowed[k] || p->value[k] == 0.0;
    for (size_t o = 0; o < option_count(e) && e->laws > 0; o++) {
        if (breaks_laws(e, o)) *enough_out &= read_option(p, o);
    }
    for (size_t at = 0; at < cell_count(e); at++)
        *enough_out &=
            opening(p, p->low_column[at]) == 0.0 && opening(p, p->high_column[at]) == 0.0;
done:
    return status;
}

static void allow(struct programme *p, bool all)
{
    for (int32_t k = 0; k < ambit_elastic_relaxations(p->elastic); k++)
        p->allowed[k] = all;
}

/* The relaxation that is the graded law, or −1. */
static int32_t graded_of(const struct ambit_elastic *e)
{
    return e->laws > 0 && e->graded >= 0 ? first_law(e) + e->graded : -1;
}

/* Of the programme's last question. */
static double sum_of(const struct programme *p)
{
    const struct ambit_elastic *const e = p->elastic;
    double sum = 0.0;
    for (int32_t k = 0; k < ambit_elastic_relaxations(e); k++)
        sum += k == graded_of(e) ? p->grade : p->value[k];
    return sum;
}

/* Where the graded law is allowed and used: the least grade that is enough, by bisection of those
 * that options have. Leaves its values. */
static ambit_status grade(struct programme *p)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_elastic *const e = p->elastic;
    double low = 0.0, high = p->grade;
    bool enough = true;
    if (high == 0.0) return AMBIT_OK;
    for (int n = 0; n < GRADES_MAX; n++) {
        /* The largest grade at or below the middle, where there is one above `low`. */
        double tried = low;
        for (size_t o = 0; o < option_count(e); o++) {
            if (e->grade[o] > tried && e->grade[o] <= 0.5 * (low + high)) tried = e->grade[o];
        }
        if (tried == low) { /* none: then the least above the middle that is below `high` */
            tried = high;
            for (size_t o = 0; o < option_count(e); o++) {
                if (e->grade[o] > low && e->grade[o] < tried) tried = e->grade[o];
            }
        }
        if (tried >= high) break;
        p->grade_max = tried;
        AMBIT_TRY(ask(p, &enough));
        if (enough)
            high = p->grade;
        else
            low = tried;
        if (enough && high <= low) break;
    }
    p->grade_max = high;
    AMBIT_TRY(ask(p, &enough));
done:
    p->grade_max = INFINITY;
    return status;
}

/* ---- what stands in the way ---- */

/* The least reduced costs, at no cost of their own, where limits open by themselves. */
static void find_gains(struct programme *p)
{
    const struct ambit_elastic *const e = p->elastic;
    for (int32_t k = 0; k < ambit_elastic_relaxations(e); k++)
        p->gain[k] = k < opening_count(e)
                         ? ambit_mip_reduced_cost(p->mip, p->open_column[k]) - NOT_ALLOWED
                         : 0.0;
    for (size_t o = 0; o < option_count(e) && e->laws > 0; o++) {
        bool open;
        if (!breaks_laws(e, o)) continue;
        const double gain =
            ambit_mip_reduced_cost(p->mip, p->option_column[o]) - cost_of(p, o, &open);
        for (int64_t n = e->first_law[o]; n < e->first_law[o + 1]; n++) {
            double *const least = &p->gain[first_law(e) + e->law[n]];
            *least = fmin(*least, gain);
        }
    }
}

static ambit_status find_local(struct programme *p, double *out, bool *fits_out)
{
    ambit_status status = AMBIT_OK;
    bool enough;
    allow(p, false);
    price_local(p, 1.0);
    AMBIT_TRY(ask(p, &enough));
    for (size_t at = 0; at < cell_count(p->elastic); at++)
        out[at] = opening(p, p->high_column[at]) - opening(p, p->low_column[at]);
    find_gains(p);
    price_local(p, NOT_ALLOWED);
    *fits_out = enough;
done:
    return status;
}

/* The most promising relaxation that is not `tried`, bands before all others; −1 where none is
 * left. */
static int32_t next_promising(const struct programme *p, const bool *tried)
{
    int32_t best = -1;
    for (int32_t k = 0; k < ambit_elastic_relaxations(p->elastic); k++) {
        if (tried[k] || p->gain[k] > -PAYS) continue;
        if (k < p->elastic->bands) return k;
        if (best < 0 || p->gain[k] < p->gain[best]) best = k;
    }
    return best;
}

/* The best set found so far of those that a question is about. */
struct best {
    double *value, *grade; /* borrowed; of the outcome */
    double sum;
    bool bands; /* may be relaxed */
};

static void keep_best(const struct programme *p, struct best *best)
{
    const double sum = sum_of(p);
    if (sum >= best->sum - NEGLIGIBLE) return;
    best->sum = sum;
    memcpy(best->value, p->value, (size_t)ambit_elastic_relaxations(p->elastic) * sizeof(double));
    *best->grade = p->grade;
}

/* Every relaxation by itself. */
static ambit_status find_alone(struct programme *p, bool *tried, struct best *any,
                               struct best *no_band, struct ambit_elastic_outcome *out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_elastic *const e = p->elastic;
    const int32_t count = ambit_elastic_relaxations(e);
    for (int32_t k = 0; k < count; k++) {
        out->alone[k] = out->together[k] = out->kept[k] = NAN;
        tried[k] = false;
    }
    for (int n = 0; n < e->bands + ALONE_MAX; n++) {
        const int32_t k = next_promising(p, tried);
        bool enough;
        if (k < 0) break;
        tried[k] = true;
        allow(p, false);
        p->allowed[k] = true;
        AMBIT_TRY(ask(p, &enough));
        if (!enough) continue;
        AMBIT_TRY(grade(p));
        out->alone[k] = p->value[k];
        if (k == graded_of(e)) out->grade_alone = p->grade;
        keep_best(p, any);
        if (k >= e->bands) keep_best(p, no_band);
    }
done:
    return status;
}

/* ---- the smallest set ---- */

/* The least used of the relaxations that are allowed, in use and not `tried`, or −1. */
static int32_t least_used(const struct programme *p, const double *value, const bool *tried)
{
    int32_t least = -1;
    for (int32_t k = 0; k < ambit_elastic_relaxations(p->elastic); k++) {
        if (!p->allowed[k] || tried[k] || value[k] == 0.0) continue;
        if (least < 0 || value[k] < value[least]) least = k;
    }
    return least;
}

/* Takes relaxations away for as long as the rest is enough; leaves the first support in
 * `support`, and how many are left in *left_out: 0 where all are not enough. */
static ambit_status filter(struct programme *p, bool *tried, bool *support, int32_t *left_out,
                           struct best *best)
{
    ambit_status status = AMBIT_OK;
    const int32_t count = ambit_elastic_relaxations(p->elastic);
    double *const value = best->value;
    bool enough;
    *left_out = 0;
    for (int32_t k = 0; k < count; k++)
        p->allowed[k] = best->bands || k >= p->elastic->bands;
    AMBIT_TRY(ask(p, &enough));
    if (!enough) goto done;
    for (int32_t k = 0; k < count; k++) {
        value[k] = p->value[k];
        support[k] = p->allowed[k] = p->value[k] > 0.0;
        tried[k] = false;
    }
    for (int32_t k = least_used(p, value, tried); k >= 0; k = least_used(p, value, tried)) {
        tried[k] = true;
        p->allowed[k] = false;
        AMBIT_TRY(ask(p, &enough));
        p->allowed[k] = !enough;
        if (enough) memcpy(value, p->value, (size_t)count * sizeof *value);
    }
    for (int32_t k = 0; k < count; k++) {
        p->allowed[k] = value[k] > 0.0;
        *left_out += p->allowed[k];
    }
    AMBIT_TRY(ask(p, &enough));
    AMBIT_TRY(grade(p));
    keep_best(p, best);
done:
    return status;
}

/* Pairs of the first support, of which one at least would pay: they are fewer than what is left. */
static ambit_status find_pairs(struct programme *p, const bool *support, struct best *best)
{
    ambit_status status = AMBIT_OK;
    const int32_t count = ambit_elastic_relaxations(p->elastic);
    int questions = 0;
    best->sum = INFINITY;
    for (int32_t a = 0; a < count; a++) {
        for (int32_t b = a + 1; b < count && questions < PAIRS_MAX; b++) {
            bool enough;
            if (!support[a] || !support[b] || (p->gain[a] > -PAYS && p->gain[b] > -PAYS)) continue;
            questions++;
            allow(p, false);
            p->allowed[a] = p->allowed[b] = true;
            AMBIT_TRY(ask(p, &enough));
            if (!enough) continue;
            AMBIT_TRY(grade(p));
            keep_best(p, best);
        }
    }
done:
    return status;
}

/* The smallest set where none is enough alone. */
static ambit_status find_set(struct programme *p, bool *tried, bool *support, struct best *best)
{
    ambit_status status = AMBIT_OK;
    int32_t left = 0;
    if (isfinite(best->sum)) return AMBIT_OK;
    AMBIT_TRY(filter(p, tried, support, &left, best));
    if (left > 2) AMBIT_TRY(find_pairs(p, support, best));
done:
    return status;
}

ambit_status ambit_elastic_solve(const struct ambit_elastic *elastic,
                                 struct ambit_elastic_outcome *out)
{
    ambit_status status = AMBIT_OK;
    struct programme p = {0};
    bool *tried = NULL, *support = NULL, fits = false;
    const size_t relaxations = (size_t)ambit_elastic_relaxations(elastic);
    struct best any = {out->together, &out->grade_together, INFINITY, true};
    struct best no_band = {out->kept, &out->grade_kept, INFINITY, false};
    out->grade_alone = out->grade_together = out->grade_kept = 0.0;
    AMBIT_TRY(ambit_alloc(&tried, relaxations, sizeof *tried));
    AMBIT_TRY(ambit_alloc(&support, relaxations, sizeof *support));
    AMBIT_TRY(open_programme(elastic, &p));
    AMBIT_TRY(find_local(&p, out->local, &fits));
    if (fits) {
        memset(out->alone, 0, relaxations * sizeof *out->alone);
        memset(out->together, 0, relaxations * sizeof *out->together);
        memset(out->kept, 0, relaxations * sizeof *out->kept);
        goto done;
    }
    AMBIT_TRY(find_alone(&p, tried, &any, &no_band, out));
    AMBIT_TRY(find_set(&p, tried, support, &any));
    if (elastic->budgets + elastic->laws > 0) AMBIT_TRY(find_set(&p, tried, support, &no_band));
done:
    close_programme(&p);
    ambit_free(&tried);
    ambit_free(&support);
    return status;
}
