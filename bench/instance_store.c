/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Runs as a table of one row a run, in CSV and in HDF5; the latter also holds how each run's best
 * value fell, under /trace.
 */
#include "bench/instance_runs.h"
#include "engine/base/atomic_file.h"
#include "engine/base/memory.h"
#include "io/hdf5_wrap.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

enum { TEXT_WIDTH = 64 };

double ambit_bench_proven_gap(const struct ambit_bench_run *run)
{
    if (run->value == run->bound) return 0.0; /* also where both are 0 */
    return 100.0 * (run->value - run->bound) / run->value;
}

const char *ambit_bench_verdict_word(enum ambit_bench_verdict verdict)
{
    switch (verdict) {
    case AMBIT_BENCH_GOOD:
        return "good";
    case AMBIT_BENCH_INFEASIBLE:
        return "infeasible";
    case AMBIT_BENCH_REFUSED:
        return "refused";
    case AMBIT_BENCH_FAILED:
        break;
    }
    return "failed";
}

static const char *distance_word(const struct ambit_bench_run *run)
{
    return run->instance->distance == AMBIT_DISTANCE_FLOOR ? "floor_euclidean" : "euclidean";
}

void ambit_bench_runs_clear(struct ambit_bench_runs *runs)
{
    for (int32_t r = 0; r < runs->count; r++)
        ambit_free(&runs->item[r].step);
    ambit_free(&runs->item);
    *runs = (struct ambit_bench_runs){0};
}

/* --- CSV ------------------------------------------------------------------ */

static void print_number(FILE *file, double value)
{
    if (isfinite(value))
        fprintf(file, ",%.15g", value);
    else
        fputc(',', file);
}

static void print_row(FILE *file, const struct ambit_bench_run *run)
{
    const struct ambit_bench_case *const c = run->instance;
    fprintf(file, "%s,%s,%s,%d,%d,%s,%" PRIu64, ambit_bench_problem(c->problem),
            ambit_bench_family[c->family].name, c->name, (int)run->account_count,
            (int)run->centre_count, distance_word(run), run->seed);
    const double numbers[] = {run->value,
                              c->best_known,
                              ambit_bench_gap(c, run->value),
                              run->bound,
                              ambit_bench_proven_gap(run),
                              run->seconds_to_best,
                              run->seconds,
                              run->time_limit};
    for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++)
        print_number(file, numbers[k]);
    fprintf(file, ",%" PRId64 ",%s,%s\n", run->effort, run->status,
            ambit_bench_verdict_word(run->verdict));
}

ambit_status ambit_bench_write_csv(const char *path, const struct ambit_bench_runs *runs)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    fputs("problem,family,instance,n,p,distance,seed,value,best_known,gap_percent,bound,"
          "proven_gap_percent,seconds_to_best,seconds,time_limit,effort,status,verdict\n",
          out.file);
    for (int32_t r = 0; r < runs->count; r++)
        print_row(out.file, &runs->item[r]);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}

/* --- HDF5 ----------------------------------------------------------------- */

static const char *text_of(const struct ambit_bench_run *run, int which)
{
    switch (which) {
    case 0:
        return run->instance->name;
    case 1:
        return ambit_bench_family[run->instance->family].name;
    case 2:
        return ambit_bench_problem(run->instance->problem);
    case 3:
        return distance_word(run);
    case 4:
        return run->status;
    default:
        return ambit_bench_verdict_word(run->verdict);
    }
}

static ambit_status put_texts(struct ambit_h5 *h5, const struct ambit_bench_runs *runs)
{
    static const char *const name[][2] = {
        {"/runs/instance", "Instance"},
        {"/runs/family", "Family of instances"},
        {"/runs/problem", "Problem: cpmp or cccp"},
        {"/runs/distance", "Distance"},
        {"/runs/status", "What the solver says of its solution"},
        {"/runs/verdict", "What the judge says of it"},
    };
    ambit_status status = AMBIT_OK;
    char *text = NULL;
    AMBIT_TRY(ambit_alloc(&text, (size_t)runs->count, TEXT_WIDTH));
    for (int k = 0; k < (int)(sizeof name / sizeof *name); k++) {
        for (int32_t r = 0; r < runs->count; r++) {
            memset(text + r * TEXT_WIDTH, 0, TEXT_WIDTH);
            (void)snprintf(text + r * TEXT_WIDTH, TEXT_WIDTH, "%s", text_of(&runs->item[r], k));
        }
        const struct ambit_h5_column column = {.kind = AMBIT_H5_TEXT,
                                               .width = TEXT_WIDTH,
                                               .count = runs->count,
                                               .data = text,
                                               .long_name = name[k][1],
                                               .scale = "/runs/run"};
        AMBIT_TRY(ambit_h5_put_column(h5, name[k][0], &column));
    }
done:
    ambit_free(&text);
    return status;
}

static int64_t whole_of(const struct ambit_bench_run *run, int which)
{
    const int64_t wholes[] = {run->account_count, run->centre_count, (int64_t)run->seed,
                              run->effort, run->stopped_by_time_limit};
    return wholes[which];
}

static ambit_status put_wholes(struct ambit_h5 *h5, const struct ambit_bench_runs *runs)
{
    static const char *const name[][2] = {
        {"/runs/n", "Accounts"},
        {"/runs/p", "Centres"},
        {"/runs/seed", "Seed"},
        {"/runs/effort", "Work units done"},
        {"/runs/stopped_by_time_limit", "1 where the time limit ended the run"},
    };
    ambit_status status = AMBIT_OK;
    int64_t *value = NULL;
    AMBIT_TRY(ambit_alloc(&value, (size_t)runs->count, sizeof *value));
    for (int k = 0; k < (int)(sizeof name / sizeof *name); k++) {
        for (int32_t r = 0; r < runs->count; r++)
            value[r] = whole_of(&runs->item[r], k);
        const struct ambit_h5_column column = {.kind = AMBIT_H5_I64,
                                               .count = runs->count,
                                               .data = value,
                                               .units = "1",
                                               .long_name = name[k][1],
                                               .scale = "/runs/run"};
        AMBIT_TRY(ambit_h5_put_column(h5, name[k][0], &column));
    }
done:
    ambit_free(&value);
    return status;
}

static double figure_of(const struct ambit_bench_run *run, int which)
{
    const double figures[] = {run->value,
                              run->instance->best_known,
                              ambit_bench_gap(run->instance, run->value),
                              run->bound,
                              ambit_bench_proven_gap(run),
                              run->seconds_to_best,
                              run->seconds,
                              run->time_limit};
    return figures[which];
}

static ambit_status put_figures(struct ambit_h5 *h5, const struct ambit_bench_runs *runs)
{
    static const char *const name[][3] = {
        {"/runs/value", "1", "Value of the best solution"},
        {"/runs/best_known", "1", "Best value known before"},
        {"/runs/gap", "percent", "Value above the best known one"},
        {"/runs/bound", "1", "Proven lower bound"},
        {"/runs/proven_gap", "percent", "Value above the proven lower bound, of the value"},
        {"/runs/seconds_to_best", "s", "Time to the best solution"},
        {"/runs/seconds", "s", "Time in all"},
        {"/runs/time_limit", "s", "Time limit"},
    };
    ambit_status status = AMBIT_OK;
    double *value = NULL;
    AMBIT_TRY(ambit_alloc(&value, (size_t)runs->count, sizeof *value));
    for (int k = 0; k < (int)(sizeof name / sizeof *name); k++) {
        for (int32_t r = 0; r < runs->count; r++)
            value[r] = figure_of(&runs->item[r], k);
        const struct ambit_h5_column column = {.kind = AMBIT_H5_F64,
                                               .count = runs->count,
                                               .data = value,
                                               .units = name[k][1],
                                               .long_name = name[k][2],
                                               .scale = "/runs/run"};
        AMBIT_TRY(ambit_h5_put_column(h5, name[k][0], &column));
    }
done:
    ambit_free(&value);
    return status;
}

static ambit_status put_trace(struct ambit_h5 *h5, const struct ambit_bench_runs *runs)
{
    ambit_status status = AMBIT_OK;
    int32_t *run = NULL;
    double *seconds = NULL, *value = NULL;
    int64_t count = 0, at = 0;
    for (int32_t r = 0; r < runs->count; r++)
        count += runs->item[r].step_count;
    AMBIT_TRY(ambit_alloc(&run, (size_t)count, sizeof *run));
    AMBIT_TRY(ambit_alloc(&seconds, (size_t)count, sizeof *seconds));
    AMBIT_TRY(ambit_alloc(&value, (size_t)count, sizeof *value));
    for (int32_t r = 0; r < runs->count; r++) {
        for (int32_t s = 0; s < runs->item[r].step_count; s++, at++) {
            run[at] = r;
            seconds[at] = runs->item[r].step[s].seconds;
            value[at] = runs->item[r].step[s].value;
        }
    }
    const struct ambit_h5_column columns[] = {
        {AMBIT_H5_I32, 0, count, run, "1", false, "Run, a row of /runs", "/trace/step", false},
        {AMBIT_H5_F64, 0, count, seconds, "s", false, "Time since the start", "/trace/step", false},
        {AMBIT_H5_F64, 0, count, value, "1", false, "Value of the best solution", "/trace/step",
         false},
    };
    AMBIT_TRY(ambit_h5_put_group(h5, "/trace"));
    AMBIT_TRY(ambit_h5_put_scale(h5, "/trace/step", count, "Improvement of a run's best solution"));
    AMBIT_TRY(ambit_h5_put_column(h5, "/trace/run", &columns[0]));
    AMBIT_TRY(ambit_h5_put_column(h5, "/trace/seconds", &columns[1]));
    AMBIT_TRY(ambit_h5_put_column(h5, "/trace/value", &columns[2]));
done:
    ambit_free(&run);
    ambit_free(&seconds);
    ambit_free(&value);
    return status;
}

ambit_status ambit_bench_write_hdf5(const char *path, const struct ambit_bench_runs *runs)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *h5 = NULL;
    const char format[] = "ambit-bench-instances";
    const int32_t version = 1;
    AMBIT_TRY(ambit_h5_create(path, &h5));
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/", "format", AMBIT_H5_TEXT, sizeof format, 0, format));
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/", "format_version", AMBIT_H5_I32, 0, 0, &version));
    AMBIT_TRY(ambit_h5_put_group(h5, "/runs"));
    AMBIT_TRY(ambit_h5_put_scale(h5, "/runs/run", runs->count, "Run of the solver"));
    AMBIT_TRY(put_texts(h5, runs));
    AMBIT_TRY(put_wholes(h5, runs));
    AMBIT_TRY(put_figures(h5, runs));
    AMBIT_TRY(put_trace(h5, runs));
    AMBIT_TRY(ambit_h5_commit(&h5));
done:
    ambit_h5_destroy(&h5);
    return status;
}
