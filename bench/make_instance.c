/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Makes an instance: `n p`, then n lines `x y Q q`, all Q alike. The same words give the same bytes
 * on every machine, because random numbers are a function of (seed, stream, index) and a normal
 * deviate is a sum of twelve uniform ones, which needs no mathematical library.
 *
 *   uniform     whole coordinates in 0–100, demands in 1–20: like the OR-Library's
 *   clustered   accounts around towns, the earlier ones larger, in a square of 1000; a tenth lies
 *               anywhere; demands in 1–100
 *   stefanello  the recipe of Stefanello, de Araújo, Müller (2015): given coordinates, demands in
 *               1–100. Without --coordinates, places in a square of 1000
 *
 * Q is the total demand over p·r, rounded up; r is --fill, or drawn from 0.8–0.9. That is refused
 * where packing the demands by first fit, largest first, does not end in p clusters: it might have
 * no solution.
 */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/base/random.h"
#include "io/instance_file.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum kind { UNIFORM, CLUSTERED, STEFANELLO };
enum stream { AT_X = 1, AT_Y, DEMAND, FILL, TOWN_X, TOWN_Y, TOWN, SCATTER_X, SCATTER_Y };
enum { TOWN_ACCOUNTS = 12, NORMAL_DRAWS = 12 };

struct options {
    enum kind kind;
    const char *coordinates, *output; /* borrowed; NULL where not given */
    double fill;                      /* 0: drawn */
    uint64_t argument[3];             /* N, P, SEED */
};

static double hundredths(double value)
{
    return floor(value * 100.0 + 0.5) / 100.0;
}

/* Mean 0, deviation 1. */
static double normal(uint64_t seed, enum stream stream, uint64_t index)
{
    double sum = -0.5 * NORMAL_DRAWS;
    for (uint64_t k = 0; k < NORMAL_DRAWS; k++)
        sum += ambit_random_unit(seed, stream, index * NORMAL_DRAWS + k);
    return sum;
}

static void place_uniform(uint64_t seed, double size, bool is_whole, struct ambit_instance *out)
{
    for (int32_t i = 0; i < out->count; i++) {
        const uint64_t k = (uint64_t)i;
        if (is_whole) {
            out->x[i] = (double)ambit_random_below(seed, AT_X, k, (uint64_t)size + 1);
            out->y[i] = (double)ambit_random_below(seed, AT_Y, k, (uint64_t)size + 1);
        } else {
            out->x[i] = hundredths(size * ambit_random_unit(seed, AT_X, k));
            out->y[i] = hundredths(size * ambit_random_unit(seed, AT_Y, k));
        }
    }
}

static void place_clustered(uint64_t seed, double size, struct ambit_instance *out)
{
    const uint64_t towns = 3 + (uint64_t)out->count / TOWN_ACCOUNTS / 4;
    place_uniform(seed, size, false, out);
    for (int32_t i = 0; i < out->count; i++) {
        const uint64_t k = (uint64_t)i;
        if (i % 10 == 9) continue;
        const double u = ambit_random_unit(seed, TOWN, k);
        const uint64_t town = (uint64_t)(u * u * (double)towns);
        const double x = size * (0.1 + 0.8 * ambit_random_unit(seed, TOWN_X, town));
        const double y = size * (0.1 + 0.8 * ambit_random_unit(seed, TOWN_Y, town));
        out->x[i] = hundredths(fmax(x + 0.04 * size * normal(seed, SCATTER_X, k), 0.0));
        out->y[i] = hundredths(fmax(y + 0.04 * size * normal(seed, SCATTER_Y, k), 0.0));
    }
}

static int larger_first(const void *left, const void *right)
{
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a < b) - (a > b);
}

/* Fails where first fit, largest first, needs more than p clusters. */
static ambit_status check_packs(const struct ambit_instance *made)
{
    ambit_status status = AMBIT_OK;
    int64_t *demand = NULL, *room = NULL;
    AMBIT_TRY(ambit_alloc(&demand, (size_t)made->count, sizeof *demand));
    AMBIT_TRY(ambit_alloc(&room, (size_t)made->centre_count, sizeof *room));
    memcpy(demand, made->demand, (size_t)made->count * sizeof *demand);
    qsort(demand, (size_t)made->count, sizeof *demand, larger_first);
    for (int32_t k = 0; k < made->centre_count; k++)
        room[k] = made->capacity[0];
    for (int32_t i = 0; i < made->count; i++) {
        int32_t k = 0;
        while (k < made->centre_count && room[k] < demand[i])
            k++;
        if (k == made->centre_count)
            AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                                 "first fit does not pack the demands into %d clusters; expected "
                                 "a smaller --fill, a smaller P or another SEED",
                                 (int)made->centre_count));
        room[k] -= demand[i];
    }
done:
    ambit_free(&demand);
    ambit_free(&room);
    return status;
}

static ambit_status add_demands(const struct options *o, struct ambit_instance *out)
{
    const uint64_t seed = o->argument[2], demand_max = o->kind == UNIFORM ? 20 : 100;
    int64_t total = 0;
    for (int32_t i = 0; i < out->count; i++) {
        const int64_t demand =
            1 + (int64_t)ambit_random_below(seed, DEMAND, (uint64_t)i, demand_max);
        out->demand[i] = demand * AMBIT_MICRO;
        total += demand;
    }
    const double fill = o->fill > 0.0 ? o->fill : 0.8 + 0.1 * ambit_random_unit(seed, FILL, 0);
    const int64_t capacity = (int64_t)ceil((double)total / (out->centre_count * fill));
    for (int32_t i = 0; i < out->count; i++)
        out->capacity[i] = capacity * AMBIT_MICRO;
    return check_packs(out);
}

static ambit_status make(const struct options *o)
{
    ambit_status status = AMBIT_OK;
    struct ambit_instance made = {0};
    if (o->coordinates != NULL) {
        AMBIT_TRY(ambit_tsplib_read(o->coordinates, &made));
        if ((uint64_t)made.count != o->argument[0])
            AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT, "%s: expected %" PRIu64 " nodes, found %d",
                                 o->coordinates, o->argument[0], (int)made.count));
    } else {
        AMBIT_TRY(ambit_instance_create((int32_t)o->argument[0], &made));
        if (o->kind == CLUSTERED)
            place_clustered(o->argument[2], 1000.0, &made);
        else
            place_uniform(o->argument[2], o->kind == UNIFORM ? 100.0 : 1000.0, o->kind == UNIFORM,
                          &made);
    }
    made.centre_count = (int32_t)o->argument[1];
    AMBIT_TRY(add_demands(o, &made));
    AMBIT_TRY(ambit_instance_write(o->output, &made));
done:
    ambit_instance_clear(&made);
    return status;
}

/* --- the command line ----------------------------------------------------- */

enum { KEY_KIND = 256, KEY_FILL, KEY_COORDINATES };

static const struct argp_option option_table[] = {
    {"kind", KEY_KIND, "KIND", 0, "uniform (the default), clustered or stefanello", 0},
    {"fill", KEY_FILL, "R", 0,
     "Total demand as a part of total capacity, above 0 and at most 1 (default: drawn from 0.8 to "
     "0.9)",
     0},
    {"coordinates", KEY_COORDINATES, "FILE", 0, "Take the places from a TSPLIB file of N nodes", 0},
    {"output", 'o', "FILE", 0, "Write to FILE", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static void parse_kind(const char *text, struct options *o, struct argp_state *state)
{
    static const char *const word[] = {"uniform", "clustered", "stefanello"};
    for (int k = 0; k < 3; k++) {
        if (strcmp(text, word[k]) != 0) continue;
        o->kind = (enum kind)k;
        return;
    }
    argp_error(state, "--kind: expected uniform, clustered or stefanello, found '%s'", text);
}

static void parse_fill(const char *text, struct options *o, struct argp_state *state)
{
    char *end = NULL;
    o->fill = strtod(text, &end);
    if (end == text || *end != '\0' || !(o->fill > 0.0 && o->fill <= 1.0))
        argp_error(state, "--fill: expected a number above 0 and at most 1, found '%s'", text);
}

static void parse_argument(const char *text, struct options *o, struct argp_state *state)
{
    if (state->arg_num >= 3) argp_error(state, "expected N P SEED, found also '%s'", text);
    const uint64_t most = state->arg_num == 2 ? INT64_MAX : AMBIT_INSTANCE_ACCOUNT_MAX;
    errno = 0;
    const uint64_t value = strtoull(text, NULL, 10);
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0' || errno != 0 || value > most)
        argp_error(state, "expected a whole number up to %" PRIu64 ", found '%s'", most, text);
    o->argument[state->arg_num] = value;
}

static void check(const struct options *o, struct argp_state *state)
{
    if (state->arg_num < 3) argp_error(state, "expected N P SEED");
    if (o->argument[1] < 1 || o->argument[1] > o->argument[0])
        argp_error(state, "expected P from 1 to N, found %" PRIu64 " of %" PRIu64, o->argument[1],
                   o->argument[0]);
    if (o->coordinates != NULL && o->kind != STEFANELLO)
        argp_error(state, "expected --kind stefanello with --coordinates");
    if (o->output == NULL) argp_error(state, "expected -o FILE, found nothing");
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *const o = state->input;
    switch (key) {
    case KEY_KIND:
        parse_kind(text, o, state);
        return 0;
    case KEY_FILL:
        parse_fill(text, o, state);
        return 0;
    case KEY_COORDINATES:
        o->coordinates = text;
        return 0;
    case 'o':
        o->output = text;
        return 0;
    case ARGP_KEY_ARG:
        parse_argument(text, o, state);
        return 0;
    case ARGP_KEY_END:
        check(o, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    const struct argp argp = {.options = option_table,
                              .parser = parse,
                              .args_doc = "N P SEED",
                              .doc = "Makes an instance of N accounts of which P become centres; "
                                     "bench/README.md says how."};
    struct options options = {.kind = UNIFORM};
    argp_err_exit_status = ambit_status_exit_code(AMBIT_ERR_USAGE);
    (void)argp_parse(&argp, argc, argv, 0, NULL, &options);
    const ambit_status status = make(&options);
    if (status != AMBIT_OK) fprintf(stderr, "make_instance: %s\n", ambit_error_message());
    return ambit_status_exit_code(status);
}
