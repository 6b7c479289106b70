/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How long a new account takes as a library call, beside opening the plan:
 *   bench_assign PLAN.h5 [CALLS]   in that plan; each account lies near one of its centres
 *   bench_assign                   in one of 1,000 territories and a million accounts that it makes
 *                                  in TMPDIR: accounts anywhere, loads equal, no prices
 */
#include "engine/base/clock.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "engine/model/hilbert.h"
#include "engine/run/assign.h"
#include "io/result_hdf5.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TERRITORIES 1000
#define ACCOUNTS 1000000
#define CALLS 20000
#define ID_WIDTH 8

static const char scenario_text[] = "accounts:\n"
                                    "  file: none.csv\n"
                                    "  columns: {id: id, lat: lat, lon: lon}\n"
                                    "  visits: visits\n"
                                    "territories: 1000\n"
                                    "measures: {hours: work + travel}\n"
                                    "bands: {hours: 5%, visits: 10%}\n";

static double between(uint64_t stream, int64_t index, double low, double high)
{
    return low + (high - low) * ambit_random_unit(5, stream, (uint64_t)index);
}

struct place {
    uint64_t key;
    double lat, lon;
};

static int compare_places(const void *a, const void *b)
{
    const struct place *const x = a, *const y = b;
    return (x->key > y->key) - (x->key < y->key);
}

/* In the order that a run stores them in. */
static ambit_status make_accounts(struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    struct place *place = NULL;
    AMBIT_TRY(ambit_alloc(&place, ACCOUNTS, sizeof *place));
    for (int64_t i = 0; i < ACCOUNTS; i++) {
        place[i].lat = between(1, i, 30.0, 48.0);
        place[i].lon = between(2, i, -120.0, -75.0);
        place[i].key = ambit_hilbert_key(place[i].lat, place[i].lon);
    }
    qsort(place, ACCOUNTS, sizeof *place, compare_places);
    r->account_count = ACCOUNTS;
    r->id_width = ID_WIDTH;
    AMBIT_TRY(ambit_alloc(&r->account_id, ACCOUNTS, ID_WIDTH));
    AMBIT_TRY(ambit_alloc(&r->lat, ACCOUNTS, sizeof *r->lat));
    AMBIT_TRY(ambit_alloc(&r->lon, ACCOUNTS, sizeof *r->lon));
    AMBIT_TRY(ambit_alloc(&r->territory, ACCOUNTS, sizeof *r->territory));
    AMBIT_TRY(ambit_alloc(&r->previous, ACCOUNTS, sizeof *r->previous));
    AMBIT_TRY(ambit_alloc(&r->account_travel, ACCOUNTS, sizeof *r->account_travel));
    for (int64_t i = 0; i < ACCOUNTS; i++) {
        char id[ID_WIDTH + 1];
        (void)snprintf(id, sizeof id, "%08d", (int)(i % 100000000));
        memcpy(&r->account_id[i * ID_WIDTH], id, ID_WIDTH);
        r->lat[i] = place[i].lat;
        r->lon[i] = place[i].lon;
        r->previous[i] = -1;
    }
done:
    ambit_free(&place);
    return status;
}

static ambit_status make_band(struct ambit_result *r, const char *name)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result_measure *const measure = &r->measure[r->measure_count];
    struct ambit_result_band *const band = &r->band[r->band_count++];
    *band = (struct ambit_result_band){.measure = r->measure_count++, .share_of = -1};
    (void)snprintf(measure->name, sizeof measure->name, "%s", name);
    (void)snprintf(band->label, sizeof band->label, "%s", name);
    AMBIT_TRY(ambit_alloc(&measure->load, TERRITORIES, sizeof *measure->load));
    for (int32_t j = 0; j < TERRITORIES; j++)
        measure->total += measure->load[j] = INT64_C(10000000000);
    double **const column[] = {&band->target, &band->lower,       &band->upper,
                               &band->value,  &band->price_lower, &band->price_upper};
    for (size_t c = 0; c < sizeof column / sizeof column[0]; c++)
        AMBIT_TRY(ambit_alloc(column[c], TERRITORIES, sizeof(double)));
done:
    return status;
}

static ambit_status write_plan(const char *path, const struct ambit_result *r)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result_file *file = NULL;
    AMBIT_TRY(ambit_result_file_create(path, r, &file));
    for (int64_t first = 0; first < ACCOUNTS; first += AMBIT_RESULT_SLICE) {
        const int64_t left = ACCOUNTS - first;
        const struct ambit_result_slice slice = {
            .first = first,
            .count = left < AMBIT_RESULT_SLICE ? left : AMBIT_RESULT_SLICE,
            .account_id = &r->account_id[first * ID_WIDTH],
            .lat = &r->lat[first],
            .lon = &r->lon[first],
            .territory = &r->territory[first],
            .previous = &r->previous[first],
            .travel = &r->account_travel[first]};
        AMBIT_TRY(ambit_result_file_put(file, &slice));
    }
    AMBIT_TRY(ambit_result_file_commit(&file, r));
done:
    ambit_result_file_destroy(&file);
    return status;
}

static ambit_status make_plan(const char *path)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result r;
    ambit_result_init(&r);
    AMBIT_TRY(ambit_copy_string(scenario_text, &r.scenario_text));
    AMBIT_TRY(make_accounts(&r));
    r.territory_count = TERRITORIES;
    AMBIT_TRY(ambit_alloc(&r.territories, TERRITORIES, sizeof *r.territories));
    for (int32_t j = 0; j < TERRITORIES; j++) {
        struct ambit_result_territory *const t = &r.territories[j];
        (void)snprintf(t->name, sizeof t->name, "T%04d", j);
        t->centre_kind = AMBIT_CENTRE_MEDIAN;
        t->centre_lat = between(3, j, 30.0, 48.0);
        t->centre_lon = between(4, j, -120.0, -75.0);
    }
    AMBIT_TRY(make_band(&r, "hours"));
    AMBIT_TRY(make_band(&r, "visits"));
    AMBIT_TRY(write_plan(path, &r));
done:
    ambit_result_clear(&r);
    return status;
}

static ambit_status bench(const char *path, int64_t calls)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *comm = NULL;
    struct ambit_standing_plan *plan = NULL;
    struct ambit_placed placed;
    int64_t reason[AMBIT_PLACED_REASONS] = {0};
    AMBIT_TRY(ambit_comm_create_alone(&comm));
    double start = ambit_seconds();
    AMBIT_TRY(ambit_standing_plan_open(comm, path, NULL, &plan));
    printf("opened  %8.3f s\n", ambit_seconds() - start);
    const struct ambit_result *const stored = ambit_standing_plan_result(plan);
    start = ambit_seconds();
    for (int64_t i = 0; i < calls; i++) {
        const struct ambit_result_territory *const near = &stored->territories[ambit_random_below(
            5, 6, (uint64_t)i, (uint64_t)stored->territory_count)];
        struct ambit_new_account account = {.lat = near->centre_lat + between(7, i, -0.5, 0.5),
                                            .lon = near->centre_lon + between(8, i, -0.5, 0.5)};
        for (int c = 0; c < ambit_standing_plan_column_count(plan); c++)
            account.value[c] = between(9 + (uint64_t)c, i, 1.0, 9.0);
        AMBIT_TRY(ambit_standing_plan_assign(plan, &account, &placed));
        reason[placed.reason]++;
    }
    printf("a call  %8.1f us  (%lld calls:", 1e6 * (ambit_seconds() - start) / (double)calls,
           (long long)calls);
    for (int r = 0; r < AMBIT_PLACED_REASONS; r++)
        printf(" %s %lld", ambit_placed_reason_name((enum ambit_placed_reason)r),
               (long long)reason[r]);
    printf(")\n");
done:
    ambit_standing_plan_destroy(&plan);
    ambit_comm_destroy(&comm);
    return status;
}

int main(int argc, char **argv)
{
    ambit_status status = AMBIT_OK;
    char made[512];
    const char *const folder = getenv("TMPDIR");
    (void)snprintf(made, sizeof made, "%s/ambit_bench_%d.h5", folder != NULL ? folder : "/tmp",
                   (int)getpid());
    const long calls = argc > 2 ? strtol(argv[2], NULL, 10) : CALLS;
    if (calls < 1) {
        fprintf(stderr, "bench_assign: expected a number of calls above 0, found '%s'\n", argv[2]);
        return 64;
    }
    if (argc < 2) AMBIT_TRY(make_plan(made));
    AMBIT_TRY(bench(argc > 1 ? argv[1] : made, calls));
done:
    if (argc < 2) (void)unlink(made);
    if (status != AMBIT_OK) fprintf(stderr, "bench_assign: %s\n", ambit_error_message());
    return ambit_status_exit_code(status);
}
