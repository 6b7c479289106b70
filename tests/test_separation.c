/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Centres that keep a distance: who must move, by hand; where they go, against a look at all. */
#include "engine/run/judge_rules.h"
#include "engine/run/separate.h"
#include "solvers/separation.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

enum { ACCOUNTS = 300, TERRITORIES = 12 };

static double km_between(const double a[3], const double b[3])
{
    return ambit_km_from_chord2(ambit_chord2(a, b));
}

/* Centres on the equator, at degrees of longitude of 111.19 km. */
static void on_the_equator(const double *degrees, const char *kinds, int32_t count,
                           struct ambit_territory *item)
{
    for (int32_t j = 0; j < count; j++) {
        item[j] = (struct ambit_territory){.centre_kind = kinds[j] == 'h' ? AMBIT_CENTRE_HOME
                                                                          : AMBIT_CENTRE_MEDIAN,
                                           .centre_account = -1};
        ambit_unit_from_degrees(0.0, degrees[j], item[j].position);
    }
}

/* 150 km asked for: 1 gives way to the home 5, 3 to 2, and 4 stays, for 3 has gone. */
static void first_come_first_served(void)
{
    static const double degrees[] = {0.0, 9.0, 3.0, 4.0, 5.0, 10.0, 10.5};
    struct ambit_territory item[7];
    const struct ambit_territories territories = {.count = 7, .item = item};
    bool must_move[7];
    on_the_equator(degrees, "mmmmmhh", 7, item);
    CU_ASSERT_EQUAL(ambit_separation_find(&territories, ambit_separation_chord2(150.0), must_move),
                    2);
    for (int j = 0; j < 7; j++)
        CU_ASSERT_EQUAL(must_move[j], j == 1 || j == 3);
    CU_ASSERT(ambit_separation_too_near(&territories, 3, ambit_separation_chord2(150.0),
                                        item[3].position));
    CU_ASSERT_FALSE(ambit_separation_too_near(&territories, 0, ambit_separation_chord2(150.0),
                                              item[0].position));
}

/* What stands at just the distance stands; the judge's kilometres agree with the chord. */
static void the_distance_itself(void)
{
    static const double degrees[] = {0.0, 1.0};
    struct ambit_territory item[2];
    const struct ambit_territories territories = {.count = 2, .item = item};
    bool must_move[2];
    on_the_equator(degrees, "mm", 2, item);
    const double km = km_between(item[0].position, item[1].position);
    CU_ASSERT_DOUBLE_EQUAL(km, 111.195, 0.001);
    CU_ASSERT_EQUAL(
        ambit_separation_find(&territories, ambit_separation_chord2(km * (1.0 - 1e-8)), must_move),
        0);
    CU_ASSERT_EQUAL(
        ambit_separation_find(&territories, ambit_separation_chord2(km * (1.0 + 1e-8)), must_move),
        1);
}

/* A pair too near of which one is free is broken, homes are only counted, the nearest is named. */
static void judged_by_hand(void)
{
    static const double degrees[] = {0.0, 9.0, 3.0, 4.0, 5.0, 10.0, 10.5};
    struct ambit_territory item[7];
    struct ambit_job job = {.territories = {.count = 7, .item = item}};
    struct ambit_result_separation found;
    job.scenario.separation.km = 150.0;
    on_the_equator(degrees, "mmmmmhh", 7, item);
    must(ambit_judge_separation(&job, &found));
    CU_ASSERT_EQUAL(found.broken_count, 3); /* 2–3, 3–4, 1–5; 1–6 is 166.8 km */
    CU_ASSERT_EQUAL(found.home_count, 1);
    CU_ASSERT_DOUBLE_EQUAL(found.least_km, 111.195, 0.001);
    CU_ASSERT(found.first == 1 || found.first == 2 || found.first == 3);
    job.scenario.separation.km = 50.0;
    must(ambit_judge_separation(&job, &found));
    CU_ASSERT_EQUAL(found.broken_count + found.home_count, 0);
    on_the_equator(degrees, "hhhhhhh", 7, item);
    must(ambit_judge_separation(&job, &found));
    CU_ASSERT_EQUAL(found.first, -1);
    CU_ASSERT(isnan(found.least_km));
}

static void draw(uint64_t seed, struct instance *instance, struct ambit_job *job,
                 struct ambit_comm *comm, double km)
{
    struct ambit_run_options options;
    ambit_run_options_init(&options);
    instance_create(seed, ACCOUNTS, TERRITORIES, instance);
    instance_compile(instance);
    ambit_job_init(job, comm, &options);
    job->scenario = instance->scenario;
    job->scenario.separation.km = km;
    job->accounts = instance->accounts;
    job->territories = instance->territories;
    job->problem = instance->problem;
    job->problem.scenario = &job->scenario;
    job->problem.accounts = &job->accounts;
    job->problem.territories = &job->territories;
    for (int32_t j = 3; j < TERRITORIES; j++) {
        struct ambit_territory *const t = &job->territories.item[j];
        t->centre_kind = j % 2 == 0 ? AMBIT_CENTRE_MEDIAN : AMBIT_CENTRE_CENTROID;
        t->has_home = false;
    }
}

/* Whoever moves goes to an account of its own where one keeps the distance, and nobody who need not
 * move does. */
static void centres_give_way(void)
{
    struct ambit_comm *comm = NULL;
    must(ambit_comm_create_alone(&comm));
    int32_t moves = 0;
    for (uint64_t seed = 1; seed <= repetitions(20); seed++) {
        const double km = 40.0 + 5.0 * (double)(seed % 7);
        struct instance instance;
        struct ambit_job job;
        struct ambit_result_separation found;
        struct ambit_territory before[TERRITORIES];
        int32_t label[ACCOUNTS], count = 0;
        bool moved[TERRITORIES];
        draw(seed, &instance, &job, comm, km);
        instance_nearest(&instance, label);
        memcpy(before, job.territories.item, sizeof before);
        must(ambit_job_give_way(&job, label, ambit_separation_chord2(km), moved, &count));
        must(ambit_judge_separation(&job, &found));
        CHECK_SEED(seed, found.broken_count == 0);
        for (int32_t j = 0; j < TERRITORIES; j++) {
            const struct ambit_territory *const t = &job.territories.item[j];
            CHECK_SEED(seed, moved[j] || memcmp(&before[j], t, sizeof *t) == 0);
            CHECK_SEED(seed, !moved[j] || t->centre_kind != AMBIT_CENTRE_HOME);
            if (!moved[j] || t->centre_kind != AMBIT_CENTRE_MEDIAN) continue;
            const int64_t row = t->centre_account;
            moves++;
            CHECK_SEED(seed, row >= 0 && t->position[0] == instance.accounts.x[row]);
        }
        instance_clear(&instance);
    }
    CU_ASSERT(moves > 10);
    ambit_comm_destroy(&comm);
}

/* After centring all centres are apart, and no account that a median could go to is better. */
static void medians_stay_the_best(void)
{
    struct ambit_comm *comm = NULL;
    must(ambit_comm_create_alone(&comm));
    for (uint64_t seed = 1; seed <= repetitions(10); seed++) {
        struct instance instance;
        struct ambit_job job;
        struct ambit_result_separation found;
        int32_t label[ACCOUNTS];
        draw(seed, &instance, &job, comm, 60.0);
        instance_nearest(&instance, label);
        must(ambit_job_centre_apart(&job, label));
        must(ambit_judge_separation(&job, &found));
        CHECK_SEED(seed, found.broken_count == 0);
        must(ambit_job_centre(&job, label));
        must(ambit_judge_separation(&job, &found));
        job.scenario.separation.km = 0.0; /* without the rule both are the same */
        struct ambit_territory freely[TERRITORIES];
        memcpy(freely, job.territories.item, sizeof freely);
        must(ambit_job_centre_apart(&job, label));
        CHECK_SEED(seed, memcmp(freely, job.territories.item, sizeof freely) == 0);
        instance_clear(&instance);
    }
    ambit_comm_destroy(&comm);
}

/* Eleven places a degree apart and three centres that want to be at the fifth, 4.5 degrees from
 * each other: if one stays there, only one more has room; at 0, 5 and 10 all have. Four have not.
 */
static void packs_where_places_are_scarce(void)
{
    static const double wanted[] = {4.0, 4.0, 4.0, 4.0};
    static const double km = 4.5 * 111.195;
    struct ambit_territory item[4];
    struct ambit_separation_place place[11];
    struct ambit_territories territories = {.count = 3, .item = item};
    bool must_move[4], packed = false;
    on_the_equator(wanted, "mmmm", 4, item);
    for (int n = 0; n < 11; n++) {
        place[n] =
            (struct ambit_separation_place){.territory = -1, .index = n, .cell = n, .lon = n};
        ambit_unit_from_degrees(0.0, n, place[n].position);
    }
    const double apart = ambit_separation_chord2(km);
    CU_ASSERT_EQUAL(ambit_separation_find(&territories, apart, must_move), 2);
    CU_ASSERT_EQUAL(ambit_separation_move(&territories, apart, place, 11, must_move), 1);
    CU_ASSERT_EQUAL(item[1].centre_lon, 9.0);
    must(ambit_separation_pack(&territories, apart, place, 11, &packed));
    CU_ASSERT_TRUE(packed);
    CU_ASSERT_EQUAL(ambit_separation_find(&territories, apart, must_move), 0);
    territories.count = 4;
    const struct ambit_territory before = item[0];
    must(ambit_separation_pack(&territories, apart, place, 11, &packed));
    CU_ASSERT_FALSE(packed);
    CU_ASSERT_EQUAL(memcmp(&before, &item[0], sizeof before), 0);
    item[3].centre_kind = AMBIT_CENTRE_HOME; /* at 4: 9 is all that is left beside it */
    territories.count = 4;
    must(ambit_separation_pack(&territories, apart, place, 11, &packed));
    CU_ASSERT_FALSE(packed);
}

/* Places of two slices, merged, are those of the whole. */
static void places_of_slices(void)
{
    struct ambit_comm *comm = NULL;
    struct instance instance, half[2];
    struct ambit_job job;
    struct ambit_separation_place *whole = NULL, *part[2] = {NULL}, *both = NULL;
    int64_t count = 0, counts[2];
    bool must_move[TERRITORIES];
    must(ambit_comm_create_alone(&comm));
    draw(3, &instance, &job, comm, 60.0);
    int32_t label[ACCOUNTS];
    instance_nearest(&instance, label);
    for (int32_t j = 0; j < TERRITORIES; j++)
        must_move[j] = j % 3 == 0;
    for (int any = 0; any < 2; any++) {
        must(ambit_separation_places(&job.accounts, any ? NULL : label, &job.territories, must_move,
                                     0.02, &whole, &count));
        for (int h = 0; h < 2; h++) {
            instance_slice(&instance, h * 131, h == 0 ? 131 : ACCOUNTS, &half[h]);
            must(ambit_separation_places(&half[h].accounts, any ? NULL : &label[h * 131],
                                         &job.territories, must_move, 0.02, &part[h], &counts[h]));
        }
        both = must_alloc((size_t)(counts[0] + counts[1]), sizeof *both);
        memcpy(both, part[0], (size_t)counts[0] * sizeof *both);
        memcpy(&both[counts[0]], part[1], (size_t)counts[1] * sizeof *both);
        CU_ASSERT(counts[0] + counts[1] > count);
        CU_ASSERT_EQUAL(ambit_separation_merge(both, counts[0] + counts[1]), count);
        CU_ASSERT_EQUAL(memcmp(both, whole, (size_t)count * sizeof *both), 0);
        ambit_free(&both);
        ambit_free(&whole);
        for (int h = 0; h < 2; h++) {
            ambit_free(&part[h]);
            instance_clear(&half[h]);
        }
    }
    instance_clear(&instance);
    ambit_comm_destroy(&comm);
}

static void out_of_memory(void)
{
    struct ambit_comm *comm = NULL;
    struct instance instance;
    struct ambit_job job;
    struct ambit_result_separation found;
    int32_t label[ACCOUNTS];
    must(ambit_comm_create_alone(&comm));
    draw(4, &instance, &job, comm, 60.0);
    instance_nearest(&instance, label);
    CHECK_FAULTS(ambit_job_centre_apart(&job, label), (void)0);
    CHECK_FAULTS(ambit_judge_separation(&job, &found), (void)0);
    instance_clear(&instance);
    ambit_comm_destroy(&comm);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"who stands first stays", first_come_first_served},
        {"the distance itself is enough", the_distance_itself},
        {"judged by hand", judged_by_hand},
        {"centres give way", centres_give_way},
        {"medians that keep apart", medians_stay_the_best},
        {"packs where places are scarce", packs_where_places_are_scarce},
        {"places of slices", places_of_slices},
        {"out of memory", out_of_memory},
    };
    return ambit_test_main("separation", tests, AMBIT_TEST_COUNT(tests));
}
