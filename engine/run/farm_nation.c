/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A copy of the accounts for each job costs a pass over their columns, which is little beside
 * drawing a plan. Accounts are sorted again only where some came or went.
 */
#include "engine/run/farm_nation.h"
#include "engine/base/memory.h"
#include "engine/run/join_pieces.h"
#include "engine/run/sort_accounts.h"
#include "engine/run/threads.h"
#include "io/badlist.h"
#include "io/name_index.h"
#include "io/scenario_yaml.h"
#include "io/tables_csv.h"

#include <stdio.h>
#include <string.h>

void ambit_farm_nation_clear(struct ambit_farm_nation *nation)
{
    ambit_scenario_clear(&nation->reader);
    ambit_territories_clear(&nation->territories);
    ambit_accounts_clear(&nation->accounts);
}

/* ---- reading ---- */

/* Adds names that are not there yet; false, with none added, where there is no room for all. */
static bool add_names(char (*known)[AMBIT_NAME_MAX], int *count, int room,
                      char (*more)[AMBIT_NAME_MAX], int more_count)
{
    const int before = *count;
    for (int n = 0; n < more_count; n++) {
        bool is_known = false;
        for (int k = 0; k < *count; k++)
            is_known |= strcmp(known[k], more[n]) == 0;
        if (is_known) continue;
        if (*count == room) {
            *count = before;
            return false;
        }
        memcpy(known[(*count)++], more[n], AMBIT_NAME_MAX);
    }
    return true;
}

/* Drops what no plan of a farm asks for. */
static void narrow(struct ambit_scenario *s)
{
    ambit_scenario_narrow(s, s->headcount.asked ? AMBIT_USE_HEADCOUNT : AMBIT_USE_PLAN);
}

/* The base as a reader of all columns; scenarios whose columns find no room will read their own. */
static ambit_status make_reader(const struct ambit_variants *variants,
                                struct ambit_scenario *reader)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_variants_bind(variants, AMBIT_VARIANT_BASE, reader));
    narrow(reader);
    reader->together.column[0] = '\0';
    for (int i = 0; i < ambit_variants_count(variants); i++) {
        struct ambit_scenario s;
        AMBIT_TRY(ambit_variants_bind(variants, i, &s));
        narrow(&s);
        if (add_names(reader->column, &reader->column_count, AMBIT_COLUMN_MAX, s.column,
                      s.column_count))
            (void)add_names(reader->category, &reader->category_count, AMBIT_CATEGORY_MAX,
                            s.category, s.category_count);
        ambit_scenario_clear(&s);
    }
done:
    return status;
}

ambit_status ambit_farm_nation_read(struct ambit_comm *comm,
                                    const struct ambit_run_options *options,
                                    const struct ambit_variants *variants,
                                    struct ambit_farm_nation *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_farm_nation *const n = out;
    struct ambit_accounts *const a = &n->accounts;
    struct ambit_rows_hash reps = {0}, rows = {0};
    struct ambit_scenario as_read;
    struct ambit_bad_rows of_reps = {0}; /* each job reads them, and lists its own */
    int64_t rep_rows = 0;
    *n = (struct ambit_farm_nation){.variants = variants};
    AMBIT_TRY_TOGETHER(comm, make_reader(variants, &n->reader));
    AMBIT_TRY(ambit_read_territories(&n->reader, comm, options->skip_bad_rows, &n->territories,
                                     &of_reps, &reps, &rep_rows));
    AMBIT_TRY(ambit_read_account_rows(&n->reader, options->accounts_path, &n->territories, comm,
                                      options->skip_bad_rows, a, &n->bad_rows, &n->rows));
    /* Neither the base's changes nor its visits: each job makes its own. */
    as_read = n->reader;
    as_read.changes.count = 0;
    as_read.visits_column = -1;
    for (int32_t i = 0; i < a->count; i++) /* completing takes away who is gone: keep them apart */
        if (a->previous[i] >= n->territories.count)
            a->previous[i] = -2 - (a->previous[i] - n->territories.count);
    AMBIT_TRY(ambit_complete_accounts(&as_read, options->accounts_path, &n->territories, comm,
                                      options->skip_bad_rows, a, &n->bad_rows, &rows, &n->rows));
    ambit_rows_hash_text(&rows, n->hash);
    AMBIT_TRY(ambit_sort_accounts(comm, ambit_job_slice_align(a->total, n->territories.count), a));
done:
    return status;
}

/* ---- sharing ---- */

/* What one column's way to the parts is: who gets which of this rank's rows. */
struct ways {
    struct ambit_comm *comm;
    int64_t *begin;  /* owned; first of this rank's rows that each rank gets */
    int64_t *counts; /* owned; and how many */
    int64_t sent;
};

static ambit_status send(const struct ways *ways, size_t width, void *column)
{
    ambit_status status = AMBIT_OK;
    char **const rows = column;
    char *copies = NULL, *came = NULL;
    int64_t count = 0, at = 0;
    const int ranks = ambit_comm_size(ways->comm);
    AMBIT_TRY_TOGETHER(ways->comm, ambit_alloc(&copies, (size_t)ways->sent, width));
    for (int r = 0; r < ranks; r++) {
        const size_t bytes = (size_t)ways->counts[r] * width;
        if (bytes > 0)
            memcpy(copies + (size_t)at * width, *rows + (size_t)ways->begin[r] * width, bytes);
        at += ways->counts[r];
    }
    AMBIT_TRY(
        ambit_comm_exchange(ways->comm, copies, ways->counts, (int64_t)width, &came, &count, NULL));
    ambit_free(rows);
    *rows = came;
done:
    ambit_free(&copies);
    return status;
}

static int32_t part_of(const int32_t *first_of_part, int rank)
{
    int32_t part = 0;
    while (first_of_part[part + 1] <= rank)
        part++;
    return part;
}

static void find_ways(const struct ambit_accounts *a, int64_t align, const int32_t *first_of_part,
                      struct ways *ways)
{
    for (int r = 0; r < ambit_comm_size(ways->comm); r++) {
        const int32_t part = part_of(first_of_part, r);
        const int size = first_of_part[part + 1] - first_of_part[part];
        const int64_t low = ambit_slice_begin(a->total, align, size, r - first_of_part[part]);
        const int64_t high = ambit_slice_begin(a->total, align, size, r - first_of_part[part] + 1);
        const int64_t from = low > a->first ? low : a->first;
        const int64_t to = high < a->first + a->count ? high : a->first + a->count;
        ways->begin[r] = to > from ? from - a->first : 0;
        ways->counts[r] = to > from ? to - from : 0;
        ways->sent += ways->counts[r];
    }
}

ambit_status ambit_farm_nation_share(struct ambit_farm_nation *nation, struct ambit_comm *comm,
                                     const int32_t *first_of_part, int32_t parts)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts *const a = &nation->accounts;
    const int ranks = ambit_comm_size(comm), rank = ambit_comm_rank(comm);
    struct ways ways = {.comm = comm};
    if (parts == 1) return AMBIT_OK; /* as they are */
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&ways.begin, (size_t)ranks, sizeof *ways.begin));
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&ways.counts, (size_t)ranks, sizeof *ways.counts));
    const int64_t align = ambit_job_slice_align(a->total, nation->territories.count);
    find_ways(a, align, first_of_part, &ways);
    AMBIT_TRY(send(&ways, (size_t)a->id_width, &a->id));
    double **const places[] = {&a->lat, &a->lon, &a->x, &a->y, &a->z};
    for (size_t p = 0; p < sizeof places / sizeof places[0]; p++)
        AMBIT_TRY(send(&ways, sizeof(double), places[p]));
    AMBIT_TRY(send(&ways, sizeof *a->previous, &a->previous));
    for (int c = 0; c < a->column_count; c++)
        AMBIT_TRY(send(&ways, sizeof *a->column[c], &a->column[c]));
    for (int c = 0; c < a->category_count; c++)
        AMBIT_TRY(send(&ways, sizeof *a->category[c], &a->category[c]));
    const int32_t part = part_of(first_of_part, rank);
    const int size = first_of_part[part + 1] - first_of_part[part];
    a->first = ambit_slice_begin(a->total, align, size, rank - first_of_part[part]);
    a->count = (int32_t)(ambit_slice_begin(a->total, align, size, rank - first_of_part[part] + 1) -
                         a->first);
done:
    ambit_free(&ways.begin);
    ambit_free(&ways.counts);
    return status;
}

/* ---- a scenario's job ---- */

static int find_name(const char names[][AMBIT_NAME_MAX], int count, const char *name)
{
    for (int n = 0; n < count; n++)
        if (strcmp(names[n], name) == 0) return n;
    return -1;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool ambit_farm_nation_has(const struct ambit_farm_nation *nation, const struct ambit_scenario *s)
{
    const struct ambit_farm_nation *const n = nation;
    const struct ambit_scenario *const r = &n->reader;
    bool same = s->together.column[0] == '\0' && /* groups have an order of their own */
                same_text(r->accounts_file, s->accounts_file) && r->delimiter == s->delimiter &&
                same_text(r->crs, s->crs) && strcmp(r->id_column, s->id_column) == 0 &&
                strcmp(r->lat_column, s->lat_column) == 0 &&
                strcmp(r->lon_column, s->lon_column) == 0 &&
                strcmp(r->x_column, s->x_column) == 0 && strcmp(r->y_column, s->y_column) == 0 &&
                strcmp(r->territory_column, s->territory_column) == 0;
    for (int c = 0; c < s->column_count && same; c++)
        same = find_name(r->column, r->column_count, s->column[c]) >= 0;
    for (int c = 0; c < s->category_count && same; c++)
        same = find_name(r->category, r->category_count, s->category[c]) >= 0;
    return same;
}

/* What each territory of the base, and behind them each name that is gone there, is in the job: an
 * index, or −1 where its rep has left, or −2 where it is unknown. */
static ambit_status map_territories(const struct ambit_farm_nation *n,
                                    const struct ambit_territories *to, int32_t *map)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_territories *const from = &n->territories;
    struct ambit_name_index names = {0};
    AMBIT_TRY(ambit_name_index_create(2 * (int64_t)to->count + to->gone_count, &names));
    for (int32_t j = 0; j < to->count; j++)
        (void)ambit_name_index_add(&names, to->item[j].name, j);
    for (int32_t j = 0; j < to->count; j++)
        if (to->item[j].rep_id[0] != '\0')
            (void)ambit_name_index_add(&names, to->item[j].rep_id, j);
    for (int32_t g = 0; g < to->gone_count; g++)
        (void)ambit_name_index_add(&names, to->gone[g], to->count + g);
    for (int32_t j = 0; j < from->count + from->gone_count; j++) {
        const char *const name = j < from->count ? from->item[j].name : from->gone[j - from->count];
        const char *const rep = j < from->count ? from->item[j].rep_id : name;
        int64_t found = ambit_name_index_find(&names, name, strlen(name));
        if (found < 0 && rep[0] != '\0') found = ambit_name_index_find(&names, rep, strlen(rep));
        map[j] = found < 0 ? -2 : found >= to->count ? -1 : (int32_t)found;
    }
done:
    ambit_name_index_clear(&names);
    return status;
}

static ambit_status copy_column(const void *from, size_t count, size_t width, void *out)
{
    char *copy = NULL;
    const ambit_status status = ambit_alloc(&copy, count, width);
    if (status == AMBIT_OK && count > 0) memcpy(copy, from, count * width);
    memcpy(out, &copy, sizeof copy);
    return status;
}

static ambit_status copy_words(const struct ambit_words *from, struct ambit_words *to)
{
    ambit_status status = AMBIT_OK;
    const int32_t last = from->count - 1;
    size_t bytes = 0;
    if (from->count > 0)
        bytes = (size_t)from->begin[last] + strlen(ambit_words_text(from, last)) + 1;
    AMBIT_TRY(copy_column(from->begin, (size_t)from->count, sizeof *from->begin, &to->begin));
    AMBIT_TRY(copy_column(from->text, bytes, 1, &to->text));
    to->count = from->count;
done:
    return status;
}

/* The nation's accounts with the columns of the job's scenario. */
static ambit_status copy_accounts(const struct ambit_farm_nation *n, struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_accounts *const from = &n->accounts;
    const struct ambit_scenario *const r = &n->reader, *const s = &job->scenario;
    struct ambit_accounts *const to = &job->accounts;
    const size_t count = (size_t)from->count;
    to->count = from->count;
    to->first = from->first;
    to->total = from->total;
    to->id_width = from->id_width;
    to->column_count = s->column_count;
    to->category_count = s->category_count;
    AMBIT_TRY(copy_column(from->id, count, (size_t)from->id_width, &to->id));
    AMBIT_TRY(copy_column(from->lat, count, sizeof(double), &to->lat));
    AMBIT_TRY(copy_column(from->lon, count, sizeof(double), &to->lon));
    AMBIT_TRY(copy_column(from->x, count, sizeof(double), &to->x));
    AMBIT_TRY(copy_column(from->y, count, sizeof(double), &to->y));
    AMBIT_TRY(copy_column(from->z, count, sizeof(double), &to->z));
    AMBIT_TRY(copy_column(from->previous, count, sizeof(int32_t), &to->previous));
    for (int c = 0; c < s->column_count; c++) {
        const int at = find_name(r->column, r->column_count, s->column[c]);
        AMBIT_TRY(copy_column(from->column[at], count, sizeof(int64_t), &to->column[c]));
    }
    for (int c = 0; c < s->category_count; c++) {
        const int at = find_name(r->category, r->category_count, s->category[c]);
        AMBIT_TRY(copy_column(from->category[at], count, sizeof(int32_t), &to->category[c]));
        AMBIT_TRY(copy_words(&from->words[at], &to->words[c]));
    }
done:
    return status;
}

/* Current territories as the job knows them. */
static ambit_status rename_previous(const struct ambit_farm_nation *n, struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_territories *const base = &n->territories;
    struct ambit_accounts *const a = &job->accounts;
    int32_t *map = NULL;
    int64_t unknown[2] = {0, 0}; /* accounts; the first one's territory, from 1 */
    AMBIT_TRY(ambit_alloc(&map, (size_t)(base->count + base->gone_count), sizeof *map));
    AMBIT_TRY(map_territories(n, &job->territories, map));
    for (int32_t i = 0; i < a->count; i++) {
        const int32_t was = a->previous[i];
        if (was == -1) continue;
        const int32_t at = was >= 0 ? was : base->count + (-2 - was);
        a->previous[i] = map[at] >= 0 ? map[at] : -1;
        if (map[at] == -2 && unknown[0]++ == 0) unknown[1] = at + 1;
    }
    if (unknown[0] > 0) {
        const int32_t at = (int32_t)unknown[1] - 1;
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s: expected territories of its reps today, found accounts in '%s', "
                            "which is none (in scenario '%s'); say under reps.leave who is gone",
                            job->scenario.path,
                            at < base->count ? base->item[at].name : base->gone[at - base->count],
                            job->scenario.changes.variant);
    }
done:
    ambit_free(&map);
    return status;
}

static bool accounts_change(const struct ambit_scenario *s)
{
    for (int c = 0; c < s->changes.count; c++) {
        const enum ambit_change_kind kind = s->changes.change[c].kind;
        if (kind == AMBIT_CHANGE_ADD_ACCOUNTS || kind == AMBIT_CHANGE_REMOVE_ACCOUNTS) return true;
    }
    return false;
}

static ambit_status take_accounts(const struct ambit_farm_nation *n, struct ambit_job *job,
                                  bool *ordered_out)
{
    ambit_status status = AMBIT_OK;
    const int64_t align = ambit_job_slice_align(n->accounts.total, n->territories.count);
    AMBIT_TRY_TOGETHER(job->comm, copy_accounts(n, job));
    AMBIT_TRY_TOGETHER(job->comm, rename_previous(n, job));
    ambit_bad_rows_append(&job->bad_rows, &n->bad_rows);
    job->accounts_rows = n->rows;
    AMBIT_TRY(ambit_complete_accounts(&job->scenario, job->options.accounts_path, &job->territories,
                                      job->comm, job->options.skip_bad_rows, &job->accounts,
                                      &job->bad_rows, &job->accounts_hash, &job->accounts_rows));
    *ordered_out = !accounts_change(&job->scenario) &&
                   (ambit_comm_size(job->comm) == 1 ||
                    ambit_job_slice_align(job->accounts.total, job->territories.count) == align);
done:
    return status;
}

ambit_status ambit_farm_nation_load(const struct ambit_farm_nation *nation, int variant,
                                    struct ambit_job *job)
{
    ambit_status status = AMBIT_OK;
    const bool skip = job->options.skip_bad_rows;
    bool ordered = false;
    AMBIT_TRY_TOGETHER(job->comm, ambit_variants_bind(nation->variants, variant, &job->scenario));
    narrow(&job->scenario);
    ambit_job_take_seed(job);
    AMBIT_TRY(ambit_read_territories(&job->scenario, job->comm, skip, &job->territories,
                                     &job->bad_rows, &job->reps_hash, &job->reps_rows));
    if (ambit_farm_nation_has(nation, &job->scenario))
        AMBIT_TRY(take_accounts(nation, job, &ordered));
    else
        AMBIT_TRY(ambit_read_accounts(&job->scenario, job->options.accounts_path, &job->territories,
                                      job->comm, skip, &job->accounts, &job->bad_rows,
                                      &job->accounts_hash, &job->accounts_rows));
    AMBIT_TRY(ambit_job_read_barriers(job));
    AMBIT_TRY(ambit_job_check_loaded(job));
    AMBIT_TRY(ordered ? ambit_job_prepare(job) : ambit_job_order(job));
done:
    return status;
}
