/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The need of a rank is foreseen phase by phase as a sum of parts that each grow with one size, and
 * the largest counts. Weakness: how much the search for a plan takes depends on the nation as well,
 * so the foreseen lies above what most take; `ambit run --verbose` says it, and the summary says
 * what it was.
 */
#include "engine/run/memory_need.h"
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/base/memory_room.h"
#include "io/report_text.h"

#include <stdio.h>
#include <unistd.h>

/* Bytes of a phase beside the record of each account, by what they grow with. Those of the plan and
 * its rounds were set, for lists of as many candidates as there may be, to lie above the peaks that
 * `ambit run --verbose --json` tells, less what it has before reading, of `ambit generate --seed 1`
 * nations of 20,000 accounts in 40 and 400 territories, 100,000 in 20 and 500, and 300,000 in 100,
 * on one rank of one thread, and of 1,000,000 in 1,000 with two. tests/cli_memory.sh fails where
 * they no longer fit. */
static const struct phase {
    double of_slice;     /* for each account of the rank's own slice */
    double of_nation;    /* for each account of all ranks */
    double of_territory; /* for each territory */
    double of_thread;    /* for each thread */
    double fixed;
} phases[] = {
    {.of_slice = 48.0, .fixed = 10e6},                    /* reading, where ids meet */
    {.of_slice = 48.0, .of_nation = 48.0, .fixed = 10e6}, /* places of all, and a tree of them */
    {.of_slice = 140.0, .of_territory = 5e3, .of_thread = 4e6, .fixed = 10e6}, /* longest lists */
    {.of_slice = 60.0, .of_territory = 5e4, .of_thread = 4e6, .fixed = 10e6}, /* rounds of groups */
};

/* For each account of the nation while its neighbours are found: positions, ten nearest and six
 * neighbours of each, the rows of the graph, keys and lists. */
#define GRAPH_BYTES 200.0

int64_t ambit_memory_need(const struct ambit_memory_shape *shape)
{
    const double nation = (double)shape->accounts, slice = nation / shape->ranks;
    /* Two places, six figures of its own, the columns, a figure for each rule that is no column,
     * and a price and tags where leaving has one. */
    const double record = (double)shape->id_bytes + 72.0 + 8.0 * (shape->columns + shape->rules) +
                          4.0 * shape->categories + (shape->detailed ? 12.0 : 0.0);
    /* Where accounts stay together: the names of groups, and at most as many units beside them. */
    const double united = shape->together ? 2.0 * (double)shape->id_bytes + record : 0.0;
    const double along = shape->together ? 24.0 : 0.0; /* for each account of all ranks */
    double most = 0.0;
    for (size_t p = 0; p < sizeof phases / sizeof phases[0]; p++) {
        const struct phase *const phase = &phases[p];
        const double bytes = slice * (record + united + phase->of_slice) +
                             nation * (phase->of_nation + along) +
                             shape->territories * phase->of_territory +
                             shape->threads * phase->of_thread + phase->fixed;
        if (bytes > most) most = bytes;
    }
    const double graph = slice * record + nation * GRAPH_BYTES + 10e6;
    if (shape->holds_graph && graph > most) most = graph;
    return (int64_t)most;
}

/* Of one host, or of one rank. */
struct need {
    int ranks;
    int64_t has, more; /* resident now; to be taken yet */
};

/* `room`: what could be had beside what is resident. */
static ambit_status refuse(const struct ambit_job *job, int64_t accounts, const struct need *need,
                           int64_t room, const char *words)
{
    char host[65] = "", wanted[AMBIT_TEXT_MAX], there[AMBIT_TEXT_MAX], count[AMBIT_TEXT_MAX];
    char territories[AMBIT_TEXT_MAX], ranks[64] = "";
    const int all = ambit_comm_size(job->comm);
    (void)gethostname(host, sizeof host - 1);
    ambit_text_bytes(need->has + need->more, wanted);
    ambit_text_bytes(room > -need->has ? need->has + room : 0, there);
    ambit_text_number((double)accounts, 0, count);
    ambit_text_number(job->territories.count, 0, territories);
    if (all > 1) (void)snprintf(ranks, sizeof ranks, " for %d of %d ranks", need->ranks, all);
    return ambit_fail(AMBIT_ERR_MEMORY,
                      "not enough memory on %s: %s accounts in %s territories take about %s "
                      "there%s, found %s (%s); use more machines%s, or --memory-limit none to try "
                      "it all the same",
                      host, count, territories, wanted, ranks, there, words,
                      need->ranks > 1 ? ", fewer ranks on each" : "");
}

/* Against what the user allows, or else the system does. */
static ambit_status compare(const struct ambit_job *job, int64_t accounts, const struct need *host,
                            const struct need *own)
{
    const int64_t limit = job->options.memory_limit;
    struct ambit_memory_room room;
    if (limit > 0)
        return host->has + host->more <= limit
                   ? AMBIT_OK
                   : refuse(job, accounts, host, limit - host->has, "--memory-limit");
    ambit_memory_room_look("", &room);
    if (host->more > room.shared.bytes)
        return refuse(job, accounts, host, room.shared.bytes, room.shared.words);
    if (own->more > room.own.bytes)
        return refuse(job, accounts, own, room.own.bytes, room.own.words);
    return AMBIT_OK;
}

static void note(struct ambit_job *job, const struct need *own)
{
    char has[AMBIT_TEXT_MAX], most[AMBIT_TEXT_MAX];
    int64_t bytes = own->has + own->more;
    ambit_comm_max_i64(job->comm, &bytes, 1);
    ambit_text_bytes(own->has, has);
    ambit_text_bytes(bytes, most);
    ambit_log_note("memory: %s now, %s foreseen at the peak of a rank", has, most);
}

ambit_status ambit_memory_check(struct ambit_job *job, int64_t accounts, int64_t id_bytes)
{
    /* Who may serve an account is a code as well. */
    const int codes = job->scenario.category_count + ambit_eligibility_is_used(&job->scenario);
    const struct ambit_memory_shape shape = {
        .accounts = accounts,
        .id_bytes = id_bytes,
        .columns = job->scenario.column_count,
        .categories = codes,
        .rules = ambit_problem_own_bases(&job->scenario),
        .together = job->scenario.together.column[0] != '\0',
        .detailed = ambit_disruption_is_detailed(&job->scenario.disruption),
        .territories = job->territories.count,
        .ranks = ambit_comm_size(job->comm),
        .threads = job->options.threads,
        .holds_graph = job->scenario.contiguity.wanted != AMBIT_CONTIGUITY_FREE &&
                       ambit_comm_rank(job->comm) == 0};
    const int64_t more = ambit_memory_need(&shape) - ambit_memory_live_bytes();
    const struct need own = {1, ambit_memory_resident_bytes(), more > 0 ? more : 0};
    int64_t sums[3] = {own.ranks, own.has, own.more};
    if (job->options.memory_limit == AMBIT_MEMORY_BOUNDLESS) return AMBIT_OK;
    ambit_comm_host_sum_i64(job->comm, sums, 3);
    note(job, &own);
    const struct need host = {(int)sums[0], sums[1], sums[2]};
    return AMBIT_AGREE(job->comm, compare(job, accounts, &host, &own));
}
