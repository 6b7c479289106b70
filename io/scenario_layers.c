/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Binds what layers take: `{where: FILTER}`, the path of a table with ids, `rest` or `all`.
 */
#include "io/scenario_layers.h"
#include "engine/base/memory.h"
#include "io/scenario_filter.h"

#include <stdio.h>

typedef struct ambit_yaml_node node;

static void bind_takes(struct ambit_binder *b, const node *takes, struct ambit_layer *layer)
{
    static const char what[] = "{where: FILTER}, the path of a table with ids, rest or all";
    if (takes->kind == AMBIT_YAML_MAP) {
        if (!ambit_bind_is_map(b, takes, "where")) return;
        const node *const where = ambit_bind_require(b, takes, "where");
        if (where != NULL) ambit_bind_filter(b, where, &layer->where);
    } else if (ambit_bind_is_word(takes, "rest")) {
        layer->takes = AMBIT_TAKES_REST;
    } else if (ambit_bind_is_word(takes, "all")) {
        layer->takes = AMBIT_TAKES_ALL;
    } else {
        layer->takes = AMBIT_TAKES_NAMED;
        ambit_bind_text(b, takes, what, &layer->file);
    }
}

static void bind_list(struct ambit_binder *b, const node *list)
{
    struct ambit_layer_terms *const terms = &b->scenario->layers;
    b->memory = ambit_alloc(&terms->item, (size_t)list->child_count, sizeof *terms->item);
    if (b->memory != AMBIT_OK) return;
    for (const node *entry = list->first; entry != NULL; entry = entry->next) {
        struct ambit_layer *const layer = &terms->item[terms->count++];
        *layer = (struct ambit_layer){.takes = AMBIT_TAKES_WHERE};
        const node *const name = ambit_yaml_find(entry, "name");
        if (name != NULL && name->kind == AMBIT_YAML_SCALAR)
            (void)snprintf(layer->name, sizeof layer->name, "%s", name->text);
        const node *const takes = ambit_bind_require(b, entry, "takes");
        if (takes != NULL) bind_takes(b, takes, layer);
    }
}

void ambit_scenario_bind_layers(struct ambit_binder *b)
{
    struct ambit_layer_terms *const terms = &b->scenario->layers;
    const node *const layers = ambit_yaml_find(b->root, "layers");
    if (layers == NULL || b->memory != AMBIT_OK) return;
    if (!ambit_bind_is_map(b, layers, "model, in_none, list")) return;
    ambit_bind_choice(b, layers, "model", "hybrid", "overlay", &terms->overlay);
    ambit_bind_choice(b, layers, "in_none", "told", "refused", &terms->refuse_none);
    if (ambit_bind_require(b, layers, "model") == NULL) return;
    const node *const list = ambit_bind_require(b, layers, "list");
    if (list != NULL) bind_list(b, list);
}
