/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Random nations with islands and barriers: certificates of repaired plans and pieces that are told
 * from them, against a plain search that makes the neighbours itself; certificates changed at
 * random; and the territories that a new account is near to, against the graph with it. */
#include "engine/model/geometry.h"
#include "engine/model/hilbert.h"
#include "engine/run/assign_near.h"
#include "engine/run/join_pieces.h"
#include "solvers/contiguity_repair.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

enum { ACCOUNTS = 110, TERRITORIES = 4 };

/* A nation with a river through it, whose far places are islands. */
struct land {
    struct instance nation;
    double river[1][4];
    struct ambit_barriers barriers;
    struct ambit_graph_rules rules;
    struct ambit_places places;
    int32_t label[ACCOUNTS], index[ACCOUNTS], parent[ACCOUNTS];
    int64_t load[TERRITORIES * AMBIT_RULE_MAX];
};

static void make_places(const struct instance *nation, int32_t count,
                        const struct ambit_graph_rules *rules, struct ambit_places *out)
{
    const struct ambit_accounts *const a = &nation->accounts;
    static uint64_t key[ACCOUNTS];
    static bool starts[ACCOUNTS];
    static double position[3 * ACCOUNTS];
    for (int32_t i = 0; i < count; i++) {
        key[i] = ambit_hilbert_key(a->lat[i], a->lon[i]);
        starts[i] = true;
        ambit_unit_from_degrees(a->lat[i], a->lon[i], &position[3 * (size_t)i]);
    }
    const struct ambit_place_keys keys = {count, key, starts, position};
    must(ambit_places_create(&keys, rules, out));
}

static void land_create(uint64_t seed, int nearest, struct land *land)
{
    instance_create(seed, ACCOUNTS, TERRITORIES, &land->nation);
    instance_relative(&land->nation, HOURS, AMBIT_TARGET_EQUAL, 0.7, 1.3);
    instance_compile(&land->nation);
    land->river[0][0] = 20.0;
    land->river[0][2] = 60.0;
    land->river[0][1] = land->river[0][3] = -87.0;
    land->barriers = (struct ambit_barriers){1, land->river};
    land->rules = (struct ambit_graph_rules){nearest, seed % 3 == 0 ? 40.0 : 90.0,
                                             seed % 2 == 0 ? &land->barriers : NULL};
    make_places(&land->nation, ACCOUNTS, &land->rules, &land->places);
    instance_nearest(&land->nation, land->label);
    for (int32_t i = 0; i < ACCOUNTS; i++) {
        land->index[i] = i;
        if (ambit_random_below(seed, 70, (uint64_t)i, 5) == 0)
            land->label[i] = (int32_t)ambit_random_below(seed, 71, (uint64_t)i, TERRITORIES);
    }
    int64_t total[AMBIT_RULE_MAX];
    instance_loads(&land->nation, land->label, land->load, total);
}

static void land_clear(struct land *land)
{
    ambit_places_clear(&land->places);
    instance_clear(&land->nation);
}

static double chord2_of(const struct land *land, int32_t i, int32_t j)
{
    const struct ambit_accounts *const a = &land->nation.accounts;
    const double x[3] = {a->x[i], a->y[i], a->z[i]}, y[3] = {a->x[j], a->y[j], a->z[j]};
    return ambit_chord2(x, y);
}

/* Whether place of j is among the K nearest of i's: places nearer are fewer than K. */
static bool is_near(const struct land *land, int32_t i, int32_t j)
{
    const struct ambit_places *const p = &land->places;
    const double own = chord2_of(land, i, j);
    int before = 0;
    for (int32_t c = 0; c < p->count; c++) {
        const int32_t k = p->account[p->first[c]];
        if (c == p->of_account[i] || c == p->of_account[j]) continue;
        const double other = chord2_of(land, i, k);
        before += other < own || (other == own && c < p->of_account[j]);
    }
    return before < land->rules.nearest;
}

/* The neighbours as the rules say, of the K nearest, without the graph. */
static bool joins(const struct land *land, int32_t i, int32_t j)
{
    const struct ambit_places *const p = &land->places;
    const double *const lon = land->nation.accounts.lon;
    if (p->of_account[i] == p->of_account[j]) return true;
    if (ambit_km_from_chord2(chord2_of(land, i, j)) > land->rules.longest_km) return false;
    if (land->rules.barriers != NULL && (lon[i] < -87.0) != (lon[j] < -87.0)) return false;
    return is_near(land, i, j) || is_near(land, j, i);
}

/* Breadth first from each account that none has reached, over all of the nation (label NULL) or
 * inside territories; returns how many parts there are. */
static int spread(const struct land *land, const int32_t *label, int32_t *part)
{
    int32_t queue[ACCOUNTS];
    int count = 0;
    for (int32_t i = 0; i < ACCOUNTS; i++)
        part[i] = -1;
    for (int32_t from = 0; from < ACCOUNTS; from++) {
        int32_t head = 0, tail = 0;
        if (part[from] >= 0) continue;
        part[from] = count;
        queue[tail++] = from;
        while (head < tail) {
            const int32_t i = queue[head++];
            for (int32_t j = 0; j < ACCOUNTS; j++) {
                if (part[j] >= 0 || (label != NULL && label[j] != label[i]) || !joins(land, i, j))
                    continue;
                part[j] = count;
                queue[tail++] = j;
            }
        }
        count++;
    }
    return count;
}

/* True for a tree that spans each piece, and nothing else. */
static bool is_certificate(const struct land *land, const int32_t *parent, int pieces)
{
    int roots = 0;
    for (int32_t i = 0; i < ACCOUNTS; i++) {
        if (parent[i] < -1 || parent[i] >= ACCOUNTS) return false;
        roots += parent[i] < 0;
    }
    for (int32_t i = 0; i < ACCOUNTS; i++) {
        int32_t at = i;
        int steps = 0;
        if (parent[i] >= 0 &&
            (land->label[parent[i]] != land->label[i] || !joins(land, i, parent[i])))
            return false;
        for (; parent[at] >= 0 && steps <= ACCOUNTS; steps++)
            at = parent[at];
        if (steps > ACCOUNTS) return false;
    }
    return roots == pieces;
}

static bool judge_accepts(const struct land *land, const int32_t *parent)
{
    struct ambit_contiguity_figures *f = NULL;
    must(ambit_contiguity_create(TERRITORIES, &f));
    const ambit_status status = ambit_contiguity_judge(&land->places, land->label, parent, f);
    CU_ASSERT(status == AMBIT_OK || status == AMBIT_ERR_MISMATCH);
    ambit_contiguity_destroy(&f);
    ambit_error_clear();
    return status == AMBIT_OK;
}

/* A repaired plan is whole by the plain search, and its certificate good; of certificates with one
 * to three parents changed the judge accepts those that the plain search does. */
static void certificates_of_repaired_plans(void)
{
    int refused = 0, islands = 0;
    for (uint64_t seed = 1; seed <= repetitions(8); seed++) {
        struct land land;
        struct ambit_contiguity_outcome outcome;
        int32_t part[ACCOUNTS], island[ACCOUNTS], changed[ACCOUNTS];
        land_create(seed, 3 + (int)(seed % 3), &land);
        struct ambit_contiguity_repair in = {.places = &land.places,
                                             .problem = &land.nation.problem,
                                             .play = land.index,
                                             .account = land.index,
                                             .load_inout = land.load,
                                             .label_inout = land.label};
        must(ambit_contiguity_repair(&in, &outcome));
        must(ambit_places_span(&land.places, land.label, land.parent));
        const int pieces = spread(&land, land.label, part);
        islands += spread(&land, NULL, island) > 1;
        CHECK_SEED(seed, outcome.stray == 0);
        for (int32_t i = 0; i < ACCOUNTS; i++) {
            for (int32_t j = 0; j < i; j++)
                CHECK_SEED(seed, land.label[i] != land.label[j] || island[i] != island[j] ||
                                     part[i] == part[j]);
        }
        CHECK_SEED(seed, is_certificate(&land, land.parent, pieces));
        CHECK_SEED(seed, judge_accepts(&land, land.parent));
        for (uint64_t n = 0; n < 60; n++) {
            memcpy(changed, land.parent, sizeof changed);
            for (uint64_t c = 0; c <= n % 3; c++)
                changed[ambit_random_below(seed, 80, 3 * n + c, ACCOUNTS)] =
                    (int32_t)ambit_random_below(seed, 81, 3 * n + c, ACCOUNTS + 2) - 1;
            const bool good = is_certificate(&land, changed, pieces);
            CHECK_SEED(seed, judge_accepts(&land, changed) == good);
            refused += !good;
        }
        land_clear(&land);
    }
    CU_ASSERT(refused > 100 && islands > 0);
}

/* Pieces that are told from a certificate, and certificates that tell none. */
static void pieces_of_certificates(void)
{
    for (uint64_t seed = 1; seed <= repetitions(8); seed++) {
        struct land land;
        int32_t part[ACCOUNTS], number[ACCOUNTS], size[ACCOUNTS];
        bool whole = false;
        land_create(seed, 4, &land);
        must(ambit_places_span(&land.places, land.label, land.parent));
        (void)spread(&land, land.label, part);
        must(ambit_contiguity_pieces(land.label, land.parent, ACCOUNTS, number, size, &whole));
        CHECK_SEED(seed, whole);
        for (int32_t i = 0; i < ACCOUNTS; i++) {
            int32_t own = 0, before = 1;
            for (int32_t j = 0; j < ACCOUNTS; j++) {
                int32_t other = 0;
                own += part[j] == part[i];
                for (int32_t k = 0; k < ACCOUNTS; k++)
                    other += part[k] == part[j];
                /* Once for each piece before: at its first account. */
                bool first = land.label[j] == land.label[i] && part[j] != part[i];
                for (int32_t k = 0; k < j; k++)
                    first &= part[k] != part[j];
                if (first) before += other > size[i] || (other == size[i] && part[j] < part[i]);
            }
            CHECK_SEED(seed, size[i] == own && number[i] == before);
        }
        const int32_t at = (int32_t)ambit_random_below(seed, 90, 0, ACCOUNTS);
        for (int way = 0; way < 3; way++) {
            int32_t bad[ACCOUNTS];
            memcpy(bad, land.parent, sizeof bad);
            bad[at] = way == 0 ? at : way == 1 ? ACCOUNTS : -2;
            must(ambit_contiguity_pieces(land.label, bad, ACCOUNTS, number, size, &whole));
            CHECK_SEED(seed, !whole);
        }
        land_clear(&land);
    }
}

/* --- new accounts ----------------------------------------------------------- */

static bool is_listed(const struct ambit_near *near, int32_t t)
{
    for (int32_t n = 0; n < near->count; n++) {
        if (near->territory[n] == t) return true;
    }
    return false;
}

/* The last account is new: territories that it is near to are those of neighbours on the graph with
 * it, all of them by the nearest, and the nearest place's at least by the triangulation. */
static void check_near(uint64_t seed, const struct land *land, const struct ambit_near *near)
{
    const struct ambit_places *const p = &land->places;
    const int32_t own = ACCOUNTS - 1, place = p->of_account[own];
    bool beside[TERRITORIES] = {false};
    double least = INFINITY;
    int32_t nearest = -1;
    for (int32_t i = 0; i < own; i++) {
        const int32_t other = p->of_account[i];
        if (other == place || ambit_neighbour_graph_joins(&p->graph, place, other))
            beside[land->label[i]] = true;
        const double chord2 = other == place ? -1.0 : chord2_of(land, i, own);
        if (chord2 < least) nearest = i;
        least = chord2 < least ? chord2 : least;
    }
    for (int32_t t = 0; t < TERRITORIES; t++)
        CHECK_SEED(seed, !is_listed(near, t) || beside[t]);
    const int32_t other = p->of_account[nearest];
    if (other == place || ambit_neighbour_graph_joins(&p->graph, place, other))
        CHECK_SEED(seed, is_listed(near, land->label[nearest]));
}

static void near_as_the_graph_says(void)
{
    int found = 0;
    for (uint64_t seed = 1; seed <= repetitions(40); seed++) {
        struct land land;
        struct ambit_near_places *places = NULL;
        struct ambit_near near;
        land_create(seed, seed % 4 == 0 ? 3 : 0, &land);
        struct ambit_accounts *const a = &land.nation.accounts;
        const int32_t own = ACCOUNTS - 1;
        const struct ambit_contiguity_terms terms = {.wanted = AMBIT_CONTIGUITY_REQUIRED,
                                                     .nearest = land.rules.nearest,
                                                     .longest_km = land.rules.longest_km};
        const struct ambit_result plan = {
            .account_count = own, .lat = a->lat, .lon = a->lon, .territory = land.label};
        const struct ambit_barriers none = {0};
        must(ambit_near_places_create(
            &plan, &terms, land.rules.barriers != NULL ? &land.barriers : &none, &places));
        const struct ambit_accounts one = {
            .count = 1, .x = &a->x[own], .y = &a->y[own], .z = &a->z[own]};
        ambit_near_places_list(places, &plan, &one, &near);
        check_near(seed, &land, &near);
        found += near.count > 0;
        ambit_near_places_destroy(&places);
        land_clear(&land);
    }
    CU_ASSERT(found > 20);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"certificates of repaired plans, and wrong ones", certificates_of_repaired_plans},
        {"pieces told from certificates", pieces_of_certificates},
        {"territories near to a new account", near_as_the_graph_says},
    };
    return ambit_test_main("pieces", tests, AMBIT_TEST_COUNT(tests));
}
