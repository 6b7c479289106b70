/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit solve: solves a published instance, and says how well and how fast. */
#include "engine/cli/cli.h"
#include "io/report_json.h"
#include "io/report_text.h"

#include <math.h>

enum { LABEL_WIDTH = 15 };

static const char *status_word(enum ambit_solve_status status)
{
    switch (status) {
    case AMBIT_SOLVE_OPTIMAL:
        return "optimal";
    case AMBIT_SOLVE_FEASIBLE:
        return "feasible";
    case AMBIT_SOLVE_INFEASIBLE:
        break;
    }
    return "infeasible";
}

/* As a fraction of the value; NAN where there is no value or no bound. Where all accounts stand on
 * their medians nothing is left to gain. */
static double gap(const struct ambit_solve_outcome *outcome)
{
    if (!isfinite(outcome->value) || !isfinite(outcome->bound)) return NAN;
    if (outcome->value <= 0.0) return 0.0;
    return (outcome->value - outcome->bound) / outcome->value;
}

/* jansson's whole numbers end at 2^63 − 1; a larger seed is text, and stays exact. */
static json_t *seed_json(uint64_t seed)
{
    char text[24];
    if (seed <= INT64_MAX) return json_integer((json_int_t)seed);
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)seed);
    return json_string(text);
}

static json_t *trace_json(const struct ambit_solve_outcome *outcome)
{
    json_t *const trace = json_array();
    bool good = trace != NULL;
    for (int32_t s = 0; s < outcome->step_count && good; s++)
        good = json_array_append_new(
                   trace, json_pack("[o, o]", ambit_json_number(outcome->step[s].seconds),
                                    ambit_json_number(outcome->step[s].value))) == 0;
    if (good) return trace;
    json_decref(trace);
    return NULL;
}

/* Keys: see the manual below. */
static ambit_status print_json(FILE *file, const struct ambit_solve_outcome *outcome,
                               enum ambit_distance distance)
{
    const struct ambit_solve_outcome *const o = outcome;
    json_t *object = json_pack(
        "{s:o, s:i, s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:s, s:o, s:I, s:b, s:o}", "instance",
        ambit_json_text(o->instance_name), "n", (int)o->count, "p", (int)o->centre_count, "problem",
        o->problem == AMBIT_LOCATION_CCCP ? "cccp" : "cpmp", "distance",
        distance == AMBIT_DISTANCE_FLOOR ? "floor" : "euclidean", "value",
        ambit_json_number(o->value), "bound", ambit_json_number(o->bound), "gap",
        ambit_json_number(gap(o)), "seconds", ambit_json_number(o->seconds), "seconds_to_best",
        ambit_json_number(o->seconds_to_best), "status", status_word(o->status), "seed",
        seed_json(o->seed), "effort", (json_int_t)o->effort, "stopped_by_time_limit",
        o->stopped_by_time_limit, "trace", trace_json(o));
    if (object != NULL && o->status == AMBIT_SOLVE_INFEASIBLE &&
        json_object_set_new(object, "reason", ambit_json_text(o->reason)) != 0) {
        json_decref(object);
        object = NULL;
    }
    return ambit_json_print(file, object);
}

static void print_label(FILE *file, const char *label)
{
    (void)fputs("  ", file);
    ambit_text_pad(file, label, -LABEL_WIDTH);
}

static void print_costs(FILE *file, const struct ambit_solve_outcome *outcome,
                        enum ambit_distance distance)
{
    /* Published values have two decimals, or none where every distance is a whole number. */
    const bool is_whole =
        distance == AMBIT_DISTANCE_FLOOR && outcome->problem == AMBIT_LOCATION_CPMP;
    char text[AMBIT_TEXT_MAX];
    ambit_text_number(outcome->value, is_whole ? 0 : 2, text);
    print_label(file, "Value");
    (void)fprintf(file, "%s%s\n", text,
                  outcome->status == AMBIT_SOLVE_OPTIMAL ? ", proven optimal" : "");
    if (!isfinite(outcome->bound)) return;
    ambit_text_number(outcome->bound, 2, text);
    print_label(file, "Lower bound");
    (void)fprintf(file, "%s; gap ", text);
    ambit_text_percent(gap(outcome), 3, text);
    (void)fprintf(file, "%s\n", text);
}

static void print_summary(FILE *file, const struct ambit_solve_outcome *outcome,
                          const struct ambit_solve_options *solve)
{
    const bool is_median = outcome->problem == AMBIT_LOCATION_CPMP;
    char text[AMBIT_TEXT_MAX], best[AMBIT_TEXT_MAX];
    (void)fprintf(file, "%s: %s, %s distance\n\n", outcome->instance_name,
                  is_median ? "capacitated p-median" : "capacitated centred clustering",
                  solve->distance == AMBIT_DISTANCE_FLOOR ? "floored Euclidean" : "Euclidean");
    ambit_text_count(outcome->count, text);
    ambit_text_count(outcome->centre_count, best);
    print_label(file, "Accounts");
    (void)fprintf(file, "%s for %s %s%s\n", text, best, is_median ? "median" : "cluster",
                  outcome->centre_count == 1 ? "" : "s");
    print_costs(file, outcome, solve->distance);
    ambit_text_number(outcome->seconds, 1, text);
    ambit_text_number(outcome->seconds_to_best, 1, best);
    print_label(file, "Time");
    (void)fprintf(file, "%s s, the best after %s s%s\n", text, best,
                  outcome->stopped_by_time_limit ? ", stopped by the time limit" : "");
    ambit_text_count(outcome->effort, text);
    print_label(file, "Effort");
    (void)fprintf(file, "%s round%s from seed %llu\n", text, outcome->effort == 1 ? "" : "s",
                  (unsigned long long)outcome->seed);
    if (solve->solution_path != NULL) {
        print_label(file, "Solution");
        (void)fprintf(file, "%s\n", solve->solution_path);
    }
}

/* The summary goes to standard output only where nothing else does: programs read that stream. An
 * instance without a solution has no summary: main says why, as of everything that fails. */
static ambit_status print_outcome(const struct ambit_solve_outcome *outcome,
                                  const struct ambit_solve_options *solve,
                                  const struct ambit_options *options)
{
    const bool has_solution = outcome->status != AMBIT_SOLVE_INFEASIBLE;
    ambit_log_finish();
    FILE *const people = solve->solution_path == NULL && !options->json ? stdout : stderr;
    if (!options->quiet && has_solution) print_summary(people, outcome, solve);
    if (options->json) return print_json(stdout, outcome, solve->distance);
    if (solve->solution_path != NULL && has_solution) (void)printf("%s\n", solve->solution_path);
    return AMBIT_OK;
}

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    struct ambit_solve_outcome outcome = {0};
    struct ambit_solve_options solve = options->solve;
    const bool speaks = ambit_comm_rank(comm) == 0;
    const bool stores = speaks && solve.solution_path != NULL;
    solve.instance_path = options->argument[0];
    if (!options->has_problem)
        return ambit_fail(AMBIT_ERR_USAGE, "solve: expected --problem cpmp (capacitated p-median) "
                                           "or --problem cccp (capacitated centred clustering), "
                                           "found neither");
    AMBIT_TRY_TOGETHER(comm, stores ? ambit_output_check(solve.solution_path, solve.instance_path)
                                    : AMBIT_OK);
    status = ambit_solve(comm, &solve, &outcome);
    if (speaks && (status == AMBIT_OK || status == AMBIT_ERR_INFEASIBLE)) {
        const ambit_status printed = print_outcome(&outcome, &solve, options);
        if (status == AMBIT_OK) status = printed;
    }
done:
    ambit_solve_outcome_clear(&outcome);
    return status;
}

static const struct argp_option options_of_solve[] = {
    AMBIT_OPTION_PROBLEM("Solve as cpmp (capacitated p-median: an account costs its distance to "
                         "the median of its cluster) or cccp (capacitated centred clustering: to "
                         "the centroid); required"),
    AMBIT_OPTION_DISTANCE,
    AMBIT_OPTION(AMBIT_KEY_OUTPUT, "output", "SOLUTION.json",
                 "Store the solution in SOLUTION.json (default: it is not stored)"),
    AMBIT_OPTION_SEED,
    AMBIT_OPTION(
        AMBIT_KEY_EFFORT, "effort", "N",
        "Improve for at most N rounds; 0 keeps the first plan (default: 1000, or as many as "
        "the time limit allows)"),
    AMBIT_OPTION(AMBIT_KEY_TIME_LIMIT, "time-limit", "S",
                 "Stop improving after S seconds; the plan then depends on the machine"),
    AMBIT_OPTION_THREADS,
    AMBIT_OPTION_SILENCE_LIMIT,
    AMBIT_OPTION_COMM_STATS,
    AMBIT_OPTION_JSON,
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_solve = {
    .name = "solve",
    .summary = "solve a published p-median instance",
    .arguments = "FILE",
    .argument_count = 1,
    .manual =
        "Choose p centres for the accounts of FILE and give each account to one of them, so that "
        "no centre serves more than its capacity and the distances add up to little. FILE begins "
        "with `n p'; n lines `x y capacity demand' follow."
        "\v"
        "With -o the path of the solution is the last line on standard output, and the summary for "
        "people goes to standard error; without it nothing is stored, and the summary goes to "
        "standard output. Work, not time, decides the plan: the same effort and seed give the same "
        "plan on any number of ranks and threads."
        "\n\n"
        "With --json standard output is one object: instance, n, p, problem, distance, value, "
        "bound (proven, lower), gap (a fraction of the value: 0.01 is 1 percent), seconds, "
        "seconds_to_best, status (optimal, feasible, infeasible), reason (where infeasible), seed, "
        "effort (rounds done), stopped_by_time_limit, trace ([seconds, value] at each "
        "improvement). What is not known is null."
        "\n\n"
        "Exit status: 0 done; 1 the run failed; 2 the instance has no solution, and the reason is "
        "given; 64 wrong usage; 65 wrong data.",
    .options = options_of_solve,
    .act = act,
};
