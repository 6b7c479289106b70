/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the reps of a plan can do of what it asks of them: figures of a plan for a number of reps,
 * and of the curve over such numbers.
 *
 * A rep has his hours a year, less administration where the scenario speaks of it, for work and
 * travel. Who has less than his territory asks for leaves out the same share of both: that share is
 * not covered. Of the value he leaves out the least: accounts count in the order of their value for
 * each hour of work and travel until his hours are used up, the last in part.
 */
#ifndef AMBIT_HEADCOUNT_H
#define AMBIT_HEADCOUNT_H

#include "engine/model/result.h"
#include "engine/model/territories.h"

/* Sums in millionths, so that they are exact. */
struct ambit_headcount {
    int64_t capacity;     /* hours a year of all reps for work and travel */
    int64_t work, travel; /* hours that the plan asks for */
    int64_t covered;  /* work that the reps' hours suffice for, travel taken off in proportion */
    int64_t overtime; /* hours above capacity, summed over the territories that have such */
    int64_t overtime_most;  /* of the worst of them */
    int32_t overtime_worst; /* which one, or −1 */
    int64_t done_travel;    /* travel of the work that is covered */
    int64_t km, done_km;    /* kilometres of travel, and of what is covered */
    int64_t potential, potential_least, potential_most; /* of all, and of one territory */
    int64_t value, value_covered;                       /* what the scenario says counts */
    int64_t class_accounts[AMBIT_SEGMENT_MAX];          /* accounts of each segment */
};

/* How many reps a call plan asks for, travel not counted. */
struct ambit_build_up {
    double hours[AMBIT_SEGMENT_MAX], reps[AMBIT_SEGMENT_MAX];
    double all_hours, all_reps;
    int64_t needed; /* all_reps, rounded up */
};

/* A number of territories, and the plan for it. */
struct ambit_headcount_point {
    int32_t territories;
    bool has_plan, feasible;           /* there is a plan, which meets every band */
    char name[AMBIT_VARIANT_NAME_MAX]; /* of the plan in the file: "FILE:name", or "base" */
    char message[512];                 /* why not */
    int32_t outside;                   /* territories outside a band, summed over bands */
    int64_t objective, bound;          /* micro-hours */
    double gap;
    char worst_name[AMBIT_NAME_MAX]; /* territory of the most overtime, or "" */
    struct ambit_headcount figures;
    double travel_cost; /* of the travel that is covered; the scenario's money */
    double net; /* value covered × margin − travel cost − cost of the reps; NaN: not known */
    double marginal; /* a year, what each rep more than in the point before brings, before his own
                        cost; NaN for the first point, or where it is not known */
};

/* A rep whom the sweep takes away or adds, in this order. */
struct ambit_headcount_step {
    char name[AMBIT_NAME_MAX];   /* territory */
    char rep_id[AMBIT_NAME_MAX]; /* "" where no rep is named */
    bool has_home;
    double lat, lon;                   /* degrees */
    char near_account[AMBIT_RULED_ID]; /* whose place a new home is */
    double hours; /* a year, of travel and price of room: what it costs the others that he goes, at
                     the least, or what is saved at most where he comes; an estimate for ranking */
};

struct ambit_headcount_curve {
    char scenario_name[AMBIT_NAME_MAX];
    int count;
    struct ambit_headcount_point *point; /* owned; territories rise */
    int32_t today;                       /* territories of the base */
    int best;   /* the point of the largest net of those that meet every band, or −1 */
    int enough; /* the first point without overtime, or −1 */
    int32_t leave_count, hire_count;
    struct ambit_headcount_step *leave, *hire; /* owned */
    struct ambit_refusal *refusal; /* owned; why today's plan was not sought; NULL: it was */
};

/* True where the scenario says what work is, and its reps have hours. Local. */
bool ambit_headcount_is_known(const struct ambit_scenario *scenario,
                              const struct ambit_territories *territories);

/* The figures of a plan whose accounts are all there. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_headcount_measure(const struct ambit_scenario *scenario,
                                     const struct ambit_territories *territories,
                                     const struct ambit_result *result,
                                     struct ambit_headcount *out) AMBIT_CHECKED;

/* What the scenario's call plan comes to. Local. */
void ambit_headcount_build_up(const struct ambit_scenario *scenario,
                              const struct ambit_headcount *figures, struct ambit_build_up *out);

/* Sets what depends on costs and on other points: travel_cost, net, marginal, best and enough.
 * Local.
 */
void ambit_headcount_value_curve(const struct ambit_scenario *scenario,
                                 struct ambit_headcount_curve *curve);

void ambit_headcount_curve_clear(struct ambit_headcount_curve *curve);

#endif
