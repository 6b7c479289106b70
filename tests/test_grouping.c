/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups of territories: a partition into neighbours, anew each round, the same for a seed. */
#include "solvers/grouping.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

enum { TERRITORIES = 60 };

/* Each group has 2 to `size` territories and a number below `count`; returns how many are alone. */
static int check_partition(uint64_t seed, int territories, int size, const int32_t *group,
                           int32_t count)
{
    int members[TERRITORIES] = {0}, alone = 0;
    for (int j = 0; j < territories; j++) {
        CHECK_SEED(seed, group[j] >= -1 && group[j] < count);
        if (group[j] >= 0)
            members[group[j]]++;
        else
            alone++;
    }
    for (int32_t g = 0; g < count; g++)
        CHECK_SEED(seed, members[g] >= 2 && members[g] <= size);
    return alone;
}

static void groups_are_a_partition(void)
{
    int64_t violation[TERRITORIES] = {0};
    int32_t group[TERRITORIES], count;
    for (uint64_t seed = 1; seed <= repetitions(100); seed++) {
        struct instance instance;
        const int n = 1 + (int)ambit_random_below(seed, 30, 0, TERRITORIES);
        const int size = 2 + (int)ambit_random_below(seed, 30, 1, AMBIT_GROUPING_MAX - 1);
        instance_create(seed, 1, n, &instance);
        must(ambit_grouping_make(&instance.territories, violation, size, seed, 3, group, &count));
        /* Groups grow until they are full or nobody is free: at most the last one is not full. */
        CHECK_SEED(seed, check_partition(seed, n, size, group, count) == (n % size == 1));
        CHECK_SEED(seed, count == n / size + (n % size > 1));
        instance_clear(&instance);
    }
}

static void groups_of_one(void)
{
    struct instance instance;
    const int64_t violation[3] = {5, 0, 0};
    int32_t group[3] = {7, 7, 7}, count = 7;
    instance_create(1, 1, 3, &instance);
    must(ambit_grouping_make(&instance.territories, violation, 1, 1, 0, group, &count));
    CU_ASSERT_EQUAL(count, 0);
    for (int j = 0; j < 3; j++)
        CU_ASSERT_EQUAL(group[j], -1);
    instance.territories.count = 1;
    must(ambit_grouping_make(&instance.territories, violation, 8, 1, 0, group, &count));
    CU_ASSERT_EQUAL(count, 0);
    CU_ASSERT_EQUAL(group[0], -1);
    instance.territories.count = 0;
    must(ambit_grouping_make(&instance.territories, violation, 8, 1, 0, group, &count));
    CU_ASSERT_EQUAL(count, 0);
    instance_clear(&instance);
}

/* Group 0 starts at the worst territory, and holds the nearest to it. */
static void violated_ones_start(void)
{
    int64_t violation[TERRITORIES] = {0};
    int32_t group[TERRITORIES], count;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct instance instance;
        const int32_t worst = (int32_t)ambit_random_below(seed, 30, 0, TERRITORIES);
        const int32_t second = (worst + 31) % TERRITORIES;
        instance_create(seed, 1, TERRITORIES, &instance);
        memset(violation, 0, sizeof violation);
        violation[worst] = 9;
        violation[second] = 1;
        must(ambit_grouping_make(&instance.territories, violation, 4, seed, 0, group, &count));
        CHECK_SEED(seed, group[worst] == 0);
        CHECK_SEED(seed, group[second] <= 1 && group[second] >= 0);
        const struct ambit_territory *const item = instance.territories.item;
        int32_t nearest = worst == 0 ? 1 : 0;
        for (int32_t j = 0; j < TERRITORIES; j++) {
            if (j != worst && ambit_chord2(item[worst].position, item[j].position) <
                                  ambit_chord2(item[worst].position, item[nearest].position))
                nearest = j;
        }
        CHECK_SEED(seed, group[nearest] == 0);
        instance_clear(&instance);
    }
}

/* Which pairs are together. */
static int pairs_in_common(const int32_t *a, const int32_t *b)
{
    int common = 0;
    for (int i = 0; i < TERRITORIES; i++) {
        for (int j = 0; j < i; j++)
            common += a[i] >= 0 && a[i] == a[j] && b[i] >= 0 && b[i] == b[j];
    }
    return common;
}

static void rounds_and_seeds(void)
{
    struct instance instance;
    const int64_t violation[TERRITORIES] = {0};
    int32_t first[TERRITORIES], again[TERRITORIES], other[TERRITORIES], count;
    instance_create(4, 1, TERRITORIES, &instance);
    must(ambit_grouping_make(&instance.territories, violation, 8, 11, 2, first, &count));
    const int pairs = pairs_in_common(first, first);
    must(ambit_grouping_make(&instance.territories, violation, 8, 11, 2, again, &count));
    CU_ASSERT(memcmp(first, again, sizeof first) == 0);
    must(ambit_grouping_make(&instance.territories, violation, 8, 11, 3, other, &count));
    CU_ASSERT(pairs_in_common(first, other) < pairs);
    must(ambit_grouping_make(&instance.territories, violation, 8, 12, 2, other, &count));
    CU_ASSERT(pairs_in_common(first, other) < pairs);
    /* Over some rounds no border between near neighbours stays closed. */
    const struct ambit_territory *const item = instance.territories.item;
    for (int j = 0; j < TERRITORIES; j++) {
        int nearest = j == 0 ? 1 : 0, together = 0;
        for (int i = 0; i < TERRITORIES; i++) {
            if (i != j && ambit_chord2(item[j].position, item[i].position) <
                              ambit_chord2(item[j].position, item[nearest].position))
                nearest = i;
        }
        for (int64_t round = 0; round < 24; round++) {
            must(
                ambit_grouping_make(&instance.territories, violation, 8, 11, round, other, &count));
            together += other[j] >= 0 && other[j] == other[nearest];
        }
        CU_ASSERT(together > 0);
    }
    instance_clear(&instance);
}

static void out_of_memory(void)
{
    struct instance instance;
    const int64_t violation[5] = {0};
    int32_t group[5], count;
    instance_create(4, 1, 5, &instance);
    CHECK_FAULTS(ambit_grouping_make(&instance.territories, violation, 4, 1, 0, group, &count),
                 (void)0);
    instance_clear(&instance);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"every territory is in at most one group of a right size", groups_are_a_partition},
        {"territories that have nobody to go with", groups_of_one},
        {"violated territories start groups", violated_ones_start},
        {"other groups each round and seed, the same for the same", rounds_and_seeds},
        {"groups when memory runs out", out_of_memory},
    };
    return ambit_test_main("grouping", tests, AMBIT_TEST_COUNT(tests));
}
