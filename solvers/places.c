/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Trees grow breadth first from the first account of each piece. Accounts of a territory at one
 * place hang on the one that was reached first, which alone looks around: so a place with a
 * thousand accounts costs a thousand looks and not a million.
 */
#include "solvers/places.h"
#include "engine/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { ROOT = -1, UNSEEN = -2 };

struct keyed {
    uint64_t key;
    int32_t account, start; /* start: which of the starting accounts it is, or follows */
};

static int compare_keyed(const void *a, const void *b)
{
    const struct keyed *const x = a, *const y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->account > y->account) - (x->account < y->account);
}

/* Accounts by key. They mostly come so: only a rule that keeps some together changes it. */
static ambit_status order_accounts(const struct ambit_place_keys *keys, struct keyed **out)
{
    struct keyed *keyed = NULL;
    const ambit_status status = ambit_alloc(&keyed, (size_t)keys->count, sizeof *keyed);
    if (status != AMBIT_OK) return status;
    int32_t start = -1;
    bool ordered = true;
    for (int32_t i = 0; i < keys->count; i++) {
        start += keys->starts[i];
        AMBIT_REQUIRE(start >= 0);
        keyed[i] = (struct keyed){keys->key[i], i, start};
        ordered &= i == 0 || keys->key[i - 1] <= keys->key[i];
    }
    if (!ordered) qsort(keyed, (size_t)keys->count, sizeof *keyed, compare_keyed);
    *out = keyed;
    return AMBIT_OK;
}

/* Fills the lists of the places, and *position_out with the place of the first account of each. */
static ambit_status list_places(const struct ambit_place_keys *keys, struct ambit_places *out,
                                double **position_out)
{
    ambit_status status = AMBIT_OK;
    struct keyed *keyed = NULL;
    const size_t accounts = (size_t)keys->count;
    AMBIT_TRY(order_accounts(keys, &keyed));
    for (int32_t n = 0; n < keys->count; n++)
        out->count += n == 0 || keyed[n].key != keyed[n - 1].key;
    AMBIT_TRY(ambit_alloc(&out->of_account, accounts, sizeof *out->of_account));
    AMBIT_TRY(ambit_alloc(&out->account, accounts, sizeof *out->account));
    AMBIT_TRY(ambit_alloc(&out->first, (size_t)out->count + 1, sizeof *out->first));
    AMBIT_TRY(ambit_alloc(position_out, 3 * (size_t)out->count, sizeof **position_out));
    int32_t place = -1;
    for (int32_t n = 0; n < keys->count; n++) {
        const int32_t i = keyed[n].account;
        if (n == 0 || keyed[n].key != keyed[n - 1].key) {
            out->first[++place] = n;
            memcpy(*position_out + 3 * (int64_t)place, keys->position + 3 * (int64_t)keyed[n].start,
                   3 * sizeof **position_out);
        }
        out->account[n] = i;
        out->of_account[i] = place;
    }
    out->first[out->count] = keys->count;
done:
    ambit_free(&keyed);
    return status;
}

ambit_status ambit_places_create(const struct ambit_place_keys *keys,
                                 const struct ambit_graph_rules *rules, struct ambit_places *out)
{
    ambit_status status = AMBIT_OK;
    double *position = NULL;
    *out = (struct ambit_places){.account_count = keys->count};
    AMBIT_TRY(list_places(keys, out, &position));
    AMBIT_TRY(ambit_neighbour_graph_create(position, out->count, rules, &out->graph));
    AMBIT_TRY(ambit_alloc(&out->island, (size_t)out->count, sizeof *out->island));
    out->island_count = ambit_neighbour_graph_components(&out->graph, out->island);
done:
    ambit_free(&position);
    if (status != AMBIT_OK) ambit_places_clear(out);
    return status;
}

void ambit_places_clear(struct ambit_places *places)
{
    ambit_free(&places->of_account);
    ambit_free(&places->account);
    ambit_free(&places->first);
    ambit_free(&places->island);
    ambit_neighbour_graph_clear(&places->graph);
    *places = (struct ambit_places){.count = 0};
}

/* The unseen accounts of `territory` at a place hang on `parent`. */
static void hang_mates(const struct ambit_places *p, const int32_t *label, int32_t place,
                       int32_t parent, int32_t *parent_out)
{
    for (int32_t n = p->first[place]; n < p->first[place + 1]; n++) {
        const int32_t i = p->account[n];
        if (label[i] == label[parent] && parent_out[i] == UNSEEN) parent_out[i] = parent;
    }
}

static int32_t first_unseen(const struct ambit_places *p, const int32_t *label, int32_t place,
                            int32_t territory, const int32_t *parent)
{
    for (int32_t n = p->first[place]; n < p->first[place + 1]; n++) {
        const int32_t i = p->account[n];
        if (label[i] == territory) return parent[i] == UNSEEN ? i : -1;
    }
    return -1;
}

ambit_status ambit_places_span(const struct ambit_places *p, const int32_t *label,
                               int32_t *parent_out)
{
    ambit_status status = AMBIT_OK;
    int32_t *queue = NULL;
    AMBIT_TRY(ambit_alloc(&queue, (size_t)p->account_count, sizeof *queue));
    for (int32_t i = 0; i < p->account_count; i++)
        parent_out[i] = UNSEEN;
    for (int32_t root = 0; root < p->account_count; root++) {
        int32_t head = 0, tail = 0;
        if (parent_out[root] != UNSEEN) continue;
        parent_out[root] = ROOT;
        queue[tail++] = root;
        while (head < tail) {
            const int32_t i = queue[head++], place = p->of_account[i];
            hang_mates(p, label, place, i, parent_out);
            for (int64_t e = p->graph.row[place]; e < p->graph.row[place + 1]; e++) {
                const int32_t next =
                    first_unseen(p, label, p->graph.column[e], label[i], parent_out);
                if (next < 0) continue;
                parent_out[next] = i;
                queue[tail++] = next;
            }
        }
    }
done:
    ambit_free(&queue);
    return status;
}
