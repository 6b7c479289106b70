/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/report_farm.h"
#include "engine/base/fixed.h"
#include "io/report_diagnosis.h"
#include "io/report_json.h"
#include "io/report_refusal.h"
#include "io/report_text.h"

#include <string.h>

enum { NAME_LEAST = 10, NAME_MOST = 42, CELLS = 6 };

static int count_of(const struct ambit_farm_entry *entry, int count, enum ambit_farm_status status)
{
    int sum = 0;
    for (int n = 0; n < count; n++)
        sum += entry[n].status == status;
    return sum;
}

static void fill_cells(const struct ambit_farm_entry *e, char cells[CELLS][AMBIT_TEXT_MAX])
{
    (void)snprintf(cells[0], AMBIT_TEXT_MAX, "%s", ambit_farm_status_name(e->status));
    if (e->status == AMBIT_FARM_FAILED) {
        for (int c = 1; c < CELLS; c++)
            (void)snprintf(cells[c], AMBIT_TEXT_MAX, "-");
        return;
    }
    ambit_text_number(e->travel, ambit_text_decimals(e->travel), cells[1]);
    ambit_text_percent(e->gap, 2, cells[2]);
    ambit_text_percent(e->worst, 1, cells[3]);
    ambit_text_count(e->outside, cells[4]);
    ambit_text_count(e->moved, cells[5]);
}

static void print_messages(FILE *file, const struct ambit_farm_entry *entry, int count)
{
    for (int n = 0; n < count; n++) {
        if (entry[n].message[0] != '\0')
            (void)fprintf(file, "\n%s: %s\n", entry[n].name, entry[n].message);
    }
}

void ambit_report_farm(FILE *file, const struct ambit_farm_entry *entry, int count)
{
    static const char *const heads[CELLS] = {"status", "travel, h", "gap",
                                             "worst",  "outside",   "moved"};
    static const int widths[CELLS] = {12, 12, 9, 9, 9, 10};
    char cells[CELLS][AMBIT_TEXT_MAX];
    int width = NAME_LEAST;
    for (int n = 0; n < count; n++) {
        const int length = ambit_text_characters(entry[n].name);
        if (length > width) width = length;
    }
    if (width > NAME_MOST) width = NAME_MOST;
    ambit_text_pad(file, "Scenario", -width);
    for (int c = 0; c < CELLS; c++)
        ambit_text_pad(file, heads[c], widths[c]);
    (void)fputc('\n', file);
    for (int n = 0; n < count; n++) {
        fill_cells(&entry[n], cells);
        ambit_text_pad(file, entry[n].name, -width);
        if (ambit_text_characters(entry[n].name) > width) (void)fprintf(file, "\n%*s", width, "");
        for (int c = 0; c < CELLS; c++)
            ambit_text_pad(file, cells[c], widths[c]);
        (void)fputc('\n', file);
    }
    print_messages(file, entry, count);
    (void)fprintf(file, "\n%d done, %d infeasible, %d failed, beside the base\n",
                  count_of(entry + 1, count - 1, AMBIT_FARM_DONE),
                  count_of(entry + 1, count - 1, AMBIT_FARM_INFEASIBLE),
                  count_of(entry + 1, count - 1, AMBIT_FARM_FAILED));
}

static json_t *entry_json(const struct ambit_farm_entry *e)
{
    const bool planned = e->status != AMBIT_FARM_FAILED;
    return json_pack("{s:o, s:s, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "name",
                     ambit_json_text(e->name), "status", ambit_farm_status_name(e->status),
                     "message", e->message[0] != '\0' ? ambit_json_text(e->message) : json_null(),
                     "warm", e->warm, "accounts", planned ? json_integer(e->accounts) : json_null(),
                     "territories", planned ? json_integer(e->territories) : json_null(),
                     "travel_hours", ambit_json_number(e->travel), "objective_hours",
                     ambit_json_number(e->objective), "gap", ambit_json_number(e->gap),
                     "worst_deviation", ambit_json_number(e->worst), "outside",
                     planned ? json_integer(e->outside) : json_null(), "moved_accounts",
                     planned ? json_integer(e->moved) : json_null());
}

ambit_status ambit_farm_why_json(const char *path, int index, json_t *object)
{
    ambit_status status = AMBIT_OK;
    struct ambit_refusal *refusal = NULL;
    struct ambit_result figures;
    AMBIT_TRY(ambit_farm_read_why(path, index, &refusal, &figures));
    json_t *const refused = ambit_refusal_json(refusal);
    json_t *const diagnosis = ambit_diagnosis_json(&figures);
    if (refused != NULL) (void)json_object_set_new(object, "refused", refused);
    if (diagnosis != NULL) (void)json_object_set_new(object, "diagnosis", diagnosis);
done:
    ambit_refusal_destroy(&refusal);
    ambit_result_clear(&figures);
    return status;
}

ambit_status ambit_report_farm_json(FILE *file, const char *path,
                                    const struct ambit_farm_entry *entry, int count)
{
    json_t *const list = json_array();
    bool good = list != NULL;
    for (int n = 0; n < count && good; n++) {
        good = json_array_append_new(list, entry_json(&entry[n])) == 0;
        if (!good || entry[n].status == AMBIT_FARM_DONE) continue;
        const ambit_status why = ambit_farm_why_json(path, n, json_array_get(list, (size_t)n));
        if (why == AMBIT_OK) continue;
        json_decref(list);
        return why;
    }
    if (!good) {
        json_decref(list);
        return ambit_fail(AMBIT_ERR_MEMORY, "no memory left for the JSON report");
    }
    return ambit_json_print(
        file, json_pack("{s:o, s:i, s:i, s:i, s:o}", "result", ambit_json_text(path), "done",
                        count_of(entry + 1, count - 1, AMBIT_FARM_DONE), "infeasible",
                        count_of(entry + 1, count - 1, AMBIT_FARM_INFEASIBLE), "failed",
                        count_of(entry + 1, count - 1, AMBIT_FARM_FAILED), "scenarios", list));
}
