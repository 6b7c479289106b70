/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The one file that calls MPI. Its calls are few: an allreduce, a broadcast, and a
 * pairwise exchange from which the gathers and the all-to-all are built, each in parts small enough
 * for MPI's int counts. A ring costs ranks − 1 steps where a tree would cost log(ranks); what is
 * sent here is large and rare, and the ring moves each byte once.
 *
 * Each call tells traffic.c what it does, for the counts and for the watchdog that ends a job whose
 * peers are gone.
 *
 * One rank alone never calls MPI, so that serial tests and small jobs need no launcher.
 */
#include "engine/base/comm.h"
#include "engine/base/memory.h"
#include "engine/base/traffic.h"
#include "engine/base/watchdog.h"

#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#define PART_BYTES_MAX (INT64_C(1) << 30)
#define PLACE_BYTES 256

struct ambit_comm {
    MPI_Comm world; /* our own duplicate; MPI_COMM_NULL where alone */
    MPI_Comm host;  /* the ranks of world on this host; MPI_COMM_NULL where alone */
    int rank, size;
    int64_t part_bytes;
    bool started_mpi;
    bool is_part;                    /* of another one */
    struct ambit_watchdog *watchdog; /* owned; NULL where nothing is watched */
};

/* MPI_Abort() hangs where the link to the launcher is gone: what it cannot end, ends by itself. */
static void abort_all_ranks(void)
{
    ambit_watchdog_bound_end();
    (void)MPI_Abort(MPI_COMM_WORLD, 1);
}

/* An MPI that fails cannot be trusted to bring the ranks together: end the job, with its words. */
static void check(int code, const char *call)
{
    if (code == MPI_SUCCESS) return;
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0, rank = -1;
    (void)MPI_Error_string(code, text, &length);
    (void)MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    (void)fprintf(stderr, "ambit: rank %d: %s failed: %s\n", rank, call, text);
    (void)fflush(stderr);
    abort_all_ranks();
}

/* True where a launcher has started this process as one of several: the variables of Open MPI, of
 * PMIx and PMI (other launchers), and of an srun step. */
static bool is_launched(void)
{
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK",
                                        "PMI_SIZE"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (getenv(names[i]) != NULL) return true;
    }
    const char *const tasks = getenv("SLURM_STEP_NUM_TASKS");
    return tasks != NULL && strcmp(tasks, "1") != 0;
}

ambit_status ambit_comm_create_alone(struct ambit_comm **comm_out)
{
    const ambit_status status = ambit_alloc(comm_out, 1, sizeof **comm_out);
    if (status != AMBIT_OK) return status;
    (*comm_out)->world = (*comm_out)->host = MPI_COMM_NULL;
    (*comm_out)->size = 1;
    (*comm_out)->part_bytes = PART_BYTES_MAX;
    return AMBIT_OK;
}

ambit_status ambit_comm_start(int *argc, char ***argv, struct ambit_comm **comm_out)
{
    if (!is_launched()) return ambit_comm_create_alone(comm_out);

    int provided, rank, size;
    MPI_Comm world, host;
    check(MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
    check(MPI_Comm_dup(MPI_COMM_WORLD, &world), "MPI_Comm_dup");
    check(MPI_Comm_set_errhandler(world, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    check(MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &host),
          "MPI_Comm_split_type");
    check(MPI_Comm_rank(world, &rank), "MPI_Comm_rank");
    check(MPI_Comm_size(world, &size), "MPI_Comm_size");
    ambit_require_set_abort(rank, abort_all_ranks);
    AMBIT_REQUIRE(provided >= MPI_THREAD_FUNNELED);

    struct ambit_comm *comm = NULL;
    struct ambit_comm here = {world, host, rank, size, PART_BYTES_MAX, true, false, NULL};
    const ambit_status status = AMBIT_AGREE(&here, ambit_alloc(&comm, 1, sizeof *comm));
    if (status == AMBIT_OK) {
        *comm = here;
    } else {
        ambit_free(&comm);
        if (rank != 0) ambit_error_clear(); /* without a comm every rank would speak */
        check(MPI_Comm_free(&host), "MPI_Comm_free");
        check(MPI_Comm_free(&world), "MPI_Comm_free");
        check(MPI_Finalize(), "MPI_Finalize");
        ambit_require_set_abort(rank, NULL);
    }
    *comm_out = comm;
    return status;
}

/* Rank 0's answer to all: where to send, and the hosts' names, which only it needs. Collective. */
static ambit_status make_watchdog(struct ambit_comm *comm, double limit_seconds)
{
    ambit_status status = AMBIT_OK;
    struct ambit_watchdog_contact contact = {0};
    struct ambit_watchdog *watchdog = NULL;
    char mine[AMBIT_WATCHDOG_HOST] = "", *hosts = NULL;
    int64_t count = 0;
    (void)gethostname(mine, sizeof mine - 1);
    AMBIT_TRY_TOGETHER(
        comm, ambit_watchdog_create(comm->rank, comm->size, limit_seconds, &contact, &watchdog));
    ambit_comm_broadcast(comm, &contact, sizeof contact, 0);
    AMBIT_TRY(ambit_comm_gather(comm, mine, 1, sizeof mine, &hosts, &count));
    ambit_watchdog_begin(watchdog, &contact, hosts, abort_all_ranks);
    comm->watchdog = watchdog;
    watchdog = NULL;
done:
    ambit_watchdog_destroy(&watchdog);
    return status;
}

ambit_status ambit_comm_watch(struct ambit_comm *comm, double limit_seconds)
{
    AMBIT_REQUIRE(comm->watchdog == NULL);
    if (comm->size == 1 || limit_seconds <= 0.0) return AMBIT_OK;
    return make_watchdog(comm, limit_seconds);
}

ambit_status ambit_comm_divide(struct ambit_comm *comm, int group, struct ambit_comm **part_out)
{
    ambit_status status = AMBIT_OK;
    *part_out = NULL;
    AMBIT_TRY_TOGETHER(comm, ambit_comm_create_alone(part_out));
    if (comm->size == 1) goto done;
    struct ambit_comm *const part = *part_out;
    ambit_traffic_enter("divide");
    check(MPI_Comm_split(comm->world, group, comm->rank, &part->world), "MPI_Comm_split");
    check(MPI_Comm_set_errhandler(part->world, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    check(MPI_Comm_split_type(part->world, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &part->host),
          "MPI_Comm_split_type");
    check(MPI_Comm_rank(part->world, &part->rank), "MPI_Comm_rank");
    check(MPI_Comm_size(part->world, &part->size), "MPI_Comm_size");
    part->part_bytes = comm->part_bytes;
    part->is_part = true;
    ambit_traffic_leave();
done:
    if (status != AMBIT_OK) ambit_comm_destroy(part_out);
    return status;
}

void ambit_comm_destroy(struct ambit_comm **comm)
{
    if (*comm != NULL && (*comm)->is_part) {
        check(MPI_Comm_free(&(*comm)->host), "MPI_Comm_free");
        check(MPI_Comm_free(&(*comm)->world), "MPI_Comm_free");
    }
    if (*comm != NULL && (*comm)->started_mpi) {
        /* A peer that is lost now would make the farewell hang: it is watched as well. */
        ambit_traffic_enter("farewell");
        check(MPI_Comm_free(&(*comm)->host), "MPI_Comm_free");
        check(MPI_Comm_free(&(*comm)->world), "MPI_Comm_free");
        check(MPI_Finalize(), "MPI_Finalize");
        ambit_traffic_leave();
        ambit_require_set_abort((*comm)->rank, NULL);
        ambit_watchdog_destroy(&(*comm)->watchdog);
    }
    ambit_free(comm);
}

int ambit_comm_rank(const struct ambit_comm *comm)
{
    return comm->rank;
}

int ambit_comm_size(const struct ambit_comm *comm)
{
    return comm->size;
}

double ambit_comm_seconds(void)
{
    return ambit_traffic_seconds();
}

void ambit_comm_set_part_bytes(struct ambit_comm *comm, int64_t bytes)
{
    AMBIT_REQUIRE(bytes >= 8 && bytes <= PART_BYTES_MAX);
    comm->part_bytes = bytes;
}

/* Ranks that agree at different lines have taken different ways: the next collective would hang or
 * mix up data. The lowest rank that is not where rank 0 is names both places and ends the job;
 * the others wait for that end. Collective. */
static void abort_diverged(struct ambit_comm *comm, const char *file, int line)
{
    char mine[PLACE_BYTES], first[PLACE_BYTES];
    (void)snprintf(mine, sizeof mine, "%s:%d", file, line);
    memcpy(first, mine, sizeof first);
    ambit_comm_broadcast(comm, first, sizeof first, 0);
    int64_t other = strcmp(mine, first) != 0 ? comm->rank : comm->size;
    ambit_comm_min_i64(comm, &other, 1);
    if (comm->rank == other) {
        (void)fprintf(stderr,
                      "ambit: ranks have parted: rank 0 is at %s, rank %d at %s\n"
                      "ambit: this is a fault in Ambit, not in your data; please report it\n",
                      first, comm->rank, mine);
        (void)fflush(stderr);
        abort_all_ranks();
    }
    check(MPI_Barrier(comm->world), "MPI_Barrier");
}

static ambit_status agree(struct ambit_comm *comm, ambit_status mine, const char *file, int line)
{
    /* The largest key is the worst status, of the lowest rank that has it. The largest and the
     * smallest site are the same where all ranks stand at the same line. */
    const int64_t site = (int64_t)(XXH3_64bits_withSeed(file, strlen(file), (uint64_t)line) >> 1);
    int64_t worst[3] = {((int64_t)mine << 32) | (INT32_MAX - comm->rank), site, -site};
    ambit_comm_max_i64(comm, worst, 3);
    if (worst[1] != -worst[2]) abort_diverged(comm, file, line);

    const ambit_status status = (ambit_status)(worst[0] >> 32);
    if (status == AMBIT_OK) return AMBIT_OK;
    char message[AMBIT_MESSAGE_MAX];
    (void)snprintf(message, sizeof message, "%s", ambit_error_message());
    ambit_comm_broadcast(comm, message, sizeof message,
                         INT32_MAX - (int)(worst[0] & INT64_C(0xFFFFFFFF)));
    ambit_error_clear();
    return ambit_fail(status, "%s", message);
}

ambit_status ambit_comm_agree(struct ambit_comm *comm, ambit_status mine, const char *file,
                              int line)
{
    if (comm->size == 1) return mine;
    ambit_traffic_agree(file, line);
    ambit_traffic_enter("agreement");
    const ambit_status status = agree(comm, mine, file, line);
    ambit_traffic_leave();
    return status;
}

/* Messages of a tree over all ranks, from the root or to each. */
static int64_t doublings(const struct ambit_comm *comm)
{
    int64_t steps = 0;
    while ((INT64_C(1) << steps) < comm->size)
        steps++;
    return steps;
}

/* A call of `bytes` that takes log2 P messages of that size. */
static void count_tree(const struct ambit_comm *comm, enum ambit_traffic_kind kind, int64_t bytes)
{
    const int64_t steps = doublings(comm);
    ambit_traffic_count(kind, bytes, steps, steps * bytes, steps * bytes);
}

static void count_reduce(const struct ambit_comm *comm, int64_t bytes)
{
    if (bytes <= AMBIT_TRAFFIC_SHORT_BYTES) {
        count_tree(comm, AMBIT_TRAFFIC_REDUCE, bytes);
        return;
    }
    const int64_t sent = bytes / comm->size * 2 * ((int64_t)comm->size - 1);
    ambit_traffic_count(AMBIT_TRAFFIC_REDUCE_LONG, bytes, 2 * doublings(comm), sent, sent);
}

/* In parts, because a count is an int. */
static void reduce(struct ambit_comm *comm, void *values, int64_t count, int64_t item_bytes,
                   MPI_Datatype type, MPI_Op op)
{
    if (comm->size == 1) return;
    const int64_t part = comm->part_bytes / item_bytes;
    ambit_traffic_enter("sum or extreme");
    for (int64_t first = 0; first < count; first += part) {
        const int64_t some = count - first < part ? count - first : part;
        check(MPI_Allreduce(MPI_IN_PLACE, (char *)values + first * item_bytes, (int)some, type, op,
                            comm->world),
              "MPI_Allreduce");
        count_reduce(comm, some * item_bytes);
    }
    ambit_traffic_leave();
}

void ambit_comm_sum_i64(struct ambit_comm *comm, int64_t *values, int64_t count)
{
    /* Sums are taken of unsigned words: they wrap where signed ones would be undefined. */
    reduce(comm, values, count, sizeof *values, MPI_UINT64_T, MPI_SUM);
}

void ambit_comm_max_i64(struct ambit_comm *comm, int64_t *values, int64_t count)
{
    reduce(comm, values, count, sizeof *values, MPI_INT64_T, MPI_MAX);
}

void ambit_comm_min_i64(struct ambit_comm *comm, int64_t *values, int64_t count)
{
    reduce(comm, values, count, sizeof *values, MPI_INT64_T, MPI_MIN);
}

void ambit_comm_or_u8(struct ambit_comm *comm, uint8_t *values, int64_t count)
{
    reduce(comm, values, count, sizeof *values, MPI_UINT8_T, MPI_BOR);
}

void ambit_comm_host_sum_i64(struct ambit_comm *comm, int64_t *values, int count)
{
    if (comm->size == 1) return;
    ambit_traffic_enter("sum on a host");
    check(MPI_Allreduce(MPI_IN_PLACE, values, count, MPI_INT64_T, MPI_SUM, comm->host),
          "MPI_Allreduce");
    ambit_traffic_leave();
}

int64_t ambit_comm_sum_below_i64(struct ambit_comm *comm, int64_t value)
{
    uint64_t below = 0;
    const uint64_t mine = (uint64_t)value;
    if (comm->size == 1) return 0;
    ambit_traffic_enter("sum below");
    check(MPI_Exscan(&mine, &below, 1, MPI_UINT64_T, MPI_SUM, comm->world), "MPI_Exscan");
    count_tree(comm, AMBIT_TRAFFIC_SCAN, sizeof mine);
    ambit_traffic_leave();
    return comm->rank == 0 ? 0 : (int64_t)below; /* MPI leaves rank 0's result undefined */
}

void ambit_comm_broadcast(struct ambit_comm *comm, void *data, int64_t bytes, int root)
{
    if (comm->size == 1) return;
    ambit_traffic_enter("broadcast");
    for (int64_t first = 0; first < bytes; first += comm->part_bytes) {
        const int64_t left = bytes - first;
        const int64_t some = left < comm->part_bytes ? left : comm->part_bytes;
        check(MPI_Bcast((char *)data + first, (int)some, MPI_BYTE, root, comm->world), "MPI_Bcast");
        count_tree(comm, AMBIT_TRAFFIC_BROADCAST, some);
    }
    ambit_traffic_leave();
}

/* Sends `out_bytes` to rank `to` while `in_bytes` come from rank `from`, which must do its half at
 * the same time. Either side may have more parts than the other; a side that is done passes.
 * Returns how many messages were sent. */
static int64_t swap(struct ambit_comm *comm, const char *out, int64_t out_bytes, int to, char *in,
                    int64_t in_bytes, int from)
{
    int64_t sent = 0;
    const int64_t part = comm->part_bytes;
    for (int64_t first = 0; first < out_bytes || first < in_bytes; first += part) {
        const bool sends = first < out_bytes, receives = first < in_bytes;
        const int64_t out_some = sends && out_bytes - first < part ? out_bytes - first : part;
        const int64_t in_some = receives && in_bytes - first < part ? in_bytes - first : part;
        check(MPI_Sendrecv(sends ? out + first : NULL, sends ? (int)out_some : 0, MPI_BYTE,
                           sends ? to : MPI_PROC_NULL, 0, receives ? in + first : NULL,
                           receives ? (int)in_some : 0, MPI_BYTE, receives ? from : MPI_PROC_NULL,
                           0, comm->world, MPI_STATUS_IGNORE),
              "MPI_Sendrecv");
        sent += sends;
        ambit_traffic_step();
    }
    return sent;
}

/* Copies, where memcpy may not be called with a NULL that stands for nothing. */
static void copy(char *to, const void *from, int64_t bytes)
{
    if (bytes > 0) memcpy(to, from, (size_t)bytes);
}

/* Item `index` of a block, which is NULL where it holds nothing. */
static char *item_at(char *block, int64_t index, int64_t item_bytes)
{
    return block == NULL ? NULL : block + index * item_bytes;
}

static const char *item_at_const(const void *block, int64_t index, int64_t item_bytes)
{
    return block == NULL ? NULL : (const char *)block + index * item_bytes;
}

static void put_pointer(void *place, const char *pointer)
{
    memcpy(place, &pointer, sizeof pointer);
}

/* What both gathers and the exchange begin with: begins_out[r], items before those of rank r,
 * for ranks + 1, and a block for all of them where `keeps`. Collective. */
static ambit_status make_room(struct ambit_comm *comm, const int64_t *counts, int64_t item_bytes,
                              bool keeps, int64_t *begins_out, char **room_out)
{
    begins_out[0] = 0;
    for (int r = 0; r < comm->size; r++)
        begins_out[r + 1] = begins_out[r] + counts[r];
    const int64_t items = keeps ? begins_out[comm->size] : 0;
    return AMBIT_AGREE(comm, ambit_alloc(room_out, (size_t)items, (size_t)item_bytes));
}

/* Sends what the gathers are about; `all` is NULL where nothing comes. */
static void gather_bytes(struct ambit_comm *comm, const void *mine, int64_t item_bytes,
                         const int64_t *counts, const int64_t *begins, bool to_all, char *all)
{
    const int rank = comm->rank, size = comm->size;
    const int64_t own = counts[rank] * item_bytes;
    if (to_all || rank == 0) copy(item_at(all, begins[rank], item_bytes), mine, own);
    int64_t messages = 0, sent = 0, received = 0;
    if (to_all) {
        /* Round the ring: each step passes on what came in the step before. */
        for (int step = 0; step < size - 1; step++) {
            const int out = (rank - step + size) % size, in = (rank - step - 1 + size) % size;
            messages += swap(comm, item_at(all, begins[out], item_bytes), counts[out] * item_bytes,
                             (rank + 1) % size, item_at(all, begins[in], item_bytes),
                             counts[in] * item_bytes, (rank - 1 + size) % size);
            sent += counts[out] * item_bytes;
            received += counts[in] * item_bytes;
        }
    } else if (rank == 0) {
        for (int r = 1; r < size; r++)
            (void)swap(comm, NULL, 0, r, item_at(all, begins[r], item_bytes),
                       counts[r] * item_bytes, r);
        received = (begins[size] - counts[0]) * item_bytes;
    } else {
        messages = swap(comm, mine, own, 0, NULL, 0, 0);
        sent = own;
    }
    if (size > 1)
        ambit_traffic_count(to_all ? AMBIT_TRAFFIC_ALL_GATHER : AMBIT_TRAFFIC_GATHER, own, messages,
                            sent, received);
}

/* Both gathers: to every rank, or to rank 0 only. */
static ambit_status gather(struct ambit_comm *comm, const void *mine, int64_t count,
                           int64_t item_bytes, bool to_all, void *all_out, int64_t *all_count_out)
{
    ambit_status status = AMBIT_OK;
    const int rank = comm->rank, size = comm->size;
    int64_t *counts = NULL;
    char *all = NULL;
    *all_count_out = 0;
    ambit_traffic_enter(to_all ? "gather to all" : "gather");
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&counts, 2 * (size_t)size + 1, sizeof *counts));
    int64_t *const begins = counts + size;
    counts[rank] = count;
    ambit_comm_sum_i64(comm, counts, size);
    AMBIT_TRY(make_room(comm, counts, item_bytes, to_all || rank == 0, begins, &all));
    gather_bytes(comm, mine, item_bytes, counts, begins, to_all, all);
    *all_count_out = to_all || rank == 0 ? begins[size] : 0;
done:
    ambit_traffic_leave();
    if (status != AMBIT_OK) ambit_free(&all);
    put_pointer(all_out, all);
    ambit_free(&counts);
    return status;
}

ambit_status ambit_comm_all_gather(struct ambit_comm *comm, const void *mine, int64_t count,
                                   int64_t item_bytes, void *all_out, int64_t *all_count_out)
{
    return gather(comm, mine, count, item_bytes, true, all_out, all_count_out);
}

ambit_status ambit_comm_gather(struct ambit_comm *comm, const void *mine, int64_t count,
                               int64_t item_bytes, void *all_out, int64_t *all_count_out)
{
    return gather(comm, mine, count, item_bytes, false, all_out, all_count_out);
}

ambit_status ambit_comm_exchange(struct ambit_comm *comm, const void *mine, const int64_t *counts,
                                 int64_t item_bytes, void *all_out, int64_t *all_count_out,
                                 int64_t *received_out)
{
    ambit_status status = AMBIT_OK;
    const int rank = comm->rank, size = comm->size;
    int64_t *received = NULL;
    char *all = NULL;
    int64_t messages = 0;
    *all_count_out = 0;
    ambit_traffic_enter("exchange");
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&received, 3 * (size_t)size + 2, sizeof *received));
    int64_t *const begins = received + size, *const sent_begins = begins + size + 1;
    received[rank] = counts[rank];
    for (int r = 0; r < size; r++)
        sent_begins[r + 1] = sent_begins[r] + counts[r];
    if (size > 1) {
        const int64_t word = sizeof *received, sent = (size - 1) * word;
        check(MPI_Alltoall(counts, 1, MPI_INT64_T, received, 1, MPI_INT64_T, comm->world),
              "MPI_Alltoall");
        ambit_traffic_count(AMBIT_TRAFFIC_COUNTS, word, size - 1, sent, sent);
    }
    AMBIT_TRY(make_room(comm, received, item_bytes, true, begins, &all));

    copy(item_at(all, begins[rank], item_bytes), item_at_const(mine, sent_begins[rank], item_bytes),
         counts[rank] * item_bytes);
    for (int step = 1; step < size; step++) {
        const int to = (rank + step) % size, from = (rank - step + size) % size;
        messages +=
            swap(comm, item_at_const(mine, sent_begins[to], item_bytes), counts[to] * item_bytes,
                 to, item_at(all, begins[from], item_bytes), received[from] * item_bytes, from);
    }
    if (size > 1) {
        const int64_t own = counts[rank], out = (sent_begins[size] - own) * item_bytes;
        ambit_traffic_count(AMBIT_TRAFFIC_EXCHANGE, sent_begins[size] * item_bytes, messages, out,
                            (begins[size] - own) * item_bytes);
    }
    *all_count_out = begins[size];
    if (received_out != NULL) memcpy(received_out, received, (size_t)size * sizeof *received);
done:
    ambit_traffic_leave();
    if (status != AMBIT_OK) ambit_free(&all);
    put_pointer(all_out, all);
    ambit_free(&received);
    return status;
}

void ambit_comm_split(int64_t total, int parts, int index, int64_t *begin_out, int64_t *end_out)
{
    /* The first total % parts parts have one more; no product that could overflow. */
    const int64_t share = total / parts, rest = total % parts;
    *begin_out = share * index + (index < rest ? index : rest);
    *end_out = *begin_out + share + (index < rest ? 1 : 0);
}
