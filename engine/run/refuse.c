/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts that nobody may serve. With the kinds of rules that account i would break in territory j
 * as bits, i is served where rules L are relaxed if its bits in some territory are among L. There
 * are six kinds, and accounts are protected, so every L of 128 is tried on every such account:
 * those of fewest kinds that leave nobody out are the smallest sets, and there are no others. Under
 * each, an account goes to the nearest territory that it then may have, which is how reach has to
 * grow least; of a group, only the accounts that break a rule there are counted for it.
 *
 * Cost: each refused account is looked at with each territory. Weakness: who else would serve them
 * is told by distance, not by whether bands leave room; nothing is said where looks are more than
 * LOOKS_MAX.
 */
#include "engine/run/refuse.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "io/report_diagnosis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Kinds of rules, and behind them that accounts are protected. */
enum { RULES = AMBIT_RULE_KIND_COUNT, HELD = RULES, KINDS, SETS = 1 << KINDS, SETS_MAX = 4 };
#define LOOKS_MAX 200000000

static const enum ambit_relaxed relaxed_of[KINDS] = {
    AMBIT_RELAXED_LOCKED,  AMBIT_RELAXED_FIXED, AMBIT_RELAXED_NEEDS,    AMBIT_RELAXED_FORBIDDEN,
    AMBIT_RELAXED_ALLOWED, AMBIT_RELAXED_REACH, AMBIT_RELAXED_PROTECTED};

static struct ambit_job *whole_of(struct ambit_job *job)
{
    return job->whole != NULL ? job->whole : job;
}

static bool has_home(const struct ambit_job *job, int32_t j)
{
    return job->territories.item[j].centre_kind == AMBIT_CENTRE_HOME;
}

static const struct ambit_job *rows_of(const struct ambit_job *job)
{
    return job->whole != NULL ? job->whole : job;
}

/* The rules that a single account breaks in territory j wherever free centres will be. */
static unsigned broken_by_row(const struct ambit_job *job, int32_t row, int32_t j)
{
    const unsigned broken = ambit_job_broken_rules(rows_of(job), row, j);
    return has_home(job, j) ? broken : broken & ~(1u << AMBIT_RULE_REACH);
}

/* The same, and whether the account is protected elsewhere. */
static unsigned kept_by_row(const struct ambit_job *job, int32_t row, int32_t j)
{
    const struct ambit_accounts *const rows = &rows_of(job)->accounts;
    const bool held = ambit_is_held(rows, row) && rows->previous[row] != j;
    return broken_by_row(job, row, j) | (held ? 1u << HELD : 0);
}

/* Of all accounts of i, which may be a unit. */
static unsigned kept_by(const struct ambit_job *job, int32_t i, int32_t j)
{
    int32_t begin, end;
    unsigned kept = 0;
    (void)ambit_account_rows(&job->accounts, i, &begin, &end);
    for (int32_t row = begin; row < end; row++)
        kept |= kept_by_row(job, row, j);
    return kept;
}

/* How far the furthest account of i is from the centre of j, in the unit of reach; from a free
 * centre further than from any other. */
static double way_of(const struct ambit_job *job, int32_t i, int32_t j)
{
    int32_t begin, end;
    double most = 0.0;
    const struct ambit_accounts *const rows = ambit_account_rows(&job->accounts, i, &begin, &end);
    if (!has_home(job, j)) return INFINITY;
    for (int32_t row = begin; row < end; row++) {
        const double place[3] = {rows->x[row], rows->y[row], rows->z[row]};
        most = fmax(most, ambit_chord2(place, job->territories.item[j].position));
    }
    return ambit_reach_of(&job->scenario, most);
}

/* Adds a step in words; `territory` −1: of none. */
static ambit_status add_exception(struct ambit_job *job, int32_t set, struct ambit_opening opening)
{
    struct ambit_refusal_remedy step = {.opening = opening};
    if (opening.territory >= 0)
        (void)snprintf(step.territory, sizeof step.territory, "%s",
                       job->territories.item[opening.territory].name);
    ambit_text_exception(&opening, step.territory, sizeof step.text, step.text);
    return ambit_refusal_add(whole_of(job)->refusal, set, &step);
}

static struct ambit_opening opening_of(enum ambit_relaxed what, int32_t territory, int64_t accounts,
                                       int64_t of)
{
    return (struct ambit_opening){.what = what,
                                  .band = -1,
                                  .budget_cell = -1,
                                  .territory = territory,
                                  .by = of > 0 ? (double)accounts / (double)of : NAN,
                                  .was = NAN,
                                  .limit = NAN,
                                  .accounts = accounts,
                                  .of = of};
}

/* Reach as it would have to be for `accounts` of `of`, the furthest at micro-units `way`. */
static struct ambit_opening opening_of_reach(const struct ambit_job *job, int64_t way,
                                             int64_t accounts, int64_t of)
{
    const struct ambit_eligibility_terms *const terms = &job->scenario.eligibility;
    struct ambit_opening o = opening_of(AMBIT_RELAXED_REACH, -1, accounts, of);
    o.was = terms->reach;
    o.limit = ceil((double)way * 1e-5) / 10.0;
    o.by = o.limit / o.was - 1.0;
    (void)snprintf(o.unit, sizeof o.unit, "%s",
                   terms->reach_kind == AMBIT_REACH_KM ? "km" : "minutes");
    return o;
}

static int64_t micro_way(double way)
{
    return (int64_t)ceil(way * 1e6);
}

/* ---- accounts that nobody may serve ---- */

/* By set of kinds: accounts that nobody may serve though it is relaxed. */
static void count_unserved(const struct ambit_job *job, const int32_t *item, int64_t count,
                           int64_t unserved[SETS])
{
    static const uint64_t without[RULES] = {0x5555555555555555u, 0x3333333333333333u,
                                            0x0f0f0f0f0f0f0f0fu, 0x00ff00ff00ff00ffu,
                                            0x0000ffff0000ffffu, 0x00000000ffffffffu};
    for (int64_t n = 0; n < count; n++) {
        uint64_t served[2] = {0}; /* a bit a set of rules; protected accounts stay, or may go */
        for (int32_t j = 0; j < job->territories.count; j++) {
            const unsigned kept = kept_by(job, item[n], j);
            served[kept >> HELD] |= UINT64_C(1) << (kept & ((1u << HELD) - 1));
        }
        served[1] |= served[0];
        for (int k = 0; k < RULES; k++) {
            for (int held = 0; held < 2; held++)
                served[held] |= (served[held] & without[k]) << (1 << k);
        }
        for (int set = 0; set < SETS; set++)
            unserved[set] += (served[set >> HELD] >> (set & ((1 << HELD) - 1)) & 1) == 0;
    }
}

static int size_of(int set)
{
    int size = 0;
    for (int k = 0; k < KINDS; k++)
        size += set >> k & 1;
    return size;
}

/* What accounts use of a set that is relaxed. */
struct uses {
    int64_t *by;   /* owned; [kind × territories + territory]: accounts */
    int64_t *held; /* owned; the same shape: accounts that are locked to it, or protected in it */
    int64_t way;   /* the furthest that reach has to give, micro-units */
};

/* The territory that a rule of kind k is told of where account `row` goes to j against it. */
static int32_t told_of(const struct ambit_job *whole, int k, int32_t row, int32_t j)
{
    const int32_t previous = whole->accounts.previous[row];
    const bool *const fixed = whole->eligibility.fixed;
    if (k == AMBIT_RULE_LOCKED || k == HELD) return previous;
    return k == AMBIT_RULE_FIXED && previous >= 0 && fixed[previous] ? previous : j;
}

/* Account i goes to territory j, where it breaks none but rules that are relaxed. */
static void use_territory(const struct ambit_job *job, int32_t i, int32_t j, struct uses *uses)
{
    const struct ambit_job *const whole = rows_of(job);
    bool is_far = false;
    int32_t begin, end;
    (void)ambit_account_rows(&job->accounts, i, &begin, &end);
    for (int32_t row = begin; row < end; row++) {
        const unsigned kept = kept_by_row(job, row, j);
        is_far |= (kept >> AMBIT_RULE_REACH & 1) != 0;
        for (int k = 0; k < KINDS; k++) {
            if ((kept >> k & 1) != 0)
                uses->by[k * job->territories.count + told_of(whole, k, row, j)]++;
        }
    }
    if (is_far && micro_way(way_of(job, i, j)) > uses->way)
        uses->way = micro_way(way_of(job, i, j));
}

static void use_set(const struct ambit_job *job, const int32_t *item, int64_t count, int set,
                    struct uses *uses)
{
    for (int64_t n = 0; n < count; n++) {
        int32_t best = -1;
        double least = INFINITY;
        for (int32_t j = 0; j < job->territories.count; j++) {
            if ((kept_by(job, item[n], j) & ~(unsigned)set) != 0) continue;
            const double way = way_of(job, item[n], j);
            if (best >= 0 && way >= least) continue;
            best = j;
            least = way;
        }
        if (best >= 0) use_territory(job, item[n], best, uses);
    }
}

static void count_held(struct ambit_job *job, int64_t *held)
{
    const struct ambit_accounts *const rows = &rows_of(job)->accounts;
    const int32_t territories = job->territories.count;
    for (int32_t row = 0; row < rows->count; row++) {
        const int32_t class = rows->class_of != NULL ? rows->class_of[row] : AMBIT_CLASS_ANY;
        if (class < AMBIT_CLASS_ANY)
            held[AMBIT_RULE_LOCKED * territories + ambit_class_lock(class)]++;
        if (ambit_is_held(rows, row)) held[HELD * territories + rows->previous[row]]++;
    }
    ambit_comm_sum_i64(job->comm, held, (int64_t)KINDS * territories);
}

static ambit_status add_uses(struct ambit_job *job, int32_t number, const struct uses *uses,
                             int64_t of)
{
    ambit_status status = AMBIT_OK;
    const int32_t territories = job->territories.count;
    int64_t far = 0;
    for (int k = 0; k < KINDS; k++) {
        for (int32_t j = 0; j < territories; j++) {
            const int64_t accounts = uses->by[k * territories + j];
            const int64_t held = uses->held[k * territories + j];
            if (k == AMBIT_RULE_REACH) {
                far += accounts;
                continue;
            }
            if (accounts == 0) continue;
            AMBIT_TRY(add_exception(job, number,
                                    opening_of(relaxed_of[k], j, accounts, held > 0 ? held : of)));
        }
    }
    if (far > 0) AMBIT_TRY(add_exception(job, number, opening_of_reach(job, uses->way, far, of)));
done:
    return status;
}

static ambit_status add_sets(struct ambit_job *job, const int32_t *item, int64_t count, int64_t of,
                             int32_t *number)
{
    ambit_status status = AMBIT_OK;
    const size_t cells = (size_t)KINDS * (size_t)job->territories.count;
    struct uses uses = {0};
    int64_t unserved[SETS] = {0};
    int fewest = KINDS + 1;
    status = ambit_alloc(&uses.by, cells, sizeof *uses.by);
    if (status == AMBIT_OK) status = ambit_alloc(&uses.held, cells, sizeof *uses.held);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_REQUIRE(uses.by != NULL && uses.held != NULL);
    count_held(job, uses.held);
    count_unserved(job, item, count, unserved);
    ambit_comm_sum_i64(job->comm, unserved, SETS);
    for (int set = 1; set < SETS; set++) {
        if (unserved[set] == 0 && size_of(set) < fewest) fewest = size_of(set);
    }
    for (int set = 1; set < SETS && *number < SETS_MAX; set++) {
        if (unserved[set] != 0 || size_of(set) != fewest) continue;
        memset(uses.by, 0, cells * sizeof *uses.by);
        uses.way = 0;
        use_set(job, item, count, set, &uses);
        ambit_comm_sum_i64(job->comm, uses.by, (int64_t)cells);
        ambit_comm_max_i64(job->comm, &uses.way, 1);
        AMBIT_TRY_TOGETHER(job->comm, add_uses(job, *number, &uses, of));
        ++*number;
    }
done:
    ambit_free(&uses.by);
    ambit_free(&uses.held);
    return status;
}

/* That groups are parted. */
static ambit_status add_parting(struct ambit_job *job, int32_t number, int64_t groups)
{
    struct ambit_refusal_remedy step = {.opening =
                                            opening_of(AMBIT_RELAXED_TOGETHER, -1, groups, groups)};
    (void)snprintf(step.text, sizeof step.text, "part %s%lld group%s of the column '%s'",
                   groups > 1 ? "these " : "", (long long)groups, groups == 1 ? "" : "s",
                   job->scenario.together.column);
    return ambit_refusal_add(whole_of(job)->refusal, number, &step);
}

ambit_status ambit_job_refuse_unserved(struct ambit_job *job, const int32_t *item, int64_t count,
                                       size_t room, char *words_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const whole = whole_of(job);
    const bool groups = job->whole != NULL;
    struct ambit_finding finding =
        ambit_finding_of(groups ? AMBIT_REASON_UNSERVED_GROUPS : AMBIT_REASON_UNSERVED);
    int64_t total[2] = {count, 0};
    int32_t number = 0;
    for (int64_t n = 0; n < count; n++)
        total[1] += ambit_account_members(&job->accounts, item[n]);
    ambit_comm_sum_i64(job->comm, total, 2);
    finding.accounts = total[0];
    AMBIT_TRY_TOGETHER(job->comm, ambit_refusal_find(&whole->refusal, &finding));
    if (total[0] <= LOOKS_MAX / job->territories.count)
        AMBIT_TRY(add_sets(job, item, count, total[1], &number));
    if (groups) AMBIT_TRY_TOGETHER(job->comm, add_parting(job, number, total[0]));
    ambit_refusal_words(whole->refusal, whole->refusal->finding_count - 1, room, words_out);
done:
    return status;
}

ambit_status ambit_job_refuse_heavy(struct ambit_job *job, int64_t count)
{
    ambit_status status = AMBIT_OK;
    struct ambit_finding finding = ambit_finding_of(AMBIT_REASON_HEAVY_GROUPS);
    finding.accounts = count;
    AMBIT_TRY(ambit_refusal_find(&whole_of(job)->refusal, &finding));
    AMBIT_TRY(add_parting(job, 0, count));
done:
    return status;
}

ambit_status ambit_job_refuse_separation(struct ambit_job *job, int64_t centres, int64_t room_for,
                                         double asked_km, double km, size_t room, char *words_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_finding finding = ambit_finding_of(AMBIT_REASON_SEPARATION);
    struct ambit_refusal_remedy nearer = {.opening =
                                              opening_of(AMBIT_RELAXED_SEPARATION, -1, 0, centres)};
    finding.accounts = centres;
    finding.has = (double)room_for;
    finding.limit = asked_km;
    nearer.opening.was = asked_km;
    nearer.opening.limit = km;
    nearer.opening.by = 1.0 - km / asked_km;
    (void)snprintf(nearer.opening.unit, sizeof nearer.opening.unit, "km");
    (void)snprintf(nearer.text, sizeof nearer.text,
                   "lower separation from %g to %.1f km, the most that is not ruled out", asked_km,
                   km);
    AMBIT_TRY(ambit_refusal_find(&job->refusal, &finding));
    AMBIT_TRY(ambit_refusal_add(job->refusal, 0, &nearer));
    ambit_refusal_words(job->refusal, job->refusal->finding_count - 1, room, words_out);
done:
    return status;
}

/* ---- bands that rules break ---- */

struct candidate {
    int64_t load, way;
};

static int compare_loads(const void *a, const void *b)
{
    const struct candidate *const x = a, *const y = b;
    if (x->load != y->load) return x->load > y->load ? -1 : 1;
    return (x->way > y->way) - (x->way < y->way);
}

static int compare_ways(const void *a, const void *b)
{
    const struct candidate *const x = a, *const y = b;
    if (x->way != y->way) return x->way < y->way ? -1 : 1;
    return (x->load < y->load) - (x->load > y->load);
}

/* The fewest of the candidates of all ranks, in that order, that have `need` together (NaN: any
 * one); 0 where all of them have not. */
static ambit_status count_needed(struct ambit_job *job, const struct candidate *mine, int64_t count,
                                 int (*order)(const void *, const void *), double need,
                                 int64_t *needed_out, int64_t *of_out, int64_t *way_out)
{
    ambit_status status = AMBIT_OK;
    struct candidate *all = NULL;
    int64_t total = 0, sum = 0, n = 0;
    AMBIT_TRY(ambit_comm_all_gather(job->comm, mine, count, sizeof *mine, &all, &total));
    if (total > 0) qsort(all, (size_t)total, sizeof *all, order);
    *way_out = 0;
    while (n < total && (n == 0 || (double)sum < need)) {
        sum += all[n].load;
        if (all[n].way > *way_out) *way_out = all[n].way;
        n++;
    }
    *of_out = total;
    *needed_out = (double)sum < need ? 0 : n;
done:
    ambit_free(&all);
    return status;
}

/* Load of account i in territory j, of centres that are known. */
static int64_t load_in(const struct ambit_job *job, int r, int32_t i, int32_t j)
{
    const int64_t travel = has_home(job, j) ? ambit_travel_of(&job->scenario, &job->accounts, i,
                                                              job->territories.item[j].position)
                                            : job->accounts.local_travel[i];
    return ambit_rule_load(&job->problem, r, i, travel);
}

static ambit_status find_band(struct ambit_job *job, enum ambit_reason reason, int r, int32_t j,
                              double has, double limit, int64_t accounts)
{
    struct ambit_finding finding = ambit_finding_of(reason);
    const int m = job->scenario.band[job->problem.rule[r].band].measure;
    (void)snprintf(finding.territory, sizeof finding.territory, "%s",
                   job->territories.item[j].name);
    (void)snprintf(finding.measure, sizeof finding.measure, "%s", job->scenario.measure[m].name);
    finding.accounts = accounts;
    finding.has = has * 1e-6;
    finding.limit = limit * 1e-6;
    return ambit_refusal_find(&job->refusal, &finding);
}

static ambit_status add_band(struct ambit_job *job, int32_t set, int r, int32_t j, int side,
                             double has, double limit)
{
    const int m = job->scenario.band[job->problem.rule[r].band].measure;
    struct ambit_refusal_remedy step = {.opening = opening_of(AMBIT_RELAXED_BAND, j, 0, 0)};
    step.opening.side = side;
    step.opening.was = limit * 1e-6;
    step.opening.limit = has * 1e-6;
    step.opening.by = fabs(has - limit) * 1e-6;
    (void)snprintf(step.territory, sizeof step.territory, "%s", job->territories.item[j].name);
    (void)snprintf(step.measure, sizeof step.measure, "%s", job->scenario.measure[m].name);
    (void)snprintf(step.text, sizeof step.text, "%s the %s limit of %s of %s from %.6g to %.6g",
                   side > 0 ? "raise" : "lower", ambit_side_name(side), step.measure,
                   step.territory, limit * 1e-6, has * 1e-6);
    return ambit_refusal_add(job->refusal, set, &step);
}

ambit_status ambit_job_refuse_locked(struct ambit_job *job, int r, int32_t j, double has,
                                     double upper, size_t room, char *words_out)
{
    ambit_status status = AMBIT_OK;
    struct candidate *mine = NULL;
    int64_t count = 0, needed = 0, of = 0, way = 0;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&mine, (size_t)job->accounts.count, sizeof *mine));
    for (int32_t i = 0; i < job->accounts.count; i++) {
        if (job->accounts.class_of[i] == ambit_class_of_lock(j))
            mine[count++] = (struct candidate){.load = load_in(job, r, i, j)};
    }
    AMBIT_TRY(count_needed(job, mine, count, compare_loads, has - upper - 1.0, &needed, &of, &way));
    AMBIT_TRY_TOGETHER(job->comm, find_band(job, AMBIT_REASON_LOCKED, r, j, has, upper, of));
    AMBIT_TRY_TOGETHER(job->comm,
                       add_exception(job, 0, opening_of(AMBIT_RELAXED_LOCKED, j, needed, of)));
    AMBIT_TRY_TOGETHER(job->comm, add_band(job, 1, r, j, 1, has, upper));
    ambit_refusal_words(job->refusal, job->refusal->finding_count - 1, room, words_out);
done:
    ambit_free(&mine);
    return status;
}

/* That locked accounts, or such of fixed territories, go to territory j. */
static ambit_status add_leaving(struct ambit_job *job, int32_t set, int k, int32_t j, int64_t count)
{
    struct ambit_refusal_remedy step = {.opening = opening_of(relaxed_of[k], j, count, 0)};
    (void)snprintf(step.territory, sizeof step.territory, "%s", job->territories.item[j].name);
    (void)snprintf(step.text, sizeof step.text, "let %lld %saccount%s %sgo to %s", (long long)count,
                   k == AMBIT_RULE_LOCKED ? "locked " : "", count == 1 ? "" : "s",
                   k == AMBIT_RULE_FIXED ? "of fixed territories " : "", step.territory);
    return ambit_refusal_add(job->refusal, set, &step);
}

ambit_status ambit_job_refuse_few(struct ambit_job *job, int r, int32_t j, double has, double lower,
                                  size_t room, char *words_out)
{
    ambit_status status = AMBIT_OK;
    struct candidate *mine = NULL;
    int32_t set = 0;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&mine, (size_t)job->accounts.count, sizeof *mine));
    AMBIT_TRY_TOGETHER(job->comm, find_band(job, AMBIT_REASON_FEW, r, j, has, lower, 0));
    for (int k = 0; k < RULES; k++) {
        const bool far = k == AMBIT_RULE_REACH;
        int64_t count = 0, needed = 0, of = 0, way = 0;
        for (int32_t i = 0; i < job->accounts.count; i++) {
            if (broken_by_row(job, i, j) != 1u << k) continue;
            mine[count++] =
                (struct candidate){job->problem.base[r][i], far ? micro_way(way_of(job, i, j)) : 0};
        }
        AMBIT_TRY(count_needed(job, mine, count, far ? compare_ways : compare_loads,
                               lower - has - 1.0, &needed, &of, &way));
        if (needed == 0) continue;
        AMBIT_TRY_TOGETHER(job->comm,
                           far ? add_exception(job, set, opening_of_reach(job, way, needed, of))
                           : k == AMBIT_RULE_LOCKED || k == AMBIT_RULE_FIXED
                               ? add_leaving(job, set, k, j, needed)
                               : add_exception(job, set, opening_of(relaxed_of[k], j, needed, of)));
        set++;
    }
    if (isfinite(lower)) AMBIT_TRY_TOGETHER(job->comm, add_band(job, set, r, j, -1, has, lower));
    ambit_refusal_words(job->refusal, job->refusal->finding_count - 1, room, words_out);
done:
    ambit_free(&mine);
    return status;
}
