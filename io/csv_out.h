/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields of CSV tables that are written, by RFC 4180. The stream keeps its own errors until it is
 * committed. Local.
 */
#ifndef AMBIT_CSV_OUT_H
#define AMBIT_CSV_OUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* A field of `length` bytes, in quotes only where it must be. */
void ambit_csv_put_field(FILE *file, const char *text, size_t length);

/* A comma and a text. */
void ambit_csv_put_name(FILE *file, const char *name);

/* A comma and a number of 10^-digits with its point: exact, and faster than by way of a double. */
void ambit_csv_put_decimal(FILE *file, int64_t value, int digits);

#endif
