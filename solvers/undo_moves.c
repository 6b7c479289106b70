/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/undo_moves.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PASS_MOST = 8, PARTNERS_MOST = 64 };
/* Of a limit: what rounding to doubles and to whole micro-units may do. */
#define TOLERANCE 1e-9
#define DRIFT 1e-6 /* of what is outside anyway: limits go with totals, which change a little */

struct undoing {
    const struct ambit_problem *problem;
    const struct ambit_moved *moved;
    int64_t count;
    int64_t *load; /* [territory × rules + rule] */
    int64_t total[AMBIT_RULE_MAX];
    double *low, *high; /* owned; limits at these totals */
    double scale[AMBIT_RULE_MAX];
    double violation; /* of the loads, in parts of mean loads */
    int64_t *order;   /* owned; moves, those that save least first */
    bool *back;
};

static size_t cell_count(const struct undoing *u)
{
    return (size_t)u->problem->territories->count * (size_t)u->problem->rule_count;
}

/* Loads of a share are sums of rounded terms, half a micro-unit off for every account. */
static double rounding_of(const struct ambit_problem *problem, int r)
{
    const bool is_share = problem->scenario->band[problem->rule[r].band].share_of >= 0;
    return is_share ? 0.5 * (double)problem->accounts->total / problem->territories->count : 0.0;
}

/* How far loads are outside at their own totals, summed in order of the territories. */
static double violation_of(struct undoing *u)
{
    const size_t rules = (size_t)u->problem->rule_count, cells = cell_count(u);
    double rounding[AMBIT_RULE_MAX] = {0.0};
    for (size_t r = 0; r < rules; r++)
        rounding[r] = rounding_of(u->problem, (int)r);
    double sum = 0.0;
    ambit_problem_sides(u->problem, u->total, 0.0, u->low, u->high);
    for (size_t at = 0; at < cells; at++) {
        const double load = (double)u->load[at];
        const double outside = fmax(load - u->high[at], u->low[at] - load);
        if (outside > TOLERANCE * fabs(load) + rounding[at % rules])
            sum += outside / u->scale[at % rules];
    }
    return sum;
}

/* Takes a move back in the loads, or makes it again. */
static void turn(struct undoing *u, const struct ambit_moved *m, bool back)
{
    const size_t rules = (size_t)u->problem->rule_count;
    const int64_t sign = back ? 1 : -1;
    for (size_t r = 0; r < rules; r++) {
        u->load[(size_t)m->home * rules + r] += sign * m->home_load[r];
        u->load[(size_t)m->now * rules + r] -= sign * m->now_load[r];
        u->total[r] += sign * (m->home_load[r] - m->now_load[r]);
    }
}

/* What going home costs: travel that the move saved, less the disruption that it was. */
static int64_t cost_of(const struct ambit_moved *m)
{
    return m->home_travel - m->now_travel - m->disruption;
}

/* Sends one home, or two (b may be NULL), where that breaks nothing further. */
static bool try_home(struct undoing *u, const struct ambit_moved *a, const struct ambit_moved *b)
{
    const double before = u->violation;
    turn(u, a, true);
    if (b != NULL) turn(u, b, true);
    u->violation = violation_of(u);
    if (u->violation <= before * (1.0 + DRIFT)) {
        u->back[a - u->moved] = true;
        if (b != NULL) u->back[b - u->moved] = true;
        return true;
    }
    if (b != NULL) turn(u, b, false);
    turn(u, a, false);
    u->violation = before;
    return false;
}

static bool try_singles(struct undoing *u)
{
    bool changed = false;
    for (int64_t k = 0; k < u->count; k++) {
        const struct ambit_moved *const m = &u->moved[u->order[k]];
        if (!u->back[u->order[k]] && cost_of(m) <= 0) changed |= try_home(u, m, NULL);
    }
    return changed;
}

/* Two that have gone opposite ways. */
static bool try_swaps(struct undoing *u)
{
    bool changed = false;
    for (int64_t k = 0; k < u->count; k++) {
        const struct ambit_moved *const a = &u->moved[u->order[k]];
        int partners = 0;
        for (int64_t n = k + 1; n < u->count && partners < PARTNERS_MOST; n++) {
            const struct ambit_moved *const b = &u->moved[u->order[n]];
            if (u->back[u->order[k]]) break;
            if (u->back[u->order[n]] || a->home != b->now || a->now != b->home) continue;
            partners++;
            if (cost_of(a) + cost_of(b) <= 0) changed |= try_home(u, a, b);
        }
    }
    return changed;
}

struct saver {
    int64_t cost, move;
};

static int compare_savers(const void *left, const void *right)
{
    const struct saver *const a = left, *const b = right;
    if (a->cost != b->cost) return a->cost < b->cost ? -1 : 1;
    return a->move < b->move ? -1 : a->move > b->move;
}

static ambit_status begin(struct undoing *u)
{
    ambit_status status = AMBIT_OK;
    const size_t rules = (size_t)u->problem->rule_count, cells = cell_count(u);
    struct saver *saver = NULL;
    AMBIT_TRY(ambit_alloc(&u->low, cells, sizeof *u->low));
    AMBIT_TRY(ambit_alloc(&u->high, cells, sizeof *u->high));
    AMBIT_TRY(ambit_alloc(&u->order, (size_t)u->count, sizeof *u->order));
    AMBIT_TRY(ambit_alloc(&saver, (size_t)u->count, sizeof *saver));
    for (int64_t m = 0; m < u->count; m++)
        saver[m] = (struct saver){cost_of(&u->moved[m]), m};
    if (u->count > 0) qsort(saver, (size_t)u->count, sizeof *saver, compare_savers);
    for (int64_t m = 0; m < u->count; m++) {
        u->order[m] = saver[m].move;
        u->back[m] = false;
    }
    for (size_t at = 0; at < cells; at++)
        u->total[at % rules] += u->load[at];
    for (size_t r = 0; r < rules; r++)
        u->scale[r] = fmax(fabs((double)u->total[r]) / u->problem->territories->count, 1.0);
    u->violation = violation_of(u);
done:
    ambit_free(&saver);
    return status;
}

ambit_status ambit_undo_moves(const struct ambit_problem *problem, int64_t *load,
                              const struct ambit_moved *moved, int64_t moved_count, bool *back_out)
{
    ambit_status status = AMBIT_OK;
    struct undoing u = {
        .problem = problem, .moved = moved, .count = moved_count, .load = load, .back = back_out};
    AMBIT_TRY(begin(&u));
    for (int pass = 0; pass < PASS_MOST; pass++) {
        const bool singles = try_singles(&u);
        const bool swaps = try_swaps(&u);
        if (!singles && !swaps) break;
    }
done:
    ambit_free(&u.low);
    ambit_free(&u.high);
    ambit_free(&u.order);
    return status;
}
