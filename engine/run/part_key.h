/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A plan that is kept until the whole job is done has a file beside it, PART.key, with the hash of
 * all that the plan depends on: a later job takes the plan where it comes to the same hash. Local.
 */
#ifndef AMBIT_PART_KEY_H
#define AMBIT_PART_KEY_H

#include "engine/base/hash.h"
#include <stdbool.h>

/* Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. */
ambit_status ambit_part_key_write(const char *part,
                                  const char key[AMBIT_SHA256_TEXT]) AMBIT_CHECKED;
bool ambit_part_key_matches(const char *part, const char key[AMBIT_SHA256_TEXT]);
void ambit_part_key_remove(const char *part);

#endif
