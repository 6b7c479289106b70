/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Scenarios as sources of a merge (yaml_merge.h): the base's tree, an entry of the list, and a
 * value of each axis. Nothing is copied before a scenario is bound. Cost: one merge and one bind a
 * scenario, about the time of reading a small file each.
 */
#include "io/scenario_variants.h"
#include "engine/base/memory.h"
#include "engine/base/nearest.h"
#include "io/scenario_yaml.h"
#include "io/yaml_merge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AXIS_MAX 8
#define SEEDS_MAX 1000
#define NAME_RULE "a name of 1 to 191 bytes without / : and control characters"

typedef struct ambit_yaml_node node;

struct variant {
    char name[AMBIT_VARIANT_NAME_MAX];
    const node *place; /* borrowed; for messages */
    int count;
    struct ambit_yaml_source source[AMBIT_YAML_SOURCE_MAX]; /* without the base */
    uint64_t seed;                                          /* 0: no replicate */
};

struct ambit_variants {
    char *path, *text; /* owned */
    size_t bytes;
    struct ambit_yaml_tree tree;
    int count, room;
    struct variant *variant; /* owned */
    bool layered;            /* they are layers */
};

__attribute__((format(printf, 4, 5))) static ambit_status
complain(const struct ambit_variants *v, const node *value, bool of_key, const char *format, ...)
{
    char path[AMBIT_YAML_PATH_MAX], words[512];
    va_list arguments;
    ambit_yaml_path(of_key ? value->parent : value, path);
    va_start(arguments, format);
    (void)vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    return ambit_fail(AMBIT_ERR_INPUT, "%s:%d:%d: %s: %s", v->path,
                      of_key ? value->key_line : value->line,
                      of_key ? value->key_column : value->column, path, words);
}

static const char *kind_words(const node *value)
{
    return value->kind == AMBIT_YAML_LIST  ? "a list"
           : value->kind == AMBIT_YAML_MAP ? "a map"
           : value->text[0] != '\0'        ? "a text"
                                           : "nothing";
}

/* ---- the product of axes ---- */

struct axis {
    const node *value; /* a list, a map of labels, or the number of seeds */
    const char *path;  /* the keys above a value; "": values are overrides of their own */
    int count;
    bool seeds;
};

struct product {
    int axes;
    struct axis axis[AXIS_MAX];
    int64_t total;
};

/* True where the first of the keys is one of a scenario's. */
static bool is_path(const char *key)
{
    char first[AMBIT_NAME_MAX];
    const size_t length = strcspn(key, ".");
    if (length >= sizeof first) return false;
    (void)snprintf(first, sizeof first, "%.*s", (int)length, key);
    return ambit_yaml_listed(ambit_scenario_keys, first);
}

static bool read_count(const node *value, long most, int *count_out)
{
    if (value->kind != AMBIT_YAML_SCALAR || !value->plain) return false;
    const size_t digits = strspn(value->text, "0123456789");
    const long count = digits > 0 && digits < 10 ? strtol(value->text, NULL, 10) : 0;
    *count_out = (int)count;
    return value->text[digits] == '\0' && count >= 1 && count <= most;
}

/* `reps: [110, 120]` asks for numbers of territories. */
static bool are_numbers(const node *list)
{
    int count;
    for (const node *item = list->first; item != NULL; item = item->next)
        if (!read_count(item, AMBIT_TERRITORY_MAX, &count)) return false;
    return true;
}

static ambit_status add_axis(const struct ambit_variants *v, const node *value,
                             struct product *product)
{
    ambit_status status = AMBIT_OK;
    const bool seeds = strcmp(value->key, "seeds") == 0;
    const bool list = value->kind == AMBIT_YAML_LIST;
    struct axis axis = {.value = value, .count = value->child_count, .seeds = seeds};
    if (product->axes == AXIS_MAX)
        AMBIT_TRY(complain(v, value, true, "expected at most %d axes, found more", AXIS_MAX));
    axis.path = is_path(value->key) ? value->key : "";
    if (seeds && !read_count(value, SEEDS_MAX, &axis.count))
        AMBIT_TRY(complain(v, value, false,
                           "expected how many seeds to try, a whole number from 1 to %d, found "
                           "%s",
                           SEEDS_MAX,
                           value->kind == AMBIT_YAML_SCALAR ? value->text : kind_words(value)));
    if (!seeds && (value->kind == AMBIT_YAML_SCALAR || axis.count == 0))
        AMBIT_TRY(complain(v, value, false,
                           "expected a list of values, or a map of names and overrides, found %s",
                           kind_words(value)));
    if (list && axis.path[0] == '\0')
        AMBIT_TRY(complain(v, value, true,
                           "expected a key of the scenario such as bands.hours before a list, or "
                           "a map of names and overrides, found '%s'",
                           value->key));
    for (const node *item = value->first; item != NULL && !seeds; item = item->next) {
        if (list && item->kind != AMBIT_YAML_SCALAR)
            AMBIT_TRY(complain(v, item, false,
                               "expected a number or a text, found %s; give it a name: {NAME: …}",
                               kind_words(item)));
        if (axis.path[0] == '\0' && item->kind != AMBIT_YAML_MAP)
            AMBIT_TRY(complain(v, item, false, "expected a map of overrides, found %s",
                               kind_words(item)));
    }
    if (list && strcmp(value->key, "reps") == 0 && are_numbers(value)) axis.path = "territories";
    product->axis[product->axes++] = axis;
    product->total *= axis.count;
    if (product->total > AMBIT_VARIANT_MAX)
        status = complain(v, value, true, "expected at most %d scenarios, found more",
                          AMBIT_VARIANT_MAX);
done:
    return status;
}

static ambit_status make_product(const struct ambit_variants *v, const node *grid,
                                 const node *seeds, struct product *product)
{
    ambit_status status = AMBIT_OK;
    *product = (struct product){.total = 1};
    if (grid != NULL && (grid->kind != AMBIT_YAML_MAP || grid->child_count == 0))
        AMBIT_TRY(complain(v, grid, false, "expected a map of keys and their values, found %s",
                           kind_words(grid)));
    for (const node *axis = grid != NULL ? grid->first : NULL; axis != NULL; axis = axis->next)
        AMBIT_TRY(add_axis(v, axis, product));
    if (seeds != NULL) AMBIT_TRY(add_axis(v, seeds, product));
done:
    return status;
}

/* ---- scenarios ---- */

static bool is_name(const char *name)
{
    if (name[0] == '\0' || strlen(name) >= AMBIT_VARIANT_NAME_MAX) return false;
    for (const char *c = name; *c != '\0'; c++)
        if (*c == '/' || *c == ':' || (unsigned char)*c < 0x20) return false;
    return true;
}

/* Adds " key=value" to a name; false where there is no room, or the value cannot stand in a name.
 */
static bool extend_name(char *name, const char *key, const char *value)
{
    const size_t used = strlen(name);
    const int wrote = snprintf(name + used, AMBIT_VARIANT_NAME_MAX - used, "%s%s=%s",
                               used > 0 ? ", " : "", key, value);
    return wrote > 0 && used + (size_t)wrote < AMBIT_VARIANT_NAME_MAX && is_name(name);
}

static ambit_status add_variant(struct ambit_variants *v, const struct variant *variant)
{
    for (int i = 0; i < v->count; i++) {
        if (strcmp(v->variant[i].name, variant->name) == 0)
            return complain(v, variant->place, false,
                            "expected each %s's name once, found '%s' again (first on line %d)",
                            v->layered ? "layer" : "scenario", variant->name,
                            v->variant[i].place->line);
    }
    if (v->count == AMBIT_VARIANT_MAX)
        return complain(v, variant->place, false, "expected at most %d scenarios, found more",
                        AMBIT_VARIANT_MAX);
    if (v->count == v->room) {
        const int room = 2 * v->room + 16;
        const ambit_status status = ambit_resize(&v->variant, (size_t)room, sizeof *v->variant);
        if (status != AMBIT_OK) return status;
        v->room = room;
    }
    v->variant[v->count++] = *variant;
    return AMBIT_OK;
}

/* The part that one value of an axis has in a scenario. */
static ambit_status add_part(struct ambit_variants *v, const struct axis *axis, int at,
                             struct variant *variant)
{
    char number[16];
    if (axis->seeds) {
        variant->seed = (uint64_t)at + 1;
        (void)snprintf(number, sizeof number, "%d", at + 1);
        if (extend_name(variant->name, "seed", number)) return AMBIT_OK;
        return complain(v, axis->value, false, "expected names of up to %d bytes, found longer",
                        AMBIT_VARIANT_NAME_MAX - 1);
    }
    const node *item = axis->value->first;
    for (int i = 0; i < at; i++)
        item = item->next;
    const char *const label = item->key != NULL ? item->key : item->text;
    if (!extend_name(variant->name, axis->value->key, label))
        return complain(v, item, item->key != NULL,
                        "expected a value that can stand in " NAME_RULE
                        ", found '%s'; give it a name: {NAME: VALUE}",
                        label);
    variant->source[variant->count++] = (struct ambit_yaml_source){item, axis->path, ""};
    return AMBIT_OK;
}

/* A scenario for each combination; the last axis changes fastest. */
static ambit_status expand(struct ambit_variants *v, const struct variant *start,
                           const struct product *product)
{
    ambit_status status = AMBIT_OK;
    for (int64_t n = 0; n < product->total; n++) {
        struct variant one = *start;
        int64_t rest = product->total, left = n;
        for (int a = 0; a < product->axes; a++) {
            rest /= product->axis[a].count;
            AMBIT_TRY(add_part(v, &product->axis[a], (int)(left / rest), &one));
            left %= rest;
        }
        AMBIT_TRY(add_variant(v, &one));
    }
done:
    return status;
}

/* The name of an entry of the list, which must be a map. */
static ambit_status read_name(const struct ambit_variants *v, const node *entry,
                              struct variant *variant)
{
    ambit_status status = AMBIT_OK;
    if (entry->kind != AMBIT_YAML_MAP)
        AMBIT_TRY(complain(v, entry, false, "expected a map of a name and overrides, found %s",
                           kind_words(entry)));
    const node *const name = ambit_yaml_find(entry, "name");
    if (name == NULL) {
        status = complain(v, entry, false, "expected the key name, found none");
        goto done;
    }
    if (name->kind != AMBIT_YAML_SCALAR || !is_name(name->text))
        AMBIT_TRY(complain(v, name, false, "expected " NAME_RULE ", found %s",
                           name->kind == AMBIT_YAML_SCALAR ? name->text : kind_words(name)));
    if (!v->layered && strcmp(name->text, "base") == 0)
        AMBIT_TRY(complain(v, name, false,
                           "expected another name than base, which is what the file has without "
                           "its scenarios"));
    (void)snprintf(variant->name, sizeof variant->name, "%s", name->text);
done:
    return status;
}

static ambit_status add_entry(struct ambit_variants *v, const node *entry)
{
    ambit_status status = AMBIT_OK;
    struct product product;
    struct variant start = {.place = entry, .count = 1};
    AMBIT_TRY(read_name(v, entry, &start));
    start.source[0] = (struct ambit_yaml_source){entry, "", "name, seeds, grid"};
    AMBIT_TRY(
        make_product(v, ambit_yaml_find(entry, "grid"), ambit_yaml_find(entry, "seeds"), &product));
    AMBIT_TRY(expand(v, &start, &product));
done:
    return status;
}

/* What a layer takes is bound with the scenario; all else that it says are overrides. */
static ambit_status add_layer(struct ambit_variants *v, const node *entry)
{
    ambit_status status = AMBIT_OK;
    static const char *const of_file[] = {"scenarios", "grid", "seeds", "layers"};
    static const char *const of_all[] = {"add", "remove"};
    struct variant layer = {.place = entry, .count = 1};
    AMBIT_TRY(read_name(v, entry, &layer));
    for (size_t k = 0; k < sizeof of_file / sizeof *of_file; k++) {
        const node *const inner = ambit_yaml_find(entry, of_file[k]);
        if (inner != NULL)
            AMBIT_TRY(complain(v, inner, true, "expected no %s within a layer, found '%s'",
                               of_file[k], of_file[k]));
    }
    const node *const accounts = ambit_yaml_find(entry, "accounts");
    for (size_t k = 0; k < sizeof of_all / sizeof *of_all && accounts != NULL; k++) {
        const node *const inner = ambit_yaml_find(accounts, of_all[k]);
        if (inner != NULL)
            AMBIT_TRY(complain(v, inner, true,
                               "expected what is added or removed outside layers, which share "
                               "their accounts, found '%s' in '%s'",
                               of_all[k], layer.name));
    }
    if (v->count == AMBIT_LAYER_MAX)
        AMBIT_TRY(
            complain(v, entry, false, "expected at most %d layers, found more", AMBIT_LAYER_MAX));
    layer.source[0] = (struct ambit_yaml_source){entry, "", "name, takes"};
    AMBIT_TRY(add_variant(v, &layer));
done:
    return status;
}

static ambit_status add_layers(struct ambit_variants *v, const node *layers)
{
    ambit_status status = AMBIT_OK;
    const node *const list = ambit_yaml_find(layers, "list");
    static const char *const others[] = {"scenarios", "grid"};
    v->layered = true;
    if (layers->kind != AMBIT_YAML_MAP)
        AMBIT_TRY(complain(v, layers, false,
                           "expected a map of model (hybrid or overlay) and list, found %s",
                           kind_words(layers)));
    if (list == NULL || list->kind != AMBIT_YAML_LIST || list->child_count == 0)
        AMBIT_TRY(complain(v, list != NULL ? list : layers, false,
                           "expected a list of layers, such as - {name: key accounts, takes: "
                           "{where: {segment: A}}, …}, found %s",
                           list == NULL ? "none" : kind_words(list)));
    for (size_t k = 0; k < sizeof others / sizeof *others; k++) {
        const node *const other = ambit_yaml_find(v->tree.node, others[k]);
        if (other != NULL)
            AMBIT_TRY(complain(v, other, true, "expected no %s beside layers, found '%s'",
                               others[k], others[k]));
    }
    AMBIT_REQUIRE(list != NULL);
    for (const node *entry = list->first; entry != NULL; entry = entry->next)
        AMBIT_TRY(add_layer(v, entry));
done:
    return status;
}

static ambit_status add_all(struct ambit_variants *v)
{
    ambit_status status = AMBIT_OK;
    const node *const root = &v->tree.node[0];
    const node *const layers = ambit_yaml_find(root, "layers");
    if (layers != NULL) return add_layers(v, layers);
    const node *const list = ambit_yaml_find(root, "scenarios");
    const node *const grid = ambit_yaml_find(root, "grid");
    struct product product;
    if (list != NULL && list->kind != AMBIT_YAML_LIST)
        AMBIT_TRY(complain(v, list, false,
                           "expected a list of scenarios, such as - {name: more reps, …}, found %s",
                           kind_words(list)));
    for (const node *entry = list != NULL ? list->first : NULL; entry != NULL; entry = entry->next)
        AMBIT_TRY(add_entry(v, entry));
    if (grid == NULL) goto done;
    const struct variant start = {.place = grid};
    AMBIT_TRY(make_product(v, grid, NULL, &product));
    AMBIT_TRY(expand(v, &start, &product));
done:
    return status;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Layers are plans over one table of accounts: the first layer's. */
static ambit_status check_table(const struct ambit_variants *v, int index,
                                const struct ambit_scenario *s)
{
    struct ambit_scenario first;
    ambit_status status = ambit_variants_bind(v, 0, &first);
    if (status != AMBIT_OK) return status;
    const bool same =
        same_text(first.accounts_file, s->accounts_file) && first.delimiter == s->delimiter &&
        same_text(first.crs, s->crs) && strcmp(first.id_column, s->id_column) == 0 &&
        strcmp(first.lat_column, s->lat_column) == 0 &&
        strcmp(first.lon_column, s->lon_column) == 0 && strcmp(first.x_column, s->x_column) == 0 &&
        strcmp(first.y_column, s->y_column) == 0;
    if (!same)
        status = complain(v, v->variant[index].place, false,
                          "expected the accounts of the other layers (their file, ids and places "
                          "stand outside layers), found others in '%s'",
                          v->variant[index].name);
    ambit_scenario_clear(&first);
    return status;
}

/* Each is bound, and what is wrong with it is said under its name. */
static ambit_status check_all(const struct ambit_variants *v)
{
    ambit_status status = AMBIT_OK;
    /* What layers override need not be whole without them. */
    for (int i = v->layered ? 0 : AMBIT_VARIANT_BASE; i < v->count && status == AMBIT_OK; i++) {
        struct ambit_scenario s;
        status = ambit_variants_bind(v, i, &s);
        if (status == AMBIT_OK && i > 0 && v->layered) status = check_table(v, i, &s);
        ambit_scenario_clear(&s);
    }
    return status;
}

ambit_status ambit_variants_parse(const char *path, const char *text, size_t bytes,
                                  struct ambit_variants **out)
{
    ambit_status status = AMBIT_OK;
    *out = NULL;
    AMBIT_TRY(ambit_alloc(out, 1, sizeof **out));
    struct ambit_variants *const v = *out;
    v->bytes = bytes;
    AMBIT_TRY(ambit_copy_string(path, &v->path));
    AMBIT_TRY(ambit_alloc(&v->text, bytes + 1, 1));
    if (bytes > 0) memcpy(v->text, text, bytes);
    AMBIT_TRY(ambit_scenario_check_size(path, bytes));
    AMBIT_TRY(ambit_yaml_parse(path, v->text, bytes, &v->tree));
    AMBIT_TRY(add_all(v));
    AMBIT_TRY(check_all(v));
done:
    if (status != AMBIT_OK) ambit_variants_destroy(out);
    return status;
}

void ambit_variants_destroy(struct ambit_variants **variants)
{
    struct ambit_variants *const v = *variants;
    if (v == NULL) return;
    ambit_yaml_clear(&v->tree);
    ambit_free(&v->variant);
    ambit_free(&v->path);
    ambit_free(&v->text);
    ambit_free(variants);
}

ambit_status ambit_variants_load(const char *path, struct ambit_comm *comm,
                                 struct ambit_variants **out)
{
    ambit_status status = AMBIT_OK;
    char *text = NULL;
    int64_t bytes = 0;
    *out = NULL;
    AMBIT_TRY(ambit_scenario_read_text(path, comm, &text, &bytes));
    AMBIT_TRY_TOGETHER(comm, ambit_variants_parse(path, text, (size_t)bytes, out));
done:
    ambit_free(&text);
    if (status != AMBIT_OK) ambit_variants_destroy(out);
    return status;
}

bool ambit_variants_are_layers(const struct ambit_variants *variants)
{
    return variants->layered;
}

int ambit_variants_count(const struct ambit_variants *variants)
{
    return variants->count;
}

const char *ambit_variants_name(const struct ambit_variants *variants, int index)
{
    return index == AMBIT_VARIANT_BASE ? "" : variants->variant[index].name;
}

ambit_status ambit_variants_find(const struct ambit_variants *variants, const char *name,
                                 int *index_out)
{
    const char *nearest = NULL;
    int least = ambit_edit_tolerance(strlen(name)) + 1;
    for (int i = 0; i < variants->count; i++) {
        const char *const known = variants->variant[i].name;
        *index_out = i;
        if (strcmp(known, name) == 0) return AMBIT_OK;
        const int distance = ambit_edit_distance(name, strlen(name), known, strlen(known));
        if (distance >= least) continue;
        least = distance;
        nearest = known;
    }
    return ambit_fail(AMBIT_ERR_USAGE,
                      "%s: expected one of its %d %s, found '%s'%s%s%s; `ambit scenarios` "
                      "lists them",
                      variants->path, variants->count, variants->layered ? "layers" : "scenarios",
                      name, nearest != NULL ? " (did you mean '" : "",
                      nearest != NULL ? nearest : "", nearest != NULL ? "'?)" : "");
}

ambit_status ambit_variants_bind(const struct ambit_variants *variants, int index,
                                 struct ambit_scenario *scenario_out)
{
    ambit_status status = AMBIT_OK;
    const struct ambit_variants *const v = variants;
    const struct variant *const one = index >= 0 ? &v->variant[index] : NULL;
    struct ambit_yaml_source source[AMBIT_YAML_SOURCE_MAX] = {
        {&v->tree.node[0], "", "scenarios, grid"}};
    struct ambit_yaml_tree tree = {.node = NULL};
    const int count = one != NULL ? one->count : 0;
    ambit_scenario_init(scenario_out);
    if (count > 0) memcpy(source + 1, one->source, (size_t)count * sizeof source[0]);
    AMBIT_TRY(ambit_yaml_merge(source, count + 1, &tree));
    status = ambit_scenario_bind_tree(v->path, v->text, v->bytes, &tree.node[0], scenario_out);
    if (status == AMBIT_ERR_INPUT && one != NULL) {
        char message[AMBIT_MESSAGE_MAX];
        (void)snprintf(message, sizeof message, "%s", ambit_error_message());
        ambit_error_clear();
        status = ambit_fail(AMBIT_ERR_INPUT, "%s (in %s '%s')", message,
                            v->layered ? "layer" : "scenario", one->name);
    }
    AMBIT_TRY(status);
    if (!v->layered && scenario_out->layers.count > 0) {
        ambit_scenario_clear(scenario_out);
        AMBIT_TRY(complain(v, one != NULL ? one->place : v->tree.node, false,
                           "expected no layers within a scenario, found some"));
    }
    if (v->layered) scenario_out->layers.at = index;
    if (one == NULL) goto done;
    (void)snprintf(scenario_out->name, sizeof scenario_out->name, "%.*s", AMBIT_NAME_MAX - 1,
                   one->name);
    (void)snprintf(scenario_out->changes.variant, sizeof scenario_out->changes.variant, "%s",
                   one->name);
    if (one->seed > 0) {
        scenario_out->changes.has_seed = true;
        scenario_out->changes.seed = one->seed;
    }
done:
    ambit_yaml_clear(&tree);
    return status;
}

/* ---- what differs ---- */

struct text {
    char *bytes; /* owned */
    size_t used, room;
    ambit_status status;
};

__attribute__((format(printf, 2, 3))) static void write_text(struct text *t, const char *format,
                                                             ...)
{
    char words[1024];
    va_list arguments;
    va_start(arguments, format);
    const int wrote = vsnprintf(words, sizeof words, format, arguments);
    va_end(arguments);
    const size_t size = wrote < (int)sizeof words ? (size_t)wrote : sizeof words - 1;
    if (t->status == AMBIT_OK && t->used + size + 1 > t->room) {
        t->room = 2 * (t->used + size + 1);
        t->status = ambit_resize(&t->bytes, t->room, 1);
    }
    if (t->status != AMBIT_OK) return;
    memcpy(t->bytes + t->used, words, size + 1);
    t->used += size;
}

/* A value on one line, as it stands in the file. */
static void write_value(struct text *t, const node *value)
{
    if (value->kind == AMBIT_YAML_SCALAR) {
        write_text(t, "%s", value->text);
        return;
    }
    const bool list = value->kind == AMBIT_YAML_LIST;
    write_text(t, "%s", list ? "[" : "{");
    for (const node *child = value->first; child != NULL; child = child->next) {
        if (child->index > 0) write_text(t, ", ");
        if (!list) write_text(t, "%s: ", child->key);
        write_value(t, child);
    }
    write_text(t, "%s", list ? "]" : "}");
}

/* The maps above a value become keys with dots. */
static void write_leaves(struct text *t, const node *value, const char *path, const char *skip)
{
    if (value->kind != AMBIT_YAML_MAP || value->child_count == 0) {
        if (path[0] == '\0') return;
        write_text(t, "%s%s: ", t->used > 0 ? "; " : "", path);
        write_value(t, value);
        return;
    }
    for (const node *child = value->first; child != NULL; child = child->next) {
        char longer[AMBIT_YAML_PATH_MAX];
        if (ambit_yaml_listed(skip, child->key)) continue;
        (void)snprintf(longer, sizeof longer, "%s%s%s", path, path[0] != '\0' ? "." : "",
                       child->key);
        write_leaves(t, child, longer, "");
    }
}

ambit_status ambit_variants_differences(const struct ambit_variants *variants, int index,
                                        char **text_out)
{
    struct text t = {.status = AMBIT_OK};
    const struct variant *const one = &variants->variant[index];
    write_text(&t, "%s", "");
    for (int s = 0; s < one->count; s++)
        write_leaves(&t, one->source[s].node, one->source[s].path, one->source[s].skip);
    if (one->seed > 0)
        write_text(&t, "%sseed: %llu", t.used > 0 ? "; " : "", (unsigned long long)one->seed);
    if (t.status != AMBIT_OK) ambit_free(&t.bytes);
    *text_out = t.bytes;
    return t.status;
}
