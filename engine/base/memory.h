/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counted allocation. All heap memory of Ambit's own comes from here, so that tests can ask
 * for zero live blocks, a run can report its peak, and any single allocation can be made to
 * fail (AMBIT_FAULT_ALLOC=K fails the K-th one; AMBIT_FAULT_RANK=V only on rank V).
 */
#ifndef AMBIT_MEMORY_H
#define AMBIT_MEMORY_H

#include "status.h"
#include <stddef.h>
#include <stdint.h>

/* Each stores a block of count × size bytes at *out (a T **), zeroed; *out is NULL when
 * count × size is 0. Errors: AMBIT_ERR_MEMORY with a message; *out is then NULL. Local. */
ambit_status ambit_alloc(void *out, size_t count, size_t size) AMBIT_CHECKED;

/* Resizes *block (a T **) to count × size bytes, keeping its contents; new bytes are not zeroed.
 * On error *block is unchanged and still owned by the caller. */
ambit_status ambit_resize(void *block, size_t count, size_t size) AMBIT_CHECKED;

/* Frees *block (a T **) and sets it to NULL; NULL is allowed. */
void ambit_free(void *block);

/* Copies a NUL-terminated string into a new block. */
ambit_status ambit_copy_string(const char *text, char **out) AMBIT_CHECKED;

int64_t ambit_memory_live_blocks(void);
int64_t ambit_memory_live_bytes(void);

/* What the process has resident, libraries' own included, and the most it has had; 0 where unknown.
 */
int64_t ambit_memory_resident_bytes(void);
int64_t ambit_memory_resident_peak_bytes(void);

/* Makes the `nth` allocation from now (1 = the next) fail once; 0 turns it off. For tests. */
void ambit_memory_fail_at(int64_t nth);

#endif
