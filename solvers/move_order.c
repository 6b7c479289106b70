/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One heap of all moves, keyed by what a move would do to the deviation when it was last looked at,
 * and looked at again when it comes to the top and a load of its territories has changed since
 * (lazy greedy, after Minoux 1978). A move that raises the deviation can only become good when one
 * of its two territories changes: pairs of territories (from, to) that have changed are remembered,
 * and their moves are looked at together, when nothing good is left, or now and then when what is
 * left is merely harmless, so often that a look costs each move made a few others.
 *
 * Of moves that neither mend nor break anything those come first that leave both territories well
 * inside their limits, or no nearer to them than the plan goes in the end: territories that are
 * filled to the brim on the way leave no room for the moves behind.
 *
 * Where no single move takes anything off the deviation, a chain is tried from each territory that
 * is outside: the best move there, then the one that mends most of what the chain has broken, and
 * so on. Where every move raises the deviation, chains are begun with the best few moves. Where no
 * short chain does it, moves are added where something is worse than before, until the deviation is
 * down again, as one step.
 *
 * Weakness: between two looks a move that has become better waits, so the order is greedy but for
 * that; and a short chain may exist that the greedy one misses, which makes a step larger than it
 * need be, never wrong.
 */
#include "solvers/move_order.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHAIN_MAX = 12,       /* accounts of a step that is sought as a chain */
    SEED_COUNT = 8,       /* moves that a chain is begun with */
    WORK_MOST = 512,      /* looks that chains which mend may cost for each move that was made */
    SCAN_MAX = 64,        /* moves of a pair of territories that a chain looks at */
    LOOK_EVERY = 8,       /* moves that are looked at again for each that was made */
    LONG_STEPS_MAX = 1000 /* steps that no chain has made; then what is left is one step */
};
#define TOLERANCE 1e-9 /* of a limit: what rounding to doubles may do, as the judge has it */
#define INNER_PART 0.5 /* of half a band: how far from its limits harmless moves stay at first */
#define ONE_SIDED 0.05 /* of the target: what stands for half a band that has one limit */
#define CELL_MAX                                                                                   \
    1000.0 /* targets that one band of a territory may be outside and be told apart                \
            */

/* Moves from one territory to another, slot[begin … begin + count). */
struct pair {
    int32_t from, to;
    int32_t begin, count;
    bool touched;
};

struct sorter {
    struct ambit_move_nation *nation;
    int64_t deviation;              /* of all territories, as loads are */
    int64_t *own, *crowd;           /* owned; of each territory: from its limits, the inner ones */
    int64_t *start;                 /* owned; its own at the start of a long step */
    double *inner_low, *inner_high; /* owned; limits as in the nation, but nearer to the middle */
    int32_t *changed; /* owned; the number of changes at which its load last changed */
    int32_t changes;

    int32_t *heap, *place; /* owned; moves by key, and where each is, −1 when made */
    int32_t heap_count;
    int64_t *rise;     /* owned; what each would add to the deviation */
    int64_t *crowding; /* owned; what a harmless one would add beyond inner limits; ≥ 0 */
    int32_t *seen;     /* owned; the number of changes when that was found */

    struct pair *pair; /* owned; by from, to */
    int32_t pair_count;
    int32_t *slot, *pair_of, *slot_of; /* owned; moves by pair, and back */
    int32_t *of_territory, *of_first; /* owned; pairs by territory: [of_first[j] … of_first[j+1]) */
    int32_t *touched;                 /* owned; pairs with a changed territory */
    int32_t touched_count;
    int64_t touched_moves, made_since; /* moves of those pairs; moves made since the last look */

    struct ambit_ordered_move *item; /* the order so far */
    int32_t item_count, step_count, long_steps;
    int64_t work; /* looks of chains so far */
    bool ends_worse;
};

/* ---- deviations ---- */

/* The value of band b where a territory has these loads. */
static double value_of(const struct ambit_move_nation *n, int b, const int64_t *load)
{
    const double value = ambit_from_micro(load[n->band[b].measure]);
    if (n->band[b].share_of < 0) return value;
    const double whole = ambit_from_micro(load[n->band[b].share_of]);
    return whole != 0.0 ? value / whole : 0.0;
}

static int64_t cell_deviation(const struct ambit_move_nation *n, const double *low,
                              const double *high, int32_t j, int b, const int64_t *load)
{
    const size_t at = (size_t)j * (size_t)n->band_count + (size_t)b;
    const double value = value_of(n, b, load);
    const double outside = fmax(fmax(low[at] - value, value - high[at]), 0.0);
    if (!(outside > TOLERANCE * fmax(fabs(value), 1.0))) return 0;
    const double part = outside / n->target[at];
    return part < CELL_MAX ? 1 + (int64_t)(part * (double)AMBIT_DEVIATION_ONE)
                           : (int64_t)CELL_MAX * AMBIT_DEVIATION_ONE;
}

static int64_t territory_deviation(const struct ambit_move_nation *n, int32_t j,
                                   const int64_t *load)
{
    int64_t sum = 0;
    for (int b = 0; b < n->band_count; b++)
        sum += cell_deviation(n, n->low, n->high, j, b, load);
    return sum;
}

/* What is beyond the inner limits. */
static int64_t crowding_of(const struct sorter *s, int32_t j, const int64_t *load)
{
    int64_t sum = 0;
    for (int b = 0; b < s->nation->band_count; b++)
        sum += cell_deviation(s->nation, s->inner_low, s->inner_high, j, b, load);
    return sum;
}

int64_t ambit_move_deviation(const struct ambit_move_nation *nation)
{
    int64_t sum = 0;
    for (int32_t j = 0; j < nation->territory_count; j++)
        sum += territory_deviation(nation, j,
                                   &nation->load[(size_t)j * (size_t)nation->measure_count]);
    return sum;
}

/* What move m would add to the deviation; where that is nothing, in *crowding_out (may be NULL)
 * what it would add beyond the inner limits, at least 0. */
static int64_t rise_of(const struct sorter *s, int32_t m, int64_t *crowding_out)
{
    const struct ambit_move_nation *const n = s->nation;
    const int measures = n->measure_count;
    const int32_t from = n->move[m].from, to = n->move[m].to;
    const int64_t *const taken = &n->taken[(size_t)m * (size_t)measures];
    const int64_t *const given = &n->given[(size_t)m * (size_t)measures];
    int64_t left[AMBIT_MEASURE_MAX], come[AMBIT_MEASURE_MAX];
    for (int k = 0; k < measures; k++) {
        left[k] = n->load[(size_t)from * (size_t)measures + (size_t)k] - taken[k];
        come[k] = n->load[(size_t)to * (size_t)measures + (size_t)k] + given[k];
    }
    const int64_t rise = territory_deviation(n, from, left) + territory_deviation(n, to, come) -
                         s->own[from] - s->own[to];
    if (crowding_out != NULL) {
        const int64_t crowding = rise != 0 ? 0
                                           : crowding_of(s, from, left) + crowding_of(s, to, come) -
                                                 s->crowd[from] - s->crowd[to];
        *crowding_out = crowding > 0 ? crowding : 0;
    }
    return rise;
}

/* Makes move m, or takes it back, in loads and deviations. */
static void apply(struct sorter *s, int32_t m, bool back)
{
    struct ambit_move_nation *const n = s->nation;
    const size_t measures = (size_t)n->measure_count;
    const int32_t from = n->move[m].from, to = n->move[m].to;
    int64_t *const left = &n->load[(size_t)from * measures];
    int64_t *const come = &n->load[(size_t)to * measures];
    for (size_t k = 0; k < measures; k++) {
        const int64_t taken = n->taken[(size_t)m * measures + k];
        const int64_t given = n->given[(size_t)m * measures + k];
        left[k] += back ? taken : -taken;
        come[k] += back ? -given : given;
    }
    s->deviation -= s->own[from] + s->own[to];
    s->own[from] = territory_deviation(n, from, left);
    s->own[to] = territory_deviation(n, to, come);
    s->crowd[from] = crowding_of(s, from, left);
    s->crowd[to] = crowding_of(s, to, come);
    s->deviation += s->own[from] + s->own[to];
}

/* ---- the heap ---- */

static bool goes_before(const struct sorter *s, int32_t a, int32_t b)
{
    const struct ambit_move *const move = s->nation->move;
    if (s->rise[a] != s->rise[b]) return s->rise[a] < s->rise[b];
    if (s->crowding[a] != s->crowding[b]) return s->crowding[a] < s->crowding[b];
    if (move[a].saving != move[b].saving) return move[a].saving > move[b].saving;
    return a < b;
}

static void put_at(struct sorter *s, int32_t at, int32_t m)
{
    s->heap[at] = m;
    s->place[m] = at;
}

static void sift_up(struct sorter *s, int32_t at)
{
    const int32_t m = s->heap[at];
    while (at > 0 && goes_before(s, m, s->heap[(at - 1) / 2])) {
        put_at(s, at, s->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    put_at(s, at, m);
}

static void sift_down(struct sorter *s, int32_t at)
{
    const int32_t m = s->heap[at];
    for (int32_t child; (child = 2 * at + 1) < s->heap_count; at = child) {
        if (child + 1 < s->heap_count && goes_before(s, s->heap[child + 1], s->heap[child]))
            child++;
        if (!goes_before(s, s->heap[child], m)) break;
        put_at(s, at, s->heap[child]);
    }
    put_at(s, at, m);
}

static void heap_remove(struct sorter *s, int32_t m)
{
    const int32_t at = s->place[m], last = s->heap[--s->heap_count];
    s->place[m] = -1;
    if (last == m) return;
    put_at(s, at, last);
    sift_up(s, at);
    sift_down(s, s->place[last]);
}

static void heap_add(struct sorter *s, int32_t m)
{
    put_at(s, s->heap_count++, m);
    sift_up(s, s->place[m]);
}

/* Looks at a move of the heap again. */
static void look_at(struct sorter *s, int32_t m)
{
    int64_t crowding = 0;
    const int64_t rise = rise_of(s, m, &crowding);
    s->seen[m] = s->changes;
    if (rise == s->rise[m] && crowding == s->crowding[m]) return;
    s->rise[m] = rise;
    s->crowding[m] = crowding;
    sift_up(s, s->place[m]);
    sift_down(s, s->place[m]);
}

static bool is_stale(const struct sorter *s, int32_t m)
{
    const struct ambit_move *const move = &s->nation->move[m];
    return s->seen[m] < s->changed[move->from] || s->seen[m] < s->changed[move->to];
}

/* ---- pairs of territories ---- */

static void touch(struct sorter *s, int32_t j)
{
    for (int32_t at = s->of_first[j]; at < s->of_first[j + 1]; at++) {
        struct pair *const pair = &s->pair[s->of_territory[at]];
        if (pair->touched || pair->count == 0) continue;
        pair->touched = true;
        s->touched[s->touched_count++] = s->of_territory[at];
        s->touched_moves += pair->count;
    }
}

/* Looks again at all moves that a change may have made better. */
static void look_around(struct sorter *s)
{
    for (int32_t t = 0; t < s->touched_count; t++) {
        struct pair *const pair = &s->pair[s->touched[t]];
        pair->touched = false;
        for (int32_t k = 0; k < pair->count; k++) {
            if (is_stale(s, s->slot[pair->begin + k])) look_at(s, s->slot[pair->begin + k]);
        }
    }
    s->touched_count = 0;
    s->touched_moves = s->made_since = 0;
}

/* Takes a move that has been made out of the heap and its pair. */
static void retire(struct sorter *s, int32_t m)
{
    struct pair *const pair = &s->pair[s->pair_of[m]];
    const int32_t last = s->slot[pair->begin + --pair->count];
    if (s->place[m] >= 0) heap_remove(s, m);
    s->slot[s->slot_of[m]] = last;
    s->slot_of[last] = s->slot_of[m];
    if (pair->touched) s->touched_moves--;
    s->made_since++;
    s->item[s->item_count++] = (struct ambit_ordered_move){.move = m, .step = s->step_count + 1};
}

/* The loads of move m's territories are others from here on. */
static void note_change(struct sorter *s, int32_t m)
{
    const struct ambit_move *const move = &s->nation->move[m];
    s->changed[move->from] = s->changed[move->to] = ++s->changes;
    touch(s, move->from);
    touch(s, move->to);
}

static void make(struct sorter *s, int32_t m)
{
    apply(s, m, false);
    retire(s, m);
    note_change(s, m);
}

static void end_step(struct sorter *s)
{
    s->step_count++;
    for (int32_t k = s->item_count; k > 0 && s->item[k - 1].step == s->step_count; k--)
        s->item[k - 1].deviation = s->deviation;
}

/* ---- steps of several ---- */

struct chain {
    int32_t move[CHAIN_MAX];
    int count;
    int64_t rise, saving; /* of the whole */
};

static bool is_in(const struct chain *chain, int32_t m)
{
    for (int k = 0; k < chain->count; k++) {
        if (chain->move[k] == m) return true;
    }
    return false;
}

static bool is_better_link(const struct sorter *s, int32_t m, int64_t rise, int32_t than,
                           int64_t its_rise)
{
    const struct ambit_move *const move = s->nation->move;
    if (rise != its_rise) return rise < its_rise;
    if (move[m].saving != move[than].saving) return move[m].saving > move[than].saving;
    return m < than;
}

/* The move at territory j that adds least to the deviation with the chain made; −1 where there is
 * none, else at most *rise_inout. */
static int32_t best_link(struct sorter *s, const struct chain *chain, int32_t j, int32_t best,
                         int64_t *rise_inout)
{
    for (int32_t at = s->of_first[j]; at < s->of_first[j + 1]; at++) {
        const struct pair *const pair = &s->pair[s->of_territory[at]];
        const int32_t count = pair->count < SCAN_MAX ? pair->count : SCAN_MAX;
        for (int32_t k = 0; k < count; k++) {
            const int32_t m = s->slot[pair->begin + k];
            if (is_in(chain, m)) continue;
            const int64_t rise = rise_of(s, m, NULL);
            s->work++;
            if (best >= 0 && !is_better_link(s, m, rise, best, *rise_inout)) continue;
            best = m;
            *rise_inout = rise;
        }
    }
    return best;
}

static void add_link(struct sorter *s, struct chain *chain, int32_t m, int64_t rise)
{
    apply(s, m, false);
    chain->move[chain->count++] = m;
    chain->rise += rise;
    chain->saving += s->nation->move[m].saving;
}

/* A chain from move `seed` on that adds at most `most`; all is taken back. False where there is
 * none. */
static bool find_chain(struct sorter *s, int32_t seed, int64_t most, struct chain *chain)
{
    *chain = (struct chain){0};
    add_link(s, chain, seed, rise_of(s, seed, NULL));
    while (chain->rise > most && chain->count < CHAIN_MAX) {
        int32_t best = -1;
        int64_t rise = 0;
        for (int k = 0; k < chain->count; k++) {
            const struct ambit_move *const move = &s->nation->move[chain->move[k]];
            best = best_link(s, chain, move->from, best, &rise);
            best = best_link(s, chain, move->to, best, &rise);
        }
        if (best < 0) break;
        add_link(s, chain, best, rise);
    }
    for (int k = chain->count; k > 0; k--)
        apply(s, chain->move[k - 1], true);
    return chain->rise <= most;
}

static bool is_better(const struct chain *a, const struct chain *b)
{
    if (b->count == 0 || a->count != b->count) return b->count == 0 || a->count < b->count;
    if (a->rise != b->rise) return a->rise < b->rise;
    return a->saving > b->saving;
}

/* The best chain from the moves on top of the heap, made; false where there is none. */
static bool step_by_chain(struct sorter *s)
{
    struct chain best = {0}, chain;
    int32_t seed[SEED_COUNT];
    int seeds = 0;
    while (seeds < SEED_COUNT && s->heap_count > 0) {
        seed[seeds++] = s->heap[0];
        heap_remove(s, s->heap[0]);
    }
    for (int k = 0; k < seeds; k++)
        heap_add(s, seed[k]);
    for (int k = 0; k < seeds && best.count != 2; k++) {
        if (find_chain(s, seed[k], 0, &chain) && is_better(&chain, &best)) best = chain;
    }
    for (int k = 0; k < best.count; k++)
        make(s, best.move[k]);
    return best.count > 0;
}

/* The top of the heap after looking at it again, and around it now and then; where it raises the
 * deviation and that matters, after looking around in any case. */
static int32_t find_next(struct sorter *s, bool rise_matters)
{
    for (;;) {
        const int32_t top = s->heap[0];
        const bool is_due = s->made_since * LOOK_EVERY >= s->touched_moves;
        if (is_stale(s, top)) {
            look_at(s, top);
        } else if (s->touched_count > 0 && s->rise[top] >= 0 &&
                   (is_due || (rise_matters && s->rise[top] > 0))) {
            look_around(s);
        } else {
            return top;
        }
    }
}

/* The move that mends most of what is worse than at the start of the step. */
static int32_t find_mend(struct sorter *s)
{
    static const struct chain none = {0};
    int32_t best = -1;
    int64_t rise = 0;
    for (int32_t j = 0; j < s->nation->territory_count; j++) {
        if (s->own[j] > s->start[j]) best = best_link(s, &none, j, best, &rise);
    }
    return best >= 0 ? best : find_next(s, false);
}

/* Moves, the best first, until the deviation is no larger than it was. */
static void step_by_many(struct sorter *s)
{
    const int64_t before = s->deviation;
    const bool all = ++s->long_steps > LONG_STEPS_MAX;
    memcpy(s->start, s->own, (size_t)s->nation->territory_count * sizeof *s->start);
    do {
        make(s, all ? s->heap[0] : find_mend(s));
    } while (s->heap_count > 0 && (all || s->deviation > before));
    s->ends_worse = s->deviation > before;
}

/* Where no single move takes anything off the deviation: a chain from a territory outside its bands
 * that does, made. */
static bool step_by_mending(struct sorter *s)
{
    static const struct chain none = {0};
    struct chain best = {0}, chain;
    for (int32_t j = 0; j < s->nation->territory_count; j++) {
        int64_t rise = 0;
        if (s->own[j] == 0) continue;
        const int32_t seed = best_link(s, &none, j, -1, &rise);
        if (seed < 0 || !find_chain(s, seed, -1, &chain)) continue;
        if (best.count == 0 || chain.rise * best.count < best.rise * chain.count) best = chain;
    }
    for (int k = 0; k < best.count; k++)
        make(s, best.move[k]);
    return best.count > 0;
}

static void make_all(struct sorter *s)
{
    while (s->heap_count > 0) {
        const int32_t next = find_next(s, true);
        const bool may_mend =
            s->deviation > 0 && s->rise[next] >= 0 && s->work <= (int64_t)WORK_MOST * s->item_count;
        if (!may_mend || !step_by_mending(s)) {
            if (s->rise[next] <= 0)
                make(s, next);
            else if (!step_by_chain(s))
                step_by_many(s);
        }
        end_step(s);
    }
}

/* ---- to begin with ---- */

struct key {
    int32_t from, to, move;
};

static int compare_keys(const void *left, const void *right)
{
    const struct key *const a = left, *const b = right;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    if (a->to != b->to) return a->to < b->to ? -1 : 1;
    return a->move < b->move ? -1 : a->move > b->move;
}

static ambit_status sort_pairs(struct sorter *s)
{
    ambit_status status = AMBIT_OK;
    const int32_t count = s->nation->move_count;
    struct key *key = NULL;
    AMBIT_TRY(ambit_alloc(&key, (size_t)count, sizeof *key));
    for (int32_t m = 0; m < count; m++)
        key[m] = (struct key){s->nation->move[m].from, s->nation->move[m].to, m};
    if (count > 0) qsort(key, (size_t)count, sizeof *key, compare_keys);
    for (int32_t k = 0; k < count; k++)
        s->pair_count += k == 0 || key[k].from != key[k - 1].from || key[k].to != key[k - 1].to;
    AMBIT_TRY(ambit_alloc(&s->pair, (size_t)s->pair_count, sizeof *s->pair));
    for (int32_t k = 0, p = -1; k < count; k++) {
        if (k == 0 || key[k].from != key[k - 1].from || key[k].to != key[k - 1].to)
            s->pair[++p] = (struct pair){.from = key[k].from, .to = key[k].to, .begin = k};
        s->pair[p].count++;
        s->slot[k] = key[k].move;
        s->slot_of[key[k].move] = k;
        s->pair_of[key[k].move] = p;
    }
done:
    ambit_free(&key);
    return status;
}

/* The pairs of each territory, by index. */
static ambit_status index_territories(struct sorter *s)
{
    ambit_status status = AMBIT_OK;
    const int32_t territories = s->nation->territory_count;
    AMBIT_TRY(ambit_alloc(&s->of_first, (size_t)territories + 2, sizeof *s->of_first));
    AMBIT_TRY(ambit_alloc(&s->of_territory, 2 * (size_t)s->pair_count, sizeof *s->of_territory));
    AMBIT_TRY(ambit_alloc(&s->touched, (size_t)s->pair_count, sizeof *s->touched));
    for (int32_t p = 0; p < s->pair_count; p++) {
        s->of_first[s->pair[p].from + 2]++;
        s->of_first[s->pair[p].to + 2]++;
    }
    for (int32_t j = 0; j < territories; j++)
        s->of_first[j + 2] += s->of_first[j + 1];
    for (int32_t p = 0; p < s->pair_count; p++) {
        s->of_territory[s->of_first[s->pair[p].from + 1]++] = p;
        s->of_territory[s->of_first[s->pair[p].to + 1]++] = p;
    }
done:
    return status;
}

static ambit_status allocate(struct sorter *s)
{
    ambit_status status = AMBIT_OK;
    const size_t moves = (size_t)s->nation->move_count;
    const size_t territories = (size_t)s->nation->territory_count;
    const size_t cells = territories * (size_t)s->nation->band_count;
    AMBIT_TRY(ambit_alloc(&s->own, territories, sizeof *s->own));
    AMBIT_TRY(ambit_alloc(&s->crowd, territories, sizeof *s->crowd));
    AMBIT_TRY(ambit_alloc(&s->start, territories, sizeof *s->start));
    AMBIT_TRY(ambit_alloc(&s->inner_low, cells, sizeof *s->inner_low));
    AMBIT_TRY(ambit_alloc(&s->inner_high, cells, sizeof *s->inner_high));
    AMBIT_TRY(ambit_alloc(&s->changed, territories, sizeof *s->changed));
    AMBIT_TRY(ambit_alloc(&s->crowding, moves, sizeof *s->crowding));
    AMBIT_TRY(ambit_alloc(&s->heap, moves, sizeof *s->heap));
    AMBIT_TRY(ambit_alloc(&s->place, moves, sizeof *s->place));
    AMBIT_TRY(ambit_alloc(&s->rise, moves, sizeof *s->rise));
    AMBIT_TRY(ambit_alloc(&s->seen, moves, sizeof *s->seen));
    AMBIT_TRY(ambit_alloc(&s->slot, moves, sizeof *s->slot));
    AMBIT_TRY(ambit_alloc(&s->slot_of, moves, sizeof *s->slot_of));
    AMBIT_TRY(ambit_alloc(&s->pair_of, moves, sizeof *s->pair_of));
    AMBIT_TRY(ambit_alloc(&s->item, moves, sizeof *s->item));
done:
    return status;
}

/* Limits nearer to the middle, but no nearer than the plan is in the end, whose loads are `end`. */
static void set_inner_limits(struct sorter *s, const int64_t *end)
{
    const struct ambit_move_nation *const n = s->nation;
    for (int32_t j = 0; j < n->territory_count; j++) {
        for (int b = 0; b < n->band_count; b++) {
            const size_t at = (size_t)j * (size_t)n->band_count + (size_t)b;
            const double value = value_of(n, b, &end[(size_t)j * (size_t)n->measure_count]);
            const bool both = isfinite(n->low[at]) && isfinite(n->high[at]);
            const double inward =
                INNER_PART * (both ? 0.5 * (n->high[at] - n->low[at]) : ONE_SIDED * n->target[at]);
            s->inner_low[at] = fmin(n->low[at] + inward, value);
            s->inner_high[at] = fmax(n->high[at] - inward, value);
        }
    }
}

static ambit_status find_inner_limits(struct sorter *s)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_move_nation *const n = s->nation;
    const size_t measures = (size_t)n->measure_count;
    const size_t cells = (size_t)n->territory_count * measures;
    int64_t *end = NULL;
    AMBIT_TRY(ambit_alloc(&end, cells, sizeof *end));
    if (cells > 0) memcpy(end, n->load, cells * sizeof *end);
    for (size_t m = 0; m < (size_t)n->move_count; m++) {
        for (size_t k = 0; k < measures; k++) {
            end[(size_t)n->move[m].from * measures + k] -= n->taken[m * measures + k];
            end[(size_t)n->move[m].to * measures + k] += n->given[m * measures + k];
        }
    }
    set_inner_limits(s, end);
done:
    ambit_free(&end);
    return status;
}

static void fill_heap(struct sorter *s)
{
    const struct ambit_move_nation *const n = s->nation;
    for (int32_t j = 0; j < n->territory_count; j++) {
        const int64_t *const load = &n->load[(size_t)j * (size_t)n->measure_count];
        s->own[j] = territory_deviation(n, j, load);
        s->crowd[j] = crowding_of(s, j, load);
        s->deviation += s->own[j];
    }
    for (int32_t m = 0; m < n->move_count; m++) {
        s->rise[m] = rise_of(s, m, &s->crowding[m]);
        heap_add(s, m);
    }
}

static void clear_sorter(struct sorter *s)
{
    ambit_free(&s->own);
    ambit_free(&s->crowd);
    ambit_free(&s->start);
    ambit_free(&s->inner_low);
    ambit_free(&s->inner_high);
    ambit_free(&s->crowding);
    ambit_free(&s->changed);
    ambit_free(&s->heap);
    ambit_free(&s->place);
    ambit_free(&s->rise);
    ambit_free(&s->seen);
    ambit_free(&s->pair);
    ambit_free(&s->slot);
    ambit_free(&s->slot_of);
    ambit_free(&s->pair_of);
    ambit_free(&s->of_first);
    ambit_free(&s->of_territory);
    ambit_free(&s->touched);
    ambit_free(&s->item);
}

ambit_status ambit_move_order_create(struct ambit_move_nation *nation, struct ambit_move_order *out)
{
    ambit_status status = AMBIT_OK;
    struct sorter s = {.nation = nation};
    *out = (struct ambit_move_order){0};
    AMBIT_TRY(allocate(&s));
    AMBIT_TRY(sort_pairs(&s));
    AMBIT_TRY(index_territories(&s));
    AMBIT_TRY(find_inner_limits(&s));
    fill_heap(&s);
    out->deviation = s.deviation;
    make_all(&s);
    out->step_count = s.step_count;
    out->ends_worse = s.ends_worse;
    out->item = s.item;
    s.item = NULL;
done:
    clear_sorter(&s);
    return status;
}

void ambit_move_order_clear(struct ambit_move_order *order)
{
    ambit_free(&order->item);
    *order = (struct ambit_move_order){0};
}
