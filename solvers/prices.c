/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Smoothed dual ascent by damped Newton steps.
 *
 * The dual of the capacitated assignment, D(P) = Σ_i min_j (cost + P·load) − Σ_jr max(U P, L P), is
 * concave and has a kink wherever an account is undecided, and one at zero in every price. Each min
 * becomes a soft minimum of width μ_i (an account's own scale of cost), and μ falls in steps, as in
 * entropic transport. The Hessian is then a sparse Laplacian between neighbouring territories, to
 * which only wavering accounts contribute. The bands stay as they are: a step maximises the model
 * of what is smooth and the kinks themselves (kinked_newton.h), and a damping λ keeps D rising.
 * Bands that were soft too had Newton creep along their tails. Plain gradient steps diverge at
 * 1,000 territories; these take some five passes over the accounts a level. Kitagawa, Mérigot,
 * Thibert 2016 prove such damped Newton steps for semi-discrete transport, one measure and no
 * bands.
 *
 * Equal targets move with the plan's own total (bound.h), so a price anywhere is in part a uniform
 * price on travel everywhere, which value, gradient and model carry.
 *
 * Where nothing wavers there is no curvature, and a step would go far past those who soon will: a
 * territory has at least a part of the mean curvature, less with each step that did as promised.
 *
 * A one-sided band has a price of one sign, kept by the wall of the box below.
 *
 * Where no plan exists, D would rise without end and the prices with it. They are kept in a box,
 * which is the same as letting a band be broken at that price: the soft plan then breaks as little
 * as it can, and what it breaks is told.
 *
 * Weakness: the candidates of an account are fixed during an ascent, and those with one candidate
 * are a fixed load, so prices are held within reach of those that candidates were chosen by.
 *
 * Units inside: cost in mean travel a territory, loads of a rule in its mean load a territory.
 */
#include "solvers/prices.h"
#include "engine/base/memory.h"
#include "engine/base/real.h"
#include "solvers/kinked_newton.h"

#include <math.h>
#include <omp.h>
#include <string.h>

enum { PAIR_DEPTH = 4, LOOKS_MAX = 8, CANDIDATE_MAX = AMBIT_CANDIDATE_MAX };

#define SUM_SCALE 0x1p40     /* of value and loads: parts of a territory */
#define HESSIAN_SCALE 0x1p30 /* of second derivatives */
#define FIRST_DAMPING 0.01
#define DAMPING_MAX 1e6
#define PRICE_MAX 20.0  /* mean travel a mean load */
#define FAR_TRAVEL 3.0  /* of a visit far out, in mean travel a visit */
#define SLOPE_MIN 0.1   /* least that an hour of travel may cost at a lower limit's price */
#define FIRST_PRIOR 0.3 /* of `prior`, which moves between the two below */
#define PRIOR_MIN 1e-3
#define PRIOR_MAX 3.0
#define HELD_ROOM 0.1   /* of the reach, by which prices may be beyond it */
#define NEGLIGIBLE 11.0 /* exp(−11) of an account, a 60,000th */
#define WAVERING 1e-2   /* least part of an account that the Hessian looks at */

struct ambit_prices {
    const struct ambit_problem *problem; /* borrowed */
    int32_t territories;
    int rules;
    double cost_scale, rule_scale[AMBIT_RULE_MAX];
    double least[AMBIT_RULE_MAX], most[AMBIT_RULE_MAX]; /* the box of the prices */
    double haul_hours;                                  /* mean line haul a visit */
    double softness;
    double
        total_ref[AMBIT_RULE_MAX]; /* rule totals in rule_scale: relative limits are parts of it */
    double *low, *high;            /* owned; limits, [j × rules + r], in rule_scale */

    int32_t *row;    /* owned; territories + 1: first pair of each territory */
    int32_t *column; /* owned; neighbour (> territory) of each pair */
    int32_t pair_count;

    bool started;   /* best_… below are of this ascent */
    double damping; /* part of a territory's own curvature that is added to it; as steps prove */
    double prior;   /* part of the rule's mean curvature that a territory is taken to have at least:
                     * one whose accounts all are settled has none, and a step would know no end */
    double best_value;
    double *price, *best_price;      /* owned; trial and accepted point, scaled */
    double *gradient;                /* owned; the smallest of the accepted point's subgradients */
    double mean[AMBIT_RULE_MAX];     /* curvature of a territory, by rule */
    double predicted;                /* rise of the value that the trial step promises */
    struct ambit_kinked_model model; /* owned; of the value around the accepted point */
    int64_t *pair_entry;             /* owned; where each pair's two blocks are in it */
    double *acting;                  /* owned; trial prices less uniform ones, hours a unit, net */
    double *slope; /* owned; what an hour of travel costs in a territory at them */
    double unit[AMBIT_RULE_MAX], travel_unit[AMBIT_RULE_MAX]; /* scaled loads of base and travel */
    double *chosen_price; /* owned; what candidates were chosen by, scaled */
    double reach;         /* hours a visit by which a territory's cost may change since then */
    double base_mean[AMBIT_RULE_MAX], travel_mean; /* of a visit: units, hours */
    double *settled_load; /* owned; of accounts without a choice, over all ranks, in rule_scale */
    double *settled_cost; /* owned; by territory, micro-hours */
};

/* Without bands there are no numbers, and no blocks to copy between. */
static void copy_numbers(const double *from, size_t count, double *to)
{
    if (count > 0) memcpy(to, from, count * sizeof *to);
}

static size_t cell_count(const struct ambit_prices *p)
{
    return (size_t)p->territories * (size_t)p->rules;
}

static void set_scales(struct ambit_prices *p, int64_t travel_total, const int64_t *total,
                       int64_t visits_total)
{
    const struct ambit_problem *problem = p->problem;
    const double territories = (double)p->territories;
    p->cost_scale = fmax((double)travel_total / territories, 1.0);
    p->travel_mean = p->haul_hours =
        fmax((double)travel_total, 1.0) / fmax((double)visits_total, 1.0);
    for (int r = 0; r < p->rules; r++) {
        p->base_mean[r] =
            ((double)total[r] - problem->rule[r].travel_weight * (double)travel_total) /
            fmax((double)visits_total, 1.0);
        const double moved = fabs(problem->rule[r].travel_weight) * (double)travel_total;
        p->rule_scale[r] = fmax(fmax(fabs((double)total[r]), moved) / territories, 1.0);
        p->total_ref[r] = (double)total[r] / p->rule_scale[r];
    }
}

ambit_status ambit_prices_create(const struct ambit_problem *problem, int64_t travel_total,
                                 const int64_t *total, int64_t visits_total,
                                 struct ambit_prices **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_prices *p = NULL;
    AMBIT_TRY(ambit_alloc(&p, 1, sizeof *p));
    p->problem = problem;
    p->territories = problem->territories->count;
    p->rules = problem->rule_count;
    set_scales(p, travel_total, total, visits_total);
    const size_t cells = cell_count(p);
    AMBIT_TRY(ambit_alloc(&p->low, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&p->high, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&p->price, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&p->best_price, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&p->gradient, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&p->acting, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&p->slope, (size_t)p->territories, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&p->chosen_price, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&p->settled_load, cells, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&p->settled_cost, (size_t)p->territories, sizeof(double)));
    ambit_prices_begin(p, 1.0, 0.0, INFINITY);
    *out = p;
    p = NULL;
done:
    ambit_prices_destroy(&p);
    return status;
}

static void clear_pairs(struct ambit_prices *p)
{
    ambit_free(&p->row);
    ambit_free(&p->column);
    ambit_free(&p->pair_entry);
    ambit_kinked_clear(&p->model);
}

void ambit_prices_destroy(struct ambit_prices **prices)
{
    struct ambit_prices *p = *prices;
    if (p == NULL) return;
    ambit_free(&p->low);
    ambit_free(&p->high);
    clear_pairs(p);
    ambit_free(&p->price);
    ambit_free(&p->best_price);
    ambit_free(&p->gradient);
    ambit_free(&p->acting);
    ambit_free(&p->slope);
    ambit_free(&p->chosen_price);
    ambit_free(&p->settled_load);
    ambit_free(&p->settled_cost);
    ambit_free(prices);
}

/* ---- pairs ---- */

int64_t ambit_prices_pair_bytes(const struct ambit_prices *prices)
{
    const int64_t n = prices->territories;
    return (n * n + 7) / 8;
}

void ambit_prices_mark_pairs(const struct ambit_prices *prices,
                             const struct ambit_candidates *candidates, uint8_t *bits_inout)
{
    for (int32_t i = 0; i < candidates->count; i++) {
        const int listed = candidates->listed[i];
        const int depth = listed < PAIR_DEPTH ? listed : PAIR_DEPTH;
        const int64_t first = ambit_candidates_first(candidates, i);
        int32_t near[PAIR_DEPTH] = {0};
        for (int c = 0; c < depth; c++)
            near[c] = ambit_candidate_territory(candidates, first + c);
        for (int a = 0; a < depth; a++) {
            for (int b = 0; b < depth; b++) {
                if (near[a] >= near[b]) continue;
                const size_t bit = (size_t)near[a] * (size_t)prices->territories + (size_t)near[b];
                bits_inout[bit / 8] |= (uint8_t)(1u << (bit % 8));
            }
        }
    }
}

void ambit_prices_settle(struct ambit_prices *prices, const int64_t *settled)
{
    const int rules = prices->rules;
    AMBIT_REQUIRE(settled != NULL);
    for (int32_t j = 0; j < prices->territories; j++) {
        const int64_t *const sum = &settled[(int64_t)j * (1 + rules)];
        prices->settled_cost[j] = (double)sum[0];
        for (int r = 0; r < rules; r++)
            prices->settled_load[(int64_t)j * rules + r] =
                (double)sum[1 + r] / prices->rule_scale[r];
    }
}

ambit_status ambit_prices_set_pairs(struct ambit_prices *prices, const uint8_t *bits)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)prices->territories;
    struct ambit_kinked_model model = {0};
    int32_t *row = NULL, *column = NULL, count = 0;
    int64_t *entry = NULL;
    for (size_t bit = 0; bit < n * n; bit++)
        count += bits[bit / 8] >> (bit % 8) & 1;
    AMBIT_TRY(ambit_alloc(&row, n + 1, sizeof *row));
    AMBIT_TRY(ambit_alloc(&column, (size_t)count, sizeof *column));
    count = 0;
    for (size_t bit = 0; bit < n * n; bit++) {
        if (bit % n == 0) row[bit / n] = count;
        if (bits[bit / 8] >> (bit % 8) & 1) column[count++] = (int32_t)(bit % n);
    }
    row[n] = count;
    AMBIT_TRY(ambit_kinked_create(prices->territories, prices->rules, row, column, &model, &entry));
    clear_pairs(prices);
    prices->row = row;
    prices->column = column;
    prices->pair_count = count;
    prices->model = model;
    prices->pair_entry = entry;
    row = column = NULL;
done:
    ambit_free(&row);
    ambit_free(&column);
    return status;
}

/* The index of the pair a < b, or −1 where the two were not marked as neighbours. */
static int32_t find_pair(const struct ambit_prices *p, int32_t a, int32_t b)
{
    int32_t low = p->row[a], high = p->row[a + 1];
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        if (p->column[middle] < b)
            low = middle + 1;
        else
            high = middle;
    }
    return low < p->row[a + 1] && p->column[low] == b ? low : -1;
}

/* ---- limits and the price that acts on an account ---- */

static void set_box(struct ambit_prices *p)
{
    for (int r = 0; r < p->rules; r++) {
        const double weight = fabs(p->problem->rule[r].travel_weight);
        const double unit = p->cost_scale / p->rule_scale[r];
        p->most[r] = PRICE_MAX;
        p->least[r] = -p->most[r];
        if (weight > 0.0) p->least[r] = fmax(p->least[r], -(1.0 - SLOPE_MIN) / (weight * unit));
        if (p->problem->rule[r].lower.kind == AMBIT_SIDE_NONE) p->least[r] = 0.0;
        if (p->problem->rule[r].upper.kind == AMBIT_SIDE_NONE) p->most[r] = 0.0;
    }
}

/* The box of a cell's price: nothing where the band is not asked of the territory. */
static double least_price(const struct ambit_prices *p, size_t at)
{
    const size_t rules = (size_t)p->rules;
    return ambit_is_asked(p->problem, (int32_t)(at / rules)) ? p->least[at % rules] : 0.0;
}

static double most_price(const struct ambit_prices *p, size_t at)
{
    const size_t rules = (size_t)p->rules;
    return ambit_is_asked(p->problem, (int32_t)(at / rules)) ? p->most[at % rules] : 0.0;
}

static void set_limits(struct ambit_prices *p, double guard)
{
    int64_t total[AMBIT_RULE_MAX];
    for (int r = 0; r < p->rules; r++)
        total[r] = (int64_t)llrint(p->total_ref[r] * p->rule_scale[r]);
    ambit_problem_sides(p->problem, total, guard, p->low, p->high);
    for (size_t at = 0; at < cell_count(p); at++) {
        const double scale = p->rule_scale[at % (size_t)p->rules];
        p->low[at] /= scale;
        p->high[at] /= scale;
        if (isinf(p->high[at]) && isinf(p->low[at])) p->low[at] = p->high[at] = 0.0;
        if (isinf(p->high[at])) p->high[at] = p->low[at];
        if (isinf(p->low[at])) p->low[at] = p->high[at];
    }
}

/* The rule's limits are parts of the plan's own total. */
static bool moves_with_plan(const struct ambit_prices *p, int r)
{
    const struct ambit_rule *rule = &p->problem->rule[r];
    return p->total_ref[r] > 0.0 &&
           (rule->upper.kind == AMBIT_SIDE_RELATIVE || rule->lower.kind == AMBIT_SIDE_RELATIVE);
}

static double band_sum(const struct ambit_prices *p, const double *price, int r)
{
    double sum = 0.0;
    for (int32_t j = 0; j < p->territories; j++) {
        const size_t cell = (size_t)j * (size_t)p->rules + (size_t)r;
        sum += (price[cell] > 0.0 ? p->high[cell] : p->low[cell]) * price[cell];
    }
    return sum;
}

/* Limits relative to the plan's own total cost every unit of it the same, wherever it is. */
static void set_uniform(const struct ambit_prices *p, const double *price, double *uniform_out)
{
    for (int r = 0; r < p->rules; r++) {
        uniform_out[r] = moves_with_plan(p, r) ? band_sum(p, price, r) / p->total_ref[r] : 0.0;
    }
}

static void set_acting(struct ambit_prices *p)
{
    double uniform[AMBIT_RULE_MAX] = {0};
    set_uniform(p, p->price, uniform);
    for (int r = 0; r < p->rules; r++) {
        p->unit[r] = 1.0 / p->rule_scale[r];
        p->travel_unit[r] = p->problem->rule[r].travel_weight / p->rule_scale[r];
    }
    for (int32_t j = 0; j < p->territories; j++) {
        p->slope[j] = 1.0;
        for (int r = 0; r < p->rules; r++) {
            const size_t at = (size_t)j * (size_t)p->rules + (size_t)r;
            p->acting[at] = (p->price[at] - uniform[r]) * (p->cost_scale / p->rule_scale[r]);
            p->slope[j] += p->acting[at] * p->problem->rule[r].travel_weight;
        }
    }
}

void ambit_prices_begin(struct ambit_prices *prices, double softness, double guard, double reach)
{
    prices->reach = reach;
    prices->softness = softness;
    prices->started = false;
    prices->damping = FIRST_DAMPING;
    prices->prior = FIRST_PRIOR;
    copy_numbers(prices->best_price, cell_count(prices), prices->price);
    set_limits(prices, guard);
    set_box(prices);
    for (size_t at = 0; at < cell_count(prices); at++) {
        prices->price[at] =
            fmin(fmax(prices->price[at], least_price(prices, at)), most_price(prices, at));
    }
    copy_numbers(prices->price, cell_count(prices), prices->chosen_price);
    set_acting(prices);
}

void ambit_prices_set(struct ambit_prices *prices, const double *lower, const double *upper)
{
    for (size_t at = 0; at < cell_count(prices); at++)
        prices->best_price[at] = (upper[at] - lower[at]) *
                                 prices->rule_scale[at % (size_t)prices->rules] /
                                 prices->cost_scale;
}

double ambit_prices_rule_scale(const struct ambit_prices *prices, int rule)
{
    return prices->rule_scale[rule];
}

double ambit_prices_haul_hours(const struct ambit_prices *prices)
{
    return prices->haul_hours;
}

/* ---- one pass over the accounts ---- */

int64_t ambit_prices_sum_count(const struct ambit_prices *prices)
{
    const int64_t block = (int64_t)prices->rules * prices->rules;
    return 1 + (int64_t)cell_count(prices) +
           ((int64_t)prices->territories + prices->pair_count) * block;
}

struct account_terms {
    int count;
    int32_t territory[CANDIDATE_MAX];
    double share[CANDIDATE_MAX];                /* soft assignment, sums to 1 */
    double load[CANDIDATE_MAX][AMBIT_RULE_MAX]; /* scaled */
    double width;                               /* μ_i in cost_scale */
};

/* The soft assignment of account i; returns its soft minimum in cost_scale. */
static double soften(const struct ambit_prices *p, const struct ambit_candidates *candidates,
                     int32_t i, struct account_terms *terms)
{
    const struct ambit_problem *problem = p->problem;
    const int listed = candidates->listed[i], rules = p->rules;
    const int64_t first = ambit_candidates_first(candidates, i);
    int32_t territory[CANDIDATE_MAX];
    double travel[CANDIDATE_MAX], cost[CANDIDATE_MAX], base[AMBIT_RULE_MAX];
    double best = INFINITY, sum = 0.0;
    for (int r = 0; r < rules; r++)
        base[r] = (double)problem->base[r][i];
    for (int c = 0; c < listed; c++) {
        territory[c] = ambit_candidate_territory(candidates, first + c);
        travel[c] = (double)ambit_candidate_travel(candidates, first + c);
        const double *const price = &p->acting[(size_t)territory[c] * (size_t)rules];
        double fixed = (double)ambit_disruption_of(problem, i, territory[c]);
        for (int r = 0; r < rules; r++)
            fixed += price[r] * base[r];
        cost[c] = fixed + p->slope[territory[c]] * travel[c];
        if (cost[c] < best) best = cost[c];
    }
    const double visits = fmax((double)problem->accounts->visits[i], 1e4);
    const double width = p->softness * visits * p->haul_hours;
    terms->count = 0;
    for (int c = 0; c < listed; c++) {
        const double behind = (cost[c] - best) / width;
        if (behind > NEGLIGIBLE) continue;
        const int k = terms->count++;
        terms->territory[k] = territory[c];
        terms->share[k] = ambit_exp(-behind);
        sum += terms->share[k];
        for (int r = 0; r < rules; r++)
            terms->load[k][r] = base[r] * p->unit[r] + p->travel_unit[r] * travel[c];
    }
    AMBIT_REQUIRE(sum > 0.0); /* the best candidate alone adds 1 */
    for (int k = 0; k < terms->count; k++)
        terms->share[k] /= sum;
    terms->width = width / p->cost_scale;
    return best / p->cost_scale - terms->width * ambit_log(sum);
}

static void add_block(const double *a, const double *b, double factor, int rules, int64_t *block)
{
    for (int r = 0; r < rules; r++) {
        for (int q = 0; q < rules; q++)
            block[r * rules + q] += (int64_t)llrint(factor * a[r] * b[q] * HESSIAN_SCALE);
    }
}

/* Second derivatives are kept for pairs alone, on the diagonal too: what is left out of both takes
 * nothing from a price that moves everywhere, which would else seem to meet resistance. */
static void add_terms(const struct ambit_prices *p, const struct account_terms *terms,
                      int64_t *sums)
{
    const int rules = p->rules;
    const int64_t block = (int64_t)rules * rules;
    int64_t *const loads = sums + 1;
    int64_t *const diagonal = loads + cell_count(p);
    int64_t *const pairs = diagonal + p->territories * block;
    double partners[CANDIDATE_MAX] = {0.0}; /* shares of those that an entry is paired with */
    for (int a = 0; a < terms->count; a++) {
        const int32_t j = terms->territory[a];
        for (int r = 0; r < rules; r++)
            loads[(int64_t)j * rules + r] +=
                (int64_t)llrint(terms->share[a] * terms->load[a][r] * SUM_SCALE);
        if (terms->share[a] < WAVERING) continue;
        for (int b = 0; b < terms->count; b++) {
            if (terms->territory[b] <= j || terms->share[b] < WAVERING) continue;
            const int32_t pair = find_pair(p, j, terms->territory[b]);
            if (pair < 0) continue;
            add_block(terms->load[a], terms->load[b],
                      -terms->share[a] * terms->share[b] / terms->width, rules,
                      &pairs[pair * block]);
            partners[a] += terms->share[b];
            partners[b] += terms->share[a];
        }
    }
    for (int a = 0; a < terms->count; a++) {
        if (partners[a] > 0.0)
            add_block(terms->load[a], terms->load[a], terms->share[a] * partners[a] / terms->width,
                      rules, &diagonal[terms->territory[a] * block]);
    }
}

ambit_status ambit_prices_accumulate(struct ambit_prices *prices,
                                     const struct ambit_candidates *candidates, int64_t *sums_inout)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_prices *p = prices;
    const int64_t length = ambit_prices_sum_count(p);
    const int threads = omp_get_max_threads();
    int64_t *own = NULL;
    AMBIT_TRY(ambit_alloc(&own, (size_t)(length * threads), sizeof *own));
#pragma omp parallel num_threads(threads)
    {
        int64_t *const sums = &own[omp_get_thread_num() * length];
        struct account_terms terms;
#pragma omp for schedule(static)
        for (int32_t i = 0; i < candidates->count; i++) {
            if (candidates->listed[i] == 1) continue; /* settled */
            const double value = soften(p, candidates, i, &terms);
            sums[0] += (int64_t)llrint(value * SUM_SCALE);
            add_terms(p, &terms, sums);
        }
#pragma omp for schedule(static)
        for (int64_t s = 0; s < length; s++) {
            for (int t = 0; t < threads; t++)
                sums_inout[s] += own[t * length + s];
        }
    }
done:
    ambit_free(&own);
    return status;
}

/* ---- the step ---- */

/* A price at the wall of its box that the gradient would push through. */
static bool at_wall(const struct ambit_prices *p, size_t at)
{
    return (p->best_price[at] >= most_price(p, at) && p->gradient[at] > 0.0) ||
           (p->best_price[at] <= least_price(p, at) && p->gradient[at] < 0.0);
}

/* Load of a territory and rule at the trial point, in rule_scale. */
static double load_at(const struct ambit_prices *p, const int64_t *loads, size_t at)
{
    return (double)loads[at] / SUM_SCALE + p->settled_load[at];
}

/* Second derivatives from the sums into the model. */
static void set_curvature(struct ambit_prices *p, const int64_t *second)
{
    const int rules = p->rules;
    const int64_t area = (int64_t)rules * rules;
    const int64_t *const pairs = second + p->territories * area;
    memset(p->mean, 0, sizeof p->mean);
    for (int32_t j = 0; j < p->territories; j++) {
        double *const h = p->model.block + p->model.first[j] * area;
        for (int64_t e = 0; e < area; e++)
            h[e] = (double)second[j * area + e] / HESSIAN_SCALE;
        for (int r = 0; r < rules; r++)
            p->mean[r] += h[r * rules + r] / p->territories + 1e-12;
    }
    for (int32_t pair = 0; pair < p->pair_count; pair++) {
        double *const h = p->model.block + p->pair_entry[2 * pair] * area;
        double *const transposed = p->model.block + p->pair_entry[2 * pair + 1] * area;
        for (int r = 0; r < rules; r++) {
            for (int q = 0; q < rules; q++) {
                h[r * rules + q] = (double)pairs[pair * area + r * rules + q] / HESSIAN_SCALE;
                transposed[q * rules + r] = h[r * rules + q];
            }
        }
    }
}

/* The trial point becomes the accepted one, with the model around it. */
static void accept(struct ambit_prices *p, const int64_t *sums)
{
    const size_t rules = (size_t)p->rules, cells = cell_count(p);
    const int64_t *const loads = sums + 1;
    double total[AMBIT_RULE_MAX] = {0};
    copy_numbers(p->price, cells, p->best_price);
    set_curvature(p, loads + cells);
    for (size_t r = 0; r < rules; r++)
        p->model.whole[r] = moves_with_plan(p, (int)r) ? p->total_ref[r] : 0.0;
    for (size_t at = 0; at < cells; at++)
        total[at % rules] += load_at(p, loads, at);
    for (size_t at = 0; at < cells; at++) {
        const size_t r = at % rules;
        const double grown = moves_with_plan(p, (int)r) ? total[r] / p->total_ref[r] : 1.0;
        const double load = load_at(p, loads, at), price = p->price[at];
        p->model.gradient[at] = load;
        p->model.low[at] = p->low[at];
        p->model.high[at] = p->high[at];
        p->model.least[at] = least_price(p, at);
        p->model.most[at] = most_price(p, at);
        const double low = p->low[at] * grown, high = p->high[at] * grown;
        const double rest = fmin(fmax(load, low), high);
        const double wanted = price > 0.0 ? high : (price < 0.0 ? low : rest);
        p->gradient[at] = load - wanted;
    }
}

static double dual_value(const struct ambit_prices *p, const int64_t *sums)
{
    double value = (double)sums[0] / SUM_SCALE, settled = 0.0;
    for (int32_t j = 0; j < p->territories; j++)
        settled += p->settled_cost[j];
    for (size_t at = 0; at < cell_count(p); at++)
        settled += p->acting[at] * p->settled_load[at] * p->rule_scale[at % (size_t)p->rules];
    value += settled / p->cost_scale;
    for (int r = 0; r < p->rules; r++) {
        if (!moves_with_plan(p, r)) value -= band_sum(p, p->price, r);
    }
    return value;
}

/* Change of territory j's cost of a visit that travels `travel` hours, since candidates were
 * chosen; `uniform` is what all prices of a rule have moved by without an effect. */
static double change_of(const struct ambit_prices *p, const double *uniform, int32_t j,
                        double travel)
{
    double change = 0.0;
    for (int r = 0; r < p->rules; r++) {
        const size_t at = (size_t)j * (size_t)p->rules + (size_t)r;
        change += (p->price[at] - p->chosen_price[at] - uniform[r]) *
                  (p->cost_scale / p->rule_scale[r]) *
                  (p->base_mean[r] + p->problem->rule[r].travel_weight * travel);
    }
    return fabs(change);
}

/* Draws the prices of territories that went too far back towards the chosen ones; whether there
 * were any. */
static bool draw_back(struct ambit_prices *p)
{
    bool held = false;
    double uniform[AMBIT_RULE_MAX] = {0}, chosen[AMBIT_RULE_MAX] = {0};
    set_uniform(p, p->price, uniform);
    set_uniform(p, p->chosen_price, chosen);
    for (int r = 0; r < p->rules; r++)
        uniform[r] -= chosen[r];
    for (int32_t j = 0; j < p->territories; j++) {
        const double change = fmax(change_of(p, uniform, j, p->travel_mean),
                                   change_of(p, uniform, j, FAR_TRAVEL * p->travel_mean));
        if (change <= p->reach * (1.0 + HELD_ROOM)) continue;
        held = true;
        for (int r = 0; r < p->rules; r++) {
            const size_t at = (size_t)j * (size_t)p->rules + (size_t)r;
            const double moved = p->price[at] - p->chosen_price[at] - uniform[r];
            const double kept = p->chosen_price[at] + uniform[r] + moved * p->reach / change;
            p->price[at] = fmin(fmax(kept, least_price(p, at)), most_price(p, at));
        }
    }
    return held;
}

/* As those that are drawn back move what all have moved by, this takes a few looks. */
static bool keep_within_reach(struct ambit_prices *p)
{
    bool held = false;
    for (int look = 0; look < LOOKS_MAX && draw_back(p); look++)
        held = true;
    return held;
}

/* The trial point at the present damping, and the rise that the model promises for it; whether it
 * was held within reach. */
static bool propose(struct ambit_prices *p)
{
    const int64_t area = (int64_t)p->rules * p->rules;
    for (size_t at = 0; at < cell_count(p); at++) {
        const size_t j = at / (size_t)p->rules, r = at % (size_t)p->rules;
        const double *const h = p->model.block + p->model.first[j] * area;
        const double own = h[r * (size_t)p->rules + r];
        p->model.damping[at] = p->damping * own + fmax(p->prior * p->mean[r] - own, 0.0);
    }
    ambit_kinked_step(&p->model, p->best_price, p->price);
    const bool held = keep_within_reach(p);
    p->predicted = ambit_kinked_rise(&p->model, p->best_price, p->price);
    return held;
}

void ambit_prices_update(struct ambit_prices *prices, const int64_t *sums,
                         struct ambit_prices_step *step_out)
{
    struct ambit_prices *const p = prices;
    const double value = dual_value(p, sums);
    const double rise = value - p->best_value;
    const double noise = 1e-10 * (1.0 + fabs(value));
    *step_out = (struct ambit_prices_step){.accepted = !p->started || rise >= -noise};
    if (p->started) {
        const double gain = (rise + noise) / (p->predicted + noise);
        if (gain < 0.25) {
            p->damping = fmin(p->damping * 6.0, DAMPING_MAX);
            p->prior = fmin(p->prior * 3.0, PRIOR_MAX);
        } else if (gain > 0.7) {
            p->damping = fmax(p->damping / 5.0, 1e-8);
            p->prior = fmax(p->prior / 2.0, PRIOR_MIN);
        }
    }
    if (step_out->accepted) {
        accept(p, sums);
        p->best_value = value;
        p->started = true;
    }
    for (size_t at = 0; at < cell_count(p); at++) {
        const double off = fabs(p->gradient[at]);
        if (!at_wall(p, at))
            step_out->imbalance = fmax(step_out->imbalance, off);
        else if (p->best_price[at] != 0.0)
            step_out->unmet = fmax(step_out->unmet, off);
    }
    /* A step that was held back may promise a fall: more damping shortens it. */
    step_out->held = propose(p);
    while (p->predicted < 0.0 && p->damping < DAMPING_MAX) {
        p->damping *= 6.0;
        step_out->held = propose(p);
    }
    set_acting(p);
    step_out->promised = p->predicted / (1.0 + fabs(p->best_value));
}

void ambit_prices_get(const struct ambit_prices *prices, double *acting_out, double *lower_out,
                      double *upper_out)
{
    const struct ambit_prices *p = prices;
    double uniform[AMBIT_RULE_MAX] = {0};
    set_uniform(p, p->best_price, uniform);
    for (size_t at = 0; at < cell_count(p); at++) {
        const size_t r = at % (size_t)p->rules;
        const struct ambit_rule *rule = &p->problem->rule[r];
        const double unit = p->cost_scale / p->rule_scale[r];
        const double price = p->best_price[at] * unit;
        const bool has_lower = rule->lower.kind != AMBIT_SIDE_NONE;
        const bool has_upper = rule->upper.kind != AMBIT_SIDE_NONE;
        if (acting_out != NULL) acting_out[at] = price - uniform[r] * unit;
        if (lower_out != NULL) lower_out[at] = has_lower ? fmax(-price, 0.0) : 0.0;
        if (upper_out != NULL) upper_out[at] = has_upper ? fmax(price, 0.0) : 0.0;
    }
}

/* ---- the state as a list of numbers ---- */

enum { STATE_SCALARS = 3, STATE_SCALES = 3, STATE_CELLS = 3 };

int64_t ambit_prices_state_count(const struct ambit_prices *prices)
{
    return STATE_SCALARS + STATE_SCALES * prices->rules + STATE_CELLS * (int64_t)cell_count(prices);
}

/* Copies `count` numbers into the state at *at, or back from it, and goes on behind them. */
static void pass(double *mine, size_t count, double **at, bool restore)
{
    copy_numbers(restore ? *at : mine, count, restore ? mine : *at);
    *at += count;
}

void ambit_prices_pass_state(struct ambit_prices *prices, double *state, bool restore)
{
    struct ambit_prices *const p = prices;
    const size_t rules = (size_t)p->rules, cells = cell_count(p);
    pass(&p->cost_scale, 1, &state, restore);
    pass(&p->travel_mean, 1, &state, restore);
    pass(&p->haul_hours, 1, &state, restore);
    pass(p->rule_scale, rules, &state, restore);
    pass(p->total_ref, rules, &state, restore);
    pass(p->base_mean, rules, &state, restore);
    pass(p->low, cells, &state, restore);
    pass(p->high, cells, &state, restore);
    pass(p->best_price, cells, &state, restore);
}
