/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A farm's parts: how ranks and scenarios are shared, and plans as differences to the base. */
#include "engine/base/random.h"
#include "engine/model/hilbert.h"
#include "engine/run/farm_split.h"
#include "io/farm_hdf5.h"
#include "io/result_hdf5.h"
#include "tests/harness.h"
#include "tests/result_fixture.h"

static void groups_end_soonest(void)
{
    /* 8 ranks took 10 s, 2 s of them in calls: 64 rank-seconds of work, 2/3 s of waiting for each
     * doubling. One rank takes 64 s; two 32.67; four 17.33; eight 10. */
    const struct ambit_farm_measure m = {8, 10.0, 2.0, 1};
    CU_ASSERT_EQUAL(ambit_farm_groups(&m, 1), 1);
    CU_ASSERT_EQUAL(ambit_farm_groups(&m, 2), 2);   /* 17.3 beside 2 × 10 */
    CU_ASSERT_EQUAL(ambit_farm_groups(&m, 8), 8);   /* 64 beside 2 × 32.7 and 8 × 10 */
    CU_ASSERT_EQUAL(ambit_farm_groups(&m, 200), 8); /* 25 × 64 beside 50 × 32.7 */
    CU_ASSERT_EQUAL(ambit_farm_groups(&m, 9),
                    2); /* 5 × 17.3 = 87 beside 9 × 10, 3 × 32.7 and 2 × 64 */
    const struct ambit_farm_measure heavy = {8, 10.0, 2.0, 3}; /* three ranks at least */
    CU_ASSERT_EQUAL(ambit_farm_groups(&heavy, 200), 2);
    const struct ambit_farm_measure full = {8, 10.0, 2.0, 8};
    CU_ASSERT_EQUAL(ambit_farm_groups(&full, 200), 1);
    const struct ambit_farm_measure lone = {1, 10.0, 0.0, 1};
    CU_ASSERT_EQUAL(ambit_farm_groups(&lone, 200), 1);
}

static void deals_the_costliest_first(void)
{
    const double cost[7] = {1, 1, 2, 1, 2, 1, 1};
    const int32_t expected[7] = {0, 1, 0, 0, 1, 1, 0};
    int32_t group[7];
    CU_ASSERT_EQUAL(ambit_farm_deal(cost, 7, 2, group), AMBIT_OK);
    for (int s = 0; s < 7; s++)
        CU_ASSERT_EQUAL(group[s], expected[s]);
}

/* ---- differences ---- */

static struct ambit_result *order_of;

static int compare(const void *a, const void *b)
{
    const int x = *(const int *)a, y = *(const int *)b;
    const uint64_t p = ambit_hilbert_key(order_of->lat[x], order_of->lon[x]);
    const uint64_t q = ambit_hilbert_key(order_of->lat[y], order_of->lon[y]);
    if (p != q) return p < q ? -1 : 1;
    return memcmp(order_of->account_id + 8 * x, order_of->account_id + 8 * y, 8);
}

/* The fixture with `count` accounts of ids and places that `pick` draws from one nation of 40, in
 * canonical order. */
static void make(struct ambit_result *r, int count, uint64_t pick)
{
    int order[40], drawn[40], n = 0;
    fixture_result(r);
    struct ambit_result all = *r;
    all.account_id = NULL;
    all.lat = all.lon = NULL;
    if (ambit_alloc(&all.account_id, 40, 8) != AMBIT_OK ||
        ambit_alloc(&all.lat, 40, sizeof(double)) != AMBIT_OK ||
        ambit_alloc(&all.lon, 40, sizeof(double)) != AMBIT_OK)
        abort();
    for (int i = 0; i < 40; i++) {
        order[i] = i;
        memcpy(all.account_id + 8 * i,
               (const char[]){'a', (char)('0' + i / 10), (char)('0' + i % 10)}, 3);
        all.lat[i] = (double)(ambit_random_u64(1, 1, (uint64_t)i / 3) % 160) - 80.0; /* shared */
        all.lon[i] = (double)(ambit_random_u64(1, 2, (uint64_t)i / 3) % 340) - 170.0;
    }
    order_of = &all;
    qsort(order, 40, sizeof order[0], compare);
    for (int i = 0; i < 40 && n < count; i++)
        if (40 - i <= count - n || ambit_random_u64(pick, 3, (uint64_t)i) % 3 != 0)
            drawn[n++] = order[i];
    ambit_free(&r->account_id);
    ambit_free(&r->lat);
    ambit_free(&r->lon);
    ambit_free(&r->territory);
    ambit_free(&r->previous);
    ambit_free(&r->account_travel);
    r->account_count = count;
    r->account_id = fixture_copy(all.account_id, 320);
    r->lat = fixture_copy(all.lat, 320);
    r->lon = fixture_copy(all.lon, 320);
    r->territory = fixture_copy(drawn, sizeof drawn);
    r->previous = fixture_copy(drawn, sizeof drawn);
    r->account_travel = fixture_copy(all.lat, 320);
    for (int c = 0; c < 2; c++) {
        ambit_free(&r->column[c]);
        r->column[c] = fixture_copy(all.lat, 320);
    }
    for (int v = 0; v < count; v++) {
        const int i = drawn[v];
        memcpy(r->account_id + 8 * v, all.account_id + 8 * i, 8);
        r->lat[v] = all.lat[i];
        r->lon[v] = all.lon[i];
        /* Most agree between picks, some do not. */
        const uint64_t other = ambit_random_u64(pick, 4, (uint64_t)i) % 5 == 0;
        r->territory[v] = (int32_t)((uint64_t)(i % 3 + 1) * (1 + other) % 3);
        r->previous[v] = (int32_t)(i % 4) - 1;
        r->account_travel[v] = 1000 * i + (int64_t)(other * pick);
        r->column[0][v] = 7 * i;
        r->column[1][v] = (int64_t)(ambit_random_u64(pick, 5, (uint64_t)i) % 1000);
    }
    ambit_free(&all.account_id);
    ambit_free(&all.lat);
    ambit_free(&all.lon);
}

static bool same_accounts(const struct ambit_result *a, const struct ambit_result *b)
{
    const size_t n = (size_t)a->account_count;
    bool same = a->account_count == b->account_count && a->id_width == b->id_width &&
                a->column_count == b->column_count &&
                memcmp(a->account_id, b->account_id, 8 * n) == 0 &&
                memcmp(a->lat, b->lat, 8 * n) == 0 && memcmp(a->lon, b->lon, 8 * n) == 0 &&
                memcmp(a->territory, b->territory, 4 * n) == 0 &&
                memcmp(a->previous, b->previous, 4 * n) == 0 &&
                memcmp(a->account_travel, b->account_travel, 8 * n) == 0;
    for (int c = 0; c < a->column_count && same; c++)
        same = strcmp(a->column_name[c], b->column_name[c]) == 0 &&
               memcmp(a->column[c], b->column[c], 8 * n) == 0;
    return same;
}

static void gives_back_every_account(void)
{
    char path[4096], part[4096], name[4200];
    (void)snprintf(path, sizeof path, "%s/farm.h5", ambit_test_folder());
    (void)snprintf(part, sizeof part, "%s/part.h5", ambit_test_folder());
    for (uint64_t pick = 1; pick <= 60; pick++) {
        struct ambit_result base, after;
        struct ambit_farm_record record;
        char *parts[1] = {part};
        make(&base, 1 + (int)(pick % 30), 1000 + pick);
        ambit_farm_record_init(&record);
        make(&record.result, 1 + (int)(pick * 7 % 40), pick);
        (void)snprintf(record.name, sizeof record.name, "number %d", (int)pick);
        if (pick % 4 == 0) { /* another territory under its place */
            (void)snprintf(record.result.territories[2].name, AMBIT_NAME_MAX, "West");
            (void)snprintf(record.result.column_name[1], AMBIT_NAME_MAX, "profit");
        }
        CU_ASSERT_EQUAL(ambit_farm_part_write(part, &record, &base), AMBIT_OK);
        CU_ASSERT_EQUAL(ambit_farm_write(path, &base, parts, 1), AMBIT_OK);
        (void)snprintf(name, sizeof name, "%s:number %d", path, (int)pick);
        CU_ASSERT_EQUAL_FATAL(ambit_result_read(name, &after), AMBIT_OK);
        if (!same_accounts(&record.result, &after))
            fprintf(stderr, "accounts differ for pick %d\n", (int)pick);
        CU_ASSERT_TRUE(same_accounts(&record.result, &after));
        CU_ASSERT_STRING_EQUAL(after.territories[1].name, record.result.territories[1].name);
        CU_ASSERT_EQUAL(after.band[1].price_upper[1], 1.5);
        ambit_result_clear(&after);
        CU_ASSERT_EQUAL_FATAL(ambit_result_read(path, &after), AMBIT_OK);
        CU_ASSERT_TRUE(same_accounts(&base, &after));
        ambit_result_clear(&after);
        ambit_result_clear(&base);
        ambit_farm_record_clear(&record);
    }
}

static void keeps_what_failed(void)
{
    char path[4096], part[4096], name[4200];
    struct ambit_result base, after;
    struct ambit_farm_record record;
    struct ambit_farm_entry *entry = NULL;
    int count = 0;
    char *parts[1] = {part};
    (void)snprintf(path, sizeof path, "%s/farm.h5", ambit_test_folder());
    (void)snprintf(part, sizeof part, "%s/part.h5", ambit_test_folder());
    fixture_result(&base);
    ambit_farm_record_init(&record);
    (void)snprintf(record.name, sizeof record.name, "lost");
    (void)snprintf(record.message, sizeof record.message, "no file");
    record.status = AMBIT_FARM_FAILED;
    CU_ASSERT_EQUAL(ambit_farm_part_write(part, &record, &base), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_farm_write(path, &base, parts, 1), AMBIT_OK);
    CU_ASSERT_EQUAL_FATAL(ambit_farm_list(path, &entry, &count), AMBIT_OK);
    CU_ASSERT_EQUAL_FATAL(count, 2);
    CU_ASSERT_STRING_EQUAL(entry[0].name, "base");
    CU_ASSERT_EQUAL(entry[0].outside, 2);
    CU_ASSERT_EQUAL(entry[1].status, AMBIT_FARM_FAILED);
    CU_ASSERT_STRING_EQUAL(entry[1].message, "no file");
    CU_ASSERT_TRUE(isnan(entry[1].travel));
    ambit_free(&entry);
    (void)snprintf(name, sizeof name, "%s:lost", path);
    CU_ASSERT_EQUAL(ambit_result_read(name, &after), AMBIT_ERR_INPUT);
    CU_ASSERT_PTR_NOT_NULL(strstr(ambit_error_message(), "scenario 'lost' has no plan: no file"));
    ambit_error_clear();
    ambit_result_clear(&base);
    ambit_farm_record_clear(&record);
}

static void tells_names_from_files(void)
{
    const char *const file = ambit_test_file("a:b", "x", 1);
    CU_ASSERT_PTR_NULL(ambit_farm_name_in(file));
    CU_ASSERT_PTR_NULL(ambit_farm_name_in("plan.h5"));
    CU_ASSERT_PTR_NULL(ambit_farm_name_in("no:such/plan.h5"));
    CU_ASSERT_PTR_NULL(ambit_farm_name_in("plan.h5:"));
    CU_ASSERT_STRING_EQUAL(ambit_farm_name_in("plan.h5:more reps, seed=1"), "more reps, seed=1");
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"groups end soonest", groups_end_soonest},
        {"deals the costliest first", deals_the_costliest_first},
        {"gives back every account", gives_back_every_account},
        {"keeps what failed", keeps_what_failed},
        {"tells names from files", tells_names_from_files},
    };
    return ambit_test_main("farm", tests, AMBIT_TEST_COUNT(tests));
}
