/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solvers/group.h"

int64_t ambit_group_violation(const struct ambit_group *group, int t, const int64_t *added,
                              const int64_t *removed)
{
    const int rules = group->rules;
    const int64_t *load = &group->load[t * rules];
    int64_t sum = 0;
    for (int r = 0; r < rules; r++) {
        int64_t x = load[r];
        if (added != NULL) x += added[r];
        if (removed != NULL) x -= removed[r];
        sum += ambit_violation(x, group->low[t * rules + r], group->high[t * rules + r],
                               group->scale[r]);
    }
    return sum;
}

double ambit_group_reduced_cost(const struct ambit_group *group, int32_t a, int32_t c)
{
    const struct ambit_border_account *account = &group->account[a];
    const double *price = &group->price[account->territory[c] * group->rules];
    double cost = (double)account->cost[c];
    for (int r = 0; r < group->rules; r++)
        cost += price[r] * (double)account->load[c][r];
    return cost;
}

int64_t ambit_group_drawn(const struct ambit_group *group, int d, int32_t a, int32_t c)
{
    const struct ambit_draw *const draw = &group->account[a].draw[d];
    return draw->cell >= 0 ? draw->amount[c] - draw->amount[group->chosen[a]] : 0;
}

bool ambit_group_within(const struct ambit_group *group, const int64_t *before)
{
    for (int32_t cell = 0; cell < group->cells; cell++) {
        if (group->left[cell] < 0 && group->left[cell] < before[cell]) return false;
    }
    return true;
}

/* What account a would draw on a cell beyond today's, in choice c. */
static int64_t drawn_on(const struct ambit_group *group, int64_t cell, int32_t a, int32_t c)
{
    int64_t sum = 0;
    for (int d = 0; d < group->draws && a >= 0; d++) {
        if (group->account[a].draw[d].cell == cell) sum += ambit_group_drawn(group, d, a, c);
    }
    return sum;
}

/* The cells that account a draws on. */
static bool affords_cells(const struct ambit_group *group, int32_t a, int32_t c, int32_t other,
                          int32_t choice)
{
    for (int d = 0; d < group->draws; d++) {
        const int64_t cell = group->account[a].draw[d].cell;
        if (cell < 0) continue;
        const int64_t more = drawn_on(group, cell, a, c) + drawn_on(group, cell, other, choice);
        if (more > 0 && more > group->left[cell]) return false;
    }
    return true;
}

bool ambit_group_affords(const struct ambit_group *group, int32_t a, int32_t c, int32_t other,
                         int32_t choice)
{
    return affords_cells(group, a, c, other, choice) &&
           (other < 0 || affords_cells(group, other, choice, a, c));
}

void ambit_group_choose(struct ambit_group *group, int32_t a, int32_t c)
{
    const struct ambit_border_account *account = &group->account[a];
    const int32_t from = group->chosen[a];
    int64_t *const old = &group->load[account->territory[from] * group->rules];
    int64_t *const new = &group->load[account->territory[c] * group->rules];
    for (int r = 0; r < group->rules; r++) {
        old[r] -= account->load[from][r];
        new[r] += account->load[c][r];
    }
    for (int d = 0; d < group->draws; d++) {
        if (account->draw[d].cell >= 0)
            group->left[account->draw[d].cell] -= ambit_group_drawn(group, d, a, c);
    }
    group->chosen[a] = c;
    const int changed[2] = {account->territory[from], account->territory[c]};
    for (int k = 0; k < 2; k++)
        group->violation[changed[k]] = ambit_group_violation(group, changed[k], NULL, NULL);
}

int64_t ambit_group_total_violation(const struct ambit_group *group)
{
    int64_t sum = 0;
    for (int t = 0; t < group->territory_count; t++)
        sum += group->violation[t];
    return sum;
}

int64_t ambit_group_total_cost(const struct ambit_group *group)
{
    int64_t sum = 0;
    for (int32_t a = 0; a < group->account_count; a++)
        sum += group->account[a].cost[group->chosen[a]];
    return sum;
}
