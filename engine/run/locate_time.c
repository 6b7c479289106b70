/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What keeps a search within its time limit: nothing is begun that, by what the slowest of its kind
 * lately took, would end beyond it. What was slowest fades, so that one slow moment of the machine
 * does not end a search early. Without a limit no clock decides anything.
 *
 * Weakness: the first of a kind is begun unseen; and how long GLPK takes for the same effort
 * differs by a factor of a few.
 */
#include "engine/base/clock.h"
#include "engine/run/locate.h"

#include <math.h>

#define FADING 0.9 /* of the slowest, with each that follows */

/* Inside the critical section, or outside of parallel regions. */
static bool is_late(const struct ambit_locating *locating, enum ambit_locating_work work,
                    double units)
{
    const double limit = locating->options->time_limit;
    const double now = ambit_seconds() - locating->started;
    double expected = units * locating->took[work];
    if (!(limit > 0.0)) return false;
    if (work == AMBIT_LOCATING_STEP) expected += locating->took[AMBIT_LOCATING_PLAN]; /* follows */
    if (work >= AMBIT_LOCATING_ROUND && !isfinite(locating->best_value)) {
        if (locating->rounds == 0) return false; /* a late plan is better than none */
        expected = 0.0;
    }
    return now + expected > limit;
}

bool ambit_locating_is_over(struct ambit_locating *locating, enum ambit_locating_work work)
{
    int64_t late = locating->is_cut || is_late(locating, work, 1.0);
    if (locating->closed) return true;
    ambit_comm_max_i64(locating->comm, &late, 1); /* clocks differ, answers must not */
    locating->stopped_by_time_limit |= late != 0;
    return late != 0;
}

bool ambit_locating_may_begin(struct ambit_locating *locating, enum ambit_locating_work work,
                              double units)
{
    bool late = false;
#pragma omp critical(ambit_locating_time)
    {
        late = is_late(locating, work, units);
        locating->is_cut |= late;
    }
    return !late;
}

void ambit_locating_took(struct ambit_locating *locating, enum ambit_locating_work work,
                         double units, double begun)
{
    const double each = (ambit_seconds() - begun) / units;
#pragma omp critical(ambit_locating_time)
    locating->took[work] = fmax(each, FADING * locating->took[work]);
}
