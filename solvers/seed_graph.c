/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Gabriel graph (Gabriel and Sokal 1969) of the nearest neighbours: two places are neighbours
 * where no other lies in the ball between them. It is part of the Delaunay triangulation, so what
 * hangs together here does there. Only pairs within the NEAREST of one of them are looked at.
 * O(places × NEAREST²) after the search. Weakness: NEAREST places on one spot see nothing else.
 */
#include "solvers/seed_graph.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/model/neighbours.h"

#include <stdbool.h>
#include <string.h>

enum { NEAREST = 10 };

static bool is_between(const double *place, int32_t i, int32_t j, const int32_t *near)
{
    const double *const a = &place[3 * (int64_t)i], *const b = &place[3 * (int64_t)j];
    const double apart = ambit_chord2(a, b);
    for (int n = 0; n < NEAREST; n++) {
        if (near[n] < 0 || near[n] == i || near[n] == j) continue;
        const double *const c = &place[3 * (int64_t)near[n]];
        if (ambit_chord2(a, c) + ambit_chord2(c, b) < apart) return true;
    }
    return false;
}

/* Strikes out (as −1) what has another place between; the walk over the list of either end may find
 * it, and each end asks both lists. */
static void thin(const double *place, int32_t count, const int32_t *list, int32_t *thinned)
{
#pragma omp parallel for schedule(static, 1024)
    for (int32_t i = 0; i < count; i++) {
        const int32_t *const near = &list[(int64_t)i * NEAREST];
        for (int n = 0; n < NEAREST; n++) {
            const int32_t j = near[n];
            const bool keep = j >= 0 && !is_between(place, i, j, near) &&
                              !is_between(place, i, j, &list[(int64_t)j * NEAREST]);
            thinned[(int64_t)i * NEAREST + n] = keep ? j : -1;
        }
    }
}

static bool lists(const int32_t *near, int32_t j)
{
    for (int n = 0; n < NEAREST; n++) {
        if (near[n] == j) return true;
    }
    return false;
}

/* Counts (column NULL) or fills the rows, both directions of every pair. */
static void fill(const int32_t *thinned, int32_t count, int64_t *at, int32_t *column)
{
    for (int32_t i = 0; i < count; i++) {
        const int32_t *const near = &thinned[(int64_t)i * NEAREST];
        for (int n = 0; n < NEAREST; n++) {
            const int32_t j = near[n];
            if (j < 0 || (j < i && lists(&thinned[(int64_t)j * NEAREST], i))) continue;
            if (column != NULL) {
                column[at[i]] = j;
                column[at[j]] = i;
            }
            at[i]++;
            at[j]++;
        }
    }
}

static void sort_row(int32_t *column, int64_t begin, int64_t end)
{
    for (int64_t n = begin + 1; n < end; n++) {
        const int32_t j = column[n];
        int64_t at = n;
        for (; at > begin && column[at - 1] > j; at--)
            column[at] = column[at - 1];
        column[at] = j;
    }
}

ambit_status ambit_seed_graph_create(const double *place, int32_t count,
                                     struct ambit_seed_graph *out)
{
    ambit_status status = AMBIT_OK;
    int32_t *list = NULL, *thinned = NULL;
    int64_t *at = NULL;
    *out = (struct ambit_seed_graph){.count = count};
    AMBIT_TRY(ambit_alloc(&list, (size_t)count * NEAREST, sizeof *list));
    AMBIT_TRY(ambit_alloc(&thinned, (size_t)count * NEAREST, sizeof *thinned));
    AMBIT_TRY(ambit_alloc(&at, (size_t)count + 1, sizeof *at));
    AMBIT_TRY(ambit_alloc(&out->row, (size_t)count + 1, sizeof *out->row));
    AMBIT_TRY(ambit_neighbour_list(place, count, NEAREST, list));
    thin(place, count, list, thinned);
    fill(thinned, count, at, NULL);
    for (int32_t i = 0; i < count; i++)
        out->row[i + 1] = out->row[i] + at[i];
    AMBIT_TRY(ambit_alloc(&out->column, (size_t)out->row[count], sizeof *out->column));
    memcpy(at, out->row, ((size_t)count + 1) * sizeof *at);
    fill(thinned, count, at, out->column);
    for (int32_t i = 0; i < count; i++)
        sort_row(out->column, out->row[i], out->row[i + 1]);
done:
    ambit_free(&list);
    ambit_free(&thinned);
    ambit_free(&at);
    if (status != AMBIT_OK) ambit_seed_graph_clear(out);
    return status;
}

void ambit_seed_graph_clear(struct ambit_seed_graph *graph)
{
    ambit_free(&graph->row);
    ambit_free(&graph->column);
}
