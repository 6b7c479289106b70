/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/report_scenarios.h"
#include "engine/base/memory.h"
#include "io/report_json.h"
#include "io/report_text.h"

#include <string.h>

enum { NAME_MOST = 36, LINE = 100 };

/* Words of `text` in lines that begin behind `indent` characters. */
static void print_wrapped(FILE *file, const char *text, int indent)
{
    int at = indent;
    while (*text != '\0') {
        const size_t bytes = strcspn(text, " ");
        char word[1024];
        (void)snprintf(word, sizeof word, "%.*s", (int)(bytes < sizeof word ? bytes : 0), text);
        const int length = ambit_text_characters(word);
        if (at > indent && at + 1 + length > LINE) {
            (void)fprintf(file, "\n%*s", indent, "");
            at = indent;
        }
        (void)fprintf(file, "%s%.*s", at > indent ? " " : "", (int)bytes, text);
        at += length + (at > indent);
        text += bytes;
        text += strspn(text, " ");
    }
    (void)fputc('\n', file);
}

ambit_status ambit_report_scenarios(FILE *file, const struct ambit_variants *variants)
{
    ambit_status status = AMBIT_OK;
    const int count = ambit_variants_count(variants);
    char *text = NULL;
    int width = 10;
    if (ambit_variants_are_layers(variants))
        (void)fprintf(file, "%d layer%s\n", count, count == 1 ? "" : "s");
    else
        (void)fprintf(file, "%d scenario%s beside the base\n", count, count == 1 ? "" : "s");
    for (int i = 0; i < count; i++) {
        const int length = ambit_text_characters(ambit_variants_name(variants, i)) + 2;
        if (length > width) width = length;
    }
    if (width > NAME_MOST) width = NAME_MOST;
    for (int i = 0; i < count; i++) {
        const char *const name = ambit_variants_name(variants, i);
        AMBIT_TRY(ambit_variants_differences(variants, i, &text));
        ambit_text_pad(file, name, -width);
        if (ambit_text_characters(name) >= width) (void)fprintf(file, "\n%*s", width, "");
        print_wrapped(file, text, width);
        ambit_free(&text);
    }
done:
    ambit_free(&text);
    return status;
}

ambit_status ambit_report_scenarios_json(FILE *file, const struct ambit_variants *variants)
{
    ambit_status status = AMBIT_OK;
    json_t *const list = json_array();
    bool good = list != NULL;
    for (int i = 0; i < ambit_variants_count(variants) && good; i++) {
        char *text = NULL;
        status = ambit_variants_differences(variants, i, &text);
        good =
            status == AMBIT_OK &&
            json_array_append_new(list, json_pack("{s:o, s:o}", "name",
                                                  ambit_json_text(ambit_variants_name(variants, i)),
                                                  "changes", ambit_json_text(text))) == 0;
        ambit_free(&text);
    }
    if (good) return ambit_json_print(file, json_pack("{s:o}", "scenarios", list));
    json_decref(list);
    return status != AMBIT_OK ? status
                              : ambit_fail(AMBIT_ERR_MEMORY, "no memory left for the JSON report");
}
