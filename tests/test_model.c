/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The model: places, the Hilbert order, neighbours, travel, territories, and rules from bands. */
#include "engine/base/memory.h"
#include "engine/model/neighbours.h"
#include "engine/model/territory_pairs.h"
#include "engine/run/job.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

/* ---- places ---- */

static void units_and_degrees(void)
{
    for (int k = 0; k < 200; k++) {
        const double lat = uniform(1, 1, k, -90.0, 90.0), lon = uniform(1, 2, k, -180.0, 180.0);
        double unit[3], lat_back, lon_back;
        ambit_unit_from_degrees(lat, lon, unit);
        const double length2 = unit[0] * unit[0] + unit[1] * unit[1] + unit[2] * unit[2];
        CU_ASSERT_DOUBLE_EQUAL(length2, 1.0, 1e-15);
        ambit_degrees_from_unit(unit, &lat_back, &lon_back);
        CU_ASSERT_DOUBLE_EQUAL(lat_back, lat, 1e-11);
        CU_ASSERT_DOUBLE_EQUAL(lon_back, lon, 1e-11 / cos(lat * (M_PI / 180.0)));
    }
}

static double km_between(double lat0, double lon0, double lat1, double lon1)
{
    double a[3], b[3];
    ambit_unit_from_degrees(lat0, lon0, a);
    ambit_unit_from_degrees(lat1, lon1, b);
    return ambit_km_from_chord2(ambit_chord2(a, b));
}

static void great_circles(void)
{
    const double degree = AMBIT_EARTH_RADIUS_KM * M_PI / 180.0;
    CU_ASSERT_DOUBLE_EQUAL(degree, 111.195080, 1e-6);
    CU_ASSERT_EQUAL(km_between(12.5, 45.25, 12.5, 45.25), 0.0);
    CU_ASSERT_DOUBLE_EQUAL(km_between(0.0, 0.0, 0.0, 90.0), 90.0 * degree, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(km_between(30.0, 10.0, -30.0, -170.0), 180.0 * degree, 1e-3);
    CU_ASSERT_DOUBLE_EQUAL(km_between(0.0, 179.9, 0.0, -179.9), 0.2 * degree, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(km_between(89.5, 0.0, 89.5, 180.0), degree, 1e-9);
    CU_ASSERT_DOUBLE_EQUAL(ambit_km_from_chord2(4.0000000001), 180.0 * degree, 1e-9);
}

/* ---- the Hilbert order ---- */

/* The key of a cell's middle on a grid of 2^bits cells a side. */
static uint64_t cell_key(int bits, int x, int y)
{
    const double cells = (double)(1 << bits);
    const double lon = -180.0 + 360.0 * ((x + 0.5) / cells);
    const double lat = asin(2.0 * ((y + 0.5) / cells) - 1.0) * (180.0 / M_PI);
    return ambit_hilbert_key(lat, lon) >> (62 - 2 * bits);
}

static void hilbert_walks_the_grid(void)
{
    for (int bits = 1; bits <= 5; bits++) {
        int cell_x[1024] = {0}, cell_y[1024] = {0}, used[1024] = {0};
        const int side = 1 << bits, cells = side * side;
        int outside = 0, twice = 0, jumps = 0;
        for (int x = 0; x < side; x++) {
            for (int y = 0; y < side; y++) {
                const uint64_t key = cell_key(bits, x, y);
                if (key >= (uint64_t)cells) {
                    outside++;
                    continue;
                }
                twice += used[key]++;
                cell_x[key] = x;
                cell_y[key] = y;
            }
        }
        CU_ASSERT_EQUAL(outside, 0);
        CU_ASSERT_EQUAL_FATAL(twice, 0);
        for (int k = 1; k < cells; k++)
            jumps += abs(cell_x[k] - cell_x[k - 1]) + abs(cell_y[k] - cell_y[k - 1]) != 1;
        CU_ASSERT_EQUAL(jumps, 0);
    }
}

static void hilbert_at_the_edges(void)
{
    const uint64_t end = UINT64_C(1) << 62;
    CU_ASSERT_EQUAL(ambit_hilbert_key(-90.0, -180.0), 0);
    CU_ASSERT_EQUAL(ambit_hilbert_key(-90.0, 180.0), end - 1);
    CU_ASSERT(ambit_hilbert_key(90.0, 180.0) < end);
    CU_ASSERT(ambit_hilbert_key(90.0, -180.0) < end);
    CU_ASSERT_EQUAL(ambit_hilbert_key(-90.0, 200.0), end - 1);
    CU_ASSERT_EQUAL(ambit_hilbert_key(-90.0, -200.0), 0);
    CU_ASSERT_EQUAL(ambit_hilbert_key(NAN, NAN), 0);
}

/* A job of one rank with the accounts of `from`, row k being from's row `row[k]`. */
static void shuffled_job(const struct instance *from, const int32_t *row, struct ambit_comm *comm,
                         struct ambit_job *job)
{
    const struct ambit_accounts *whole = &from->accounts;
    struct ambit_run_options options;
    ambit_run_options_init(&options);
    ambit_job_init(job, comm, &options);
    fixture_measures(&job->scenario);
    must(ambit_accounts_create(whole->count, whole->id_width, COLUMNS, &job->accounts));
    struct ambit_accounts *const a = &job->accounts;
    const size_t width = (size_t)whole->id_width;
    for (int32_t k = 0; k < whole->count; k++) {
        const int32_t i = row[k];
        memcpy(&a->id[(size_t)k * width], &whole->id[(size_t)i * width], width);
        a->lat[k] = whole->lat[i];
        a->lon[k] = whole->lon[i];
        a->x[k] = whole->x[i];
        a->y[k] = whole->y[i];
        a->z[k] = whole->z[i];
        a->previous[k] = whole->previous[i];
        for (int c = 0; c < COLUMNS; c++)
            a->column[c][k] = whole->column[c][i];
        a->visits[k] = whole->visits[i];
    }
}

static bool same_accounts(const struct ambit_accounts *a, const struct ambit_accounts *b)
{
    const size_t n = (size_t)a->count;
    return a->count == b->count && memcmp(a->id, b->id, n * (size_t)a->id_width) == 0 &&
           memcmp(a->lat, b->lat, n * sizeof(double)) == 0 &&
           memcmp(a->lon, b->lon, n * sizeof(double)) == 0 &&
           memcmp(a->x, b->x, n * sizeof(double)) == 0 &&
           memcmp(a->y, b->y, n * sizeof(double)) == 0 &&
           memcmp(a->z, b->z, n * sizeof(double)) == 0 &&
           memcmp(a->previous, b->previous, n * sizeof(int32_t)) == 0 &&
           memcmp(a->column[WORKLOAD], b->column[WORKLOAD], n * sizeof(int64_t)) == 0 &&
           memcmp(a->column[POTENTIAL], b->column[POTENTIAL], n * sizeof(int64_t)) == 0 &&
           memcmp(a->visits, b->visits, n * sizeof(int64_t)) == 0 &&
           memcmp(a->local_travel, b->local_travel, n * sizeof(int64_t)) == 0;
}

static void order_forgets_the_input_order(void)
{
    enum { N = 250 };
    struct ambit_comm *comm = NULL;
    must(ambit_comm_create_alone(&comm));
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct instance instance;
        struct ambit_job plain, shuffled;
        int32_t row[N];
        instance_create(seed, N, 2, &instance);
        for (int32_t k = 0; k < N; k++)
            row[k] = k;
        shuffled_job(&instance, row, comm, &plain);
        for (int32_t k = N - 1; k > 0; k--) {
            const uint64_t other = ambit_random_below(seed, 99, (uint64_t)k, (uint64_t)k + 1);
            const int32_t swap = row[k];
            row[k] = row[other];
            row[other] = swap;
        }
        shuffled_job(&instance, row, comm, &shuffled);
        if (seed > 1) { /* visits that are a column go where it goes */
            ambit_accounts_view_visits(&plain.accounts, WORKLOAD);
            ambit_accounts_view_visits(&shuffled.accounts, WORKLOAD);
        }
        must(ambit_job_order(&plain));
        must(ambit_job_order(&shuffled));
        CHECK_SEED(seed, same_accounts(&plain.accounts, &shuffled.accounts));
        CHECK_SEED(seed, (plain.accounts.visits == plain.accounts.column[WORKLOAD]) == (seed > 1));
        for (int32_t i = 1; i < N; i++) {
            const uint64_t before =
                ambit_hilbert_key(plain.accounts.lat[i - 1], plain.accounts.lon[i - 1]);
            const uint64_t here = ambit_hilbert_key(plain.accounts.lat[i], plain.accounts.lon[i]);
            const char *const id = &plain.accounts.id[(size_t)i * 8];
            CHECK_SEED(seed, before < here || (before == here && memcmp(id - 8, id, 8) < 0));
        }
        ambit_job_clear(&plain);
        ambit_job_clear(&shuffled);
        instance_clear(&instance);
    }
    ambit_comm_destroy(&comm);
}

/* ---- neighbours ---- */

static int compare_doubles(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double kth_by_brute_force(const double *place, int count, int self, int k, double *scratch)
{
    int others = 0;
    for (int i = 0; i < count; i++) {
        if (i != self) scratch[others++] = ambit_chord2(&place[3L * self], &place[3L * i]);
    }
    qsort(scratch, (size_t)others, sizeof *scratch, compare_doubles);
    if (others == 0) return 0.0;
    return scratch[(k < others ? k : others) - 1];
}

static void neighbours_as_by_brute_force(void)
{
    static const int counts[] = {1, 2, 7, 8, 9, 64, 65, 300}, wanted[] = {1, 6, 64};
    double place[3 * 300], scratch[300] = {0.0}, found[300];
    for (size_t n = 0; n < sizeof counts / sizeof counts[0]; n++) {
        const int count = counts[n];
        for (int i = 0; i < count; i++) {
            /* Every third is a duplicate of one before; not in Hilbert order, which is for speed.
             */
            const int64_t from = i % 3 == 2 ? i / 2 : i;
            ambit_unit_from_degrees(uniform(n, 1, from, -80.0, 80.0),
                                    uniform(n, 2, from, -180.0, 180.0), &place[3L * i]);
        }
        for (int w = 0; w < 3; w++) {
            const int begin = count / 4;
            must(ambit_neighbour_chord2(place, count, begin, count, wanted[w], found));
            for (int i = begin; i < count; i++)
                CHECK_SEED(n, found[i - begin] ==
                                  kth_by_brute_force(place, count, i, wanted[w], scratch));
        }
    }
    for (int i = 0; i < 300; i++)
        memcpy(&place[3L * i], place, 3 * sizeof(double));
    must(ambit_neighbour_chord2(place, 300, 0, 300, 6, found));
    for (int i = 0; i < 300; i++)
        CU_ASSERT_EQUAL(found[i], 0.0);
    CHECK_FAULTS(ambit_neighbour_chord2(place, 300, 0, 300, 6, found), (void)0);
}

/* The same from places that are not among those asked about. */
static void neighbours_of_others(void)
{
    const int counts[] = {1, 2, 7, 8, 9, 65, 200};
    double place[3 * 201], scratch[201] = {0.0};
    struct ambit_neighbour_tree *tree = NULL;
    for (size_t n = 0; n < sizeof counts / sizeof counts[0]; n++) {
        const int count = counts[n];
        for (int i = 0; i < count; i++)
            ambit_unit_from_degrees(uniform(n, 1, i, 30.0, 50.0), uniform(n, 2, i, 0.0, 20.0),
                                    &place[3L * i]);
        must(ambit_neighbour_tree_create(place, count, &tree));
        for (int q = 0; q < 40; q++) {
            double *const from = &place[3L * count];
            ambit_unit_from_degrees(uniform(n, 3, q, 25.0, 55.0), uniform(n, 4, q, -5.0, 25.0),
                                    from);
            if (q == 0) memcpy(from, place, 3 * sizeof *from); /* on the spot of one of them */
            for (int wanted = 1; wanted <= 64; wanted += 9)
                CHECK_SEED(n, ambit_neighbour_tree_chord2(tree, from, wanted) ==
                                  kth_by_brute_force(place, count + 1, count, wanted, scratch));
        }
        ambit_neighbour_tree_destroy(&tree);
    }
    CHECK_FAULTS(ambit_neighbour_tree_create(place, 200, &tree),
                 ambit_neighbour_tree_destroy(&tree));
}

/* ---- travel ---- */

static void minutes_by_power(void)
{
    const struct ambit_drive_time usual = {.a = 3.28, .b = 0.768}, even = {.a = 2.0, .b = 1.0};
    CU_ASSERT_EQUAL(ambit_drive_minutes(&usual, 0.0), 0.0);
    CU_ASSERT_DOUBLE_EQUAL(ambit_drive_minutes(&usual, 1.0), 3.28, 1e-14);
    CU_ASSERT_DOUBLE_EQUAL(ambit_drive_minutes(&usual, 10.0), 19.225332, 1e-6);
    CU_ASSERT_EQUAL(ambit_drive_minutes(&even, 15.0), 30.0);
}

static void minutes_by_table(void)
{
    const struct ambit_drive_time drive = {.a = 99.0,
                                           .b = 9.0,
                                           .table_count = 3,
                                           .table_km = {10.0, 30.0, 100.0},
                                           .table_minutes = {15.0, 35.0, 105.0}};
    const struct ambit_drive_time from_zero = {
        .table_count = 2, .table_km = {0.0, 10.0}, .table_minutes = {4.0, 14.0}};
    CU_ASSERT_EQUAL(ambit_drive_minutes(&drive, 0.0), 0.0);
    CU_ASSERT_EQUAL(ambit_drive_minutes(&drive, 5.0), 7.5);
    CU_ASSERT_EQUAL(ambit_drive_minutes(&drive, 10.0), 15.0);
    CU_ASSERT_EQUAL(ambit_drive_minutes(&drive, 20.0), 25.0);
    CU_ASSERT_EQUAL(ambit_drive_minutes(&drive, 30.0), 35.0);
    CU_ASSERT_EQUAL(ambit_drive_minutes(&drive, 65.0), 70.0);
    CU_ASSERT_EQUAL(ambit_drive_minutes(&drive, 100.0), 105.0);
    CU_ASSERT_EQUAL(ambit_drive_minutes(&drive, 170.0), 175.0);
    CU_ASSERT_EQUAL(ambit_drive_minutes(&from_zero, 0.0), 4.0);
    CU_ASSERT_EQUAL(ambit_drive_minutes(&from_zero, 5.0), 9.0);
    CU_ASSERT_EQUAL(ambit_drive_minutes(&from_zero, 20.0), 24.0);
}

/* 12 visits a year, one degree (111.19508 km) from the centre, 2 minutes a km, 4 stops a day:
 * 12 × 2 × 222.39016 / 4 / 60 = 22.239016 h of line haul; 3 km between stops: 12 × 6 / 60 = 1.2 h.
 */
static void travel_by_hand(void)
{
    struct instance instance;
    double centre[3];
    instance_create(1, 1, 1, &instance);
    instance.scenario.drive_time = (struct ambit_drive_time){.a = 2.0, .b = 1.0};
    instance.scenario.stops_per_day = 4.0;
    struct ambit_accounts *const a = &instance.accounts;
    a->x[0] = 1.0;
    a->y[0] = a->z[0] = 0.0;
    a->visits[0] = 12 * AMBIT_MICRO;
    a->local_travel[0] = ambit_local_travel(&instance.scenario, a->visits[0], 3.0);
    CU_ASSERT_EQUAL(a->local_travel[0], 1200000);
    ambit_unit_from_degrees(0.0, 1.0, centre);
    CU_ASSERT_DOUBLE_EQUAL(
        ambit_haul_hours(&instance.scenario, ambit_chord2(centre, &(double[3]){1.0, 0.0, 0.0}[0])),
        1.8532513, 1e-7);
    CU_ASSERT_EQUAL(ambit_travel_of(&instance.scenario, a, 0, centre), 23439016);
    ambit_unit_from_degrees(0.0, 0.0, centre);
    CU_ASSERT_EQUAL(ambit_travel_of(&instance.scenario, a, 0, centre), 1200000);
    instance_clear(&instance);
}

static void haul_rises_with_distance(void)
{
    struct ambit_scenario scenario;
    ambit_scenario_init(&scenario);
    double before = -1.0;
    for (int k = 0; k <= 400; k++) {
        const double hours = ambit_haul_hours(&scenario, 4.0 * k / 400.0);
        CU_ASSERT(hours > before);
        before = hours;
    }
}

/* ---- territories ---- */

static void territories_by_name(void)
{
    static const char *const names[] = {"west", "East", "north", "a", "b"};
    struct ambit_territories territories = {.count = 5};
    territories.item = must_alloc(5, sizeof *territories.item);
    for (int j = 0; j < 5; j++)
        (void)snprintf(territories.item[j].name, AMBIT_NAME_MAX, "%s", names[j]);
    CU_ASSERT_EQUAL(ambit_territories_sort(&territories), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(territories.item[0].name, "East");
    CU_ASSERT_STRING_EQUAL(territories.item[4].name, "west");
    for (int32_t j = 0; j < 5; j++)
        CU_ASSERT_EQUAL(ambit_territories_find(&territories, territories.item[j].name), j);
    CU_ASSERT_EQUAL(ambit_territories_find(&territories, "Z"), -1);
    CU_ASSERT_EQUAL(ambit_territories_find(&territories, ""), -1);
    CU_ASSERT_EQUAL(ambit_territories_find(&territories, "zzz"), -1);
    (void)snprintf(territories.item[3].name, AMBIT_NAME_MAX, "b");
    CU_ASSERT_EQUAL(ambit_territories_sort(&territories), AMBIT_ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "territories: expected every name once, found 'b' twice");
    ambit_territories_clear(&territories);
    CU_ASSERT_EQUAL(ambit_territories_sort(&territories), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_territories_find(&territories, "b"), -1);
}

/* ---- rules ---- */

/* Two accounts and three territories of capacity 1, 2 and 5, with numbers to reckon by hand. */
static void small_instance(struct instance *instance)
{
    instance_create(1, 2, 3, instance);
    for (int32_t j = 0; j < 3; j++)
        instance->territories.item[j].capacity = j == 2 ? 5.0 : j + 1.0;
    instance->accounts.column[WORKLOAD][0] = 10000000;
    instance->accounts.column[WORKLOAD][1] = 30000001;
    instance->accounts.column[POTENTIAL][0] = 500000;
    instance->accounts.column[POTENTIAL][1] = 0;
}

/* Limits of territory j by rule 0 of the one-rule problem, for a total of 8 units. */
static void check_sides(const struct instance *instance, double guard, int j, double lower,
                        double upper)
{
    const int64_t total[AMBIT_RULE_MAX] = {8000000};
    double low[3], high[3];
    CU_ASSERT_EQUAL_FATAL(instance->problem.rule_count, 1);
    ambit_problem_sides(&instance->problem, total, guard, low, high);
    if (isinf(lower)) {
        CU_ASSERT_EQUAL(low[j], lower);
    } else {
        CU_ASSERT_DOUBLE_EQUAL(low[j], lower, 1e-6);
    }
    if (isinf(upper)) {
        CU_ASSERT_EQUAL(high[j], upper);
    } else {
        CU_ASSERT_DOUBLE_EQUAL(high[j], upper, 1e-6);
    }
}

static void rule_of_equal_targets(void)
{
    struct instance instance;
    small_instance(&instance);
    instance_relative(&instance, HOURS, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    instance.scenario.disruption_hours = 1.5;
    instance_compile(&instance);
    CU_ASSERT_EQUAL(instance.problem.disruption, 1500000);
    CU_ASSERT_EQUAL(instance.problem.base[0][1], 30000001);
    CU_ASSERT_EQUAL(instance.problem.rule[0].travel_weight, 1.0);
    CU_ASSERT_EQUAL(ambit_rule_load(&instance.problem, 0, 0, 77), 10000077);
    for (int j = 0; j < 3; j++)
        check_sides(&instance, 0.0, j, 2400000.0, 8800000.0 / 3.0);
    /* A fifth of half the band, 2 % of the target, from either side. */
    check_sides(&instance, 0.2, 0, 0.92 * 8000000.0 / 3.0, 1.08 * 8000000.0 / 3.0);
    instance_clear(&instance);
}

static void rule_by_capacity(void)
{
    struct instance instance;
    small_instance(&instance);
    instance_relative(&instance, WORTH, AMBIT_TARGET_CAPACITY, 0.0, 1.5);
    instance_compile(&instance);
    CU_ASSERT_EQUAL(instance.problem.base[0][0], 500000);
    CU_ASSERT_EQUAL(instance.problem.rule[0].travel_weight, 0.0);
    CU_ASSERT_EQUAL(ambit_rule_load(&instance.problem, 0, 0, 77), 500000);
    check_sides(&instance, 0.0, 0, -INFINITY, 1500000.0);
    check_sides(&instance, 0.0, 1, -INFINITY, 3000000.0);
    check_sides(&instance, 0.0, 2, -INFINITY, 7500000.0);
    check_sides(&instance, 0.2, 2, -INFINITY, 1.49 * 5000000.0);
    instance_clear(&instance);
}

static void rule_without_capacity(void)
{
    struct instance instance;
    small_instance(&instance);
    for (int j = 0; j < 3; j++)
        instance.territories.item[j].capacity = 0.0;
    instance_relative(&instance, WORTH, AMBIT_TARGET_CAPACITY, 0.0, 1.5);
    CU_ASSERT_EQUAL(ambit_problem_create(&instance.scenario, &instance.accounts,
                                         &instance.territories, &instance.problem),
                    AMBIT_ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "scenario.yaml:7:3: bands.worth.target: expected capacities above 0 to "
                           "share the total by, found none; give `capacity` in reps.columns");
    CU_ASSERT_EQUAL(instance.problem.rule_count, 0);
    instance_clear(&instance);
}

static void rule_of_given_targets(void)
{
    struct instance instance;
    small_instance(&instance);
    instance_relative(&instance, NUMBER, AMBIT_TARGET_GIVEN, 0.8, 1.2);
    instance.scenario.band[0].target_value = 10.0;
    instance_compile(&instance);
    CU_ASSERT_EQUAL(instance.problem.base[0][1], 1000000);
    for (int j = 0; j < 3; j++)
        check_sides(&instance, 0.0, j, 8000000.0, 12000000.0);
    /* Not narrowed: ten accounts are ten. */
    check_sides(&instance, 0.2, 0, 8000000.0, 12000000.0);
    instance_clear(&instance);
}

static void rule_of_absolute_limits(void)
{
    struct instance instance;
    small_instance(&instance);
    instance_absolute(&instance, WORTH, 2.5, -1.0);
    instance_compile(&instance);
    check_sides(&instance, 0.0, 1, 2500000.0, INFINITY);
    check_sides(&instance, 0.2, 1, 2500000.0, INFINITY);
    instance_clear(&instance);
    /* Narrowed by four times the mean number of accounts, for the rounding of travel. */
    small_instance(&instance);
    instance_absolute(&instance, HOURS, 2.5, -1.0);
    instance_compile(&instance);
    check_sides(&instance, 0.0, 1, 2500000.0, INFINITY);
    check_sides(&instance, 0.2, 1, 2500000.0 + 8.0 / 3.0, INFINITY);
    instance_clear(&instance);
}

static void rule_of_a_share(void)
{
    struct instance instance;
    small_instance(&instance);
    instance_share(&instance, TRAVEL, HOURS, -1.0, 0.35);
    instance_compile(&instance);
    CU_ASSERT_EQUAL(instance.problem.base[0][0], -3500000);
    CU_ASSERT_EQUAL(instance.problem.base[0][1], -10500000);
    CU_ASSERT_DOUBLE_EQUAL(instance.problem.rule[0].travel_weight, 0.65, 1e-15);
    CU_ASSERT_EQUAL(ambit_rule_load(&instance.problem, 0, 0, 2000001), -3500000 + 1300001);
    check_sides(&instance, 0.0, 2, -INFINITY, 0.0);
    /* What relaxing does: another limit, the rule compiled again. */
    instance.scenario.band[0].upper = 0.5;
    ambit_problem_refresh_rule(&instance.problem, 0);
    CU_ASSERT_EQUAL(instance.problem.base[0][0], -5000000);
    CU_ASSERT_EQUAL(instance.problem.rule[0].travel_weight, 0.5);
    CU_ASSERT_EQUAL(instance.problem.rule[0].column_weight[WORKLOAD], -0.5);
    check_sides(&instance, 0.0, 2, -INFINITY, 0.0);
    instance_clear(&instance);
}

static void rules_of_shares_on_both_sides(void)
{
    struct instance instance;
    const int64_t total[AMBIT_RULE_MAX] = {1000000, 1000000, 1000000};
    double low[9], high[9];
    small_instance(&instance);
    instance_share(&instance, TRAVEL, HOURS, 0.1, 0.4);
    instance_share(&instance, TRAVEL, ONLY_WORK, 0.2, -1.0);
    instance_compile(&instance);
    const struct ambit_problem *const problem = &instance.problem;
    CU_ASSERT_EQUAL_FATAL(problem->rule_count, 3);
    CU_ASSERT(problem->rule[0].uses_lower && !problem->rule[0].uses_upper);
    CU_ASSERT(!problem->rule[1].uses_lower && problem->rule[1].uses_upper);
    CU_ASSERT_EQUAL(problem->rule[0].band, 0);
    CU_ASSERT_EQUAL(problem->rule[1].band, 0);
    CU_ASSERT_EQUAL(problem->rule[2].band, 1);
    CU_ASSERT_EQUAL(problem->base[0][0], -1000000);
    CU_ASSERT_EQUAL(problem->base[1][0], -4000000);
    CU_ASSERT_EQUAL(problem->base[2][0], -2000000);
    CU_ASSERT_EQUAL(problem->rule[0].travel_weight, 0.9);
    CU_ASSERT_EQUAL(problem->rule[1].travel_weight, 0.6);
    CU_ASSERT_EQUAL(problem->rule[2].travel_weight, 1.0);
    ambit_problem_sides(problem, total, 0.0, low, high);
    CU_ASSERT(low[0] == 0.0 && isinf(high[0]));
    CU_ASSERT(isinf(low[1]) && high[1] == 0.0);
    CU_ASSERT(low[2] == 0.0 && isinf(high[2]));
    instance_clear(&instance);
}

/* A column is not kept twice where it is all that a rule counts beside travel. */
static void columns_are_lent_to_rules(void)
{
    struct instance instance;
    small_instance(&instance);
    const struct ambit_problem *const problem = &instance.problem;
    instance.scenario.measure[ONLY_WORK] =
        (struct ambit_measure){"twice", "", 2, {WORKLOAD, WORKLOAD}};
    instance_relative(&instance, HOURS, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    instance_relative(&instance, WORTH, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    instance_relative(&instance, TRAVEL, AMBIT_TARGET_EQUAL, 0.0, 1.2);
    instance_relative(&instance, NUMBER, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    instance_relative(&instance, ONLY_WORK, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    instance_share(&instance, WORTH, HOURS, -1.0, 0.5);
    instance_compile(&instance);
    CU_ASSERT_PTR_EQUAL(problem->base[0], instance.accounts.column[WORKLOAD]);
    CU_ASSERT_PTR_EQUAL(problem->base[1], instance.accounts.column[POTENTIAL]);
    CU_ASSERT(problem->own_base[0] == NULL && problem->own_base[1] == NULL);
    for (int r = 2; r < 6; r++)
        CU_ASSERT(problem->own_base[r] != NULL && problem->base[r] == problem->own_base[r]);
    CU_ASSERT_EQUAL(problem->base[2][1], 0);
    CU_ASSERT_EQUAL(problem->base[3][1], 1000000);
    CU_ASSERT_EQUAL(problem->base[4][1], 60000002);
    CU_ASSERT_EQUAL(problem->base[5][0], 500000 - 5000000);
    ambit_problem_refresh_rule(&instance.problem, 0);
    CU_ASSERT_EQUAL(problem->base[0][1], 30000001);
    instance_clear(&instance);
}

static void rule_of_a_sum(void)
{
    struct instance instance;
    small_instance(&instance);
    instance.scenario.measure[HOURS] = (struct ambit_measure){
        "all", "", 4, {WORKLOAD, POTENTIAL, AMBIT_TERM_COUNT, AMBIT_TERM_TRAVEL}};
    instance_relative(&instance, HOURS, AMBIT_TARGET_EQUAL, 0.9, 0.0);
    instance_compile(&instance);
    CU_ASSERT_EQUAL(instance.problem.base[0][0], 10000000 + 500000 + 1000000);
    CU_ASSERT_EQUAL(instance.problem.base[0][1], 30000001 + 1000000);
    CU_ASSERT_EQUAL(ambit_rule_load(&instance.problem, 0, 1, 5), 31000006);
    check_sides(&instance, 0.0, 0, 2400000.0, INFINITY);
    check_sides(&instance, 0.2, 0, 0.91 * 8000000.0 / 3.0, INFINITY);
    instance_clear(&instance);
}

static void rules_out_of_memory(void)
{
    struct instance instance;
    small_instance(&instance);
    instance_relative(&instance, HOURS, AMBIT_TARGET_EQUAL, 0.9, 1.1);
    instance_share(&instance, TRAVEL, HOURS, 0.1, 0.4);
    CHECK_FAULTS(ambit_problem_create(&instance.scenario, &instance.accounts, &instance.territories,
                                      &instance.problem),
                 ambit_problem_clear(&instance.problem));
    struct ambit_accounts accounts;
    CHECK_FAULTS(ambit_accounts_create(5, 8, COLUMNS, &accounts), ambit_accounts_clear(&accounts));
    instance_clear(&instance);
}

static void kept_accounts_close_up(void)
{
    struct ambit_accounts a;
    static const bool kept[4] = {false, true, false, true};
    CU_ASSERT_EQUAL_FATAL(ambit_accounts_create(4, 2, 1, &a), AMBIT_OK);
    CU_ASSERT_EQUAL_FATAL(ambit_alloc(&a.tags, 4, sizeof *a.tags), AMBIT_OK);
    for (int32_t i = 0; i < 4; i++) {
        a.id[2 * i] = (char)('A' + i);
        a.lat[i] = a.z[i] = 10.0 * i;
        a.previous[i] = i - 1;
        a.column[0][i] = 100 + i;
        a.visits[i] = 200 + i;
        a.tags[i] = (uint32_t)i;
    }
    ambit_accounts_keep(&a, kept);
    CU_ASSERT_EQUAL(a.count, 2);
    for (int32_t i = 0; i < 2; i++) {
        const int32_t was = 2 * i + 1;
        CU_ASSERT_EQUAL(a.id[2 * i], 'A' + was);
        CU_ASSERT(a.lat[i] == 10.0 * was && a.z[i] == 10.0 * was);
        CU_ASSERT_EQUAL(a.previous[i], was - 1);
        CU_ASSERT(a.column[0][i] == 100 + was && a.visits[i] == 200 + was);
        CU_ASSERT_EQUAL(a.tags[i], (uint32_t)was);
    }
    ambit_accounts_view_visits(&a, 0); /* a view moves with its column, once */
    ambit_accounts_keep(&a, (const bool[2]){false, true});
    CU_ASSERT_EQUAL(a.visits[0], 103);
    ambit_accounts_clear(&a);
}

static void pairs_of_kept_accounts(void)
{
    struct ambit_pairs pairs = {0};
    static const struct ambit_pair pair[] = {{0, 5}, {1, 3}, {1, 4}, {2, 3}, {3, 1}};
    static const bool kept[4] = {false, true, false, true};
    int64_t count = 0;
    for (size_t p = 0; p < sizeof pair / sizeof *pair; p++)
        CU_ASSERT_EQUAL(ambit_pairs_add(&pairs, pair[p]), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_pairs_keep(&pairs, kept, 4), AMBIT_OK);
    CU_ASSERT_EQUAL_FATAL(pairs.count, 3);
    CU_ASSERT(pairs.item[0].account == 0 && pairs.item[0].territory == 3);
    CU_ASSERT(pairs.item[1].account == 0 && pairs.item[1].territory == 4);
    CU_ASSERT(pairs.item[2].account == 1 && pairs.item[2].territory == 1);
    CU_ASSERT_EQUAL(ambit_pairs_of(&pairs, 1, &count), 2);
    CU_ASSERT_EQUAL(count, 1);
    ambit_pairs_clear(&pairs);
}

static void pairs_in_order_and_once(void)
{
    int32_t pair[][2] = {{3, 9}, {0, 7}, {3, 4}, {0, 7}, {0, 2}, {3, 9}, {3, 9}, {1, 2}};
    static const int32_t expected[][2] = {{0, 2}, {0, 7}, {1, 2}, {3, 4}, {3, 9}};
    CU_ASSERT_EQUAL(ambit_territory_pairs_sort(pair, 8), 5);
    CU_ASSERT_EQUAL(memcmp(pair, expected, sizeof expected), 0);
    CU_ASSERT_EQUAL(ambit_territory_pairs_sort(pair, 1), 1);
    CU_ASSERT_EQUAL(ambit_territory_pairs_sort(NULL, 0), 0);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"unit vectors and degrees", units_and_degrees},
        {"great-circle distances", great_circles},
        {"the Hilbert curve visits every cell, each beside the one before", hilbert_walks_the_grid},
        {"the Hilbert key at poles, date line and beyond", hilbert_at_the_edges},
        {"the canonical order forgets the input order", order_forgets_the_input_order},
        {"neighbours as by brute force", neighbours_as_by_brute_force},
        {"neighbours of others", neighbours_of_others},
        {"drive minutes by a·d^b", minutes_by_power},
        {"drive minutes by a table", minutes_by_table},
        {"travel of an account by hand", travel_by_hand},
        {"line haul rises with the distance", haul_rises_with_distance},
        {"territories are sorted and found by name", territories_by_name},
        {"pairs of territories in order, each once", pairs_in_order_and_once},
        {"accounts that are kept close up", kept_accounts_close_up},
        {"pairs of accounts that are kept", pairs_of_kept_accounts},
        {"a rule with equal targets", rule_of_equal_targets},
        {"a rule with targets by capacity", rule_by_capacity},
        {"a rule by capacity where there is none", rule_without_capacity},
        {"a rule with given targets", rule_of_given_targets},
        {"a rule with absolute limits", rule_of_absolute_limits},
        {"a rule from a share", rule_of_a_share},
        {"rules from shares on one and both sides", rules_of_shares_on_both_sides},
        {"rules that are one column borrow it", columns_are_lent_to_rules},
        {"a rule from a sum of columns, count and travel", rule_of_a_sum},
        {"rules when memory runs out", rules_out_of_memory},
    };
    return ambit_test_main("model", tests, AMBIT_TEST_COUNT(tests));
}
