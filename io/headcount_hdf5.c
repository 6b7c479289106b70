/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/headcount_hdf5.h"
#include "engine/base/memory.h"
#include "io/farm_hdf5.h"
#include "io/result_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void take_result(const struct ambit_result *r, struct ambit_headcount_point *point)
{
    point->territories = r->territory_count;
    point->feasible = r->feasible;
    point->objective = r->objective;
    point->bound = r->bound;
    point->gap = r->gap;
    for (int b = 0; b < r->band_count; b++)
        point->outside += r->band[b].broken_count;
    point->has_plan = r->headcount != NULL;
    if (!point->has_plan) return;
    point->figures = *r->headcount;
    const int32_t worst = point->figures.overtime_worst;
    if (worst >= 0 && worst < r->territory_count)
        (void)snprintf(point->worst_name, sizeof point->worst_name, "%s",
                       r->territories[worst].name);
}

/* Entry `index` of a farm; 0 is the base. */
static ambit_status read_point(struct ambit_h5 *h5, const struct ambit_farm_entry *entry, int index,
                               struct ambit_headcount_point *point)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result result;
    char group[32];
    ambit_result_init(&result);
    *point = (struct ambit_headcount_point){.territories = (int32_t)strtol(entry->name, NULL, 10),
                                            .gap = NAN};
    (void)snprintf(point->name, sizeof point->name, "%s", entry->name);
    (void)snprintf(point->message, sizeof point->message, "%.*s", (int)sizeof point->message - 1,
                   entry->message);
    if (entry->status == AMBIT_FARM_FAILED) goto done;
    (void)snprintf(group, sizeof group, "/scenarios/%04d", index);
    AMBIT_TRY(ambit_h5_set_root(h5, index == 0 ? NULL : group));
    AMBIT_TRY(ambit_result_get_figures(h5, &result));
    AMBIT_TRY(ambit_h5_set_root(h5, NULL));
    take_result(&result, point);
done:
    ambit_result_clear(&result);
    return status;
}

static int compare_points(const void *a, const void *b)
{
    const struct ambit_headcount_point *const x = a, *const y = b;
    return (x->territories > y->territories) - (x->territories < y->territories);
}

ambit_status ambit_headcount_read(const char *path, struct ambit_headcount_curve *curve)
{
    ambit_status status = AMBIT_OK;
    struct ambit_farm_entry *entry = NULL;
    struct ambit_h5 *h5 = NULL;
    int count = 0;
    AMBIT_TRY(ambit_farm_list(path, &entry, &count));
    AMBIT_TRY(ambit_alloc(&curve->point, (size_t)count, sizeof *curve->point));
    AMBIT_TRY(ambit_h5_open(path, "farm", &h5));
    for (int n = 0; n < count; n++)
        AMBIT_TRY(read_point(h5, &entry[n], n, &curve->point[n]));
    curve->count = count;
    curve->today = count > 0 ? curve->point[0].territories : 0;
    if (count > 0) qsort(curve->point, (size_t)count, sizeof *curve->point, compare_points);
done:
    ambit_h5_destroy(&h5);
    ambit_free(&entry);
    return status;
}
