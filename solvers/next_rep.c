/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Prices say what an account costs where territories are full: travel and the price of the room it
 * takes. So a rep who goes costs what his cells then pay elsewhere beyond the travel they have with
 * him, and a rep who comes saves what the best share of work around his home pays today beyond the
 * travel it would have with him: the reduced cost of a column, as in column generation (Lorena and
 * Senne 2004 for medians). What a new rep takes is a fractional knapsack: cells by saving for an
 * hour of work until he has his share. As targets are shares of a total, each of the others has to
 * take a little more or less, which counts at the mean of what they pay for room.
 *
 * Reps go and come one after the other. A territory that loses work to a new one is no longer full,
 * and one that takes over work no longer in want of it: its prices of that become 0.
 *
 * Cost: cells × territories, then a sort of NEAR cells a candidate and step. Weakness: a greedy
 * estimate; what a change does to prices further off is not seen, and a new home is the middle
 * account of a cell. The plan that is drawn then shows what it is worth.
 */
#include "solvers/next_rep.h"
#include "engine/base/memory.h"
#include "engine/model/neighbours.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NEAR = AMBIT_NEIGHBOUR_MAX }; /* cells that a new rep may take, besides his own */
#define NOTICED 0.05 /* part of a territory's work whose going or coming is noticed */

static double travel_from(const struct ambit_next_rep *p, int32_t c, const double place[3])
{
    const double chord2 = ambit_chord2(&p->place[3 * (size_t)c], place);
    return p->local[c] + p->visits[c] * ambit_haul_hours(p->scenario, chord2);
}

/* Travel and prices of cell c in territory j. */
static double cost_in(const struct ambit_next_rep *p, int32_t c, int32_t j)
{
    const double travel = travel_from(p, c, &p->home[3 * (size_t)j]);
    const double *const price = &p->price[(size_t)j * (size_t)p->rule_count];
    double cost = travel;
    for (int r = 0; r < p->rule_count; r++)
        cost += price[r] * (p->load[(size_t)c * (size_t)p->rule_count + (size_t)r] +
                            p->travel_weight[r] * travel);
    return cost;
}

/* A copy whose prices can change; the caller frees *price_out. */
static ambit_status copy_prices(const struct ambit_next_rep *from, struct ambit_next_rep *to,
                                double **price_out)
{
    const size_t cells = (size_t)from->territory_count * (size_t)from->rule_count;
    const ambit_status status = ambit_alloc(price_out, cells + 1, sizeof **price_out);
    *to = *from;
    to->price = *price_out;
    if (status == AMBIT_OK && cells > 0)
        memcpy(*price_out, from->price, cells * sizeof **price_out);
    return status;
}

/* Takes away what territory j pays for room (side 1), or is paid for work (side −1). */
static void level_prices(const struct ambit_next_rep *p, int32_t j, int side, double *price)
{
    double *const own = &price[(size_t)j * (size_t)p->rule_count];
    for (int r = 0; r < p->rule_count; r++)
        own[r] = side > 0 ? fmin(own[r], 0.0) : fmax(own[r], 0.0);
}

/* ---- who leaves ---- */

struct holding {
    int32_t own, second; /* territories */
    double own_cost, second_cost;
};

/* The two cheapest territories that are still there. */
static struct holding hold(const struct ambit_next_rep *p, const bool *gone, int32_t c)
{
    struct holding h = {-1, -1, INFINITY, INFINITY};
    for (int32_t j = 0; j < p->territory_count; j++) {
        if (gone[j]) continue;
        const double cost = cost_in(p, c, j);
        if (cost < h.own_cost) {
            h = (struct holding){j, h.own, cost, h.own_cost};
        } else if (cost < h.second_cost) {
            h.second = j;
            h.second_cost = cost;
        }
    }
    return h;
}

/* Of each territory: what its cells pay elsewhere beyond their travel, what they pay for room, and
 * their weight. */
struct tally {
    double loss, room, weight;
};

/* Leaves out of `tally` who is gone; the mean room of the others goes off each loss. */
static void tally_losses(const struct ambit_next_rep *p, const struct holding *held,
                         const bool *gone, struct tally *tally)
{
    double room = 0.0;
    int32_t there = 0;
    memset(tally, 0, (size_t)p->territory_count * sizeof *tally);
    for (int32_t c = 0; c < p->cell_count; c++) {
        struct tally *const own = &tally[held[c].own];
        const double travel = travel_from(p, c, &p->home[3 * (size_t)held[c].own]);
        own->loss += held[c].second_cost - travel;
        own->room += held[c].own_cost - travel;
        own->weight += p->weight[c];
    }
    for (int32_t j = 0; j < p->territory_count; j++) {
        room += tally[j].room;
        there += !gone[j];
    }
    for (int32_t j = 0; j < p->territory_count; j++)
        tally[j].loss -= (room - tally[j].room) / fmax(there - 1.0, 1.0);
}

/* Hands the cells of territory `last` on; *changed says whose prices are others then. */
static void hand_on(const struct ambit_next_rep *p, const struct holding *held,
                    const struct tally *tally, int32_t last, double *gained, double *price,
                    bool *changed)
{
    memset(gained, 0, (size_t)p->territory_count * sizeof *gained);
    for (int32_t c = 0; c < p->cell_count; c++)
        if (held[c].own == last) gained[held[c].second] += p->weight[c];
    for (int32_t j = 0; j < p->territory_count; j++) {
        changed[j] = j == last || gained[j] > NOTICED * tally[j].weight;
        if (changed[j]) level_prices(p, j, -1, price);
    }
}

ambit_status ambit_next_rep_leave(const struct ambit_next_rep *problem, int32_t count,
                                  int32_t *territory_out, double *hours_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_next_rep own = {0}, *const p = &own;
    struct holding *held = NULL;
    struct tally *tally = NULL;
    double *price = NULL, *gained = NULL;
    bool *gone = NULL, *changed = NULL;
    const size_t territories = (size_t)problem->territory_count;
    AMBIT_TRY(copy_prices(problem, p, &price));
    AMBIT_TRY(ambit_alloc(&held, (size_t)p->cell_count, sizeof *held));
    AMBIT_TRY(ambit_alloc(&tally, territories, sizeof *tally));
    AMBIT_TRY(ambit_alloc(&gained, territories, sizeof *gained));
    AMBIT_TRY(ambit_alloc(&gone, territories, sizeof *gone));
    AMBIT_TRY(ambit_alloc(&changed, territories, sizeof *changed));
    for (int32_t n = 0; n < count; n++) {
        int32_t last = -1;
#pragma omp parallel for schedule(static)
        for (int32_t c = 0; c < p->cell_count; c++)
            if (n == 0 || changed[held[c].own] || changed[held[c].second])
                held[c] = hold(p, gone, c);
        tally_losses(p, held, gone, tally);
        for (int32_t j = 0; j < p->territory_count; j++) {
            if (gone[j] || p->stays[j]) continue;
            if (last < 0 || tally[j].loss < tally[last].loss) last = j;
        }
        AMBIT_REQUIRE(last >= 0);
        gone[last] = true;
        territory_out[n] = last;
        hours_out[n] = tally[last].loss;
        hand_on(p, held, tally, last, gained, price, changed);
    }
done:
    ambit_free(&held);
    ambit_free(&tally);
    ambit_free(&price);
    ambit_free(&gained);
    ambit_free(&gone);
    ambit_free(&changed);
    return status;
}

/* ---- where the next one lives ---- */

/* What each cell pays today, and to whom. */
struct payment {
    double cost, room; /* with the price of room in it, which is the part `room` */
    int32_t to;        /* territory, or −1 for a new one */
};

struct offer {
    int32_t cell;
    double saving, ratio; /* hours; and for an hour of weight */
};

static int compare_offers(const void *a, const void *b)
{
    const struct offer *const x = a, *const y = b;
    if (x->ratio != y->ratio) return x->ratio > y->ratio ? -1 : 1;
    return (x->cell > y->cell) - (x->cell < y->cell);
}

/* What is offered to a rep with his home in cell k, the best first. */
static int make_offers(const struct ambit_next_rep *p, const struct payment *paid,
                       const int32_t *near, int32_t k, struct offer offer[NEAR + 1])
{
    int offers = 0;
    for (int n = -1; n < NEAR; n++) {
        const int32_t c = n < 0 ? k : near[(size_t)k * NEAR + (size_t)n];
        if (c < 0) break;
        const double saving = paid[c].cost - travel_from(p, c, &p->place[3 * (size_t)k]);
        offer[offers++] = (struct offer){c, saving, saving / p->weight[c]};
    }
    qsort(offer, (size_t)offers, sizeof *offer, compare_offers);
    return offers;
}

/* What a rep with his home in cell k saves with a share of `share`; what he takes of each territory
 * goes into taken, unless it is NULL. */
static double saving_at(const struct ambit_next_rep *p, const struct payment *paid,
                        const int32_t *near, int32_t k, double share, double *taken)
{
    struct offer offer[NEAR + 1];
    double sum = 0.0;
    const int offers = make_offers(p, paid, near, k, offer);
    for (int n = 0; n < offers && share > 0.0; n++) {
        const int32_t c = offer[n].cell;
        const double part = fmin(share / p->weight[c], 1.0);
        sum += offer[n].saving * part;
        share -= p->weight[c];
        if (taken != NULL && paid[c].to >= 0) taken[paid[c].to] += part * p->weight[c];
    }
    return sum;
}

/* Cell c pays territory j where that is less than what it pays now. */
static void pay_to(const struct ambit_next_rep *p, int32_t c, int32_t j, struct payment *paid)
{
    const double cost = cost_in(p, c, j);
    if (cost >= paid->cost) return;
    *paid = (struct payment){cost, cost - travel_from(p, c, &p->home[3 * (size_t)j]), j};
}

/* A rep in cell k is there: who gives him work has room again, and he has some, too. */
static void settle(const struct ambit_next_rep *p, int32_t k, const double *taken,
                   const double *weight, double *price, struct payment *paid)
{
    for (int32_t j = 0; j < p->territory_count; j++) {
        if (!(taken[j] > NOTICED * weight[j])) continue;
        level_prices(p, j, 1, price);
        for (int32_t c = 0; c < p->cell_count; c++)
            pay_to(p, c, j, &paid[c]);
    }
    for (int32_t c = 0; c < p->cell_count; c++) {
        const double travel = travel_from(p, c, &p->place[3 * (size_t)k]);
        if (travel < paid[c].cost) paid[c] = (struct payment){travel, 0.0, -1};
    }
}

/* `saved` and `held` (taken and weight of each territory) are room for the work. */
static void hire_all(const struct ambit_next_rep *p, const int32_t *near, int32_t count,
                     double *price, struct payment *paid, double *saved, double *held,
                     int32_t *cell_out, double *hours_out)
{
    const size_t territories = (size_t)p->territory_count;
    double *const weight = held + territories;
    for (int32_t n = 0; n < count; n++) {
        double all = 0.0, room = 0.0;
        int32_t best = 0;
        memset(held, 0, 2 * territories * sizeof *held);
        for (int32_t c = 0; c < p->cell_count; c++) {
            all += p->weight[c];
            room += paid[c].room;
            if (paid[c].to >= 0) weight[paid[c].to] += p->weight[c];
        }
        const double share = all / (p->territory_count + n + 1);
#pragma omp parallel for schedule(static)
        for (int32_t k = 0; k < p->cell_count; k++)
            saved[k] = saving_at(p, paid, near, k, share, NULL);
        for (int32_t k = 1; k < p->cell_count; k++)
            if (saved[k] > saved[best]) best = k;
        cell_out[n] = best;
        hours_out[n] =
            saving_at(p, paid, near, best, share, held) - room / (p->territory_count + n + 1);
        settle(p, best, held, weight, price, paid);
    }
}

ambit_status ambit_next_rep_hire(const struct ambit_next_rep *problem, int32_t count,
                                 int32_t *cell_out, double *hours_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_next_rep own = {0}, *const p = &own;
    struct ambit_neighbour_tree *tree = NULL;
    struct payment *paid = NULL;
    int32_t *near = NULL;
    double *price = NULL, *saved = NULL, *held = NULL;
    const size_t cells = (size_t)problem->cell_count;
    AMBIT_TRY(copy_prices(problem, p, &price));
    AMBIT_TRY(ambit_alloc(&near, cells * NEAR, sizeof *near));
    AMBIT_TRY(ambit_alloc(&paid, cells, sizeof *paid));
    AMBIT_TRY(ambit_alloc(&saved, cells, sizeof *saved));
    AMBIT_TRY(ambit_alloc(&held, 2 * (size_t)p->territory_count, sizeof *held));
    AMBIT_TRY(ambit_neighbour_tree_create(p->place, p->cell_count, &tree));
    ambit_neighbour_list(tree, NEAR, near);
#pragma omp parallel for schedule(static)
    for (int32_t c = 0; c < p->cell_count; c++) {
        paid[c] = (struct payment){INFINITY, 0.0, -1};
        for (int32_t j = 0; j < p->territory_count; j++)
            pay_to(p, c, j, &paid[c]);
    }
    hire_all(p, near, count, price, paid, saved, held, cell_out, hours_out);
done:
    ambit_neighbour_tree_destroy(&tree);
    ambit_free(&near);
    ambit_free(&paid);
    ambit_free(&price);
    ambit_free(&saved);
    ambit_free(&held);
    return status;
}
