/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two plans matched by sorting both sides and walking them together. Results in canonical order of
 * the same accounts would match row by row, but a plan may have gained or lost accounts since.
 */
#include "io/result_compare.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"

#include <stdlib.h>
#include <string.h>

double ambit_mean_km_to_centre(const struct ambit_result *result)
{
    double sum = 0.0;
    for (int64_t i = 0; i < result->account_count; i++) {
        const struct ambit_result_territory *const t = &result->territories[result->territory[i]];
        double place[3], centre[3];
        ambit_unit_from_degrees(result->lat[i], result->lon[i], place);
        ambit_unit_from_degrees(t->centre_lat, t->centre_lon, centre);
        sum += ambit_km_from_chord2(ambit_chord2(place, centre));
    }
    return result->account_count > 0 ? sum / (double)result->account_count : NAN;
}

static int compare_ids(const struct ambit_result *a, int64_t i, const struct ambit_result *b,
                       int64_t j)
{
    const char *const x = a->account_id + i * a->id_width;
    const char *const y = b->account_id + j * b->id_width;
    const size_t x_length = strnlen(x, (size_t)a->id_width);
    const size_t y_length = strnlen(y, (size_t)b->id_width);
    const int order = memcmp(x, y, x_length < y_length ? x_length : y_length);
    return order != 0 ? order : (x_length > y_length) - (x_length < y_length);
}

static int compare_accounts(const void *x, const void *y, void *result)
{
    return compare_ids(result, *(const int64_t *)x, result, *(const int64_t *)y);
}

static int compare_territories(const void *x, const void *y, void *result)
{
    const struct ambit_result_territory *const territories =
        ((const struct ambit_result *)result)->territories;
    return strcmp(territories[*(const int64_t *)x].name, territories[*(const int64_t *)y].name);
}

static int compare_changes(const void *x, const void *y)
{
    const struct ambit_territory_change *const p = x, *const q = y;
    const int64_t p_size = p->went + p->came, q_size = q->went + q->came;
    if (p_size != q_size) return p_size > q_size ? -1 : 1;
    return strcmp(p->name, q->name);
}

/* 0 … count − 1 in the order of `compare`. *order_out is owned by the caller. */
static ambit_status sorted_order(int64_t count, int (*compare)(const void *, const void *, void *),
                                 const struct ambit_result *result, int64_t **order_out)
{
    const ambit_status status = ambit_alloc(order_out, (size_t)count, sizeof **order_out);
    if (status != AMBIT_OK || count == 0) return status;
    for (int64_t i = 0; i < count; i++)
        (*order_out)[i] = i;
    qsort_r(*order_out, (size_t)count, sizeof **order_out, compare, (void *)result);
    return AMBIT_OK;
}

/* Fills the union of both results' territories, and for each territory its place in the union. */
static ambit_status match_territories(const struct ambit_result *a, const struct ambit_result *b,
                                      struct ambit_comparison *c, int32_t *place_a,
                                      int32_t *place_b)
{
    ambit_status status = AMBIT_OK;
    int64_t *order_a = NULL, *order_b = NULL;
    AMBIT_TRY(sorted_order(a->territory_count, compare_territories, a, &order_a));
    AMBIT_TRY(sorted_order(b->territory_count, compare_territories, b, &order_b));
    int32_t i = 0, j = 0;
    while (i < a->territory_count || j < b->territory_count) {
        struct ambit_territory_change *const change = &c->change[c->change_count];
        const char *const x = i < a->territory_count ? a->territories[order_a[i]].name : NULL;
        const char *const y = j < b->territory_count ? b->territories[order_b[j]].name : NULL;
        const int order = x == NULL ? 1 : y == NULL ? -1 : strcmp(x, y);
        *change = (struct ambit_territory_change){order <= 0 ? x : y, -1, -1, 0, 0};
        if (order <= 0) {
            change->in_a = (int32_t)order_a[i++];
            place_a[change->in_a] = c->change_count;
        }
        if (order >= 0) {
            change->in_b = (int32_t)order_b[j++];
            place_b[change->in_b] = c->change_count;
        }
        c->change_count++;
    }
done:
    ambit_free(&order_a);
    ambit_free(&order_b);
    return status;
}

static int compare_pairs(const void *x, const void *y)
{
    const int64_t p = *(const int64_t *)x, q = *(const int64_t *)y;
    return (p > q) - (p < q);
}

static int compare_flows(const void *x, const void *y)
{
    const struct ambit_territory_flow *const p = x, *const q = y;
    if (p->count != q->count) return p->count > q->count ? -1 : 1;
    const int order = strcmp(p->from, q->from);
    return order != 0 ? order : strcmp(p->to, q->to);
}

/* From `pair`, from × change_count + to of each account that differs, which is sorted. */
static ambit_status make_flows(struct ambit_comparison *c, int64_t *pair)
{
    if (c->differ == 0) return AMBIT_OK;
    qsort(pair, (size_t)c->differ, sizeof *pair, compare_pairs);
    int64_t different = 1;
    for (int64_t n = 1; n < c->differ; n++)
        different += pair[n] != pair[n - 1];
    const ambit_status status = ambit_alloc(&c->flow, (size_t)different, sizeof *c->flow);
    if (status != AMBIT_OK) return status;
    for (int64_t n = 0; n < c->differ; n++) {
        if (n == 0 || pair[n] != pair[n - 1])
            c->flow[c->flow_count++] =
                (struct ambit_territory_flow){c->change[pair[n] / c->change_count].name,
                                              c->change[pair[n] % c->change_count].name, 0};
        c->flow[c->flow_count - 1].count++;
    }
    qsort(c->flow, (size_t)c->flow_count, sizeof *c->flow, compare_flows);
    return AMBIT_OK;
}

static ambit_status match_accounts(const struct ambit_result *a, const struct ambit_result *b,
                                   struct ambit_comparison *c, const int32_t *place_a,
                                   const int32_t *place_b)
{
    ambit_status status = AMBIT_OK;
    int64_t *order_a = NULL, *order_b = NULL, *pair = NULL;
    AMBIT_TRY(ambit_alloc(&pair, (size_t)a->account_count, sizeof *pair));
    AMBIT_TRY(sorted_order(a->account_count, compare_accounts, a, &order_a));
    AMBIT_TRY(sorted_order(b->account_count, compare_accounts, b, &order_b));
    int64_t i = 0, j = 0;
    while (i < a->account_count && j < b->account_count) {
        const int order = compare_ids(a, order_a[i], b, order_b[j]);
        if (order == 0) {
            const int32_t from = place_a[a->territory[order_a[i]]];
            const int32_t to = place_b[b->territory[order_b[j]]];
            c->both++;
            if (from != to) {
                pair[c->differ++] = (int64_t)from * c->change_count + to;
                c->change[from].went++;
                c->change[to].came++;
            }
        }
        i += order <= 0;
        j += order >= 0;
    }
    c->only_a = a->account_count - c->both;
    c->only_b = b->account_count - c->both;
    AMBIT_TRY(make_flows(c, pair));
done:
    ambit_free(&pair);
    ambit_free(&order_a);
    ambit_free(&order_b);
    return status;
}

ambit_status ambit_comparison_create(const struct ambit_result *a, const struct ambit_result *b,
                                     struct ambit_comparison *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comparison c = {0};
    int32_t *place_a = NULL, *place_b = NULL;
    const size_t most = (size_t)a->territory_count + (size_t)b->territory_count;
    AMBIT_TRY(ambit_alloc(&c.change, most, sizeof *c.change));
    AMBIT_TRY(ambit_alloc(&place_a, (size_t)a->territory_count, sizeof *place_a));
    AMBIT_TRY(ambit_alloc(&place_b, (size_t)b->territory_count, sizeof *place_b));
    AMBIT_TRY(match_territories(a, b, &c, place_a, place_b));
    AMBIT_TRY(match_accounts(a, b, &c, place_a, place_b));
    if (c.change_count > 0)
        qsort(c.change, (size_t)c.change_count, sizeof *c.change, compare_changes);
done:
    ambit_free(&place_a);
    ambit_free(&place_b);
    if (status != AMBIT_OK) ambit_comparison_clear(&c);
    *out = c;
    return status;
}

void ambit_comparison_clear(struct ambit_comparison *comparison)
{
    ambit_free(&comparison->change);
    ambit_free(&comparison->flow);
    *comparison = (struct ambit_comparison){0};
}
