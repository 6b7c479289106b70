/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Verifies whatever file there is. Of a farm every plan is put before the judge by itself, as if it
 * were a file of its own, and the table of the farm is compared with what the plans say. Cost: the
 * inputs are read once a plan. Weakness: a scenario that has no plan has nothing to judge; that it
 * failed is said, and not tried again.
 */
#include "engine/base/memory.h"
#include "engine/run/verify_one.h"
#include "io/frontier_hdf5.h"
#include "io/result_hdf5.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct tally {
    int plans, differ, broken, failed;
};

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

int64_t ambit_verify_entry(const char *name, const struct ambit_farm_entry *stored,
                           const struct ambit_result *plan, FILE *report)
{
    int64_t differences = 0;
    struct ambit_farm_entry found = *stored;
    ambit_farm_fill_entry(plan, &found);
    const struct {
        const char *what;
        double stored, found;
    } figures[] = {{"infeasible", stored->status == AMBIT_FARM_INFEASIBLE, !plan->feasible},
                   {"territories", stored->territories, found.territories},
                   {"outside", stored->outside, found.outside},
                   {"accounts", (double)stored->accounts, (double)found.accounts},
                   {"moved", (double)stored->moved, (double)found.moved},
                   {"travel_hours", stored->travel, found.travel},
                   {"objective_hours", stored->objective, found.objective},
                   {"gap", stored->gap, found.gap},
                   {"worst_deviation", stored->worst, found.worst}};
    for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) {
        if (same(figures[k].stored, figures[k].found)) continue;
        (void)fprintf(report,
                      "differs: %s: table of scenarios, %s: it says %.17g, the plan %.17g\n", name,
                      figures[k].what, figures[k].stored, figures[k].found);
        differences++;
    }
    return differences;
}

static ambit_status compare_entry(const char *name, const struct ambit_farm_entry *stored,
                                  FILE *report, int64_t *differences)
{
    struct ambit_result plan;
    const ambit_status status = ambit_result_read(name, &plan);
    if (status != AMBIT_OK) return status;
    *differences += ambit_verify_entry(name, stored, &plan, report);
    ambit_result_clear(&plan);
    return AMBIT_OK;
}

/* One plan of a farm, whose differences are counted and do not end the others. */
static ambit_status verify_entry(struct ambit_comm *comm, const char *path,
                                 const struct ambit_farm_entry *entry, const char *accounts_path,
                                 int threads, FILE *report, struct tally *tally)
{
    ambit_status status = AMBIT_OK;
    const bool first = ambit_comm_rank(comm) == 0;
    char *name = NULL;
    int64_t differences = 0;
    const size_t room = strlen(path) + sizeof entry->name + 2;
    if (entry->status == AMBIT_FARM_FAILED) {
        if (first) (void)fprintf(report, "%s:%s: no plan: it failed\n", path, entry->name);
        tally->failed++;
        return AMBIT_OK;
    }
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&name, room, 1));
    (void)snprintf(name, room, "%s:%s", path, entry->name);
    status = ambit_verify_one(comm, name, accounts_path, threads, report);
    tally->plans++;
    tally->broken += status == AMBIT_ERR_INFEASIBLE;
    if (status != AMBIT_OK && first) (void)fprintf(report, "%s\n", ambit_error_message());
    if (status == AMBIT_ERR_MISMATCH) differences = 1;
    if (status == AMBIT_ERR_MISMATCH || status == AMBIT_ERR_INFEASIBLE) {
        ambit_error_clear();
        status = AMBIT_OK;
    }
    AMBIT_TRY(status);
    AMBIT_TRY_TOGETHER(comm, first && differences == 0
                                 ? compare_entry(name, entry, report, &differences)
                                 : AMBIT_OK);
    ambit_comm_max_i64(comm, &differences, 1);
    tally->differ += differences > 0;
done:
    ambit_free(&name);
    return status;
}

static ambit_status verify_farm(struct ambit_comm *comm, const char *path,
                                const struct ambit_farm_entry *entry, int count,
                                const char *accounts_path, int threads, FILE *report)
{
    ambit_status status = AMBIT_OK;
    struct tally tally = {0};
    const bool first = ambit_comm_rank(comm) == 0;
    AMBIT_REQUIRE(entry != NULL);
    for (int n = 0; n < count; n++)
        AMBIT_TRY(verify_entry(comm, path, &entry[n], accounts_path, threads, report, &tally));
    if (tally.differ > 0 && first)
        status = ambit_fail(AMBIT_ERR_MISMATCH, "%s: %d of %d plans differ from their inputs", path,
                            tally.differ, tally.plans);
    else if (first)
        (void)fprintf(
            report,
            "%s: every figure of %d plans agrees (outside bands or rules, and saying so: %d; "
            "scenarios without a plan: %d)\n",
            path, tally.plans, tally.broken, tally.failed);
    AMBIT_TRY(AMBIT_AGREE(comm, status));
done:
    return status;
}

ambit_status ambit_verify(struct ambit_comm *comm, const char *result_path,
                          const char *accounts_path, int threads, FILE *report)
{
    ambit_status status = AMBIT_OK;
    struct ambit_farm_entry *entry = NULL;
    int64_t kind[2] = {0}; /* a frontier; entries of a farm */
    int count = 0;
    const bool first = ambit_comm_rank(comm) == 0;
    if (first && ambit_farm_name_in(result_path) == NULL) {
        kind[0] = ambit_frontier_is(result_path);
        if (kind[0] == 0) status = ambit_farm_list(result_path, &entry, &count);
        if (status == AMBIT_ERR_INPUT) status = AMBIT_ERR_MISMATCH; /* it cannot be shown to hold */
        kind[1] = count;
    }
    AMBIT_TRY(AMBIT_AGREE(comm, status));
    ambit_comm_broadcast(comm, kind, sizeof kind, 0);
    count = (int)kind[1];
    if (kind[0] != 0)
        return ambit_verify_frontier(comm, result_path, accounts_path, threads, report);
    if (count == 0) {
        ambit_free(&entry);
        return ambit_verify_one(comm, result_path, accounts_path, threads, report);
    }
    if (!first) status = ambit_alloc(&entry, (size_t)count, sizeof *entry);
    AMBIT_TRY(AMBIT_AGREE(comm, status));
    ambit_comm_broadcast(comm, entry, count * (int64_t)sizeof *entry, 0);
    AMBIT_TRY(verify_farm(comm, result_path, entry, count, accounts_path, threads, report));
done:
    ambit_free(&entry);
    return status;
}
