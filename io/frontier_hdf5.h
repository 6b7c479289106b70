/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A frontier as one HDF5 file, for pandas and the like:
 *
 *     /                  attributes: format, scenario, the knee       /scenario   the scenario's
 * text /points            a row a budget                    /points/bands/<label>  a row a budget
 *     /accounts          account_id, lat, lon, previous: stored once
 *     /plans/point_0, …  index of the territory of each account, by point
 *     /territories       name, and the centre of each in /territories/centres/point_0, …
 *     /prices            of each point's bands, and /budget_prices: they prove its bound
 *     /diagnosis         what would do, and /diagnosis/point_0/diagnosis, … as of a result
 */
#ifndef AMBIT_FRONTIER_HDF5_H
#define AMBIT_FRONTIER_HDF5_H

#include "engine/model/frontier.h"

struct ambit_frontier_file; /* opaque: a file being written */

/* Some accounts in the canonical order; territory by point. */
struct ambit_frontier_slice {
    int64_t first, count;
    const char *account_id;
    const double *lat, *lon;
    const int32_t *previous;
    const int32_t *territory[AMBIT_FRONTIER_MAX];
};

/* Errors of all: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. An older file stays until the commit. Local. */
ambit_status ambit_frontier_file_create(const char *path, int64_t account_count, int32_t id_width,
                                        int point_count,
                                        struct ambit_frontier_file **out) AMBIT_CHECKED;
/* Slices of AMBIT_H5_SLICE accounts, or what is left of them. */
ambit_status ambit_frontier_file_put(struct ambit_frontier_file *file,
                                     const struct ambit_frontier_slice *slice) AMBIT_CHECKED;
/* Where a frontier is from; all borrowed. */
struct ambit_frontier_source {
    const char *scenario_text, *scenario_path, *result_path;
    const char *variant; /* which of its scenarios; NULL: the base */
};
ambit_status ambit_frontier_file_commit(struct ambit_frontier_file **file,
                                        const struct ambit_frontier *frontier,
                                        const struct ambit_frontier_source *source) AMBIT_CHECKED;
void ambit_frontier_file_destroy(struct ambit_frontier_file **file);

/* A limit that the plan of a point was made for. */
struct ambit_frontier_limit {
    int32_t point, band;
    bool relaxed;
    double used_lower, used_upper;
};

/* Prices of a point's bound, hours a unit: of both limits of a band, and of a limit of disruption.
 */
struct ambit_frontier_price {
    int32_t point, band, territory;
    double lower, upper;
};
struct ambit_frontier_budget_price {
    int32_t point, cell;
    double price;
};

/* What a file says that its inputs do not. */
struct ambit_frontier_plans {
    char *scenario_text, *scenario_path, *variant; /* owned; the last NULL: the base */
    int count;
    struct ambit_frontier_point point[AMBIT_FRONTIER_MAX]; /* is_free, budget, plan_of */
    int64_t limit_count, price_count, budget_price_count;
    struct ambit_frontier_limit *limit;               /* owned */
    struct ambit_frontier_price *price;               /* owned */
    struct ambit_frontier_budget_price *budget_price; /* owned */
    int64_t account_count;
    int32_t territory_count;
};

/* Whether the file is a frontier at all. Local. */
bool ambit_frontier_is(const char *path);

/* Errors of the next: AMBIT_ERR_IO, AMBIT_ERR_INPUT where the file is damaged, AMBIT_ERR_MEMORY.
 * Local. */
ambit_status ambit_frontier_plans_read(const char *path,
                                       struct ambit_frontier_plans *out) AMBIT_CHECKED;
void ambit_frontier_plans_clear(struct ambit_frontier_plans *plans);
/* The territory of each account and the centre of each territory, degrees, of point p. */
ambit_status ambit_frontier_plan_read(const char *path, const struct ambit_frontier_plans *plans,
                                      int p, int32_t *territory_out, double *lat_out,
                                      double *lon_out) AMBIT_CHECKED;
/* Compares the file's figures with those of a frontier that was judged again, and its accounts with
 * those of a result; differences go to `differ` in words. */
ambit_status ambit_frontier_compare(const char *path, const struct ambit_frontier *frontier,
                                    void (*differ)(void *self, const char *words),
                                    void *self) AMBIT_CHECKED;
ambit_status ambit_frontier_compare_accounts(const char *path, const struct ambit_result *result,
                                             void (*differ)(void *self, const char *words),
                                             void *self) AMBIT_CHECKED;

#endif
