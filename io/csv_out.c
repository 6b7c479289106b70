/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/csv_out.h"

#include <stdbool.h>
#include <string.h>

void ambit_csv_put_field(FILE *file, const char *text, size_t length)
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

void ambit_csv_put_name(FILE *file, const char *name)
{
    (void)fputc(',', file);
    ambit_csv_put_field(file, name, strlen(name));
}

void ambit_csv_put_decimal(FILE *file, int64_t value, int digits)
{
    char text[24], *at = text + sizeof text;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    for (int done = 0; done <= digits || left > 0; done++) {
        if (done == digits) *--at = '.';
        *--at = (char)('0' + left % 10);
        left /= 10;
    }
    if (value < 0) *--at = '-';
    (void)fputc(',', file);
    (void)fwrite(at, 1, (size_t)(text + sizeof text - at), file);
}
