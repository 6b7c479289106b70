/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Writes assignments through a buffered stream that keeps its own errors until the commit.
 */
#include "io/assignments_csv.h"
#include "engine/base/atomic_file.h"

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
