/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shortlists of runs of accounts (shortlist.h), first for many of them and then for few, and in
 * each an insertion sort of the best. Candidates by distance are there for prices that are still
 * far off: the cheap ones alone would leave out near territories, and then no prices could bring
 * them back. Costs are compared by the knots of the haul curve first; only those that may be among
 * the wished get their exact travel, so that a·d^b is evaluated for two or three an account.
 *
 * Of more than AMBIT_CANDIDATE_MAX within the margin the cheapest are taken by the knots' midpoint,
 * which is within half a percent.
 */
#include "solvers/candidates.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "solvers/shortlist.h"

#include <math.h>
#include <omp.h>
#include <stdbool.h>
#include <string.h>

enum { BLOCK = AMBIT_CANDIDATE_BLOCK, RUN = AMBIT_SHORTLIST_RUN, RUNS_AT_ONCE = 32 };
enum {
    SPARE = 4,      /* more than are wished are compared to the last digit */
    SPARE_PART = 5, /* of the room, that is given back where it is empty */
};

void ambit_candidates_clear(struct ambit_candidates *candidates)
{
    ambit_free(&candidates->first);
    ambit_free(&candidates->offset);
    ambit_free(&candidates->listed);
    ambit_free(&candidates->entry);
    ambit_free(&candidates->settled);
    *candidates = (struct ambit_candidates){0};
}

double ambit_reduced_cost(const struct ambit_problem *problem, const double *price, int32_t i,
                          int32_t j, int64_t travel)
{
    const int rules = problem->rule_count;
    const double *const p = &price[(size_t)j * (size_t)rules];
    double cost = (double)travel;
    for (int r = 0; r < rules; r++)
        cost +=
            p[r] * ((double)problem->base[r][i] + problem->rule[r].travel_weight * (double)travel);
    return cost + (double)ambit_disruption_of(problem, i, j);
}

/* A sorted list of the least few; ties to the one that came first. */
struct least_few {
    double key[AMBIT_CANDIDATE_MAX + SPARE];
    int32_t territory[AMBIT_CANDIDATE_MAX + SPARE];
};

/* Takes one more into a list of `count`, of which no more than `room` are kept; returns how many
 * there are then. */
static int offer(struct least_few *list, int count, int room, double key, int32_t territory)
{
    AMBIT_REQUIRE(0 <= count && count <= room && 1 <= room && room <= AMBIT_CANDIDATE_MAX + SPARE);
    if (count == room && !(key < list->key[room - 1])) return count;
    int at = count < room ? count++ : room - 1;
    for (; at > 0 && list->key[at - 1] > key; at--) {
        list->key[at] = list->key[at - 1];
        list->territory[at] = list->territory[at - 1];
    }
    list->key[at] = key;
    list->territory[at] = territory;
    return count;
}

struct entry {
    double cost;
    int64_t travel;
    int32_t territory;
};

struct filling {
    const struct ambit_problem *problem;
    const struct ambit_candidate_wish *wish;
    struct ambit_shortlists lists;
    struct entry *entry;               /* owned; RUNS_AT_ONCE × RUN × AMBIT_CANDIDATE_MAX */
    struct ambit_shortlist_scan *scan; /* owned; a thread each */
    int threads;
};

static void insert_exact(const struct filling *filling, int32_t i, int32_t j, struct entry *entry,
                         int *count)
{
    struct entry next = {.territory = j};
    next.travel = ambit_travel_of(filling->problem->scenario, filling->problem->accounts, i,
                                  filling->problem->territories->item[j].position);
    next.cost = ambit_reduced_cost(filling->problem, filling->lists.price, i, j, next.travel);
    int at = (*count)++;
    for (; at > 0 && (entry[at - 1].cost > next.cost ||
                      (entry[at - 1].cost == next.cost && entry[at - 1].territory > j));
         at--)
        entry[at] = entry[at - 1];
    entry[at] = next;
}

/* Those of the list within the margin of the least, cheapest first; returns how many. */
static int choose_cheap(const struct filling *filling, int32_t i, const int32_t *list,
                        int32_t listed, struct ambit_shortlist_scan *scan, struct entry *entry)
{
    const struct ambit_candidate_wish *const wish = filling->wish;
    const int64_t visits = filling->problem->accounts->visits[i];
    const double margin =
        wish->margin * (double)(visits > AMBIT_VISITS_MIN ? visits : AMBIT_VISITS_MIN);
    struct least_few cheap = {{0}, {0}};
    const double most = ambit_shortlist_bounds(scan, i, list, listed) + margin;
    int found = 0, count = 0, kept = 0;
    for (int32_t n = 0; n < listed; n++) {
        const double low = scan->bound[2 * n], high = scan->bound[2 * n + 1];
        if (low <= most)
            found = offer(&cheap, found, wish->cheap + SPARE, 0.5 * (low + high), list[n]);
    }
    struct entry exact[AMBIT_CANDIDATE_MAX + SPARE] = {{0}};
    for (int c = 0; c < found; c++)
        insert_exact(filling, i, cheap.territory[c], exact, &count);
    while (kept < count && kept < wish->cheap && exact[kept].cost <= exact[0].cost + margin) {
        entry[kept] = exact[kept];
        kept++;
    }
    return kept;
}

static bool is_listed(const struct entry *entry, int count, int32_t territory)
{
    for (int c = 0; c < count; c++) {
        if (entry[c].territory == territory) return true;
    }
    return false;
}

static int add_near(const struct filling *filling, int32_t i, const int32_t *list, int32_t listed,
                    struct entry *entry, int count)
{
    const int room = filling->wish->near;
    struct least_few near = {{0}, {0}};
    int found = 0;
    for (int32_t n = 0; n < listed; n++)
        found =
            offer(&near, found, room, ambit_shortlist_chord2(&filling->lists, i, list[n]), list[n]);
    for (int k = 0; k < found && count < room; k++) {
        const int32_t j = near.territory[k];
        if (is_listed(entry, count, j)) continue;
        entry[count] = (struct entry){.territory = j};
        entry[count++].travel =
            ambit_travel_of(filling->problem->scenario, filling->problem->accounts, i,
                            filling->problem->territories->item[j].position);
    }
    return count;
}

/* A run of accounts into entry[(i − begin) × AMBIT_CANDIDATE_MAX]. */
static void choose_run(const struct filling *filling, int32_t begin, int32_t end,
                       struct ambit_shortlist_scan *scan, struct entry *entries,
                       uint8_t *listed_out)
{
    ambit_shortlist_scan_begin(scan, begin, end);
    for (int32_t i = begin; i < end; i++) {
        struct entry *const entry = &entries[(size_t)(i - begin) * AMBIT_CANDIDATE_MAX];
        const int32_t *list = NULL;
        const int32_t listed = ambit_shortlist_scan_next(scan, i, &list);
        int count = choose_cheap(filling, i, list, listed, scan, entry);
        if (filling->wish->near > 0) count = add_near(filling, i, list, listed, entry, count);
        AMBIT_REQUIRE(count >= 1 && count <= AMBIT_CANDIDATE_MAX);
        listed_out[i] = (uint8_t)count;
    }
}

/* ---- from the runs to the lists ---- */

/* Entries are most of what a job holds, so a territory takes no more of each than it must. */
static int bits_of(int32_t territories)
{
    int bits = 1;
    while ((territories - 1) >> bits > 0)
        bits++;
    return bits;
}

static int64_t room_for(int64_t entries)
{
    return entries + entries / 32 + 1024;
}

static ambit_status make_room(struct ambit_candidates *candidates, int64_t entries)
{
    ambit_status status = AMBIT_OK;
    if (entries <= candidates->room) return AMBIT_OK;
    const int64_t room = room_for(entries);
    AMBIT_TRY(ambit_resize(&candidates->entry, (size_t)room, sizeof *candidates->entry));
    candidates->room = room;
done:
    return status;
}

/* Gives back what is empty where entries have become far fewer: they are fewest when groups are
 * improved, which takes more than all before. */
static ambit_status give_back(struct ambit_candidates *candidates)
{
    ambit_status status = AMBIT_OK;
    const int64_t room = room_for(candidates->entries);
    if (room >= candidates->room - candidates->room / SPARE_PART) return AMBIT_OK;
    AMBIT_TRY(ambit_resize(&candidates->entry, (size_t)room, sizeof *candidates->entry));
    candidates->room = room;
done:
    return status;
}

/* Where the entries of each block of [begin, end) go. */
static void number_entries(struct ambit_candidates *candidates, int32_t begin, int32_t end)
{
    for (int32_t block = begin; block < end; block += BLOCK) {
        uint16_t offset = 0;
        candidates->first[block / BLOCK] = candidates->entries;
        for (int32_t i = block; i < block + BLOCK && i < end; i++) {
            candidates->offset[i] = offset;
            offset = (uint16_t)(offset + candidates->listed[i]);
        }
        candidates->entries += offset;
    }
}

static ambit_status copy_entries(const struct filling *filling, int32_t begin, int32_t end,
                                 struct ambit_candidates *candidates)
{
    const int bits = candidates->territory_bits;
    const int64_t most = (int64_t)(UINT64_MAX >> bits);
    int64_t farthest = 0;
#pragma omp parallel for schedule(static) num_threads(filling->threads) reduction(max : farthest)
    for (int32_t i = begin; i < end; i++) {
        const struct entry *const entry =
            &filling->entry[(size_t)(i - begin) * AMBIT_CANDIDATE_MAX];
        const int64_t first = ambit_candidates_first(candidates, i);
        for (int c = 0; c < candidates->listed[i]; c++) {
            candidates->entry[first + c] =
                (uint64_t)entry[c].travel << bits | (uint64_t)entry[c].territory;
            if (entry[c].travel > farthest) farthest = entry[c].travel;
        }
    }
    if (farthest <= most) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s: expected no account to travel more than %.3g hours a year where there "
                      "are %d territories, found one of %.3g; give fewer visits, or shorter drives "
                      "in travel.minutes",
                      filling->problem->scenario->path, ambit_from_micro(most),
                      (int)filling->problem->territories->count, ambit_from_micro(farthest));
}

/* Sums of the accounts that have one candidate, which no prices near these can take elsewhere. What
 * never should leave and must is counted without the price of never: it is the same everywhere, and
 * many of them could not be added up. */
static void sum_settled(const struct ambit_problem *problem, struct ambit_candidates *candidates)
{
    const int rules = problem->rule_count;
    for (int32_t i = 0; i < candidates->count; i++) {
        if (candidates->listed[i] != 1) continue;
        const int64_t first = ambit_candidates_first(candidates, i);
        const int32_t j = ambit_candidate_territory(candidates, first);
        const int64_t travel = ambit_candidate_travel(candidates, first);
        int64_t *const sum = &candidates->settled[(int64_t)j * (1 + rules)];
        sum[0] += travel + ambit_disruption_of(problem, i, j) % AMBIT_LEAVE_NEVER;
        for (int r = 0; r < rules; r++)
            sum[1 + r] += ambit_rule_load(problem, r, i, travel);
    }
}

static void close_filling(struct filling *filling)
{
    ambit_shortlists_clear(&filling->lists);
    ambit_free(&filling->entry);
    for (int t = 0; filling->scan != NULL && t < filling->threads; t++)
        ambit_shortlist_scan_clear(&filling->scan[t]);
    ambit_free(&filling->scan);
}

static ambit_status open_filling(const struct ambit_problem *problem, const double *price,
                                 struct filling *filling)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_shortlist_wish wish = {filling->wish->margin, filling->wish->near};
    const int32_t accounts = problem->accounts->count;
    const size_t at_once = (size_t)(accounts < RUNS_AT_ONCE * RUN ? accounts : RUNS_AT_ONCE * RUN);
    AMBIT_TRY(ambit_shortlists_create(problem, price, &filling->lists));
    AMBIT_TRY(ambit_alloc(&filling->entry, at_once * AMBIT_CANDIDATE_MAX, sizeof *filling->entry));
    AMBIT_TRY(ambit_alloc(&filling->scan, (size_t)filling->threads, sizeof *filling->scan));
    for (int t = 0; t < filling->threads; t++)
        AMBIT_TRY(ambit_shortlist_scan_create(&filling->lists, &wish, &filling->scan[t]));
done:
    return status;
}

static ambit_status open_lists(const struct ambit_problem *problem,
                               struct ambit_candidates *candidates)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)problem->accounts->count, blocks = (n + BLOCK - 1) / BLOCK;
    const size_t sums = (size_t)problem->territories->count * (size_t)(1 + problem->rule_count);
    if (candidates->settled == NULL) {
        AMBIT_TRY(ambit_alloc(&candidates->first, blocks, sizeof *candidates->first));
        AMBIT_TRY(ambit_alloc(&candidates->offset, n, sizeof *candidates->offset));
        AMBIT_TRY(ambit_alloc(&candidates->listed, n, sizeof *candidates->listed));
        AMBIT_TRY(ambit_alloc(&candidates->settled, sums, sizeof *candidates->settled));
    }
    candidates->count = (int32_t)n;
    candidates->territory_bits = bits_of(problem->territories->count);
    candidates->entries = 0;
    memset(candidates->settled, 0, sums * sizeof *candidates->settled);
done:
    return status;
}

ambit_status ambit_candidates_fill(const struct ambit_problem *problem, const double *price,
                                   const struct ambit_candidate_wish *wish,
                                   struct ambit_candidates *candidates)
{
    ambit_status status = AMBIT_OK;
    struct filling filling = {.problem = problem, .wish = wish, .threads = omp_get_max_threads()};
    const int32_t count = problem->accounts->count;
    AMBIT_REQUIRE(wish->cheap >= 1 && wish->cheap <= AMBIT_CANDIDATE_MAX);
    AMBIT_REQUIRE(wish->near <= AMBIT_CANDIDATE_MAX);
    AMBIT_TRY(open_filling(problem, price, &filling));
    AMBIT_TRY(open_lists(problem, candidates));
    for (int32_t begin = 0; begin < count;) {
        const int32_t end = count - begin > RUNS_AT_ONCE * RUN ? begin + RUNS_AT_ONCE * RUN : count;
#pragma omp parallel for schedule(dynamic, 1) num_threads(filling.threads)
        for (int32_t run = begin; run < end; run += RUN)
            choose_run(&filling, run, run + RUN < end ? run + RUN : end,
                       &filling.scan[omp_get_thread_num()],
                       &filling.entry[(size_t)(run - begin) * AMBIT_CANDIDATE_MAX],
                       candidates->listed);
        number_entries(candidates, begin, end);
        AMBIT_TRY(make_room(candidates, candidates->entries));
        AMBIT_TRY(copy_entries(&filling, begin, end, candidates));
        begin = end;
    }
    AMBIT_TRY(give_back(candidates));
    sum_settled(problem, candidates);
done:
    close_filling(&filling);
    if (status != AMBIT_OK) ambit_candidates_clear(candidates);
    return status;
}
