/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/solve.h"
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/run/locate.h"
#include "engine/run/threads.h"
#include "io/instance_file.h"
#include "io/solution_json.h"
#include "solvers/packing.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DEFAULT_EFFORT = 1000, DEFAULT_SEED = 1, PACKING_NODES = 2000000 };

void ambit_solve_options_init(struct ambit_solve_options *options)
{
    *options =
        (struct ambit_solve_options){.seed = DEFAULT_SEED, .effort = AMBIT_SOLVE_EFFORT_AUTO};
}

void ambit_solve_outcome_clear(struct ambit_solve_outcome *outcome)
{
    ambit_free(&outcome->instance_name);
    ambit_free(&outcome->step);
}

static ambit_status read_instance(const struct ambit_solve_options *options,
                                  struct ambit_instance *out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_instance_read(options->instance_path, out));
    out->problem = options->problem;
    out->distance = options->distance;
    AMBIT_TRY(ambit_instance_check_capacities(out, options->instance_path));
    int64_t total = 0;
    for (int32_t i = 0; i < out->count; i++)
        total += out->demand[i];
    for (int32_t i = 0; i < out->count; i++) { /* so that sums of capacities cannot overflow */
        if (out->capacity[i] > total) out->capacity[i] = total;
    }
done:
    return status;
}

/* Says in outcome->reason why no plan can exist, where that can be proven. */
static ambit_status check_packing(const struct ambit_instance *instance,
                                  struct ambit_solve_outcome *outcome)
{
    enum ambit_packing answer = AMBIT_PACKING_UNKNOWN;
    int32_t item = 0;
    const ambit_status status =
        ambit_packing_check(instance->demand, instance->count, instance->capacity, instance->count,
                            instance->centre_count, PACKING_NODES, &answer, &item);
    if (status != AMBIT_OK) return status;
    char *const reason = outcome->reason;
    const size_t room = sizeof outcome->reason;
    switch (answer) {
    case AMBIT_PACKING_ITEM_TOO_LARGE:
        (void)snprintf(reason, room, "account %d asks for more than any capacity", (int)item);
        break;
    case AMBIT_PACKING_TOTAL_TOO_LARGE:
        (void)snprintf(reason, room,
                       "all accounts together ask for more than the %d largest capacities",
                       (int)instance->centre_count);
        break;
    case AMBIT_PACKING_IMPOSSIBLE:
        (void)snprintf(reason, room,
                       "the accounts cannot be packed into %d clusters without breaking a capacity "
                       "(proven), though their sum would fit",
                       (int)instance->centre_count);
        break;
    case AMBIT_PACKING_POSSIBLE:
    case AMBIT_PACKING_UNKNOWN:
        break;
    }
    return AMBIT_OK;
}

static ambit_status describe(const struct ambit_instance *instance,
                             const struct ambit_solve_options *options,
                             struct ambit_solve_outcome *outcome)
{
    outcome->count = instance->count;
    outcome->centre_count = instance->centre_count;
    outcome->problem = instance->problem;
    outcome->seed = options->seed;
    outcome->value = NAN;
    outcome->bound = NAN;
    return ambit_copy_string(instance->name, &outcome->instance_name);
}

/* The judged value, the bound and how it went. A plan that breaks a capacity is no answer. */
static void conclude(struct ambit_locating *locating, struct ambit_solve_outcome *outcome)
{
    outcome->effort = locating->rounds;
    outcome->stopped_by_time_limit = locating->stopped_by_time_limit && !locating->closed;
    if (!isfinite(locating->best_value)) {
        outcome->status = AMBIT_SOLVE_INFEASIBLE;
        (void)snprintf(outcome->reason, sizeof outcome->reason,
                       "no plan was found that keeps to the capacities; that there is none is not "
                       "proven");
        return;
    }
    outcome->status = locating->closed ? AMBIT_SOLVE_OPTIMAL : AMBIT_SOLVE_FEASIBLE;
    outcome->value = locating->best_value;
    outcome->bound = locating->bound; /* NAN where nothing is proven */
    if (locating->instance->distance == AMBIT_DISTANCE_FLOOR)
        outcome->bound = ceil(outcome->bound - 1e-6); /* every value is a whole number */
    if (locating->closed || locating->bound > locating->best_value)
        outcome->bound = locating->best_value;
    outcome->step = locating->step;
    outcome->step_count = locating->step_count;
    locating->step = NULL;
    if (outcome->step_count > 0)
        outcome->seconds_to_best = outcome->step[outcome->step_count - 1].seconds;
}

static ambit_status store(const struct ambit_solve_options *options,
                          const struct ambit_instance *instance, const int32_t *median,
                          const struct ambit_solve_outcome *outcome)
{
    ambit_status status = AMBIT_OK;
    struct ambit_solution solution = {0};
    AMBIT_TRY(ambit_solution_create(instance->count, &solution));
    AMBIT_TRY(ambit_copy_string(instance->name, &solution.name));
    memcpy(solution.median, median, (size_t)instance->count * sizeof *median);
    solution.centre_count = instance->centre_count;
    solution.value = outcome->value;
    solution.optimal = outcome->status == AMBIT_SOLVE_OPTIMAL;
    AMBIT_TRY(ambit_solution_write(options->solution_path, instance, &solution));
done:
    ambit_solution_clear(&solution);
    return status;
}

static ambit_status search(struct ambit_comm *comm, const struct ambit_solve_options *options,
                           const struct ambit_instance *instance, double started,
                           struct ambit_solve_outcome *outcome)
{
    ambit_status status = AMBIT_OK;
    struct ambit_locating locating = {0};
    AMBIT_TRY(ambit_locating_create(comm, options, instance, started, &locating));
    if (instance->problem == AMBIT_LOCATION_CCCP) {
        AMBIT_TRY(ambit_locating_walk(&locating));
    } else {
        AMBIT_TRY(ambit_locating_begin(&locating));
        AMBIT_TRY(ambit_locating_refine(&locating));
    }
    conclude(&locating, outcome);
    const bool stores = options->solution_path != NULL && ambit_comm_rank(comm) == 0 &&
                        outcome->status != AMBIT_SOLVE_INFEASIBLE;
    AMBIT_TRY_TOGETHER(comm, stores ? store(options, instance, locating.best, outcome) : AMBIT_OK);
done:
    ambit_locating_clear(&locating);
    return status;
}

ambit_status ambit_solve(struct ambit_comm *comm, const struct ambit_solve_options *options,
                         struct ambit_solve_outcome *outcome_out)
{
    ambit_status status = AMBIT_OK;
    const double started = ambit_seconds();
    struct ambit_instance instance = {0};
    struct ambit_solve_outcome outcome = {0};
    struct ambit_solve_options resolved = *options;
    if (options->effort == AMBIT_SOLVE_EFFORT_AUTO)
        resolved.effort = options->time_limit > 0.0 ? INT64_MAX : DEFAULT_EFFORT;
    (void)ambit_threads_set(comm, options->threads);
    AMBIT_TRY_TOGETHER(comm, read_instance(options, &instance));
    AMBIT_TRY_TOGETHER(comm, describe(&instance, options, &outcome));
    AMBIT_TRY_TOGETHER(comm, check_packing(&instance, &outcome));
    if (outcome.reason[0] != '\0')
        outcome.status = AMBIT_SOLVE_INFEASIBLE;
    else
        AMBIT_TRY(search(comm, &resolved, &instance, started, &outcome));
    outcome.seconds = ambit_seconds() - started;
    if (outcome.status == AMBIT_SOLVE_INFEASIBLE)
        status = ambit_fail(AMBIT_ERR_INFEASIBLE, "%s: %s", options->instance_path, outcome.reason);
done:
    ambit_log_finish();
    ambit_instance_clear(&instance);
    if (status == AMBIT_OK || status == AMBIT_ERR_INFEASIBLE)
        *outcome_out = outcome;
    else
        ambit_solve_outcome_clear(&outcome);
    return status;
}
