/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Counted allocation. Each block is preceded by one cache line that holds its size, so the block
 * itself starts on a 64-byte line, as vector code likes it, and ends where the C library's block
 * ends, so that an address sanitizer sees the first byte written past it. The cost is 64 bytes a
 * block and, for small ones, a copy at each resize: keep arrays, not nodes.
 */
#include "engine/base/memory.h"
#include "engine/base/launcher.h"

#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define LINE 64
#define LARGE (1 << 20)
#define LIVE UINT64_C(0x616D6269746C6976) /* "ambitliv": tells our blocks from others */

struct header {
    uint64_t mark;
    size_t bytes;
};

static _Atomic int64_t live_blocks, live_bytes;
static _Atomic int64_t allocations_until_fault;
static pthread_once_t prepared = PTHREAD_ONCE_INIT;

/* Large blocks get pages of their own, which go back to the system when they are freed; a job's
 * phases would else keep what the ones before them had. */
static void prepare(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, LARGE);
    const char *nth = getenv("AMBIT_FAULT_ALLOC");
    const char *only_rank = getenv("AMBIT_FAULT_RANK");
    const int rank = ambit_launcher_rank();
    if (nth == NULL) return;
    if (only_rank != NULL && strtol(only_rank, NULL, 10) != (rank >= 0 ? rank : 0)) return;
    atomic_store(&allocations_until_fault, strtoll(nth, NULL, 10));
}

static bool fault_is_due(void)
{
    (void)pthread_once(&prepared, prepare);
    return atomic_load_explicit(&allocations_until_fault, memory_order_relaxed) > 0 &&
           atomic_fetch_sub(&allocations_until_fault, 1) == 1;
}

static void count_change(int64_t blocks, int64_t bytes)
{
    (void)atomic_fetch_add_explicit(&live_blocks, blocks, memory_order_relaxed);
    (void)atomic_fetch_add_explicit(&live_bytes, bytes, memory_order_relaxed);
}

static struct header *header_of(void *block)
{
    struct header *const header = (struct header *)((char *)block - LINE);
    AMBIT_REQUIRE(header->mark == LIVE);
    return header;
}

/* A counted block of count × size > 0 bytes, not zeroed; NULL and a message where there is none. */
static void *new_block(size_t count, size_t size)
{
    size_t bytes;
    void *raw = NULL;
    const bool too_large =
        __builtin_mul_overflow(count, size, &bytes) || bytes > (size_t)PTRDIFF_MAX - LINE;
    if (too_large || fault_is_due() || posix_memalign(&raw, LINE, LINE + bytes) != 0) {
        (void)ambit_fail(AMBIT_ERR_MEMORY,
                         "out of memory: cannot get %zu × %zu bytes more (%lld MB in use); use "
                         "more ranks on more machines, or a machine with more memory",
                         count, size, (long long)(ambit_memory_live_bytes() / 1000000));
        return NULL;
    }
    struct header *const header = raw;
    header->mark = LIVE;
    header->bytes = bytes;
    count_change(1, (int64_t)bytes);
    return (char *)raw + LINE;
}

static void delete_block(void *block)
{
    if (block == NULL) return;
    struct header *const header = header_of(block);
    count_change(-1, -(int64_t)header->bytes);
    header->mark = 0;
    free(header);
}

/* The callers' T ** are read and written as bytes: a T * may not be accessed as a void *. */
static void *load_pointer(const void *place)
{
    void *pointer;
    memcpy(&pointer, place, sizeof pointer);
    return pointer;
}

static void store_pointer(void *place, void *pointer)
{
    memcpy(place, &pointer, sizeof pointer);
}

ambit_status ambit_alloc(void *out, size_t count, size_t size)
{
    void *block = NULL;
    if (count > 0 && size > 0) {
        block = new_block(count, size);
        if (block != NULL) memset(block, 0, count * size);
    }
    store_pointer(out, block);
    return block == NULL && count > 0 && size > 0 ? AMBIT_ERR_MEMORY : AMBIT_OK;
}

/* A large block grows and shrinks by its pages' addresses alone where the C library can do that,
 * and then never stands twice in memory. NULL where it is not large or there is no more; the block
 * is then as it was. */
static void *resize_pages(void *block, size_t count, size_t size)
{
    struct header *header = header_of(block);
    const size_t before = header->bytes;
    size_t bytes;
    void *aligned = NULL;
    if (before < LARGE || __builtin_mul_overflow(count, size, &bytes) || bytes < LARGE ||
        bytes > (size_t)PTRDIFF_MAX - LINE)
        return NULL;
    struct header *const resized = realloc(header, LINE + bytes);
    if (resized == NULL) return NULL;
    header = resized;
    header->bytes = bytes;
    count_change(0, (int64_t)(bytes - before));
    if ((uintptr_t)header % LINE != 0 && posix_memalign(&aligned, LINE, LINE + bytes) == 0) {
        memcpy(aligned, header, LINE + (before < bytes ? before : bytes)); /* it left its line */
        free(header);
        header = aligned;
    }
    return (char *)header + LINE;
}

ambit_status ambit_resize(void *block, size_t count, size_t size)
{
    void *const old = load_pointer(block);
    void *new = old != NULL &&count > 0 && size > 0 ? resize_pages(old, count, size) : NULL;
    if (new != NULL) {
        store_pointer(block, new);
        return AMBIT_OK;
    }
    if (count > 0 && size > 0) {
        new = new_block(count, size);
        if (new == NULL) return AMBIT_ERR_MEMORY;
        if (old != NULL) {
            const size_t old_bytes = header_of(old)->bytes;
            memcpy(new, old, old_bytes < count * size ? old_bytes : count * size);
        }
    }
    delete_block(old);
    store_pointer(block, new);
    return AMBIT_OK;
}

void ambit_free(void *block)
{
    delete_block(load_pointer(block));
    store_pointer(block, NULL);
}

ambit_status ambit_copy_string(const char *text, char **out)
{
    const size_t bytes = strlen(text) + 1;
    const ambit_status status = ambit_alloc(out, bytes, 1);
    if (status == AMBIT_OK) memcpy(*out, text, bytes);
    return status;
}

int64_t ambit_memory_live_blocks(void)
{
    return atomic_load(&live_blocks);
}

int64_t ambit_memory_live_bytes(void)
{
    return atomic_load(&live_bytes);
}

int64_t ambit_memory_resident_bytes(void)
{
    long long pages = 0;
    FILE *const file = fopen("/proc/self/statm", "re");
    if (file == NULL) return 0;
    if (fscanf(file, "%*s %lld", &pages) != 1) pages = 0;
    (void)fclose(file);
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

/* Linux hands the figure of getrusage() on from the program that started this one, so that it may
 * be the peak of a parent many times as large; its own is in a file. 0 where there is none. */
static int64_t own_peak_bytes(void)
{
    char line[128];
    long long kilobytes = 0;
    FILE *const file = fopen("/proc/self/status", "re");
    if (file == NULL) return 0;
    while (kilobytes == 0 && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "VmHWM: %lld kB", &kilobytes) != 1) kilobytes = 0;
    }
    (void)fclose(file);
    return (int64_t)kilobytes * 1024;
}

int64_t ambit_memory_resident_peak_bytes(void)
{
    const int64_t own = own_peak_bytes();
    struct rusage usage;
    if (own > 0) return own;
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
    return (int64_t)usage.ru_maxrss * 1024;
}

void ambit_memory_fail_at(int64_t nth)
{
    (void)pthread_once(&prepared, prepare);
    atomic_store(&allocations_until_fault, nth);
}
