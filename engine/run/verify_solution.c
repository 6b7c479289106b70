/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judge of solutions of the literature's instances, ours or anyone's. It knows the two files
 * and nothing of what optimises, so that a fault there cannot hide here. One pass over the accounts
 * and one over the medians. Its weakness: it cannot tell whether a solution that says it is optimal
 * is.
 *
 * A solution may use fewer medians than the instance has: serving more accounts from one place is
 * not forbidden by any of the models, only dearer, and solutions of loose instances do it.
 */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/run/solve.h"
#include "io/instance_file.h"
#include "io/solution_json.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

/* A file may say its value rounded, or cut to a whole number; what is further off is another. */
#define VALUE_TOLERANCE 1.0

enum { TEXT_MAX = 32 };

struct judge {
    const struct ambit_instance *instance; /* borrowed, as the others */
    const struct ambit_solution *solution;
    FILE *report;
    int64_t violations;
    double value; /* recomputed; NAN where the medians do not let it */
};

static void violate(struct judge *judge, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void violate(struct judge *judge, const char *format, ...)
{
    va_list arguments;
    judge->violations++;
    va_start(arguments, format);
    (void)fputs("violation: ", judge->report);
    (void)vfprintf(judge->report, format, arguments);
    (void)fputc('\n', judge->report);
    va_end(arguments);
}

/* "12.5" of 12500000: as a file writes it, exactly. `micro` is not negative. */
static void write_units(int64_t micro, char out[TEXT_MAX])
{
    (void)snprintf(out, TEXT_MAX, "%" PRId64 ".%06" PRId64, micro / AMBIT_MICRO,
                   micro % AMBIT_MICRO);
    size_t length = strlen(out);
    while (out[length - 1] == '0')
        length--;
    if (out[length - 1] == '.') length--;
    out[length] = '\0';
}

/* What the accounts ask of each median. `load` and `accounts` are zeroed, of the instance's count;
 * sums beyond an int64 stay at its largest, which is above every capacity that was read. */
static void add_loads(struct judge *judge, int64_t *load, int32_t *accounts)
{
    const struct ambit_instance *const instance = judge->instance;
    for (int32_t i = 0; i < instance->count; i++) {
        const int32_t j = judge->solution->median[i];
        if (j < 0 || j >= instance->count) {
            violate(judge,
                    "account %" PRId32 ": expected a median from 0 to %" PRId32 ", found %" PRId32,
                    i, instance->count - 1, j);
            continue;
        }
        accounts[j]++;
        if (load[j] > INT64_MAX - instance->demand[i])
            load[j] = INT64_MAX;
        else
            load[j] += instance->demand[i];
    }
}

static void check_medians(struct judge *judge, const int64_t *load, const int32_t *accounts)
{
    const struct ambit_instance *const instance = judge->instance;
    const char *const noun = instance->problem == AMBIT_LOCATION_CPMP ? "median" : "cluster";
    char asked[TEXT_MAX], capacity[TEXT_MAX], over[TEXT_MAX];
    int32_t used = 0;
    for (int32_t j = 0; j < instance->count; j++) {
        used += accounts[j] > 0;
        if (accounts[j] == 0 || load[j] <= instance->capacity[j]) continue;
        write_units(load[j], asked);
        write_units(instance->capacity[j], capacity);
        write_units(load[j] - instance->capacity[j], over);
        violate(judge, "%s %" PRId32 ": its accounts ask for %s, its capacity is %s: %s too much",
                noun, j, asked, capacity, over);
    }
    if (used > instance->centre_count)
        violate(judge, "%ss: expected at most %" PRId32 ", found %" PRId32, noun,
                instance->centre_count, used);
}

/* The models do not ask that a median serve its own account; a solver that does not is odd. */
static void note_medians_served_elsewhere(const struct judge *judge, const int32_t *accounts)
{
    if (judge->instance->problem != AMBIT_LOCATION_CPMP) return;
    for (int32_t j = 0; j < judge->instance->count; j++) {
        const int32_t other = judge->solution->median[j];
        if (accounts[j] > 0 && other != j)
            (void)fprintf(judge->report,
                          "note: median %" PRId32 ": its own account is given to median %" PRId32
                          "\n",
                          j, other);
    }
}

static ambit_status check_value(struct judge *judge)
{
    ambit_status status = AMBIT_OK;
    const double said = judge->solution->value;
    AMBIT_TRY(ambit_solution_value(judge->instance, judge->solution->median, &judge->value));
    if (!isnan(said) && !(fabs(said - judge->value) < VALUE_TOLERANCE))
        violate(judge, "fo: the file says %.15g, recomputed %.15g", said, judge->value);
done:
    return status;
}

static ambit_status judge_all(struct judge *judge)
{
    ambit_status status = AMBIT_OK;
    int64_t *load = NULL;
    int32_t *accounts = NULL;
    const size_t count = (size_t)judge->instance->count;
    if (judge->solution->count != judge->instance->count) {
        violate(judge, "nodes: expected %" PRId32 ", one for each account, found %" PRId32,
                judge->instance->count, judge->solution->count);
        goto done;
    }
    AMBIT_TRY(ambit_alloc(&load, count, sizeof *load));
    AMBIT_TRY(ambit_alloc(&accounts, count, sizeof *accounts));
    add_loads(judge, load, accounts);
    const bool is_complete = judge->violations == 0;
    check_medians(judge, load, accounts);
    /* A cost needs a median for every account. */
    if (is_complete) AMBIT_TRY(check_value(judge));
    note_medians_served_elsewhere(judge, accounts);
done:
    ambit_free(&load);
    ambit_free(&accounts);
    return status;
}

static ambit_status conclude(const struct judge *judge, const char *solution_path)
{
    if (judge->violations > 0)
        return ambit_fail(AMBIT_ERR_MISMATCH, "%s: %" PRId64 " violation%s", solution_path,
                          judge->violations, judge->violations == 1 ? "" : "s");
    (void)fprintf(judge->report, "value %.15g\n", judge->value);
    return AMBIT_OK;
}

static ambit_status judge_files(const char *solution_path,
                                const struct ambit_solve_options *options, FILE *report)
{
    ambit_status status = AMBIT_OK;
    struct ambit_instance instance = {0};
    struct ambit_solution solution = {0};
    struct judge judge = {&instance, &solution, report, 0, NAN};
    AMBIT_TRY(ambit_instance_read(options->instance_path, &instance));
    instance.problem = options->problem;
    instance.distance = options->distance;
    AMBIT_TRY(ambit_instance_check_capacities(&instance, options->instance_path));
    AMBIT_TRY(ambit_solution_read(solution_path, &solution));
    AMBIT_TRY(judge_all(&judge));
    AMBIT_TRY(conclude(&judge, solution_path));
done:
    ambit_solution_clear(&solution);
    ambit_instance_clear(&instance);
    return status;
}

ambit_status ambit_solution_verify(struct ambit_comm *comm, const char *solution_path,
                                   const struct ambit_solve_options *options, FILE *report)
{
    ambit_status status = AMBIT_OK;
    if (ambit_comm_rank(comm) == 0) status = judge_files(solution_path, options, report);
    return AMBIT_AGREE(comm, status);
}
