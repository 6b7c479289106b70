/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why no plan was sought, as data: what the rules alone rule out, and what would do about each of
 * these findings.
 */
#ifndef AMBIT_REFUSAL_H
#define AMBIT_REFUSAL_H

#include "engine/model/diagnosis.h"

enum { AMBIT_REMEDY_TEXT = 400 };

/* One step; all steps of a set are enough for their finding, and any set of it is. */
struct ambit_refusal_remedy {
    int32_t finding, set;
    struct ambit_opening opening; /* `remedy`, `band` and `budget_cell` unused */
    char territory[AMBIT_NAME_MAX], measure[AMBIT_NAME_MAX];
    char text[AMBIT_REMEDY_TEXT];
};

struct ambit_refusal {
    int32_t finding_count, remedy_count;
    struct ambit_finding *finding;       /* owned */
    struct ambit_refusal_remedy *remedy; /* owned; by finding, then set */
};

/* Each makes *refusal where it is NULL. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_refusal_find(struct ambit_refusal **refusal,
                                const struct ambit_finding *finding) AMBIT_CHECKED;
/* A step of set `set` for the last finding. */
ambit_status ambit_refusal_add(struct ambit_refusal *refusal, int32_t set,
                               const struct ambit_refusal_remedy *remedy) AMBIT_CHECKED;

/* "\n    A and\n    B; or\n    C", the steps of finding `finding`; "" where there are none. What
 * has no room is left out whole. */
void ambit_refusal_words(const struct ambit_refusal *refusal, int32_t finding, size_t room,
                         char *out);

void ambit_refusal_destroy(struct ambit_refusal **refusal);

#endif
