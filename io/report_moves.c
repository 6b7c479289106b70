/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/report_moves.h"
#include "engine/base/fixed.h"
#include "io/report_json.h"
#include "io/report_text.h"

#include <math.h>
#include <string.h>

enum { SHOWN = 20, NAME_MOST = 24, PART_COUNT = 9 };

/* Parts of all moves at which the way is told. */
static const double part_of[PART_COUNT] = {0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 1.0};

/* The way after some moves, at the end of a step. */
struct part {
    int64_t moves;
    int64_t deviation; /* thousand-millionths of a target */
    int64_t saving;    /* micro-hours */
    int32_t torn;      /* territories in pieces */
};

static double targets_of(int64_t deviation)
{
    return (double)deviation * 1e-9;
}

/* Fills at most PART_COUNT parts, each with more moves than the one before; returns how many. */
static int list_parts(const struct ambit_moves *moves, struct part out[PART_COUNT])
{
    int count = 0;
    struct part now = {0, moves->deviation_before, 0, moves->torn_before};
    for (int k = 0; k < PART_COUNT; k++) {
        const int64_t wanted = (int64_t)ceil(part_of[k] * (double)moves->row_count);
        while (now.moves < moves->row_count &&
               (now.moves < wanted ||
                (now.moves > 0 && moves->row[now.moves].step == moves->row[now.moves - 1].step))) {
            now.saving += moves->row[now.moves].saving;
            if (moves->counts_torn) now.torn = moves->torn[now.moves];
            now.deviation = moves->row[now.moves++].deviation_after;
        }
        if (count == 0 || out[count - 1].moves < now.moves) out[count++] = now;
    }
    return count;
}

/* ---- for people ---- */

static void print_number(FILE *file, double value, int decimals, int width)
{
    char text[AMBIT_TEXT_MAX];
    ambit_text_number(value, decimals, text);
    ambit_text_pad(file, text, width);
}

static void print_head(FILE *file, const struct ambit_moves *moves)
{
    char rows[AMBIT_TEXT_MAX], all[AMBIT_TEXT_MAX], part[AMBIT_TEXT_MAX], steps[AMBIT_TEXT_MAX];
    const int64_t accounts = moves->plan->account_count;
    ambit_text_count(moves->row_count, rows);
    ambit_text_count(accounts, all);
    ambit_text_count(moves->step_count, steps);
    ambit_text_percent(accounts > 0 ? (double)moves->row_count / (double)accounts : 0.0, 1, part);
    (void)fprintf(file, "%s of %s accounts move (%s), in %s steps.\n", rows, all, part, steps);
    if (moves->joint_step_count > 0) {
        ambit_text_count(moves->joint_step_count, steps);
        ambit_text_count(moves->largest_step, rows);
        (void)fprintf(file, "Steps that take several accounts at once: %s, the largest %s.\n",
                      steps, rows);
    }
    if (moves->new_count > 0 || moves->gone_count > 0) {
        ambit_text_count(moves->new_count, rows);
        ambit_text_count(moves->gone_count, all);
        (void)fprintf(file, "New from the start: %s; gone from the start: %s.\n", rows, all);
    }
    if (moves->row_count == 0) return;
    if (moves->settled_count > 0) {
        ambit_text_count(moves->settled_count, rows);
        (void)fprintf(file, "Every band is met after %s of them.\n", rows);
    } else {
        (void)fputs(moves->settled_count == 0 ? "Every band is met all the way.\n"
                                              : "Some band is broken in the end.\n",
                    file);
    }
    if (moves->ends_worse)
        (void)fputs("The last step makes the plan worse: stop before it.\n", file);
    if (moves->counts_torn && moves->torn_most > moves->torn_before) {
        ambit_text_count(moves->torn_most_at, rows);
        (void)fprintf(
            file,
            "Territories in pieces: %d before, %d after all, at most %d (after %s moves): "
            "bands come first.\n",
            (int)moves->torn_before, (int)moves->torn[moves->row_count - 1], (int)moves->torn_most,
            rows);
    } else if (moves->counts_torn) {
        (void)fprintf(
            file, "Territories in pieces: %d before, %d after all, and never more than before.\n",
            (int)moves->torn_before, (int)moves->torn[moves->row_count - 1]);
    }
    if (moves->torn_unknown[0] != '\0')
        (void)fprintf(file, "Territories in pieces are not counted: %s\n", moves->torn_unknown);
}

static void print_parts(FILE *file, const struct ambit_moves *moves)
{
    struct part part[PART_COUNT] = {{0}};
    const int count = list_parts(moves, part);
    const double before = targets_of(moves->deviation_before);
    (void)fputs("\n     moves  of all   outside bands   travel saved, h", file);
    (void)fputs(moves->counts_torn ? "   in pieces\n" : "\n", file);
    for (int k = 0; k < count; k++) {
        char text[AMBIT_TEXT_MAX];
        print_number(file, (double)part[k].moves, 0, 10);
        ambit_text_percent((double)part[k].moves / (double)moves->row_count, 0, text);
        ambit_text_pad(file, text, 8);
        ambit_text_percent(targets_of(part[k].deviation), before >= 1.0 ? 1 : 3, text);
        ambit_text_pad(file, text, 16);
        print_number(file, ambit_from_micro(part[k].saving), 1, 18);
        if (moves->counts_torn) print_number(file, (double)part[k].torn, 0, 12);
        (void)fputc('\n', file);
    }
    (void)fputs("Outside bands: sum over territories and bands, in parts of their targets.\n",
                file);
}

/* "R012 (TX-4)", or the name alone where there is no rep; cut where long. */
static void print_rep(FILE *file, const char *rep, const char *territory, int width)
{
    char text[2 * AMBIT_NAME_MAX + 4];
    if (rep[0] == '\0')
        (void)snprintf(text, sizeof text, "%s", territory);
    else
        (void)snprintf(text, sizeof text, "%s (%s)", rep, territory);
    if (ambit_text_characters(text) > NAME_MOST) {
        int characters = 0;
        char *end = text;
        for (; characters < NAME_MOST || ((unsigned char)*end & 0xC0) == 0x80; end++)
            characters += ((unsigned char)*end & 0xC0) != 0x80;
        *end = '\0';
    }
    ambit_text_pad(file, text, width);
}

static void print_handovers(FILE *file, const struct ambit_moves *moves)
{
    const int32_t shown = moves->handover_count < SHOWN ? moves->handover_count : SHOWN;
    const int measures = moves->plan->measure_count < 3 ? moves->plan->measure_count : 3;
    char text[AMBIT_TEXT_MAX];
    if (shown == 0) return;
    (void)fputc('\n', file);
    ambit_text_pad(file, "Handed over by", -(NAME_MOST + 2));
    ambit_text_pad(file, "to", -(NAME_MOST + 1));
    ambit_text_pad(file, "accounts", 9);
    for (int m = 0; m < measures; m++) {
        (void)snprintf(text, sizeof text, "%.12s", moves->plan->measure[m].name);
        ambit_text_pad(file, text, 13);
    }
    (void)fputc('\n', file);
    for (int32_t h = 0; h < shown; h++) {
        const struct ambit_handover *const one = &moves->handover[h];
        const struct ambit_moves_territory *const from = &moves->territory[one->from];
        const struct ambit_moves_territory *const to = &moves->territory[one->to];
        print_rep(file, from->rep_before, from->name, -(NAME_MOST + 2));
        print_rep(file, to->rep_after, to->name, -(NAME_MOST + 1));
        print_number(file, (double)one->account_count, 0, 9);
        for (int m = 0; m < measures; m++) {
            const double sum = ambit_from_micro(one->measure[m]);
            print_number(file, sum, ambit_text_decimals(sum), 13);
        }
        (void)fputc('\n', file);
    }
    if (moves->handover_count > shown) {
        ambit_text_count(moves->handover_count - shown, text);
        (void)fprintf(file, "and %s pairs more.\n", text);
    }
    if (moves->new_rep_count > 0)
        (void)fprintf(file, "%d territor%s another rep than before.\n", (int)moves->new_rep_count,
                      moves->new_rep_count == 1 ? "y has" : "ies have");
    if (moves->kept_rep_count > 0) {
        ambit_text_count(moves->kept_rep_count, text);
        (void)fprintf(file, "%s accounts change their territory and keep their rep.\n", text);
    }
}

void ambit_report_moves(FILE *file, const struct ambit_moves *moves)
{
    print_head(file, moves);
    if (moves->row_count > 0) print_parts(file, moves);
    print_handovers(file, moves);
}

/* ---- for programs ---- */

static json_t *parts_json(const struct ambit_moves *moves)
{
    struct part part[PART_COUNT] = {{0}};
    const int count = list_parts(moves, part);
    json_t *const parts = json_array();
    bool good = parts != NULL;
    for (int k = 0; k < count && good; k++)
        good =
            json_array_append_new(
                parts,
                json_pack("{s:I, s:o, s:o, s:o*}", "moves", (json_int_t)part[k].moves, "deviation",
                          ambit_json_number(targets_of(part[k].deviation)), "travel_hours_saved",
                          ambit_json_number(ambit_from_micro(part[k].saving)), "in_pieces",
                          moves->counts_torn ? json_integer(part[k].torn) : NULL)) == 0;
    if (good) return parts;
    json_decref(parts);
    return NULL;
}

static json_t *measures_json(const struct ambit_moves *moves, const struct ambit_handover *one)
{
    json_t *const sums = json_object();
    bool good = sums != NULL;
    for (int m = 0; m < moves->plan->measure_count && good; m++)
        good = json_object_set_new(sums, moves->plan->measure[m].name,
                                   ambit_json_number(ambit_from_micro(one->measure[m]))) == 0;
    if (good) return sums;
    json_decref(sums);
    return NULL;
}

static json_t *handovers_json(const struct ambit_moves *moves)
{
    json_t *const pairs = json_array();
    bool good = pairs != NULL;
    for (int32_t h = 0; h < moves->handover_count && good; h++) {
        const struct ambit_handover *const one = &moves->handover[h];
        const struct ambit_moves_territory *const from = &moves->territory[one->from];
        const struct ambit_moves_territory *const to = &moves->territory[one->to];
        good = json_array_append_new(pairs, json_pack("{s:o, s:o, s:o, s:o, s:I, s:o}", "from_rep",
                                                      ambit_json_text(from->rep_before), "from",
                                                      ambit_json_text(from->name), "to_rep",
                                                      ambit_json_text(to->rep_after), "to",
                                                      ambit_json_text(to->name), "accounts",
                                                      (json_int_t)one->account_count, "measures",
                                                      measures_json(moves, one))) == 0;
    }
    if (good) return pairs;
    json_decref(pairs);
    return NULL;
}

ambit_status ambit_report_moves_json(FILE *file, const struct ambit_moves *moves,
                                     const char *list_path, const char *handover_path,
                                     const char *svg_path)
{
    json_t *const root = json_pack(
        "{s:o, s:o, s:o, s:I, s:I, s:I, s:I, s:I, s:b, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, "
        "s:i, s:o, s:o, s:o*, s:o*}",
        "list", ambit_json_text(list_path), "handover", ambit_json_text(handover_path), "svg",
        ambit_json_text(svg_path), "accounts", (json_int_t)moves->plan->account_count, "moves",
        (json_int_t)moves->row_count, "steps", (json_int_t)moves->step_count, "joint_steps",
        (json_int_t)moves->joint_step_count, "largest_step", (json_int_t)moves->largest_step,
        "ends_worse", (int)moves->ends_worse, "moves_until_met",
        moves->settled_count >= 0 ? json_integer(moves->settled_count) : json_null(),
        "deviation_before", ambit_json_number(targets_of(moves->deviation_before)),
        "deviation_after", ambit_json_number(targets_of(moves->deviation_after)),
        "travel_hours_before", ambit_json_hours(moves->travel_before), "travel_hours_after",
        ambit_json_hours(moves->travel_after), "new", (json_int_t)moves->new_count, "gone",
        (json_int_t)moves->gone_count, "kept_rep", (json_int_t)moves->kept_rep_count, "new_reps",
        (int)moves->new_rep_count, "parts", parts_json(moves), "handovers", handovers_json(moves),
        "in_pieces_most", moves->counts_torn ? json_integer(moves->torn_most) : NULL,
        "in_pieces_unknown",
        moves->torn_unknown[0] != '\0' ? ambit_json_text(moves->torn_unknown) : NULL);
    return ambit_json_print(file, root);
}
