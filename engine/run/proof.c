/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A proof that a cap on a share cannot be met, say travel at most z of hours. Take one territory
 * alone and let it have any accounts of the nation. Its hours must reach L, and for every ρ
 *
 *     travel − z·hours  ≥  (ρ − z)·L + Σ_i min(0, t_i − ρ·h_i)
 *
 * so its share cannot be below ρ + Σ_i min(0, t_i − ρ·h_i) / L, which is concave in ρ and maximised
 * by sections, many values of ρ in a pass. Weakness: territories do not compete for accounts here,
 * so what can be reached is more.
 */
#include "engine/run/job.h"

#include <math.h>
#include <string.h>

enum { SECTIONS = 4, POINTS = 16 };

/* The least that measure m of territory j can be: its lower limit, with the plan's total taken as
 * small as any plan's (every account with its least travel). 0 where m has no lower limit. */
static double least_load(struct ambit_job *job, int m, int32_t j)
{
    const struct ambit_band *band = NULL;
    const struct ambit_rule *rule = NULL;
    for (int r = 0; r < job->problem.rule_count; r++) {
        const struct ambit_band *b = &job->scenario.band[job->problem.rule[r].band];
        if (b->measure == m && b->share_of < 0 && b->lower_kind != AMBIT_LIMIT_NONE) {
            band = b;
            rule = &job->problem.rule[r];
        }
    }
    if (band == NULL) return 0.0;
    double fixed = 0.0;
    if (ambit_side_fixed(rule, &rule->lower, j, &fixed)) return fixed;
    int64_t total = 0;
    for (int32_t i = 0; i < job->accounts.count; i++)
        total += ambit_account_measure(&job->accounts, &job->scenario.measure[m], i,
                                       job->accounts.local_travel[i]);
    ambit_comm_sum_i64(job->comm, &total, 1);
    return rule->lower.value * rule->share[j] * (double)total;
}

/* Σ_i min(0, numerator − ρ × denominator) over the nation, rounded down, for POINTS values of ρ. */
static void sum_deficits(struct ambit_job *job, const struct ambit_band *band, int32_t j,
                         const double *rho, int64_t *deficit_out)
{
    const double *const centre = job->territories.item[j].position;
    const struct ambit_measure *const numerator = &job->scenario.measure[band->measure];
    const struct ambit_measure *const denominator = &job->scenario.measure[band->share_of];
    int64_t sum[POINTS] = {0};
#pragma omp parallel for schedule(static) reduction(+ : sum)
    for (int32_t i = 0; i < job->accounts.count; i++) {
        const int64_t travel = ambit_travel_of(&job->scenario, &job->accounts, i, centre);
        const double over = (double)ambit_account_measure(&job->accounts, numerator, i, travel);
        const double under = (double)ambit_account_measure(&job->accounts, denominator, i, travel);
        for (int p = 0; p < POINTS; p++) {
            const double rest = over - rho[p] * under;
            if (rest < 0.0) sum[p] += (int64_t)floor(rest) - 1;
        }
    }
    ambit_comm_sum_i64(job->comm, sum, POINTS);
    memcpy(deficit_out, sum, sizeof sum);
}

double ambit_job_least_share(struct ambit_job *job, int b, int32_t j)
{
    const struct ambit_band *band = &job->scenario.band[b];
    const double load = least_load(job, band->share_of, j);
    double low = 0.0, high = 1.0;
    double most = 0.0;
    if (!(load > 0.0)) return 0.0;
    for (int section = 0; section < SECTIONS; section++) {
        double rho[POINTS], best = -INFINITY;
        int64_t deficit[POINTS];
        int at = 0;
        for (int p = 0; p < POINTS; p++)
            rho[p] = low + (high - low) * (p + 1) / (POINTS + 1);
        sum_deficits(job, band, j, rho, deficit);
        for (int p = 0; p < POINTS; p++) {
            const double share = rho[p] + (double)deficit[p] / load;
            if (share > best) {
                best = share;
                at = p;
            }
        }
        most = fmax(most, best);
        low = at > 0 ? rho[at - 1] : low;
        high = at + 1 < POINTS ? rho[at + 1] : high;
    }
    return most;
}
