/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The CSV scanner: records, slices, texts, numbers, and what opens as a file. */
#include "engine/base/fixed.h"
#include "engine/base/random.h"
#include "engine/base/stop.h"
#include "io/csv.h"
#include "tests/harness.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CAPACITY 6
#define SHOWN 1024

/* Every record of the text as "line[field|field]" with stray quotes as "!offset". */
static const char *show(const char *data, int64_t size, char delimiter)
{
    static char out[SHOWN];
    struct ambit_csv_span fields[CAPACITY];
    struct ambit_csv_cursor cursor;
    struct ambit_csv_record record;
    size_t used = 0;
    out[0] = '\0';
    ambit_csv_cursor_init(&cursor, data, size, delimiter, 0, 1);
    while (ambit_csv_next(&cursor, CAPACITY, fields, &record)) {
        used += (size_t)snprintf(out + used, SHOWN - used, "%lld", (long long)record.line);
        for (int64_t f = 0; f < record.field_count && f < CAPACITY; f++) {
            char buffer[64];
            size_t text_size;
            const char *const text =
                ambit_csv_text(data, fields[f], buffer, sizeof buffer, &text_size);
            used += (size_t)snprintf(out + used, SHOWN - used, "%c%.*s", f == 0 ? '[' : '|',
                                     (int)text_size, text);
        }
        used += (size_t)snprintf(out + used, SHOWN - used, "]");
        if (record.stray_quote >= 0)
            used += (size_t)snprintf(out + used, SHOWN - used, "!%lld%s",
                                     (long long)record.stray_quote, record.unclosed ? "u" : "");
    }
    return out;
}

/* The bytes are copied to a block of their exact size: a sanitizer sees what is read behind. */
static void check_records(const char *text, const char *expected)
{
    const size_t size = strlen(text);
    char *const exact = malloc(size > 0 ? size : 1);
    if (exact == NULL) abort();
    for (size_t i = 0; i < size; i++)
        exact[i] = text[i];
    const char *const shown = show(exact, (int64_t)size, ',');
    if (strcmp(shown, expected) != 0) fprintf(stderr, "%s: found %s\n", text, shown);
    CU_ASSERT_STRING_EQUAL(shown, expected);
    free(exact);
}

static void reads_records(void)
{
    check_records("", "");
    check_records("\n", "");
    check_records("a", "1[a]");
    check_records("a,b\nc,d\n", "1[a|b]2[c|d]");
    check_records("a,b\r\nc,d\r\n", "1[a|b]2[c|d]");
    check_records("a,b\nc,d", "1[a|b]2[c|d]");
    check_records("a,b\nc,d\r", "1[a|b]2[c|d]");
    check_records(",\n,,\n", "1[|]2[||]");
    check_records("a\n\n\r\n\nb\n", "1[a]5[b]");
    check_records("a\rb\n", "1[a\rb]");
}

static void reads_quotes(void)
{
    check_records("\"a\",\"b\"\n", "1[a|b]");
    check_records("\"a,b\",c\r\n", "1[a,b|c]");
    check_records("\"a\nb\",c\nd,e\n", "1[a\nb|c]3[d|e]");
    check_records("\"a\r\nb\"\r\nd\n", "1[a\r\nb]3[d]");
    check_records("\"say \"\"so\"\"\",\"\"\"\"\n", "1[say \"so\"|\"]");
    check_records("\"\",\"\"\n", "1[|]");
    check_records("x,\"a\"", "1[x|a]");
    check_records("\"\"", "1[]");
}

static void tells_misplaced_quotes(void)
{
    check_records("a\"b\",c\nd\n", "1[a\"b\"|c]!12[d]");
    check_records("\"a\"b,c\nd\n", "1[\"a\"b|c]!22[d]");
    check_records("a,5\" pipe\nb,3\" pipe\nc\n", "1[a|5\" pipe\nb,3\" pipe]!33[c]");
    check_records("a,\"b\nc\n", "1[a|\"b\nc\n]!2u");
    check_records("a,b\"", "1[a|b\"]!3u");
    check_records("\"\"\"\n", "1[\"\"\"\n]!0u");
    check_records("\"a\" ,b\n", "1[\"a\" |b]!2");
    check_records("\"", "1[\"]!0u");
}

static void takes_any_delimiter(void)
{
    CU_ASSERT_STRING_EQUAL(show("a;b,c\td|e\n", 10, ';'), "1[a|b,c\td|e]");
    CU_ASSERT_STRING_EQUAL(show("a;b,c\td|e\n", 10, '\t'), "1[a;b,c|d|e]");
    CU_ASSERT_STRING_EQUAL(show("a;b,c\td|e\n", 10, '|'), "1[a;b,c\td|e]");
}

static void counts_thousands_of_fields(void)
{
    enum { COLUMNS = 5000 };
    static char text[COLUMNS + 1];
    static struct ambit_csv_span fields[COLUMNS];
    struct ambit_csv_cursor cursor;
    struct ambit_csv_record record;
    memset(text, ',', COLUMNS);
    text[COLUMNS - 1] = 'x';
    text[COLUMNS] = '\n';
    ambit_csv_cursor_init(&cursor, text, sizeof text, ',', 0, 1);
    CU_ASSERT_TRUE(ambit_csv_next(&cursor, COLUMNS, fields, &record));
    CU_ASSERT_EQUAL(record.field_count, COLUMNS);
    CU_ASSERT_EQUAL(fields[COLUMNS - 1].at, COLUMNS - 1);
    CU_ASSERT_EQUAL(fields[COLUMNS - 1].size, 1);
    CU_ASSERT_FALSE(ambit_csv_next(&cursor, COLUMNS, fields, &record));
}

/* Random text of the bytes that matter, cut in two at every place: same records, same lines. */
static void slices_see_the_same_records(void)
{
    static const char byte[] = "ab,\n\"\"\n\r,\xC3\xA9";
    for (uint64_t seed = 1; seed <= 300; seed++) {
        char data[150];
        const int64_t size = 2 + (int64_t)ambit_random_below(seed, 0, 0, sizeof data - 2);
        for (int64_t i = 0; i < size; i++)
            data[i] = byte[ambit_random_below(seed, 1, (uint64_t)i, sizeof byte - 1)];
        for (int64_t cut = 1; cut < size; cut++) {
            struct ambit_csv_span f[1], g[1];
            struct ambit_csv_record a, b;
            struct ambit_csv_cursor whole, part[2];
            const int64_t start =
                ambit_csv_first_record(data, cut, size, ambit_csv_odd_quotes(data, 0, cut));
            ambit_csv_cursor_init(&whole, data, size, ',', 0, 1);
            ambit_csv_cursor_init(&part[0], data, size, ',', 0, 1);
            ambit_csv_cursor_init(&part[1], data, size, ',', start, 0);
            part[0].stop = cut;
            int64_t shift = 0, wrong = 0;
            for (int p = 0; p < 2; p++) {
                while (ambit_csv_next(&part[p], 1, f, &a)) {
                    wrong += !ambit_csv_next(&whole, 1, g, &b) || a.begin != b.begin ||
                             a.end != b.end || a.line + shift != b.line ||
                             a.field_count != b.field_count || a.stray_quote != b.stray_quote;
                }
                shift = part[0].line;
            }
            wrong += ambit_csv_next(&whole, 1, g, &b);
            if (wrong != 0) fprintf(stderr, "seed %d, cut %d\n", (int)seed, (int)cut);
            CU_ASSERT_EQUAL(wrong, 0);
        }
    }
}

static void finds_places(void)
{
    static const char text[] = "\xC3\xA9t\xC3\xA9,\"a\nb\",c\n";
    const struct ambit_csv_record record = {.begin = 0, .line = 7};
    int64_t line;
    int32_t column;
    ambit_csv_place(text, &record, 0, &line, &column);
    CU_ASSERT_TRUE(line == 7 && column == 1);
    ambit_csv_place(text, &record, 6, &line, &column);
    CU_ASSERT_TRUE(line == 7 && column == 5);
    ambit_csv_place(text, &record, (int64_t)(strchr(text, 'c') - text), &line, &column);
    CU_ASSERT_TRUE(line == 8 && column == 4);
}

static void cuts_long_texts(void)
{
    char buffer[3] = "";
    size_t size;
    const struct ambit_csv_span field = {.at = 0, .size = 9};
    CU_ASSERT_PTR_EQUAL(ambit_csv_text("\"a\"\"bcde\"", field, buffer, 3, &size), buffer);
    CU_ASSERT_EQUAL(size, 6);
    CU_ASSERT_EQUAL(memcmp(buffer, "a\"b", 3), 0);
}

static void knows_utf8(void)
{
    static const struct {
        const char *text;
        size_t size;
        bool good;
    } cases[] = {
        {"", 0, true},
        {"plain text of more than eight bytes", 35, true},
        {"12345678\0abcdefg", 16, false},
        {"1234567\xFF", 8, false},
        {"\xC3\xA9", 2, true},
        {"\xC3", 1, false},
        {"\xC3(", 2, false},
        {"\xC0\x80", 2, false},
        {"\xE2\x82\xAC", 3, true},
        {"\xE2\x82", 2, false},
        {"\xE0\x80\x80", 3, false},
        {"\xED\xA0\x80", 3, false},
        {"\xF0\x9F\x98\x80", 4, true},
        {"\xF0\x80\x80\x80", 4, false},
        {"\xF4\x90\x80\x80", 4, false},
        {"\xF5\x80\x80\x80", 4, false},
        {"\x80", 1, false},
        {"a\0b", 3, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CU_ASSERT_EQUAL(ambit_csv_is_text(cases[i].text, cases[i].size), cases[i].good);
}

static void check_number(const char *text)
{
    double value = -1.0, expected = strtod(text, NULL);
    const enum ambit_csv_number kind = ambit_csv_number(text, strlen(text), &value);
    CU_ASSERT_EQUAL(kind, AMBIT_CSV_NUMBER);
    if (expected == 0.0) expected = 0.0; /* -0 is read as 0 */
    if (memcmp(&value, &expected, sizeof value) != 0)
        fprintf(stderr, "%s: found %a, expected %a\n", text, value, expected);
    CU_ASSERT_EQUAL(memcmp(&value, &expected, sizeof value), 0);
}

static void rounds_to_the_nearest(void)
{
    static const char *const text[] = {
        "0",
        "7",
        "007",
        "+5",
        "-12.5",
        ".5",
        "5.",
        "1e3",
        "1E+3",
        "1e-3",
        "  4.25\t",
        "9007199254740993",
        "9007199254740992.5",
        "18446744073709551615",
        "0.1",
        "1e22",
        "1e23",
        "8.5e27",
        "123456789012345678901234567890",
        "42.358430999999996",
        "-71.05977000000001",
        "2.2250738585072011e-308",
        "4.9e-324",
        "1e-400",
        "1.7976931348623157e308",
        "0.500000000000000166533453693773481063544750213623046875",
        "1.00000000000000011102230246251565404236316680908203125",
        "0e99999",
        "0.0000001",
        "9007199254740993e-10",
        "900719925474099267e-22",
        "3.518437208883201171875e13",
    };
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++)
        check_number(text[i]);
    double value = 0.0;
    CU_ASSERT_EQUAL(ambit_csv_number("-0", 2, &value), AMBIT_CSV_NUMBER);
    CU_ASSERT_FALSE(signbit(value));
}

static void rounds_random_numbers_to_the_nearest(void)
{
    for (uint64_t i = 0; i < 100000; i++) {
        char text[64];
        const uint64_t bits = ambit_random_u64(3, 0, i);
        const int digits = (int)ambit_random_below(3, 1, i, 20);
        const int shift = (int)ambit_random_below(3, 2, i, 50) - 25;
        if (i % 2 == 0)
            (void)snprintf(text, sizeof text, "%llue%d", (unsigned long long)bits, shift);
        else
            (void)snprintf(text, sizeof text, "%.*f", digits, (double)(bits >> 11) * 0x1p-44);
        double value = 0.0;
        const double expected = strtod(text, NULL);
        if (ambit_csv_number(text, strlen(text), &value) != AMBIT_CSV_NUMBER ||
            memcmp(&value, &expected, sizeof value) != 0) {
            fprintf(stderr, "%s: found %a, expected %a\n", text, value, expected);
            CU_FAIL("not the nearest double");
        }
    }
}

/* The field behind `before` in a file, read by all three functions: what is read quickly is read
 * alike, and a text of `plain` form is read quickly where 16 bytes stand before its end. */
static void check_quick(const char *before, const char *text, bool plain)
{
    char file[128];
    const int length = snprintf(file, sizeof file, "%s%s,1.5\n", before, text);
    const int64_t at = (int64_t)strlen(before), size = (int64_t)strlen(text);
    const struct ambit_csv_span field = {.at = at, .size = size};
    double quick = -1.0, value = -1.0;
    int64_t micro = -1;
    const bool is_number = ambit_csv_number(text, strlen(text), &value) == AMBIT_CSV_NUMBER;
    CU_ASSERT_FATAL(length < (int)sizeof file);
    const bool number_read = ambit_csv_quick_number(file, field, &quick);
    const bool micro_read = ambit_csv_quick_micro(file, field, &micro);
    const char *const point = strchr(text, '.');
    const bool six = point == NULL || strlen(point + 1) <= 6;
    if (number_read != (plain && at + size >= 16) ||
        micro_read != (number_read && text[0] != '-' && six) ||
        (number_read && (!is_number || memcmp(&quick, &value, sizeof value) != 0)) ||
        (micro_read && micro != ambit_to_micro(value))) {
        fprintf(stderr, "'%s%s': %d %a, %d %lld; expected %a\n", before, text, number_read, quick,
                micro_read, (long long)micro, value);
        CU_FAIL("not read alike");
    }
}

static void reads_short_numbers_quickly(void)
{
    static const char *const plain[] = {"0",         "7",        "-0",        "-7",
                                        "007",       "5.",       ".5",        "-.5",
                                        "12345678",  "-1.25",    "0.0000015", "99999999.999999",
                                        "-12345.67", "00000000", "4.0625",    "-99999999.9999999"};
    static const char *const other[] = {"",
                                        "-",
                                        ".",
                                        "-.",
                                        "+5",
                                        " 5",
                                        "5 ",
                                        "1e3",
                                        "1.2.3",
                                        "--1",
                                        "1-2",
                                        "12a",
                                        "a12",
                                        "1/2",
                                        "1:2",
                                        "./5",
                                        "\"5\"",
                                        "1,5",
                                        "5-",
                                        "1..2",
                                        "\xB0.5",
                                        "0x10",
                                        "inf",
                                        "nan",
                                        "12.3-4",
                                        "/5",
                                        "\xAE.5",
                                        "123456789",
                                        "0.12345678",
                                        "123456789.5",
                                        "18446744073709551615"};
    static const char *const before[] = {"",
                                         "a,",
                                         "id,lat,lon,hours\n",
                                         "id,lat,lon,hours\n12.5,-",
                                         "id,lat,lon,hours\n99999999,",
                                         "id.lat.lon.hours.of.a.year."};
    for (size_t b = 0; b < sizeof before / sizeof before[0]; b++) {
        for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
            check_quick(before[b], plain[i], true);
        for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
            check_quick(before[b], other[i], false);
    }
    for (uint64_t i = 0; i < 100000; i++) {
        char text[32];
        const int places = (int)ambit_random_below(5, 0, i, 8);
        const double size = pow(10.0, (double)ambit_random_below(5, 1, i, 8));
        (void)snprintf(text, sizeof text, "%.*f", places,
                       (ambit_random_unit(5, 2, i) - 0.5) * size);
        check_quick("account_id,lat\nA1,", text, true);
    }
}

static void refuses_what_is_no_number(void)
{
    static const char *const bad[] = {"12,5", "12.5x", "1 2", "0x10",  "--1",   "+-1",   "-",
                                      "+",    ".",     "e5",  "1e",    "1e+",   "1.2.3", "13O",
                                      "- 5",  "1_000", "NA",  "infin", "-nano", "\"5\""};
    static const char *const endless[] = {"inf", "-inf", "Infinity", "NaN",
                                          "nan", "+INF", "1e309",    "-1e99999999999999"};
    static char longest[2000];
    double value;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CU_ASSERT_EQUAL(ambit_csv_number(bad[i], strlen(bad[i]), &value), AMBIT_CSV_NOT_A_NUMBER);
    for (size_t i = 0; i < sizeof endless / sizeof endless[0]; i++)
        CU_ASSERT_EQUAL(ambit_csv_number(endless[i], strlen(endless[i]), &value),
                        AMBIT_CSV_INFINITE);
    CU_ASSERT_EQUAL(ambit_csv_number("", 0, &value), AMBIT_CSV_EMPTY);
    CU_ASSERT_EQUAL(ambit_csv_number(" \t", 2, &value), AMBIT_CSV_EMPTY);
    CU_ASSERT_EQUAL(ambit_csv_number("5\0", 2, &value), AMBIT_CSV_NOT_A_NUMBER);
    memset(longest, '1', sizeof longest);
    CU_ASSERT_EQUAL(ambit_csv_number(longest, sizeof longest, &value), AMBIT_CSV_NOT_A_NUMBER);
}

static void check_refused(const char *path, const char *words)
{
    struct ambit_csv_map map;
    char expected[700];
    (void)snprintf(expected, sizeof expected, "%s: %s", path, words);
    CU_ASSERT_EQUAL(ambit_csv_map_open(path, &map), AMBIT_ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), expected);
    CU_ASSERT_PTR_NULL(map.data);
    ambit_error_clear();
}

static void refuses_what_is_no_file(void)
{
    const char *const empty = ambit_test_file("empty.csv", "", -1);
    char folder[600], pipe[620];
    check_refused(empty, "expected a header line and rows, found an empty file");
    check_refused("no/such.csv", "cannot be opened: No such file or directory");
    (void)snprintf(folder, sizeof folder, "%s", empty);
    *strrchr(folder, '/') = '\0';
    check_refused(folder, "expected a CSV file, found a directory");
    (void)snprintf(pipe, sizeof pipe, "%s/pipe.csv", folder);
    CU_ASSERT_TRUE(mkfifo(pipe, 0600) == 0 || errno == EEXIST);
    check_refused(pipe, "expected a CSV file on disk, found a device or pipe");
}

/* Root may read everything, so it steps down for this one. */
static void refuses_what_it_may_not_read(void)
{
    const char *const path = ambit_test_file("secret.csv", "id\n1\n", -1);
    const bool root = geteuid() == 0;
    CU_ASSERT_EQUAL(chmod(path, 0), 0);
    if (root) CU_ASSERT_EQUAL(seteuid(65534), 0);
    check_refused(path, "cannot be opened: Permission denied");
    if (root) CU_ASSERT_EQUAL(seteuid(0), 0);
}

static void maps_a_file(void)
{
    struct ambit_csv_map map;
    CU_ASSERT_EQUAL(ambit_csv_map_open(ambit_test_file("a.csv", "id\n1\n", -1), &map), AMBIT_OK);
    CU_ASSERT_EQUAL(map.size, 5);
    CU_ASSERT_EQUAL(memcmp(map.data, "id\n1\n", 5), 0);
    ambit_csv_map_close(&map);
    CU_ASSERT_PTR_NULL(map.data);
}

/* Another program cuts the file short while it is read: the reader says so and ends with 1. */
static void tells_a_file_cut_short(void)
{
    char path[] = "ambit_csv.XXXXXX", words[256] = "";
    int told[2] = {-1, -1}, status = 0;
    const int file = mkstemp(path);
    CU_ASSERT_FATAL(file >= 0 && pipe(told) == 0);
    CU_ASSERT_FATAL(ftruncate(file, 1 << 20) == 0);
    const pid_t child = fork();
    if (child == 0) {
        struct ambit_csv_map map;
        (void)dup2(told[1], STDERR_FILENO);
        ambit_stop_tell_lost_input();
        if (ambit_csv_map_open(path, &map) != AMBIT_OK || ftruncate(file, 0) != 0) _exit(2);
        _exit(map.data[1 << 19] == '\0' ? 3 : 4);
    }
    CU_ASSERT(child > 0 && waitpid(child, &status, 0) == child);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    (void)close(told[1]);
    CU_ASSERT(read(told[0], words, sizeof words - 1) > 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(words, "ambit: an input file was cut short"));
    (void)close(told[0]);
    (void)close(file);
    (void)unlink(path);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"reads records", reads_records},
        {"reads quotes", reads_quotes},
        {"tells misplaced quotes", tells_misplaced_quotes},
        {"takes any delimiter", takes_any_delimiter},
        {"counts thousands of fields", counts_thousands_of_fields},
        {"slices see the same records", slices_see_the_same_records},
        {"finds places", finds_places},
        {"cuts long texts", cuts_long_texts},
        {"knows UTF-8", knows_utf8},
        {"rounds to the nearest", rounds_to_the_nearest},
        {"rounds random numbers to the nearest", rounds_random_numbers_to_the_nearest},
        {"reads short numbers quickly", reads_short_numbers_quickly},
        {"refuses what is no number", refuses_what_is_no_number},
        {"refuses what is no file", refuses_what_is_no_file},
        {"refuses what it may not read", refuses_what_it_may_not_read},
        {"maps a file", maps_a_file},
        {"tells a file that is cut short", tells_a_file_cut_short},
    };
    return ambit_test_main("csv", tests, AMBIT_TEST_COUNT(tests));
}
