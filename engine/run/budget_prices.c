/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The prices of budgets. What a plan draws on a budget falls as the budget's price rises, so each
 * price is sought between one that is too low and one that is high enough, by interpolation of the
 * logarithm of what is drawn; all cells at once, since each answers mostly to its own price. A plan
 * is an ascent of the bands' prices from those at hand, which are near.
 *
 * What prices leave over is then sent home. Cost: a plan by prices for each try, sixteen passes
 * over the accounts for what is sent home. Weakness: cells that compete for the same accounts may
 * not have come to rest within the tries; the budgets are kept all the same.
 */
#include "engine/run/budget_prices.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/base/real.h"
#include "solvers/candidates.h"

#include <math.h>
#include <string.h>

#define FIRST_PART 0.5 /* of the mean travel of what is counted: the first price of all */
#define LAST_PART 8.0  /* of the same: who is not at home by then is there for the bands' sake */
#define DEAR_PART 0.5  /* of that: bands and budgets are taken to be at odds */
#define NEAR_ENOUGH 5e-3
#define STEP_MIN 1.02 /* factors of a price where only one side is known */
#define STEP_MAX 3.0
#define DEAR 4.0          /* times the first price, from where prices rise slowly: */
#define DEAR_STEP_MAX 1.3 /* else bands' prices are left behind, and everybody stays at home */
#define UNDER_PART 0.3    /* what drawing too little counts for drawing too much */
#define FAR_OFF 0.7       /* log of drawn to allowed: twice, or half */
#define NARROW 1.01       /* a bracket that has closed on nothing is opened again */
#define NEGLIGIBLE 1e-4   /* of the first price: none */
#define LEAST_RATIO 1e-3  /* of what is drawn to what may be: below it is the same */

/* What is known of one cell. */
struct bracket {
    double low, high; /* a price that lets too much go, and one that does not; −1: none */
    double over_low, over_high; /* log of drawn to allowed there, or less: see between() */
    int side;                   /* +1: the low one was the last to be found, −1: the high one */
};

struct seeking {
    struct ambit_job *job;
    int32_t cells;
    struct bracket *bracket; /* owned; per cell */
    int64_t *spent;          /* owned */
    double *dear;            /* owned; the most that a price may be */
    double *best;            /* owned; prices of the best try */
    double *lower, *upper;   /* owned; of the bands, where the last plan drew too much */
    bool kept, fell;         /* these are known; the present plan draws far too little */
    double best_distance;
};

static ambit_status open_seeking(struct ambit_job *job, struct seeking *seeking)
{
    ambit_status status = AMBIT_OK;
    const int32_t cells = ambit_budget_cells(&job->problem.budgets);
    *seeking = (struct seeking){.job = job, .cells = cells, .best_distance = INFINITY};
    AMBIT_TRY(ambit_alloc(&seeking->bracket, (size_t)cells, sizeof *seeking->bracket));
    AMBIT_TRY(ambit_alloc(&seeking->spent, (size_t)cells, sizeof *seeking->spent));
    AMBIT_TRY(ambit_alloc(&seeking->dear, (size_t)cells, sizeof *seeking->dear));
    AMBIT_TRY(ambit_alloc(&seeking->best, (size_t)cells, sizeof *seeking->best));
    const size_t bands = (size_t)job->territories.count * (size_t)job->problem.rule_count;
    AMBIT_TRY(ambit_alloc(&seeking->lower, bands, sizeof *seeking->lower));
    AMBIT_TRY(ambit_alloc(&seeking->upper, bands, sizeof *seeking->upper));
    for (int32_t c = 0; c < cells; c++)
        seeking->bracket[c] = (struct bracket){.low = -1.0, .high = -1.0};
done:
    return status;
}

static void close_seeking(struct seeking *seeking)
{
    ambit_free(&seeking->bracket);
    ambit_free(&seeking->spent);
    ambit_free(&seeking->dear);
    ambit_free(&seeking->best);
    ambit_free(&seeking->lower);
    ambit_free(&seeking->upper);
}

static void count_spent(struct ambit_job *job, int64_t *spent)
{
    const struct ambit_budgets *const budgets = &job->problem.budgets;
    const int32_t cells = ambit_budget_cells(budgets);
    memset(spent, 0, (size_t)cells * sizeof *spent);
    ambit_budgets_add_spent(budgets, &job->accounts, job->label, spent);
    ambit_comm_sum_i64(job->comm, spent, cells);
}

/* Log of what is drawn to what may be. */
static double over_of(const struct seeking *seeking, int32_t c)
{
    const double most = (double)seeking->job->problem.budgets.most[c];
    return ambit_log(fmax((double)seeking->spent[c] / most, LEAST_RATIO));
}

/* Hours a unit: the mean travel of what the cell's budget counts, for a plan that travels so. */
static double mean_price(const struct ambit_budgets *budgets, int32_t c, int64_t travel)
{
    int b = 0;
    double total = 0.0;
    while (budgets->first[b + 1] <= c)
        b++;
    for (int32_t cell = budgets->first[b]; cell < budgets->first[b + 1]; cell++)
        total += (double)budgets->total[cell];
    return (double)travel / fmax(total, 1.0);
}

/* How far a cell is from where its price should have brought it. */
static double distance_of(const struct seeking *seeking, int32_t c)
{
    const struct ambit_budgets *const budgets = &seeking->job->problem.budgets;
    if (budgets->most[c] == 0) return 0.0; /* nobody who counts may leave */
    const double over = over_of(seeking, c);
    const bool is_free = budgets->price[c] == 0.0, is_dear = budgets->price[c] >= seeking->dear[c];
    if ((over <= 0.0 && is_free) || (over > 0.0 && is_dear)) return 0.0;
    return over > 0.0 ? over : -UNDER_PART * over;
}

/* The same of the worst budget: of its cells the mean, by what they allow. */
static double worst_distance(const struct seeking *seeking)
{
    const struct ambit_budgets *const budgets = &seeking->job->problem.budgets;
    double worst = 0.0;
    for (int b = 0; b < budgets->terms->budget_count; b++) {
        double sum = 0.0, weight = 0.0;
        for (int32_t c = budgets->first[b]; c < budgets->first[b + 1]; c++) {
            sum += (double)budgets->most[c] * distance_of(seeking, c);
            weight += (double)budgets->most[c];
        }
        worst = fmax(worst, sum / fmax(weight, 1.0));
    }
    return worst;
}

/* Interpolates. What a side far off is off by says little; and a side that stays counts for half
 * as much each time (the Illinois rule), so that the bracket closes from both. */
static double between(const struct bracket *bracket)
{
    const double low = fmin(bracket->over_low, FAR_OFF), high = fmin(-bracket->over_high, FAR_OFF);
    const double part = fmin(fmax(low / fmax(low + high, 1e-9), 0.02), 0.98);
    if (bracket->low <= 0.0) return part * bracket->high;
    return bracket->low * ambit_pow(bracket->high / bracket->low, part);
}

static double next_price(struct seeking *seeking, int32_t c)
{
    const int budgets = seeking->job->problem.budgets.terms->budget_count;
    const double first = seeking->dear[c] / LAST_PART * FIRST_PART / budgets; /* they add up */
    const double price = seeking->job->problem.budgets.price[c], over = over_of(seeking, c);
    struct bracket *const bracket = &seeking->bracket[c];
    if (over > 0.0) {
        bracket->low = price;
        bracket->over_low = over;
        if (bracket->side > 0) bracket->over_high = 0.5 * fmax(bracket->over_high, -FAR_OFF);
        bracket->side = 1;
        if (bracket->high <= price) bracket->high = -1.0;
    } else {
        bracket->high = price;
        bracket->over_high = over;
        if (bracket->side < 0) bracket->over_low = 0.5 * fmin(bracket->over_low, FAR_OFF);
        bracket->side = -1;
        if (bracket->low >= price) bracket->low = -1.0;
    }
    if (bracket->high >= 0.0 && bracket->low > 0.0 && bracket->high < NARROW * bracket->low)
        *(over > 0.0 ? &bracket->high : &bracket->low) = -1.0;
    if (bracket->high >= 0.0 && bracket->low >= 0.0) return between(bracket);
    const double step_max = price < DEAR * first ? STEP_MAX : DEAR_STEP_MAX;
    if (over > 0.0)
        return price > 0.0 ? price * fmin(fmax(ambit_exp(2.0 * over), STEP_MIN), step_max) : first;
    const double lower = price * fmax(fmin(ambit_exp(2.0 * over), 1.0 / STEP_MIN), 1.0 / STEP_MAX);
    return lower < NEGLIGIBLE * first ? 0.0 : lower;
}

/* Looks at the plan; true where the budgets are near enough. Else sets the next prices. */
static bool look(struct seeking *seeking, const struct ambit_pricing *pricing)
{
    struct ambit_budgets *const budgets = &seeking->job->problem.budgets;
    double most = -INFINITY;
    count_spent(seeking->job, seeking->spent);
    const double distance = worst_distance(seeking);
    for (int32_t c = 0; c < seeking->cells; c++) {
        if (budgets->most[c] > 0) most = fmax(most, over_of(seeking, c));
    }
    seeking->fell = most < -FAR_OFF;
    if (most > 0.0) {
        ambit_prices_get(pricing->prices, NULL, seeking->lower, seeking->upper);
        seeking->kept = true;
    }
    if (distance < seeking->best_distance) {
        seeking->best_distance = distance;
        memcpy(seeking->best, budgets->price, (size_t)seeking->cells * sizeof(double));
    }
    if (distance <= NEAR_ENOUGH) return true;
    for (int32_t c = 0; c < seeking->cells; c++) {
        if (distance_of(seeking, c) > 0.0)
            budgets->price[c] = fmin(next_price(seeking, c), seeking->dear[c]);
    }
    return false;
}

static ambit_status plan(struct ambit_job *job, struct ambit_pricing *pricing,
                         double *imbalance_out)
{
    int64_t moved = 0;
    ambit_budgets_price(&job->scenario, &job->accounts, &job->problem.budgets);
    return ambit_pricing_plan(job, pricing, "budget", AMBIT_AGAIN_SOFTNESS, AMBIT_FIRST_GUARD,
                              imbalance_out, &moved);
}

ambit_status ambit_budget_prices_seek(struct ambit_job *job, struct ambit_pricing *pricing,
                                      int tries, double *imbalance_out)
{
    ambit_status status = AMBIT_OK;
    struct seeking seeking = {0};
    int64_t travel = 0;
    bool done = false;
    if (ambit_budget_cells(&job->problem.budgets) == 0) return AMBIT_OK;
    AMBIT_TRY_TOGETHER(job->comm, open_seeking(job, &seeking));
    AMBIT_TRY(ambit_job_loads(job, job->label, NULL, NULL, &travel, NULL));
    for (int32_t c = 0; c < seeking.cells; c++)
        seeking.dear[c] = LAST_PART * mean_price(&job->problem.budgets, c, travel);
    for (int t = 0; !(done = look(&seeking, pricing)) && t < tries; t++) {
        if (ambit_job_out_of_time(job)) break;
        /* From where leaving is too dear, bands' prices find back slowly, if at all. */
        if (seeking.fell && seeking.kept)
            ambit_prices_set(pricing->prices, seeking.lower, seeking.upper);
        AMBIT_TRY(plan(job, pricing, imbalance_out));
    }
    if (done) goto done;
    memcpy(job->problem.budgets.price, seeking.best, (size_t)seeking.cells * sizeof(double));
    AMBIT_TRY(plan(job, pricing, imbalance_out));
done:
    close_seeking(&seeking);
    return status;
}

ambit_status ambit_budget_prices_set(struct ambit_job *job, double times)
{
    ambit_status status = AMBIT_OK;
    struct ambit_budgets *const budgets = &job->problem.budgets;
    int64_t travel = 0;
    AMBIT_TRY(ambit_job_loads(job, job->label, NULL, NULL, &travel, NULL));
    for (int32_t c = 0; c < ambit_budget_cells(budgets); c++)
        budgets->price[c] = times * mean_price(budgets, c, travel);
    ambit_budgets_price(&job->scenario, &job->accounts, budgets);
done:
    return status;
}

bool ambit_budget_prices_are_dear(const struct ambit_job *job)
{
    const struct ambit_budgets *const budgets = &job->problem.budgets;
    const int64_t travel = job->round[job->round_count - 1].travel;
    for (int32_t c = 0; c < ambit_budget_cells(budgets); c++) {
        if (budgets->most[c] == 0 ||
            budgets->price[c] >= DEAR_PART * LAST_PART * mean_price(budgets, c, travel))
            return true;
    }
    return false;
}

ambit_status ambit_budget_prices_forget(struct ambit_job *job, struct ambit_pricing *pricing)
{
    ambit_status status = AMBIT_OK;
    const size_t cells = (size_t)job->territories.count * (size_t)job->problem.rule_count;
    double *none = NULL;
    AMBIT_TRY_TOGETHER(job->comm, ambit_alloc(&none, cells, sizeof *none));
    ambit_prices_set(pricing->prices, none, none);
done:
    ambit_free(&none);
    return status;
}

/* ---- what is sent home ---- */

enum { BINS = 1 << 16, BINS_AN_OCTAVE = 1024, HALFWAY = BINS / 2 };

/* Where an account would be sent home to, or −1 where it is there, or is new. */
static int32_t home_of(const struct ambit_job *job, int32_t i)
{
    const int32_t home = job->accounts.previous[i];
    const bool may = home >= 0 && home != job->label[i] && ambit_may_serve(&job->problem, i, home);
    return may ? home : -1;
}

/* What going home gives back to the cells of budget b; `sum` is per cell. */
static void add_given_back(const struct ambit_job *job, int b, int32_t i, int64_t *sum)
{
    const struct ambit_budgets *const budgets = &job->problem.budgets;
    const int32_t home = home_of(job, i);
    int32_t begin, end;
    const struct ambit_accounts *const rows = ambit_account_rows(&job->accounts, i, &begin, &end);
    for (int32_t row = begin; row < end; row++) {
        const int32_t cell = ambit_budget_cell(budgets, rows, b, row);
        if (cell < 0) continue;
        const int leaves = (rows->previous[row] != job->label[i]) - (rows->previous[row] != home);
        sum[cell - budgets->first[b]] += leaves * ambit_budget_amount(budgets->terms, rows, b, row);
    }
}

/* The cell of budget b that an account draws on which may be sent home; −1 where there is none. Of
 * a unit it is that of its first row which draws on any. */
static int32_t cell_of(const struct ambit_job *job, int b, int32_t i)
{
    const struct ambit_budgets *const budgets = &job->problem.budgets;
    int32_t begin, end;
    const struct ambit_accounts *const rows = ambit_account_rows(&job->accounts, i, &begin, &end);
    if (home_of(job, i) < 0) return -1;
    for (int32_t row = begin; row < end; row++) {
        const int32_t cell = ambit_budget_cell(budgets, rows, b, row);
        if (cell >= 0 && rows->previous[row] != job->label[i]) return cell;
    }
    return -1;
}

/* Reduced cost of account i in territory j without the prices of the budgets. */
static double cost_in(const struct ambit_job *job, const struct ambit_pricing *pricing, int32_t i,
                      int32_t j)
{
    const int64_t travel =
        ambit_travel_of(&job->scenario, &job->accounts, i, job->territories.item[j].position);
    const int64_t leave = ambit_disruption_of(&job->problem, i, j) -
                          ambit_leave_own_price(&job->scenario, &job->accounts, i, j);
    return ambit_reduced_cost(&job->problem, pricing->acting, i, j, travel) - (double)leave;
}

/* The bin of what account i's leaving saves for what it draws on budget b; 0 where it saves
 * nothing. Bands' prices are in it, so that whom a band needs elsewhere goes late. */
static int32_t saving_bin(const struct ambit_job *job, const struct ambit_pricing *pricing, int b,
                          int32_t i)
{
    const int64_t amount =
        ambit_account_measure(&job->accounts, &job->scenario.disruption.budget[b].sum, i, 0);
    const double saved =
        (cost_in(job, pricing, i, home_of(job, i)) - cost_in(job, pricing, i, job->label[i])) /
        fmax((double)amount, 1.0);
    if (!(saved > 0.0)) return 0;
    const double bin = HALFWAY + BINS_AN_OCTAVE * ambit_log2(saved);
    return (int32_t)fmin(fmax(bin, 1.0), BINS - 1);
}

/* Per cell of budget b, what accounts in bins below `limit` would give back. */
static void sum_below(struct ambit_job *job, int b, const uint16_t *bin, const int32_t *limit,
                      int64_t *sum_out)
{
    const struct ambit_budgets *const budgets = &job->problem.budgets;
    const int32_t first = budgets->first[b], cells = budgets->first[b + 1] - first;
    memset(sum_out, 0, (size_t)cells * sizeof *sum_out);
    for (int32_t i = 0; i < job->accounts.count; i++) {
        const int32_t cell = cell_of(job, b, i);
        if (cell >= 0 && bin[i] < limit[cell - first]) add_given_back(job, b, i, sum_out);
    }
    ambit_comm_sum_i64(job->comm, sum_out, cells);
}

/* The least limit below which accounts draw at least what is over, by bisection of each cell. */
static void find_limits(struct ambit_job *job, int b, const uint16_t *bin, const int64_t *over,
                        int32_t *limit, int32_t *least, int64_t *sum)
{
    const struct ambit_budgets *const budgets = &job->problem.budgets;
    const int32_t cells = budgets->first[b + 1] - budgets->first[b];
    for (int32_t step = BINS / 2; step > 0; step /= 2) {
        for (int32_t c = 0; c < cells; c++)
            limit[c] = least[c] + step;
        sum_below(job, b, bin, limit, sum);
        for (int32_t c = 0; c < cells; c++) {
            if (sum[c] < over[c]) least[c] = limit[c];
        }
    }
    for (int32_t c = 0; c < cells; c++)
        limit[c] = over[c] > 0 ? least[c] + 1 : 0;
}

static ambit_status keep_budget(struct ambit_job *job, const struct ambit_pricing *pricing, int b,
                                int64_t *spent, int64_t *home_inout)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_budgets *const budgets = &job->problem.budgets;
    const int32_t first = budgets->first[b];
    const size_t cells = (size_t)(budgets->first[b + 1] - first);
    uint16_t *bin = NULL;
    int32_t *limit = NULL, *least = NULL;
    int64_t *sum = NULL;
    bool over = false;
    count_spent(job, spent);
    for (size_t c = 0; c < cells; c++) {
        spent[(size_t)first + c] -= budgets->most[(size_t)first + c];
        over |= spent[(size_t)first + c] > 0;
    }
    if (!over) return AMBIT_OK;
    status = ambit_alloc(&bin, (size_t)job->accounts.count, sizeof *bin);
    if (status == AMBIT_OK) status = ambit_alloc(&limit, cells, sizeof *limit);
    if (status == AMBIT_OK) status = ambit_alloc(&least, cells, sizeof *least);
    if (status == AMBIT_OK) status = ambit_alloc(&sum, cells, sizeof *sum);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_REQUIRE(limit != NULL && least != NULL && sum != NULL);
    for (int32_t i = 0; i < job->accounts.count; i++) {
        if (cell_of(job, b, i) >= 0) bin[i] = (uint16_t)saving_bin(job, pricing, b, i);
    }
    find_limits(job, b, bin, &spent[first], limit, least, sum);
    for (int32_t i = 0; i < job->accounts.count; i++) {
        const int32_t cell = cell_of(job, b, i);
        if (cell < 0 || bin[i] >= limit[cell - first]) continue;
        job->label[i] = job->accounts.previous[i];
        ++*home_inout;
    }
done:
    ambit_free(&bin);
    ambit_free(&limit);
    ambit_free(&least);
    ambit_free(&sum);
    return status;
}

ambit_status ambit_budget_prices_keep(struct ambit_job *job, const struct ambit_pricing *pricing)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_budgets *const budgets = &job->problem.budgets;
    int64_t *spent = NULL, home = 0;
    if (budgets->leave == NULL) return AMBIT_OK;
    for (int32_t i = 0; i < job->accounts.count; i++) {
        if (home_of(job, i) < 0 ||
            ambit_disruption_of(&job->problem, i, job->label[i]) < AMBIT_LEAVE_NEVER)
            continue;
        job->label[i] = job->accounts.previous[i];
        home++;
    }
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_alloc(&spent, (size_t)ambit_budget_cells(budgets), sizeof *spent));
    for (int b = 0; b < budgets->terms->budget_count; b++)
        AMBIT_TRY(keep_budget(job, pricing, b, spent, &home));
    ambit_comm_sum_i64(job->comm, &home, 1);
    AMBIT_TRY(ambit_job_note_round(job, "home", home, 0, 0));
done:
    ambit_free(&spent);
    return status;
}
