/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The base layer: status, memory, fixed point, random numbers, hashes, paths, files, log, split. */
#include "engine/base/atomic_file.h"
#include "engine/base/comm.h"
#include "engine/base/fixed.h"
#include "engine/base/hash.h"
#include "engine/base/key_sort.h"
#include "engine/base/key_table.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "engine/base/random.h"
#include "tests/harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* The first bytes of a file, in one of a few buffers used in turn. */
static const char *content_of(const char *path)
{
    static char buffer[2][8192];
    static int next;
    char *const text = buffer[next = 1 - next];
    text[0] = '\0';
    FILE *file = fopen(path, "rb");
    if (file == NULL) return "(cannot be opened)";
    text[fread(text, 1, sizeof buffer[0] - 1, file)] = '\0';
    (void)fclose(file);
    return text;
}

/* How many names a folder has, itself and its parent apart. */
static int names_in(const char *folder)
{
    int count = -2;
    DIR *open_folder = opendir(folder);
    if (open_folder == NULL) return -1;
    while (readdir(open_folder) != NULL)
        count++;
    (void)closedir(open_folder);
    return count;
}

/* An empty folder in the scratch folder. */
static const char *new_folder(void)
{
    static char folder[512];
    (void)snprintf(folder, sizeof folder, "%s/base-XXXXXX", ambit_test_folder());
    if (mkdtemp(folder) == NULL) abort();
    return folder;
}

/* Joins into one of a few buffers used in turn. */
static const char *joined(const char *folder, const char *name)
{
    static char buffer[4][1024];
    static int next;
    next = (next + 1) % 4;
    (void)snprintf(buffer[next], sizeof buffer[0], "%s/%s", folder, name);
    return buffer[next];
}

static void first_message_stays(void)
{
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "");
    CU_ASSERT_EQUAL(ambit_fail(AMBIT_ERR_INPUT, "line %d", 7), AMBIT_ERR_INPUT);
    CU_ASSERT_EQUAL(ambit_fail(AMBIT_ERR_IO, "later"), AMBIT_ERR_IO);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "line 7");
    ambit_error_clear();
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "");
}

static void long_message_is_cut(void)
{
    char text[2 * AMBIT_MESSAGE_MAX];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    CU_ASSERT_EQUAL(ambit_fail(AMBIT_ERR_IO, "%s", text), AMBIT_ERR_IO);
    CU_ASSERT_EQUAL(strlen(ambit_error_message()), AMBIT_MESSAGE_MAX - 1);
}

static void exit_codes(void)
{
    static const struct {
        ambit_status status;
        int code;
    } expected[] = {{AMBIT_OK, 0},           {AMBIT_STOPPED, 75},       {AMBIT_ERR_MISMATCH, 1},
                    {AMBIT_ERR_IO, 1},       {AMBIT_ERR_MEMORY, 1},     {AMBIT_ERR_SOLVER, 1},
                    {AMBIT_ERR_INTERNAL, 1}, {AMBIT_ERR_INFEASIBLE, 2}, {AMBIT_ERR_USAGE, 64},
                    {AMBIT_ERR_INPUT, 65}};
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        CU_ASSERT_EQUAL(ambit_status_exit_code(expected[i].status), expected[i].code);
}

/* Runs this program again as the named child (see main) and takes what it writes to standard error.
 * A new process, because some of what is tested happens once in a process, or ends it. Returns its
 * wait status. */
static int run_child(const char *name, char *text_out, size_t text_bytes)
{
    int ends[2], wait_status = -1;
    size_t length = 0;
    if (pipe(ends) != 0) abort();
    const pid_t child = fork();
    if (child == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)setenv("AMBIT_TEST_CHILD", name, 1);
        (void)execl("/proc/self/exe", "test_base", (char *)NULL);
        _exit(127);
    }
    (void)close(ends[1]);
    ssize_t got;
    while (length + 1 < text_bytes &&
           (got = read(ends[0], text_out + length, text_bytes - 1 - length)) > 0)
        length += (size_t)got;
    text_out[length] = '\0';
    (void)close(ends[0]);
    (void)waitpid(child, &wait_status, 0);
    return wait_status;
}

static void exit_7(void)
{
    exit(7);
}

static void break_invariant(void)
{
    ambit_require_set_abort(3, exit_7);
    AMBIT_REQUIRE(1 + 1 == 2);
    AMBIT_REQUIRE(names_in("/") < -1);
}

static void require_names_rank_place_and_text(void)
{
    char text[1024];
    const int status = run_child("require", text, sizeof text);
    CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    CU_ASSERT_EQUAL(strncmp(text, "ambit: rank 3: tests/test_base.c:", 33), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "names_in(\"/\") < -1\n"));
}

static void memory_is_zeroed_aligned_and_counted(void)
{
    int64_t *words = NULL;
    const int64_t live_before = ambit_memory_live_bytes();
    CU_ASSERT_EQUAL(ambit_alloc(&words, 1000, sizeof *words), AMBIT_OK);
    if (words == NULL) return;
    CU_ASSERT_EQUAL((uintptr_t)words % 64, 0);
    int64_t sum = 0;
    for (int i = 0; i < 1000; i++)
        sum |= words[i];
    CU_ASSERT_EQUAL(sum, 0);
    CU_ASSERT_EQUAL(ambit_memory_live_blocks(), 1);
    CU_ASSERT_EQUAL(ambit_memory_live_bytes() - live_before, 8000);
    CU_ASSERT_TRUE(ambit_memory_resident_peak_bytes() > 8000);
    ambit_free(&words);
    CU_ASSERT_PTR_NULL(words);
    CU_ASSERT_EQUAL(ambit_memory_live_bytes(), live_before);
    ambit_free(&words);
}

enum { INHERITED = 1 << 27 };

/* Exit code 0 where the peak of this process is below half of what its parent had. */
static void tell_small_peak(void)
{
    const int64_t peak = ambit_memory_resident_peak_bytes();
    exit(peak > 0 && peak < INHERITED / 2 ? 0 : 1);
}

static void the_peak_is_the_process_s_own(void)
{
    char text[16], *much = NULL;
    CU_ASSERT_EQUAL(ambit_alloc(&much, INHERITED, 1), AMBIT_OK);
    CU_ASSERT_TRUE(ambit_memory_resident_peak_bytes() > INHERITED);
    const int status = run_child("peak", text, sizeof text);
    CU_ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ambit_free(&much);
    CU_ASSERT_TRUE(ambit_memory_resident_peak_bytes() > INHERITED);
}

static void memory_of_nothing_is_null(void)
{
    char *block = (char *)1;
    CU_ASSERT_EQUAL(ambit_alloc(&block, 0, 8), AMBIT_OK);
    CU_ASSERT_PTR_NULL(block);
    CU_ASSERT_EQUAL(ambit_alloc(&block, 8, 0), AMBIT_OK);
    CU_ASSERT_PTR_NULL(block);
    CU_ASSERT_EQUAL(ambit_resize(&block, 0, 1), AMBIT_OK);
    CU_ASSERT_PTR_NULL(block);
    CU_ASSERT_EQUAL(ambit_memory_live_blocks(), 0);
}

static void resize_keeps_contents(void)
{
    int32_t *numbers = NULL;
    CU_ASSERT_EQUAL(ambit_resize(&numbers, 3, sizeof *numbers), AMBIT_OK);
    if (numbers == NULL) return;
    for (int32_t i = 0; i < 3; i++)
        numbers[i] = 10 + i;
    CU_ASSERT_EQUAL(ambit_resize(&numbers, 100000, sizeof *numbers), AMBIT_OK);
    CU_ASSERT_EQUAL((uintptr_t)numbers % 64, 0);
    CU_ASSERT_EQUAL(numbers[2], 12);
    CU_ASSERT_EQUAL(ambit_memory_live_bytes(), 400000);
    CU_ASSERT_EQUAL(ambit_resize(&numbers, 2, sizeof *numbers), AMBIT_OK);
    CU_ASSERT_EQUAL(numbers[1], 11);
    CU_ASSERT_EQUAL(ambit_memory_live_bytes(), 8);

    int32_t *const before = numbers;
    ambit_memory_fail_at(1);
    CU_ASSERT_EQUAL(ambit_resize(&numbers, 50, sizeof *numbers), AMBIT_ERR_MEMORY);
    CU_ASSERT_PTR_EQUAL(numbers, before);
    CU_ASSERT_EQUAL(numbers[0], 10);
    CU_ASSERT_EQUAL(ambit_resize(&numbers, 0, sizeof *numbers), AMBIT_OK);
    CU_ASSERT_PTR_NULL(numbers);
}

/* Blocks beyond a megabyte grow by the C library's own means, and may move off their line. */
static void large_blocks_grow_and_shrink(void)
{
    enum { FIRST = 160000, RISE = 90001 }; /* 1.3 MB; an odd number of numbers at each step */
    uint64_t *numbers = NULL, *between[8] = {NULL};
    size_t count = FIRST, known = 0, wrong = 0;
    /* A hole in the C library's heap for the first, out of which it grows to pages of its own. */
    void *hole[4];
    for (int h = 0; h < 4; h++)
        hole[h] = malloc(800000);
    for (int h = 0; h < 3; h++)
        free(hole[h]);
    CU_ASSERT_EQUAL(ambit_resize(&numbers, count, sizeof *numbers), AMBIT_OK);
    for (int step = 0; step < 8 && numbers != NULL; step++) {
        for (; known < count; known++)
            numbers[known] = ambit_random_u64(3, 0, known);
        /* What lies behind the block now is taken, so that it can hardly grow where it is. */
        CU_ASSERT_EQUAL(ambit_resize(&between[step], FIRST, sizeof **between), AMBIT_OK);
        count += RISE;
        CU_ASSERT_EQUAL(ambit_resize(&numbers, count, sizeof *numbers), AMBIT_OK);
        CU_ASSERT_EQUAL((uintptr_t)numbers % 64, 0);
        CU_ASSERT_EQUAL(ambit_memory_live_blocks(), 2 + step);
        CU_ASSERT_EQUAL(ambit_memory_live_bytes(),
                        (int64_t)(8 * (count + FIRST * (1 + (size_t)step))));
        for (size_t i = 0; i < known; i++)
            wrong += numbers[i] != ambit_random_u64(3, 0, i);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    uint64_t *const before = numbers;
    CU_ASSERT_EQUAL(ambit_resize(&numbers, SIZE_MAX / 8 - 4, sizeof *numbers), AMBIT_ERR_MEMORY);
    CU_ASSERT_PTR_EQUAL(numbers, before);
    CU_ASSERT_EQUAL(ambit_memory_live_bytes(), (int64_t)(8 * (count + FIRST * 8)));
    /* And shrink, at last below a megabyte. */
    for (size_t part = 2; part <= 8 && numbers != NULL; part *= 2) {
        CU_ASSERT_EQUAL(ambit_resize(&numbers, count / part, sizeof *numbers), AMBIT_OK);
        CU_ASSERT_EQUAL((uintptr_t)numbers % 64, 0);
        CU_ASSERT_EQUAL(ambit_memory_live_bytes(), (int64_t)(8 * (count / part + FIRST * 8)));
        for (size_t i = 0; i < count / part && i < known; i++)
            wrong += numbers[i] != ambit_random_u64(3, 0, i);
    }
    CU_ASSERT_EQUAL(wrong, 0);
    for (int step = 0; step < 8; step++)
        ambit_free(&between[step]);
    ambit_free(&numbers);
    free(hole[3]);
    CU_ASSERT_EQUAL(ambit_memory_live_bytes(), 0);
}

static void the_nth_allocation_fails_once(void)
{
    char *blocks[4] = {NULL, NULL, NULL, NULL};
    ambit_memory_fail_at(3);
    for (int i = 0; i < 4; i++) {
        const ambit_status expected = i == 2 ? AMBIT_ERR_MEMORY : AMBIT_OK;
        CU_ASSERT_EQUAL(ambit_alloc(&blocks[i], 5, 3), expected);
        CU_ASSERT_EQUAL(blocks[i] == NULL, i == 2);
    }
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "out of memory: cannot get 5 × 3 bytes more (0 MB in use); use more "
                           "ranks on more machines, or a machine with more memory");
    for (int i = 0; i < 4; i++)
        ambit_free(&blocks[i]);
    ambit_memory_fail_at(1);
    ambit_memory_fail_at(0);
    CU_ASSERT_EQUAL(ambit_copy_string("", &blocks[0]), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(blocks[0], "");
    ambit_free(&blocks[0]);
}

static void sizes_that_overflow_fail(void)
{
    char *block = NULL;
    CU_ASSERT_EQUAL(ambit_alloc(&block, SIZE_MAX / 2, 3), AMBIT_ERR_MEMORY);
    CU_ASSERT_EQUAL(ambit_alloc(&block, SIZE_MAX, 1), AMBIT_ERR_MEMORY);
    CU_ASSERT_EQUAL(ambit_alloc(&block, (size_t)PTRDIFF_MAX - 8, 1), AMBIT_ERR_MEMORY);
    CU_ASSERT_PTR_NULL(block);
}

static void memory_counts_hold_under_threads(void)
{
    int failures = 0;
#pragma omp parallel for num_threads(4) reduction(+ : failures)
    for (int i = 0; i < 4000; i++) {
        char *block = NULL;
        failures += ambit_alloc(&block, (size_t)(i % 7 + 1), 10) != AMBIT_OK;
        ambit_free(&block);
    }
    CU_ASSERT_EQUAL(failures, 0);
    CU_ASSERT_EQUAL(ambit_memory_live_blocks(), 0);
    CU_ASSERT_EQUAL(ambit_memory_live_bytes(), 0);
}

static void fail_second_allocation(void)
{
    char *a = NULL, *b = NULL;
    const ambit_status first = ambit_alloc(&a, 1, 1), second = ambit_alloc(&b, 1, 1);
    (void)fprintf(stderr, "%d %d", first, second);
    ambit_free(&a);
    ambit_free(&b);
}

static void the_environment_chooses_the_fault(void)
{
    char text[64];
    (void)setenv("AMBIT_FAULT_ALLOC", "2", 1);
    (void)setenv("PMIX_RANK", "1", 1);
    (void)run_child("fault", text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "0 4");
    (void)setenv("AMBIT_FAULT_RANK", "0", 1);
    (void)run_child("fault", text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "0 0");
    (void)unsetenv("PMIX_RANK");
    (void)run_child("fault", text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "0 4");
    (void)unsetenv("AMBIT_FAULT_RANK");
    (void)unsetenv("AMBIT_FAULT_ALLOC");
}

static void fixed_point(void)
{
    CU_ASSERT_EQUAL(ambit_to_micro(0.1), 100000);
    CU_ASSERT_EQUAL(ambit_to_micro(-2.5), -2500000);
    CU_ASSERT_EQUAL(ambit_to_micro(0.0000004), 0);
    CU_ASSERT_EQUAL(ambit_to_micro(0.0000006), 1);
    CU_ASSERT_EQUAL(ambit_from_micro(1500000), 1.5);
    CU_ASSERT_EQUAL(ambit_from_micro(ambit_to_micro(123456.789012)), 123456.789012);
}

static void random_numbers_are_those_of_splitmix(void)
{
    /* The first two outputs of SplitMix64 seeded with 0, from the authors' reference code. */
    CU_ASSERT_EQUAL(ambit_mix64(0), UINT64_C(0xE220A8397B1DCDAF));
    CU_ASSERT_EQUAL(ambit_mix64(UINT64_C(0x9E3779B97F4A7C15)), UINT64_C(0x6E789E6AA1B965F4));
    CU_ASSERT_NOT_EQUAL(ambit_random_u64(1, 2, 3), ambit_random_u64(1, 3, 2));
    CU_ASSERT_NOT_EQUAL(ambit_random_u64(1, 2, 3), ambit_random_u64(2, 1, 3));
    int counts[6] = {0};
    double sum = 0;
    for (uint64_t i = 0; i < 60000; i++) {
        const double unit = ambit_random_unit(1, 0, i);
        CU_ASSERT_TRUE(unit >= 0 && unit < 1);
        sum += unit;
        counts[ambit_random_below(1, 1, i, 6)]++;
    }
    CU_ASSERT_TRUE(fabs(sum / 60000 - 0.5) < 0.005); /* over 4 standard errors */
    for (int i = 0; i < 6; i++)
        CU_ASSERT_TRUE(abs(counts[i] - 10000) < 400);
    CU_ASSERT_EQUAL(ambit_random_below(9, 9, 9, 1), 0);
}

static void sha256_known_vectors(void)
{
    struct ambit_sha256 *sha = NULL;
    char text[AMBIT_SHA256_TEXT];
    CU_ASSERT_EQUAL(ambit_sha256_create(&sha), AMBIT_OK);
    if (sha == NULL) return;
    ambit_sha256_text(sha, text);
    CU_ASSERT_STRING_EQUAL(text,
                           "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    ambit_sha256_add(sha, "a", 1);
    ambit_sha256_add(sha, "bc", 2);
    ambit_sha256_text(sha, text);
    CU_ASSERT_STRING_EQUAL(text,
                           "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    ambit_sha256_destroy(&sha);
    CU_ASSERT_PTR_NULL(sha);
}

static void rows_hash_ignores_order_alone(void)
{
    static const char *const rows[] = {"a,1", "b,2", "c,3"};
    struct ambit_rows_hash up = {0}, down = {0}, twice = {0}, changed = {0};
    char text[AMBIT_ROWS_HASH_TEXT];
    for (int i = 0; i < 3; i++) {
        ambit_rows_hash_add(&up, rows[i], 3);
        ambit_rows_hash_add(&down, rows[2 - i], 3);
        ambit_rows_hash_add(&twice, rows[i], 3);
        ambit_rows_hash_add(&changed, i == 1 ? "b,3" : rows[i], 3);
    }
    ambit_rows_hash_add(&twice, rows[0], 3);
    CU_ASSERT_TRUE(up.low == down.low && up.high == down.high);
    CU_ASSERT_TRUE(up.low != twice.low && up.high != twice.high);
    CU_ASSERT_TRUE(up.low != changed.low && up.high != changed.high);
    /* XXH3_128bits of nothing, from the reference implementation. */
    struct ambit_rows_hash nothing = {0};
    ambit_rows_hash_add(&nothing, "", 0);
    ambit_rows_hash_text(&nothing, text);
    CU_ASSERT_STRING_EQUAL(text, "99aa06d3014798d86001c324468d497f");
}

static void paths_beside(void)
{
    static const char *const cases[][3] = {
        {"demo.yaml", "accounts.csv", "accounts.csv"},
        {"a/b/demo.yaml", "accounts.csv", "a/b/accounts.csv"},
        {"/a/demo.yaml", "../accounts.csv", "/a/../accounts.csv"},
        {"/demo.yaml", "accounts.csv", "/accounts.csv"},
        {"a/demo.yaml", "/data/accounts.csv", "/data/accounts.csv"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *path = NULL;
        CU_ASSERT_EQUAL(ambit_path_beside(cases[i][0], cases[i][1], &path), AMBIT_OK);
        CU_ASSERT_STRING_EQUAL(path, cases[i][2]);
        ambit_free(&path);
    }
}

static void folders_of_paths(void)
{
    static const char *const cases[][2] = {
        {"a", "."}, {"a/b", "a"}, {"/a", "/"}, {"/a/b/c", "/a/b"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *folder = NULL;
        CU_ASSERT_EQUAL(ambit_path_folder(cases[i][0], &folder), AMBIT_OK);
        CU_ASSERT_STRING_EQUAL(folder, cases[i][1]);
        ambit_free(&folder);
    }
}

static void paths_relative(void)
{
    const char *const folder = new_folder();
    static const char *const folders[] = {"data", "data2", "data/deep"};
    for (int i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(mkdir(joined(folder, folders[i]), 0700), 0);
    CU_ASSERT_EQUAL(symlink("data/deep", joined(folder, "link")), 0);
    static const char *const cases[][3] = {
        {"data/deep", "data/run.h5", "deep"},
        {"data", "data/run.h5", "."},
        {"data", "run.h5", "data"},
        {"data2", "data/run.h5", "../data2"},
        {"data", "data2/run.h5", "../data"},
        {"data2", "data/deep/run.h5", "../../data2"},
        {"data2", "link/run.h5", "../../data2"},
        {".", "data/run.h5", "../"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *path = NULL;
        CU_ASSERT_EQUAL(
            ambit_path_relative(joined(folder, cases[i][0]), joined(folder, cases[i][1]), &path),
            AMBIT_OK);
        CU_ASSERT_STRING_EQUAL(path, cases[i][2]);
        ambit_free(&path);
    }
    char *path = NULL;
    CU_ASSERT_EQUAL(ambit_path_relative("/", "/", &path), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(path, ".");
    ambit_free(&path);
    CU_ASSERT_EQUAL(ambit_path_relative("/etc", "/run.h5", &path), AMBIT_OK);
    CU_ASSERT_STRING_EQUAL(path, "etc");
    ambit_free(&path);
    CU_ASSERT_EQUAL(ambit_path_relative("/nowhere/at/all", "/run.h5", &path), AMBIT_ERR_IO);
    CU_ASSERT_PTR_NULL(path);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "cannot find /nowhere/at/all: No such file or directory");
}

static void a_committed_file_replaces_the_old_one(void)
{
    const char *const folder = new_folder();
    const char *const path = joined(folder, "plan.csv");
    static const char *const texts[] = {"first", "second"};
    for (int i = 0; i < 2; i++) {
        struct ambit_atomic_file out;
        CU_ASSERT_EQUAL(ambit_atomic_file_open(path, &out), AMBIT_OK);
        if (out.file == NULL) return;
        CU_ASSERT_TRUE(fputs(texts[i], out.file) >= 0);
        CU_ASSERT_STRING_EQUAL(content_of(path), i == 0 ? "(cannot be opened)" : "first");
        CU_ASSERT_EQUAL(ambit_atomic_file_commit(&out), AMBIT_OK);
        CU_ASSERT_STRING_EQUAL(content_of(path), texts[i]);
        CU_ASSERT_EQUAL(names_in(folder), 1);
        ambit_atomic_file_abandon(&out);
        CU_ASSERT_EQUAL(names_in(folder), 1);
    }
}

static void an_abandoned_file_leaves_the_old_one(void)
{
    const char *const folder = new_folder();
    const char *const path = joined(folder, "plan.csv");
    struct ambit_atomic_file out;
    CU_ASSERT_EQUAL(ambit_atomic_file_open(path, &out), AMBIT_OK);
    ambit_atomic_file_abandon(&out);
    CU_ASSERT_PTR_NULL(out.file);
    CU_ASSERT_EQUAL(names_in(folder), 0);
}

/* What a killed process left goes with the next commit, what somebody still writes stays, and so
 * does whatever has another name. */
static void a_commit_removes_what_was_left(void)
{
    const char *const folder = new_folder();
    const char *const path = joined(folder, "plan.csv");
    static const char *const names[] = {"plan.csv.tmp.1", "plan.csv.tmp.2", "plan.csv2.tmp.3"};
    int file[3];
    struct ambit_atomic_file out;
    for (int n = 0; n < 3; n++)
        file[n] = open(joined(folder, names[n]), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CU_ASSERT_EQUAL(flock(file[1], LOCK_EX), 0);
    CU_ASSERT_EQUAL(ambit_atomic_file_open(path, &out), AMBIT_OK);
    CU_ASSERT_EQUAL(ambit_atomic_file_commit(&out), AMBIT_OK);
    CU_ASSERT_EQUAL(access(joined(folder, names[0]), F_OK), -1);
    CU_ASSERT_EQUAL(access(joined(folder, names[1]), F_OK), 0);
    CU_ASSERT_EQUAL(access(joined(folder, names[2]), F_OK), 0);
    for (int n = 0; n < 3; n++)
        (void)close(file[n]);
    ambit_atomic_file_sweep(folder, joined(folder, "plan.csv"));
    CU_ASSERT_EQUAL(names_in(folder), 2);
}

/* Writes more than the limit on file sizes lets through, as a full disk would. */
static void write_beyond_limit(const char *path, size_t bytes, const char *message)
{
    struct ambit_atomic_file out;
    CU_ASSERT_EQUAL(ambit_atomic_file_open(path, &out), AMBIT_OK);
    if (out.file == NULL) return;
    for (size_t i = 0; i < bytes; i++)
        (void)fputc('x', out.file);
    CU_ASSERT_EQUAL(ambit_atomic_file_commit(&out), AMBIT_ERR_IO);
    CU_ASSERT_PTR_NULL(out.file);
    CU_ASSERT_EQUAL(strncmp(ambit_error_message(), message, strlen(message)), 0);
    ambit_error_clear();
}

static void a_failed_write_leaves_the_old_file(void)
{
    const char *const folder = new_folder();
    const char *const path = joined(folder, "plan.csv");
    FILE *old = fopen(path, "w");
    if (old == NULL || fputs("old", old) < 0 || fclose(old) != 0) abort();

    char message[2048];
    struct rlimit limit, small;
    CU_ASSERT_EQUAL(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small = limit;
    small.rlim_cur = 1000;
    void (*const handler)(int) = signal(SIGXFSZ, SIG_IGN);
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &small), 0);
    (void)snprintf(message, sizeof message, "cannot write %s: File too large", path);
    write_beyond_limit(path, 2000, message);
    (void)snprintf(message, sizeof message, "cannot write %s: ", path);
    write_beyond_limit(path, 100000, message);
    CU_ASSERT_EQUAL(setrlimit(RLIMIT_FSIZE, &limit), 0);
    (void)signal(SIGXFSZ, handler);

    CU_ASSERT_STRING_EQUAL(content_of(path), "old");
    CU_ASSERT_EQUAL(names_in(folder), 1);
}

static void what_cannot_be_replaced_is_refused(void)
{
    struct ambit_atomic_file out;
    CU_ASSERT_EQUAL(ambit_atomic_file_open("/dev/null", &out), AMBIT_ERR_IO);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "cannot write /dev/null: it is not a regular file");
    ambit_error_clear();
    CU_ASSERT_EQUAL(ambit_atomic_file_open("/", &out), AMBIT_ERR_IO);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(), "cannot write /: it is a directory");
    ambit_error_clear();
    CU_ASSERT_EQUAL(ambit_atomic_file_open("/nowhere/plan.csv", &out), AMBIT_ERR_IO);
    CU_ASSERT_STRING_EQUAL(ambit_error_message(),
                           "cannot write /nowhere/plan.csv: No such file or directory");
    CU_ASSERT_PTR_NULL(out.file);
    ambit_error_clear();
    for (int64_t nth = 1; nth <= 2; nth++) {
        ambit_memory_fail_at(nth);
        CU_ASSERT_EQUAL(ambit_atomic_file_open("/nowhere/plan.csv", &out), AMBIT_ERR_MEMORY);
        ambit_error_clear();
    }
}

static void speak(void)
{
    ambit_log_open(true, AMBIT_LOG_NORMAL);
    ambit_log_progress("refine", 3, 24, "round=3 gap_percent=0.41 name=a\"b bad=07 e=1e-3 alone");
    ambit_log_progress("read", 1, 0, "");
    ambit_log_note("not said");
    ambit_log_warning("back\\slash\nand %d", 5);
    ambit_log_finish();
}

static void say_nothing(void)
{
    ambit_log_open(true, AMBIT_LOG_QUIET);
    ambit_log_progress("refine", 3, 24, "");
    ambit_log_warning("quiet");
    ambit_log_open(false, AMBIT_LOG_VERBOSE);
    ambit_log_progress("refine", 3, 24, "");
    ambit_log_warning("other rank");
    ambit_log_note("other rank");
}

static void say_everything(void)
{
    ambit_log_open(true, AMBIT_LOG_VERBOSE);
    ambit_log_note("%d accounts", 3);
}

/* Blots out the digits of "seconds":…, which are the clock's. */
static void hide_seconds(char *text)
{
    static const char key[] = "\"seconds\":";
    for (char *at = text; (at = strstr(at, key)) != NULL;) {
        at += strlen(key);
        const size_t digits = strspn(at, "0123456789.");
        if (digits == 0) return;
        *at = '#';
        memmove(at + 1, at + digits, strlen(at + digits) + 1);
    }
}

static void progress_is_json_where_there_is_no_terminal(void)
{
    char text[2048];
    (void)run_child("speak", text, sizeof text);
    hide_seconds(text);
    CU_ASSERT_STRING_EQUAL(
        text, "{\"phase\":\"refine\",\"done\":3,\"total\":24,\"round\":3,\"gap_percent\":0.41,"
              "\"name\":\"a\\\"b\",\"bad\":\"07\",\"e\":1e-3,\"seconds\":#}\n"
              "{\"phase\":\"read\",\"done\":1,\"total\":0,\"seconds\":#}\n"
              "{\"warning\":\"back\\\\slash\\u000aand 5\"}\n");
    (void)run_child("quiet", text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "");
    (void)run_child("verbose", text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "{\"note\":\"3 accounts\"}\n");
}

/* Runs `speak` with standard error on a pseudo-terminal. */
static void speak_to_terminal(void)
{
    const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) return;
    const int out = dup(STDERR_FILENO), end = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    if (end < 0 || dup2(end, STDERR_FILENO) < 0) return;
    speak();
    (void)close(end);
    if (dup2(out, STDERR_FILENO) < 0) return;
    /* What the terminal passes on comes in pieces, until the last writer is gone. */
    char text[2048];
    ssize_t got;
    while ((got = read(terminal, text, sizeof text)) > 0) {
        if (write(out, text, (size_t)got) != got) return;
    }
}

static void progress_is_a_bar_on_a_terminal(void)
{
    char text[4096];
    (void)run_child("terminal", text, sizeof text);
    CU_ASSERT_STRING_EQUAL(text, "\rrefine   [##------------------] 3/24  0 s, 0 s left  "
                                 "round=3 gap_percent=0.41 n\033[K"
                                 "\rread     1  0 s\033[K\r\n"
                                 "ambit: warning: back\\slash\r\nand 5\r\n");
}

/* What is asked for and not set is not there. */
static void keys_keep_their_values(void)
{
    struct ambit_key_table table = {0};
    CU_ASSERT_EQUAL(ambit_key_table_find(&table, 7), -1);
    for (int32_t k = 0; k < 5000; k++) {
        CU_ASSERT_EQUAL(ambit_key_table_reserve(&table, k + 1), AMBIT_OK);
        int32_t *const value = ambit_key_table_at(&table, (uint64_t)k * UINT64_C(0x100000000));
        CU_ASSERT_EQUAL(*value, -1);
        if (k % 3 != 0) *value = k;
    }
    for (int32_t k = 0; k < 5000; k++)
        CU_ASSERT_EQUAL(ambit_key_table_find(&table, (uint64_t)k * UINT64_C(0x100000000)),
                        k % 3 != 0 ? k : -1);
    const int64_t room = table.room;
    ambit_key_table_empty(&table);
    CU_ASSERT_EQUAL(table.room, room);
    CU_ASSERT_EQUAL(ambit_key_table_find(&table, UINT64_C(0x100000000)), -1);
    ambit_key_table_clear(&table);
    CU_ASSERT_EQUAL(table.room, 0);
}

/* Keys of few and of all bits, many of them equal; rows of one key stay as they stood. */
static void rows_are_sorted_by_key(void)
{
    enum { ROWS = 3000 };
    static bool seen[ROWS];
    struct ambit_keyed *keyed = NULL;
    CU_ASSERT_EQUAL(ambit_key_sort(&keyed, 0), AMBIT_OK);
    CU_ASSERT_PTR_NULL(keyed);
    for (int bits = 4; bits <= 64; bits += 20) {
        memset(seen, 0, sizeof seen);
        CU_ASSERT_EQUAL(ambit_alloc(&keyed, ROWS, sizeof *keyed), AMBIT_OK);
        if (keyed == NULL) return;
        for (int64_t n = 0; n < ROWS; n++) {
            keyed[n].key = ambit_random_u64(3, 1, (uint64_t)n / 3) >> (64 - bits);
            keyed[n].row = n;
        }
        CU_ASSERT_EQUAL(ambit_key_sort(&keyed, ROWS), AMBIT_OK);
        for (int64_t n = 0; n < ROWS; n++) {
            const int64_t row = keyed[n].row;
            CU_ASSERT_FALSE(seen[row]);
            seen[row] = true;
            CU_ASSERT_EQUAL(keyed[n].key, ambit_random_u64(3, 1, (uint64_t)row / 3) >> (64 - bits));
            if (n == 0) continue;
            CU_ASSERT_TRUE(keyed[n - 1].key < keyed[n].key ||
                           (keyed[n - 1].key == keyed[n].key && keyed[n - 1].row < row));
        }
        ambit_free(&keyed);
    }
}

static void a_set_has_one_key(void)
{
    const int32_t a[] = {3, 1, 2}, b[] = {2, 3, 1}, c[] = {1, 2, 4};
    CU_ASSERT_EQUAL(ambit_key_of_set(a, 3), ambit_key_of_set(b, 3));
    CU_ASSERT_NOT_EQUAL(ambit_key_of_set(a, 3), ambit_key_of_set(c, 3));
    CU_ASSERT_NOT_EQUAL(ambit_key_of_set(a, 3), ambit_key_of_set(a, 2));
}

static void parts_cover_everything(void)
{
    static const int64_t totals[] = {0, 1, 5, 7, 100, INT64_MAX};
    for (size_t t = 0; t < sizeof totals / sizeof totals[0]; t++) {
        int64_t next = 0, begin, end;
        for (int i = 0; i < 7; i++) {
            ambit_comm_split(totals[t], 7, i, &begin, &end);
            CU_ASSERT_EQUAL(begin, next);
            CU_ASSERT_TRUE(end - begin == totals[t] / 7 || end - begin == totals[t] / 7 + 1);
            next = end;
        }
        CU_ASSERT_EQUAL(next, totals[t]);
    }
}

static int be_child(const char *name)
{
    if (strcmp(name, "require") == 0) break_invariant();
    if (strcmp(name, "peak") == 0) tell_small_peak();
    if (strcmp(name, "fault") == 0) fail_second_allocation();
    if (strcmp(name, "speak") == 0) speak();
    if (strcmp(name, "quiet") == 0) say_nothing();
    if (strcmp(name, "verbose") == 0) say_everything();
    if (strcmp(name, "terminal") == 0) speak_to_terminal();
    return 0;
}

int main(void)
{
    const char *const child = getenv("AMBIT_TEST_CHILD");
    if (child != NULL) return be_child(child);
    static const struct ambit_test tests[] = {
        {"first message stays", first_message_stays},
        {"long message is cut", long_message_is_cut},
        {"exit codes", exit_codes},
        {"require names rank, place and text", require_names_rank_place_and_text},
        {"memory is zeroed, aligned and counted", memory_is_zeroed_aligned_and_counted},
        {"the peak is the process's own", the_peak_is_the_process_s_own},
        {"memory of nothing is NULL", memory_of_nothing_is_null},
        {"resize keeps contents", resize_keeps_contents},
        {"large blocks grow and shrink", large_blocks_grow_and_shrink},
        {"the nth allocation fails once", the_nth_allocation_fails_once},
        {"sizes that overflow fail", sizes_that_overflow_fail},
        {"memory counts hold under threads", memory_counts_hold_under_threads},
        {"the environment chooses the fault", the_environment_chooses_the_fault},
        {"fixed point", fixed_point},
        {"random numbers are those of SplitMix64", random_numbers_are_those_of_splitmix},
        {"SHA-256 known vectors", sha256_known_vectors},
        {"rows hash ignores order alone", rows_hash_ignores_order_alone},
        {"folders of paths", folders_of_paths},
        {"paths beside", paths_beside},
        {"paths relative", paths_relative},
        {"a committed file replaces the old one", a_committed_file_replaces_the_old_one},
        {"an abandoned file leaves the old one", an_abandoned_file_leaves_the_old_one},
        {"a commit removes what was left behind", a_commit_removes_what_was_left},
        {"a failed write leaves the old file", a_failed_write_leaves_the_old_file},
        {"what cannot be replaced is refused", what_cannot_be_replaced_is_refused},
        {"progress is JSON where there is no terminal",
         progress_is_json_where_there_is_no_terminal},
        {"progress is a bar on a terminal", progress_is_a_bar_on_a_terminal},
        {"keys keep their values", keys_keep_their_values},
        {"rows are sorted by key", rows_are_sorted_by_key},
        {"a set has one key", a_set_has_one_key},
        {"parts cover everything", parts_cover_everything},
    };
    return ambit_test_main("base", tests, AMBIT_TEST_COUNT(tests));
}
