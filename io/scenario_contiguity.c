/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Binds how territories hang together: `contiguity: required`, or a map with the neighbour graph's
 * rules beside that.
 */
#include "io/scenario_contiguity.h"

#include <math.h>
#include <string.h>

typedef struct ambit_yaml_node node;

static void bind_wanted(struct ambit_binder *b, const node *value)
{
    struct ambit_contiguity_terms *const terms = &b->scenario->contiguity;
    if (ambit_bind_is_word(value, "required"))
        terms->wanted = AMBIT_CONTIGUITY_REQUIRED;
    else if (ambit_bind_is_word(value, "preferred"))
        terms->wanted = AMBIT_CONTIGUITY_PREFERRED;
    else
        ambit_bind_complain(b, value, NULL, "required or preferred");
}

static void bind_graph(struct ambit_binder *b, const node *value)
{
    double nearest = 0.0;
    if (ambit_bind_is_word(value, "delaunay")) return;
    if (value->kind != AMBIT_YAML_MAP) {
        ambit_bind_complain(b, value, NULL, "delaunay or {nearest: 8}");
        return;
    }
    if (!ambit_bind_is_map(b, value, "nearest")) return;
    const node *const number = ambit_bind_require(b, value, "nearest");
    if (number == NULL) return;
    if (!ambit_bind_is_number(number, &nearest) || nearest != floor(nearest) || nearest < 1.0 ||
        nearest > AMBIT_CONTIGUITY_NEAREST_MAX)
        ambit_bind_complain(b, number, NULL, "a whole number from 1 to %d",
                            AMBIT_CONTIGUITY_NEAREST_MAX);
    else
        b->scenario->contiguity.nearest = (int)nearest;
}

/* "50 km", or a number of kilometres. */
static void bind_longest(struct ambit_binder *b, const node *value)
{
    double km = 0.0;
    const char *const rest =
        ambit_bind_is_text(value) ? ambit_bind_read_number(value->text, &km) : NULL;
    const bool is_km = rest != NULL && (*rest == '\0' || strcmp(rest, " km") == 0);
    if (is_km && km > 0.0 && km <= 20100.0)
        b->scenario->contiguity.longest_km = km;
    else
        ambit_bind_complain(b, value, NULL, "kilometres above 0 and up to 20100, such as 50 km");
}

void ambit_scenario_bind_contiguity(struct ambit_binder *b)
{
    const node *const section = ambit_bind_section(b, "contiguity");
    if (section == NULL) return;
    if (section->kind == AMBIT_YAML_SCALAR) {
        bind_wanted(b, section);
        return;
    }
    if (!ambit_bind_is_map(b, section, "contiguous, graph, longest_edge, barriers")) return;
    const node *const wanted = ambit_bind_require(b, section, "contiguous");
    const node *const graph = ambit_yaml_find(section, "graph");
    const node *const longest = ambit_yaml_find(section, "longest_edge");
    const node *const barriers = ambit_yaml_find(section, "barriers");
    if (wanted != NULL) bind_wanted(b, wanted);
    if (graph != NULL) bind_graph(b, graph);
    if (longest != NULL) bind_longest(b, longest);
    if (barriers != NULL)
        ambit_bind_text(b, barriers, "the name of a GeoJSON file",
                        &b->scenario->contiguity.barriers);
}
