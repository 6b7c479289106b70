/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What memory could still be had: machines, control groups of both versions and containers, made up
 * in a folder that stands for the root; files that are missing or make no sense; limits of the
 * process. And the need that is compared with it: how it grows.
 */
#include "engine/base/memory_room.h"
#include "engine/run/memory_need.h"
#include "tests/harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIB (INT64_C(1) << 20)

/* A root of its own for each test, by number. */
static char root[600];

static void begin(void)
{
    static int number;
    (void)snprintf(root, sizeof root, "%.500s/%d", ambit_test_folder(), ++number);
}

/* Writes the file and makes the folders above it. */
static void put(const char *path, const char *text)
{
    char whole[1200];
    (void)snprintf(whole, sizeof whole, "%s%s", root, path);
    for (char *slash = strchr(whole + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(whole, 0700);
        *slash = '/';
    }
    FILE *const file = fopen(whole, "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) abort();
}

static void expect(int64_t bytes, const char *words)
{
    struct ambit_memory_room room;
    ambit_memory_room_look(root, &room);
    CU_ASSERT_EQUAL(room.shared.bytes, bytes);
    CU_ASSERT_STRING_EQUAL(room.shared.words, words);
}

#define MACHINE "MemTotal:       16000000 kB\nMemFree:          10 kB\nMemAvailable:     8192 kB\n"
#define MOUNT_1                                                                                    \
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"                                            \
    "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"                         \
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory\n"
#define MOUNT_2 "35 31 0:32 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n"

static void nothing_known_is_no_limit(void)
{
    begin();
    expect(AMBIT_MEMORY_BOUNDLESS, "");
    put("/proc/meminfo", "MemAvailable\nMemFree: 7 kB\n");
    put("/proc/self/cgroup", "\n::\n4:memory\n0::/a\n");
    put("/proc/self/mountinfo", "\n - \n - cgroup2\nx - cgroup2 a b\n");
    put("/proc/self/statm", "what");
    expect(AMBIT_MEMORY_BOUNDLESS, "");
}

static void machine_counts_what_is_available(void)
{
    begin();
    put("/proc/meminfo", MACHINE);
    expect(8 * MIB, "available on the machine");
}

/* The group's own limit is wide, the one above it is not; pages of files are room. */
static void groups_of_version_2(void)
{
    begin();
    put("/proc/meminfo", MACHINE);
    put("/proc/self/cgroup", "0::/slurm/job_7/step_0\n");
    put("/proc/self/mountinfo", MOUNT_2);
    put("/sys/fs/cgroup/slurm/job_7/step_0/memory.max", "max\n");
    put("/sys/fs/cgroup/slurm/job_7/step_0/memory.current", "1048576\n");
    expect(8 * MIB, "available on the machine");
    put("/sys/fs/cgroup/slurm/job_7/memory.max", "4194304\n");
    put("/sys/fs/cgroup/slurm/job_7/memory.current", "3145728\n");
    expect(MIB, "left by the limit of the control group /sys/fs/cgroup/slurm/job_7");
    put("/sys/fs/cgroup/slurm/job_7/memory.stat",
        "anon 7\nfile 9\ninactive_file 1048576\nactive_file 524288\nslab 3\n");
    expect(2 * MIB + MIB / 2, "left by the limit of the control group /sys/fs/cgroup/slurm/job_7");
    put("/sys/fs/cgroup/memory.max", "1048576\n");
    put("/sys/fs/cgroup/memory.current", "2097152\n");
    expect(-MIB, "left by the limit of the control group /sys/fs/cgroup");
}

static void groups_of_version_1(void)
{
    begin();
    put("/proc/self/cgroup", "9:cpu:/other\n4:cpuset,memory:/job/task\n0::/\n");
    put("/proc/self/mountinfo", MOUNT_1);
    put("/sys/fs/cgroup/memory/job/task/memory.limit_in_bytes", "9223372036854771712\n");
    put("/sys/fs/cgroup/memory/job/task/memory.usage_in_bytes", "1\n");
    put("/sys/fs/cgroup/cpu/other/memory.limit_in_bytes", "1\n");
    put("/sys/fs/cgroup/cpu/other/memory.usage_in_bytes", "1\n");
    expect(AMBIT_MEMORY_BOUNDLESS, "");
    put("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "5242880\n");
    put("/sys/fs/cgroup/memory/job/memory.usage_in_bytes", "4194304\n");
    put("/sys/fs/cgroup/memory/job/memory.stat", "inactive_file 5\ntotal_inactive_file 1048576\n");
    expect(2 * MIB, "left by the limit of the control group /sys/fs/cgroup/memory/job");
}

/* A container sees the tree from its own group on, or not even that. */
static void containers(void)
{
    begin();
    put("/proc/self/cgroup", "0::/docker/abc/inner\n");
    put("/proc/self/mountinfo",
        "35 31 0:32 /docker/abc /sys/fs/cgroup rw,relatime - cgroup2 cgroup rw\n");
    put("/sys/fs/cgroup/inner/memory.max", "3145728\n");
    put("/sys/fs/cgroup/inner/memory.current", "0\n");
    expect(3 * MIB, "left by the limit of the control group /sys/fs/cgroup/inner");
    put("/sys/fs/cgroup/memory.max", "1048576\n");
    put("/sys/fs/cgroup/memory.current", "0\n");
    expect(MIB, "left by the limit of the control group /sys/fs/cgroup");
    put("/proc/self/cgroup", "0::/docker/abcdef\n");
    expect(MIB, "left by the limit of the control group /sys/fs/cgroup");
}

static void limits_of_the_process(void)
{
    struct ambit_memory_room room;
    struct rlimit before;
    begin();
    put("/proc/self/statm", "1000 200 100 50 0 400 0\n");
    if (getrlimit(RLIMIT_DATA, &before) != 0) abort();
    ambit_memory_room_look(root, &room);
    CU_ASSERT_EQUAL(room.own.bytes, AMBIT_MEMORY_BOUNDLESS);
    /* Far more than a sanitizer's shadow takes. */
    const struct rlimit data = {(rlim_t)1 << 50, before.rlim_max};
    if (setrlimit(RLIMIT_DATA, &data) != 0) abort();
    ambit_memory_room_look(root, &room);
    if (setrlimit(RLIMIT_DATA, &before) != 0) abort();
    CU_ASSERT_EQUAL(room.own.bytes, (INT64_C(1) << 50) - 400 * sysconf(_SC_PAGESIZE));
    CU_ASSERT_STRING_EQUAL(room.own.words, "left of the process's data (ulimit -d)");
}

/* The need grows with every size, and falls with ranks, though not below what each rank needs of
 * the whole nation. */
static void need_grows(void)
{
    const struct ambit_memory_shape usual = {.accounts = 1000000,
                                             .id_bytes = 11,
                                             .columns = 3,
                                             .rules = 4,
                                             .territories = 1000,
                                             .ranks = 1,
                                             .threads = 1};
    const int64_t need = ambit_memory_need(&usual);
    struct ambit_memory_shape more = usual;
    more.accounts *= 10;
    CU_ASSERT(ambit_memory_need(&more) > 5 * need);
    more.ranks = 4;
    CU_ASSERT(ambit_memory_need(&more) < 5 * need);
    more.ranks = 1000;
    CU_ASSERT(ambit_memory_need(&more) > 10 * usual.accounts * 48);
    more = usual;
    more.threads = 2;
    CU_ASSERT(ambit_memory_need(&more) > need);
    more.territories *= 2;
    CU_ASSERT(ambit_memory_need(&more) > need);
    more.territories *= 2;
    CU_ASSERT(ambit_memory_need(&more) > need + 50000000);
    more = usual;
    more.rules++;
    CU_ASSERT_EQUAL(ambit_memory_need(&more), need + 8 * usual.accounts);
    more.detailed = true;
    CU_ASSERT_EQUAL(ambit_memory_need(&more), need + 20 * usual.accounts);
    more.detailed = false;
    more.columns++;
    more.id_bytes += 5;
    CU_ASSERT_EQUAL(ambit_memory_need(&more), need + 21 * usual.accounts);
}

int main(void)
{
    static const struct ambit_test tests[] = {
        {"nothing known is no limit", nothing_known_is_no_limit},
        {"the machine", machine_counts_what_is_available},
        {"control groups of version 2", groups_of_version_2},
        {"control groups of version 1", groups_of_version_1},
        {"containers", containers},
        {"limits of the process", limits_of_the_process},
        {"the need grows", need_grows},
    };
    return ambit_test_main("memory_room", tests, AMBIT_TEST_COUNT(tests));
}
