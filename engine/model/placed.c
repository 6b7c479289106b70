/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/placed.h"
#include "engine/base/status.h"

const char *ambit_placed_reason_name(enum ambit_placed_reason reason)
{
    static const char *const names[AMBIT_PLACED_REASONS] = {
        [AMBIT_PLACED_NEAREST] = "nearest", [AMBIT_PLACED_PRICE] = "price",
        [AMBIT_PLACED_NEXT] = "next",       [AMBIT_PLACED_OVER] = "over",
        [AMBIT_PLACED_RULE] = "rule",       [AMBIT_PLACED_NONE] = "none",
        [AMBIT_PLACED_GROUP] = "group",     [AMBIT_PLACED_NEIGHBOUR] = "neighbour",
    };
    AMBIT_REQUIRE(reason >= 0 && reason < AMBIT_PLACED_REASONS);
    return names[reason];
}
