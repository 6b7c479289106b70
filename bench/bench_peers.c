/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our seeding beside other people's programs, in one run: machines and their hours differ more than
 * methods do, so every method gets the same points in turn, several times over, and medians and
 * ratios count. Each is a process of its own (bench_seed, peer_*.c), which tells its seconds from
 * points in memory to labels; what it does before that, such as drawing the graph that METIS cuts,
 * is told apart. The labels are judged here, from the points alone: loads, weighted squared
 * distances to the centroids, and pieces on the Delaunay triangulation.
 *
 * Weakness: the triangulation is that of our own seeding (solvers/seed_graph.c, tested by itself),
 * for a foreign one takes GEOS 20 s a million points; bench_seed --pieces does it.
 */
#include "bench/instance_runs.h"
#include "bench/seed_points.h"
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "solvers/seed_graph.h"

#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TURNS_MAX = 99, PATH_SIZE = 4096, METHODS = 7 };

struct options {
    const char *points;
    int territories, measures, turns, cores;
    double seconds_max;
    char tools[PATH_SIZE - 64];
    const char *launcher;
};

struct method {
    const char *name;   /* for people */
    const char *driver; /* beside this program */
    const char *word;   /* the driver's first */
    int measures_max;
    bool ranks;          /* on as many ranks as cores; else in one process */
    const char *package; /* borrowed; Debian's; NULL: it is ours */
};

static const struct method methods[METHODS] = {
    {"Ambit", "bench_seed", "--tell", 3, false, NULL},
    {"Ambit, in one piece", "bench_seed", "--connected", 3, false, NULL},
    {"Zoltan RCB", "peer_zoltan", "RCB", 3, true, "libtrilinos-zoltan-dev"},
    {"Zoltan RIB", "peer_zoltan", "RIB", 1, true, "libtrilinos-zoltan-dev"},
    {"Zoltan HSFC", "peer_zoltan", "HSFC", 1, true, "libtrilinos-zoltan-dev"},
    {"METIS k-way", "peer_metis", "kway", 3, false, "libmetis-dev"},
    {"METIS bisection", "peer_metis", "bisection", 3, false, "libmetis-dev"},
};

struct figures {
    int turns;
    bool missing;
    double before[TURNS_MAX], seconds[TURNS_MAX], peak;
    double over[AMBIT_BENCH_MEASURES], under[AMBIT_BENCH_MEASURES]; /* parts of the mean load */
    double squares;                                                 /* km² */
    int32_t apart; /* territories in several pieces */
};

/* What labels are judged by. */
struct ground {
    struct ambit_bench_points points;
    struct ambit_seed_graph graph; /* of the points in the order of `row` */
    int32_t *row;                  /* owned */
    int32_t *up;                   /* owned; union of pieces, by place in the graph */
    double *sum;                   /* owned; sums of a territory */
};

static void ground_clear(struct ground *ground)
{
    ambit_bench_points_clear(&ground->points);
    ambit_seed_graph_clear(&ground->graph);
    ambit_free(&ground->row);
    ambit_free(&ground->up);
    ambit_free(&ground->sum);
}

static ambit_status ground_create(const struct options *o, struct ground *out)
{
    ambit_status status = AMBIT_OK;
    double *place = NULL;
    AMBIT_TRY(ambit_bench_points_open(o->points, &out->points));
    const struct ambit_bench_points *const points = &out->points;
    const int64_t dimensions = points->dimensions;
    AMBIT_TRY(ambit_bench_points_order(points, &out->row));
    AMBIT_TRY(ambit_alloc(&place, 3 * (size_t)points->count, sizeof *place));
    for (int64_t n = 0; n < points->count; n++)
        for (int64_t d = 0; d < dimensions; d++)
            place[3 * n + d] = points->coordinate[out->row[n] * dimensions + d] /
                               (dimensions == 2 ? AMBIT_EARTH_RADIUS_KM : 1.0);
    AMBIT_TRY(ambit_seed_graph_create(place, (int32_t)points->count, &out->graph));
    AMBIT_TRY(ambit_alloc(&out->up, (size_t)points->count, sizeof *out->up));
    AMBIT_TRY(ambit_alloc(&out->sum, 4 * (size_t)o->territories, sizeof *out->sum));
done:
    ambit_free(&place);
    return status;
}

/* --- the judge -------------------------------------------------------------- */

static void judge_loads(struct ground *ground, const struct options *o, const int32_t *label,
                        struct figures *f)
{
    for (int m = 0; m < o->measures; m++) {
        double total = 0.0;
        memset(ground->sum, 0, (size_t)o->territories * sizeof *ground->sum);
        for (int64_t i = 0; i < ground->points.count; i++) {
            const double amount = ambit_bench_amount(&ground->points, i, m);
            ground->sum[label[i]] += amount;
            total += amount;
        }
        f->over[m] = f->under[m] = 0.0;
        for (int32_t j = 0; j < o->territories; j++) {
            const double part = ground->sum[j] * o->territories / total - 1.0;
            f->over[m] = fmax(f->over[m], part);
            f->under[m] = fmin(f->under[m], part);
        }
    }
}

static void judge_squares(struct ground *ground, const struct options *o, const int32_t *label,
                          struct figures *f)
{
    const struct ambit_bench_points *const points = &ground->points;
    const int64_t dimensions = points->dimensions;
    double squares = 0.0, total = 0.0;
    memset(ground->sum, 0, 4 * (size_t)o->territories * sizeof *ground->sum);
    for (int64_t i = 0; i < points->count; i++) {
        double *const mine = &ground->sum[4 * (int64_t)label[i]];
        mine[3] += points->amount[i];
        total += points->amount[i];
        for (int64_t d = 0; d < dimensions; d++)
            mine[d] += points->amount[i] * points->coordinate[i * dimensions + d];
    }
    for (int64_t i = 0; i < points->count; i++) {
        const double *const mine = &ground->sum[4 * (int64_t)label[i]];
        for (int64_t d = 0; d < dimensions; d++) {
            const double off = points->coordinate[i * dimensions + d] - mine[d] / mine[3];
            squares += points->amount[i] * off * off;
        }
    }
    const double unit = dimensions == 2 ? 1.0 : AMBIT_EARTH_RADIUS_KM;
    f->squares = squares / total * unit * unit;
}

static int32_t root_of(int32_t *up, int32_t n)
{
    for (; up[n] != n; n = up[n])
        up[n] = up[up[n]];
    return n;
}

/* A territory of n points that n − 1 edges of the graph join is one piece. */
static void judge_pieces(struct ground *ground, const struct options *o, const int32_t *label,
                         struct figures *f)
{
    const struct ambit_seed_graph *const graph = &ground->graph;
    double *const pieces = ground->sum;
    memset(pieces, 0, (size_t)o->territories * sizeof *pieces);
    for (int32_t n = 0; n < graph->count; n++) {
        ground->up[n] = n;
        pieces[label[ground->row[n]]]++;
    }
    for (int32_t n = 0; n < graph->count; n++) {
        for (int64_t e = graph->row[n]; e < graph->row[n + 1]; e++) {
            const int32_t mine = label[ground->row[n]];
            if (label[ground->row[graph->column[e]]] != mine) continue;
            const int32_t a = root_of(ground->up, n), b = root_of(ground->up, graph->column[e]);
            pieces[mine] -= a != b;
            ground->up[a] = b;
        }
    }
    f->apart = 0;
    for (int32_t j = 0; j < o->territories; j++)
        f->apart += pieces[j] > 1.0;
}

static ambit_status judge(struct ground *ground, const struct options *o, const char *path,
                          struct figures *f)
{
    ambit_status status = AMBIT_OK;
    int32_t *label = NULL;
    const size_t count = (size_t)ground->points.count;
    FILE *const file = fopen(path, "rb");
    AMBIT_TRY(ambit_alloc(&label, count, sizeof *label));
    if (file == NULL || fread(label, sizeof *label, count, file) != count)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_IO, "%s: expected %zu labels, found fewer", path, count));
    for (size_t i = 0; i < count; i++)
        if (label[i] < 0 || label[i] >= o->territories)
            AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT, "%s: expected labels of 0 to %d, found %d", path,
                                 o->territories - 1, (int)label[i]));
    judge_loads(ground, o, label, f);
    judge_squares(ground, o, label, f);
    judge_pieces(ground, o, label, f);
done:
    if (file != NULL) (void)fclose(file);
    ambit_free(&label);
    return status;
}

/* --- the runs --------------------------------------------------------------- */

/* Whether a driver was built with what it drives: it says so before it looks at its words. */
static ambit_status look(const struct options *o, const struct method *method, bool *missing_out)
{
    ambit_status status = AMBIT_OK;
    char driver[PATH_SIZE];
    const char *const words[] = {driver, NULL};
    struct ambit_bench_output output = {0};
    (void)snprintf(driver, sizeof driver, "%s/%s", o->tools, method->driver);
    AMBIT_TRY(ambit_bench_child(words, o->seconds_max, &output));
    *missing_out = output.exit_code == AMBIT_BENCH_MISSING;
done:
    ambit_free(&output.text);
    return status;
}

/* Fills `words` with what is to be run; `text` holds numbers and the driver's path. */
static void word_it(const struct options *o, const struct method *method, const char *points,
                    const char *labels, char text[4][PATH_SIZE], const char **words)
{
    int n = 0;
    (void)snprintf(text[0], PATH_SIZE, "%s/%s", o->tools, method->driver);
    (void)snprintf(text[1], PATH_SIZE, "%d", o->territories);
    (void)snprintf(text[2], PATH_SIZE, "%d", o->measures);
    (void)snprintf(text[3], PATH_SIZE, "%d", o->cores);
    if (method->ranks) {
        words[n++] = o->launcher;
        words[n++] = text[3];
    }
    words[n++] = text[0];
    words[n++] = method->word;
    const bool ours = strcmp(method->driver, "bench_seed") == 0;
    if (ours) words[n++] = "--tell";
    words[n++] = points;
    words[n++] = text[1];
    words[n++] = text[2];
    if (ours) words[n++] = "1";
    words[n++] = labels;
    words[n] = NULL;
}

static ambit_status take_turn(const struct options *o, const struct method *method,
                              const char *points, const char *labels, struct figures *f)
{
    ambit_status status = AMBIT_OK;
    char text[4][PATH_SIZE];
    const char *words[12];
    struct ambit_bench_output output = {0};
    word_it(o, method, points, labels, text, words);
    AMBIT_TRY(ambit_bench_child(words, o->seconds_max, &output));
    double before = 0.0, seconds = 0.0, peak = 0.0;
    const char *const told = output.text != NULL ? strstr(output.text, "before=") : NULL;
    if (output.late || output.exit_code != 0 || told == NULL ||
        sscanf(told, "before=%lf seconds=%lf peak_bytes=%lf", &before, &seconds, &peak) != 3)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_SOLVER, "%s: %s (exit code %d)", method->name,
                             output.late ? "took longer than it may" : "did not end well",
                             output.exit_code));
    f->before[f->turns] = before;
    f->seconds[f->turns++] = seconds;
    f->peak = fmax(f->peak, peak);
done:
    ambit_free(&output.text);
    return status;
}

static int compare_double(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *value, int count)
{
    qsort(value, (size_t)count, sizeof *value, compare_double);
    return value[count / 2];
}

static void join(const double *part, int count, char *out, size_t size)
{
    size_t at = 0;
    for (int m = 0; m < count && at < size; m++)
        at += (size_t)snprintf(out + at, size - at, "%s%+.1f", m > 0 ? " " : "", 100.0 * part[m]);
}

static void print_table(const struct options *o, const struct ground *ground, struct figures *all)
{
    const double ours = median(all[0].seconds, all[0].turns);
    printf("%lld points, %d territories, %d measure%s of ±%.0f %%, %d cores, medians of %d\n",
           (long long)ground->points.count, o->territories, o->measures, o->measures > 1 ? "s" : "",
           100.0 * AMBIT_BENCH_BAND, o->cores, o->turns);
    puts(
        "                    before      s  × ours fastest slowest   worst loads, %        km²    ×"
        "  pieces    MB");
    for (int k = 0; k < METHODS; k++) {
        struct figures *const f = &all[k];
        char over[64], under[64];
        if (f->missing)
            printf("%-19s not installed: make deps-peers (%s)\n", methods[k].name,
                   methods[k].package);
        if (f->turns == 0) continue;
        const double seconds = median(f->seconds, f->turns);
        join(f->over, o->measures, over, sizeof over);
        join(f->under, o->measures, under, sizeof under);
        printf("%-19s %6.2f %6.2f %7.2f %7.2f %7.2f   %-17s %7.0f %4.2f %7d %5.0f\n",
               methods[k].name, median(f->before, f->turns), seconds, seconds / ours, f->seconds[0],
               f->seconds[f->turns - 1], over, f->squares, f->squares / all[0].squares,
               (int)f->apart, f->peak / 1e6);
        printf("%60s%s\n", "", under);
    }
}

static ambit_status run_all(const struct options *o, const char *folder)
{
    ambit_status status = AMBIT_OK;
    static struct figures all[METHODS];
    struct ground ground = {0};
    char points[PATH_SIZE], labels[PATH_SIZE], cores[16];
    (void)snprintf(points, sizeof points, "%s/points", folder);
    (void)snprintf(labels, sizeof labels, "%s/labels", folder);
    (void)snprintf(cores, sizeof cores, "%d", o->cores);
    (void)setenv("OMP_NUM_THREADS", cores, 1);
    AMBIT_TRY(ground_create(o, &ground));
    AMBIT_TRY(ambit_bench_points_write(points, &ground.points));
    for (int k = 0; k < METHODS; k++) {
        if (methods[k].package != NULL) AMBIT_TRY(look(o, &methods[k], &all[k].missing));
    }
    for (int turn = 0; turn < o->turns; turn++) {
        for (int k = 0; k < METHODS; k++) {
            if (methods[k].measures_max < o->measures || all[k].missing) continue;
            AMBIT_TRY(take_turn(o, &methods[k], points, labels, &all[k]));
            if (turn == 0) AMBIT_TRY(judge(&ground, o, labels, &all[k]));
        }
    }
    print_table(o, &ground, all);
done:
    (void)unlink(points);
    (void)unlink(labels);
    ground_clear(&ground);
    return status;
}

/* --- the command line ------------------------------------------------------- */

enum { KEY_TURNS = 256, KEY_CORES, KEY_LAUNCHER, KEY_LIMIT };

static const struct argp_option option_table[] = {
    {"measures", 'm', "N", 0, "Measures of 3 % each: weight, count, and a random one (default: 1)",
     0},
    {"turns", KEY_TURNS, "N", 0, "Runs of each method (default: 3)", 0},
    {"cores", KEY_CORES, "N", 0, "Our threads and their ranks; METIS has one (default: 2)", 0},
    {"time-limit", KEY_LIMIT, "SECONDS", 0, "Of one run (default: 3600)", 0},
    {"launcher", KEY_LAUNCHER, "PROGRAM", 0,
     "Starts ranks: PROGRAM RANKS DRIVER … (default: scripts/launch.sh)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static int whole(const char *name, const char *text, int most, struct argp_state *state)
{
    char *end = NULL;
    errno = 0;
    const long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < 1 || value > most)
        argp_error(state, "%s: expected 1 to %d, found '%s'", name, most, text);
    return (int)value;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
    struct options *const o = state->input;
    switch (key) {
    case 'm':
        o->measures = whole("--measures", text, AMBIT_BENCH_MEASURES, state);
        return 0;
    case KEY_TURNS:
        o->turns = whole("--turns", text, TURNS_MAX, state);
        return 0;
    case KEY_CORES:
        o->cores = whole("--cores", text, 1024, state);
        return 0;
    case KEY_LIMIT:
        o->seconds_max = whole("--time-limit", text, 1000000, state);
        return 0;
    case KEY_LAUNCHER:
        o->launcher = text;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0) o->points = text;
        if (state->arg_num == 1) o->territories = whole("TERRITORIES", text, 1000000, state);
        if (state->arg_num > 1) argp_error(state, "expected two words, found also '%s'", text);
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < 2) argp_error(state, "expected POINTS and TERRITORIES");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .args_doc = "POINTS TERRITORIES",
        .doc = "Divides points into balanced territories by our seeding and by other people's "
               "programs, in turn, and compares.\v"
               "POINTS is a number of points to make, a .csv of x, y and weight in kilometres on a "
               "plane, or binary as bench_seed reads it. Exit codes: 0 compared, 1 a program "
               "failed, 64 wrong usage, 65 wrong points."};
    struct options o = {.measures = 1,
                        .turns = 3,
                        .cores = 2,
                        .seconds_max = 3600.0,
                        .launcher = "scripts/launch.sh"};
    const char *const scratch = getenv("TMPDIR");
    char folder[PATH_SIZE - 64];
    argp_err_exit_status = ambit_status_exit_code(AMBIT_ERR_USAGE);
    (void)argp_parse(&argp, argc, argv, 0, NULL, &o);
    const ssize_t size = readlink("/proc/self/exe", o.tools, sizeof o.tools - 1);
    o.tools[size > 0 ? size : 0] = '\0';
    char *const slash = strrchr(o.tools, '/');
    if (slash != NULL) *slash = '\0';
    (void)snprintf(folder, sizeof folder, "%s/peers-XXXXXX", scratch != NULL ? scratch : "/tmp");
    ambit_status status = AMBIT_OK;
    if (mkdtemp(folder) == NULL)
        status = ambit_fail(AMBIT_ERR_IO, "%s: cannot be made: %s", folder, strerror(errno));
    if (status == AMBIT_OK) {
        status = run_all(&o, folder);
        (void)rmdir(folder);
    }
    if (status != AMBIT_OK) (void)fprintf(stderr, "bench_peers: %s\n", ambit_error_message());
    return ambit_status_exit_code(status);
}
