/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who may use which core is asked of the kernel, since launchers tie ranks to cores: mpirun ties
 * each of up to two ranks to one core of its own, where it would leave the rest of the host idle.
 * A core that several ranks may use counts to each of them by its share.
 *
 * Weakness: a quota of processor time that a container has is not seen, only its set of cores.
 */
#include "engine/run/threads.h"
#include "engine/base/log.h"

#include <omp.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

enum { CORES_MAX = CPU_SETSIZE, ADVICE_BYTES = 512 };

int ambit_threads_fair(const unsigned char *mine, const int64_t *sharing, int core_count)
{
    double share = 0.0;
    for (int c = 0; c < core_count; c++) {
        if (mine[c] != 0 && sharing[c] > 0) share += 1.0 / (double)sharing[c];
    }
    const int threads = (int)(share + 1e-6); /* thirds that add up to just less than 1 */
    return threads < 1 ? 1 : threads;
}

void ambit_threads_advise(const struct ambit_thread_shares *shares, char *text_out, size_t bytes)
{
    text_out[0] = '\0';
    if (shares->own_threads > shares->own_cores && shares->own_cores < shares->host_cores)
        (void)snprintf(text_out, bytes,
                       "a rank with %d threads is tied to %d of %d cores; start with mpirun "
                       "--bind-to none, or with --threads %d",
                       shares->own_threads, shares->own_cores, shares->host_cores,
                       shares->own_cores);
    else if (shares->ranks > shares->cores)
        (void)snprintf(text_out, bytes,
                       "%d ranks share %d %s and wait for each other; the plan is the same with "
                       "fewer, and sooner there: mpirun -n %d here, or more machines",
                       shares->ranks, shares->cores, shares->cores == 1 ? "core" : "cores",
                       shares->cores);
    else if (shares->threads > shares->cores)
        (void)snprintf(text_out, bytes,
                       "%d %s with %d threads in all share %d %s; the plan is the same with fewer, "
                       "and sooner there: --threads %d, or no --threads",
                       shares->ranks, shares->ranks == 1 ? "rank" : "ranks", shares->threads,
                       shares->cores, shares->cores == 1 ? "core" : "cores",
                       shares->cores / shares->ranks);
}

/* The cores that this rank may use, and how many ranks of this host may use each. Returns how many
 * the first are. Collective. */
static int share_cores(struct ambit_comm *comm, unsigned char *mine_out, int64_t *sharing_out)
{
    cpu_set_t set;
    int own = 0;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        for (size_t c = 0; c < (size_t)omp_get_num_procs() && c < CORES_MAX; c++)
            CPU_SET(c, &set);
    }
    for (size_t c = 0; c < CORES_MAX; c++) {
        mine_out[c] = CPU_ISSET(c, &set) != 0;
        sharing_out[c] = mine_out[c];
        own += mine_out[c];
    }
    ambit_comm_host_sum_i64(comm, sharing_out, CORES_MAX);
    return own;
}

/* The advice of the lowest rank that has one, said by rank 0. Collective. */
static void advise(struct ambit_comm *comm, const struct ambit_thread_shares *shares)
{
    char text[ADVICE_BYTES], host[65] = "";
    ambit_threads_advise(shares, text, sizeof text);
    int64_t speaker = text[0] != '\0' ? ambit_comm_rank(comm) : ambit_comm_size(comm);
    ambit_comm_min_i64(comm, &speaker, 1);
    if (speaker == ambit_comm_size(comm)) return;
    (void)gethostname(host, sizeof host - 1);
    ambit_comm_broadcast(comm, text, sizeof text, (int)speaker);
    ambit_comm_broadcast(comm, host, sizeof host, (int)speaker);
    ambit_log_advice("on %s %s", host, text);
}

int ambit_threads_set(struct ambit_comm *comm, int asked)
{
    unsigned char mine[CORES_MAX];
    int64_t sharing[CORES_MAX], totals[2];
    struct ambit_thread_shares shares = {.own_cores = share_cores(comm, mine, sharing)};
    shares.own_threads = asked > 0 ? asked : ambit_threads_fair(mine, sharing, CORES_MAX);
    for (int c = 0; c < CORES_MAX; c++)
        shares.cores += sharing[c] > 0;
    shares.host_cores = (int)sysconf(_SC_NPROCESSORS_ONLN);
    totals[0] = 1;
    totals[1] = shares.own_threads;
    ambit_comm_host_sum_i64(comm, totals, 2);
    shares.ranks = (int)totals[0];
    shares.threads = (int)totals[1];
    omp_set_dynamic(0);
    omp_set_num_threads(shares.own_threads);
    advise(comm, &shares);
    return shares.own_threads;
}
