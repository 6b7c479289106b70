/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three places say what memory there is: the kernel, what is available to all processes; the
 * control groups that batch systems and containers put a job into, version 1 or 2, of which every
 * one from the process's own up to the root counts; and the limits of the process. Pages of files
 * that a group has read are given back when asked for, so they count as room, as the kernel counts
 * them for the machine. Weakness: swap is no room, and others may take what is free now.
 */
#include "engine/base/memory_room.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, FILE_BYTES = 65536 };

/* The files of a control group, by version. */
struct version {
    const char *limit, *usage, *stat, *cache[2];
};
static const struct version version_1 = {"memory.limit_in_bytes",
                                         "memory.usage_in_bytes",
                                         "memory.stat",
                                         {"total_inactive_file", "total_active_file"}};
static const struct version version_2 = {
    "memory.max", "memory.current", "memory.stat", {"inactive_file", "active_file"}};

/* Where version 1 has no limit it says the largest number of whole pages. */
#define UNLIMITED (INT64_MAX / 2)

static void tighten(struct ambit_memory_limit *limit, int64_t bytes, const char *words,
                    const char *name)
{
    if (bytes >= limit->bytes) return;
    limit->bytes = bytes;
    (void)snprintf(limit->words, sizeof limit->words, "%s%s", words, name);
}

/* The file's beginning as a text; false where it cannot be read. */
static bool read_file(const char *root, const char *path, char *text_out, size_t bytes)
{
    char whole[2 * PATH_BYTES];
    const int length = snprintf(whole, sizeof whole, "%s%s", root, path);
    if (length < 0 || (size_t)length >= sizeof whole) return false;
    FILE *const file = fopen(whole, "rbe");
    if (file == NULL) return false;
    const size_t got = fread(text_out, 1, bytes - 1, file);
    (void)fclose(file);
    text_out[got] = '\0';
    return true;
}

/* The number behind `key` at the start of a line, with blanks between; −1 where there is none. */
static int64_t number_of(const char *text, const char *key)
{
    const size_t length = strlen(key);
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) != 0 || strchr(" \t", line[length]) == NULL) continue;
        return strtoll(line + length, NULL, 10);
    }
    return -1;
}

/* --- the machine --------------------------------------------------------------- */

static void look_at_machine(const char *root, struct ambit_memory_room *room)
{
    char text[FILE_BYTES];
    if (!read_file(root, "/proc/meminfo", text, sizeof text)) return;
    const int64_t kib = number_of(text, "MemAvailable:");
    if (kib >= 0) tighten(&room->shared, 1024 * kib, "available on the machine", "");
}

/* --- control groups ------------------------------------------------------------ */

/* The number that is the whole file: −1 where there is none, and no limit for the word max. */
static int64_t read_number(const char *root, const char *folder, const char *name)
{
    char path[PATH_BYTES], text[64], *end;
    const int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path) return -1;
    if (!read_file(root, path, text, sizeof text)) return -1;
    if (strncmp(text, "max", 3) == 0) return AMBIT_MEMORY_BOUNDLESS;
    const int64_t value = strtoll(text, &end, 10);
    return end != text ? value : -1;
}

/* Pages of files in the group at `folder`. */
static int64_t read_cache(const char *root, const char *folder, const struct version *version)
{
    char path[PATH_BYTES], text[FILE_BYTES];
    int64_t sum = 0;
    const int length = snprintf(path, sizeof path, "%s/%s", folder, version->stat);
    if (length < 0 || (size_t)length >= sizeof path) return 0;
    if (!read_file(root, path, text, sizeof text)) return 0;
    for (int c = 0; c < 2; c++) {
        const int64_t bytes = number_of(text, version->cache[c]);
        sum += bytes > 0 ? bytes : 0;
    }
    return sum;
}

/* The group at `mount` and `group` below it, and every one between. */
static void look_at_groups(const char *root, const char *mount, const char *group,
                           const struct version *version, struct ambit_memory_room *room)
{
    char folder[PATH_BYTES];
    const size_t top = strlen(mount);
    const int length = snprintf(folder, sizeof folder, "%s%s", mount, group);
    if (length < 0 || (size_t)length >= sizeof folder) return;
    for (;;) {
        size_t end = strlen(folder);
        while (end > top && folder[end - 1] == '/')
            folder[--end] = '\0';
        const int64_t limit = read_number(root, folder, version->limit);
        const int64_t usage = read_number(root, folder, version->usage);
        if (limit >= 0 && limit < UNLIMITED && usage >= 0) {
            const int64_t cache = read_cache(root, folder, version);
            tighten(&room->shared, limit - usage + (cache < usage ? cache : usage),
                    "left by the limit of the control group ", folder);
        }
        if (end <= top) return;
        *strrchr(folder, '/') = '\0';
    }
}

/* Where the groups of that version are mounted, and which of them is the mount's root. */
static bool find_mount(const char *mounts, bool is_2, char *mount_out, char *top_out)
{
    char line[3 * PATH_BYTES], type[64], options[PATH_BYTES];
    for (const char *at = mounts; at != NULL && *at != '\0'; at = strchr(at, '\n')) {
        at += *at == '\n';
        const size_t length = strcspn(at, "\n");
        if (length == 0 || length >= sizeof line) continue;
        memcpy(line, at, length);
        line[length] = '\0';
        const char *const rest = strstr(line, " - ");
        if (rest == NULL || sscanf(rest, " - %63s %*s %4095s", type, options) != 2) continue;
        if (strcmp(type, is_2 ? "cgroup2" : "cgroup") != 0) continue;
        if (!is_2 && strstr(options, "memory") == NULL) continue;
        if (sscanf(line, "%*s %*s %*s %4095s %4095s", top_out, mount_out) == 2) return true;
    }
    return false;
}

/* Which group of that version the process is in: "0::/…", or "4:…,memory,…:/…". */
static bool find_group(const char *groups, bool is_2, char *group_out)
{
    char names[PATH_BYTES];
    for (const char *at = groups; at != NULL && *at != '\0'; at = strchr(at, '\n')) {
        at += *at == '\n';
        if (is_2 ? sscanf(at, "0::%4095[^\n]", group_out) == 1
                 : sscanf(at, "%*d:%4095[^:\n]:%4095[^\n]", names, group_out) == 2 &&
                       strstr(names, "memory") != NULL)
            return true;
    }
    return false;
}

/* In a container the mount shows a part of the tree only, from `top` on. */
static void look_at_version(const char *root, const char *groups, const char *mounts, bool is_2,
                            struct ambit_memory_room *room)
{
    char mount[PATH_BYTES], top[PATH_BYTES], group[PATH_BYTES];
    if (!find_group(groups, is_2, group) || !find_mount(mounts, is_2, mount, top)) return;
    const size_t above = strcmp(top, "/") == 0 ? 0 : strlen(top);
    const bool is_below =
        strncmp(group, top, above) == 0 && (above == 0 || strchr("/", group[above]) != NULL);
    look_at_groups(root, mount, is_below ? group + above : "", is_2 ? &version_2 : &version_1,
                   room);
}

static void look_at_control_groups(const char *root, struct ambit_memory_room *room)
{
    char groups[FILE_BYTES], mounts[FILE_BYTES];
    if (!read_file(root, "/proc/self/cgroup", groups, sizeof groups) ||
        !read_file(root, "/proc/self/mountinfo", mounts, sizeof mounts))
        return;
    look_at_version(root, groups, mounts, false, room);
    look_at_version(root, groups, mounts, true, room);
}

/* --- the process --------------------------------------------------------------- */

static void look_at_process(const char *root, struct ambit_memory_room *room)
{
    char text[256];
    long long addresses = 0, data = 0; /* pages */
    struct rlimit limit;
    const int64_t page = sysconf(_SC_PAGESIZE);
    if (!read_file(root, "/proc/self/statm", text, sizeof text) ||
        sscanf(text, "%lld %*s %*s %*s %*s %lld", &addresses, &data) != 2)
        return;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur < (rlim_t)UNLIMITED)
        tighten(&room->own, (int64_t)limit.rlim_cur - addresses * page,
                "left of the process's addresses (ulimit -v)", "");
    if (getrlimit(RLIMIT_DATA, &limit) == 0 && limit.rlim_cur < (rlim_t)UNLIMITED)
        tighten(&room->own, (int64_t)limit.rlim_cur - data * page,
                "left of the process's data (ulimit -d)", "");
}

void ambit_memory_room_look(const char *root, struct ambit_memory_room *room_out)
{
    const struct ambit_memory_limit none = {.bytes = AMBIT_MEMORY_BOUNDLESS};
    *room_out = (struct ambit_memory_room){.shared = none, .own = none};
    look_at_machine(root, room_out);
    look_at_control_groups(root, room_out);
    look_at_process(root, room_out);
}
