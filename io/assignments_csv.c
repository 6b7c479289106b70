/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes assignments through a buffered stream that keeps its own errors until the commit.
 */
#include "io/assignments_csv.h"
#include "engine/base/atomic_file.h"
#include "engine/base/fixed.h"

#include <stdio.h>
#include <string.h>

/* A field of `length` bytes, in quotes only where RFC 4180 asks for them. */
static void put_field(FILE *file, const char *text, size_t length)
{
    bool quoted = false;
    for (size_t i = 0; i < length && !quoted; i++)
        quoted = strchr(",\"\r\n", text[i]) != NULL;
    if (!quoted) {
        (void)fwrite(text, 1, length, file);
        return;
    }
    (void)fputc('"', file);
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"') (void)fputc('"', file);
        (void)fputc(text[i], file);
    }
    (void)fputc('"', file);
}

static void put_row(FILE *file, const struct ambit_result *r, int64_t i)
{
    const char *const id = r->account_id + i * r->id_width;
    const struct ambit_result_territory *const now = &r->territories[r->territory[i]];
    const int32_t previous = r->previous[i];
    const char *const before = previous >= 0 ? r->territories[previous].name : "";
    put_field(file, id, strnlen(id, (size_t)r->id_width));
    (void)fputc(',', file);
    put_field(file, now->name, strlen(now->name));
    (void)fputc(',', file);
    put_field(file, now->rep_id, strlen(now->rep_id));
    (void)fputc(',', file);
    put_field(file, before, strlen(before));
    (void)fputs(previous >= 0 && previous != r->territory[i] ? ",1\n" : ",0\n", file);
}

static void put_name(FILE *file, const char *name)
{
    (void)fputc(',', file);
    put_field(file, name, strlen(name));
}

/* Millionths as a decimal fraction: exact, and faster than by way of a double. */
static void put_micro(FILE *file, int64_t micro)
{
    char text[24], *at = text + sizeof text;
    uint64_t left = micro < 0 ? 0 - (uint64_t)micro : (uint64_t)micro;
    for (int digits = 0; digits <= 6 || left > 0; digits++) {
        if (digits == 6) *--at = '.';
        *--at = (char)('0' + left % 10);
        left /= 10;
    }
    if (micro < 0) *--at = '-';
    (void)fputc(',', file);
    (void)fwrite(at, 1, (size_t)(text + sizeof text - at), file);
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
    put_field(file, text, size);
    (void)fputc('\n', file);
}

static void put_placed(FILE *file, const struct ambit_placed_table *table, int64_t i)
{
    const struct ambit_result *const plan = table->plan;
    const struct ambit_placed *const placed = &table->placed[i];
    const char *const id = table->account_id + i * table->id_width;
    put_field(file, id, strnlen(id, (size_t)table->id_width));
    put_name(file, territory_name(plan, placed->territory));
    put_name(file, plan->territories[placed->territory].rep_id);
    put_name(file, ambit_placed_reason_name(placed->reason));
    put_micro(file, placed->travel);
    put_micro(file, placed->price);
    put_name(file, territory_name(plan, placed->runner_up));
    if (placed->runner_up >= 0)
        put_micro(file, placed->more);
    else
        (void)fputc(',', file);
    put_name(file, territory_name(plan, placed->first_choice));
    put_micro(file, placed->first_saving);
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
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    (void)fputs("account_id,territory,rep,previous,moved\n", out.file);
    for (int64_t i = 0; i < result->account_count; i++)
        put_row(out.file, result, i);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}
