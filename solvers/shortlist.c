/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything is taken per visit: an account is then a place, a local travel and a load of each
 * rule, and a run of accounts is a box of each of these. Of two territories the difference in cost
 * is linear in the loads and rises with the distance, so its least over the boxes is found at their
 * corners. The reference is the cheapest territory at the middle of the boxes. Hauls are read off
 * knots of the curve, the one below for what is excluded and the one above for what excludes it.
 *
 * Weakness: accounts of unlike loads in one place make wide boxes and long lists where prices
 * differ much.
 */
#include "solvers/shortlist.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"

#include <string.h>

enum { NEAR_MAX = 64, PREVIOUS_MAX = 16 };
#define SPREAD_CHORD2 1e-5 /* of an account of a unit from its middle: 20 km */

ambit_status ambit_shortlists_create(const struct ambit_problem *problem, const double *price,
                                     struct ambit_shortlists *out)
{
    ambit_status status = AMBIT_OK;
    const int32_t count = problem->territories->count;
    const int rules = problem->rule_count;
    *out = (struct ambit_shortlists){.problem = problem, .price = price, .count = count};
    AMBIT_TRY(ambit_alloc(&out->slope, (size_t)count, sizeof *out->slope));
    for (int d = 0; d < 3; d++)
        AMBIT_TRY(ambit_alloc(&out->axis[d], (size_t)count, sizeof *out->axis[d]));
    for (int32_t j = 0; j < count; j++) {
        out->slope[j] = 1.0;
        for (int r = 0; r < rules; r++)
            out->slope[j] +=
                price[(size_t)j * (size_t)rules + (size_t)r] * problem->rule[r].travel_weight;
        for (int d = 0; d < 3; d++)
            out->axis[d][j] = problem->territories->item[j].position[d];
    }
    ambit_haul_table_fill(problem->scenario, &out->haul);
done:
    if (status != AMBIT_OK) ambit_shortlists_clear(out);
    return status;
}

void ambit_shortlists_clear(struct ambit_shortlists *lists)
{
    ambit_free(&lists->slope);
    for (int d = 0; d < 3; d++)
        ambit_free(&lists->axis[d]);
    lists->count = 0;
}

/* ---- what a run of accounts has in common ---- */

struct range {
    double low, high;
};

struct run {
    struct range place[3];
    struct range local;                 /* hours a visit */
    struct range load[AMBIT_RULE_MAX];  /* units a visit, travel left out */
    double disruption;                  /* most hours a visit that staying may save */
    int32_t previous[PREVIOUS_MAX + 1]; /* where staying is; any at all where there are too many */
    int previous_count, rules;
};

static void widen(struct range *range, double value)
{
    range->low = fmin(range->low, value);
    range->high = fmax(range->high, value);
}

static void add_previous(struct run *run, int32_t previous)
{
    for (int k = 0; k < run->previous_count; k++) {
        if (run->previous[k] == previous) return;
    }
    if (previous >= 0 && run->previous_count <= PREVIOUS_MAX)
        run->previous[run->previous_count++] = previous;
}

static bool stays_in(const struct run *run, int32_t j)
{
    if (run->previous_count > PREVIOUS_MAX) return true;
    for (int k = 0; k < run->previous_count; k++) {
        if (run->previous[k] == j) return true;
    }
    return false;
}

/* Of a unit the run knows where all its accounts are, and where each is today: what it costs a
 * visit is a mean over their places, and so within what the box around them allows. */
static void widen_by_rows(const struct ambit_accounts *units, int32_t i, struct run *run)
{
    const struct ambit_accounts *const rows = units->rows;
    const double *const axis[3] = {rows->x, rows->y, rows->z};
    for (int32_t row = units->begin[i]; row < units->begin[i + 1]; row++) {
        for (int d = 0; d < 3; d++)
            widen(&run->place[d], axis[d][row]);
        add_previous(run, rows->previous[row]);
    }
}

/* False where all territories are looked at: cost a visit says nothing of an account that is hardly
 * visited, and a unit that is spread far would spoil the lists of its neighbours. */
static bool is_listed(const struct ambit_accounts *accounts, int32_t i)
{
    const struct ambit_accounts *const rows = accounts->rows;
    if (accounts->visits[i] < AMBIT_VISITS_MIN) return false;
    if (rows == NULL) return true;
    const double middle[3] = {accounts->x[i], accounts->y[i], accounts->z[i]};
    for (int32_t row = accounts->begin[i]; row < accounts->begin[i + 1]; row++) {
        const double at[3] = {rows->x[row], rows->y[row], rows->z[row]};
        if (ambit_chord2(at, middle) > SPREAD_CHORD2) return false;
    }
    return true;
}

static void describe(const struct ambit_problem *problem, int32_t begin, int32_t end,
                     struct run *run)
{
    const struct ambit_accounts *const accounts = problem->accounts;
    const double *const axis[3] = {accounts->x, accounts->y, accounts->z};
    const struct range none = {INFINITY, -INFINITY};
    *run = (struct run){.local = none, .rules = problem->rule_count};
    for (int d = 0; d < 3; d++)
        run->place[d] = none;
    for (int r = 0; r < run->rules; r++)
        run->load[r] = none;
    for (int32_t i = begin; i < end; i++) {
        if (!is_listed(accounts, i)) continue;
        const double share = 1.0 / (double)accounts->visits[i];
        for (int d = 0; d < 3; d++)
            widen(&run->place[d], axis[d][i]);
        if (accounts->rows != NULL) widen_by_rows(accounts, i, run);
        widen(&run->local, (double)accounts->local_travel[i] * share);
        for (int r = 0; r < run->rules; r++)
            widen(&run->load[r], (double)problem->base[r][i] * share);
        if (problem->disruption > 0) {
            const int32_t members = ambit_account_members(accounts, i);
            run->disruption = fmax(run->disruption, (double)problem->disruption * members * share);
            if (accounts->rows == NULL) add_previous(run, accounts->previous[i]);
        }
    }
}

/* Least and greatest squared chords from the run's box to each centre of `from`. */
static void measure(const struct ambit_shortlists *lists, const struct run *run,
                    const int32_t *from, int32_t from_count, double *least, double *greatest)
{
    for (int32_t n = 0; n < from_count; n++) {
        double low = 0.0, high = 0.0;
        for (int d = 0; d < 3; d++) {
            const double at = lists->axis[d][from[n]];
            const double below = run->place[d].low - at, above = at - run->place[d].high;
            const double out = below > above ? below : above;
            const double far = below < above ? below : above; /* of the further side, negated */
            low += out > 0.0 ? out * out : 0.0;
            high += far * far;
        }
        least[n] = low;
        greatest[n] = high < 4.0 ? high : 4.0;
    }
}

static double middle(struct range range)
{
    return 0.5 * (range.low + range.high);
}

/* Least of factor × x over the range. */
static double least_of(double factor, struct range range)
{
    const double a = factor * range.low, b = factor * range.high;
    return a < b ? a : b;
}

/* Index into `from` of the cheapest at the middle of the run, by its greatest distances. */
static int32_t choose_reference(const struct ambit_shortlists *lists, const struct run *run,
                                const int32_t *from, int32_t from_count, const double *greatest)
{
    int32_t best = 0;
    double least = INFINITY;
    for (int32_t n = 0; n < from_count; n++) {
        const double *const price = &lists->price[(size_t)from[n] * (size_t)run->rules];
        double cost =
            lists->slope[from[n]] *
            (middle(run->local) + lists->haul.hours[ambit_haul_knot_below(greatest[n]) + 1]);
        for (int r = 0; r < run->rules; r++)
            cost += price[r] * middle(run->load[r]);
        if (cost < least) {
            least = cost;
            best = n;
        }
    }
    return best;
}

/* The nth smallest of some squared chords: no nearer centre than the nth is further off. */
static double nth_smallest(const double *chord2, int32_t count, int nth)
{
    double smallest[NEAR_MAX];
    int found = 0;
    AMBIT_REQUIRE(nth <= NEAR_MAX);
    if (nth >= count) return INFINITY;
    for (int32_t n = 0; n < count && nth > 0; n++) {
        int at = found < nth ? found++ : nth;
        if (at == nth && !(chord2[n] < smallest[--at])) continue;
        for (; at > 0 && smallest[at - 1] > chord2[n]; at--)
            smallest[at] = smallest[at - 1];
        smallest[at] = chord2[n];
    }
    return found > 0 ? smallest[found - 1] : -1.0;
}

/* The territories of `from` that any visited account of [begin, end) can want, into list_out (room
 * for from_count); returns how many. */
static int32_t list_run(const struct ambit_shortlist_scan *scan, int32_t begin, int32_t end,
                        const int32_t *from, int32_t from_count, int32_t *list_out)
{
    const struct ambit_shortlists *const lists = scan->lists;
    const struct ambit_shortlist_wish *const wish = &scan->wish;
    struct run run;
    double *const least = scan->work, *const greatest = scan->work + from_count;
    int32_t found = 0;
    describe(lists->problem, begin, end, &run);
    if (run.local.low > run.local.high) return 0; /* nobody of the run is listed */
    measure(lists, &run, from, from_count, least, greatest);
    const int32_t reference = choose_reference(lists, &run, from, from_count, greatest);
    const double near = nth_smallest(greatest, from_count, wish->near);
    const int rules = run.rules;
    const double *const price = &lists->price[(size_t)from[reference] * (size_t)rules];
    const double slope = lists->slope[from[reference]];
    const double haul =
        slope * lists->haul.hours[slope > 0.0 ? ambit_haul_knot_below(greatest[reference]) + 1
                                              : ambit_haul_knot_below(least[reference])];
    for (int32_t n = 0; n < from_count; n++) {
        const int32_t j = from[n];
        const double *const other = &lists->price[(size_t)j * (size_t)rules];
        const double far = lists->slope[j] > 0.0
                               ? lists->haul.hours[ambit_haul_knot_below(least[n])]
                               : lists->haul.hours[ambit_haul_knot_below(greatest[n]) + 1];
        double dearer = lists->slope[j] * far - haul;
        dearer += least_of(lists->slope[j] - slope, run.local);
        for (int r = 0; r < rules; r++)
            dearer += least_of(other[r] - price[r], run.load[r]);
        if (run.disruption > 0.0 && stays_in(&run, j)) dearer -= run.disruption;
        const double rounding = 1e-9 * (fabs(haul) + fabs(dearer));
        if (n == reference || !(dearer > wish->margin + rounding) || least[n] <= near)
            list_out[found++] = j;
    }
    return found;
}

ambit_status ambit_shortlist_scan_create(const struct ambit_shortlists *lists,
                                         const struct ambit_shortlist_wish *wish,
                                         struct ambit_shortlist_scan *out)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)lists->count;
    *out = (struct ambit_shortlist_scan){.lists = lists, .wish = *wish};
    AMBIT_TRY(ambit_alloc(&out->all, n, sizeof *out->all));
    AMBIT_TRY(ambit_alloc(&out->wide, n, sizeof *out->wide));
    AMBIT_TRY(ambit_alloc(&out->narrow, n, sizeof *out->narrow));
    AMBIT_TRY(ambit_alloc(&out->work, 2 * n, sizeof *out->work));
    AMBIT_TRY(ambit_alloc(&out->bound, 2 * n, sizeof *out->bound));
    for (int32_t j = 0; j < lists->count; j++)
        out->all[j] = j;
done:
    if (status != AMBIT_OK) ambit_shortlist_scan_clear(out);
    return status;
}

void ambit_shortlist_scan_clear(struct ambit_shortlist_scan *scan)
{
    ambit_free(&scan->all);
    ambit_free(&scan->wide);
    ambit_free(&scan->narrow);
    ambit_free(&scan->work);
    ambit_free(&scan->bound);
}

void ambit_shortlist_scan_begin(struct ambit_shortlist_scan *scan, int32_t begin, int32_t end)
{
    AMBIT_REQUIRE(end - begin <= AMBIT_SHORTLIST_RUN);
    scan->end = end;
    scan->block_end = begin;
    scan->wide_count = list_run(scan, begin, end, scan->all, scan->lists->count, scan->wide);
}

int32_t ambit_shortlist_scan_next(struct ambit_shortlist_scan *scan, int32_t i,
                                  const int32_t **list_out)
{
    if (i >= scan->block_end) {
        const int32_t left = scan->end - i;
        scan->block_end = i + (left < AMBIT_SHORTLIST_BLOCK ? left : AMBIT_SHORTLIST_BLOCK);
        scan->narrow_count = scan->wide_count == 0 ? 0
                                                   : list_run(scan, i, scan->block_end, scan->wide,
                                                              scan->wide_count, scan->narrow);
    }
    const bool listed = is_listed(scan->lists->problem->accounts, i);
    *list_out = listed ? scan->narrow : scan->all;
    return listed ? scan->narrow_count : scan->lists->count;
}

/* ---- one account ---- */

/* Between which two costs account i's line haul in territory j is. */
static void bound_haul(const struct ambit_shortlists *lists, int32_t i, int32_t j, double *near_out,
                       double *far_out)
{
    const struct ambit_accounts *const units = lists->problem->accounts;
    const struct ambit_accounts *const rows = units->rows;
    const double centre[3] = {lists->axis[0][j], lists->axis[1][j], lists->axis[2][j]};
    double near = 0.0, far = 0.0;
    if (rows == NULL) {
        const int at = ambit_haul_knot_below(fmin(ambit_shortlist_chord2(lists, i, j), 4.0));
        const double visits = lists->slope[j] * (double)units->visits[i];
        *near_out = visits * lists->haul.hours[at];
        *far_out = visits * lists->haul.hours[at + 1];
        return;
    }
    for (int32_t row = units->begin[i]; row < units->begin[i + 1]; row++) {
        const double place[3] = {rows->x[row], rows->y[row], rows->z[row]};
        const int at = ambit_haul_knot_below(fmin(ambit_chord2(place, centre), 4.0));
        const double visits = lists->slope[j] * (double)rows->visits[row];
        near += visits * lists->haul.hours[at];
        far += visits * lists->haul.hours[at + 1];
    }
    *near_out = near;
    *far_out = far;
}

/* Between which two costs account i's in territory j is; the room is for travel, which is a whole
 * number for each of its accounts. */
static void bound_cost(const struct ambit_shortlists *lists, int32_t i, int32_t j, double *low_out,
                       double *high_out)
{
    const struct ambit_problem *const problem = lists->problem;
    const int rules = problem->rule_count;
    const double *const price = &lists->price[(size_t)j * (size_t)rules];
    double fixed = (double)ambit_disruption_of(problem, i, j);
    for (int r = 0; r < rules; r++)
        fixed += price[r] * (double)problem->base[r][i];
    fixed += lists->slope[j] * (double)problem->accounts->local_travel[i];
    double near = 0.0, far = 0.0;
    bound_haul(lists, i, j, &near, &far);
    const double a = fixed + near, b = fixed + far;
    const double room = ambit_account_unit_size(problem->accounts, i) + 1e-12 * (fabs(a) + fabs(b));
    *low_out = (a < b ? a : b) - room * (1.0 + fabs(lists->slope[j]));
    *high_out = (a < b ? b : a) + room * (1.0 + fabs(lists->slope[j]));
}

double ambit_shortlist_bounds(struct ambit_shortlist_scan *scan, int32_t i, const int32_t *list,
                              int32_t count)
{
    double least = INFINITY;
    for (int32_t n = 0; n < count; n++) {
        bound_cost(scan->lists, i, list[n], &scan->bound[2 * n], &scan->bound[2 * n + 1]);
        least = fmin(least, scan->bound[2 * n + 1]);
    }
    return least;
}
