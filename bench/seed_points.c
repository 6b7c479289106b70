/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench/seed_points.h"
#include "engine/base/key_sort.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "engine/model/geometry.h"
#include "engine/model/hilbert.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH_KM 4000.0
#define HEIGHT_KM 2500.0
#define RURAL 0.15 /* of the points */
enum { TOWNS = 4000 };

static double unit(uint64_t stream, int64_t index)
{
    return ambit_random_unit(11, stream, (uint64_t)index);
}

static double normal(uint64_t stream, int64_t index)
{
    return sqrt(-2.0 * log(1.0 - unit(stream, index))) * cos(2.0 * M_PI * unit(stream + 1, index));
}

/* Towns anywhere in a country of 4,000 × 2,500 km, the t-th with a t-th of the first one's people,
 * spread as a Gaussian by 45 km over the root of t and 0.8 km; the rest of the points anywhere;
 * weights lognormal. */
static ambit_status make(int64_t count, struct ambit_bench_points *out)
{
    ambit_status status = AMBIT_OK;
    double *until = NULL, total = 0.0;
    AMBIT_TRY(ambit_alloc(&out->coordinate, 2 * (size_t)count, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&out->amount, (size_t)count, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&until, TOWNS, sizeof *until));
    for (int t = 0; t < TOWNS; t++)
        until[t] = total += 1.0 / (t + 1);
    out->count = count;
    out->dimensions = 2;
    for (int64_t i = 0; i < count; i++) {
        double *const place = &out->coordinate[2 * i];
        out->amount[i] = exp(normal(9, i));
        place[0] = WIDTH_KM * unit(2, i);
        place[1] = HEIGHT_KM * unit(3, i);
        if (unit(1, i) < RURAL) continue;
        const double sought = total * unit(4, i);
        int town = 0;
        for (int half = TOWNS; half > 0; half /= 2) {
            while (town + half < TOWNS && until[town + half - 1] < sought)
                town += half;
        }
        const double spread = 45.0 / sqrt(town + 1.0) + 0.8;
        for (int64_t draw = 0; draw == 0 || place[0] < 0.0 || place[0] > WIDTH_KM ||
                               place[1] < 0.0 || place[1] > HEIGHT_KM;
             draw++) {
            const int64_t index = i + draw * count;
            place[0] = WIDTH_KM * unit(5, town) + spread * normal(12, index);
            place[1] = HEIGHT_KM * unit(6, town) + spread * normal(14, index);
        }
    }
done:
    ambit_free(&until);
    return status;
}

static ambit_status read_binary(const char *path, FILE *file, struct ambit_bench_points *out)
{
    ambit_status status = AMBIT_OK;
    int64_t head[2];
    if (fread(head, sizeof *head, 2, file) != 2 || head[0] < 1 || head[0] > INT32_MAX ||
        (head[1] != 2 && head[1] != 3))
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: expected a number of points and of dimensions (2 or 3) as int64, "
                          "found none",
                          path);
    const size_t count = (size_t)head[0], values = count * (size_t)head[1];
    out->count = head[0];
    out->dimensions = head[1];
    AMBIT_TRY(ambit_alloc(&out->coordinate, values, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&out->amount, count, sizeof(double)));
    if (fread(out->coordinate, sizeof(double), values, file) != values ||
        fread(out->amount, sizeof(double), count, file) != count)
        status = ambit_fail(AMBIT_ERR_INPUT, "%s: expected %zu points, found the file's end", path,
                            count);
done:
    return status;
}

/* Three numbers of a line; false where there are fewer. */
static bool numbers_of(const char *line, double value[3])
{
    char *end = NULL;
    for (int field = 0; field < 3; field++, line = end + (*end == ',')) {
        value[field] = strtod(line, &end);
        if (end == line) return false;
    }
    return true;
}

/* A first line that is no numbers is a header. */
static ambit_status read_csv(const char *path, FILE *file, struct ambit_bench_points *out)
{
    ambit_status status = AMBIT_OK;
    char line[256];
    int64_t room = 0;
    out->dimensions = 2;
    for (int64_t number = 1; fgets(line, sizeof line, file) != NULL; number++) {
        double value[3];
        const bool good = numbers_of(line, value) && value[2] >= 0.0;
        if (!good && number == 1) continue;
        if (!good || out->count == INT32_MAX)
            return ambit_fail(AMBIT_ERR_INPUT, "%s:%lld: expected x,y,weight, found %.*s", path,
                              (long long)number, (int)strcspn(line, "\r\n"), line);
        if (out->count == room) {
            room = 2 * room + 1024;
            AMBIT_TRY(ambit_resize(&out->coordinate, 2 * (size_t)room, sizeof(double)));
            AMBIT_TRY(ambit_resize(&out->amount, (size_t)room, sizeof(double)));
        }
        memcpy(&out->coordinate[2 * out->count], value, 2 * sizeof *value);
        out->amount[out->count++] = value[2];
    }
    if (out->count == 0)
        status = ambit_fail(AMBIT_ERR_INPUT, "%s: expected lines of x,y,weight, found none", path);
done:
    return status;
}

ambit_status ambit_bench_points_open(const char *what, struct ambit_bench_points *out)
{
    ambit_status status = AMBIT_OK;
    char *end = NULL;
    const size_t size = strlen(what);
    const long long wanted = strtoll(what, &end, 10);
    FILE *file = NULL;
    *out = (struct ambit_bench_points){0};
    if (size > 0 && *end == '\0') {
        if (wanted < 1 || wanted > INT32_MAX)
            AMBIT_TRY(
                ambit_fail(AMBIT_ERR_INPUT, "expected 1 to %d points, found %s", INT32_MAX, what));
        AMBIT_TRY(make(wanted, out));
        goto done;
    }
    file = fopen(what, "rb");
    if (file == NULL)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_IO, "%s: cannot be read: %s", what, strerror(errno)));
    status = size > 4 && strcmp(what + size - 4, ".csv") == 0 ? read_csv(what, file, out)
                                                              : read_binary(what, file, out);
done:
    if (file != NULL) (void)fclose(file);
    if (status != AMBIT_OK) ambit_bench_points_clear(out);
    return status;
}

void ambit_bench_points_clear(struct ambit_bench_points *points)
{
    ambit_free(&points->coordinate);
    ambit_free(&points->amount);
}

static ambit_status written(const char *path, FILE *file, bool good)
{
    if (file != NULL && fclose(file) == 0 && good) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_IO, "%s: cannot be written: %s", path, strerror(errno));
}

ambit_status ambit_bench_points_write(const char *path, const struct ambit_bench_points *points)
{
    FILE *const file = fopen(path, "wb");
    const int64_t head[2] = {points->count, points->dimensions};
    const size_t count = (size_t)head[0], values = count * (size_t)head[1];
    return written(path, file,
                   file != NULL && fwrite(head, sizeof *head, 2, file) == 2 &&
                       fwrite(points->coordinate, sizeof(double), values, file) == values &&
                       fwrite(points->amount, sizeof(double), count, file) == count);
}

ambit_status ambit_bench_labels_write(const char *path, const int32_t *label, int64_t count)
{
    FILE *const file = fopen(path, "wb");
    return written(path, file,
                   file != NULL &&
                       fwrite(label, sizeof *label, (size_t)count, file) == (size_t)count);
}

double ambit_bench_amount(const struct ambit_bench_points *points, int64_t row, int measure)
{
    return measure == 0 ? points->amount[row] : measure == 1 ? 1.0 : exp(normal(20, row));
}

static uint64_t key_of(const double *place, int64_t dimensions)
{
    double lat = 0.0, lon = 0.0;
    if (dimensions == 3) {
        ambit_degrees_from_unit(place, &lat, &lon);
    } else {
        lat = place[1] / AMBIT_EARTH_RADIUS_KM * (180.0 / M_PI);
        lon = place[0] / AMBIT_EARTH_RADIUS_KM * (180.0 / M_PI);
    }
    return ambit_hilbert_key(lat, lon);
}

ambit_status ambit_bench_points_order(const struct ambit_bench_points *points, int32_t **row_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_keyed *keyed = NULL;
    const size_t count = (size_t)points->count;
    AMBIT_TRY(ambit_alloc(&keyed, count, sizeof *keyed));
#pragma omp parallel for schedule(static)
    for (int64_t i = 0; i < points->count; i++)
        keyed[i] = (struct ambit_keyed){
            key_of(&points->coordinate[i * points->dimensions], points->dimensions), i};
    AMBIT_TRY(ambit_key_sort(&keyed, points->count));
    AMBIT_TRY(ambit_alloc(row_out, count, sizeof **row_out));
    for (int64_t i = 0; i < points->count; i++)
        (*row_out)[i] = (int32_t)keyed[i].row;
done:
    ambit_free(&keyed);
    return status;
}

void ambit_bench_tell(double before, double seconds, int64_t peak_bytes)
{
    printf("before=%.6f seconds=%.6f peak_bytes=%lld\n", before, seconds, (long long)peak_bytes);
}
