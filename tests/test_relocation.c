/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cells against sums by hand and over slices; relocation in nations where one sees what is right.
 */
#include "solvers/cells.h"
#include "solvers/relocation.h"
#include "tests/harness.h"
#include "tests/instance_fixture.h"

enum { ACCOUNTS = 240, TERRITORIES = 4, TOWN = 40 };

/* --- cells ------------------------------------------------------------------ */

/* A nation with an hours band, a cap on the share of travel, and a random label or −1 each. */
static void labelled(uint64_t seed, struct instance *out, int32_t *label_out)
{
    instance_create(seed, ACCOUNTS, TERRITORIES, out);
    instance_relative(out, HOURS, AMBIT_TARGET_EQUAL, 0.8, 1.2);
    instance_share(out, TRAVEL, HOURS, -1.0, 0.35);
    instance_relative(out, WORTH, AMBIT_TARGET_EQUAL, 0.9, -1.0);
    instance_compile(out);
    for (int32_t i = 0; i < ACCOUNTS; i++)
        label_out[i] = (int32_t)ambit_random_below(seed, 40, (uint64_t)i, TERRITORIES + 1) - 1;
}

/* The cell of a territory and a block, as its words say; visits −1 where it has no account. */
static struct ambit_cell expected(const struct instance *nation, const int32_t *label,
                                  int32_t territory, int64_t block, int64_t size)
{
    const struct ambit_accounts *const a = &nation->accounts;
    struct ambit_cell cell = {.territory = territory, .block = block, .visits = -1};
    for (int64_t i = block * size; i < (block + 1) * size && i < a->count; i++) {
        if (label[i] != territory) continue;
        const int64_t off = llabs(2 * (i - block * size) - size);
        if (cell.visits < 0 || off < cell.off_middle) {
            cell.index = i;
            cell.off_middle = off;
            cell.lat = a->lat[i];
            cell.lon = a->lon[i];
            ambit_unit_from_degrees(a->lat[i], a->lon[i], cell.position);
        }
        if (cell.visits < 0) cell.visits = 0;
        cell.visits += a->visits[i];
        cell.local_travel += a->local_travel[i];
        for (int r = 0; r < nation->problem.rule_count; r++)
            cell.base[r] += nation->problem.base[r][i];
    }
    return cell;
}

static bool is_same(const struct ambit_cell *a, const struct ambit_cell *b)
{
    return a->territory == b->territory && a->block == b->block && a->index == b->index &&
           a->off_middle == b->off_middle && a->lat == b->lat && a->lon == b->lon &&
           memcmp(a->position, b->position, sizeof a->position) == 0 && a->visits == b->visits &&
           a->local_travel == b->local_travel && memcmp(a->base, b->base, sizeof a->base) == 0;
}

static const int64_t block_sizes[] = {1, 2, 7, 16, 100, 1000};
enum { BLOCK_SIZES = sizeof block_sizes / sizeof *block_sizes };

/* Every territory's cell of every block is there, once and in order, and nothing else. */
static void cells_as_by_hand(void)
{
    for (uint64_t seed = 1; seed <= repetitions(5); seed++) {
        struct instance nation;
        int32_t label[ACCOUNTS];
        labelled(seed, &nation, label);
        for (int b = 0; b < BLOCK_SIZES; b++) {
            struct ambit_cell *cell = NULL;
            int64_t count = 0, next = 0, accounts = 0, visits = 0;
            const int64_t size = block_sizes[b], blocks = ACCOUNTS / size + 1;
            must(ambit_cells_make(&nation.problem, label, NULL, size, &cell, &count));
            CHECK_SEED(seed, ambit_cells_merge(cell, count) == count);
            for (int64_t c = 0; c < TERRITORIES * blocks; c++) {
                const struct ambit_cell want =
                    expected(&nation, label, (int32_t)(c / blocks), c % blocks, size);
                if (want.visits < 0) continue;
                CHECK_SEED(seed, next < count && is_same(&cell[next], &want));
                CHECK_SEED(seed, next < count && label[cell[next].index] == want.territory);
                next++;
            }
            CHECK_SEED(seed, next == count);
            for (int32_t i = 0; i < ACCOUNTS; i++)
                accounts += label[i] >= 0 ? nation.accounts.visits[i] : 0;
            for (int64_t c = 0; c < count; c++)
                visits += cell[c].visits;
            CHECK_SEED(seed, visits == accounts);
            ambit_free(&cell);
        }
        instance_clear(&nation);
    }
}

enum { SLICES_MAX = 5 };

/* Cells of the slices between the cuts, the last slice first, joined and merged. */
static int64_t sliced_cells(const struct instance *nation, const int32_t *label, int slices,
                            const int32_t *cut, int64_t size, struct ambit_cell *out)
{
    int64_t all = 0;
    for (int s = slices - 1; s >= 0; s--) {
        struct instance slice;
        struct ambit_cell *part = NULL;
        int64_t count = 0;
        instance_slice(nation, cut[s], cut[s + 1], &slice);
        must(ambit_cells_make(&slice.problem, &label[cut[s]], NULL, size, &part, &count));
        if (count > 0) memcpy(&out[all], part, (size_t)count * sizeof *part);
        all += count;
        ambit_free(&part);
        instance_clear(&slice);
    }
    return ambit_cells_merge(out, all);
}

static int compare_cuts(const void *a, const void *b)
{
    return *(const int32_t *)a - *(const int32_t *)b;
}

static void cells_of_any_slices(void)
{
    static struct ambit_cell joined[ACCOUNTS];
    for (uint64_t seed = 1; seed <= repetitions(12); seed++) {
        struct instance nation;
        int32_t label[ACCOUNTS], cut[SLICES_MAX + 1] = {0};
        labelled(seed, &nation, label);
        const int slices = 1 + (int)(seed % SLICES_MAX);
        for (int s = 1; s < slices; s++)
            cut[s] = (int32_t)ambit_random_below(seed, 41, (uint64_t)s, ACCOUNTS + 1);
        if (slices == 3) cut[1] = cut[2]; /* a slice without accounts */
        cut[slices] = ACCOUNTS;
        qsort(cut, (size_t)slices + 1, sizeof *cut, compare_cuts);
        for (int b = 0; b < BLOCK_SIZES; b++) {
            struct ambit_cell *whole = NULL;
            int64_t count = 0;
            must(ambit_cells_make(&nation.problem, label, NULL, block_sizes[b], &whole, &count));
            count = ambit_cells_merge(whole, count);
            const int64_t of_slices =
                sliced_cells(&nation, label, slices, cut, block_sizes[b], joined);
            CHECK_SEED(seed, of_slices == count);
            for (int64_t c = 0; c < count && of_slices == count; c++)
                CHECK_SEED(seed, is_same(&joined[c], &whole[c]));
            ambit_free(&whole);
        }
        instance_clear(&nation);
    }
}

static void no_cells(void)
{
    struct instance nation;
    int32_t label[ACCOUNTS];
    struct ambit_cell *cell = NULL;
    int64_t count = -1;
    labelled(1, &nation, label);
    memset(label, 0xff, sizeof label);
    must(ambit_cells_make(&nation.problem, label, NULL, 8, &cell, &count));
    CU_ASSERT_PTR_NULL(cell);
    CU_ASSERT_EQUAL(count, 0);
    CU_ASSERT_EQUAL(ambit_cells_merge(cell, count), 0);
    instance_clear(&nation);
}

/* A cell of one account travels as the account does. */
static void cells_travel_as_accounts(void)
{
    struct instance nation;
    int32_t label[ACCOUNTS];
    struct ambit_cell *cell = NULL;
    struct ambit_haul_table haul;
    int64_t count = 0;
    labelled(2, &nation, label);
    ambit_haul_table_fill(&nation.scenario, &haul);
    must(ambit_cells_make(&nation.problem, label, NULL, 1, &cell, &count));
    for (int64_t c = 0; c < count; c++) {
        const double travel =
            ambit_cell_travel(&haul, &cell[c], nation.territories.item[c % TERRITORIES].position);
        const int64_t alone =
            instance_travel(&nation, (int32_t)cell[c].index, (int32_t)(c % TERRITORIES));
        CU_ASSERT_DOUBLE_EQUAL(travel, (double)alone, 1.0 + 1e-5 * (double)alone);
    }
    ambit_free(&cell);
    instance_clear(&nation);
}

/* --- relocation ------------------------------------------------------------- */

/* A nation of towns of TOWN accounts each, and its cells as a relocation takes them. */
struct nation {
    struct instance instance;
    int32_t label[ACCOUNTS], towns;
    struct ambit_cell *cell; /* owned */
    int64_t cells;
    double low[AMBIT_RULE_MAX], high[AMBIT_RULE_MAX], scale[AMBIT_RULE_MAX];
};

static void put(struct nation *nation, int32_t i, double lat, double lon)
{
    struct ambit_accounts *const a = &nation->instance.accounts;
    double unit[3];
    ambit_unit_from_degrees(lat, lon, unit);
    a->lat[i] = lat;
    a->lon[i] = lon;
    a->x[i] = unit[0];
    a->y[i] = unit[1];
    a->z[i] = unit[2];
}

static void put_centre(struct nation *nation, int32_t j, double lat, double lon)
{
    struct ambit_territory *const item = &nation->instance.territories.item[j];
    item->centre_kind = AMBIT_CENTRE_MEDIAN;
    item->has_home = false;
    item->centre_lat = lat;
    item->centre_lon = lon;
    ambit_unit_from_degrees(lat, lon, item->position);
}

/* Town t is about (40, −100 + 5 t): halves of TOWN / 2 accounts each, `apart` degrees from each
 * other and `wide` across. Accounts visit alike. */
static void create_towns(uint64_t seed, int32_t towns, int32_t territories, double apart,
                         double wide, struct nation *out)
{
    memset(out, 0, sizeof *out);
    out->towns = towns;
    instance_create(seed, towns * TOWN, territories, &out->instance);
    for (int32_t i = 0; i < towns * TOWN; i++) {
        const int32_t town = i / TOWN;
        const double half = i % TOWN < TOWN / 2 ? -0.5 : 0.5;
        put(out, i, 40.0 + half * apart + uniform(seed, 50, i, -wide, wide) / 2.0,
            5.0 * town - 100.0 + uniform(seed, 51, i, -wide, wide) / 2.0);
        out->instance.accounts.visits[i] = 12 * AMBIT_MICRO;
        out->instance.accounts.local_travel[i] = AMBIT_MICRO / 10;
    }
    out->instance.accounts.total = towns * TOWN;
}

static int32_t town_of(const struct ambit_cell *cell)
{
    return (int32_t)(cell->index / TOWN);
}

/* Labels by the nearest centre, and their cells; limits of the bands at that plan's totals. */
static void make_cells(struct nation *nation, int64_t block)
{
    struct instance *const in = &nation->instance;
    const size_t room = (size_t)in->territories.count * AMBIT_RULE_MAX;
    int64_t *load = must_alloc(room, sizeof *load), total[AMBIT_RULE_MAX] = {0};
    double *low = must_alloc(room, sizeof *low), *high = must_alloc(room, sizeof *high);
    ambit_free(&nation->cell);
    instance_nearest(in, nation->label);
    instance_loads(in, nation->label, load, total);
    ambit_problem_sides(&in->problem, total, 0.0, low, high);
    for (int r = 0; r < in->problem.rule_count; r++) {
        nation->low[r] = low[r];
        nation->high[r] = high[r];
        nation->scale[r] = fmax(1.0, fabs((double)total[r]) / in->territories.count);
    }
    must(ambit_cells_make(&in->problem, nation->label, NULL, block, &nation->cell, &nation->cells));
    nation->cells = ambit_cells_merge(nation->cell, nation->cells);
    ambit_free(&load);
    ambit_free(&low);
    ambit_free(&high);
}

static void clear_nation(struct nation *nation)
{
    ambit_free(&nation->cell);
    instance_clear(&nation->instance);
}

static const int32_t in_order[AMBIT_GROUPING_MAX] = {0, 1, 2,  3,  4,  5,  6,  7,
                                                     8, 9, 10, 11, 12, 13, 14, 15};

static struct ambit_relocation relocation_of(const struct nation *nation)
{
    return (struct ambit_relocation){.problem = &nation->instance.problem,
                                     .cell_count = (int32_t)nation->cells,
                                     .cell = nation->cell,
                                     .territory_count = nation->instance.territories.count,
                                     .territory = in_order,
                                     .low = nation->low,
                                     .high = nation->high,
                                     .scale = nation->scale};
}

/* Finds better places twice, and checks what holds of any. */
static void relocate(const struct nation *nation, struct ambit_relocation_outcome *out)
{
    const struct ambit_relocation relocation = relocation_of(nation);
    struct ambit_relocation_outcome again;
    must(ambit_relocation_find(&relocation, out));
    must(ambit_relocation_find(&relocation, &again));
    CU_ASSERT(memcmp(out, &again, sizeof again) == 0);
    CU_ASSERT(out->gain >= 0.0);
    CU_ASSERT(out->cost > 0.0);
    for (int t = 0; t < relocation.territory_count; t++) {
        CU_ASSERT(out->cell[t] >= -1 && out->cell[t] < nation->cells);
        for (int u = 0; u < t; u++)
            CU_ASSERT(out->cell[t] < 0 || out->cell[t] != out->cell[u]);
    }
}

/* The cell of territory t that is nearest to its centre of today; −1 where it has none. */
static int32_t old_site(const struct nation *nation, int32_t t)
{
    int32_t nearest = -1;
    double least = INFINITY;
    for (int32_t c = 0; c < nation->cells; c++) {
        const double chord2 =
            ambit_chord2(nation->cell[c].position, nation->instance.territories.item[t].position);
        if (nation->cell[c].territory != t || chord2 >= least) continue;
        least = chord2;
        nearest = c;
    }
    return nearest;
}

static double travel_of(const struct nation *nation, int32_t cell, int32_t site)
{
    struct ambit_haul_table haul;
    ambit_haul_table_fill(&nation->instance.scenario, &haul);
    return ambit_cell_travel(&haul, &nation->cell[cell], nation->cell[site].position);
}

/* Which of the sites (−1: none) is nearest to a cell; the first of equals. */
static int32_t nearest_of(const struct nation *nation, int32_t cell, int32_t sites,
                          const int32_t *site)
{
    int32_t best = -1;
    for (int32_t s = 0; s < sites; s++) {
        if (site[s] >= 0 &&
            (best < 0 || travel_of(nation, cell, site[s]) < travel_of(nation, cell, site[best])))
            best = s;
    }
    return best;
}

static double nearest_cost(const struct nation *nation, int32_t sites, const int32_t *site)
{
    double sum = 0.0;
    for (int32_t c = 0; c < nation->cells; c++)
        sum += travel_of(nation, c, site[nearest_of(nation, c, sites, site)]);
    return sum;
}

/* Sites of the territories before and after. */
static void sites_of(const struct nation *nation, const struct ambit_relocation_outcome *outcome,
                     int32_t *before_out, int32_t *after_out)
{
    for (int32_t t = 0; t < nation->instance.territories.count; t++) {
        before_out[t] = old_site(nation, t);
        after_out[t] = outcome->cell[t] >= 0 ? outcome->cell[t] : before_out[t];
    }
}

/* Where no limit presses, each site serves the cells that are nearest to it. Taken by the visits
 * that they share with today's territories, most first, the sites are where the outcome has them.
 */
static bool is_matched(const struct nation *nation, int32_t territories, const int32_t *site)
{
    double shared[AMBIT_GROUPING_MAX][AMBIT_GROUPING_MAX] = {{0.0}};
    bool is_done[AMBIT_GROUPING_MAX] = {false};
    for (int32_t c = 0; c < nation->cells; c++)
        shared[nearest_of(nation, c, territories, site)][nation->cell[c].territory] +=
            1.0 + (double)nation->cell[c].visits;
    for (int32_t pair = 0; pair < territories; pair++) {
        double most = -1.0;
        int32_t of = -1;
        bool at_home = false;
        for (int32_t s = 0; s < territories; s++) {
            for (int32_t t = 0; t < territories && !is_done[s]; t++) {
                if (is_done[t] || shared[s][t] < most || (shared[s][t] <= most && at_home))
                    continue;
                most = shared[s][t];
                of = s;
                at_home = s == t; /* of equals, that which the outcome may have taken */
            }
        }
        if (!at_home) return false;
        is_done[of] = true;
    }
    return true;
}

/* Two towns of two halves each; the centres of `first` territories are in the first one, the others
 * in the second. In the end there is one in every half, and no more have changed towns than
 * need to. */
static void two_towns(uint64_t seed, int32_t first, bool is_tight)
{
    struct nation nation;
    struct ambit_relocation_outcome outcome;
    int32_t before[TERRITORIES], after[TERRITORIES], in_half[4] = {0}, moved = 0;
    create_towns(seed, 2, TERRITORIES, 0.6, 0.1, &nation);
    if (is_tight) {
        instance_relative(&nation.instance, HOURS, AMBIT_TARGET_EQUAL, 0.7, 1.3);
        instance_share(&nation.instance, TRAVEL, HOURS, -1.0, 0.35);
    } /* else none: a nation without bands */
    instance_compile(&nation.instance);
    for (int32_t j = 0; j < TERRITORIES; j++) {
        const int32_t at = j < first ? TOWN / 3 * j : TOWN * 3 / 2;
        put_centre(&nation, j, nation.instance.accounts.lat[at], nation.instance.accounts.lon[at]);
    }
    make_cells(&nation, 4);
    relocate(&nation, &outcome);
    sites_of(&nation, &outcome, before, after);
    for (int32_t j = 0; j < TERRITORIES; j++) {
        in_half[nation.cell[after[j]].index / (TOWN / 2)]++;
        moved += town_of(&nation.cell[after[j]]) != (j < first ? 0 : 1);
    }
    for (int half = 0; half < 4; half++)
        CHECK_SEED(seed, in_half[half] == 1);
    CHECK_SEED(seed, moved == first - 2);
    CHECK_SEED(seed, outcome.gain > 1e-3 * outcome.cost);
    if (!is_tight) {
        const double gain =
            nearest_cost(&nation, TERRITORIES, before) - nearest_cost(&nation, TERRITORIES, after);
        CHECK_SEED(seed, fabs(gain - outcome.gain) <= 1e-9 * outcome.cost);
        CHECK_SEED(seed, is_matched(&nation, TERRITORIES, after));
    }
    clear_nation(&nation);
}

static void towns_share_the_centres(void)
{
    for (uint64_t seed = 1; seed <= repetitions(10); seed++) {
        two_towns(seed, 3, false);
        two_towns(seed, 3, true);
        two_towns(seed, 4, false);
    }
}

/* The cell of a town that all its cells together are nearest to. */
static int32_t best_of_town(const struct nation *nation, int32_t town)
{
    int32_t best = -1;
    double least = INFINITY;
    for (int32_t j = 0; j < nation->cells; j++) {
        double sum = 0.0;
        for (int32_t i = 0; i < nation->cells; i++)
            sum += town_of(&nation->cell[i]) == town ? travel_of(nation, i, j) : 0.0;
        if (sum >= least) continue;
        least = sum;
        best = j;
    }
    return best;
}

/* Four towns of equal weight and a territory each, at its best cell. */
static void the_best_places_stay(void)
{
    for (uint64_t seed = 1; seed <= repetitions(10); seed++) {
        struct nation nation;
        struct ambit_relocation_outcome outcome;
        create_towns(seed, TERRITORIES, TERRITORIES, 0.0, 0.3, &nation);
        instance_relative(&nation.instance, NUMBER, AMBIT_TARGET_EQUAL, 0.95, 1.05);
        instance_share(&nation.instance, TRAVEL, HOURS, -1.0, 0.5);
        instance_compile(&nation.instance);
        for (int32_t j = 0; j < TERRITORIES; j++)
            put_centre(&nation, j, 40.0, 5.0 * j - 100.0);
        make_cells(&nation, 4);
        for (int32_t j = 0; j < TERRITORIES; j++) {
            const struct ambit_cell *const cell = &nation.cell[best_of_town(&nation, j)];
            put_centre(&nation, j, cell->lat, cell->lon);
        }
        relocate(&nation, &outcome);
        CHECK_SEED(seed, outcome.gain == 0.0);
        for (int32_t j = 0; j < TERRITORIES; j++)
            CHECK_SEED(seed, outcome.cell[j] == -1);
        clear_nation(&nation);
    }
}

/* Three towns; territories 1 and 3 have their centres out at sea and no account. Each town gets a
 * centre, and the territories that stand in one stay there. */
static void territories_without_accounts(void)
{
    for (uint64_t seed = 1; seed <= repetitions(10); seed++) {
        struct nation nation;
        struct ambit_relocation_outcome outcome;
        int32_t in_town[3] = {0};
        create_towns(seed, 3, TERRITORIES, 0.0, 0.3, &nation);
        instance_relative(&nation.instance, HOURS, AMBIT_TARGET_EQUAL, -1.0, 2.5);
        instance_compile(&nation.instance);
        put_centre(&nation, 0, 40.0, -100.0);
        put_centre(&nation, 1, 0.0, 150.0);
        put_centre(&nation, 2, 40.0, -95.0);
        put_centre(&nation, 3, -40.0, 100.0);
        make_cells(&nation, 4);
        CHECK_SEED(seed, old_site(&nation, 1) < 0 && old_site(&nation, 3) < 0);
        relocate(&nation, &outcome);
        CHECK_SEED(seed, outcome.gain > 0.1 * outcome.cost);
        for (int32_t j = 0; j < TERRITORIES; j++) {
            const int32_t at = outcome.cell[j] >= 0 ? outcome.cell[j] : old_site(&nation, j);
            if (at < 0) continue; /* a centre that serves nobody still */
            in_town[town_of(&nation.cell[at])]++;
            CHECK_SEED(seed, j % 2 == 1 || town_of(&nation.cell[at]) == j / 2 ||
                                 nation.cell[at].territory == j);
        }
        CHECK_SEED(seed, in_town[0] > 0 && in_town[1] > 0 && in_town[2] > 0);
        clear_nation(&nation);
    }
}

/* Some territories of a nation are relocated as if they were all of it. */
static void some_territories_alone(void)
{
    static const int32_t some[3] = {1, 2, 5};
    struct nation whole, part;
    struct ambit_relocation_outcome outcome, alone;
    create_towns(3, 3, 6, 0.0, 1.5, &whole);
    create_towns(3, 3, 6, 0.0, 1.5, &part);
    instance_relative(&whole.instance, HOURS, AMBIT_TARGET_EQUAL, 0.8, 1.2);
    instance_relative(&part.instance, HOURS, AMBIT_TARGET_EQUAL, 0.8, 1.2);
    instance_compile(&whole.instance);
    instance_compile(&part.instance);
    for (int32_t j = 0; j < 6; j++) {
        put_centre(&whole, j, 40.0 + 0.1 * j, -100.0 + 2.0 * j);
        put_centre(&part, j, 0.0, 0.0);
    }
    make_cells(&whole, 4);
    struct ambit_cell chosen[ACCOUNTS], renamed[ACCOUNTS];
    int32_t cells = 0;
    for (int k = 0; k < 3; k++) {
        const struct ambit_territory *const item = &whole.instance.territories.item[some[k]];
        put_centre(&part, k, item->centre_lat, item->centre_lon);
        for (int64_t c = 0; c < whole.cells; c++) {
            if (whole.cell[c].territory != some[k]) continue;
            chosen[cells] = renamed[cells] = whole.cell[c];
            renamed[cells++].territory = k;
        }
    }
    struct ambit_relocation relocation = relocation_of(&whole);
    relocation.cell_count = cells;
    relocation.cell = chosen;
    relocation.territory_count = 3;
    relocation.territory = some;
    must(ambit_relocation_find(&relocation, &outcome));
    relocation.problem = &part.instance.problem;
    relocation.cell = renamed;
    relocation.territory = in_order;
    must(ambit_relocation_find(&relocation, &alone));
    CU_ASSERT(memcmp(&outcome, &alone, sizeof alone) == 0);
    CU_ASSERT(outcome.cell[0] >= 0 || outcome.cell[1] >= 0 || outcome.cell[2] >= 0);
    clear_nation(&whole);
    clear_nation(&part);
}

/* One limit: on hours from below, on hours from above, or on the share of travel. */
enum limit { HOURS_MIN, HOURS_MAX, SHARE_MAX, LIMITS };

static void add_limit(struct instance *instance, enum limit limit)
{
    if (limit == HOURS_MIN)
        instance_relative(instance, HOURS, AMBIT_TARGET_EQUAL, 0.9, -1.0);
    else if (limit == HOURS_MAX)
        instance_relative(instance, HOURS, AMBIT_TARGET_EQUAL, -1.0, 1.1);
    else
        instance_share(instance, TRAVEL, HOURS, -1.0, 0.05);
}

/* Each kind of limit, alone and pressing, changes what is found. */
static void limits_decide(void)
{
    int differ[LIMITS] = {0};
    for (uint64_t seed = 1; seed <= repetitions(30); seed++) {
        struct nation nation;
        struct ambit_relocation_outcome with, without;
        const int limit = (int)(seed % LIMITS);
        create_towns(seed, 2, TERRITORIES, 0.0, 2.0, &nation);
        for (int32_t i = 0; i < TOWN; i++)
            nation.instance.accounts.column[WORKLOAD][i] *= 3;
        add_limit(&nation.instance, (enum limit)limit);
        instance_compile(&nation.instance);
        for (int32_t j = 0; j < TERRITORIES; j++)
            put_centre(&nation, j, 40.0 + 0.1 * j, j < 2 ? -100.0 : -95.0);
        make_cells(&nation, 4);
        relocate(&nation, &with);
        nation.low[0] = -INFINITY;
        nation.high[0] = INFINITY;
        relocate(&nation, &without);
        CHECK_SEED(seed, with.cost == without.cost);
        differ[limit] += fabs(with.gain - without.gain) > 1e-6 * with.cost;
        clear_nation(&nation);
    }
    for (int limit = 0; limit < LIMITS; limit++)
        CU_ASSERT(differ[limit] >= 8);
}

static void out_of_memory(void)
{
    struct nation nation;
    struct ambit_relocation_outcome outcome;
    struct ambit_cell *cell = NULL;
    int64_t count = 0;
    create_towns(1, 2, TERRITORIES, 0.0, 0.4, &nation);
    instance_relative(&nation.instance, HOURS, AMBIT_TARGET_EQUAL, 0.8, 1.2);
    instance_compile(&nation.instance);
    for (int32_t j = 0; j < TERRITORIES; j++)
        put_centre(&nation, j, 40.0 + 0.05 * j, -100.0);
    make_cells(&nation, 4);
    const struct ambit_relocation relocation = relocation_of(&nation);
    CHECK_FAULTS(ambit_relocation_find(&relocation, &outcome), (void)0);
    CHECK_FAULTS(ambit_cells_make(&nation.instance.problem, nation.label, NULL, 1, &cell, &count),
                 ambit_free(&cell));
    CU_ASSERT(count > 64);
    clear_nation(&nation);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"cells as by hand", cells_as_by_hand},
        {"cells of any slices", cells_of_any_slices},
        {"no cells where nobody is served", no_cells},
        {"cells travel as accounts do", cells_travel_as_accounts},
        {"two towns share the centres", towns_share_the_centres},
        {"the best places stay", the_best_places_stay},
        {"territories without accounts", territories_without_accounts},
        {"some territories of a nation", some_territories_alone},
        {"limits decide where centres go", limits_decide},
        {"when memory runs out", out_of_memory},
    };
    return ambit_test_main("relocation", tests, AMBIT_TEST_COUNT(tests));
}
