/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whether demands fit into bins, and the knapsack, both against trying everything. */
#include "solvers/knapsack.h"
#include "solvers/packing.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

enum { ITEMS_MAX = 12, BINS_MAX = 4 };
#define NODES 1000000

static int64_t draw(uint64_t seed, uint64_t stream, int64_t index, int64_t low, int64_t high)
{
    return low +
           (int64_t)ambit_random_below(seed, stream, (uint64_t)index, (uint64_t)(high - low + 1));
}

static bool fits(const int64_t *demand, int items, int64_t *room, int bins)
{
    if (items == 0) return true;
    for (int b = 0; b < bins; b++) {
        if (room[b] < demand[items - 1]) continue;
        room[b] -= demand[items - 1];
        const bool rest = fits(demand, items - 1, room, bins);
        room[b] += demand[items - 1];
        if (rest) return true;
    }
    return false;
}

static enum ambit_packing pack(const int64_t *demand, int items, const int64_t *capacity,
                               int capacities, int bins, int64_t nodes)
{
    enum ambit_packing answer = AMBIT_PACKING_UNKNOWN;
    int32_t item = -1;
    must(ambit_packing_check(demand, items, capacity, capacities, bins, nodes, &answer, &item));
    if (answer == AMBIT_PACKING_ITEM_TOO_LARGE) {
        CU_ASSERT(item >= 0 && item < items);
        for (int b = 0; b < capacities; b++)
            CU_ASSERT(demand[item] > capacity[b]);
    }
    return answer;
}

static int compare_falling(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x > y ? -1 : x < y;
}

/* Demands of 1–60 that fill the largest bins to between 0.85 and 1.05, so that all answers come up;
 * every other time the bins have one size, so that the bound has a say. */
static void random_packing(uint64_t seed, int items, int capacities, int bins, int64_t *demand,
                           int64_t *capacity)
{
    int64_t total = 0;
    const double fill = uniform(seed, 30, 0, 0.85, 1.05);
    for (int k = 0; k < items; k++) {
        demand[k] = draw(seed, 31, k, 1, 60);
        total += demand[k];
    }
    for (int b = 0; b < capacities; b++) {
        const double size = seed % 2 == 0 ? 1.0 : uniform(seed, 32, b, 0.5, 1.5);
        capacity[b] = (int64_t)(size * (double)total / (fill * bins)) + 1;
    }
}

static void packing_as_by_brute_force(void)
{
    int seen[5] = {0};
    for (uint64_t seed = 1; seed <= repetitions(400); seed++) {
        int64_t demand[ITEMS_MAX], capacity[BINS_MAX + 2], largest[BINS_MAX + 2];
        const int items = (int)draw(seed, 33, 0, 4, 9), bins = (int)draw(seed, 34, 0, 2, 4),
                  capacities = bins + (int)draw(seed, 35, 0, 0, 2);
        random_packing(seed, items, capacities, bins, demand, capacity);
        memcpy(largest, capacity, sizeof largest);
        qsort(largest, (size_t)capacities, sizeof *largest, compare_falling);
        const bool possible = fits(demand, items, largest, bins);
        const enum ambit_packing answer = pack(demand, items, capacity, capacities, bins, NODES);
        CHECK_SEED(seed, answer != AMBIT_PACKING_UNKNOWN);
        CHECK_SEED(seed, (answer == AMBIT_PACKING_POSSIBLE) == possible);
        int64_t total = 0;
        bool too_large = false;
        for (int k = 0; k < items; k++) {
            total += demand[k];
            too_large |= demand[k] > largest[0];
        }
        for (int b = 0; b < bins; b++)
            total -= largest[b];
        CHECK_SEED(seed, (answer == AMBIT_PACKING_ITEM_TOO_LARGE) == too_large);
        CHECK_SEED(seed, answer != AMBIT_PACKING_TOTAL_TOO_LARGE || total > 0);
        /* Whatever the effort, an answer is right. */
        const enum ambit_packing hasty = pack(demand, items, capacity, capacities, bins, 1);
        CHECK_SEED(seed, hasty == AMBIT_PACKING_UNKNOWN || hasty == answer);
        seen[answer]++;
    }
    for (int answer = 0; answer < AMBIT_PACKING_UNKNOWN; answer++)
        CU_ASSERT(seen[answer] > 10);
}

static void known_packings(void)
{
    static const int64_t thirds[5] = {34, 34, 34, 34, 34}, halves[4] = {51, 51, 51, 1};
    static const int64_t same[3] = {100, 100, 100}, unlike[4] = {7, 120, 60, 3};
    static const int64_t odd[5] = {60, 50, 40, 20, 10};
    static const int64_t tight[6] = {27, 26, 24, 23, 20, 20}, two[2] = {70, 70};
    static const int64_t paired[8] = {50, 27, 26, 24, 23, 20, 20, 20}, three[3] = {70, 70, 70};
    CU_ASSERT_EQUAL(pack(thirds, 5, same, 3, 2, NODES), AMBIT_PACKING_IMPOSSIBLE);
    CU_ASSERT_EQUAL(pack(thirds, 5, same, 3, 3, NODES), AMBIT_PACKING_POSSIBLE);
    CU_ASSERT_EQUAL(pack(halves, 4, same, 3, 2, NODES), AMBIT_PACKING_IMPOSSIBLE);
    CU_ASSERT_EQUAL(pack(halves, 4, same, 3, 3, NODES), AMBIT_PACKING_POSSIBLE);
    CU_ASSERT_EQUAL(pack(halves, 4, same, 3, 1, NODES), AMBIT_PACKING_TOTAL_TOO_LARGE);
    CU_ASSERT_EQUAL(pack(odd, 5, unlike, 4, 2, NODES), AMBIT_PACKING_POSSIBLE); /* 180 into 180 */
    CU_ASSERT_EQUAL(pack(odd, 5, unlike, 4, 1, NODES), AMBIT_PACKING_TOTAL_TOO_LARGE);
    CU_ASSERT_EQUAL(pack(odd, 5, two, 2, 2, NODES), AMBIT_PACKING_TOTAL_TOO_LARGE);
    CU_ASSERT_EQUAL(pack(same, 3, unlike, 4, 3, NODES), AMBIT_PACKING_TOTAL_TOO_LARGE);
    /* Best fit fails; 27 + 23 + 20 and 26 + 24 + 20 need a search. */
    CU_ASSERT_EQUAL(pack(tight, 6, two, 2, 2, NODES), AMBIT_PACKING_POSSIBLE);
    CU_ASSERT_EQUAL(pack(tight, 6, two, 2, 2, 1), AMBIT_PACKING_UNKNOWN);
    CU_ASSERT_EQUAL(pack(paired, 8, three, 3, 3, NODES), AMBIT_PACKING_POSSIBLE);
}

static void packing_out_of_memory(void)
{
    static const int64_t demand[5] = {60, 50, 40, 20, 10}, capacity[3] = {100, 90, 80};
    enum ambit_packing answer;
    int32_t item;
    CHECK_FAULTS(ambit_packing_check(demand, 5, capacity, 3, 3, NODES, &answer, &item), (void)0);
}

/* Values of 0–10, weights of 0–30, some items alike. */
static void random_items(uint64_t seed, int32_t count, struct ambit_knapsack_item *item)
{
    for (int32_t k = 0; k < count; k++) {
        item[k] = (struct ambit_knapsack_item){uniform(seed, 40, k, 0.01, 10.0),
                                               draw(seed, 41, k, 0, 30), k, false};
        if (k % 5 == 4) {
            item[k].value = item[k - 1].value;
            item[k].weight = item[k - 1].weight;
        }
    }
}

static double knapsack_by_brute_force(const struct ambit_knapsack_item *item, int32_t count,
                                      int64_t capacity)
{
    double best = 0.0;
    for (unsigned set = 0; set < 1U << count; set++) {
        double value = 0.0;
        int64_t weight = 0;
        for (int32_t k = 0; k < count; k++) {
            if (!(set >> k & 1)) continue;
            value += item[k].value;
            weight += item[k].weight;
        }
        if (weight <= capacity) best = fmax(best, value);
    }
    return best;
}

/* What was marked is what was said, and fits; every item is still there. */
static void check_taken(uint64_t seed, const struct ambit_knapsack_item *item, int32_t count,
                        int64_t capacity, double said)
{
    double value = 0.0;
    int64_t weight = 0;
    unsigned ids = 0;
    for (int32_t k = 0; k < count; k++) {
        ids |= 1U << item[k].id;
        value += item[k].taken ? item[k].value : 0.0;
        weight += item[k].taken ? item[k].weight : 0;
    }
    CHECK_SEED(seed, ids == (1U << count) - 1);
    CHECK_SEED(seed, weight <= capacity);
    CHECK_SEED(seed, fabs(value - said) <= 1e-9);
}

static void knapsack_as_brute_force(void)
{
    int cut_short = 0;
    for (uint64_t seed = 1; seed <= repetitions(150); seed++) {
        struct ambit_knapsack_item item[ITEMS_MAX], again[ITEMS_MAX];
        const int32_t count = (int32_t)draw(seed, 42, 0, 0, ITEMS_MAX);
        const int64_t capacity = draw(seed, 43, 0, 0, 120);
        double value = -1.0, hasty = -1.0;
        random_items(seed, count, item);
        memcpy(again, item, sizeof again);
        const double best = knapsack_by_brute_force(item, count, capacity);
        const double bound = ambit_knapsack(item, count, capacity, NODES, &value);
        CHECK_SEED(seed, fabs(value - best) <= 1e-9);
        CHECK_SEED(seed, fabs(bound - best) <= 1e-9);
        check_taken(seed, item, count, capacity, value);
        const double loose = ambit_knapsack(again, count, capacity, 1, &hasty);
        CHECK_SEED(seed, loose >= best - 1e-9 && hasty <= best + 1e-9);
        check_taken(seed, again, count, capacity, hasty);
        cut_short += hasty < best - 1e-9;
        const double dantzig = ambit_knapsack_bound(again, count, capacity);
        CHECK_SEED(seed, dantzig >= best - 1e-9 && dantzig <= best + 10.0);
        CHECK_SEED(seed, loose <= dantzig + 1e-9);
    }
    CU_ASSERT(cut_short > 10);
}

/* More items than are sorted by insertion, whole values, against a table over the capacities. */
static void knapsack_of_many(void)
{
    enum { MANY = 150, ROOM = 400 };
    static struct ambit_knapsack_item item[MANY];
    for (uint64_t seed = 1; seed <= repetitions(10); seed++) {
        double table[ROOM + 1] = {0.0}, value = 0.0;
        for (int32_t k = 0; k < MANY; k++) {
            item[k] = (struct ambit_knapsack_item){(double)draw(seed, 44, k, 1, 99),
                                                   draw(seed, 45, k, 1, 40), k, false};
            for (int64_t room = ROOM; room >= item[k].weight; room--)
                table[room] = fmax(table[room], table[room - item[k].weight] + item[k].value);
        }
        const double bound = ambit_knapsack(item, MANY, ROOM, NODES, &value);
        CHECK_SEED(seed, value == table[ROOM]);
        CHECK_SEED(seed, bound == value);
    }
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"packing as by brute force, bins alike and not", packing_as_by_brute_force},
        {"packings of known answer", known_packings},
        {"packing when memory runs out", packing_out_of_memory},
        {"the knapsack as by brute force", knapsack_as_brute_force},
        {"the knapsack of many items", knapsack_of_many},
    };
    return ambit_test_main("packing", tests, AMBIT_TEST_COUNT(tests));
}
