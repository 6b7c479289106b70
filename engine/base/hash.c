/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The hashes of hash.h, over nettle and xxHash. The rows hash is not meant to withstand
 * somebody who wants two tables with one hash; it tells honest tables apart at memory speed.
 */
#include "engine/base/hash.h"
#include "engine/base/memory.h"

#include <inttypes.h>
#include <nettle/sha2.h>
#include <stdio.h>
/* Rows are short: a call would cost as much as the hash. */
#define XXH_INLINE_ALL
#include <xxhash.h>

struct ambit_checksum {
    XXH3_state_t state;
};

struct ambit_sha256 {
    struct sha256_ctx context;
};

void ambit_rows_hash_add(struct ambit_rows_hash *hash, const void *row, size_t bytes)
{
    const XXH128_hash_t one = XXH3_128bits(row, bytes);
    hash->low += one.low64;
    hash->high += one.high64;
}

void ambit_rows_hash_text(const struct ambit_rows_hash *hash, char text_out[AMBIT_ROWS_HASH_TEXT])
{
    (void)snprintf(text_out, AMBIT_ROWS_HASH_TEXT, "%016" PRIx64 "%016" PRIx64, hash->high,
                   hash->low);
}

ambit_status ambit_checksum_create(struct ambit_checksum **out)
{
    const ambit_status status = ambit_alloc(out, 1, sizeof **out); /* aligned as the state asks */
    if (status == AMBIT_OK) (void)XXH3_64bits_reset(&(*out)->state);
    return status;
}

void ambit_checksum_add(struct ambit_checksum *checksum, const void *data, size_t bytes)
{
    (void)XXH3_64bits_update(&checksum->state, data, bytes);
}

uint64_t ambit_checksum_value(const struct ambit_checksum *checksum)
{
    return XXH3_64bits_digest(&checksum->state);
}

void ambit_checksum_destroy(struct ambit_checksum **checksum)
{
    ambit_free(checksum);
}

ambit_status ambit_sha256_create(struct ambit_sha256 **out)
{
    const ambit_status status = ambit_alloc(out, 1, sizeof **out);
    if (status == AMBIT_OK) sha256_init(&(*out)->context);
    return status;
}

void ambit_sha256_add(struct ambit_sha256 *sha, const void *data, size_t bytes)
{
    sha256_update(&sha->context, bytes, data);
}

void ambit_sha256_text(struct ambit_sha256 *sha, char text_out[AMBIT_SHA256_TEXT])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(&sha->context, sizeof digest, digest);
    for (int i = 0; i < SHA256_DIGEST_SIZE; i++)
        (void)snprintf(text_out + 2 * i, 3, "%02x", digest[i]);
}

void ambit_sha256_destroy(struct ambit_sha256 **sha)
{
    ambit_free(sha);
}
