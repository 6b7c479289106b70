/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "io/yaml_merge.h"
#include "engine/base/memory.h"

#include <stdio.h>
#include <string.h>

typedef struct ambit_yaml_node node;

/* The sources' values for one place of the merged tree, in order. A source with keys left above its
 * node stands for a map with that one key. */
struct layers {
    int count;
    struct ambit_yaml_source layer[AMBIT_YAML_SOURCE_MAX];
};

struct merger {
    struct ambit_yaml_tree *tree;
    ambit_status status;
};

bool ambit_yaml_listed(const char *list, const char *word)
{
    const size_t bytes = strlen(word);
    for (const char *at = list; *at != '\0';) {
        const size_t length = strcspn(at, ",");
        if (length == bytes && memcmp(at, word, bytes) == 0) return true;
        at += length;
        at += strspn(at, ", ");
    }
    return false;
}

static bool is_map(const struct ambit_yaml_source *s)
{
    return s->path[0] != '\0' || s->node->kind == AMBIT_YAML_MAP;
}

static bool is_empty(const node *value)
{
    return value->kind == AMBIT_YAML_SCALAR && value->plain && value->text[0] == '\0';
}

static bool takes_away(const struct ambit_yaml_source *s)
{
    return s->path[0] == '\0' && s->node->kind == AMBIT_YAML_SCALAR && s->node->plain &&
           strcmp(s->node->text, "none") == 0;
}

/* Lists that overrides make longer. */
static bool grows(const node *parent, const char *key)
{
    const char *const above = parent == NULL ? "" : parent->key != NULL ? parent->key : "";
    if (parent == NULL || parent->parent == NULL) return strcmp(key, "scale") == 0;
    if (parent->parent->parent != NULL) return false;
    if (strcmp(above, "reps") == 0) return ambit_yaml_listed("add, leave", key);
    return strcmp(above, "accounts") == 0 && ambit_yaml_listed("add, remove", key);
}

static bool is_band(const node *parent)
{
    return parent != NULL && parent->parent != NULL && parent->parent->parent == NULL &&
           parent->key != NULL && strcmp(parent->key, "bands") == 0;
}

/* What a layer holds under `key`; false where it has none. Within a band a text alone stands for
 * its key `band`. */
static bool look(const struct ambit_yaml_source *from, const char *key,
                 struct ambit_yaml_source *out)
{
    const size_t length = strcspn(from->path, ".");
    if (length > 0) {
        if (strlen(key) != length || memcmp(key, from->path, length) != 0) return false;
        *out = (struct ambit_yaml_source){from->node,
                                          from->path + length + (from->path[length] == '.'), ""};
        return true;
    }
    if (from->node->kind != AMBIT_YAML_MAP) {
        *out = (struct ambit_yaml_source){from->node, "", ""};
        return strcmp(key, "band") == 0;
    }
    const node *const child = ambit_yaml_find(from->node, key);
    if (child == NULL || ambit_yaml_listed(from->skip, key)) return false;
    *out = (struct ambit_yaml_source){child, "", ""};
    return true;
}

/* Leaves only the layers that count: those that the last one is joined to. */
static void settle(struct layers *l, const node *parent, const char *key)
{
    const bool adds = grows(parent, key), band = is_band(parent);
    int begin = 0;
    for (int k = 1; k < l->count; k++) {
        const struct ambit_yaml_source *const before = &l->layer[k - 1], *const now = &l->layer[k];
        const bool of_band = band && now->path[0] == '\0' && now->node->kind == AMBIT_YAML_SCALAR &&
                             before->path[0] == '\0' &&
                             ambit_yaml_find(before->node, "band") != NULL;
        if (takes_away(now))
            begin = k + 1;
        else if (k > begin && !adds && !of_band && !(is_map(before) && is_map(now)))
            begin = k;
    }
    l->count -= begin;
    memmove(l->layer, l->layer + begin, (size_t)l->count * sizeof l->layer[0]);
}

/* A node at the end of `parent`. The text is that of `from`; `key` may be NULL. */
static node *add(struct merger *m, node *parent, const node *from, const char *key,
                 enum ambit_yaml_kind kind)
{
    node *const made = &m->tree->node[m->tree->count++];
    *made = (node){.kind = kind,
                   .plain = from->plain,
                   .line = from->line,
                   .column = from->column,
                   .key_line = from->key != NULL ? from->key_line : from->line,
                   .key_column = from->key != NULL ? from->key_column : from->column,
                   .parent = parent};
    if (key != NULL && m->status == AMBIT_OK) m->status = ambit_copy_string(key, &made->key);
    if (kind == AMBIT_YAML_SCALAR && m->status == AMBIT_OK)
        m->status = ambit_copy_string(from->text, &made->text);
    if (parent == NULL) return made;
    made->index = parent->child_count++;
    if (parent->last != NULL)
        parent->last->next = made;
    else
        parent->first = made;
    parent->last = made;
    return made;
}

static void copy(struct merger *m, node *parent, const node *from, const char *key)
{
    node *const made = add(m, parent, from, key, from->kind);
    for (const node *child = from->first; child != NULL && m->status == AMBIT_OK;
         child = child->next)
        copy(m, made, child, child->key);
}

static void merge(struct merger *m, node *parent, const char *key, const struct layers *l);

/* The key of a layer's first value that is no earlier layer's. */
static void merge_key(struct merger *m, node *made, const struct layers *l, int of, const char *key)
{
    struct layers below = {.count = 0};
    struct ambit_yaml_source one;
    for (int k = 0; k < of; k++) {
        if (look(&l->layer[k], key, &one)) return; /* merged with that one */
    }
    for (int k = of; k < l->count; k++) {
        if (look(&l->layer[k], key, &one)) below.layer[below.count++] = one;
    }
    settle(&below, made, key);
    if (below.count > 0) merge(m, made, key, &below);
}

static void merge_maps(struct merger *m, node *made, const struct layers *l)
{
    for (int k = 0; k < l->count && m->status == AMBIT_OK; k++) {
        const struct ambit_yaml_source *const layer = &l->layer[k];
        const size_t length = strcspn(layer->path, ".");
        if (length > 0) {
            char key[AMBIT_YAML_PATH_MAX];
            (void)snprintf(key, sizeof key, "%.*s", (int)length, layer->path);
            merge_key(m, made, l, k, key);
            continue;
        }
        for (const node *child = layer->node->first;
             child != NULL && m->status == AMBIT_OK && layer->node->kind == AMBIT_YAML_MAP;
             child = child->next) {
            if (!ambit_yaml_listed(layer->skip, child->key)) merge_key(m, made, l, k, child->key);
        }
    }
}

/* One list of what all layers list, or name alone. */
static void join_lists(struct merger *m, node *parent, const char *key, const struct layers *l)
{
    node *const made = add(m, parent, l->layer[l->count - 1].node, key, AMBIT_YAML_LIST);
    for (int k = 0; k < l->count && m->status == AMBIT_OK; k++) {
        const node *const from = l->layer[k].node;
        if (from->kind != AMBIT_YAML_LIST && !is_empty(from)) copy(m, made, from, NULL);
        for (const node *item = from->kind == AMBIT_YAML_LIST ? from->first : NULL;
             item != NULL && m->status == AMBIT_OK; item = item->next)
            copy(m, made, item, NULL);
    }
}

/* The settled layers of one place as a node of the merged tree. */
static void merge(struct merger *m, node *parent, const char *key, const struct layers *l)
{
    const struct ambit_yaml_source *const last = &l->layer[l->count - 1];
    if (grows(parent, key != NULL ? key : "") && l->count > 1)
        join_lists(m, parent, key, l);
    else if (l->count == 1 && !is_map(last))
        copy(m, parent, last->node, key);
    else
        merge_maps(m, add(m, parent, last->node, key, AMBIT_YAML_MAP), l);
}

static int count_nodes(const node *of)
{
    int count = 1;
    for (const node *child = of->first; child != NULL; child = child->next)
        count += count_nodes(child);
    return count;
}

ambit_status ambit_yaml_merge(const struct ambit_yaml_source *source, int count,
                              struct ambit_yaml_tree *tree_out)
{
    struct merger m = {.tree = tree_out};
    struct layers l = {.count = count};
    int nodes = 0;
    AMBIT_REQUIRE(count > 0 && count <= AMBIT_YAML_SOURCE_MAX);
    *tree_out = (struct ambit_yaml_tree){.node = NULL};
    for (int k = 0; k < count; k++) {
        l.layer[k] = source[k];
        nodes += count_nodes(source[k].node) + 1;
        for (const char *c = source[k].path; *c != '\0'; c++)
            nodes += *c == '.';
    }
    m.status = ambit_alloc(&tree_out->node, (size_t)nodes, sizeof *tree_out->node);
    if (m.status == AMBIT_OK) merge(&m, NULL, NULL, &l);
    if (m.status != AMBIT_OK) ambit_yaml_clear(tree_out);
    return m.status;
}
