/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One body a loop, inlined into a function for each instruction set. A box's bounds are computed by
 * the operations that compute a point's distance, in the same order, and rounding is monotone: a
 * bound is therefore never on the wrong side of a distance, and pruning by it is exact to the last
 * bit. Sums of weights are whole numbers. Weakness: single precision knows places to half a metre.
 */
#include "solvers/kmeans_kernel.h"

#include <float.h>
#include <stddef.h>

#define BODY static inline __attribute__((always_inline))

BODY float outside(float c, float low, float high)
{
    const float below = low - c, above = c - high;
    const float out = below > above ? below : above;
    return out > 0.0F ? out : 0.0F;
}

BODY float farthest(float c, float low, float high)
{
    const float below = c - low, above = high - c;
    return below > above ? below : above;
}

BODY float reach_body(const struct ambit_kmeans_columns *centres, int32_t count, int axes,
                      const float low[3], const float high[3], float *restrict least_out)
{
    const float *const x = centres->axis[0], *const y = centres->axis[1];
    const float *const z = centres->axis[2], *const influence = centres->influence;
    const float low0 = low[0], low1 = low[1], high0 = high[0], high1 = high[1];
    const float low2 = axes > 2 ? low[2] : 0.0F, high2 = axes > 2 ? high[2] : 0.0F;
    float bound = FLT_MAX;
#pragma omp simd reduction(min : bound)
    for (int32_t j = 0; j < count; j++) {
        const float out0 = outside(x[j], low0, high0), far0 = farthest(x[j], low0, high0);
        const float out1 = outside(y[j], low1, high1), far1 = farthest(y[j], low1, high1);
        float least = out0 * out0 + out1 * out1, most = far0 * far0 + far1 * far1;
        if (axes > 2) {
            const float out2 = outside(z[j], low2, high2), far2 = farthest(z[j], low2, high2);
            least += out2 * out2;
            most += far2 * far2;
        }
        least_out[j] = least * influence[j];
        most *= influence[j];
        bound = most < bound ? most : bound;
    }
    return bound;
}

BODY void label_body(const struct ambit_kmeans_columns *centres, int32_t count, int axes,
                     float *const axis[3], int64_t begin, int32_t *restrict label_out)
{
    const float *const restrict x = axis[0] + begin, *const restrict y = axis[1] + begin;
    const float *const restrict z = axes > 2 ? axis[2] + begin : NULL;
    float best[AMBIT_KMEANS_BLOCK];
    for (int i = 0; i < AMBIT_KMEANS_BLOCK; i++) {
        best[i] = FLT_MAX;
        label_out[i] = 0;
    }
    for (int32_t n = 0; n < count; n++) {
        const float cx = centres->axis[0][n], cy = centres->axis[1][n];
        const float cz = axes > 2 ? centres->axis[2][n] : 0.0F, influence = centres->influence[n];
#pragma omp simd
        for (int i = 0; i < AMBIT_KMEANS_BLOCK; i++) {
            const float dx = x[i] - cx, dy = y[i] - cy;
            float d = dx * dx + dy * dy;
            if (axes > 2) {
                const float dz = z[i] - cz;
                d += dz * dz;
            }
            d *= influence;
            label_out[i] = d < best[i] ? n : label_out[i];
            best[i] = d < best[i] ? d : best[i];
        }
    }
}

BODY void weigh_body(const int32_t *restrict label, const int64_t *restrict weight, int32_t count,
                     int64_t *restrict sum_inout)
{
    for (int32_t n = 0; n < count; n++) {
        int64_t sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int i = 0; i < AMBIT_KMEANS_BLOCK; i++)
            sum += label[i] == n ? weight[i] : 0;
        sum_inout[n] += sum;
    }
}

/* The number of axes is a constant to the compiler in each branch. */
#define DEFINE_KERNEL(suffix, attribute)                                                           \
    __attribute__((attribute)) static float reach_##suffix(                                        \
        const struct ambit_kmeans_columns *centres, int32_t count, bool flat, const float low[3],  \
        const float high[3], float *least_out)                                                     \
    {                                                                                              \
        if (flat) return reach_body(centres, count, 2, low, high, least_out);                      \
        return reach_body(centres, count, 3, low, high, least_out);                                \
    }                                                                                              \
    __attribute__((attribute)) static void label_##suffix(                                         \
        const struct ambit_kmeans_columns *centres, int32_t count, bool flat,                      \
        float *const axis[3], int64_t begin, int32_t *label_out)                                   \
    {                                                                                              \
        if (flat)                                                                                  \
            label_body(centres, count, 2, axis, begin, label_out);                                 \
        else                                                                                       \
            label_body(centres, count, 3, axis, begin, label_out);                                 \
    }                                                                                              \
    __attribute__((attribute)) static void weigh_##suffix(                                         \
        const int32_t *label, const int64_t *weight, int32_t count, int64_t *sum_inout)            \
    {                                                                                              \
        weigh_body(label, weight, count, sum_inout);                                               \
    }

#if defined(__x86_64__)
DEFINE_KERNEL(avx512, target("avx512f"))
DEFINE_KERNEL(avx2, target("avx2"))
#endif
DEFINE_KERNEL(portable, unused)

static const struct ambit_kmeans_kernel kernels[] = {
#if defined(__x86_64__)
    {"avx512", reach_avx512, label_avx512, weigh_avx512},
    {"avx2", reach_avx2, label_avx2, weigh_avx2},
#endif
    {"portable", reach_portable, label_portable, weigh_portable},
};

int ambit_kmeans_kernel_count(void)
{
    return (int)(sizeof kernels / sizeof kernels[0]);
}

const struct ambit_kmeans_kernel *ambit_kmeans_kernel_at(int index)
{
    const int last = ambit_kmeans_kernel_count() - 1;
    if (index < 0 || index > last) return NULL;
#if defined(__x86_64__)
    if (index == 0 && !__builtin_cpu_supports("avx512f")) return NULL;
    if (index == 1 && !__builtin_cpu_supports("avx2")) return NULL;
#endif
    return &kernels[index];
}

const struct ambit_kmeans_kernel *ambit_kmeans_kernel_best(void)
{
    int index = 0;
    while (ambit_kmeans_kernel_at(index) == NULL)
        index++;
    return &kernels[index];
}
