/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/moves_csv.h"
#include "engine/base/atomic_file.h"
#include "io/csv_out.h"

#include <inttypes.h>
#include <string.h>

static void put_move(FILE *file, const struct ambit_moves *moves, int64_t n)
{
    const struct ambit_result *const plan = moves->plan;
    const struct ambit_moves_row *const row = &moves->row[n];
    const struct ambit_moves_territory *const from = &moves->territory[row->from];
    const struct ambit_moves_territory *const to = &moves->territory[row->to];
    const char *const id = plan->account_id + row->account * plan->id_width;
    (void)fprintf(file, "%" PRId32 ",", row->step);
    ambit_csv_put_field(file, id, strnlen(id, (size_t)plan->id_width));
    ambit_csv_put_name(file, from->name);
    ambit_csv_put_name(file, to->name);
    ambit_csv_put_name(file, from->rep_before);
    ambit_csv_put_name(file, to->rep_after);
    (void)fprintf(file, ",%" PRId32, row->step_accounts);
    ambit_csv_put_decimal(file, row->deviation_before, 9);
    ambit_csv_put_decimal(file, row->deviation_after, 9);
    ambit_csv_put_decimal(file, row->saving, 6);
    (void)fprintf(file, ",%" PRId64, n + 1);
    if (moves->counts_torn) (void)fprintf(file, ",%" PRId32, moves->torn[n]);
    (void)fputc('\n', file);
}

static void put_moves(FILE *file, const struct ambit_moves *moves)
{
    (void)fputs("step,account_id,from,to,from_rep,to_rep,step_accounts,deviation_before,"
                "deviation_after,travel_hours_saved,moved",
                file);
    (void)fputs(moves->counts_torn ? ",in_pieces\n" : "\n", file);
    for (int64_t n = 0; n < moves->row_count; n++)
        put_move(file, moves, n);
}

ambit_status ambit_moves_write(const char *path, const struct ambit_moves *moves)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    put_moves(out.file, moves);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}

ambit_status ambit_handovers_write(const char *path, const struct ambit_moves *moves)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    (void)fputs("from_rep,from,to_rep,to,accounts", out.file);
    for (int m = 0; m < moves->plan->measure_count; m++)
        ambit_csv_put_name(out.file, moves->plan->measure[m].name);
    (void)fputc('\n', out.file);
    for (int32_t h = 0; h < moves->handover_count; h++) {
        const struct ambit_handover *const one = &moves->handover[h];
        const char *const giver = moves->territory[one->from].rep_before;
        ambit_csv_put_field(out.file, giver, strlen(giver));
        ambit_csv_put_name(out.file, moves->territory[one->from].name);
        ambit_csv_put_name(out.file, moves->territory[one->to].rep_after);
        ambit_csv_put_name(out.file, moves->territory[one->to].name);
        (void)fprintf(out.file, ",%" PRId64, one->account_count);
        for (int m = 0; m < moves->plan->measure_count; m++)
            ambit_csv_put_decimal(out.file, one->measure[m], 6);
        (void)fputc('\n', out.file);
    }
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}
