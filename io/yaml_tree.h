/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small YAML file as a tree of nodes that know where they stand. Only the plain part of YAML is
 * taken: maps with text keys, lists and scalars, one document; no anchors, aliases or tags. Scalars
 * stay text: what a text means is decided by who reads the tree, so nothing is converted silently.
 */
#ifndef AMBIT_YAML_TREE_H
#define AMBIT_YAML_TREE_H

#include "engine/base/status.h"
#include <stdbool.h>
#include <stddef.h>

#define AMBIT_YAML_NODE_MAX 4096 /* values in one file */
#define AMBIT_YAML_DEPTH_MAX 16  /* maps and lists inside each other */
#define AMBIT_YAML_PATH_MAX 256  /* bytes of a node's path in messages, with its NUL */
#define AMBIT_YAML_QUOTE_MAX 64  /* bytes of a quoted text in messages, with its NUL */

enum ambit_yaml_kind { AMBIT_YAML_SCALAR, AMBIT_YAML_LIST, AMBIT_YAML_MAP };

struct ambit_yaml_node {
    enum ambit_yaml_kind kind;
    bool plain;               /* a scalar without quotes */
    char *text;               /* owned; a scalar's text on one line; NULL for lists and maps */
    char *key;                /* owned; the key that a map holds it under, else NULL */
    int line, column;         /* of the value; 1-based, columns in characters */
    int key_line, key_column; /* of the key */
    int index;                /* position among its siblings, from 0 */
    int child_count;
    struct ambit_yaml_node *parent, *first, *last, *next; /* borrowed from the tree */
};

struct ambit_yaml_tree {
    struct ambit_yaml_node *node; /* owned; node[0] is the root */
    int count;
};

/* Reads `bytes` bytes of UTF-8 text (a byte order mark is skipped). `path` is for messages. Errors:
 * AMBIT_ERR_INPUT with file:line:column for what is no YAML or not the plain part of it, a key that
 * stands twice, control characters, an empty file, or a limit above; AMBIT_ERR_MEMORY. The tree is
 * then empty. Local. */
ambit_status ambit_yaml_parse(const char *path, const char *text, size_t bytes,
                              struct ambit_yaml_tree *tree_out) AMBIT_CHECKED;
void ambit_yaml_clear(struct ambit_yaml_tree *tree);

/* The value that `map` holds under `key`; NULL where it has none, is NULL, or is no map. */
const struct ambit_yaml_node *ambit_yaml_find(const struct ambit_yaml_node *map, const char *key);

/* Where a node stands, such as travel.minutes[2]; "scenario" for the root. */
void ambit_yaml_path(const struct ambit_yaml_node *node, char path_out[AMBIT_YAML_PATH_MAX]);

/* The text in single quotes, clipped between characters where it is long. */
void ambit_yaml_quote(const char *text, char quote_out[AMBIT_YAML_QUOTE_MAX]);

#endif
