/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * METIS (Karypis, Kumar 1998) on the points of a benchmark, with as many constraints as measures:
 *
 *     peer_metis kway|bisection POINTS TERRITORIES MEASURES LABELS
 *
 * METIS cuts graphs: it gets the Delaunay triangulation of the points, as drawn by our own seeding,
 * each edge weighing the same, and the points along the Hilbert curve, which spares it cache
 * misses. That is what `before` counts. Its weights are whole numbers, so a measure is told in
 * parts of 2^29. One thread; a build without METIS ends with AMBIT_BENCH_MISSING.
 */
#include "bench/seed_points.h"

#if __has_include(<metis.h>)
#include "engine/base/clock.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "solvers/seed_graph.h"

#include <math.h>
#include <metis.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct graph {
    idx_t *first, *neighbour, *weight; /* owned */
};

static void graph_clear(struct graph *graph)
{
    ambit_free(&graph->first);
    ambit_free(&graph->neighbour);
    ambit_free(&graph->weight);
}

/* Weights of the points in the order of `row`. */
static void weigh(const struct ambit_bench_points *points, const int32_t *row, int measures,
                  idx_t *weight)
{
    for (int m = 0; m < measures; m++) {
        double total = 0.0;
        for (int64_t i = 0; i < points->count; i++)
            total += ambit_bench_amount(points, i, m);
        for (int64_t n = 0; n < points->count; n++)
            weight[n * measures + m] =
                (idx_t)lrint(ambit_bench_amount(points, row[n], m) / total * 0x1p29);
    }
}

static ambit_status graph_create(const struct ambit_bench_points *points, const int32_t *row,
                                 int measures, struct graph *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_seed_graph drawn = {0};
    double *place = NULL;
    const size_t count = (size_t)points->count;
    const double unit = points->dimensions == 2 ? AMBIT_EARTH_RADIUS_KM : 1.0;
    AMBIT_TRY(ambit_alloc(&place, 3 * count, sizeof *place));
    for (size_t n = 0; n < count; n++)
        for (int64_t d = 0; d < points->dimensions; d++)
            place[3 * (int64_t)n + d] = points->coordinate[row[n] * points->dimensions + d] / unit;
    AMBIT_TRY(ambit_seed_graph_create(place, (int32_t)count, &drawn));
    ambit_free(&place);
    const size_t edges = (size_t)drawn.row[count];
    AMBIT_TRY(ambit_alloc(&out->first, count + 1, sizeof *out->first));
    AMBIT_TRY(ambit_alloc(&out->neighbour, edges, sizeof *out->neighbour));
    AMBIT_TRY(ambit_alloc(&out->weight, count * (size_t)measures, sizeof *out->weight));
    for (size_t n = 0; n <= count; n++)
        out->first[n] = (idx_t)drawn.row[n];
    for (size_t e = 0; e < edges; e++)
        out->neighbour[e] = drawn.column[e];
    weigh(points, row, measures, out->weight);
done:
    ambit_free(&place);
    ambit_seed_graph_clear(&drawn);
    return status;
}

/* label_out is in the order of the graph. */
static ambit_status divide(struct graph *graph, bool kway, idx_t count, idx_t parts, idx_t measures,
                           idx_t *label_out)
{
    ambit_status status = AMBIT_OK;
    real_t most[AMBIT_BENCH_MEASURES];
    idx_t cut = 0;
    for (int m = 0; m < measures; m++)
        most[m] = (real_t)(1.0 + AMBIT_BENCH_BAND);
    const int ended = (kway ? METIS_PartGraphKway : METIS_PartGraphRecursive)(
        &count, &measures, graph->first, graph->neighbour, graph->weight, NULL, NULL, &parts, NULL,
        most, NULL, &cut, label_out);
    if (ended != METIS_OK)
        status = ambit_fail(AMBIT_ERR_SOLVER, "METIS ended with its status %d", ended);
    return status;
}

static ambit_status run(bool kway, char **words)
{
    ambit_status status = AMBIT_OK;
    struct ambit_bench_points points = {0};
    struct graph graph = {0};
    int32_t *row = NULL;
    idx_t *label = NULL;
    int32_t *by_row = NULL;
    const idx_t parts = (idx_t)strtol(words[1], NULL, 10);
    const int measures = (int)strtol(words[2], NULL, 10);
    AMBIT_TRY(ambit_bench_points_open(words[0], &points));
    const size_t count = (size_t)points.count;
    AMBIT_TRY(ambit_alloc(&label, count, sizeof *label));
    AMBIT_TRY(ambit_alloc(&by_row, count, sizeof *by_row));
    const double begin = ambit_seconds();
    AMBIT_TRY(ambit_bench_points_order(&points, &row));
    AMBIT_TRY(graph_create(&points, row, measures, &graph));
    const double drawn = ambit_seconds();
    AMBIT_TRY(divide(&graph, kway, (idx_t)count, parts, measures, label));
    const double end = ambit_seconds();
    for (size_t n = 0; n < count; n++)
        by_row[row[n]] = (int32_t)label[n];
    AMBIT_TRY(ambit_bench_labels_write(words[3], by_row, points.count));
    ambit_bench_tell(drawn - begin, end - drawn, ambit_memory_resident_peak_bytes());
done:
    ambit_bench_points_clear(&points);
    graph_clear(&graph);
    ambit_free(&row);
    ambit_free(&label);
    ambit_free(&by_row);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != 6) return ambit_status_exit_code(AMBIT_ERR_USAGE);
    const ambit_status status = run(strcmp(argv[1], "kway") == 0, &argv[2]);
    if (status != AMBIT_OK) (void)fprintf(stderr, "peer_metis: %s\n", ambit_error_message());
    return ambit_status_exit_code(status);
}
#else
int main(void)
{
    return AMBIT_BENCH_MISSING;
}
#endif
