/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plan as a table that any program opens: account_id, territory, rep, previous, moved.
 */
#ifndef AMBIT_ASSIGNMENTS_CSV_H
#define AMBIT_ASSIGNMENTS_CSV_H

#include "engine/model/result.h"

/* One row an account in canonical order, lines ended by LF, fields quoted by RFC 4180 where they
 * must be. `previous` is empty where there is none; `moved` is 1 where the current territory is
 * known and another one. Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_assignments_write(const char *path,
                                     const struct ambit_result *result) AMBIT_CHECKED;

#endif
