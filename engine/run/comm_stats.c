/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/run/comm_stats.h"
#include "engine/base/atomic_file.h"
#include "engine/base/memory.h"
#include "engine/base/traffic.h"

static ambit_status store(const char *path, const char *text, int64_t bytes)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    (void)fputs("phase,round,rank,kind,calls,payload_bytes,messages,sent_bytes,received_bytes,"
                "seconds,seconds_in_calls,cpu_seconds\n",
                out.file);
    (void)fwrite(text, 1, (size_t)bytes, out.file);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}

ambit_status ambit_comm_stats_write(struct ambit_comm *comm, const char *path)
{
    ambit_status status = AMBIT_OK;
    char *mine = NULL, *all = NULL;
    int64_t bytes = 0, all_bytes = 0;
    AMBIT_TRY_TOGETHER(comm, ambit_traffic_lines(ambit_comm_rank(comm), &mine, &bytes));
    AMBIT_TRY(ambit_comm_gather(comm, mine, bytes, 1, &all, &all_bytes));
    AMBIT_TRY_TOGETHER(comm, ambit_comm_rank(comm) == 0 ? store(path, all, all_bytes) : AMBIT_OK);
done:
    ambit_free(&mine);
    ambit_free(&all);
    return status;
}
