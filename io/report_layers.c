/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/report_layers.h"
#include "engine/base/atomic_file.h"
#include "engine/base/memory.h"
#include "io/csv_out.h"
#include "io/layers_reps.h"
#include "io/report_json.h"
#include "io/report_text.h"

#include <string.h>

enum { NAME_LEAST = 10, NAME_MOST = 22, CELLS = 7, REP_WIDTH = 22, SHOWN_REPS = 10 };

static const char *model_of(const struct ambit_layered *layered)
{
    return layered->overlay ? "overlay" : "hybrid";
}

/* ---- for people ---- */

static void fill_cells(const struct ambit_farm_entry *e, char cells[CELLS][AMBIT_TEXT_MAX])
{
    (void)snprintf(cells[0], AMBIT_TEXT_MAX, "%s", ambit_farm_status_name(e->status));
    ambit_text_count(e->accounts, cells[1]);
    for (int c = 2; c < CELLS; c++)
        (void)snprintf(cells[c], AMBIT_TEXT_MAX, "-");
    if (e->status == AMBIT_FARM_FAILED) return;
    ambit_text_count(e->territories, cells[2]);
    ambit_text_number(e->travel, ambit_text_decimals(e->travel), cells[3]);
    ambit_text_percent(e->gap, 2, cells[4]);
    ambit_text_count(e->outside, cells[5]);
    ambit_text_count(e->moved, cells[6]);
}

static void print_table(FILE *file, const struct ambit_layered *layered)
{
    static const char *const heads[CELLS] = {"status", "accounts", "territories", "travel, h",
                                             "gap",    "outside",  "moved"};
    static const int widths[CELLS] = {12, 12, 13, 12, 8, 9, 11};
    char cells[CELLS][AMBIT_TEXT_MAX];
    int width = NAME_LEAST;
    for (int l = 0; l < layered->count; l++) {
        const int length = ambit_text_characters(layered->entry[l].name);
        if (length > width) width = length;
    }
    if (width > NAME_MOST) width = NAME_MOST;
    ambit_text_pad(file, "Layer", -width);
    for (int c = 0; c < CELLS; c++)
        ambit_text_pad(file, heads[c], widths[c]);
    (void)fputc('\n', file);
    for (int l = 0; l < layered->count; l++) {
        fill_cells(&layered->entry[l], cells);
        ambit_text_pad(file, layered->entry[l].name, -width);
        if (ambit_text_characters(layered->entry[l].name) > width)
            (void)fprintf(file, "\n%*s", width, "");
        for (int c = 0; c < CELLS; c++)
            ambit_text_pad(file, cells[c], widths[c]);
        (void)fputc('\n', file);
    }
}

/* The reps of several layers with what they have in all, as many as a screen has room for. */
static void print_shares(FILE *file, const struct ambit_layered *layered)
{
    char text[AMBIT_TEXT_MAX];
    int64_t reps = 0, first = 0;
    double hours, target;
    if (layered->share_count == 0) return;
    (void)fputs("\n  ", file);
    ambit_text_pad(file, "Rep in several layers", -REP_WIDTH);
    ambit_text_pad(file, "hours", 12);
    ambit_text_pad(file, "target", 12);
    (void)fputs("   territories\n", file);
    for (; first < layered->share_count && reps < SHOWN_REPS; reps++) {
        const int64_t end = ambit_rep_shares_end(layered, first, &hours, &target);
        (void)fputs("  ", file);
        ambit_text_pad(file, layered->share[first].rep, -REP_WIDTH);
        ambit_text_number(hours, ambit_text_decimals(hours), text);
        ambit_text_pad(file, text, 12);
        ambit_text_number(target, ambit_text_decimals(target), text);
        ambit_text_pad(file, text, 12);
        for (const char *before = "   "; first < end; first++, before = ", ") {
            const struct ambit_rep_share *const s = &layered->share[first];
            (void)fprintf(file, "%s%s (%s)", before, s->territory, layered->entry[s->layer].name);
        }
        (void)fputc('\n', file);
    }
    while (first < layered->share_count) {
        first = ambit_rep_shares_end(layered, first, &hours, &target);
        reps++;
    }
    if (reps > SHOWN_REPS)
        (void)fprintf(file, "  and %lld more, in --json\n", (long long)(reps - SHOWN_REPS));
}

void ambit_report_layers(FILE *file, const struct ambit_layered *layered)
{
    char text[4][AMBIT_TEXT_MAX];
    double travel = 0.0;
    print_table(file, layered);
    for (int l = 0; l < layered->count; l++) {
        const struct ambit_farm_entry *const entry = &layered->entry[l];
        if (entry->status != AMBIT_FARM_FAILED) travel += entry->travel;
        if (entry->message[0] != '\0')
            (void)fprintf(file, "\n%s: %s\n", entry->name, entry->message);
    }
    ambit_text_count(layered->in_one + layered->in_several + layered->in_none, text[0]);
    ambit_text_count(layered->in_one, text[1]);
    ambit_text_count(layered->in_several, text[2]);
    ambit_text_count(layered->in_none, text[3]);
    (void)fprintf(file, "\n  Model          %s\n", model_of(layered));
    (void)fprintf(file, "  Accounts       %s: %s in one layer, %s in several, %s in none\n",
                  text[0], text[1], text[2], text[3]);
    ambit_text_count(layered->reps, text[0]);
    ambit_text_count(layered->shared_reps, text[1]);
    (void)fprintf(file, "  Reps           %s, %s of them in several layers\n", text[0], text[1]);
    ambit_text_number(travel, ambit_text_decimals(travel), text[0]);
    (void)fprintf(file, "  Travel         %s h a year\n", text[0]);
    print_shares(file, layered);
}

/* ---- for programs ---- */

static json_t *entry_json(const struct ambit_farm_entry *e)
{
    const bool planned = e->status != AMBIT_FARM_FAILED;
    return json_pack("{s:o, s:s, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
                     ambit_json_text(e->name), "status", ambit_farm_status_name(e->status),
                     "message", e->message[0] != '\0' ? ambit_json_text(e->message) : json_null(),
                     "accounts", (json_int_t)e->accounts, "territories",
                     planned ? json_integer(e->territories) : json_null(), "travel_hours",
                     planned ? ambit_json_number(e->travel) : json_null(), "objective_hours",
                     planned ? ambit_json_number(e->objective) : json_null(), "gap",
                     planned ? ambit_json_number(e->gap) : json_null(), "worst_deviation",
                     planned ? ambit_json_number(e->worst) : json_null(), "outside",
                     planned ? json_integer(e->outside) : json_null(), "moved_accounts",
                     planned ? json_integer(e->moved) : json_null());
}

static json_t *share_json(const struct ambit_layered *layered, const struct ambit_rep_share *s)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "layer",
                     ambit_json_text(layered->entry[s->layer].name), "territory",
                     ambit_json_text(s->territory), "hours", ambit_json_number(s->hours),
                     "target_hours", ambit_json_number(s->target));
}

/* NULL where memory is short. */
static json_t *shares_json(const struct ambit_layered *layered)
{
    json_t *const reps = json_array();
    bool good = reps != NULL;
    for (int64_t first = 0; first < layered->share_count && good;) {
        const char *const rep = layered->share[first].rep;
        double hours, target;
        const int64_t end = ambit_rep_shares_end(layered, first, &hours, &target);
        json_t *const list = json_array();
        for (; first < end && good; first++)
            good = json_array_append_new(list, share_json(layered, &layered->share[first])) == 0;
        json_t *const item = json_pack("{s:o, s:o, s:o, s:o}", "rep", ambit_json_text(rep), "hours",
                                       ambit_json_number(hours), "target_hours",
                                       ambit_json_number(target), "layers", list);
        good = good && json_array_append_new(reps, item) == 0;
    }
    if (good) return reps;
    json_decref(reps);
    return NULL;
}

ambit_status ambit_report_layers_json(FILE *file, const char *path,
                                      const struct ambit_layered *layered)
{
    json_t *const list = json_array();
    bool good = list != NULL;
    for (int l = 0; l < layered->count && good; l++)
        good = json_array_append_new(list, entry_json(&layered->entry[l])) == 0;
    if (!good) {
        json_decref(list);
        return ambit_fail(AMBIT_ERR_MEMORY, "no memory left for the JSON report");
    }
    return ambit_json_print(
        file,
        json_pack("{s:o, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:o}", "result", ambit_json_text(path),
                  "model", model_of(layered), "accounts_in_one", (json_int_t)layered->in_one,
                  "accounts_in_several", (json_int_t)layered->in_several, "accounts_in_none",
                  (json_int_t)layered->in_none, "reps", (json_int_t)layered->reps,
                  "reps_in_several", (json_int_t)layered->shared_reps, "shared_reps",
                  shares_json(layered), "layers", list));
}

/* ---- the joined table ---- */

static void put_place(FILE *file, const struct ambit_result *plan, int32_t territory)
{
    ambit_csv_put_name(file, territory >= 0 ? plan->territories[territory].name : "");
    ambit_csv_put_name(file, territory >= 0 ? plan->territories[territory].rep_id : "");
}

static int32_t territory_of(const struct ambit_layered *layered, int layer, int64_t i)
{
    return layered->territory[layer] != NULL ? layered->territory[layer][i] : -1;
}

static void put_heads(FILE *file, const struct ambit_layered *layered)
{
    char head[AMBIT_LAYER_NAME_MAX + 16];
    (void)fputs(layered->overlay ? "account_id" : "account_id,layer,territory,rep", file);
    for (int l = 0; l < layered->count && layered->overlay; l++) {
        (void)snprintf(head, sizeof head, "%s territory", layered->entry[l].name);
        ambit_csv_put_name(file, head);
        (void)snprintf(head, sizeof head, "%s rep", layered->entry[l].name);
        ambit_csv_put_name(file, head);
    }
    (void)fputc('\n', file);
}

static void put_row(FILE *file, const struct ambit_layered *layered,
                    const struct ambit_result *plan, int64_t i)
{
    const char *const id = layered->id + i * layered->id_width;
    ambit_csv_put_field(file, id, strnlen(id, (size_t)layered->id_width));
    if (layered->overlay) {
        for (int l = 0; l < layered->count; l++)
            put_place(file, &plan[l], territory_of(layered, l, i));
    } else {
        const int l = ambit_layers_first((uint32_t)layered->mask[i]);
        ambit_csv_put_name(file, l >= 0 ? layered->entry[l].name : "");
        put_place(file, &plan[l >= 0 ? l : 0], l >= 0 ? territory_of(layered, l, i) : -1);
    }
    (void)fputc('\n', file);
}

ambit_status ambit_layers_csv_write(const char *csv_path, const char *path,
                                    const struct ambit_layered *layered)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    struct ambit_result *plan = NULL;
    AMBIT_TRY(ambit_alloc(&plan, (size_t)layered->count, sizeof *plan));
    for (int l = 0; l < layered->count; l++)
        ambit_result_init(&plan[l]);
    for (int l = 0; l < layered->count; l++) {
        if (layered->entry[l].status == AMBIT_FARM_FAILED) continue;
        AMBIT_TRY(ambit_layers_read_figures(path, l, &plan[l]));
        if (plan[l].territory_count != layered->entry[l].territories)
            AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT,
                                 "%s: damaged layers: '%s': expected %d territories, found %d",
                                 path, layered->entry[l].name, (int)layered->entry[l].territories,
                                 (int)plan[l].territory_count));
    }
    AMBIT_TRY(ambit_atomic_file_open(csv_path, &out));
    put_heads(out.file, layered);
    for (int64_t i = 0; i < layered->account_count; i++)
        put_row(out.file, layered, plan, i);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    for (int l = 0; l < layered->count && plan != NULL; l++)
        ambit_result_clear(&plan[l]);
    ambit_free(&plan);
    ambit_atomic_file_abandon(&out);
    return status;
}
