/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * libyaml's events made into a tree. The one file that includes yaml.h.
 *
 * The tree holds at most AMBIT_YAML_NODE_MAX nodes in one block, so nodes never move, the check for
 * duplicate keys may compare each key with each (at most 8 million comparisons), and no input can
 * make it large. Cost: one pass over the text. Weakness: libyaml looks for bytes that are not UTF-8
 * ahead of what it parses, so such a byte is reported before a syntax error in front of it.
 */
#include "io/yaml_tree.h"
#include "engine/base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

struct builder {
    const char *path;
    struct ambit_yaml_tree *tree;
    struct ambit_yaml_node *open; /* the list or map being filled; NULL at the top */
    int depth;
    char *key; /* owned; read, and waiting for its value */
    yaml_mark_t key_mark;
};

void ambit_yaml_quote(const char *text, char quote_out[AMBIT_YAML_QUOTE_MAX])
{
    static const size_t clip_bytes = 48;
    size_t bytes = strlen(text);
    const bool clipped = bytes > clip_bytes;
    if (clipped) {
        bytes = clip_bytes;
        while (bytes > 0 && ((unsigned char)text[bytes] & 0xC0) == 0x80)
            bytes--;
    }
    snprintf(quote_out, AMBIT_YAML_QUOTE_MAX, "'%.*s%s'", (int)bytes, text, clipped ? "…" : "");
}

void ambit_yaml_path(const struct ambit_yaml_node *node, char path_out[AMBIT_YAML_PATH_MAX])
{
    const struct ambit_yaml_node *chain[AMBIT_YAML_DEPTH_MAX + 1];
    int depth = 0;
    for (; node != NULL && node->parent != NULL; node = node->parent)
        chain[depth++] = node;
    snprintf(path_out, AMBIT_YAML_PATH_MAX, "%s", depth == 0 ? "scenario" : "");
    size_t used = strlen(path_out);
    while (depth-- > 0 && used < AMBIT_YAML_PATH_MAX - AMBIT_YAML_QUOTE_MAX) {
        char *const end = path_out + used;
        const size_t room = AMBIT_YAML_PATH_MAX - used;
        if (chain[depth]->key == NULL) {
            snprintf(end, room, "[%d]", chain[depth]->index);
        } else {
            char quote[AMBIT_YAML_QUOTE_MAX]; /* for its clipping; the quotes are left out */
            ambit_yaml_quote(chain[depth]->key, quote);
            snprintf(end, room, "%s%.*s", used == 0 ? "" : ".", (int)strlen(quote) - 2, quote + 1);
        }
        used += strlen(end);
    }
}

/* Fails at `mark`, naming the path of `about`. */
__attribute__((format(printf, 4, 5))) static ambit_status
fail_at(const struct builder *b, yaml_mark_t mark, const struct ambit_yaml_node *about,
        const char *format, ...)
{
    char path[AMBIT_YAML_PATH_MAX], words[512];
    ambit_yaml_path(about, path);
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    return ambit_fail(AMBIT_ERR_INPUT, "%s:%zu:%zu: %s: %s", b->path, mark.line + 1,
                      mark.column + 1, path, words);
}

/* The place of a byte of the text, for errors of which libyaml knows only the offset. */
static yaml_mark_t mark_of_byte(const char *text, size_t offset)
{
    yaml_mark_t mark = {.index = offset};
    for (size_t i = 0; i < offset; i++) {
        if (text[i] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if (((unsigned char)text[i] & 0xC0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

/* The byte that stands at a mark; 0 where that is the end of the text. */
static char byte_at_mark(const char *text, size_t bytes, yaml_mark_t mark)
{
    size_t line = 0, column = 0;
    for (size_t i = 0; i < bytes; i++) {
        if (((unsigned char)text[i] & 0xC0) == 0x80) continue;
        if (line == mark.line && column == mark.column) return text[i];
        column++;
        if (text[i] == '\n') {
            line++;
            column = 0;
        }
    }
    return 0;
}

/* Turns libyaml's own error into ours. */
static ambit_status fail_syntax(const struct builder *b, const yaml_parser_t *parser,
                                const char *text, size_t bytes)
{
    if (parser->error == YAML_MEMORY_ERROR)
        return ambit_fail(AMBIT_ERR_MEMORY, "out of memory while reading %s", b->path);
    if (parser->error == YAML_READER_ERROR) {
        const size_t offset = parser->problem_offset < bytes ? parser->problem_offset : bytes - 1;
        return fail_at(b, mark_of_byte(text, offset), NULL,
                       "expected UTF-8 text without control characters, found byte 0x%02X",
                       (unsigned)(unsigned char)text[offset]);
    }
    const yaml_mark_t mark = parser->problem_mark;
    if (byte_at_mark(text, bytes, mark) == '\t')
        return fail_at(b, mark, NULL, "expected spaces for indentation, found a tab");
    const char *const context = parser->context != NULL ? parser->context : "while reading";
    return fail_at(b, mark, NULL, "expected valid YAML, found that libyaml %s says: %s", context,
                   parser->problem);
}

/* Copies a scalar, which must be one line of text; a tab is allowed (it may be a delimiter). */
static ambit_status copy_scalar(const struct builder *b, const yaml_event_t *event, char **out)
{
    const unsigned char *const value = event->data.scalar.value;
    const size_t length = event->data.scalar.length;
    for (size_t i = 0; i < length; i++) {
        if ((value[i] < 0x20 && value[i] != '\t') || value[i] == 0x7F)
            return fail_at(b, event->start_mark, b->open,
                           "expected text on one line without control characters, "
                           "found the character 0x%02X in it",
                           (unsigned)value[i]);
    }
    const ambit_status status = ambit_alloc(out, length + 1, 1);
    if (status == AMBIT_OK) memcpy(*out, value, length);
    return status;
}

/* Takes a scalar as the next key of the open map. */
static ambit_status read_key(struct builder *b, const yaml_event_t *event)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(copy_scalar(b, event, &b->key));
    b->key_mark = event->start_mark;
    const struct ambit_yaml_node *const same = ambit_yaml_find(b->open, b->key);
    if (same != NULL) {
        char quote[AMBIT_YAML_QUOTE_MAX];
        ambit_yaml_quote(b->key, quote);
        status = fail_at(b, b->key_mark, b->open,
                         "expected each key once, found %s again (first on line %d)", quote,
                         same->key_line);
    }
done:
    return status;
}

/* Hangs a new node under the open list or map; it takes over the waiting key. */
static ambit_status add_node(struct builder *b, const yaml_event_t *event,
                             enum ambit_yaml_kind kind)
{
    if (b->tree->count == AMBIT_YAML_NODE_MAX)
        return fail_at(b, event->start_mark, b->open, "expected at most %d values, found more",
                       AMBIT_YAML_NODE_MAX);
    struct ambit_yaml_node *const node = &b->tree->node[b->tree->count++];
    struct ambit_yaml_node *const parent = b->open;
    *node = (struct ambit_yaml_node){.kind = kind,
                                     .key = b->key,
                                     .line = (int)event->start_mark.line + 1,
                                     .column = (int)event->start_mark.column + 1,
                                     .key_line = (int)b->key_mark.line + 1,
                                     .key_column = (int)b->key_mark.column + 1,
                                     .parent = parent};
    b->key = NULL;
    if (parent != NULL) {
        node->index = parent->child_count++;
        if (parent->last != NULL)
            parent->last->next = node;
        else
            parent->first = node;
        parent->last = node;
    }
    return AMBIT_OK;
}

static struct ambit_yaml_node *newest(const struct builder *b)
{
    return &b->tree->node[b->tree->count - 1];
}

static ambit_status add_scalar(struct builder *b, const yaml_event_t *event)
{
    ambit_status status = AMBIT_OK;
    if (event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL)
        return fail_at(b, event->start_mark, b->open, "expected a plain value, found %s",
                       event->data.scalar.anchor != NULL ? "an anchor (&)" : "a tag (!)");
    if (b->open != NULL && b->open->kind == AMBIT_YAML_MAP && b->key == NULL)
        return read_key(b, event);
    AMBIT_TRY(add_node(b, event, AMBIT_YAML_SCALAR));
    struct ambit_yaml_node *const node = newest(b);
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    AMBIT_TRY(copy_scalar(b, event, &node->text));
done:
    return status;
}

static ambit_status open_node(struct builder *b, const yaml_event_t *event)
{
    ambit_status status = AMBIT_OK;
    const bool map = event->type == YAML_MAPPING_START_EVENT;
    const void *const anchor =
        map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor;
    const void *const tag = map ? event->data.mapping_start.tag : event->data.sequence_start.tag;
    if (anchor != NULL || tag != NULL)
        return fail_at(b, event->start_mark, b->open, "expected a plain value, found %s",
                       anchor != NULL ? "an anchor (&)" : "a tag (!)");
    if (b->open != NULL && b->open->kind == AMBIT_YAML_MAP && b->key == NULL)
        return fail_at(b, event->start_mark, b->open, "expected a text as key, found a %s",
                       map ? "map" : "list");
    if (b->depth == AMBIT_YAML_DEPTH_MAX)
        return fail_at(b, event->start_mark, b->open,
                       "expected at most %d maps and lists inside each other, found more",
                       AMBIT_YAML_DEPTH_MAX);
    AMBIT_TRY(add_node(b, event, map ? AMBIT_YAML_MAP : AMBIT_YAML_LIST));
    b->open = newest(b);
    b->depth++;
done:
    return status;
}

static ambit_status take_event(struct builder *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (b->tree->count == 0) return AMBIT_OK;
        return fail_at(b, event->start_mark, NULL, "expected one document, found another one");
    case YAML_ALIAS_EVENT:
        return fail_at(b, event->start_mark, b->open, "expected a plain value, found an alias (*)");
    case YAML_SCALAR_EVENT:
        return add_scalar(b, event);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return open_node(b, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        AMBIT_REQUIRE(b->open != NULL);
        b->open = b->open->parent;
        b->depth--;
        return AMBIT_OK;
    default: /* the stream's start and end, and the document's end */
        return AMBIT_OK;
    }
}

ambit_status ambit_yaml_parse(const char *path, const char *text, size_t bytes,
                              struct ambit_yaml_tree *tree_out)
{
    static const char byte_order_mark[] = {'\xEF', '\xBB', '\xBF'};
    ambit_status status = AMBIT_OK;
    struct builder b = {.path = path, .tree = tree_out};
    yaml_parser_t parser;
    bool ended = false;

    *tree_out = (struct ambit_yaml_tree){.node = NULL};
    if (yaml_parser_initialize(&parser) == 0)
        return ambit_fail(AMBIT_ERR_MEMORY, "out of memory while reading %s", path);
    if (bytes >= sizeof byte_order_mark && memcmp(text, byte_order_mark, 3) == 0) {
        text += 3;
        bytes -= 3;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, bytes);
    AMBIT_TRY(ambit_alloc(&tree_out->node, AMBIT_YAML_NODE_MAX, sizeof *tree_out->node));
    while (!ended) {
        yaml_event_t event;
        if (yaml_parser_parse(&parser, &event) == 0)
            AMBIT_TRY(fail_syntax(&b, &parser, text, bytes));
        status = take_event(&b, &event);
        ended = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
        if (status != AMBIT_OK) goto done;
    }
    if (tree_out->count == 0)
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s:1:1: scenario: expected a map of keys, found an empty file", path);
done:
    yaml_parser_delete(&parser);
    ambit_free(&b.key);
    if (status != AMBIT_OK) ambit_yaml_clear(tree_out);
    return status;
}

void ambit_yaml_clear(struct ambit_yaml_tree *tree)
{
    for (int i = 0; i < tree->count; i++) {
        ambit_free(&tree->node[i].text);
        ambit_free(&tree->node[i].key);
    }
    ambit_free(&tree->node);
    tree->count = 0;
}

const struct ambit_yaml_node *ambit_yaml_find(const struct ambit_yaml_node *map, const char *key)
{
    if (map == NULL || map->kind != AMBIT_YAML_MAP) return NULL;
    const struct ambit_yaml_node *child = map->first;
    while (child != NULL && strcmp(child->key, key) != 0)
        child = child->next;
    return child;
}
