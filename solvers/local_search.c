/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * First improvement over three neighbourhoods, in canonical order: an account shifts to another
 * territory; two accounts swap theirs; an account shifts to b while one of b's shifts on to c. Swaps
 * and chains look only at partners listed under their territory. Cheap moves come first, and with
 * every band met a move must save cost before its bands are looked at, so most are dropped after one
 * subtraction. Cost a pass: accounts × choices × partners; it stops at the first pass without a move.
 */
#include "solvers/local_search.h"
#include "engine/base/memory.h"

#include <string.h>

/* Accounts of the group listed by the territory they are in now. */
struct members {
    int32_t *first; /* owned; territory_count + 1 */
    int32_t *list;  /* owned; account_count */
};

static int32_t at(const struct ambit_group *group, int32_t a)
{
    return group->account[a].territory[group->chosen[a]];
}

static const int64_t *load_of(const struct ambit_group *group, int32_t a, int32_t choice)
{
    return group->account[a].load[choice];
}

static void list_members(const struct ambit_group *group, struct members *members)
{
    memset(members->first, 0, (size_t)(group->territory_count + 1) * sizeof(int32_t));
    for (int32_t a = 0; a < group->account_count; a++)
        members->first[at(group, a) + 1]++;
    for (int t = 0; t < group->territory_count; t++)
        members->first[t + 1] += members->first[t];
    for (int32_t a = 0; a < group->account_count; a++)
        members->list[members->first[at(group, a)]++] = a;
    for (int t = group->territory_count; t > 0; t--)
        members->first[t] = members->first[t - 1];
    members->first[0] = 0;
}

static int32_t find_choice(const struct ambit_border_account *account, int32_t territory)
{
    for (int32_t c = 0; c < account->choice_count; c++) {
        if (account->territory[c] == territory) return c;
    }
    return -1;
}

/* What territory t violates now. */
static int64_t now(const struct ambit_group *group, int t)
{
    return ambit_group_violation(group, t, NULL, NULL);
}

static bool try_shift(struct ambit_group *group, int32_t a)
{
    const struct ambit_border_account *account = &group->account[a];
    const int32_t from = group->chosen[a], p = account->territory[from];
    int32_t best = from;
    int64_t best_violation = 0, best_cost = 0;
    const int64_t here = now(group, p);
    const int64_t left = ambit_group_violation(group, p, NULL, load_of(group, a, from));
    for (int32_t c = 0; c < account->choice_count; c++) {
        if (c == from) continue;
        const int64_t cost = account->cost[c] - account->cost[from];
        if (here == 0 && cost >= 0) {
            if (now(group, account->territory[c]) == 0) continue;
        }
        const int q = account->territory[c];
        const int64_t violation = left - here - now(group, q) +
                                  ambit_group_violation(group, q, load_of(group, a, c), NULL);
        if (violation < best_violation || (violation == best_violation && cost < best_cost)) {
            best = c;
            best_violation = violation;
            best_cost = cost;
        }
    }
    if (best == from) return false;
    ambit_group_choose(group, a, best);
    return true;
}

static bool try_swap(struct ambit_group *group, const struct members *members, int32_t a)
{
    const struct ambit_border_account *one = &group->account[a];
    const int32_t from = group->chosen[a], p = one->territory[from];
    const int64_t here = now(group, p);
    for (int32_t c = 0; c < one->choice_count; c++) {
        const int32_t q = one->territory[c];
        if (c == from) continue;
        const int64_t before = here + now(group, q);
        for (int32_t k = members->first[q]; k < members->first[q + 1]; k++) {
            const int32_t b = members->list[k];
            const struct ambit_border_account *other = &group->account[b];
            if (at(group, b) != q) continue;
            const int32_t back = find_choice(other, p);
            if (back < 0) continue;
            const int64_t cost = one->cost[c] - one->cost[from] + other->cost[back] -
                                 other->cost[group->chosen[b]];
            if (before == 0 && cost >= 0) continue;
            const int64_t violation =
                ambit_group_violation(group, p, load_of(group, b, back), load_of(group, a, from)) +
                ambit_group_violation(group, q, load_of(group, a, c),
                                      load_of(group, b, group->chosen[b])) -
                before;
            if (violation > 0 || (violation == 0 && cost >= 0)) continue;
            ambit_group_choose(group, a, c);
            ambit_group_choose(group, b, back);
            return true;
        }
    }
    return false;
}

/* a leaves p for q while b leaves q for a third territory. */
static bool try_chain(struct ambit_group *group, const struct members *members, int32_t a)
{
    const struct ambit_border_account *one = &group->account[a];
    const int32_t from = group->chosen[a], p = one->territory[from];
    const int64_t here = now(group, p);
    const int64_t left = ambit_group_violation(group, p, NULL, load_of(group, a, from));
    for (int32_t c = 0; c < one->choice_count; c++) {
        const int32_t q = one->territory[c];
        if (c == from) continue;
        const int64_t there = here + now(group, q);
        const int64_t cost_one = one->cost[c] - one->cost[from];
        for (int32_t k = members->first[q]; k < members->first[q + 1]; k++) {
            const int32_t b = members->list[k];
            const struct ambit_border_account *other = &group->account[b];
            if (at(group, b) != q) continue;
            const int32_t other_from = group->chosen[b];
            for (int32_t d = 0; d < other->choice_count; d++) {
                const int32_t s = other->territory[d];
                if (d == other_from || s == p) continue;
                const int64_t cost = cost_one + other->cost[d] - other->cost[other_from];
                const int64_t before = there + now(group, s);
                if (before == 0 && cost >= 0) continue;
                const int64_t violation =
                    left +
                    ambit_group_violation(group, q, load_of(group, a, c),
                                          load_of(group, b, other_from)) +
                    ambit_group_violation(group, s, load_of(group, b, d), NULL) - before;
                if (violation > 0 || (violation == 0 && cost >= 0)) continue;
                ambit_group_choose(group, a, c);
                ambit_group_choose(group, b, d);
                return true;
            }
        }
    }
    return false;
}

ambit_status ambit_local_search(struct ambit_group *group, int pass_max)
{
    ambit_status status = AMBIT_OK;
    struct members members = {0};
    const size_t accounts = (size_t)group->account_count;
    AMBIT_TRY(ambit_alloc(&members.first, (size_t)group->territory_count + 2, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&members.list, accounts, sizeof(int32_t)));
    bool moved = true;
    for (int pass = 0; pass < pass_max && moved; pass++) {
        moved = false;
        for (int32_t a = 0; a < group->account_count; a++)
            moved |= try_shift(group, a);
        if (moved) continue;
        list_members(group, &members);
        for (int32_t a = 0; a < group->account_count; a++)
            moved |= try_swap(group, &members, a);
        if (moved) continue;
        for (int32_t a = 0; a < group->account_count; a++)
            moved |= try_chain(group, &members, a);
    }
done:
    ambit_free(&members.first);
    ambit_free(&members.list);
    return status;
}
