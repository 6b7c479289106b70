/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The CSV scanner. Sixty-four bytes at a time are compared with the delimiter, the quote and the
 * line feed; the three answers become one 64-bit mask, and the scanner hops from bit to bit, so
 * bytes inside fields are never looked at one by one (Langdale and Lemire, "Parsing gigabytes of
 * JSON per second", 2019, section 3.1). Cost: about 10 instructions for each 16 bytes and 10 for
 * each field. Its weakness is that of every mapped file: one that is cut short by another program
 * while it is read ends the process by a signal (ambit_stop_tell_lost_input() finds words for it).
 */
#include "io/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define BLOCK 64

static ambit_status map_descriptor(const char *path, int descriptor, struct ambit_csv_map *out)
{
    struct stat about;
    if (fstat(descriptor, &about) != 0)
        return ambit_fail(AMBIT_ERR_IO, "%s: cannot be read: %s", path, strerror(errno));
    if (S_ISDIR(about.st_mode))
        return ambit_fail(AMBIT_ERR_INPUT, "%s: expected a CSV file, found a directory", path);
    if (!S_ISREG(about.st_mode))
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: expected a CSV file on disk, found a device or pipe", path);
    if (about.st_size == 0)
        return ambit_fail(AMBIT_ERR_INPUT,
                          "%s: expected a header line and rows, found an empty file", path);
    void *const data = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (data == MAP_FAILED)
        return ambit_fail(AMBIT_ERR_IO, "%s: cannot be mapped: %s", path, strerror(errno));
    /* Only advice: where the kernel does not take it, reading is merely slower. */
    (void)madvise(data, (size_t)about.st_size, MADV_SEQUENTIAL);
    out->data = data;
    out->size = (int64_t)about.st_size;
    return AMBIT_OK;
}

ambit_status ambit_csv_map_open(const char *path, struct ambit_csv_map *out)
{
    *out = (struct ambit_csv_map){0};
    /* Without O_NONBLOCK, opening a named pipe would wait for a writer for ever. */
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return ambit_fail(AMBIT_ERR_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
    const ambit_status status = map_descriptor(path, descriptor, out);
    (void)close(descriptor); /* nothing was written, so nothing can be lost */
    return status;
}

void ambit_csv_map_close(struct ambit_csv_map *map)
{
    if (map->data != NULL) (void)munmap((void *)(uintptr_t)map->data, (size_t)map->size);
    *map = (struct ambit_csv_map){0};
}

void ambit_csv_map_release(const struct ambit_csv_map *map, int64_t begin, int64_t end)
{
    const int64_t page = sysconf(_SC_PAGESIZE);
    const int64_t first = (begin + page - 1) / page * page, bytes = end / page * page - first;
    /* Only advice: where it is not taken, reading merely keeps more in memory. */
    if (bytes > 0)
        (void)madvise((void *)(uintptr_t)(map->data + first), (size_t)bytes, MADV_DONTNEED);
}

/* Bit k is set where byte k of the 64 at `p` is the delimiter, a quote or a line feed. */
static inline uint64_t special_bytes(const char *p, char delimiter)
{
    uint64_t mask = 0;
#ifdef __SSE2__
    const __m128i delimiters = _mm_set1_epi8(delimiter);
    const __m128i quotes = _mm_set1_epi8('"'), feeds = _mm_set1_epi8('\n');
    for (int k = 0; k < BLOCK; k += 16) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(p + k));
        const __m128i hits = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, delimiters), _mm_cmpeq_epi8(bytes, quotes)),
            _mm_cmpeq_epi8(bytes, feeds));
        mask |= (uint64_t)(unsigned)_mm_movemask_epi8(hits) << k;
    }
#else
    for (int k = 0; k < BLOCK; k++)
        mask |= (uint64_t)(p[k] == delimiter || p[k] == '"' || p[k] == '\n') << k;
#endif
    return mask;
}

static uint64_t special_bytes_at(const struct ambit_csv_cursor *cursor, int64_t block)
{
    if (block + BLOCK <= cursor->size)
        return special_bytes(cursor->data + block, cursor->delimiter);
    const int64_t left = cursor->size - block;
    if (left <= 0) return 0;
    char padded[BLOCK] = {0};
    memcpy(padded, cursor->data + block, (size_t)left);
    return special_bytes(padded, cursor->delimiter) & ((UINT64_C(1) << left) - 1);
}

/* The offset of the next delimiter, quote or line feed; the file's size where there is none. */
static inline int64_t next_special(struct ambit_csv_cursor *cursor)
{
    while (cursor->special == 0) {
        if (cursor->block + BLOCK >= cursor->size) return cursor->size;
        cursor->block += BLOCK;
        cursor->special = special_bytes_at(cursor, cursor->block);
    }
    const int64_t at = cursor->block + __builtin_ctzll(cursor->special);
    cursor->special &= cursor->special - 1;
    return at;
}

void ambit_csv_cursor_init(struct ambit_csv_cursor *cursor, const char *data, int64_t size,
                           char delimiter, int64_t at, int64_t line)
{
    const int64_t block = at - at % BLOCK;
    *cursor = (struct ambit_csv_cursor){.data = data,
                                        .size = size,
                                        .stop = size,
                                        .at = at,
                                        .line = line,
                                        .delimiter = delimiter,
                                        .block = block};
    cursor->special = special_bytes_at(cursor, block) & (~UINT64_C(0) << (at - block));
}

/* The first quote of [at, end) that is neither around the whole of it nor doubled; -1 where all are
 * in their places. */
static int64_t misplaced_quote(const char *data, int64_t at, int64_t end)
{
    if (data[at] != '"') {
        const char *const quote = memchr(data + at, '"', (size_t)(end - at));
        return quote == NULL ? -1 : quote - data;
    }
    for (int64_t from = at + 1; from < end;) {
        const char *const quote = memchr(data + from, '"', (size_t)(end - from));
        if (quote == NULL) break;
        from = quote - data + 1;
        if (from == end) return -1;
        if (data[from] != '"') return from - 1;
        from++;
    }
    return at;
}

/* Reads the record at the cursor, empty or not. */
static void read_record(struct ambit_csv_cursor *cursor, int64_t capacity,
                        struct ambit_csv_span *fields_out, struct ambit_csv_record *record_out)
{
    const char *const data = cursor->data;
    const int64_t size = cursor->size;
    int64_t begin = cursor->at, field_count = 0, newline_count = 0, stray = -1, at, end;
    uint64_t quotes = 0; /* in this field */
    for (;;) {
        at = next_special(cursor);
        const char byte = at < size ? data[at] : '\n';
        if (byte == '"') {
            quotes++;
            continue;
        }
        if ((quotes & 1) != 0 && at < size) {
            newline_count += byte == '\n';
            continue;
        }
        end = at;
        if (byte == '\n' && end > begin && data[end - 1] == '\r') end--;
        if (quotes > 0 && stray < 0) stray = misplaced_quote(data, begin, end);
        if (field_count < capacity)
            fields_out[field_count] = (struct ambit_csv_span){.at = begin, .size = end - begin};
        field_count++;
        if (byte == '\n') break;
        begin = at + 1;
        quotes = 0;
    }
    *record_out = (struct ambit_csv_record){.begin = cursor->at,
                                            .end = end,
                                            .line = cursor->line,
                                            .newline_count = newline_count,
                                            .field_count = field_count,
                                            .stray_quote = stray,
                                            .unclosed = (quotes & 1) != 0};
    cursor->line += newline_count + 1;
    cursor->at = at < size ? at + 1 : size;
}

bool ambit_csv_next(struct ambit_csv_cursor *cursor, int64_t capacity,
                    struct ambit_csv_span *fields_out, struct ambit_csv_record *record_out)
{
    while (cursor->at < cursor->stop) {
        read_record(cursor, capacity, fields_out, record_out);
        if (record_out->end > record_out->begin) return true;
    }
    return false;
}

bool ambit_csv_odd_quotes(const char *data, int64_t begin, int64_t end)
{
    unsigned char odd = 0;
#pragma omp simd reduction(^ : odd)
    for (int64_t i = begin; i < end; i++)
        odd ^= (unsigned char)(data[i] == '"');
    return odd != 0;
}

int64_t ambit_csv_first_record(const char *data, int64_t at, int64_t end, bool quoted)
{
    if (at >= end || (!quoted && data[at - 1] == '\n')) return at;
    for (int64_t i = at; i < end; i++) {
        if (data[i] == '"') quoted = !quoted;
        if (data[i] == '\n' && !quoted) return i + 1;
    }
    return end;
}

const char *ambit_csv_unquote(const char *data, struct ambit_csv_span field, char *buffer,
                              size_t capacity, size_t *size_out)
{
    const char *text = data + field.at;
    size_t size = (size_t)field.size, used = 0;
    *size_out = size;
    if (size < 2 || text[0] != '"' || text[size - 1] != '"') return text;
    text++;
    size -= 2;
    *size_out = size;
    if (memchr(text, '"', size) == NULL) return text;
    for (size_t i = 0; i < size; i++) {
        if (used < capacity) buffer[used] = text[i];
        used++;
        if (text[i] == '"' && i + 1 < size && text[i + 1] == '"') i++;
    }
    *size_out = used;
    return buffer;
}

void ambit_csv_place(const char *data, const struct ambit_csv_record *record, int64_t at,
                     int64_t *line_out, int32_t *column_out)
{
    int64_t line = record->line, column = 1;
    for (int64_t i = record->begin; i < at; i++) {
        if (data[i] == '\n') {
            line++;
            column = 1;
        } else if (((unsigned char)data[i] & 0xC0u) != 0x80u) {
            column++; /* the first byte of a character; the others are 10xxxxxx */
        }
    }
    *line_out = line;
    *column_out = column < INT32_MAX ? (int32_t)column : INT32_MAX;
}

/* The bytes of the character that begins at `text`, or 0 where it is malformed: RFC 3629, section
 * 4. No overlong forms, surrogates, or values above U+10FFFF. */
static size_t character_bytes(const unsigned char *text, size_t size)
{
    const unsigned char lead = text[0];
    if (lead < 0x80) return lead != 0 ? 1 : 0;
    const size_t bytes = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (lead < 0xC2 || lead > 0xF4 || bytes > size) return 0;
    for (size_t i = 1; i < bytes; i++) {
        if ((text[i] & 0xC0) != 0x80) return 0;
    }
    if ((lead == 0xE0 && text[1] < 0xA0) || (lead == 0xED && text[1] > 0x9F)) return 0;
    if ((lead == 0xF0 && text[1] < 0x90) || (lead == 0xF4 && text[1] > 0x8F)) return 0;
    return bytes;
}

/* True where all eight bytes are in 1…127. */
static bool is_plain(const char *text)
{
    const uint64_t top = UINT64_C(0x8080808080808080), one = UINT64_C(0x0101010101010101);
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return ((word | (word - one)) & top) == 0;
}

bool ambit_csv_is_text(const char *text, size_t size)
{
    size_t i = 0;
    while (i + 8 <= size && is_plain(text + i))
        i += 8;
    while (i < size) {
        const size_t bytes = character_bytes((const unsigned char *)text + i, size - i);
        if (bytes == 0) return false;
        i += bytes;
    }
    return true;
}
