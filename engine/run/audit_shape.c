/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Outlines of the territories, how round they are, and who is whose neighbour. Rank 0 draws them,
 * from every k-th account in the canonical order where there are many: a choice that does not
 * depend on the ranks, and leaves each territory enough places for its form. A territory whose land
 * touches no other, as on an island, has the nearest centres for neighbours. Cost: the outlines of
 * 100,000 accounts, a few seconds. Weakness: a small exclave may fall between the chosen accounts.
 */
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/model/neighbours.h"
#include "engine/model/territory_pairs.h"
#include "engine/run/audit.h"
#include "io/outlines_measure.h"

#include <math.h>
#include <string.h>

#define SAMPLE_ACCOUNTS INT64_C(100000) /* that outlines are drawn from */
#define SAMPLE_TERRITORY 60             /* and at least so many a territory, on the mean */
#define NEAREST 3                       /* neighbours of a territory that touches none */

void ambit_kpi_shape_clear(struct ambit_kpi_shape *shape)
{
    ambit_free(&shape->neighbour_first);
    ambit_free(&shape->neighbour);
    ambit_free(&shape->roundness);
    ambit_free(&shape->pieces);
}

/* Brings the places of every `every`-th account to rank 0. */
static ambit_status gather_sample(struct ambit_job *job, const int32_t *label, int64_t every,
                                  struct ambit_result *sample)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *const a = &job->accounts;
    double *lat = NULL, *lon = NULL;
    int32_t *territory = NULL;
    const size_t room = (size_t)(a->count / every + 1);
    int64_t count = 0;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&lat, room, sizeof *lat));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&lon, room, sizeof *lon));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&territory, room, sizeof *territory));
    for (int64_t i = (every - a->first % every) % every; i < a->count; i += every) {
        lat[count] = a->lat[i];
        lon[count] = a->lon[i];
        territory[count++] = label[i];
    }
    AMBIT_TRY(ambit_comm_gather(job->comm, lat, count, sizeof *lat, &sample->lat,
                                &sample->account_count));
    AMBIT_TRY(ambit_comm_gather(job->comm, lon, count, sizeof *lon, &sample->lon,
                                &sample->account_count));
    AMBIT_TRY(ambit_comm_gather(job->comm, territory, count, sizeof *territory, &sample->territory,
                                &sample->account_count));
    sample->territory_count = job->territories.count;
done:
    ambit_free(&lat);
    ambit_free(&lon);
    ambit_free(&territory);
    return status;
}

/* A nation that no map can show, such as one around the globe, has no outlines: *outlines is NULL
 * then, and the audit goes on without them. */
static ambit_status draw(const struct ambit_result *sample, struct ambit_outlines **outlines,
                         struct ambit_kpi_shape *shape)
{
    ambit_status status = AMBIT_OK;
    const size_t territories = (size_t)sample->territory_count;
    AMBIT_TRY(ambit_alloc(&shape->roundness, territories, sizeof *shape->roundness));
    AMBIT_TRY(ambit_alloc(&shape->pieces, territories, sizeof *shape->pieces));
    status = ambit_outlines_create(sample, outlines);
    if (status == AMBIT_ERR_SOLVER) {
        ambit_log_warning("no outlines, so no roundness and pieces: %s", ambit_error_message());
        ambit_error_clear();
        status = AMBIT_OK;
    }
    for (int32_t j = 0; j < sample->territory_count && status == AMBIT_OK; j++) {
        shape->roundness[j] = shape->pieces[j] = NAN;
        if (*outlines == NULL) continue;
        const struct ambit_outline_size size = ambit_outline_measure(*outlines, j);
        shape->roundness[j] = ambit_outline_roundness(&size);
        shape->pieces[j] = size.pieces;
    }
done:
    return status;
}

/* The pairs that touch, and for territories in none of them those with the nearest centres: a < b
 * in rising order, each once. */
static ambit_status find_pairs(const struct ambit_job *job, const struct ambit_outlines *outlines,
                               int32_t (**pair_out)[2], int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    const int32_t territories = job->territories.count;
    int64_t count = outlines != NULL ? outlines->neighbour_count : 0;
    const size_t most = (size_t)count + NEAREST * (size_t)territories;
    struct ambit_neighbour_tree *tree = NULL;
    int32_t *list = NULL;
    double *place = NULL;
    bool *touches = NULL;
    AMBIT_TRY(ambit_alloc(pair_out, most, sizeof **pair_out));
    AMBIT_TRY(ambit_alloc(&list, NEAREST * (size_t)territories, sizeof *list));
    AMBIT_TRY(ambit_alloc(&place, 3 * (size_t)territories, sizeof *place));
    AMBIT_TRY(ambit_alloc(&touches, (size_t)territories, sizeof *touches));
    int32_t(*const pair)[2] = *pair_out;
    if (count > 0) memcpy(pair, outlines->neighbour, (size_t)count * sizeof *pair);
    for (int64_t p = 0; p < count; p++)
        touches[pair[p][0]] = touches[pair[p][1]] = true;
    for (int32_t j = 0; j < territories; j++)
        memcpy(&place[3 * (int64_t)j], job->territories.item[j].position, 3 * sizeof *place);
    AMBIT_TRY(ambit_neighbour_tree_create(place, territories, &tree));
    ambit_neighbour_list(tree, NEAREST, list);
    for (int64_t n = 0; n < NEAREST * (int64_t)territories; n++) {
        const int32_t a = (int32_t)(n / NEAREST), b = list[n];
        if (touches[a] || b < 0) continue;
        pair[count][0] = a < b ? a : b;
        pair[count++][1] = a < b ? b : a;
    }
    *count_out = ambit_territory_pairs_sort(pair, count);
done:
    ambit_neighbour_tree_destroy(&tree);
    ambit_free(&list);
    ambit_free(&place);
    ambit_free(&touches);
    return status;
}

/* Lists of neighbours from pairs a < b in rising order, which leaves each list in rising order. */
static ambit_status list_neighbours(int32_t territories, const int32_t (*pair)[2], int64_t pairs,
                                    struct ambit_kpi_shape *shape)
{
    ambit_status status = AMBIT_OK;
    int32_t *next = NULL;
    AMBIT_TRY(ambit_alloc(&shape->neighbour_first, (size_t)territories + 1, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&shape->neighbour, 2 * (size_t)pairs, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&next, (size_t)territories, sizeof *next));
    int32_t *const first = shape->neighbour_first;
    for (int64_t p = 0; p < pairs; p++) {
        first[pair[p][0] + 1]++;
        first[pair[p][1] + 1]++;
    }
    for (int32_t j = 0; j < territories; j++) {
        first[j + 1] += first[j];
        next[j] = first[j];
    }
    for (int64_t p = 0; p < pairs; p++) /* lower ones first: they are in the order of pair[p][0] */
        shape->neighbour[next[pair[p][1]]++] = pair[p][0];
    for (int64_t p = 0; p < pairs; p++)
        shape->neighbour[next[pair[p][0]]++] = pair[p][1];
done:
    ambit_free(&next);
    return status;
}

ambit_status ambit_kpi_find_shape(struct ambit_job *job, const int32_t *label,
                                  struct ambit_kpi_shape *shape_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result sample;
    struct ambit_outlines *outlines = NULL;
    int32_t(*pair)[2] = NULL;
    const int64_t wanted = SAMPLE_TERRITORY * (int64_t)job->territories.count;
    const int64_t most = wanted > SAMPLE_ACCOUNTS ? wanted : SAMPLE_ACCOUNTS;
    const bool first = ambit_comm_rank(job->comm) == 0;
    ambit_result_init(&sample);
    *shape_out = (struct ambit_kpi_shape){.every = (job->accounts.total + most - 1) / most};
    AMBIT_TRY(gather_sample(job, label, shape_out->every, &sample));
    AMBIT_TRY_TOGETHER(job->comm, first ? draw(&sample, &outlines, shape_out) : AMBIT_OK);
    int64_t pairs = 0;
    AMBIT_TRY_TOGETHER(job->comm, first ? find_pairs(job, outlines, &pair, &pairs) : AMBIT_OK);
    ambit_comm_broadcast(job->comm, &pairs, sizeof pairs, 0);
    AMBIT_TRY_TOGETHER(job->comm,
                       first ? AMBIT_OK : ambit_alloc(&pair, (size_t)pairs, sizeof *pair));
    ambit_comm_broadcast(job->comm, pair, pairs * (int64_t)sizeof *pair, 0);
    AMBIT_TRY_TOGETHER(job->comm, list_neighbours(job->territories.count, (const int32_t(*)[2])pair,
                                                  pairs, shape_out));
done:
    ambit_free(&pair);
    ambit_outlines_destroy(&outlines);
    ambit_result_clear(&sample);
    return status;
}
