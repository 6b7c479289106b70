/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every function of comm.h, on any number of ranks, whole and in parts. With an argument, the
 * program breaks one rule on purpose; tests/cli_comm.sh looks at how the job ends.
 */
#include "engine/base/comm.h"
#include "engine/base/memory.h"
#include "engine/base/traffic.h"
#include "tests/mpi_harness.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PART_BYTES 24 /* so small that everything goes in parts */
#define WHOLE_BYTES (INT64_C(1) << 30)

static int rank(void)
{
    return ambit_comm_rank(ambit_test_comm());
}

static int size(void)
{
    return ambit_comm_size(ambit_test_comm());
}

static void agrees_when_all_is_well(void)
{
    CU_ASSERT_EQUAL(AMBIT_AGREE(ambit_test_comm(), AMBIT_OK), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "");
}

static void agrees_on_each_failing_rank(void)
{
    for (int failing = 0; failing < size(); failing++) {
        char expected[64];
        (void)snprintf(expected, sizeof expected, "rank %d failed", failing);
        const ambit_status mine =
            rank() == failing ? ambit_fail(AMBIT_ERR_MEMORY, "rank %d failed", failing) : AMBIT_OK;
        CU_ASSERT_EQUAL(AMBIT_AGREE(ambit_test_comm(), mine), AMBIT_ERR_MEMORY);
        CU_ASSERT_STRING_EQUAL(ambit_error_message(), expected);
        ambit_error_clear();
    }
}

/* All ranks fail; those from the middle on with a worse status, of which the lowest speaks. */
static void the_lowest_rank_of_the_worst_status_speaks(void)
{
    char expected[64];
    const int speaker = size() / 2;
    (void)snprintf(expected, sizeof expected, "rank %d failed", speaker);
    const ambit_status mine =
        ambit_fail(rank() < speaker ? AMBIT_ERR_IO : AMBIT_ERR_INPUT, "rank %d failed", rank());
    CU_ASSERT_EQUAL(AMBIT_AGREE(ambit_test_comm(), mine), AMBIT_ERR_INPUT);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), expected);
}

static ambit_status try_together(ambit_status mine, bool *went_on_out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY_TOGETHER(ambit_test_comm(), mine);
    *went_on_out = true;
done:
    return status;
}

static void ranks_leave_together(void)
{
    bool went_on = false;
    const bool fails = rank() == size() - 1;
    CU_ASSERT_EQUAL(try_together(fails ? ambit_fail(AMBIT_ERR_IO, "last") : AMBIT_OK, &went_on),
                    AMBIT_ERR_IO);
    CU_ASSERT_FALSE(went_on);
    ambit_error_clear();
    CU_ASSERT_EQUAL(try_together(AMBIT_OK, &went_on), AMBIT_OK);
    CU_ASSERT_TRUE(went_on);
}

static void reduces(void)
{
    const int64_t n = size(), r = rank();
    int64_t sums[10], largest[10], smallest[10];
    uint8_t bits[50];
    for (int i = 0; i < 10; i++) {
        sums[i] = r + i;
        largest[i] = i * (r - 1);
        smallest[i] = -(r + i);
    }
    for (int i = 0; i < 50; i++)
        bits[i] = (uint8_t)(i % n == r ? 1 << (r % 8) : 0);
    ambit_comm_sum_i64(ambit_test_comm(), sums, 10);
    ambit_comm_max_i64(ambit_test_comm(), largest, 10);
    ambit_comm_min_i64(ambit_test_comm(), smallest, 10);
    ambit_comm_or_u8(ambit_test_comm(), bits, 50);
    for (int i = 0; i < 10; i++) {
        CU_ASSERT_EQUAL(sums[i], n * (n - 1) / 2 + n * i);
        CU_ASSERT_EQUAL(largest[i], i * (n - 2));
        CU_ASSERT_EQUAL(smallest[i], -(n - 1 + i));
    }
    for (int i = 0; i < 50; i++)
        CU_ASSERT_EQUAL(bits[i], 1 << (i % n % 8));
}

/* The tests' ranks are all on this host. */
static void sums_on_a_host(void)
{
    int64_t values[2] = {rank(), 1};
    ambit_comm_host_sum_i64(ambit_test_comm(), values, 2);
    CU_ASSERT_EQUAL(values[0], size() * (size() - 1) / 2);
    CU_ASSERT_EQUAL(values[1], size());
}

static void sums_wrap(void)
{
    int64_t value = INT64_MAX;
    ambit_comm_sum_i64(ambit_test_comm(), &value, 1);
    CU_ASSERT_EQUAL((uint64_t)value, (uint64_t)INT64_MAX * (uint64_t)size());
}

static void sums_below(void)
{
    const int64_t r = rank();
    CU_ASSERT_EQUAL(ambit_comm_sum_below_i64(ambit_test_comm(), 10 + r), 10 * r + r * (r - 1) / 2);
}

static void broadcasts(void)
{
    for (int root = 0; root < size(); root++) {
        char text[100];
        for (int i = 0; i < 100; i++)
            text[i] = (char)(rank() == root ? i + root : -1);
        ambit_comm_broadcast(ambit_test_comm(), text, 100, root);
        for (int i = 0; i < 100; i++)
            CU_ASSERT_EQUAL(text[i], i + root);
        ambit_comm_broadcast(ambit_test_comm(), NULL, 0, root);
    }
}

/* Rank r brings 3·r items of 12 bytes: none on rank 0, and no part boundary on an item's. */
struct item {
    int32_t rank, index, check;
};

static int64_t fill_items(struct item items_out[64])
{
    const int64_t count = 3 * rank();
    for (int32_t i = 0; i < count; i++)
        items_out[i] = (struct item){rank(), i, 1000 * rank() + i};
    return count;
}

static void check_gathered(const struct item *all, int64_t count)
{
    int64_t next = 0;
    CU_ASSERT_EQUAL(count, 3 * size() * (size() - 1) / 2);
    for (int r = 0; r < size(); r++) {
        for (int i = 0; i < 3 * r; i++, next++) {
            CU_ASSERT_EQUAL(all[next].rank, r);
            CU_ASSERT_EQUAL(all[next].index, i);
            CU_ASSERT_EQUAL(all[next].check, 1000 * r + i);
        }
    }
}

static void gathers_to_all(void)
{
    struct item mine[64], *all = NULL;
    int64_t count = -1;
    const int64_t items = fill_items(mine);
    CU_ASSERT_EQUAL(
        ambit_comm_all_gather(ambit_test_comm(), mine, items, sizeof *mine, &all, &count),
        AMBIT_OK);
    check_gathered(all, count);
    ambit_free(&all);
}

static void gathers_to_rank_0(void)
{
    struct item mine[64], *all = NULL;
    int64_t count = -1;
    const int64_t items = fill_items(mine);
    CU_ASSERT_EQUAL(ambit_comm_gather(ambit_test_comm(), mine, items, sizeof *mine, &all, &count),
                    AMBIT_OK);
    if (rank() == 0) {
        check_gathered(all, count);
    } else {
        CU_ASSERT_PTR_NULL(all);
        CU_ASSERT_EQUAL(count, 0);
    }
    ambit_free(&all);
}

static void gathers_nothing(void)
{
    char *all = NULL;
    int64_t count = -1;
    CU_ASSERT_EQUAL(ambit_comm_all_gather(ambit_test_comm(), NULL, 0, 8, &all, &count), AMBIT_OK);
    CU_ASSERT_PTR_NULL(all);
    CU_ASSERT_EQUAL(count, 0);
}

/* Rank r sends (r + 2·to) % 5 items to rank `to`: some pairs send none, and no two counts are
 * the same in both directions. */
static int64_t items_between(int from, int to)
{
    return (from + 2 * to) % 5;
}

static void exchanges(void)
{
    struct item mine[64], *all = NULL;
    int64_t counts[16], received[16], count = -1, next = 0;
    for (int to = 0; to < size(); to++) {
        counts[to] = items_between(rank(), to);
        for (int32_t i = 0; i < counts[to]; i++)
            mine[next++] = (struct item){rank(), i, to};
    }
    CU_ASSERT_EQUAL(
        ambit_comm_exchange(ambit_test_comm(), mine, counts, sizeof *mine, &all, &count, received),
        AMBIT_OK);
    next = 0;
    for (int from = 0; from < size(); from++) {
        CU_ASSERT_EQUAL(received[from], items_between(from, rank()));
        for (int i = 0; i < items_between(from, rank()) && next < count; i++, next++) {
            CU_ASSERT_EQUAL(all[next].rank, from);
            CU_ASSERT_EQUAL(all[next].index, i);
            CU_ASSERT_EQUAL(all[next].check, rank());
        }
    }
    CU_ASSERT_EQUAL(next, count);
    ambit_free(&all);
    CU_ASSERT_EQUAL(
        ambit_comm_exchange(ambit_test_comm(), mine, counts, sizeof *mine, &all, &count, NULL),
        AMBIT_OK);
    CU_ASSERT_EQUAL(count, next);
    ambit_free(&all);
}

/* 3 MB from each rank: beyond what MPI sends before the receiver is ready. */
static void gathers_large_blocks(void)
{
    const int64_t items = 400000;
    int64_t *mine = NULL, *all = NULL, count = 0, wrong = 0;
    if (AMBIT_AGREE(ambit_test_comm(), ambit_alloc(&mine, (size_t)items, sizeof *mine)) != AMBIT_OK)
        return;
    for (int64_t i = 0; i < items; i++)
        mine[i] = rank() * items + i;
    CU_ASSERT_EQUAL(
        ambit_comm_all_gather(ambit_test_comm(), mine, items, sizeof *mine, &all, &count),
        AMBIT_OK);
    CU_ASSERT_EQUAL(count, items * size());
    for (int64_t i = 0; i < count; i++)
        wrong += all[i] != i;
    CU_ASSERT_EQUAL(wrong, 0);
    ambit_free(&mine);
    ambit_free(&all);
}

static void everything_in_parts(void)
{
    ambit_comm_set_part_bytes(ambit_test_comm(), PART_BYTES);
    reduces();
    broadcasts();
    gathers_to_all();
    gathers_to_rank_0();
    exchanges();
    ambit_comm_set_part_bytes(ambit_test_comm(), WHOLE_BYTES);
}

/* The nth allocation fails on rank v, for every n and v until none is left to fail: the same status
 * on every rank, and nothing left behind (the harness counts blocks). */
static void fails_together_without_memory(void)
{
    struct item mine[64];
    int64_t counts[16] = {0}, count = -1;
    counts[0] = fill_items(mine);
    for (int what = 0; what < 3; what++) {
        for (int failing = 0; failing < size(); failing++) {
            ambit_status status = AMBIT_ERR_MEMORY;
            int64_t nth = 0;
            while (status != AMBIT_OK && nth < 10) {
                struct item *all = NULL;
                nth++;
                ambit_memory_fail_at(rank() == failing ? nth : 0);
                if (what == 0)
                    status = ambit_comm_all_gather(ambit_test_comm(), mine, counts[0], sizeof *mine,
                                                   &all, &count);
                else if (what == 1)
                    status = ambit_comm_gather(ambit_test_comm(), mine, counts[0], sizeof *mine,
                                               &all, &count);
                else
                    status = ambit_comm_exchange(ambit_test_comm(), mine, counts, sizeof *mine,
                                                 &all, &count, NULL);
                int64_t lowest = status, highest = status;
                ambit_comm_min_i64(ambit_test_comm(), &lowest, 1);
                ambit_comm_max_i64(ambit_test_comm(), &highest, 1);
                CU_ASSERT_EQUAL(lowest, highest);
                CU_ASSERT_TRUE(status == AMBIT_OK || (all == NULL && count == 0));
                ambit_free(&all);
                ambit_error_clear();
            }
            CU_ASSERT_TRUE(nth >= 2 && nth < 10);
        }
    }
    ambit_memory_fail_at(0);
}

/* Whether the record has the kind, with these counts for calls, payload, messages and sent bytes.
 */
static bool has_counted(const char *text, const char *kind, int64_t calls, int64_t payload,
                        int64_t messages, int64_t sent)
{
    char expected[128];
    (void)snprintf(expected, sizeof expected, ",5,%d,%s,%lld,%lld,%lld,%lld,", rank(), kind,
                   (long long)calls, (long long)payload, (long long)messages, (long long)sent);
    return strstr(text, expected) != NULL;
}

static void counts_what_is_sent(void)
{
    static int64_t values[2000];
    int64_t *all = NULL, count = 0, bytes = 0;
    char *text = NULL;
    const int64_t steps = size() == 1 ? 0 : size() == 2 ? 1 : 2, others = size() - 1;
    ambit_traffic_keep();
    ambit_comm_sum_i64(ambit_test_comm(), values, 3);
    ambit_comm_max_i64(ambit_test_comm(), values, 2000);
    ambit_comm_broadcast(ambit_test_comm(), values, 100, 0);
    ambit_traffic_phase("test", 5);
    CU_ASSERT_EQUAL(ambit_comm_all_gather(ambit_test_comm(), values, 7, 8, &all, &count), AMBIT_OK);
    ambit_free(&all);
    ambit_traffic_phase("test", 5);
    CU_ASSERT_EQUAL(ambit_traffic_lines(rank(), &text, &bytes), AMBIT_OK);
    CU_ASSERT_EQUAL(bytes, (int64_t)strlen(text));
    if (size() == 1) {
        CU_ASSERT_EQUAL(strncmp(text, "test,5,0,none,0,0,0,0,0,", 24), 0);
    } else {
        CU_ASSERT_TRUE(has_counted(text, "reduce", 1, 24, steps, 24 * steps));
        CU_ASSERT_TRUE(
            has_counted(text, "reduce_long", 1, 16000, 2 * steps, 16000 / size() * 2 * others));
        CU_ASSERT_TRUE(has_counted(text, "broadcast", 1, 100, steps, 100 * steps));
        CU_ASSERT_TRUE(has_counted(text, "all_gather", 1, 56, others, 56 * others));
    }
    ambit_free(&text);
}

/* One rank by itself, without MPI, whatever else is running. */
static void alone(void)
{
    struct ambit_comm *comm = NULL;
    const int64_t one = 1;
    int64_t value = 5, count = 0, received = 0, *all = NULL;
    CU_ASSERT_EQUAL(ambit_comm_create_alone(&comm), AMBIT_OK);
    if (comm == NULL) return;
    CU_ASSERT_EQUAL(ambit_comm_rank(comm), 0);
    CU_ASSERT_EQUAL(ambit_comm_size(comm), 1);
    ambit_comm_sum_i64(comm, &value, 1);
    CU_ASSERT_EQUAL(value, 5);
    CU_ASSERT_EQUAL(ambit_comm_sum_below_i64(comm, 5), 0);
    CU_ASSERT_EQUAL(AMBIT_AGREE(comm, AMBIT_ERR_IO), AMBIT_ERR_IO);
    CU_ASSERT_EQUAL(ambit_comm_gather(comm, &value, 1, sizeof value, &all, &count), AMBIT_OK);
    CU_ASSERT_TRUE(count == 1 && all[0] == 5);
    ambit_free(&all);
    CU_ASSERT_EQUAL(ambit_comm_exchange(comm, &value, &one, sizeof value, &all, &count, &received),
                    AMBIT_OK);
    CU_ASSERT_TRUE(count == 1 && received == 1 && all[0] == 5);
    ambit_free(&all);
    ambit_comm_destroy(&comm);
    CU_ASSERT_PTR_NULL(comm);
}

/* Rank 1 works for three times the limit while the others wait for it: no end. Or all ranks wait,
 * rank 1 in another sum than the others, as where a message is lost: an end. */
static int try_patience(int argc, char **argv, bool waits)
{
    struct ambit_comm *comm = NULL;
    int64_t value = 1;
    if (ambit_comm_start(&argc, &argv, &comm) != AMBIT_OK) return 1;
    const ambit_status status = ambit_comm_watch(comm, 1.0);
    if (status == AMBIT_OK && ambit_comm_rank(comm) == 1 && !waits)
        (void)nanosleep(&(struct timespec){.tv_sec = 3}, NULL);
    ambit_comm_sum_i64(comm, &value, 1);
    if (waits && ambit_comm_rank(comm) != 1) ambit_comm_sum_i64(comm, &value, 1);
    ambit_comm_destroy(&comm);
    return ambit_status_exit_code(status);
}

/* Rank 1 breaks a rule; the job must end, with words. */
static int misbehave(int argc, char **argv, const char *how)
{
    struct ambit_comm *comm = NULL;
    ambit_status status = ambit_comm_start(&argc, &argv, &comm);
    if (status != AMBIT_OK) return 1;
    if (strcmp(how, "diverge") == 0) {
        if (ambit_comm_rank(comm) == 1)
            status = ambit_comm_agree(comm, AMBIT_OK, "b.c", 20);
        else
            status = ambit_comm_agree(comm, AMBIT_OK, "a.c", 10);
    } else if (strcmp(how, "require") == 0) {
        AMBIT_REQUIRE(ambit_comm_rank(comm) != 1);
        status = AMBIT_AGREE(comm, AMBIT_OK);
    } else {
        int64_t value = 0;
        ambit_comm_broadcast(comm, &value, sizeof value, ambit_comm_size(comm)); /* no such rank */
    }
    ambit_comm_destroy(&comm);
    return ambit_status_exit_code(status);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "busy") == 0) return try_patience(argc, argv, false);
    if (argc > 1 && strcmp(argv[1], "wait") == 0) return try_patience(argc, argv, true);
    if (argc > 1) return misbehave(argc, argv, argv[1]);
    static const struct ambit_test tests[] = {
        {"agrees when all is well", agrees_when_all_is_well},
        {"agrees on each failing rank", agrees_on_each_failing_rank},
        {"the lowest rank of the worst status speaks", the_lowest_rank_of_the_worst_status_speaks},
        {"ranks leave together", ranks_leave_together},
        {"reduces", reduces},
        {"sums on a host", sums_on_a_host},
        {"sums wrap", sums_wrap},
        {"sums below", sums_below},
        {"broadcasts", broadcasts},
        {"gathers to all", gathers_to_all},
        {"gathers to rank 0", gathers_to_rank_0},
        {"gathers nothing", gathers_nothing},
        {"exchanges", exchanges},
        {"gathers large blocks", gathers_large_blocks},
        {"everything in parts", everything_in_parts},
        {"fails together without memory", fails_together_without_memory},
        {"counts what is sent", counts_what_is_sent},
        {"alone", alone},
    };
    return ambit_mpi_test_main(argc, argv, "mpi_comm", tests, AMBIT_TEST_COUNT(tests));
}
