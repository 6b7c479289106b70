/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/report_placed.h"
#include "engine/base/fixed.h"
#include "io/report_json.h"
#include "io/report_text.h"

static const char *const reason_texts[AMBIT_PLACED_REASONS] = {
    [AMBIT_PLACED_NEAREST] = "to the nearest centre",
    [AMBIT_PLACED_PRICE] = "past a nearer centre whose bands are dear",
    [AMBIT_PLACED_NEXT] = "past a cheaper territory that is full",
    [AMBIT_PLACED_OVER] = "over a band, since none has room",
    [AMBIT_PLACED_RULE] = "past a cheaper territory that may not serve it",
    [AMBIT_PLACED_NONE] = "nowhere, since no territory may serve it",
    [AMBIT_PLACED_GROUP] = "to where the group is that it stays together with",
    [AMBIT_PLACED_NEIGHBOUR] = "past a cheaper territory that has no neighbour of it",
};

/* Whether the scenario has what the reason is about. */
static bool can_be(const struct ambit_placed_summary *summary, int reason)
{
    if (reason == AMBIT_PLACED_GROUP) return summary->has_groups;
    if (reason == AMBIT_PLACED_NEIGHBOUR) return summary->has_near;
    return summary->has_rules || (reason != AMBIT_PLACED_RULE && reason != AMBIT_PLACED_NONE);
}

static void print_count(FILE *file, const char *name, int64_t count, const char *text)
{
    char number[AMBIT_TEXT_MAX];
    ambit_text_count(count, number);
    ambit_text_pad(file, name, -10);
    ambit_text_pad(file, number, 12);
    (void)fprintf(file, "  %s\n", text);
}

static void print_hours(FILE *file, const char *name, int64_t micro, const char *text)
{
    char number[AMBIT_TEXT_MAX];
    const double hours = ambit_from_micro(micro);
    ambit_text_number(hours, ambit_text_decimals(hours), number);
    ambit_text_pad(file, name, -10);
    ambit_text_pad(file, number, 12);
    (void)fprintf(file, "  %s\n", text);
}

void ambit_report_placed(FILE *file, const struct ambit_placed_summary *summary)
{
    print_count(file, "Accounts", summary->account_count, "new");
    for (int r = 0; r < AMBIT_PLACED_REASONS; r++)
        if (can_be(summary, r))
            print_count(file, ambit_placed_reason_name((enum ambit_placed_reason)r),
                        summary->reason_count[r], reason_texts[r]);
    if (summary->skipped_count > 0)
        print_count(file, "skipped", summary->skipped_count, "rows that cannot be used");
    print_hours(file, "Travel", summary->travel, "h a year");
    print_hours(file, "Lost", summary->first_saving, "h a year, since first choices are full");
    for (int b = 0; b < summary->band_count; b++) {
        const struct ambit_placed_band *const band = &summary->band[b];
        (void)fprintf(file,
                      "Band %s: %d of %d territories outside, %d of them too low; %d before\n",
                      band->label, (int)band->outside, (int)summary->territory_count,
                      (int)band->short_count, (int)band->outside_before);
    }
}

static json_t *bands_json(const struct ambit_placed_summary *summary)
{
    json_t *const bands = json_array();
    for (int b = 0; b < summary->band_count; b++) {
        const struct ambit_placed_band *const band = &summary->band[b];
        json_t *const one = json_object();
        const bool bad =
            json_object_set_new(one, "label", ambit_json_text(band->label)) != 0 ||
            json_object_set_new(one, "outside_before", json_integer(band->outside_before)) != 0 ||
            json_object_set_new(one, "outside", json_integer(band->outside)) != 0 ||
            json_object_set_new(one, "too_low", json_integer(band->short_count)) != 0;
        if (json_array_append_new(bands, one) == 0 && !bad) continue;
        json_decref(bands);
        return NULL;
    }
    return bands;
}

ambit_status ambit_report_placed_json(FILE *file, const struct ambit_placed_summary *summary,
                                      const char *path)
{
    json_t *root = json_object();
    bool bad = json_object_set_new(root, "result", ambit_json_text(path)) != 0 ||
               json_object_set_new(root, "accounts", json_integer(summary->account_count)) != 0;
    for (int r = 0; r < AMBIT_PLACED_REASONS; r++)
        bad |= can_be(summary, r) &&
               json_object_set_new(root, ambit_placed_reason_name((enum ambit_placed_reason)r),
                                   json_integer(summary->reason_count[r])) != 0;
    bad = bad ||
          json_object_set_new(root, "travel_hours", ambit_json_hours(summary->travel)) != 0 ||
          json_object_set_new(root, "first_saving_hours",
                              ambit_json_hours(summary->first_saving)) != 0 ||
          json_object_set_new(root, "skipped_rows", json_integer(summary->skipped_count)) != 0 ||
          json_object_set_new(root, "territories", json_integer(summary->territory_count)) != 0 ||
          json_object_set_new(root, "bands", bands_json(summary)) != 0;
    if (bad) {
        json_decref(root);
        root = NULL;
    }
    return ambit_json_print(file, root);
}
