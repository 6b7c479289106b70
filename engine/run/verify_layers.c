/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each layer is judged as a result of its own; then the accounts are read anew, and their layers
 * told by the filters alone and compared with what the file says of each. Cost: one verification a
 * layer, and one more pass over the table.
 */
#include "engine/base/log.h"
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "engine/run/layers_nation.h"
#include "engine/run/run_layers.h"
#include "engine/run/threads.h"
#include "engine/run/verify_one.h"
#include "io/result_hdf5.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NAMED_MAX = 20 };

struct check {
    const char *path;
    FILE *report;
    int64_t differences;
};

__attribute__((format(printf, 2, 3))) static void differ(struct check *c, const char *format, ...)
{
    char words[512];
    va_list arguments;
    if (++c->differences > NAMED_MAX) return;
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    (void)fprintf(c->report, "%s: %s\n", c->path, words);
}

static void same(struct check *c, const char *what, int64_t stored, int64_t found)
{
    if (stored != found)
        differ(c, "%s: the file says %lld, recomputed %lld", what, (long long)stored,
               (long long)found);
}

static void name_layers(const struct ambit_layered *layered, int64_t mask, size_t room, char *out)
{
    size_t used = (size_t)snprintf(out, room, "%s", mask == 0 ? "none" : "");
    for (int l = 0; l < layered->count && used < room; l++)
        if ((mask >> l & 1) != 0)
            used += (size_t)snprintf(out + used, room - used, "%s'%s'", used > 0 ? ", " : "",
                                     layered->entry[l].name);
}

static void compare_accounts(struct check *c, const struct ambit_layered *stored,
                             const struct ambit_layered *found)
{
    const size_t width = (size_t)stored->id_width, other = (size_t)found->id_width;
    for (int64_t i = 0; i < stored->account_count; i++) {
        char says[200], is[200];
        const char *const id = stored->id + (size_t)i * width;
        const char *const now = found->id + (size_t)i * other;
        const size_t size = strnlen(id, width);
        if (size != strnlen(now, other) || memcmp(id, now, size) != 0)
            differ(c, "account %lld: the file says '%.*s', the table '%.*s'", (long long)i,
                   (int)width, id, (int)other, now);
        if (stored->lat[i] != found->lat[i] || stored->lon[i] != found->lon[i])
            differ(c, "account '%.*s': the file says another place", (int)width, id);
        if (stored->mask[i] == found->mask[i]) continue;
        name_layers(stored, stored->mask[i], sizeof says, says);
        name_layers(found, found->mask[i], sizeof is, is);
        differ(c, "account '%.*s': the file says the layers %s, taken by %s", (int)width, id, says,
               is);
    }
}

static void compare(struct check *c, const struct ambit_layered *stored,
                    const struct ambit_layered *found)
{
    same(c, "overlay", stored->overlay, found->overlay);
    same(c, "layers", stored->count, found->count);
    same(c, "accounts", stored->account_count, found->account_count);
    same(c, "accounts in one layer", stored->in_one, found->in_one);
    same(c, "accounts in several", stored->in_several, found->in_several);
    same(c, "accounts in none", stored->in_none, found->in_none);
    same(c, "reps", stored->reps, found->reps);
    same(c, "reps in several layers", stored->shared_reps, found->shared_reps);
    for (int l = 0; l < stored->count && l < found->count; l++) {
        if (strcmp(stored->entry[l].name, found->entry[l].name) != 0)
            differ(c, "layer %d: the file says '%s', the scenario '%s'", l + 1,
                   stored->entry[l].name, found->entry[l].name);
        same(c, stored->entry[l].name, stored->entry[l].accounts, found->entry[l].accounts);
    }
    if (stored->count == found->count && stored->account_count == found->account_count)
        compare_accounts(c, stored, found);
}

/* That the joined table has each layer's plan; and where the scenario is, which the first of them
 * says. */
static ambit_status compare_plans(struct check *c, const struct ambit_layered *stored,
                                  char **scenario_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_layered again = *stored; /* borrows all but the territories */
    struct ambit_result plan;
    memset(again.territory, 0, sizeof again.territory);
    ambit_result_init(&plan);
    for (int l = 0; l < stored->count; l++) {
        if (stored->entry[l].status == AMBIT_FARM_FAILED) continue;
        AMBIT_TRY(ambit_layers_read_one(c->path, stored->entry[l].name, &plan));
        c->differences +=
            ambit_verify_entry(stored->entry[l].name, &stored->entry[l], &plan, c->report);
        status = ambit_layers_join(&again, &plan, l);
        if (status != AMBIT_ERR_INTERNAL) AMBIT_TRY(status);
        if (status != AMBIT_OK) differ(c, "%s", ambit_error_message());
        ambit_error_clear();
        for (int64_t i = 0; i < stored->account_count && status == AMBIT_OK; i++)
            if (stored->territory[l][i] != again.territory[l][i])
                differ(c, "account %lld: the file says territory %d of '%s', its plan %d",
                       (long long)i, (int)stored->territory[l][i], stored->entry[l].name,
                       (int)again.territory[l][i]);
        if (*scenario_out == NULL && plan.input_count > 0)
            AMBIT_TRY(ambit_path_beside(c->path, plan.input[0].path, scenario_out));
        status = AMBIT_OK;
        ambit_free(&again.territory[l]);
        ambit_result_clear(&plan);
        ambit_result_init(&plan);
    }
    if (*scenario_out == NULL)
        status = ambit_fail(AMBIT_ERR_INPUT, "%s: damaged layers: none has a plan", c->path);
done:
    for (int l = 0; l < AMBIT_LAYER_MAX; l++)
        ambit_free(&again.territory[l]);
    ambit_result_clear(&plan);
    return status;
}

static ambit_status verify_join(struct ambit_comm *comm, const struct ambit_layered *stored,
                                const char *accounts_path, int threads, struct check *c)
{
    ambit_status status = AMBIT_OK;
    const bool first = ambit_comm_rank(comm) == 0;
    struct ambit_run_options options;
    struct ambit_variants *variants = NULL;
    struct ambit_layered *found = NULL;
    char *scenario_path = NULL;
    ambit_run_options_init(&options);
    options.accounts_path = accounts_path;
    options.threads = ambit_threads_set(comm, threads);
    options.skip_bad_rows = true; /* each layer's own check has told of them */
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&found, 1, sizeof *found));
    AMBIT_TRY_TOGETHER(comm, first ? compare_plans(c, stored, &scenario_path) : AMBIT_OK);
    AMBIT_TRY(ambit_verify_share_text(comm, &scenario_path));
    options.scenario_path = scenario_path;
    AMBIT_TRY(ambit_variants_load(scenario_path, comm, &variants));
    AMBIT_TRY(ambit_layers_nation_read(comm, &options, variants, found));
    AMBIT_TRY(ambit_layers_count_reps(comm, &options, variants, found));
    if (first) compare(c, stored, found);
done:
    if (found != NULL) ambit_layered_clear(found);
    ambit_free(&found);
    ambit_variants_destroy(&variants);
    ambit_free(&scenario_path);
    return status;
}

/* "FILE:LAYER" through ambit_verify(). */
static ambit_status verify_layer(struct ambit_comm *comm, const char *path, const char *name,
                                 const char *accounts_path, int threads, FILE *report)
{
    ambit_status status = AMBIT_OK;
    char *both = NULL;
    const size_t room = strlen(path) + strlen(name) + 2;
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&both, room, 1));
    (void)snprintf(both, room, "%s:%s", path, name);
    status = ambit_verify(comm, both, accounts_path, threads, report);
done:
    ambit_free(&both);
    return status;
}

/* The worst end of all: what differs before what is broken. */
static void note(ambit_status status, ambit_status *worst, size_t room, char *words)
{
    const bool worse = status != AMBIT_OK && (*worst == AMBIT_OK || status < *worst);
    if (worse) {
        *worst = status;
        (void)snprintf(words, room, "%s", ambit_error_message());
    }
    ambit_error_clear();
}

static ambit_status verify_all(struct ambit_comm *comm, const struct ambit_layered *stored,
                               const char *accounts_path, int threads, struct check *c)
{
    ambit_status worst = AMBIT_OK, status = AMBIT_OK;
    char words[AMBIT_MESSAGE_MAX] = "";
    for (int l = 0; l < stored->count; l++) {
        const struct ambit_farm_entry *const entry = &stored->entry[l];
        if (entry->status == AMBIT_FARM_FAILED)
            status = ambit_fail(AMBIT_ERR_INFEASIBLE, "%s: layer '%s' has no plan, and says so",
                                c->path, entry->name);
        else
            status = verify_layer(comm, c->path, entry->name, accounts_path, threads, c->report);
        if (status == AMBIT_ERR_MEMORY) return status;
        note(status, &worst, sizeof words, words);
    }
    status = verify_join(comm, stored, accounts_path, threads, c);
    status = AMBIT_AGREE(comm, status);
    if (status == AMBIT_OK && ambit_comm_rank(comm) == 0 && c->differences > 0)
        status = ambit_fail(AMBIT_ERR_MISMATCH, "%s: %lld differences in its layers", c->path,
                            (long long)c->differences);
    else if (status == AMBIT_OK && ambit_comm_rank(comm) == 0)
        (void)fprintf(c->report,
                      "%s: every account is in the layers that take it, and where its "
                      "plans have it\n",
                      c->path);
    status = AMBIT_AGREE(comm, status);
    if (status == AMBIT_ERR_INPUT) status = AMBIT_ERR_MISMATCH;
    note(status, &worst, sizeof words, words);
    return worst != AMBIT_OK ? ambit_fail(worst, "%s", words) : AMBIT_OK;
}

ambit_status ambit_verify_layers(struct ambit_comm *comm, const char *result_path,
                                 const char *accounts_path, int threads, FILE *report)
{
    ambit_status status = AMBIT_OK;
    struct ambit_layered *stored = NULL;
    struct check c = {.path = result_path, .report = report};
    AMBIT_TRY_TOGETHER(comm, ambit_alloc(&stored, 1, sizeof *stored));
    if (ambit_comm_rank(comm) == 0) status = ambit_layers_read(result_path, stored);
    if (status == AMBIT_ERR_INPUT) status = AMBIT_ERR_MISMATCH;
    AMBIT_TRY(AMBIT_AGREE(comm, status));
    ambit_comm_broadcast(comm, &stored->count, (int64_t)sizeof stored->count, 0);
    ambit_comm_broadcast(comm, stored->entry, (int64_t)sizeof stored->entry, 0);
    status = verify_all(comm, stored, accounts_path, threads, &c);
done:
    ambit_log_finish();
    if (stored != NULL) ambit_layered_clear(stored);
    ambit_free(&stored);
    return status;
}
