/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Accounts that an audited plan gives to no territory, or to several, for people. Local.
 */
#ifndef AMBIT_REPORT_COVER_H
#define AMBIT_REPORT_COVER_H

#include "engine/model/result.h"
#include <stdio.h>

/* The end of the line that counts accounts: what lies outside of it, or that nothing does. */
void ambit_report_cover_line(FILE *file, const struct ambit_result *result);

/* Why the plan is none, as "infeasible: …"; false, and nothing printed, where it covers all. */
bool ambit_report_cover_status(FILE *file, const struct ambit_result *result);

/* The heaviest of both kinds; nothing where the plan covers all. */
void ambit_report_cover(FILE *file, const struct ambit_result *result);

#endif
