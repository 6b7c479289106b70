/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each territory is measured by itself, from whole millionths: what its accounts ask for, what its
 * rep can do of it, and the value of that, which is the fractional knapsack (Dantzig 1957): best
 * value for an hour first. Cost: a sort of each territory's accounts. Weakness: kilometres between
 * neighbouring stops are those that the minutes of local driving stand for.
 */
#include "engine/model/headcount.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/model/refusal.h"
#include "engine/model/travel.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what reps have ---- */

/* Hours of those that have any, or 0. */
static double mean_capacity(const struct ambit_territories *t)
{
    double sum = 0.0;
    int32_t count = 0;
    for (int32_t j = 0; j < t->count; j++) {
        if (!(t->item[j].capacity > 0.0)) continue;
        sum += t->item[j].capacity;
        count++;
    }
    return count > 0 ? sum / count : 0.0;
}

bool ambit_headcount_is_known(const struct ambit_scenario *scenario,
                              const struct ambit_territories *territories)
{
    return scenario->audit.work.count > 0 &&
           (scenario->headcount.hours_per_rep > 0.0 ||
            (scenario->rep_capacity_column[0] != '\0' && mean_capacity(territories) > 0.0));
}

/* Micro-hours a year of territory j's rep for work and travel. */
static int64_t field_hours(const struct ambit_scenario *s, const struct ambit_territories *t,
                           int32_t j, double mean)
{
    const struct ambit_audit_terms *const audit = &s->audit;
    double hours = s->headcount.hours_per_rep;
    if (!(hours > 0.0)) hours = t->item[j].capacity > 0.0 ? t->item[j].capacity : mean;
    if (audit->admin_kind == AMBIT_ADMIN_HOURS) hours = fmax(hours - audit->admin, 0.0);
    if (audit->admin_kind == AMBIT_ADMIN_OF_TIME) hours *= 1.0 - audit->admin;
    return ambit_to_micro(hours);
}

/* ---- what accounts ask for ---- */

static int64_t visits_of(const struct ambit_scenario *s, const struct ambit_result *r, int64_t i)
{
    return s->visits_column >= 0 ? r->column[s->visits_column][i]
                                 : ambit_to_micro(s->visits_number);
}

static int64_t sum_of(const struct ambit_scenario *s, const struct ambit_sum *sum,
                      const struct ambit_result *r, int64_t i)
{
    int64_t total = 0;
    for (int t = 0; t < sum->count; t++) {
        const int term = sum->term[t];
        const int64_t value = term == AMBIT_TERM_COUNT    ? AMBIT_MICRO
                              : term == AMBIT_TERM_TRAVEL ? r->account_travel[i]
                              : term == AMBIT_TERM_VISITS ? visits_of(s, r, i)
                                                          : r->column[term][i];
        total += sum->minus[t] ? -value : value;
    }
    return total;
}

/* Micro-kilometres a year: the way out and back, shared by the stops of a tour, and the way between
 * neighbouring stops, which what is left of the hours stands for. */
static int64_t km_of(const struct ambit_scenario *s, const struct ambit_result *r, int64_t i)
{
    const struct ambit_result_territory *const t = &r->territories[r->territory[i]];
    const int64_t visits = visits_of(s, r, i);
    double place[3], centre[3];
    if (visits <= 0) return 0;
    ambit_unit_from_degrees(r->lat[i], r->lon[i], place);
    ambit_unit_from_degrees(t->centre_lat, t->centre_lon, centre);
    const double chord2 = ambit_chord2(place, centre);
    const double haul = (double)visits * ambit_haul_hours(s, chord2);
    const double local = fmax((double)r->account_travel[i] - haul, 0.0) / (double)visits;
    const double km = 2.0 * ambit_km_from_chord2(chord2) / s->stops_per_day +
                      ambit_drive_km(&s->drive_time, 60.0 * local);
    return (int64_t)llrint((double)visits * km);
}

/* ---- segments ---- */

static int compare_falling(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

/* The least value of each class, as an audit has it. */
static ambit_status find_classes(const struct ambit_segments *s, const struct ambit_result *r,
                                 int64_t least[AMBIT_SEGMENT_MAX])
{
    ambit_status status = AMBIT_OK;
    int64_t *sorted = NULL;
    const size_t count = (size_t)r->account_count;
    double part = 0.0;
    memset(least, 0, AMBIT_SEGMENT_MAX * sizeof *least);
    if (s->kind == AMBIT_SEGMENT_LARGEST) {
        AMBIT_TRY(ambit_alloc(&sorted, count, sizeof *sorted));
        if (count > 0) memcpy(sorted, r->column[s->column], count * sizeof *sorted);
        if (count > 0) qsort(sorted, count, sizeof *sorted, compare_falling);
    }
    for (int c = 0; c + 1 < s->count; c++) {
        part += s->limit[c];
        /* A little less than the product, which may be a hair above the whole number meant. */
        const double rank = ceil(part * (double)count * (1.0 - 1e-12));
        if (s->kind == AMBIT_SEGMENT_FROM)
            least[c] = ambit_to_micro(s->limit[c]);
        else if (count > 0)
            least[c] = sorted[(int64_t)fmin(fmax(rank, 1.0), (double)count) - 1];
    }
done:
    ambit_free(&sorted);
    return status;
}

static ambit_status count_classes(const struct ambit_scenario *s, const struct ambit_result *r,
                                  struct ambit_headcount *out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_segments *const segments = &s->audit.segments;
    int64_t least[AMBIT_SEGMENT_MAX];
    if (segments->column < 0) return AMBIT_OK;
    AMBIT_TRY(find_classes(segments, r, least));
    for (int64_t i = 0; i < r->account_count; i++) {
        int c = 0;
        while (r->column[segments->column][i] < least[c])
            c++;
        out->class_accounts[c]++;
    }
done:
    return status;
}

/* ---- territories ---- */

struct choice {
    int64_t value, hours;
    int64_t account;
};

/* Best value for an hour first, what has none last; ties go to the smaller index. */
static int compare_choices(const void *a, const void *b)
{
    const struct choice *const x = a, *const y = b;
    if ((x->value > 0) != (y->value > 0)) return x->value > 0 ? -1 : 1;
    const double left = (double)x->value * (double)y->hours;
    const double right = (double)y->value * (double)x->hours;
    if (x->value > 0 && left != right) return left > right ? -1 : 1;
    return (x->account > y->account) - (x->account < y->account);
}

/* The most value that so many micro-hours are enough for. */
static int64_t best_value(struct choice *choice, int64_t count, int64_t hours)
{
    int64_t sum = 0;
    if (count > 0) qsort(choice, (size_t)count, sizeof *choice, compare_choices);
    for (int64_t n = 0; n < count && choice[n].value > 0; n++) {
        if (choice[n].hours > hours)
            return sum + (int64_t)llrint((double)choice[n].value * (double)hours /
                                         (double)choice[n].hours);
        sum += choice[n].value;
        hours -= choice[n].hours;
    }
    return sum;
}

/* value × part / whole */
static int64_t share_of(int64_t value, int64_t part, int64_t whole)
{
    return (int64_t)llrint((double)value * ((double)part / (double)whole));
}

static void measure_territory(const struct ambit_scenario *s, const struct ambit_result *r,
                              int64_t capacity, const int64_t *account, int64_t count, int32_t j,
                              struct choice *choice, struct ambit_headcount *out)
{
    int64_t work = 0, travel = 0, km = 0, value = 0, potential = 0, sum = 0;
    for (int64_t n = 0; n < count; n++) {
        const int64_t i = account[n], own = sum_of(s, &s->audit.work, r, i);
        choice[n] = (struct choice){.value = sum_of(s, &s->headcount.value, r, i),
                                    .hours = own + r->account_travel[i],
                                    .account = i};
        work += own;
        travel += r->account_travel[i];
        km += km_of(s, r, i);
        value += choice[n].value;
        potential += sum_of(s, &s->audit.potential, r, i);
    }
    sum = work + travel;
    const bool all = sum <= capacity;
    out->capacity += capacity;
    out->work += work;
    out->travel += travel;
    out->km += km;
    out->value += value;
    out->potential += potential;
    if (j == 0 || potential < out->potential_least) out->potential_least = potential;
    if (j == 0 || potential > out->potential_most) out->potential_most = potential;
    out->covered += all ? work : share_of(work, capacity, sum);
    out->done_travel += all ? travel : share_of(travel, capacity, sum);
    out->done_km += all ? km : share_of(km, capacity, sum);
    out->value_covered += all ? value : best_value(choice, count, capacity);
    if (all) return;
    out->overtime += sum - capacity;
    if (sum - capacity <= out->overtime_most) return;
    out->overtime_most = sum - capacity;
    out->overtime_worst = j;
}

ambit_status ambit_headcount_measure(const struct ambit_scenario *scenario,
                                     const struct ambit_territories *territories,
                                     const struct ambit_result *result, struct ambit_headcount *out)
{
    ambit_status status = AMBIT_OK;
    const size_t accounts = (size_t)result->account_count;
    const double mean = mean_capacity(territories);
    int64_t *begin = NULL, *account = NULL;
    struct choice *choice = NULL;
    *out = (struct ambit_headcount){.overtime_worst = -1};
    AMBIT_TRY(ambit_alloc(&begin, (size_t)territories->count + 2, sizeof *begin));
    AMBIT_TRY(ambit_alloc(&account, accounts, sizeof *account));
    AMBIT_TRY(ambit_alloc(&choice, accounts, sizeof *choice));
    for (size_t i = 0; i < accounts; i++)
        begin[result->territory[i] + 2]++;
    for (int32_t j = 0; j < territories->count; j++)
        begin[j + 2] += begin[j + 1];
    for (size_t i = 0; i < accounts; i++)
        account[begin[result->territory[i] + 1]++] = (int64_t)i;
    for (int32_t j = 0; j < territories->count; j++)
        measure_territory(scenario, result, field_hours(scenario, territories, j, mean),
                          account + begin[j], begin[j + 1] - begin[j], j, choice, out);
    AMBIT_TRY(count_classes(scenario, result, out));
done:
    ambit_free(&begin);
    ambit_free(&account);
    ambit_free(&choice);
    return status;
}

/* ---- from the figures ---- */

void ambit_headcount_build_up(const struct ambit_scenario *scenario,
                              const struct ambit_headcount *figures, struct ambit_build_up *out)
{
    const struct ambit_headcount_terms *const terms = &scenario->headcount;
    *out = (struct ambit_build_up){.needed = 0};
    if (!terms->has_call_plan) return;
    for (int c = 0; c < scenario->audit.segments.count; c++) {
        out->hours[c] =
            (double)figures->class_accounts[c] * terms->visits[c] * terms->visit_hours[c];
        out->reps[c] = out->hours[c] / (terms->working_hours * terms->field_share);
        out->all_hours += out->hours[c];
        out->all_reps += out->reps[c];
    }
    /* A sum a hair above the whole number meant is that number. */
    out->needed = (int64_t)ceil(out->all_reps * (1.0 - 1e-12));
}

void ambit_headcount_value_curve(const struct ambit_scenario *scenario,
                                 struct ambit_headcount_curve *curve)
{
    const struct ambit_headcount_terms *const terms = &scenario->headcount;
    const bool is_valued = terms->value.count > 0 && terms->per_rep > 0.0;
    int last = -1;
    curve->best = curve->enough = -1;
    for (int p = 0; p < curve->count; p++) {
        struct ambit_headcount_point *const point = &curve->point[p];
        const struct ambit_headcount *const f = &point->figures;
        point->travel_cost = point->net = point->marginal = NAN;
        if (!point->has_plan) continue;
        if (terms->per_hour + terms->per_km > 0.0)
            point->travel_cost = terms->per_hour * ambit_from_micro(f->done_travel) +
                                 terms->per_km * ambit_from_micro(f->done_km);
        if (curve->enough < 0 && f->overtime == 0) curve->enough = p;
        if (!is_valued) continue;
        point->net = terms->margin * ambit_from_micro(f->value_covered) -
                     (isnan(point->travel_cost) ? 0.0 : point->travel_cost) -
                     terms->per_rep * point->territories;
        if (last >= 0)
            point->marginal = (point->net - curve->point[last].net) /
                                  (point->territories - curve->point[last].territories) +
                              terms->per_rep;
        last = p;
        if (point->feasible && (curve->best < 0 || point->net > curve->point[curve->best].net))
            curve->best = p;
    }
}

void ambit_headcount_curve_clear(struct ambit_headcount_curve *curve)
{
    ambit_free(&curve->point);
    ambit_free(&curve->leave);
    ambit_free(&curve->hire);
    ambit_refusal_destroy(&curve->refusal);
    *curve = (struct ambit_headcount_curve){.best = -1, .enough = -1};
}
