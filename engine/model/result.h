/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A result: everything a run (or an audit) leaves behind, gathered on rank 0 in canonical order,
 * as plain data. The judge fills the figures; io writes and reads it as HDF5, CSV, GeoJSON and SVG.
 * Sums and loads are exact: micro-units.
 */
#ifndef AMBIT_RESULT_H
#define AMBIT_RESULT_H

#include "engine/base/hash.h"
#include "engine/model/badrows.h"
#include "engine/model/contiguity.h"
#include "engine/model/scenario.h"
#include <stdbool.h>
#include <stdint.h>

enum ambit_result_kind { AMBIT_RESULT_PLAN, AMBIT_RESULT_AUDIT };

struct ambit_result_input {
    char
        role[16]; /* "scenario", "accounts", "reps", "forbidden", "allowed", "plan" or "barriers" */
    char *path;   /* owned; relative to the result file's folder where possible */
    char hash[AMBIT_SHA256_TEXT]; /* scenario: SHA-256; tables: rows hash */
    int64_t rows;                 /* data rows; 0 for the scenario */
};

struct ambit_result_measure {
    char name[AMBIT_NAME_MAX], unit[AMBIT_NAME_MAX];
    int64_t total;
    int64_t *load; /* owned; per territory, micro-units */
};

/* A band as judged. For shares, lower, upper and value are fractions of the other measure. */
struct ambit_result_band {
    char label[2 * AMBIT_NAME_MAX]; /* "hours", or "travel/hours" for a share */
    int measure, share_of;          /* indices into measures; share_of -1 where not a share */
    enum ambit_limit lower_kind, upper_kind; /* what the numbers of each limit mean */
    bool relaxed;                    /* the limit was opened to the smallest that all can meet */
    double relax_room;               /* and by so much more, in its unit */
    double asked_lower, asked_upper; /* as the scenario says: factor of target, units, or share */
    double used_lower, used_upper;   /* what the plan was made for; as asked unless relaxed */
    double proven_limit;     /* no plan can meet a limit tighter than this; NaN where not proven */
    int32_t proof_territory; /* the territory that proves it, or −1 */
    double *target;          /* owned; per territory, units; NaN for shares */
    double *lower, *upper;   /* owned; per territory, units or share; ∓infinity where one-sided */
    double *value;           /* owned; per territory, units or share */
    double *price_lower, *price_upper; /* owned; hours per unit, ≥ 0; of the bound */
    double worst_deviation; /* largest |value/target − 1| of a band of two sides, one a part of the
                               target; else the largest value, or the smallest where only that is
                               limited */
    int32_t broken_count;   /* territories outside */
    double open_by;         /* how far the limit would have to open for this plan, in parts of the
                               target where a side is one, else as the limit; 0 where met */
};

/* A budget of disruption as judged. */
struct ambit_result_budget {
    char name[AMBIT_NAME_MAX], unit[AMBIT_NAME_MAX];
    char segment[AMBIT_NAME_MAX]; /* of these accounts alone; "" for all */
    enum ambit_budget_scope scope;
    bool is_part;       /* `asked` is a part of the total of those that have a territory */
    double asked;       /* as the scenario says */
    int32_t over_count; /* cells that are drawn on too much */
};

/* One total that a budget limits: the nation's, or that of a territory which loses accounts. */
struct ambit_result_budget_cell {
    int32_t budget, territory;  /* indices; territory −1: the nation */
    int64_t total, most, moved; /* micro-units */
    double price;               /* hours a unit, ≥ 0; of the bound */
    int64_t enough; /* where bands are broken: what a plan draws that meets them, the least found;
                       0: none was found. Not in the file: it is no figure of this plan */
    int64_t least;  /* the same: what every plan that meets the bands draws; 0: nothing is proven */
};

struct ambit_result_territory {
    char name[AMBIT_NAME_MAX], rep_id[AMBIT_NAME_MAX];
    enum ambit_centre_kind centre_kind;
    double centre_lat, centre_lon; /* degrees */
    bool has_home;
    double home_lat, home_lon; /* NaN where there is none */
    int64_t account_count;
    int64_t gained_count, lost_count; /* accounts that came and went against the current plan */
    int64_t travel;                   /* micro-hours a year */
};

struct ambit_result_round {
    int64_t travel;      /* micro-hours after the round */
    int64_t moved_count; /* accounts that changed territory in the round */
    int32_t groups, improved_groups;
    double violation; /* sum of relative band violations; 0 where feasible */
    char phase[24];   /* "seed", "prices", "centres", "relocate", "groups", "repair" */
};

/* Groups of accounts that stay together, as judged. */
struct ambit_result_together {
    char column[AMBIT_NAME_MAX]; /* that names them; "" where there is no such rule */
    int64_t group_count;         /* of two accounts or more */
    int64_t account_count;       /* in those */
    int64_t split_count;         /* groups with accounts in more than one territory */
    char
        first_split[AMBIT_NAME_MAX]; /* the first of those by name, cut where it is longer; or "" */
};

enum ambit_rule_kind {
    AMBIT_RULE_LOCKED,
    AMBIT_RULE_FIXED,
    AMBIT_RULE_NEEDS,
    AMBIT_RULE_FORBIDDEN,
    AMBIT_RULE_ALLOWED,
    AMBIT_RULE_REACH,
    AMBIT_RULE_KIND_COUNT
};
/* "locked", "fixed", "needs", "forbidden", "allowed" or "reach", as in the scenario. */
const char *ambit_rule_kind_name(enum ambit_rule_kind kind);

#define AMBIT_RULED_ID 128 /* bytes of an account's id there, with its NUL; longer ones are cut */

/* What the rules ask for and how the plan keeps them, as judged. */
struct ambit_result_rules {
    int64_t locked_count;     /* accounts that are locked where they are today */
    int32_t fixed_count;      /* territories that are left as they are */
    int64_t kept_count;       /* accounts that these have today */
    int64_t restricted_count; /* accounts that needs, forbidden or allowed speak of */
    double reach_worst;       /* furthest account, in the unit of reach; 0 where none is set */
    int64_t broken_count;     /* accounts whose territory breaks a rule */
    int64_t broken[AMBIT_RULE_KIND_COUNT]; /* the same by rule */
    char first_account[AMBIT_RULED_ID];    /* the first of them in canonical order, or "" */
    char first_territory[AMBIT_NAME_MAX];
    char first_rule[16];
    int32_t skills_width; /* bytes a text of the next, 0: reps have no skills */
    char *skills;         /* owned; of every territory's rep, NUL-padded */
};

/* Centres that keep a distance, as judged: pairs in which one is free. */
struct ambit_result_separation {
    double asked_km;       /* 0 where there is no such rule */
    double least_km;       /* between two such centres; NaN where there is no pair */
    int32_t first, second; /* which two, the first the smaller index; or -1 */
    int64_t broken_count;  /* pairs that are nearer than asked */
    int64_t home_count;    /* pairs of homes that are, which is not held against a plan */
};

/* How a plan came from the one of the night before (engine/run/nightly.c). */
struct ambit_nightly {
    double hours_per_move; /* of travel a year that a move must save beyond */
    int64_t new_count, gone_count;
    int64_t moved_for_gain;  /* that save more than that */
    int64_t moved_for_bands; /* the other moves: without them a band would be broken */
    int64_t most_saving;     /* micro-hours that any other plan saves at most, beyond what its moves
                                must save; −1: not known, as bands are broken */
    int64_t plan_accounts;   /* of the plan before */
    char plan_sha256[AMBIT_SHA256_TEXT];
};

struct ambit_result {
    enum ambit_result_kind kind;
    bool feasible;
    char version[24];
    char scenario_name[AMBIT_NAME_MAX];
    char variant[AMBIT_VARIANT_NAME_MAX]; /* which scenario of the file; "": its base */
    char *scenario_text;                  /* owned */
    uint64_t seed;
    int64_t effort;
    bool stopped_by_time_limit;
    int32_t input_count;
    struct ambit_result_input input[5 + AMBIT_PAIR_FILE_MAX];

    /* accounts, canonical order; the arrays are NULL on a result that a run hands over */
    int64_t account_count;
    int32_t id_width;
    char *account_id;        /* owned; account_count × id_width, NUL-padded */
    double *lat, *lon;       /* owned; degrees */
    int32_t *territory;      /* owned; index into territories */
    int32_t *previous;       /* owned; index into territories, or -1 */
    int64_t *account_travel; /* owned; micro-hours a year */
    int32_t *parent;         /* owned; the certificate of contiguity; NULL: none */
    int32_t column_count;
    char column_name[AMBIT_COLUMN_MAX][AMBIT_NAME_MAX];
    int64_t *column[AMBIT_COLUMN_MAX]; /* owned; micro-units */
    int32_t together_width;            /* 0 where no account has a group */
    char
        *account_together; /* owned; account_count × together_width, NUL-padded: its group, or "" */
    struct ambit_result_together together;
    struct ambit_result_separation separation;

    /* territories */
    int32_t territory_count;
    struct ambit_result_territory *territories; /* owned */
    int32_t measure_count;
    struct ambit_result_measure measure[AMBIT_MEASURE_MAX];
    int32_t band_count;
    struct ambit_result_band band[2 * AMBIT_MEASURE_MAX];

    /* disruption */
    bool has_disruption; /* the scenario has budgets, protected accounts or prices of its own */
    int32_t budget_count, budget_cell_count;
    struct ambit_result_budget budget[AMBIT_BUDGET_MAX];
    struct ambit_result_budget_cell *budget_cell; /* owned; by budget, then territory */
    int64_t held_count,
        held_moved_count; /* protected accounts, and those that moved all the same */

    /* figures */
    bool has_previous;     /* at least one account names a current territory */
    int64_t travel;        /* micro-hours */
    int64_t travel_before; /* of the current plan with its own centres; -1 where none */
    int64_t moved_count;   /* accounts whose territory differs from the current one */
    int64_t objective;     /* micro-hours: travel + disruption */
    int64_t bound;         /* micro-hours: no plan for these centres and bands is below */
    double gap;            /* (objective − bound) / objective; NaN without bound or feasibility */
    char plan_sha256[AMBIT_SHA256_TEXT]; /* of "id<TAB>territory<LF>" in canonical order */

    int32_t round_count;
    struct ambit_result_round *round;  /* owned */
    struct ambit_bad_rows bad_rows;    /* skipped with --skip-bad-rows */
    struct ambit_result_rules *rules;  /* owned; NULL: the scenario has no rules */
    struct ambit_kpi *kpi;             /* owned; an audit's further figures; NULL: none (kpi.h) */
    struct ambit_diagnosis *diagnosis; /* owned; why bands are broken; NULL: none (diagnosis.h) */
    struct ambit_refusal *refusal;     /* owned; why none was sought; NULL: it was (refusal.h) */
    struct ambit_headcount *headcount; /* owned; NULL: nobody asked (headcount.h) */
    struct ambit_nightly *nightly;     /* owned; NULL: the plan was drawn, not kept up */
    struct ambit_contiguity_figures *contiguity; /* owned; NULL where none is asked for */

    /* not part of the compared bytes */
    double seconds[8];  /* by phase, see AMBIT_PHASE_… */
    int64_t peak_bytes; /* largest over ranks */
    int ranks, threads;
};

enum {
    AMBIT_PHASE_READ,
    AMBIT_PHASE_ORDER,
    AMBIT_PHASE_SEED,
    AMBIT_PHASE_REFINE,
    AMBIT_PHASE_BOUND,
    AMBIT_PHASE_JUDGE,
    AMBIT_PHASE_STORE,
    AMBIT_PHASE_TOTAL,
    AMBIT_PHASE_COUNT
};
const char *ambit_phase_name(int phase);

/* "none", "of target", "absolute" or "share". */
const char *ambit_limit_name(enum ambit_limit kind);

bool ambit_band_has_lower(const struct ambit_result_band *band);
bool ambit_band_has_upper(const struct ambit_result_band *band);
/* True where a side is a part of the target. */
bool ambit_band_is_of_target(const struct ambit_result_band *band);
/* −1 where territory j is below its lower limit, 1 above its upper, by more than doubles round. */
int ambit_band_outside(const struct ambit_result_band *band, int32_t j);

void ambit_result_init(struct ambit_result *result);
void ambit_result_clear(struct ambit_result *result);

#endif
