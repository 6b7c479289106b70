/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/relocate.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "solvers/cells.h"
#include "solvers/grouping.h"
#include "solvers/relocation.h"
#include "solvers/separation.h"

#include <math.h>
#include <string.h>

enum { GROUP_SIZE = 12, CELLS_PER_TERRITORY = 64, CELLS_MAX = 3000 };
#define WORTHWHILE 2e-4     /* part of a group's travel that it must promise to save */
#define RELOCATION_STREAM 7 /* of random numbers */

struct relocate {
    struct ambit_job *job;
    int32_t territories;
    int rules;
    int32_t *group; /* owned; of each territory, or −1 */
    int32_t groups;
    double *low, *high; /* owned; [territory × rules + rule], micro-units */
    double scale[AMBIT_RULE_MAX];
    uint64_t seed;
    struct ambit_cell *cell; /* owned; of all ranks, by territory */
    int64_t cells;
    int64_t *first; /* owned; territories + 1: where each one's cells start */
};

/* Where a centre goes. */
struct move {
    int32_t territory;
    int32_t unused;
    int64_t cell;
};

static void clear(struct relocate *relocate)
{
    ambit_free(&relocate->group);
    ambit_free(&relocate->low);
    ambit_free(&relocate->high);
    ambit_free(&relocate->cell);
    ambit_free(&relocate->first);
}

static ambit_status draw_groups(struct relocate *relocate, int64_t round)
{
    ambit_status status = AMBIT_OK;
    int64_t *no_violation = NULL;
    AMBIT_TRY(ambit_alloc(&no_violation, (size_t)relocate->territories, sizeof *no_violation));
    AMBIT_TRY(ambit_grouping_make(&relocate->job->territories, no_violation, GROUP_SIZE,
                                  relocate->seed, round, relocate->group, &relocate->groups));
done:
    ambit_free(&no_violation);
    return status;
}

static ambit_status allocate(struct relocate *relocate)
{
    ambit_status status = AMBIT_OK;
    const size_t n = (size_t)relocate->territories, cells = n * (size_t)relocate->rules;
    AMBIT_TRY(ambit_alloc(&relocate->group, n, sizeof *relocate->group));
    AMBIT_TRY(ambit_alloc(&relocate->first, n + 1, sizeof *relocate->first));
    AMBIT_TRY(ambit_alloc(&relocate->low, cells, sizeof *relocate->low));
    AMBIT_TRY(ambit_alloc(&relocate->high, cells, sizeof *relocate->high));
done:
    return status;
}

static ambit_status gather_cells(struct relocate *relocate)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const job = relocate->job;
    struct ambit_cell *mine = NULL;
    int64_t count = 0;
    const int64_t wanted = (int64_t)relocate->territories * CELLS_PER_TERRITORY;
    const int64_t block = job->accounts.total / wanted + 1;
    AMBIT_TRY_TOGETHER(job->comm,
                       ambit_cells_make(&job->problem, job->label, NULL, block, &mine, &count));
    AMBIT_TRY(ambit_comm_all_gather(job->comm, mine, count, sizeof *mine, &relocate->cell,
                                    &relocate->cells));
    relocate->cells = ambit_cells_merge(relocate->cell, relocate->cells);
    for (int64_t c = 0; c < relocate->cells; c++)
        relocate->first[relocate->cell[c].territory + 1] = c + 1;
    for (int32_t j = 0; j < relocate->territories; j++) /* those without cells */
        if (relocate->first[j + 1] < relocate->first[j])
            relocate->first[j + 1] = relocate->first[j];
done:
    ambit_free(&mine);
    return status;
}

static ambit_status prepare(struct relocate *relocate, const struct ambit_pricing *pricing,
                            int64_t round)
{
    ambit_status status = AMBIT_OK;
    struct ambit_job *const job = relocate->job;
    int64_t total[AMBIT_RULE_MAX] = {0};
    AMBIT_TRY_TOGETHER(job->comm, allocate(relocate));
    AMBIT_TRY_TOGETHER(job->comm, draw_groups(relocate, round));
    AMBIT_TRY(ambit_job_loads(job, job->label, NULL, total, NULL, NULL));
    ambit_problem_sides(&job->problem, total, 0.0, relocate->low, relocate->high);
    for (int r = 0; r < relocate->rules; r++)
        relocate->scale[r] = ambit_prices_rule_scale(pricing->prices, r);
    AMBIT_TRY(gather_cells(relocate));
done:
    return status;
}

static bool is_like(double a, double b, double scale)
{
    return a == b || fabs(a - b) <= 1e-6 * scale;
}

/* Limits go with a territory, places do not: only territories of like limits can change places. */
static bool has_like_limits(const struct relocate *relocate, int32_t a, int32_t b)
{
    for (int r = 0; r < relocate->rules; r++) {
        const size_t x = (size_t)a * (size_t)relocate->rules + (size_t)r,
                     y = (size_t)b * (size_t)relocate->rules + (size_t)r;
        if (!is_like(relocate->low[x], relocate->low[y], relocate->scale[r]) ||
            !is_like(relocate->high[x], relocate->high[y], relocate->scale[r]))
            return false;
    }
    return true;
}

/* The territories of a group whose centres are free to move and whose limits are those of the
 * first. */
static int list_members(const struct relocate *relocate, int32_t group, int32_t *territory_out)
{
    int count = 0;
    for (int32_t j = 0; j < relocate->territories; j++) {
        const bool is_free = relocate->job->territories.item[j].centre_kind != AMBIT_CENTRE_HOME &&
                             ambit_is_asked(&relocate->job->problem, j);
        if (relocate->group[j] != group || !is_free) continue;
        if (count == 0 || has_like_limits(relocate, territory_out[0], j))
            territory_out[count++] = j;
    }
    return count;
}

/* Writes the moves of a group to move_out, which has room for GROUP_SIZE. */
static ambit_status find_moves(const struct relocate *relocate, int32_t group,
                               struct move *move_out, int32_t *moves_out)
{
    ambit_status status = AMBIT_OK;
    int32_t territory[AMBIT_GROUPING_MAX];
    struct ambit_cell *cell = NULL;
    int64_t *origin = NULL, cells = 0;
    struct ambit_relocation_outcome outcome;
    const int count = list_members(relocate, group, territory);
    *moves_out = 0;
    for (int t = 0; t < count; t++)
        cells += relocate->first[territory[t] + 1] - relocate->first[territory[t]];
    if (count < 2 || cells < 2 * count || cells > CELLS_MAX) return AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&cell, (size_t)cells, sizeof *cell));
    AMBIT_TRY(ambit_alloc(&origin, (size_t)cells, sizeof *origin));
    for (int64_t t = 0, next = 0; t < count; t++) {
        for (int64_t c = relocate->first[territory[t]]; c < relocate->first[territory[t] + 1];
             c++) {
            cell[next] = relocate->cell[c];
            origin[next++] = c;
        }
    }
    const size_t limits = (size_t)territory[0] * (size_t)relocate->rules;
    const struct ambit_relocation relocation = {.problem = &relocate->job->problem,
                                                .cell_count = (int32_t)cells,
                                                .cell = cell,
                                                .territory_count = count,
                                                .territory = territory,
                                                .low = &relocate->low[limits],
                                                .high = &relocate->high[limits],
                                                .scale = relocate->scale};
    AMBIT_TRY(ambit_relocation_find(&relocation, &outcome));
    if (outcome.gain < WORTHWHILE * outcome.cost) goto done;
    for (int t = 0; t < count; t++) {
        if (outcome.cell[t] >= 0)
            move_out[(*moves_out)++] = (struct move){territory[t], 0, origin[outcome.cell[t]]};
    }
done:
    ambit_free(&cell);
    ambit_free(&origin);
    return status;
}

/* The moves of this rank's groups, in threads, by group. */
static ambit_status find_mine(const struct relocate *relocate, struct move **move_out,
                              int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    const int32_t rank = ambit_comm_rank(relocate->job->comm),
                  ranks = ambit_comm_size(relocate->job->comm);
    struct move *move = NULL;
    int32_t *found = NULL;
    int64_t count = 0;
    AMBIT_TRY(ambit_alloc(&move, (size_t)relocate->groups * GROUP_SIZE, sizeof *move));
    AMBIT_TRY(ambit_alloc(&found, (size_t)relocate->groups, sizeof *found));
#pragma omp parallel for schedule(dynamic, 1)
    for (int32_t g = rank; g < relocate->groups; g += ranks) {
        const ambit_status ended =
            find_moves(relocate, g, &move[(int64_t)g * GROUP_SIZE], &found[g]);
        if (ended != AMBIT_OK) {
#pragma omp critical
            status = ended > status ? ended : status;
        }
    }
    if (status != AMBIT_OK) goto done;
    for (int32_t g = 0; g < relocate->groups; g++) {
        memmove(&move[count], &move[(int64_t)g * GROUP_SIZE], (size_t)found[g] * sizeof *move);
        count += found[g];
    }
    *move_out = move;
    *count_out = count;
    move = NULL;
done:
    ambit_free(&move);
    ambit_free(&found);
    return status;
}

static void set_centre(const struct ambit_cell *cell, struct ambit_territory *territory)
{
    if (territory->centre_kind == AMBIT_CENTRE_MEDIAN) territory->centre_account = cell->index;
    territory->centre_lat = cell->lat;
    territory->centre_lon = cell->lon;
    memcpy(territory->position, cell->position, sizeof territory->position);
}

ambit_status ambit_relocate_round(struct ambit_job *job, const struct ambit_pricing *pricing,
                                  int64_t round, int32_t *moved_out)
{
    ambit_status status = AMBIT_OK;
    struct relocate relocate = {.job = job,
                                .territories = job->territories.count,
                                .rules = job->problem.rule_count,
                                .seed = ambit_random_u64(job->options.seed, RELOCATION_STREAM, 0)};
    struct move *mine = NULL, *all = NULL;
    int64_t count = 0;
    const double km = job->scenario.separation.km;
    const double apart = km > 0.0 ? ambit_separation_chord2(km) : 0.0;
    *moved_out = 0;
    AMBIT_TRY(prepare(&relocate, pricing, round));
    AMBIT_TRY_TOGETHER(job->comm, find_mine(&relocate, &mine, &count));
    AMBIT_TRY(ambit_comm_all_gather(job->comm, mine, count, sizeof *mine, &all, &count));
    for (int64_t m = 0; m < count; m++) {
        const struct ambit_cell *const cell = &relocate.cell[all[m].cell];
        if (apart > 0.0 &&
            ambit_separation_too_near(&job->territories, all[m].territory, apart, cell->position))
            continue;
        set_centre(cell, &job->territories.item[all[m].territory]);
        ++*moved_out;
    }
done:
    clear(&relocate);
    ambit_free(&mine);
    ambit_free(&all);
    return status;
}
