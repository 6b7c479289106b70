/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Options, parsed by glibc's argp: it permutes, abbreviates, and formats --help from the same table
 * that it parses by. It never exits the process here, because a rank that leaves without MPI's
 * farewell takes the job down with a page of noise.
 */
#include "engine/cli/cli.h"
#include "io/scenario_yaml.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_HELP = 'h',
    KEY_USAGE = 512, /* beyond every key of a command */
    THREADS_MAX = 1024
};
#define SILENCE_DEFAULT 600.0
#define TIME_MAX (7.0 * 86400.0)
#define HOURS_MAX 1e6
#define SIZE_LEAST 1e6
#define SIZE_MOST 1e15

/* What parsers return to end the parse: nothing is left to do, or an error was printed. */
enum { STOP = ECANCELED, WRONG = EINVAL };

bool ambit_words_spoken(const struct argp_state *state)
{
    return (state->flags & ARGP_NO_ERRS) == 0;
}

static error_t parse_help(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    switch (key) {
    case KEY_HELP:
        argp_state_help(state, stdout, ARGP_HELP_STD_HELP);
        return STOP;
    case KEY_USAGE:
        argp_state_help(state, stdout, ARGP_HELP_USAGE);
        return STOP;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Group -1 is argp's place for them: last. */
static const struct argp_option help_options[] = {
    {.name = "help", .key = KEY_HELP, .doc = "Print this help", .group = -1},
    {.name = "usage", .key = KEY_USAGE, .doc = "Print a short usage message", .group = -1},
    AMBIT_OPTION_END,
};

const struct argp ambit_help_argp = {.options = help_options, .parser = parse_help};

/* Drops argp's note that short options take the values of long ones. */
static char *filter_help(int key, const char *text, void *input)
{
    (void)input;
    return key == ARGP_KEY_HELP_DUP_ARGS_NOTE ? NULL : (char *)text;
}

ambit_status ambit_words_parse(const struct argp *argp, unsigned flags, bool speaks, int argc,
                               char **argv, void *input, bool *stop_out)
{
    flags |= speaks ? ARGP_NO_EXIT | ARGP_NO_HELP : ARGP_SILENT;
    const error_t error = argp_parse(argp, argc, argv, flags, NULL, input);
    *stop_out = error == STOP;
    if (error == ENOMEM) return ambit_fail(AMBIT_ERR_MEMORY, "out of memory for the command line");
    return error == 0 || error == STOP ? AMBIT_OK : AMBIT_ERR_USAGE;
}

/* A command's parse under way. */
struct parse {
    const struct ambit_command *command;
    struct ambit_options *options;
};

static error_t parse_whole(struct argp_state *state, const char *name, const char *text,
                           uint64_t lowest, uint64_t highest, uint64_t *out)
{
    const bool is_digits = text[0] != '\0' && text[strspn(text, "0123456789")] == '\0';
    errno = 0;
    const uint64_t value = is_digits ? strtoull(text, NULL, 10) : 0;
    if (is_digits && errno == 0 && value >= lowest && value <= highest) {
        *out = value;
        return 0;
    }
    argp_error(state, "--%s: expected a whole number from %" PRIu64 " to %" PRIu64 ", found '%s'",
               name, lowest, highest, text);
    return WRONG;
}

static error_t parse_seconds(struct argp_state *state, const char *name, const char *text,
                             double *out)
{
    /* strtod() alone would also take spaces, hexadecimal, "inf" and "nan". */
    const bool is_plain = text[strspn(text, "0123456789.eE+-")] == '\0';
    char *end = NULL;
    const double value = strtod(text, &end);
    if (is_plain && end != text && *end == '\0' && isfinite(value) && value > 0.0) {
        *out = value;
        return 0;
    }
    argp_error(state, "--%s: expected seconds above 0, found '%s'", name, text);
    return WRONG;
}

static error_t parse_hours(struct argp_state *state, const char *name, const char *text,
                           double *out)
{
    const bool is_plain = text[0] != '\0' && text[strspn(text, "0123456789.")] == '\0';
    char *end = NULL;
    const double value = strtod(text, &end);
    if (is_plain && end != text && *end == '\0' && value <= HOURS_MAX) {
        *out = value;
        return 0;
    }
    argp_error(state, "--%s: expected hours from 0 to 1000000, found '%s'", name, text);
    return WRONG;
}

/* Seconds, or a number with s, m or h; below 0 where it is none of these. */
static double read_time(const char *text)
{
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"", 1.0}, {"s", 1.0}, {"m", 60.0}, {"h", 3600.0}};
    const size_t digits = strspn(text, "0123456789.");
    double seconds = -1.0;
    char *end = NULL;
    for (size_t i = 0; digits > 0 && i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(text + digits, units[i].name) == 0)
            seconds = units[i].seconds * strtod(text, &end);
    }
    return end == text + digits ? seconds : -1.0;
}

static error_t parse_silence(struct argp_state *state, const char *text, double *out)
{
    const double seconds = read_time(text);
    if (seconds == 0.0 || (seconds >= 1.0 && seconds <= TIME_MAX)) {
        *out = seconds;
        return 0;
    }
    argp_error(state,
               "--silence-limit: expected 1s to 168h, such as 90s or 10m, or 0 for never, "
               "found '%s'",
               text);
    return WRONG;
}

/* A time, a number of rounds, or off. */
static error_t parse_checkpoint(struct argp_state *state, const char *text,
                                struct ambit_run_options *run)
{
    const size_t digits = strspn(text, "0123456789");
    const bool is_rounds = digits > 0 && digits <= 9 && strcmp(text + digits, "r") == 0;
    const long rounds = is_rounds ? strtol(text, NULL, 10) : 0;
    const bool is_off = strcmp(text, "off") == 0;
    const double seconds = is_rounds || is_off ? 0.0 : read_time(text);
    if (is_off || rounds > 0 || (seconds >= 1.0 && seconds <= TIME_MAX)) {
        run->checkpoint_rounds = rounds;
        run->checkpoint_seconds = seconds;
        return 0;
    }
    argp_error(state,
               "--checkpoint: expected a time from 1s to 168h, such as 90s or 5m, a number of "
               "rounds, such as 3r, or off, found '%s'",
               text);
    return WRONG;
}

/* A number of bytes, or of thousands (K), millions (M), … of them; 0 where it is none of these. */
static double read_size(const char *text)
{
    static const char units[] = "KMGT";
    const size_t digits = strspn(text, "0123456789.");
    const char *const unit = text[digits] != '\0' ? strchr(units, text[digits]) : NULL;
    char *end = NULL;
    double size = digits > 0 ? strtod(text, &end) : 0.0;
    if (end != text + digits || strlen(text) > digits + (unit != NULL)) return 0.0;
    for (const char *u = units; unit != NULL && u <= unit; u++)
        size *= 1000.0;
    return size;
}

static error_t parse_memory(struct argp_state *state, const char *text, int64_t *out)
{
    const bool is_none = strcmp(text, "none") == 0;
    const double bytes = read_size(text);
    if (is_none || (bytes >= SIZE_LEAST && bytes <= SIZE_MOST)) {
        *out = is_none ? AMBIT_MEMORY_BOUNDLESS : (int64_t)bytes;
        return 0;
    }
    argp_error(state,
               "--memory-limit: expected a size from 1M to 1000T, such as 500M or 4G, or none, "
               "found '%s'",
               text);
    return WRONG;
}

static error_t parse_path(struct argp_state *state, const char *name, const char *text,
                          const char **out)
{
    if (text[0] != '\0') {
        *out = text;
        return 0;
    }
    argp_error(state, "--%s: expected a file name, found ''", name);
    return WRONG;
}

/* Percentages that rise, with commas between; the last may be the word free. */
static error_t parse_budgets(struct argp_state *state, const char *text,
                             struct ambit_frontier_options *out)
{
    static const char what[] = "--budgets: expected percentages from 0 to 100 that rise, such as "
                               "0,1,2.5,free (at most %d), found '%s'";
    const char *at = text;
    out->count = 0;
    for (bool more = true; more;) {
        char *end = NULL;
        const bool is_free = strncmp(at, "free", 4) == 0;
        const bool is_digit = at[0] >= '0' && at[0] <= '9';
        const double percent =
            is_digit && at[strspn(at, "0123456789.")] != 'x' ? strtod(at, &end) : 0.0;
        const char *const rest = is_free ? at + 4 : end;
        const double part = is_free ? 1.0 : percent / 100.0;
        more = rest != NULL && *rest == ',';
        const bool rises = out->count == 0 || part > out->budget[out->count - 1];
        if (rest == NULL || (*rest != '\0' && !more) || (is_free && more) || !(part >= 0.0) ||
            part > 1.0 || !rises || out->count == AMBIT_FRONTIER_MAX) {
            argp_error(state, what, AMBIT_FRONTIER_MAX, text);
            return WRONG;
        }
        out->budget[out->count++] = part;
        at = rest + 1;
    }
    return 0;
}

/* One of two words; *second_out says whether it is the second. */
static error_t parse_word(struct argp_state *state, const char *name, const char *text,
                          const char *first, const char *second, bool *second_out)
{
    *second_out = strcmp(text, second) == 0;
    if (*second_out || strcmp(text, first) == 0) return 0;
    argp_error(state, "--%s: expected %s or %s, found '%s'", name, first, second, text);
    return WRONG;
}

static error_t parse_argument(const struct parse *parse, const char *text, struct argp_state *state)
{
    if (parse->command->argument_count == 0) {
        argp_error(state, "expected options alone, found '%s'", text);
        return WRONG;
    }
    if (state->arg_num >= (unsigned)parse->command->argument_count) {
        argp_error(state, "expected only %s, found also '%s'", parse->command->arguments, text);
        return WRONG;
    }
    if (text[0] == '\0') {
        argp_error(state, "expected %s, found ''", parse->command->arguments);
        return WRONG;
    }
    parse->options->argument[state->arg_num] = text;
    return 0;
}

static error_t parse_end(const struct parse *parse, struct argp_state *state)
{
    const int least = parse->command->argument_count - parse->command->optional_count;
    if (state->arg_num < (unsigned)least) {
        argp_error(state, "expected %s, found %s", parse->command->arguments,
                   state->arg_num == 0 ? "nothing" : "only one file");
        return WRONG;
    }
    if (parse->options->quiet && parse->options->verbose) {
        argp_error(state, "expected --quiet or --verbose, found both");
        return WRONG;
    }
    if (parse->options->run.seed_only && parse->options->run.resume) {
        argp_error(state, "expected --seed-only or --resume, found both");
        return WRONG;
    }
    return 0;
}

/* A row of numbers of territories. */
static error_t parse_row(int key, const char *text, struct ambit_headcount_options *row,
                         struct argp_state *state)
{
    const char *const name = key == AMBIT_KEY_FROM ? "from" : key == AMBIT_KEY_TO ? "to" : "step";
    int32_t *const out = key == AMBIT_KEY_FROM ? &row->from
                         : key == AMBIT_KEY_TO ? &row->to
                                               : &row->step;
    uint64_t whole = 0;
    if (key != AMBIT_KEY_FROM && key != AMBIT_KEY_TO && key != AMBIT_KEY_STEP)
        return ARGP_ERR_UNKNOWN;
    const error_t error = parse_whole(state, name, text, 1, AMBIT_TERRITORY_MAX, &whole);
    if (error == 0) *out = (int32_t)whole;
    return error;
}

/* The row is whole, and not too long. */
static error_t check_row(struct ambit_headcount_options *row, struct argp_state *state)
{
    if (row->from == 0 && row->to == 0 && row->step == 0) return 0;
    if (row->from == 0 || row->to == 0) {
        argp_error(state, "expected --from and --to together");
        return WRONG;
    }
    if (row->step == 0) row->step = 1;
    if (row->to < row->from) {
        argp_error(state, "--to: expected --from or more, which is %d, found %d", (int)row->from,
                   (int)row->to);
        return WRONG;
    }
    if ((row->to - row->from) / row->step < AMBIT_HEADCOUNT_MAX) return 0;
    argp_error(state, "--step: expected a step that makes at most %d numbers, found %d",
               AMBIT_HEADCOUNT_MAX, (int)row->step);
    return WRONG;
}

/* The size of a synthetic nation. */
static error_t parse_size(int key, const char *text, struct ambit_generate_options *generate,
                          struct argp_state *state)
{
    uint64_t whole = 0;
    error_t error = 0;
    switch (key) {
    case AMBIT_KEY_ACCOUNTS:
        error = parse_whole(state, "accounts", text, 1, AMBIT_GENERATE_ACCOUNTS_MAX, &whole);
        if (error == 0) generate->accounts = (int64_t)whole;
        return error;
    case AMBIT_KEY_TERRITORIES:
        error = parse_whole(state, "territories", text, 1, AMBIT_TERRITORY_MAX, &whole);
        if (error == 0) generate->territories = (int32_t)whole;
        return error;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The options that are numbers. `run` and `solve` have defaults of their own: only what is given
 * goes to both. */
static error_t parse_number(int key, const char *text, struct ambit_options *options,
                            struct argp_state *state)
{
    struct ambit_run_options *const run = &options->run;
    struct ambit_solve_options *const solve = &options->solve;
    uint64_t whole = 0;
    double seconds = 0.0;
    error_t error = 0;
    switch (key) {
    case AMBIT_KEY_SEED:
        error = parse_whole(state, "seed", text, 0, UINT64_MAX, &whole);
        if (error == 0) run->seed = solve->seed = whole;
        run->has_seed = true;
        return error;
    case AMBIT_KEY_EFFORT:
        error = parse_whole(state, "effort", text, 0, INT64_MAX, &whole);
        if (error == 0) run->effort = solve->effort = (int64_t)whole;
        return error;
    case AMBIT_KEY_THREADS:
        error = parse_whole(state, "threads", text, 1, THREADS_MAX, &whole);
        if (error == 0) run->threads = solve->threads = (int)whole;
        return error;
    case AMBIT_KEY_TIME_LIMIT:
        error = parse_seconds(state, "time-limit", text, &seconds);
        if (error == 0) run->time_limit = solve->time_limit = seconds;
        return error;
    case AMBIT_KEY_THRESHOLD:
        return parse_hours(state, "threshold", text, &run->hours_per_move);
    case AMBIT_KEY_SILENCE_LIMIT:
        return parse_silence(state, text, &options->silence_limit);
    case AMBIT_KEY_CHECKPOINT:
        return parse_checkpoint(state, text, run);
    case AMBIT_KEY_MEMORY_LIMIT:
        return parse_memory(state, text, &run->memory_limit);
    default:
        error = parse_size(key, text, &options->generate, state);
        return error == ARGP_ERR_UNKNOWN ? parse_row(key, text, &options->headcount, state) : error;
    }
}

/* The options of instances of the literature. */
static error_t parse_instance(int key, const char *text, struct ambit_options *options,
                              struct argp_state *state)
{
    struct ambit_solve_options *const solve = &options->solve;
    bool is_second = false;
    error_t error = 0;
    switch (key) {
    case AMBIT_KEY_PROBLEM:
        error = parse_word(state, "problem", text, "cpmp", "cccp", &is_second);
        solve->problem = is_second ? AMBIT_LOCATION_CCCP : AMBIT_LOCATION_CPMP;
        options->has_problem = true;
        return error;
    case AMBIT_KEY_DISTANCE:
        error = parse_word(state, "distance", text, "euclidean", "floor", &is_second);
        solve->distance = is_second ? AMBIT_DISTANCE_FLOOR : AMBIT_DISTANCE_EUCLIDEAN;
        options->has_distance = true;
        return error;
    case AMBIT_KEY_INSTANCE:
        return parse_path(state, "instance", text, &solve->instance_path);
    default:
        return parse_number(key, text, options, state);
    }
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    const struct parse *const parse = state->input;
    struct ambit_options *const options = parse->options;
    switch (key) {
    case AMBIT_KEY_OUTPUT:
        options->solve.solution_path = text;
        return parse_path(state, "output", text, &options->run.result_path);
    case AMBIT_KEY_ACCOUNTS_FILE:
        return parse_path(state, "accounts", text, &options->run.accounts_path);
    case AMBIT_KEY_PLAN:
        return parse_path(state, "plan", text, &options->run.plan_path);
    case AMBIT_KEY_TABLE:
        options->table = true;
        return 0;
    case AMBIT_KEY_BUDGETS:
        return parse_budgets(state, text, &options->frontier);
    case AMBIT_KEY_SCENARIO:
        return parse_path(state, "scenario", text, &options->scenario_path);
    case AMBIT_KEY_VARIANT:
        options->run.scenario_name = text;
        return 0;
    case AMBIT_KEY_CSV:
        return parse_path(state, "csv", text, &options->csv_path);
    case AMBIT_KEY_GEOJSON:
        return parse_path(state, "geojson", text, &options->geojson_path);
    case AMBIT_KEY_SVG:
        return parse_path(state, "svg", text, &options->svg_path);
    case AMBIT_KEY_HANDOVER:
        return parse_path(state, "handover", text, &options->handover_path);
    case AMBIT_KEY_COMM_STATS:
        return parse_path(state, "comm-stats", text, &options->comm_stats_path);
    case AMBIT_KEY_JSON:
        options->json = true;
        return 0;
    case AMBIT_KEY_SEED_ONLY:
        options->run.seed_only = true;
        return 0;
    case AMBIT_KEY_RESUME:
        options->run.resume = true;
        return 0;
    case AMBIT_KEY_SKIP_BAD_ROWS:
        options->run.skip_bad_rows = true;
        return 0;
    case AMBIT_KEY_QUIET:
        options->quiet = true;
        return 0;
    case AMBIT_KEY_VERBOSE:
        options->verbose = true;
        return 0;
    case AMBIT_KEY_HELP_SCENARIO:
        if (ambit_words_spoken(state)) ambit_scenario_print_help(stdout);
        return STOP;
    case ARGP_KEY_ARG:
        return parse_argument(parse, text, state);
    case ARGP_KEY_END:
        return check_row(&options->headcount, state) != 0 ? WRONG : parse_end(parse, state);
    default:
        return parse_instance(key, text, options, state);
    }
}

ambit_status ambit_options_parse(const struct ambit_command *command, bool speaks, int argc,
                                 char **argv, struct ambit_options *options_out, bool *stop_out)
{
    const struct argp_child children[] = {{&ambit_help_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
    const struct argp argp = {.options = command->options,
                              .parser = parse_option,
                              .args_doc = command->arguments,
                              .doc = command->manual,
                              .children = children,
                              .help_filter = filter_help};
    struct ambit_options options = {.silence_limit = SILENCE_DEFAULT};
    ambit_run_options_init(&options.run);
    options.frontier = (struct ambit_frontier_options){
        .count = 7, .budget = {0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 1.0}};
    ambit_solve_options_init(&options.solve);
    static char name[32]; /* outlives this call, as argv does */
    (void)snprintf(name, sizeof name, "ambit %s", command->name);
    argv[0] = name;
    struct parse parse = {command, &options};
    const ambit_status status = ambit_words_parse(&argp, 0, speaks, argc, argv, &parse, stop_out);
    *options_out = options;
    return status;
}
