/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A scenario file's tree with overrides laid over it: what `scenarios` and `grid` ask for. The
 * merged tree is bound like any other; each of its nodes knows the line that it came from, so that
 * a complaint names the place in the override or in the base, whichever is wrong.
 *
 * Maps are joined key by key; anything else takes the place of what stood there. Three exceptions:
 * the plain word `none` takes a key away; lists of changes (scale, and what is added to or leaves
 * reps and accounts) become longer; and `bands: {hours: 4%}` over a map with a band changes that
 * band and leaves its target as it is. Cost: one pass over the sources.
 */
#ifndef AMBIT_YAML_MERGE_H
#define AMBIT_YAML_MERGE_H

#include "io/yaml_tree.h"

#define AMBIT_YAML_SOURCE_MAX 24 /* trees that may be merged */

/* A tree that takes part; all borrowed. */
struct ambit_yaml_source {
    const struct ambit_yaml_node *node;
    const char *path; /* the keys above the node, such as bands.hours; "": it is the root */
    const char *skip; /* keys of the root that take no part, such as "name, grid"; "" for none */
};

/* Merges `count` sources, the base first. Errors: AMBIT_ERR_MEMORY; the tree is then empty. Local.
 */
ambit_status ambit_yaml_merge(const struct ambit_yaml_source *source, int count,
                              struct ambit_yaml_tree *tree_out) AMBIT_CHECKED;

/* True where `word` is in a list such as "name, grid". */
bool ambit_yaml_listed(const char *list, const char *word);

#endif
