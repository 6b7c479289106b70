/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The groups of the new accounts are found by the hash of their names, and told apart by the names
 * themselves, in one pass over the plan's accounts. Where a plan has a group in several territories
 * the first account in canonical order says where it is.
 */
#include "engine/run/assign_groups.h"
#include "engine/base/hash.h"
#include "engine/base/key_table.h"
#include "engine/base/memory.h"

#include <string.h>

static uint64_t key_of(const char *name, size_t size)
{
    struct ambit_rows_hash hash = {0};
    ambit_rows_hash_add(&hash, name, size);
    return hash.low;
}

static const char *name_of(const struct ambit_accounts *accounts, int32_t i, size_t *size_out)
{
    const size_t width = (size_t)accounts->together_width;
    const char *const name = accounts->together + (size_t)i * width;
    *size_out = strnlen(name, width);
    return name;
}

/* Numbers the groups by their first accounts: table[key] is that account. */
static ambit_status index_groups(const struct ambit_accounts *accounts,
                                 struct ambit_key_table *table)
{
    const ambit_status status = ambit_key_table_reserve(table, accounts->count);
    if (status != AMBIT_OK) return status;
    for (int32_t i = 0; i < accounts->count; i++) {
        size_t size;
        const char *const name = name_of(accounts, i, &size);
        if (size == 0 || ambit_account_joins(accounts, i)) continue;
        *ambit_key_table_at(table, key_of(name, size)) = i;
    }
    return AMBIT_OK;
}

/* home[i], for the first account i of each group: where the plan has the group. */
static void look_up(const struct ambit_result *stored, const struct ambit_accounts *accounts,
                    const struct ambit_key_table *table, int32_t *home)
{
    const size_t width = (size_t)stored->together_width;
    for (int64_t s = 0; s < stored->account_count && width > 0; s++) {
        const char *const there = stored->account_together + (size_t)s * width;
        const size_t size = strnlen(there, width);
        const int32_t i = size > 0 ? ambit_key_table_find(table, key_of(there, size)) : -1;
        if (i < 0 || home[i] >= 0) continue;
        size_t mine_size;
        const char *const mine = name_of(accounts, i, &mine_size);
        if (mine_size == size && memcmp(mine, there, size) == 0) home[i] = stored->territory[s];
    }
}

ambit_status ambit_assign_groups(const struct ambit_result *stored,
                                 const struct ambit_accounts *accounts, struct ambit_wish *wish,
                                 int32_t **home_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_key_table table = {0};
    int32_t *home = NULL, first = 0;
    AMBIT_TRY(ambit_alloc(&home, (size_t)accounts->count, sizeof *home));
    for (int32_t i = 0; i < accounts->count; i++) {
        home[i] = -1;
        wish[i].group = NULL;
    }
    if (accounts->together_width > 0) {
        AMBIT_TRY(index_groups(accounts, &table));
        look_up(stored, accounts, &table, home);
    }
    for (int32_t i = 0; i < accounts->count && accounts->together_width > 0; i++) {
        size_t size;
        (void)name_of(accounts, i, &size);
        if (!ambit_account_joins(accounts, i)) first = i;
        if (size > 0) wish[i].group = &home[first];
    }
    *home_out = home;
    home = NULL;
done:
    ambit_key_table_clear(&table);
    ambit_free(&home);
    return status;
}

/* ---- one account at a time ---- */

void ambit_group_homes_clear(struct ambit_group_homes *homes)
{
    ambit_key_table_clear(&homes->table);
    ambit_free(&homes->home);
    homes->count = homes->room = 0;
    homes->knows_plan = false;
}

/* The group's place, added with `home` where it is new. */
static ambit_status find_home(struct ambit_group_homes *homes, const char *name, size_t size,
                              int32_t home, int32_t *index_out)
{
    ambit_status status = AMBIT_OK;
    const uint64_t key = key_of(name, size);
    *index_out = ambit_key_table_find(&homes->table, key);
    if (*index_out >= 0) return AMBIT_OK;
    if (homes->count == homes->room) {
        const int32_t room = homes->room < 512 ? 1024 : 2 * homes->room;
        AMBIT_TRY(ambit_key_table_reserve(&homes->table, room));
        AMBIT_TRY(ambit_resize(&homes->home, (size_t)room, sizeof *homes->home));
        homes->room = room;
    }
    *index_out = homes->count;
    *ambit_key_table_at(&homes->table, key) = homes->count;
    homes->home[homes->count++] = home;
done:
    return status;
}

ambit_status ambit_group_homes_find(struct ambit_group_homes *homes,
                                    const struct ambit_result *stored, const char *name,
                                    int32_t **home_out)
{
    ambit_status status = AMBIT_OK;
    const size_t width = (size_t)stored->together_width;
    int32_t at = 0;
    for (int64_t s = 0; !homes->knows_plan && width > 0 && s < stored->account_count; s++) {
        const char *const there = stored->account_together + (size_t)s * width;
        const size_t size = strnlen(there, width);
        if (size > 0) AMBIT_TRY(find_home(homes, there, size, stored->territory[s], &at));
    }
    homes->knows_plan = true;
    AMBIT_TRY(find_home(homes, name, strlen(name), -1, &at));
    *home_out = &homes->home[at];
done:
    return status;
}
