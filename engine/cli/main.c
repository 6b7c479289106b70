/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ambit: finds the command, runs it, and prints the one message where it failed. Every rank walks
 * the same way and leaves with the same exit code.
 */
#include "engine/base/nearest.h"
#include "engine/base/stop.h"
#include "engine/base/traffic.h"
#include "engine/base/version.h"
#include "engine/cli/cli.h"
#include "engine/run/comm_stats.h"

#include <errno.h>
#include <string.h>

enum { KEY_VERSION = 'V' };

/* In the order of the alphabet, one a line. */
static const struct ambit_command *const commands[] = {
    &ambit_command_assign,     //
    &ambit_command_audit,      //
    &ambit_command_compare,    //
    &ambit_command_export,     //
    &ambit_command_farm,       //
    &ambit_command_frontier,   //
    &ambit_command_generate,   //
    &ambit_command_headcount,  //
    &ambit_command_moves,      //
    &ambit_command_nightly,    //
    &ambit_command_robustness, //
    &ambit_command_run,        //
    &ambit_command_scenarios,  //
    &ambit_command_solve,      //
    &ambit_command_verify,     //
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

/* The command that a mistyped word may mean, or NULL. */
static const struct ambit_command *nearest_command(const char *word)
{
    const struct ambit_command *nearest = NULL;
    int least = ambit_edit_tolerance(strlen(word)) + 1;
    for (int i = 0; i < COMMAND_COUNT; i++) {
        const char *const name = commands[i]->name;
        const int distance = ambit_edit_distance(word, strlen(word), name, strlen(name));
        if (distance < least) {
            least = distance;
            nearest = commands[i];
        }
    }
    return nearest;
}

static const struct ambit_command *find_command(const char *word)
{
    for (int i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(commands[i]->name, word) == 0) return commands[i];
    }
    return NULL;
}

/* The command line up to the command's name. */
struct words {
    const struct ambit_command *command;
    int at; /* where the name stands in argv */
};

static error_t parse_word(int key, char *text, struct argp_state *state)
{
    struct words *const words = state->input;
    const struct ambit_command *nearest = NULL;
    switch (key) {
    case KEY_VERSION:
        if (ambit_words_spoken(state)) puts("ambit " AMBIT_VERSION);
        return ECANCELED;
    case ARGP_KEY_ARG:
        words->command = find_command(text);
        words->at = state->next - 1;
        state->next = state->argc; /* the rest is the command's */
        if (words->command != NULL) return 0;
        nearest = nearest_command(text);
        if (nearest != NULL)
            argp_error(state, "unknown command '%s'; did you mean '%s'?", text, nearest->name);
        else
            argp_error(state, "unknown command '%s'", text);
        return EINVAL;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "expected a command, found nothing");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* `ambit --help` lists the commands as argp lists options. */
static ambit_status parse_words(bool speaks, int argc, char **argv, struct words *words_out,
                                bool *stop_out)
{
    struct argp_option options[COMMAND_COUNT + 3] = {
        {.name = "version", .key = KEY_VERSION, .doc = "Print the version", .group = -1},
        {.doc = "Commands:", .group = 1},
    };
    for (int i = 0; i < COMMAND_COUNT; i++) {
        options[i + 2] = (struct argp_option){.name = commands[i]->name,
                                              .flags = OPTION_DOC | OPTION_NO_USAGE,
                                              .doc = commands[i]->summary,
                                              .group = 1};
    }
    const struct argp_child children[] = {{&ambit_help_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
    const struct argp argp = {
        .options = options,
        .parser = parse_word,
        .args_doc = "COMMAND [WORD...]",
        .doc = "Draw sales territories for a whole nation: every account in one territory, "
               "workload and potential balanced, travel short, few customers moved."
               "\v"
               "`ambit COMMAND --help' describes a command. `mpirun -n N ambit COMMAND ...' shares "
               "the work among N ranks; the answer stays the same, byte for byte."
               "\n\n"
               "Exit status: 0 done; 1 the run failed; 2 the plan breaks a band, or there is none; "
               "64 wrong usage; 65 wrong scenario or data; 75 stopped by a signal, can be "
               "resumed.",
        .children = children,
    };
    static char name[] = "ambit"; /* not the path it was called by, which argp would print */
    argv[0] = name;
    return ambit_words_parse(&argp, ARGP_IN_ORDER, speaks, argc, argv, words_out, stop_out);
}

/* Whatever became of the command, as long as it did not fail. Collective. */
static ambit_status store_comm_stats(struct ambit_comm *comm, ambit_status status, const char *path)
{
    status = AMBIT_AGREE(comm, status);
    if (status != AMBIT_OK && status != AMBIT_ERR_INFEASIBLE) return status;
    const ambit_status stored = ambit_comm_stats_write(comm, path);
    return stored != AMBIT_OK ? stored : status;
}

static ambit_status run_command(struct ambit_comm *comm, int argc, char **argv)
{
    ambit_status status = AMBIT_OK;
    const bool speaks = ambit_comm_rank(comm) == 0;
    struct words words = {NULL, 0};
    struct ambit_options options;
    bool stop = false;
    AMBIT_TRY_TOGETHER(comm, parse_words(speaks, argc, argv, &words, &stop));
    if (stop) goto done;
    AMBIT_TRY_TOGETHER(comm, ambit_options_parse(words.command, speaks, argc - words.at,
                                                 argv + words.at, &options, &stop));
    if (stop) goto done;
    ambit_log_open(speaks, options.quiet     ? AMBIT_LOG_QUIET
                           : options.verbose ? AMBIT_LOG_VERBOSE
                                             : AMBIT_LOG_NORMAL);
    AMBIT_TRY(ambit_comm_watch(comm, options.silence_limit));
    if (options.comm_stats_path != NULL) ambit_traffic_keep();
    status = words.command->act(comm, &options);
    ambit_log_finish();
    if (options.comm_stats_path != NULL)
        status = store_comm_stats(comm, status, options.comm_stats_path);
done:
    return status;
}

/* A full disk shows when the last buffered line is written. */
static ambit_status flush_output(ambit_status status)
{
    errno = 0;
    if (fflush(stdout) == 0 && ferror(stdout) == 0) return status;
    const ambit_status failed =
        ambit_fail(AMBIT_ERR_IO, "cannot write standard output: %s", strerror(errno));
    return status == AMBIT_OK ? failed : status;
}

int main(int argc, char **argv)
{
    struct ambit_comm *comm = NULL;
    bool speaks = true;
    ambit_status status = ambit_comm_start(&argc, &argv, &comm);
    ambit_stop_tell_lost_input(); /* MPI has words of its own for it */
    if (status == AMBIT_OK) {
        speaks = ambit_comm_rank(comm) == 0;
        status = AMBIT_AGREE(comm, flush_output(run_command(comm, argc, argv)));
    }
    const char *const message = ambit_error_message();
    if (status != AMBIT_OK && speaks && message[0] != '\0') fprintf(stderr, "ambit: %s\n", message);
    ambit_comm_destroy(&comm);
    return ambit_status_exit_code(status);
}
