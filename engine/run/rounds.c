/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/rounds.h"
#include "engine/base/memory.h"
#include "engine/base/real.h"
#include "solvers/group_improve.h"
#include "solvers/grouping.h"

#include <math.h>
#include <string.h>

enum {
    GROUP_SIZE = 8,
    UNDECIDED_MAX = 20,
    NODE_MAX = 400,
    BORDER_MOST = 500,
    BORDER_LEAST = 100,
    BORDER_PART = 4,
    UNIT_CELLS = 4, /* of a budget that a unit may draw on; those of more territories stand still */
    DRAW_WORDS = sizeof(struct ambit_draw) / sizeof(int64_t)
};
#define REGRET_BINS 64

/* What a round knows of the plan; the same on every rank. */
struct round {
    struct ambit_job *job;
    const struct ambit_pricing *pricing;
    int rules, budgets;
    int draws_each, draws; /* of each account, on one budget and on all */
    bool detailed;         /* accounts have prices of their own for leaving, as units have */
    bool spends;           /* leaving costs what the scenario asks, and budgets nothing */
    int32_t territories, groups;
    int64_t *left; /* per cell of the budgets: what may still be drawn; below 0 where overdrawn */
    int64_t *load, total[AMBIT_RULE_MAX];
    double *low, *high, scale[AMBIT_RULE_MAX];
    int64_t *violation; /* per territory */
    int32_t *group;     /* of each territory, or −1 */
    int32_t *member;    /* index of each territory in its group */
};

/* What comes home: where an account goes. */
struct verdict {
    int64_t index;
    int32_t territory;
    int32_t unused;
};

static void round_clear(struct round *round)
{
    ambit_free(&round->left);
    ambit_free(&round->load);
    ambit_free(&round->low);
    ambit_free(&round->high);
    ambit_free(&round->violation);
    ambit_free(&round->group);
    ambit_free(&round->member);
}

static ambit_status round_allocate(struct round *round)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)round->territories, cells = n * (size_t)round->rules;
    AMBIT_TRY(ambit_alloc(&round->left, (size_t)ambit_budget_cells(&round->job->problem.budgets),
                          sizeof *round->left));
    AMBIT_TRY(ambit_alloc(&round->load, cells, sizeof *round->load));
    AMBIT_TRY(ambit_alloc(&round->low, cells, sizeof *round->low));
    AMBIT_TRY(ambit_alloc(&round->high, cells, sizeof *round->high));
    AMBIT_TRY(ambit_alloc(&round->violation, n, sizeof *round->violation));
    AMBIT_TRY(ambit_alloc(&round->group, n, sizeof *round->group));
    AMBIT_TRY(ambit_alloc(&round->member, n, sizeof *round->member));
done:
    return status;
}

static ambit_status round_begin(struct round *round, int64_t number, double guard)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *job = round->job;
    const struct ambit_budgets *const budgets = &job->problem.budgets;
    AMBIT_TRY(AMBIT_AGREE(job->comm, round_allocate(round)));
    AMBIT_TRY(ambit_job_loads(job, job->label, round->load, round->total, NULL, NULL));
    ambit_problem_sides(&job->problem, round->total, guard, round->low, round->high);
    for (int r = 0; r < round->rules; r++)
        round->scale[r] = ambit_prices_rule_scale(round->pricing->prices, r);
    for (int32_t j = 0; j < round->territories; j++) {
        round->violation[j] = 0;
        for (int r = 0; r < round->rules; r++) {
            const size_t at = (size_t)j * (size_t)round->rules + (size_t)r;
            round->violation[j] +=
                ambit_violation(round->load[at], round->low[at], round->high[at], round->scale[r]);
        }
    }
    AMBIT_TRY_TOGETHER(job->comm, ambit_grouping_make(&job->territories, round->violation,
                                                      GROUP_SIZE, job->options.seed, number,
                                                      round->group, &round->groups));
    ambit_budgets_add_spent(budgets, &job->accounts, job->label, round->left);
    ambit_comm_sum_i64(job->comm, round->left, ambit_budget_cells(budgets));
    for (int32_t c = 0; c < ambit_budget_cells(budgets); c++)
        round->left[c] = budgets->most[c] - round->left[c];
done:
    return status;
}

/* ---- which accounts travel ---- */

struct choice {
    double reduced;
    int32_t territory;
    int64_t travel;
};

/* The best choices of account i inside its group, itself first; returns how many. */
static int list_choices(const struct round *round, int32_t i, struct choice *choice_out)
{
    const struct ambit_problem *problem = &round->job->problem;
    const struct ambit_candidates *candidates = &round->pricing->candidates;
    const int32_t here = round->job->label[i], group = round->group[here];
    const int64_t travel = ambit_travel_of(problem->scenario, problem->accounts, i,
                                           problem->territories->item[here].position);
    int count = 1;
    choice_out[0] = (struct choice){
        ambit_reduced_cost(problem, round->pricing->acting, i, here, travel), here, travel};
    const int64_t first = ambit_candidates_first(candidates, i);
    for (int64_t at = first; at < first + candidates->listed[i] && group >= 0; at++) {
        const int32_t j = ambit_candidate_territory(candidates, at);
        if (j == here || round->group[j] != group) continue;
        if (round->detailed && ambit_disruption_of(problem, i, j) >= AMBIT_LEAVE_NEVER) continue;
        const int64_t there = ambit_candidate_travel(candidates, at);
        const struct choice next = {
            ambit_reduced_cost(problem, round->pricing->acting, i, j, there), j, there};
        if (count == AMBIT_CHOICE_MAX && next.reduced >= choice_out[count - 1].reduced) continue;
        int k = count < AMBIT_CHOICE_MAX ? count++ : count - 1;
        for (; k > 1 && choice_out[k - 1].reduced > next.reduced; k--)
            choice_out[k] = choice_out[k - 1];
        choice_out[k] = next;
    }
    return count;
}

static int regret_bin(const struct round *round, int32_t i, const struct choice *choice)
{
    const double visits = fmax((double)round->job->accounts.visits[i], 1e4);
    const double width = visits * ambit_prices_haul_hours(round->pricing->prices);
    const double regret = (choice[1].reduced - choice[0].reduced) / width;
    if (!(regret > 0x1p-12)) return 0;
    const int bin = 1 + (int)floor(4.0 * (ambit_log2(regret) + 12.0)); /* four bins an octave */
    return bin < REGRET_BINS ? bin : REGRET_BINS - 1;
}

/* Accounts that may travel: a part of a territory's, within bounds. */
static int64_t border_of(const struct round *round)
{
    const int64_t part = round->job->accounts.total / round->territories / BORDER_PART;
    const int64_t most = part < BORDER_MOST ? part : BORDER_MOST;
    return round->territories * (most > BORDER_LEAST ? most : BORDER_LEAST);
}

/* The last bin with which no more accounts travel than may. */
static int find_last_bin(struct round *round, const uint8_t *bin)
{
    int64_t histogram[REGRET_BINS + 1] = {0}, sum = 0;
    for (int32_t i = 0; i < round->job->accounts.count; i++)
        histogram[bin[i] < REGRET_BINS ? bin[i] : REGRET_BINS]++;
    ambit_comm_sum_i64(round->job->comm, histogram, REGRET_BINS);
    int last = 0;
    for (; last < REGRET_BINS; last++) {
        sum += histogram[last];
        if (sum > border_of(round)) break;
    }
    return last;
}

/* An account on a border as it travels to the rank that owns its group: a record of whole words, as
 * many as it needs, for all that travel stand side by side. */
struct traveller {
    int64_t index; /* canonical */
    int32_t group;
    int8_t choices;                   /* ≥ 2; choice 0 is where it is now */
    uint8_t moves;                    /* a bit a choice: the account changes hands there */
    uint8_t member[AMBIT_CHOICE_MAX]; /* index in the group */
    int64_t value[]; /* micro-units: loads by rule without travel, then travel by choice; where
                        leaving has a price of its own, that by choice, and draws on budgets */
};
_Static_assert(AMBIT_GROUPING_MAX <= UINT8_MAX, "a byte tells the members of a group apart");

static int64_t traveller_words(const struct round *round, int choices)
{
    const int64_t words =
        (int64_t)(sizeof(struct traveller) / sizeof(int64_t)) + round->rules + choices;
    return round->detailed ? words + choices + round->draws * DRAW_WORDS : words;
}

/* What a detailed record holds behind its travel. */
static const int64_t *leaves_of(const struct round *round, const struct traveller *traveller)
{
    return &traveller->value[round->rules + traveller->choices];
}

static const struct ambit_draw *draws_of(const struct round *round,
                                         const struct traveller *traveller)
{
    return (const struct ambit_draw *)(leaves_of(round, traveller) + traveller->choices);
}

static const struct traveller *traveller_at(const int64_t *words, int64_t at)
{
    return (const struct traveller *)&words[at];
}

/* The draw on `cell` among the UNIT_CELLS of a budget, taken where there is none yet; NULL where
 * there is no room. */
static struct ambit_draw *find_draw(struct ambit_draw *draws, int count, int64_t cell)
{
    for (int d = 0; d < count; d++) {
        if (draws[d].cell < 0) draws[d].cell = cell;
        if (draws[d].cell == cell) return &draws[d];
    }
    return NULL;
}

/* What account i draws on each budget, in each choice; false where its rows are of more territories
 * than there is room for. */
static bool fill_draws(const struct round *round, int32_t i, const struct choice *choice, int count,
                       struct ambit_draw *draws)
{
    const struct ambit_budgets *const budgets = &round->job->problem.budgets;
    const int each = round->draws_each;
    int32_t begin, end;
    const struct ambit_accounts *const rows =
        ambit_account_rows(&round->job->accounts, i, &begin, &end);
    for (int d = 0; d < round->draws; d++)
        draws[d] = (struct ambit_draw){.cell = -1};
    for (int32_t row = begin; row < end && round->draws > 0; row++) {
        for (int b = 0; b < budgets->terms->budget_count; b++) {
            const int32_t cell = ambit_budget_cell(budgets, rows, b, row);
            if (cell < 0) continue;
            struct ambit_draw *const draw = find_draw(&draws[b * each], each, cell);
            if (draw == NULL) return false;
            for (int c = 0; c < count; c++) {
                if (choice[c].territory != rows->previous[row])
                    draw->amount[c] += ambit_budget_amount(budgets->terms, rows, b, row);
            }
        }
    }
    return true;
}

/* The part of a record that only detailed prices of leaving need. */
static void fill_details(const struct round *round, int32_t i, const struct choice *choice,
                         int count, struct traveller *out)
{
    const struct ambit_job *job = round->job;
    int64_t *const leave = &out->value[round->rules + count];
    for (int c = 0; c < count; c++)
        leave[c] = round->spends ? ambit_leave_own_price(&job->scenario, &job->accounts, i,
                                                         choice[c].territory)
                                 : ambit_disruption_of(&job->problem, i, choice[c].territory);
    /* collect() has asked whether there is room. */
    (void)fill_draws(round, i, choice, count, (struct ambit_draw *)(leave + count));
}

static void fill_traveller(const struct round *round, int32_t i, const struct choice *choice,
                           int count, struct traveller *out)
{
    const struct ambit_job *job = round->job;
    *out = (struct traveller){.index = job->accounts.first + i,
                              .group = round->group[choice[0].territory],
                              .choices = (int8_t)count};
    for (int c = 0; c < count; c++) {
        out->member[c] = (uint8_t)round->member[choice[c].territory];
        if (ambit_moved_of(&job->accounts, i, choice[c].territory) > 0)
            out->moves |= (uint8_t)(1U << c);
        out->value[round->rules + c] = choice[c].travel;
    }
    for (int r = 0; r < round->rules; r++)
        out->value[r] = job->problem.base[r][i];
    if (round->detailed) fill_details(round, i, choice, count, out);
}

/* What the group's solvers see of it. */
static void unpack(const struct round *round, const struct traveller *from,
                   struct ambit_border_account *out)
{
    const struct ambit_problem *const problem = &round->job->problem;
    *out = (struct ambit_border_account){.index = from->index,
                                         .group = from->group,
                                         .choice_count = from->choices,
                                         .draw = round->detailed ? draws_of(round, from) : NULL};
    for (int c = 0; c < from->choices; c++) {
        const int64_t travel = from->value[round->rules + c];
        out->territory[c] = from->member[c];
        if (round->detailed)
            out->cost[c] = travel + leaves_of(round, from)[c];
        else
            out->cost[c] = travel + ((from->moves >> c & 1) != 0 ? problem->disruption : 0);
        for (int r = 0; r < round->rules; r++)
            out->load[c][r] = ambit_rule_sum(problem, r, from->value[r], travel);
    }
}

/* This rank's accounts on borders, ordered by the rank that owns their group; counts are of words.
 */
static ambit_status collect(struct round *round, int64_t **words_out, int64_t *counts_out)
{
    ambit_status status = AMBIT_OK;
    const int ranks = ambit_comm_size(round->job->comm);
    const int32_t accounts = round->job->accounts.count;
    struct choice choice[AMBIT_CHOICE_MAX];
    struct ambit_draw draws[UNIT_CELLS * AMBIT_BUDGET_MAX];
    uint8_t *bin = NULL, *choices = NULL;
    int64_t *words = NULL, count = 0, next = 0;
    AMBIT_TRY_TOGETHER(round->job->comm, ambit_alloc(&bin, (size_t)accounts, 1));
    AMBIT_TRY_TOGETHER(round->job->comm, ambit_alloc(&choices, (size_t)accounts, 1));
    for (int32_t i = 0; i < accounts; i++) {
        choices[i] = (uint8_t)list_choices(round, i, choice);
        const bool may = choices[i] > 1 && fill_draws(round, i, choice, choices[i], draws);
        bin[i] = (uint8_t)(may ? regret_bin(round, i, choice) : REGRET_BINS);
    }
    const int last = find_last_bin(round, bin);
    for (int32_t i = 0; i < accounts; i++)
        count += bin[i] < last ? traveller_words(round, choices[i]) : 0;
    AMBIT_TRY_TOGETHER(round->job->comm, ambit_alloc(&words, (size_t)count, sizeof *words));
    for (int owner = 0; owner < ranks; owner++) {
        const int64_t before = next;
        for (int32_t i = 0; i < accounts; i++) {
            const int32_t group = round->group[round->job->label[i]];
            if (bin[i] >= last || group % ranks != owner) continue;
            (void)list_choices(round, i, choice);
            fill_traveller(round, i, choice, choices[i], (struct traveller *)&words[next]);
            next += traveller_words(round, choices[i]);
        }
        counts_out[owner] = next - before;
    }
    *words_out = words;
    words = NULL;
done:
    ambit_free(&bin);
    ambit_free(&choices);
    ambit_free(&words);
    return status;
}

/* The travellers of this rank's groups. One rank alone keeps its own: what is most in memory while
 * groups are improved would else stand twice. */
static ambit_status gather_travellers(struct round *round, int64_t **words_out, int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_comm *const comm = round->job->comm;
    int64_t *counts = NULL, *words = NULL;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&counts, (size_t)ambit_comm_size(comm), sizeof *counts));
    AMBIT_TRY(collect(round, &words, counts));
    if (ambit_comm_size(comm) > 1) {
        AMBIT_TRY(
            ambit_comm_exchange(comm, words, counts, sizeof *words, words_out, count_out, NULL));
    } else {
        *words_out = words;
        *count_out = counts[0];
        words = NULL;
    }
done:
    ambit_free(&counts);
    ambit_free(&words);
    return status;
}

/* ---- the groups of this rank ---- */

struct group_space {
    int64_t load[AMBIT_GROUPING_MAX * AMBIT_RULE_MAX];
    int64_t violation[AMBIT_GROUPING_MAX];
    double low[AMBIT_GROUPING_MAX * AMBIT_RULE_MAX];
    double high[AMBIT_GROUPING_MAX * AMBIT_RULE_MAX];
    double price[AMBIT_GROUPING_MAX * AMBIT_RULE_MAX];
    int32_t territory[AMBIT_GROUPING_MAX];
};

static int fill_space(const struct round *round, int32_t group, struct group_space *space)
{
    int count = 0;
    for (int32_t j = 0; j < round->territories; j++) {
        if (round->group[j] != group) continue;
        const size_t from = (size_t)j * (size_t)round->rules;
        const size_t to = (size_t)count * (size_t)round->rules;
        const size_t bytes = (size_t)round->rules * sizeof(double);
        space->territory[count++] = j;
        if (bytes == 0) continue; /* no bands */
        memcpy(&space->load[to], &round->load[from], bytes);
        memcpy(&space->low[to], &round->low[from], bytes);
        memcpy(&space->high[to], &round->high[from], bytes);
        memcpy(&space->price[to], &round->pricing->acting[from], bytes);
    }
    return count;
}

/* What a group may draw: an even part of what is left for the nation; of a territory's budget all,
 * where the territory is its own, and else nothing. What is overdrawn may not become more. */
static void share_budgets(const struct round *round, int32_t group, int64_t *left)
{
    const struct ambit_budgets *const budgets = &round->job->problem.budgets;
    for (int b = 0; b < round->budgets; b++) {
        const bool by_territory = budgets->terms->budget[b].scope == AMBIT_BUDGET_TERRITORY;
        const int32_t first = budgets->first[b];
        for (int32_t c = first; c < budgets->first[b + 1]; c++) {
            const bool own = by_territory && round->group[c - first] == group;
            const int64_t part =
                by_territory ? (own ? round->left[c] : 0) : round->left[c] / round->groups;
            left[c] = part > 0 ? part : 0;
        }
    }
}

/* The travellers at order[begin … end) of one group; verdict_out is by their place in `order`. */
static ambit_status improve(const struct round *round, const int64_t *words, const int64_t *order,
                            int64_t begin, int64_t end, struct verdict *verdict_out,
                            struct ambit_group_outcome *outcome_out)
{
    ambit_status status = AMBIT_OK;
    struct group_space space;
    struct ambit_border_account *account = NULL;
    int32_t *chosen = NULL;
    int64_t *left = NULL;
    const size_t cells = (size_t)ambit_budget_cells(&round->job->problem.budgets);
    AMBIT_TRY(ambit_alloc(&left, cells, sizeof *left));
    AMBIT_TRY(ambit_alloc(&chosen, (size_t)(end - begin), sizeof *chosen));
    AMBIT_TRY(ambit_alloc(&account, (size_t)(end - begin), sizeof *account));
    for (int64_t a = begin; a < end; a++)
        unpack(round, traveller_at(words, order[a]), &account[a - begin]);
    share_budgets(round, account[0].group, left);
    struct ambit_group group = {
        .draws = round->draws,
        .cells = ambit_budget_cells(&round->job->problem.budgets),
        .left = left,
        .territory_count = fill_space(round, account[0].group, &space),
        .rules = round->rules,
        .load = space.load,
        .violation = space.violation,
        .low = space.low,
        .high = space.high,
        .price = space.price,
        .scale = round->scale,
        .account_count = (int32_t)(end - begin),
        .account = account,
        .chosen = chosen,
        .undecided_max = UNDECIDED_MAX,
        .node_max = NODE_MAX,
    };
    AMBIT_TRY(ambit_group_improve(&group, outcome_out));
    for (int64_t a = begin; a < end; a++) {
        const int32_t t = account[a - begin].territory[chosen[a - begin]];
        verdict_out[a] = (struct verdict){account[a - begin].index, space.territory[t], 0};
    }
done:
    ambit_free(&left);
    ambit_free(&chosen);
    ambit_free(&account);
    return status;
}

/* Where the travellers stand, by group, in each by index: they came in order of their indices.
 * first_out has territories + 1 values, all 0. */
static ambit_status order_by_group(const struct round *round, const int64_t *words, int64_t count,
                                   int64_t *first_out, int64_t **order_out, int64_t *travellers_out)
{
    ambit_status status = AMBIT_OK;
    for (int64_t at = 0; at < count; at += traveller_words(round, traveller_at(words, at)->choices))
        first_out[traveller_at(words, at)->group + 1]++;
    for (int32_t g = 0; g < round->territories; g++)
        first_out[g + 1] += first_out[g];
    *travellers_out = first_out[round->territories];
    AMBIT_TRY(ambit_alloc(order_out, (size_t)*travellers_out, sizeof **order_out));
    for (int64_t at = 0; at < count; at += traveller_words(round, traveller_at(words, at)->choices))
        (*order_out)[first_out[traveller_at(words, at)->group]++] = at;
    for (int32_t g = round->territories; g > 0; g--)
        first_out[g] = first_out[g - 1];
    first_out[0] = 0;
done:
    return status;
}

/* Improves this rank's groups in threads. */
static ambit_status improve_all(const struct round *round, const int64_t *words, int64_t count,
                                struct verdict **verdict_out, int64_t *verdicts_out,
                                struct ambit_round_outcome *outcome)
{
    ambit_status status = AMBIT_OK;
    int64_t *first = NULL, *order = NULL, gain = 0;
    int32_t improved = 0, groups = 0;
    AMBIT_TRY(ambit_alloc(&first, (size_t)round->territories + 1, sizeof *first));
    AMBIT_TRY(order_by_group(round, words, count, first, &order, verdicts_out));
    AMBIT_TRY(ambit_alloc(verdict_out, (size_t)*verdicts_out, sizeof **verdict_out));
#pragma omp parallel for schedule(dynamic, 1) reduction(+ : gain, improved, groups)
    for (int32_t g = 0; g < round->territories; g++) {
        struct ambit_group_outcome one = {0};
        if (first[g] == first[g + 1]) continue;
        const ambit_status ended =
            improve(round, words, order, first[g], first[g + 1], *verdict_out, &one);
        if (ended != AMBIT_OK) {
#pragma omp critical
            status = ended > status ? ended : status;
        }
        gain += one.cost_gain;
        improved += one.moved > 0;
        groups++;
    }
    outcome->cost_gain = gain;
    outcome->improved = improved;
    outcome->groups = groups;
done:
    ambit_free(&first);
    ambit_free(&order);
    return status;
}

/* Sends every verdict to the rank that holds the account, and applies those that come. */
static ambit_status bring_home(struct ambit_job *job, struct verdict *verdict, int64_t count,
                               int64_t *moved_out)
{
    ambit_status status = AMBIT_OK;
    const int ranks = ambit_comm_size(job->comm);
    int64_t *first = NULL, first_count = 0, *counts = NULL, arrived = 0, moved = 0;
    struct verdict *sorted = NULL, *home = NULL;
    AMBIT_REQUIRE(count == 0 || verdict != NULL);
    AMBIT_TRY(ambit_comm_all_gather(job->comm, &job->accounts.first, 1, sizeof(int64_t), &first,
                                    &first_count));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&counts, (size_t)ranks, sizeof *counts));
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&sorted, (size_t)count, sizeof *sorted));
    int64_t next = 0;
    for (int r = 0; r < ranks; r++) {
        const int64_t until = r + 1 < ranks ? first[r + 1] : job->accounts.total;
        const int64_t before = next;
        for (int64_t v = 0; v < count; v++) {
            if (verdict[v].index >= first[r] && verdict[v].index < until)
                sorted[next++] = verdict[v];
        }
        counts[r] = next - before;
    }
    AMBIT_TRY(
        ambit_comm_exchange(job->comm, sorted, counts, sizeof *sorted, &home, &arrived, NULL));
    for (int64_t v = 0; v < arrived; v++) {
        int32_t *const label = &job->label[home[v].index - job->accounts.first];
        moved += *label != home[v].territory;
        *label = home[v].territory;
    }
    ambit_comm_sum_i64(job->comm, &moved, 1);
    *moved_out = moved;
done:
    ambit_free(&first);
    ambit_free(&counts);
    ambit_free(&sorted);
    ambit_free(&home);
    return status;
}

static void number_members(struct round *round)
{
    for (int32_t j = 0; j < round->territories; j++) {
        round->member[j] = 0;
        for (int32_t before = 0; before < j; before++)
            round->member[j] += round->group[before] == round->group[j];
    }
}

static ambit_status run(struct ambit_job *job, const struct ambit_pricing *pricing,
                        int64_t round_number, double guard, bool spends,
                        struct ambit_round_outcome *outcome_out)
{
    ambit_status status = AMBIT_OK;
    struct round round = {.job = job,
                          .pricing = pricing,
                          .rules = job->problem.rule_count,
                          .budgets = job->scenario.disruption.budget_count,
                          .draws_each = job->accounts.rows != NULL ? UNIT_CELLS : 1,
                          .detailed =
                              job->problem.budgets.leave != NULL || job->accounts.rows != NULL,
                          .spends = spends,
                          .territories = job->territories.count};
    struct verdict *verdict = NULL;
    int64_t *words = NULL, count = 0, verdicts = 0;
    *outcome_out = (struct ambit_round_outcome){0};
    round.draws = round.budgets * round.draws_each;
    AMBIT_TRY(round_begin(&round, round_number, guard));
    number_members(&round);
    AMBIT_TRY(gather_travellers(&round, &words, &count));
    AMBIT_TRY_TOGETHER(job->comm,
                       improve_all(&round, words, count, &verdict, &verdicts, outcome_out));
    ambit_free(&words);
    AMBIT_TRY(bring_home(job, verdict, verdicts, &outcome_out->moved));
    int64_t sums[3] = {outcome_out->cost_gain, outcome_out->groups, outcome_out->improved};
    ambit_comm_sum_i64(job->comm, sums, 3);
    outcome_out->cost_gain = sums[0];
    outcome_out->groups = (int32_t)sums[1];
    outcome_out->improved = (int32_t)sums[2];
done:
    ambit_free(&words);
    ambit_free(&verdict);
    round_clear(&round);
    return status;
}

ambit_status ambit_round_run(struct ambit_job *job, const struct ambit_pricing *pricing,
                             int64_t round_number, double guard,
                             struct ambit_round_outcome *outcome_out)
{
    return run(job, pricing, round_number, guard, false, outcome_out);
}

ambit_status ambit_round_spend(struct ambit_job *job, const struct ambit_pricing *pricing,
                               int64_t round_number, double guard,
                               struct ambit_round_outcome *outcome_out)
{
    return run(job, pricing, round_number, guard, true, outcome_out);
}
