/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shifts and swaps are looked for between clusters whose best partners could pay for them. A move
 * of a median is bounded before it is tried: with prices μ_kr on what the medians are loaded with,
 *     Σ_i min_k (cost_ik + Σ_r μ_kr load_ikr) − Σ_kr (μ_kr > 0 ? μ_kr high_kr : μ_kr low_kr)
 * bounds every assignment to them, and is raised by exact ascent in one price at a time from the
 * prices of today's medians. Most sets are ruled out so; the rest get an assignment from the prices
 * and a descent. Cost: clusters × accounts × rules a set. Ascent by coordinates may stop short of
 * the LP's value: then a set is tried in vain, never ruled out wrongly.
 */
#include "solvers/cluster_search.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PRICE_PASSES = 6, DESCENT_PASSES = 100, RETURN_AFTER = 6 };
#define WORSE_KEPT 0.01 /* of the best cost */
#define ROUNDING 1e-9   /* of an excess */
#define PLACE_STEP 1e-5 /* of the bound: the least that a place must save; prices are rounded */

struct plan {
    int32_t *centre; /* owned; p: site of each cluster */
    int32_t *slot;   /* owned; count: cluster of each account */
    double *load;    /* owned; p × rules */
    double *outside; /* owned; p: excess of each cluster */
    double cost, excess;
};

struct crossing {
    double at;     /* size of the price at which the account leaves or joins */
    double change; /* of the load, in size */
};

/* Priced costs of every account: where it is cheapest, and next to that. */
struct lowest {
    double *first, *second;            /* owned; count */
    int32_t *first_slot, *second_slot; /* owned; count */
};

struct ambit_cluster_search {
    const struct ambit_cluster_problem *problem; /* borrowed */
    int32_t centres, rules;                      /* clusters in use: p */
    struct plan now, trial, best;
    double *price, *trial_price; /* owned; p × rules */
    double *priced;              /* owned; p × count: costs at each cluster with its prices */
    double *unpriced;            /* owned; count: costs at one without the price that is sought */
    double *least_gain;          /* owned; p × p: least change of cost of an account of a to b */
    struct lowest low, low_now;  /* at the prices last used; at those of `now` */
    struct crossing *crossing;   /* owned; count */
    int32_t *member;             /* owned; count */
    int32_t *near;               /* owned; count: sites near to one that is to move */
    double *near_cost;           /* owned; count */
    double *site_price;          /* owned; rules × count */
};

static const double *row(const struct ambit_cluster_search *search, int32_t site)
{
    return &search->problem->cost[(size_t)site * (size_t)search->problem->count];
}

/* What account i adds to the load of a median, by rule r. */
static double load_of(const struct ambit_cluster_search *search, int r, int32_t site, int32_t i)
{
    const struct ambit_cluster_rule *const rule = &search->problem->rule[r];
    if (rule->travel_weight == 0.0) return (double)rule->base[i];
    return (double)rule->base[i] + rule->travel_weight * row(search, site)[i];
}

/* One where there are none, so that every array is there. */
static size_t room_for_rules(const struct ambit_cluster_problem *problem)
{
    return problem->rule_count > 0 ? (size_t)problem->rule_count : 1;
}

static ambit_status open_plan(const struct ambit_cluster_problem *problem, struct plan *plan)
{
    ambit_status status = AMBIT_OK;
    const size_t p = (size_t)problem->centre_count;
    AMBIT_TRY(ambit_alloc(&plan->centre, p, sizeof *plan->centre));
    AMBIT_TRY(ambit_alloc(&plan->slot, (size_t)problem->count, sizeof *plan->slot));
    AMBIT_TRY(ambit_alloc(&plan->load, p * room_for_rules(problem), sizeof *plan->load));
    AMBIT_TRY(ambit_alloc(&plan->outside, p, sizeof *plan->outside));
done:
    return status;
}

static void close_plan(struct plan *plan)
{
    ambit_free(&plan->centre);
    ambit_free(&plan->slot);
    ambit_free(&plan->load);
    ambit_free(&plan->outside);
}

static ambit_status open_lowest(size_t n, struct lowest *low)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&low->first, n, sizeof *low->first));
    AMBIT_TRY(ambit_alloc(&low->second, n, sizeof *low->second));
    AMBIT_TRY(ambit_alloc(&low->first_slot, n, sizeof *low->first_slot));
    AMBIT_TRY(ambit_alloc(&low->second_slot, n, sizeof *low->second_slot));
done:
    return status;
}

static void close_lowest(struct lowest *low)
{
    ambit_free(&low->first);
    ambit_free(&low->second);
    ambit_free(&low->first_slot);
    ambit_free(&low->second_slot);
}

ambit_status ambit_cluster_search_create(const struct ambit_cluster_problem *problem,
                                         struct ambit_cluster_search **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_cluster_search *search = NULL;
    const size_t n = (size_t)problem->count, p = (size_t)problem->centre_count;
    const size_t rules = room_for_rules(problem);
    *out = NULL;
    AMBIT_TRY(ambit_alloc(&search, 1, sizeof *search));
    search->problem = problem;
    search->centres = problem->centre_count;
    search->rules = problem->rule_count;
    AMBIT_TRY(open_plan(problem, &search->now));
    AMBIT_TRY(open_plan(problem, &search->trial));
    AMBIT_TRY(open_plan(problem, &search->best));
    AMBIT_TRY(ambit_alloc(&search->price, p * rules, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&search->trial_price, p * rules, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&search->priced, p * n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&search->unpriced, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&search->least_gain, p * p, sizeof(double)));
    AMBIT_TRY(open_lowest(n, &search->low));
    AMBIT_TRY(open_lowest(n, &search->low_now));
    AMBIT_TRY(ambit_alloc(&search->crossing, n, sizeof(struct crossing)));
    AMBIT_TRY(ambit_alloc(&search->member, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&search->near, n, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&search->near_cost, n, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&search->site_price, rules * n, sizeof(double)));
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
    ambit_free(&(*search)->priced);
    ambit_free(&(*search)->unpriced);
    ambit_free(&(*search)->least_gain);
    close_lowest(&(*search)->low);
    close_lowest(&(*search)->low_now);
    ambit_free(&(*search)->crossing);
    ambit_free(&(*search)->member);
    ambit_free(&(*search)->near);
    ambit_free(&(*search)->near_cost);
    ambit_free(&(*search)->site_price);
    ambit_free(search);
}

/* Excess of cluster k with these loads (by rule) and its centre at `site`. */
static double outside_of(const struct ambit_cluster_search *search, int32_t site,
                         const double *load)
{
    double sum = 0.0;
    for (int r = 0; r < search->rules; r++)
        sum += ambit_cluster_outside(&search->problem->rule[r], site, load[r]);
    return sum;
}

static void measure(const struct ambit_cluster_search *search, struct plan *plan)
{
    const size_t rules = (size_t)search->rules;
    memset(plan->load, 0, (size_t)search->centres * rules * sizeof *plan->load);
    plan->cost = 0.0;
    plan->excess = 0.0;
    for (int32_t i = 0; i < search->problem->count; i++) {
        const int32_t k = plan->slot[i], site = plan->centre[k];
        for (int r = 0; r < search->rules; r++)
            plan->load[(size_t)k * rules + (size_t)r] += load_of(search, r, site, i);
        plan->cost += row(search, site)[i];
    }
    for (int32_t k = 0; k < search->centres; k++) {
        plan->outside[k] = outside_of(search, plan->centre[k], &plan->load[(size_t)k * rules]);
        plan->excess += plan->outside[k];
    }
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

double ambit_cluster_search_excess(const struct ambit_cluster_search *search)
{
    return search->now.excess;
}

/* --- shift and swap --------------------------------------------------------- */

/* Loads of clusters a and b (by rule) after account i goes from a to b and k (or none: −1) back. */
static void loads_after(const struct ambit_cluster_search *search, const struct plan *plan,
                        int32_t a, int32_t b, int32_t i, int32_t k, double *load_a, double *load_b)
{
    const int32_t site_a = plan->centre[a], site_b = plan->centre[b];
    for (int r = 0; r < search->rules; r++) {
        load_a[r] = plan->load[a * search->rules + r] - load_of(search, r, site_a, i);
        load_b[r] = plan->load[b * search->rules + r] + load_of(search, r, site_b, i);
        if (k < 0) continue;
        load_a[r] += load_of(search, r, site_a, k);
        load_b[r] -= load_of(search, r, site_b, k);
    }
}

/* Takes account i of `plan` to cluster b. */
static void shift(const struct ambit_cluster_search *search, struct plan *plan, int32_t i,
                  int32_t b)
{
    const int32_t a = plan->slot[i];
    double *const load_a = &plan->load[a * search->rules];
    double *const load_b = &plan->load[b * search->rules];
    loads_after(search, plan, a, b, i, -1, load_a, load_b);
    plan->outside[a] = outside_of(search, plan->centre[a], load_a);
    plan->outside[b] = outside_of(search, plan->centre[b], load_b);
    plan->slot[i] = b;
}

/* Change of excess where account i goes from a to b and k (or none: −1) back. */
static double excess_change(const struct ambit_cluster_search *search, const struct plan *plan,
                            int32_t a, int32_t b, int32_t i, int32_t k)
{
    double load_a[AMBIT_RULE_MAX], load_b[AMBIT_RULE_MAX];
    loads_after(search, plan, a, b, i, k, load_a, load_b);
    return outside_of(search, plan->centre[a], load_a) +
           outside_of(search, plan->centre[b], load_b) - plan->outside[a] - plan->outside[b];
}

/* Where this holds a move must save cost, as there is no excess to take away. */
static bool is_clean(const struct plan *plan, int32_t a, int32_t b)
{
    return plan->outside[a] <= 0.0 && plan->outside[b] <= 0.0;
}

static bool is_better(double excess, double cost, double tolerance)
{
    return excess < -ROUNDING || (excess < ROUNDING && cost < -tolerance);
}

static bool shift_pass(struct ambit_cluster_search *search, struct plan *plan, double tolerance)
{
    const struct ambit_cluster_problem *const problem = search->problem;
    bool moved = false;
    for (int32_t i = 0; i < problem->count; i++) {
        const int32_t a = plan->slot[i];
        const double here = row(search, plan->centre[a])[i];
        int32_t best = -1;
        double best_excess = 0.0, best_cost = 0.0;
        for (int32_t b = 0; b < search->centres; b++) {
            const double cost = row(search, plan->centre[b])[i] - here;
            if (b == a || (cost >= -tolerance && is_clean(plan, a, b))) continue;
            const double excess = excess_change(search, plan, a, b, i, -1);
            if (!is_better(excess, cost, tolerance)) continue;
            if (best >= 0 && (excess > best_excess || (excess >= best_excess && cost >= best_cost)))
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
    const bool clean = is_clean(plan, a, b);
    double best_excess = 0.0, best_cost = 0.0;
    for (int32_t k = 0; k < problem->count; k++) {
        if (plan->slot[k] != b) continue;
        const double cost = there + row_a[k] - row_b[k];
        if (clean && cost >= -tolerance) continue;
        const double excess = excess_change(search, plan, a, b, i, k);
        if (!is_better(excess, cost, tolerance)) continue;
        if (best >= 0 && (excess > best_excess || (excess >= best_excess && cost >= best_cost)))
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
            if (is_clean(plan, a, b) && there + search->least_gain[b * p + a] >= -tolerance)
                continue;
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

/* Excess of cluster k with its centre at `site` in place of the present one, which costs its
 * accounts `now`; at `site` they cost `then`. */
static double excess_at(const struct ambit_cluster_search *search, const struct plan *plan,
                        int32_t k, double now, int32_t site, double then)
{
    double load[AMBIT_RULE_MAX];
    for (int r = 0; r < search->rules; r++)
        load[r] = plan->load[k * search->rules + r] +
                  search->problem->rule[r].travel_weight * (then - now);
    return outside_of(search, site, load);
}

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
        for (int32_t q = 0; q < members && sum < least; q++)
            sum += cost[search->member[q]];
        if (sum >= least || excess_at(search, plan, k, now, j, sum) > plan->outside[k] + ROUNDING)
            continue;
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

/* Costs of all accounts at the median `site` with its prices (by rule), but for rule `without`;
 * search->rules: with all. */
static void price_row(const struct ambit_cluster_search *search, int32_t site, const double *price,
                      int without, double *out)
{
    const int32_t n = search->problem->count;
    const double *const cost = row(search, site);
    double factor = 1.0;
    for (int r = 0; r < search->rules; r++)
        factor += r == without ? 0.0 : price[r] * search->problem->rule[r].travel_weight;
    for (int32_t i = 0; i < n; i++)
        out[i] = factor * cost[i];
    for (int r = 0; r < search->rules; r++) {
        const int64_t *const base = search->problem->rule[r].base;
        if (r == without || price[r] == 0.0) continue;
        for (int32_t i = 0; i < n; i++)
            out[i] += price[r] * (double)base[i];
    }
}

/* Lowest and second lowest priced cost of account i. */
static void find_lowest_of(struct ambit_cluster_search *search, int32_t i)
{
    const size_t n = (size_t)search->problem->count;
    double lowest = INFINITY, second = INFINITY;
    int32_t lowest_slot = -1, second_slot = -1;
    for (int32_t k = 0; k < search->centres; k++) {
        const double value = search->priced[(size_t)k * n + (size_t)i];
        if (value < lowest) {
            second = lowest;
            second_slot = lowest_slot;
            lowest = value;
            lowest_slot = k;
        } else if (value < second) {
            second = value;
            second_slot = k;
        }
    }
    search->low.first[i] = lowest;
    search->low.second[i] = second;
    search->low.first_slot[i] = lowest_slot;
    search->low.second_slot[i] = second_slot;
}

static void find_lowest(struct ambit_cluster_search *search, const int32_t *centre,
                        const double *price)
{
    const int32_t n = search->problem->count;
    for (int32_t k = 0; k < search->centres; k++)
        price_row(search, centre[k], &price[k * search->rules], search->rules,
                  &search->priced[(size_t)k * (size_t)n]);
    for (int32_t i = 0; i < n; i++)
        find_lowest_of(search, i);
}

/* The same after the prices of cluster k alone have changed. */
static void update_lowest(struct ambit_cluster_search *search, const int32_t *centre,
                          const double *price, int32_t k)
{
    const int32_t n = search->problem->count;
    double *const priced = &search->priced[(size_t)k * (size_t)n];
    price_row(search, centre[k], &price[k * search->rules], search->rules, priced);
    for (int32_t i = 0; i < n; i++) {
        const bool stays = search->low.first_slot[i] != k && search->low.second_slot[i] != k &&
                           priced[i] > search->low.second[i];
        if (!stays) find_lowest_of(search, i);
    }
}

/* What account i costs where cluster k does not serve it. */
static double cost_elsewhere(const struct ambit_cluster_search *search, int32_t k, int32_t i)
{
    return search->low.first_slot[i] == k ? search->low.second[i] : search->low.first[i];
}

/* The crossing at which those at or before it have changed so much as `wanted`, above 0; the last
 * where they never do. A weighted quickselect (C. A. R. Hoare, CACM 4(7), 1961): items are
 * reordered. */
static double crossing_of(struct crossing *item, int32_t count, double wanted)
{
    double last = 0.0;
    while (count > 0) {
        const double pivot = item[count / 2].at;
        double before = 0.0, with = 0.0;
        int32_t less = 0, more = count;
        for (int32_t c = 0; c < more;) {
            const struct crossing own = item[c];
            if (own.at < pivot) {
                before += own.change;
                item[c++] = item[less];
                item[less++] = own;
            } else if (own.at > pivot) {
                item[c] = item[--more];
                item[more] = own;
            } else {
                with += own.change;
                c++;
            }
        }
        if (before >= wanted) {
            count = less;
            continue;
        }
        last = pivot;
        wanted -= before + with;
        if (wanted <= 0.0) break;
        item += more;
        count -= more;
    }
    return last;
}

/* The accounts whose coming and going takes away from the load of rule r at cluster k as its price
 * rises from 0 (sign 1), or adds to it as it falls (−1). Returns how many. search->unpriced has the
 * costs at the cluster without this price. */
static int32_t list_crossings(struct ambit_cluster_search *search, int32_t site, int32_t k, int r,
                              double sign)
{
    int32_t crossings = 0;
    for (int32_t i = 0; i < search->problem->count; i++) {
        const double load = load_of(search, r, site, i);
        const double margin = cost_elsewhere(search, k, i) - search->unpriced[i];
        if (load == 0.0 || !isfinite(margin) || (margin > 0.0) != (sign * load > 0.0)) continue;
        search->crossing[crossings++] = (struct crossing){fabs(margin / load), fabs(load)};
    }
    return crossings;
}

/* The price of rule r at cluster k that raises the bound most, given the other prices; `price` has
 * the cluster's by rule, and lowest and second the rest. */
static double best_price(struct ambit_cluster_search *search, int32_t site, int32_t k, int r,
                         const double *price)
{
    const struct ambit_cluster_rule *const rule = &search->problem->rule[r];
    double load = 0.0;
    price_row(search, site, price, r, search->unpriced);
    for (int32_t i = 0; i < search->problem->count; i++) {
        if (search->unpriced[i] < cost_elsewhere(search, k, i)) load += load_of(search, r, site, i);
    }
    const double above = load - ambit_cluster_high(rule, site),
                 below = ambit_cluster_low(rule, site) - load;
    if (above <= 0.0 && below <= 0.0) return 0.0;
    const double sign = above > 0.0 ? 1.0 : -1.0;
    const int32_t crossings = list_crossings(search, site, k, r, sign);
    return sign * crossing_of(search->crossing, crossings, fmax(above, below));
}

/* What the prices take off the bound: their limits' part. */
static double limits_part(const struct ambit_cluster_search *search, const int32_t *centre,
                          const double *price, double bound)
{
    for (int32_t k = 0; k < search->centres; k++) {
        for (int r = 0; r < search->rules; r++) {
            const struct ambit_cluster_rule *const rule = &search->problem->rule[r];
            const double one = price[k * search->rules + r];
            if (one > 0.0) bound -= one * ambit_cluster_high(rule, centre[k]);
            if (one < 0.0) bound -= one * ambit_cluster_low(rule, centre[k]);
        }
    }
    return bound;
}

/* The bound at these prices, lowest costs being found. */
static double bound_of(const struct ambit_cluster_search *search, const int32_t *centre,
                       const double *price)
{
    double sum = 0.0;
    for (int32_t i = 0; i < search->problem->count; i++)
        sum += search->low.first[i];
    return limits_part(search, centre, price, sum);
}

/* The bound where cluster k of `now` has its centre at trial.centre[k], at the prices of today: one
 * look at each account. */
static double bound_of_move(struct ambit_cluster_search *search, int32_t k)
{
    const struct lowest *const low = &search->low_now;
    const int32_t n = search->problem->count;
    double sum = 0.0;
    price_row(search, search->trial.centre[k], &search->price[k * search->rules], search->rules,
              search->unpriced);
    for (int32_t i = 0; i < n; i++) {
        const double other = low->first_slot[i] == k ? low->second[i] : low->first[i];
        sum += search->unpriced[i] < other ? search->unpriced[i] : other;
    }
    return limits_part(search, search->trial.centre, search->price, sum);
}

/* Raises the bound of the medians `centre` from the prices given, until it stands still or is above
 * `enough`. */
static double raise_bound(struct ambit_cluster_search *search, const int32_t *centre, double *price,
                          double enough)
{
    find_lowest(search, centre, price);
    double bound = bound_of(search, centre, price);
    for (int pass = 0; pass < PRICE_PASSES && bound < enough; pass++) {
        const double before = bound;
        for (int32_t at = 0; at < search->centres * search->rules; at++) {
            const int32_t k = at / search->rules;
            const double old = price[at];
            price[at] =
                best_price(search, centre[k], k, at % search->rules, &price[k * search->rules]);
            if (price[at] != old) update_lowest(search, centre, price, k);
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
    memcpy(plan->slot, search->low.first_slot, (size_t)search->problem->count * sizeof *plan->slot);
    measure(search, plan);
}

static void copy_plan(const struct ambit_cluster_search *search, const struct plan *from,
                      struct plan *to)
{
    memcpy(to->centre, from->centre, (size_t)search->centres * sizeof *to->centre);
    memcpy(to->slot, from->slot, (size_t)search->problem->count * sizeof *to->slot);
    memcpy(to->load, from->load,
           (size_t)search->centres * (size_t)search->rules * sizeof *to->load);
    memcpy(to->outside, from->outside, (size_t)search->centres * sizeof *to->outside);
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
    const double step = ambit_grain_step(search->problem->grain, search->now.cost);
    const size_t p = (size_t)search->centres, prices = p * (size_t)search->rules;
    memcpy(search->trial.centre, search->now.centre, p * sizeof *search->trial.centre);
    memcpy(search->trial_price, search->price, prices * sizeof *search->trial_price);
    search->trial.centre[k] = site;
    const double enough = search->now.excess > 0.0 ? INFINITY : search->now.cost - step;
    if (bound_of_move(search, k) >= enough) return false;
    if (raise_bound(search, search->trial.centre, search->trial_price, enough) >= enough)
        return false;
    assign_by_price(search, &search->trial, search->trial_price);
    descend(search, &search->trial);
    if (search->trial.excess > search->now.excess || (search->trial.excess >= search->now.excess &&
                                                      search->trial.cost > search->now.cost - step))
        return false;
    copy_plan(search, &search->trial, &search->now);
    return true;
}

static void set_prices_to_zero(const struct ambit_cluster_search *search, double *price)
{
    memset(price, 0, (size_t)search->centres * (size_t)search->rules * sizeof *price);
}

/* Keeps the lowest costs of `now` at search->price, for its moves to be bounded by. */
static void look_at_now(struct ambit_cluster_search *search)
{
    const size_t n = (size_t)search->problem->count;
    find_lowest(search, search->now.centre, search->price);
    memcpy(search->low_now.first, search->low.first, n * sizeof(double));
    memcpy(search->low_now.second, search->low.second, n * sizeof(double));
    memcpy(search->low_now.first_slot, search->low.first_slot, n * sizeof(int32_t));
}

/* Moves one median at a time, until none helps or no tries are left. */
static void move_medians(struct ambit_cluster_search *search, int32_t near, int64_t *tries)
{
    bool moved = true;
    while (moved && *tries > 0) {
        moved = false;
        set_prices_to_zero(search, search->price);
        (void)raise_bound(search, search->now.centre, search->price, INFINITY);
        look_at_now(search);
        for (int32_t k = 0; k<search->centres && * tries> 0; k++) {
            const int32_t found = find_near(search, search->now.centre[k], near);
            for (int32_t c = 0; c<found && * tries> 0; c++) {
                if (is_centre(search, &search->now, search->near[c])) continue;
                --*tries;
                if (!try_median(search, k, search->near[c])) continue;
                look_at_now(search);
                moved = true;
                break;
            }
        }
    }
}

/* --- places by the bound ---------------------------------------------------- */

/* Moves cluster k's median to `site` where that lowers the bound enough. */
static bool try_place(struct ambit_cluster_search *search, int32_t k, int32_t site, double *bound)
{
    const double enough = *bound - PLACE_STEP * fabs(*bound);
    const size_t p = (size_t)search->centres, prices = p * (size_t)search->rules;
    memcpy(search->trial.centre, search->now.centre, p * sizeof *search->trial.centre);
    memcpy(search->trial_price, search->price, prices * sizeof *search->trial_price);
    search->trial.centre[k] = site;
    if (bound_of_move(search, k) >= enough) return false;
    double next = raise_bound(search, search->trial.centre, search->trial_price, enough);
    if (next >= enough) return false;
    /* From prices of other places the ascent can jam far below: only from none is it fair. */
    set_prices_to_zero(search, search->trial_price);
    next = raise_bound(search, search->trial.centre, search->trial_price, enough);
    if (next >= enough) return false;
    *bound = next;
    search->now.centre[k] = site;
    memcpy(search->price, search->trial_price, prices * sizeof *search->price);
    look_at_now(search);
    return true;
}

double ambit_cluster_search_place(struct ambit_cluster_search *search,
                                  const struct ambit_cluster_search_limits *limits)
{
    int64_t tries = limits->tries;
    bool moved = true;
    set_prices_to_zero(search, search->price);
    double bound = raise_bound(search, search->now.centre, search->price, INFINITY);
    const double first = bound;
    look_at_now(search);
    while (moved && tries > 0) {
        moved = false;
        for (int32_t k = 0; k < search->centres && tries > 0; k++) {
            const int32_t found = find_near(search, search->now.centre[k], limits->near);
            for (int32_t c = 0; c < found && tries > 0; c++) {
                if (is_centre(search, &search->now, search->near[c])) continue;
                tries--;
                if (!try_place(search, k, search->near[c], &bound)) continue;
                moved = true;
                break;
            }
        }
    }
    assign_by_price(search, &search->now, search->price);
    return first - bound;
}

/* --- the whole -------------------------------------------------------------- */

static bool is_better_plan(const struct plan *a, const struct plan *b)
{
    return a->excess < b->excess || (a->excess <= b->excess && a->cost < b->cost);
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
    set_prices_to_zero(search, search->trial_price);
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
    const int32_t n = search->problem->count, rules = search->rules;
    memset(search->site_price, 0, (size_t)n * (size_t)rules * sizeof(double));
    set_prices_to_zero(search, search->price);
    (void)raise_bound(search, search->now.centre, search->price, INFINITY);
    for (int32_t k = 0; k < search->centres; k++) {
        for (int32_t r = 0; r < rules; r++)
            search->site_price[(size_t)r * (size_t)n + (size_t)search->now.centre[k]] =
                search->price[k * rules + r];
    }
    return search->site_price;
}
