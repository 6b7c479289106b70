/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/farm_split.h"
#include "engine/base/memory.h"
#include "engine/base/real.h"

#include <math.h>

/* Seconds that one scenario takes a group of so many ranks. */
static double seconds_of(const struct ambit_farm_measure *m, int ranks)
{
    const double waiting = m->ranks > 1 ? m->in_calls / ambit_log2(m->ranks) : 0.0;
    const double work = (m->seconds - (m->ranks > 1 ? m->in_calls : 0.0)) * m->ranks;
    return work / ranks + waiting * ambit_log2(ranks);
}

int32_t ambit_farm_groups(const struct ambit_farm_measure *measure, int32_t scenarios)
{
    int32_t best = 1;
    double least = INFINITY;
    for (int32_t groups = 1; groups <= measure->ranks && groups <= scenarios; groups++) {
        const int ranks = measure->ranks / groups; /* of the smallest group */
        if (ranks < measure->ranks_at_least && groups > 1) break;
        const int32_t rounds = (scenarios + groups - 1) / groups;
        const double seconds = rounds * seconds_of(measure, ranks);
        if (seconds > least) continue;
        least = seconds;
        best = groups;
    }
    return best;
}

ambit_status ambit_farm_deal(const double *cost, int32_t scenarios, int32_t groups,
                             int32_t *group_out)
{
    ambit_status status = AMBIT_OK;
    double *load = NULL;
    AMBIT_TRY(ambit_alloc(&load, (size_t)groups, sizeof *load));
    for (int32_t s = 0; s < scenarios; s++)
        group_out[s] = -1;
    for (int32_t dealt = 0; dealt < scenarios; dealt++) {
        int32_t next = -1, to = 0;
        for (int32_t s = 0; s < scenarios; s++)
            if (group_out[s] < 0 && (next < 0 || cost[s] > cost[next])) next = s;
        for (int32_t g = 1; g < groups; g++)
            if (load[g] < load[to]) to = g;
        group_out[next] = to;
        load[to] += cost[next];
    }
done:
    ambit_free(&load);
    return status;
}
