/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The arithmetic of evenness. The Gini coefficient is taken from sorted values, Σ (2i − n − 1) x_i
 * / (n Σ x) (Gini 1912, in the form of Dixon et al. 1987), which costs a sort in place of all
 * pairs.
 */
#include "engine/model/kpi.h"
#include "engine/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void ambit_kpi_destroy(struct ambit_kpi **kpi)
{
    if (*kpi == NULL) return;
    for (int f = 0; f < (*kpi)->figure_count; f++)
        ambit_free(&(*kpi)->figure[f].value);
    ambit_free(&(*kpi)->figure);
    ambit_free(&(*kpi)->area);
    ambit_free(&(*kpi)->trigger);
    ambit_free(kpi);
}

const struct ambit_figure *ambit_kpi_find(const struct ambit_kpi *kpi, const char *name)
{
    for (int f = 0; f < kpi->figure_count; f++)
        if (!kpi->figure[f].is_own && strcmp(kpi->figure[f].name, name) == 0)
            return &kpi->figure[f];
    return NULL;
}

struct keyed {
    double value;
    int32_t index;
};

/* Not a number counts as the largest. */
static int compare_keyed(const void *a, const void *b)
{
    const struct keyed *const x = a, *const y = b;
    const double p = isnan(x->value) ? INFINITY : x->value;
    const double q = isnan(y->value) ? INFINITY : y->value;
    if (p != q) return p < q ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static ambit_status sort_values(const double *value, int32_t count, struct keyed **out)
{
    const ambit_status status = ambit_alloc(out, (size_t)count, sizeof **out);
    if (status != AMBIT_OK) return status;
    for (int32_t j = 0; j < count; j++)
        (*out)[j] = (struct keyed){value[j], j};
    qsort(*out, (size_t)count, sizeof **out, compare_keyed);
    return AMBIT_OK;
}

ambit_status ambit_like_groups(const double *minutes, int32_t count, int32_t *group_out)
{
    struct keyed *sorted = NULL;
    const int64_t groups = count < AMBIT_LIKE_TERRITORIES ? 1 : AMBIT_LIKE_GROUPS;
    const ambit_status status = sort_values(minutes, count, &sorted);
    if (status != AMBIT_OK) return status;
    for (int32_t n = 0; n < count; n++)
        group_out[sorted[n].index] = (int32_t)(groups * n / count);
    ambit_free(&sorted);
    return AMBIT_OK;
}

/* The group whose values lie furthest apart, in parts of its mean. */
static void measure_spread(const double *part, const int32_t *group, int32_t count,
                           struct ambit_balance *out)
{
    out->spread = 0.0;
    for (int32_t g = 0; g < AMBIT_LIKE_GROUPS; g++) {
        int32_t low = -1, high = -1, members = 0;
        double sum = 0.0;
        for (int32_t j = 0; j < count; j++) {
            if (group[j] != g) continue;
            if (low < 0 || part[j] < part[low]) low = j;
            if (high < 0 || part[j] > part[high]) high = j;
            sum += part[j];
            members++;
        }
        if (members == 0) continue;
        const double spread = sum > 0.0 ? (part[high] - part[low]) * members / sum : 0.0;
        if (g > 0 && spread <= out->spread) continue;
        out->spread = spread;
        out->group = g;
        out->low = low;
        out->high = high;
    }
}

ambit_status ambit_balance_measure(const double *load, const double *target, const int32_t *group,
                                   int32_t count, struct ambit_balance *balance_out)
{
    ambit_status status = AMBIT_OK;
    double *part = NULL, sum = 0.0, squares = 0.0, ranked = 0.0;
    struct keyed *sorted = NULL;
    struct ambit_balance *const out = balance_out;
    AMBIT_REQUIRE(count >= 1);
    AMBIT_TRY(ambit_alloc(&part, (size_t)count, sizeof *part));
    out->max_deviation = 0.0;
    out->worst = 0;
    for (int32_t j = 0; j < count; j++) {
        part[j] = target[j] > 0.0 ? load[j] / target[j] : 0.0;
        sum += part[j];
        const double deviation = target[j] > 0.0 ? fabs(part[j] - 1.0) : 0.0;
        if (deviation <= out->max_deviation) continue;
        out->max_deviation = deviation;
        out->worst = j;
    }
    for (int32_t j = 0; j < count; j++)
        squares += (part[j] - sum / count) * (part[j] - sum / count);
    out->deviation = sqrt(squares / count);
    AMBIT_TRY(sort_values(part, count, &sorted));
    for (int32_t n = 0; n < count; n++)
        ranked += (2.0 * n + 1.0 - count) * sorted[n].value;
    out->gini = sum > 0.0 ? ranked / (count * sum) : 0.0;
    measure_spread(part, group, count, out);
    out->low_value = load[out->low];
    out->high_value = load[out->high];
done:
    ambit_free(&sorted);
    ambit_free(&part);
    return status;
}
