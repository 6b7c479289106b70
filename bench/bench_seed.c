/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast and how well points in memory are divided into balanced, compact territories.
 *
 *     bench_seed [--connected] [--pieces] [--tell] [POINTS [TERRITORIES [MEASURES [REPEATS
 * [LABELS]]]]]
 *
 * POINTS is a number of points to make (default 1000000), or a file (see seed_points.h): .csv, or
 * binary. MEASURES 2 also bands the number of accounts, 3 a random third measure too, all by 3 %.
 * --connected asks for territories in one piece; --pieces counts those that are not, on the
 * Delaunay triangulation of points on a plane (GEOS: 20 s and 2 GB for a million). --tell prints no
 * more than the line that bench_peers reads. LABELS is written as int32, in the order of the
 * points. The threads are OpenMP's.
 *
 * Printed are the medians over the repeats of the seconds from points in Hilbert order to labels;
 * the worst load over its share of each measure; the mean weighted squared distance to the
 * centroids (km² on a plane, on a sphere of the Earth's size along chords); and the peak of the
 * process's memory, reading and ordering the points included.
 */
#include "bench/seed_points.h"
#include "engine/base/clock.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/run/seeding.h"
#include "io/geos.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { MEASURE_MAX = AMBIT_BENCH_MEASURES, REPEAT_MAX = 99 };
#define BAND AMBIT_BENCH_BAND
#define KM AMBIT_EARTH_RADIUS_KM

struct nation {
    int64_t count, dimensions;
    double *axis[3];            /* in Hilbert order; parts of the Earth's radius */
    int32_t *row;               /* place of each point in the file */
    int64_t *load[MEASURE_MAX]; /* of `measures`, in parts of 2^50 of its total */
    int measures;
};

/* To the canonical order and fixed point. */
static ambit_status order_points(const struct ambit_bench_points *points, struct nation *nation)
{
    ambit_status status = AMBIT_OK;
    const size_t count = (size_t)points->count;
    nation->count = points->count;
    nation->dimensions = points->dimensions;
    AMBIT_TRY(ambit_bench_points_order(points, &nation->row));
    for (int64_t d = 0; d < nation->dimensions; d++) {
        AMBIT_TRY(ambit_alloc(&nation->axis[d], count, sizeof(double)));
        for (int64_t i = 0; i < nation->count; i++)
            nation->axis[d][i] = points->coordinate[nation->row[i] * nation->dimensions + d] /
                                 (nation->dimensions == 2 ? KM : 1.0);
    }
    for (int m = 0; m < nation->measures; m++) {
        double total = 0.0;
        for (int64_t i = 0; i < nation->count; i++)
            total += ambit_bench_amount(points, i, m);
        AMBIT_TRY(ambit_alloc(&nation->load[m], count, sizeof(int64_t)));
        for (int64_t i = 0; i < nation->count; i++)
            nation->load[m][i] =
                llrint(ambit_bench_amount(points, nation->row[i], m) / total * 0x1p50);
    }
done:
    return status;
}

/* Packs the points, each weighing the mean of the measures' parts, as the engine's seed does. */
static ambit_status pack_points(const struct nation *nation, struct ambit_kmeans_points *points)
{
    ambit_status status = AMBIT_OK;
    const double *const axis[3] = {nation->axis[0], nation->axis[1], nation->axis[2]};
    int64_t *weight = NULL;
    if (nation->measures == 1)
        return ambit_kmeans_points_create(axis, nation->load[0], (int32_t)nation->count, points);
    AMBIT_TRY(ambit_alloc(&weight, (size_t)nation->count, sizeof *weight));
    for (int64_t i = 0; i < nation->count; i++) {
        for (int m = 0; m < nation->measures; m++)
            weight[i] += nation->load[m][i] / nation->measures;
    }
    AMBIT_TRY(ambit_kmeans_points_create(axis, weight, (int32_t)nation->count, points));
done:
    ambit_free(&weight);
    return status;
}

struct figures {
    int64_t peak_bytes; /* of the process, up to the labels */
    double seconds, left_moved[2], worst[MEASURE_MAX], squares;
};

struct wishes {
    int32_t territories;
    int measures, repeats;
    bool connected, pieces, tell;
    const char *labels; /* NULL: not wanted */
};

static bool seed(const struct nation *nation, const struct wishes *wishes, int32_t *label,
                 struct figures *figures)
{
    const int32_t territories = wishes->territories;
    const int measures = wishes->measures;
    struct ambit_comm *comm = NULL;
    struct ambit_kmeans kmeans = {0};
    struct ambit_kmeans_points points = {0};
    struct ambit_seeding_outcome outcome = {0};
    double *lower = NULL, *upper = NULL;
    const size_t cells = (size_t)territories * (size_t)measures;
    bool good = ambit_comm_create_alone(&comm) == AMBIT_OK &&
                ambit_alloc(&lower, cells, sizeof *lower) == AMBIT_OK &&
                ambit_alloc(&upper, cells, sizeof *upper) == AMBIT_OK;
    for (int m = 0; m < measures && good; m++) {
        double total = 0.0;
        for (int64_t i = 0; i < nation->count; i++)
            total += (double)nation->load[m][i];
        for (size_t at = (size_t)m; at < cells; at += (size_t)measures) {
            lower[at] = (1.0 - BAND) * total / territories;
            upper[at] = (1.0 + BAND) * total / territories;
        }
    }
    const double start = ambit_seconds();
    const double *const axis[3] = {nation->axis[0], nation->axis[1], nation->axis[2]};
    const int64_t *const load[MEASURE_MAX] = {nation->load[0], nation->load[1], nation->load[2]};
    const struct ambit_seeding seeding = {.comm = comm,
                                          .points = &points,
                                          .axis = axis,
                                          .total = nation->count,
                                          .tolerance = BAND,
                                          .measures = measures,
                                          .load = load,
                                          .lower = lower,
                                          .upper = upper,
                                          .connected = wishes->connected};
    good = good && ambit_kmeans_create(territories, &kmeans) == AMBIT_OK &&
           pack_points(nation, &points) == AMBIT_OK &&
           ambit_seeding_run(&seeding, &kmeans, label, &outcome) == AMBIT_OK;
    figures->seconds = ambit_seconds() - start;
    figures->left_moved[0] = outcome.left;
    figures->left_moved[1] = (double)outcome.moved;
    ambit_kmeans_clear(&kmeans);
    ambit_kmeans_points_clear(&points);
    ambit_comm_destroy(&comm);
    ambit_free(&lower);
    ambit_free(&upper);
    return good;
}

/* Worst loads and squared distances, by nothing that has drawn the plan. */
static bool judge(const struct nation *nation, int32_t territories, const int32_t *label,
                  struct figures *figures)
{
    double *sum = NULL, total[MEASURE_MAX] = {0}, squares = 0.0, all = 0.0;
    const int width = 4 + MEASURE_MAX;
    if (ambit_alloc(&sum, (size_t)territories * (size_t)width, sizeof *sum) != AMBIT_OK)
        return false;
    for (int64_t i = 0; i < nation->count; i++) {
        const double amount = (double)nation->load[0][i];
        double *const mine = &sum[(int64_t)label[i] * width];
        mine[3] += amount;
        all += amount;
        for (int64_t d = 0; d < nation->dimensions; d++)
            mine[d] += amount * nation->axis[d][i];
        for (int m = 0; m < nation->measures; m++) {
            mine[4 + m] += (double)nation->load[m][i];
            total[m] += (double)nation->load[m][i];
        }
    }
    for (int64_t i = 0; i < nation->count; i++) {
        const double *const mine = &sum[(int64_t)label[i] * width];
        for (int64_t d = 0; d < nation->dimensions; d++) {
            const double apart = nation->axis[d][i] - mine[d] / mine[3];
            squares += (double)nation->load[0][i] * apart * apart;
        }
    }
    figures->squares = squares / all * KM * KM;
    for (int m = 0; m < nation->measures; m++) {
        figures->worst[m] = 0.0;
        for (int32_t j = 0; j < territories; j++) {
            const double part = sum[(int64_t)j * width + 4 + m] * territories / total[m];
            figures->worst[m] = fmax(figures->worst[m], fabs(part - 1.0));
        }
    }
    ambit_free(&sum);
    return true;
}

/* ---- pieces ---- */

struct spot {
    double x, y;
    int32_t account;
};

static int compare_spot(const void *a, const void *b)
{
    const struct spot *const p = a, *const q = b;
    if (p->x != q->x) return p->x < q->x ? -1 : 1;
    if (p->y != q->y) return p->y < q->y ? -1 : 1;
    return (p->account > q->account) - (p->account < q->account);
}

static int32_t root_of(int32_t *up, int32_t i)
{
    for (; up[i] != i; i = up[i])
        up[i] = up[up[i]];
    return i;
}

/* Unites accounts [a, a_end) with accounts [b, b_end) of the same territory. */
static void unite(const struct spot *spot, const int32_t *label, int32_t a, int32_t a_end,
                  int32_t b, int32_t b_end, int32_t *up)
{
    for (int32_t m = a; m < a_end; m++) {
        for (int32_t n = b; n < b_end; n++) {
            if (label[spot[m].account] != label[spot[n].account]) continue;
            up[root_of(up, spot[m].account)] = root_of(up, spot[n].account);
        }
    }
}

/* Joins what hangs together: accounts on one spot, and on spots that share a triangle. */
static bool join_pieces(const struct nation *nation, const int32_t *label, struct spot *spot,
                        int32_t *up)
{
    struct ambit_geos *geos = NULL;
    double *x = NULL, *y = NULL;
    int32_t *first = NULL, (*triangle)[3] = NULL, spots = 0, triangles = 0;
    const size_t count = (size_t)nation->count;
    bool good = ambit_alloc(&x, count, sizeof *x) == AMBIT_OK &&
                ambit_alloc(&y, count, sizeof *y) == AMBIT_OK &&
                ambit_alloc(&first, count + 1, sizeof *first) == AMBIT_OK;
    for (int32_t n = 0; n < nation->count && good; n++) {
        if (n > 0 && spot[n].x == spot[n - 1].x && spot[n].y == spot[n - 1].y) continue;
        x[spots] = spot[n].x;
        y[spots] = spot[n].y;
        first[spots++] = n;
    }
    if (good) first[spots] = (int32_t)nation->count;
    good = good && ambit_geos_create(&geos) == AMBIT_OK &&
           ambit_geos_triangulate(geos, x, y, spots, &triangle, &triangles) == AMBIT_OK;
    for (int32_t s = 0; s < spots && good; s++)
        unite(spot, label, first[s], first[s + 1], first[s], first[s + 1], up);
    for (int32_t t = 0; t < triangles; t++) {
        for (int k = 0; k < 3; k++) {
            const int32_t a = triangle[t][k], b = triangle[t][(k + 1) % 3];
            unite(spot, label, first[a], first[a + 1], first[b], first[b + 1], up);
        }
    }
    ambit_geos_destroy(&geos);
    ambit_free(&x);
    ambit_free(&y);
    ambit_free(&first);
    ambit_free(&triangle);
    return good;
}

/* Territories in several pieces, and accounts outside the largest piece of theirs. */
static bool count_pieces(const struct nation *nation, int32_t territories, const int32_t *label)
{
    struct spot *spot = NULL;
    int32_t *up = NULL, *size = NULL, *largest = NULL, *all = NULL;
    const size_t count = (size_t)nation->count;
    int64_t apart = 0, outside = 0;
    bool good = nation->dimensions == 2 && ambit_alloc(&spot, count, sizeof *spot) == AMBIT_OK &&
                ambit_alloc(&up, count, sizeof *up) == AMBIT_OK &&
                ambit_alloc(&size, count, sizeof *size) == AMBIT_OK &&
                ambit_alloc(&largest, (size_t)territories, sizeof *largest) == AMBIT_OK &&
                ambit_alloc(&all, (size_t)territories, sizeof *all) == AMBIT_OK;
    for (int32_t i = 0; i < nation->count && good; i++) {
        spot[i] = (struct spot){nation->axis[0][i], nation->axis[1][i], i};
        up[i] = i;
    }
    if (good) qsort(spot, count, sizeof *spot, compare_spot);
    good = good && join_pieces(nation, label, spot, up);
    for (int32_t i = 0; i < nation->count && good; i++) {
        const int32_t pieces = ++size[root_of(up, i)];
        all[label[i]]++;
        if (pieces > largest[label[i]]) largest[label[i]] = pieces;
    }
    for (int32_t j = 0; j < territories && good; j++) {
        apart += all[j] > largest[j];
        outside += all[j] - largest[j];
    }
    if (good)
        printf("  %lld territories in several pieces, %lld accounts outside the largest\n",
               (long long)apart, (long long)outside);
    ambit_free(&spot);
    ambit_free(&up);
    ambit_free(&size);
    ambit_free(&largest);
    ambit_free(&all);
    return good;
}

static bool write_labels(const char *path, const struct nation *nation, const int32_t *label)
{
    int32_t *by_row = NULL;
    bool good = ambit_alloc(&by_row, (size_t)nation->count, sizeof *by_row) == AMBIT_OK;
    for (int64_t i = 0; i < nation->count && good; i++)
        by_row[nation->row[i]] = label[i];
    good = good && ambit_bench_labels_write(path, by_row, nation->count) == AMBIT_OK;
    ambit_free(&by_row);
    return good;
}

static int compare_double(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(const struct nation *nation, const struct wishes *wishes,
                  const struct figures *figures)
{
    printf("%lld points, %d territories, %d measures, %d threads: median %.3f s of %d;",
           (long long)nation->count, (int)wishes->territories, wishes->measures,
           omp_get_max_threads(), figures->seconds, wishes->repeats);
    for (int m = 0; m < wishes->measures; m++)
        printf(" worst %.2f %%", 100.0 * figures->worst[m]);
    printf("; %.0f outside, %.0f repaired; wSSE %.1f km²; peak %.0f MB\n", figures->left_moved[0],
           figures->left_moved[1], figures->squares, (double)figures->peak_bytes / 1e6);
}

/* `before`: seconds that the order took. */
static bool run(struct nation *nation, const struct wishes *wishes, double before)
{
    const int repeats = wishes->repeats;
    double seconds[REPEAT_MAX];
    struct figures figures = {0};
    int32_t *label = NULL;
    bool good = ambit_alloc(&label, (size_t)nation->count, sizeof *label) == AMBIT_OK;
    for (int r = 0; r < repeats && good; r++) {
        good = seed(nation, wishes, label, &figures);
        seconds[r] = figures.seconds;
    }
    figures.peak_bytes = ambit_memory_resident_peak_bytes();
    good = good && judge(nation, wishes->territories, label, &figures);
    if (good) {
        qsort(seconds, (size_t)repeats, sizeof *seconds, compare_double);
        figures.seconds = seconds[repeats / 2];
        if (!wishes->tell) print(nation, wishes, &figures);
    }
    if (good && wishes->pieces) good = count_pieces(nation, wishes->territories, label);
    if (good && wishes->labels != NULL) good = write_labels(wishes->labels, nation, label);
    if (good && wishes->tell) ambit_bench_tell(before, figures.seconds, figures.peak_bytes);
    ambit_free(&label);
    return good;
}

/* Reads the words; returns what is to be read or made. */
static const char *read_words(int argc, char **argv, struct wishes *wishes)
{
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        wishes->connected |= strcmp(argv[at], "--connected") == 0;
        wishes->pieces |= strcmp(argv[at], "--pieces") == 0;
        wishes->tell |= strcmp(argv[at], "--tell") == 0;
    }
    wishes->territories = argc > at + 1 ? (int)strtol(argv[at + 1], NULL, 10) : 1000;
    wishes->measures = argc > at + 2 ? (int)strtol(argv[at + 2], NULL, 10) : 1;
    wishes->repeats = argc > at + 3 ? (int)strtol(argv[at + 3], NULL, 10) : 3;
    wishes->labels = argc > at + 4 ? argv[at + 4] : NULL;
    return argc > at ? argv[at] : "1000000";
}

int main(int argc, char **argv)
{
    struct ambit_bench_points points = {0};
    struct nation nation = {0};
    struct wishes wishes = {0};
    const char *const what = read_words(argc, argv, &wishes);
    nation.measures = wishes.measures;
    bool good = wishes.territories > 0 && wishes.measures > 0 && wishes.measures <= MEASURE_MAX &&
                wishes.repeats > 0 && wishes.repeats <= REPEAT_MAX &&
                ambit_bench_points_open(what, &points) == AMBIT_OK;
    const double start = ambit_seconds();
    good = good && order_points(&points, &nation) == AMBIT_OK;
    const double before = ambit_seconds() - start;
    ambit_bench_points_clear(&points);
    good = good && run(&nation, &wishes, before);
    if (!good)
        (void)fprintf(stderr, "bench_seed: %s\n",
                      ambit_error_message()[0] != '\0' ? ambit_error_message() : "wrong words");
    for (int d = 0; d < 3; d++)
        ambit_free(&nation.axis[d]);
    for (int m = 0; m < MEASURE_MAX; m++)
        ambit_free(&nation.load[m]);
    ambit_free(&nation.row);
    return good ? 0 : 1;
}
