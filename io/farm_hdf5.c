/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parts are read back as structs and written anew into the farm, so that its bytes depend on its
 * scenarios alone and not on which of them an earlier job had finished. Cost: each scenario's
 * differences are written twice. Weakness: rank 0 writes the whole by itself.
 */
#include "io/farm_hdf5.h"
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "engine/base/nearest.h"
#include "engine/base/path.h"
#include "io/farm_accounts.h"
#include "io/layers_hdf5.h"
#include "io/result_contiguity.h"
#include "io/result_hdf5.h"
#include "io/result_parts.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define CHANGES_MAX 4096

const char *ambit_farm_name_in(const char *path)
{
    struct stat there;
    const char *const colon = strrchr(path, ':');
    if (colon == NULL || colon == path || colon[1] == '\0' || strchr(colon, '/') != NULL)
        return NULL;
    return stat(path, &there) != 0 ? colon + 1 : NULL;
}

bool ambit_farm_is_in(const char *plan, const char *path)
{
    const char *const name = ambit_farm_name_in(plan);
    char file[PATH_MAX];
    const size_t bytes = name != NULL ? (size_t)(name - plan) - 1 : strlen(plan);
    if (bytes >= sizeof file) return false; /* no file has so long a path */
    (void)snprintf(file, sizeof file, "%.*s", (int)bytes, plan);
    return ambit_path_is_same(file, path);
}

/* ---- one scenario, whose group is the root ---- */

static ambit_status put_word(struct ambit_h5 *h5, const char *name, const char *text)
{
    return ambit_h5_put_attribute(h5, "/", name, AMBIT_H5_TEXT, (int64_t)strlen(text) + 1, 0, text);
}

static ambit_status put_record(struct ambit_h5 *h5, const struct ambit_farm_record *record,
                               const struct ambit_result *base)
{
    ambit_status status = AMBIT_OK;
    char changes[CHANGES_MAX];
    (void)snprintf(changes, sizeof changes, "%s", record->changes != NULL ? record->changes : "");
    AMBIT_TRY(put_word(h5, "scenario", record->name));
    AMBIT_TRY(put_word(h5, "status", ambit_farm_status_name(record->status)));
    AMBIT_TRY(put_word(h5, "message", record->message));
    AMBIT_TRY(put_word(h5, "changes", changes));
    AMBIT_TRY(ambit_h5_put_attribute(h5, "/", "warm", AMBIT_H5_FLAG, 0, 0, &record->warm));
    AMBIT_TRY(ambit_result_put_refusal(h5, record->refusal));
    if (record->status == AMBIT_FARM_FAILED) goto done;
    AMBIT_TRY(ambit_result_put_figures(h5, &record->result));
    AMBIT_TRY(ambit_farm_put_accounts(h5, base, &record->result));
    AMBIT_TRY(ambit_result_put_own_parent(h5, &record->result));
done:
    return status;
}

static ambit_status get_status(struct ambit_h5 *h5, enum ambit_farm_status *out)
{
    ambit_status status = AMBIT_OK;
    char word[AMBIT_WORD_MAX] = "";
    AMBIT_TRY(ambit_h5_get_attribute(h5, "/", "status", AMBIT_H5_TEXT, sizeof word, 0, word));
    for (int s = AMBIT_FARM_DONE; s <= AMBIT_FARM_FAILED; s++) {
        *out = (enum ambit_farm_status)s;
        if (strcmp(word, ambit_farm_status_name(*out)) == 0) goto done;
    }
    status = ambit_h5_damaged(h5, "/", "unknown word '%s' for status", word);
done:
    return status;
}

static ambit_status get_record(struct ambit_h5 *h5, const struct ambit_result *base,
                               struct ambit_farm_record *record)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&record->changes, CHANGES_MAX, 1));
    AMBIT_TRY(ambit_h5_get_attribute(h5, "/", "scenario", AMBIT_H5_TEXT, sizeof record->name, 0,
                                     record->name));
    AMBIT_TRY(get_status(h5, &record->status));
    AMBIT_TRY(ambit_h5_get_attribute(h5, "/", "message", AMBIT_H5_TEXT, sizeof record->message, 0,
                                     record->message));
    AMBIT_TRY(
        ambit_h5_get_attribute(h5, "/", "changes", AMBIT_H5_TEXT, CHANGES_MAX, 0, record->changes));
    AMBIT_TRY(ambit_h5_get_attribute(h5, "/", "warm", AMBIT_H5_FLAG, 0, 0, &record->warm));
    AMBIT_TRY(ambit_result_get_refusal(h5, &record->refusal));
    if (record->status == AMBIT_FARM_FAILED) goto done;
    AMBIT_TRY(ambit_result_get_figures(h5, &record->result));
    AMBIT_TRY(ambit_farm_get_accounts(h5, base, &record->result));
    AMBIT_TRY(ambit_result_get_contiguity(h5, &record->result));
done:
    return status;
}

/* ---- parts ---- */

ambit_status ambit_farm_part_write(const char *path, const struct ambit_farm_record *record,
                                   const struct ambit_result *base)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *h5 = NULL;
    AMBIT_TRY(ambit_h5_create(path, &h5));
    AMBIT_TRY(put_record(h5, record, base));
    /* Of the tables' bytes, which say more than the rows: the farm itself has no key. */
    AMBIT_TRY(put_word(h5, "key", record->key));
    AMBIT_TRY(ambit_h5_commit(&h5));
done:
    ambit_h5_destroy(&h5);
    return status;
}

void ambit_farm_part_key(const char *path, char key_out[AMBIT_SHA256_TEXT])
{
    struct ambit_h5 *h5 = NULL;
    key_out[0] = '\0';
    ambit_status status = ambit_h5_open(path, "part", &h5);
    if (status == AMBIT_OK)
        status =
            ambit_h5_get_attribute(h5, "/", "key", AMBIT_H5_TEXT, AMBIT_SHA256_TEXT, 0, key_out);
    if (status != AMBIT_OK) {
        key_out[0] = '\0';
        ambit_error_clear(); /* a part that cannot be read is one that is not there */
    }
    ambit_h5_destroy(&h5);
}

static ambit_status read_part(const char *path, const struct ambit_result *base,
                              struct ambit_farm_record *record)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *h5 = NULL;
    AMBIT_TRY(ambit_h5_open(path, "part", &h5));
    AMBIT_TRY(get_record(h5, base, record));
done:
    ambit_h5_destroy(&h5);
    return status;
}

/* ---- the whole ---- */

void ambit_farm_fill_entry(const struct ambit_result *r, struct ambit_farm_entry *e)
{
    e->outside = 0;
    e->territories = r->territory_count;
    e->accounts = r->account_count;
    e->moved = r->moved_count;
    e->travel = ambit_from_micro(r->travel);
    e->objective = ambit_from_micro(r->objective);
    e->gap = r->gap;
    e->worst = NAN;
    for (int b = 0; b < r->band_count; b++) {
        const struct ambit_result_band *const band = &r->band[b];
        e->outside += band->broken_count;
        if (ambit_band_has_lower(band) && ambit_band_has_upper(band) &&
            ambit_band_is_of_target(band))
            e->worst = fmax(e->worst, band->worst_deviation);
    }
}

static void make_entry(const struct ambit_farm_record *record, struct ambit_farm_entry *e)
{
    *e = (struct ambit_farm_entry){.status = record->status,
                                   .warm = record->warm,
                                   .travel = NAN,
                                   .objective = NAN,
                                   .gap = NAN,
                                   .worst = NAN};
    (void)snprintf(e->name, sizeof e->name, "%s", record->name);
    (void)snprintf(e->message, sizeof e->message, "%s", record->message);
    if (record->status != AMBIT_FARM_FAILED) ambit_farm_fill_entry(&record->result, e);
}

void ambit_farm_name_group(int index, char out[32])
{
    (void)snprintf(out, 32, "/scenarios/%04d", index + 1);
}

/* One column of the table; `offset` is of the member in struct ambit_farm_entry. */
static const struct table_column {
    const char *path;
    enum ambit_h5_kind kind;
    size_t offset, bytes;
    const char *units, *long_name;
} table_columns[] = {
#define ENTRY(name, kind, member, units, words)                                                    \
    {                                                                                              \
        "/scenarios/" name, AMBIT_H5_##kind, offsetof(struct ambit_farm_entry, member),            \
            sizeof(((struct ambit_farm_entry *)0)->member), units, words                           \
    }
    ENTRY("name", TEXT, name, "1", "name of the scenario"),
    ENTRY("message", TEXT, message, "1", "why it has no plan, or one that breaks a band"),
    ENTRY("warm", FLAG, warm, "1", "1 where it began with the plan of the base"),
    ENTRY("territories", I32, territories, "1", "territories"),
    ENTRY("outside", I32, outside, "1", "territories outside a band, summed over bands"),
    ENTRY("accounts", I64, accounts, "1", "accounts"),
    ENTRY("moved", I64, moved, "1", "accounts that change hands"),
    ENTRY("travel_hours", F64, travel, "h", "travel a year"),
    ENTRY("objective_hours", F64, objective, "h", "travel and disruption a year"),
    ENTRY("gap", F64, gap, "1", "gap to the lower bound"),
    ENTRY("worst_deviation", F64, worst, "1", "largest deviation from a target of two sides"),
#undef ENTRY
};
enum { TABLE_COLUMNS = sizeof table_columns / sizeof table_columns[0] };

ambit_status ambit_farm_put_table(struct ambit_h5 *h5, const struct ambit_farm_entry *entry,
                                  int count)
{
    ambit_status status = AMBIT_OK;
    static const char scale[] = "/scenarios/scenario";
    char *values = NULL;
    char(*words)[AMBIT_WORD_MAX] = NULL;
    AMBIT_TRY(ambit_h5_put_scale(h5, scale, count, "index of the scenario"));
    for (int c = 0; c < TABLE_COLUMNS; c++) {
        const struct table_column *const column = &table_columns[c];
        AMBIT_TRY(ambit_alloc(&values, (size_t)count, column->bytes));
        for (int n = 0; n < count; n++)
            memcpy(values + (size_t)n * column->bytes, (const char *)&entry[n] + column->offset,
                   column->bytes);
        AMBIT_TRY(ambit_h5_put_column(
            h5, column->path,
            &(struct ambit_h5_column){
                .kind = column->kind,
                .width = column->kind == AMBIT_H5_TEXT ? (int64_t)column->bytes : 0,
                .count = count,
                .data = values,
                .units = column->units,
                .long_name = column->long_name,
                .scale = scale}));
        ambit_free(&values);
    }
    AMBIT_TRY(ambit_alloc(&words, (size_t)count, sizeof *words));
    for (int n = 0; n < count; n++)
        (void)snprintf(words[n], sizeof words[n], "%s", ambit_farm_status_name(entry[n].status));
    AMBIT_TRY(ambit_h5_put_column(h5, "/scenarios/status",
                                  &(struct ambit_h5_column){.kind = AMBIT_H5_TEXT,
                                                            .width = AMBIT_WORD_MAX,
                                                            .count = count,
                                                            .data = words,
                                                            .long_name = "how it ended",
                                                            .scale = scale}));
done:
    ambit_free(&values);
    ambit_free(&words);
    return status;
}

ambit_status ambit_farm_base_write(const char *path, const struct ambit_result *base)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result_file *file = NULL;
    AMBIT_TRY(ambit_result_file_create(path, base, &file));
    AMBIT_TRY(ambit_result_file_put_all(file, base));
    AMBIT_TRY(ambit_result_file_commit(&file, base));
done:
    ambit_result_file_destroy(&file);
    return status;
}

static ambit_status put_scenarios(struct ambit_h5 *h5, const struct ambit_result *base,
                                  char *const *part, int parts)
{
    ambit_status status = AMBIT_OK;
    struct ambit_farm_entry *entry = NULL;
    struct ambit_farm_record record;
    char group[32];
    ambit_farm_record_init(&record);
    AMBIT_TRY(ambit_alloc(&entry, (size_t)parts, sizeof *entry));
    AMBIT_TRY(ambit_h5_put_group(h5, "/scenarios"));
    for (int n = 0; n < parts; n++) {
        ambit_farm_name_group(n, group);
        AMBIT_TRY(read_part(part[n], base, &record));
        AMBIT_TRY(ambit_h5_put_group(h5, group));
        AMBIT_TRY(ambit_h5_set_root(h5, group));
        AMBIT_TRY(put_record(h5, &record, base));
        AMBIT_TRY(ambit_h5_set_root(h5, NULL));
        make_entry(&record, &entry[n]);
        ambit_farm_record_clear(&record);
    }
    AMBIT_TRY(ambit_farm_put_table(h5, entry, parts));
done:
    ambit_free(&entry);
    ambit_farm_record_clear(&record);
    return status;
}

ambit_status ambit_farm_write(const char *path, const struct ambit_result *base, char *const *part,
                              int parts)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result_file *file = NULL;
    AMBIT_TRY(ambit_result_file_create(path, base, &file));
    AMBIT_TRY(ambit_result_file_put_all(file, base));
    AMBIT_TRY(put_scenarios(ambit_result_file_h5(file), base, part, parts));
    AMBIT_TRY(ambit_result_file_commit(&file, base));
done:
    ambit_result_file_destroy(&file);
    return status;
}

/* ---- reading ---- */

ambit_status ambit_farm_read_why(const char *path, int index, struct ambit_refusal **refusal_out,
                                 struct ambit_result *figures_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *h5 = NULL;
    char group[32];
    ambit_result_init(figures_out);
    ambit_farm_name_group(index - 1, group);
    AMBIT_TRY(ambit_h5_open(path, "farm", &h5));
    AMBIT_TRY(ambit_h5_set_root(h5, index == 0 ? NULL : group));
    AMBIT_TRY(ambit_result_get_refusal(h5, refusal_out));
    if (ambit_h5_has(h5, "/diagnosis")) AMBIT_TRY(ambit_result_get_figures(h5, figures_out));
done:
    ambit_h5_destroy(&h5);
    return status;
}

ambit_status ambit_farm_get_table(struct ambit_h5 *h5, struct ambit_farm_entry *entry, int count)
{
    ambit_status status = AMBIT_OK;
    char *values = NULL;
    for (int c = 0; c < TABLE_COLUMNS; c++) {
        const struct table_column *const column = &table_columns[c];
        AMBIT_TRY(ambit_alloc(&values, (size_t)count, column->bytes));
        AMBIT_TRY(ambit_h5_get_column(h5, column->path, column->kind,
                                      column->kind == AMBIT_H5_TEXT ? (int64_t)column->bytes : 0,
                                      count, values));
        for (int n = 0; n < count; n++)
            memcpy((char *)&entry[n] + column->offset, values + (size_t)n * column->bytes,
                   column->bytes);
        ambit_free(&values);
    }
    AMBIT_TRY(ambit_alloc(&values, (size_t)count, AMBIT_WORD_MAX));
    AMBIT_TRY(
        ambit_h5_get_column(h5, "/scenarios/status", AMBIT_H5_TEXT, AMBIT_WORD_MAX, count, values));
    for (int n = 0; n < count; n++) {
        const char *const word = values + (size_t)n * AMBIT_WORD_MAX;
        int s = AMBIT_FARM_DONE;
        while (s <= AMBIT_FARM_FAILED &&
               strcmp(word, ambit_farm_status_name((enum ambit_farm_status)s)) != 0)
            s++;
        if (s > AMBIT_FARM_FAILED)
            AMBIT_TRY(ambit_h5_damaged(h5, "/scenarios/status",
                                       "expected done, infeasible or failed, found '%s'", word));
        entry[n].status = (enum ambit_farm_status)s;
    }
done:
    ambit_free(&values);
    return status;
}

ambit_status ambit_farm_list(const char *path, struct ambit_farm_entry **out, int *count_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *h5 = NULL;
    struct ambit_result base;
    int64_t count = 0, width = 0;
    *out = NULL;
    *count_out = 0;
    ambit_result_init(&base);
    AMBIT_TRY(ambit_result_read(path, &base));
    AMBIT_TRY(ambit_h5_open(path, "farm", &h5));
    if (!ambit_h5_has(h5, "/scenarios")) goto done;
    AMBIT_TRY(ambit_h5_column_size(h5, "/scenarios/scenario", &count, &width));
    if (count > INT32_MAX / 2) AMBIT_TRY(ambit_h5_damaged(h5, "/scenarios", "too many of them"));
    AMBIT_TRY(ambit_alloc(out, (size_t)count + 1, sizeof **out));
    **out = (struct ambit_farm_entry){
        .name = "base", .status = base.feasible ? AMBIT_FARM_DONE : AMBIT_FARM_INFEASIBLE};
    ambit_farm_fill_entry(&base, *out);
    AMBIT_TRY(ambit_farm_get_table(h5, *out + 1, (int)count));
    *count_out = (int)count + 1;
done:
    if (status != AMBIT_OK) ambit_free(out);
    ambit_h5_destroy(&h5);
    ambit_result_clear(&base);
    return status;
}

ambit_status ambit_farm_find(const char *file, const char *noun, const char *name,
                             const struct ambit_farm_entry *entry, int count, int *index_out)
{
    const char *nearest = "";
    int least = ambit_edit_tolerance(strlen(name)) + 1;
    int scenarios = 0; /* beside the base */
    for (int n = 0; n < count; n++) {
        scenarios += n > 0 || strcmp(entry[n].name, "base") != 0;
        *index_out = n;
        if (strcmp(entry[n].name, name) == 0) return AMBIT_OK;
        const int distance =
            ambit_edit_distance(name, strlen(name), entry[n].name, strlen(entry[n].name));
        if (distance >= least) continue;
        least = distance;
        nearest = entry[n].name;
    }
    return ambit_fail(AMBIT_ERR_INPUT, "%s: expected one of its %d %s, found '%s'%s%s%s", file,
                      scenarios, noun, name, nearest[0] != '\0' ? " (did you mean '" : "", nearest,
                      nearest[0] != '\0' ? "'?)" : "");
}

static ambit_status read_scenario(const char *file, int index, struct ambit_result *result_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_h5 *h5 = NULL;
    struct ambit_result base;
    struct ambit_farm_record record;
    char group[32];
    ambit_result_init(&base);
    ambit_farm_record_init(&record);
    ambit_farm_name_group(index, group);
    AMBIT_TRY(ambit_result_read(file, &base));
    AMBIT_TRY(ambit_h5_open(file, "farm", &h5));
    AMBIT_TRY(ambit_h5_set_root(h5, group));
    AMBIT_TRY(get_record(h5, &base, &record));
    *result_out = record.result;
    ambit_result_init(&record.result);
done:
    ambit_h5_destroy(&h5);
    ambit_result_clear(&base);
    ambit_farm_record_clear(&record);
    return status;
}

ambit_status ambit_farm_read(const char *path, struct ambit_result *result_out)
{
    ambit_status status = AMBIT_OK;
    const char *const name = ambit_farm_name_in(path);
    struct ambit_farm_entry *entry = NULL;
    char *file = NULL;
    int count = 0, index = 0;
    ambit_result_init(result_out);
    AMBIT_TRY(ambit_copy_string(path, &file));
    file[name - path - 1] = '\0';
    if (ambit_layers_are_in(file)) {
        status = ambit_layers_read_one(file, name, result_out);
        goto done;
    }
    AMBIT_TRY(ambit_farm_list(file, &entry, &count));
    AMBIT_TRY(ambit_farm_find(file, "scenarios", name, entry, count, &index));
    AMBIT_REQUIRE(entry != NULL);
    if (entry[index].status == AMBIT_FARM_FAILED)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_INPUT, "%s: scenario '%s' has no plan: %s", file, name,
                             entry[index].message));
    AMBIT_TRY(index == 0 ? ambit_result_read(file, result_out)
                         : read_scenario(file, index - 1, result_out));
done:
    ambit_free(&entry);
    ambit_free(&file);
    return status;
}
