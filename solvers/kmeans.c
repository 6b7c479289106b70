/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Balanced k-means after von Looz, Tzovas, Meyerhenke (2018): an influence changes by at most a
 * tenth a pass, by a power of the load over its share, with momentum beyond the paper. A pass costs
 * one look at each bunch of blocks by all centres, at each block by those that can reach its bunch,
 * and at each point of a block that several can reach: with 10,000 points a centre a third of them.
 * Distances are chords, so there is no projection. Weakness: with lumpy accounts the influences
 * stall some percent from balance; seed_repair.h does the rest.
 */
#include "solvers/kmeans.h"
#include "engine/base/memory.h"
#include "engine/base/real.h"
#include "engine/model/geometry.h"

#include <float.h>
#include <math.h>
#include <omp.h>
#include <string.h>

/* Of the logarithm of an influence, a pass. With 0.5 and no momentum, as published, imbalance of
 * whole regions takes dozens of passes to level out; above 0.8 neighbours swing against each other.
 */
#define EXPONENT 0.5
#define MOMENTUM 0.5
#define EROSION 0.95 /* of the logarithm of an influence, a move: uneven ones make bent borders */
#define STEP_MAX 0.1
enum { SMALL = 131072 }; /* points that one thread passes sooner than several can start */
#define RATIO_MIN 1e-3   /* so that an empty centre has a logarithm */

ambit_status ambit_kmeans_create(int32_t count, struct ambit_kmeans *out)
{
    ambit_status status = AMBIT_OK;
    *out = (struct ambit_kmeans){.count = count};
    AMBIT_TRY(ambit_alloc(&out->position, 3 * (size_t)count, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&out->influence, (size_t)count, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&out->step, (size_t)count, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&out->share, (size_t)count, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&out->fixed, (size_t)count, sizeof(bool)));
    for (int32_t j = 0; j < count; j++) {
        out->influence[j] = 1.0;
        out->share[j] = 1.0 / count;
    }
done:
    if (status != AMBIT_OK) ambit_kmeans_clear(out);
    return status;
}

void ambit_kmeans_clear(struct ambit_kmeans *kmeans)
{
    ambit_free(&kmeans->position);
    ambit_free(&kmeans->influence);
    ambit_free(&kmeans->step);
    ambit_free(&kmeans->share);
    ambit_free(&kmeans->fixed);
}

void ambit_kmeans_weights(const struct ambit_problem *problem, const int64_t *total,
                          int64_t *weight_out)
{
    double factor[AMBIT_RULE_MAX] = {0};
    int used = 0;
    for (int r = 0; r < problem->rule_count; r++) {
        const struct ambit_rule *rule = &problem->rule[r];
        if (rule->lower.kind != AMBIT_SIDE_RELATIVE || rule->upper.kind != AMBIT_SIDE_RELATIVE)
            continue;
        if (total[r] <= 0) continue;
        factor[r] = 0x1p50 / (double)total[r];
        used++;
    }
    const double even = 0x1p50 / (double)problem->accounts->total;
    for (int32_t i = 0; i < problem->accounts->count; i++) {
        double sum = used > 0 ? 0.0 : even;
        for (int r = 0; r < problem->rule_count; r++)
            sum += factor[r] * (double)problem->base[r][i] / (used > 0 ? used : 1);
        weight_out[i] = (int64_t)llrint(sum);
    }
}

/* ---- one pass ---- */

/* What one thread works with; every array has room for all centres. */
struct scratch {
    int64_t *sums; /* count × 4 */
    int64_t *part; /* weight of a block by near centre */
    float *least;
    int32_t *bunch_near, *block_near;         /* centres */
    struct ambit_kmeans_columns bunch, block; /* the same, as the kernel reads them */
};

struct pass {
    const struct ambit_kmeans *kmeans;
    const struct ambit_kmeans_points *points;
    const struct ambit_kmeans_kernel *kernel;
    struct ambit_kmeans_columns all;
    bool moments;
    int32_t *label;          /* NULL: not wanted */
    struct scratch *scratch; /* one a thread */
    int threads;
};

static ambit_status create_columns(int32_t count, struct ambit_kmeans_columns *columns)
{
    ambit_status status = AMBIT_OK;
    for (int d = 0; d < 3; d++)
        AMBIT_TRY(ambit_alloc(&columns->axis[d], (size_t)count, sizeof(float)));
    AMBIT_TRY(ambit_alloc(&columns->influence, (size_t)count, sizeof(float)));
done:
    return status;
}

static void clear_columns(struct ambit_kmeans_columns *columns)
{
    for (int d = 0; d < 3; d++)
        ambit_free(&columns->axis[d]);
    ambit_free(&columns->influence);
}

static ambit_status create_scratch(int32_t count, struct scratch *own)
{
    ambit_status status = AMBIT_OK;
    const size_t k = (size_t)count;
    AMBIT_TRY(ambit_alloc(&own->sums, 4 * k, sizeof *own->sums));
    AMBIT_TRY(ambit_alloc(&own->part, k, sizeof *own->part));
    AMBIT_TRY(ambit_alloc(&own->least, k, sizeof *own->least));
    AMBIT_TRY(ambit_alloc(&own->bunch_near, k, sizeof *own->bunch_near));
    AMBIT_TRY(ambit_alloc(&own->block_near, k, sizeof *own->block_near));
    AMBIT_TRY(create_columns(count, &own->bunch));
    AMBIT_TRY(create_columns(count, &own->block));
done:
    return status;
}

static void clear_pass(struct pass *pass)
{
    for (int t = 0; t < pass->threads && pass->scratch != NULL; t++) {
        struct scratch *const own = &pass->scratch[t];
        ambit_free(&own->sums);
        ambit_free(&own->part);
        ambit_free(&own->least);
        ambit_free(&own->bunch_near);
        ambit_free(&own->block_near);
        clear_columns(&own->bunch);
        clear_columns(&own->block);
    }
    ambit_free(&pass->scratch);
    clear_columns(&pass->all);
}

static ambit_status create_pass(struct pass *pass)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_kmeans *const kmeans = pass->kmeans;
    AMBIT_TRY(create_columns(kmeans->count, &pass->all));
    AMBIT_TRY(ambit_alloc(&pass->scratch, (size_t)pass->threads, sizeof *pass->scratch));
    for (int t = 0; t < pass->threads; t++)
        AMBIT_TRY(create_scratch(kmeans->count, &pass->scratch[t]));
    for (int32_t j = 0; j < kmeans->count; j++) {
        for (int d = 0; d < 3; d++)
            pass->all.axis[d][j] = (float)kmeans->position[3 * (int64_t)j + d];
        pass->all.influence[j] = (float)kmeans->influence[j];
    }
done:
    return status;
}

/* Of `from` (whose centres are from_near, or all in turn), those that can be nearest to a point in
 * box b, or `slack` times as far as the nearest, in order, as columns too; returns how many. */
static int32_t find_near(const struct pass *pass, const struct ambit_kmeans_columns *from,
                         const int32_t *from_near, int32_t from_count,
                         const struct ambit_kmeans_boxes *boxes, int32_t b, float slack,
                         float *least, int32_t *near_out, struct ambit_kmeans_columns *columns_out)
{
    const bool flat = pass->points->flat;
    const float low[3] = {boxes->low[0][b], boxes->low[1][b], flat ? 0.0F : boxes->low[2][b]};
    const float high[3] = {boxes->high[0][b], boxes->high[1][b], flat ? 0.0F : boxes->high[2][b]};
    const float bound = slack * pass->kernel->reach(from, from_count, flat, low, high, least);
    int32_t found = 0;
    for (int32_t n = 0; n < from_count; n++) {
        near_out[found] = n;
        found += least[n] <= bound;
    }
    for (int32_t f = 0; f < found; f++) {
        const int32_t n = near_out[f];
        for (int d = 0; d < 3; d++)
            columns_out->axis[d][f] = from->axis[d][n];
        columns_out->influence[f] = from->influence[n];
        if (from_near != NULL) near_out[f] = from_near[n];
    }
    return found;
}

/* A block that one centre takes whole. */
static void take_whole(const struct pass *pass, int32_t b, int32_t centre, struct scratch *own)
{
    const int64_t *const sum = &pass->points->sum[4 * (int64_t)b];
    for (int s = 0; s < (pass->moments ? 4 : 1); s++)
        own->sums[4 * (int64_t)centre + s] += sum[s];
}

static void take_points(const struct pass *pass, int32_t b, int32_t near_count, struct scratch *own,
                        int32_t *label)
{
    const struct ambit_kmeans_points *const points = pass->points;
    const int64_t begin = (int64_t)b * AMBIT_KMEANS_BLOCK;
    pass->kernel->label(&own->block, near_count, points->flat, points->axis, begin, label);
    if (pass->moments) {
        for (int i = 0; i < AMBIT_KMEANS_BLOCK; i++)
            ambit_kmeans_points_add(points, begin + i,
                                    &own->sums[4 * (int64_t)own->block_near[label[i]]]);
        return;
    }
    memset(own->part, 0, (size_t)near_count * sizeof *own->part);
    pass->kernel->weigh(label, &points->weight[begin], near_count, own->part);
    for (int32_t n = 0; n < near_count; n++)
        own->sums[4 * (int64_t)own->block_near[n]] += own->part[n];
}

static void pass_bunch(const struct pass *pass, int32_t u, struct scratch *own)
{
    const struct ambit_kmeans_points *const points = pass->points;
    const int32_t begin = u * AMBIT_KMEANS_BUNCH;
    const int32_t end =
        begin + AMBIT_KMEANS_BUNCH < points->blocks ? begin + AMBIT_KMEANS_BUNCH : points->blocks;
    const int32_t bunch_count =
        find_near(pass, &pass->all, NULL, pass->kmeans->count, &points->bunch_box, u, 1.0F,
                  own->least, own->bunch_near, &own->bunch);
    for (int32_t b = begin; b < end; b++) {
        int32_t label[AMBIT_KMEANS_BLOCK] = {0};
        const int32_t near_count =
            find_near(pass, &own->bunch, own->bunch_near, bunch_count, &points->block_box, b, 1.0F,
                      own->least, own->block_near, &own->block);
        if (near_count == 1)
            take_whole(pass, b, own->block_near[0], own);
        else
            take_points(pass, b, near_count, own, label);
        const int64_t from = (int64_t)b * AMBIT_KMEANS_BLOCK;
        for (int64_t i = from;
             pass->label != NULL && i < points->count && i < from + AMBIT_KMEANS_BLOCK; i++)
            pass->label[i] = own->block_near[label[i - from]];
    }
}

ambit_status ambit_kmeans_pass(const struct ambit_kmeans *kmeans,
                               const struct ambit_kmeans_points *points,
                               const struct ambit_kmeans_kernel *kernel, bool moments,
                               int32_t *label_out, int64_t *sums_inout)
{
    ambit_status status = AMBIT_OK;
    struct pass pass = {.kmeans = kmeans,
                        .points = points,
                        .kernel = kernel,
                        .moments = moments,
                        .label = label_out,
                        .threads = points->count < SMALL ? 1 : omp_get_max_threads()};
    AMBIT_TRY(create_pass(&pass));
#pragma omp parallel num_threads(pass.threads)
    {
        struct scratch *const own = &pass.scratch[omp_get_thread_num()];
#pragma omp for schedule(dynamic, 4)
        for (int32_t u = 0; u < points->bunches; u++)
            pass_bunch(&pass, u, own);
    }
    for (int t = 0; t < pass.threads; t++) {
        for (int64_t s = 0; s < 4 * (int64_t)kmeans->count; s++)
            sums_inout[s] += pass.scratch[t].sums[s];
    }
done:
    clear_pass(&pass);
    return status;
}

/* ---- borders ---- */

/* Squared distance under influence to near centre n over that to the point's own. */
static float next_ratio(const struct ambit_kmeans_columns *near, int32_t near_count, int axes,
                        float *const axis[3], int64_t i)
{
    float least = FLT_MAX, second = FLT_MAX;
    for (int32_t n = 0; n < near_count; n++) {
        float d = 0.0F;
        for (int a = 0; a < axes; a++)
            d += (axis[a][i] - near->axis[a][n]) * (axis[a][i] - near->axis[a][n]);
        d *= near->influence[n];
        second = d < least ? least : d < second ? d : second;
        least = d < least ? d : least;
    }
    return second / (least > FLT_MIN ? least : FLT_MIN);
}

static void border_bunch(const struct pass *pass, int32_t u, float slack, struct scratch *own,
                         float *ratio_out)
{
    const struct ambit_kmeans_points *const points = pass->points;
    const int32_t begin = u * AMBIT_KMEANS_BUNCH;
    const int32_t end =
        begin + AMBIT_KMEANS_BUNCH < points->blocks ? begin + AMBIT_KMEANS_BUNCH : points->blocks;
    const int32_t bunch_count =
        find_near(pass, &pass->all, NULL, pass->kmeans->count, &points->bunch_box, u, slack,
                  own->least, own->bunch_near, &own->bunch);
    for (int32_t b = begin; b < end; b++) {
        const int32_t near_count =
            find_near(pass, &own->bunch, own->bunch_near, bunch_count, &points->block_box, b, slack,
                      own->least, own->block_near, &own->block);
        const int64_t from = (int64_t)b * AMBIT_KMEANS_BLOCK;
        for (int64_t i = from; i < points->count && i < from + AMBIT_KMEANS_BLOCK; i++)
            ratio_out[i] =
                next_ratio(&own->block, near_count, points->flat ? 2 : 3, points->axis, i);
    }
}

ambit_status ambit_kmeans_borders(const struct ambit_kmeans *kmeans,
                                  const struct ambit_kmeans_points *points, float most,
                                  float *ratio_out)
{
    ambit_status status = AMBIT_OK;
    struct pass pass = {.kmeans = kmeans,
                        .points = points,
                        .kernel = ambit_kmeans_kernel_best(),
                        .threads = points->count < SMALL ? 1 : omp_get_max_threads()};
    AMBIT_TRY(create_pass(&pass));
#pragma omp parallel num_threads(pass.threads)
    {
        struct scratch *const own = &pass.scratch[omp_get_thread_num()];
#pragma omp for schedule(dynamic, 4)
        for (int32_t u = 0; u < points->bunches; u++)
            border_bunch(&pass, u, most, own, ratio_out);
    }
done:
    clear_pass(&pass);
    return status;
}

/* ---- between passes ---- */

double ambit_kmeans_worst(const struct ambit_kmeans *kmeans, const int64_t *sums)
{
    double total = 0.0, worst = 0.0;
    for (int32_t j = 0; j < kmeans->count; j++)
        total += (double)sums[4 * (int64_t)j];
    for (int32_t j = 0; j < kmeans->count; j++) {
        const double wanted = fmax(kmeans->share[j] * total, 1.0);
        worst = fmax(worst, fabs((double)sums[4 * (int64_t)j] / wanted - 1.0));
    }
    return worst;
}

void ambit_kmeans_balance(struct ambit_kmeans *kmeans, const int64_t *sums)
{
    double total = 0.0;
    for (int32_t j = 0; j < kmeans->count; j++)
        total += (double)sums[4 * (int64_t)j];
    for (int32_t j = 0; j < kmeans->count; j++) {
        const double wanted = fmax(kmeans->share[j] * total, 1.0);
        const double ratio = fmax((double)sums[4 * (int64_t)j] / wanted, RATIO_MIN);
        const double step = MOMENTUM * kmeans->step[j] + EXPONENT * ambit_log(ratio);
        kmeans->step[j] = fmin(fmax(step, -STEP_MAX), STEP_MAX);
        kmeans->influence[j] *= ambit_exp(kmeans->step[j]);
    }
}

void ambit_kmeans_rest(struct ambit_kmeans *kmeans)
{
    memset(kmeans->step, 0, (size_t)kmeans->count * sizeof *kmeans->step);
}

static void move_centre(const int64_t *sum, bool flat, double *position)
{
    const double x = (double)sum[1], y = (double)sum[2], z = flat ? 0.0 : (double)sum[3];
    const double length =
        flat ? (double)sum[0] * AMBIT_KMEANS_POSITION_SCALE : sqrt(x * x + y * y + z * z);
    if (!(length > 0.0)) return;
    position[0] = x / length;
    position[1] = y / length;
    position[2] = z / length;
}

void ambit_kmeans_recentre(struct ambit_kmeans *kmeans, bool flat, const int64_t *sums)
{
    for (int32_t j = 0; j < kmeans->count; j++) {
        if (kmeans->fixed[j]) continue;
        kmeans->influence[j] = ambit_pow(kmeans->influence[j], EROSION);
        move_centre(&sums[4 * (int64_t)j], flat, &kmeans->position[3 * (int64_t)j]);
    }
}

double ambit_kmeans_compactness(const struct ambit_kmeans *kmeans, const int64_t *sums)
{
    double value = 0.0;
    for (int32_t j = 0; j < kmeans->count; j++) {
        const int64_t *const sum = &sums[4 * (int64_t)j];
        if (sum[0] <= 0) continue;
        for (int d = 1; d < 4; d++)
            value += (double)sum[d] * ((double)sum[d] / (double)sum[0]);
    }
    return value;
}
