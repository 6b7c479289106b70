/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An alignment as a table: an account's id and a territory, or its rep's id, in each row. Here an
 * account may have several rows, and a territory that there is none of.
 */
#ifndef AMBIT_ALIGNMENT_CSV_H
#define AMBIT_ALIGNMENT_CSV_H

#include "engine/model/scenario.h"
#include "io/pair_rows.h"

/* Accounts in the order of their ids. Zeroed, it is empty. */
struct ambit_alignment {
    struct ambit_pairs_read read;
    int64_t count;
    int32_t id_width;
    char *id;             /* owned; count × id_width, NUL-padded */
    int64_t *claim_first; /* owned; count + 1 */
    int32_t *claim;       /* owned; the territories of account n, each once and rising; alone
                             AMBIT_TERRITORY_NONE or AMBIT_TERRITORY_UNKNOWN where it has none */
};

/* Reads the table at `path`: by the scenario's names for the accounts' id and territory or, where
 * the header has no such, by those that `ambit export --csv` writes. Bad rows are added to
 * *bad_inout, and fail with AMBIT_ERR_INPUT unless `skip_bad_rows`. Errors: also AMBIT_ERR_IO,
 * AMBIT_ERR_MEMORY. Local. */
ambit_status ambit_alignment_read_csv(const char *path, const struct ambit_scenario *scenario,
                                      const struct ambit_territories *territories,
                                      bool skip_bad_rows, struct ambit_bad_rows *bad_inout,
                                      struct ambit_alignment *out) AMBIT_CHECKED;
void ambit_alignment_clear(struct ambit_alignment *alignment);

#endif
