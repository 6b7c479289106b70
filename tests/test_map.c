/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What draws a result: projection, colours, figures in words, GeoJSON and SVG.
 */
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "io/geojson.h"
#include "io/map_colours.h"
#include "io/map_figures.h"
#include "io/map_projection.h"
#include "io/map_svg.h"
#include "tests/harness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The whole file, NUL-terminated; the caller frees it with free(). */
static char *read_all(const char *path)
{
    struct stat about;
    FILE *const file = fopen(path, "rb");
    if (file == NULL || fstat(fileno(file), &about) != 0) abort();
    char *const text = malloc((size_t)about.st_size + 1);
    if (text == NULL) abort();
    const size_t read = fread(text, 1, (size_t)about.st_size, file);
    text[read] = '\0';
    fclose(file);
    return text;
}

static int count_of(const char *text, const char *part)
{
    int count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
        count++;
    return count;
}

/* Every tag that opens closes in order, and no attribute or text holds a bare < or &. */
static bool is_well_formed(const char *xml)
{
    const char *open[32];
    size_t length[32];
    int depth = 0;
    for (const char *c = xml; *c != '\0'; c++) {
        if (*c == '&' && strncmp(c, "&amp;", 5) != 0 && strncmp(c, "&lt;", 4) != 0 &&
            strncmp(c, "&gt;", 4) != 0 && strncmp(c, "&quot;", 6) != 0)
            return false;
        if (*c != '<') continue;
        const char *const end = strchr(c, '>');
        if (end == NULL) return false;
        const char *const name = c[1] == '/' ? c + 2 : c + 1;
        const size_t bytes = strcspn(name, " />");
        if (memchr(c + 1, '<', (size_t)(end - c - 1)) != NULL) return false;
        if (c[1] == '/') {
            if (--depth < 0 || length[depth] != bytes || memcmp(open[depth], name, bytes) != 0)
                return false;
        } else if (end[-1] != '/') {
            if (depth == 32) return false;
            open[depth] = name;
            length[depth++] = bytes;
        }
        c = end;
    }
    return depth == 0;
}

static void alloc(void *out, int64_t count, size_t size)
{
    if (ambit_alloc(out, (size_t)count, size) != AMBIT_OK) abort();
}

/* Two territories with a band on hours (±5 %) and travel at most 35 % of hours. */
static struct ambit_result make_result(int64_t accounts)
{
    struct ambit_result r;
    ambit_result_init(&r);
    snprintf(r.scenario_name, sizeof r.scenario_name, "North & <South>");
    r.account_count = accounts;
    r.territory_count = 2;
    alloc(&r.lat, accounts, sizeof(double));
    alloc(&r.lon, accounts, sizeof(double));
    alloc(&r.territory, accounts, sizeof(int32_t));
    alloc(&r.territories, 2, sizeof *r.territories);
    r.territories[0] = (struct ambit_result_territory){.name = "A \"1\"",
                                                       .rep_id = "Zo\xc3\xab",
                                                       .centre_kind = AMBIT_CENTRE_HOME,
                                                       .centre_lat = 40.5,
                                                       .centre_lon = -3.25,
                                                       .has_home = true,
                                                       .home_lat = 40.5,
                                                       .home_lon = -3.25,
                                                       .account_count = 3,
                                                       .gained_count = 1,
                                                       .travel = 1500000};
    r.territories[1] = (struct ambit_result_territory){.name = "B\\",
                                                       .centre_lat = NAN,
                                                       .centre_kind = AMBIT_CENTRE_MEDIAN,
                                                       .centre_lon = NAN,
                                                       .home_lat = NAN,
                                                       .home_lon = NAN,
                                                       .lost_count = 2,
                                                       .travel = 7};
    r.measure_count = 2;
    snprintf(r.measure[0].name, AMBIT_NAME_MAX, "hours");
    snprintf(r.measure[0].unit, AMBIT_NAME_MAX, "h");
    snprintf(r.measure[1].name, AMBIT_NAME_MAX, "travel");
    for (int m = 0; m < 2; m++)
        alloc(&r.measure[m].load, 2, sizeof(int64_t));
    r.measure[0].load[0] = 1040000000;
    r.measure[0].load[1] = 960000001;
    r.measure[1].load[0] = -2500000;
    r.band_count = 2;
    for (int b = 0; b < 2; b++) {
        struct ambit_result_band *const band = &r.band[b];
        double **const column[] = {&band->target, &band->lower, &band->upper, &band->value};
        for (int k = 0; k < 4; k++)
            alloc(column[k], 2, sizeof(double));
    }
    struct ambit_result_band *const hours = &r.band[0], *const share = &r.band[1];
    snprintf(hours->label, sizeof hours->label, "hours");
    snprintf(share->label, sizeof share->label, "travel/hours");
    hours->lower_kind = hours->upper_kind = AMBIT_LIMIT_OF_TARGET;
    share->upper_kind = AMBIT_LIMIT_SHARE;
    hours->worst_deviation = 0.04;
    share->measure = 1;
    share->share_of = 0;
    share->broken_count = 1;
    for (int j = 0; j < 2; j++) {
        hours->target[j] = 1000.0;
        hours->lower[j] = 950.0;
        hours->upper[j] = 1050.0;
        share->target[j] = NAN;
        share->lower[j] = -INFINITY;
        share->upper[j] = 0.35;
    }
    hours->value[0] = 1040.0;
    hours->value[1] = 960.000001;
    share->value[0] = 0.25;
    share->value[1] = 0.3721;
    r.has_previous = true;
    r.travel = 98765432100;
    r.travel_before = 120000000000;
    r.moved_count = 1234;
    r.gap = 0.00432;
    return r;
}

/* A square with a square hole for the first territory, nothing for the second. */
static struct ambit_outlines *make_outlines(void)
{
    static const int32_t lon[] = {-325100, -324900, -324900, -325100, -325100,
                                  -325050, -325050, -324950, -324950, -325050};
    static const int32_t lat[] = {4049900, 4049900, 4050100, 4050100, 4049900,
                                  4049950, 4050050, 4050050, 4049950, 4049950};
    struct ambit_outlines *o = NULL;
    alloc(&o, 1, sizeof *o);
    o->territory_count = 2;
    alloc(&o->polygon_first, 3, sizeof(int32_t));
    alloc(&o->ring_first, 2, sizeof(int32_t));
    alloc(&o->point_first, 3, sizeof(int32_t));
    alloc(&o->lat, 10, sizeof(int32_t));
    alloc(&o->lon, 10, sizeof(int32_t));
    o->polygon_first[1] = o->polygon_first[2] = 1;
    o->ring_first[1] = 2;
    o->point_first[1] = 5;
    o->point_first[2] = 10;
    memcpy(o->lat, lat, sizeof lat);
    memcpy(o->lon, lon, sizeof lon);
    return o;
}

static void writes_geojson_to_the_byte(void)
{
    struct ambit_result result = make_result(0);
    struct ambit_outlines *o = make_outlines();
    const char *const path = ambit_test_file("a.geojson", "old", -1);
    CU_ASSERT_EQUAL(ambit_geojson_write(path, &result, o), AMBIT_OK);
    char *const text = read_all(path);
    CU_ASSERT_STRING_EQUAL(
        text,
        "{\"type\":\"FeatureCollection\",\"name\":\"territories\",\"features\":[\n"
        "{\"type\":\"Feature\",\"properties\":{\"territory\":\"A "
        "\\\"1\\\"\",\"rep\":\"Zo\xc3\xab\","
        "\"accounts\":3,\"travel_hours\":1.5,\"load_hours\":1040,\"load_travel\":-2.5,"
        "\"band_hours_value\":1040,\"band_hours_target\":1000,\"band_hours_deviation\":0.04,"
        "\"band_hours_met\":true,\"band_travel_per_hours_value\":0.25,"
        "\"band_travel_per_hours_target\":null,\"band_travel_per_hours_deviation\":null,"
        "\"band_travel_per_hours_met\":true,\"gained\":1,\"lost\":0,"
        "\"centre_lat\":40.50000,\"centre_lon\":-3.25000},"
        "\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":[[["
        "[-3.25100,40.49900],[-3.24900,40.49900],[-3.24900,40.50100],[-3.25100,40.50100],"
        "[-3.25100,40.49900]],[[-3.25050,40.49950],[-3.25050,40.50050],[-3.24950,40.50050],"
        "[-3.24950,40.49950],[-3.25050,40.49950]]]]}},\n"
        "{\"type\":\"Feature\",\"properties\":{\"territory\":\"B\\\\\",\"rep\":null,"
        "\"accounts\":0,\"travel_hours\":0.000007,\"load_hours\":960.000001,\"load_travel\":0,"
        "\"band_hours_value\":960.000001,\"band_hours_target\":1000,"
        "\"band_hours_deviation\":-0.039999999,\"band_hours_met\":true,"
        "\"band_travel_per_hours_value\":0.3721,\"band_travel_per_hours_target\":null,"
        "\"band_travel_per_hours_deviation\":null,\"band_travel_per_hours_met\":false,"
        "\"gained\":0,\"lost\":2,\"centre_lat\":null,\"centre_lon\":null},\"geometry\":null}\n"
        "]}\n");
    free(text);
    ambit_outlines_destroy(&o);
    ambit_result_clear(&result);
}

static void numbers_twin_labels(void)
{
    struct ambit_result result = make_result(0);
    struct ambit_outlines *o = make_outlines();
    const char *const path = ambit_test_file("twins.geojson", "", -1);
    snprintf(result.band[1].label, sizeof result.band[1].label, "hours");
    result.has_previous = false;
    CU_ASSERT_EQUAL(ambit_geojson_write(path, &result, o), AMBIT_OK);
    char *const text = read_all(path);
    CU_ASSERT_EQUAL(count_of(text, "\"band_hours_value\":"), 2);
    CU_ASSERT_EQUAL(count_of(text, "\"band_hours_2_value\":"), 2);
    CU_ASSERT_EQUAL(count_of(text, "\"gained\":null,\"lost\":null"), 2);
    free(text);
    ambit_outlines_destroy(&o);
    ambit_result_clear(&result);
}

static void says_what_cannot_be_written(void)
{
    struct ambit_result result = make_result(0);
    struct ambit_outlines *o = make_outlines();
    CU_ASSERT_EQUAL(ambit_geojson_write("/nowhere/at/all.geojson", &result, o), AMBIT_ERR_IO);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "cannot write /nowhere/at/all.geojson: No such file or directory");
    ambit_error_clear();
    CU_ASSERT_EQUAL(ambit_svg_write("/tmp", &result, o), AMBIT_ERR_IO);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "cannot write /tmp: it is a directory");
    ambit_outlines_destroy(&o);
    ambit_result_clear(&result);
}

static void check_card(const struct ambit_card *card, const char *value, const char *name,
                       const char *detail, bool alarm)
{
    CU_ASSERT_STRING_EQUAL(card->value, value);
    CU_ASSERT_STRING_EQUAL(card->name, name);
    CU_ASSERT_STRING_EQUAL(card->detail, detail);
    CU_ASSERT_EQUAL(card->alarm, alarm);
}

static void puts_figures_into_words(void)
{
    struct ambit_result result = make_result(0);
    struct ambit_card card[AMBIT_CARD_MAX];
    result.account_count = 33144;
    CU_ASSERT_EQUAL(ambit_map_figures(&result, card), 7);
    check_card(&card[0], "2", "territories", "", false);
    check_card(&card[1], "33,144", "accounts", "", false);
    check_card(&card[2], "±4\u00a0%", "hours", "band ±5\u00a0%", false);
    check_card(&card[3], "≤\u00a037.21\u00a0%", "travel of hours", "at most 35\u00a0%, 1 outside",
               true);
    check_card(&card[4], "98,765\u00a0h", "travel a year", "17.7\u00a0% less than before", false);
    check_card(&card[5], "1,234", "accounts moved", "3.7\u00a0% of all", false);
    check_card(&card[6], "0.43\u00a0%", "gap to the bound", "", false);
    result.kind = AMBIT_RESULT_AUDIT;
    CU_ASSERT_EQUAL(ambit_map_figures(&result, card), 5);
    check_card(&card[4], "98,765\u00a0h", "travel a year", "", false);
    ambit_result_clear(&result);
}

static void words_bands_of_every_kind(void)
{
    struct ambit_result result = make_result(0);
    struct ambit_card card[AMBIT_CARD_MAX];
    result.band[0].lower[0] = result.band[0].lower[1] = 900.0;
    result.band[1].relaxed = true;
    (void)ambit_map_figures(&result, card);
    check_card(&card[2], "±4\u00a0%", "hours", "band \u221210\u00a0%, +5\u00a0%", false);
    check_card(&card[3], "≤\u00a037.21\u00a0%", "travel of hours", "opened to 35\u00a0%, 1 outside",
               true);
    result.band[0].lower_kind = result.band[0].upper_kind = AMBIT_LIMIT_ABSOLUTE;
    result.band[0].worst_deviation = 1040.0; /* no part of the target, then */
    (void)ambit_map_figures(&result, card);
    check_card(&card[2], "≤\u00a01,040\u00a0h", "hours", "at most 1,050\u00a0h", false);
    result.band[0].upper_kind = AMBIT_LIMIT_NONE;
    result.band[1].upper[1] = 0.36;
    (void)ambit_map_figures(&result, card);
    check_card(&card[2], "≥\u00a0960\u00a0h", "hours", "at least 900\u00a0h", false);
    check_card(&card[3], "≤\u00a037.21\u00a0%", "travel of hours", "1 outside", true);
    CU_ASSERT_TRUE(ambit_map_territory_met(&result, 0));
    CU_ASSERT_FALSE(ambit_map_territory_met(&result, 1));
    ambit_result_clear(&result);
}

static void prints_numbers_for_people(void)
{
    static const struct {
        double value;
        int decimals;
        const char *text;
    } cases[] = {{0, 0, "0"},
                 {999, 0, "999"},
                 {1000, 0, "1,000"},
                 {1234567.891, 2, "1,234,567.89"},
                 {-1234.5, 1, "\u22121,234.5"},
                 {-0.04, 1, "0.0"},
                 {999999.5, 0, "1,000,000"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[40];
        ambit_map_number(cases[i].value, cases[i].decimals, text, sizeof text);
        CU_ASSERT_STRING_EQUAL(text, cases[i].text);
    }
}

/* A random graph of `count` territories in a plane-like lattice with diagonals. */
static struct ambit_outlines make_lattice(int side, int32_t (*pair)[2])
{
    struct ambit_outlines o = {.territory_count = side * side, .neighbour = pair};
    for (int i = 0; i < side * side; i++) {
        const int x = i % side, y = i / side;
        const int next[3] = {x + 1 < side ? i + 1 : -1, y + 1 < side ? i + side : -1,
                             x + 1 < side && y + 1 < side ? i + side + 1 : -1};
        for (int k = 0; k < 3; k++) {
            if (next[k] < 0) continue;
            pair[o.neighbour_count][0] = i;
            pair[o.neighbour_count++][1] = next[k];
        }
    }
    return o;
}

static void colours_neighbours_differently(void)
{
    int32_t pair[3 * 20 * 20][2];
    uint8_t colour[400];
    int used[AMBIT_MAP_COLOURS] = {0};
    const struct ambit_outlines o = make_lattice(20, pair);
    CU_ASSERT_EQUAL(ambit_map_colour(&o, colour), AMBIT_OK);
    int clashes = 0;
    for (int32_t i = 0; i < o.neighbour_count; i++)
        clashes += colour[pair[i][0]] == colour[pair[i][1]];
    CU_ASSERT_EQUAL(clashes, 0);
    for (int j = 0; j < 400; j++)
        used[colour[j]]++;
    for (int k = 0; k < AMBIT_MAP_COLOURS; k++)
        CU_ASSERT_TRUE(used[k] > 30);
}

static void colours_more_neighbours_than_colours(void)
{
    int32_t pair[45][2];
    uint8_t colour[10];
    struct ambit_outlines o = {.territory_count = 10, .neighbour = pair};
    for (int a = 0; a < 10; a++) {
        for (int b = a + 1; b < 10; b++) {
            pair[o.neighbour_count][0] = a;
            pair[o.neighbour_count++][1] = b;
        }
    }
    CU_ASSERT_EQUAL(ambit_map_colour(&o, colour), AMBIT_OK);
    for (int j = 0; j < 10; j++)
        CU_ASSERT_EQUAL(colour[j], j % AMBIT_MAP_COLOURS);
}

static void chooses_a_projection(void)
{
    static const struct {
        double lat[3], lon[3];
        const char *definition, *name;
    } cases[] = {
        {{24.55, 49.0, 40.0},
         {-124.7, -66.95, -100.0},
         "+proj=aea +lat_0=36.77 +lon_0=-95.83 +lat_1=28.62 +lat_2=44.92 +ellps=WGS84",
         "Albers equal-area conic"},
        {{-46.0, -35.0, -40.0},
         {178.0, -178.0, 170.0},
         "+proj=aea +lat_0=-40.50 +lon_0=176.00 +lat_1=-44.17 +lat_2=-36.83 +ellps=WGS84",
         "Albers equal-area conic"},
        {{-4.0, 5.0, 0.0},
         {34.0, 42.0, 40.0},
         "+proj=laea +lat_0=0.50 +lon_0=38.00 +ellps=WGS84",
         "Lambert azimuthal equal-area"},
        {{-30.0, 50.0, 10.0},
         {-120.0, 0.0, 110.0},
         "+proj=eqearth +lon_0=-5.00 +ellps=WGS84",
         "Equal Earth"},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct ambit_map_projection *map = NULL;
        CU_ASSERT_EQUAL(ambit_map_projection_create(cases[c].lat, cases[c].lon, 3, &map), AMBIT_OK);
        if (map == NULL) abort();
        CU_ASSERT_STRING_EQUAL(ambit_map_projection_definition(map), cases[c].definition);
        CU_ASSERT_STRING_EQUAL(ambit_map_projection_name(map), cases[c].name);
        for (int i = 0; i < 3; i++) {
            double x = 0, y = 0, lat = 0, lon = 0;
            CU_ASSERT_EQUAL(ambit_map_forward(map, cases[c].lat[i], cases[c].lon[i], &x, &y),
                            AMBIT_OK);
            CU_ASSERT_EQUAL(ambit_map_inverse(map, x, y, &lat, &lon), AMBIT_OK);
            CU_ASSERT_DOUBLE_EQUAL(lat, cases[c].lat[i], 1e-7);
            CU_ASSERT_DOUBLE_EQUAL(remainder(lon - cases[c].lon[i], 360.0), 0.0, 1e-8);
            CU_ASSERT_TRUE(fabs(lon - ambit_map_projection_meridian(map)) <= 180.0);
        }
        ambit_map_projection_destroy(&map);
        CU_ASSERT_PTR_NULL(map);
    }
}

static void says_what_cannot_be_projected(void)
{
    const double lat[] = {40.0, 41.0}, lon[] = {3.0, 4.0};
    struct ambit_map_projection *map = NULL;
    double x, y;
    CU_ASSERT_EQUAL(ambit_map_projection_create(lat, lon, 2, &map), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_map_forward(map, 100.0, 3.0, &x, &y), AMBIT_ERR_SOLVER);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "PROJ cannot draw latitude 100.00000, longitude 3.00000 (+proj=aea "
                           "+lat_0=40.50 +lon_0=3.50 +lat_1=40.17 +lat_2=40.83 +ellps=WGS84)");
    ambit_map_projection_destroy(&map);
}

/* Draws `accounts` accounts of two territories and returns the SVG; the caller frees it. */
static char *draw(int64_t accounts, enum ambit_result_kind kind)
{
    struct ambit_result result = make_result(accounts);
    struct ambit_outlines *o = NULL;
    result.kind = kind;
    result.territories[1].account_count = accounts;
    result.territories[1].centre_lat = 40.6;
    result.territories[1].centre_lon = -3.1;
    for (int64_t i = 0; i < accounts; i++) {
        result.lat[i] = 40.0 + ambit_random_unit(1, 0, 2 * (uint64_t)i);
        result.lon[i] = -4.0 + 2.0 * ambit_random_unit(1, 0, 2 * (uint64_t)i + 1);
        result.territory[i] = result.lon[i] > -3.0;
    }
    const char *const path = ambit_test_file("map.svg", "old", -1);
    CU_ASSERT_EQUAL(ambit_outlines_create(&result, &o), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_svg_write(path, &result, o), AMBIT_OK);
    ambit_outlines_destroy(&o);
    ambit_result_clear(&result);
    return read_all(path);
}

static void draws_a_plan(void)
{
    char *const svg = draw(500, AMBIT_RESULT_PLAN);
    CU_ASSERT_TRUE(is_well_formed(svg));
    CU_ASSERT_EQUAL(count_of(svg, ">North &amp; &lt;South&gt;</text>"), 1);
    CU_ASSERT_EQUAL(count_of(svg, "<title>A &quot;1&quot;, Zo\xc3\xab: 3 accounts</title>"), 1);
    CU_ASSERT_EQUAL(count_of(svg, "<title>B\\: 500 accounts</title>"), 1);
    CU_ASSERT_EQUAL(count_of(svg, "<use href=\"#t1\"/>"), 1); /* hatched: outside a band */
    CU_ASSERT_EQUAL(count_of(svg, "<use href=\"#t0\"/>"), 0);
    CU_ASSERT_EQUAL(count_of(svg, "outside a band (1 of the territories)"), 1);
    CU_ASSERT_EQUAL(count_of(svg, "centre (median account)"), 1);
    CU_ASSERT_EQUAL(count_of(svg, "Albers equal-area conic projection."), 1);
    CU_ASSERT_EQUAL(count_of(svg, ">20 km</text>"), 1);
    CU_ASSERT_EQUAL(count_of(svg, "h0"), 500);
    free(svg);
}

static void draws_the_current_alignment(void)
{
    char *const svg = draw(50, AMBIT_RESULT_AUDIT);
    CU_ASSERT_TRUE(is_well_formed(svg));
    CU_ASSERT_EQUAL(count_of(svg, ">Current alignment</text>"), 1);
    CU_ASSERT_EQUAL(count_of(svg, "accounts moved"), 0);
    free(svg);
}

static void draws_nothing_at_all(void)
{
    char *const svg = draw(0, AMBIT_RESULT_PLAN);
    CU_ASSERT_TRUE(is_well_formed(svg));
    CU_ASSERT_EQUAL(count_of(svg, "h0"), 0);
    free(svg);
}

static void thins_many_accounts_and_says_so(void)
{
    char *const svg = draw(60000, AMBIT_RESULT_PLAN);
    CU_ASSERT_TRUE(is_well_formed(svg));
    const int dots = count_of(svg, "h0");
    CU_ASSERT_TRUE(dots > 39900 && dots <= 40000); /* neighbours on one tenth of a pixel are one */
    CU_ASSERT_EQUAL(count_of(svg, "account (40,000 of 60,000 drawn, evenly)"), 1);
    CU_ASSERT_TRUE(strlen(svg) < 700000);
    free(svg);
}

static void survives_every_failed_allocation(void)
{
    struct ambit_result result = make_result(40);
    struct ambit_outlines *o = make_outlines();
    const char *const path = ambit_test_file("fault.svg", "old", -1);
    for (int i = 0; i < 40; i++) {
        result.lat[i] = 40.499 + 0.00005 * i;
        result.lon[i] = -3.25;
    }
    const int64_t live = ambit_memory_live_blocks();
    ambit_status status = AMBIT_ERR_MEMORY;
    int failures = 0;
    for (int64_t nth = 1; status != AMBIT_OK && nth < 200; nth++) {
        ambit_memory_fail_at(nth);
        status = ambit_svg_write(path, &result, o);
        ambit_memory_fail_at(0);
        CU_ASSERT_EQUAL(ambit_memory_live_blocks(), live);
        if (status == AMBIT_OK) break;
        failures++;
        CU_ASSERT_EQUAL(status, AMBIT_ERR_MEMORY);
        ambit_error_clear();
    }
    CU_ASSERT_EQUAL(status, AMBIT_OK);
    CU_ASSERT_TRUE(failures > 10);
    ambit_outlines_destroy(&o);
    ambit_result_clear(&result);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"writes GeoJSON to the byte", writes_geojson_to_the_byte},
        {"numbers twin labels", numbers_twin_labels},
        {"says what cannot be written", says_what_cannot_be_written},
        {"puts figures into words", puts_figures_into_words},
        {"words bands of every kind", words_bands_of_every_kind},
        {"prints numbers for people", prints_numbers_for_people},
        {"colours neighbours differently", colours_neighbours_differently},
        {"colours more neighbours than colours", colours_more_neighbours_than_colours},
        {"chooses a projection", chooses_a_projection},
        {"says what cannot be projected", says_what_cannot_be_projected},
        {"draws a plan", draws_a_plan},
        {"draws the current alignment", draws_the_current_alignment},
        {"draws nothing at all", draws_nothing_at_all},
        {"thins many accounts and says so", thins_many_accounts_and_says_so},
        {"survives every failed allocation", survives_every_failed_allocation},
    };
    return ambit_test_main("map", tests, AMBIT_TEST_COUNT(tests));
}
