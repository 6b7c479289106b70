/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/barriers.h"
#include "engine/base/memory.h"

void ambit_barriers_clear(struct ambit_barriers *barriers)
{
    ambit_free(&barriers->piece);
    barriers->count = 0;
}
