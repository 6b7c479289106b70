/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where free centres go: centroids, and medians against brute force, whole and in slices. */
#include "solvers/centres.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

#include <omp.h>

enum { ACCOUNTS_MAX = 200, TERRITORIES = 4 };

static const bool every[TERRITORIES] = {true, true, true, true};
static const bool medians[TERRITORIES] = {true, true, false, false};

static void random_labels(const struct instance *instance, int32_t *label_out)
{
    for (int32_t i = 0; i < instance->accounts.count; i++)
        label_out[i] = (int32_t)ambit_random_below(instance->seed, 40, (uint64_t)i, TERRITORIES);
}

static void all_medians(struct instance *instance)
{
    for (int32_t j = 0; j < instance->territories.count; j++)
        instance->territories.item[j].centre_kind = AMBIT_CENTRE_MEDIAN;
}

static void centroid_of_two(void)
{
    struct instance instance;
    const int32_t label[3] = {1, 1, -1};
    int64_t sums[8] = {0};
    double lat = 99.0, lon = 99.0, position[3] = {9.0, 9.0, 9.0}, again[3];
    instance_create(1, 3, 2, &instance);
    struct ambit_accounts *const a = &instance.accounts;
    for (int i = 0; i < 3; i++) {
        const double unit[3] = {i == 0, i == 1, i == 2};
        a->x[i] = unit[0];
        a->y[i] = unit[1];
        a->z[i] = unit[2];
        a->visits[i] = (i + 1) * 3 * AMBIT_MICRO;
    }
    ambit_centroid_sums(a, label, sums);
    CU_ASSERT_EQUAL(sums[4], 2);
    CU_ASSERT(!ambit_centroid_place(&sums[0], &lat, &lon, position));
    CU_ASSERT(lat == 99.0 && lon == 99.0 && position[1] == 9.0);
    CU_ASSERT(ambit_centroid_place(&sums[4], &lat, &lon, position));
    /* Visits weigh 1 : 2, so the centroid lies at atan(2) on the equator. */
    CU_ASSERT_EQUAL(lat, 0.0);
    CU_ASSERT_DOUBLE_EQUAL(lon, 63.4349488, 0.01);
    ambit_unit_from_degrees(lat, lon, again);
    CU_ASSERT(memcmp(again, position, sizeof again) == 0);
    instance_clear(&instance);
}

static void centroids_add_up_over_slices(void)
{
    struct instance instance, half[2];
    int32_t label[ACCOUNTS_MAX];
    int64_t whole[4 * TERRITORIES] = {0}, parts[4 * TERRITORIES] = {0};
    instance_create(3, ACCOUNTS_MAX, TERRITORIES, &instance);
    random_labels(&instance, label);
    instance_slice(&instance, 0, 77, &half[0]);
    instance_slice(&instance, 77, ACCOUNTS_MAX, &half[1]);
    ambit_centroid_sums(&instance.accounts, label, whole);
    ambit_centroid_sums(&half[1].accounts, &label[77], parts);
    ambit_centroid_sums(&half[0].accounts, label, parts);
    CU_ASSERT(memcmp(whole, parts, sizeof whole) == 0);
    CU_ASSERT_EQUAL(whole[0] + whole[4] + whole[8] + whole[12], ACCOUNTS_MAX);
    instance_clear(&half[0]);
    instance_clear(&half[1]);
    instance_clear(&instance);
}

/* The account of territory j with the least line haul from all others of it, and that haul. */
static int64_t median_by_brute_force(const struct instance *instance, const int32_t *label,
                                     int32_t j, int64_t *cost_out)
{
    const struct ambit_accounts *const a = &instance->accounts;
    int64_t best = -1;
    *cost_out = INT64_MAX;
    for (int32_t m = 0; m < a->count; m++) {
        if (label[m] != j) continue;
        const double centre[3] = {a->x[m], a->y[m], a->z[m]};
        int64_t cost = 0;
        for (int32_t i = 0; i < a->count; i++) {
            if (label[i] == j)
                cost += ambit_travel_of(&instance->scenario, a, i, centre) - a->local_travel[i];
        }
        if (cost < *cost_out) {
            *cost_out = cost;
            best = m;
        }
    }
    return best;
}

static void medians_as_by_brute_force(void)
{
    for (uint64_t seed = 1; seed <= repetitions(40); seed++) {
        struct instance instance;
        int32_t label[ACCOUNTS_MAX];
        struct ambit_median_candidate *candidate = NULL;
        int64_t count = 0, cost[ACCOUNTS_MAX] = {0}, expected;
        const int32_t n = 1 + (int32_t)ambit_random_below(seed, 30, 0, AMBIT_MEDIAN_TRIED);
        instance_create(seed, n, TERRITORIES, &instance);
        all_medians(&instance);
        instance_compile(&instance);
        random_labels(&instance, label);
        must(ambit_median_nearest(&instance.accounts, &instance.territories, label, every,
                                  &candidate, &count));
        CHECK_SEED(seed, count == n); /* no territory has more than are tried */
        must(ambit_median_costs(&instance.problem, label, candidate, count, cost));
        for (int32_t j = 0; j < TERRITORIES; j++) {
            int64_t best = -1;
            for (int64_t c = 0; c < count; c++) {
                if (candidate[c].territory != j) continue;
                if (best < 0 || cost[c] < cost[best] ||
                    (cost[c] == cost[best] && candidate[c].index < candidate[best].index))
                    best = c;
            }
            const int64_t median = median_by_brute_force(&instance, label, j, &expected);
            CHECK_SEED(seed, (best < 0) == (median < 0));
            if (best < 0 || median < 0) continue;
            const double error = 1e-5 * (double)expected; /* of a table instead of a power */
            const int64_t index = candidate[best].index;
            CHECK_SEED(seed, index == median || fabs((double)(cost[best] - expected)) <= error);
            CHECK_SEED(seed, fabs((double)(cost[best] - expected)) <= error);
            CHECK_SEED(seed, candidate[best].lat == instance.accounts.lat[index]);
            CHECK_SEED(seed, candidate[best].position[2] == instance.accounts.z[index]);
        }
        ambit_free(&candidate);
        instance_clear(&instance);
    }
}

static bool in_order(const struct ambit_median_candidate *a, const struct ambit_median_candidate *b)
{
    if (a->territory != b->territory) return a->territory < b->territory;
    if (a->chord2 != b->chord2) return a->chord2 < b->chord2;
    return a->index < b->index;
}

/* The nearest of each slice, joined and merged, are the nearest of the whole; costs add up. */
static void medians_merge_across_slices(void)
{
    for (uint64_t seed = 1; seed <= repetitions(10); seed++) {
        struct instance instance, half[2];
        int32_t label[ACCOUNTS_MAX];
        struct ambit_median_candidate *whole = NULL, *part[2] = {NULL, NULL};
        struct ambit_median_candidate joined[ACCOUNTS_MAX];
        int64_t count, part_count[2], cost[ACCOUNTS_MAX] = {0}, added[ACCOUNTS_MAX] = {0};
        const int32_t cut =
            seed == 1 ? 0 : (int32_t)ambit_random_below(seed, 30, 1, ACCOUNTS_MAX + 1);
        const int threads = omp_get_max_threads();
        instance_create(seed, ACCOUNTS_MAX, TERRITORIES, &instance);
        all_medians(&instance);
        instance.territories.item[2].centre_kind = AMBIT_CENTRE_HOME;
        instance.territories.item[3].centre_kind = AMBIT_CENTRE_CENTROID;
        instance_compile(&instance);
        random_labels(&instance, label);
        instance_slice(&instance, 0, cut, &half[0]);
        instance_slice(&instance, cut, ACCOUNTS_MAX, &half[1]);
        must(ambit_median_nearest(&instance.accounts, &instance.territories, label, medians, &whole,
                                  &count));
        CHECK_SEED(seed, count == 2L * AMBIT_MEDIAN_TRIED);
        for (int h = 0; h < 2; h++)
            must(ambit_median_nearest(&half[h].accounts, &half[h].territories,
                                      &label[h == 0 ? 0 : cut], medians, &part[h], &part_count[h]));
        if (part_count[1] > 0) memcpy(joined, part[1], (size_t)part_count[1] * sizeof *joined);
        if (part_count[0] > 0)
            memcpy(&joined[part_count[1]], part[0], (size_t)part_count[0] * sizeof *joined);
        CHECK_SEED(seed, ambit_median_merge(joined, part_count[0] + part_count[1]) == count);
        for (int64_t c = 0; c < count; c++) {
            CHECK_SEED(seed, joined[c].index == whole[c].index);
            CHECK_SEED(seed, c == 0 || in_order(&whole[c - 1], &whole[c]));
        }
        omp_set_num_threads(3);
        must(ambit_median_costs(&instance.problem, label, whole, count, cost));
        omp_set_num_threads(threads);
        must(ambit_median_costs(&half[0].problem, label, whole, count, added));
        must(ambit_median_costs(&half[1].problem, &label[cut], whole, count, added));
        CHECK_SEED(seed, memcmp(cost, added, sizeof cost) == 0);
        for (int h = 0; h < 2; h++) {
            ambit_free(&part[h]);
            instance_clear(&half[h]);
        }
        ambit_free(&whole);
        instance_clear(&instance);
    }
}

static void out_of_memory(void)
{
    struct instance instance;
    int32_t label[30];
    struct ambit_median_candidate *candidate = NULL;
    int64_t count = 0, cost[30] = {0};
    instance_create(1, 30, TERRITORIES, &instance);
    all_medians(&instance);
    instance_compile(&instance);
    random_labels(&instance, label);
    CHECK_FAULTS(ambit_median_nearest(&instance.accounts, &instance.territories, label, every,
                                      &candidate, &count),
                 ambit_free(&candidate));
    must(ambit_median_nearest(&instance.accounts, &instance.territories, label, every, &candidate,
                              &count));
    CHECK_FAULTS(ambit_median_costs(&instance.problem, label, candidate, count, cost), (void)0);
    ambit_free(&candidate);
    instance_clear(&instance);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"the centroid of two accounts, weighted by visits", centroid_of_two},
        {"centroids add up over slices", centroids_add_up_over_slices},
        {"medians as by brute force", medians_as_by_brute_force},
        {"medians merge across slices and threads", medians_merge_across_slices},
        {"medians when memory runs out", out_of_memory},
    };
    return ambit_test_main("centres", tests, AMBIT_TEST_COUNT(tests));
}
