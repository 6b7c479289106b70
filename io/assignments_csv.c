/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes assignments through a buffered stream that keeps its own errors until the commit.
 */
#include "io/assignments_csv.h"
#include "engine/base/atomic_file.h"
#include "engine/base/memory.h"
#include "engine/model/contiguity.h"
#include "io/csv_out.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Of the pieces of territories; NULL where the result has no certificate of them. */
struct pieces {
    int32_t *number, *size; /* owned; by account */
};

static ambit_status find_pieces(const char *path, const struct ambit_result *r, struct pieces *out)
{
    ambit_status status = AMBIT_OK;
    bool whole = false;
    if (r->parent == NULL) return AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&out->number, (size_t)r->account_count, sizeof *out->number));
    AMBIT_TRY(ambit_alloc(&out->size, (size_t)r->account_count, sizeof *out->size));
    AMBIT_TRY(ambit_contiguity_pieces(r->territory, r->parent, (int32_t)r->account_count,
                                      out->number, out->size, &whole));
    if (!whole)
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s: expected a certificate of trees within territories to tell pieces "
                            "from, found another: the result is damaged; `ambit verify' names the "
                            "place",
                            path);
done:
    return status;
}

static void put_row(FILE *file, const struct ambit_result *r, const struct pieces *pieces,
                    int64_t i)
{
    const char *const id = r->account_id + i * r->id_width;
    const struct ambit_result_territory *const now = &r->territories[r->territory[i]];
    const int32_t previous = r->previous[i];
    const char *const before = previous >= 0 ? r->territories[previous].name : "";
    ambit_csv_put_field(file, id, strnlen(id, (size_t)r->id_width));
    (void)fputc(',', file);
    ambit_csv_put_field(file, now->name, strlen(now->name));
    (void)fputc(',', file);
    ambit_csv_put_field(file, now->rep_id, strlen(now->rep_id));
    (void)fputc(',', file);
    ambit_csv_put_field(file, before, strlen(before));
    (void)fputs(previous >= 0 && previous != r->territory[i] ? ",1" : ",0", file);
    if (pieces->number != NULL)
        (void)fprintf(file, ",%" PRId32 ",%" PRId32, pieces->number[i], pieces->size[i]);
    (void)fputc('\n', file);
}

static const char *territory_name(const struct ambit_result *plan, int32_t j)
{
    return j >= 0 ? plan->territories[j].name : "";
}

/* The labels of the bands whose bits are set, with ';' between. */
static void put_bands(FILE *file, const struct ambit_result *plan, uint32_t bands)
{
    char text[2 * AMBIT_MEASURE_MAX * sizeof plan->band[0].label];
    size_t size = 0;
    for (int b = 0; b < plan->band_count; b++) {
        const size_t length = strlen(plan->band[b].label);
        if ((bands >> b & 1) == 0) continue;
        if (size > 0) text[size++] = ';';
        memcpy(&text[size], plan->band[b].label, length);
        size += length;
    }
    (void)fputc(',', file);
    ambit_csv_put_field(file, text, size);
    (void)fputc('\n', file);
}

static void put_placed(FILE *file, const struct ambit_placed_table *table, int64_t i)
{
    const struct ambit_result *const plan = table->plan;
    const struct ambit_placed *const placed = &table->placed[i];
    const char *const id = table->account_id + i * table->id_width;
    ambit_csv_put_field(file, id, strnlen(id, (size_t)table->id_width));
    ambit_csv_put_name(file, territory_name(plan, placed->territory));
    ambit_csv_put_name(file,
                       placed->territory >= 0 ? plan->territories[placed->territory].rep_id : "");
    ambit_csv_put_name(file, ambit_placed_reason_name(placed->reason));
    ambit_csv_put_decimal(file, placed->travel, 6);
    ambit_csv_put_decimal(file, placed->price, 6);
    ambit_csv_put_name(file, territory_name(plan, placed->runner_up));
    if (placed->runner_up >= 0)
        ambit_csv_put_decimal(file, placed->more, 6);
    else
        (void)fputc(',', file);
    ambit_csv_put_name(file, territory_name(plan, placed->first_choice));
    ambit_csv_put_decimal(file, placed->first_saving, 6);
    put_bands(file, plan, placed->over);
}

static void put_table(FILE *file, const struct ambit_placed_table *table)
{
    (void)fputs("account_id,territory,rep,reason,travel_hours,price_hours,runner_up,more_hours,"
                "first_choice,first_saving_hours,over\n",
                file);
    for (int64_t i = 0; i < table->count; i++)
        put_placed(file, table, i);
}

ambit_status ambit_placed_write(const char *path, const struct ambit_placed_table *table)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    if (path == NULL) {
        put_table(stdout, table);
        return AMBIT_OK; /* who leaves the program looks for errors of standard output */
    }
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    put_table(out.file, table);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}

ambit_status ambit_assignments_write(const char *path, const struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    struct pieces pieces = {NULL, NULL};
    AMBIT_TRY(find_pieces(path, result, &pieces));
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    (void)fputs("account_id,territory,rep,previous,moved", out.file);
    (void)fputs(pieces.number != NULL ? ",piece,piece_accounts\n" : "\n", out.file);
    for (int64_t i = 0; i < result->account_count; i++)
        put_row(out.file, result, &pieces, i);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_free(&pieces.number);
    ambit_free(&pieces.size);
    ambit_atomic_file_abandon(&out);
    return status;
}
