/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Solutions as JSON: read by jansson, which keeps the whole tree in memory, some 500 bytes a node;
 * written straight from the arrays, so that the bytes do not depend on a library's version.
 */
#include "io/solution_json.h"
#include "engine/base/atomic_file.h"
#include "engine/base/memory.h"
#include "io/csv_table.h"
#include "io/instance_text.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#define PLACE_MAX 64 /* bytes of "nodes[999999].median" with its NUL */

/* A value of the file and where it is, for messages. */
struct item {
    const char *file;
    char place[PLACE_MAX];
    const json_t *value; /* borrowed; NULL where there is none */
};

static struct item item_of(const char *file, const json_t *object, const char *key)
{
    struct item item = {.file = file, .value = json_object_get(object, key)};
    (void)snprintf(item.place, sizeof item.place, "%s", key);
    return item;
}

static struct item node_item(const char *file, size_t at, const json_t *node, const char *key)
{
    struct item item = {.file = file, .value = json_object_get(node, key)};
    (void)snprintf(item.place, sizeof item.place, "nodes[%zu].%s", at, key);
    return item;
}

static ambit_status refuse(const struct item *item, const char *expected)
{
    char found[AMBIT_FOUND_MAX] = "nothing";
    const json_t *const value = item->value;
    if (json_is_string(value))
        ambit_found(json_string_value(value), json_string_length(value), found);
    else if (json_is_integer(value))
        (void)snprintf(found, sizeof found, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else if (json_is_real(value))
        (void)snprintf(found, sizeof found, "%.17g", json_real_value(value));
    else if (value != NULL)
        (void)snprintf(found, sizeof found, "%s",
                       json_is_object(value)  ? "an object"
                       : json_is_array(value) ? "an array"
                       : json_is_true(value)  ? "true"
                       : json_is_false(value) ? "false"
                                              : "null");
    return ambit_fail(AMBIT_ERR_INPUT, "%s: %s: expected %s, found %s", item->file, item->place,
                      expected, found);
}

/* Whole numbers as JSON numbers, or as text with blanks around. */
static ambit_status take_whole(const struct item *item, int32_t least, int32_t most, int32_t *out)
{
    char expected[96];
    double value = NAN;
    if (json_is_number(item->value))
        value = json_number_value(item->value);
    else if (json_is_string(item->value) &&
             ambit_csv_number(json_string_value(item->value), json_string_length(item->value),
                              &value) != AMBIT_CSV_NUMBER)
        value = NAN;
    if (value >= least && value <= most && value == floor(value)) {
        *out = (int32_t)value;
        return AMBIT_OK;
    }
    (void)snprintf(expected, sizeof expected, "a whole number from %" PRId32 " to %" PRId32, least,
                   most);
    return refuse(item, expected);
}

static ambit_status take_value(const struct item *item, double *out)
{
    *out = NAN;
    if (item->value == NULL || json_is_null(item->value)) return AMBIT_OK;
    if (!json_is_number(item->value)) return refuse(item, "a number or null");
    *out = json_number_value(item->value);
    return AMBIT_OK;
}

static ambit_status take_truth(const struct item *item, bool *out)
{
    *out = json_is_true(item->value);
    if (item->value == NULL || json_is_null(item->value) || json_is_boolean(item->value))
        return AMBIT_OK;
    return refuse(item, "true, false or null");
}

/* The name without blanks around it. */
static ambit_status take_name(const struct item *item, char **out)
{
    *out = NULL;
    if (item->value == NULL || json_is_null(item->value)) return AMBIT_OK;
    if (!json_is_string(item->value)) return refuse(item, "text");
    const char *text = json_string_value(item->value);
    size_t bytes = json_string_length(item->value);
    for (; bytes > 0 && *text == ' '; bytes--)
        text++;
    while (bytes > 0 && text[bytes - 1] == ' ')
        bytes--;
    const ambit_status status = ambit_alloc(out, bytes + 1, 1);
    if (status == AMBIT_OK) memcpy(*out, text, bytes);
    return status;
}

static ambit_status take_nodes(const struct item *nodes, struct ambit_solution *solution)
{
    ambit_status status = AMBIT_OK;
    bool *seen = NULL;
    AMBIT_TRY(ambit_alloc(&seen, (size_t)solution->count, sizeof *seen));
    for (size_t k = 0; k < json_array_size(nodes->value); k++) {
        const json_t *const node = json_array_get(nodes->value, k);
        const struct item name = node_item(nodes->file, k, node, "name");
        const struct item median = node_item(nodes->file, k, node, "median");
        int32_t i = 0;
        AMBIT_TRY(take_whole(&name, 0, solution->count - 1, &i));
        if (seen[i]) {
            status = refuse(&name, "each name once");
            goto done;
        }
        seen[i] = true;
        AMBIT_TRY(take_whole(&median, INT32_MIN, INT32_MAX, &solution->median[i]));
    }
done:
    ambit_free(&seen);
    return status;
}

static ambit_status take_solution(const char *path, const json_t *root, struct ambit_solution *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_solution solution = {0};
    const struct item name = item_of(path, root, "name"), node = item_of(path, root, "node");
    const struct item median = item_of(path, root, "median"), fo = item_of(path, root, "fo");
    const struct item opt = item_of(path, root, "opt"), nodes = item_of(path, root, "nodes");
    int32_t count = 0, centre_count = 0;
    AMBIT_TRY(take_whole(&node, 1, AMBIT_INSTANCE_ACCOUNT_MAX, &count));
    AMBIT_TRY(take_whole(&median, 1, AMBIT_INSTANCE_ACCOUNT_MAX, &centre_count));
    if (!json_is_array(nodes.value)) {
        status = refuse(&nodes, "an array");
        goto done;
    }
    if (json_array_size(nodes.value) != (size_t)count) {
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s: nodes: expected %" PRId32 " of them, as \"node\" says, found %zu",
                            path, count, json_array_size(nodes.value));
        goto done;
    }
    AMBIT_TRY(ambit_solution_create(count, &solution));
    solution.centre_count = centre_count;
    AMBIT_TRY(take_value(&fo, &solution.value));
    AMBIT_TRY(take_truth(&opt, &solution.optimal));
    AMBIT_TRY(take_name(&name, &solution.name));
    AMBIT_TRY(take_nodes(&nodes, &solution));
done:
    if (status != AMBIT_OK) ambit_solution_clear(&solution);
    *out = solution;
    return status;
}

ambit_status ambit_solution_parse(const char *path, const char *text, size_t bytes,
                                  struct ambit_solution *out)
{
    ambit_status status = AMBIT_OK;
    json_error_t error;
    const size_t mark = bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    *out = (struct ambit_solution){0};
    json_t *const root = json_loadb(text + mark, bytes - mark, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        if (json_error_code(&error) == json_error_out_of_memory)
            return ambit_fail(AMBIT_ERR_MEMORY, "%s: no memory left to read it", path);
        return ambit_fail(
            AMBIT_ERR_INPUT, "%s:%d:%d: expected the JSON of a solution, found broken JSON: %s",
            path, error.line > 0 ? error.line : 1, error.column > 0 ? error.column : 1, error.text);
    }
    if (json_is_object(root))
        status = take_solution(path, root, out);
    else
        status =
            ambit_fail(AMBIT_ERR_INPUT, "%s:1:1: expected a JSON object, found an array", path);
    json_decref(root);
    return status;
}

ambit_status ambit_solution_read(const char *path, struct ambit_solution *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_csv_map map = {0};
    *out = (struct ambit_solution){0};
    AMBIT_TRY(ambit_text_map_open(path, "a solution in JSON", &map));
    AMBIT_TRY(ambit_solution_parse(path, map.data, (size_t)map.size, out));
done:
    ambit_csv_map_close(&map);
    return status;
}

/* The inside of a JSON string. A file's name may hold any bytes; those that are no text become
 * question marks. */
static void write_escaped(FILE *file, const char *text)
{
    const bool plain = !ambit_csv_is_text(text, strlen(text));
    for (const char *c = text; *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c;
        if (byte == '"' || byte == '\\')
            (void)fprintf(file, "\\%c", *c);
        else if (byte < 0x20)
            (void)fprintf(file, "\\u%04x", (unsigned)byte);
        else
            (void)fputc(plain && byte >= 0x80 ? '?' : byte, file);
    }
}

/* Two to six decimals; JSON has no infinities. */
static void write_value(FILE *file, double value)
{
    char text[400];
    if (!isfinite(value)) {
        (void)fputs("null", file);
        return;
    }
    int size = snprintf(text, sizeof text, "%.6f", value);
    for (int k = 0; k < 4 && text[size - 1] == '0'; k++)
        size--;
    (void)fprintf(file, "%.*s", size, text);
}

static void write_node(FILE *file, const struct ambit_instance *instance, int32_t i, int32_t median,
                       int width)
{
    (void)fprintf(file,
                  "      {\"name\":\"%*" PRId32 "\", \"median\": %*" PRId32 ", \"x\": ", width, i,
                  width, median);
    ambit_print_real(file, instance->x[i], 2);
    (void)fputs(", \"y\": ", file);
    ambit_print_real(file, instance->y[i], 2);
    (void)fputs(i + 1 < instance->count ? " },\n" : " }\n", file);
}

ambit_status ambit_solution_write(const char *path, const struct ambit_instance *instance,
                                  const struct ambit_solution *solution)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    const char *const own_name = solution->name != NULL ? solution->name : instance->name;
    int width = 3;
    AMBIT_REQUIRE(solution->count == instance->count);
    for (int32_t n = instance->count - 1; n >= 1000; n /= 10)
        width++;
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    (void)fputs("{\n   \"name\":\"", out.file);
    write_escaped(out.file, own_name != NULL ? own_name : "");
    (void)fprintf(out.file,
                  "\",\n   \"node\": %" PRId32 ",\n   \"median\": %" PRId32 ",\n   \"fo\": ",
                  solution->count, solution->centre_count);
    write_value(out.file, solution->value);
    (void)fprintf(out.file, ",\n   \"opt\": %s,\n   \"nodes\": [\n",
                  solution->optimal ? "true" : "false");
    for (int32_t i = 0; i < instance->count; i++)
        write_node(out.file, instance, i, solution->median[i], width);
    (void)fputs("   ]\n}\n", out.file);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}
