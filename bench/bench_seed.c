/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast and how well points in memory are divided into balanced, compact territories.
 *
 *     bench_seed [--connected] [--pieces] [POINTS [TERRITORIES [MEASURES [REPEATS [LABELS]]]]]
 *
 * POINTS is a number of points to make (default 1000000), or a file: two int64 (points, dimensions
 * 2 or 3), then coordinates, then weights, as doubles; in two dimensions kilometres on a plane, in
 * three unit vectors; or, where its name ends in
 * .csv, lines of x, y and weight on a plane. MEASURES 2 also bands the number of accounts, 3 a
 * random third measure too, all by 3 %. --connected asks for territories in one piece; --pieces
 * counts those that are not, on the Delaunay triangulation of points on a plane (GEOS: 20 s and 2
 * GB for a million). LABELS is written as int32, in the order of the points. The threads are
 * OpenMP's.
 *
 * Printed are the medians over the repeats of the seconds from points in Hilbert order to labels;
 * the worst load over its share of each measure; the mean weighted squared distance to the
 * centroids (km² on a plane, on a sphere of the Earth's size along chords); and the memory
 * held, with the points of the caller.
 */
#include "engine/base/clock.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "engine/model/geometry.h"
#include "engine/model/hilbert.h"
#include "engine/run/seeding.h"
#include "io/geos.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MEASURE_MAX = 3, REPEAT_MAX = 99, TOWNS = 3000 };
#define BAND 0.03
#define KM AMBIT_EARTH_RADIUS_KM

struct nation {
    int64_t count, dimensions;
    double *axis[3];                     /* in Hilbert order; parts of the Earth's radius */
    double *amount;                      /* the first measure */
    int64_t *row;                        /* place of each point in the file */
    int64_t *weight, *load[MEASURE_MAX]; /* of `measures` */
    int measures;
};

struct keyed {
    uint64_t key;
    int64_t row;
};

static int compare_keyed(const void *a, const void *b)
{
    const struct keyed *const x = a, *const y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static double unit(uint64_t stream, int64_t index)
{
    return ambit_random_unit(11, stream, (uint64_t)index);
}

static double normal(uint64_t stream, int64_t index)
{
    return sqrt(-2.0 * log(1.0 - unit(stream, index))) * cos(2.0 * M_PI * unit(stream + 1, index));
}

/* Towns whose sizes follow Zipf's law in three quarters of the points, the rest anywhere. */
static void make_points(int64_t count, double *coordinate, double *amount)
{
    for (int64_t i = 0; i < count; i++) {
        double *const place = &coordinate[2 * i];
        const int64_t town = (int64_t)pow((double)TOWNS, unit(1, i)) - 1;
        const double spread = unit(2, i) < 0.25 ? 0.0 : 30.0 / sqrt((double)town + 1.0) + 1.0;
        place[0] = 3000.0 * unit(3, spread > 0.0 ? town : i) + spread * normal(4, i);
        place[1] = 2000.0 * unit(6, spread > 0.0 ? town : i) + spread * normal(7, i);
        amount[i] = exp(normal(9, i));
    }
}

static bool read_points(const char *path, struct nation *nation, double **coordinate,
                        double **amount)
{
    FILE *const file = fopen(path, "rb");
    int64_t head[2];
    bool good = file != NULL && fread(head, sizeof *head, 2, file) == 2 && head[0] > 0 &&
                (head[1] == 2 || head[1] == 3);
    if (good) {
        const size_t count = (size_t)head[0], values = count * (size_t)head[1];
        nation->count = head[0];
        nation->dimensions = head[1];
        good = ambit_alloc(coordinate, values, sizeof(double)) == AMBIT_OK &&
               ambit_alloc(amount, count, sizeof(double)) == AMBIT_OK &&
               fread(*coordinate, sizeof(double), values, file) == values &&
               fread(*amount, sizeof(double), count, file) == count;
    }
    if (file != NULL) (void)fclose(file);
    return good;
}

/* Lines of x, y and weight in kilometres on a plane; a first line that is no numbers is a header.
 */
static bool read_csv(const char *path, struct nation *nation, double **coordinate, double **amount)
{
    FILE *const file = fopen(path, "r");
    char line[256];
    int64_t room = 0, number = 0;
    bool good = file != NULL;
    nation->dimensions = 2;
    while (good && fgets(line, sizeof line, file) != NULL) {
        double value[3];
        char *at = line, *end = line;
        int fields = 0;
        for (; fields < 3; fields++, at = end + (*end == ',')) {
            value[fields] = strtod(at, &end);
            if (end == at) break;
        }
        if (fields < 3 && number++ == 0) continue;
        number++;
        good = fields == 3 && value[2] >= 0.0;
        if (good && nation->count == room) {
            room = 2 * room + 1024;
            good = ambit_resize(coordinate, 2 * (size_t)room, sizeof(double)) == AMBIT_OK &&
                   ambit_resize(amount, (size_t)room, sizeof(double)) == AMBIT_OK;
        }
        if (!good) break;
        (*coordinate)[2 * nation->count] = value[0];
        (*coordinate)[2 * nation->count + 1] = value[1];
        (*amount)[nation->count++] = value[2];
    }
    if (file != NULL) (void)fclose(file);
    if (!good)
        (void)fprintf(stderr, "%s: line %lld: expected x,y,weight\n", path, (long long)number);
    return good && nation->count > 0;
}

static bool open_points(const char *what, struct nation *nation, double **coordinate,
                        double **amount)
{
    char *end = NULL;
    const size_t size = strlen(what);
    if (size > 4 && strcmp(what + size - 4, ".csv") == 0)
        return read_csv(what, nation, coordinate, amount);
    nation->count = strtoll(what, &end, 10);
    if (*end != '\0') return read_points(what, nation, coordinate, amount);
    nation->dimensions = 2;
    if (nation->count < 1 || nation->count > INT32_MAX ||
        ambit_alloc(coordinate, 2 * (size_t)nation->count, sizeof(double)) != AMBIT_OK ||
        ambit_alloc(amount, (size_t)nation->count, sizeof(double)) != AMBIT_OK)
        return false;
    make_points(nation->count, *coordinate, *amount);
    return true;
}

static uint64_t key_of(const double *place, int64_t dimensions)
{
    double lat = place[1] / KM * (180.0 / M_PI), lon = place[0] / KM * (180.0 / M_PI);
    if (dimensions == 3) ambit_degrees_from_unit(place, &lat, &lon);
    return ambit_hilbert_key(lat, lon);
}

/* To the canonical order and fixed point. */
static bool order_points(const double *coordinate, const double *amount, struct nation *nation)
{
    const size_t count = (size_t)nation->count;
    struct keyed *keyed = NULL;
    double total = 0.0;
    bool good = ambit_alloc(&keyed, count, sizeof *keyed) == AMBIT_OK &&
                ambit_alloc(&nation->row, count, sizeof(int64_t)) == AMBIT_OK &&
                ambit_alloc(&nation->weight, count, sizeof(int64_t)) == AMBIT_OK &&
                ambit_alloc(&nation->amount, count, sizeof(double)) == AMBIT_OK;
    for (int64_t d = 0; d < nation->dimensions && good; d++)
        good = ambit_alloc(&nation->axis[d], count, sizeof(double)) == AMBIT_OK;
    for (int m = 0; m < nation->measures && good; m++)
        good = ambit_alloc(&nation->load[m], count, sizeof(int64_t)) == AMBIT_OK;
    for (int64_t i = 0; i < nation->count && good; i++) {
        keyed[i] =
            (struct keyed){key_of(&coordinate[i * nation->dimensions], nation->dimensions), i};
        total += amount[i];
    }
    if (good) qsort(keyed, count, sizeof *keyed, compare_keyed);
    for (int64_t i = 0; i < nation->count && good; i++) {
        const int64_t row = keyed[i].row;
        for (int64_t d = 0; d < nation->dimensions; d++)
            nation->axis[d][i] =
                coordinate[row * nation->dimensions + d] / (nation->dimensions == 2 ? KM : 1.0);
        nation->row[i] = row;
        nation->amount[i] = amount[row];
        nation->load[0][i] = llrint(amount[row] / total * 0x1p50);
        if (nation->measures > 1) nation->load[1][i] = (INT64_C(1) << 50) / nation->count;
        if (nation->measures < 3) continue;
        nation->load[2][i] = llrint(exp(normal(20, row)) / (1.65 * (double)nation->count) * 0x1p50);
    }
    ambit_free(&keyed);
    return good;
}

/* The mean of the measures' parts, as the engine's seed does. */
static void weigh_points(struct nation *nation, int measures)
{
    for (int64_t i = 0; i < nation->count; i++) {
        nation->weight[i] = 0;
        for (int m = 0; m < measures; m++)
            nation->weight[i] += nation->load[m][i] / measures;
    }
}

struct figures {
    int64_t bytes; /* of memory, at the end of the k-means: the points of the caller included */
    double seconds, left_moved[2], worst[MEASURE_MAX], squares;
};

struct wishes {
    int32_t territories;
    int measures, repeats;
    bool connected, pieces;
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
           ambit_kmeans_points_create(axis, nation->weight, (int32_t)nation->count, &points) ==
               AMBIT_OK &&
           ambit_seeding_run(&seeding, &kmeans, label, &outcome) == AMBIT_OK;
    figures->seconds = ambit_seconds() - start;
    figures->bytes = ambit_memory_live_bytes();
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
        double *const mine = &sum[(int64_t)label[i] * width];
        mine[3] += nation->amount[i];
        all += nation->amount[i];
        for (int64_t d = 0; d < nation->dimensions; d++)
            mine[d] += nation->amount[i] * nation->axis[d][i];
        for (int m = 0; m < nation->measures; m++) {
            mine[4 + m] += (double)nation->load[m][i];
            total[m] += (double)nation->load[m][i];
        }
    }
    for (int64_t i = 0; i < nation->count; i++) {
        const double *const mine = &sum[(int64_t)label[i] * width];
        for (int64_t d = 0; d < nation->dimensions; d++) {
            const double apart = nation->axis[d][i] - mine[d] / mine[3];
            squares += nation->amount[i] * apart * apart;
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
    FILE *const file = fopen(path, "wb");
    bool good =
        file != NULL && ambit_alloc(&by_row, (size_t)nation->count, sizeof *by_row) == AMBIT_OK;
    for (int64_t i = 0; i < nation->count && good; i++)
        by_row[nation->row[i]] = label[i];
    good = good &&
           fwrite(by_row, sizeof *by_row, (size_t)nation->count, file) == (size_t)nation->count;
    if (file != NULL) good = fclose(file) == 0 && good;
    ambit_free(&by_row);
    return good;
}

static int compare_double(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool run(struct nation *nation, const struct wishes *wishes)
{
    const int repeats = wishes->repeats;
    double seconds[REPEAT_MAX];
    struct figures figures = {0};
    int32_t *label = NULL;
    bool good = ambit_alloc(&label, (size_t)nation->count, sizeof *label) == AMBIT_OK;
    weigh_points(nation, wishes->measures);
    for (int r = 0; r < repeats && good; r++) {
        good = seed(nation, wishes, label, &figures);
        seconds[r] = figures.seconds;
    }
    good = good && judge(nation, wishes->territories, label, &figures);
    if (good) {
        qsort(seconds, (size_t)repeats, sizeof *seconds, compare_double);
        printf("%lld points, %d territories, %d measures, %d threads: median %.3f s of %d;",
               (long long)nation->count, (int)wishes->territories, wishes->measures,
               omp_get_max_threads(), seconds[repeats / 2], repeats);
        for (int m = 0; m < wishes->measures; m++)
            printf(" worst %.2f %%", 100.0 * figures.worst[m]);
        printf("; %.0f outside, %.0f repaired; wSSE %.1f km²; %.0f MB\n", figures.left_moved[0],
               figures.left_moved[1], figures.squares, (double)figures.bytes / 1e6);
    }
    if (good && wishes->pieces) good = count_pieces(nation, wishes->territories, label);
    if (good && wishes->labels != NULL) good = write_labels(wishes->labels, nation, label);
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
    }
    wishes->territories = argc > at + 1 ? (int)strtol(argv[at + 1], NULL, 10) : 1000;
    wishes->measures = argc > at + 2 ? (int)strtol(argv[at + 2], NULL, 10) : 1;
    wishes->repeats = argc > at + 3 ? (int)strtol(argv[at + 3], NULL, 10) : 3;
    wishes->labels = argc > at + 4 ? argv[at + 4] : NULL;
    return argc > at ? argv[at] : "1000000";
}

int main(int argc, char **argv)
{
    struct nation nation = {0};
    struct wishes wishes = {0};
    double *coordinate = NULL, *amount = NULL;
    const char *const points = read_words(argc, argv, &wishes);
    nation.measures = wishes.measures;
    bool good = wishes.territories > 0 && wishes.measures > 0 && wishes.measures <= MEASURE_MAX &&
                wishes.repeats > 0 && wishes.repeats <= REPEAT_MAX &&
                open_points(points, &nation, &coordinate, &amount) &&
                order_points(coordinate, amount, &nation);
    ambit_free(&coordinate);
    ambit_free(&amount);
    good = good && run(&nation, &wishes);
    if (!good) (void)fprintf(stderr, "bench_seed: wrong words, unreadable points or no memory\n");
    for (int d = 0; d < 3; d++)
        ambit_free(&nation.axis[d]);
    for (int m = 0; m < MEASURE_MAX; m++)
        ambit_free(&nation.load[m]);
    ambit_free(&nation.amount);
    ambit_free(&nation.row);
    ambit_free(&nation.weight);
    return good ? 0 : 1;
}
