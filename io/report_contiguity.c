/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/report_contiguity.h"
#include "io/report_json.h"
#include "io/report_text.h"

#include <string.h>

enum { NAMED = 5 };

/* The broken territory that follows `after` (−1: the first): the most accounts apart first, ties by
 * index; −1 behind the last. */
static int32_t next_broken(const struct ambit_contiguity_figures *f, int32_t after)
{
    int32_t best = -1;
    for (int32_t t = 0; t < f->territory_count; t++) {
        const int64_t last = after < 0 ? INT64_MAX : f->apart[after];
        const bool behind = f->apart[t] < last || (f->apart[t] == last && t > after);
        if (f->pieces[t] == f->islands[t] || !behind) continue;
        if (best < 0 || f->apart[t] > f->apart[best]) best = t;
    }
    return best;
}

static const char *plural(int64_t count)
{
    return count == 1 ? "" : "s";
}

void ambit_contiguity_words(const struct ambit_result *r, int most, char *words, size_t size)
{
    const struct ambit_contiguity_figures *const f = r->contiguity;
    words[0] = '\0';
    if (f == NULL || f->broken_count == 0) return;
    size_t used = (size_t)snprintf(words, size,
                                   "\n  contiguity: %lld of %d territories in more pieces than "
                                   "islands:",
                                   (long long)f->broken_count, (int)f->territory_count);
    int named = 0;
    for (int32_t t = next_broken(f, -1); t >= 0 && named < most; t = next_broken(f, t), named++) {
        const int wrote = snprintf(
            words + used, size - used, "\n    %s: %d pieces on %d island%s, %lld account%s apart",
            r->territories[t].name, (int)f->pieces[t], (int)f->islands[t], plural(f->islands[t]),
            (long long)f->apart[t], plural(f->apart[t]));
        if (wrote < 0 || (size_t)wrote >= size - used) {
            words[used] = '\0';
            return;
        }
        used += (size_t)wrote;
    }
    if (named < f->broken_count)
        (void)snprintf(words + used, size - used, "\n    and %lld more",
                       (long long)f->broken_count - named);
}

void ambit_report_contiguity(FILE *file, const struct ambit_result *r)
{
    const struct ambit_contiguity_figures *const f = r->contiguity;
    char words[1024], places[AMBIT_TEXT_MAX], edges[AMBIT_TEXT_MAX], islands[AMBIT_TEXT_MAX];
    char count[AMBIT_TEXT_MAX];
    if (f == NULL) return;
    ambit_text_count(f->place_count, places);
    ambit_text_count(f->edge_count, edges);
    ambit_text_count(f->island_count, islands);
    (void)fprintf(file, "\n  Contiguity (%s): ", ambit_contiguity_name(f->wanted));
    if (f->broken_count == 0)
        (void)fputs("every territory hangs together\n", file);
    else
        (void)fprintf(file, "%lld of %d territories in more pieces than islands\n",
                      (long long)f->broken_count, (int)f->territory_count);
    (void)fprintf(file, "    neighbours: %s pairs of %s places, %s island%s", edges, places,
                  islands, plural(f->island_count));
    if (f->long_count > 0) {
        ambit_text_count(f->long_count, count);
        (void)fprintf(file, "; %s pairs over %.6g km", count, f->longest_km);
    }
    if (f->barred_count > 0) {
        ambit_text_count(f->barred_count, count);
        (void)fprintf(file, "; %s across a barrier", count);
    }
    (void)fputc('\n', file);
    ambit_contiguity_words(r, NAMED, words, sizeof words);
    const char *const list = words[0] != '\0' ? strchr(words + 1, '\n') : NULL;
    if (list != NULL) (void)fprintf(file, "%s\n", list + 1);
}

static json_t *territories_json(const struct ambit_result *r)
{
    const struct ambit_contiguity_figures *const f = r->contiguity;
    json_t *const list = json_array();
    bool good = list != NULL;
    for (int32_t t = next_broken(f, -1); t >= 0 && good; t = next_broken(f, t))
        good = json_array_append_new(
                   list, json_pack("{s:s, s:i, s:i, s:I}", "territory", r->territories[t].name,
                                   "pieces", (int)f->pieces[t], "islands", (int)f->islands[t],
                                   "accounts_apart", (json_int_t)f->apart[t])) == 0;
    if (good) return list;
    json_decref(list);
    return NULL;
}

json_t *ambit_contiguity_json(const struct ambit_result *r)
{
    const struct ambit_contiguity_figures *const f = r->contiguity;
    if (f == NULL) return NULL;
    return json_pack("{s:s, s:i, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "contiguous",
                     ambit_contiguity_name(f->wanted), "nearest", (int)f->nearest,
                     "longest_edge_km", ambit_json_number(f->longest_km), "places",
                     (json_int_t)f->place_count, "edges", (json_int_t)f->edge_count,
                     "edges_too_long", (json_int_t)f->long_count, "edges_across_barriers",
                     (json_int_t)f->barred_count, "islands", (json_int_t)f->island_count,
                     "broken_territories", (json_int_t)f->broken_count, "extra_pieces",
                     (json_int_t)f->extra_count, "accounts_apart", (json_int_t)f->apart_count,
                     "broken", territories_json(r));
}
