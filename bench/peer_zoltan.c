/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Zoltan (Devine, Boman, Heaphy, Hendrickson, Vaughan 2002) on the points of a benchmark, on the
 * ranks that it is started on:
 *
 *     peer_zoltan RCB|RIB|HSFC POINTS TERRITORIES MEASURES LABELS
 *
 * Each rank holds an equal share of the points in the order of the file. Counted is the slowest
 * rank's time of the one call; collecting the labels is not. Only RCB looks at more than one
 * measure. A build without Zoltan ends with AMBIT_BENCH_MISSING.
 */
#include "bench/seed_points.h"

#if __has_include(<trilinos/zoltan.h>)
#include "engine/base/clock.h"
#include "engine/base/comm.h"
#include "engine/base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <trilinos/zoltan.h>

/* The slice of a rank. */
struct slice {
    const struct ambit_bench_points *points; /* borrowed */
    int64_t first, count;
    int measures;
};

static int count_of(void *data, int *error)
{
    const struct slice *const slice = data;
    *error = ZOLTAN_OK;
    return (int)slice->count;
}

static int dimensions_of(void *data, int *error)
{
    const struct slice *const slice = data;
    *error = ZOLTAN_OK;
    return (int)slice->points->dimensions;
}

static void list(void *data, int global_size, int local_size, ZOLTAN_ID_PTR global,
                 ZOLTAN_ID_PTR local, int weights, float *weight, int *error)
{
    const struct slice *const slice = data;
    for (int64_t n = 0; n < slice->count; n++) {
        global[n * global_size] = (ZOLTAN_ID_TYPE)(slice->first + n);
        local[n * local_size] = (ZOLTAN_ID_TYPE)n;
        for (int m = 0; m < weights; m++)
            weight[n * weights + m] = (float)ambit_bench_amount(slice->points, slice->first + n, m);
    }
    *error = ZOLTAN_OK;
}

static void places(void *data, int global_size, int local_size, int count, ZOLTAN_ID_PTR global,
                   ZOLTAN_ID_PTR local, int dimensions, double *place, int *error)
{
    const struct slice *const slice = data;
    (void)global_size;
    (void)global;
    for (int64_t n = 0; n < count; n++)
        memcpy(&place[n * dimensions],
               &slice->points->coordinate[(slice->first + local[n * local_size]) * dimensions],
               (size_t)dimensions * sizeof *place);
    *error = ZOLTAN_OK;
}

static void ask_for(struct Zoltan_Struct *zoltan, const char *method, const char *parts,
                    struct slice *slice)
{
    const char measures[2] = {(char)('0' + slice->measures), '\0'};
    (void)Zoltan_Set_Param(zoltan, "LB_METHOD", method);
    (void)Zoltan_Set_Param(zoltan, "NUM_GLOBAL_PARTS", parts);
    (void)Zoltan_Set_Param(zoltan, "OBJ_WEIGHT_DIM", measures);
    (void)Zoltan_Set_Param(zoltan, "IMBALANCE_TOL", "1.03");
    (void)Zoltan_Set_Param(zoltan, "RETURN_LISTS", "PARTS");
    (void)Zoltan_Set_Param(zoltan, "DEBUG_LEVEL", "0");
    (void)Zoltan_Set_Num_Obj_Fn(zoltan, count_of, slice);
    (void)Zoltan_Set_Obj_List_Fn(zoltan, list, slice);
    (void)Zoltan_Set_Num_Geom_Fn(zoltan, dimensions_of, slice);
    (void)Zoltan_Set_Geom_Multi_Fn(zoltan, places, slice);
}

/* label_out: of the slice. */
static ambit_status divide(struct Zoltan_Struct *zoltan, const struct slice *slice,
                           int32_t *label_out)
{
    int changes = 0, global_size = 0, local_size = 0, imports = 0, exports = 0;
    int *import_rank = NULL, *import_part = NULL, *export_rank = NULL, *export_part = NULL;
    ZOLTAN_ID_PTR import_global = NULL, import_local = NULL, export_global = NULL;
    ZOLTAN_ID_PTR export_local = NULL;
    const int ended =
        Zoltan_LB_Partition(zoltan, &changes, &global_size, &local_size, &imports, &import_global,
                            &import_local, &import_rank, &import_part, &exports, &export_global,
                            &export_local, &export_rank, &export_part);
    for (int n = 0; n < exports; n++)
        label_out[export_local[n * local_size]] = export_part[n];
    (void)Zoltan_LB_Free_Part(&import_global, &import_local, &import_rank, &import_part);
    (void)Zoltan_LB_Free_Part(&export_global, &export_local, &export_rank, &export_part);
    if ((ended != ZOLTAN_OK && ended != ZOLTAN_WARN) || exports != slice->count)
        return ambit_fail(AMBIT_ERR_SOLVER, "Zoltan ended with its status %d and %d labels of %lld",
                          ended, exports, (long long)slice->count);
    return AMBIT_OK;
}

static ambit_status finish(struct ambit_comm *comm, const struct slice *slice, int32_t *label,
                           double seconds, const char *path)
{
    ambit_status status = AMBIT_OK;
    int32_t *all = NULL;
    int64_t count = 0, slowest = (int64_t)(seconds * 1e6);
    int64_t peak = ambit_memory_resident_peak_bytes();
    ambit_comm_max_i64(comm, &slowest, 1);
    ambit_comm_sum_i64(comm, &peak, 1);
    AMBIT_TRY(ambit_comm_all_gather(comm, label, slice->count, sizeof *label, &all, &count));
    if (ambit_comm_rank(comm) == 0) {
        AMBIT_TRY(ambit_bench_labels_write(path, all, count));
        ambit_bench_tell(0.0, (double)slowest * 1e-6, peak);
    }
done:
    ambit_free(&all);
    return status;
}

static ambit_status run(struct ambit_comm *comm, int argc, char **argv)
{
    ambit_status status = AMBIT_OK;
    struct ambit_bench_points points = {0};
    struct slice slice = {.points = &points, .measures = (int)strtol(argv[4], NULL, 10)};
    struct Zoltan_Struct *zoltan = NULL;
    int32_t *label = NULL;
    int64_t end = 0, together = 0;
    float version = 0.0F;
    AMBIT_TRY_TOGETHER(comm, ambit_bench_points_open(argv[2], &points));
    ambit_comm_split(points.count, ambit_comm_size(comm), ambit_comm_rank(comm), &slice.first,
                     &end);
    slice.count = end - slice.first;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&label, (size_t)slice.count, sizeof *label));
    if (Zoltan_Initialize(argc, argv, &version) != ZOLTAN_OK)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_SOLVER, "Zoltan does not start"));
    zoltan = Zoltan_Create(MPI_COMM_WORLD);
    ask_for(zoltan, argv[1], argv[3], &slice);
    ambit_comm_sum_i64(comm, &together, 1); /* the clocks start when all are here */
    const double begin = ambit_seconds();
    status = divide(zoltan, &slice, label);
    const double seconds = ambit_seconds() - begin;
    AMBIT_TRY(AMBIT_AGREE(comm, status));
    AMBIT_TRY(finish(comm, &slice, label, seconds, argv[5]));
done:
    if (zoltan != NULL) Zoltan_Destroy(&zoltan);
    ambit_bench_points_clear(&points);
    ambit_free(&label);
    return status;
}

int main(int argc, char **argv)
{
    struct ambit_comm *comm = NULL;
    if (argc != 6) return ambit_status_exit_code(AMBIT_ERR_USAGE);
    ambit_status status = ambit_comm_start(&argc, &argv, &comm);
    if (status == AMBIT_OK) status = run(comm, argc, argv);
    if (status != AMBIT_OK && (comm == NULL || ambit_comm_rank(comm) == 0))
        (void)fprintf(stderr, "peer_zoltan: %s\n", ambit_error_message());
    ambit_comm_destroy(&comm);
    return ambit_status_exit_code(status);
}
#else
int main(void)
{
    return AMBIT_BENCH_MISSING;
}
#endif
