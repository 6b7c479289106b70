/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/report_nightly.h"
#include "engine/base/fixed.h"
#include "io/report_json.h"
#include "io/report_text.h"

static void print_counts(FILE *file, const struct ambit_nightly *n, const char *hours)
{
    char fresh[AMBIT_TEXT_MAX], gone[AMBIT_TEXT_MAX], bands[AMBIT_TEXT_MAX], gain[AMBIT_TEXT_MAX];
    ambit_text_count(n->new_count, fresh);
    ambit_text_count(n->gone_count, gone);
    ambit_text_count(n->moved_for_bands, bands);
    ambit_text_count(n->moved_for_gain, gain);
    (void)fprintf(file, "\n  Since the plan before: %s new, %s gone; ", fresh, gone);
    if (n->moved_for_bands + n->moved_for_gain == 0)
        (void)fputs("no other account moves.\n", file);
    else
        (void)fprintf(file, "moved: %s for a band, %s for more than %s h each.\n", bands, gain,
                      hours);
}

void ambit_report_nightly(FILE *file, const struct ambit_result *result)
{
    const struct ambit_nightly *const n = result->nightly;
    char hours[AMBIT_TEXT_MAX], saving[AMBIT_TEXT_MAX];
    if (n == NULL) return;
    ambit_text_number(n->hours_per_move, 2, hours);
    print_counts(file, n, hours);
    if (n->most_saving < 0) return;
    const double most = ambit_from_micro(n->most_saving);
    ambit_text_number(most, ambit_text_decimals(most), saving);
    (void)fprintf(file,
                  "  %sBeyond %s h of travel for each move, any other plan within\n"
                  "  the bands saves at most %s h a year (certified for these centres).\n",
                  n->moved_for_bands + n->moved_for_gain > 0 ? "" : "No move is worth it. ", hours,
                  saving);
}

json_t *ambit_nightly_json(const struct ambit_result *result)
{
    const struct ambit_nightly *const n = result->nightly;
    if (n == NULL) return NULL;
    return json_pack("{s:o, s:I, s:I, s:I, s:I, s:o}", "hours_per_move",
                     ambit_json_number(n->hours_per_move), "new", (json_int_t)n->new_count, "gone",
                     (json_int_t)n->gone_count, "moved_for_gain", (json_int_t)n->moved_for_gain,
                     "moved_for_bands", (json_int_t)n->moved_for_bands, "most_saving_hours",
                     ambit_json_hours(n->most_saving));
}
