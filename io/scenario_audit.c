/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Binds what an audit reports. A figure of the user's own is a quotient of two sums of names, or
 * one sum; names are measures of the scenario, count, travel or columns:
 *
 *     ratio = side " / " side | sum        side = name | "(" sum ")"
 *     sum   = name { "+" name | " - " name }
 *
 * Blanks stand around - and /, because the names of columns may hold these characters. There is no
 * more arithmetic than this on purpose: sums can be added over ranks exactly, and whoever reads
 * the scenario sees what is divided by what.
 */
#include "io/scenario_audit.h"

#include <stdio.h>
#include <string.h>

typedef struct ambit_yaml_node node;

static const char sum_words[] = "a sum of columns or measures such as won + renewed - lost";
static const char ratio_words[] =
    "a ratio such as won / opportunities or (revenue - cost) / revenue, or a sum without / ";

/* ---- sums ---- */

static bool add_term(struct ambit_binder *b, const node *value, const char *name, int term,
                     bool minus, struct ambit_sum *sum)
{
    for (int t = 0; t < sum->count; t++) {
        if (sum->term[t] != term) continue;
        ambit_bind_complain_name(b, value, name, " twice", "each column of a sum once");
        return false;
    }
    if (sum->count == AMBIT_SUM_TERM_MAX) {
        ambit_bind_complain(b, value, NULL, "at most %d columns in a sum", AMBIT_SUM_TERM_MAX);
        return false;
    }
    sum->term[sum->count] = term;
    sum->minus[sum->count++] = minus;
    return true;
}

/* Brackets in a name are whole pairs, and none stands first: the rest is a slip of the hand. */
static bool is_plain_name(const char *name)
{
    int open = 0;
    double number = 0.0;
    const char *const rest = ambit_bind_read_number(name, &number);
    if (name[0] == '\0' || name[0] == '(' || (rest != NULL && *rest == '\0')) return false;
    for (const char *c = name; *c != '\0'; c++) {
        open += (*c == '(') - (*c == ')');
        if (open < 0) return false;
    }
    return open == 0;
}

/* Adds a measure's terms, count, travel or a column. */
static bool add_name(struct ambit_binder *b, const node *value, const char *name, bool minus,
                     const char *expected, struct ambit_sum *sum)
{
    if (!is_plain_name(name)) {
        ambit_bind_complain(b, value, NULL, "%s", expected);
        return false;
    }
    const int m = ambit_scenario_find_measure(b->scenario, name);
    if (m >= 0) {
        const struct ambit_measure *const measure = &b->scenario->measure[m];
        bool good = true;
        for (int t = 0; t < measure->term_count && good; t++)
            good = add_term(b, value, name, measure->term[t], minus, sum);
        return good;
    }
    if (strcmp(name, "count") == 0) return add_term(b, value, name, AMBIT_TERM_COUNT, minus, sum);
    if (strcmp(name, "travel") == 0) return add_term(b, value, name, AMBIT_TERM_TRAVEL, minus, sum);
    const int column = ambit_bind_column(b, value, name);
    return column >= 0 && add_term(b, value, name, column, minus, sum);
}

/* Binds `text` of `bytes` bytes as a sum; `expected` is said where it is none. */
static bool bind_sum(struct ambit_binder *b, const node *value, const char *text, size_t bytes,
                     const char *expected, struct ambit_sum *sum)
{
    const char *const end = text + bytes;
    bool minus = false;
    for (const char *at = text;;) {
        char name[AMBIT_NAME_MAX];
        const char *stop = at;
        while (stop < end && *stop != '+' && !(end - stop >= 3 && memcmp(stop, " - ", 3) == 0))
            stop++;
        const char *first = at, *last = stop;
        while (first < last && *first == ' ')
            first++;
        while (last > first && last[-1] == ' ')
            last--;
        const size_t size = (size_t)(last - first);
        (void)snprintf(name, sizeof name, "%.*s", (int)(size < sizeof name ? size : 0), first);
        if (!add_name(b, value, name, minus, expected, sum)) return false;
        if (stop == end) return true;
        minus = *stop != '+';
        at = stop + (minus ? 3 : 1);
    }
}

void ambit_bind_sum(struct ambit_binder *b, const node *map, const char *key, struct ambit_sum *sum)
{
    const node *const value = ambit_yaml_find(map, key);
    if (value == NULL) return;
    sum->count = 0;
    if (!ambit_bind_is_text(value))
        ambit_bind_complain(b, value, NULL, "%s", sum_words);
    else
        (void)bind_sum(b, value, value->text, strlen(value->text), sum_words, sum);
}

/* ---- ratios ---- */

/* One side of a quotient: a name, or a sum in brackets. */
static bool bind_side(struct ambit_binder *b, const node *value, const char *text, size_t bytes,
                      struct ambit_sum *sum)
{
    while (bytes > 0 && *text == ' ') {
        text++;
        bytes--;
    }
    while (bytes > 0 && text[bytes - 1] == ' ')
        bytes--;
    if (bytes >= 2 && text[0] == '(' && text[bytes - 1] == ')')
        return bind_sum(b, value, text + 1, bytes - 2, ratio_words, sum);
    const bool is_sum = memchr(text, '+', bytes) != NULL || memmem(text, bytes, " - ", 3) != NULL;
    if (is_sum) {
        ambit_bind_complain(b, value, NULL, "brackets around a sum beside /, as in (a + b) / c");
        return false;
    }
    return bind_sum(b, value, text, bytes, ratio_words, sum);
}

static void bind_quotient(struct ambit_binder *b, const node *value, struct ambit_ratio *ratio)
{
    static const char divided[] = " / ";
    if (!ambit_bind_is_text(value)) {
        ambit_bind_complain(b, value, NULL, "%s", ratio_words);
        return;
    }
    const char *const text = value->text, *const by = strstr(text, divided);
    if (by == NULL) {
        (void)bind_sum(b, value, text, strlen(text), ratio_words, &ratio->top);
        return;
    }
    const char *const bottom = by + strlen(divided);
    if (strstr(bottom, divided) != NULL)
        ambit_bind_complain(b, value, NULL, "one / at most");
    else if (bind_side(b, value, text, (size_t)(by - text), &ratio->top))
        (void)bind_side(b, value, bottom, strlen(bottom), &ratio->bottom);
}

/* Binds `name: ratio` or `name: {ratio: …, unit: …}`. */
static void bind_ratio(struct ambit_binder *b, const node *entry)
{
    struct ambit_audit_terms *const audit = &b->scenario->audit;
    const size_t bytes = strlen(entry->key);
    if (audit->ratio_count == AMBIT_RATIO_MAX || bytes == 0 || bytes >= AMBIT_NAME_MAX) {
        char expected[64];
        (void)snprintf(expected, sizeof expected, "at most %d figures with names of 1 to %d bytes",
                       AMBIT_RATIO_MAX, AMBIT_NAME_MAX - 1);
        ambit_bind_complain_name(b, entry, entry->key, "", expected);
        return;
    }
    const node *value = entry;
    struct ambit_ratio *const ratio = &audit->ratio[audit->ratio_count++];
    (void)snprintf(ratio->name, AMBIT_NAME_MAX, "%s", entry->key);
    if (entry->kind == AMBIT_YAML_MAP) {
        if (!ambit_bind_is_map(b, entry, "ratio, unit")) return;
        const node *const unit = ambit_yaml_find(entry, "unit");
        if (unit != NULL) ambit_bind_name(b, unit, ratio->unit);
        value = ambit_yaml_find(entry, "ratio");
        if (value == NULL) {
            ambit_bind_missing(b, entry, "the key ratio");
            return;
        }
    }
    bind_quotient(b, value, ratio);
}

/* ---- segments ---- */

/* A class's limit: `80`, or `20%` of the accounts. */
static bool bind_class(struct ambit_binder *b, const node *entry, struct ambit_segments *s)
{
    static const char words[] = "the least value of the class such as 80, or its part of the "
                                "accounts such as 20%, as in the class before";
    double number = 0.0;
    const char *const rest = ambit_bind_is_text(entry) && entry->plain
                                 ? ambit_bind_read_number(entry->text, &number)
                                 : NULL;
    const bool is_part = rest != NULL && strcmp(rest + strspn(rest, " "), "%") == 0;
    const enum ambit_segment_kind kind = is_part ? AMBIT_SEGMENT_LARGEST : AMBIT_SEGMENT_FROM;
    double parts = is_part ? number / 100.0 : 0.0;
    for (int c = 0; c < s->count && is_part; c++)
        parts += s->limit[c];
    if (rest == NULL || (*rest != '\0' && !is_part) || (s->count > 0 && kind != s->kind)) {
        ambit_bind_complain(b, entry, NULL, "%s", words);
    } else if (!(number > 0.0 && number <= 1e12)) {
        ambit_bind_complain(b, entry, NULL, "a number above 0 and at most 1e12");
    } else if (is_part && !(parts < 1.0)) {
        ambit_bind_complain(b, entry, NULL, "less than 100%% in the classes before rest together");
    } else if (!is_part && s->count > 0 && number >= s->limit[s->count - 1]) {
        ambit_bind_complain(b, entry, NULL,
                            "less than in the class before, for the largest come first");
    } else {
        s->kind = kind;
        s->limit[s->count] = is_part ? number / 100.0 : number;
        return true;
    }
    return false;
}

static void bind_classes(struct ambit_binder *b, const node *classes, struct ambit_segments *s)
{
    static const char words[] = "2 to 8 classes, the last of them rest: {A: 80, B: 53, C: rest} or "
                                "{A: 20%, B: 30%, C: rest}";
    if (classes->kind != AMBIT_YAML_MAP || classes->child_count < 2 ||
        classes->child_count > AMBIT_SEGMENT_MAX) {
        ambit_bind_complain(b, classes,
                            classes->kind == AMBIT_YAML_MAP ? "a map of other size" : NULL, "%s",
                            words);
        return;
    }
    for (const node *entry = classes->first; entry != NULL; entry = entry->next) {
        const size_t bytes = strlen(entry->key);
        if (bytes == 0 || bytes >= AMBIT_NAME_MAX) {
            ambit_bind_complain_name(b, entry, entry->key, "", "a class's name of 1 to 63 bytes");
            return;
        }
        (void)snprintf(s->name[s->count], AMBIT_NAME_MAX, "%s", entry->key);
        if (entry->next != NULL) {
            if (!bind_class(b, entry, s)) return;
        } else if (!ambit_bind_is_text(entry) || strcmp(entry->text, "rest") != 0) {
            ambit_bind_complain(b, entry, NULL, "rest in the last class");
            return;
        }
        s->count++;
    }
}

static int bind_column(struct ambit_binder *b, const node *value)
{
    if (ambit_bind_is_name(value)) return ambit_bind_column(b, value, value->text);
    ambit_bind_complain(b, value, NULL, "a column's name of 1 to 63 bytes");
    return -1;
}

static void bind_segments(struct ambit_binder *b, const node *segments)
{
    struct ambit_segments *const s = &b->scenario->audit.segments;
    if (!ambit_bind_is_map(b, segments, "by, classes")) return;
    const node *const by = ambit_yaml_find(segments, "by");
    const node *const classes = ambit_yaml_find(segments, "classes");
    if (by == NULL || classes == NULL) {
        ambit_bind_missing(b, segments, by == NULL ? "the key by" : "the key classes");
        return;
    }
    s->column = bind_column(b, by);
    bind_classes(b, classes, s);
}

/* ---- working time and coverage ---- */

/* Binds `300`, `15%` or `20% of work`. */
static void bind_admin(struct ambit_binder *b, const node *value, struct ambit_audit_terms *audit)
{
    double number = 0.0;
    const char *rest =
        ambit_bind_is_text(value) ? ambit_bind_read_number(value->text, &number) : NULL;
    const bool is_hours = rest != NULL && *rest == '\0' && value->plain;
    if (rest != NULL) rest += strspn(rest, " ");
    if (is_hours && number >= 0.0 && number <= 8784.0) {
        audit->admin_kind = AMBIT_ADMIN_HOURS;
        audit->admin = number;
    } else if (rest != NULL && *rest == '%' && number >= 0.0 && number < 100.0 &&
               (rest[1] == '\0' || strcmp(rest + 1, " of work") == 0)) {
        audit->admin_kind = rest[1] == '\0' ? AMBIT_ADMIN_OF_TIME : AMBIT_ADMIN_OF_WORK;
        audit->admin = number / 100.0;
    } else {
        ambit_bind_complain(
            b, value, NULL,
            "hours a year of a rep from 0 to 8784, a percentage below 100%% of the working "
            "time such as 15%%, or a part of work such as 20%% of work");
    }
}

static void bind_working_time(struct ambit_binder *b, const node *time)
{
    struct ambit_audit_terms *const audit = &b->scenario->audit;
    if (!ambit_bind_is_map(b, time, "work, admin, days")) return;
    ambit_bind_sum(b, time, "work", &audit->work);
    const node *const admin = ambit_yaml_find(time, "admin"), *const days =
                                                                  ambit_yaml_find(time, "days");
    for (int t = 0; t < audit->work.count; t++)
        if (audit->work.term[t] == AMBIT_TERM_TRAVEL || audit->work.term[t] == AMBIT_TERM_COUNT)
            ambit_bind_complain(b, ambit_yaml_find(time, "work"), NULL,
                                "hours without travel and count");
    if (admin != NULL) bind_admin(b, admin, audit);
    if (days != NULL)
        ambit_bind_number(b, days, "working days a year, a number from 1 to 366", 1.0, 366.0,
                          &audit->days);
}

static void bind_coverage(struct ambit_binder *b, const node *coverage)
{
    struct ambit_audit_terms *const audit = &b->scenario->audit;
    if (!ambit_bind_is_map(b, coverage, "visited, target, effort, potential")) return;
    const node *const visited = ambit_yaml_find(coverage, "visited");
    const node *const target = ambit_yaml_find(coverage, "target");
    if (visited != NULL) audit->visited_column = bind_column(b, visited);
    if (target != NULL) audit->target_column = bind_column(b, target);
    if (target != NULL && visited == NULL)
        ambit_bind_missing(b, coverage, "the key visited beside target");
    ambit_bind_sum(b, coverage, "effort", &audit->effort);
    ambit_bind_sum(b, coverage, "potential", &audit->potential);
}

/* Where nothing is said: work is what the first measure with travel adds to it, effort is visits,
 * and potential is the measure of that name. */
static void set_defaults(struct ambit_scenario *s)
{
    struct ambit_audit_terms *const audit = &s->audit;
    const int potential = ambit_scenario_find_measure(s, "potential");
    int hours = 0;
    while (hours < s->measure_count &&
           (!ambit_measure_has_travel(&s->measure[hours]) || s->measure[hours].term_count < 2))
        hours++;
    if (audit->work.count == 0 && hours < s->measure_count) {
        const struct ambit_measure *const measure = &s->measure[hours];
        for (int t = 0; t < measure->term_count; t++)
            if (measure->term[t] >= 0) audit->work.term[audit->work.count++] = measure->term[t];
    }
    if (audit->effort.count == 0)
        audit->effort = (struct ambit_sum){.count = 1, .term = {AMBIT_TERM_VISITS}};
    if (audit->potential.count == 0 && potential >= 0) {
        audit->potential.count = s->measure[potential].term_count;
        memcpy(audit->potential.term, s->measure[potential].term,
               sizeof s->measure[potential].term);
    }
}

void ambit_scenario_bind_audit(struct ambit_binder *b)
{
    const node *const segments = ambit_bind_section(b, "segments");
    const node *const time = ambit_bind_section(b, "working_time");
    const node *const coverage = ambit_bind_section(b, "coverage");
    const node *const kpi = ambit_bind_section(b, "kpi");
    if (segments != NULL) bind_segments(b, segments);
    if (time != NULL) bind_working_time(b, time);
    if (coverage != NULL) bind_coverage(b, coverage);
    if (kpi != NULL && kpi->kind != AMBIT_YAML_MAP)
        ambit_bind_complain(b, kpi, NULL,
                            "a map of figures, such as win_rate: won / opportunities");
    for (const node *entry = kpi != NULL ? kpi->first : NULL; entry != NULL; entry = entry->next)
        bind_ratio(b, entry);
    set_defaults(b->scenario);
}
