/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shifts and swaps are looked for between clusters whose best partners could pay for them. A move
 * of a median is bounded before it is tried: with prices μ_k ≥ 0 on the capacities of the medians,
 *     Σ_i min_k (cost_ik + μ_k demand_i) − Σ_k μ_k capacity_k
 * bounds every assignment to them, and is raised by exact ascent in one price at a time from the
 * prices of today's medians. Most sets are ruled out so; the rest get an assignment from the prices
 * and a descent. Cost: clusters × accounts a set. Ascent by coordinates may stop short of the LP's
 * value: then a set is tried in vain, never ruled out wrongly.
 */
#include "solvers/cluster_search.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PRICE_PASSES = 6, DESCENT_PASSES = 100, RETURN_AFTER = 6 };
#define WORSE_KEPT 0.01 /* of the best cost */

struct plan {
    int32_t *centre; /* owned; p: site of each cluster */
    int32_t *slot;   /* owned; count: cluster of each account */
    int64_t *load;   /* owned; p */
    double cost;
    int64_t excess;
};

struct crossing {
    double at; /* price at which the account leaves */
    int64_t demand;
};

struct ambit_cluster_search {
    const struct ambit_cluster_problem *problem; /* borrowed */
    int32_t centres;                             /* clusters in use: p */
    struct plan now, trial, best;
    double *price, *trial_price; /* owned; p */
    double *least_gain;          /* owned; p × p: least change of cost of an account of a to b */
    double *lowest, *second;     /* owned; count */
    int32_t *lowest_slot;        /* owned; count */
    struct crossing *crossing;   /* owned; count */
    int32_t *member;             /* owned; count */
    int32_t *near;               /* owned; count: sites near to one that is to move */
    double *near_cost;           /* owned; count */
    double *site_price;          /* owned; count */
};

static const double *row(const struct ambit_cluster_search *search, int32_t site)
{
    return &search->problem->cost[(size_t)site * (size_t)search->problem->count];
}

static int64_t over(int64_t load, int64_t capacity)
{
    return load > capacity ? load - capacity : 0;
}

static int64_t capacity_of(const struct ambit_cluster_search *search, const struct plan *plan,
                           int32_t slot)
{
    return search->problem->capacity[plan->centre[slot]];
}

static ambit_status open_plan(int32_t count, int32_t centres, struct plan *plan)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&plan->centre, (size_t)centres, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&plan->slot, (size_t)count, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&plan->load, (size_t)centres, sizeof(int64_t)));
done:
    return status;
}

static void close_plan(struct plan *plan)
{
    ambit_free(&plan->centre);
    ambit_free(&plan->slot);
    ambit_free(&plan->load);
}

ambit_status ambit_cluster_search_create(const struct ambit_cluster_problem *problem,
                                         struct ambit_cluster_search **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_cluster_search *search = NULL;
    const size_t n = (size_t)problem->count, p = (size_t)problem->centre_count;
    *out = NULL;
    AMBIT_TRY(ambit_alloc(&search, 1, sizeof *search));
    search->problem = problem;
    search->centres = problem->centre_count;
    AMBIT_TRY(open_plan(problem->count, search->centres, &search->now));
    AMBIT_TRY(open_plan(problem->count, search->centres, &search->trial));
    AMBIT_TRY(open_plan(problem->count, search->centres, &search->best));
    AMBIT_TRY(ambit_alloc(&search->price, p, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&search->trial_price, p, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&search->least_gain, p * p, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&search->lowest, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&search->second, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&search->lowest_slot, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&search->crossing, n, sizeof(struct crossing)));
    AMBIT_TRY(ambit_alloc(&search->member, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&search->near, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&search->near_cost, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&search->site_price, n, sizeof(double)));
    *out = search;
    search = NULL;
done:
    ambit_cluster_search_destroy(&search);
    return status;
}

void ambit_cluster_search_destroy(struct ambit_cluster_search **search)
{
    if (*search == NULL) return;
    close_plan(&(*search)->now);
    close_plan(&(*search)->trial);
    close_plan(&(*search)->best);
    ambit_free(&(*search)->price);
    ambit_free(&(*search)->trial_price);
    ambit_free(&(*search)->least_gain);
    ambit_free(&(*search)->lowest);
    ambit_free(&(*search)->second);
    ambit_free(&(*search)->lowest_slot);
    ambit_free(&(*search)->crossing);
    ambit_free(&(*search)->member);
    ambit_free(&(*search)->near);
    ambit_free(&(*search)->near_cost);
    ambit_free(&(*search)->site_price);
    ambit_free(search);
}

static void measure(const struct ambit_cluster_search *search, struct plan *plan)
{
    memset(plan->load, 0, (size_t)search->centres * sizeof *plan->load);
    plan->cost = 0.0;
    plan->excess = 0;
    for (int32_t i = 0; i < search->problem->count; i++) {
        plan->load[plan->slot[i]] += search->problem->demand[i];
        plan->cost += row(search, plan->centre[plan->slot[i]])[i];
    }
    for (int32_t k = 0; k < search->centres; k++)
        plan->excess += over(plan->load[k], capacity_of(search, plan, k));
}

void ambit_cluster_search_set(struct ambit_cluster_search *search, const int32_t *median)
{
    const int32_t n = search->problem->count;
    int32_t used = 0;
    int32_t *const slot_of_site = search->member;
    for (int32_t i = 0; i < n; i++)
        slot_of_site[i] = -1;
    for (int32_t i = 0; i < n; i++)
        slot_of_site[median[i]] = 0;
    for (int32_t j = 0; j < n; j++) {
        if (slot_of_site[j] < 0) continue;
        search->now.centre[used] = j;
        slot_of_site[j] = used++;
    }
    for (int32_t j = 0; j < n && used < search->centres; j++) {
        if (slot_of_site[j] < 0) search->now.centre[used++] = j;
    }
    AMBIT_REQUIRE(used == search->centres);
    for (int32_t i = 0; i < n; i++)
        search->now.slot[i] = slot_of_site[median[i]];
    measure(search, &search->now);
}

void ambit_cluster_search_get(const struct ambit_cluster_search *search, int32_t *median_out)
{
    for (int32_t i = 0; i < search->problem->count; i++)
        median_out[i] = search->now.centre[search->now.slot[i]];
}

double ambit_cluster_search_cost(const struct ambit_cluster_search *search)
{
    return search->now.cost;
}

int64_t ambit_cluster_search_excess(const struct ambit_cluster_search *search)
{
    return search->now.excess;
}

/* --- shift and swap --------------------------------------------------------- */

/* Takes account i of `plan` to cluster b. */
static void shift(const struct ambit_cluster_search *search, struct plan *plan, int32_t i,
                  int32_t b)
{
    const int32_t a = plan->slot[i];
    const int64_t demand = search->problem->demand[i];
    const int64_t qa = capacity_of(search, plan, a), qb = capacity_of(search, plan, b);
    plan->excess -= over(plan->load[a], qa) + over(plan->load[b], qb);
    plan->load[a] -= demand;
    plan->load[b] += demand;
    plan->excess += over(plan->load[a], qa) + over(plan->load[b], qb);
    plan->cost += row(search, plan->centre[b])[i] - row(search, plan->centre[a])[i];
    plan->slot[i] = b;
}

/* Change of excess where cluster a's load grows by `da` and b's by `db`. */
static int64_t excess_change(const struct ambit_cluster_search *search, const struct plan *plan,
                             int32_t a, int64_t da, int32_t b, int64_t db)
{
    const int64_t qa = capacity_of(search, plan, a), qb = capacity_of(search, plan, b);
    return over(plan->load[a] + da, qa) - over(plan->load[a], qa) + over(plan->load[b] + db, qb) -
           over(plan->load[b], qb);
}

static bool is_better(int64_t excess, double cost, double tolerance)
{
    return excess < 0 || (excess == 0 && cost < -tolerance);
}

static bool shift_pass(struct ambit_cluster_search *search, struct plan *plan, double tolerance)
{
    const struct ambit_cluster_problem *const problem = search->problem;
    bool moved = false;
    for (int32_t i = 0; i < problem->count; i++) {
        const int32_t a = plan->slot[i];
        const double here = row(search, plan->centre[a])[i];
        const bool clean = over(plan->load[a], capacity_of(search, plan, a)) == 0;
        int32_t best = -1;
        int64_t best_excess = 0;
        double best_cost = 0.0;
        for (int32_t b = 0; b < search->centres; b++) {
            const double cost = row(search, plan->centre[b])[i] - here;
            if (b == a || (clean && cost >= -tolerance)) continue;
            const int64_t excess =
                excess_change(search, plan, a, -problem->demand[i], b, problem->demand[i]);
            if (!is_better(excess, cost, tolerance)) continue;
            if (best >= 0 && (excess > best_excess || (excess == best_excess && cost >= best_cost)))
                continue;
            best = b;
            best_excess = excess;
            best_cost = cost;
        }
        if (best < 0) continue;
        shift(search, plan, i, best);
        moved = true;
    }
    return moved;
}

static void find_least_gains(struct ambit_cluster_search *search, const struct plan *plan)
{
    const int32_t p = search->centres;
    for (int32_t k = 0; k < p * p; k++)
        search->least_gain[k] = INFINITY;
    for (int32_t i = 0; i < search->problem->count; i++) {
        const int32_t a = plan->slot[i];
        const double here = row(search, plan->centre[a])[i];
        double *const least = &search->least_gain[a * p];
        for (int32_t b = 0; b < p; b++)
            least[b] = fmin(least[b], row(search, plan->centre[b])[i] - here);
    }
}

/* The first account of cluster b whose swap with account i helps; −1 where there is none. */
static int32_t find_partner(struct ambit_cluster_search *search, const struct plan *plan, int32_t i,
                            int32_t b, double tolerance)
{
    const struct ambit_cluster_problem *const problem = search->problem;
    const int32_t a = plan->slot[i];
    const double *const row_a = row(search, plan->centre[a]), *const row_b =
                                                                  row(search, plan->centre[b]);
    const double there = row_b[i] - row_a[i];
    int32_t best = -1;
    int64_t best_excess = 0;
    double best_cost = 0.0;
    for (int32_t k = 0; k < problem->count; k++) {
        if (plan->slot[k] != b) continue;
        const double cost = there + row_a[k] - row_b[k];
        if (plan->excess == 0 && cost >= -tolerance) continue;
        const int64_t extra = problem->demand[i] - problem->demand[k];
        const int64_t excess = excess_change(search, plan, a, -extra, b, extra);
        if (!is_better(excess, cost, tolerance)) continue;
        if (best >= 0 && (excess > best_excess || (excess == best_excess && cost >= best_cost)))
            continue;
        best = k;
        best_excess = excess;
        best_cost = cost;
    }
    return best;
}

static bool swap_pass(struct ambit_cluster_search *search, struct plan *plan, double tolerance)
{
    const int32_t p = search->centres;
    bool moved = false;
    find_least_gains(search, plan);
    for (int32_t i = 0; i < search->problem->count; i++) {
        for (int32_t b = 0; b < p; b++) {
            const int32_t a = plan->slot[i];
            if (b == a) continue;
            const double there = row(search, plan->centre[b])[i] - row(search, plan->centre[a])[i];
            const bool clean = over(plan->load[a], capacity_of(search, plan, a)) == 0 &&
                               over(plan->load[b], capacity_of(search, plan, b)) == 0;
            if (clean && there + search->least_gain[b * p + a] >= -tolerance) continue;
            const int32_t k = find_partner(search, plan, i, b, tolerance);
            if (k < 0) continue;
            shift(search, plan, i, b);
            shift(search, plan, k, a);
            moved = true;
        }
    }
    return moved;
}

/* --- best medians ----------------------------------------------------------- */

/* Moves cluster k's centre to the member that costs it least; true where it moved. */
static bool best_median(struct ambit_cluster_search *search, struct plan *plan, int32_t k,
                        double tolerance)
{
    const struct ambit_cluster_problem *const problem = search->problem;
    int32_t members = 0, best = plan->centre[k];
    double now = 0.0;
    for (int32_t i = 0; i < problem->count; i++) {
        if (plan->slot[i] != k) continue;
        search->member[members++] = i;
        now += row(search, best)[i];
    }
    double least = now - tolerance;
    for (int32_t m = 0; m < members; m++) {
        const int32_t j = search->member[m];
        const double *const cost = row(search, j);
        double sum = 0.0;
        if (over(plan->load[k], problem->capacity[j]) >
            over(plan->load[k], capacity_of(search, plan, k)))
            continue;
        for (int32_t q = 0; q < members && sum < least; q++)
            sum += cost[search->member[q]];
        if (sum >= least) continue;
        least = sum;
        best = j;
    }
    if (best == plan->centre[k]) return false;
    for (int32_t other = 0; other < search->centres; other++) {
        if (plan->centre[other] == best) return false;
    }
    plan->centre[k] = best;
    return true;
}

static void descend(struct ambit_cluster_search *search, struct plan *plan)
{
    const double tolerance = 1e-9 * plan->cost;
    bool moved = true;
    for (int pass = 0; pass < DESCENT_PASSES && moved; pass++) {
        moved = shift_pass(search, plan, tolerance);
        if (!moved) moved = swap_pass(search, plan, tolerance);
        if (moved) continue;
        for (int32_t k = 0; k < search->centres; k++)
            moved |= best_median(search, plan, k, tolerance);
        if (moved) measure(search, plan);
    }
    measure(search, plan);
}

void ambit_cluster_search_descend(struct ambit_cluster_search *search)
{
    descend(search, &search->now);
}

/* --- moves of medians ------------------------------------------------------- */

static int compare_crossing(const void *a, const void *b)
{
    const struct crossing *x = a, *y = b;
    if (x->at != y->at) return x->at > y->at ? -1 : 1;
    return x->demand < y->demand ? -1 : x->demand > y->demand;
}

/* Lowest and second lowest priced cost of every account. */
static void find_lowest(struct ambit_cluster_search *search, const int32_t *centre,
                        const double *price)
{
    const int32_t n = search->problem->count;
    for (int32_t i = 0; i < n; i++) {
        search->lowest[i] = search->second[i] = INFINITY;
        search->lowest_slot[i] = -1;
    }
    for (int32_t k = 0; k < search->centres; k++) {
        const double *const cost = row(search, centre[k]);
        for (int32_t i = 0; i < n; i++) {
            const double value = cost[i] + price[k] * (double)search->problem->demand[i];
            if (value < search->lowest[i]) {
                search->second[i] = search->lowest[i];
                search->lowest[i] = value;
                search->lowest_slot[i] = k;
            } else if (value < search->second[i]) {
                search->second[i] = value;
            }
        }
    }
}

/* The price of cluster k that raises the bound most, given the others' in lowest and second. */
static double best_price(struct ambit_cluster_search *search, const int32_t *centre, int32_t k)
{
    const struct ambit_cluster_problem *const problem = search->problem;
    const double *const cost = row(search, centre[k]);
    int64_t load = 0;
    int32_t crossings = 0;
    for (int32_t i = 0; i < problem->count; i++) {
        const double other = search->lowest_slot[i] == k ? search->second[i] : search->lowest[i];
        if (cost[i] >= other || problem->demand[i] == 0) continue;
        search->crossing[crossings++] =
            (struct crossing){(other - cost[i]) / (double)problem->demand[i], problem->demand[i]};
        load += problem->demand[i];
    }
    if (load <= problem->capacity[centre[k]]) return 0.0;
    qsort(search->crossing, (size_t)crossings, sizeof *search->crossing, compare_crossing);
    int64_t kept = 0;
    for (int32_t c = 0; c < crossings; c++) {
        kept += search->crossing[c].demand;
        if (kept > problem->capacity[centre[k]]) return search->crossing[c].at;
    }
    return 0.0;
}

static double bound_of(struct ambit_cluster_search *search, const int32_t *centre,
                       const double *price)
{
    double bound = 0.0;
    find_lowest(search, centre, price);
    for (int32_t i = 0; i < search->problem->count; i++)
        bound += search->lowest[i];
    for (int32_t k = 0; k < search->centres; k++)
        bound -= price[k] * (double)search->problem->capacity[centre[k]];
    return bound;
}

/* Raises the bound of the medians `centre` from the prices given, until it stands still or is above
 * `enough`. */
static double raise_bound(struct ambit_cluster_search *search, const int32_t *centre, double *price,
                          double enough)
{
    double bound = bound_of(search, centre, price);
    for (int pass = 0; pass < PRICE_PASSES && bound < enough; pass++) {
        const double before = bound;
        for (int32_t k = 0; k < search->centres; k++) {
            const double old = price[k];
            price[k] = best_price(search, centre, k);
            if (price[k] != old) find_lowest(search, centre, price);
        }
        bound = bound_of(search, centre, price);
        if (bound - before < 1e-5 * bound) break;
    }
    return bound;
}

/* Gives every account to its lowest priced centre, in `plan`, whose centres are set. */
static void assign_by_price(struct ambit_cluster_search *search, struct plan *plan,
                            const double *price)
{
    find_lowest(search, plan->centre, price);
    memcpy(plan->slot, search->lowest_slot, (size_t)search->problem->count * sizeof *plan->slot);
    measure(search, plan);
}

static void copy_plan(const struct ambit_cluster_search *search, const struct plan *from,
                      struct plan *to)
{
    memcpy(to->centre, from->centre, (size_t)search->centres * sizeof *to->centre);
    memcpy(to->slot, from->slot, (size_t)search->problem->count * sizeof *to->slot);
    memcpy(to->load, from->load, (size_t)search->centres * sizeof *to->load);
    to->cost = from->cost;
    to->excess = from->excess;
}

static int32_t find_near(struct ambit_cluster_search *search, int32_t site, int32_t most)
{
    const double *const cost = row(search, site);
    int32_t found = 0;
    for (int32_t i = 0; i < search->problem->count; i++) {
        if (i == site || (found == most && cost[i] >= search->near_cost[found - 1])) continue;
        int32_t at = found < most ? found++ : found - 1;
        for (; at > 0 && search->near_cost[at - 1] > cost[i]; at--) {
            search->near_cost[at] = search->near_cost[at - 1];
            search->near[at] = search->near[at - 1];
        }
        search->near_cost[at] = cost[i];
        search->near[at] = i;
    }
    return found;
}

static bool is_centre(const struct ambit_cluster_search *search, const struct plan *plan,
                      int32_t site)
{
    for (int32_t k = 0; k < search->centres; k++) {
        if (plan->centre[k] == site) return true;
    }
    return false;
}

/* Tries the medians of today with cluster k's at `site`; true where the plan got better. */
static bool try_median(struct ambit_cluster_search *search, int32_t k, int32_t site)
{
    const double step = ambit_cluster_step(search->problem, search->now.cost);
    const size_t p = (size_t)search->centres;
    memcpy(search->trial.centre, search->now.centre, p * sizeof *search->trial.centre);
    memcpy(search->trial_price, search->price, p * sizeof *search->trial_price);
    search->trial.centre[k] = site;
    const double enough = search->now.excess > 0 ? INFINITY : search->now.cost - step;
    if (raise_bound(search, search->trial.centre, search->trial_price, enough) >= enough)
        return false;
    assign_by_price(search, &search->trial, search->trial_price);
    descend(search, &search->trial);
    if (search->trial.excess > search->now.excess || (search->trial.excess == search->now.excess &&
                                                      search->trial.cost > search->now.cost - step))
        return false;
    copy_plan(search, &search->trial, &search->now);
    return true;
}

/* Moves one median at a time, until none helps or no tries are left. */
static void move_medians(struct ambit_cluster_search *search, int32_t near, int64_t *tries)
{
    bool moved = true;
    while (moved && *tries > 0) {
        moved = false;
        memset(search->price, 0, (size_t)search->centres * sizeof *search->price);
        (void)raise_bound(search, search->now.centre, search->price, INFINITY);
        for (int32_t k = 0; k<search->centres && * tries> 0; k++) {
            const int32_t found = find_near(search, search->now.centre[k], near);
            for (int32_t c = 0; c<found && * tries> 0; c++) {
                if (is_centre(search, &search->now, search->near[c])) continue;
                --*tries;
                if (!try_median(search, k, search->near[c])) continue;
                moved = true;
                break;
            }
        }
    }
}

/* --- the whole -------------------------------------------------------------- */

static bool is_better_plan(const struct plan *a, const struct plan *b)
{
    return a->excess < b->excess || (a->excess == b->excess && a->cost < b->cost);
}

/* Takes one to three medians of `now` to other sites: near by, or to anywhere. */
static void kick(struct ambit_cluster_search *search, uint64_t seed, uint64_t index)
{
    struct plan *const plan = &search->now;
    const int32_t n = search->problem->count;
    const int32_t moves = 1 + (int32_t)ambit_random_below(seed, index, 0, 3);
    for (uint64_t m = 0; m < (uint64_t)moves; m++) {
        const bool is_far = ambit_random_below(seed, index, 4 * m + 1, 3) == 0;
        const int32_t k =
            (int32_t)ambit_random_below(seed, index, 4 * m + 2, (uint64_t)search->centres);
        int32_t site = (int32_t)ambit_random_below(seed, index, 4 * m + 3, (uint64_t)n);
        if (!is_far) {
            const int32_t found = find_near(search, plan->centre[k], 30);
            if (found == 0) continue;
            site = search->near[site % found];
        }
        if (!is_centre(search, plan, site)) plan->centre[k] = site;
    }
    memset(search->trial_price, 0, (size_t)search->centres * sizeof *search->trial_price);
    (void)raise_bound(search, plan->centre, search->trial_price, INFINITY);
    assign_by_price(search, plan, search->trial_price);
}

/* A plan a little worse than the best may lead to a better one. */
static bool is_worth_keeping(const struct ambit_cluster_search *search)
{
    return search->now.excess <= search->best.excess &&
           search->now.cost < (1.0 + WORSE_KEPT) * search->best.cost;
}

void ambit_cluster_search_run(struct ambit_cluster_search *search,
                              const struct ambit_cluster_search_limits *limits, uint64_t seed)
{
    int64_t tries = limits->tries;
    descend(search, &search->now);
    move_medians(search, limits->near, &tries);
    copy_plan(search, &search->now, &search->best);
    for (int32_t k = 0; k < limits->kicks && tries > 0; k++) {
        kick(search, seed, (uint64_t)k);
        descend(search, &search->now);
        move_medians(search, limits->near, &tries);
        if (is_better_plan(&search->now, &search->best))
            copy_plan(search, &search->now, &search->best);
        else if (k % RETURN_AFTER == RETURN_AFTER - 1 || !is_worth_keeping(search))
            copy_plan(search, &search->best, &search->now);
    }
    copy_plan(search, &search->best, &search->now);
}

const double *ambit_cluster_search_prices(struct ambit_cluster_search *search)
{
    memset(search->site_price, 0, (size_t)search->problem->count * sizeof(double));
    memset(search->price, 0, (size_t)search->centres * sizeof(double));
    (void)raise_bound(search, search->now.centre, search->price, INFINITY);
    for (int32_t k = 0; k < search->centres; k++)
        search->site_price[search->now.centre[k]] = search->price[k];
    return search->site_price;
}
