/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What seeding takes of memory beside its caller's points: a process of its own, as a peak is that
 * of all that has gone before. */
#include "engine/base/memory.h"
#include "engine/run/seeding.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

enum { COUNT = 400000, STRIP = 4000, TERRITORIES = 100 };

struct nation {
    double *axis[2]; /* owned, like all */
    int64_t *weight;
    int32_t *label;
    double lower[TERRITORIES], upper[TERRITORIES];
};

/* Points in the unit square in the order of a snake through strips, all alike, with bands so wide
 * that nothing is to be mended. */
static void make_nation(struct nation *nation)
{
    must(ambit_alloc(&nation->axis[0], COUNT, sizeof(double)));
    must(ambit_alloc(&nation->axis[1], COUNT, sizeof(double)));
    must(ambit_alloc(&nation->weight, COUNT, sizeof(int64_t)));
    must(ambit_alloc(&nation->label, COUNT, sizeof(int32_t)));
    for (int n = 0; n < COUNT; n++) {
        const int strip = n / STRIP, along = n % STRIP;
        nation->axis[0][n] = (strip + uniform(5, 1, n, 0.0, 1.0)) * STRIP / COUNT;
        nation->axis[1][n] = (0.5 + (strip % 2 == 0 ? along : STRIP - 1 - along)) / STRIP;
        nation->weight[n] = (INT64_C(1) << 50) / COUNT;
    }
    for (int j = 0; j < TERRITORIES; j++) {
        nation->lower[j] = 0.5 * 0x1p50 / TERRITORIES;
        nation->upper[j] = 1.5 * 0x1p50 / TERRITORIES;
    }
}

static void clear_nation(struct nation *nation)
{
    ambit_free(&nation->axis[0]);
    ambit_free(&nation->axis[1]);
    ambit_free(&nation->weight);
    ambit_free(&nation->label);
}

/* Bytes a point at the peak, beside the nation. */
static double bytes_to_seed(struct nation *nation, bool connected)
{
    struct ambit_comm *comm = NULL;
    struct ambit_kmeans kmeans;
    struct ambit_kmeans_points points;
    struct ambit_seeding_outcome outcome;
    const double *const axis[3] = {nation->axis[0], nation->axis[1], NULL};
    const int64_t *const load[1] = {nation->weight};
    const int64_t before = ambit_memory_resident_bytes();
    must(ambit_comm_create_alone(&comm));
    must(ambit_kmeans_create(TERRITORIES, &kmeans));
    must(ambit_kmeans_points_create(axis, nation->weight, COUNT, &points));
    const struct ambit_seeding seeding = {.comm = comm,
                                          .points = &points,
                                          .axis = axis,
                                          .total = COUNT,
                                          .tolerance = 0.03,
                                          .measures = 1,
                                          .load = load,
                                          .lower = nation->lower,
                                          .upper = nation->upper,
                                          .connected = connected};
    must(ambit_seeding_run(&seeding, &kmeans, nation->label, &outcome));
    CU_ASSERT(outcome.repaired == connected && outcome.left == 0 && outcome.stray == 0);
    ambit_kmeans_points_clear(&points);
    ambit_kmeans_clear(&kmeans);
    ambit_comm_destroy(&comm);
    return (double)(ambit_memory_resident_peak_bytes() - before) / COUNT;
}

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
static const bool has_own_memory = true; /* of the sanitizer, for each of ours */
#else
static const bool has_own_memory = false;
#endif

/* A plain seed packs the points, and at most a quarter of them once more: 17 and 4 bytes. For one
 * piece all of so few come, 49 bytes each, and have their ten nearest and about six neighbours. */
static void seeding_takes_little(void)
{
    struct nation nation;
    make_nation(&nation);
    const double plain = bytes_to_seed(&nation, false);
    const double joined = bytes_to_seed(&nation, true);
    clear_nation(&nation);
    CU_ASSERT(has_own_memory || (plain > 16.0 && plain < 26.0));
    CU_ASSERT(has_own_memory || (joined > 100.0 && joined < 152.0));
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"seeding takes little memory", seeding_takes_little},
    };
    return ambit_test_main("seed_memory", tests, AMBIT_TEST_COUNT(tests));
}
