/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a farm keeps of each of its scenarios: how it ended, and its result.
 */
#ifndef AMBIT_FARM_RECORD_H
#define AMBIT_FARM_RECORD_H

#include "engine/model/result.h"

enum ambit_farm_status {
    AMBIT_FARM_DONE,       /* every band is met */
    AMBIT_FARM_INFEASIBLE, /* a plan is there, which breaks a band */
    AMBIT_FARM_FAILED      /* there is no plan; the message says why */
};

/* "done", "infeasible" or "failed". */
const char *ambit_farm_status_name(enum ambit_farm_status status);

#define AMBIT_FARM_MESSAGE_MAX 2048

struct ambit_farm_record {
    char name[AMBIT_VARIANT_NAME_MAX];
    char *changes; /* owned; what it changes of the base, in words */
    enum ambit_farm_status status;
    char message[AMBIT_FARM_MESSAGE_MAX];
    bool warm;                     /* began with the plan of the base */
    char key[AMBIT_SHA256_TEXT];   /* of all that it depends on; in its part alone */
    struct ambit_result result;    /* empty where it failed */
    struct ambit_refusal *refusal; /* owned; why no plan was sought; NULL: it was (refusal.h) */
};

void ambit_farm_record_init(struct ambit_farm_record *record);
void ambit_farm_record_clear(struct ambit_farm_record *record);

#endif
