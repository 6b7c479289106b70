/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small result with something of everything: five accounts, three territories, two measures, two
 * bands (one a share that was opened, one broken), awkward names, NaN and infinity.
 */
#ifndef AMBIT_RESULT_FIXTURE_H
#define AMBIT_RESULT_FIXTURE_H

#include "engine/base/memory.h"
#include "engine/model/result.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An owned copy of `bytes` bytes; a test that cannot allocate cannot go on. */
static void *fixture_copy(const void *data, size_t bytes)
{
    void *out = NULL;
    if (ambit_alloc(&out, bytes, 1) != AMBIT_OK) abort();
    memcpy(out, data, bytes);
    return out;
}
#define FIXTURE_ARRAY(type, ...)                                                                   \
    fixture_copy((const type[]){__VA_ARGS__}, sizeof((const type[]){__VA_ARGS__}))

static void fixture_accounts(struct ambit_result *r)
{
    r->account_count = 5;
    r->id_width = 8;
    r->account_id = fixture_copy("A-1\0\0\0\0\0b,2\0\0\0\0\0c\"3\0\0\0\0\0D\xC3\xA9"
                                 "4\0\0\0\0"
                                 "full-8id",
                                 40);
    r->lat = FIXTURE_ARRAY(double, 40.0, 41.0, 42.5, -33.25, 0.1);
    r->lon = FIXTURE_ARRAY(double, -75.0, -75.5, -80.0, 179.999, 1e-300);
    r->territory = FIXTURE_ARRAY(int32_t, 0, 0, 1, 2, 1);
    r->previous = FIXTURE_ARRAY(int32_t, 0, 1, 1, -1, 2);
    r->account_travel = FIXTURE_ARRAY(int64_t, 1000000, 2500000, 4611686018427387903, 0, 7);
    r->column_count = 2;
    (void)snprintf(r->column_name[0], AMBIT_NAME_MAX, "workload");
    (void)snprintf(r->column_name[1], AMBIT_NAME_MAX, "revenue/year");
    r->column[0] = FIXTURE_ARRAY(int64_t, 10000000, 20000000, 30000001, 0, 5);
    r->column[1] = FIXTURE_ARRAY(int64_t, 1, 9007199254740993, 3, 4, 5);
}

static void fixture_territories(struct ambit_result *r)
{
    const struct ambit_result_territory t[3] = {
        {"North", "R1", AMBIT_CENTRE_HOME, 40.0, -75.0, true, 40.0, -75.0, 2, 1, 0, 3500000},
        {"South, \"old\"", "", AMBIT_CENTRE_MEDIAN, 42.5, -80.0, false, NAN, NAN, 2, 1, 1,
         41000000},
        {"\xC3\x9Cst", "R,3", AMBIT_CENTRE_CENTROID, -33.25, 179.999, true, -33.0, 179.0, 1, 0, 1,
         5500000},
    };
    r->territory_count = 3;
    r->territories = fixture_copy(t, sizeof t);
}

static void fixture_bands(struct ambit_result *r)
{
    r->measure_count = 2;
    r->measure[0] = (struct ambit_result_measure){
        "hours", "h", 3150000000, FIXTURE_ARRAY(int64_t, 1000000000, 1050000000, 1100000000)};
    r->measure[1] = (struct ambit_result_measure){
        "travel", "h", 50000000, FIXTURE_ARRAY(int64_t, 3500000, 41000000, 5500000)};
    r->band_count = 2;
    r->band[0] = (struct ambit_result_band){.label = "hours",
                                            .measure = 0,
                                            .share_of = -1,
                                            .lower_kind = AMBIT_LIMIT_OF_TARGET,
                                            .upper_kind = AMBIT_LIMIT_OF_TARGET,
                                            .asked_lower = 0.96,
                                            .asked_upper = 1.04,
                                            .used_lower = 0.96,
                                            .used_upper = 1.04,
                                            .proven_limit = NAN,
                                            .target = FIXTURE_ARRAY(double, 1050, 1050, 1050),
                                            .lower = FIXTURE_ARRAY(double, 1008, 1008, 1008),
                                            .upper = FIXTURE_ARRAY(double, 1092, 1092, 1092),
                                            .value = FIXTURE_ARRAY(double, 1000, 1050, 1100),
                                            .price_lower = FIXTURE_ARRAY(double, 0.125, 0, 0),
                                            .price_upper = FIXTURE_ARRAY(double, 0, 0, 0.1),
                                            .worst_deviation = 1.0 / 21.0,
                                            .broken_count = 2,
                                            .open_by = 0.0076190476190476};
    r->band[1] =
        (struct ambit_result_band){.label = "travel/hours",
                                   .measure = 1,
                                   .share_of = 0,
                                   .upper_kind = AMBIT_LIMIT_SHARE,
                                   .relaxed = true,
                                   .asked_upper = 0.035,
                                   .used_upper = 0.04,
                                   .proven_limit = 0.039,
                                   .target = FIXTURE_ARRAY(double, NAN, NAN, NAN),
                                   .lower = FIXTURE_ARRAY(double, -INFINITY, -INFINITY, -INFINITY),
                                   .upper = FIXTURE_ARRAY(double, 0.04, 0.04, 0.04),
                                   .value = FIXTURE_ARRAY(double, 0.0035, 0.0390476190476, 0.005),
                                   .price_lower = FIXTURE_ARRAY(double, 0, 0, 0),
                                   .price_upper = FIXTURE_ARRAY(double, 0, 1.5, 0),
                                   .worst_deviation = 0.0390476190476};
}

static void fixture_provenance(struct ambit_result *r)
{
    (void)snprintf(r->version, sizeof r->version, "0.1.0");
    (void)snprintf(r->scenario_name, sizeof r->scenario_name, "tiny");
    r->scenario_text = fixture_copy("name: tiny\n# \xC3\xA9\n", 17);
    r->seed = UINT64_MAX - 1;
    r->effort = 24;
    r->input_count = 2;
    (void)snprintf(r->input[0].role, sizeof r->input[0].role, "scenario");
    r->input[0].path = fixture_copy("tiny.yaml", 10);
    (void)snprintf(r->input[0].hash, sizeof r->input[0].hash, "%064d", 7);
    (void)snprintf(r->input[1].role, sizeof r->input[1].role, "accounts");
    r->input[1].path = fixture_copy("data/accounts of 2026.csv", 26);
    (void)snprintf(r->input[1].hash, sizeof r->input[1].hash, "%032d", 9);
    r->input[1].rows = 6;
    const struct ambit_result_round rounds[2] = {{60000000, 5, 0, 0, 0.5, "seed"},
                                                 {50000000, 2, 3, 1, 0.0076, "groups"}};
    r->round_count = 2;
    r->round = fixture_copy(rounds, sizeof rounds);
    r->bad_rows.total = 1;
    r->bad_rows.count[AMBIT_BAD_NEGATIVE] = 1;
    r->bad_rows.shown = 1;
    r->bad_rows.row[0] =
        (struct ambit_bad_row){.kind = AMBIT_BAD_NEGATIVE,
                               .column = 14,
                               .line = 7,
                               .role = "accounts",
                               .text = "expected a number \xE2\x89\xA5 0, found -3"};
}

/* The caller clears it with ambit_result_clear(). */
static void fixture_result(struct ambit_result *r)
{
    ambit_result_init(r);
    fixture_provenance(r);
    fixture_accounts(r);
    fixture_territories(r);
    fixture_bands(r);
    r->has_previous = true;
    r->travel = 50000000;
    r->travel_before = 62500000;
    r->moved_count = 2;
    r->objective = 51000000;
    r->bound = 50490000;
    r->gap = 0.01;
    (void)snprintf(r->plan_sha256, sizeof r->plan_sha256, "%064d", 3);
}

#endif
