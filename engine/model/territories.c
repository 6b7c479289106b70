/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names are compared byte by byte, so that their order does not depend on a locale.
 */
#include "engine/model/territories.h"
#include "engine/base/memory.h"

#include <stdlib.h>
#include <string.h>

double ambit_territory_weight(const struct ambit_territory *territory,
                              const struct ambit_band *band)
{
    switch (band->target) {
    case AMBIT_TARGET_EQUAL:
    case AMBIT_TARGET_GIVEN:
        break;
    case AMBIT_TARGET_CAPACITY:
        return territory->capacity;
    case AMBIT_TARGET_REP:
    case AMBIT_TARGET_REP_AMOUNT:
        return territory->value[band->target_column];
    }
    return 1.0;
}

void ambit_territories_clear(struct ambit_territories *territories)
{
    ambit_free(&territories->item);
    ambit_free(&territories->gone);
    ambit_words_clear(&territories->skills);
    *territories = (struct ambit_territories){0};
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct ambit_territory *)a)->name,
                  ((const struct ambit_territory *)b)->name);
}

ambit_status ambit_territories_sort(struct ambit_territories *territories)
{
    struct ambit_territory *const item = territories->item;
    if (territories->count < 2) return AMBIT_OK;
    qsort(item, (size_t)territories->count, sizeof *item, compare_names);
    for (int32_t j = 1; j < territories->count; j++) {
        if (compare_names(&item[j - 1], &item[j]) == 0)
            return ambit_fail(AMBIT_ERR_INPUT,
                              "territories: expected every name once, found '%s' twice",
                              item[j].name);
    }
    return AMBIT_OK;
}

int32_t ambit_territories_find(const struct ambit_territories *territories, const char *name)
{
    int32_t low = 0, high = territories->count;
    while (low < high) {
        const int32_t middle = low + (high - low) / 2;
        const int order = strcmp(territories->item[middle].name, name);
        if (order == 0) return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

int32_t ambit_territories_find_served(const struct ambit_territories *territories,
                                      const char *name_or_rep)
{
    const int32_t named = ambit_territories_find(territories, name_or_rep);
    for (int32_t j = 0; j < territories->count && named < 0; j++) {
        const char *const rep = territories->item[j].rep_id;
        if (rep[0] != '\0' && strcmp(rep, name_or_rep) == 0) return j;
    }
    return named;
}

const char *ambit_territory_skills(const struct ambit_territories *territories, int32_t j)
{
    const int32_t skills = territories->item[j].skills;
    return skills > 0 ? ambit_words_text(&territories->skills, skills - 1) : "";
}
