/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each rank sums what it has and offers its heaviest accounts; the heaviest of all are chosen from
 * those offers. Sums are whole millionths a column, so that they are the same on any ranks. Cost: a
 * pass over the accounts; where there are gaps, the density of the others is found anew.
 */
#include "engine/run/audit_cover.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "engine/run/audit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An account that a rank offers for the list. */
struct offer {
    struct ambit_cover_entry entry;
    int32_t row; /* of an overlap: in the table of rank 0 */
};

static int compare_offers(const void *a, const void *b)
{
    const struct ambit_cover_entry *const x = &((const struct offer *)a)->entry;
    const struct ambit_cover_entry *const y = &((const struct offer *)b)->entry;
    if (x->work != y->work) return x->work > y->work ? -1 : 1;
    if (x->potential != y->potential) return x->potential > y->potential ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

/* Adds what account i has to the sums, of which those of travel stay 0. */
static void add_account(const struct ambit_accounts *a, int32_t i, int64_t *sums)
{
    sums[AMBIT_SUM_ACCOUNTS]++;
    sums[AMBIT_SUM_VISITS] += a->visits[i];
    for (int c = 0; c < a->column_count; c++)
        sums[AMBIT_SUM_COLUMN + c] += a->column[c][i];
}

static void make_offer(const struct ambit_job *job, int32_t i, int32_t row, struct offer *out)
{
    const struct ambit_accounts *const a = &job->accounts;
    const struct ambit_audit_terms *const audit = &job->scenario.audit;
    int64_t sums[AMBIT_SUM_WIDTH] = {0};
    add_account(a, i, sums);
    *out = (struct offer){.entry = {.index = a->first + i,
                                    .work = ambit_kpi_sum(&audit->work, sums),
                                    .potential = ambit_kpi_sum(&audit->potential, sums),
                                    .position = {a->x[i], a->y[i], a->z[i]},
                                    .nearest = -1},
                          .row = row};
    (void)snprintf(out->entry.id, sizeof out->entry.id, "%.*s", (int)a->id_width,
                   a->id + (int64_t)i * a->id_width);
}

/* What of the slice goes onto a list: sums, and the heaviest so far. */
struct collection {
    int64_t sums[AMBIT_SUM_WIDTH];
    struct offer *offer; /* owned; AMBIT_COVER_LISTED + 1 */
    int64_t count;
};

static void collect(const struct ambit_job *job, int32_t i, int32_t row, bool is_unknown,
                    struct collection *c)
{
    struct offer *const last = &c->offer[c->count];
    add_account(&job->accounts, i, c->sums);
    make_offer(job, i, row, last);
    last->entry.is_unknown = is_unknown;
    if (c->count == AMBIT_COVER_LISTED &&
        compare_offers(last, &c->offer[AMBIT_COVER_LISTED - 1]) > 0)
        return;
    int64_t at = c->count;
    const struct offer one = *last;
    while (at > 0 && compare_offers(&one, &c->offer[at - 1]) < 0) {
        c->offer[at] = c->offer[at - 1];
        at--;
    }
    c->offer[at] = one;
    if (c->count < AMBIT_COVER_LISTED) c->count++;
}

/* Joins the collections of all ranks into a list, whose offers come in *all_out, the same on every
 * rank. Collective. */
static ambit_status join(struct ambit_job *job, struct collection *c, struct offer **all_out,
                         struct ambit_cover_list *list)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_audit_terms *const audit = &job->scenario.audit;
    int64_t offered = 0;
    ambit_comm_sum_i64(job->comm, c->sums, AMBIT_SUM_WIDTH);
    AMBIT_TRY(ambit_comm_all_gather(job->comm, c->offer, c->count, (int64_t)sizeof *c->offer,
                                    all_out, &offered));
    if (offered > 0) qsort(*all_out, (size_t)offered, sizeof **all_out, compare_offers);
    list->count = c->sums[AMBIT_SUM_ACCOUNTS];
    list->work = audit->work.count > 0 ? ambit_kpi_sum(&audit->work, c->sums) : NAN;
    list->potential = audit->potential.count > 0 ? ambit_kpi_sum(&audit->potential, c->sums) : NAN;
    list->listed = (int32_t)(offered < AMBIT_COVER_LISTED ? offered : AMBIT_COVER_LISTED);
    for (int32_t n = 0; n < list->listed; n++)
        list->entry[n] = (*all_out)[n].entry;
done:
    return status;
}

static ambit_status open_cover(struct ambit_job *job)
{
    return job->cover == NULL ? ambit_alloc(&job->cover, 1, sizeof *job->cover) : AMBIT_OK;
}

/* ---- overlaps ---- */

/* The territories that claim what is listed, which rank 0 knows. */
static void name_claims(const struct ambit_alignment *table, const struct offer *all,
                        struct ambit_cover_list *list)
{
    for (int32_t n = 0; n < list->listed; n++) {
        struct ambit_cover_entry *const entry = &list->entry[n];
        const int64_t first = table->claim_first[all[n].row];
        entry->claim_count = (int32_t)(table->claim_first[all[n].row + 1] - first);
        for (int32_t k = 0; k < entry->claim_count && k < AMBIT_COVER_CLAIMS; k++)
            entry->claim[k] = table->claim[first + k];
    }
}

ambit_status ambit_job_note_overlaps(struct ambit_job *job, const int32_t *claimed,
                                     const struct ambit_alignment *table)
{
    ambit_status status = AMBIT_OK;
    struct collection c = {.count = 0};
    struct offer *all = NULL;
    int64_t count = 0;
    for (int32_t i = 0; i < job->accounts.count; i++)
        count += claimed[i] >= 0;
    ambit_comm_sum_i64(job->comm, &count, 1);
    if (count == 0) return AMBIT_OK;
    status = open_cover(job);
    if (status == AMBIT_OK) status = ambit_alloc(&c.offer, AMBIT_COVER_LISTED + 1, sizeof *c.offer);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    for (int32_t i = 0; i < job->accounts.count; i++)
        if (claimed[i] >= 0) collect(job, i, claimed[i], false, &c);
    struct ambit_cover_list *const list = &job->cover->overlaps;
    AMBIT_TRY(join(job, &c, &all, list));
    if (ambit_comm_rank(job->comm) == 0) name_claims(table, all, list);
    ambit_comm_broadcast(job->comm, list, (int64_t)sizeof *list, 0);
done:
    ambit_free(&c.offer);
    ambit_free(&all);
    return status;
}

/* ---- gaps ---- */

/* The accounts that are kept, with what speaks of them by their place in the slice. */
static ambit_status leave_out(struct ambit_job *job, int32_t *label, const bool *kept)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts *const a = &job->accounts;
    int32_t count = 0;
    AMBIT_TRY(ambit_pairs_keep(&job->forbidden, kept, a->count));
    AMBIT_TRY(ambit_pairs_keep(&job->allowed, kept, a->count));
    for (int32_t i = 0; i < a->count && label != a->previous; i++)
        if (kept[i]) label[count++] = label[i];
    ambit_accounts_keep(a, kept);
    for (int r = 0; r < job->problem.rule_count; r++)
        ambit_problem_refresh_rule(&job->problem, r);
done:
    return status;
}

static ambit_status collect_gaps(const struct ambit_job *job, const int32_t *label, bool *kept,
                                 struct collection *c, int64_t *unknown_out)
{
    const ambit_status status = ambit_alloc(&c->offer, AMBIT_COVER_LISTED + 1, sizeof *c->offer);
    if (status != AMBIT_OK) return status;
    for (int32_t i = 0; i < job->accounts.count; i++) {
        /* A file has only left it out; what it had today tells why. */
        const bool is_unknown = label[i] == AMBIT_TERRITORY_UNKNOWN ||
                                job->accounts.previous[i] == AMBIT_TERRITORY_UNKNOWN;
        kept[i] = label[i] >= 0;
        if (!kept[i]) collect(job, i, -1, is_unknown, c);
        *unknown_out += !kept[i] && is_unknown;
    }
    return AMBIT_OK;
}

ambit_status ambit_job_set_gaps_aside(struct ambit_job *job, int32_t *label, const char *where,
                                      const char *advice)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts *const a = &job->accounts;
    struct collection c = {.count = 0};
    struct offer *all = NULL;
    bool *kept = NULL;
    int64_t gaps = 0, unknown = 0;
    for (int32_t i = 0; i < a->count; i++)
        gaps += label[i] < 0;
    ambit_comm_sum_i64(job->comm, &gaps, 1);
    if (gaps == 0) return AMBIT_OK;
    if (gaps == a->total)
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: expected accounts that have a territory, found none of %lld; %s",
                          where, (long long)a->total, advice);
    status = open_cover(job);
    if (status == AMBIT_OK) status = ambit_alloc(&kept, (size_t)a->count, sizeof *kept);
    if (status == AMBIT_OK) status = collect_gaps(job, label, kept, &c, &unknown);
    AMBIT_TRY(AMBIT_AGREE(job->comm, status));
    AMBIT_TRY(join(job, &c, &all, &job->cover->gaps));
    ambit_comm_sum_i64(job->comm, &unknown, 1);
    job->cover->unknown_count = unknown;
    AMBIT_TRY_TOGETHER(job->comm, leave_out(job, label, kept));
    a->first = ambit_comm_sum_below_i64(job->comm, a->count);
    a->total -= gaps;
    AMBIT_TRY(ambit_job_prepare_travel(job));
done:
    ambit_free(&c.offer);
    ambit_free(&all);
    ambit_free(&kept);
    return status;
}

void ambit_cover_find_nearest(const struct ambit_job *job, struct ambit_cover *cover)
{
    for (int32_t n = 0; n < cover->gaps.listed; n++) {
        struct ambit_cover_entry *const gap = &cover->gaps.entry[n];
        double least = INFINITY;
        for (int32_t j = 0; j < job->territories.count; j++) {
            const double chord2 = ambit_chord2(gap->position, job->territories.item[j].position);
            if (chord2 >= least) continue;
            least = chord2;
            gap->nearest = j;
        }
        gap->nearest_km = ambit_km_from_chord2(least);
    }
}
