/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How fast and how well points in memory are divided into balanced, compact territories.
 *
 *     bench_seed [POINTS [TERRITORIES [MEASURES [REPEATS [LABELS]]]]]
 *
 * POINTS is a number of points to make (default 1000000), or a file: two int64 (points, dimensions
 * 2 or 3), then coordinates, then weights, as doubles; in two dimensions kilometres on a plane, in
 * three unit vectors; or, where its name ends in
 * .csv, lines of x, y and weight on a plane. MEASURES 2 also bands the number of accounts, 3 a
 * random third measure too, all by 3 %. LABELS is written as int32, in the order of the points. The
 * threads are OpenMP's.
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

static bool seed(const struct nation *nation, int32_t territories, int measures, int32_t *label,
                 struct figures *figures)
{
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
                                          .total = nation->count,
                                          .tolerance = BAND,
                                          .measures = measures,
                                          .load = load,
                                          .lower = lower,
                                          .upper = upper};
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

static bool run(struct nation *nation, int32_t territories, int measures, int repeats,
                const char *labels)
{
    double seconds[REPEAT_MAX];
    struct figures figures = {0};
    int32_t *label = NULL;
    bool good = ambit_alloc(&label, (size_t)nation->count, sizeof *label) == AMBIT_OK;
    weigh_points(nation, measures);
    for (int r = 0; r < repeats && good; r++) {
        good = seed(nation, territories, measures, label, &figures);
        seconds[r] = figures.seconds;
    }
    good = good && judge(nation, territories, label, &figures);
    if (good) {
        qsort(seconds, (size_t)repeats, sizeof *seconds, compare_double);
        printf("%lld points, %d territories, %d measures, %d threads: median %.3f s of %d;",
               (long long)nation->count, (int)territories, measures, omp_get_max_threads(),
               seconds[repeats / 2], repeats);
        for (int m = 0; m < measures; m++)
            printf(" worst %.2f %%", 100.0 * figures.worst[m]);
        printf("; %.0f outside, %.0f repaired; wSSE %.1f km²; %.0f MB\n", figures.left_moved[0],
               figures.left_moved[1], figures.squares, (double)figures.bytes / 1e6);
    }
    if (good && labels != NULL) good = write_labels(labels, nation, label);
    ambit_free(&label);
    return good;
}

int main(int argc, char **argv)
{
    struct nation nation = {0};
    double *coordinate = NULL, *amount = NULL;
    const int territories = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 1000;
    const int measures = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 1;
    const int repeats = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 3;
    nation.measures = measures;
    bool good = territories > 0 && measures > 0 && measures <= MEASURE_MAX && repeats > 0 &&
                repeats <= REPEAT_MAX &&
                open_points(argc > 1 ? argv[1] : "1000000", &nation, &coordinate, &amount) &&
                order_points(coordinate, amount, &nation);
    ambit_free(&coordinate);
    ambit_free(&amount);
    good = good && run(&nation, territories, measures, repeats, argc > 5 ? argv[5] : NULL);
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
