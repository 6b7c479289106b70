/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/locate.h"
#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SAY_STEPS = 25, ASCENT_STEPS = 500, ESTIMATE_STEP = 120, FIRST_PLANS = 8 };
#define ASCENT_SCALE_MIN 2e-3 /* shorter steps gain nothing */
#define PLAN_NOISE 0.03

ambit_status ambit_locating_create(struct ambit_comm *comm,
                                   const struct ambit_solve_options *options,
                                   const struct ambit_instance *instance, double started,
                                   struct ambit_locating *out)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)instance->count;
    *out = (struct ambit_locating){.comm = comm,
                                   .options = options,
                                   .instance = instance,
                                   .started = started,
                                   .value = INFINITY,
                                   .best_value = INFINITY,
                                   .excess = INT64_MAX,
                                   .bound = 0.0};
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&out->median, n, sizeof *out->median));
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&out->best, n, sizeof *out->best));
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&out->centre_value, n, sizeof *out->centre_value));
done:
    if (status != AMBIT_OK) ambit_locating_clear(out);
    return status;
}

void ambit_locating_clear(struct ambit_locating *locating)
{
    ambit_lagrangian_clear(&locating->lagrangian);
    ambit_free(&locating->median);
    ambit_free(&locating->best);
    ambit_free(&locating->centre_value);
    ambit_free(&locating->step);
}

void ambit_locating_say(const struct ambit_locating *locating, const char *detail)
{
    const int64_t effort = locating->options->effort;
    ambit_log_progress("refine", locating->rounds, effort < INT64_MAX ? effort : 0, detail);
}

static ambit_status note_step(struct ambit_locating *locating)
{
    ambit_status status = AMBIT_OK;
    double now = ambit_seconds() - locating->started;
    ambit_comm_broadcast(locating->comm, &now, sizeof now, 0);
    if (locating->step_count == locating->step_room) {
        const int32_t room = 2 * locating->step_room + 16;
        AMBIT_TRY_TOGETHER(locating->comm,
                           ambit_resize(&locating->step, (size_t)room, sizeof *locating->step));
        locating->step_room = room;
    }
    locating->step[locating->step_count++] = (struct ambit_solve_step){now, locating->best_value};
done:
    return status;
}

ambit_status ambit_locating_excess(const struct ambit_instance *instance, const int32_t *account,
                                   int32_t count, const int32_t *site, int64_t *excess_out)
{
    int64_t *load = NULL, excess = 0;
    const ambit_status status = ambit_alloc(&load, (size_t)instance->count, sizeof *load);
    if (status != AMBIT_OK) return status;
    for (int32_t i = 0; i < count; i++)
        load[site[i]] += instance->demand[account == NULL ? i : account[i]];
    for (int32_t j = 0; j < instance->count; j++)
        excess += load[j] > instance->capacity[j] ? load[j] - instance->capacity[j] : 0;
    ambit_free(&load);
    *excess_out = excess;
    return status;
}

ambit_status ambit_locating_measure(struct ambit_locating *locating)
{
    ambit_status status = AMBIT_OK;
    double value = 0.0;
    int64_t excess = 0;
    AMBIT_TRY_TOGETHER(locating->comm,
                       ambit_solution_value(locating->instance, locating->median, &value));
    AMBIT_TRY_TOGETHER(locating->comm,
                       ambit_locating_excess(locating->instance, NULL, locating->instance->count,
                                             locating->median, &excess));
    locating->value = value;
    locating->excess = excess;
    if (excess == 0 && value < locating->best_value) {
        locating->best_value = value;
        memcpy(locating->best, locating->median,
               (size_t)locating->instance->count * sizeof *locating->best);
        AMBIT_TRY(note_step(locating));
    }
    const double best = locating->best_value;
    if (isfinite(best) &&
        locating->bound > best - ambit_grain_step(ambit_instance_grain(locating->instance), best)) {
        locating->closed = true;
        locating->bound = best;
    }
done:
    return status;
}

/* What a plan may cost: p clusters of the mean site's nearest accounts. */
static double guess_value(const struct ambit_lagrangian *lagrangian)
{
    const struct ambit_instance *const instance = lagrangian->instance;
    const int32_t share = instance->count / instance->centre_count + 1;
    double sum = 0.0;
    for (int32_t j = 0; j < instance->count; j++) {
        for (int32_t k = 0; k < share && k < lagrangian->near; k++)
            sum += lagrangian->cost[(size_t)j * (size_t)lagrangian->near + (size_t)k];
    }
    return sum / instance->count * instance->centre_count;
}

/* Every rank prices its slice of the sites. */
static ambit_status price_sites(struct ambit_locating *locating)
{
    ambit_status status = AMBIT_OK;
    struct ambit_lagrangian *const lagrangian = &locating->lagrangian;
    int64_t begin, end, count = 0;
    double *all = NULL;
    ambit_comm_split(lagrangian->instance->count, ambit_comm_size(locating->comm),
                     ambit_comm_rank(locating->comm), &begin, &end);
    AMBIT_TRY_TOGETHER(locating->comm,
                       ambit_lagrangian_price(lagrangian, (int32_t)begin, (int32_t)end));
    if (ambit_comm_size(locating->comm) == 1) goto done;
    AMBIT_TRY(ambit_comm_all_gather(locating->comm, &lagrangian->site_value[begin], end - begin,
                                    sizeof(double), &all, &count));
    memcpy(lagrangian->site_value, all, (size_t)count * sizeof(double));
done:
    ambit_free(&all);
    return status;
}

ambit_status ambit_locating_plan(struct ambit_locating *locating, uint64_t seed, double noise,
                                 int32_t *median_out)
{
    ambit_status status = AMBIT_OK;
    const double begun = ambit_seconds();
    AMBIT_TRY_TOGETHER(locating->comm,
                       ambit_lagrangian_plan(&locating->lagrangian, seed, noise, median_out));
    ambit_locating_took(locating, AMBIT_LOCATING_PLAN, 1.0, begun);
done:
    return status;
}

static ambit_status ascend(struct ambit_locating *locating)
{
    ambit_status status = AMBIT_OK;
    struct ambit_lagrangian *const lagrangian = &locating->lagrangian;
    const int32_t n = locating->instance->count;
    double upper = guess_value(lagrangian);
    char detail[64];
    for (int32_t i = 0; i < n; i++)
        lagrangian->lambda[i] = 1.5 * upper / n;
    for (int step = 0; step < ASCENT_STEPS && lagrangian->scale > ASCENT_SCALE_MIN; step++) {
        if (ambit_locating_is_over(locating, AMBIT_LOCATING_STEP)) break;
        const double begun = ambit_seconds();
        AMBIT_TRY(price_sites(locating));
        AMBIT_TRY_TOGETHER(locating->comm, ambit_lagrangian_step(lagrangian, upper));
        ambit_locating_took(locating, AMBIT_LOCATING_STEP, 1.0, begun);
        if (step == ESTIMATE_STEP) {
            AMBIT_TRY(ambit_locating_plan(locating, 0, 0.0, locating->median));
            AMBIT_TRY_TOGETHER(locating->comm,
                               ambit_solution_value(locating->instance, locating->median, &upper));
        }
        if (step % SAY_STEPS != 0) continue;
        (void)snprintf(detail, sizeof detail, "bound=%.2f", lagrangian->bound);
        ambit_log_progress("bound", step, ASCENT_STEPS, detail);
    }
    locating->bound = fmax(0.0, lagrangian->bound);
done:
    return status;
}

ambit_status ambit_locating_begin(struct ambit_locating *locating)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)locating->instance->count;
    int32_t *median = NULL;
    double best = INFINITY;
    int64_t least = INT64_MAX;
    AMBIT_TRY_TOGETHER(locating->comm,
                       ambit_lagrangian_create(locating->instance, &locating->lagrangian));
    AMBIT_TRY(ascend(locating));
    AMBIT_TRY_TOGETHER(locating->comm, ambit_alloc(&median, n, sizeof *median));
    for (uint64_t k = 0; k < FIRST_PLANS; k++) {
        const uint64_t seed = ambit_random_u64(locating->options->seed, 1, k);
        double value = 0.0;
        int64_t excess = 0;
        if (k > 0 && ambit_locating_is_over(locating, AMBIT_LOCATING_PLAN)) break;
        AMBIT_TRY(ambit_locating_plan(locating, seed, k == 0 ? 0.0 : PLAN_NOISE, median));
        AMBIT_TRY_TOGETHER(locating->comm,
                           ambit_solution_value(locating->instance, median, &value));
        AMBIT_TRY_TOGETHER(locating->comm,
                           ambit_locating_excess(locating->instance, NULL,
                                                 locating->instance->count, median, &excess));
        if (excess > least || (excess == least && value >= best)) continue;
        least = excess;
        best = value;
        memcpy(locating->median, median, n * sizeof *median);
    }
    AMBIT_TRY(ambit_locating_measure(locating));
done:
    ambit_free(&median);
    return status;
}
