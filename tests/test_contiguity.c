/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The neighbour graph against all pairs, barriers by hand, pieces and certificates against a plain
 * search, and repairs that must leave what the judge accepts. */
#include "engine/model/geometry.h"
#include "engine/model/hilbert.h"
#include "engine/run/join_pieces.h"
#include "io/barriers_geojson.h"
#include "solvers/barrier_index.h"
#include "solvers/border_exchange.h"
#include "solvers/contiguity_repair.h"
#include "solvers/piece_plan.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

#include <omp.h>

enum { ACCOUNTS = 120, TERRITORIES = 4 };

/* --- barriers --------------------------------------------------------------- */

static bool crosses(const struct ambit_barrier_index *index, double lat0, double lon0, double lat1,
                    double lon1)
{
    double a[3], b[3];
    ambit_unit_from_degrees(lat0, lon0, a);
    ambit_unit_from_degrees(lat1, lon1, b);
    const bool there = ambit_barrier_crossed(index, a, b);
    CU_ASSERT_EQUAL(there, ambit_barrier_crossed(index, b, a));
    return there;
}

/* A river up the zeroth meridian from 0 to 2 degrees, then to the north-east. */
static void crossings_by_hand(void)
{
    double piece[2][4] = {{0.0, 0.0, 2.0, 0.0}, {2.0, 0.0, 3.0, 1.0}};
    const struct ambit_barriers river = {2, piece};
    struct ambit_barrier_index *index = NULL;
    must(ambit_barrier_index_create(&river, &index));
    CU_ASSERT(crosses(index, 1.0, -0.5, 1.0, 0.5));
    CU_ASSERT(crosses(index, 0.1, -3.0, 1.9, 3.0));
    CU_ASSERT(crosses(index, 2.5, 0.0, 2.5, 1.0));
    CU_ASSERT(!crosses(index, 1.0, -0.5, 1.5, -0.1));    /* one side */
    CU_ASSERT(!crosses(index, -0.5, -0.5, -0.5, 0.5));   /* south of its end */
    CU_ASSERT(!crosses(index, 1.0, 179.5, 1.0, -179.5)); /* the other side of the globe */
    CU_ASSERT(!crosses(index, -1.0, 179.5, -1.0, -179.5));
    CU_ASSERT(!crosses(index, -0.2, 100.0, -0.2, -100.0)); /* the long way, its box around all */
    /* On the line is left of it, which is west, and its corner is crossed once. */
    CU_ASSERT(!crosses(index, 1.0, 0.0, 1.0, -1.0));
    CU_ASSERT(crosses(index, 1.0, 0.0, 1.0, 1.0));
    CU_ASSERT(crosses(index, 2.0, 0.0, 1.9, 0.5));
    CU_ASSERT(!crosses(index, 2.0, 0.0, 2.1, -0.5));
    CU_ASSERT(crosses(index, 2.0, -1.0, 2.0, 1.0));
    ambit_barrier_index_destroy(&index);
}

/* A parallel is straight in degrees, and no great circle: at 49° north the great circle from −110
 * to −100 runs up to 0.2° further north in between. */
static void parallels_are_followed(void)
{
    double piece[1][4] = {{49.0, -110.0, 49.0, -100.0}};
    const struct ambit_barriers border = {1, piece};
    struct ambit_barrier_index *index = NULL;
    must(ambit_barrier_index_create(&border, &index));
    CU_ASSERT(!crosses(index, 49.01, -105.02, 49.05, -105.0));
    CU_ASSERT(crosses(index, 48.99, -105.02, 49.01, -105.0));
    CU_ASSERT(!crosses(index, 48.95, -105.02, 48.99, -105.0));
    ambit_barrier_index_destroy(&index);
}

/* Where all is small and near the equator the plane says the same. */
static bool plane_crosses(const double a[2], const double b[2], const double c[2],
                          const double d[2])
{
    const double abc = (b[1] - a[1]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[1] - a[1]);
    const double abd = (b[1] - a[1]) * (d[0] - a[0]) - (b[0] - a[0]) * (d[1] - a[1]);
    const double cda = (d[1] - c[1]) * (a[0] - c[0]) - (d[0] - c[0]) * (a[1] - c[1]);
    const double cdb = (d[1] - c[1]) * (b[0] - c[0]) - (d[0] - c[0]) * (b[1] - c[1]);
    return (abc > 0.0) != (abd > 0.0) && (cda > 0.0) != (cdb > 0.0);
}

static void crossings_as_in_the_plane(void)
{
    enum { PIECES = 60, EDGES = 200 };
    for (uint64_t seed = 1; seed <= repetitions(10); seed++) {
        double piece[PIECES][4];
        struct ambit_barrier_index *index = NULL;
        for (int p = 0; p < PIECES; p++) {
            for (int d = 0; d < 4; d++)
                piece[p][d] = uniform(seed, 60, 4 * p + d, -0.05, 0.05);
        }
        const struct ambit_barriers lines = {PIECES, piece};
        must(ambit_barrier_index_create(&lines, &index));
        for (int e = 0; e < EDGES; e++) {
            double end[4];
            bool want = false;
            for (int d = 0; d < 4; d++)
                end[d] = uniform(seed, 61, 4 * e + d, -0.05, 0.05);
            if (e % 2 == 1) { /* a short one */
                end[2] = end[0] + 0.05 * end[2];
                end[3] = end[1] + 0.05 * end[3];
            }
            for (int p = 0; p < PIECES; p++)
                want |= plane_crosses(end, end + 2, piece[p], piece[p] + 2);
            CHECK_SEED(seed, crosses(index, end[0], end[1], end[2], end[3]) == want);
        }
        ambit_barrier_index_destroy(&index);
    }
}

/* --- places and graph ------------------------------------------------------- */

static void make_places(const struct instance *nation, const struct ambit_graph_rules *rules,
                        struct ambit_places *out)
{
    const struct ambit_accounts *const a = &nation->accounts;
    const size_t n = (size_t)a->count;
    uint64_t *key = must_alloc(n, sizeof *key);
    bool *starts = must_alloc(n, sizeof *starts);
    double *position = must_alloc(3 * n, sizeof *position);
    for (int32_t i = 0; i < a->count; i++) {
        key[i] = ambit_hilbert_key(a->lat[i], a->lon[i]);
        starts[i] = true;
        position[3 * (int64_t)i] = a->x[i];
        position[3 * (int64_t)i + 1] = a->y[i];
        position[3 * (int64_t)i + 2] = a->z[i];
    }
    const struct ambit_place_keys keys = {a->count, key, starts, position};
    must(ambit_places_create(&keys, rules, out));
    ambit_free(&key);
    ambit_free(&starts);
    ambit_free(&position);
}

static const double *unit_of(const struct instance *nation, int32_t i, double out[3])
{
    out[0] = nation->accounts.x[i];
    out[1] = nation->accounts.y[i];
    out[2] = nation->accounts.z[i];
    return out;
}

static double chord2_of(const struct instance *nation, const struct ambit_places *p, int32_t a,
                        int32_t b)
{
    double x[3], y[3];
    return ambit_chord2(unit_of(nation, p->account[p->first[a]], x),
                        unit_of(nation, p->account[p->first[b]], y));
}

/* Whether b is among the K nearest places of a, ties to the smaller number. */
static bool is_near(const struct instance *nation, const struct ambit_places *p, int32_t a,
                    int32_t b, int nearest)
{
    const double own = chord2_of(nation, p, a, b);
    int before = 0;
    for (int32_t c = 0; c < p->count; c++) {
        const double other = chord2_of(nation, p, a, c);
        before += c != a && c != b && (other < own || (other == own && c < b));
    }
    return before < nearest;
}

static void nearest_as_all_pairs_say(void)
{
    for (uint64_t seed = 1; seed <= repetitions(6); seed++) {
        struct instance nation;
        struct ambit_places p;
        const int nearest = 1 + (int)(seed % 6);
        double piece[1][4] = {{30.0, -87.0, 50.0, -87.0}};
        const struct ambit_barriers river = {1, piece};
        const struct ambit_graph_rules rules = {nearest, 45.0, &river};
        int64_t edges = 0, far = 0, barred = 0;
        instance_create(seed, ACCOUNTS, TERRITORIES, &nation);
        make_places(&nation, &rules, &p);
        CHECK_SEED(seed, p.count < ACCOUNTS); /* every tenth account shares a place */
        for (int32_t a = 0; a < p.count; a++) {
            for (int32_t b = a + 1; b < p.count; b++) {
                const double *const lon = nation.accounts.lon;
                const bool near =
                    is_near(&nation, &p, a, b, nearest) || is_near(&nation, &p, b, a, nearest);
                const bool is_far =
                    ambit_km_from_chord2(chord2_of(&nation, &p, a, b)) > rules.longest_km;
                const bool over =
                    (lon[p.account[p.first[a]]] < -87.0) != (lon[p.account[p.first[b]]] < -87.0);
                const bool joined = near && !is_far && !over;
                edges += joined;
                far += near && is_far;
                barred += near && !is_far && over;
                CHECK_SEED(seed, ambit_neighbour_graph_joins(&p.graph, a, b) == joined);
                CHECK_SEED(seed, ambit_neighbour_graph_joins(&p.graph, b, a) == joined);
            }
        }
        CHECK_SEED(seed, p.graph.edge_count == edges && p.graph.long_count == far &&
                             p.graph.barred_count == barred);
        ambit_places_clear(&p);
        instance_clear(&nation);
    }
}

/* What is cut of the triangulation is what is too long or across the line, and nothing else. */
static void cuts_of_the_triangulation(void)
{
    for (uint64_t seed = 1; seed <= repetitions(6); seed++) {
        struct instance nation;
        struct ambit_places whole, cut;
        const struct ambit_graph_rules all = {0, INFINITY, NULL}, some = {0, 40.0, NULL};
        int64_t kept = 0;
        instance_create(seed, ACCOUNTS, TERRITORIES, &nation);
        make_places(&nation, &all, &whole);
        make_places(&nation, &some, &cut);
        CHECK_SEED(seed, whole.island_count == 1 && whole.graph.long_count == 0);
        for (int32_t a = 0; a < whole.count; a++) {
            for (int64_t e = whole.graph.row[a]; e < whole.graph.row[a + 1]; e++) {
                const int32_t b = whole.graph.column[e];
                const bool stays = ambit_km_from_chord2(chord2_of(&nation, &whole, a, b)) <= 40.0;
                kept += stays && a < b;
                CHECK_SEED(seed, ambit_neighbour_graph_joins(&cut.graph, a, b) == stays);
            }
        }
        CHECK_SEED(seed, cut.graph.edge_count == kept &&
                             kept + cut.graph.long_count == whole.graph.edge_count);
        ambit_places_clear(&whole);
        ambit_places_clear(&cut);
        instance_clear(&nation);
    }
}

/* Towns whose places lie centimetres apart, and are one island with all the others. */
static void dense_places_hang_together(void)
{
    enum { TOWNS = 40, EACH = 25, N = TOWNS * EACH };
    for (uint64_t seed = 1; seed <= repetitions(3); seed++) {
        static double position[3 * N];
        struct ambit_neighbour_graph graph;
        static int32_t part[N];
        const struct ambit_graph_rules rules = {0, INFINITY, NULL};
        for (int32_t i = 0; i < N; i++) {
            const int32_t town = i / EACH;
            ambit_unit_from_degrees(40.0 + 0.1 * town + uniform(seed, 90, i, 0.0, 2e-7),
                                    -90.0 + uniform(seed, 91, i, 0.0, 2e-7),
                                    &position[3 * (size_t)i]);
        }
        must(ambit_neighbour_graph_create(position, N, &rules, &graph));
        CHECK_SEED(seed, ambit_neighbour_graph_components(&graph, part) == 1);
        ambit_neighbour_graph_clear(&graph);
    }
}

/* Accounts that do not come place by place, as where some stay together. */
static void places_of_any_order(void)
{
    enum { N = 6 };
    static const double lon[N] = {3.0, 1.0, 3.0, 2.0, 1.0, 9.0};
    uint64_t key[N];
    bool starts[N];
    double position[3 * N];
    struct ambit_places p;
    const struct ambit_graph_rules rules = {1, 300.0, NULL};
    for (int i = 0; i < N; i++) {
        key[i] = ambit_hilbert_key(10.0, lon[i]);
        starts[i] = true;
        ambit_unit_from_degrees(10.0, lon[i], &position[3 * (size_t)i]);
    }
    const struct ambit_place_keys keys = {N, key, starts, position};
    must(ambit_places_create(&keys, &rules, &p));
    CU_ASSERT_EQUAL(p.count, 4);
    CU_ASSERT_EQUAL(p.of_account[0], p.of_account[2]);
    CU_ASSERT_EQUAL(p.of_account[1], p.of_account[4]);
    CU_ASSERT_EQUAL(p.island_count, 2); /* 9° east is 660 km from the next */
    CU_ASSERT_EQUAL(p.graph.edge_count, 2);
    CU_ASSERT_EQUAL(p.graph.long_count, 1);
    CU_ASSERT(p.island[p.of_account[5]] != p.island[p.of_account[0]]);
    CU_ASSERT(p.island[p.of_account[0]] == p.island[p.of_account[1]]);
    ambit_places_clear(&p);
}

/* --- the judge -------------------------------------------------------------- */

static bool are_neighbours(const struct ambit_places *p, int32_t i, int32_t j)
{
    const int32_t a = p->of_account[i], b = p->of_account[j];
    return a == b || ambit_neighbour_graph_joins(&p->graph, a, b);
}

/* A piece number of each account, by repeated spreading over all pairs; returns how many. */
static int count_pieces(const struct ambit_places *p, const int32_t *label, int32_t *piece)
{
    int count = 0;
    for (int32_t i = 0; i < p->account_count; i++)
        piece[i] = i;
    for (bool any = true; any;) {
        any = false;
        for (int32_t i = 0; i < p->account_count; i++) {
            for (int32_t j = 0; j < p->account_count; j++) {
                if (label[i] != label[j] || piece[j] >= piece[i] || !are_neighbours(p, i, j))
                    continue;
                piece[i] = piece[j];
                any = true;
            }
        }
    }
    for (int32_t i = 0; i < p->account_count; i++)
        count += piece[i] == i;
    return count;
}

/* Territories by island, and how many of these pairs have accounts. */
static int count_needed(const struct ambit_places *p, const int32_t *label)
{
    int count = 0;
    for (int32_t i = 0; i < p->account_count; i++) {
        bool first = true;
        for (int32_t j = 0; j < i; j++)
            first &=
                label[j] != label[i] || p->island[p->of_account[j]] != p->island[p->of_account[i]];
        count += first;
    }
    return count;
}

static void random_labels(uint64_t seed, const struct instance *nation, int32_t *label)
{
    instance_nearest(nation, label);
    for (int32_t i = 0; i < nation->accounts.count; i++) {
        if (ambit_random_below(seed, 70, (uint64_t)i, 4) == 0)
            label[i] = (int32_t)ambit_random_below(seed, 71, (uint64_t)i, TERRITORIES);
    }
}

static ambit_status judge(const struct ambit_places *p, const int32_t *label, const int32_t *parent,
                          struct ambit_contiguity_figures **out)
{
    ambit_contiguity_destroy(out);
    must(ambit_contiguity_create(TERRITORIES, out));
    return ambit_contiguity_judge(p, label, parent, *out);
}

static void pieces_and_certificates(void)
{
    for (uint64_t seed = 1; seed <= repetitions(20); seed++) {
        struct instance nation;
        struct ambit_places p;
        struct ambit_contiguity_figures *f = NULL;
        int32_t label[ACCOUNTS], parent[ACCOUNTS], piece[ACCOUNTS], pieces = 0;
        const struct ambit_graph_rules rules = {seed % 2 == 0 ? 3 : 0, seed % 3 == 0 ? 35.0 : 500.0,
                                                NULL};
        instance_create(seed, ACCOUNTS, TERRITORIES, &nation);
        make_places(&nation, &rules, &p);
        random_labels(seed, &nation, label);
        must(ambit_places_span(&p, label, parent));
        CHECK_SEED(seed, judge(&p, label, parent, &f) == AMBIT_OK);
        for (int t = 0; t < TERRITORIES; t++)
            pieces += f->pieces[t];
        CHECK_SEED(seed, pieces == count_pieces(&p, label, piece));
        CHECK_SEED(seed, f->extra_count == pieces - count_needed(&p, label));
        for (int32_t i = 0; i < ACCOUNTS; i++)
            CHECK_SEED(seed, parent[i] < 0 ? piece[i] == i : piece[parent[i]] == piece[i]);
        ambit_contiguity_destroy(&f);
        ambit_places_clear(&p);
        instance_clear(&nation);
    }
}

/* Four accounts in a row, the third of another territory: by hand. */
static void figures_by_hand(void)
{
    uint64_t key[5];
    bool starts[5] = {true, true, true, true, true};
    double position[15];
    int32_t label[5] = {0, 0, 1, 0, 1}, parent[5];
    struct ambit_places p;
    struct ambit_contiguity_figures *f = NULL;
    const struct ambit_graph_rules rules = {1, 150.0, NULL};
    for (int i = 0; i < 5; i++) {
        const double lon = i < 4 ? 0.9 * i : 20.0; /* 100 km apart; the fifth is an island */
        key[i] = (uint64_t)i;
        ambit_unit_from_degrees(0.0, lon + 0.001 * i * i, &position[3 * (size_t)i]);
    }
    const struct ambit_place_keys keys = {5, key, starts, position};
    must(ambit_places_create(&keys, &rules, &p));
    must(ambit_places_span(&p, label, parent));
    CU_ASSERT_EQUAL(judge(&p, label, parent, &f), AMBIT_OK);
    CU_ASSERT_EQUAL(f->island_count, 2);
    CU_ASSERT_EQUAL(f->pieces[0], 2);
    CU_ASSERT_EQUAL(f->islands[0], 1);
    CU_ASSERT_EQUAL(f->apart[0], 1);
    CU_ASSERT_EQUAL(f->apart_sample[0], 3);
    CU_ASSERT_EQUAL(f->pieces[1], 2); /* one on each island: whole */
    CU_ASSERT_EQUAL(f->islands[1], 2);
    CU_ASSERT_EQUAL(f->apart_sample[1], -1);
    CU_ASSERT_EQUAL(f->broken_count, 1);
    CU_ASSERT_EQUAL(f->extra_count, 1);
    CU_ASSERT_EQUAL(f->apart_count, 1);
    const int32_t want[5] = {-1, 0, -1, -1, -1};
    CU_ASSERT_EQUAL(memcmp(parent, want, sizeof want), 0);
    /* Every way in which a certificate can be wrong. */
    static const struct {
        int32_t account, parent;
        const char *words;
    } fault[] = {{1, 2, "of another"},     {3, 0, "which is none"}, {0, 1, "comes back"},
                 {1, -1, "found 5 trees"}, {1, 5, "found 5"},       {1, -2, "found -2"}};
    for (size_t n = 0; n < sizeof fault / sizeof fault[0]; n++) {
        memcpy(parent, want, sizeof want);
        parent[fault[n].account] = fault[n].parent;
        CU_ASSERT_EQUAL(judge(&p, label, parent, &f), AMBIT_ERR_MISMATCH);
        CU_ASSERT_PTR_NOT_NULL(strstr(ambit_error_message(), fault[n].words));
        ambit_error_clear();
    }
    ambit_contiguity_destroy(&f);
    ambit_places_clear(&p);
}

/* --- moves and repairs ------------------------------------------------------ */

struct play {
    struct instance nation;
    struct ambit_places places;
    int32_t label[ACCOUNTS], index[ACCOUNTS];
    int64_t load[TERRITORIES * AMBIT_RULE_MAX];
};

static void play_create(uint64_t seed, double width, struct play *play)
{
    const struct ambit_graph_rules rules = {seed % 2 == 0 ? 5 : 0, seed % 5 == 0 ? 60.0 : INFINITY,
                                            NULL};
    instance_create(seed, ACCOUNTS, TERRITORIES, &play->nation);
    instance_relative(&play->nation, HOURS, AMBIT_TARGET_EQUAL, 1.0 - width, 1.0 + width);
    instance_relative(&play->nation, WORTH, AMBIT_TARGET_EQUAL, -1.0, 1.0 + 2.0 * width);
    instance_compile(&play->nation);
    make_places(&play->nation, &rules, &play->places);
    random_labels(seed, &play->nation, play->label);
    int64_t total[AMBIT_RULE_MAX];
    for (int32_t i = 0; i < ACCOUNTS; i++)
        play->index[i] = i;
    instance_loads(&play->nation, play->label, play->load, total);
}

static void play_clear(struct play *play)
{
    ambit_places_clear(&play->places);
    instance_clear(&play->nation);
}

/* Who leaves together leaves its territory in as many pieces as it was, and is moved exactly. */
static void bundles_tear_nothing(void)
{
    int moved = 0, larger = 0;
    for (uint64_t seed = 1; seed <= repetitions(10); seed++) {
        struct play play;
        int32_t piece[ACCOUNTS], bundle[AMBIT_BUNDLE_MAX], taker[AMBIT_PIECE_TAKERS_MAX];
        int64_t load[TERRITORIES * AMBIT_RULE_MAX], total[AMBIT_RULE_MAX];
        play_create(seed, 0.1, &play);
        struct ambit_piece_plan plan = {.places = &play.places,
                                        .problem = &play.nation.problem,
                                        .play = play.index,
                                        .label = play.label,
                                        .load = play.load};
        must(ambit_piece_plan_create(&plan));
        ambit_piece_plan_refresh(&plan);
        (void)ambit_piece_plan_limits(&plan, 0.0);
        for (int step = 0; step < 200; step++) {
            const int32_t i = (int32_t)ambit_random_below(seed, 80, (uint64_t)step, ACCOUNTS);
            const int takers = ambit_piece_plan_takers(&plan, i, taker);
            const int32_t count = ambit_piece_plan_bundle(&plan, i, bundle);
            struct ambit_piece_move move;
            if (takers == 0 || count == 0) continue;
            const int before = count_pieces(&play.places, play.label, piece);
            const int64_t violation =
                plan.violation[0] + plan.violation[1] + plan.violation[2] + plan.violation[3];
            ambit_piece_plan_weigh(&plan, bundle, count, taker[step % takers], &move);
            ambit_piece_plan_apply(&plan, bundle, count, &move);
            CHECK_SEED(seed, count_pieces(&play.places, play.label, piece) <= before);
            CHECK_SEED(seed, plan.violation[0] + plan.violation[1] + plan.violation[2] +
                                     plan.violation[3] ==
                                 violation + move.violation);
            moved++;
            larger += count > 1;
        }
        instance_loads(&play.nation, play.label, load, total);
        CHECK_SEED(seed, memcmp(load, play.load,
                                sizeof(int64_t) * (size_t)(TERRITORIES * plan.rules)) == 0);
        ambit_piece_plan_clear(&plan);
        play_clear(&play);
    }
    CU_ASSERT(moved > 1000 && larger > 20);
}

/* Rounds of exchanges tear nothing, make nothing worse, know their loads, and are the same on any
 * number of threads; and they do find something. */
static void exchanges_tear_nothing(void)
{
    int better = 0, tries = 0;
    for (uint64_t seed = 1; seed <= repetitions(10); seed++) {
        int32_t first[ACCOUNTS];
        for (int threads = 1; threads <= 3; threads += 2) {
            struct play play;
            int32_t piece[ACCOUNTS];
            int64_t load[TERRITORIES * AMBIT_RULE_MAX], total[AMBIT_RULE_MAX];
            play_create(seed, 0.1, &play);
            struct ambit_piece_plan plan = {.places = &play.places,
                                            .problem = &play.nation.problem,
                                            .play = play.index,
                                            .label = play.label,
                                            .load = play.load};
            must(ambit_piece_plan_create(&plan));
            ambit_piece_plan_refresh(&plan);
            omp_set_num_threads(threads);
            for (int round = 0; round < 6; round++) {
                struct ambit_border_exchange exchange = {.plan = &plan,
                                                         .broken_only = round % 2 == 1,
                                                         .hops = 1 + round % 3,
                                                         .draw = (uint64_t)round};
                const int pieces = count_pieces(&play.places, play.label, piece);
                const int64_t before = ambit_piece_plan_limits(&plan, 0.0);
                int32_t clusters = 0;
                must(ambit_border_exchange(&exchange, &clusters));
                int64_t after = 0;
                for (int t = 0; t < TERRITORIES; t++)
                    after += plan.violation[t];
                CHECK_SEED(seed, after <= before);
                CHECK_SEED(seed, count_pieces(&play.places, play.label, piece) <= pieces);
                better += clusters > 0;
                tries++;
            }
            omp_set_num_threads(1);
            instance_loads(&play.nation, play.label, load, total);
            CHECK_SEED(seed, memcmp(load, play.load,
                                    sizeof(int64_t) * (size_t)(TERRITORIES * plan.rules)) == 0);
            if (threads == 1) memcpy(first, play.label, sizeof first);
            CHECK_SEED(seed, memcmp(first, play.label, sizeof first) == 0);
            ambit_piece_plan_clear(&plan);
            play_clear(&play);
        }
    }
    CU_ASSERT(2 * better > tries);
}

/* In a line of accounts of one territory each but the ends is a neck. */
static void necks_are_known(void)
{
    enum { N = 9 };
    struct instance nation;
    struct ambit_places p;
    int32_t label[N], index[N], bundle[AMBIT_BUNDLE_MAX];
    int64_t load[2 * AMBIT_RULE_MAX], total[AMBIT_RULE_MAX];
    const struct ambit_graph_rules rules = {1, INFINITY, NULL};
    instance_create(3, N, 2, &nation);
    for (int32_t i = 0; i < N; i++) {
        double unit[3];
        nation.accounts.lat[i] = 40.0;
        nation.accounts.lon[i] =
            -90.0 + 0.1 * i + 0.001 * i * i; /* each nearest to the one before */
        ambit_unit_from_degrees(40.0, nation.accounts.lon[i], unit);
        nation.accounts.x[i] = unit[0];
        nation.accounts.y[i] = unit[1];
        nation.accounts.z[i] = unit[2];
        label[i] = i == N - 1;
        index[i] = i;
    }
    instance_relative(&nation, HOURS, AMBIT_TARGET_EQUAL, 0.5, 1.5);
    instance_compile(&nation);
    make_places(&nation, &rules, &p);
    instance_loads(&nation, label, load, total);
    struct ambit_piece_plan plan = {
        .places = &p, .problem = &nation.problem, .play = index, .label = label, .load = load};
    must(ambit_piece_plan_create(&plan));
    ambit_piece_plan_refresh(&plan);
    (void)ambit_piece_plan_limits(&plan, 0.0);
    CU_ASSERT_EQUAL(p.island_count, 1);
    CU_ASSERT_EQUAL(ambit_piece_plan_bundle(&plan, 0, bundle), 1);
    CU_ASSERT_EQUAL(ambit_piece_plan_bundle(&plan, 7, bundle), 1);
    CU_ASSERT_EQUAL(ambit_piece_plan_bundle(&plan, 2, bundle), 3); /* with the two behind it */
    CU_ASSERT_EQUAL(ambit_piece_plan_bundle(&plan, 8, bundle), 0); /* its territory's only one */
    index[1] = -1;
    CU_ASSERT_EQUAL(ambit_piece_plan_bundle(&plan, 2, bundle), 0); /* one behind it is held */
    CU_ASSERT_EQUAL(ambit_piece_plan_bundle(&plan, 1, bundle), 0);
    ambit_piece_plan_clear(&plan);
    ambit_places_clear(&p);
    instance_clear(&nation);
}

/* A ring of accounts and one at its middle: who leaves the ring opens it; once it is open, who
 * leaves its middle tears it, and only a search longer than the short ones knows which. */
static void long_ways_round(void)
{
    enum { N = 201 };
    struct instance nation;
    struct ambit_places p;
    uint64_t key[N];
    bool starts[N];
    double position[3 * N];
    int32_t label[N], index[N], bundle[AMBIT_BUNDLE_MAX];
    int64_t load[2 * AMBIT_RULE_MAX], total[AMBIT_RULE_MAX];
    struct ambit_piece_move move;
    const struct ambit_graph_rules rules = {2, INFINITY, NULL};
    instance_create(5, N, 2, &nation);
    for (int32_t i = 0; i < N; i++) {
        const double turn = 2.0 * M_PI * i / (N - 1), radius = i + 1 < N ? 1.0 : 0.0;
        key[i] = (uint64_t)i;
        starts[i] = true;
        ambit_unit_from_degrees(radius * sin(turn), radius * cos(turn), &position[3 * (size_t)i]);
        label[i] = i + 1 == N;
        index[i] = i;
    }
    const struct ambit_place_keys keys = {N, key, starts, position};
    must(ambit_places_create(&keys, &rules, &p));
    instance_relative(&nation, HOURS, AMBIT_TARGET_EQUAL, 0.5, 1.5);
    instance_compile(&nation);
    instance_loads(&nation, label, load, total);
    struct ambit_piece_plan plan = {
        .places = &p, .problem = &nation.problem, .play = index, .label = label, .load = load};
    must(ambit_piece_plan_create(&plan));
    ambit_piece_plan_refresh(&plan);
    (void)ambit_piece_plan_limits(&plan, 0.0);
    CU_ASSERT_EQUAL(ambit_piece_plan_bundle(&plan, 100, bundle), 1);
    CU_ASSERT_EQUAL(ambit_piece_plan_bundle(&plan, 0, bundle), 1);
    ambit_piece_plan_weigh(&plan, bundle, 1, 1, &move);
    ambit_piece_plan_apply(&plan, bundle, 1, &move);
    CU_ASSERT_EQUAL(ambit_piece_plan_bundle(&plan, 100, bundle), 0);
    CU_ASSERT_EQUAL(ambit_piece_plan_bundle(&plan, 1, bundle), 1);
    CU_ASSERT_EQUAL(ambit_piece_plan_bundle(&plan, 4, bundle), 4);
    ambit_piece_plan_clear(&plan);
    ambit_places_clear(&p);
    instance_clear(&nation);
}

static void repair(struct play *play, bool keeps, struct ambit_contiguity_outcome *outcome)
{
    struct ambit_contiguity_repair in = {.places = &play->places,
                                         .problem = &play->nation.problem,
                                         .play = play->index,
                                         .account = play->index,
                                         .load_inout = play->load,
                                         .label_inout = play->label,
                                         .keeps_bands = keeps};
    must(ambit_contiguity_repair(&in, outcome));
}

/* Whatever the plan was: whole territories, loads as they are, and bands met where they are wide.
 */
static void repairs_make_whole(void)
{
    int met = 0, tries = 0;
    for (uint64_t seed = 1; seed <= repetitions(12); seed++) {
        struct play play, again;
        struct ambit_contiguity_outcome outcome, second;
        int64_t load[TERRITORIES * AMBIT_RULE_MAX], total[AMBIT_RULE_MAX];
        int32_t piece[ACCOUNTS];
        play_create(seed, 0.15, &play);
        play_create(seed, 0.15, &again);
        repair(&play, false, &outcome);
        repair(&again, false, &second);
        CHECK_SEED(seed, memcmp(play.label, again.label, sizeof play.label) == 0);
        CHECK_SEED(seed, outcome.stray == 0);
        CHECK_SEED(seed, count_pieces(&play.places, play.label, piece) ==
                             count_needed(&play.places, play.label));
        instance_loads(&play.nation, play.label, load, total);
        CHECK_SEED(seed, memcmp(load, play.load,
                                sizeof(int64_t) *
                                    (size_t)(TERRITORIES * play.nation.problem.rule_count)) == 0);
        met += outcome.violation == 0;
        tries++;
        play_clear(&play);
        play_clear(&again);
    }
    CU_ASSERT(10 * met >= 9 * tries);
}

/* Where bands come first they are never broken further, and pieces never become more. */
static void bands_come_first(void)
{
    for (uint64_t seed = 1; seed <= repetitions(12); seed++) {
        struct play play;
        struct ambit_contiguity_outcome outcome;
        int32_t piece[ACCOUNTS];
        play_create(seed, 0.02, &play);
        const int before = count_pieces(&play.places, play.label, piece);
        repair(&play, true, &outcome);
        CHECK_SEED(seed, outcome.violation <= outcome.violation_before);
        CHECK_SEED(seed, count_pieces(&play.places, play.label, piece) <= before);
        play_clear(&play);
    }
}

/* --- GeoJSON ---------------------------------------------------------------- */

static void reads_geojson(void)
{
    static const char text[] =
        "{\"type\":\"FeatureCollection\",\"features\":["
        "{\"type\":\"Feature\",\"geometry\":null},"
        "{\"type\":\"Feature\",\"properties\":{},\"geometry\":{\"type\":\"LineString\","
        "\"coordinates\":[[1,2],[3,4],[5,6,7]]}},"
        "{\"type\":\"Feature\",\"geometry\":{\"type\":\"GeometryCollection\",\"geometries\":["
        "{\"type\":\"MultiLineString\",\"coordinates\":[[[0,0],[1,1]],[[2,2],[3,3]]]},"
        "{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[0,1],[1,1],[0,0]]]}]}}]}";
    struct ambit_barriers b;
    must(ambit_barriers_parse("r.geojson", text, sizeof text - 1, &b));
    CU_ASSERT_EQUAL(b.count, 2 + 2 + 3);
    CU_ASSERT_EQUAL(b.piece[0][0], 2.0); /* latitude first */
    CU_ASSERT_EQUAL(b.piece[0][1], 1.0);
    CU_ASSERT_EQUAL(b.piece[1][2], 6.0);
    CU_ASSERT_EQUAL(b.piece[1][3], 5.0);
    ambit_barriers_clear(&b);
}

static void refuses_geojson(void)
{
    static const struct {
        const char *text, *words;
    } bad[] = {
        {"{\"type\":", "r.geojson:1:"},
        {"[]", "expected a GeoJSON object with a type, found none"},
        {"{\"type\":\"Point\",\"coordinates\":[0,0]}", "found Point"},
        {"{\"type\":\"LineString\",\"coordinates\":[[0,0]]}", "found fewer"},
        {"{\"type\":\"LineString\",\"coordinates\":[[0,0],[0,91]]}", "found [0, 91]"},
        {"{\"type\":\"LineString\",\"coordinates\":[[0,0],[181,9]]}", "position 2 of line 1"},
        {"{\"type\":\"LineString\",\"coordinates\":[[0,0],[\"1\",9]]}", "found another value"},
        {"{\"type\":\"MultiLineString\",\"coordinates\":7}", "a list of lines"},
        {"{\"type\":\"FeatureCollection\"}", "a list under features"},
        {"{\"type\":\"FeatureCollection\",\"features\":[]}", "expected lines, found none"},
        {"{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":null},"
         "{\"type\":\"Feature\",\"geometry\":{\"type\":\"LineString\",\"coordinates\":[]}}]}",
         "feature 2: expected two positions or more in line 1"},
    };
    for (size_t n = 0; n < sizeof bad / sizeof bad[0]; n++) {
        struct ambit_barriers b;
        CU_ASSERT_EQUAL(ambit_barriers_parse("r.geojson", bad[n].text, strlen(bad[n].text), &b),
                        AMBIT_ERR_INPUT);
        CU_ASSERT_PTR_NOT_NULL(strstr(ambit_error_message(), bad[n].words));
        ambit_error_clear();
    }
}

/* --- memory ----------------------------------------------------------------- */

static ambit_status everything(const struct ambit_place_keys *keys, struct play *play)
{
    ambit_status status = AMBIT_OK;
    double piece[1][4] = {{30.0, -87.0, 50.0, -87.0}};
    const struct ambit_barriers river = {1, piece};
    const struct ambit_graph_rules rules = {4, 400.0, &river};
    struct ambit_places p = {0};
    struct ambit_contiguity_figures *f = NULL;
    int32_t parent[ACCOUNTS];
    struct ambit_contiguity_outcome outcome;
    AMBIT_TRY(ambit_places_create(keys, &rules, &p));
    struct ambit_contiguity_repair in = {.places = &p,
                                         .problem = &play->nation.problem,
                                         .play = play->index,
                                         .account = play->index,
                                         .load_inout = play->load,
                                         .label_inout = play->label};
    AMBIT_TRY(ambit_contiguity_repair(&in, &outcome));
    AMBIT_TRY(ambit_places_span(&p, play->label, parent));
    AMBIT_TRY(ambit_contiguity_create(TERRITORIES, &f));
    AMBIT_TRY(ambit_contiguity_judge(&p, play->label, parent, f));
done:
    ambit_contiguity_destroy(&f);
    ambit_places_clear(&p);
    return status;
}

static void out_of_memory(void)
{
    struct play play;
    uint64_t key[ACCOUNTS];
    bool starts[ACCOUNTS];
    double position[3 * ACCOUNTS];
    play_create(2, 0.3, &play);
    for (int32_t i = 0; i < ACCOUNTS; i++) {
        key[i] = ambit_hilbert_key(play.nation.accounts.lat[i], play.nation.accounts.lon[i]);
        starts[i] = true;
        (void)unit_of(&play.nation, i, &position[3 * (size_t)i]);
    }
    const struct ambit_place_keys keys = {ACCOUNTS, key, starts, position};
    CHECK_FAULTS(everything(&keys, &play), (void)0);
    play_clear(&play);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"crossings of a river, by hand", crossings_by_hand},
        {"a parallel is no great circle", parallels_are_followed},
        {"crossings as in the plane", crossings_as_in_the_plane},
        {"the nearest neighbours as all pairs say", nearest_as_all_pairs_say},
        {"what is cut of the triangulation", cuts_of_the_triangulation},
        {"dense places hang together", dense_places_hang_together},
        {"places of accounts in any order", places_of_any_order},
        {"pieces and certificates against a plain search", pieces_and_certificates},
        {"figures and wrong certificates, by hand", figures_by_hand},
        {"moves tear nothing", bundles_tear_nothing},
        {"exchanges tear nothing", exchanges_tear_nothing},
        {"necks of a line", necks_are_known},
        {"long ways round", long_ways_round},
        {"repairs make territories whole", repairs_make_whole},
        {"bands come first where they must", bands_come_first},
        {"barriers from GeoJSON", reads_geojson},
        {"GeoJSON that is no barrier", refuses_geojson},
        {"contiguity when memory runs out", out_of_memory},
    };
    return ambit_test_main("contiguity", tests, AMBIT_TEST_COUNT(tests));
}
