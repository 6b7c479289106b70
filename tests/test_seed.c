/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Territories in one piece: the seed's graph against Delaunay's triangulation by brute force, stray
 * pieces, and whole seeds under several bands. */
#include "engine/base/memory.h"
#include "engine/model/hilbert.h"
#include "engine/model/neighbours.h"
#include "engine/run/seeding.h"
#include "solvers/seed_graph.h"
#include "solvers/seed_pieces.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

#include <omp.h>

enum { N_MAX = 700, K_MAX = 12, BANDED = 3 };

/* ---- Delaunay by brute force ---- */

static double dot(const double *a, const double *b)
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/* All circles through a and b are told by a number t; that place c is not inside is a·t ≤ b. */
static void constraint(const double *a, const double *b, const double *c, bool flat,
                       double *factor_out, double *limit_out)
{
    const double along[3] = {b[0] - a[0], b[1] - a[1], b[2] - a[2]};
    const double to[3] = {c[0] - a[0], c[1] - a[1], c[2] - a[2]};
    if (flat) { /* the centre is in the middle of a and b plus t times the normal of their line */
        *factor_out = -along[1] * to[0] + along[0] * to[1];
        *limit_out = 0.5 * (dot(to, to) - dot(along, to));
        return;
    }
    /* The centre on the sphere is that way from the middle of a and b plus t times a × b. */
    const double cross[3] = {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2],
                             a[0] * b[1] - a[1] * b[0]};
    const double middle[3] = {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
    *factor_out = dot(cross, to);
    *limit_out = -dot(middle, to);
}

/* 1 where a circle through both is empty, 0 where none is, −1 where that is too near to say, or
 * only a circle nearly as wide as the graph's square is, or they are far round the sphere. */
static int is_delaunay(const double *place, int count, int i, int j, bool flat)
{
    const double *const a = &place[3L * i], *const b = &place[3L * j];
    const double scale = sqrt(ambit_chord2(a, b));
    const double inside = (flat ? 4.0 : 8.0) / scale; /* surely within the square; and beyond it */
    double low = -4.0 * inside, high = 4.0 * inside;
    for (int k = 0; k < count && low <= high + 1e-6; k++) {
        double factor, limit;
        const double *const c = &place[3L * k];
        if (k == i || k == j) continue;
        constraint(a, b, c, flat, &factor, &limit);
        if (factor > 0.0) high = fmin(high, limit / factor);
        if (factor < 0.0) low = fmax(low, limit / factor);
    }
    if (fabs(high - low) < 1e-6) return -1;
    if (low > high) return 0;
    const bool is_far = !flat && scale > M_SQRT2;
    return !is_far && low < inside && high > -inside ? 1 : -1;
}

static bool is_edge(const struct ambit_seed_graph *graph, int32_t i, int32_t j)
{
    for (int64_t e = graph->row[i]; e < graph->row[i + 1]; e++) {
        if (graph->column[e] == j) return true;
    }
    return false;
}

/* Half of the places in three towns, one of them a hundredth as wide as another. */
static void random_places(uint64_t seed, int count, bool flat, double *place)
{
    for (int i = 0; i < count; i++) {
        const double spread = i % 2 == 0 ? 1.0 : pow(0.1, i / 2 % 3 + 1.0);
        const double x = uniform(seed, 1, i, -spread, spread) + 0.3 * (i / 2 % 3);
        const double y = uniform(seed, 2, i, -spread, spread);
        double *const p = &place[3L * i];
        if (flat) {
            p[0] = 0.4 * x;
            p[1] = 0.4 * y;
            p[2] = 0.0;
        } else {
            ambit_unit_from_degrees(10.0 + 80.0 * y * (seed % 2 == 0 ? 1.0 : 0.1), 60.0 + 100.0 * x,
                                    p);
        }
    }
}

static void graph_is_delaunay(void)
{
    static double place[3 * N_MAX];
    for (uint64_t seed = 1; seed <= repetitions(6); seed++) {
        const int count = seed <= 3 ? (int)seed : 120;
        const bool flat = seed % 3 == 0;
        struct ambit_seed_graph graph;
        random_places(seed, count, flat, place);
        must(ambit_seed_graph_create(place, count, &graph));
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < i; j++) {
                const int expected = is_delaunay(place, count, i, j, flat);
                if (expected < 0) continue;
                CHECK_SEED(seed, is_edge(&graph, i, j) == (expected == 1));
                CHECK_SEED(seed, is_edge(&graph, j, i) == (expected == 1));
            }
        }
        ambit_seed_graph_clear(&graph);
    }
}

/* Whether all accounts of a territory can be reached from one of them; all where label is NULL. */
static bool is_whole(const struct ambit_seed_graph *graph, const int32_t *label, int32_t j)
{
    static int32_t queue[N_MAX];
    bool seen[N_MAX] = {false};
    int32_t count = 0, all = 0;
    for (int32_t i = 0; i < graph->count; i++) {
        if (label != NULL && label[i] != j) continue;
        all++;
        if (count > 0) continue;
        seen[i] = true;
        queue[count++] = i;
    }
    for (int32_t n = 0; n < count; n++) {
        for (int64_t e = graph->row[queue[n]]; e < graph->row[queue[n] + 1]; e++) {
            const int32_t other = graph->column[e];
            if (seen[other] || (label != NULL && label[other] != j)) continue;
            seen[other] = true;
            queue[count++] = other;
        }
    }
    return count == all;
}

/* 30 accounts on each of ten spots, but one on the last. */
static void accounts_on_one_spot(void)
{
    enum { SPOTS = 10, EACH = 30, COUNT = (SPOTS - 1) * EACH + 1 };
    static double place[3 * COUNT];
    struct ambit_seed_graph graph;
    for (int i = 0; i < COUNT; i++) {
        const int spot = i / EACH;
        place[3 * i] = 0.01 * spot;
        place[3 * i + 1] = 0.01 * uniform(1, 3, spot, 0.0, 1.0);
    }
    must(ambit_seed_graph_create(place, COUNT, &graph));
    CU_ASSERT(is_whole(&graph, NULL, 0));
    CU_ASSERT(graph.row[COUNT] < 12 * COUNT);
    for (int i = 0; i + 1 < COUNT; i++) {
        if (i % EACH != EACH - 1) CU_ASSERT(is_edge(&graph, i, i + 1) && is_edge(&graph, i + 1, i));
        if (i / EACH + 2 < SPOTS) CU_ASSERT(is_edge(&graph, i, i + EACH));
        if (i / EACH + 2 == SPOTS) CU_ASSERT(is_edge(&graph, i, COUNT - 1));
    }
    ambit_seed_graph_clear(&graph);
    CHECK_FAULTS(ambit_seed_graph_create(place, COUNT, &graph), ambit_seed_graph_clear(&graph));
}

static void nearest_within(void)
{
    static double place[3 * 200];
    struct ambit_neighbour_tree *tree = NULL;
    random_places(7, 200, false, place);
    memcpy(&place[3 * 150], &place[3 * 20], 3 * sizeof *place);
    must(ambit_neighbour_tree_create(place, 200, &tree));
    for (int q = 0; q < 300; q++) {
        const double point[3] = {uniform(8, 1, q, -2.0, 2.0), uniform(8, 2, q, -2.0, 2.0),
                                 uniform(8, 3, q, -2.0, 2.0)};
        int64_t nearest = 0;
        for (int i = 1; i < 200; i++) {
            if (ambit_chord2(point, &place[3L * i]) < ambit_chord2(point, &place[3 * nearest]))
                nearest = i;
        }
        const double chord2 = ambit_chord2(point, &place[3 * nearest]);
        CU_ASSERT_EQUAL(ambit_neighbour_within(tree, point, INFINITY), nearest);
        CU_ASSERT_EQUAL(ambit_neighbour_within(tree, point, chord2 * 1.001), nearest);
        CU_ASSERT_EQUAL(ambit_neighbour_within(tree, point, chord2), -1);
    }
    CU_ASSERT_EQUAL(ambit_neighbour_within(tree, &place[3 * 150], 1.0), 20);
    ambit_neighbour_tree_destroy(&tree);
    CHECK_FAULTS(ambit_neighbour_tree_create(place, 200, &tree),
                 ambit_neighbour_tree_destroy(&tree));
}

/* ---- pieces ---- */

/* A row of accounts, one apart, and three territories. */
enum { ROW = 12 };
struct row {
    double place[3 * ROW], weight[ROW];
    bool held[ROW];
    int64_t load[ROW], total[3];
    int32_t label[ROW];
    struct ambit_seed_repair repair;
    struct ambit_seed_graph graph;
};

static const double row_centre[9] = {2.0, 0.0, 0.0, 5.0, 0.0, 0.0, 11.0, 0.0, 0.0};

static void make_row(const char *labels, struct row *row)
{
    memset(row, 0, sizeof *row);
    for (int i = 0; i < ROW; i++) {
        row->place[3 * i] = i;
        row->weight[i] = 1.0;
        row->load[i] = i + 1;
        row->label[i] = labels[i] - 'a';
        row->total[row->label[i]] += i + 1;
    }
    row->repair = (struct ambit_seed_repair){.count = ROW,
                                             .place = row->place,
                                             .weight = row->weight,
                                             .held = row->held,
                                             .load = row->load,
                                             .measures = 1,
                                             .territories = 3,
                                             .centre = row_centre,
                                             .total_inout = row->total,
                                             .label_inout = row->label,
                                             .connected = true};
    must(ambit_seed_graph_create(row->place, ROW, &row->graph));
}

static void check_row(struct row *row, const char *expected, int64_t stray_expected)
{
    int64_t total[3] = {0}, stray = -1;
    must(ambit_seed_pieces_join(&row->repair, &row->graph, &stray));
    CU_ASSERT_EQUAL(stray, stray_expected);
    for (int i = 0; i < ROW; i++) {
        CU_ASSERT_EQUAL(row->label[i], expected[i] - 'a');
        total[row->label[i]] += i + 1;
    }
    CU_ASSERT_EQUAL(memcmp(total, row->total, sizeof total), 0);
    ambit_seed_graph_clear(&row->graph);
}

static void stray_pieces_go_to_the_nearest(void)
{
    struct row row;
    make_row("aaaabbbbcccc", &row);
    check_row(&row, "aaaabbbbcccc", 0);
    /* Of two pieces of b the larger one stays; what lies between two, as far from both, goes to the
     * first. */
    make_row("aaaabbabbbcc", &row);
    check_row(&row, "aaaaaabbbbcc", 0);
    make_row("aaaabbbbaccc", &row);
    check_row(&row, "aaaabbbbbccc", 0);
    /* The second piece from the left is behind another stray one, and has its turn after it. */
    make_row("bcaaabbbbccc", &row);
    check_row(&row, "aaaaabbbbccc", 0);
    /* Two stray ones side by side do not go to each other, near as their centres are. */
    make_row("baccccaabbbb", &row);
    check_row(&row, "ccccccaabbbb", 0);
    /* The heavier piece is the main one, though it has fewer accounts. */
    make_row("aaabbbbbcccc", &row);
    row.label[11] = 0;
    row.total[2] -= 12;
    row.total[0] += 12;
    row.weight[11] = 4.0;
    check_row(&row, "bbbbbbbbccca", 0);
    /* Held accounts hang together, and are the main piece. */
    make_row("abbbbbbacccc", &row);
    row.held[0] = row.held[7] = true;
    check_row(&row, "abbbbbbacccc", 0);
    make_row("abaaabbbcccc", &row);
    row.held[0] = true;
    check_row(&row, "aabbbbbbcccc", 0);
    make_row("aaaabbbbcccc", &row);
    int64_t stray;
    CHECK_FAULTS(ambit_seed_pieces_join(&row.repair, &row.graph, &stray), (void)0);
    ambit_seed_graph_clear(&row.graph);
}

/* Two rows far from each other hang together all the same; where nothing else is around a piece, it
 * stays. */
static void what_touches_nobody_stays(void)
{
    struct row row;
    make_row("aaaabbbbcccc", &row);
    ambit_seed_graph_clear(&row.graph);
    must(ambit_alloc(&row.graph.row, ROW + 1, sizeof(int64_t))); /* no edges */
    row.graph.count = ROW;
    check_row(&row, "aaaabbbbcccc", 9);
}

/* ---- whole seeds ---- */

struct nation {
    int32_t count, territories;
    double place[3 * N_MAX], axis[3][N_MAX];
    int64_t load[BANDED][N_MAX], weight[N_MAX];
    double lower[K_MAX * BANDED], upper[K_MAX * BANDED];
    int32_t label[N_MAX];
};

struct keyed {
    uint64_t key;
    double x, y;
};

static int compare_keyed(const void *a, const void *b)
{
    const struct keyed *const x = a, *const y = b;
    return (x->key > y->key) - (x->key < y->key);
}

/* A dense town beside thin country, so that influences differ widely and cells are bent. */
static void make_nation(uint64_t seed, double band, struct nation *nation)
{
    static struct keyed keyed[N_MAX];
    double total[BANDED] = {0.0};
    nation->count = N_MAX;
    nation->territories = K_MAX;
    for (int i = 0; i < N_MAX; i++) {
        const double spread = i % 3 == 0 ? 0.4 : pow(0.1, 1.0 + i % 3);
        keyed[i].x = uniform(seed, 1, i, -spread, spread);
        keyed[i].y = uniform(seed, 2, i, -spread, spread);
        keyed[i].key = ambit_hilbert_key(keyed[i].y * 100.0, keyed[i].x * 100.0);
    }
    qsort(keyed, N_MAX, sizeof *keyed, compare_keyed);
    for (int i = 0; i < N_MAX; i++) {
        nation->axis[0][i] = nation->place[3 * i] = keyed[i].x;
        nation->axis[1][i] = nation->place[3 * i + 1] = keyed[i].y;
        nation->weight[i] = 0;
        for (int m = 0; m < BANDED; m++) {
            nation->load[m][i] = llrint(0x1p30 * uniform(seed, 3 + (uint64_t)m, i, 0.5, 1.5));
            nation->weight[i] += nation->load[m][i];
            total[m] += (double)nation->load[m][i];
        }
    }
    for (int at = 0; at < K_MAX * BANDED; at++) {
        nation->lower[at] = (1.0 - band) * total[at % BANDED] / K_MAX;
        nation->upper[at] = (1.0 + band) * total[at % BANDED] / K_MAX;
    }
}

static void seed_nation(struct nation *nation, int measures, bool connected,
                        struct ambit_seeding_outcome *outcome)
{
    struct ambit_comm *comm = NULL;
    struct ambit_kmeans kmeans;
    struct ambit_kmeans_points points;
    const double *const axis[3] = {nation->axis[0], nation->axis[1], NULL};
    const int64_t *const load[BANDED] = {nation->load[0], nation->load[1], nation->load[2]};
    must(ambit_comm_create_alone(&comm));
    must(ambit_kmeans_create(nation->territories, &kmeans));
    must(ambit_kmeans_points_create(axis, nation->weight, nation->count, &points));
    const struct ambit_seeding seeding = {.comm = comm,
                                          .points = &points,
                                          .axis = axis,
                                          .total = nation->count,
                                          .tolerance = 0.05,
                                          .measures = measures,
                                          .load = load,
                                          .lower = nation->lower,
                                          .upper = nation->upper,
                                          .connected = connected};
    must(ambit_seeding_run(&seeding, &kmeans, nation->label, outcome));
    ambit_kmeans_points_clear(&points);
    ambit_kmeans_clear(&kmeans);
    ambit_comm_destroy(&comm);
}

/* Territories in several pieces, by Delaunay's triangulation by brute force. */
static int count_broken(const struct nation *nation, const bool *edge)
{
    static int32_t queue[N_MAX];
    int broken = 0;
    for (int32_t j = 0; j < nation->territories; j++) {
        bool seen[N_MAX] = {false};
        int32_t count = 0, all = 0;
        for (int32_t i = 0; i < nation->count; i++) {
            all += nation->label[i] == j;
            if (nation->label[i] != j || count > 0) continue;
            seen[i] = true;
            queue[count++] = i;
        }
        for (int32_t n = 0; n < count; n++) {
            for (int32_t i = 0; i < nation->count; i++) {
                if (seen[i] || nation->label[i] != j || !edge[queue[n] * N_MAX + i]) continue;
                seen[i] = true;
                queue[count++] = i;
            }
        }
        broken += count < all;
    }
    return broken;
}

static bool is_within_bands(const struct nation *nation)
{
    for (int at = 0; at < nation->territories * BANDED; at++) {
        double load = 0.0;
        for (int i = 0; i < nation->count; i++)
            load += nation->label[i] == at / BANDED ? (double)nation->load[at % BANDED][i] : 0.0;
        if (load < nation->lower[at] || load > nation->upper[at]) return false;
    }
    return true;
}

static void seeds_in_one_piece(void)
{
    static struct nation nation;
    static bool edge[N_MAX * N_MAX];
    static int32_t again[N_MAX];
    int broken = 0;
    for (uint64_t seed = 1; seed <= repetitions(5); seed++) {
        struct ambit_seeding_outcome outcome;
        const int threads = omp_get_max_threads();
        make_nation(seed, 0.05, &nation);
        for (int i = 0; i < N_MAX; i++) {
            for (int j = 0; j < i; j++)
                edge[i * N_MAX + j] = edge[j * N_MAX + i] =
                    is_delaunay(nation.place, N_MAX, i, j, true) != 0;
        }
        seed_nation(&nation, 0, false, &outcome);
        broken += count_broken(&nation, edge);
        CHECK_SEED(seed, !outcome.repaired);
        seed_nation(&nation, 0, true, &outcome);
        CHECK_SEED(seed, outcome.repaired && outcome.stray == 0);
        CHECK_SEED(seed, count_broken(&nation, edge) == 0);
        /* Bands that can be met, and bands that are tried hard for in vain. */
        for (int tight = 0; tight < 2; tight++) {
            if (tight) make_nation(seed, 0.004, &nation);
            omp_set_num_threads(1);
            seed_nation(&nation, BANDED, true, &outcome);
            CHECK_SEED(seed, outcome.stray == 0 && count_broken(&nation, edge) == 0);
            CHECK_SEED(seed, (outcome.left == 0) == is_within_bands(&nation));
            if (!tight) CHECK_SEED(seed, outcome.left == 0);
            memcpy(again, nation.label, sizeof again);
            omp_set_num_threads(3);
            seed_nation(&nation, BANDED, true, &outcome);
            omp_set_num_threads(threads);
            CHECK_SEED(seed, memcmp(again, nation.label, sizeof again) == 0);
        }
    }
    CU_ASSERT(broken > 0); /* or nothing had to be done */
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"the graph is Delaunay's", graph_is_delaunay},
        {"accounts on one spot", accounts_on_one_spot},
        {"the nearest within a distance", nearest_within},
        {"stray pieces go to the nearest", stray_pieces_go_to_the_nearest},
        {"what touches nobody stays", what_touches_nobody_stays},
        {"seeds in one piece", seeds_in_one_piece},
    };
    return ambit_test_main("seed", tests, AMBIT_TEST_COUNT(tests));
}
