/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of solvers/separation.h over all ranks. That a distance is too much is proven by cells
 * so small that no two places in one are far enough from each other: there can be no more centres
 * than cells with accounts. Cost: nothing where all centres are apart; else a pass over the
 * accounts and a gather of one of each cell. Weakness: cells of a cube's grid are wasteful, so that
 * much is impossible that the proof does not see.
 */
#include "engine/run/separate.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/run/refuse.h"
#include "solvers/separation.h"

#include <math.h>

#define FINE 8.0   /* cells to the distance, of a territory's own accounts */
#define COARSE 4.0 /* the same, of any */

ambit_status ambit_job_give_way(struct ambit_job *job, const int32_t *label, double apart,
                                bool *moved_out, int32_t *count_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_territories *const territories = &job->territories;
    struct ambit_separation_place *mine = NULL, *all = NULL;
    bool *must_move = NULL, packed = false;
    int64_t count = 0;
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&must_move, (size_t)territories->count, sizeof *must_move));
    int32_t left = *count_out = ambit_separation_find(territories, apart, moved_out);
    for (int32_t j = 0; j < territories->count; j++)
        must_move[j] = moved_out[j];
    for (int any = 0; any < 2 && left > 0; any++) {
        const double side = sqrt(apart) / (any ? COARSE : FINE);
        AMBIT_TRY_TOGETHER(job->comm,
                           ambit_separation_places(&job->accounts, any ? NULL : label, territories,
                                                   must_move, side, &mine, &count));
        AMBIT_TRY(ambit_comm_all_gather(job->comm, mine, count, sizeof *mine, &all, &count));
        count = ambit_separation_merge(all, count);
        left = ambit_separation_move(territories, apart, all, count, must_move);
        if (any && left > 0)
            AMBIT_TRY_TOGETHER(job->comm,
                               ambit_separation_pack(territories, apart, all, count, &packed));
        ambit_free(&mine);
        ambit_free(&all);
    }
    for (int32_t j = 0; j < territories->count; j++)
        moved_out[j] = packed ? territories->item[j].centre_kind != AMBIT_CENTRE_HOME
                              : moved_out[j] && !must_move[j];
done:
    ambit_free(&must_move);
    ambit_free(&mine);
    ambit_free(&all);
    return status;
}

/* ---- before a plan is sought ---- */

static void note_homes(const struct ambit_job *job, double apart)
{
    const struct ambit_territories *const t = &job->territories;
    int64_t pairs = 0;
    double least = apart;
    int32_t first = -1, second = -1;
    for (int32_t j = 0; j < t->count; j++) {
        for (int32_t k = 0; k < j && t->item[j].centre_kind == AMBIT_CENTRE_HOME; k++) {
            const double chord2 = ambit_chord2(t->item[j].position, t->item[k].position);
            if (t->item[k].centre_kind != AMBIT_CENTRE_HOME || chord2 >= apart) continue;
            pairs++;
            if (chord2 >= least) continue;
            least = chord2;
            first = k;
            second = j;
        }
    }
    if (pairs > 0)
        ambit_log_advice("centres.separation: %lld pair%s of homes %s nearer than %g km, the "
                         "nearest %s and %s at %.1f km; homes stay where they are",
                         (long long)pairs, pairs == 1 ? "" : "s", pairs == 1 ? "is" : "are",
                         job->scenario.separation.km, t->item[first].name, t->item[second].name,
                         ambit_km_from_chord2(least));
}

/* Cells with accounts in the nation, of which each has room for one centre. */
static ambit_status count_cells(struct ambit_job *job, double apart, int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_separation_place *mine = NULL, *all = NULL;
    const double side = sqrt(apart / 3.0);
    AMBIT_TRY_TOGETHER(job->comm, ambit_separation_places(&job->accounts, NULL, &job->territories,
                                                          NULL, side, &mine, count_out));
    AMBIT_TRY(ambit_comm_all_gather(job->comm, mine, *count_out, sizeof *mine, &all, count_out));
    *count_out = ambit_separation_merge(all, *count_out);
done:
    ambit_free(&mine);
    ambit_free(&all);
    return status;
}

/* Says what would do: the most, in steps of 0.1 km, of which the cells do not prove that it is too
 * much. The proof is not quite monotone; bisection ends on one that holds no more. */
static ambit_status refuse(struct ambit_job *job, int64_t medians, int64_t cells)
{
    ambit_status status = AMBIT_OK;
    const double km = job->scenario.separation.km;
    int64_t low = 0, high = (int64_t)ceil(km * 10.0);
    char words[AMBIT_REMEDY_TEXT + 64];
    while (high - low > 1) {
        const int64_t middle = low + (high - low) / 2;
        int64_t room_for = 0;
        AMBIT_TRY(count_cells(job, ambit_separation_chord2((double)middle / 10.0), &room_for));
        if (room_for >= medians)
            low = middle;
        else
            high = middle;
    }
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_job_refuse_separation(job, medians, cells, km, (double)low / 10.0,
                                                   sizeof words, words));
    status = ambit_fail(AMBIT_ERR_INFEASIBLE,
                        "%s: centres.separation: expected accounts for %lld free centres %g km "
                        "apart, found that they have room for at most %lld; ask for less, or "
                        "for fewer territories\n  what would do:%s",
                        job->scenario.path, (long long)medians, km, (long long)cells, words);
done:
    return status;
}

ambit_status ambit_job_check_separation(struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const double km = job->scenario.separation.km;
    int64_t medians = 0, cells = 0;
    if (!(km > 0.0)) return AMBIT_OK;
    const double apart = ambit_separation_chord2(km);
    note_homes(job, apart);
    for (int32_t j = 0; j < job->territories.count; j++)
        medians += job->territories.item[j].centre_kind == AMBIT_CENTRE_MEDIAN;
    if (medians == 0) return AMBIT_OK;
    AMBIT_TRY(count_cells(job, apart, &cells));
    if (cells < medians) status = refuse(job, medians, cells);
done:
    return status;
}
