/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * First improvement over three neighbourhoods, in canonical order: an account shifts to another
 * territory; two accounts swap theirs; an account shifts to b while one of b's shifts on to c.
 * Swaps and chains look only at partners listed under their territory. Cheap moves come first, and
 * with every band met a move must save cost before its bands are looked at, so most are dropped
 * after one subtraction. Cost a pass: accounts × choices × partners; it stops at the first pass
 * without a move.
 */
#include "solvers/local_search.h"
#include "engine/base/memory.h"

#include <string.h>

struct search {
    struct ambit_group *group; /* borrowed */
    int64_t violation;         /* of the group when the pass began */
    int32_t *first;            /* owned; territory_count + 1: where each territory's list begins */
    int32_t *member;           /* owned; accounts by the territory they were in then */
    int64_t *least;            /* owned; see least_cost() */
};

static int32_t at(const struct ambit_group *group, int32_t a)
{
    return group->account[a].territory[group->chosen[a]];
}

static void list_members(struct search *search)
{
    const struct ambit_group *group = search->group;
    int32_t *const first = search->first;
    memset(first, 0, (size_t)(group->territory_count + 1) * sizeof *first);
    for (int32_t a = 0; a < group->account_count; a++)
        first[at(group, a) + 1]++;
    for (int t = 0; t < group->territory_count; t++)
        first[t + 1] += first[t];
    for (int32_t a = 0; a < group->account_count; a++)
        search->member[first[at(group, a)]++] = a;
    for (int t = group->territory_count; t > 0; t--)
        first[t] = first[t - 1];
    first[0] = 0;
}

static int32_t find_choice(const struct ambit_border_account *account, int32_t territory)
{
    for (int32_t c = 0; c < account->choice_count; c++) {
        if (account->territory[c] == territory) return c;
    }
    return -1;
}

/* The least that it costs account a to go anywhere else; what a move with it must still earn. */
static int64_t least_cost(const struct ambit_group *group, int32_t a)
{
    const struct ambit_border_account *account = &group->account[a];
    const int32_t from = group->chosen[a];
    int64_t least = INT64_MAX / 2;
    for (int32_t c = 0; c < account->choice_count; c++) {
        if (c != from && account->cost[c] < least) least = account->cost[c];
    }
    return least - account->cost[from];
}

static void take(struct search *search, int32_t a, int32_t c)
{
    ambit_group_choose(search->group, a, c);
    search->least[a] = least_cost(search->group, a);
}

static bool try_shift(struct search *search, int32_t a)
{
    const struct ambit_group *group = search->group;
    const struct ambit_border_account *account = &group->account[a];
    const int32_t from = group->chosen[a], p = account->territory[from];
    const int64_t here = group->violation[p];
    const int64_t left = ambit_group_violation(group, p, NULL, account->load[from]);
    int32_t best = from;
    int64_t best_violation = 0, best_cost = 0;
    for (int32_t c = 0; c < account->choice_count; c++) {
        const int q = account->territory[c];
        const int64_t cost = account->cost[c] - account->cost[from];
        const int64_t before = here + group->violation[q];
        if (c == from || (before == 0 && cost >= 0)) continue;
        const int64_t violation =
            left + ambit_group_violation(group, q, account->load[c], NULL) - before;
        if (violation < best_violation || (violation == best_violation && cost < best_cost)) {
            best = c;
            best_violation = violation;
            best_cost = cost;
        }
    }
    if (best == from) return false;
    take(search, a, best);
    return true;
}

/* a goes to choice c while b, who is there, comes back. */
static bool try_exchange(struct search *search, int32_t a, int32_t c, int32_t b)
{
    const struct ambit_group *group = search->group;
    const struct ambit_border_account *one = &group->account[a], *other = &group->account[b];
    const int32_t from = group->chosen[a], other_from = group->chosen[b];
    const int32_t p = one->territory[from], q = one->territory[c];
    const int32_t back = find_choice(other, p);
    if (back < 0) return false;
    const int64_t before = group->violation[p] + group->violation[q];
    const int64_t cost =
        one->cost[c] - one->cost[from] + other->cost[back] - other->cost[other_from];
    if (before == 0 && cost >= 0) return false;
    const int64_t violation =
        ambit_group_violation(group, p, other->load[back], one->load[from]) +
        ambit_group_violation(group, q, one->load[c], other->load[other_from]) - before;
    if (violation > 0 || (violation == 0 && cost >= 0)) return false;
    take(search, a, c);
    take(search, b, back);
    return true;
}

/* a goes to choice c while b, who is there, goes on to a third territory. */
static bool try_chain(struct search *search, int32_t a, int32_t c, int32_t b)
{
    const struct ambit_group *group = search->group;
    const struct ambit_border_account *one = &group->account[a], *other = &group->account[b];
    const int32_t from = group->chosen[a], other_from = group->chosen[b];
    const int32_t p = one->territory[from], q = one->territory[c];
    for (int32_t d = 0; d < other->choice_count; d++) {
        const int32_t s = other->territory[d];
        if (d == other_from || s == p) continue;
        const int64_t before = group->violation[p] + group->violation[q] + group->violation[s];
        const int64_t cost =
            one->cost[c] - one->cost[from] + other->cost[d] - other->cost[other_from];
        if (before == 0 && cost >= 0) continue;
        const int64_t violation =
            ambit_group_violation(group, p, NULL, one->load[from]) +
            ambit_group_violation(group, q, one->load[c], other->load[other_from]) +
            ambit_group_violation(group, s, other->load[d], NULL) - before;
        if (violation > 0 || (violation == 0 && cost >= 0)) continue;
        take(search, a, c);
        take(search, b, d);
        return true;
    }
    return false;
}

typedef bool pair_move(struct search *search, int32_t a, int32_t c, int32_t b);

/* The first pair of a with an account listed where it might go that improves the plan. */
static bool try_pairs(struct search *search, int32_t a, pair_move *move)
{
    const struct ambit_group *group = search->group;
    const struct ambit_border_account *one = &group->account[a];
    const int32_t from = group->chosen[a];
    const bool clean = search->violation == 0;
    for (int32_t c = 0; c < one->choice_count; c++) {
        const int32_t q = one->territory[c];
        const int64_t cost = one->cost[c] - one->cost[from];
        if (c == from) continue;
        for (int32_t k = search->first[q]; k < search->first[q + 1]; k++) {
            const int32_t b = search->member[k];
            if (clean && cost + search->least[b] >= 0) continue;
            if (at(group, b) == q && move(search, a, c, b)) return true;
        }
    }
    return false;
}

static bool pass_over_pairs(struct search *search, pair_move *move)
{
    bool moved = false;
    list_members(search);
    search->violation = ambit_group_total_violation(search->group);
    for (int32_t a = 0; a < search->group->account_count; a++)
        moved |= try_pairs(search, a, move);
    return moved;
}

ambit_status ambit_local_search(struct ambit_group *group, int pass_max)
{
    ambit_status status = AMBIT_OK;
    struct search search = {.group = group};
    const size_t accounts = (size_t)group->account_count;
    AMBIT_TRY(ambit_alloc(&search.first, (size_t)group->territory_count + 1, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&search.member, accounts, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&search.least, accounts, sizeof(int64_t)));
    for (int32_t a = 0; a < group->account_count; a++)
        search.least[a] = least_cost(group, a);
    bool moved = true;
    for (int pass = 0; pass < pass_max && moved; pass++) {
        moved = false;
        for (int32_t a = 0; a < group->account_count; a++)
            moved |= try_shift(&search, a);
        if (!moved) moved = pass_over_pairs(&search, try_exchange);
        if (!moved) moved = pass_over_pairs(&search, try_chain);
    }
done:
    ambit_free(&search.first);
    ambit_free(&search.member);
    ambit_free(&search.least);
    return status;
}
