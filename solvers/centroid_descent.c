/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Clusters share nothing but their accounts, so that the change of cost of a move is the sum of the
 * exact changes of the clusters that it touches, however many. Every move is first bounded in
 * constant time (centroid_plan.h), and only what the bound leaves open is computed. Moves:
 *   - shift of an account to a near cluster;
 *   - swap of two accounts of near clusters. With the accounts of a ranked by
 *         u_i = g_b · x_i / m_b − g_a · x_i / m_a + |x_i − c_b| − |x_i − c_a|
 *     (g gradients, m sizes, c centroids) and those of b too, the bound of the swap of i and k is
 * at least u_i − u_k − 2 |x_i − x_k| (1/m_a + 1/m_b), which ends both loops early;
 *   - ejection chains (Glover 1996) of up to four accounts, each taking the place of the next; the
 *     last one joins a cluster as it is, or the one where the first came from (a cycle: Thompson,
 *     Psaraftis 1993). A chain grows while the bound of putting the account in hand anywhere,
 *     capacity aside, promises a gain, and only by the most promising few: a beam, so that chains
 *     can be missed.
 * Cost: accounts × near clusters for shifts; in practice a small part of the pairs for swaps.
 */
#include "solvers/centroid_descent.h"
#include "engine/base/memory.h"
#include "engine/base/real.h"

#include <stdlib.h>

enum { SWEEPS_MAX = 1000, PRICE_STEPS = 24, CHAIN_MAX = 4, BEAM_MAX = 6 };

#define PRICE_FACTOR 3.0
#define SLACK 0.1       /* of the mean distance: what a chain may lack on its way */
#define SLACK_SIZE 15.0 /* accounts of a cluster, above which it may lack less */

ambit_status ambit_centroid_descent_open(struct ambit_centroid_plan *plan,
                                         struct ambit_centroid_descent *out)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)plan->problem->count, p = (size_t)plan->problem->centre_count;
    struct ambit_centroid_descent descent = {.plan = plan};
    AMBIT_TRY(ambit_alloc(&descent.seen, p, sizeof(int64_t)));
    AMBIT_TRY(ambit_alloc(&descent.chained, p, sizeof(int64_t)));
    AMBIT_TRY(ambit_alloc(&descent.ranked, p, sizeof(int64_t)));
    AMBIT_TRY(ambit_alloc(&descent.home, n, sizeof(double)));
    const size_t places = p * ((size_t)plan->room + 1);
    AMBIT_TRY(ambit_alloc(&descent.rank, places, sizeof *descent.rank));
    AMBIT_TRY(ambit_alloc(&descent.leaving, n, sizeof *descent.leaving));
    AMBIT_TRY(ambit_alloc(&descent.coming, n, sizeof *descent.coming));
done:
    if (status != AMBIT_OK) ambit_centroid_descent_close(&descent);
    *out = descent;
    return status;
}

void ambit_centroid_descent_close(struct ambit_centroid_descent *descent)
{
    ambit_free(&descent->seen);
    ambit_free(&descent->chained);
    ambit_free(&descent->ranked);
    ambit_free(&descent->home);
    ambit_free(&descent->rank);
    ambit_free(&descent->leaving);
    ambit_free(&descent->coming);
}

static const int32_t *members_of(const struct ambit_centroid_plan *plan, int32_t b)
{
    return &plan->member[(size_t)b * ((size_t)plan->room + 1)];
}

static struct ambit_centroid_rank *ranks_of(const struct ambit_centroid_descent *descent, int32_t b)
{
    return &descent->rank[(size_t)b * ((size_t)descent->plan->room + 1)];
}

/* Every account of a that gains by it goes to b. */
static bool shift_between(struct ambit_centroid_descent *descent, int32_t a, int32_t b)
{
    struct ambit_centroid_plan *const plan = descent->plan;
    const int32_t *const member = members_of(plan, a);
    bool moved = false;
    for (int32_t k = plan->size[a] - 1; k >= 0 && plan->size[b] < plan->room; k--) {
        const int32_t i = member[k];
        const int64_t demand = plan->problem->demand[i];
        const double penalty =
            ambit_centroid_penalty(plan, a, -demand) + ambit_centroid_penalty(plan, b, demand);
        const double bound =
            ambit_centroid_plan_bound(plan, a, -1, i) + ambit_centroid_plan_bound(plan, b, i, -1);
        if (penalty + bound >= -descent->tolerance) continue;
        const double change =
            ambit_centroid_plan_change(plan, a, -1, i) + ambit_centroid_plan_change(plan, b, i, -1);
        if (penalty + change >= -descent->tolerance) continue;
        ambit_centroid_plan_move(plan, i, b);
        moved = true;
    }
    return moved;
}

static int compare_rank(const void *a, const void *b)
{
    const struct ambit_centroid_rank *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return x->account < y->account ? -1 : x->account > y->account;
}

/* The accounts of `of` by u (see above) of going from a to b, times `sign`, least first. */
static void rank_members(const struct ambit_centroid_plan *plan, int32_t of, int32_t a, int32_t b,
                         double sign, struct ambit_centroid_rank *rank_out)
{
    const struct ambit_centroid_problem *const problem = plan->problem;
    const int32_t *const member = members_of(plan, of);
    const double ax = plan->centre_x[a], ay = plan->centre_y[a];
    const double bx = plan->centre_x[b], by = plan->centre_y[b];
    const double pull_x = plan->pull_x[b] / plan->size[b] - plan->pull_x[a] / plan->size[a];
    const double pull_y = plan->pull_y[b] / plan->size[b] - plan->pull_y[a] / plan->size[a];
    for (int32_t k = 0; k < plan->size[of]; k++) {
        const int32_t i = member[k];
        const double u = pull_x * (problem->x[i] - ax) + pull_y * (problem->y[i] - ay) +
                         ambit_centroid_reach(problem, i, bx, by) -
                         ambit_centroid_reach(problem, i, ax, ay);
        rank_out[k] = (struct ambit_centroid_rank){sign * u, i};
    }
    qsort(rank_out, (size_t)plan->size[of], sizeof *rank_out, compare_rank);
}

/* The most of the price of excess that one account in the place of another saves cluster b. */
static double relief_of(const struct ambit_centroid_descent *descent, int32_t b)
{
    const struct ambit_centroid_plan *const plan = descent->plan;
    const int64_t over = ambit_centroid_over(plan, plan->load[b]);
    return plan->price * (double)(over < descent->spread ? over : descent->spread);
}

static double swap_penalty(const struct ambit_centroid_plan *plan, int32_t a, int32_t b, int32_t i,
                           int32_t k)
{
    const int64_t extra = plan->problem->demand[i] - plan->problem->demand[k];
    return ambit_centroid_penalty(plan, a, -extra) + ambit_centroid_penalty(plan, b, extra);
}

/* Swaps account i of cluster a for the account of b that helps most, where one helps; those of b
 * are ranked. */
static bool swap_account(struct ambit_centroid_descent *descent, int32_t i, double value, int32_t b)
{
    struct ambit_centroid_plan *const plan = descent->plan;
    const struct ambit_centroid_rank *const coming = descent->coming;
    const int32_t a = plan->cluster[i], in_b = plan->size[b];
    const double reach = plan->radius[b] + ambit_centroid_reach(plan->problem, i, plan->centre_x[b],
                                                                plan->centre_y[b]);
    const double start = value - 2.0 * (1.0 / plan->size[a] + 1.0 / in_b) * reach;
    const double relief = relief_of(descent, a) + relief_of(descent, b);
    double best = -descent->tolerance;
    int32_t partner = -1;
    for (int32_t t = 0; t < in_b; t++) {
        const int32_t k = coming[t].account;
        const double rough = start + coming[t].value;
        if (rough - relief >= best) break;
        if (plan->cluster[k] != b) continue;
        const double penalty = swap_penalty(plan, a, b, i, k);
        if (rough + penalty >= best) continue;
        const double bound =
            ambit_centroid_plan_bound(plan, a, k, i) + ambit_centroid_plan_bound(plan, b, i, k);
        if (penalty + bound >= best) continue;
        double change = penalty + ambit_centroid_plan_change(plan, a, k, i);
        if (change + ambit_centroid_plan_bound(plan, b, i, k) >= best) continue;
        change += ambit_centroid_plan_change(plan, b, i, k);
        if (change >= best) continue;
        best = change;
        partner = k;
    }
    if (partner < 0) return false;
    ambit_centroid_plan_move(plan, i, b);
    ambit_centroid_plan_move(plan, partner, a);
    return true;
}

/* Ranks grow a little stale as accounts are swapped: a swap can be missed, until the next call. */
static bool swap_between(struct ambit_centroid_descent *descent, int32_t a, int32_t b)
{
    const struct ambit_centroid_plan *const plan = descent->plan;
    const int32_t in_a = plan->size[a], in_b = plan->size[b];
    bool moved = false;
    if (in_a == 0 || in_b == 0) return false;
    const struct ambit_centroid_rank *const leaving = descent->leaving;
    const double across =
        ambit_hypot(plan->centre_x[a] - plan->centre_x[b], plan->centre_y[a] - plan->centre_y[b]);
    const double most =
        2.0 * (1.0 / in_a + 1.0 / in_b) * (across + plan->radius[a] + plan->radius[b]);
    rank_members(plan, a, a, b, 1.0, descent->leaving);
    rank_members(plan, b, a, b, -1.0, descent->coming);
    for (int32_t s = 0; s < in_a; s++) {
        const double rough = leaving[s].value + descent->coming[0].value - most;
        if (rough - relief_of(descent, a) - relief_of(descent, b) >= -descent->tolerance) break;
        moved |= swap_account(descent, leaving[s].account, leaving[s].value, b);
    }
    return moved;
}

static void search_pairs_of(struct ambit_centroid_descent *descent, int32_t a)
{
    struct ambit_centroid_plan *const plan = descent->plan;
    int32_t near[AMBIT_CENTROID_NEAR];
    int64_t before;
    int round = 0;
    do {
        before = plan->version[a];
        const int32_t found = ambit_centroid_plan_near(plan, a, AMBIT_CENTROID_NEAR, near);
        for (int32_t c = 0; c < found; c++) {
            bool moved = true;
            for (int k = 0; k < SWEEPS_MAX && moved; k++) {
                moved = shift_between(descent, a, near[c]);
                moved |= shift_between(descent, near[c], a);
                moved |= swap_between(descent, a, near[c]);
            }
        }
    } while (plan->version[a] != before && ++round < SWEEPS_MAX);
    descent->seen[a] = plan->version[a];
}

static bool search_pairs(struct ambit_centroid_descent *descent)
{
    const struct ambit_centroid_plan *const plan = descent->plan;
    const int64_t before = plan->clock;
    bool changed = true;
    for (int sweep = 0; sweep < SWEEPS_MAX && changed; sweep++) {
        changed = false;
        for (int32_t a = 0; a < plan->problem->centre_count; a++) {
            if (plan->version[a] == descent->seen[a]) continue;
            search_pairs_of(descent, a);
            changed = true;
        }
    }
    return plan->clock != before;
}

struct chain {
    int32_t length;                                /* accounts moved */
    int32_t account[CHAIN_MAX], to[CHAIN_MAX + 1]; /* account[k] leaves to[k] for to[k + 1] */
    double value;
};

struct chain_search {
    struct ambit_centroid_descent *descent;
    struct chain path, best;
    double first; /* change where the first account leaves, and nothing comes */
};

struct link {
    double promise, penalty;
    int32_t account, cluster;
};

static bool is_on_path(const struct chain *path, int32_t cluster)
{
    for (int32_t k = 0; k < path->length; k++) {
        if (path->to[k] == cluster) return true;
    }
    return false;
}

/* Records the path with its last account going to c, `out` leaving it or nobody (−1). */
static void close_chain(struct chain_search *search, double value, int32_t c, int32_t out)
{
    const struct ambit_centroid_plan *const plan = search->descent->plan;
    const struct chain *const path = &search->path;
    const int32_t hand = path->account[path->length - 1];
    const int64_t demand =
        plan->problem->demand[hand] - (out >= 0 ? plan->problem->demand[out] : 0);
    value += ambit_centroid_penalty(plan, c, demand);
    if (value + ambit_centroid_plan_bound(plan, c, hand, out) >= search->best.value) return;
    value += ambit_centroid_plan_change(plan, c, hand, out);
    if (value >= search->best.value) return;
    search->best = *path;
    search->best.to[path->length] = c;
    search->best.value = value;
}

static void keep_link(struct link *beam, int32_t width, int32_t *found, struct link link)
{
    int32_t k = *found < width ? (*found)++ : width - 1;
    for (; k > 0 && beam[k - 1].promise > link.promise; k--)
        beam[k] = beam[k - 1];
    beam[k] = link;
}

/* What account i would change in cluster c if its centroid moved by the gradient alone. */
static double lean(const struct ambit_centroid_plan *plan, int32_t c, int32_t i)
{
    const double dx = plan->problem->x[i] - plan->centre_x[c];
    const double dy = plan->problem->y[i] - plan->centre_y[c];
    const double pull = plan->pull_x[c] * dx + plan->pull_y[c] * dy;
    return pull / plan->size[c] + sqrt(dx * dx + dy * dy);
}

/* The accounts of c whose places the one in hand would best take. As for swaps, the bound of the
 * change of c is at least the difference of the two leans less 2 |x − x'| / m. */
static void find_links(const struct chain_search *search, double value, int32_t c, int32_t width,
                       struct link *beam, int32_t *found)
{
    const struct ambit_centroid_descent *const descent = search->descent;
    const struct ambit_centroid_plan *const plan = descent->plan;
    const int32_t hand = search->path.account[search->path.length - 1];
    if (plan->size[c] == 0) return;
    const struct ambit_centroid_rank *const rank = ranks_of(descent, c);
    const double most =
        2.0 / plan->size[c] *
        (plan->radius[c] +
         ambit_centroid_reach(plan->problem, hand, plan->centre_x[c], plan->centre_y[c]));
    const double relief = relief_of(descent, c);
    const double start = value + lean(plan, c, hand) - most;
    for (int32_t m = 0; m < plan->size[c]; m++) {
        const int32_t out = rank[m].account;
        const double rough = start + rank[m].value;
        const double limit = *found < width ? descent->slack : beam[width - 1].promise;
        if (rough - relief >= limit) return;
        const int64_t demand = plan->problem->demand[hand] - plan->problem->demand[out];
        const double penalty = ambit_centroid_penalty(plan, c, demand);
        if (rough + penalty >= limit) continue;
        const double promise =
            value + penalty + descent->home[out] + ambit_centroid_plan_bound(plan, c, hand, out);
        if (promise >= limit) continue;
        keep_link(beam, width, found, (struct link){promise, penalty, out, c});
    }
}

static void extend_chain(struct chain_search *search, double value)
{
    const struct ambit_centroid_plan *const plan = search->descent->plan;
    struct chain *const path = &search->path;
    const int32_t hand = path->account[path->length - 1], from = path->to[path->length - 1];
    int32_t near[AMBIT_CENTROID_NEAR];
    const int32_t nears = ambit_centroid_plan_near(plan, from, AMBIT_CENTROID_NEAR, near);
    for (int32_t k = 0; k < nears && path->length > 1; k++) {
        if (!is_on_path(path, near[k]) && plan->size[near[k]] < plan->room)
            close_chain(search, value, near[k], -1);
    }
    if (path->length > 2) close_chain(search, value - search->first, path->to[0], path->account[0]);
    if (path->length == CHAIN_MAX) return;
    struct link beam[BEAM_MAX];
    const int32_t width = path->length == 1 ? BEAM_MAX : BEAM_MAX / 2;
    int32_t found = 0;
    for (int32_t k = 0; k < nears; k++) {
        if (!is_on_path(path, near[k])) find_links(search, value, near[k], width, beam, &found);
    }
    for (int32_t k = 0; k < found; k++) {
        const double next =
            value + beam[k].penalty +
            ambit_centroid_plan_change(plan, beam[k].cluster, hand, beam[k].account);
        path->to[path->length] = beam[k].cluster;
        path->account[path->length++] = beam[k].account;
        extend_chain(search, next);
        path->length--;
    }
}

/* Ranks the accounts of cluster a by how well they can be done without there. */
static void find_homes(struct ambit_centroid_descent *descent, int32_t a)
{
    const struct ambit_centroid_plan *const plan = descent->plan;
    const int32_t *const member = members_of(plan, a);
    struct ambit_centroid_rank *const rank = ranks_of(descent, a);
    int32_t near[AMBIT_CENTROID_NEAR];
    const int32_t found = ambit_centroid_plan_near(plan, a, AMBIT_CENTROID_NEAR, near);
    for (int32_t m = 0; m < plan->size[a]; m++) {
        const int32_t i = member[m];
        double least = INFINITY;
        for (int32_t k = 0; k < found; k++)
            least = fmin(least, ambit_centroid_plan_bound(plan, near[k], i, -1));
        descent->home[i] = least;
        rank[m] = (struct ambit_centroid_rank){least - lean(plan, a, i), i};
    }
    qsort(rank, (size_t)plan->size[a], sizeof *rank, compare_rank);
    descent->ranked[a] = plan->clock;
}

/* Does the best chain that starts with account i, where one helps. */
static bool chain_from(struct ambit_centroid_descent *descent, int32_t i)
{
    struct ambit_centroid_plan *const plan = descent->plan;
    const int32_t a = plan->cluster[i];
    struct chain_search search = {.descent = descent};
    search.first = ambit_centroid_penalty(plan, a, -plan->problem->demand[i]) +
                   ambit_centroid_plan_bound(plan, a, -1, i);
    if (search.first + descent->home[i] >= descent->slack) return false;
    search.first +=
        ambit_centroid_plan_change(plan, a, -1, i) - ambit_centroid_plan_bound(plan, a, -1, i);
    search.best.value = -descent->tolerance;
    search.path.length = 1;
    search.path.account[0] = i;
    search.path.to[0] = a;
    extend_chain(&search, search.first);
    const struct chain *const best = &search.best;
    for (int32_t k = best->length - 1; k >= 0; k--)
        ambit_centroid_plan_move(plan, best->account[k], best->to[k + 1]);
    for (int32_t k = 0; k <= best->length && best->length > 0; k++)
        find_homes(descent, best->to[k]);
    return best->length > 0;
}

/* Whether a cluster or one near it changed since the clock said `then`. */
static bool is_stale(const struct ambit_centroid_plan *plan, int32_t a, const int32_t *near,
                     int32_t found, int64_t then)
{
    bool stale = plan->version[a] > then;
    for (int32_t k = 0; k < found; k++)
        stale |= plan->version[near[k]] > then;
    return stale;
}

static bool search_chains(struct ambit_centroid_descent *descent)
{
    struct ambit_centroid_plan *const plan = descent->plan;
    const int32_t p = plan->problem->centre_count;
    int32_t near[AMBIT_CENTROID_NEAR];
    bool moved = false;
    for (int32_t a = 0; a < p; a++) {
        const int32_t found = ambit_centroid_plan_near(plan, a, AMBIT_CENTROID_NEAR, near);
        if (is_stale(plan, a, near, found, descent->ranked[a])) find_homes(descent, a);
    }
    for (int32_t a = 0; a < p; a++) {
        const int32_t found = ambit_centroid_plan_near(plan, a, AMBIT_CENTROID_NEAR, near);
        if (!is_stale(plan, a, near, found, descent->chained[a])) continue;
        const int64_t now = plan->clock;
        for (int32_t m = 0; m < plan->size[a]; m++)
            moved |= chain_from(descent, members_of(plan, a)[m]);
        descent->chained[a] = now;
    }
    return moved;
}

/* Scales of the problem, from the plan at hand. */
static void find_scales(struct ambit_centroid_descent *descent)
{
    const struct ambit_centroid_plan *const plan = descent->plan;
    const double cost = ambit_centroid_plan_cost(plan);
    double demand = 0.0, far = 0.0;
    int64_t least = INT64_MAX, most = 0;
    for (int32_t i = 0; i < plan->problem->count; i++) {
        const int64_t own = plan->problem->demand[i];
        demand += (double)own;
        if (own < least) least = own;
        if (own > most) most = own;
        far = fmax(far, fmax(fabs(plan->problem->x[i]), fabs(plan->problem->y[i])));
    }
    /* Below it a gain may be no more than rounding, and moves could go round in circles. */
    descent->tolerance = 1e-9 * cost + 1e-11 * far;
    /* What accounts that move together do to each other's gain shrinks with the size of clusters.
     */
    const double size = (double)plan->problem->count / plan->problem->centre_count;
    descent->slack = SLACK * cost / plan->problem->count * fmin(1.0, SLACK_SIZE / size);
    descent->spread = most - least;
    descent->base_price = cost > 0.0 && demand > 0.0 ? cost / demand : 1.0;
}

void ambit_centroid_descent_run(struct ambit_centroid_descent *descent)
{
    struct ambit_centroid_plan *const plan = descent->plan;
    find_scales(descent);
    plan->price = descent->base_price;
    for (int step = 0; step < PRICE_STEPS; step++) {
        bool moved = true;
        for (int k = 0; k < SWEEPS_MAX && moved; k++) {
            (void)search_pairs(descent);
            moved = search_chains(descent);
        }
        if (plan->excess == 0) return;
        plan->price *= PRICE_FACTOR;
        for (int32_t b = 0; b < plan->problem->centre_count; b++) {
            if (ambit_centroid_over(plan, plan->load[b]) == 0) continue;
            descent->seen[b] = -1;
            descent->chained[b] = -1;
        }
    }
}

void ambit_centroid_descent_skip(struct ambit_centroid_descent *descent)
{
    for (int32_t b = 0; b < descent->plan->problem->centre_count; b++) {
        descent->seen[b] = descent->plan->version[b];
        descent->chained[b] = descent->plan->clock;
    }
}
