/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Method: a star of UDP datagrams. Every rank sends its place to all addresses of rank 0 each tick,
 * a tenth of the limit, at most 5 s; rank 0 answers each with how long ago it last saw anybody
 * work. Sending to all addresses keeps no state about which of them works, and survives the loss of
 * one network of several. MPI cannot carry this: it is used from the main thread alone, which
 * waits inside it.
 *
 * Cost: 200 bytes a tick, rank and address; at 1,024 ranks and a limit of 10 minutes some 200
 * datagrams a second at rank 0. Time is counted in ticks of at most two periods each, so that a
 * process that was stopped and goes on does not take its own sleep for the silence of others.
 *
 * Weakness: a rank that computes for ever, or reads from a file server that is gone, is at work as
 * far as this can see. Ranks other than 0 know of each other only through rank 0.
 */
#include "engine/base/watchdog.h"
#include "engine/base/clock.h"
#include "engine/base/launcher.h"
#include "engine/base/memory.h"
#include "engine/base/traffic.h"

#include <ifaddrs.h>
#include <math.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

enum {
    ADDRESSES_MAX = sizeof((struct ambit_watchdog_contact *)NULL)->address /
                    sizeof((struct ambit_watchdog_contact *)NULL)->address[0],
    SHOWN_MAX = 8 /* ranks that the message lists */
};
#define PERIOD_MIN 0.1
#define PERIOD_MAX 5.0
#define NEVER (-1.0)

/* A datagram, either way. Hosts of one MPI job agree on the order of bytes. */
struct beat {
    uint64_t key;
    int32_t rank;
    int32_t ends; /* from rank 0: it has said that the job ends */
    double quiet; /* from rank 0: seconds since it last saw anybody work */
    struct ambit_place place;
};

/* What is known of a rank; times by the watchdog's own clock. */
struct seen {
    double heard;                 /* NEVER: not yet */
    struct sockaddr_storage from; /* where its beats come from; kept on rank 0 */
    struct ambit_place place;
};

struct ambit_watchdog {
    int rank, ranks;
    double limit, period, grace;
    double now;        /* seconds on the watchdog's clock */
    double worked;     /* when anybody was last seen at work */
    struct seen *seen; /* owned; by rank on rank 0, of rank 0 alone elsewhere */
    struct ambit_place mine;
    char *hosts; /* owned; rank 0 */
    struct ambit_watchdog_contact contact;
    int socket, stop; /* descriptors, or −1 */
    bool running;
    pthread_t thread;
    void (*end_job)(void);
};

static void exit_now(int signal)
{
    (void)signal;
    _exit(1);
}

void ambit_watchdog_bound_end(void)
{
    struct sigaction action = {.sa_handler = exit_now};
    sigset_t alarms;
    (void)sigemptyset(&alarms);
    (void)sigaddset(&alarms, SIGALRM);
    (void)sigaction(SIGALRM, &action, NULL);
    (void)pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
    (void)alarm(AMBIT_WATCHDOG_SECONDS);
}

/* One socket for both families: an IPv6 one that also takes IPv4, else IPv4 alone. */
static int open_socket(bool *is_six_out)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT};
    const struct sockaddr_in four = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
    const int off = 0;
    int opened = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    *is_six_out = true;
    if (opened >= 0 && setsockopt(opened, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0 &&
        bind(opened, (const struct sockaddr *)&six, sizeof six) == 0)
        return opened;
    if (opened >= 0) (void)close(opened);
    *is_six_out = false;
    opened = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (opened >= 0 && bind(opened, (const struct sockaddr *)&four, sizeof four) == 0)
        return opened;
    if (opened >= 0) (void)close(opened);
    return -1;
}

/* The port comes with the address that the socket was given; it stands at the same place in both
 * families. */
static in_port_t port_of(int descriptor)
{
    struct sockaddr_storage own = {0};
    struct sockaddr_in in;
    socklen_t bytes = sizeof own;
    if (getsockname(descriptor, (struct sockaddr *)&own, &bytes) != 0) return 0;
    memcpy(&in, &own, sizeof in);
    return in.sin_port;
}

/* IPv4 addresses are kept in their IPv6 form, ::ffff:a.b.c.d, where the socket is of that family;
 * rank 0 and the others may differ, and send what they can. Link-local ones need a scope that means
 * nothing elsewhere. */
static bool add_address(const struct sockaddr *from, in_port_t port, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof *out);
    if (from->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, from, sizeof in);
        in.sin_port = port;
        memcpy(out, &in, sizeof in);
        return true;
    }
    if (from->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, from, sizeof in);
        in.sin6_port = port;
        memcpy(out, &in, sizeof in);
        return !IN6_IS_ADDR_LINKLOCAL(&in.sin6_addr);
    }
    return false;
}

static void list_addresses(int descriptor, struct ambit_watchdog_contact *contact)
{
    struct ifaddrs *all = NULL;
    const in_port_t port = port_of(descriptor);
    if (port == 0 || getifaddrs(&all) != 0) return;
    for (const struct ifaddrs *a = all; a != NULL && contact->count < ADDRESSES_MAX;
         a = a->ifa_next) {
        if (a->ifa_addr != NULL && (a->ifa_flags & IFF_UP) != 0 &&
            add_address(a->ifa_addr, port, &contact->address[contact->count]))
            contact->count++;
    }
    freeifaddrs(all);
}

/* As this rank's socket wants it; returns its bytes. */
static socklen_t fit_address(bool is_six, struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET6) return sizeof(struct sockaddr_in6);
    if (!is_six) return sizeof(struct sockaddr_in);
    struct sockaddr_in four;
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    memcpy(&four, address, sizeof four);
    six.sin6_port = four.sin_port;
    six.sin6_addr.s6_addr[10] = six.sin6_addr.s6_addr[11] = 0xFF;
    memcpy(&six.sin6_addr.s6_addr[12], &four.sin_addr, sizeof four.sin_addr);
    memset(address, 0, sizeof *address);
    memcpy(address, &six, sizeof six);
    return sizeof six;
}

static void send_beat(const struct ambit_watchdog *dog, const struct sockaddr_storage *to,
                      bool ends)
{
    struct sockaddr_storage address = *to, own = {0};
    socklen_t own_bytes = sizeof own;
    const struct beat beat = {.key = dog->contact.key,
                              .rank = dog->rank,
                              .ends = ends,
                              .quiet = dog->now - dog->worked,
                              .place = dog->mine};
    if (getsockname(dog->socket, (struct sockaddr *)&own, &own_bytes) != 0) return;
    const socklen_t bytes = fit_address(own.ss_family == AF_INET6, &address);
    /* A datagram that cannot be sent is one that the other side does not hear. */
    (void)sendto(dog->socket, &beat, sizeof beat, MSG_NOSIGNAL, (const struct sockaddr *)&address,
                 bytes);
}

static void set_worked(struct ambit_watchdog *dog, double when)
{
    if (when > dog->worked) dog->worked = when;
}

/* Whether the rank of `seen` has worked since the place that was known of it. */
static bool has_worked(const struct ambit_place *before, const struct ambit_place *after)
{
    return after->inside == 0 || after->steps != before->steps;
}

/* However much of the machinery hangs, this ends the process, and with it the job. */
_Noreturn static void end_process(const struct ambit_watchdog *dog)
{
    ambit_watchdog_bound_end();
    ambit_launcher_end_later();
    dog->end_job();
    _exit(1);
}

static void take_beat(struct ambit_watchdog *dog, const struct beat *beat,
                      const struct sockaddr_storage *from)
{
    const bool is_keeper = dog->rank == 0;
    if (beat->rank < 0 || beat->rank >= dog->ranks || (!is_keeper && beat->rank != 0)) return;
    struct seen *const seen = &dog->seen[beat->rank];
    if (is_keeper) {
        if (has_worked(&seen->place, &beat->place)) set_worked(dog, dog->now);
        seen->place = beat->place;
        seen->heard = dog->now;
        seen->from = *from;
        send_beat(dog, from, false);
    } else {
        seen->place = beat->place;
        seen->heard = dog->now;
        if (beat->ends != 0) end_process(dog);
        if (beat->quiet >= 0.0) set_worked(dog, dog->now - beat->quiet);
    }
}

static void take_beats(struct ambit_watchdog *dog)
{
    for (;;) {
        struct beat beat;
        struct sockaddr_storage from = {0};
        socklen_t bytes = sizeof from;
        const ssize_t got =
            recvfrom(dog->socket, &beat, sizeof beat, 0, (struct sockaddr *)&from, &bytes);
        if (got < 0) return;
        if (got != (ssize_t)sizeof beat || beat.key != dog->contact.key) continue;
        beat.place.call[sizeof beat.place.call - 1] = '\0';
        beat.place.phase[sizeof beat.place.phase - 1] = '\0';
        beat.place.file[sizeof beat.place.file - 1] = '\0';
        take_beat(dog, &beat, &from);
    }
}

struct words {
    char text[4096];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void add(struct words *words, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const size_t room = sizeof words->text - words->length;
    const int wanted = vsnprintf(words->text + words->length, room, format, arguments);
    va_end(arguments);
    if (wanted > 0) words->length += (size_t)wanted < room ? (size_t)wanted : room - 1;
}

/* "waiting in sum, 2 calls after the agreement at engine/run/refine.c:115, phase refine" */
static void add_place(struct words *words, const struct ambit_place *place)
{
    if (place->inside != 0)
        add(words, "waiting in %s, ", place->call);
    else
        add(words, "at work, ");
    if (place->line == 0)
        add(words, "before the first agreement");
    else if (place->since <= 1 && place->inside != 0 && strcmp(place->call, "agreement") == 0)
        add(words, "at %s:%d", place->file, (int)place->line);
    else
        add(words, "%lld calls after the agreement at %s:%d", (long long)place->since, place->file,
            (int)place->line);
    if (place->phase[0] != '\0') add(words, ", phase %s", place->phase);
}

static void add_rank(struct words *words, const struct ambit_watchdog *dog, int rank)
{
    const struct seen *const seen = &dog->seen[rank];
    add(words, "ambit:   rank %d", rank);
    if (dog->hosts != NULL) add(words, " on %s", dog->hosts + (size_t)rank * AMBIT_WATCHDOG_HOST);
    if (seen->heard < 0.0) {
        add(words, ": never heard (UDP between the hosts may be closed)\n");
        return;
    }
    add(words, ": %.1f s ago, ", dog->now - seen->heard);
    add_place(words, &seen->place);
    add(words, "\n");
}

/* The others, silent longest first, and of those the lowest. */
static void add_ranks(struct words *words, const struct ambit_watchdog *dog)
{
    const int known = dog->rank == 0 ? dog->ranks : 1;
    const int first = dog->rank == 0 ? 1 : 0;
    double last = -INFINITY;
    int last_rank = -1, shown = 0;
    for (; shown < SHOWN_MAX && shown < known - first; shown++) {
        int next = -1;
        for (int r = first; r < known; r++) {
            const double heard = dog->seen[r].heard;
            const bool is_left = heard > last || (heard == last && r > last_rank);
            if (is_left && (next < 0 || heard < dog->seen[next].heard)) next = r;
        }
        last = dog->seen[next].heard;
        last_rank = next;
        add_rank(words, dog, next);
    }
    if (known - first > shown)
        add(words, "ambit:   and %d ranks heard later than these\n", known - first - shown);
}

_Noreturn static void end_silence(const struct ambit_watchdog *dog)
{
    struct words words = {.length = 0};
    add(&words,
        "\nambit: rank %d: no sign of work from any rank for %.1f s (the limit is %g s, "
        "--silence-limit); this rank is ",
        dog->rank, dog->now - dog->worked, dog->limit);
    add_place(&words, &dog->mine);
    add(&words, "\nambit: a rank, its machine or the link to it is lost; the others were last "
                "seen:\n");
    add_ranks(&words, dog);
    add(&words, "ambit: the job ends here; look at the machine that was silent longest, then start "
                "again\n");
    (void)!write(STDERR_FILENO, words.text, words.length);
    for (int r = 1; dog->rank == 0 && r < dog->ranks; r++) {
        if (dog->seen[r].heard >= 0.0) send_beat(dog, &dog->seen[r].from, true);
    }
    end_process(dog);
}

static void tick(struct ambit_watchdog *dog, double elapsed)
{
    struct ambit_place place;
    dog->now += elapsed < 2.0 * dog->period ? elapsed : 2.0 * dog->period;
    ambit_traffic_place(&place);
    if (has_worked(&dog->mine, &place)) set_worked(dog, dog->now);
    dog->mine = place;
    for (int i = 0; dog->socket >= 0 && dog->rank != 0 && i < dog->contact.count; i++)
        send_beat(dog, &dog->contact.address[i], false);
    if (dog->now - dog->worked > dog->limit + dog->grace) end_silence(dog);
}

static void *watch(void *argument)
{
    struct ambit_watchdog *const dog = argument;
    double last = ambit_seconds();
    for (;;) {
        struct pollfd wait[2] = {{dog->stop, POLLIN, 0}, {dog->socket, POLLIN, 0}};
        const double left = dog->period - (ambit_seconds() - last);
        const int changed = poll(wait, 2, left > 0.0 ? (int)(1000.0 * left) + 1 : 0);
        if (changed > 0 && wait[0].revents != 0) return NULL;
        if (changed > 0 && wait[1].revents != 0) take_beats(dog);
        const double now = ambit_seconds();
        if (now - last < dog->period) continue;
        tick(dog, now - last);
        last = now;
    }
}

ambit_status ambit_watchdog_create(int rank, int ranks, double limit_seconds,
                                   struct ambit_watchdog_contact *contact_out,
                                   struct ambit_watchdog **watchdog_out)
{
    ambit_status status = AMBIT_OK;
    bool is_six = false;
    struct ambit_watchdog *dog = NULL;
    const int known = rank == 0 ? ranks : 1;
    memset(contact_out, 0, sizeof *contact_out);
    AMBIT_TRY(ambit_alloc(&dog, 1, sizeof *dog));
    dog->socket = dog->stop = -1;
    AMBIT_TRY(ambit_alloc(&dog->seen, (size_t)known, sizeof *dog->seen));
    for (int r = 0; r < known; r++)
        dog->seen[r].heard = NEVER;
    dog->rank = rank;
    dog->ranks = ranks;
    dog->limit = limit_seconds;
    dog->period = fmin(PERIOD_MAX, fmax(PERIOD_MIN, 0.1 * limit_seconds));
    /* Rank 0 knows most, and speaks first; then the lowest. */
    dog->grace = rank == 0 ? 0.0 : 2.0 * dog->period + 0.1 * fmin(rank, 50);
    dog->socket = open_socket(&is_six);
    dog->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (rank == 0 && dog->socket >= 0) {
        if (getrandom(&contact_out->key, sizeof contact_out->key, 0) < 0)
            contact_out->key = (uint64_t)getpid();
        list_addresses(dog->socket, contact_out);
    }
done:
    if (status != AMBIT_OK) ambit_watchdog_destroy(&dog);
    *watchdog_out = dog;
    return status;
}

void ambit_watchdog_begin(struct ambit_watchdog *watchdog,
                          const struct ambit_watchdog_contact *contact, char *hosts,
                          void (*end_job)(void))
{
    sigset_t all, before;
    watchdog->contact = *contact;
    watchdog->hosts = hosts;
    watchdog->end_job = end_job;
    /* Signals are for the main thread. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    watchdog->running =
        watchdog->stop >= 0 && pthread_create(&watchdog->thread, NULL, watch, watchdog) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void ambit_watchdog_destroy(struct ambit_watchdog **watchdog)
{
    struct ambit_watchdog *const dog = *watchdog;
    if (dog == NULL) return;
    if (dog->running) {
        const uint64_t one = 1;
        (void)!write(dog->stop, &one, sizeof one);
        (void)pthread_join(dog->thread, NULL);
    }
    if (dog->socket >= 0) (void)close(dog->socket);
    if (dog->stop >= 0) (void)close(dog->stop);
    ambit_free(&dog->seen);
    ambit_free(&dog->hosts);
    ambit_free(watchdog);
}
