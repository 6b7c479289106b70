/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One record a process, behind one lock: a call of MPI costs microseconds, the lock tens of
 * nanoseconds. Counts go to an open record, which each word of progress closes.
 *
 * Weakness: progress is told in steps of a phase, so what a phase sends after its last step is
 * counted to the next phase's first round where that phase has no start of its own.
 */
#include "engine/base/traffic.h"
#include "engine/base/clock.h"
#include "engine/base/memory.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LINE_BYTES 256

struct record {
    char phase[16];
    int64_t round;               /* 0: no round of its own */
    double seconds, inside, cpu; /* the last: of all threads, outside calls */
    struct ambit_traffic_count count[AMBIT_TRAFFIC_KINDS];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ambit_place place;
static int depth;
static double entered_at, seconds_inside; /* of the outermost call */

static struct {
    bool keeps;
    ambit_status status; /* of keeping them */
    struct record *closed;
    size_t count, room;
    struct record open;
    double opened, entered, cpu_left;
} records;

static const char *const kind_names[AMBIT_TRAFFIC_KINDS] = {
    "reduce", "reduce_long", "broadcast", "scan", "counts", "all_gather", "gather", "exchange"};

/* Of all threads of the process. */
static double cpu_seconds(void)
{
    struct timespec used = {0};
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + 1e-9 * (double)used.tv_nsec;
}

/* Bytes of the texts beyond their end stay as they were: none are read. */
static void set_text(char *text, size_t bytes, const char *value)
{
    (void)snprintf(text, bytes, "%s", value);
}

void ambit_traffic_enter(const char *call)
{
    (void)pthread_mutex_lock(&lock);
    place.steps++;
    if (depth++ == 0) {
        set_text(place.call, sizeof place.call, call);
        place.inside = 1;
        place.since++;
        entered_at = ambit_seconds();
        if (records.keeps) {
            records.entered = ambit_seconds();
            records.open.cpu += cpu_seconds() - records.cpu_left;
        }
    }
    (void)pthread_mutex_unlock(&lock);
}

void ambit_traffic_leave(void)
{
    (void)pthread_mutex_lock(&lock);
    place.steps++;
    if (--depth == 0) {
        place.inside = 0;
        seconds_inside += ambit_seconds() - entered_at;
        if (records.keeps) {
            records.open.inside += ambit_seconds() - records.entered;
            records.cpu_left = cpu_seconds();
        }
    }
    (void)pthread_mutex_unlock(&lock);
}

double ambit_traffic_seconds(void)
{
    (void)pthread_mutex_lock(&lock);
    const double seconds = seconds_inside;
    (void)pthread_mutex_unlock(&lock);
    return seconds;
}

void ambit_traffic_step(void)
{
    (void)pthread_mutex_lock(&lock);
    place.steps++;
    (void)pthread_mutex_unlock(&lock);
}

void ambit_traffic_agree(const char *file, int line)
{
    /* The end of a long path says more than its beginning. */
    const size_t length = strlen(file);
    const size_t cut = length < AMBIT_PLACE_TEXT ? 0 : length - AMBIT_PLACE_TEXT + 1;
    (void)pthread_mutex_lock(&lock);
    set_text(place.file, sizeof place.file, file + cut);
    place.line = line;
    place.since = 0;
    (void)pthread_mutex_unlock(&lock);
}

void ambit_traffic_count(enum ambit_traffic_kind kind, int64_t payload, int64_t messages,
                         int64_t sent, int64_t received)
{
    (void)pthread_mutex_lock(&lock);
    struct ambit_traffic_count *const count = &records.open.count[kind];
    count->calls++;
    count->payload += payload;
    count->messages += messages;
    count->sent += sent;
    count->received += received;
    (void)pthread_mutex_unlock(&lock);
}

/* Under the lock. A record that finds no room is lost, which the reader of all is told. */
static void close_record(const char *phase, int64_t round)
{
    const double now = ambit_seconds(), cpu = cpu_seconds();
    records.open.cpu += cpu - records.cpu_left;
    records.cpu_left = cpu;
    if (records.keeps && records.count == records.room && records.status == AMBIT_OK) {
        const size_t room = 2 * records.room + 64;
        records.status = ambit_resize(&records.closed, room, sizeof *records.closed);
        if (records.status == AMBIT_OK) records.room = room;
    }
    if (records.keeps && records.status == AMBIT_OK) {
        set_text(records.open.phase, sizeof records.open.phase, phase);
        records.open.round = round;
        records.open.seconds = now - records.opened;
        records.closed[records.count++] = records.open;
    }
    memset(&records.open, 0, sizeof records.open);
    records.opened = now;
}

void ambit_traffic_phase(const char *phase, int64_t done)
{
    (void)pthread_mutex_lock(&lock);
    if (done > 0)
        close_record(phase, done);
    else
        close_record(place.phase[0] == '\0' ? "start" : place.phase, 0);
    set_text(place.phase, sizeof place.phase, phase);
    (void)pthread_mutex_unlock(&lock);
}

void ambit_traffic_place(struct ambit_place *place_out)
{
    (void)pthread_mutex_lock(&lock);
    *place_out = place;
    (void)pthread_mutex_unlock(&lock);
}

void ambit_traffic_keep(void)
{
    (void)pthread_mutex_lock(&lock);
    memset(&records.open, 0, sizeof records.open);
    records.opened = ambit_seconds();
    records.cpu_left = cpu_seconds();
    records.keeps = true;
    (void)pthread_mutex_unlock(&lock);
}

/* A line for each kind that was used; one with kind "none" where none was, for its seconds. */
static int64_t write_record(const struct record *record, int rank, char *text)
{
    static const struct ambit_traffic_count none;
    int64_t used = 0;
    for (int kind = 0; kind <= AMBIT_TRAFFIC_KINDS; kind++) {
        const bool is_last = kind == AMBIT_TRAFFIC_KINDS;
        const struct ambit_traffic_count *const c = is_last ? &none : &record->count[kind];
        if (is_last ? used > 0 : c->calls == 0) continue;
        used += snprintf(text + used, LINE_BYTES,
                         "%s,%" PRId64 ",%d,%s,%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64
                         ",%" PRId64 ",%.6f,%.6f,%.6f\n",
                         record->phase, record->round, rank, is_last ? "none" : kind_names[kind],
                         c->calls, c->payload, c->messages, c->sent, c->received, record->seconds,
                         record->inside, record->cpu);
    }
    return used;
}

ambit_status ambit_traffic_lines(int rank, char **text_out, int64_t *bytes_out)
{
    ambit_status status = AMBIT_OK;
    char *text = NULL;
    int64_t used = 0;
    (void)pthread_mutex_lock(&lock);
    close_record(place.phase, 0);
    records.keeps = false;
    AMBIT_TRY(records.status);
    AMBIT_TRY(ambit_alloc(&text, records.count * AMBIT_TRAFFIC_KINDS, LINE_BYTES));
    for (size_t i = 0; i < records.count; i++)
        used += write_record(&records.closed[i], rank, text + used);
done:
    ambit_free(&records.closed);
    records.count = records.room = 0;
    records.status = AMBIT_OK;
    (void)pthread_mutex_unlock(&lock);
    *text_out = text;
    *bytes_out = used;
    return status;
}
