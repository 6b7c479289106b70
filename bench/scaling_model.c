/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a job would take on up to 1,024 ranks, from the records of a few runs of the same job on few
 * ranks (ambit run --comm-stats). Two parts are modelled, phase by phase:
 *
 * - Talking. Calls, and the bytes that a rank brings to them, are fitted as c·P^e over the runs on
 *   two and more ranks; the messages and bytes of a call on P ranks follow from its algorithm (see
 *   engine/base/traffic.h). A message costs the latency, a byte one over the bandwidth (Hockney
 *   1994), and nothing overlaps.
 * - Working. The processor seconds outside calls of the run on the fewest ranks; of these, what one
 *   rank had more than another in the first run on several ranks is taken as work that is not
 *   shared, and the rest divides evenly (Amdahl 1967). Processor time, because the ranks of a small
 *   machine share its cores.
 *
 * Weakness: no contention, one bandwidth for near and far ranks, no loss of balance beyond the one
 * measured; a round of refining has about an eighth as many groups as there are territories, and
 * more ranks than groups refine no faster. How far to trust the counts is printed: the largest run
 * as foretold from the others.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RUNS_MAX = 16,
    PHASES_MAX = 32,
    RANKS_MAX = 64,
    KINDS = 8,
    FIELDS = 12,
    RANKS_SHOWN_MAX = 1 << 20
};

static const char *const kind_names[KINDS] = {"reduce", "reduce_long", "broadcast", "scan",
                                              "counts", "all_gather",  "gather",    "exchange"};

/* What a phase did in a run: of a kind the most of any rank, of seconds each rank's. */
struct phase_counts {
    double calls[KINDS], payload[KINDS], messages, bytes;
    double work[RANKS_MAX];
};

/* While a file is read: sums of each rank. */
struct rank_counts {
    double calls[KINDS], payload[KINDS], sent_messages, sent, received;
};

struct run {
    const char *path;
    int ranks;
    struct phase_counts phase[PHASES_MAX];
};

/* The options, and what was read. */
static struct {
    double latency, bandwidth; /* seconds a message, bytes a second */
    int ranks_max;
    const char *csv_path;
    struct run run[RUNS_MAX];
    int run_count;
    char phase[PHASES_MAX][16];
    int phase_count;
} model = {.latency = 2e-6, .bandwidth = 10e9, .ranks_max = 1024};

static struct rank_counts reading[PHASES_MAX][RANKS_MAX];

static int fail(const char *path, const char *what, const char *found)
{
    (void)fprintf(stderr, "scaling_model: %s: expected %s, found '%s'\n", path, what, found);
    return 1;
}

static int index_of_phase(const char *name)
{
    for (int p = 0; p < model.phase_count; p++) {
        if (strcmp(model.phase[p], name) == 0) return p;
    }
    if (model.phase_count == PHASES_MAX) return -1;
    (void)snprintf(model.phase[model.phase_count], sizeof model.phase[0], "%s", name);
    return model.phase_count++;
}

static int index_of_kind(const char *name)
{
    int k = 0;
    while (k < KINDS && strcmp(kind_names[k], name) != 0)
        k++;
    return k;
}

/* Splits a line at its commas; returns how many fields there are. */
static int split(char *line, char *field[FIELDS + 1])
{
    int count = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *at = line; at != NULL && count <= FIELDS;) {
        field[count++] = at;
        at = strchr(at, ',');
        if (at != NULL) *at++ = '\0';
    }
    return count;
}

/* The lines of one record share its seconds, which are counted once. */
static bool is_same_record(char *const *field, char last[128])
{
    char key[128];
    (void)snprintf(key, sizeof key, "%s,%s,%s,%s,%s", field[0], field[1], field[2], field[9],
                   field[11]);
    const bool same = strcmp(key, last) == 0;
    memcpy(last, key, sizeof key);
    return same;
}

static int take_line(struct run *run, char *const *field, char last[128])
{
    const int phase = index_of_phase(field[0]), kind = index_of_kind(field[3]);
    const long rank = strtol(field[2], NULL, 10);
    if (phase < 0) return fail(run->path, "at most 32 phases", field[0]);
    if (rank < 0 || rank >= RANKS_MAX) return fail(run->path, "at most 64 ranks", field[2]);
    if (kind == KINDS && strcmp(field[3], "none") != 0)
        return fail(run->path, "a kind of call", field[3]);
    if ((int)rank >= run->ranks) run->ranks = (int)rank + 1;
    if (!is_same_record(field, last)) run->phase[phase].work[rank] += strtod(field[11], NULL);
    if (kind == KINDS) return 0;
    struct rank_counts *const sum = &reading[phase][rank];
    sum->calls[kind] += strtod(field[4], NULL);
    sum->payload[kind] += strtod(field[5], NULL);
    sum->sent_messages += strtod(field[6], NULL);
    sum->sent += strtod(field[7], NULL);
    sum->received += strtod(field[8], NULL);
    return 0;
}

/* The rank that has most to do holds up the others. */
static void take_largest(struct run *run)
{
    for (int p = 0; p < model.phase_count; p++) {
        struct phase_counts *const phase = &run->phase[p];
        for (int r = 0; r < run->ranks; r++) {
            const struct rank_counts *const sum = &reading[p][r];
            for (int k = 0; k < KINDS; k++) {
                phase->calls[k] = fmax(phase->calls[k], sum->calls[k]);
                phase->payload[k] = fmax(phase->payload[k], sum->payload[k]);
            }
            phase->messages = fmax(phase->messages, sum->sent_messages);
            phase->bytes = fmax(phase->bytes, fmax(sum->sent, sum->received));
        }
    }
}

static int read_run(const char *path, struct run *run)
{
    char line[512], last[128] = "", *field[FIELDS + 1];
    int code = 0;
    FILE *const file = fopen(path, "r");
    run->path = path;
    if (file == NULL) return fail(path, "a file of --comm-stats", "nothing that can be read");
    memset(reading, 0, sizeof reading);
    bool is_head = true;
    while (code == 0 && fgets(line, sizeof line, file) != NULL) {
        const int fields = split(line, field);
        if (fields != FIELDS)
            code = fail(path, "12 columns", line);
        else if (is_head && strcmp(field[3], "kind") != 0)
            code = fail(path, "the columns of --comm-stats", field[3]);
        else if (!is_head)
            code = take_line(run, field, last);
        is_head = false;
    }
    (void)fclose(file);
    if (code == 0 && run->ranks == 0) code = fail(path, "records of at least one rank", "none");
    take_largest(run);
    return code;
}

/* value ≈ c·P^e by least squares of logarithms; where one run has it, a constant. */
struct power {
    double c, e;
};

/* `take` reads the value of a run; only runs on 2 to `most` ranks count. */
static struct power fit(int phase, int kind, bool payload, int most)
{
    double n = 0.0, sx = 0.0, sy = 0.0, sxx = 0.0, sxy = 0.0;
    for (int r = 0; r < model.run_count; r++) {
        const struct run *const run = &model.run[r];
        const struct phase_counts *const counts = &run->phase[phase];
        const double value = payload ? counts->payload[kind] : counts->calls[kind];
        if (run->ranks < 2 || run->ranks > most || value <= 0.0) continue;
        const double x = log(run->ranks), y = log(value);
        n += 1.0;
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    if (n == 0.0) return (struct power){0.0, 0.0};
    const double spread = n * sxx - sx * sx;
    const double e = spread > 1e-9 ? (n * sxy - sx * sy) / spread : 0.0;
    return (struct power){exp((sy - e * sx) / n), e};
}

struct talk {
    double messages, bytes;
};

/* A phase on `ranks` ranks, of the rank that has most, as known from runs on at most `most`. */
static struct talk foretell(int phase, int ranks, int most)
{
    const double p = ranks, steps = ceil(log2(p) - 1e-9), others = p - 1.0;
    /* Messages a call and bytes a byte of payload, by kind. */
    const double messages[KINDS] = {steps, 2 * steps, steps, steps, others, others, others, others};
    const double bytes[KINDS] = {steps,  2 * others / p, steps,  steps,
                                 others, others,         others, others / p};
    struct talk talk = {0.0, 0.0};
    for (int k = 0; k < KINDS && ranks > 1; k++) {
        const struct power calls = fit(phase, k, false, most);
        const struct power payload = fit(phase, k, true, most);
        talk.messages += calls.c * pow(p, calls.e) * messages[k];
        talk.bytes += payload.c * pow(p, payload.e) * bytes[k];
    }
    return talk;
}

/* Seconds of work: shared and not. */
static void divide_work(int phase, double *shared_out, double *alone_out)
{
    const struct run *least = &model.run[0], *several = NULL;
    for (int r = 0; r < model.run_count; r++) {
        const struct run *const run = &model.run[r];
        if (run->ranks < least->ranks) least = run;
        if (run->ranks > 1 && (several == NULL || run->ranks < several->ranks)) several = run;
    }
    double total = 0.0, lowest = INFINITY, highest = 0.0;
    for (int r = 0; r < least->ranks; r++)
        total += least->phase[phase].work[r];
    for (int r = 0; several != NULL && r < several->ranks; r++) {
        lowest = fmin(lowest, several->phase[phase].work[r]);
        highest = fmax(highest, several->phase[phase].work[r]);
    }
    *alone_out = several == NULL ? 0.0 : fmin(total, highest - lowest);
    *shared_out = total - *alone_out;
}

static void print_phases(int ranks)
{
    printf("\nOn %d ranks, by phase; messages and bytes of the rank that has most\n"
           "%-10s %10s %10s %12s %12s %10s %10s\n",
           ranks, "phase", "shared s", "alone s", "messages", "MB", "work s", "talk s");
    for (int p = 0; p < model.phase_count; p++) {
        double shared, alone;
        divide_work(p, &shared, &alone);
        const struct talk talk = foretell(p, ranks, RANKS_SHOWN_MAX);
        printf("%-10s %10.3f %10.3f %12.0f %12.3f %10.4f %10.4f\n", model.phase[p], shared, alone,
               talk.messages, 1e-6 * talk.bytes, alone + shared / ranks,
               talk.messages * model.latency + talk.bytes / model.bandwidth);
    }
}

/* Sums over the phases for each power of two, on `out` as CSV by phase. */
static void print_totals(FILE *out)
{
    double one = 0.0;
    printf("\n%8s %14s %12s %10s %10s %10s %9s\n", "ranks", "messages", "MB", "work s", "talk s",
           "total s", "speed-up");
    if (out != NULL)
        (void)fprintf(out, "ranks,phase,messages,bytes,work_seconds,latency_seconds,"
                           "transfer_seconds\n");
    for (int ranks = 1; ranks <= model.ranks_max; ranks *= 2) {
        struct talk sum = {0.0, 0.0};
        double work = 0.0;
        for (int p = 0; p < model.phase_count; p++) {
            double shared, alone;
            divide_work(p, &shared, &alone);
            const struct talk talk = foretell(p, ranks, RANKS_SHOWN_MAX);
            sum.messages += talk.messages;
            sum.bytes += talk.bytes;
            work += alone + shared / ranks;
            if (out != NULL)
                (void)fprintf(out, "%d,%s,%.0f,%.0f,%.6f,%.6f,%.6f\n", ranks, model.phase[p],
                              talk.messages, talk.bytes, alone + shared / ranks,
                              talk.messages * model.latency, talk.bytes / model.bandwidth);
        }
        const double talked = sum.messages * model.latency + sum.bytes / model.bandwidth;
        if (ranks == 1) one = work;
        printf("%8d %14.0f %12.3f %10.3f %10.3f %10.3f %9.1f\n", ranks, sum.messages,
               1e-6 * sum.bytes, work, talked, work + talked, one / (work + talked));
    }
}

/* The largest run, as foretold from the smaller ones, beside what was counted. */
static void print_trust(void)
{
    const struct run *largest = &model.run[0];
    int several = 0;
    for (int r = 0; r < model.run_count; r++) {
        several += model.run[r].ranks > 1;
        if (model.run[r].ranks > largest->ranks) largest = &model.run[r];
    }
    if (several < 3) {
        printf("\nNot checked: that takes runs on three numbers of ranks above one.\n");
        return;
    }
    struct talk said = {0.0, 0.0}, was = {0.0, 0.0};
    for (int p = 0; p < model.phase_count; p++) {
        const struct talk talk = foretell(p, largest->ranks, largest->ranks - 1);
        said.messages += talk.messages;
        said.bytes += talk.bytes;
        was.messages += largest->phase[p].messages;
        was.bytes += largest->phase[p].bytes;
    }
    printf("\nChecked on %d ranks, foretold from fewer: %.0f messages (counted %.0f, %+.1f %%), "
           "%.3f MB (counted %.3f, %+.1f %%)\n",
           largest->ranks, said.messages, was.messages, 100.0 * (said.messages / was.messages - 1),
           1e-6 * said.bytes, 1e-6 * was.bytes, 100.0 * (said.bytes / was.bytes - 1));
}

static void print_assumptions(void)
{
    printf("Records of runs on");
    for (int r = 0; r < model.run_count; r++)
        printf("%s %d", r == 0 ? "" : ",", model.run[r].ranks);
    printf(
        " ranks.\nAssumed: %.2f us a message, %.2f GB/s; nothing overlaps, no contention; "
        "calls and payloads grow as a power of the ranks;\nwork is processor time, one thread a "
        "rank; it divides evenly, but for what one rank had more than\nanother on the fewest ranks "
        "above one; that a round may have fewer groups than ranks is left out.\n",
        1e6 * model.latency, 1e-9 * model.bandwidth);
}

/* An option with its value, at least the empty one; false where there is no such option. */
static bool take_option(const char *name, const char *value)
{
    char *end = NULL;
    if (strcmp(name, "--csv") == 0) {
        model.csv_path = value;
        return value[0] != '\0';
    }
    const double number = strtod(value, &end);
    if (!(number > 0.0) || *end != '\0') return false;
    if (strcmp(name, "--latency-us") == 0)
        model.latency = 1e-6 * number;
    else if (strcmp(name, "--bandwidth-gbs") == 0)
        model.bandwidth = 1e9 * number;
    else if (strcmp(name, "--ranks") == 0)
        model.ranks_max = (int)fmin(number, RANKS_SHOWN_MAX);
    else
        return false;
    return true;
}

static int take_words(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-') {
            const char *const name = argv[i], *const value = i + 1 < argc ? argv[++i] : "";
            if (!take_option(name, value)) {
                (void)fail(name, "an option and its value", value);
                return 64;
            }
        } else if (model.run_count == RUNS_MAX) {
            (void)fail("command line", "at most 16 files", argv[i]);
            return 64;
        } else if (read_run(argv[i], &model.run[model.run_count++]) != 0) {
            return 65;
        }
    }
    return 0;
}

static int print_model(FILE *out)
{
    print_assumptions();
    print_totals(out);
    print_phases(model.ranks_max);
    print_trust();
    if (out == NULL || fclose(out) == 0) return 0;
    return fail("--csv", "room on the disk", "none");
}

int main(int argc, char **argv)
{
    const int code = take_words(argc, argv);
    if (code != 0) return code;
    if (model.run_count == 0) {
        (void)fputs("Usage: scaling_model [--latency-us N] [--bandwidth-gbs N] [--ranks N] "
                    "[--csv OUT.csv] STATS.csv...\n",
                    stderr);
        return 64;
    }
    if (model.csv_path == NULL) return print_model(NULL);
    FILE *const out = fopen(model.csv_path, "w");
    return out == NULL ? fail(model.csv_path, "a file that can be written", "none")
                       : print_model(out);
}
