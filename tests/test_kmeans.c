/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Balanced k-means: labels and sums against brute force, influences, centres that stay. */
#include "solvers/kmeans.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

#include <omp.h>

enum { K_MAX = 40, N_MAX = 1000 };

/* Centres at the instance's territories, every fourth on the spot of the one before it. */
static void random_kmeans(const struct instance *instance, struct ambit_kmeans *kmeans)
{
    const int32_t k = instance->territories.count;
    must(ambit_kmeans_create(k, kmeans));
    for (int32_t j = 0; j < k; j++) {
        const int32_t from = j % 4 == 3 ? j - 1 : j;
        memcpy(&kmeans->position[3L * j], instance->territories.item[from].position,
               3 * sizeof(double));
        kmeans->influence[j] = uniform(instance->seed, 20, from, 0.3, 3.0);
    }
}

static void random_weights(const struct instance *instance, int64_t *weight_out)
{
    for (int32_t i = 0; i < instance->accounts.count; i++)
        weight_out[i] = (int64_t)uniform(instance->seed, 21, i, 0.0, 0x1p38);
}

static int32_t nearest_by_brute_force(const struct ambit_kmeans *kmeans,
                                      const struct ambit_accounts *accounts, int32_t i)
{
    const double place[3] = {accounts->x[i], accounts->y[i], accounts->z[i]};
    double least = INFINITY;
    int32_t nearest = -1;
    for (int32_t j = 0; j < kmeans->count; j++) {
        const double d = ambit_chord2(place, &kmeans->position[3L * j]) * kmeans->influence[j];
        if (d < least) {
            least = d;
            nearest = j;
        }
    }
    return nearest;
}

/* Weights add up exactly; weight × position is kept in 2^10 parts of a weight. */
static void check_sums(const struct instance *instance, const int64_t *weight, const int32_t *label,
                       const int64_t *sums)
{
    const struct ambit_accounts *const a = &instance->accounts;
    for (int32_t j = 0; j < instance->territories.count; j++) {
        int64_t total = 0;
        double at[3] = {0.0, 0.0, 0.0};
        for (int32_t i = 0; i < a->count; i++) {
            if (label[i] != j) continue;
            total += weight[i];
            at[0] += (double)weight[i] * a->x[i];
            at[1] += (double)weight[i] * a->y[i];
            at[2] += (double)weight[i] * a->z[i];
        }
        CHECK_SEED(instance->seed, sums[4L * j] == total);
        for (int d = 0; d < 3; d++) {
            const double found = (double)sums[4L * j + 1 + d] / 1024.0;
            CHECK_SEED(instance->seed, fabs(found - at[d]) <= 1.0 + 1e-10 * (double)total);
        }
    }
}

static void labels_as_by_brute_force(void)
{
    static int64_t weight[N_MAX];
    static int32_t label[N_MAX];
    for (uint64_t seed = 1; seed <= repetitions(30); seed++) {
        struct instance instance;
        struct ambit_kmeans kmeans;
        const int32_t n = 1 + (int32_t)ambit_random_below(seed, 30, 0, N_MAX);
        const int32_t k = 1 + (int32_t)ambit_random_below(seed, 30, 1, K_MAX);
        int64_t sums[4 * K_MAX] = {0};
        instance_create(seed, n, k, &instance);
        random_kmeans(&instance, &kmeans);
        random_weights(&instance, weight);
        must(ambit_kmeans_pass(&kmeans, &instance.accounts, weight, label, sums));
        int wrong = 0;
        for (int32_t i = 0; i < n; i++)
            wrong += label[i] != nearest_by_brute_force(&kmeans, &instance.accounts, i);
        CHECK_SEED(seed, wrong == 0);
        check_sums(&instance, weight, label, sums);
        ambit_kmeans_clear(&kmeans);
        instance_clear(&instance);
    }
}

/* Blocks whose box is a point: what can be nearest to it is then decided to the last bit. */
static void labels_on_one_spot(void)
{
    static int32_t label[N_MAX];
    static const int64_t weight[N_MAX];
    for (uint64_t seed = 1; seed <= repetitions(30); seed++) {
        struct instance instance;
        struct ambit_kmeans kmeans;
        int64_t sums[4 * K_MAX] = {0};
        instance_create(seed, 300, K_MAX, &instance);
        struct ambit_accounts *const a = &instance.accounts;
        for (int32_t i = 0; i < 300; i++) {
            a->x[i] = a->x[i / 150];
            a->y[i] = a->y[i / 150];
            a->z[i] = a->z[i / 150];
        }
        random_kmeans(&instance, &kmeans);
        must(ambit_kmeans_pass(&kmeans, a, weight, label, sums));
        for (int32_t i = 0; i < 300; i++)
            CHECK_SEED(seed, label[i] == nearest_by_brute_force(&kmeans, a, i));
        ambit_kmeans_clear(&kmeans);
        instance_clear(&instance);
    }
}

/* The same labels and sums from two slices and one thread as from the whole and three. */
static void slices_and_threads_do_not_matter(void)
{
    static int64_t weight[N_MAX];
    static int32_t label[N_MAX], parts_label[N_MAX];
    struct instance instance, half[2];
    struct ambit_kmeans kmeans;
    int64_t sums[4 * 9] = {0}, parts[4 * 9] = {0};
    const int threads = omp_get_max_threads();
    const int32_t cut = 391;
    instance_create(5, N_MAX, 9, &instance);
    random_kmeans(&instance, &kmeans);
    random_weights(&instance, weight);
    omp_set_num_threads(3);
    must(ambit_kmeans_pass(&kmeans, &instance.accounts, weight, label, sums));
    omp_set_num_threads(1);
    instance_slice(&instance, 0, cut, &half[0]);
    instance_slice(&instance, cut, N_MAX, &half[1]);
    must(ambit_kmeans_pass(&kmeans, &half[0].accounts, weight, parts_label, parts));
    must(ambit_kmeans_pass(&kmeans, &half[1].accounts, &weight[cut], &parts_label[cut], parts));
    omp_set_num_threads(threads);
    CU_ASSERT(memcmp(label, parts_label, sizeof label) == 0);
    CU_ASSERT(memcmp(sums, parts, sizeof sums) == 0);
    ambit_kmeans_clear(&kmeans);
    instance_clear(&half[0]);
    instance_clear(&half[1]);
    instance_clear(&instance);
}

static void loads_come_near_their_shares(void)
{
    static int64_t weight[N_MAX];
    static int32_t label[N_MAX];
    for (uint64_t seed = 1; seed <= repetitions(4); seed++) {
        struct instance instance;
        struct ambit_kmeans kmeans;
        double worst = INFINITY, sum = 0.0;
        int64_t sums[4 * 6];
        instance_create(seed, N_MAX, 6, &instance);
        must(ambit_kmeans_create(6, &kmeans));
        for (int32_t j = 0; j < 6; j++) {
            memcpy(&kmeans.position[3L * j], instance.territories.item[j].position,
                   3 * sizeof(double));
            kmeans.share[j] = instance.territories.item[j].capacity;
            sum += kmeans.share[j];
        }
        for (int32_t j = 0; j < 6; j++)
            kmeans.share[j] /= sum;
        instance_compile(&instance);
        ambit_kmeans_weights(&instance.problem, NULL, weight);
        for (int pass = 0; pass < 150 && worst > 0.03; pass++) {
            memset(sums, 0, sizeof sums);
            must(ambit_kmeans_pass(&kmeans, &instance.accounts, weight, label, sums));
            worst = ambit_kmeans_update(&kmeans, sums, pass % 10 == 9 && pass < 60);
        }
        CHECK_SEED(seed, worst <= 0.05);
        double found = 0.0; /* what the update says is what the labels say */
        for (int32_t j = 0; j < 6; j++) {
            int32_t count = 0;
            for (int32_t i = 0; i < N_MAX; i++)
                count += label[i] == j;
            found = fmax(found, fabs(count / (kmeans.share[j] * N_MAX) - 1.0));
        }
        CHECK_SEED(seed, fabs(found - worst) < 1e-9);
        ambit_kmeans_clear(&kmeans);
        instance_clear(&instance);
    }
}

static void influences_follow_the_loads(void)
{
    struct ambit_kmeans kmeans;
    /* Loads 2, 1.0404, 0.98 and 0 where 1.0051 is wanted of each. */
    const int64_t sums[4 * 4] = {2000000, 0, 0, 0, 1040400, 0, 0, 0, 980000, 0, 0, 0, 0, 0, 0, 0};
    must(ambit_kmeans_create(4, &kmeans));
    const double wanted = 4020400.0 / 4.0;
    kmeans.influence[1] = 2.0;
    CU_ASSERT_DOUBLE_EQUAL(ambit_kmeans_update(&kmeans, sums, false), 1.0, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.influence[0], 1.1, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.influence[1], 2.0 * sqrt(1040400.0 / wanted), 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.influence[2], sqrt(980000.0 / wanted), 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.influence[3], 1.0 / 1.1, 1e-15);
    ambit_kmeans_clear(&kmeans);
}

static void fixed_centres_stay(void)
{
    struct ambit_kmeans kmeans;
    const int64_t sums[3 * 4] = {10, 3, 0, 4, 10, 0, 7, 0, 0, 0, 0, 0};
    must(ambit_kmeans_create(3, &kmeans));
    kmeans.position[0] = 1.0;
    kmeans.position[3] = 1.0;
    kmeans.position[8] = 1.0;
    kmeans.fixed[1] = true;
    (void)ambit_kmeans_update(&kmeans, sums, false);
    CU_ASSERT_EQUAL(kmeans.position[0], 1.0);
    (void)ambit_kmeans_update(&kmeans, sums, true);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.position[0], 0.6, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.position[1], 0.0, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.position[2], 0.8, 1e-15);
    CU_ASSERT_EQUAL(kmeans.position[3], 1.0);
    CU_ASSERT_EQUAL(kmeans.position[4], 0.0);
    /* A centre without accounts stays where it is. */
    CU_ASSERT_EQUAL(kmeans.position[8], 1.0);
    ambit_kmeans_clear(&kmeans);
}

/* The mean of an account's parts of the totals, over two-sided relative rules with a total. */
static void weights_by_rules(void)
{
    struct instance instance;
    int64_t weight[3];
    const int64_t total[AMBIT_RULE_MAX] = {8000000, 5, 4000000, 0};
    instance_create(1, 3, 2, &instance);
    for (int i = 0; i < 3; i++) {
        instance.accounts.column[WORKLOAD][i] = 1000000;
        instance.accounts.column[POTENTIAL][i] = i * 1000000;
    }
    instance_relative(&instance, HOURS, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    instance_relative(&instance, WORTH, AMBIT_TARGET_EQUAL, 0.0, 1.1); /* one-sided: not counted */
    instance_relative(&instance, WORTH, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    instance_relative(&instance, TRAVEL, AMBIT_TARGET_EQUAL, 0.9, 1.1); /* total 0: not counted */
    instance_compile(&instance);
    ambit_kmeans_weights(&instance.problem, total, weight);
    CU_ASSERT_EQUAL(weight[0], INT64_C(1) << 46);
    CU_ASSERT_EQUAL(weight[1], (INT64_C(1) << 46) + (INT64_C(1) << 47));
    CU_ASSERT_EQUAL(weight[2], (INT64_C(1) << 46) + (INT64_C(1) << 48));
    instance.accounts.total = 1 << 20;
    instance.problem.rule_count = 0;
    ambit_kmeans_weights(&instance.problem, total, weight);
    CU_ASSERT_EQUAL(weight[2], INT64_C(1) << 30);
    instance.problem.rule_count = 4;
    instance_clear(&instance);
}

static void out_of_memory(void)
{
    struct instance instance;
    struct ambit_kmeans kmeans;
    int64_t weight[50] = {0}, sums[12] = {0};
    int32_t label[50];
    instance_create(1, 50, 3, &instance);
    CHECK_FAULTS(ambit_kmeans_create(3, &kmeans), ambit_kmeans_clear(&kmeans));
    random_kmeans(&instance, &kmeans);
    random_weights(&instance, weight);
    CHECK_FAULTS(ambit_kmeans_pass(&kmeans, &instance.accounts, weight, label, sums), (void)0);
    /* Only the pass that succeeded has added anything. */
    int64_t expected = 0;
    for (int i = 0; i < 50; i++)
        expected += weight[i];
    CU_ASSERT_EQUAL(sums[0] + sums[4] + sums[8], expected);
    ambit_kmeans_clear(&kmeans);
    instance_clear(&instance);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"labels and sums as by brute force", labels_as_by_brute_force},
        {"labels of accounts on one spot", labels_on_one_spot},
        {"slices and threads do not matter", slices_and_threads_do_not_matter},
        {"loads come near their shares", loads_come_near_their_shares},
        {"influences follow the loads, a tenth at most", influences_follow_the_loads},
        {"fixed centres stay, free ones go to their centroid", fixed_centres_stay},
        {"weights by rules", weights_by_rules},
        {"passes when memory runs out", out_of_memory},
    };
    return ambit_test_main("kmeans", tests, AMBIT_TEST_COUNT(tests));
}
