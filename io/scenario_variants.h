/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The scenarios that one file asks for beside its base: entries of `scenarios`, each the base with
 * overrides, and `grid`, the product of lists of values; or its layers, each the base with
 * overrides and the accounts that it takes. All are bound when the file is read, so that a mistake
 * in any of them is told, with its place, before anything is computed.
 */
#ifndef AMBIT_SCENARIO_VARIANTS_H
#define AMBIT_SCENARIO_VARIANTS_H

#include "engine/base/comm.h"
#include "engine/model/scenario.h"

#define AMBIT_VARIANT_MAX 4096 /* scenarios of one file */
#define AMBIT_VARIANT_BASE (-1)

struct ambit_variants; /* opaque */

/* Reads the scenarios from `bytes` bytes of text and binds each of them once. Errors:
 * AMBIT_ERR_INPUT with file:line:column, AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_variants_parse(const char *path, const char *text, size_t bytes,
                                  struct ambit_variants **out) AMBIT_CHECKED;
void ambit_variants_destroy(struct ambit_variants **variants);

/* The same from a file that rank 0 reads. Errors as for ambit_scenario_load(). Collective. */
ambit_status ambit_variants_load(const char *path, struct ambit_comm *comm,
                                 struct ambit_variants **out) AMBIT_CHECKED;

/* True where they are the layers of the file, which has no base then, and no other scenarios. */
bool ambit_variants_are_layers(const struct ambit_variants *variants);

int ambit_variants_count(const struct ambit_variants *variants);
const char *ambit_variants_name(const struct ambit_variants *variants, int index);

/* The scenario of that name. Errors: AMBIT_ERR_USAGE where there is none, with the nearest name.
 * Local. */
ambit_status ambit_variants_find(const struct ambit_variants *variants, const char *name,
                                 int *index_out) AMBIT_CHECKED;

/* Binds one scenario, or the base. *scenario_out is overwritten; the caller clears it. Errors as
 * for ambit_variants_parse(). Local. */
ambit_status ambit_variants_bind(const struct ambit_variants *variants, int index,
                                 struct ambit_scenario *scenario_out) AMBIT_CHECKED;

/* What a scenario overrides, such as "bands.hours: 4%; seed: 2", owned by the caller; and whether
 * nothing but the seed is another. Errors: AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_variants_differences(const struct ambit_variants *variants, int index,
                                        char **text_out) AMBIT_CHECKED;

#endif
