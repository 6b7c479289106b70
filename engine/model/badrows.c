/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The names of the kinds, as they stand in messages and result files.
 */
#include "engine/model/badrows.h"

const char *ambit_bad_kind_name(enum ambit_bad_kind kind)
{
    static const char *const name[AMBIT_BAD_KIND_COUNT] = {
        [AMBIT_BAD_MISSING_ID] = "missing id",
        [AMBIT_BAD_DUPLICATE_ID] = "duplicate id",
        [AMBIT_BAD_COORDINATE] = "bad coordinate",
        [AMBIT_BAD_NOT_A_NUMBER] = "not a number",
        [AMBIT_BAD_NEGATIVE] = "negative number",
        [AMBIT_BAD_INFINITE] = "infinite number",
        [AMBIT_BAD_UNKNOWN_TERRITORY] = "unknown territory or rep",
        [AMBIT_BAD_FIELD_COUNT] = "wrong number of fields",
        [AMBIT_BAD_QUOTE] = "misplaced quote",
        [AMBIT_BAD_ENCODING] = "not UTF-8 text",
    };
    AMBIT_REQUIRE((int)kind >= 0 && kind < AMBIT_BAD_KIND_COUNT);
    return name[kind];
}
