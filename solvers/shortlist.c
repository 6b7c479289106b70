/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Everything is taken per visit: an account is then a place, a local travel and a load of each
 * rule, and a run of accounts is a box of each of these. Of two territories the difference in cost
 * is linear in the loads and rises with the distance, so its least over the boxes is found at their
 * corners. The reference is the cheapest territory at the middle of the boxes. Hauls are read off
 * knots of the curve, the one below for what is excluded and the one above for what excludes it.
 *
 * Accounts of one run that may not be served by the same territories have lists of their own, made
 * of what may serve them: a territory that is dearer than one which is closed to an account may
 * still be its best. Where territories must be near, one that some account of the box cannot have
 * is no reference.
 *
 * Weakness: accounts of unlike loads in one place make wide boxes and long lists where prices
 * differ much; a run of more classes than there are slots makes its lists again and again.
 */
#include "solvers/shortlist.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"

#include <string.h>

enum { NEAR_MAX = 64, PREVIOUS_MAX = 16, NO_CLASS = INT32_MIN };
#define SPREAD_CHORD2 1e-5 /* of an account of a unit from its middle: 20 km */
#define REACH_ROOM 1e-9    /* of a reach: more than boxes and places differ by rounding */

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

static void describe(const struct ambit_problem *problem, int32_t class, int32_t begin, int32_t end,
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
        if (ambit_class_of(problem, i) != class || !is_listed(accounts, i)) continue;
        const double share = 1.0 / (double)accounts->visits[i];
        for (int d = 0; d < 3; d++)
            widen(&run->place[d], axis[d][i]);
        if (accounts->rows != NULL) widen_by_rows(accounts, i, run);
        widen(&run->local, (double)accounts->local_travel[i] * share);
        for (int r = 0; r < run->rules; r++)
            widen(&run->load[r], (double)problem->base[r][i] * share);
        if (ambit_problem_has_disruption(problem)) {
            const double most =
                (double)ambit_disruption_of(problem, i, -1); /* if it left for good */
            run->disruption = fmax(run->disruption, most * share);
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

/* Index into `from` of the cheapest at the middle of the run, by its greatest distances, of those
 * within `most` squared chords of all of it; −1 where there is none. */
static int32_t choose_reference(const struct ambit_shortlists *lists, const struct run *run,
                                const int32_t *from, int32_t from_count, const double *greatest,
                                double most)
{
    int32_t best = -1;
    double least = INFINITY;
    for (int32_t n = 0; n < from_count; n++) {
        if (greatest[n] > most) continue;
        const double *const price = &lists->price[(size_t)from[n] * (size_t)run->rules];
        double cost =
            lists->slope[from[n]] *
            (middle(run->local) + lists->haul.hours[ambit_haul_knot_below(greatest[n]) + 1]);
        for (int r = 0; r < run->rules; r++)
            cost += price[r] * middle(run->load[r]);
        if (best < 0 || cost < least) {
            least = cost;
            best = n;
        }
    }
    return best;
}

/* Those of `from` that are at most `most` squared chords away; returns how many. */
static int32_t list_near(const int32_t *from, int32_t from_count, const double *least, double most,
                         int32_t *list_out)
{
    int32_t found = 0;
    for (int32_t n = 0; n < from_count; n++) {
        if (least[n] <= most) list_out[found++] = from[n];
    }
    return found;
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

/* The squared chord within which a territory must be. */
static double reach_of(const struct ambit_shortlists *lists)
{
    const struct ambit_eligibility *const eligibility = lists->problem->eligibility;
    return eligibility != NULL ? eligibility->reach_chord2 : INFINITY;
}

/* The territories of `from` that any visited account of the class in [begin, end) can want, into
 * list_out (room for from_count); returns how many. */
static int32_t list_run(const struct ambit_shortlist_scan *scan, int32_t class, int32_t begin,
                        int32_t end, const int32_t *from, int32_t from_count, int32_t *list_out)
{
    const struct ambit_shortlists *const lists = scan->lists;
    const struct ambit_shortlist_wish *const wish = &scan->wish;
    struct run run;
    double *const least = scan->work, *const greatest = scan->work + from_count;
    int32_t found = 0;
    const double reach = reach_of(lists), surely = reach * (1.0 - REACH_ROOM),
                 perhaps = reach * (1.0 + REACH_ROOM);
    describe(lists->problem, class, begin, end, &run);
    if (run.local.low > run.local.high) return 0; /* nobody of the run is listed */
    measure(lists, &run, from, from_count, least, greatest);
    const int32_t reference = choose_reference(lists, &run, from, from_count, greatest, surely);
    if (reference < 0) return list_near(from, from_count, least, perhaps, list_out);
    const double near = nth_smallest(greatest, from_count, wish->near);
    const int rules = run.rules;
    const double *const price = &lists->price[(size_t)from[reference] * (size_t)rules];
    const double slope = lists->slope[from[reference]];
    const double haul =
        slope * lists->haul.hours[slope > 0.0 ? ambit_haul_knot_below(greatest[reference]) + 1
                                              : ambit_haul_knot_below(least[reference])];
    for (int32_t n = 0; n < from_count; n++) {
        const int32_t j = from[n];
        if (least[n] > perhaps) continue;
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
    out->slot_count = lists->problem->eligibility != NULL ? AMBIT_SHORTLIST_SLOTS : 1;
    AMBIT_TRY(ambit_alloc(&out->all, n, sizeof *out->all));
    AMBIT_TRY(ambit_alloc(&out->own, n, sizeof *out->own));
    AMBIT_TRY(ambit_alloc(&out->chosen, n, sizeof *out->chosen));
    for (int s = 0; s < out->slot_count; s++) {
        AMBIT_TRY(ambit_alloc(&out->slot[s].wide, n, sizeof(int32_t)));
        AMBIT_TRY(ambit_alloc(&out->slot[s].narrow, n, sizeof(int32_t)));
    }
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
    ambit_free(&scan->own);
    ambit_free(&scan->chosen);
    for (int s = 0; s < scan->slot_count; s++) {
        ambit_free(&scan->slot[s].wide);
        ambit_free(&scan->slot[s].narrow);
    }
    ambit_free(&scan->work);
    ambit_free(&scan->bound);
}

void ambit_shortlist_scan_begin(struct ambit_shortlist_scan *scan, int32_t begin, int32_t end)
{
    AMBIT_REQUIRE(end - begin <= AMBIT_SHORTLIST_RUN);
    scan->begin = begin;
    scan->end = end;
    for (int s = 0; s < scan->slot_count; s++)
        scan->slot[s].class = NO_CLASS;
}

/* All territories of a class; *list_out is valid until the next call. */
static int32_t list_class(struct ambit_shortlist_scan *scan, int32_t class,
                          const int32_t **list_out)
{
    const struct ambit_eligibility *const eligibility = scan->lists->problem->eligibility;
    int32_t found = 0;
    *list_out = scan->all;
    if (class == AMBIT_CLASS_ANY) return scan->lists->count;
    for (int32_t j = 0; j < scan->lists->count; j++) {
        if (ambit_class_has(eligibility, class, j)) scan->own[found++] = j;
    }
    *list_out = scan->own;
    return found;
}

/* What accounts of the class want in the block that begins at i. */
static const struct ambit_shortlist_slot *narrow_down(struct ambit_shortlist_scan *scan,
                                                      int32_t class, int32_t i)
{
    struct ambit_shortlist_slot *const slot = &scan->slot[(class + 1) % scan->slot_count];
    if (slot->class != class) {
        const int32_t *from = NULL;
        const int32_t count = list_class(scan, class, &from);
        slot->class = class;
        slot->block_end = scan->begin;
        slot->wide_count = list_run(scan, class, scan->begin, scan->end, from, count, slot->wide);
    }
    if (i >= slot->block_end) {
        const int32_t left = scan->end - i;
        slot->block_end = i + (left < AMBIT_SHORTLIST_BLOCK ? left : AMBIT_SHORTLIST_BLOCK);
        slot->narrow_count = slot->wide_count == 0
                                 ? 0
                                 : list_run(scan, class, i, slot->block_end, slot->wide,
                                            slot->wide_count, slot->narrow);
    }
    return slot;
}

/* Those of the list within reach of account i, else the nearest of its class. */
static int32_t list_in_reach(struct ambit_shortlist_scan *scan, int32_t class, int32_t i,
                             const int32_t *list, int32_t count, const int32_t **list_out)
{
    const struct ambit_shortlists *const lists = scan->lists;
    double least = INFINITY;
    int32_t found = 0;
    *list_out = list;
    if (isinf(reach_of(lists))) return count;
    for (int32_t n = 0; n < count; n++) {
        if (ambit_is_in_reach(lists->problem, i, list[n])) scan->chosen[found++] = list[n];
    }
    *list_out = scan->chosen;
    if (found > 0) return found;
    count = list_class(scan, class, &list);
    for (int32_t n = 0; n < count; n++) {
        const double chord2 = ambit_shortlist_chord2(lists, i, list[n]);
        if (!(chord2 < least)) continue;
        least = chord2;
        scan->chosen[0] = list[n];
        found = 1;
    }
    return found;
}

int32_t ambit_shortlist_scan_next(struct ambit_shortlist_scan *scan, int32_t i,
                                  const int32_t **list_out)
{
    const struct ambit_problem *const problem = scan->lists->problem;
    const int32_t class = ambit_class_of(problem, i);
    if (class < AMBIT_CLASS_ANY) {
        scan->chosen[0] = ambit_class_lock(class);
        *list_out = scan->chosen;
        return 1;
    }
    const int32_t *list = NULL;
    int32_t count = 0;
    if (is_listed(problem->accounts, i)) {
        const struct ambit_shortlist_slot *const slot = narrow_down(scan, class, i);
        list = slot->narrow;
        count = slot->narrow_count;
    } else {
        count = list_class(scan, class, &list);
    }
    return list_in_reach(scan, class, i, list, count, list_out);
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
