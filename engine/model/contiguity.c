/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/contiguity.h"
#include "engine/base/memory.h"

#include <stdlib.h>

const char *ambit_contiguity_name(enum ambit_contiguity wanted)
{
    static const char *const names[] = {
        [AMBIT_CONTIGUITY_FREE] = "free",
        [AMBIT_CONTIGUITY_PREFERRED] = "preferred",
        [AMBIT_CONTIGUITY_REQUIRED] = "required",
    };
    AMBIT_REQUIRE((size_t)wanted < sizeof names / sizeof names[0]);
    return names[wanted];
}

ambit_status ambit_contiguity_create(int32_t territories, struct ambit_contiguity_figures **out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_contiguity_figures *figures = NULL;
    const size_t count = (size_t)territories;
    AMBIT_TRY(ambit_alloc(&figures, 1, sizeof *figures));
    figures->territory_count = territories;
    AMBIT_TRY(ambit_alloc(&figures->islands, count, sizeof *figures->islands));
    AMBIT_TRY(ambit_alloc(&figures->pieces, count, sizeof *figures->pieces));
    AMBIT_TRY(ambit_alloc(&figures->apart, count, sizeof *figures->apart));
    AMBIT_TRY(ambit_alloc(&figures->apart_sample, count, sizeof *figures->apart_sample));
    *out = figures;
    figures = NULL;
done:
    ambit_contiguity_destroy(&figures);
    return status;
}

void ambit_contiguity_destroy(struct ambit_contiguity_figures **figures)
{
    if (*figures != NULL) {
        ambit_free(&(*figures)->islands);
        ambit_free(&(*figures)->pieces);
        ambit_free(&(*figures)->apart);
        ambit_free(&(*figures)->apart_sample);
    }
    ambit_free(figures);
}

struct piece {
    int32_t territory, size, root;
};

static int compare_pieces(const void *a, const void *b)
{
    const struct piece *const x = a, *const y = b;
    if (x->territory != y->territory) return x->territory < y->territory ? -1 : 1;
    if (x->size != y->size) return x->size > y->size ? -1 : 1;
    return (x->root > y->root) - (x->root < y->root);
}

/* root_out[i]: the root of account i; false where there is no tree. A chain marks its accounts with
 * −2 − its first one until its root is known, so that one that comes back meets its own mark. */
static bool find_roots(const int32_t *label, const int32_t *parent, int32_t count,
                       int32_t *root_out)
{
    for (int32_t i = 0; i < count; i++)
        root_out[i] = -1;
    for (int32_t i = 0; i < count; i++) {
        int32_t at = i, last = i;
        for (; at >= 0 && root_out[at] == -1; at = parent[at]) {
            if (parent[at] < -1 || parent[at] >= count) return false;
            if (parent[at] >= 0 && label[parent[at]] != label[at]) return false;
            root_out[at] = -2 - i;
            last = at;
        }
        if (at >= 0 && root_out[at] < 0) return false;
        const int32_t root = at >= 0 ? root_out[at] : last;
        for (at = i; at >= 0 && root_out[at] == -2 - i; at = parent[at])
            root_out[at] = root;
    }
    return true;
}

ambit_status ambit_contiguity_pieces(const int32_t *label, const int32_t *parent, int32_t count,
                                     int32_t *number_out, int32_t *size_out, bool *whole_out)
{
    ambit_status status = AMBIT_OK;
    int32_t *root = NULL;
    struct piece *piece = NULL;
    size_t pieces = 0, n = 0;
    *whole_out = false;
    AMBIT_TRY(ambit_alloc(&root, (size_t)count, sizeof *root));
    if (!find_roots(label, parent, count, root)) goto done;
    for (int32_t i = 0; i < count; i++) {
        size_out[i] = 0;
        pieces += parent[i] < 0;
    }
    for (int32_t i = 0; i < count; i++)
        size_out[root[i]]++;
    AMBIT_TRY(ambit_alloc(&piece, pieces, sizeof *piece));
    for (int32_t i = 0; i < count; i++) {
        if (parent[i] < 0) piece[n++] = (struct piece){label[i], size_out[i], i};
    }
    if (pieces > 0) qsort(piece, pieces, sizeof *piece, compare_pieces);
    for (n = 0; n < pieces; n++)
        number_out[piece[n].root] = n > 0 && piece[n - 1].territory == piece[n].territory
                                        ? number_out[piece[n - 1].root] + 1
                                        : 1;
    for (int32_t i = 0; i < count; i++) {
        number_out[i] = number_out[root[i]];
        size_out[i] = size_out[root[i]];
    }
    *whole_out = true;
done:
    ambit_free(&root);
    ambit_free(&piece);
    return status;
}
