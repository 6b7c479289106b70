/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every cluster that a site can serve is a column; p of them must cover every account (Lorena,
 * Senne 2004; Ceselli, Righini 2005). The relaxation is tight where clusters are small, so that few
 * columns can be in a better plan: those whose reduced cost is within the gap. In order:
 *   1. a subgradient ascent from the given rewards, and then column generation with the rewards
 *      held near the best found (Wentges 1997), give the bound;
 *   2. where the bound meets the plan, nothing better exists;
 *   3. else every cluster within the gap is listed, and GLPK picks p of them. Where the list is
 *      whole and the search ends, the answer is proven; where it would be too long, the part of it
 *      with the least reduced cost stands for it.
 * Costs grow with the accounts of a cluster: it is a method for clusters of up to about fifteen.
 */
#include "solvers/partition.h"
#include "engine/base/key_table.h"
#include "engine/base/memory.h"
#include "solvers/cluster_pricing.h"
#include "solvers/mip.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SITE_ATTEMPTS = 6,
    HALVINGS_MAX = 30, /* of the gap within which clusters are listed */
    LENGTH_MEAN = 40   /* accounts of a column that there is room for */
};
#define SMOOTHING 0.6 /* weight of the best rewards where the next are asked for */

struct column {
    int32_t median, first, length;
    double cost;
    uint64_t key;
};

struct generation {
    const struct ambit_cluster_problem *problem;
    const struct ambit_partition_limits *limits;
    struct column *column;        /* owned */
    int32_t *member;              /* owned; accounts of the columns */
    struct ambit_key_table index; /* of the columns, by key */
    int32_t columns, column_room, members, member_room;
    double *best_lambda;   /* borrowed */
    double *lambda, *step; /* owned; count */
    double *ones;          /* owned; count + 1 */
    bool *allowed;         /* owned; count: may be a median of a better plan */
    struct ambit_cluster_pricing pricing;
    struct ambit_mip *mip; /* owned */
    int32_t in_mip;        /* columns it has */
    int32_t plan_columns;  /* the first ones are the plan's clusters */
    int32_t spares;        /* columns before them that cover one account each, at a penalty */
    bool feasible;         /* the plan is; else `upper` is only what the ascent aims at */
    double upper, bound;   /* value of the plan; proven bound */
    double last;           /* p-th site's value at the best rewards */
    double centre_value;   /* what one centre more would save, by the last relaxation */
};

static bool has_room(const struct generation *gen, int32_t length)
{
    return gen->columns < gen->column_room && gen->members + length <= gen->member_room;
}

/* Adds a column unless it is there or there is no room; returns whether it was added. */
static bool add_column(struct generation *gen, int32_t median, const int32_t *member,
                       int32_t length)
{
    const uint64_t key = ambit_cluster_key(median, member, length);
    const int32_t n = gen->problem->count;
    int32_t *const index = ambit_key_table_at(&gen->index, key);
    if (length == 0 || *index >= 0 || !has_room(gen, length)) return false;
    struct column *const column = &gen->column[gen->columns];
    *column = (struct column){median, gen->members, length, 0.0, key};
    for (int32_t k = 0; k < length; k++) {
        gen->member[gen->members++] = member[k];
        column->cost += gen->problem->cost[(size_t)median * (size_t)n + (size_t)member[k]];
    }
    *index = gen->columns++;
    return true;
}

/* The best clusters of the sites whose value is at most `threshold` become columns. */
static int32_t add_priced(struct generation *gen, double threshold)
{
    const struct ambit_cluster_pricing *const pricing = &gen->pricing;
    int32_t added = 0;
    for (int32_t j = 0; j < gen->problem->count; j++) {
        if (!gen->allowed[j] || pricing->site_value[j] > threshold) continue;
        const int32_t first = pricing->site_first[j];
        added += add_column(gen, j, &pricing->member[first], pricing->site_first[j + 1] - first);
    }
    return added;
}

/* Prices at `lambda`; keeps it where the bound rises, and leaves out sites that it rules out. */
static void price(struct generation *gen, const double *lambda)
{
    struct ambit_cluster_pricing *const pricing = &gen->pricing;
    const int32_t n = gen->problem->count;
    ambit_cluster_pricing_run(gen->problem, lambda, gen->allowed, pricing);
    if (pricing->bound > gen->bound) {
        gen->bound = pricing->bound;
        gen->last = pricing->last;
        if (lambda != gen->best_lambda)
            memcpy(gen->best_lambda, lambda, (size_t)n * sizeof *lambda);
    }
    const double target = gen->upper - ambit_grain_step(gen->problem->grain, gen->upper);
    if (!gen->feasible) return;
    for (int32_t j = 0; j < n; j++) {
        if (pricing->site_value[j] > pricing->last &&
            pricing->bound + pricing->site_value[j] - pricing->last > target)
            gen->allowed[j] = false;
    }
}

static bool is_closed(const struct generation *gen)
{
    return gen->feasible &&
           gen->bound >= gen->upper - ambit_grain_step(gen->problem->grain, gen->upper);
}

/* Subgradient ascent (Held, Wolfe, Crowder 1974), its step halved where the bound stands still. */
static void ascend(struct generation *gen)
{
    const int32_t n = gen->problem->count;
    double scale = 1.0;
    int32_t still = 0;
    memcpy(gen->lambda, gen->best_lambda, (size_t)n * sizeof(double));
    for (int32_t k = 0; k < gen->limits->ascent_max && !is_closed(gen); k++) {
        const double before = gen->bound;
        price(gen, gen->lambda);
        const struct ambit_cluster_pricing *const pricing = &gen->pricing;
        double norm = 0.0;
        for (int32_t i = 0; i < n; i++)
            gen->step[i] = 1.0;
        for (int32_t c = 0; c < gen->problem->centre_count; c++) {
            const int32_t j = pricing->order[c];
            const int32_t first = pricing->site_first[j];
            const int32_t length = pricing->site_first[j + 1] - first;
            for (int32_t m = 0; m < length; m++)
                gen->step[pricing->member[first + m]] -= 1.0;
            (void)add_column(gen, j, &pricing->member[first], length);
        }
        for (int32_t i = 0; i < n; i++)
            norm += gen->step[i] * gen->step[i];
        if (norm == 0.0) break;
        still = gen->bound > before ? 0 : still + 1;
        if (still == 8) {
            scale *= 0.6;
            still = 0;
            memcpy(gen->lambda, gen->best_lambda, (size_t)n * sizeof(double));
        }
        const double length = scale * (1.002 * gen->upper - pricing->bound) / norm;
        for (int32_t i = 0; i < n; i++)
            gen->lambda[i] = fmax(0.0, gen->lambda[i] + length * gen->step[i]);
    }
}

/* Hands new columns to the programme: one row an account (covered at least once), one for p. */
static void extend_mip(struct generation *gen)
{
    const int32_t n = gen->problem->count;
    int32_t *const row = gen->pricing.order;
    for (; gen->in_mip < gen->columns; gen->in_mip++) {
        const struct column *const column = &gen->column[gen->in_mip];
        for (int32_t k = 0; k < column->length; k++)
            row[k] = gen->member[column->first + k];
        row[column->length] = n;
        (void)ambit_mip_add_column(gen->mip, column->cost, 1.0, true, column->length + 1, row,
                                   gen->ones);
    }
}

/* No plan costs more. */
static double dearest(const struct ambit_cluster_problem *problem)
{
    const size_t n = (size_t)problem->count;
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double most = 0.0;
        for (size_t j = 0; j < n; j++)
            most = fmax(most, problem->cost[j * n + i]);
        sum += most;
    }
    return sum;
}

static ambit_status open_mip(struct generation *gen)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_mip_create(&gen->mip));
    for (int32_t i = 0; i < gen->problem->count; i++)
        (void)ambit_mip_add_row(gen->mip, 1.0, INFINITY);
    (void)ambit_mip_add_row(gen->mip, -INFINITY, (double)gen->problem->centre_count);
    const double penalty = gen->feasible ? 0.0 : 1.0 + dearest(gen->problem);
    for (int32_t i = 0; i < gen->problem->count && !gen->feasible; i++) {
        const double one = 1.0;
        (void)ambit_mip_add_column(gen->mip, penalty, INFINITY, false, 1, &i, &one);
        gen->spares++;
    }
done:
    return status;
}

/* Column generation from the columns at hand. */
static ambit_status generate(struct generation *gen)
{
    ambit_status status = AMBIT_OK;
    const int32_t n = gen->problem->count;
    enum ambit_mip_end end = AMBIT_MIP_NONE;
    for (int32_t k = 0; k < gen->limits->master_max && !is_closed(gen); k++) {
        extend_mip(gen);
        AMBIT_TRY(ambit_mip_relax(gen->mip, &end));
        if (end != AMBIT_MIP_OPTIMAL) break;
        const double value = ambit_mip_value(gen->mip);
        if (value - gen->bound < 1e-7 * value) break;
        const double sigma = ambit_mip_row_dual(gen->mip, n);
        gen->centre_value = -sigma;
        double weight = SMOOTHING;
        int32_t added = 0;
        for (;;) {
            for (int32_t i = 0; i < n; i++)
                gen->lambda[i] = weight * gen->best_lambda[i] +
                                 (1.0 - weight) * fmax(0.0, ambit_mip_row_dual(gen->mip, i));
            price(gen, gen->lambda);
            const int32_t before = gen->columns;
            added = add_priced(gen, gen->pricing.last + 1e-9);
            int32_t useful = 0;
            for (int32_t c = before; c < gen->columns; c++) {
                double reduced = gen->column[c].cost - sigma;
                for (int32_t m = 0; m < gen->column[c].length; m++)
                    reduced -= ambit_mip_row_dual(gen->mip, gen->member[gen->column[c].first + m]);
                useful += reduced < -1e-9 * value;
            }
            if (useful > 0 || weight == 0.0) break;
            weight = weight > 0.3 ? 0.3 : 0.0;
        }
        if (added == 0) break;
    }
done:
    return status;
}

struct listing {
    struct generation *gen;
    int32_t site, count;
    double need; /* least value of a listed cluster */
    int64_t nodes_left;
    int32_t chosen, *stack; /* members so far */
    bool full;
};

struct gain {
    double value;
    int64_t weight;
    int32_t id;
};

static double most_from(const struct gain *item, int32_t k, int32_t count, int64_t room)
{
    double value = 0.0;
    for (; k < count && item[k].value > 0.0; k++) {
        if (item[k].weight > room)
            return value + item[k].value * ((double)room / (double)item[k].weight);
        room -= item[k].weight;
        value += item[k].value;
    }
    return value;
}

/* Items are sorted by value a unit of weight, losses last. */
static void list_from(struct listing *list, const struct gain *item, int32_t k, double value,
                      int64_t room)
{
    if (list->full) return;
    if (--list->nodes_left < 0) {
        list->full = true;
        return;
    }
    if (value + most_from(item, k, list->count, room) < list->need) return;
    if (k == list->count) {
        list->full = !has_room(list->gen, list->chosen); /* a list with a hole proves nothing */
        (void)add_column(list->gen, list->site, list->stack, list->chosen);
        return;
    }
    if (item[k].weight <= room) {
        list->stack[list->chosen++] = item[k].id;
        list_from(list, item, k + 1, value + item[k].value, room - item[k].weight);
        list->chosen--;
    }
    list_from(list, item, k + 1, value, room);
}

static int compare_gain(const void *a, const void *b)
{
    const struct gain *x = a, *y = b;
    const bool x_gains = x->value > 0.0, y_gains = y->value > 0.0;
    if (x_gains != y_gains) return x_gains ? -1 : 1;
    const double p = x->value * (double)y->weight, q = y->value * (double)x->weight;
    if (x_gains && p != q) return p > q ? -1 : 1;
    if (!x_gains && x->value != y->value) return x->value > y->value ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* Lists every cluster whose reduced cost at the best rewards is within `gap`; false where that is
 * too many. */
static bool list_within(struct generation *gen, double gap, struct gain *item, int32_t *stack)
{
    const struct ambit_cluster_problem *const problem = gen->problem;
    const int32_t n = problem->count;
    struct listing list = {.gen = gen, .nodes_left = 400000, .stack = stack};
    for (int32_t j = 0; j < n && !list.full; j++) {
        const double *const cost = &problem->cost[(size_t)j * (size_t)n];
        const double site = gen->pricing.site_value[j];
        const double spare = gap - fmax(0.0, site - gen->last);
        if (!gen->allowed[j] || spare < 0.0) continue;
        list.site = j;
        list.count = 0;
        list.chosen = 0;
        list.need = -(site + spare);
        for (int32_t i = 0; i < n; i++) {
            const double gain = gen->best_lambda[i] - cost[i];
            if (gain < -spare || problem->rule[0].base[i] > problem->rule[0].high[j]) continue;
            item[list.count++] = (struct gain){gain, problem->rule[0].base[i], i};
        }
        qsort(item, (size_t)list.count, sizeof *item, compare_gain);
        list_from(&list, item, 0, 0.0, problem->rule[0].high[j]);
    }
    return !list.full;
}

/* Forgets the columns from `columns` and the members from `members` on. */
static void forget(struct generation *gen, int32_t columns, int32_t members)
{
    ambit_key_table_empty(&gen->index);
    for (int32_t c = 0; c < columns; c++)
        *ambit_key_table_at(&gen->index, gen->column[c].key) = c;
    gen->columns = columns;
    gen->members = members;
}

/* All columns within the gap, or as much of it as there is room for; *whole_out says which. */
static ambit_status list_columns(struct generation *gen, bool *whole_out)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)gen->problem->count;
    struct gain *item = NULL;
    int32_t *stack = NULL;
    const double upper = gen->feasible ? gen->upper : dearest(gen->problem);
    double gap = upper - ambit_grain_step(gen->problem->grain, upper) - gen->bound;
    const int32_t columns = gen->columns, members = gen->members;
    *whole_out = false;
    AMBIT_TRY(ambit_alloc(&item, n, sizeof *item));
    AMBIT_TRY(ambit_alloc(&stack, n, sizeof *stack));
    ambit_cluster_pricing_run(gen->problem, gen->best_lambda, gen->allowed, &gen->pricing);
    for (int halving = 0; halving < HALVINGS_MAX && isfinite(gap); halving++) {
        if (list_within(gen, gap, item, stack)) {
            *whole_out = halving == 0 && gen->feasible; /* else the gap is to no plan */
            break;
        }
        forget(gen, columns, members);
        gap *= 0.5;
    }
done:
    ambit_free(&item);
    ambit_free(&stack);
    return status;
}

/* The plan of the picked columns: an account covered twice stays where it costs less. False where
 * an account is covered by none. */
static bool read_plan(const struct generation *gen, const double *value, int32_t *median_out)
{
    const int32_t n = gen->problem->count;
    for (int32_t i = 0; i < n; i++)
        median_out[i] = -1;
    for (int32_t c = 0; c < gen->in_mip; c++) {
        const struct column *const column = &gen->column[c];
        if (value[gen->spares + c] < 0.5) continue;
        for (int32_t k = 0; k < column->length; k++) {
            const int32_t i = gen->member[column->first + k];
            const double *const cost = gen->problem->cost;
            if (median_out[i] < 0 || cost[(size_t)column->median * (size_t)n + (size_t)i] <
                                         cost[(size_t)median_out[i] * (size_t)n + (size_t)i])
                median_out[i] = column->median;
        }
    }
    for (int32_t i = 0; i < n; i++) {
        if (median_out[i] < 0) return false;
    }
    return true;
}

/* Forbids two columns of one site together where two were picked: they would be one cluster above
 * its capacity. Rows for all sites from the start would only slow every programme down. */
static ambit_status limit_sites(struct generation *gen, const double *value, int32_t *limited_out)
{
    ambit_status status = AMBIT_OK;
    const int32_t n = gen->problem->count;
    int32_t *picked = NULL;
    int *of_site = NULL;
    *limited_out = 0;
    AMBIT_TRY(ambit_alloc(&picked, (size_t)n, sizeof *picked));
    AMBIT_TRY(ambit_alloc(&of_site, (size_t)gen->in_mip, sizeof *of_site));
    for (int32_t c = 0; c < gen->in_mip; c++)
        picked[gen->column[c].median] += value[gen->spares + c] > 0.5;
    for (int32_t j = 0; j < n; j++) {
        int columns = 0;
        if (picked[j] < 2) continue;
        for (int32_t c = 0; c < gen->in_mip; c++) {
            if (gen->column[c].median == j) of_site[columns++] = gen->spares + c;
        }
        AMBIT_TRY(ambit_mip_add_limit(gen->mip, 1.0, columns, of_site));
        ++*limited_out;
    }
done:
    ambit_free(&picked);
    ambit_free(&of_site);
    return status;
}

/* Leaves out of the programme every column that cannot be in a better plan by its reduced cost, and
 * out of the list too, so that both keep the same order. */
static ambit_status drop_columns(struct generation *gen)
{
    ambit_status status = AMBIT_OK;
    const double value = ambit_mip_value(gen->mip);
    const double gap = gen->upper - ambit_grain_step(gen->problem->grain, gen->upper) - value;
    bool *drop = NULL;
    int32_t kept = 0;
    if (!gen->feasible) return AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&drop, (size_t)gen->columns, sizeof *drop));
    for (int32_t c = 0; c < gen->columns; c++) {
        drop[c] =
            c >= gen->plan_columns && ambit_mip_reduced_cost(gen->mip, c) > gap + 1e-7 * value;
        if (!drop[c]) gen->column[kept++] = gen->column[c];
    }
    AMBIT_TRY(ambit_mip_drop_columns(gen->mip, drop));
    gen->columns = gen->in_mip = kept;
done:
    ambit_free(&drop);
    return status;
}

/* Branches from the plan's clusters, after solving the relaxation. */
static ambit_status branch(struct generation *gen, double *value, enum ambit_mip_end *end_out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_mip_relax(gen->mip, end_out));
    if (*end_out != AMBIT_MIP_OPTIMAL) goto done;
    for (int32_t c = 0; c < gen->spares + gen->in_mip; c++)
        value[c] = c < gen->plan_columns ? 1.0 : 0.0;
    const struct ambit_mip_limits limits = {.node_max = gen->limits->node_max,
                                            .work_max = gen->limits->work_max,
                                            .start = gen->feasible ? value : NULL};
    AMBIT_TRY(ambit_mip_branch(gen->mip, &limits, value, end_out));
done:
    return status;
}

static ambit_status pick(struct generation *gen, int32_t *median_inout, bool *whole_inout)
{
    ambit_status status = AMBIT_OK;
    double *value = NULL;
    int32_t *median = NULL;
    enum ambit_mip_end end = AMBIT_MIP_NONE;
    const size_t n = (size_t)gen->problem->count;
    extend_mip(gen);
    AMBIT_TRY(ambit_alloc(&value, (size_t)(gen->spares + gen->columns), sizeof *value));
    AMBIT_TRY(ambit_alloc(&median, n, sizeof *median));
    AMBIT_TRY(ambit_mip_relax(gen->mip, &end));
    *whole_inout &= end == AMBIT_MIP_OPTIMAL;
    if (end != AMBIT_MIP_OPTIMAL) goto done;
    AMBIT_TRY(drop_columns(gen));
    int32_t limited = 1;
    for (int attempt = 0; attempt < SITE_ATTEMPTS && limited > 0; attempt++) {
        AMBIT_TRY(branch(gen, value, &end));
        if (end == AMBIT_MIP_NONE) break;
        AMBIT_TRY(limit_sites(gen, value, &limited));
    }
    *whole_inout &= end == AMBIT_MIP_OPTIMAL && limited == 0;
    if (end == AMBIT_MIP_NONE || limited > 0 || !read_plan(gen, value, median)) goto done;
    const double after = ambit_cluster_cost(gen->problem, median);
    if (!gen->feasible || after < gen->upper) {
        gen->upper = after;
        gen->feasible = true;
        memcpy(median_inout, median, n * sizeof *median);
    }
done:
    ambit_free(&value);
    ambit_free(&median);
    return status;
}

/* The clusters of the plan that keep to their capacity are the first columns. */
static void add_plan(struct generation *gen, const int32_t *median)
{
    const int32_t n = gen->problem->count;
    gen->feasible = true;
    for (int32_t j = 0; j < n; j++) {
        int32_t length = 0;
        int64_t load = 0;
        int32_t *const member = gen->pricing.member;
        for (int32_t i = 0; i < n; i++) {
            if (median[i] != j) continue;
            member[length++] = i;
            load += gen->problem->rule[0].base[i];
        }
        if (load <= gen->problem->rule[0].high[j])
            (void)add_column(gen, j, member, length);
        else
            gen->feasible = false;
    }
    gen->plan_columns = gen->columns;
}

static void add_pool(struct generation *gen, const struct ambit_cluster_pool *pool)
{
    if (pool == NULL) return;
    for (int32_t c = 0; c < pool->count; c++)
        (void)add_column(gen, pool->median[c], &pool->member[pool->first[c]],
                         (int32_t)(pool->first[c + 1] - pool->first[c]));
}

static ambit_status open_generation(struct generation *gen)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)gen->problem->count;
    /* The plan's own clusters are columns too, and have all accounts for members. */
    gen->column_room = 2 * gen->limits->column_max + gen->problem->centre_count;
    gen->member_room = LENGTH_MEAN * gen->column_room + gen->problem->count;
    AMBIT_TRY(ambit_alloc(&gen->column, (size_t)gen->column_room, sizeof *gen->column));
    AMBIT_TRY(ambit_alloc(&gen->member, (size_t)gen->member_room, sizeof *gen->member));
    AMBIT_TRY(ambit_key_table_reserve(&gen->index, gen->column_room));
    AMBIT_TRY(ambit_alloc(&gen->lambda, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&gen->step, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&gen->ones, n + 1, sizeof(double)));
    for (size_t i = 0; i <= n; i++)
        gen->ones[i] = 1.0;
    AMBIT_TRY(ambit_alloc(&gen->allowed, n, sizeof(bool)));
    memset(gen->allowed, 1, n);
    AMBIT_TRY(ambit_cluster_pricing_create(gen->problem->count, &gen->pricing));
done:
    return status;
}

static void close_generation(struct generation *gen)
{
    ambit_mip_destroy(&gen->mip);
    ambit_cluster_pricing_clear(&gen->pricing);
    ambit_free(&gen->column);
    ambit_free(&gen->member);
    ambit_key_table_clear(&gen->index);
    ambit_free(&gen->lambda);
    ambit_free(&gen->step);
    ambit_free(&gen->ones);
    ambit_free(&gen->allowed);
}

double ambit_cluster_cost(const struct ambit_cluster_problem *problem, const int32_t *median)
{
    double value = 0.0;
    for (int32_t i = 0; i < problem->count; i++)
        value += problem->cost[(size_t)median[i] * (size_t)problem->count + (size_t)i];
    return value;
}

ambit_status ambit_partition_improve(const struct ambit_cluster_problem *problem,
                                     const struct ambit_partition_limits *limits,
                                     const struct ambit_cluster_pool *pool, double *lambda_inout,
                                     int32_t *median_inout,
                                     struct ambit_cluster_outcome *outcome_out)
{
    ambit_status status = AMBIT_OK;
    struct generation gen = {.problem = problem, .limits = limits, .best_lambda = lambda_inout};
    bool whole = false;
    gen.upper = ambit_cluster_cost(problem, median_inout);
    gen.bound = -INFINITY;
    *outcome_out =
        (struct ambit_cluster_outcome){.before = gen.upper, .after = gen.upper, .bound = -INFINITY};
    AMBIT_TRY(open_generation(&gen));
    add_plan(&gen, median_inout);
    add_pool(&gen, pool);
    AMBIT_TRY(open_mip(&gen));
    if (limits->generate) {
        ascend(&gen);
        AMBIT_TRY(generate(&gen));
    }
    if (!is_closed(&gen)) {
        if (limits->generate) AMBIT_TRY(list_columns(&gen, &whole));
        AMBIT_TRY(pick(&gen, median_inout, &whole));
    }
    outcome_out->centre_value = gen.centre_value > 0 ? gen.centre_value : -gen.last;
    outcome_out->after = gen.upper;
    outcome_out->closed = gen.feasible && (whole || is_closed(&gen));
    /* Sites were left out that no better plan has: the bound holds up to the plan's value. */
    outcome_out->bound = gen.feasible ? fmin(gen.bound, gen.upper) : gen.bound;
    if (outcome_out->closed) outcome_out->bound = gen.upper;
done:
    close_generation(&gen);
    return status;
}
