/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs `ambit solve` on every instance of a folder, for one seed or more, and compares what comes
 * out with the best-known values that lie in the folder. Each solution is stored, and judged by
 * `ambit verify`, in processes of their own. After every instance a table (CSV and HDF5) and a
 * picture (SVG) of all runs so far are written, and the best solution of each instance is kept, so
 * that nothing is lost where hours of runs are stopped.
 */
#include "bench/gap_plot.h"
#include "bench/instance_runs.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, SEEDS_MAX = 1000, NUMBER_SIZE = 32 };

struct options {
    const char *folder, *only, *threads, *effort; /* borrowed; NULL where not given */
    char prefix[PATH_SIZE], ambit[PATH_SIZE];
    uint64_t first_seed;
    int32_t repeat;
    double time_limit[AMBIT_BENCH_FAMILY_COUNT];
};

/* --- one run -------------------------------------------------------------- */

static void spoil(struct ambit_bench_run *run, enum ambit_bench_verdict verdict, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));

static void spoil(struct ambit_bench_run *run, enum ambit_bench_verdict verdict, const char *format,
                  ...)
{
    va_list arguments;
    run->verdict = verdict;
    va_start(arguments, format);
    (void)vsnprintf(run->message, sizeof run->message, format, arguments);
    va_end(arguments);
}

/* NAN for null and for what is no number. */
static double number(const json_t *object, const char *key)
{
    const json_t *const value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static ambit_status take_trace(const json_t *trace, struct ambit_bench_run *run)
{
    ambit_status status = AMBIT_OK;
    const size_t count = json_array_size(trace);
    AMBIT_TRY(ambit_alloc(&run->step, count, sizeof *run->step));
    run->step_count = (int32_t)count;
    for (size_t s = 0; s < count; s++) {
        const json_t *const pair = json_array_get(trace, s);
        const json_t *const seconds = json_array_get(pair, 0), *const value =
                                                                   json_array_get(pair, 1);
        const bool good = json_is_number(seconds) && json_is_number(value);
        if (!good) spoil(run, AMBIT_BENCH_FAILED, "trace[%zu] is not [seconds, value]", s);
        run->step[s].seconds = good ? json_number_value(seconds) : (double)NAN;
        run->step[s].value = good ? json_number_value(value) : (double)NAN;
    }
done:
    return status;
}

/* What the solver wrote must be about the run that was asked for. */
static void check_answer(const json_t *object, struct ambit_bench_run *run)
{
    const char *const problem = json_string_value(json_object_get(object, "problem"));
    const json_t *const seed = json_object_get(object, "seed");
    if (problem == NULL || strcmp(problem, ambit_bench_problem(run->instance->problem)) != 0)
        spoil(run, AMBIT_BENCH_FAILED, "the JSON speaks of problem %s",
              problem != NULL ? problem : "none");
    else if (!json_is_integer(seed) || (uint64_t)json_integer_value(seed) != run->seed)
        spoil(run, AMBIT_BENCH_FAILED, "the JSON speaks of another seed");
    else if (!json_is_array(json_object_get(object, "trace")))
        spoil(run, AMBIT_BENCH_FAILED, "the JSON has no trace");
    else if (run->verdict == AMBIT_BENCH_GOOD && !(run->value >= 0.0 && run->seconds >= 0.0))
        spoil(run, AMBIT_BENCH_FAILED, "the JSON has no value or no seconds");
}

static ambit_status take_answer(const struct ambit_bench_output *output,
                                struct ambit_bench_run *run)
{
    ambit_status status = AMBIT_OK;
    json_error_t error;
    json_t *const object = json_loadb(output->text, output->bytes, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object)) {
        spoil(run, AMBIT_BENCH_FAILED, "no JSON object on standard output, exit code %d%s",
              output->exit_code, output->late ? ", ended for being late" : "");
        goto done;
    }
    const char *const word = json_string_value(json_object_get(object, "status"));
    (void)snprintf(run->status, sizeof run->status, "%s", word != NULL ? word : "");
    run->account_count = (int32_t)json_integer_value(json_object_get(object, "n"));
    run->centre_count = (int32_t)json_integer_value(json_object_get(object, "p"));
    run->value = number(object, "value");
    run->bound = number(object, "bound");
    run->seconds = number(object, "seconds");
    run->seconds_to_best = number(object, "seconds_to_best");
    run->effort = json_integer_value(json_object_get(object, "effort"));
    run->stopped_by_time_limit = json_is_true(json_object_get(object, "stopped_by_time_limit"));
    const char *const reason = json_string_value(json_object_get(object, "reason"));
    if (strcmp(run->status, "infeasible") == 0)
        spoil(run, AMBIT_BENCH_INFEASIBLE, "%s", reason != NULL ? reason : "");
    check_answer(object, run);
    AMBIT_TRY(take_trace(json_object_get(object, "trace"), run));
    if (run->verdict == AMBIT_BENCH_GOOD && output->exit_code != 0)
        spoil(run, AMBIT_BENCH_FAILED, "exit code %d", output->exit_code);
done:
    json_decref(object);
    return status;
}

static ambit_status solve(const struct options *o, const char *solution,
                          struct ambit_bench_run *run)
{
    char limit[NUMBER_SIZE], seed[NUMBER_SIZE];
    const struct ambit_bench_case *const c = run->instance;
    struct ambit_bench_output output = {0};
    (void)snprintf(limit, sizeof limit, "%g", run->time_limit);
    (void)snprintf(seed, sizeof seed, "%" PRIu64, run->seed);
    const char *words[24] = {o->ambit,
                             "solve",
                             c->path,
                             "--problem",
                             ambit_bench_problem(c->problem),
                             "--distance",
                             c->distance == AMBIT_DISTANCE_FLOOR ? "floor" : "euclidean",
                             "--time-limit",
                             limit,
                             "--seed",
                             seed,
                             "-o",
                             solution,
                             "--json",
                             "--quiet"};
    int count = 15;
    if (o->threads != NULL) {
        words[count++] = "--threads";
        words[count++] = o->threads;
    }
    if (o->effort != NULL) {
        words[count++] = "--effort";
        words[count++] = o->effort;
    }
    ambit_status status = ambit_bench_child(words, 2.0 * run->time_limit + 60.0, &output);
    if (status == AMBIT_OK) status = take_answer(&output, run);
    ambit_free(&output.text);
    return status;
}

/* The line with the recomputed value, or NULL: notes may stand before it. */
static const char *judged_value(const char *text)
{
    if (strncmp(text, "value ", 6) == 0) return text;
    const char *const found = strstr(text, "\nvalue ");
    return found != NULL ? found + 1 : NULL;
}

/* Judges the solution that was stored; the first line of what the judge says is kept. */
static ambit_status verify(const struct options *o, const char *solution,
                           struct ambit_bench_run *run)
{
    const struct ambit_bench_case *const c = run->instance;
    struct ambit_bench_output output = {0};
    const char *const words[] = {o->ambit,
                                 "verify",
                                 solution,
                                 "--instance",
                                 c->path,
                                 "--problem",
                                 ambit_bench_problem(c->problem),
                                 "--distance",
                                 c->distance == AMBIT_DISTANCE_FLOOR ? "floor" : "euclidean",
                                 "--quiet",
                                 NULL};
    const ambit_status status = ambit_bench_child(words, 60.0 + 2.0 * run->time_limit, &output);
    if (status != AMBIT_OK) return status;
    if (output.exit_code != 0)
        spoil(run, AMBIT_BENCH_REFUSED, "the judge refuses the solution (exit code %d): %.*s",
              output.exit_code, (int)strcspn(output.text, "\n"), output.text);
    const char *const value = judged_value(output.text);
    if (output.exit_code == 0 && value == NULL)
        spoil(run, AMBIT_BENCH_REFUSED, "the judge says no value");
    else if (output.exit_code == 0 &&
             fabs(strtod(value + 6, NULL) - run->value) > 1e-6 * (1.0 + run->value))
        spoil(run, AMBIT_BENCH_REFUSED, "the solver says %.9g, the judge %.*s", run->value,
              (int)strcspn(value, "\n"), value);
    ambit_free(&output.text);
    return status;
}

/* Where the best solution of an instance is kept. */
static void kept_path(const struct options *o, const struct ambit_bench_case *c,
                      char out[PATH_SIZE])
{
    (void)snprintf(out, PATH_SIZE, "%.3800s-solutions/%s_%.200s.json", o->prefix,
                   ambit_bench_problem(c->problem), c->name);
}

/* Solves once and judges; the solution is kept where it is better than `best_value`. */
static ambit_status run_once(const struct options *o, const struct ambit_bench_case *c,
                             uint64_t seed, double best_value, struct ambit_bench_run *run)
{
    ambit_status status = AMBIT_OK;
    char solution[PATH_SIZE], kept[PATH_SIZE];
    *run = (struct ambit_bench_run){.instance = c,
                                    .seed = seed,
                                    .time_limit = o->time_limit[c->family],
                                    .value = (double)NAN,
                                    .bound = (double)NAN,
                                    .seconds = (double)NAN,
                                    .seconds_to_best = (double)NAN};
    kept_path(o, c, kept);
    (void)snprintf(solution, sizeof solution, "%.3800s-solutions/new.json", o->prefix);
    (void)unlink(solution); /* so that no run is judged by another's */
    AMBIT_TRY(solve(o, solution, run));
    if (run->verdict == AMBIT_BENCH_GOOD) AMBIT_TRY(verify(o, solution, run));
    if (run->verdict == AMBIT_BENCH_GOOD && !(run->value >= best_value)) {
        if (rename(solution, kept) != 0)
            status = ambit_fail(AMBIT_ERR_IO, "cannot write %s: %s", kept, strerror(errno));
    }
done:
    (void)unlink(solution);
    return status;
}

/* --- what is printed ------------------------------------------------------ */

static void print_figure(int width, int decimals, double figure)
{
    if (isfinite(figure))
        printf(" %*.*f", width, decimals, figure);
    else
        printf(" %*s", width, "-");
}

static void print_header(void)
{
    printf("%-25s %13s %13s %9s %9s %9s %9s %5s\n", "instance", "value", "best known", "gap %",
           "proven %", "to best s", "in all s", "seed");
}

static void print_run(const struct ambit_bench_run *run)
{
    const struct ambit_bench_case *const c = run->instance;
    const double gap = ambit_bench_gap(c, run->value);
    printf("%-4s %-20s", ambit_bench_problem(c->problem), c->name);
    print_figure(13, 4, run->value);
    print_figure(13, 4, c->best_known);
    print_figure(9, 4, gap);
    print_figure(9, 4, ambit_bench_proven_gap(run));
    print_figure(9, 2, run->seconds_to_best);
    print_figure(9, 2, run->seconds);
    printf(" %5" PRIu64, run->seed);
    if (run->verdict != AMBIT_BENCH_GOOD)
        printf("  %s: %s", ambit_bench_verdict_word(run->verdict), run->message);
    else if (gap < 0.0)
        printf("  below the best known");
    else if (strcmp(run->status, "optimal") == 0)
        printf("  optimal");
    putchar('\n');
    (void)fflush(stdout);
}

/* Figures over the runs [begin, end) of which those count that have a gap. */
struct tally {
    int32_t runs, with_gap, at_best, below, optimal, spoiled;
    double least, sum, most, seconds_to_best, seconds;
};

static void add(struct tally *t, const struct ambit_bench_run *run)
{
    const double gap = ambit_bench_gap(run->instance, run->value);
    t->runs++;
    if (run->verdict != AMBIT_BENCH_GOOD) {
        t->spoiled++;
        return;
    }
    t->seconds += run->seconds;
    t->seconds_to_best += isfinite(run->seconds_to_best) ? run->seconds_to_best : run->seconds;
    t->optimal += strcmp(run->status, "optimal") == 0;
    if (!isfinite(gap)) return;
    t->with_gap++;
    t->at_best += gap <= 0.0;
    t->below += gap < 0.0;
    t->sum += gap;
    t->least = fmin(t->least, gap);
    t->most = fmax(t->most, gap);
}

static const struct tally nothing = {.least = INFINITY, .most = -INFINITY};

/* The spread over the seeds of the last instance, whose runs begin at `first`. */
static void print_spread(const struct ambit_bench_runs *runs, int32_t first)
{
    struct tally t = nothing;
    for (int32_t r = first; r < runs->count; r++)
        add(&t, &runs->item[r]);
    if (t.with_gap == 0) return;
    printf("%25s gap %%: min %.4f, mean %.4f, max %.4f over %d seeds\n", "", t.least,
           t.sum / t.with_gap, t.most, (int)t.with_gap);
    (void)fflush(stdout);
}

static void print_summary(const struct ambit_bench_runs *runs)
{
    printf("\n%-17s %5s %9s %9s %8s %6s %8s %8s %10s %9s\n", "family", "runs", "mean gap", "worst",
           "at best", "below", "optimal", "spoiled", "to best s", "in all s");
    for (int32_t f = 0; f < AMBIT_BENCH_FAMILY_COUNT; f++) {
        struct tally t = nothing;
        for (int32_t r = 0; r < runs->count; r++)
            if (runs->item[r].instance->family == f) add(&t, &runs->item[r]);
        if (t.runs == 0) continue;
        const int32_t good = t.runs - t.spoiled;
        printf("%-17s %5d", ambit_bench_family[f].name, (int)t.runs);
        print_figure(9, 4, t.sum / t.with_gap);
        print_figure(9, 4, t.most);
        printf(" %8d %6d %8d %8d", (int)t.at_best, (int)t.below, (int)t.optimal, (int)t.spoiled);
        print_figure(10, 2, t.seconds_to_best / good);
        print_figure(9, 2, t.seconds / good);
        putchar('\n');
    }
    printf("gaps in per cent of the best-known value, means over runs; at best: at or below it\n");
}

/* --- all runs ------------------------------------------------------------- */

static ambit_status store(const struct options *o, const struct ambit_bench_runs *runs)
{
    ambit_status status = AMBIT_OK;
    char path[PATH_SIZE + 8];
    (void)snprintf(path, sizeof path, "%s.csv", o->prefix);
    AMBIT_TRY(ambit_bench_write_csv(path, runs));
    (void)snprintf(path, sizeof path, "%s.h5", o->prefix);
    AMBIT_TRY(ambit_bench_write_hdf5(path, runs));
    (void)snprintf(path, sizeof path, "%s.svg", o->prefix);
    AMBIT_TRY(ambit_bench_write_plot(path, runs));
done:
    return status;
}

static ambit_status run_instance(const struct options *o, const struct ambit_bench_case *c,
                                 struct ambit_bench_runs *runs)
{
    ambit_status status = AMBIT_OK;
    const int32_t first = runs->count;
    double best = INFINITY;
    for (int32_t k = 0; k < o->repeat; k++) {
        struct ambit_bench_run *const run = &runs->item[runs->count];
        AMBIT_REQUIRE(runs->count < runs->capacity);
        runs->count++; /* its trace is cleared with the others, whatever happens */
        AMBIT_TRY(run_once(o, c, o->first_seed + (uint64_t)k, best, run));
        if (run->verdict == AMBIT_BENCH_GOOD) best = fmin(best, run->value);
        print_run(run);
    }
    if (o->repeat > 1) print_spread(runs, first);
    AMBIT_TRY(store(o, runs));
done:
    return status;
}

static ambit_status make_folder(const struct options *o)
{
    char path[PATH_SIZE + 16];
    (void)snprintf(path, sizeof path, "%s-solutions", o->prefix);
    if (mkdir(path, 0777) == 0 || errno == EEXIST) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_IO, "cannot make the folder %s: %s", path, strerror(errno));
}

/* *spoiled_out: runs that failed, that found no solution, or whose solution the judge refused. */
static ambit_status run_all(const struct options *o, int32_t *spoiled_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_bench_list list = {0};
    struct ambit_bench_runs runs = {0};
    *spoiled_out = 0;
    AMBIT_TRY(ambit_bench_list_read(o->folder, o->only, &list));
    AMBIT_TRY(make_folder(o));
    AMBIT_TRY(ambit_alloc(&runs.item, (size_t)list.count * (size_t)o->repeat, sizeof *runs.item));
    runs.capacity = list.count * o->repeat;
    print_header();
    for (int32_t i = 0; i < list.count; i++)
        AMBIT_TRY(run_instance(o, &list.item[i], &runs));
    print_summary(&runs);
    for (int32_t r = 0; r < runs.count; r++)
        *spoiled_out += runs.item[r].verdict != AMBIT_BENCH_GOOD;
    printf("%s.csv\n%s.h5\n%s.svg\n%s-solutions/\n", o->prefix, o->prefix, o->prefix, o->prefix);
done:
    ambit_bench_runs_clear(&runs);
    ambit_bench_list_clear(&list);
    return status;
}

/* --- the command line ----------------------------------------------------- */

enum { KEY_REPEAT = 256, KEY_TIME_LIMIT, KEY_ONLY, KEY_SEED, KEY_AMBIT, KEY_THREADS, KEY_EFFORT };

static const struct argp_option option_table[] = {
    {"repeat", KEY_REPEAT, "R", 0, "Run each instance with R seeds, 1 to 1000 (default: 1)", 0},
    {"seed", KEY_SEED, "N", 0, "The first seed (default: 1)", 0},
    {"time-limit", KEY_TIME_LIMIT, "[FAMILY=]SECONDS", 0,
     "Time limit of a run, of all families or of one; may be given more than once", 0},
    {"only", KEY_ONLY, "GLOB", 0,
     "Only instances whose name, file or problem/name matches, such as 'SJC*' or 'cccp/*'", 0},
    {"threads", KEY_THREADS, "N", 0, "Threads, as for ambit solve", 0},
    {"effort", KEY_EFFORT, "N", 0, "Work units, as for ambit solve", 0},
    {"output", 'o', "PREFIX", 0,
     "Write PREFIX.csv, PREFIX.h5, PREFIX.svg and PREFIX-solutions/ (default: bench-instances in "
     "the build folder)",
     0},
    {"ambit", KEY_AMBIT, "PROGRAM", 0, "The program to run (default: that of the build folder)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

/* True where `text` is a whole number of [lowest, highest]. */
static bool whole(const char *text, uint64_t lowest, uint64_t highest, uint64_t *out)
{
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0') return false;
    errno = 0;
    *out = strtoull(text, NULL, 10);
    return errno == 0 && *out >= lowest && *out <= highest;
}

static void parse_limit(const char *text, struct options *o, struct argp_state *state)
{
    const char *const equals = strchr(text, '=');
    const char *const digits = equals != NULL ? equals + 1 : text;
    char *end = NULL;
    bool known = equals == NULL;
    const double seconds = strtod(digits, &end);
    if (digits[strspn(digits, "0123456789.")] != '\0' || end == digits || *end != '\0' ||
        !(seconds > 0.0 && seconds < 1e7))
        argp_error(state, "--time-limit: expected seconds above 0, found '%s'", digits);
    for (int f = 0; f < AMBIT_BENCH_FAMILY_COUNT; f++) {
        const char *const key = ambit_bench_family[f].key;
        if (equals != NULL &&
            (strlen(key) != (size_t)(equals - text) || strncasecmp(key, text, strlen(key)) != 0))
            continue;
        o->time_limit[f] = seconds;
        known = true;
    }
    if (!known)
        argp_error(state, "--time-limit: unknown family in '%s'; expected such as sjc-cccp=60",
                   text);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *const o = state->input;
    uint64_t value = 0;
    switch (key) {
    case KEY_REPEAT:
        if (!whole(text, 1, SEEDS_MAX, &value))
            argp_error(state, "--repeat: expected 1 to %d, found '%s'", SEEDS_MAX, text);
        o->repeat = (int32_t)value;
        return 0;
    case KEY_SEED:
        if (!whole(text, 0, INT64_MAX - SEEDS_MAX, &o->first_seed))
            argp_error(state, "--seed: expected a whole number, found '%s'", text);
        return 0;
    case KEY_TIME_LIMIT:
        parse_limit(text, o, state);
        return 0;
    case KEY_ONLY:
        o->only = text;
        return 0;
    case KEY_THREADS:
        o->threads = text;
        return 0;
    case KEY_EFFORT:
        o->effort = text;
        return 0;
    case KEY_AMBIT:
    case 'o':
        if (text[0] == '\0' || strlen(text) >= 3800)
            argp_error(state, "expected a path of 1 to 3799 bytes, found '%.80s'", text);
        (void)snprintf(key == 'o' ? o->prefix : o->ambit, PATH_SIZE, "%s", text);
        return 0;
    case ARGP_KEY_ARG:
        if (o->folder != NULL) argp_error(state, "expected one folder, found also '%s'", text);
        o->folder = text;
        return 0;
    case ARGP_KEY_END:
        if (o->folder == NULL) argp_error(state, "expected a folder of instances, found nothing");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* This program is BUILD/bench/bench_instances; what it runs and leaves is in BUILD. */
static void defaults(struct options *o)
{
    char path[PATH_SIZE - 64] = "";
    const ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
    path[size > 0 ? size : 0] = '\0';
    for (int k = 0; k < 2; k++) {
        char *const slash = strrchr(path, '/');
        if (slash != NULL) *slash = '\0';
    }
    (void)snprintf(o->ambit, sizeof o->ambit, "%s/ambit", path);
    (void)snprintf(o->prefix, sizeof o->prefix, "%s/bench-instances", path);
    for (int f = 0; f < AMBIT_BENCH_FAMILY_COUNT; f++)
        o->time_limit[f] = ambit_bench_family[f].time_limit;
}

int main(int argc, char **argv)
{
    const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .args_doc = "FOLDER",
        .doc = "Runs ambit solve on the instances that FOLDER/cpmp/best_known.csv and "
               "FOLDER/cccp/best_known.csv list, and compares the values.\v"
               "Families: or-library sjc lin318 ali535 u724 fnl4461 p3038 uniform clustered "
               "stefanello others; ta sjc-cccp doni clustered-cccp others-cccp. Exit codes: 0 "
               "every run has a solution that ambit verify accepts, 1 not so, 64 wrong usage, "
               "65 wrong folder."};
    static struct options o = {.first_seed = 1, .repeat = 1};
    int32_t spoiled = 0;
    defaults(&o);
    argp_err_exit_status = ambit_status_exit_code(AMBIT_ERR_USAGE);
    (void)argp_parse(&argp, argc, argv, 0, NULL, &o);
    const ambit_status status = run_all(&o, &spoiled);
    if (status != AMBIT_OK) {
        fprintf(stderr, "bench_instances: %s\n", ambit_error_message());
        return ambit_status_exit_code(status);
    }
    if (spoiled == 0) return 0;
    fprintf(stderr, "bench_instances: %d runs without a solution that the judge accepts\n",
            (int)spoiled);
    return 1;
}
