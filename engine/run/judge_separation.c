/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Distances between centres, each pair whose places could be near looked at: sorted along one axis,
 * a centre is compared with those behind it for as long as that axis alone does not part them by
 * more than the nearest pair and the distance asked for. Shares nothing with the search.
 */
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/run/judge_rules.h"

#include <math.h>
#include <stdlib.h>

struct centre {
    double x;
    int32_t territory;
};

static int compare_centres(const void *a, const void *b)
{
    const struct centre *const p = a, *const q = b;
    if (p->x != q->x) return p->x < q->x ? -1 : 1;
    return p->territory < q->territory ? -1 : p->territory > q->territory;
}

/* Counts the pair, and keeps it where it is the nearest; ties to the smaller indices. */
static void judge_pair(const struct ambit_territories *t, int32_t a, int32_t b, double km,
                       struct ambit_result_separation *out)
{
    const bool homes =
        t->item[a].centre_kind == AMBIT_CENTRE_HOME && t->item[b].centre_kind == AMBIT_CENTRE_HOME;
    const int32_t first = a < b ? a : b, second = a < b ? b : a;
    if (km < out->asked_km) ++*(homes ? &out->home_count : &out->broken_count);
    if (homes || km > out->least_km) return;
    if (km == out->least_km &&
        (first > out->first || (first == out->first && second > out->second)))
        return;
    out->least_km = km;
    out->first = first;
    out->second = second;
}

ambit_status ambit_judge_separation(const struct ambit_job *job,
                                    struct ambit_result_separation *out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_territories *const t = &job->territories;
    const bool any_free = ambit_job_has_free_centre(job);
    struct centre *centre = NULL;
    AMBIT_TRY(ambit_alloc(&centre, (size_t)t->count, sizeof *centre));
    *out = (struct ambit_result_separation){
        .asked_km = job->scenario.separation.km, .least_km = NAN, .first = -1, .second = -1};
    for (int32_t j = 0; j < t->count; j++)
        centre[j] = (struct centre){t->item[j].position[0], j};
    qsort(centre, (size_t)t->count, sizeof *centre, compare_centres);
    for (int32_t c = 0; c < t->count; c++) {
        for (int32_t d = c + 1; d < t->count; d++) {
            const int32_t a = centre[c].territory, b = centre[d].territory;
            /* A chord is no longer than its arc, nor shorter than its part along an axis. */
            const double least = AMBIT_EARTH_RADIUS_KM * (centre[d].x - centre[c].x);
            if (least > out->asked_km && (!any_free || least > out->least_km)) break;
            judge_pair(t, a, b,
                       ambit_km_from_chord2(ambit_chord2(t->item[a].position, t->item[b].position)),
                       out);
        }
    }
done:
    ambit_free(&centre);
    return status;
}
