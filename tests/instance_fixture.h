/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Random small instances in memory, the same for the same seed: accounts in Hilbert order, some of
 * them on one spot, territories with centres among them, two columns and four measures. Bands are
 * added by the test, then the problem is compiled.
 */
#ifndef AMBIT_INSTANCE_FIXTURE_H
#define AMBIT_INSTANCE_FIXTURE_H

#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "engine/model/geometry.h"
#include "engine/model/hilbert.h"
#include "engine/model/problem.h"
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKLOAD, POTENTIAL, COLUMNS };                      /* columns */
enum { HOURS, WORTH, NUMBER, TRAVEL, ONLY_WORK, MEASURES }; /* measures */

struct instance {
    uint64_t seed;
    struct ambit_scenario scenario;
    struct ambit_accounts accounts;
    struct ambit_territories territories;
    struct ambit_problem problem; /* points into this struct, which must stay where it is */
};

/* Says which seed broke a property. */
#define CHECK_SEED(seed, condition)                                                                \
    do {                                                                                           \
        const bool held_ = (condition);                                                            \
        if (!held_) (void)fprintf(stderr, "seed %llu: ", (unsigned long long)(seed));              \
        (void)CU_assertImplementation(held_ ? CU_TRUE : CU_FALSE, __LINE__, #condition, __FILE__,  \
                                      "", CU_FALSE);                                               \
    } while (0)

/* Calls `call` with its first, second, … allocation failing until it succeeds, and expects a clean
 * AMBIT_ERR_MEMORY with a message each time; `undo` runs after the call that succeeded. */
#define CHECK_FAULTS(call, undo)                                                                   \
    do {                                                                                           \
        const int64_t blocks_ = ambit_memory_live_blocks();                                        \
        ambit_status status_ = AMBIT_ERR_MEMORY;                                                   \
        int nth_ = 0;                                                                              \
        while (status_ == AMBIT_ERR_MEMORY && nth_ < 1000) {                                       \
            ambit_error_clear();                                                                   \
            ambit_memory_fail_at(++nth_);                                                          \
            status_ = (call);                                                                      \
            ambit_memory_fail_at(0);                                                               \
            if (status_ != AMBIT_ERR_MEMORY) break;                                                \
            CU_ASSERT(strncmp(ambit_error_message(), "out of memory: cannot get ", 26) == 0);      \
            CU_ASSERT_EQUAL(ambit_memory_live_blocks(), blocks_);                                  \
        }                                                                                          \
        CU_ASSERT_EQUAL(status_, AMBIT_OK);                                                        \
        CU_ASSERT(nth_ > 1);                                                                       \
        undo;                                                                                      \
        CU_ASSERT_EQUAL(ambit_memory_live_blocks(), blocks_);                                      \
        ambit_error_clear();                                                                       \
    } while (0)

/* A test that cannot get its own memory cannot go on. */
static inline void must(ambit_status status)
{
    if (status == AMBIT_OK) return;
    (void)fprintf(stderr, "%s\n", ambit_error_message());
    abort();
}

static inline void *must_alloc(size_t count, size_t size)
{
    void *out = NULL;
    must(ambit_alloc(&out, count, size));
    return out;
}

/* How often a random property is tried; more in the long tests. */
static inline uint64_t repetitions(uint64_t usual)
{
    return getenv("AMBIT_TEST_LONG") != NULL ? 20 * usual : usual;
}

static inline double uniform(uint64_t seed, uint64_t stream, int64_t index, double low, double high)
{
    return low + (high - low) * ambit_random_unit(seed, stream, (uint64_t)index);
}

static inline void fixture_measures(struct ambit_scenario *scenario)
{
    static const struct ambit_measure measure[MEASURES] = {
        [HOURS] = {"hours", "h", 2, {WORKLOAD, AMBIT_TERM_TRAVEL}},
        [WORTH] = {"worth", "", 1, {POTENTIAL}},
        [NUMBER] = {"number", "", 1, {AMBIT_TERM_COUNT}},
        [TRAVEL] = {"travel", "h", 1, {AMBIT_TERM_TRAVEL}},
        [ONLY_WORK] = {"work", "h", 1, {WORKLOAD}},
    };
    ambit_scenario_init(scenario);
    scenario->column_count = COLUMNS;
    scenario->measure_count = MEASURES;
    memcpy(scenario->measure, measure, sizeof measure);
}

struct fixture_place {
    uint64_t key;
    double lat, lon;
};

static inline int fixture_compare_places(const void *a, const void *b)
{
    const struct fixture_place *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return 0;
}

/* Every tenth account shares the spot of the one before it. */
static inline void fixture_places(uint64_t seed, int32_t count, struct fixture_place *place)
{
    for (int32_t i = 0; i < count; i++) {
        place[i].lat = uniform(seed, 1, i, 38.0, 42.0);
        place[i].lon = uniform(seed, 2, i, -90.0, -84.0);
        if (i % 10 == 9) place[i] = place[i - 1];
        place[i].key = ambit_hilbert_key(place[i].lat, place[i].lon);
    }
    qsort(place, (size_t)count, sizeof *place, fixture_compare_places);
}

static inline void fixture_accounts(struct instance *instance, int32_t count, int32_t territories)
{
    const uint64_t seed = instance->seed;
    struct ambit_accounts *const a = &instance->accounts;
    struct fixture_place *place = must_alloc((size_t)count, sizeof *place);
    must(ambit_accounts_create(count, 8, COLUMNS, a));
    a->local_travel = must_alloc((size_t)count, sizeof(int64_t));
    fixture_places(seed, count, place);
    for (int32_t i = 0; i < count; i++) {
        double unit[3];
        char id[16];
        (void)snprintf(id, sizeof id, "a%07d", i % 10000000);
        memcpy(&a->id[(size_t)i * 8], id, 8);
        ambit_unit_from_degrees(place[i].lat, place[i].lon, unit);
        a->lat[i] = place[i].lat;
        a->lon[i] = place[i].lon;
        a->x[i] = unit[0];
        a->y[i] = unit[1];
        a->z[i] = unit[2];
        a->previous[i] =
            (int32_t)ambit_random_below(seed, 3, (uint64_t)i, (uint64_t)territories + 1) - 1;
        a->column[WORKLOAD][i] = ambit_to_micro(uniform(seed, 4, i, 4.0, 40.0));
        a->column[POTENTIAL][i] = ambit_to_micro(uniform(seed, 5, i, 1.0, 9.0));
        a->visits[i] = ambit_to_micro(uniform(seed, 6, i, 4.0, 24.0));
        a->local_travel[i] =
            ambit_local_travel(&instance->scenario, a->visits[i], uniform(seed, 7, i, 1.0, 20.0));
    }
    ambit_free(&place);
}

static inline void fixture_territories(struct instance *instance, int32_t count)
{
    struct ambit_territories *const t = &instance->territories;
    t->count = count;
    t->item = must_alloc((size_t)count, sizeof *t->item);
    for (int32_t j = 0; j < count; j++) {
        struct ambit_territory *const item = &t->item[j];
        (void)snprintf(item->name, sizeof item->name, "T%05d", j);
        item->centre_kind = AMBIT_CENTRE_HOME;
        item->has_home = true;
        item->centre_account = -1;
        item->capacity = uniform(instance->seed, 8, j, 0.5, 1.5);
        item->centre_lat = uniform(instance->seed, 9, j, 38.0, 42.0);
        item->centre_lon = uniform(instance->seed, 10, j, -90.0, -84.0);
        ambit_unit_from_degrees(item->centre_lat, item->centre_lon, item->position);
        memcpy(item->home, item->position, sizeof item->home);
    }
}

static inline void instance_create(uint64_t seed, int32_t accounts, int32_t territories,
                                   struct instance *out)
{
    memset(out, 0, sizeof *out);
    out->seed = seed;
    fixture_measures(&out->scenario);
    must(ambit_copy_string("scenario.yaml", &out->scenario.path));
    fixture_accounts(out, accounts, territories);
    fixture_territories(out, territories);
}

/* A new band on a measure, without limits yet. */
static inline struct ambit_band *instance_band(struct instance *instance, int measure)
{
    struct ambit_band *const band = &instance->scenario.band[instance->scenario.band_count++];
    *band = (struct ambit_band){.measure = measure, .share_of = -1, .line = 7, .column = 3};
    return band;
}

static inline void instance_relative(struct instance *instance, int measure,
                                     enum ambit_target target, double lower, double upper)
{
    struct ambit_band *const band = instance_band(instance, measure);
    band->target = target;
    band->lower_kind = lower > 0.0 ? AMBIT_LIMIT_OF_TARGET : AMBIT_LIMIT_NONE;
    band->upper_kind = upper > 0.0 ? AMBIT_LIMIT_OF_TARGET : AMBIT_LIMIT_NONE;
    band->lower = lower;
    band->upper = upper;
}

/* Limits in the measure's unit; a negative one is none. */
static inline void instance_absolute(struct instance *instance, int measure, double lower,
                                     double upper)
{
    struct ambit_band *const band = instance_band(instance, measure);
    band->lower_kind = lower >= 0.0 ? AMBIT_LIMIT_ABSOLUTE : AMBIT_LIMIT_NONE;
    band->upper_kind = upper >= 0.0 ? AMBIT_LIMIT_ABSOLUTE : AMBIT_LIMIT_NONE;
    band->lower = lower;
    band->upper = upper;
}

/* Limits as parts of another measure; a negative one is none. */
static inline void instance_share(struct instance *instance, int measure, int share_of,
                                  double lower, double upper)
{
    struct ambit_band *const band = instance_band(instance, measure);
    band->share_of = share_of;
    band->lower_kind = lower >= 0.0 ? AMBIT_LIMIT_SHARE : AMBIT_LIMIT_NONE;
    band->upper_kind = upper >= 0.0 ? AMBIT_LIMIT_SHARE : AMBIT_LIMIT_NONE;
    band->lower = lower;
    band->upper = upper;
}

static inline void instance_compile(struct instance *instance)
{
    must(ambit_problem_create(&instance->scenario, &instance->accounts, &instance->territories,
                              &instance->problem));
}

static inline void instance_clear(struct instance *instance)
{
    ambit_problem_clear(&instance->problem);
    ambit_accounts_clear(&instance->accounts);
    ambit_territories_clear(&instance->territories);
    ambit_scenario_clear(&instance->scenario);
}

static inline void fixture_slice_accounts(const struct ambit_accounts *whole, int32_t begin,
                                          int32_t end, struct ambit_accounts *out)
{
    const size_t n = (size_t)(end - begin);
    must(ambit_accounts_create(end - begin, whole->id_width, whole->column_count, out));
    out->local_travel = must_alloc(n, sizeof(int64_t));
    out->first = begin;
    out->total = whole->count;
    if (n == 0) return;
    memcpy(out->id, &whole->id[(size_t)begin * (size_t)whole->id_width],
           n * (size_t)whole->id_width);
    memcpy(out->lat, &whole->lat[begin], n * sizeof(double));
    memcpy(out->lon, &whole->lon[begin], n * sizeof(double));
    memcpy(out->x, &whole->x[begin], n * sizeof(double));
    memcpy(out->y, &whole->y[begin], n * sizeof(double));
    memcpy(out->z, &whole->z[begin], n * sizeof(double));
    memcpy(out->previous, &whole->previous[begin], n * sizeof(int32_t));
    for (int c = 0; c < whole->column_count; c++)
        memcpy(out->column[c], &whole->column[c][begin], n * sizeof(int64_t));
    memcpy(out->visits, &whole->visits[begin], n * sizeof(int64_t));
    memcpy(out->local_travel, &whole->local_travel[begin], n * sizeof(int64_t));
}

/* What a rank would hold that has accounts [begin, end) of the whole; compiled. */
static inline void instance_slice(const struct instance *whole, int32_t begin, int32_t end,
                                  struct instance *out)
{
    memset(out, 0, sizeof *out);
    out->seed = whole->seed;
    out->scenario = whole->scenario;
    must(ambit_copy_string("scenario.yaml", &out->scenario.path));
    fixture_slice_accounts(&whole->accounts, begin, end, &out->accounts);
    out->territories.count = whole->territories.count;
    out->territories.item =
        must_alloc((size_t)whole->territories.count, sizeof *out->territories.item);
    memcpy(out->territories.item, whole->territories.item,
           (size_t)whole->territories.count * sizeof *out->territories.item);
    instance_compile(out);
}

/* Micro-hours of travel of account i in territory j. */
static inline int64_t instance_travel(const struct instance *instance, int32_t i, int32_t j)
{
    return ambit_travel_of(&instance->scenario, &instance->accounts, i,
                           instance->territories.item[j].position);
}

/* Loads [territory × rules + rule] and totals by rule of a plan. */
static inline void instance_loads(const struct instance *instance, const int32_t *label,
                                  int64_t *load_out, int64_t *total_out)
{
    const int rules = instance->problem.rule_count;
    memset(load_out, 0, (size_t)instance->territories.count * (size_t)rules * sizeof *load_out);
    memset(total_out, 0, (size_t)rules * sizeof *total_out);
    for (int32_t i = 0; i < instance->accounts.count; i++) {
        const int64_t travel = instance_travel(instance, i, label[i]);
        for (int r = 0; r < rules; r++) {
            const int64_t load = ambit_rule_load(&instance->problem, r, i, travel);
            load_out[(int64_t)label[i] * rules + r] += load;
            total_out[r] += load;
        }
    }
}

/* Labels by the nearest centre: a first plan. */
static inline void instance_nearest(const struct instance *instance, int32_t *label_out)
{
    for (int32_t i = 0; i < instance->accounts.count; i++) {
        label_out[i] = 0;
        for (int32_t j = 1; j < instance->territories.count; j++) {
            if (instance_travel(instance, i, j) < instance_travel(instance, i, label_out[i]))
                label_out[i] = j;
        }
    }
}

#endif
