/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A region with its medians fixed is a group of territories, with the same rules. Costs are
 * real numbers there and whole ones here: they are scaled so that the dearest sum keeps 40 bits,
 * and the plan that comes back is measured in its own terms.
 */
#include "solvers/cluster_polish.h"
#include "engine/base/memory.h"
#include "solvers/group_improve.h"

#include <math.h>
#include <string.h>

enum { UNDECIDED_MAX = 260, NODE_MAX = 400 };

struct polish {
    const struct ambit_cluster_problem *problem;
    int32_t *site;      /* owned; site of each territory */
    int32_t *territory; /* owned; count: territory of each site, or −1 */
    int32_t territories;
    double scale; /* of costs */
    int64_t *load, *violation;
    double *low, *high, *price;
    struct ambit_border_account *account;
    int32_t *chosen, *median;
};

static double cost_of(const struct ambit_cluster_problem *problem, int32_t site, int32_t i)
{
    return problem->cost[(size_t)site * (size_t)problem->count + (size_t)i];
}

static int64_t load_of(const struct ambit_cluster_problem *problem, int r, int32_t site, int32_t i)
{
    const struct ambit_cluster_rule *const rule = &problem->rule[r];
    if (rule->travel_weight == 0.0) return rule->base[i];
    return rule->base[i] + (int64_t)llrint(rule->travel_weight * cost_of(problem, site, i));
}

/* The choices of account i: where it is, then the cheapest at the prices. */
static void set_choices(const struct polish *polish, const double *site_price,
                        const int32_t *median, int32_t i)
{
    const struct ambit_cluster_problem *const problem = polish->problem;
    struct ambit_border_account *const account = &polish->account[i];
    double reduced[AMBIT_CHOICE_MAX];
    const size_t n = (size_t)problem->count;
    account->index = i;
    account->choice_count = 1;
    account->territory[0] = polish->territory[median[i]];
    for (int32_t t = 0; t < polish->territories; t++) {
        const int32_t site = polish->site[t];
        if (site == median[i]) continue;
        double value = cost_of(problem, site, i);
        for (int r = 0; r < problem->rule_count; r++)
            value +=
                site_price[(size_t)r * n + (size_t)site] * (double)load_of(problem, r, site, i);
        const bool full = account->choice_count == AMBIT_CHOICE_MAX;
        if (full && value >= reduced[AMBIT_CHOICE_MAX - 1]) continue;
        int at = full ? AMBIT_CHOICE_MAX - 1 : account->choice_count++;
        for (; at > 1 && reduced[at - 1] > value; at--) {
            reduced[at] = reduced[at - 1];
            account->territory[at] = account->territory[at - 1];
        }
        reduced[at] = value;
        account->territory[at] = t;
    }
    for (int32_t c = 0; c < account->choice_count; c++) {
        const double cost = cost_of(problem, polish->site[account->territory[c]], i);
        account->cost[c] = (int64_t)llrint(cost * polish->scale);
        for (int r = 0; r < problem->rule_count; r++)
            account->load[c][r] = load_of(problem, r, polish->site[account->territory[c]], i);
    }
}

static ambit_status open_polish(struct polish *polish, const int32_t *median)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_cluster_problem *const problem = polish->problem;
    const size_t n = (size_t)problem->count;
    AMBIT_TRY(ambit_alloc(&polish->site, n, sizeof *polish->site));
    AMBIT_TRY(ambit_alloc(&polish->territory, n, sizeof *polish->territory));
    AMBIT_TRY(ambit_alloc(&polish->account, n, sizeof *polish->account));
    AMBIT_TRY(ambit_alloc(&polish->chosen, n, sizeof *polish->chosen));
    AMBIT_TRY(ambit_alloc(&polish->median, n, sizeof *polish->median));
    memset(polish->territory, 0xff, n * sizeof *polish->territory);
    double dearest = 1e-30; /* the scale stays finite where nothing costs anything */
    for (int32_t i = 0; i < problem->count; i++) {
        const int32_t site = median[i];
        if (polish->territory[site] >= 0) continue;
        polish->territory[site] = polish->territories;
        polish->site[polish->territories++] = site;
    }
    for (int32_t i = 0; i < problem->count; i++) {
        double most = 0.0;
        for (int32_t t = 0; t < polish->territories; t++)
            most = fmax(most, cost_of(problem, polish->site[t], i));
        dearest += most;
    }
    polish->scale = ldexp(1.0, ilogb(0x1p40 / dearest));
    const size_t territories = (size_t)polish->territories;
    const size_t cells = territories * (size_t)problem->rule_count;
    AMBIT_TRY(ambit_alloc(&polish->load, cells, sizeof *polish->load));
    AMBIT_TRY(ambit_alloc(&polish->violation, territories, sizeof *polish->violation));
    AMBIT_TRY(ambit_alloc(&polish->low, cells, sizeof *polish->low));
    AMBIT_TRY(ambit_alloc(&polish->high, cells, sizeof *polish->high));
    AMBIT_TRY(ambit_alloc(&polish->price, cells, sizeof *polish->price));
done:
    return status;
}

static void close_polish(struct polish *polish)
{
    ambit_free(&polish->site);
    ambit_free(&polish->territory);
    ambit_free(&polish->account);
    ambit_free(&polish->chosen);
    ambit_free(&polish->median);
    ambit_free(&polish->load);
    ambit_free(&polish->violation);
    ambit_free(&polish->low);
    ambit_free(&polish->high);
    ambit_free(&polish->price);
}

/* Sum over the territories of what is outside; `load` is a workspace, count. */
static double excess_of(const struct polish *polish, const int32_t *median, int64_t *load)
{
    const struct ambit_cluster_problem *const problem = polish->problem;
    double excess = 0.0;
    for (int r = 0; r < problem->rule_count; r++) {
        memset(load, 0, (size_t)problem->count * sizeof *load);
        for (int32_t i = 0; i < problem->count; i++)
            load[median[i]] += load_of(problem, r, median[i], i);
        for (int32_t t = 0; t < polish->territories; t++)
            excess += ambit_cluster_outside(&problem->rule[r], polish->site[t],
                                            (double)load[polish->site[t]]);
    }
    return excess;
}

static ambit_status keep_better(const struct polish *polish, int32_t *median_inout)
{
    const struct ambit_cluster_problem *const problem = polish->problem;
    int64_t *load = NULL;
    const ambit_status status = ambit_alloc(&load, (size_t)problem->count, sizeof *load);
    if (status != AMBIT_OK) return status;
    const double before = excess_of(polish, median_inout, load),
                 after = excess_of(polish, polish->median, load);
    if (after < before || (after <= before && ambit_cluster_cost(problem, polish->median) <
                                                  ambit_cluster_cost(problem, median_inout)))
        memcpy(median_inout, polish->median, (size_t)problem->count * sizeof *median_inout);
    ambit_free(&load);
    return AMBIT_OK;
}

/* Loads, limits, prices and scales of the group's territories. */
static void fill_territories(struct polish *polish, const double *site_price, double *scale_out)
{
    const struct ambit_cluster_problem *const problem = polish->problem;
    const int rules = problem->rule_count;
    for (int r = 0; r < rules; r++) {
        const struct ambit_cluster_rule *const rule = &problem->rule[r];
        double total = 1.0;
        for (int32_t i = 0; i < problem->count; i++) {
            polish->load[polish->account[i].territory[0] * rules + r] +=
                polish->account[i].load[0][r];
            total += fabs((double)polish->account[i].load[0][r]);
        }
        for (int32_t t = 0; t < polish->territories; t++) {
            const int32_t site = polish->site[t], at = t * rules + r;
            polish->low[at] = ambit_cluster_low(rule, site);
            polish->high[at] = ambit_cluster_high(rule, site);
            polish->price[at] =
                site_price[(size_t)r * (size_t)problem->count + (size_t)site] * polish->scale;
        }
        scale_out[r] = total / polish->territories;
    }
}

ambit_status ambit_cluster_polish(const struct ambit_cluster_problem *problem,
                                  const double *site_price, int32_t *median_inout)
{
    ambit_status status = AMBIT_OK;
    struct polish polish = {.problem = problem};
    struct ambit_group_outcome outcome;
    double scale[AMBIT_RULE_MAX];
    AMBIT_TRY(open_polish(&polish, median_inout));
    for (int32_t i = 0; i < problem->count; i++)
        set_choices(&polish, site_price, median_inout, i);
    fill_territories(&polish, site_price, scale);
    struct ambit_group group = {.territory_count = polish.territories,
                                .rules = problem->rule_count,
                                .load = polish.load,
                                .violation = polish.violation,
                                .low = polish.low,
                                .high = polish.high,
                                .price = polish.price,
                                .scale = scale,
                                .account_count = problem->count,
                                .account = polish.account,
                                .chosen = polish.chosen,
                                .undecided_max = UNDECIDED_MAX,
                                .node_max = NODE_MAX};
    AMBIT_TRY(ambit_group_improve(&group, &outcome));
    for (int32_t i = 0; i < problem->count; i++)
        polish.median[i] = polish.site[polish.account[i].territory[polish.chosen[i]]];
    AMBIT_TRY(keep_better(&polish, median_inout));
done:
    close_polish(&polish);
    return status;
}
