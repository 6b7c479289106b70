/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts read in slices are the accounts read whole: same rows in the same order, same list of
 * bad rows, same hash, same message. Every file is read by all ranks together and by each alone.
 */
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "io/tables_csv.h"
#include "tests/mpi_harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_BYTES 512
#define FILES 60

struct reading {
    ambit_status status;
    struct ambit_accounts accounts;
    struct ambit_bad_rows bad;
    struct ambit_rows_hash hash;
    int64_t rows;
    char message[AMBIT_MESSAGE_MAX];
};

static char path[PATH_BYTES]; /* of the file that rank 0 writes; the same on all ranks */

static int rank(void)
{
    return ambit_comm_rank(ambit_test_comm());
}

/* Rank 0 writes the bytes; all go on when they are there. */
static void write_together(const char *bytes, size_t size)
{
    if (rank() == 0) {
        const char *const folder = getenv("TMPDIR");
        (void)snprintf(path, sizeof path, "%s/ambit_tables_%d.csv",
                       folder != NULL ? folder : "/tmp", (int)getpid());
        FILE *const file = fopen(path, "wb");
        if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) abort();
    }
    ambit_comm_broadcast(ambit_test_comm(), path, sizeof path, 0);
}

static void remove_together(void)
{
    if (AMBIT_AGREE(ambit_test_comm(), AMBIT_OK) != AMBIT_OK) abort(); /* all have read it */
    if (rank() == 0) (void)unlink(path);
}

static struct ambit_scenario scenario_of_path(void)
{
    struct ambit_scenario s;
    ambit_scenario_init(&s);
    s.path = path;
    s.accounts_file = path;
    s.territory_count = 3;
    s.column_count = 1;
    (void)snprintf(s.id_column, sizeof s.id_column, "id");
    (void)snprintf(s.lat_column, sizeof s.lat_column, "lat");
    (void)snprintf(s.lon_column, sizeof s.lon_column, "lon");
    (void)snprintf(s.territory_column, sizeof s.territory_column, "territory");
    (void)snprintf(s.column[0], sizeof s.column[0], "hours");
    s.category_count = 1;
    (void)snprintf(s.category[0], sizeof s.category[0], "territory");
    return s; /* borrows `path`: not to be cleared */
}

static void read_file(struct ambit_comm *comm, bool skip, struct reading *out)
{
    const struct ambit_scenario s = scenario_of_path();
    struct ambit_territories t = {0};
    struct ambit_rows_hash reps_hash;
    memset(out, 0, sizeof *out);
    out->status = ambit_read_territories(&s, comm, skip, &t, &out->bad, &reps_hash, &out->rows);
    if (out->status == AMBIT_OK)
        out->status = ambit_read_accounts(&s, NULL, &t, comm, skip, &out->accounts, &out->bad,
                                          &out->hash, &out->rows);
    (void)snprintf(out->message, sizeof out->message, "%s", ambit_error_message());
    ambit_error_clear();
    ambit_territories_clear(&t);
}

static bool same_bad_rows(const struct ambit_bad_rows *a, const struct ambit_bad_rows *b)
{
    bool same = a->total == b->total && a->shown == b->shown &&
                memcmp(a->count, b->count, sizeof a->count) == 0;
    for (int32_t i = 0; same && i < a->shown; i++) {
        const struct ambit_bad_row *const x = &a->row[i], *const y = &b->row[i];
        same = x->kind == y->kind && x->line == y->line && x->column == y->column &&
               strcmp(x->text, y->text) == 0 && strcmp(x->role, y->role) == 0;
    }
    return same;
}

/* `mine` of all ranks, joined, is the `bytes` bytes of `whole`. */
static bool same_joined(const void *mine, int64_t count, int64_t item_bytes, const void *whole,
                        int64_t whole_count)
{
    char *all = NULL;
    int64_t all_count = 0;
    if (ambit_comm_all_gather(ambit_test_comm(), mine, count, item_bytes, &all, &all_count) !=
        AMBIT_OK)
        abort();
    const bool same = all_count == whole_count &&
                      (all_count == 0 || memcmp(all, whole, (size_t)(all_count * item_bytes)) == 0);
    ambit_free(&all);
    return same;
}

static bool same_accounts(const struct ambit_accounts *a, const struct ambit_accounts *whole)
{
    int64_t widths[2] = {a->id_width, -a->id_width};
    ambit_comm_max_i64(ambit_test_comm(), widths, 2);
    bool same = a->total == whole->total && a->first == 0 && widths[0] == whole->id_width &&
                widths[1] == -whole->id_width;
    same &= same_joined(a->id, a->count, widths[0], whole->id, whole->count);
    same &= same_joined(a->lat, a->count, 8, whole->lat, whole->count);
    same &= same_joined(a->lon, a->count, 8, whole->lon, whole->count);
    same &= same_joined(a->previous, a->count, 4, whole->previous, whole->count);
    same &= same_joined(a->category[0], a->count, 4, whole->category[0], whole->count);
    same &= same_joined(a->column[0], a->count, 8, whole->column[0], whole->count);
    same &= same_joined(a->visits, a->count, 8, whole->visits, whole->count);
    return same;
}

/* Returns the accounts and, in *status_out, how reading ended. */
static int64_t check_file(const char *bytes, size_t size, bool skip, ambit_status *status_out)
{
    static struct reading together, alone; /* too large for a stack */
    struct ambit_comm *one = NULL;
    write_together(bytes, size);
    if (ambit_comm_create_alone(&one) != AMBIT_OK) abort();
    read_file(one, skip, &alone);
    ambit_comm_destroy(&one);
    read_file(ambit_test_comm(), skip, &together);
    CU_ASSERT_EQUAL(together.status, alone.status);
    CU_ASSERT_STRING_EQUAL(together.message, alone.message);
    CU_ASSERT_EQUAL(together.rows, alone.rows);
    CU_ASSERT_TRUE(together.hash.low == alone.hash.low && together.hash.high == alone.hash.high);
    CU_ASSERT_TRUE(same_bad_rows(&together.bad, &alone.bad));
    CU_ASSERT_TRUE(same_accounts(&together.accounts, &alone.accounts));
    const int64_t count = alone.accounts.count;
    *status_out = alone.status;
    ambit_accounts_clear(&together.accounts);
    ambit_accounts_clear(&alone.accounts);
    remove_together();
    return count;
}

static const char header[] = "note,id,lat,lon,territory,hours\n";

/* A file of up to 40 rows whose notes hold line feeds, quotes and delimiters, with bad rows. */
static size_t random_file(uint64_t seed, char *out, size_t capacity)
{
    static const char *const note[] = {
        "plain",   "\"a\nb\"", "\"\n\n\n\"", "\"say \"\"x,\n\"\"\"", "", "\"\r\n,1,1,,1\r\n\"",
        "\xC3\xA9"};
    static const char *const hours[] = {"1", "2.5", "\"3\"", "x", "-1", "4e-3"};
    const uint64_t row_count = ambit_random_below(seed, 0, 0, 40);
    size_t used = (size_t)snprintf(out, capacity, "%s", header);
    for (uint64_t i = 0; i <= row_count; i++) {
        const char *const end = ambit_random_below(seed, 1, i, 3) == 0 ? "\r\n" : "\n";
        used += (size_t)snprintf(
            out + used, capacity - used, "%s,%c%d,%d.5,%d,%s,%s%s",
            note[ambit_random_below(seed, 2, i, 7)], "ab"[i % 2],
            (int)ambit_random_below(seed, 3, i, 60), (int)ambit_random_below(seed, 4, i, 91),
            (int)ambit_random_below(seed, 5, i, 180), i % 3 == 0 ? "T002" : "",
            hours[ambit_random_below(seed, 6, i, i % 4 == 0 ? 6 : 3)], i < row_count ? end : "");
        if (ambit_random_below(seed, 7, i, 10) == 0)
            used += (size_t)snprintf(out + used, capacity - used, "\n\r\n");
    }
    return used;
}

static void slices_are_the_whole(void)
{
    static char text[8000];
    int64_t accounts = 0, refused = 0;
    for (uint64_t seed = 1; seed <= FILES; seed++) {
        ambit_status status;
        const size_t size = random_file(seed, text, sizeof text);
        accounts += check_file(text, size, true, &status);
        (void)check_file(text, size, false, &status);
        refused += status == AMBIT_ERR_INPUT;
    }
    CU_ASSERT_TRUE(accounts > 10 * FILES);
    CU_ASSERT_TRUE(refused > FILES / 4 && refused < FILES);
}

static void check_text(const char *text, bool skip, ambit_status expected, int64_t accounts)
{
    ambit_status status;
    const int64_t count = check_file(text, strlen(text), skip, &status);
    CU_ASSERT_EQUAL(status, expected);
    CU_ASSERT_EQUAL(count, accounts);
}

static void reads_fewer_rows_than_ranks(void)
{
    check_text("id,lat,lon,territory,hours\na,1,1,,1", false, AMBIT_OK, 1);
    check_text("id,lat,lon,territory,hours\na,1,1,,1\nb,1,1,,1\n", false, AMBIT_OK, 2);
    check_text("id,lat,lon,territory,hours\n", false, AMBIT_ERR_INPUT, 0);
    check_text("id,lat,lon,territory,hours", false, AMBIT_ERR_INPUT, 0);
    check_text("id,lat,lon,territory,hours\n\n\n\n\n\n\n\n\n\n", false, AMBIT_ERR_INPUT, 0);
    check_text("id,lat,lon,territory,hours\na,1,1,,x\n", true, AMBIT_ERR_INPUT, 0);
    check_text("id,lat,hours\na,1,1\n", true, AMBIT_ERR_INPUT, 0);
}

static void reads_a_row_over_all_slices(void)
{
    static char text[4000];
    size_t used = (size_t)snprintf(text, sizeof text, "%s\"", header);
    for (int i = 0; i < 500; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "x,\n");
    (void)snprintf(text + used, sizeof text - used, "\",a,1,1,,1\nn,b,1,1,,1\nn,a,1,1,,1\n");
    check_text(text, true, AMBIT_OK, 2);
    check_text(text, false, AMBIT_ERR_INPUT, 0);
}

static void tells_misplaced_quotes(void)
{
    static char text[4000];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", header);
    for (int i = 0; i < 100; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%sn,%d,1,1,,1\n",
                                 i == 20 || i == 80 ? "5\" " : "", i);
    check_text(text, true, AMBIT_ERR_INPUT, 0);
    (void)snprintf(text + used, sizeof text - used, "\"n,a,1,1,,1\n");
    check_text(text, true, AMBIT_ERR_INPUT, 0);
}

static void adds_sums_over_ranks(void)
{
    check_text("id,lat,lon,territory,hours\na,1,1,,2e12\nb,1,1,,2e12\nc,1,1,,2e12\nd,1,1,,1\n",
               false, AMBIT_ERR_INPUT, 0);
    check_text("id,lat,lon,territory,hours\na,1,1,,2e12\nb,1,1,,2e12\nc,1,1,,5e11\nd,1,1,,1\n",
               false, AMBIT_OK, 4);
}

/* Each allocation of each rank fails once: all ranks end the same way and nothing is left. */
static void fails_together(void)
{
    static struct reading reading;
    static char text[8000];
    const int size = ambit_comm_size(ambit_test_comm());
    write_together(text, random_file(5, text, sizeof text));
    for (int failing = 0; failing < size; failing++) {
        int64_t worst = 1;
        for (int nth = 1; worst != AMBIT_OK && nth < 300; nth++) {
            const int64_t before = ambit_memory_live_blocks();
            ambit_memory_fail_at(rank() == failing ? nth : 0);
            read_file(ambit_test_comm(), true, &reading);
            ambit_memory_fail_at(0);
            ambit_accounts_clear(&reading.accounts);
            CU_ASSERT_EQUAL(ambit_memory_live_blocks(), before);
            int64_t statuses[2] = {reading.status, -(int64_t)reading.status};
            ambit_comm_max_i64(ambit_test_comm(), statuses, 2);
            CU_ASSERT_EQUAL(statuses[0], -statuses[1]);
            CU_ASSERT_TRUE(statuses[0] == AMBIT_OK || statuses[0] == AMBIT_ERR_MEMORY);
            worst = statuses[0];
        }
        CU_ASSERT_EQUAL(worst, AMBIT_OK);
    }
    remove_together();
}

int main(int argc, char **argv)
{
    static const struct ambit_test tests[] = {
        {"slices are the whole", slices_are_the_whole},
        {"reads fewer rows than ranks", reads_fewer_rows_than_ranks},
        {"reads a row over all slices", reads_a_row_over_all_slices},
        {"tells misplaced quotes", tells_misplaced_quotes},
        {"adds sums over ranks", adds_sums_over_ranks},
        {"fails together", fails_together},
    };
    return ambit_mpi_test_main(argc, argv, "mpi_tables", tests, AMBIT_TEST_COUNT(tests));
}
