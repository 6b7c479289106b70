/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Balanced k-means: labels and sums against brute force, on every kernel; influences; seeding and
 * the repair of bands. */
#include "engine/base/memory.h"
#include "engine/run/seeding.h"
#include "solvers/kmeans.h"
#include "solvers/seed_graph.h"
#include "solvers/seed_repair.h"
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

static void pack(const struct instance *instance, const int64_t *weight,
                 struct ambit_kmeans_points *points)
{
    const struct ambit_accounts *const a = &instance->accounts;
    const double *const axis[3] = {a->x, a->y, a->z};
    must(ambit_kmeans_points_create(axis, weight, a->count, points));
}

/* In single precision, operation by operation as the kernels. */
static int32_t nearest_by_brute_force(const struct ambit_kmeans *kmeans,
                                      const struct ambit_accounts *accounts, int32_t i)
{
    const float place[3] = {(float)accounts->x[i], (float)accounts->y[i], (float)accounts->z[i]};
    float least = INFINITY;
    int32_t nearest = -1;
    for (int32_t j = 0; j < kmeans->count; j++) {
        const double *const c = &kmeans->position[3L * j];
        const float dx = place[0] - (float)c[0], dy = place[1] - (float)c[1];
        const float dz = place[2] - (float)c[2];
        const float d = (dx * dx + dy * dy + dz * dz) * (float)kmeans->influence[j];
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
            CHECK_SEED(instance->seed, fabs(found - at[d]) <= 1.0 + 1e-7 * (double)total);
        }
    }
}

static void check_kernels(const struct instance *instance, const struct ambit_kmeans *kmeans,
                          const int64_t *weight)
{
    static int32_t label[N_MAX];
    struct ambit_kmeans_points points;
    const struct ambit_accounts *const a = &instance->accounts;
    pack(instance, weight, &points);
    for (int index = 0; index < ambit_kmeans_kernel_count(); index++) {
        const struct ambit_kmeans_kernel *const kernel = ambit_kmeans_kernel_at(index);
        int64_t sums[4 * K_MAX] = {0}, weights[4 * K_MAX] = {0};
        int wrong = 0;
        if (kernel == NULL) continue;
        must(ambit_kmeans_pass(kmeans, &points, kernel, true, label, sums));
        must(ambit_kmeans_pass(kmeans, &points, kernel, false, NULL, weights));
        for (int32_t i = 0; i < a->count; i++)
            wrong += label[i] != nearest_by_brute_force(kmeans, a, i);
        CHECK_SEED(instance->seed, wrong == 0);
        check_sums(instance, weight, label, sums);
        for (int32_t j = 0; j < kmeans->count; j++)
            CHECK_SEED(instance->seed, weights[4L * j] == sums[4L * j]);
    }
    ambit_kmeans_points_clear(&points);
}

static void labels_as_by_brute_force(void)
{
    static int64_t weight[N_MAX];
    for (uint64_t seed = 1; seed <= repetitions(30); seed++) {
        struct instance instance;
        struct ambit_kmeans kmeans;
        const int32_t n = 1 + (int32_t)ambit_random_below(seed, 30, 0, N_MAX);
        const int32_t k = 1 + (int32_t)ambit_random_below(seed, 30, 1, K_MAX);
        instance_create(seed, n, k, &instance);
        random_kmeans(&instance, &kmeans);
        random_weights(&instance, weight);
        check_kernels(&instance, &kmeans, weight);
        ambit_kmeans_clear(&kmeans);
        instance_clear(&instance);
    }
}

/* Blocks whose box is a point: what can be nearest to it is then decided to the last bit. */
static void labels_on_one_spot(void)
{
    static const int64_t weight[N_MAX];
    for (uint64_t seed = 1; seed <= repetitions(30); seed++) {
        struct instance instance;
        struct ambit_kmeans kmeans;
        instance_create(seed, 300, K_MAX, &instance);
        struct ambit_accounts *const a = &instance.accounts;
        for (int32_t i = 0; i < 300; i++) {
            a->x[i] = a->x[i / 150];
            a->y[i] = a->y[i / 150];
            a->z[i] = a->z[i / 150];
        }
        random_kmeans(&instance, &kmeans);
        check_kernels(&instance, &kmeans, weight);
        ambit_kmeans_clear(&kmeans);
        instance_clear(&instance);
    }
}

static void samples_of_slices_are_those_of_the_whole(const struct ambit_kmeans_points *whole,
                                                     const struct ambit_kmeans_points part[2],
                                                     int32_t cut)
{
    for (int64_t stride = 2; stride <= 256; stride *= 2) {
        struct ambit_kmeans_points all, first, second;
        must(ambit_kmeans_points_sample(whole, 0, stride, &all));
        must(ambit_kmeans_points_sample(&part[0], 0, stride, &first));
        must(ambit_kmeans_points_sample(&part[1], cut, stride, &second));
        CU_ASSERT_EQUAL(all.count, (N_MAX + stride - 1) / stride);
        CU_ASSERT_EQUAL(all.count, first.count + second.count);
        for (int32_t i = 0; i < all.count; i++) {
            const struct ambit_kmeans_points *const from = i < first.count ? &first : &second;
            const int32_t at = i < first.count ? i : i - first.count;
            CU_ASSERT(all.weight[i] == from->weight[at] && all.axis[0][i] == from->axis[0][at]);
        }
        ambit_kmeans_points_clear(&all);
        ambit_kmeans_points_clear(&first);
        ambit_kmeans_points_clear(&second);
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
    struct ambit_kmeans_points whole, part[2];
    const struct ambit_kmeans_kernel *const best = ambit_kmeans_kernel_best();
    omp_set_num_threads(3);
    pack(&instance, weight, &whole);
    must(ambit_kmeans_pass(&kmeans, &whole, best, true, label, sums));
    omp_set_num_threads(1);
    instance_slice(&instance, 0, cut, &half[0]);
    instance_slice(&instance, cut, N_MAX, &half[1]);
    pack(&half[0], weight, &part[0]);
    pack(&half[1], &weight[cut], &part[1]);
    must(ambit_kmeans_pass(&kmeans, &part[0], best, true, parts_label, parts));
    must(ambit_kmeans_pass(&kmeans, &part[1], best, true, &parts_label[cut], parts));
    omp_set_num_threads(threads);
    samples_of_slices_are_those_of_the_whole(&whole, part, cut);
    ambit_kmeans_points_clear(&whole);
    ambit_kmeans_points_clear(&part[0]);
    ambit_kmeans_points_clear(&part[1]);
    CU_ASSERT(memcmp(label, parts_label, sizeof label) == 0);
    CU_ASSERT(memcmp(sums, parts, sizeof sums) == 0);
    ambit_kmeans_clear(&kmeans);
    instance_clear(&half[0]);
    instance_clear(&half[1]);
    instance_clear(&instance);
}

static void influences_follow_the_loads(void)
{
    struct ambit_kmeans kmeans;
    /* Loads 2, 1.0404, 0.98 and 0 where 1.0051 is wanted of each. */
    const int64_t sums[4 * 4] = {2000000, 0, 0, 0, 1040400, 0, 0, 0, 980000, 0, 0, 0, 0, 0, 0, 0};
    must(ambit_kmeans_create(4, &kmeans));
    const double wanted = 4020400.0 / 4.0;
    kmeans.influence[1] = 2.0;
    CU_ASSERT_DOUBLE_EQUAL(ambit_kmeans_worst(&kmeans, sums), 1.0, 1e-12);
    ambit_kmeans_balance(&kmeans, sums);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.influence[0], exp(0.1), 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.influence[1], 2.0 * sqrt(1040400.0 / wanted), 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.influence[2], sqrt(980000.0 / wanted), 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.influence[3], exp(-0.1), 1e-15);
    ambit_kmeans_balance(&kmeans, sums); /* with momentum: one and a half times as far */
    CU_ASSERT_DOUBLE_EQUAL(kmeans.influence[2], pow(980000.0 / wanted, 1.25), 1e-14);
    ambit_kmeans_rest(&kmeans);
    const double before = kmeans.influence[2];
    ambit_kmeans_balance(&kmeans, sums);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.influence[2], before * sqrt(980000.0 / wanted), 1e-14);
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
    ambit_kmeans_balance(&kmeans, sums);
    CU_ASSERT_EQUAL(kmeans.position[0], 1.0);
    ambit_kmeans_recentre(&kmeans, false, sums);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.position[0], 0.6, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.position[1], 0.0, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.position[2], 0.8, 1e-15);
    CU_ASSERT_EQUAL(kmeans.position[3], 1.0);
    CU_ASSERT_EQUAL(kmeans.position[4], 0.0);
    /* A centre without accounts stays where it is. */
    CU_ASSERT_EQUAL(kmeans.position[8], 1.0);
    /* In a plane, the mean. */
    ambit_kmeans_recentre(&kmeans, true, sums);
    CU_ASSERT_DOUBLE_EQUAL(kmeans.position[0], 0.3 / 1024.0, 1e-15);
    CU_ASSERT_EQUAL(kmeans.position[2], 0.0);
    ambit_kmeans_clear(&kmeans);
}

/* ---- seeding ---- */

enum { SEED_N = 6000, SEED_K_MAX = 30, BANDED = 3 };
/* Nations that are seeded: the first alone under the address sanitizer, which is ten times as slow;
 * all of them take the same paths. */
#ifdef __SANITIZE_ADDRESS__
enum { NATIONS = 1 };
#else
enum { NATIONS = 3 };
#endif

/* Points in the unit square in the order of a snake, with loads that grow more uneven with `lumps`;
 * every measure sums to about 2^40. */
struct nation {
    double axis[2][SEED_N];
    int64_t load[BANDED][SEED_N];
    double lower[SEED_K_MAX * BANDED], upper[SEED_K_MAX * BANDED];
    int32_t territories;
    int32_t label[SEED_N];
};

static void make_nation(uint64_t seed, double lumps, int measures, int32_t territories,
                        struct nation *nation)
{
    double total[BANDED] = {0.0};
    nation->territories = territories;
    for (int32_t i = 0; i < SEED_N; i++) {
        const int32_t row = i / 100, column = row % 2 == 0 ? i % 100 : 99 - i % 100;
        nation->axis[0][i] = (column + uniform(seed, 40, i, 0.0, 1.0)) / 100.0;
        nation->axis[1][i] = (row + uniform(seed, 41, i, 0.0, 1.0)) / 60.0;
        for (int m = 0; m < measures; m++) {
            const double draw = uniform(seed, 42 + (uint64_t)m, i, 1e-3, 1.0);
            nation->load[m][i] = llrint(0x1p40 / SEED_N * pow(draw, -lumps));
            total[m] += (double)nation->load[m][i];
        }
    }
    for (int at = 0; at < territories * measures; at++) {
        nation->lower[at] = 0.97 * total[at % measures] / territories;
        nation->upper[at] = 1.03 * total[at % measures] / territories;
    }
}

static void seed_nation(struct nation *nation, int measures, bool repaired,
                        struct ambit_seeding_outcome *outcome)
{
    struct ambit_comm *comm = NULL;
    struct ambit_kmeans kmeans;
    struct ambit_kmeans_points points;
    static int64_t weight[SEED_N];
    const double *const axis[3] = {nation->axis[0], nation->axis[1], NULL};
    const int64_t *const load[BANDED] = {nation->load[0], nation->load[1], nation->load[2]};
    for (int32_t i = 0; i < SEED_N; i++) {
        weight[i] = 0;
        for (int m = 0; m < measures; m++)
            weight[i] += nation->load[m][i];
    }
    must(ambit_comm_create_alone(&comm));
    must(ambit_kmeans_create(nation->territories, &kmeans));
    must(ambit_kmeans_points_create(axis, weight, SEED_N, &points));
    const struct ambit_seeding seeding = {.comm = comm,
                                          .points = &points,
                                          .axis = axis,
                                          .total = SEED_N,
                                          .tolerance = 0.03,
                                          .measures = repaired ? measures : 0,
                                          .load = load,
                                          .lower = nation->lower,
                                          .upper = nation->upper};
    must(ambit_seeding_run(&seeding, &kmeans, nation->label, outcome));
    ambit_kmeans_points_clear(&points);
    ambit_kmeans_clear(&kmeans);
    ambit_comm_destroy(&comm);
}

/* Territories outside a limit. */
static int count_outside(const struct nation *nation, int measures)
{
    int outside = 0;
    for (int32_t j = 0; j < nation->territories; j++) {
        bool out = false;
        for (int m = 0; m < measures; m++) {
            double load = 0.0;
            for (int32_t i = 0; i < SEED_N; i++)
                load += nation->label[i] == j ? (double)nation->load[m][i] : 0.0;
            out |= load < nation->lower[j * measures + m] || load > nation->upper[j * measures + m];
        }
        outside += out;
    }
    return outside;
}

/* Sum of weight × squared distance to the centroids. */
static double squares(const struct nation *nation, const int32_t *label)
{
    double sum[SEED_K_MAX][3] = {{0.0}}, value = 0.0;
    for (int32_t i = 0; i < SEED_N; i++) {
        const double weight = (double)nation->load[0][i];
        sum[label[i]][0] += weight;
        sum[label[i]][1] += weight * nation->axis[0][i];
        sum[label[i]][2] += weight * nation->axis[1][i];
    }
    for (int32_t i = 0; i < SEED_N; i++) {
        const double *const s = sum[label[i]];
        const double dx = nation->axis[0][i] - s[1] / s[0], dy = nation->axis[1][i] - s[2] / s[0];
        value += (double)nation->load[0][i] * (dx * dx + dy * dy);
    }
    return value;
}

/* Pieces of all territories, on the graph that the repair sees. */
static int count_pieces(const struct nation *nation)
{
    static double place[3 * SEED_N];
    static int32_t queue[SEED_N];
    static bool seen[SEED_N];
    struct ambit_seed_graph graph;
    int pieces = 0;
    memset(seen, 0, sizeof seen);
    for (int32_t i = 0; i < SEED_N; i++) {
        place[3 * i] = nation->axis[0][i];
        place[3 * i + 1] = nation->axis[1][i];
    }
    must(ambit_seed_graph_create(place, SEED_N, &graph));
    for (int32_t i = 0; i < SEED_N; i++) {
        int32_t count = 0;
        if (seen[i]) continue;
        pieces++;
        seen[i] = true;
        queue[count++] = i;
        for (int32_t n = 0; n < count; n++) {
            for (int64_t e = graph.row[queue[n]]; e < graph.row[queue[n] + 1]; e++) {
                const int32_t other = graph.column[e];
                if (seen[other] || nation->label[other] != nation->label[i]) continue;
                seen[other] = true;
                queue[count++] = other;
            }
        }
    }
    ambit_seed_graph_clear(&graph);
    return pieces;
}

/* A grid of 4 × 3 rectangles is about balanced here, and not bad. */
static void seeds_are_balanced_and_compact(void)
{
    static struct nation nation;
    static int32_t grid[SEED_N];
    for (uint64_t seed = 1; seed <= repetitions(NATIONS); seed++) {
        struct ambit_seeding_outcome outcome;
        make_nation(seed, 0.0, 1, 12, &nation);
        seed_nation(&nation, 1, false, &outcome);
        CHECK_SEED(seed, outcome.worst <= 0.03 && !outcome.repaired);
        CHECK_SEED(seed, count_outside(&nation, 1) == 0);
        for (int32_t i = 0; i < SEED_N; i++)
            grid[i] = (int32_t)(4.0 * nation.axis[0][i]) + 4 * (int32_t)(3.0 * nation.axis[1][i]);
        CHECK_SEED(seed, squares(&nation, nation.label) < 1.03 * squares(&nation, grid));
    }
}

static void lumpy_seeds_are_repaired(void)
{
    static struct nation nation;
    const uint64_t nations = repetitions(NATIONS + 1);
    uint64_t unmended = 0;
    int repaired = 0;
    for (uint64_t seed = 1; seed <= nations; seed++) {
        struct ambit_seeding_outcome outcome;
        make_nation(seed, 1.0, 1, 30, &nation);
        seed_nation(&nation, 1, false, &outcome);
        const double before = squares(&nation, nation.label);
        seed_nation(&nation, 1, true, &outcome);
        CHECK_SEED(seed, (outcome.left == 0) == (count_outside(&nation, 1) == 0));
        CHECK_SEED(seed, squares(&nation, nation.label) < 1.1 * before);
        unmended += outcome.left > 0;
        repaired += outcome.repaired;
    }
    CU_ASSERT(20 * unmended <= nations); /* none of a few, some where many are tried */
    CU_ASSERT(repaired > 0);
}

static void three_measures_at_once(void)
{
    static struct nation nation;
    static int32_t again[SEED_N];
    for (uint64_t seed = 1; seed <= repetitions(NATIONS); seed++) {
        struct ambit_seeding_outcome outcome;
        const int threads = omp_get_max_threads();
        make_nation(seed, 0.35, BANDED, 12, &nation);
        seed_nation(&nation, BANDED, false, &outcome);
        const double before = squares(&nation, nation.label);
        const int pieces = count_pieces(&nation);
        CHECK_SEED(seed, count_outside(&nation, BANDED) > 0);
        omp_set_num_threads(1);
        seed_nation(&nation, BANDED, true, &outcome);
        CHECK_SEED(seed, outcome.repaired && outcome.left == 0);
        CHECK_SEED(seed, count_outside(&nation, BANDED) == 0);
        CHECK_SEED(seed, squares(&nation, nation.label) < 1.1 * before);
        CHECK_SEED(seed, count_pieces(&nation) <= pieces);
        memcpy(again, nation.label, sizeof again);
        omp_set_num_threads(3);
        seed_nation(&nation, BANDED, true, &outcome);
        omp_set_num_threads(threads);
        CHECK_SEED(seed, memcmp(again, nation.label, sizeof again) == 0);
    }
}

/* A column of points, one apart; the middle one is held, and the limits ask for more at one side.
 */
static void repairs_respect_pieces_and_held_accounts(void)
{
    enum { COUNT = 9 };
    double place[3 * COUNT] = {0}, weight[COUNT];
    bool held[COUNT] = {false};
    int64_t load[COUNT], total[2] = {5, 4};
    int32_t label[COUNT];
    struct ambit_seed_repair_outcome outcome;
    const double centre[6] = {2.0, 0.0, 0.0, 7.0, 0.0, 0.0};
    const double lower[2] = {2.9, 5.8}, upper[2] = {3.1, 6.2};
    for (int i = 0; i < COUNT; i++) {
        place[3 * i] = i;
        weight[i] = 1.0;
        load[i] = 1;
        label[i] = i >= 5;
    }
    struct ambit_seed_repair repair = {.count = COUNT,
                                       .place = place,
                                       .weight = weight,
                                       .held = held,
                                       .load = load,
                                       .measures = 1,
                                       .territories = 2,
                                       .centre = centre,
                                       .lower = lower,
                                       .upper = upper,
                                       .total_inout = total,
                                       .label_inout = label};
    held[4] = true;
    must(ambit_seed_repair(&repair, &outcome));
    CU_ASSERT_EQUAL(outcome.outside, 2);
    CU_ASSERT_EQUAL(total[0], 5);
    held[4] = false;
    must(ambit_seed_repair(&repair, &outcome));
    CU_ASSERT_EQUAL(outcome.outside, 0);
    CU_ASSERT(total[0] == 3 && total[1] == 6);
    for (int i = 0; i < COUNT; i++)
        CU_ASSERT_EQUAL(label[i], i >= 3);
    total[0] = 5;
    total[1] = 4;
    for (int i = 0; i < COUNT; i++)
        label[i] = i >= 5;
    CHECK_FAULTS(ambit_seed_repair(&repair, &outcome), (void)0);
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
    const double *const axis[3] = {instance.accounts.x, instance.accounts.y, instance.accounts.z};
    struct ambit_kmeans_points points;
    CHECK_FAULTS(ambit_kmeans_points_create(axis, weight, 50, &points),
                 ambit_kmeans_points_clear(&points));
    pack(&instance, weight, &points);
    CHECK_FAULTS(ambit_kmeans_pass(&kmeans, &points, ambit_kmeans_kernel_best(), true, label, sums),
                 (void)0);
    ambit_kmeans_points_clear(&points);
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
        {"influences follow the loads, a tenth at most", influences_follow_the_loads},
        {"fixed centres stay, free ones go to their centroid", fixed_centres_stay},
        {"weights by rules", weights_by_rules},
        {"seeds are balanced and compact", seeds_are_balanced_and_compact},
        {"lumpy seeds are repaired", lumpy_seeds_are_repaired},
        {"three measures at once", three_measures_at_once},
        {"repairs respect pieces and held accounts", repairs_respect_pieces_and_held_accounts},
        {"passes when memory runs out", out_of_memory},
    };
    return ambit_test_main("kmeans", tests, AMBIT_TEST_COUNT(tests));
}
