/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a file says against what its inputs say, without a reader of its own for every part: the
 * recomputed part is written as the file's was, and the two are walked through side by side. Cost:
 * both are read once. Weakness: attributes that are not listed here are not compared.
 */
#include "io/h5_compare.h"
#include "engine/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME = 256, WORDS = 1024, SHOWN = 80 };

struct names {
    char (*name)[NAME]; /* owned */
    int64_t count;
    ambit_status status;
};

struct comparison {
    struct ambit_h5 *stored, *found; /* borrowed */
    ambit_h5_differ *differ;
    void *self;
};

static void keep_name(void *self, const char *name)
{
    struct names *const names = self;
    if (names->status != AMBIT_OK) return;
    names->status = ambit_resize(&names->name, (size_t)names->count + 1, sizeof *names->name);
    if (names->status != AMBIT_OK) return;
    (void)snprintf(names->name[names->count++], NAME, "%s", name);
}

/* The names in a group, which is there. */
static ambit_status list(struct ambit_h5 *h5, const char *group, struct names *out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_h5_set_root(h5, group));
    ambit_h5_each_name(h5, keep_name, out);
    status = out->status;
done:;
    const ambit_status back = ambit_h5_set_root(h5, NULL);
    return status != AMBIT_OK ? status : back;
}

static bool has(const struct names *names, const char *name)
{
    for (int64_t n = 0; n < names->count; n++) {
        if (strcmp(names->name[n], name) == 0) return true;
    }
    return false;
}

static void say(const struct comparison *c, const char *path, const char *what)
{
    char words[2 * AMBIT_H5_PATH_MAX + 2 * WORDS];
    (void)snprintf(words, sizeof words, "%s: %s", path, what);
    c->differ(c->self, words);
}

static void say_numbers(const struct comparison *c, const char *where, double stored, double found)
{
    char what[WORDS];
    (void)snprintf(what, sizeof what, "the file says %.17g, recomputed %.17g", stored, found);
    say(c, where, what);
}

static bool same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

static ambit_status compare_numbers(const struct comparison *c, const char *path, int64_t count)
{
    ambit_status status = AMBIT_OK;
    double *stored = NULL, *found = NULL;
    char where[AMBIT_H5_PATH_MAX + 32];
    AMBIT_TRY(ambit_alloc(&stored, (size_t)count, sizeof *stored));
    AMBIT_TRY(ambit_alloc(&found, (size_t)count, sizeof *found));
    AMBIT_TRY(ambit_h5_get_numbers(c->stored, path, 0, count, stored));
    AMBIT_TRY(ambit_h5_get_numbers(c->found, path, 0, count, found));
    for (int64_t n = 0; n < count; n++) {
        if (same(stored[n], found[n])) continue;
        (void)snprintf(where, sizeof where, "%s[%lld]", path, (long long)n);
        say_numbers(c, where, stored[n], found[n]);
    }
done:
    ambit_free(&stored);
    ambit_free(&found);
    return status;
}

static ambit_status compare_texts(const struct comparison *c, const char *path, int64_t count,
                                  int64_t stored_width, int64_t found_width)
{
    ambit_status status = AMBIT_OK;
    char *stored = NULL, *found = NULL;
    char where[AMBIT_H5_PATH_MAX + 32], what[WORDS];
    AMBIT_TRY(ambit_alloc(&stored, (size_t)count, (size_t)stored_width));
    AMBIT_TRY(ambit_alloc(&found, (size_t)count, (size_t)found_width));
    AMBIT_TRY(ambit_h5_get_texts(c->stored, path, stored_width, 0, count, stored));
    AMBIT_TRY(ambit_h5_get_texts(c->found, path, found_width, 0, count, found));
    for (int64_t n = 0; n < count; n++) {
        const char *const a = stored + n * stored_width, *const b = found + n * found_width;
        const size_t a_size = strnlen(a, (size_t)stored_width);
        const size_t b_size = strnlen(b, (size_t)found_width);
        if (a_size == b_size && memcmp(a, b, a_size) == 0) continue;
        (void)snprintf(where, sizeof where, "%s[%lld]", path, (long long)n);
        (void)snprintf(what, sizeof what, "the file says '%.*s', recomputed '%.*s'",
                       (int)(a_size < SHOWN ? a_size : SHOWN), a,
                       (int)(b_size < SHOWN ? b_size : SHOWN), b);
        say(c, where, what);
    }
done:
    ambit_free(&stored);
    ambit_free(&found);
    return status;
}

static ambit_status compare_attributes(const struct comparison *c, const char *path)
{
    static const char *const names[] = {"nation",        "max_deviation", "standard_deviation",
                                        "gini",          "spread",        "total_accounts",
                                        "total_unknown", "total_work",    "total_potential"};
    ambit_status status = AMBIT_OK;
    char where[AMBIT_H5_PATH_MAX + 32];
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        double stored = 0.0, found = 0.0;
        if (!ambit_h5_has_attribute(c->found, path, names[k])) continue;
        (void)snprintf(where, sizeof where, "%s.%s", path, names[k]);
        if (!ambit_h5_has_attribute(c->stored, path, names[k])) {
            say(c, where, "the file has none");
            continue;
        }
        AMBIT_TRY(ambit_h5_get_attribute(c->stored, path, names[k], AMBIT_H5_F64, 0, 0, &stored));
        AMBIT_TRY(ambit_h5_get_attribute(c->found, path, names[k], AMBIT_H5_F64, 0, 0, &found));
        if (!same(stored, found)) say_numbers(c, where, stored, found);
    }
done:
    return status;
}

/* A dataset that the recomputed file has. */
static ambit_status compare_set(const struct comparison *c, const char *path,
                                const struct ambit_h5_shape *found)
{
    struct ambit_h5_shape stored;
    const bool is_set = ambit_h5_look(c->stored, path, &stored);
    if (!is_set || stored.is_text != found->is_text || stored.is_number != found->is_number ||
        stored.dimensions != found->dimensions || stored.count != found->count) {
        say(c, path, "the file has another number or kind of values there");
        return AMBIT_OK;
    }
    if (found->count == 0) return AMBIT_OK;
    return found->is_text ? compare_texts(c, path, found->count, stored.width, found->width)
                          : compare_numbers(c, path, found->count);
}

static ambit_status compare_group(const struct comparison *c, const char *group, int depth)
{
    ambit_status status = AMBIT_OK;
    struct names stored = {.status = AMBIT_OK}, found = {.status = AMBIT_OK};
    struct ambit_h5_shape shape;
    char path[AMBIT_H5_PATH_MAX];
    AMBIT_REQUIRE(depth < 8);
    AMBIT_TRY(list(c->stored, group, &stored));
    AMBIT_TRY(list(c->found, group, &found));
    for (int64_t n = 0; n < stored.count; n++) {
        if (has(&found, stored.name[n])) continue;
        ambit_h5_join(group, stored.name[n], path);
        say(c, path, "the file has it, and nothing like it is recomputed");
    }
    for (int64_t n = 0; n < found.count; n++) {
        ambit_h5_join(group, found.name[n], path);
        if (!has(&stored, found.name[n])) {
            say(c, path, "the file has none");
            continue;
        }
        AMBIT_TRY(compare_attributes(c, path));
        if (ambit_h5_look(c->found, path, &shape))
            AMBIT_TRY(compare_set(c, path, &shape));
        else
            AMBIT_TRY(compare_group(c, path, depth + 1));
    }
done:
    ambit_free(&stored.name);
    ambit_free(&found.name);
    return status;
}

ambit_status ambit_h5_compare(struct ambit_h5 *stored, struct ambit_h5 *found, const char *group,
                              ambit_h5_differ *differ, void *self)
{
    const struct comparison c = {stored, found, differ, self};
    const bool there = ambit_h5_has(stored, group), wanted = ambit_h5_has(found, group);
    if (!there && !wanted) return AMBIT_OK;
    if (there && wanted) return compare_group(&c, group, 0);
    say(&c, group, wanted ? "the file has none" : "the file has it, and nothing is recomputed");
    return AMBIT_OK;
}
