/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scenario: what the user asks for, as plain data. io/scenario_yaml.c fills it from YAML and has
 * checked by then everything that can be checked without the data: names refer to something,
 * numbers are in range, nothing stands twice.
 */
#ifndef AMBIT_SCENARIO_H
#define AMBIT_SCENARIO_H

#include "engine/base/status.h"
#include "engine/model/filter.h"
#include "engine/model/layers.h"
#include <stdbool.h>
#include <stdint.h>

#define AMBIT_NAME_MAX 64    /* bytes of a measure, column or unit name, with its NUL */
#define AMBIT_MEASURE_MAX 8  /* measures a scenario may define */
#define AMBIT_COLUMN_MAX 16  /* numeric account columns a scenario may use */
#define AMBIT_CATEGORY_MAX 8 /* account columns of words a scenario may use */
#define AMBIT_TERM_MAX 8     /* terms of a measure's sum */
#define AMBIT_TABLE_MAX 64   /* rows of a distance-to-minutes table */
#define AMBIT_TERRITORY_MAX 100000
#define AMBIT_CLOSING_MAX 64       /* entries of forbidden and allowed */
#define AMBIT_PAIR_FILE_MAX 5      /* of them tables of pairs */
#define AMBIT_RATIO_MAX 16         /* figures under kpi */
#define AMBIT_SUM_TERM_MAX 16      /* terms of a sum of an audit, with those of measures it names */
#define AMBIT_SEGMENT_MAX 8        /* classes of accounts */
#define AMBIT_BUDGET_MAX 16        /* budgets of disruption */
#define AMBIT_COST_MAX 8           /* sums whose moves have a price */
#define AMBIT_PROTECTION_MAX 16    /* rules that protect accounts */
#define AMBIT_VARIANT_NAME_MAX 192 /* bytes of the name of a scenario in a file, with its NUL */
#define AMBIT_REP_COLUMN_MAX 8     /* columns of the reps that targets name */
#define AMBIT_REP_FACTOR_MAX 4     /* columns of the reps that their capacity is multiplied by */
#define AMBIT_HEADCOUNT_MAX 64     /* numbers of territories of a sweep */
#define AMBIT_CONTIGUITY_NEAREST_MAX 32 /* neighbours of a place, where they are counted */

/* A term of a measure: a column's index (≥ 0), or one of these. An audit's sums know visits, too.
 */
enum { AMBIT_TERM_COUNT = -1, AMBIT_TERM_TRAVEL = -2, AMBIT_TERM_VISITS = -3 };

/* A measure: the sum of its terms over a territory's accounts. */
struct ambit_measure {
    char name[AMBIT_NAME_MAX];
    char unit[AMBIT_NAME_MAX]; /* "h" for sums with travel; "" where not given */
    int term_count;
    int term[AMBIT_TERM_MAX];
};

enum ambit_target {
    AMBIT_TARGET_EQUAL,     /* the mean over territories */
    AMBIT_TARGET_CAPACITY,  /* the total, shared in proportion to the reps' capacity */
    AMBIT_TARGET_GIVEN,     /* target_value units for every territory */
    AMBIT_TARGET_REP,       /* the total, shared in proportion to a column of the reps */
    AMBIT_TARGET_REP_AMOUNT /* the value of a column of the reps, in the measure's unit */
};

enum ambit_limit {
    AMBIT_LIMIT_NONE,
    AMBIT_LIMIT_OF_TARGET, /* value × target (1.05 is 5 % above) */
    AMBIT_LIMIT_ABSOLUTE,  /* value, in the measure's unit */
    AMBIT_LIMIT_SHARE      /* value × the territory's measure `share_of` */
};

/* A hard constraint on one measure of every territory. */
struct ambit_band {
    int measure; /* index into measures */
    enum ambit_target target;
    double target_value; /* for AMBIT_TARGET_GIVEN */
    int target_column;   /* index into the reps' columns, for AMBIT_TARGET_REP and …_AMOUNT */
    enum ambit_limit lower_kind, upper_kind;
    double lower, upper;
    int share_of;      /* index into measures, for AMBIT_LIMIT_SHARE; else -1 */
    bool relax;        /* where it cannot be met, take the smallest limit that all can meet */
    double relax_room; /* and so much more, in the limit's unit */
    int line, column;  /* where it stands in the scenario file, for messages */
};

enum ambit_centre_kind { AMBIT_CENTRE_HOME, AMBIT_CENTRE_MEDIAN, AMBIT_CENTRE_CENTROID };

/* Minutes of a drive of d km: a·d^b, or linear between table rows (beyond the last row by the last
 * segment's slope, below the first from (0, 0)). */
struct ambit_drive_time {
    double a, b;     /* minutes and km; used where table_count is 0 */
    int table_count; /* 0 or ≥ 2 */
    double table_km[AMBIT_TABLE_MAX], table_minutes[AMBIT_TABLE_MAX]; /* strictly rising */
};

/* A sum over accounts whose terms may be subtracted. */
struct ambit_sum {
    int count; /* 0: none was given */
    int term[AMBIT_SUM_TERM_MAX];
    bool minus[AMBIT_SUM_TERM_MAX];
};

/* A figure that the user defines: top / bottom, or top alone. */
struct ambit_ratio {
    char name[AMBIT_NAME_MAX], unit[AMBIT_NAME_MAX]; /* unit "percent": shown times 100 */
    struct ambit_sum top, bottom;
};

enum ambit_segment_kind {
    AMBIT_SEGMENT_FROM,   /* limit: the least value of the class */
    AMBIT_SEGMENT_LARGEST /* limit: the part of all accounts that the class takes */
};

/* Classes of accounts by the size of a column, the largest first; the last takes the rest. */
struct ambit_segments {
    int column; /* index into the scenario's columns, or -1 */
    enum ambit_segment_kind kind;
    int count;
    char name[AMBIT_SEGMENT_MAX][AMBIT_NAME_MAX];
    double limit[AMBIT_SEGMENT_MAX];
};

enum ambit_admin {
    AMBIT_ADMIN_NONE,
    AMBIT_ADMIN_HOURS,   /* hours a year of every rep, beside work and travel */
    AMBIT_ADMIN_OF_TIME, /* a part of work, travel and administration together */
    AMBIT_ADMIN_OF_WORK  /* a part of work itself */
};

/* What `ambit audit` reports beside measures and bands. */
struct ambit_audit_terms {
    struct ambit_segments segments;
    struct ambit_sum work; /* hours a year that are no travel */
    enum ambit_admin admin_kind;
    double admin;                      /* hours, or a part */
    double days;                       /* working days a year */
    int visited_column, target_column; /* above 0: the account was, or is to be, visited; or -1 */
    struct ambit_sum effort, potential;
    bool takes_unknown; /* a current territory that there is none of is a gap, and no bad row */
    int ratio_count;
    struct ambit_ratio ratio[AMBIT_RATIO_MAX];
};

/* Numbers of the reps that targets are made of. */
struct ambit_rep_terms {
    int factor_count, column_count;
    char factor[AMBIT_REP_FACTOR_MAX][AMBIT_NAME_MAX]; /* 0.5 for half the time */
    char column[AMBIT_REP_COLUMN_MAX][AMBIT_NAME_MAX];
};

/* How far centres must be apart, where at least one of two is free. */
struct ambit_separation_terms {
    double km; /* 0: no such rule */
};

/* Accounts of one value of a column stay in one territory. */
struct ambit_together_terms {
    char column[AMBIT_NAME_MAX]; /* of the accounts, text or numbers; "" where there is no rule */
};

enum ambit_change_kind {
    AMBIT_CHANGE_ADD_REPS,        /* text: the file */
    AMBIT_CHANGE_LEAVE,           /* text: a rep or a territory */
    AMBIT_CHANGE_MOVE,            /* text: a rep or a territory; lat, lon: its home from now on */
    AMBIT_CHANGE_HIRE,            /* text: a new territory and its rep; lat, lon: the home; by: the
                                     capacity, NaN for the mean of the others */
    AMBIT_CHANGE_ADD_ACCOUNTS,    /* text: the file */
    AMBIT_CHANGE_REMOVE_ACCOUNTS, /* text: a file with their ids; NULL: those that where means */
    AMBIT_CHANGE_SCALE            /* by times the column */
};

/* A difference to what the tables say. */
struct ambit_change {
    enum ambit_change_kind kind;
    int line, column; /* where it stands in the scenario file */
    char *text;       /* owned; NULL where there is none */
    double lat, lon;  /* degrees */
    int scaled;       /* index of an account column */
    double by;
    struct ambit_filter where; /* of removed and scaled accounts; without a condition: all */
};

/* What a scenario changes in its tables before they are used. */
struct ambit_change_terms {
    int count;
    struct ambit_change *change; /* owned; in the order of the kinds above */
    bool has_seed;
    uint64_t seed;
    char variant[AMBIT_VARIANT_NAME_MAX]; /* which scenario of the file; "": its base */
};

/* A territory, or its rep, as a rule names it. */
struct ambit_named_territory {
    char text[AMBIT_NAME_MAX];
    int line, column; /* where it stands in the scenario file, for messages */
};

/* An entry of rules.forbidden or rules.allowed: a filter with territories, or a table of pairs. */
struct ambit_closing {
    bool only;                  /* allowed: these territories and no others */
    struct ambit_filter where;  /* accounts that are meant */
    int first_name, name_count; /* territories, of the terms' names */
    char *file;                 /* owned; table of pairs, as written; NULL: none */
    char id_column[AMBIT_NAME_MAX], territory_column[AMBIT_NAME_MAX]; /* of the table */
};

enum ambit_reach_kind { AMBIT_REACH_NONE, AMBIT_REACH_MINUTES, AMBIT_REACH_KM };

/* Who may serve whom: the section `rules`. */
struct ambit_eligibility_terms {
    bool has_lock;
    struct ambit_filter lock;           /* accounts that stay where they are */
    int fixed_first, fixed_count;       /* territories that are left as they are, of the names */
    int needs_category;                 /* accounts' column of words, or -1 */
    char skills_column[AMBIT_NAME_MAX]; /* of the reps; "" with no needs */
    int closing_count;
    struct ambit_closing *closing; /* owned */
    int name_count, name_room;
    struct ambit_named_territory *name; /* owned */
    enum ambit_reach_kind reach_kind;
    double reach; /* one way, minutes or km */
};

enum ambit_law {
    AMBIT_LAW_NONE,
    AMBIT_LAW_LOGNORMAL, /* size: coefficient of variation */
    AMBIT_LAW_NORMAL,    /* the same; factors below zero are taken as zero */
    AMBIT_LAW_UNIFORM    /* size: half the width */
};

/* How a factor of mean 1 is drawn. */
struct ambit_spread {
    enum ambit_law law;
    double size;
};

/* A column whose values are only known roughly: the true one is the value times two factors. */
struct ambit_uncertain_column {
    int column;               /* index into the scenario's columns */
    struct ambit_spread each; /* of every account by itself */
    struct ambit_spread shared;
    int by; /* accounts of one word of this category share that factor; −1: all do */
};

/* What `ambit robustness` draws. */
struct ambit_robustness_terms {
    int samples;
    int count;
    struct ambit_uncertain_column column[AMBIT_COLUMN_MAX];
};

/* How `ambit nightly` keeps a plan up. */
struct ambit_nightly_terms {
    double hours_per_move; /* of travel a year that a move must save beyond; NAN: not said */
};

/* What `ambit headcount` sweeps, and what its figures are made of. */
struct ambit_headcount_terms {
    bool asked; /* the section is there: figures go into the results of a farm */
    int count;  /* 0: numbers around today's */
    int32_t number[AMBIT_HEADCOUNT_MAX]; /* territories; rising */
    double hours_per_rep;                /* a year, of every rep; 0: the reps' capacity */
    double per_hour, per_km, per_rep;    /* cost of travel and of a rep a year */
    struct ambit_sum value;              /* of an account; without terms: none is said */
    double margin;                       /* what a unit of it is worth in the money of the costs */

    /* the call plan: visits a year and hours a visit of each of the scenario's segments */
    bool has_call_plan;
    double visits[AMBIT_SEGMENT_MAX], visit_hours[AMBIT_SEGMENT_MAX];
    double working_hours, field_share; /* of a rep; the part of these hours that is for visits */
};

enum ambit_contiguity {
    AMBIT_CONTIGUITY_FREE,
    AMBIT_CONTIGUITY_PREFERRED, /* as few pieces as the bands leave */
    AMBIT_CONTIGUITY_REQUIRED   /* hard, as bands are */
};

/* Territories in one piece on the neighbour graph of the accounts' places. */
struct ambit_contiguity_terms {
    enum ambit_contiguity wanted;
    int nearest;       /* neighbours of a place; 0: by Delaunay's triangulation */
    double longest_km; /* of an edge; infinity: any */
    char *barriers;    /* owned; GeoJSON file, relative to the scenario's folder; NULL: none */
};

/* What a budget is counted over: the nation, or each territory that loses accounts. */
enum ambit_budget_scope { AMBIT_BUDGET_NATION, AMBIT_BUDGET_TERRITORY };

/* The most that may change hands of a sum without travel. */
struct ambit_budget {
    enum ambit_budget_scope scope;
    struct ambit_measure sum; /* its name is that of the budget: "accounts", "potential" */
    bool is_part;             /* `most` is a part of what has a current territory, else units */
    double most;
    struct ambit_filter where;    /* the accounts that count; without a condition all */
    char segment[AMBIT_NAME_MAX]; /* what these are called; "" for all */
};

enum ambit_protection_kind {
    AMBIT_PROTECT_TOP,    /* the `top` accounts of the largest sum */
    AMBIT_PROTECT_COLUMN, /* accounts whose sum is above 0 */
    AMBIT_PROTECT_WHERE   /* accounts that a filter means */
};

/* Accounts that stay where they are. */
struct ambit_protection {
    enum ambit_protection_kind kind;
    int64_t top;
    struct ambit_measure sum;
    struct ambit_filter where;
};

/* Limits and prices of what changes hands; accounts without a current territory are new, and
 * count for nothing. */
struct ambit_disruption_terms {
    int budget_count;
    struct ambit_budget budget[AMBIT_BUDGET_MAX];
    int cost_count; /* prices beside disruption_hours */
    struct ambit_measure cost_sum[AMBIT_COST_MAX];
    double cost_hours[AMBIT_COST_MAX]; /* hours a unit that changes hands */
    int protection_count;
    struct ambit_protection protection[AMBIT_PROTECTION_MAX];
};

struct ambit_scenario {
    char *path; /* owned; as the user gave it */
    char *text; /* owned; the file's bytes, NUL-terminated, for provenance */
    char name[AMBIT_NAME_MAX];

    /* accounts */
    char *accounts_file; /* owned; as written, relative to the scenario's folder */
    char delimiter;      /* ',' unless given */
    char id_column[AMBIT_NAME_MAX];
    char lat_column[AMBIT_NAME_MAX], lon_column[AMBIT_NAME_MAX]; /* both, or both "" */
    char x_column[AMBIT_NAME_MAX], y_column[AMBIT_NAME_MAX];     /* both, or both "" */
    char *crs;                                                   /* owned; for x, y; else NULL */
    char territory_column[AMBIT_NAME_MAX]; /* current territory; "" where there is none */
    int column_count;                      /* numeric columns that measures and visits use */
    char column[AMBIT_COLUMN_MAX][AMBIT_NAME_MAX];
    int category_count; /* columns of words that filters and rules use */
    char category[AMBIT_CATEGORY_MAX][AMBIT_NAME_MAX];
    struct ambit_filter_words filter_words; /* of all filters */
    int visits_column;                      /* index into column, or -1 */
    double visits_number; /* visits a year of every account where visits_column is -1 */

    /* reps and territories */
    char *reps_file;     /* owned; NULL where there is none */
    int territory_count; /* `territories:`; 0: one for every rep */
    char rep_id_column[AMBIT_NAME_MAX];
    char rep_territory_column[AMBIT_NAME_MAX]; /* "" where the rep id names the territory */
    char rep_lat_column[AMBIT_NAME_MAX], rep_lon_column[AMBIT_NAME_MAX];
    char rep_x_column[AMBIT_NAME_MAX], rep_y_column[AMBIT_NAME_MAX];
    char rep_capacity_column[AMBIT_NAME_MAX];
    bool homes_fixed;                   /* a rep's home, where there is one, is the centre */
    enum ambit_centre_kind free_centre; /* MEDIAN or CENTROID, for the others */

    /* travel */
    double stops_per_day; /* stops of a day tour: the line haul is shared among them */
    double local_factor;  /* km between neighbouring stops = local_factor / √density */
    struct ambit_drive_time drive_time;

    /* measures and bands */
    int measure_count;
    struct ambit_measure measure[AMBIT_MEASURE_MAX];
    int band_count;
    struct ambit_band band[2 * AMBIT_MEASURE_MAX];

    /* objective: travel hours + disruption_hours × accounts that change hands */
    double disruption_hours;
    struct ambit_disruption_terms disruption;

    struct ambit_audit_terms audit;
    struct ambit_together_terms together;
    struct ambit_change_terms changes;
    struct ambit_eligibility_terms eligibility;
    struct ambit_robustness_terms robustness;
    struct ambit_rep_terms rep;
    struct ambit_separation_terms separation;
    struct ambit_nightly_terms nightly;
    struct ambit_contiguity_terms contiguity;
    struct ambit_layer_terms layers;
    struct ambit_headcount_terms headcount;
};

/* Sets every default (documented by `ambit run --help-scenario`); owns nothing yet. */
void ambit_scenario_init(struct ambit_scenario *scenario);
void ambit_scenario_clear(struct ambit_scenario *scenario);

/* Drops what it changes in its tables: for rows that are no part of them. */
void ambit_scenario_forget_changes(struct ambit_scenario *scenario);

/* The files that the scenario names, from index 0 on: accounts, reps, and whatever its rules,
 * changes and layers read; as written, and NULL where there is none. Returns NULL behind the last.
 */
char **ambit_scenario_file(struct ambit_scenario *scenario, int index);

/* The index of the measure of that name, or -1. */
int ambit_scenario_find_measure(const struct ambit_scenario *scenario, const char *name);
/* True where a term of the measure is travel. */
bool ambit_measure_has_travel(const struct ambit_measure *measure);

#endif
