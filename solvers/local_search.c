/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Best improvement over three neighbourhoods: an account shifts from p to q; one of p and one of q
 * swap; one shifts from p to q while one of q shifts on to s. Possible shifts are listed by (p, q)
 * with their costs and loads side by side, so that a neighbourhood is one or two short lists and a
 * look at a pair touches little memory. Lists are looked at again only when one of their
 * territories has changed.
 *
 * Lists are in order of cost. Where all bands are met cost must fall, so a look at a list ends
 * where it no longer would, and most pairs are never seen. Where a band is broken, of the changes
 * that lessen violation the one is made that lessens it cheapest, by reduced cost, and what a part
 * of violation may cost is raised step by step: the dear ones wait until nothing cheap is left.
 *
 * Cost: the sum over pairs and triples of territories that changed of the product of two lists'
 * lengths; a search ends after WORK_PER_ACCOUNT looks for every account, which a violation that
 * cannot be mended would else spend without end. Weakness: no move takes more than two accounts.
 */
#include "solvers/local_search.h"
#include "engine/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORK_PER_ACCOUNT 1000
/* What mending may cost, in the group's mean cost of a territory for one mean load outside. */
#define FIRST_RATIO 2.0
#define LAST_RATIO 1000.0
#define RATIO_GROWTH 4.0

/* An account that could go to one of its choices from where it is when listed. */
struct shift {
    int32_t account, choice;
    int64_t cost;        /* more than today */
    double reduced;      /* the same at the prices */
    int64_t alone;       /* what it does to violation where it leaves, or where it arrives */
    const int64_t *load; /* borrowed; per rule, what it takes away, then what it brings */
};

/* One or two shifts at once, and what they change. */
struct change {
    const struct shift *one, *two; /* NULL: none */
    int64_t violation, cost;
    double ratio; /* reduced cost for each part of violation that goes */
};

struct search {
    struct ambit_group *group; /* borrowed */
    int territories, rules;
    int64_t *low, *high;     /* owned; limits in whole units, [territory × rules + rule] */
    int32_t *at;             /* owned; territory of each account */
    int32_t *first;          /* owned; where the list of (p, q) begins, [p × territories + q] */
    struct shift *shift;     /* owned */
    int64_t *load;           /* owned; what the shifts' loads point to */
    struct shift *one, *two; /* owned; the shifts that are being paired */
    int64_t *changed;        /* owned; per territory, the clock of its last change */
    int64_t clock;           /* changes made so far */
    double ratio_max;        /* what a part of violation may cost, at the prices */
    int64_t work, work_max;  /* looks at moves */
};

static const int64_t nothing[AMBIT_RULE_MAX];

/* ---- what a territory would violate ---- */

/* Violation of territory t with some loads more and some less; where it is above `limit`, any value
 * above `limit`. */
static int64_t violation_with(const struct search *search, int t, const int64_t *more,
                              const int64_t *less, int64_t limit)
{
    const struct ambit_group *group = search->group;
    const int rules = search->rules;
    const int64_t *load = &group->load[t * rules];
    const int64_t *low = &search->low[t * rules], *high = &search->high[t * rules];
    int64_t sum = 0;
    for (int r = 0; r < rules; r++) {
        const int64_t x = load[r] + more[r] - less[r];
        if (x >= low[r] && x <= high[r]) continue;
        if (sum >= limit) return limit < 0 ? 1 : limit + 1;
        sum += ambit_violation(x, group->low[t * rules + r], group->high[t * rules + r],
                               group->scale[r]);
    }
    return sum;
}

static void take(struct search *search, const struct shift *shift)
{
    const int32_t a = shift->account, from = search->at[a];
    const int32_t to = search->group->account[a].territory[shift->choice];
    ambit_group_choose(search->group, a, shift->choice);
    search->at[a] = to;
    search->changed[from] = search->changed[to] = ++search->clock;
}

/* ---- lists ---- */

static void count_shifts(struct search *search)
{
    const struct ambit_group *group = search->group;
    const int n = search->territories;
    int32_t *const first = search->first;
    memset(first, 0, ((size_t)n * (size_t)n + 1) * sizeof *first);
    for (int32_t a = 0; a < group->account_count; a++) {
        const struct ambit_border_account *account = &group->account[a];
        for (int32_t c = 0; c < account->choice_count; c++) {
            if (c != group->chosen[a]) first[search->at[a] * n + account->territory[c] + 1]++;
        }
    }
    for (int list = 0; list < n * n; list++)
        first[list + 1] += first[list];
}

static int compare_cost(const void *a, const void *b)
{
    const struct shift *x = a, *y = b;
    if (x->cost != y->cost) return x->cost < y->cost ? -1 : 1;
    return (x->account > y->account) - (x->account < y->account);
}

/* Lists every shift from the plan as it is, cheapest first. */
static void list_shifts(struct search *search)
{
    const struct ambit_group *group = search->group;
    const int n = search->territories;
    const size_t rules = (size_t)search->rules;
    int32_t *const first = search->first;
    count_shifts(search);
    for (int32_t a = 0; a < group->account_count; a++) {
        const struct ambit_border_account *account = &group->account[a];
        const int32_t from = group->chosen[a];
        const double reduced = ambit_group_reduced_cost(group, a, from);
        for (int32_t c = 0; c < account->choice_count; c++) {
            if (c == from) continue;
            const int32_t at = first[search->at[a] * n + account->territory[c]]++;
            int64_t *const load = &search->load[(size_t)at * 2 * rules];
            for (int r = 0; r < search->rules; r++) {
                load[r] = account->load[from][r];
                load[search->rules + r] = account->load[c][r];
            }
            search->shift[at] =
                (struct shift){.account = a,
                               .choice = c,
                               .cost = account->cost[c] - account->cost[from],
                               .reduced = ambit_group_reduced_cost(group, a, c) - reduced,
                               .load = load};
        }
    }
    for (int list = 0; list < n * n; list++) {
        const int32_t begin = list > 0 ? first[list - 1] : 0;
        const int32_t count = first[list] - begin;
        if (count > 1)
            qsort(&search->shift[begin], (size_t)count, sizeof *search->shift, compare_cost);
    }
    memmove(&first[1], &first[0], (size_t)n * (size_t)n * sizeof *first);
    first[0] = 0;
}

enum side { NEITHER, LEAVES, ARRIVES };

/* The shifts from p to q that are still possible and that, weighed on one side, do not add more
 * than `limit` to violation there; returns how many. */
static int32_t pick_shifts(struct search *search, int p, int q, enum side side, int64_t limit,
                           struct shift *out)
{
    const struct ambit_group *group = search->group;
    const int list = p * search->territories + q;
    const int t = side == LEAVES ? p : q;
    int32_t count = 0;
    for (int32_t k = search->first[list]; k < search->first[list + 1]; k++) {
        struct shift shift = search->shift[k];
        if (search->at[shift.account] != p) continue;
        if (side != NEITHER) {
            const int64_t *more = side == ARRIVES ? shift.load + search->rules : nothing;
            const int64_t *less = side == LEAVES ? shift.load : nothing;
            const int64_t bearable = limit + group->violation[t];
            const int64_t after = violation_with(search, t, more, less, bearable);
            if (after > bearable) continue;
            shift.alone = after - group->violation[t];
        }
        out[count++] = shift;
    }
    search->work += search->first[list + 1] - search->first[list];
    return count;
}

/* ---- neighbourhoods ---- */

static bool affords(const struct search *search, const struct change *change)
{
    const struct shift *const two = change->two;
    return search->group->draws == 0 ||
           ambit_group_affords(search->group, change->one->account, change->one->choice,
                               two != NULL ? two->account : -1, two != NULL ? two->choice : 0);
}

/* Keeps the change where it is better than the best so far and budgets allow it. Of those that
 * lessen violation that is the one that does it cheapest: the most thorough would leave a plan dear
 * to mend. */
static void keep_better(const struct search *search, const struct shift *one,
                        const struct shift *two, int64_t violation, struct change *best)
{
    struct change next = {.one = one, .two = two, .violation = violation, .cost = one->cost};
    double reduced = one->reduced;
    if (two != NULL) {
        next.cost += two->cost;
        reduced += two->reduced;
    }
    if (violation == 0) {
        if (best->violation == 0 && next.cost < best->cost && affords(search, &next)) *best = next;
        return;
    }
    next.ratio = reduced / (double)-violation;
    if (next.ratio > search->ratio_max) return;
    if ((best->violation == 0 || next.ratio < best->ratio) && affords(search, &next)) *best = next;
}

/* The best of shifts from p to q. */
static struct change best_shift(struct search *search, int p, int q)
{
    const struct ambit_group *group = search->group;
    struct change best = {0};
    const int64_t before = group->violation[p] + group->violation[q];
    const int32_t count = pick_shifts(search, p, q, LEAVES, group->violation[q], search->one);
    for (int32_t k = 0; k < count; k++) {
        const struct shift *const one = &search->one[k];
        if (before == 0 && one->cost >= best.cost) break;
        const int64_t left = group->violation[q] - one->alone;
        const int64_t after = violation_with(search, q, one->load + search->rules, nothing, left);
        if (after <= left) keep_better(search, one, NULL, after - left, &best);
    }
    return best;
}

/* The best of a shift from p to q and one from q to s, who may be p: then they swap. Only shifts in
 * a chain have been weighed alone. */
static struct change best_pair(struct search *search, int p, int q, int s, int32_t one_count,
                               int32_t two_count)
{
    const int64_t *const violation = search->group->violation;
    const bool swap = s == p;
    const int rules = search->rules;
    const int64_t weighed = violation[q] + (swap ? violation[p] : 0);
    const int64_t before = violation[p] + violation[q] + (swap ? 0 : violation[s]);
    struct change best = {0};
    int64_t looks = 0;
    for (int32_t i = 0; i < one_count; i++) {
        const struct shift *const one = &search->one[i];
        for (int32_t j = 0; j < two_count; j++) {
            const struct shift *const two = &search->two[j];
            const double reduced = one->reduced + two->reduced;
            const int64_t cost = one->cost + two->cost;
            looks++;
            if (before == 0 && cost >= best.cost) break;
            const double ratio = best.violation < 0 ? best.ratio : search->ratio_max;
            if (reduced > ratio * (double)before && (best.violation < 0 || cost >= best.cost))
                continue;
            /* What the territories still to be weighed may violate, the plan being no worse. */
            int64_t left = weighed - one->alone - two->alone;
            if (left < 0) continue;
            left -= violation_with(search, q, one->load + rules, two->load, left);
            if (left < 0) continue;
            if (swap) left -= violation_with(search, p, two->load + rules, one->load, left);
            if (left >= 0) keep_better(search, one, two, -left, &best);
        }
    }
    search->work += looks;
    return best;
}

static struct change best_swap(struct search *search, int p, int q)
{
    const int32_t one = pick_shifts(search, p, q, NEITHER, 0, search->one);
    const int32_t two = one > 0 ? pick_shifts(search, q, p, NEITHER, 0, search->two) : 0;
    return best_pair(search, p, q, p, one, two);
}

static struct change best_chain(struct search *search, int p, int q, int s)
{
    const int64_t *const violation = search->group->violation;
    const int32_t one = pick_shifts(search, p, q, LEAVES, violation[q] + violation[s], search->one);
    const int32_t two =
        one > 0 ? pick_shifts(search, q, s, ARRIVES, violation[p] + violation[q], search->two) : 0;
    return best_pair(search, p, q, s, one, two);
}

enum neighbourhood { SHIFTS, SWAPS, CHAINS, NEIGHBOURHOODS };

/* Makes the best change between these territories, again while there is one. */
static bool improve_between(struct search *search, enum neighbourhood which, int p, int q, int s)
{
    for (bool moved = false;; moved = true) {
        if (search->work > search->work_max) return moved;
        const struct change change = which == SHIFTS  ? best_shift(search, p, q)
                                     : which == SWAPS ? best_swap(search, p, q)
                                                      : best_chain(search, p, q, s);
        if (change.one == NULL) return moved;
        take(search, change.one);
        if (change.two != NULL) take(search, change.two);
    }
}

/* One neighbourhood of all territories of which one has changed after `since`. */
static bool look_around(struct search *search, enum neighbourhood which, int64_t since)
{
    const int n = search->territories;
    const int32_t *const first = search->first;
    const int64_t *const changed = search->changed;
    bool moved = false;
    for (int p = 0; p < n; p++) {
        for (int q = 0; q < n; q++) {
            if (first[p * n + q] == first[p * n + q + 1] || (which == SWAPS && q < p)) continue;
            const bool due = changed[p] > since || changed[q] > since;
            if (which != CHAINS) {
                if (due) moved |= improve_between(search, which, p, q, p);
                continue;
            }
            for (int s = 0; s < n; s++) {
                if (s == p || first[q * n + s] == first[q * n + s + 1]) continue;
                if (due || changed[s] > since) moved |= improve_between(search, which, p, q, s);
            }
        }
    }
    return moved;
}

/* Lets mending cost more, and has territories outside their bands looked at again; false where
 * there is nothing more to mend. */
static bool raise_ratio(struct search *search, double last)
{
    if (search->ratio_max == INFINITY || ambit_group_total_violation(search->group) == 0)
        return false;
    const double next = RATIO_GROWTH * search->ratio_max;
    search->ratio_max = next < last ? next : INFINITY; /* also where the group costs nothing */
    search->clock++;
    for (int t = 0; t < search->territories; t++) {
        if (search->group->violation[t] > 0) search->changed[t] = search->clock;
    }
    return true;
}

static void run_passes(struct search *search, int pass_max)
{
    const double unit = /* of a ratio: reduced cost for a part of violation */
        1e-9 * (double)ambit_group_total_cost(search->group) / (double)search->territories;
    int64_t since[NEIGHBOURHOODS] = {-1, -1, -1};
    bool moved = true;
    search->ratio_max = FIRST_RATIO * unit;
    for (int passes = 0; passes < pass_max && search->work <= search->work_max;) {
        if (moved) list_shifts(search);
        moved = false;
        /* What moves in this pass is not in the lists where it goes: it is looked at in the next.
         */
        const int64_t listed = search->clock;
        for (enum neighbourhood which = SHIFTS; which < NEIGHBOURHOODS; which++) {
            if (which == CHAINS && moved) break;
            moved |= look_around(search, which, since[which]);
            since[which] = listed;
        }
        if (moved)
            passes++;
        else if (!raise_ratio(search, LAST_RATIO * unit))
            break;
    }
}

/* ---- the search ---- */

static ambit_status open_search(struct search *search)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_group *group = search->group;
    const size_t accounts = (size_t)group->account_count, rules = (size_t)group->rules;
    const size_t territories = (size_t)group->territory_count;
    size_t shifts = 0;
    for (int32_t a = 0; a < group->account_count; a++)
        shifts += (size_t)group->account[a].choice_count;
    AMBIT_TRY(ambit_alloc(&search->low, territories * rules, sizeof *search->low));
    AMBIT_TRY(ambit_alloc(&search->high, territories * rules, sizeof *search->high));
    AMBIT_TRY(ambit_alloc(&search->at, accounts, sizeof *search->at));
    AMBIT_TRY(ambit_alloc(&search->first, territories * territories + 1, sizeof *search->first));
    AMBIT_TRY(ambit_alloc(&search->shift, shifts, sizeof *search->shift));
    AMBIT_TRY(ambit_alloc(&search->load, shifts * 2 * rules, sizeof *search->load));
    AMBIT_TRY(ambit_alloc(&search->one, accounts, sizeof *search->one));
    AMBIT_TRY(ambit_alloc(&search->two, accounts, sizeof *search->two));
    AMBIT_TRY(ambit_alloc(&search->changed, territories, sizeof *search->changed));
done:
    return status;
}

static void close_search(struct search *search)
{
    ambit_free(&search->low);
    ambit_free(&search->high);
    ambit_free(&search->at);
    ambit_free(&search->first);
    ambit_free(&search->shift);
    ambit_free(&search->load);
    ambit_free(&search->one);
    ambit_free(&search->two);
    ambit_free(&search->changed);
}

/* A limit as the last whole load that meets it, away from what would overflow. */
static int64_t whole_limit(double limit)
{
    return (int64_t)fmin(fmax(limit, -0x1p62), 0x1p62);
}

static void fill_search(struct search *search)
{
    const struct ambit_group *group = search->group;
    for (int cell = 0; cell < search->territories * search->rules; cell++) {
        search->low[cell] = whole_limit(ceil(group->low[cell]));
        search->high[cell] = whole_limit(floor(group->high[cell]));
    }
    for (int32_t a = 0; a < group->account_count; a++)
        search->at[a] = group->account[a].territory[group->chosen[a]];
}

ambit_status ambit_local_search(struct ambit_group *group, int pass_max)
{
    ambit_status status = AMBIT_OK;
    struct search search = {.group = group,
                            .territories = group->territory_count,
                            .rules = group->rules,
                            .work_max = (int64_t)WORK_PER_ACCOUNT * group->account_count};
    AMBIT_TRY(open_search(&search));
    fill_search(&search);
    run_passes(&search, pass_max);
done:
    close_search(&search);
    return status;
}
