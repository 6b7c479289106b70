/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model of a diagnosis: the territories in trouble and those next to them, their accounts as
 * cells, and what rules and budgets say of those. Internal to diagnose.c and diagnose_laws.c.
 */
#ifndef AMBIT_DIAGNOSE_MODEL_H
#define AMBIT_DIAGNOSE_MODEL_H

#include "engine/model/diagnosis.h"
#include "engine/run/job.h"
#include "solvers/cells.h"
#include "solvers/elastic.h"

enum { AMBIT_MODEL_TERRITORIES = 36 };

/* What accounts of a cell have in common. */
struct ambit_model_kind {
    uint64_t key;     /* a hash of the rest, never 0 */
    int32_t previous; /* today's territory, where there are budgets: −1 where there is none, AWAY
                         for one beyond the model where it makes no difference which */
    uint8_t broken[AMBIT_MODEL_TERRITORIES]; /* by territory of the model, a bit for each rule that
                                                it would break: enum ambit_rule_kind, then HELD */
};
enum { AMBIT_MODEL_AWAY = -2 };
#define AMBIT_BROKEN_HELD (1u << AMBIT_RULE_KIND_COUNT)
#define AMBIT_BROKEN_CLOSED (1u << (AMBIT_RULE_KIND_COUNT + 1)) /* whatever the rules were */

/* What a cell has beside its loads. */
struct ambit_model_sum {
    int32_t territory, unused; /* the cell, as in struct ambit_cell */
    int64_t block;
    uint64_t kind;
    int64_t accounts;
    int64_t least, step; /* accounts of its smallest unit, and what divides those of each */
    int64_t drawn[AMBIT_BUDGET_MAX]; /* micro-units that its accounts draw on each budget by leaving
                                        `previous` */
};

/* A rule of the scenario as far as the model may be excepted from it. */
struct ambit_model_law {
    enum ambit_relaxed what;
    int32_t territory; /* of the model, or −1 */
    int64_t of;        /* accounts that it holds; at least 1 */
    int64_t least;     /* accounts of the smallest unit that it holds */
    int64_t step;      /* what divides those of every such unit */
};

struct ambit_model {
    struct ambit_job *job; /* borrowed; the search's: its accounts may be units */
    const int32_t *label;  /* borrowed; of the job's accounts */
    const struct ambit_result *result;
    int rules, bands;
    int32_t count;
    int32_t territory[AMBIT_MODEL_TERRITORIES]; /* ascending */
    struct ambit_cell *cell;                    /* owned; of all ranks, on rank 0 */
    int64_t cells;
    bool tells_kinds;              /* there are rules, budgets or protected accounts */
    struct ambit_model_kind *kind; /* owned; by key, on rank 0 */
    int64_t kinds;
    int64_t *kind_at;            /* owned; [cell]: its kind */
    struct ambit_model_sum *sum; /* owned; [cell], on rank 0 */
    int64_t *spent;              /* owned; per cell of the budgets: of the whole plan */
    int band[AMBIT_RULE_MAX];
    int64_t *first;               /* owned */
    int32_t *option;              /* owned; index into `territory` */
    double *distance;             /* owned; [option]: squared chord of the cell to its centre */
    double *load;                 /* owned; in parts of the rule's scale */
    double *low, *high;           /* owned; [territory × rules + rule], in parts of the scale */
    double *width;                /* owned; same shape */
    double scale[AMBIT_RULE_MAX]; /* micro-units */

    struct ambit_model_law *law; /* owned */
    int32_t laws, graded;        /* graded: the law of reach, or −1 */
    int64_t *first_law;          /* owned; options + 1 */
    int32_t *option_law;         /* owned */
    double *law_part, *grade;    /* owned */

    int32_t *budget; /* owned; cells of the job's budgets that the model draws on */
    int32_t budgets;
    double *budget_scale, *room, *budget_width; /* owned; the first in micro-units */
    int64_t *first_draw;                        /* owned; options + 1 */
    int32_t *draw_budget;                       /* owned */
    double *draw;                               /* owned */
};

/* The kind of each account of the slice with inside[i] ≥ 0 into key_out, and the kinds of all ranks
 * into the model. Collective. */
ambit_status ambit_model_make_kinds(struct ambit_model *model, const int32_t *inside,
                                    uint64_t *key_out) AMBIT_CHECKED;

/* What the model's cells, which are merged already, have beside loads; `mine` are the slice's
 * before that, `count` of them, by block. Collective. */
ambit_status ambit_model_gather_sums(struct ambit_model *model, const int32_t *inside,
                                     const uint64_t *key, int64_t block_size,
                                     const struct ambit_cell *mine, int64_t count) AMBIT_CHECKED;

/* The rules that cell c would break in territory m of the model. */
unsigned ambit_model_broken(const struct ambit_model *model, int64_t c, int32_t m);

/* Laws and budgets of the options that are there. Local. */
ambit_status ambit_model_set_laws(struct ambit_model *model) AMBIT_CHECKED;
ambit_status ambit_model_set_budgets(struct ambit_model *model) AMBIT_CHECKED;

/* What an answer says of law or budget `k` as an opening; false where it is not relaxed. */
bool ambit_model_law_opening(const struct ambit_model *model, int32_t law, double value,
                             double grade, struct ambit_opening *out);
bool ambit_model_budget_opening(const struct ambit_model *model, int32_t budget, double value,
                                struct ambit_opening *out);

void ambit_model_clear(struct ambit_model *model);

#endif
