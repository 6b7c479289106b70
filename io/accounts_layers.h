/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which accounts each layer of a scenario takes, from the rows of any source.
 */
#ifndef AMBIT_ACCOUNTS_LAYERS_H
#define AMBIT_ACCOUNTS_LAYERS_H

#include "engine/base/comm.h"
#include "engine/model/accounts.h"
#include "engine/model/territories.h"

/* The layers of each of this rank's accounts (layers.h), whose filters are resolved. *mask_out is
 * owned by the caller. Errors: AMBIT_ERR_INPUT where a table of ids cannot be read or names what is
 * no account; AMBIT_ERR_MEMORY, agreed. Collective. */
ambit_status ambit_layers_mark(const struct ambit_scenario *s, struct ambit_comm *comm,
                               const struct ambit_accounts *a, uint32_t **mask_out) AMBIT_CHECKED;

/* Fails with AMBIT_ERR_INPUT where accounts of the file at `path`, which are new to the table, are
 * not of the layer that the scenario is, by the filters of its layers; a table of ids names none of
 * them, and a layer that is one takes whom it is given. Filters are resolved. Agreed. Collective.
 */
ambit_status ambit_layers_check_new(const struct ambit_scenario *s, const char *path,
                                    struct ambit_comm *comm,
                                    const struct ambit_accounts *a) AMBIT_CHECKED;

/* Adds the territories and reps of the other layers to those that are known and gone: an account
 * that they have today is new to this layer. Errors as for ambit_read_territories(). Collective. */
ambit_status ambit_layers_know_others(const struct ambit_scenario *s, struct ambit_comm *comm,
                                      bool skip_bad_rows,
                                      struct ambit_territories *territories) AMBIT_CHECKED;

#endif
