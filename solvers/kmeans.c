/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Balanced k-means after von Looz, Tzovas, Meyerhenke (2018): influences change by at most a tenth
 * a pass, with exponent one half, and a few balancing passes go between two moves of the centres.
 * Distances are chords, so there is no projection. Weakness: with lumpy accounts the influences
 * stall some percent from balance; prices and groups do the rest.
 */
#include "solvers/kmeans.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"

#include <math.h>
#include <omp.h>
#include <string.h>

enum { BLOCK = 128 };
#define CHANGE_MAX 1.1
#define POSITION_SCALE 0x1p-20 /* of weights, so that weight × position sums keep 30 bits */

ambit_status ambit_kmeans_create(int32_t count, struct ambit_kmeans *out)
{
    ambit_status status = AMBIT_OK;
    *out = (struct ambit_kmeans){.count = count};
    AMBIT_TRY(ambit_alloc(&out->position, 3 * (size_t)count, sizeof(double)));
    AMBIT_TRY(ambit_alloc(&out->influence, (size_t)count, sizeof(double)));
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

struct block_box {
    double low[3], high[3];
};

static struct block_box box_of(const struct ambit_accounts *accounts, int32_t begin, int32_t end)
{
    const double *axis[3] = {accounts->x, accounts->y, accounts->z};
    struct block_box box;
    for (int d = 0; d < 3; d++) {
        box.low[d] = box.high[d] = axis[d][begin];
        for (int32_t i = begin + 1; i < end; i++) {
            box.low[d] = fmin(box.low[d], axis[d][i]);
            box.high[d] = fmax(box.high[d], axis[d][i]);
        }
    }
    return box;
}

/* Centres that can be nearest to a point in the box, ascending, in near_out; returns how many. */
static int32_t near_centres(const struct ambit_kmeans *kmeans, const struct block_box *box,
                            double *least, int32_t *near_out)
{
    double bound = INFINITY;
    int32_t found = 0;
    for (int32_t j = 0; j < kmeans->count; j++) {
        const double *c = &kmeans->position[3 * j];
        double low = 0.0, high = 0.0;
        for (int d = 0; d < 3; d++) {
            const double out = fmax(fmax(box->low[d] - c[d], c[d] - box->high[d]), 0.0);
            const double far = fmax(fabs(c[d] - box->low[d]), fabs(c[d] - box->high[d]));
            low += out * out;
            high += far * far;
        }
        least[j] = low * kmeans->influence[j];
        bound = fmin(bound, high * kmeans->influence[j]);
    }
    for (int32_t j = 0; j < kmeans->count; j++) {
        if (least[j] <= bound) near_out[found++] = j;
    }
    return found;
}

static void label_block(const struct ambit_kmeans *kmeans, const struct ambit_accounts *accounts,
                        const int64_t *weight, int32_t begin, int32_t end, const int32_t *near,
                        int32_t near_count, int32_t *label_out, int64_t *sums)
{
    for (int32_t i = begin; i < end; i++) {
        const double place[3] = {accounts->x[i], accounts->y[i], accounts->z[i]};
        double best = INFINITY;
        int32_t label = 0;
        for (int32_t n = 0; n < near_count; n++) {
            const int32_t j = near[n];
            const double d = ambit_chord2(place, &kmeans->position[3 * j]) * kmeans->influence[j];
            if (d < best) {
                best = d;
                label = j;
            }
        }
        label_out[i] = label;
        int64_t *const sum = &sums[4 * (int64_t)label];
        const double scaled = (double)weight[i] * POSITION_SCALE * 0x1p30;
        sum[0] += weight[i];
        for (int d = 0; d < 3; d++)
            sum[1 + d] += (int64_t)llrint(scaled * place[d]);
    }
}

ambit_status ambit_kmeans_pass(const struct ambit_kmeans *kmeans,
                               const struct ambit_accounts *accounts, const int64_t *weight,
                               int32_t *label_out, int64_t *sums_inout)
{
    ambit_status status = AMBIT_OK;
    const int threads = omp_get_max_threads();
    const int64_t k = kmeans->count, length = 4 * k;
    int64_t *own = NULL;
    double *least = NULL;
    int32_t *near = NULL;
    AMBIT_TRY(ambit_alloc(&own, (size_t)(length * threads), sizeof *own));
    AMBIT_TRY(ambit_alloc(&least, (size_t)(k * threads), sizeof *least));
    AMBIT_TRY(ambit_alloc(&near, (size_t)(k * threads), sizeof *near));
#pragma omp parallel num_threads(threads)
    {
        const int64_t t = omp_get_thread_num();
#pragma omp for schedule(dynamic, 8)
        for (int32_t begin = 0; begin < accounts->count; begin += BLOCK) {
            const int32_t end = begin + BLOCK < accounts->count ? begin + BLOCK : accounts->count;
            const struct block_box box = box_of(accounts, begin, end);
            const int32_t found = near_centres(kmeans, &box, &least[t * k], &near[t * k]);
            label_block(kmeans, accounts, weight, begin, end, &near[t * k], found, label_out,
                        &own[t * length]);
        }
    }
    for (int t = 0; t < threads; t++) {
        for (int64_t s = 0; s < length; s++)
            sums_inout[s] += own[t * length + s];
    }
done:
    ambit_free(&own);
    ambit_free(&least);
    ambit_free(&near);
    return status;
}

static void move_centre(const int64_t *sum, double *position)
{
    const double x = (double)sum[1], y = (double)sum[2], z = (double)sum[3];
    const double length = sqrt(x * x + y * y + z * z);
    if (!(length > 0.0)) return;
    position[0] = x / length;
    position[1] = y / length;
    position[2] = z / length;
}

double ambit_kmeans_update(struct ambit_kmeans *kmeans, const int64_t *sums, bool recentre)
{
    double total = 0.0, worst = 0.0;
    for (int32_t j = 0; j < kmeans->count; j++)
        total += (double)sums[4 * (int64_t)j];
    for (int32_t j = 0; j < kmeans->count; j++) {
        const double wanted = fmax(kmeans->share[j] * total, 1.0);
        const double ratio = (double)sums[4 * (int64_t)j] / wanted;
        const double change = fmin(fmax(sqrt(ratio), 1.0 / CHANGE_MAX), CHANGE_MAX);
        worst = fmax(worst, fabs(ratio - 1.0));
        kmeans->influence[j] *= change;
        if (recentre && !kmeans->fixed[j])
            move_centre(&sums[4 * (int64_t)j], &kmeans->position[3 * j]);
    }
    return worst;
}
