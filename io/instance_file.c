/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Instances as `n p` and n lines of `x y Q q`. The lines are counted before anything is allocated,
 * so that a file whose first line claims a million accounts costs no more than its own bytes.
 */
#include "io/instance_file.h"
#include "engine/base/atomic_file.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "io/instance_text.h"

#include <inttypes.h>

static ambit_status read_counts(struct ambit_word_cursor *cursor, int32_t *count_out,
                                int32_t *centre_count_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_word_line line;
    if (!ambit_word_next(cursor, &line))
        return ambit_word_fail(cursor, &line, line.end,
                               "expected 'n p', how many accounts and centres, found nothing");
    if (ambit_is_tsplib(cursor->text, (size_t)cursor->size))
        return ambit_word_fail(cursor, &line, line.word[0].at,
                               "expected 'n p', how many accounts and centres, found a TSPLIB "
                               "file, which has no demands, capacities or p");
    AMBIT_TRY(ambit_word_expect(cursor, &line, 2, "n p"));
    AMBIT_TRY(ambit_word_whole(cursor, &line, 0, "the count n of accounts", 1,
                               AMBIT_INSTANCE_ACCOUNT_MAX, count_out));
    AMBIT_TRY(ambit_word_whole(cursor, &line, 1, "the count p of centres", 1, *count_out,
                               centre_count_out));
done:
    return status;
}

/* Fails where not `count` lines follow. */
static ambit_status check_line_count(struct ambit_word_cursor cursor, int32_t count)
{
    struct ambit_word_line line;
    for (int32_t i = 0; i < count; i++) {
        if (!ambit_word_next(&cursor, &line))
            return ambit_word_fail(&cursor, &line, line.end,
                                   "expected %" PRId32 " lines 'x y Q q', as n says, found %" PRId32
                                   "; the file may have been cut short",
                                   count, i);
    }
    if (ambit_word_next(&cursor, &line))
        return ambit_word_fail(&cursor, &line, line.word[0].at,
                               "expected the end of the file after %" PRId32
                               " lines 'x y Q q', as n says, found one more",
                               count);
    return AMBIT_OK;
}

static ambit_status read_account(const struct ambit_word_cursor *cursor,
                                 const struct ambit_word_line *line,
                                 struct ambit_instance *instance, int32_t i)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_word_expect(cursor, line, 4, "x y Q q"));
    AMBIT_TRY(ambit_word_coordinate(cursor, line, 0, "x", &instance->x[i]));
    AMBIT_TRY(ambit_word_coordinate(cursor, line, 1, "y", &instance->y[i]));
    AMBIT_TRY(ambit_word_micro(cursor, line, 2, "a capacity Q", &instance->capacity[i]));
    AMBIT_TRY(ambit_word_micro(cursor, line, 3, "a demand q", &instance->demand[i]));
done:
    return status;
}

static ambit_status read_accounts(struct ambit_word_cursor *cursor, struct ambit_instance *instance)
{
    struct ambit_word_line line;
    int64_t sum = 0;
    for (int32_t i = 0; i < instance->count; i++) {
        AMBIT_REQUIRE(ambit_word_next(cursor, &line));
        const ambit_status status = read_account(cursor, &line, instance, i);
        if (status != AMBIT_OK) return status;
        if (instance->demand[i] >= AMBIT_MICRO_SUM_MAX - sum)
            return ambit_word_fail(cursor, &line, line.word[3].at,
                                   "expected demands that add up to less than 4.6e12, found more "
                                   "up to this line; give demands and capacities in thousands");
        sum += instance->demand[i];
    }
    return AMBIT_OK;
}

ambit_status ambit_instance_parse(const char *path, const char *text, size_t bytes,
                                  struct ambit_instance *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_instance instance = {0};
    struct ambit_word_cursor cursor;
    int32_t count = 0, centre_count = 0;
    ambit_word_cursor_init(&cursor, path, text, (int64_t)bytes);
    AMBIT_TRY(read_counts(&cursor, &count, &centre_count));
    AMBIT_TRY(check_line_count(cursor, count));
    AMBIT_TRY(ambit_instance_create(count, &instance));
    instance.centre_count = centre_count;
    AMBIT_TRY(ambit_text_name(path, &instance.name));
    AMBIT_TRY(read_accounts(&cursor, &instance));
done:
    if (status != AMBIT_OK) ambit_instance_clear(&instance);
    *out = instance;
    return status;
}

ambit_status ambit_instance_read(const char *path, struct ambit_instance *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_csv_map map = {0};
    *out = (struct ambit_instance){0};
    AMBIT_TRY(ambit_text_map_open(path, "an instance file of 'n p' and n lines 'x y Q q'", &map));
    AMBIT_TRY(ambit_instance_parse(path, map.data, (size_t)map.size, out));
done:
    ambit_csv_map_close(&map);
    return status;
}

ambit_status ambit_instance_write(const char *path, const struct ambit_instance *instance)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    (void)fprintf(out.file, "%" PRId32 " %" PRId32 "\n", instance->count, instance->centre_count);
    for (int32_t i = 0; i < instance->count; i++) {
        ambit_print_real(out.file, instance->x[i], 0);
        (void)fputc(' ', out.file);
        ambit_print_real(out.file, instance->y[i], 0);
        (void)fputc(' ', out.file);
        ambit_print_micro(out.file, instance->capacity[i]);
        (void)fputc(' ', out.file);
        ambit_print_micro(out.file, instance->demand[i]);
        (void)fputc('\n', out.file);
    }
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}
