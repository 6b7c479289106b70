/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hashes. SHA-256 (nettle) names plans and files. The rows hash is a 128-bit sum over the rows
 * of a table of each row's XXH3 hash: it does not depend on the order of rows, so that shuffled
 * input gives the same result file, and any changed, missing or added row still changes it.
 */
#ifndef AMBIT_HASH_H
#define AMBIT_HASH_H

#include "status.h"
#include <stddef.h>
#include <stdint.h>

struct ambit_rows_hash {
    uint64_t low, high; /* sums modulo 2^64 */
};

#define AMBIT_ROWS_HASH_TEXT 33 /* 32 hexadecimal digits and NUL */
#define AMBIT_SHA256_TEXT 65

/* Adds one row. Sums of slices may be added word by word across ranks (as int64, wrapping). */
void ambit_rows_hash_add(struct ambit_rows_hash *hash, const void *row, size_t bytes);
void ambit_rows_hash_text(const struct ambit_rows_hash *hash, char text_out[AMBIT_ROWS_HASH_TEXT]);

/* Tells a damaged file: the XXH3 hash of what was added, 64 bits. */
struct ambit_checksum; /* opaque */
ambit_status ambit_checksum_create(struct ambit_checksum **out) AMBIT_CHECKED;
void ambit_checksum_add(struct ambit_checksum *checksum, const void *data, size_t bytes);
uint64_t ambit_checksum_value(const struct ambit_checksum *checksum);
void ambit_checksum_destroy(struct ambit_checksum **checksum);

struct ambit_sha256; /* opaque */
ambit_status ambit_sha256_create(struct ambit_sha256 **out) AMBIT_CHECKED;
void ambit_sha256_add(struct ambit_sha256 *sha, const void *data, size_t bytes);
/* The digest of what was added, in lower-case hexadecimal; the next add begins a new message. */
void ambit_sha256_text(struct ambit_sha256 *sha, char text_out[AMBIT_SHA256_TEXT]);
void ambit_sha256_destroy(struct ambit_sha256 **sha);

#endif
