/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each account's set is put together word by word from the few sets that rules are made of, and
 * looked up among those that are there already; what neighbouring accounts ask for alike is looked
 * up once. Cost: territories / 64 words an account at most. Weakness: a table of pairs that gives
 * every account a set of its own costs territories / 8 bytes for each.
 */
#include "engine/model/eligibility.h"
#include "engine/base/key_table.h"
#include "engine/base/memory.h"
#include "engine/base/nearest.h"
#include "engine/base/random.h"
#include "engine/model/geometry.h"
#include "engine/model/travel.h"

#include <limits.h>
#include <math.h>
#include <string.h>

enum { CACHE = 1024, BISECTIONS = 200 };

/* What accounts ask for alike, and their class. */
struct asked {
    int32_t needs;
    uint64_t closings; /* bit c: entry c of forbidden and allowed is for the account */
    int32_t class;
    bool known;
};

struct builder {
    const struct ambit_scenario *scenario;
    const struct ambit_eligibility_terms *terms;
    const struct ambit_territories *territories;
    const struct ambit_pairs *forbidden, *allowed;
    struct ambit_accounts *accounts;
    struct ambit_eligibility *out;
    size_t words;
    int32_t *named;               /* owned; territory of each name of the terms */
    uint64_t *open;               /* owned; all territories that are not fixed */
    uint64_t *closing;            /* owned; [entry × words]: the territories it names */
    uint64_t *needs;              /* owned; [code × words]: who can serve such accounts */
    uint64_t *work;               /* owned; two sets */
    struct ambit_key_table known; /* hash of a set to the first class that has it */
    int32_t *next;                /* owned; the next class of the same hash, or −1 */
    int32_t room;                 /* classes */
    struct asked *cache;          /* owned */
};

bool ambit_eligibility_is_used(const struct ambit_scenario *scenario)
{
    const struct ambit_eligibility_terms *const terms = &scenario->eligibility;
    return terms->has_lock || terms->fixed_count > 0 || terms->needs_category >= 0 ||
           terms->closing_count > 0 || terms->reach_kind != AMBIT_REACH_NONE;
}

void ambit_eligibility_clear(struct ambit_eligibility *eligibility)
{
    ambit_free(&eligibility->set);
    ambit_free(&eligibility->fixed);
    eligibility->class_count = 0;
}

static void clear(struct builder *b)
{
    ambit_free(&b->named);
    ambit_free(&b->open);
    ambit_free(&b->closing);
    ambit_free(&b->needs);
    ambit_free(&b->work);
    ambit_key_table_clear(&b->known);
    ambit_free(&b->next);
    ambit_free(&b->cache);
}

/* ---- names of territories ---- */

static ambit_status fail_name(const struct builder *b, const struct ambit_named_territory *name)
{
    const struct ambit_territories *const t = b->territories;
    const char *nearest = "";
    int best = INT_MAX;
    for (int32_t j = 0; j < t->count; j++) {
        const int distance = ambit_edit_distance(name->text, strlen(name->text), t->item[j].name,
                                                 strlen(t->item[j].name));
        if (distance >= best) continue;
        best = distance;
        nearest = t->item[j].name;
    }
    return ambit_fail(AMBIT_ERR_INPUT,
                      "%s:%d:%d: expected a territory or a rep's id, found '%s' (the nearest is "
                      "'%s')",
                      b->scenario->path, name->line, name->column, name->text, nearest);
}

static ambit_status find_names(struct builder *b)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&b->named, (size_t)b->terms->name_count, sizeof *b->named));
    for (int n = 0; n < b->terms->name_count; n++) {
        b->named[n] = ambit_territories_find_served(b->territories, b->terms->name[n].text);
        if (b->named[n] < 0) AMBIT_TRY(fail_name(b, &b->terms->name[n]));
    }
done:
    return status;
}

/* ---- sets ---- */

static void put(uint64_t *set, int32_t j)
{
    set[j / 64] |= UINT64_C(1) << (j % 64);
}

static void keep_both(uint64_t *set, const uint64_t *other, size_t words)
{
    for (size_t w = 0; w < words; w++)
        set[w] &= other[w];
}

static void take_out(uint64_t *set, const uint64_t *other, size_t words)
{
    for (size_t w = 0; w < words; w++)
        set[w] &= ~other[w];
}

static ambit_status set_open(struct builder *b)
{
    ambit_status status = AMBIT_OK;
    const int32_t count = b->territories->count;
    AMBIT_TRY(ambit_alloc(&b->open, b->words, sizeof *b->open));
    if (b->terms->fixed_count > 0)
        AMBIT_TRY(ambit_alloc(&b->out->fixed, (size_t)count, sizeof *b->out->fixed));
    for (int n = 0; n < b->terms->fixed_count; n++)
        b->out->fixed[b->named[b->terms->fixed_first + n]] = true;
    for (int32_t j = 0; j < count; j++) {
        if (b->out->fixed == NULL || !b->out->fixed[j]) put(b->open, j);
    }
done:
    return status;
}

static ambit_status set_closings(struct builder *b)
{
    ambit_status status = AMBIT_OK;
    const size_t words = b->words;
    AMBIT_TRY(
        ambit_alloc(&b->closing, (size_t)b->terms->closing_count * words, sizeof *b->closing));
    for (int c = 0; c < b->terms->closing_count; c++) {
        const struct ambit_closing *const closing = &b->terms->closing[c];
        for (int n = 0; n < closing->name_count; n++)
            put(&b->closing[(size_t)c * words], b->named[closing->first_name + n]);
    }
done:
    return status;
}

/* The next word of a text of words joined by ';', blanks around it left out; NULL at the end. */
static const char *next_word(const char **at, size_t *size_out)
{
    for (;;) {
        *at += strspn(*at, " ;");
        if (**at == '\0') return NULL;
        const char *const word = *at;
        size_t size = strcspn(word, ";");
        *at += size;
        while (size > 0 && word[size - 1] == ' ')
            size--;
        *size_out = size;
        return word;
    }
}

static bool has_skill(const char *skills, const char *wanted, size_t wanted_size)
{
    size_t size = 0;
    for (const char *word; (word = next_word(&skills, &size)) != NULL;) {
        if (size == wanted_size && memcmp(word, wanted, size) == 0) return true;
    }
    return false;
}

/* Who can serve accounts of each text of needs. A text of skills is compared once, however many
 * reps have it. */
static ambit_status set_needs(struct builder *b)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_territories *const t = b->territories;
    bool *can = NULL;
    if (b->terms->needs_category < 0) return AMBIT_OK;
    const struct ambit_words *const needs = &b->accounts->words[b->terms->needs_category];
    AMBIT_TRY(ambit_alloc(&b->needs, (size_t)needs->count * b->words, sizeof *b->needs));
    AMBIT_TRY(ambit_alloc(&can, (size_t)t->skills.count + 1, sizeof *can));
    for (int32_t n = 0; n < needs->count; n++) {
        for (int32_t s = 0; s <= t->skills.count; s++) {
            const char *const skills = s > 0 ? ambit_words_text(&t->skills, s - 1) : "";
            const char *at = ambit_words_text(needs, n);
            size_t size = 0;
            can[s] = true;
            for (const char *word; can[s] && (word = next_word(&at, &size)) != NULL;)
                can[s] = has_skill(skills, word, size);
        }
        for (int32_t j = 0; j < t->count; j++) {
            if (can[t->item[j].skills]) put(&b->needs[(size_t)n * b->words], j);
        }
    }
done:
    ambit_free(&can);
    return status;
}

/* ---- classes ---- */

static uint64_t hash_of(const uint64_t *set, size_t words)
{
    uint64_t hash = words;
    for (size_t w = 0; w < words; w++)
        hash = ambit_mix64(hash ^ set[w]);
    return hash;
}

static ambit_status make_room(struct builder *b)
{
    ambit_status status = AMBIT_OK;
    struct ambit_eligibility *const out = b->out;
    if (out->class_count < b->room) return AMBIT_OK;
    const size_t room = 2 * (size_t)b->room + 16;
    AMBIT_TRY(ambit_resize(&out->set, room * b->words, sizeof *out->set));
    AMBIT_TRY(ambit_resize(&b->next, room, sizeof *b->next));
    AMBIT_TRY(ambit_key_table_reserve(&b->known, (int64_t)room));
    b->room = (int32_t)room;
done:
    return status;
}

/* The class of that set, a new one where there is none yet. */
static ambit_status class_of_set(struct builder *b, const uint64_t *set, int32_t *class_out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_eligibility *const out = b->out;
    const size_t bytes = b->words * sizeof *set;
    bool all = true;
    for (int32_t j = 0; j < out->territory_count && all; j++)
        all = (set[j / 64] >> (j % 64) & 1) != 0;
    *class_out = AMBIT_CLASS_ANY;
    if (all) return AMBIT_OK;
    AMBIT_TRY(make_room(b));
    int32_t *const first = ambit_key_table_at(&b->known, hash_of(set, b->words));
    for (int32_t class = *first; class >= 0; class = b->next[class]) {
        if (memcmp(&out->set[(size_t) class * b->words], set, bytes) != 0) continue;
        *class_out = class;
        return AMBIT_OK;
    }
    *class_out = out->class_count++;
    memcpy(&out->set[(size_t)*class_out * b->words], set, bytes);
    b->next[*class_out] = *first;
    *first = *class_out;
done:
    return status;
}

static struct asked ask(const struct builder *b, int32_t i)
{
    struct asked asked = {.needs = AMBIT_WORD_EMPTY};
    if (b->terms->needs_category >= 0)
        asked.needs = b->accounts->category[b->terms->needs_category][i];
    for (int c = 0; c < b->terms->closing_count; c++) {
        const struct ambit_closing *const closing = &b->terms->closing[c];
        if (closing->file == NULL && ambit_filter_holds(&closing->where, b->accounts, i))
            asked.closings |= UINT64_C(1) << c;
    }
    return asked;
}

static void make_set(const struct builder *b, const struct asked *asked, uint64_t *set)
{
    const size_t words = b->words;
    memcpy(set, b->open, words * sizeof *set);
    if (asked->needs >= 0) keep_both(set, &b->needs[(size_t)asked->needs * words], words);
    for (int c = 0; c < b->terms->closing_count; c++) {
        if ((asked->closings >> c & 1) == 0) continue;
        if (b->terms->closing[c].only)
            keep_both(set, &b->closing[(size_t)c * words], words);
        else
            take_out(set, &b->closing[(size_t)c * words], words);
    }
}

/* Takes the pairs of account i into account; whether it has any. */
static bool apply_pairs(const struct builder *b, int32_t i, uint64_t *set)
{
    uint64_t *const named = b->work + b->words;
    int64_t forbidden = 0, allowed = 0;
    const int64_t no = ambit_pairs_of(b->forbidden, i, &forbidden);
    const int64_t yes = ambit_pairs_of(b->allowed, i, &allowed);
    for (int64_t p = no; p < no + forbidden; p++) {
        const int32_t j = b->forbidden->item[p].territory;
        set[j / 64] &= ~(UINT64_C(1) << (j % 64));
    }
    if (allowed > 0) {
        memset(named, 0, b->words * sizeof *named);
        for (int64_t p = yes; p < yes + allowed; p++)
            put(named, b->allowed->item[p].territory);
        keep_both(set, named, b->words);
    }
    return forbidden + allowed > 0;
}

static ambit_status find_class(struct builder *b, int32_t i, int32_t *class_out)
{
    ambit_status status = AMBIT_OK;
    struct asked asked = ask(b, i);
    const uint64_t key = ambit_mix64(asked.closings ^ ((uint64_t)(uint32_t)asked.needs << 32));
    struct asked *const kept = &b->cache[key % CACHE];
    const bool has_pairs = b->forbidden->count + b->allowed->count > 0;
    if (has_pairs) {
        make_set(b, &asked, b->work);
        if (apply_pairs(b, i, b->work)) return class_of_set(b, b->work, class_out);
    }
    if (!kept->known || kept->needs != asked.needs || kept->closings != asked.closings) {
        make_set(b, &asked, b->work);
        AMBIT_TRY(class_of_set(b, b->work, &asked.class));
        asked.known = true;
        *kept = asked;
    }
    *class_out = kept->class;
done:
    return status;
}

static ambit_status set_classes(struct builder *b)
{
    ambit_status status = AMBIT_OK;
    struct ambit_accounts *const a = b->accounts;
    const bool *const fixed = b->out->fixed;
    ambit_free(&a->class_of);
    AMBIT_TRY(ambit_alloc(&a->class_of, (size_t)a->count + 1, sizeof *a->class_of));
    AMBIT_TRY(ambit_alloc(&b->cache, CACHE, sizeof *b->cache));
    AMBIT_TRY(ambit_alloc(&b->work, 2 * b->words, sizeof *b->work));
    for (int32_t i = 0; i < a->count; i++) {
        const int32_t previous = a->previous[i];
        const bool stays =
            previous >= 0 && ((fixed != NULL && fixed[previous]) ||
                              (b->terms->has_lock && ambit_filter_holds(&b->terms->lock, a, i)));
        if (stays)
            a->class_of[i] = ambit_class_of_lock(previous);
        else
            AMBIT_TRY(find_class(b, i, &a->class_of[i]));
    }
done:
    return status;
}

ambit_status ambit_eligibility_create(const struct ambit_scenario *scenario,
                                      const struct ambit_territories *territories,
                                      const struct ambit_pairs *forbidden,
                                      const struct ambit_pairs *allowed,
                                      struct ambit_accounts *accounts,
                                      struct ambit_eligibility *out)
{
    ambit_status status = AMBIT_OK;
    struct builder b = {.scenario = scenario,
                        .terms = &scenario->eligibility,
                        .territories = territories,
                        .forbidden = forbidden,
                        .allowed = allowed,
                        .accounts = accounts,
                        .out = out,
                        .words = ((size_t)territories->count + 63) / 64};
    *out = (struct ambit_eligibility){.territory_count = territories->count,
                                      .set_words = (int32_t)b.words,
                                      .reach_chord2 = ambit_reach_chord2(scenario)};
    AMBIT_TRY(find_names(&b));
    AMBIT_TRY(set_open(&b));
    AMBIT_TRY(set_closings(&b));
    AMBIT_TRY(set_needs(&b));
    AMBIT_TRY(set_classes(&b));
done:
    clear(&b);
    if (status != AMBIT_OK) ambit_eligibility_clear(out);
    return status;
}

/* ---- units ---- */

/* Takes out of `set` what is not in the class. */
static void keep_class(const struct ambit_eligibility *e, int32_t class, uint64_t *set)
{
    const int32_t lock = class < AMBIT_CLASS_ANY ? ambit_class_lock(class) : -1;
    const uint64_t *const other = class >= 0 ? &e->set[(int64_t) class * e->set_words] : NULL;
    for (int32_t w = 0; w < e->set_words; w++) {
        if (other != NULL) set[w] &= other[w];
        if (lock >= 0) set[w] &= lock / 64 == w ? UINT64_C(1) << (lock % 64) : 0;
    }
}

/* The class of a unit whose accounts have several: a lock stays one where the others let it. */
static ambit_status class_of_unit(struct builder *b, const struct ambit_eligibility *of_rows,
                                  const int32_t *row_class, int32_t begin, int32_t end,
                                  int32_t *class_out)
{
    int32_t lock = -1;
    memcpy(b->work, b->open, b->words * sizeof *b->work);
    for (int32_t row = begin; row < end; row++) {
        keep_class(of_rows, row_class[row], b->work);
        if (row_class[row] < AMBIT_CLASS_ANY) lock = ambit_class_lock(row_class[row]);
    }
    *class_out = ambit_class_of_lock(lock);
    if (lock >= 0 && (b->work[lock / 64] >> (lock % 64) & 1) != 0) return AMBIT_OK;
    return class_of_set(b, b->work, class_out);
}

ambit_status ambit_eligibility_unite(const struct ambit_eligibility *of_rows,
                                     struct ambit_accounts *units, struct ambit_eligibility *out)
{
    ambit_status status = AMBIT_OK;
    const int32_t *const row_class = units->rows->class_of;
    struct builder b = {.out = out, .words = (size_t)of_rows->set_words};
    *out = (struct ambit_eligibility){.territory_count = of_rows->territory_count,
                                      .set_words = of_rows->set_words,
                                      .reach_chord2 = of_rows->reach_chord2};
    AMBIT_TRY(ambit_alloc(&b.open, b.words, sizeof *b.open));
    AMBIT_TRY(ambit_alloc(&b.work, b.words, sizeof *b.work));
    AMBIT_TRY(ambit_alloc(&units->class_of, (size_t)units->count + 1, sizeof *units->class_of));
    for (int32_t j = 0; j < out->territory_count; j++)
        put(b.open, j);
    if (of_rows->fixed != NULL) {
        AMBIT_TRY(ambit_alloc(&out->fixed, (size_t)out->territory_count, sizeof *out->fixed));
        memcpy(out->fixed, of_rows->fixed, (size_t)out->territory_count * sizeof *out->fixed);
    }
    for (int32_t u = 0; u < units->count; u++)
        AMBIT_TRY(class_of_unit(&b, of_rows, row_class, units->begin[u], units->begin[u + 1],
                                &units->class_of[u]));
done:
    clear(&b);
    if (status != AMBIT_OK) ambit_eligibility_clear(out);
    return status;
}

/* ---- reach ---- */

double ambit_reach_of(const struct ambit_scenario *scenario, double chord2)
{
    const double km = ambit_km_from_chord2(chord2);
    return scenario->eligibility.reach_kind == AMBIT_REACH_KM
               ? km
               : ambit_drive_minutes(&scenario->drive_time, km);
}

/* By bisection, for a table of minutes has no formula to turn round. */
double ambit_reach_chord2(const struct ambit_scenario *scenario)
{
    const double reach = scenario->eligibility.reach;
    double low = 0.0, high = 4.0;
    if (scenario->eligibility.reach_kind == AMBIT_REACH_NONE ||
        ambit_reach_of(scenario, high) <= reach)
        return INFINITY;
    for (int step = 0; step < BISECTIONS && low < high; step++) {
        const double middle = 0.5 * (low + high);
        if (middle <= low || middle >= high) break;
        if (ambit_reach_of(scenario, middle) <= reach)
            low = middle;
        else
            high = middle;
    }
    return low;
}
