/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/finding.h"

#include <math.h>
#include <stddef.h>

const char *ambit_reason_name(int reason)
{
    static const char *const names[AMBIT_REASON_COUNT] = {
        "unserved",           "unserved groups", "too much locked", "too few may join",
        "too heavy groups",   "separation",      "too little room", "too much asked",
        "too heavy accounts", "in pieces",       "too near",        "joined pieces"};
    return reason >= 0 && reason < AMBIT_REASON_COUNT ? names[reason] : NULL;
}

struct ambit_finding ambit_finding_of(enum ambit_reason reason)
{
    return (struct ambit_finding){.reason = reason, .has = NAN, .limit = NAN};
}
