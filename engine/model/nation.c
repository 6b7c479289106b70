/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A million accounts fill a rectangle of about 5,000 × 2,700 km, that of the contiguous United
 * States; fewer fill a smaller one about its middle, so that travel is a part of the work that
 * bands can live with. More than a million are closer together. Counties are the regions nearest to
 * seats, which are drawn as accounts are, so that there are more of them where there are more
 * accounts; a grid of squares finds the nearest seat.
 */
#include "engine/model/nation.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "engine/base/real.h"

#include <math.h>

enum {
    TOWN_MAX = 4000,
    ACCOUNTS_PER_TOWN = 100, /* of small nations, which have fewer towns */
    COUNTIES_PER_TERRITORY = 4,
    SEATS_PER_SQUARE = 2,
    KM_PER_DEGREE_1000 = 111195
};
#define LAT_MIDDLE 37.0
#define LON_MIDDLE (-95.5)
#define LAT_HALF 12.0 /* degrees from the middle to the edges */
#define LON_HALF 28.5
#define FULL 1e6         /* accounts that fill the rectangle */
#define RURAL 0.15       /* of the accounts */
#define CITY_SPREAD 45.0 /* km of the largest town; of others with the root of their size */
#define TOWN_SPREAD 0.8
#define SEGMENT_A 1.2815515655446004 /* nine tenths of a normal distribution lie below */
#define SEGMENT_B 0.2533471031357997 /* six tenths */

/* Streams of random numbers. */
enum { TOWN_PLACE = 100, KIND, ACROSS, UP, WORTH, SEAT };

struct town {
    double lat, lon, spread; /* km */
    double until;            /* part of the town accounts in this one and those before */
};

struct place {
    double lat, lon;
};

struct ambit_nation {
    int64_t accounts;
    uint64_t seed;
    double scale; /* of the rectangle's sides, and of the towns */
    double lat_min, lat_max, lon_min, lon_max;
    int32_t towns, counties, territories;
    struct town *town;  /* owned */
    struct place *seat; /* owned; of each county */
    int32_t *territory; /* owned; of each county */
    int32_t rows, columns;
    double square;      /* degrees */
    int32_t *first;     /* owned; rows × columns + 1: where each square's seats start */
    int32_t *in_square; /* owned; seats by square */
};

static double clamp(double value, double low, double high)
{
    return fmin(fmax(value, low), high);
}

/* Normally distributed pair (Box, Muller 1958). */
static struct place normal_pair(uint64_t seed, uint64_t stream, uint64_t index)
{
    const double radius = sqrt(-2.0 * ambit_log(1.0 - ambit_random_unit(seed, stream, 2 * index)));
    const double angle = 2.0 * M_PI * ambit_random_unit(seed, stream, 2 * index + 1);
    const double first = radius * ambit_cos(angle), second = radius * ambit_sin(angle);
    return (struct place){first, second};
}

/* Anywhere, by area. */
static struct place draw_anywhere(const struct ambit_nation *nation, uint64_t stream,
                                  uint64_t index)
{
    const double low = ambit_sin(nation->lat_min * (M_PI / 180.0)),
                 high = ambit_sin(nation->lat_max * (M_PI / 180.0));
    const double across = ambit_random_unit(nation->seed, stream, 2 * index);
    const double up = ambit_random_unit(nation->seed, stream, 2 * index + 1);
    return (struct place){ambit_asin(low + (high - low) * up) * (180.0 / M_PI),
                          nation->lon_min + (nation->lon_max - nation->lon_min) * across};
}

static double km_per_lon(double lat)
{
    return KM_PER_DEGREE_1000 / 1000.0 * ambit_cos(lat * (M_PI / 180.0));
}

static const struct town *find_town(const struct ambit_nation *nation, double part)
{
    int32_t low = 0, high = nation->towns - 1;
    while (low < high) {
        const int32_t middle = (low + high) / 2;
        if (nation->town[middle].until > part)
            high = middle;
        else
            low = middle + 1;
    }
    return &nation->town[low];
}

/* A place as accounts have them; `stream` tells those of accounts from those of seats. */
static struct place draw_place(const struct ambit_nation *nation, uint64_t stream, uint64_t index)
{
    const uint64_t seed = nation->seed;
    const double kind = ambit_random_unit(seed, KIND + 16 * stream, index);
    if (kind < RURAL) return draw_anywhere(nation, ACROSS + 16 * stream, index);
    const struct town *const town = find_town(nation, (kind - RURAL) / (1.0 - RURAL));
    const struct place away = normal_pair(seed, UP + 16 * stream, index);
    return (struct place){clamp(town->lat + town->spread * away.lat / (KM_PER_DEGREE_1000 / 1000.0),
                                nation->lat_min, nation->lat_max),
                          clamp(town->lon + town->spread * away.lon / km_per_lon(town->lat),
                                nation->lon_min, nation->lon_max)};
}

static ambit_status make_towns(struct ambit_nation *nation)
{
    ambit_status status = AMBIT_OK;
    const int64_t wanted = nation->accounts / ACCOUNTS_PER_TOWN + 1;
    double sum = 0.0;
    nation->towns = wanted < TOWN_MAX ? (int32_t)wanted : TOWN_MAX;
    AMBIT_TRY(ambit_alloc(&nation->town, (size_t)nation->towns, sizeof *nation->town));
    for (int32_t t = 0; t < nation->towns; t++) {
        const struct place place = draw_anywhere(nation, TOWN_PLACE, (uint64_t)t);
        const double size = 1.0 / (t + 1); /* Zipf */
        sum += size;
        nation->town[t] = (struct town){
            place.lat, place.lon, nation->scale * (CITY_SPREAD * sqrt(size) + TOWN_SPREAD), sum};
    }
    for (int32_t t = 0; t < nation->towns; t++)
        nation->town[t].until /= sum;
done:
    return status;
}

/* --- the nearest seat ------------------------------------------------------- */

static double square_km(const struct place *a, const struct place *b)
{
    const double up = (a->lat - b->lat) * (KM_PER_DEGREE_1000 / 1000.0);
    const double across = (a->lon - b->lon) * km_per_lon(0.5 * (a->lat + b->lat));
    return up * up + across * across;
}

static int32_t row_of(const struct ambit_nation *nation, double lat)
{
    return (int32_t)clamp(floor((lat - nation->lat_min) / nation->square), 0.0, nation->rows - 1.0);
}

static int32_t column_of(const struct ambit_nation *nation, double lon)
{
    return (int32_t)clamp(floor((lon - nation->lon_min) / nation->square), 0.0,
                          nation->columns - 1.0);
}

static ambit_status make_squares(struct ambit_nation *nation)
{
    ambit_status status = AMBIT_OK;
    const double area = (nation->lat_max - nation->lat_min) * (nation->lon_max - nation->lon_min);
    int32_t *square = NULL;
    nation->square = sqrt(area * SEATS_PER_SQUARE / nation->counties);
    nation->rows = (int32_t)ceil((nation->lat_max - nation->lat_min) / nation->square);
    nation->columns = (int32_t)ceil((nation->lon_max - nation->lon_min) / nation->square);
    const size_t squares = (size_t)nation->rows * (size_t)nation->columns;
    AMBIT_TRY(ambit_alloc(&nation->first, squares + 1, sizeof *nation->first));
    AMBIT_TRY(ambit_alloc(&nation->in_square, (size_t)nation->counties, sizeof(int32_t)));
    AMBIT_TRY(ambit_alloc(&square, (size_t)nation->counties, sizeof *square));
    for (int32_t c = 0; c < nation->counties; c++) {
        square[c] = row_of(nation, nation->seat[c].lat) * nation->columns +
                    column_of(nation, nation->seat[c].lon);
        nation->first[square[c] + 1]++;
    }
    for (size_t s = 0; s < squares; s++)
        nation->first[s + 1] += nation->first[s];
    for (int32_t c = nation->counties - 1; c >= 0; c--) /* fills each square from its end */
        nation->in_square[--nation->first[square[c] + 1]] = c;
    for (size_t s = 0; s < squares; s++) /* and so each end has become the start */
        nation->first[s] = nation->first[s + 1];
    nation->first[squares] = nation->counties;
done:
    ambit_free(&square);
    return status;
}

/* The nearer of `best` and those of the first `seats` seats that are in a square. */
static int32_t look_into(const struct ambit_nation *nation, int32_t row, int32_t column,
                         const struct place *place, int32_t seats, int32_t best, double *least)
{
    if (row < 0 || row >= nation->rows || column < 0 || column >= nation->columns) return best;
    const int32_t square = row * nation->columns + column;
    for (int32_t k = nation->first[square]; k < nation->first[square + 1]; k++) {
        const int32_t c = nation->in_square[k];
        const double away = square_km(place, &nation->seat[c]);
        if (c >= seats || away > *least || (away == *least && c > best)) continue;
        *least = away;
        best = c;
    }
    return best;
}

/* The nearest of the first `seats` seats: squares in rings around the place, until none outside of
 * them can be nearer. */
static int32_t nearest_seat(const struct ambit_nation *nation, const struct place *place,
                            int32_t seats)
{
    const int32_t row = row_of(nation, place->lat), column = column_of(nation, place->lon);
    const int32_t rings = nation->rows > nation->columns ? nation->rows : nation->columns;
    const double side =
        nation->square * km_per_lon(nation->lat_max); /* the least that a square is wide */
    double least = INFINITY;
    int32_t best = -1;
    for (int32_t ring = 0; ring <= rings; ring++) {
        if (best >= 0 && (ring - 1) * side > sqrt(least)) break;
        for (int32_t step = -ring; step <= ring; step++) {
            best = look_into(nation, row - ring, column + step, place, seats, best, &least);
            if (ring > 0)
                best = look_into(nation, row + ring, column + step, place, seats, best, &least);
        }
        for (int32_t step = 1 - ring; step < ring; step++) {
            best = look_into(nation, row + step, column - ring, place, seats, best, &least);
            best = look_into(nation, row + step, column + ring, place, seats, best, &least);
        }
    }
    return best;
}

/* --- today's plan ----------------------------------------------------------- */

/* The seats of the first counties are the reps' towns; each county goes to the nearest of them. */
static void draw_plan(struct ambit_nation *nation, int32_t territories)
{
#pragma omp parallel for schedule(static)
    for (int32_t c = 0; c < nation->counties; c++)
        nation->territory[c] = nearest_seat(nation, &nation->seat[c], territories);
}

ambit_status ambit_nation_create(int64_t accounts, int32_t territories, uint64_t seed,
                                 struct ambit_nation **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_nation *nation = NULL;
    *out = NULL;
    AMBIT_TRY(ambit_alloc(&nation, 1, sizeof *nation));
    *nation = (struct ambit_nation){.accounts = accounts,
                                    .seed = seed,
                                    .counties = COUNTIES_PER_TERRITORY * territories,
                                    .territories = territories};
    nation->scale = sqrt(fmin((double)accounts / FULL, 1.0));
    nation->lat_min = LAT_MIDDLE - nation->scale * LAT_HALF;
    nation->lat_max = LAT_MIDDLE + nation->scale * LAT_HALF;
    nation->lon_min = LON_MIDDLE - nation->scale * LON_HALF;
    nation->lon_max = LON_MIDDLE + nation->scale * LON_HALF;
    AMBIT_TRY(make_towns(nation));
    const size_t counties = (size_t)nation->counties;
    AMBIT_TRY(ambit_alloc(&nation->seat, counties, sizeof *nation->seat));
    AMBIT_TRY(ambit_alloc(&nation->territory, counties, sizeof *nation->territory));
    for (int32_t c = 0; c < nation->counties; c++)
        nation->seat[c] = draw_place(nation, SEAT, (uint64_t)c);
    AMBIT_TRY(make_squares(nation));
    draw_plan(nation, territories);
    *out = nation;
    nation = NULL;
done:
    ambit_nation_destroy(&nation);
    return status;
}

void ambit_nation_destroy(struct ambit_nation **nation)
{
    if (*nation == NULL) return;
    ambit_free(&(*nation)->town);
    ambit_free(&(*nation)->seat);
    ambit_free(&(*nation)->territory);
    ambit_free(&(*nation)->first);
    ambit_free(&(*nation)->in_square);
    ambit_free(nation);
}

struct ambit_nation_account ambit_nation_account(const struct ambit_nation *nation, int64_t index)
{
    const uint64_t i = (uint64_t)index;
    const struct place place = draw_place(nation, 0, i);
    const struct place worth = normal_pair(nation->seed, WORTH, i);
    const char segment = worth.lat > SEGMENT_A ? 'A' : worth.lat > SEGMENT_B ? 'B' : 'C';
    const int32_t visits = segment == 'A' ? 12 : segment == 'B' ? 6 : 2;
    /* Two or three hours a visit; more where there is more to win, and by chance. */
    const double hours = visits * 2.2 * ambit_exp(0.25 * worth.lat + 0.35 * worth.lon);
    return (struct ambit_nation_account){
        .index = index,
        .lat = (int32_t)lround(place.lat * 1e5),
        .lon = (int32_t)lround(place.lon * 1e5),
        .visits = visits,
        .territory = nation->territory[nearest_seat(nation, &place, nation->counties)],
        .territory_count = nation->territories,
        .workload = lround(hours * 100.0),
        .potential = lround(200.0 * ambit_exp(0.9 * worth.lat)),
        .segment = segment};
}
