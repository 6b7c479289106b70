/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The graph as compressed rows: Delaunay's edges from seed_graph, or a list of nearest places made
 * symmetric; then each edge is measured once, from its smaller end, and rows are packed. About 70
 * bytes a place for the triangulation (six edges), and 200 while it is made. Weakness: one process
 * holds the whole graph, so that ranks do not share the work.
 */
#include "solvers/neighbour_graph.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/model/neighbours.h"
#include "solvers/barrier_index.h"
#include "solvers/seed_graph.h"

#include <math.h>
#include <string.h>

/* ---- the nearest ---- */

static bool lists(const int32_t *neighbour, int nearest, int32_t j)
{
    for (int n = 0; n < nearest; n++) {
        if (neighbour[n] == j) return true;
    }
    return false;
}

/* Counts (column NULL) or fills both directions of every pair, each pair once. */
static void add_pairs(const int32_t *list, int32_t count, int nearest, int64_t *at, int32_t *column)
{
    for (int32_t i = 0; i < count; i++) {
        for (int n = 0; n < nearest; n++) {
            const int32_t j = list[(int64_t)i * nearest + n];
            if (j < 0 || (j < i && lists(&list[(int64_t)j * nearest], nearest, i))) continue;
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

static ambit_status join_nearest(const double *place, int32_t count, int nearest,
                                 struct ambit_neighbour_graph *graph)
{
    ambit_status status = AMBIT_OK;
    struct ambit_neighbour_tree *tree = NULL;
    int32_t *list = NULL;
    int64_t *at = NULL;
    AMBIT_REQUIRE(nearest <= AMBIT_NEIGHBOUR_MAX);
    AMBIT_TRY(ambit_neighbour_tree_create(place, count, &tree));
    AMBIT_TRY(ambit_alloc(&list, (size_t)count * (size_t)nearest, sizeof *list));
    AMBIT_TRY(ambit_alloc(&at, (size_t)count + 1, sizeof *at));
    AMBIT_TRY(ambit_alloc(&graph->row, (size_t)count + 1, sizeof *graph->row));
    ambit_neighbour_list(tree, nearest, list);
    add_pairs(list, count, nearest, at, NULL);
    for (int32_t i = 0; i < count; i++)
        graph->row[i + 1] = graph->row[i] + at[i];
    AMBIT_TRY(ambit_alloc(&graph->column, (size_t)graph->row[count], sizeof *graph->column));
    memcpy(at, graph->row, ((size_t)count + 1) * sizeof *at);
    add_pairs(list, count, nearest, at, graph->column);
#pragma omp parallel for schedule(dynamic, 1024)
    for (int32_t i = 0; i < count; i++)
        sort_row(graph->column, graph->row[i], graph->row[i + 1]);
done:
    ambit_neighbour_tree_destroy(&tree);
    ambit_free(&list);
    ambit_free(&at);
    return status;
}

/* ---- the triangulation ---- */

enum { LISTED = 16 }; /* nearest places among which a way out is sought */

/* The shortest way out of a part of the graph. */
struct bridge {
    double chord2;
    int32_t from, to;
};

static int32_t root_of(int32_t *up, int32_t i)
{
    while (up[i] != i) {
        up[i] = up[up[i]];
        i = up[i];
    }
    return i;
}

/* The shortest way out of each part by the lists of nearest places, ties to the smaller index, at
 * its root. */
static void find_bridges(const double *place, int32_t count, const int32_t *list, int32_t *part,
                         struct bridge *bridge)
{
    for (int32_t i = 0; i < count; i++)
        bridge[i] = (struct bridge){INFINITY, -1, -1};
    for (int32_t i = 0; i < count; i++) {
        const int32_t own = root_of(part, i);
        for (int n = 0; n < LISTED; n++) {
            const int32_t j = list[(int64_t)i * LISTED + n];
            if (j < 0 || root_of(part, j) == own) continue;
            const double chord2 = ambit_chord2(&place[3 * (int64_t)i], &place[3 * (int64_t)j]);
            if (chord2 < bridge[own].chord2) bridge[own] = (struct bridge){chord2, i, j};
            break;
        }
    }
}

/* Makes the rows anew with the bridges in them. */
static ambit_status add_bridges(const struct bridge *built, int32_t bridges,
                                struct ambit_neighbour_graph *graph)
{
    ambit_status status = AMBIT_OK;
    const size_t rows = (size_t)graph->count + 1;
    int64_t *row = NULL, *at = NULL;
    int32_t *column = NULL;
    AMBIT_TRY(ambit_alloc(&row, rows, sizeof *row));
    AMBIT_TRY(ambit_alloc(&at, rows, sizeof *at));
    for (int32_t b = 0; b < bridges; b++) {
        row[built[b].from + 1]++;
        row[built[b].to + 1]++;
    }
    for (int32_t i = 0; i < graph->count; i++)
        row[i + 1] += row[i] + graph->row[i + 1] - graph->row[i];
    AMBIT_TRY(ambit_alloc(&column, (size_t)row[graph->count], sizeof *column));
    memcpy(at, row, rows * sizeof *at);
    for (int32_t b = 0; b < bridges; b++) {
        column[at[built[b].from]++] = built[b].to;
        column[at[built[b].to]++] = built[b].from;
    }
    for (int32_t i = 0; i < graph->count; i++) {
        for (int64_t e = graph->row[i]; e < graph->row[i + 1]; e++)
            column[at[i]++] = graph->column[e];
        sort_row(column, row[i], row[i + 1]);
    }
    ambit_free(&graph->row);
    ambit_free(&graph->column);
    graph->row = row;
    graph->column = column;
    row = NULL;
    column = NULL;
done:
    ambit_free(&row);
    ambit_free(&column);
    ambit_free(&at);
    return status;
}

/* Of a million places a few thousand stay without all of their edges, where neither end of one can
 * prove it (seed_graph.c). The shortest way out of a part that this leaves alone is an edge of the
 * triangulation, too (Borůvka 1926). */
static ambit_status bridge_parts(const double *place, struct ambit_neighbour_graph *graph)
{
    ambit_status status = AMBIT_OK;
    const int32_t count = graph->count;
    struct ambit_neighbour_tree *tree = NULL;
    int32_t *part = NULL, *list = NULL, built = 0, before = -1;
    struct bridge *bridge = NULL, *kept = NULL;
    AMBIT_TRY(ambit_alloc(&part, (size_t)count, sizeof *part));
    if (ambit_neighbour_graph_components(graph, part) <= 1) goto done;
    AMBIT_TRY(ambit_neighbour_tree_create(place, count, &tree));
    AMBIT_TRY(ambit_alloc(&list, (size_t)count * LISTED, sizeof *list));
    AMBIT_TRY(ambit_alloc(&bridge, (size_t)count, sizeof *bridge));
    AMBIT_TRY(ambit_alloc(&kept, (size_t)count, sizeof *kept));
    ambit_neighbour_list(tree, LISTED, list);
    for (int32_t i = 0; i < count; i++)
        part[i] = i;
    for (int32_t i = 0; i < count; i++) {
        for (int64_t e = graph->row[i]; e < graph->row[i + 1]; e++) {
            const int32_t a = root_of(part, i), b = root_of(part, graph->column[e]);
            part[a < b ? b : a] = a < b ? a : b;
        }
    }
    while (built > before) {
        before = built;
        find_bridges(place, count, list, part, bridge);
        for (int32_t i = 0; i < count; i++) {
            if (bridge[i].from < 0) continue;
            const int32_t a = root_of(part, bridge[i].from), b = root_of(part, bridge[i].to);
            if (a == b) continue;
            part[a < b ? b : a] = a < b ? a : b;
            kept[built++] = bridge[i];
        }
    }
    AMBIT_TRY(add_bridges(kept, built, graph));
done:
    ambit_neighbour_tree_destroy(&tree);
    ambit_free(&part);
    ambit_free(&list);
    ambit_free(&bridge);
    ambit_free(&kept);
    return status;
}

static ambit_status join_delaunay(const double *place, int32_t count,
                                  struct ambit_neighbour_graph *graph)
{
    struct ambit_seed_graph made;
    const ambit_status status = ambit_seed_graph_create(place, count, &made);
    if (status != AMBIT_OK) return status;
    graph->row = made.row;
    graph->column = made.column;
    return bridge_parts(place, graph);
}

/* ---- what is cut ---- */

enum { KEPT, TOO_LONG, BARRED };

struct cutting {
    const double *place;
    double longest_km;
    const struct ambit_barrier_index *barriers; /* NULL: none */
};

static uint8_t verdict(const struct cutting *cutting, int32_t i, int32_t j)
{
    const double *const a = &cutting->place[3 * (int64_t)i];
    const double *const b = &cutting->place[3 * (int64_t)j];
    if (ambit_km_from_chord2(ambit_chord2(a, b)) > cutting->longest_km) return TOO_LONG;
    if (cutting->barriers != NULL && ambit_barrier_crossed(cutting->barriers, a, b)) return BARRED;
    return KEPT;
}

/* Where j stands in the row of i, which it does. */
static int64_t place_in_row(const struct ambit_neighbour_graph *graph, int32_t i, int32_t j)
{
    int64_t low = graph->row[i], high = graph->row[i + 1];
    while (low + 1 < high) {
        const int64_t middle = low + (high - low) / 2;
        if (graph->column[middle] <= j)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Packs the rows in place, and counts. */
static void drop(struct ambit_neighbour_graph *graph, const uint8_t *cut)
{
    int64_t kept = 0, begin = 0;
    for (int32_t i = 0; i < graph->count; i++) {
        const int64_t end = graph->row[i + 1];
        for (int64_t e = begin; e < end; e++) {
            const int32_t j = graph->column[e];
            graph->long_count += j > i && cut[e] == TOO_LONG;
            graph->barred_count += j > i && cut[e] == BARRED;
            graph->edge_count += j > i && cut[e] == KEPT;
            if (cut[e] == KEPT) graph->column[kept++] = j;
        }
        begin = end;
        graph->row[i + 1] = kept;
    }
}

static ambit_status cut_edges(const double *place, const struct ambit_graph_rules *rules,
                              struct ambit_neighbour_graph *graph)
{
    ambit_status status = AMBIT_OK;
    struct ambit_barrier_index *index = NULL;
    uint8_t *cut = NULL;
    AMBIT_TRY(ambit_alloc(&cut, (size_t)graph->row[graph->count], sizeof *cut));
    if (rules->barriers != NULL && rules->barriers->count > 0)
        AMBIT_TRY(ambit_barrier_index_create(rules->barriers, &index));
    const struct cutting cutting = {place, rules->longest_km, index};
#pragma omp parallel for schedule(dynamic, 1024)
    for (int32_t i = 0; i < graph->count; i++) {
        for (int64_t e = graph->row[i]; e < graph->row[i + 1]; e++) {
            const int32_t j = graph->column[e];
            if (j > i) cut[e] = verdict(&cutting, i, j);
        }
    }
#pragma omp parallel for schedule(dynamic, 1024)
    for (int32_t i = 0; i < graph->count; i++) {
        for (int64_t e = graph->row[i]; e < graph->row[i + 1]; e++) {
            const int32_t j = graph->column[e];
            if (j < i) cut[e] = cut[place_in_row(graph, j, i)];
        }
    }
    drop(graph, cut);
done:
    ambit_barrier_index_destroy(&index);
    ambit_free(&cut);
    return status;
}

ambit_status ambit_neighbour_graph_create(const double *place, int32_t count,
                                          const struct ambit_graph_rules *rules,
                                          struct ambit_neighbour_graph *out)
{
    ambit_status status = AMBIT_OK;
    *out = (struct ambit_neighbour_graph){.count = count};
    AMBIT_TRY(rules->nearest > 0 ? join_nearest(place, count, rules->nearest, out)
                                 : join_delaunay(place, count, out));
    AMBIT_TRY(cut_edges(place, rules, out));
done:
    if (status != AMBIT_OK) ambit_neighbour_graph_clear(out);
    return status;
}

void ambit_neighbour_graph_clear(struct ambit_neighbour_graph *graph)
{
    ambit_free(&graph->row);
    ambit_free(&graph->column);
    *graph = (struct ambit_neighbour_graph){.count = 0};
}

/* ---- questions ---- */

int32_t ambit_neighbour_graph_components(const struct ambit_neighbour_graph *graph,
                                         int32_t *component_out)
{
    int32_t *const up = component_out, count = 0;
    for (int32_t i = 0; i < graph->count; i++) {
        up[i] = i;
        for (int64_t e = graph->row[i]; e < graph->row[i + 1] && graph->column[e] < i; e++) {
            const int32_t a = root_of(up, i), b = root_of(up, graph->column[e]);
            up[a < b ? b : a] = a < b ? a : b;
        }
    }
    /* Roots are the smallest of their components, so a place's root has its number already. */
    for (int32_t i = 0; i < graph->count; i++)
        component_out[i] = up[i] == i ? count++ : component_out[up[i]];
    return count;
}

bool ambit_neighbour_graph_joins(const struct ambit_neighbour_graph *graph, int32_t a, int32_t b)
{
    if (graph->row[a] == graph->row[a + 1]) return false;
    return graph->column[place_in_row(graph, a, b)] == b;
}
