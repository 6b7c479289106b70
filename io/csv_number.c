/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Decimal text to the nearest double. Up to 19 digits make a whole number w, and the value is
 * w × 10^e. Three ways, each exact where it applies:
 *   - w ≤ 2^53 and |e| ≤ 22: w and 10^|e| are doubles, so one multiplication or division rounds
 *     once (Clinger, "How to read floating point numbers accurately", 1990);
 *   - where long double has 64 bits or more and |e| ≤ 27: the same in long double; if its rounding
 *     error cannot carry the value across the middle between two doubles, the nearer one is known;
 *   - else strtod on a bounded copy, in the C locale.
 * Most numbers that people write take the first way, most that programs write the second. Its
 * weakness: text beyond LONGEST bytes is refused instead of rounded.
 *
 * Short numbers are read eight digits at once, in the lanes of a 64-bit word (Lemire, "Number
 * parsing at a gigabyte per second", 2021, section 5), the word that ends at the point and the one
 * that ends with the field: no loop over digits, so no branch that depends on their count.
 */
#include "io/csv.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 1000 /* a double's exact decimal expansion has at most 767 significant digits */

struct decimal {
    bool exact; /* every digit is in `digits` */
    uint64_t digits;
    int64_t exponent;
};

/* Reads digits[.digits][e[±]digits]; NULL where it is not that, else the first byte behind. */
static const char *read_decimal(const char *p, const char *end, struct decimal *out)
{
    uint64_t w = 0;
    const char *const first = p;
    for (; p < end && (unsigned char)(*p - '0') < 10; p++)
        w = w * 10 + (unsigned char)(*p - '0');
    int64_t count = p - first, exponent = 0;
    if (p < end && *p == '.') {
        const char *const point = ++p;
        for (; p < end && (unsigned char)(*p - '0') < 10; p++)
            w = w * 10 + (unsigned char)(*p - '0');
        count += p - point;
        exponent = point - p;
    }
    if (count == 0) return NULL;
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        const bool down = p < end && *p == '-';
        if (p < end && (*p == '-' || *p == '+')) p++;
        const char *const power_first = p;
        int64_t power = 0;
        for (; p < end && (unsigned char)(*p - '0') < 10; p++)
            power = power < 100000 ? power * 10 + (*p - '0') : power;
        if (p == power_first) return NULL;
        exponent += down ? -power : power;
    }
    out->digits = w;
    out->exponent = exponent;
    out->exact = count <= 19; /* 10^19 - 1 < 2^64 */
    return p;
}

/* True, with the value, where arithmetic alone gives the nearest double. */
static bool scale_exactly(const struct decimal *decimal, double *out)
{
    static const double ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    const int64_t e = decimal->exponent, size = e < 0 ? -e : e;
    if (!decimal->exact || size > 27) return false;
    if (decimal->digits <= UINT64_C(1) << 53 && size <= 22) {
        const double w = (double)decimal->digits;
        *out = e < 0 ? w / ten[size] : w * ten[size];
        return true;
    }
#if LDBL_MANT_DIG >= 64
    /* 5^27 < 2^63, so powers up to 10^27 are exact here. */
    const long double power =
        (long double)ten[size <= 22 ? size : 22] * (long double)ten[size <= 22 ? 0 : size - 22];
    const long double w = (long double)decimal->digits;
    const long double value = e < 0 ? w / power : w * power;
    const double below = (double)(value - value * 0x1p-62L);
    const double above = (double)(value + value * 0x1p-62L);
    *out = below;
    return below == above;
#else
    return false;
#endif
}

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
/* The `count` ≤ 8 digits before `end` as a number; false where one of them is none. */
static inline bool read_eight(const char *end, int count, uint64_t *out)
{
    uint64_t v;
    memcpy(&v, end - 8, sizeof v);
    v ^= UINT64_C(0x3030303030303030);
    v = count > 0 ? v & ~UINT64_C(0) << (64 - 8 * count) : 0; /* what stands before is nothing */
    const bool good =
        ((v | (v + UINT64_C(0x7676767676767676))) & UINT64_C(0x8080808080808080)) == 0;
    v = v * 10 + (v >> 8); /* pairs, in bytes 0, 2, 4 and 6 */
    const uint64_t even = (v & UINT64_C(0x000000FF000000FF)) * (100 + (UINT64_C(1000000) << 32));
    const uint64_t odd = (v >> 16 & UINT64_C(0x000000FF000000FF)) * (1 + (UINT64_C(10000) << 32));
    *out = (even + odd) >> 32;
    return good;
}

/* Bytes from the last point among the `size` bytes before `end`, or the last 8 of them, to `end`;
 * 0 where there is none. */
static inline int bytes_from_point(const char *end, int64_t size)
{
    const uint64_t low = UINT64_C(0x7F7F7F7F7F7F7F7F);
    uint64_t v;
    memcpy(&v, end - 8, sizeof v);
    v ^= UINT64_C(0x2E2E2E2E2E2E2E2E);
    uint64_t points = ~(((v & low) + low) | v | low); /* 0x80 where a byte is '.' */
    if (size < 8) points &= ~UINT64_C(0) << (64 - 8 * size);
    return points != 0 ? __builtin_clzll(points) / 8 + 1 : 0;
}

static const uint64_t power[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};

/* The field as digits ÷ 10^places, the digits below 10^15. */
static inline bool read_quickly(const char *data, struct ambit_csv_span field, bool *negative_out,
                                uint64_t *digits_out, int *places_out)
{
    const char *const end = data + field.at + field.size;
    if (field.at + field.size < 16 || field.size == 0 || field.size > 17) return false;
    const bool negative = data[field.at] == '-';
    const int behind = bytes_from_point(end, field.size), places = behind > 0 ? behind - 1 : 0;
    const int64_t before = field.size - behind - negative;
    uint64_t whole, part;
    if (before < 0 || before > 8 || before + places == 0) return false;
    if (!read_eight(end - behind, (int)before, &whole) || !read_eight(end, places, &part))
        return false;
    *negative_out = negative;
    *digits_out = whole * power[places] + part;
    *places_out = places;
    return true;
}
#else
static bool read_quickly(const char *data, struct ambit_csv_span field, bool *negative_out,
                         uint64_t *digits_out, int *places_out)
{
    (void)data, (void)field, (void)negative_out, (void)digits_out, (void)places_out;
    return false;
}
#endif

bool ambit_csv_quick_number(const char *data, struct ambit_csv_span field, double *value_out)
{
    bool negative;
    uint64_t digits;
    int places;
    if (!read_quickly(data, field, &negative, &digits, &places)) return false;
    /* Both are doubles, so that the division rounds once. */
    const double value = (double)(int64_t)digits / (double)(int64_t)power[places];
    *value_out = negative ? 0.0 - value : value;
    return true;
}

bool ambit_csv_quick_micro(const char *data, struct ambit_csv_span field, int64_t *micro_out)
{
    bool negative;
    uint64_t digits;
    int places;
    if (!read_quickly(data, field, &negative, &digits, &places) || negative || places > 6)
        return false;
    *micro_out = (int64_t)(digits * power[6 - places]);
    return true;
}

static double round_by_library(const char *text, size_t size)
{
    char copy[LONGEST + 1];
    memcpy(copy, text, size);
    copy[size] = '\0';
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const double value = plain != (locale_t)0 ? strtod_l(copy, NULL, plain) : strtod(copy, NULL);
    if (plain != (locale_t)0) freelocale(plain);
    return value;
}

static bool is_word(const char *text, size_t size, const char *word)
{
    if (size != strlen(word)) return false;
    for (size_t i = 0; i < size; i++) {
        if ((text[i] | 0x20) != word[i]) return false;
    }
    return true;
}

enum ambit_csv_number ambit_csv_number(const char *text, size_t size, double *value_out)
{
    const char *p = text, *end = text + size;
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
        end--;
    if (p == end) return AMBIT_CSV_EMPTY;
    struct decimal decimal;
    const bool negative = *p == '-';
    if (*p == '-' || *p == '+') p++;
    const char *const behind = read_decimal(p, end, &decimal);
    if (behind == NULL || behind != end) {
        const size_t left = (size_t)(end - p);
        const bool endless =
            is_word(p, left, "inf") || is_word(p, left, "infinity") || is_word(p, left, "nan");
        return endless ? AMBIT_CSV_INFINITE : AMBIT_CSV_NOT_A_NUMBER;
    }
    double value;
    if (!scale_exactly(&decimal, &value)) {
        if (end - p > LONGEST) return AMBIT_CSV_NOT_A_NUMBER;
        value = round_by_library(p, (size_t)(end - p));
        if (!isfinite(value)) return AMBIT_CSV_INFINITE;
    }
    *value_out = negative ? 0.0 - value : value;
    return AMBIT_CSV_NUMBER;
}
