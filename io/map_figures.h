/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The key figures of a result in words for a map: a few cards of one large number each.
 */
#ifndef AMBIT_MAP_FIGURES_H
#define AMBIT_MAP_FIGURES_H

#include "engine/model/result.h"
#include <stddef.h>
#include <stdint.h>

#define AMBIT_CARD_MAX (6 + 2 * AMBIT_MEASURE_MAX)

struct ambit_card {
    char value[48];                    /* "−18.2 %" */
    char name[2 * AMBIT_NAME_MAX + 8]; /* "travel against before" */
    char detail[96];                   /* "was 123,457 h"; may be "" */
    bool alarm;                        /* a band is not met */
};

/* Fills cards_out (room for AMBIT_CARD_MAX) and returns how many. UTF-8, not escaped. Local. */
int ambit_map_figures(const struct ambit_result *result, struct ambit_card *cards_out);

/* Whether territory j meets the band; a billionth of the limit is forgiven to rounding. */
bool ambit_map_band_met(const struct ambit_result_band *band, int32_t j);
/* Whether it meets all bands. */
bool ambit_map_territory_met(const struct ambit_result *result, int32_t j);

/* `value` with commas between thousands and a true minus: "−1,234.5". */
void ambit_map_number(double value, int decimals, char *out, size_t bytes);

#endif
