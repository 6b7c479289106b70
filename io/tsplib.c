/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Node coordinates of TSPLIB files (Reinelt, "TSPLIB 95", 1995, sections 1 and 2). Entries
 * `KEYWORD : value` come in any order, so a first pass reads them and finds the coordinates, and a
 * second reads these, each node into its own place. Its weakness: a node must stand on one line,
 * as it does in all files we know of; the standard would let it spread over several.
 */
#include "engine/base/memory.h"
#include "io/csv_table.h"
#include "io/instance_file.h"
#include "io/instance_text.h"

#include <inttypes.h>
#include <string.h>

enum keyword {
    KEYWORD_NAME,
    KEYWORD_TYPE,
    KEYWORD_DIMENSION,
    KEYWORD_EDGE_WEIGHT_TYPE,
    KEYWORD_NODE_COORD_SECTION,
    KEYWORD_EOF,
    KEYWORD_OTHER, /* known and passed over */
    KEYWORD_UNKNOWN
};

/* Those before KEYWORD_OTHER stand in the order of the enumeration. */
static const char *const keywords[] = {
    "NAME",
    "TYPE",
    "DIMENSION",
    "EDGE_WEIGHT_TYPE",
    "NODE_COORD_SECTION",
    "EOF",
    "COMMENT",
    "CAPACITY",
    "EDGE_WEIGHT_FORMAT",
    "EDGE_DATA_FORMAT",
    "NODE_COORD_TYPE",
    "DISPLAY_DATA_TYPE",
    "DEPOT_SECTION",
    "DEMAND_SECTION",
    "EDGE_DATA_SECTION",
    "DISPLAY_DATA_SECTION",
    "TOUR_SECTION",
    "EDGE_WEIGHT_SECTION",
};

struct entry {
    enum keyword keyword;
    bool section; /* lines of data follow */
    bool valued;  /* it has a colon */
    struct ambit_csv_span value;
};

/* What the entries of a file say. */
struct header {
    bool seen[KEYWORD_OTHER];
    struct ambit_csv_span name;
    int32_t dimension;
    struct ambit_word_cursor nodes; /* where the coordinates begin */
};

static bool is_letter(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '_';
}

static bool is_keyword_byte(char byte)
{
    return is_letter(byte) || (byte >= '0' && byte <= '9');
}

static bool is_text(const char *text, struct ambit_csv_span span, const char *expected)
{
    const size_t size = strlen(expected);
    return (size_t)span.size == size && memcmp(text + span.at, expected, size) == 0;
}

static bool ends_in(const char *text, struct ambit_csv_span span, const char *ending)
{
    const int64_t size = (int64_t)strlen(ending);
    if (span.size < size) return false;
    const struct ambit_csv_span last = {.at = span.at + span.size - size, .size = size};
    return is_text(text, last, ending);
}

/* The line's first word up to a colon, and what stands behind it without blanks around. */
static struct entry read_entry(const char *text, const struct ambit_word_line *line)
{
    struct entry entry = {.keyword = KEYWORD_UNKNOWN};
    struct ambit_csv_span name = {.at = line->word[0].at};
    while (name.at + name.size < line->end && is_keyword_byte(text[name.at + name.size]))
        name.size++;
    for (size_t k = 0; k < sizeof keywords / sizeof keywords[0]; k++)
        if (is_text(text, name, keywords[k]))
            entry.keyword = k < KEYWORD_OTHER ? (enum keyword)k : KEYWORD_OTHER;
    entry.section = ends_in(text, name, "_SECTION");
    int64_t at = name.at + name.size, end = line->end;
    while (at < end && (unsigned char)text[at] <= ' ')
        at++;
    entry.valued = at < end && text[at] == ':';
    at += entry.valued;
    while (at < end && (unsigned char)text[at] <= ' ')
        at++;
    while (end > at && (unsigned char)text[end - 1] <= ' ')
        end--;
    entry.value = (struct ambit_csv_span){.at = at, .size = end - at};
    return entry;
}

bool ambit_is_tsplib(const char *text, size_t bytes)
{
    struct ambit_word_cursor cursor;
    struct ambit_word_line line;
    ambit_word_cursor_init(&cursor, "", text, (int64_t)bytes);
    return ambit_word_next(&cursor, &line) && read_entry(text, &line).keyword != KEYWORD_UNKNOWN;
}

static ambit_status refuse(const struct ambit_word_cursor *cursor,
                           const struct ambit_word_line *line, struct ambit_csv_span span,
                           const char *expected, const char *advice)
{
    char found[AMBIT_FOUND_MAX];
    ambit_found(cursor->text + span.at, (size_t)span.size, found);
    return ambit_word_fail(cursor, line, span.at, "expected %s, found %s%s", expected, found,
                           advice);
}

static ambit_status take_type(const struct ambit_word_cursor *cursor,
                              const struct ambit_word_line *line, struct ambit_csv_span value)
{
    /* Some files name the author behind the type. */
    struct ambit_csv_span word = {.at = value.at};
    while (word.size < value.size && is_keyword_byte(cursor->text[word.at + word.size]))
        word.size++;
    if (is_text(cursor->text, word, "TSP") || is_text(cursor->text, word, "CVRP")) return AMBIT_OK;
    return refuse(cursor, line, value, "TYPE TSP or CVRP", "");
}

static ambit_status take_weight_type(const struct ambit_word_cursor *cursor,
                                     const struct ambit_word_line *line,
                                     struct ambit_csv_span value)
{
    static const char *const known[] = {"EUC_2D", "CEIL_2D", "ATT", "GEO"};
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++)
        if (is_text(cursor->text, value, known[k])) return AMBIT_OK;
    const bool listed = is_text(cursor->text, value, "EXPLICIT");
    return refuse(cursor, line, value, "EDGE_WEIGHT_TYPE EUC_2D, CEIL_2D, ATT or GEO",
                  listed ? ": it lists distances and has no coordinates that they come from" : "");
}

static ambit_status take_dimension(const struct ambit_word_cursor *cursor,
                                   const struct ambit_word_line *line, struct ambit_csv_span value,
                                   int32_t *out)
{
    struct ambit_word_line at_value = *line;
    at_value.word[0] = value;
    return ambit_word_whole(cursor, &at_value, 0, "DIMENSION", 1, AMBIT_INSTANCE_ACCOUNT_MAX, out);
}

/* Takes one entry; the cursor stands behind its line. */
static ambit_status take_entry(const struct ambit_word_cursor *cursor,
                               const struct ambit_word_line *line, const struct entry *entry,
                               struct header *header)
{
    const bool used = entry->keyword < KEYWORD_OTHER;
    if (used && header->seen[entry->keyword])
        return ambit_word_fail(cursor, line, line->word[0].at,
                               "expected %s once, found it again; take one of them out",
                               keywords[entry->keyword]);
    if (used) header->seen[entry->keyword] = true;
    switch (entry->keyword) {
    case KEYWORD_NAME:
        header->name = entry->value;
        break;
    case KEYWORD_TYPE:
        return take_type(cursor, line, entry->value);
    case KEYWORD_DIMENSION:
        return take_dimension(cursor, line, entry->value, &header->dimension);
    case KEYWORD_EDGE_WEIGHT_TYPE:
        return take_weight_type(cursor, line, entry->value);
    case KEYWORD_NODE_COORD_SECTION:
        header->nodes = *cursor;
        break;
    case KEYWORD_UNKNOWN:
        /* Newer files have keywords of their own; without a colon it is no entry at all. */
        if (!entry->section && !entry->valued)
            return refuse(cursor, line, line->word[0], "a keyword of TSPLIB", "");
        break;
    case KEYWORD_EOF:
    case KEYWORD_OTHER:
        break;
    }
    return AMBIT_OK;
}

static ambit_status read_header(struct ambit_word_cursor *cursor, struct header *header)
{
    static const enum keyword needed[] = {KEYWORD_TYPE, KEYWORD_EDGE_WEIGHT_TYPE, KEYWORD_DIMENSION,
                                          KEYWORD_NODE_COORD_SECTION};
    struct ambit_word_line line = {0}; /* in the end that of EOF, or the end itself */
    bool in_section = false;
    while (!header->seen[KEYWORD_EOF] && ambit_word_next(cursor, &line)) {
        const bool is_entry = is_letter(cursor->text[line.word[0].at]);
        if (!is_entry && !in_section)
            return refuse(cursor, &line, line.word[0], "a keyword of TSPLIB", "");
        if (!is_entry) continue;
        const struct entry entry = read_entry(cursor->text, &line);
        const ambit_status status = take_entry(cursor, &line, &entry, header);
        if (status != AMBIT_OK) return status;
        in_section = entry.section;
    }
    for (size_t k = 0; k < sizeof needed / sizeof needed[0]; k++) {
        if (!header->seen[needed[k]])
            return ambit_word_fail(cursor, &line, line.begin,
                                   "expected an entry %s before the end, found none%s",
                                   keywords[needed[k]],
                                   needed[k] == KEYWORD_NODE_COORD_SECTION
                                       ? "; a file without coordinates is of no use here"
                                       : "");
    }
    return AMBIT_OK;
}

/* The next line of the coordinates; false, with the line behind them, where there are no more. */
static bool next_node(struct ambit_word_cursor *cursor, struct ambit_word_line *line_out)
{
    return ambit_word_next(cursor, line_out) && !is_letter(cursor->text[line_out->word[0].at]);
}

static ambit_status check_node_count(struct ambit_word_cursor cursor, int32_t dimension)
{
    struct ambit_word_line line;
    for (int32_t i = 0; i < dimension; i++) {
        if (!next_node(&cursor, &line))
            return ambit_word_fail(&cursor, &line, line.begin,
                                   "expected %" PRId32 " nodes, as DIMENSION says, found %" PRId32,
                                   dimension, i);
    }
    if (next_node(&cursor, &line))
        return ambit_word_fail(&cursor, &line, line.word[0].at,
                               "expected %" PRId32 " nodes, as DIMENSION says, found one more",
                               dimension);
    return AMBIT_OK;
}

static ambit_status read_nodes(struct ambit_word_cursor *cursor, struct ambit_instance *instance)
{
    ambit_status status = AMBIT_OK;
    struct ambit_word_line line;
    bool *seen = NULL;
    AMBIT_TRY(ambit_alloc(&seen, (size_t)instance->count, sizeof *seen));
    for (int32_t i = 0; i < instance->count; i++) {
        int32_t node = 0;
        AMBIT_REQUIRE(next_node(cursor, &line));
        AMBIT_TRY(ambit_word_expect(cursor, &line, 3, "node x y"));
        AMBIT_TRY(ambit_word_whole(cursor, &line, 0, "a node", 1, instance->count, &node));
        node--;
        if (seen[node]) {
            status =
                ambit_word_fail(cursor, &line, line.word[0].at,
                                "expected each node once, found node %" PRId32 " again", node + 1);
            goto done;
        }
        seen[node] = true;
        AMBIT_TRY(ambit_word_coordinate(cursor, &line, 1, "x", &instance->x[node]));
        AMBIT_TRY(ambit_word_coordinate(cursor, &line, 2, "y", &instance->y[node]));
    }
done:
    ambit_free(&seen);
    return status;
}

static ambit_status take_name(const char *path, const char *text, struct ambit_csv_span name,
                              char **out)
{
    const size_t size = (size_t)name.size;
    if (size == 0 || !ambit_csv_is_text(text + name.at, size)) return ambit_text_name(path, out);
    const ambit_status status = ambit_alloc(out, size + 1, 1);
    if (status == AMBIT_OK) memcpy(*out, text + name.at, size);
    return status;
}

ambit_status ambit_tsplib_parse(const char *path, const char *text, size_t bytes,
                                struct ambit_instance *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_instance instance = {0};
    struct ambit_word_cursor cursor;
    struct header header = {.dimension = 0};
    ambit_word_cursor_init(&cursor, path, text, (int64_t)bytes);
    AMBIT_TRY(read_header(&cursor, &header));
    AMBIT_TRY(check_node_count(header.nodes, header.dimension));
    AMBIT_TRY(ambit_instance_create(header.dimension, &instance));
    AMBIT_TRY(take_name(path, text, header.name, &instance.name));
    AMBIT_TRY(read_nodes(&header.nodes, &instance));
done:
    if (status != AMBIT_OK) ambit_instance_clear(&instance);
    *out = instance;
    return status;
}

ambit_status ambit_tsplib_read(const char *path, struct ambit_instance *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_csv_map map = {0};
    *out = (struct ambit_instance){0};
    AMBIT_TRY(ambit_text_map_open(path, "a TSPLIB file with node coordinates", &map));
    AMBIT_TRY(ambit_tsplib_parse(path, map.data, (size_t)map.size, out));
done:
    ambit_csv_map_close(&map);
    return status;
}
