/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/model/farm_record.h"
#include "engine/base/memory.h"
#include "engine/model/refusal.h"

const char *ambit_farm_status_name(enum ambit_farm_status status)
{
    static const char *const names[] = {"done", "infeasible", "failed"};
    return names[status];
}

void ambit_farm_record_init(struct ambit_farm_record *record)
{
    *record = (struct ambit_farm_record){.status = AMBIT_FARM_DONE};
    ambit_result_init(&record->result);
}

void ambit_farm_record_clear(struct ambit_farm_record *record)
{
    ambit_free(&record->changes);
    ambit_result_clear(&record->result);
    ambit_refusal_destroy(&record->refusal);
    ambit_farm_record_init(record);
}
