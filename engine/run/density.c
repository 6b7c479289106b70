/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every rank has the places of all accounts for a moment, and looks around its own. The search
 * wants neighbours near each other in the array (engine/model/neighbours.h). The canonical order is
 * such an order, but where accounts stay together it puts those of a chain side by side wherever
 * they are: then places are taken to the order of the curve first, each rank looks around a part of
 * that, and tells the ranks that hold the accounts. Cost: 24 bytes an account of the nation, and 40
 * more in that case.
 */
#include "engine/run/density.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/model/hilbert.h"
#include "engine/model/neighbours.h"

#include <stdlib.h>
#include <string.h>

/* An account by its place along the curve. */
struct along {
    uint64_t key;
    int64_t index; /* canonical */
};

/* What is found of an account. */
struct found {
    int64_t index;
    double chord2;
};

static int compare_along(const void *a, const void *b)
{
    const struct along *const x = a, *const y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static int compare_found(const void *a, const void *b)
{
    const struct found *const x = a, *const y = b;
    return x->index < y->index ? -1 : x->index > y->index;
}

static ambit_status gather_places(struct ambit_comm *comm, const struct ambit_accounts *accounts,
                                  double **all_out, int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    double *own = NULL;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&own, 3 * (size_t)accounts->count, sizeof *own));
    for (int32_t i = 0; i < accounts->count; i++) {
        own[3 * (int64_t)i] = accounts->x[i];
        own[3 * (int64_t)i + 1] = accounts->y[i];
        own[3 * (int64_t)i + 2] = accounts->z[i];
    }
    AMBIT_TRY(
        ambit_comm_all_gather(comm, own, accounts->count, 3 * sizeof(double), all_out, count_out));
done:
    ambit_free(&own);
    return status;
}

/* Takes the places to the order of the curve; along_out[p] is whose place p is. */
static ambit_status follow_curve(double **place_inout, int64_t count, struct along **along_out)
{
    ambit_status status = AMBIT_OK;
    const double *const place = *place_inout;
    struct along *along = NULL;
    double *ordered = NULL;
    AMBIT_TRY(ambit_alloc(&along, (size_t)count, sizeof *along));
    AMBIT_TRY(ambit_alloc(&ordered, 3 * (size_t)count, sizeof *ordered));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < count; i++) {
        double lat, lon;
        ambit_degrees_from_unit(&place[3 * i], &lat, &lon);
        along[i] = (struct along){ambit_hilbert_key(lat, lon), i};
    }
    if (count > 0) qsort(along, (size_t)count, sizeof *along, compare_along);
    for (int64_t p = 0; p < count; p++)
        memcpy(&ordered[3 * p], &place[3 * along[p].index], 3 * sizeof *ordered);
    ambit_free(place_inout);
    *place_inout = ordered;
    *along_out = along;
    ordered = NULL;
    along = NULL;
done:
    ambit_free(&along);
    ambit_free(&ordered);
    return status;
}

/* Part [begin, end) of the curve, by the accounts' canonical indices. */
static ambit_status look_around(const double *place, int64_t count, const struct along *along,
                                int64_t begin, int64_t end, int neighbours, struct found **out)
{
    ambit_status status = AMBIT_OK;
    struct found *found = NULL;
    double *chord2 = NULL;
    AMBIT_TRY(ambit_alloc(&chord2, (size_t)(end - begin), sizeof *chord2));
    AMBIT_TRY(ambit_alloc(&found, (size_t)(end - begin), sizeof *found));
    AMBIT_TRY(ambit_neighbour_chord2(place, count, begin, end, neighbours, chord2));
    AMBIT_REQUIRE(end == begin || (along != NULL && chord2 != NULL && found != NULL));
    for (int64_t p = begin; p < end; p++)
        found[p - begin] = (struct found){along[p].index, chord2[p - begin]};
    if (end > begin) qsort(found, (size_t)(end - begin), sizeof *found, compare_found);
    *out = found;
    found = NULL;
done:
    ambit_free(&chord2);
    ambit_free(&found);
    return status;
}

/* Sends what was found to the ranks that hold the accounts. Collective. */
static ambit_status bring_home(struct ambit_comm *comm, const struct ambit_accounts *accounts,
                               const struct found *found, int64_t count, double *chord2_out)
{
    ambit_status status = AMBIT_OK;
    const int ranks = ambit_comm_size(comm);
    int64_t *first = NULL, *counts = NULL, slices = 0, home_count = 0, next = 0;
    struct found *home = NULL;
    AMBIT_TRY(ambit_comm_all_gather(comm, &accounts->first, 1, sizeof(int64_t), &first, &slices));
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&counts, (size_t)ranks, sizeof *counts));
    AMBIT_REQUIRE(first != NULL && counts != NULL && (count == 0 || found != NULL));
    for (int r = 0; r < ranks; r++) {
        const int64_t until = r + 1 < ranks ? first[r + 1] : accounts->total, before = next;
        while (next < count && found[next].index < until)
            next++;
        counts[r] = next - before;
    }
    AMBIT_TRY(ambit_comm_exchange(comm, found, counts, sizeof *found, &home, &home_count, NULL));
    AMBIT_REQUIRE(home_count == accounts->count);
    for (int64_t n = 0; n < home_count; n++)
        chord2_out[home[n].index - accounts->first] = home[n].chord2;
done:
    ambit_free(&first);
    ambit_free(&counts);
    ambit_free(&home);
    return status;
}

ambit_status ambit_density_chord2(struct ambit_comm *comm, const struct ambit_accounts *accounts,
                                  int neighbours, double *chord2_out)
{
    ambit_status status = AMBIT_OK;
    double *all = NULL;
    struct along *along = NULL;
    struct found *found = NULL;
    int64_t count = 0, begin = accounts->first, end = accounts->first + accounts->count;
    AMBIT_TRY(gather_places(comm, accounts, &all, &count));
    if (accounts->together_width == 0) {
        AMBIT_TRY_TOGETHER(comm,
                           ambit_neighbour_chord2(all, count, begin, end, neighbours, chord2_out));
        goto done;
    }
    AMBIT_TRY_TOGETHER(comm, follow_curve(&all, count, &along));
    ambit_comm_split(count, ambit_comm_size(comm), ambit_comm_rank(comm), &begin, &end);
    AMBIT_TRY_TOGETHER(comm, look_around(all, count, along, begin, end, neighbours, &found));
    ambit_free(&all);
    ambit_free(&along);
    AMBIT_TRY(bring_home(comm, accounts, found, end - begin, chord2_out));
done:
    ambit_free(&all);
    ambit_free(&along);
    ambit_free(&found);
    return status;
}
