/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/cells.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/model/travel.h"

#include <stdlib.h>
#include <string.h>

static bool is_nearer(const struct ambit_cell *a, const struct ambit_cell *b)
{
    return a->off_middle < b->off_middle || (a->off_middle == b->off_middle && a->index < b->index);
}

/* Puts what is in `from` into the cell `to` of the same territory, block and kind. */
static void add(const struct ambit_cell *from, struct ambit_cell *to)
{
    const struct ambit_cell old = *to;
    if (is_nearer(from, to)) *to = *from;
    to->visits = old.visits + from->visits;
    to->local_travel = old.local_travel + from->local_travel;
    for (int r = 0; r < AMBIT_RULE_MAX; r++)
        to->base[r] = old.base[r] + from->base[r];
}

/* The cell that account i is alone. */
static struct ambit_cell cell_of(const struct ambit_problem *problem, int32_t territory, int32_t i,
                                 int64_t block_size)
{
    const struct ambit_accounts *const accounts = problem->accounts;
    const int64_t index = accounts->first + i, block = index / block_size;
    struct ambit_cell cell = {.territory = territory,
                              .block = block,
                              .index = index,
                              .off_middle = llabs(2 * (index - block * block_size) - block_size),
                              .lat = accounts->lat[i],
                              .lon = accounts->lon[i],
                              .position = {accounts->x[i], accounts->y[i], accounts->z[i]},
                              .visits = accounts->visits[i],
                              .local_travel = accounts->local_travel[i]};
    for (int r = 0; r < problem->rule_count; r++)
        cell.base[r] = problem->base[r][i];
    return cell;
}

static bool are_alike(const struct ambit_cell *a, const struct ambit_cell *b)
{
    return a->territory == b->territory && a->block == b->block && a->kind == b->kind;
}

ambit_status ambit_cells_make(const struct ambit_problem *problem, const int32_t *label,
                              const uint64_t *kind, int64_t block_size, struct ambit_cell **out,
                              int64_t *count_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_cell *cells = NULL;
    int64_t count = 0, room = 0;
    for (int32_t i = 0; i < problem->accounts->count; i++) {
        if (label[i] < 0) continue;
        struct ambit_cell cell = cell_of(problem, label[i], i, block_size);
        int64_t at = count - 1;
        cell.kind = kind != NULL ? kind[i] : 0;
        while (at >= 0 && cells[at].block == cell.block && !are_alike(&cells[at], &cell))
            at--;
        if (at >= 0 && cells[at].block == cell.block) {
            add(&cell, &cells[at]);
            continue;
        }
        if (count == room) {
            room = 2 * room + 64;
            AMBIT_TRY(ambit_resize(&cells, (size_t)room, sizeof *cells));
        }
        cells[count++] = cell;
    }
    *out = cells;
    *count_out = count;
    cells = NULL;
done:
    ambit_free(&cells);
    return status;
}

static int compare_cells(const void *a, const void *b)
{
    const struct ambit_cell *x = a, *y = b;
    if (x->territory != y->territory) return x->territory < y->territory ? -1 : 1;
    if (x->block != y->block) return x->block < y->block ? -1 : 1;
    if (x->kind != y->kind) return x->kind < y->kind ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

int64_t ambit_cells_merge(struct ambit_cell *cells, int64_t count)
{
    int64_t kept = 0;
    if (count > 0) qsort(cells, (size_t)count, sizeof *cells, compare_cells);
    for (int64_t c = 0; c < count; c++) {
        if (kept > 0 && are_alike(&cells[kept - 1], &cells[c]))
            add(&cells[c], &cells[kept - 1]);
        else
            cells[kept++] = cells[c];
    }
    return kept;
}

double ambit_cell_travel(const struct ambit_haul_table *table, const struct ambit_cell *cell,
                         const double centre[3])
{
    const double haul = ambit_haul_between(table, ambit_chord2(cell->position, centre));
    return (double)cell->local_travel + (double)cell->visits * haul;
}
