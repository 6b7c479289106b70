/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge of contiguity. It takes the neighbour graph, which the inputs define, and a plan; it
 * counts pieces by union-find, which nothing of the search uses, and then checks the certificate on
 * its own: every parent is in the same territory and at the same or a neighbouring place, no chain
 * of parents comes back to itself, and there are as many roots as pieces. O(accounts + edges),
 * nearly. Weakness: rank 0 does all of it.
 */
#include "engine/base/memory.h"
#include "engine/run/join_pieces.h"

#include <stdlib.h>

/* ---- pieces ---- */

struct count {
    const struct ambit_places *places;
    const int32_t *label;
    int32_t *up;    /* by account: towards the first of its piece */
    int32_t *size;  /* by first account: accounts of its piece */
    int32_t *stamp; /* by territory: the place or island looked at last */
    int32_t *seen;  /* by territory: an account there */
};

static int32_t root_of(int32_t *up, int32_t i)
{
    while (up[i] != i) {
        up[i] = up[up[i]];
        i = up[i];
    }
    return i;
}

static void unite(int32_t *up, int32_t a, int32_t b)
{
    a = root_of(up, a);
    b = root_of(up, b);
    up[a < b ? b : a] = a < b ? a : b;
}

/* Joins the accounts of place `at` with each other and with those of earlier neighbours. */
static void join_place(struct count *c, int32_t at)
{
    const struct ambit_places *const p = c->places;
    for (int32_t n = p->first[at]; n < p->first[at + 1]; n++) {
        const int32_t i = p->account[n], t = c->label[i];
        if (c->stamp[t] == at)
            unite(c->up, i, c->seen[t]);
        else
            c->seen[t] = i;
        c->stamp[t] = at;
    }
    for (int64_t e = p->graph.row[at]; e < p->graph.row[at + 1]; e++) {
        const int32_t other = p->graph.column[e];
        for (int32_t n = p->first[other]; other < at && n < p->first[other + 1]; n++) {
            const int32_t i = p->account[n];
            if (c->stamp[c->label[i]] == at) unite(c->up, i, c->seen[c->label[i]]);
        }
    }
}

static void clear_count(struct count *c)
{
    ambit_free(&c->up);
    ambit_free(&c->size);
    ambit_free(&c->stamp);
    ambit_free(&c->seen);
}

static ambit_status find_pieces(struct count *c, int32_t territories)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_places *const p = c->places;
    AMBIT_TRY(ambit_alloc(&c->up, (size_t)p->account_count, sizeof *c->up));
    AMBIT_TRY(ambit_alloc(&c->size, (size_t)p->account_count, sizeof *c->size));
    AMBIT_TRY(ambit_alloc(&c->stamp, (size_t)territories, sizeof *c->stamp));
    AMBIT_TRY(ambit_alloc(&c->seen, (size_t)territories, sizeof *c->seen));
    for (int32_t i = 0; i < p->account_count; i++)
        c->up[i] = i;
    for (int32_t t = 0; t < territories; t++)
        c->stamp[t] = -1;
    for (int32_t at = 0; at < p->count; at++)
        join_place(c, at);
    for (int32_t i = 0; i < p->account_count; i++)
        c->size[root_of(c->up, i)]++;
done:
    return status;
}

/* ---- figures ---- */

struct piece {
    int32_t island, territory, size, root;
};

/* By island and territory, the largest first; ties to the first account. */
static int compare_pieces(const void *a, const void *b)
{
    const struct piece *const x = a, *const y = b;
    if (x->island != y->island) return x->island < y->island ? -1 : 1;
    if (x->territory != y->territory) return x->territory < y->territory ? -1 : 1;
    if (x->size != y->size) return x->size > y->size ? -1 : 1;
    return (x->root > y->root) - (x->root < y->root);
}

static ambit_status tally(const struct count *c, struct ambit_contiguity_figures *f)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_places *const p = c->places;
    struct piece *piece = NULL;
    size_t count = 0, n = 0;
    for (int32_t i = 0; i < p->account_count; i++)
        count += c->up[i] == i;
    AMBIT_TRY(ambit_alloc(&piece, count, sizeof *piece));
    for (int32_t i = 0; i < p->account_count; i++) {
        if (c->up[i] == i)
            piece[n++] = (struct piece){p->island[p->of_account[i]], c->label[i], c->size[i], i};
    }
    if (count > 0) qsort(piece, count, sizeof *piece, compare_pieces);
    for (int32_t t = 0; t < f->territory_count; t++)
        f->apart_sample[t] = -1;
    for (n = 0; n < count; n++) {
        const int32_t t = piece[n].territory;
        f->pieces[t]++;
        if (n == 0 || piece[n - 1].territory != t || piece[n - 1].island != piece[n].island) {
            f->islands[t]++;
            continue;
        }
        f->apart[t] += piece[n].size;
        f->apart_count += piece[n].size;
        if (f->apart_sample[t] < 0 || piece[n].root < f->apart_sample[t])
            f->apart_sample[t] = piece[n].root;
    }
    for (int32_t t = 0; t < f->territory_count; t++) {
        f->broken_count += f->pieces[t] > f->islands[t];
        f->extra_count += f->pieces[t] - f->islands[t];
    }
done:
    ambit_free(&piece);
    return status;
}

/* ---- the certificate ---- */

static ambit_status check_parent(const struct ambit_places *p, const int32_t *label,
                                 const int32_t *parent, int32_t i)
{
    const int32_t up = parent[i];
    if (up < -1 || up >= p->account_count)
        return ambit_fail(AMBIT_ERR_MISMATCH,
                          "certificate: account %d: expected a parent from -1 to %d, found %d",
                          (int)i, (int)p->account_count - 1, (int)up);
    if (up >= 0 && label[up] != label[i])
        return ambit_fail(AMBIT_ERR_MISMATCH,
                          "certificate: account %d: expected a parent in its own territory, found "
                          "account %d of another",
                          (int)i, (int)up);
    if (up >= 0 && p->of_account[up] != p->of_account[i] &&
        !ambit_neighbour_graph_joins(&p->graph, p->of_account[up], p->of_account[i]))
        return ambit_fail(AMBIT_ERR_MISMATCH,
                          "certificate: account %d: expected a neighbour as its parent, found "
                          "account %d, which is none",
                          (int)i, (int)up);
    return AMBIT_OK;
}

/* Marks each account with the walk that found it: a walk that meets its own mark goes round. */
static ambit_status check_acyclic(const int32_t *parent, int32_t count)
{
    ambit_status status = AMBIT_OK;
    int32_t *walk = NULL;
    AMBIT_TRY(ambit_alloc(&walk, (size_t)count, sizeof *walk));
    for (int32_t i = 0; i < count; i++) {
        int32_t at = i;
        for (; at >= 0 && walk[at] == 0; at = parent[at])
            walk[at] = i + 1;
        if (at >= 0 && walk[at] == i + 1)
            AMBIT_TRY(ambit_fail(AMBIT_ERR_MISMATCH,
                                 "certificate: account %d: expected a chain of parents that ends, "
                                 "found that it comes back to account %d",
                                 (int)i, (int)at));
    }
done:
    ambit_free(&walk);
    return status;
}

static ambit_status check_certificate(const struct count *c, const int32_t *parent,
                                      const struct ambit_contiguity_figures *f)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_places *const p = c->places;
    int64_t roots = 0, pieces = 0;
    for (int32_t i = 0; i < p->account_count; i++) {
        AMBIT_TRY(check_parent(p, c->label, parent, i));
        roots += parent[i] < 0;
    }
    AMBIT_TRY(check_acyclic(parent, p->account_count));
    for (int32_t t = 0; t < f->territory_count; t++)
        pieces += f->pieces[t];
    if (roots != pieces)
        status =
            ambit_fail(AMBIT_ERR_MISMATCH,
                       "certificate: expected a tree for each of %lld pieces, found %lld trees",
                       (long long)pieces, (long long)roots);
done:
    return status;
}

ambit_status ambit_contiguity_judge(const struct ambit_places *places, const int32_t *label,
                                    const int32_t *parent, struct ambit_contiguity_figures *figures)
{
    ambit_status status = AMBIT_OK;
    struct count count = {.places = places, .label = label};
    figures->place_count = places->count;
    figures->edge_count = places->graph.edge_count;
    figures->long_count = places->graph.long_count;
    figures->barred_count = places->graph.barred_count;
    figures->island_count = places->island_count;
    AMBIT_TRY(find_pieces(&count, figures->territory_count));
    AMBIT_TRY(tally(&count, figures));
    AMBIT_TRY(check_certificate(&count, parent, figures));
done:
    clear_count(&count);
    return status;
}

ambit_status ambit_job_judge_contiguity(struct ambit_job *job, const int32_t *label,
                                        struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_contiguity_terms *const terms = &job->scenario.contiguity;
    int32_t *all_label = NULL, *all_parent = NULL;
    int64_t count = 0, bad = 0;
    if (terms->wanted == AMBIT_CONTIGUITY_FREE) return AMBIT_OK;
    const bool first = ambit_comm_rank(job->comm) == 0;
    AMBIT_TRY(ambit_job_find_places(job));
    AMBIT_TRY(ambit_job_certify(job, label));
    AMBIT_TRY(ambit_comm_gather(job->comm, label, job->accounts.count, sizeof *label, &all_label,
                                &count));
    AMBIT_TRY(ambit_comm_gather(job->comm, job->contiguity->parent, job->accounts.count,
                                sizeof *label, &all_parent, &count));
    status =
        first ? ambit_contiguity_create(job->territories.count, &result->contiguity) : AMBIT_OK;
    if (first && status == AMBIT_OK) {
        struct ambit_contiguity_figures *const f = result->contiguity;
        f->wanted = terms->wanted;
        f->nearest = terms->nearest;
        f->longest_km = terms->longest_km;
        status = ambit_contiguity_judge(&job->contiguity->places, all_label, all_parent, f);
        for (int32_t t = 0; t < f->territory_count; t++)
            bad += ambit_is_asked(&job->problem, t) && f->pieces[t] > f->islands[t];
    }
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    ambit_comm_max_i64(job->comm, &bad, 1);
    if (bad > 0 && terms->wanted == AMBIT_CONTIGUITY_REQUIRED) result->feasible = false;
done:
    ambit_free(&all_label);
    ambit_free(&all_parent);
    return status;
}
