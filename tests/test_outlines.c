/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Outlines: valid, without overlaps, around their own accounts, on lands of every awkward shape.
 */
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "io/geos.h"
#include "io/outlines.h"
#include "tests/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A result with places and territories only; the caller clears it. */
static struct ambit_result make_result(int64_t accounts, int32_t territories)
{
    struct ambit_result result;
    ambit_result_init(&result);
    result.account_count = accounts;
    result.territory_count = territories;
    const size_t count = (size_t)accounts;
    if (ambit_alloc(&result.lat, count, sizeof(double)) != AMBIT_OK ||
        ambit_alloc(&result.lon, count, sizeof(double)) != AMBIT_OK ||
        ambit_alloc(&result.territory, count, sizeof(int32_t)) != AMBIT_OK ||
        ambit_alloc(&result.territories, (size_t)territories, sizeof *result.territories) !=
            AMBIT_OK)
        abort();
    return result;
}

static void set(struct ambit_result *result, int64_t i, double lat, double lon, int32_t territory)
{
    result->lat[i] = lat;
    result->lon[i] = lon;
    result->territory[i] = territory;
}

/* `side` × `side` accounts a tenth of a degree apart; the territory is the column's share. */
static struct ambit_result make_grid(int side, int32_t territories, double lat, double lon)
{
    struct ambit_result result = make_result((int64_t)side * side, territories);
    for (int i = 0; i < side * side; i++) {
        double east = lon + 0.1 * (i % side);
        if (east >= 180.0) east -= 360.0;
        const int row = i / side;
        set(&result, i, lat + 0.1 * row, east, i % side * territories / side);
    }
    return result;
}

/* Even-odd rule over the rings of territory j. */
static bool is_inside(const struct ambit_outlines *o, int32_t j, double lat, double lon)
{
    bool inside = false;
    const int32_t end = o->ring_first[o->polygon_first[j + 1]];
    for (int32_t r = o->ring_first[o->polygon_first[j]]; r < end; r++) {
        for (int32_t k = o->point_first[r] + 1; k < o->point_first[r + 1]; k++) {
            const double y0 = o->lat[k - 1], y1 = o->lat[k], x0 = o->lon[k - 1], x1 = o->lon[k];
            if ((y0 > lat) != (y1 > lat) && lon < x0 + (lat - y0) / (y1 - y0) * (x1 - x0))
                inside = !inside;
        }
    }
    return inside;
}

/* Square degrees of territory j: holes turn the other way and count against it. */
static double signed_area(const struct ambit_outlines *o, int32_t ring_begin, int32_t ring_end)
{
    double twice = 0.0;
    for (int32_t r = ring_begin; r < ring_end; r++) {
        for (int32_t k = o->point_first[r] + 1; k < o->point_first[r + 1]; k++)
            twice += (double)o->lon[k - 1] * o->lat[k] - (double)o->lon[k] * o->lat[k - 1];
    }
    return 0.5 * twice / AMBIT_OUTLINE_UNITS / AMBIT_OUTLINE_UNITS;
}

static double territory_area(const struct ambit_outlines *o, int32_t j)
{
    return signed_area(o, o->ring_first[o->polygon_first[j]],
                       o->ring_first[o->polygon_first[j + 1]]);
}

/* The outlines' polygons for the checks that GEOS makes. */
static struct ambit_polygons as_polygons(const struct ambit_outlines *o)
{
    struct ambit_polygons p = {.count = o->polygon_first[o->territory_count]};
    const int32_t rings = o->ring_first[p.count], points = o->point_first[rings];
    if (ambit_alloc(&p.ring_first, (size_t)p.count + 1, sizeof(int32_t)) != AMBIT_OK ||
        ambit_alloc(&p.point_first, (size_t)rings + 1, sizeof(int32_t)) != AMBIT_OK ||
        ambit_alloc(&p.x, (size_t)points, sizeof(double)) != AMBIT_OK ||
        ambit_alloc(&p.y, (size_t)points, sizeof(double)) != AMBIT_OK)
        abort();
    memcpy(p.ring_first, o->ring_first, ((size_t)p.count + 1) * sizeof(int32_t));
    memcpy(p.point_first, o->point_first, ((size_t)rings + 1) * sizeof(int32_t));
    for (int32_t k = 0; k < points; k++) {
        p.x[k] = o->lon[k];
        p.y[k] = o->lat[k];
    }
    return p;
}

/* Every multipolygon is valid, and together they cover what their areas add up to. */
static void check_valid(const struct ambit_outlines *o)
{
    struct ambit_geos *geos = NULL;
    struct ambit_polygons polygons = as_polygons(o), whole = {0};
    int32_t *all = NULL;
    double sum = 0.0, covered = 0.0;
    if (ambit_geos_create(&geos) != AMBIT_OK ||
        ambit_alloc(&all, (size_t)polygons.count, sizeof(int32_t)) != AMBIT_OK)
        abort();
    for (int32_t p = 0; p < polygons.count; p++)
        all[p] = p;
    for (int32_t j = 0; j < o->territory_count; j++) {
        bool valid = false;
        CU_ASSERT_EQUAL(
            ambit_geos_valid(geos, &polygons, o->polygon_first[j], o->polygon_first[j + 1], &valid),
            AMBIT_OK);
        CU_ASSERT_TRUE(valid);
        sum += territory_area(o, j);
    }
    CU_ASSERT_EQUAL(ambit_geos_merge(geos, &polygons, all, polygons.count, &whole), AMBIT_OK);
    for (int32_t p = 0; p < whole.count; p++) {
        for (int32_t r = whole.ring_first[p]; r < whole.ring_first[p + 1]; r++) {
            double twice = 0.0;
            for (int32_t k = whole.point_first[r] + 1; k < whole.point_first[r + 1]; k++)
                twice += whole.x[k - 1] * whole.y[k] - whole.x[k] * whole.y[k - 1];
            covered += r == whole.ring_first[p] ? fabs(twice) : -fabs(twice);
        }
    }
    covered *= 0.5 / AMBIT_OUTLINE_UNITS / AMBIT_OUTLINE_UNITS;
    CU_ASSERT_DOUBLE_EQUAL(sum, covered, 1e-9 * fabs(sum) + 1e-9);
    ambit_polygons_clear(&polygons);
    ambit_polygons_clear(&whole);
    ambit_free(&all);
    ambit_geos_destroy(&geos);
}

/* Rings are closed and turn as RFC 7946 asks; longitudes and latitudes are in range. */
static void check_rings(const struct ambit_outlines *o)
{
    bool closed = true, turned = true, in_range = true;
    const int32_t polygons = o->polygon_first[o->territory_count];
    for (int32_t p = 0; p < polygons; p++) {
        for (int32_t r = o->ring_first[p]; r < o->ring_first[p + 1]; r++) {
            const int32_t first = o->point_first[r], last = o->point_first[r + 1] - 1;
            closed = closed && last - first >= 3 && o->lat[first] == o->lat[last] &&
                     o->lon[first] == o->lon[last];
            turned = turned && (signed_area(o, r, r + 1) > 0) == (r == o->ring_first[p]);
            for (int32_t k = first; k <= last; k++)
                in_range = in_range && abs(o->lon[k]) <= 18000000 && abs(o->lat[k]) <= 9000000;
        }
    }
    CU_ASSERT_TRUE(closed);
    CU_ASSERT_TRUE(turned);
    CU_ASSERT_TRUE(in_range);
}

/* How many accounts lie inside their own territory's outline and in no other. */
static int64_t count_at_home(const struct ambit_result *result, const struct ambit_outlines *o)
{
    int64_t count = 0;
    for (int64_t i = 0; i < result->account_count; i++) {
        const double lat = result->lat[i] * AMBIT_OUTLINE_UNITS;
        const double lon = result->lon[i] * AMBIT_OUTLINE_UNITS;
        int found = 0;
        for (int32_t j = 0; j < o->territory_count; j++)
            found += is_inside(o, j, lat, lon);
        count += found == 1 && is_inside(o, result->territory[i], lat, lon);
    }
    return count;
}

/* Draws, makes every check, and gives the outlines for more. */
static struct ambit_outlines *draw_and_check(const struct ambit_result *result)
{
    struct ambit_outlines *o = NULL;
    CU_ASSERT_EQUAL(ambit_outlines_create(result, &o), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "");
    if (o == NULL) abort();
    check_rings(o);
    check_valid(o);
    return o;
}

static void draws_nothing_for_no_accounts(void)
{
    struct ambit_result result = make_result(0, 3);
    struct ambit_outlines *o = draw_and_check(&result);
    CU_ASSERT_EQUAL(o->territory_count, 3);
    CU_ASSERT_EQUAL(o->polygon_first[3], 0);
    CU_ASSERT_EQUAL(o->neighbour_count, 0);
    ambit_outlines_destroy(&o);
    CU_ASSERT_PTR_NULL(o);
    ambit_result_clear(&result);
}

static void draws_a_disc_around_one_account(void)
{
    struct ambit_result result = make_result(1, 2);
    set(&result, 0, 48.2, 16.37, 1);
    struct ambit_outlines *o = draw_and_check(&result);
    CU_ASSERT_EQUAL(o->polygon_first[1], 0);
    CU_ASSERT_EQUAL(o->polygon_first[2], 1);
    CU_ASSERT_EQUAL(count_at_home(&result, o), 1);
    /* A disc of 125 m, in degrees of latitude and of longitude. */
    const double disc = M_PI * (0.125 / 111.2) * (0.125 / (111.32 * cos(48.2 * M_PI / 180.0)));
    CU_ASSERT_DOUBLE_EQUAL(territory_area(o, 1), disc, 0.08 * disc);
    ambit_outlines_destroy(&o);
    ambit_result_clear(&result);
}

static void splits_a_grid_in_the_middle(void)
{
    struct ambit_result result = make_grid(10, 2, 40.0, 10.0);
    struct ambit_outlines *o = draw_and_check(&result);
    CU_ASSERT_EQUAL(o->polygon_first[1], 1);
    CU_ASSERT_EQUAL(o->polygon_first[2], 2);
    CU_ASSERT_EQUAL(o->neighbour_count, 1);
    CU_ASSERT_EQUAL(o->neighbour[0][0], 0);
    CU_ASSERT_EQUAL(o->neighbour[0][1], 1);
    CU_ASSERT_EQUAL(count_at_home(&result, o), 100);
    CU_ASSERT_DOUBLE_EQUAL(territory_area(o, 0), territory_area(o, 1), 2e-4);
    int on_border = 0; /* corners of cells between the two middle columns */
    for (int32_t k = 0; k < o->point_first[1]; k++)
        on_border += abs(o->lon[k] - 1045000) <= 1;
    CU_ASSERT_TRUE(on_border >= 9);
    ambit_outlines_destroy(&o);
    ambit_result_clear(&result);
}

static void gives_a_shared_place_to_the_first_account(void)
{
    struct ambit_result result = make_result(4, 3);
    set(&result, 0, 50.0, 8.0, 2);
    set(&result, 1, 50.0, 8.0, 0);
    set(&result, 2, 50.0, 8.0, 2);
    set(&result, 3, 50.2, 8.0, 1);
    struct ambit_outlines *o = draw_and_check(&result);
    CU_ASSERT_EQUAL(o->polygon_first[1], 0);
    CU_ASSERT_EQUAL(o->polygon_first[3], 2);
    CU_ASSERT_TRUE(is_inside(o, 2, 5000000, 800000));
    CU_ASSERT_TRUE(is_inside(o, 1, 5020000, 800000));
    ambit_outlines_destroy(&o);
    ambit_result_clear(&result);
}

static void draws_accounts_in_a_line(void)
{
    struct ambit_result result = make_result(50, 5);
    for (int i = 0; i < 50; i++)
        set(&result, i, 10.0 + 0.02 * i, -3.0, i / 10);
    struct ambit_outlines *o = draw_and_check(&result);
    CU_ASSERT_EQUAL(count_at_home(&result, o), 50);
    CU_ASSERT_EQUAL(o->polygon_first[5], 5);
    ambit_outlines_destroy(&o);
    ambit_result_clear(&result);
}

/* Lumpy places, and territories as mixed up as can be. */
static void draws_interleaved_territories(void)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct ambit_result result = make_result(600, 7);
        for (int i = 0; i < 600; i++) {
            const uint64_t at = 4 * (uint64_t)i;
            const double spread = seed % 2 == 0 ? 8.0 : 8.0 * ambit_random_unit(seed, 1, at);
            set(&result, i, -33.0 + spread * ambit_random_unit(seed, 1, at + 1),
                20.0 + spread * ambit_random_unit(seed, 1, at + 2),
                (int32_t)ambit_random_below(seed, 1, at + 3, 7));
        }
        struct ambit_outlines *o = draw_and_check(&result);
        const int64_t home = count_at_home(&result, o);
        if (home != 600) fprintf(stderr, "seed %d: %d of 600\n", (int)seed, (int)home);
        CU_ASSERT_EQUAL(home, 600);
        CU_ASSERT_EQUAL(o->neighbour_count, 21);
        ambit_outlines_destroy(&o);
        ambit_result_clear(&result);
    }
}

static void cuts_land_at_the_date_line(void)
{
    struct ambit_result result = make_grid(20, 1, -18.0, 179.05);
    struct ambit_outlines *o = draw_and_check(&result);
    CU_ASSERT_EQUAL(o->polygon_first[1], 2);
    CU_ASSERT_EQUAL(count_at_home(&result, o), 400);
    int east = 0, west = 0;
    for (int32_t k = 0; k < o->point_first[o->ring_first[2]]; k++) {
        east += o->lon[k] == 18000000;
        west += o->lon[k] == -18000000;
    }
    CU_ASSERT_TRUE(east >= 2);
    CU_ASSERT_TRUE(west >= 2);
    ambit_outlines_destroy(&o);
    ambit_result_clear(&result);
}

static void draws_the_whole_world(void)
{
    struct ambit_result result = make_result(2000, 12);
    for (int i = 0; i < 2000; i++) {
        const double lon = -175.0 + 350.0 * ambit_random_unit(3, 0, 2 * (uint64_t)i);
        set(&result, i, asin(-0.8 + 1.6 * ambit_random_unit(3, 0, 2 * (uint64_t)i + 1)) * 57.29578,
            lon, (int32_t)((lon + 175.0) / 350.0 * 12.0));
    }
    struct ambit_outlines *o = draw_and_check(&result);
    CU_ASSERT_EQUAL(count_at_home(&result, o), 2000);
    ambit_outlines_destroy(&o);
    ambit_result_clear(&result);
}

static void draws_the_same_twice(void)
{
    struct ambit_result result = make_grid(15, 4, 5.0, 100.0);
    struct ambit_outlines *a = draw_and_check(&result), *b = draw_and_check(&result);
    const int32_t points = a->point_first[a->ring_first[a->polygon_first[4]]];
    CU_ASSERT_EQUAL(points, b->point_first[b->ring_first[b->polygon_first[4]]]);
    CU_ASSERT_EQUAL(memcmp(a->lat, b->lat, (size_t)points * sizeof(int32_t)), 0);
    CU_ASSERT_EQUAL(memcmp(a->lon, b->lon, (size_t)points * sizeof(int32_t)), 0);
    ambit_outlines_destroy(&a);
    ambit_outlines_destroy(&b);
    ambit_result_clear(&result);
}

static void survives_every_failed_allocation(void)
{
    struct ambit_result result = make_grid(4, 2, 40.0, 10.0);
    const int64_t live = ambit_memory_live_blocks();
    ambit_status status = AMBIT_ERR_MEMORY;
    int failures = 0;
    for (int64_t nth = 1; status != AMBIT_OK && nth < 1000; nth++) {
        struct ambit_outlines *o = NULL;
        ambit_memory_fail_at(nth);
        status = ambit_outlines_create(&result, &o);
        if (status != AMBIT_OK) {
            failures++;
            CU_ASSERT_EQUAL(status, AMBIT_ERR_MEMORY);
            CU_ASSERT_PTR_NULL(o);
            CU_ASSERT_EQUAL(ambit_memory_live_blocks(), live);
            ambit_error_clear();
        }
        ambit_outlines_destroy(&o);
    }
    ambit_memory_fail_at(0);
    CU_ASSERT_EQUAL(status, AMBIT_OK);
    CU_ASSERT_TRUE(failures > 40);
    ambit_result_clear(&result);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"draws nothing for no accounts", draws_nothing_for_no_accounts},
        {"draws a disc around one account", draws_a_disc_around_one_account},
        {"splits a grid in the middle", splits_a_grid_in_the_middle},
        {"gives a shared place to the first account", gives_a_shared_place_to_the_first_account},
        {"draws accounts in a line", draws_accounts_in_a_line},
        {"draws interleaved territories", draws_interleaved_territories},
        {"cuts land at the date line", cuts_land_at_the_date_line},
        {"draws the whole world", draws_the_whole_world},
        {"draws the same twice", draws_the_same_twice},
        {"survives every failed allocation", survives_every_failed_allocation},
    };
    return ambit_test_main("outlines", tests, AMBIT_TEST_COUNT(tests));
}
