/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GeoJSON through jansson, which keeps the whole tree in memory, some 100 bytes a number. What is
 * no line is refused and not passed over: a barrier that is not there would make a wrong plan.
 * Objects may stand in each other only so far as GeoJSON makes sense of it.
 */
#include "io/barriers_geojson.h"
#include "engine/base/memory.h"
#include "io/csv.h"
#include "io/instance_text.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 8 };

struct reader {
    const char *path; /* borrowed */
    struct ambit_barriers *barriers;
    int64_t room;
    int64_t feature; /* from 1; 0 outside of features */
    int64_t line;    /* of the feature, from 1 */
};

__attribute__((format(printf, 3, 4))) static ambit_status
refuse(const struct reader *r, const char *found, const char *format, ...)
{
    char expected[160], feature[64] = "";
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(expected, sizeof expected, format, arguments);
    va_end(arguments);
    if (r->feature > 0)
        (void)snprintf(feature, sizeof feature, " feature %lld:", (long long)r->feature);
    return ambit_fail(AMBIT_ERR_INPUT, "%s:%s expected %s, found %s", r->path, feature, expected,
                      found);
}

static ambit_status add_piece(struct reader *r, const double from[2], const double to[2])
{
    struct ambit_barriers *const b = r->barriers;
    if (b->count == r->room) {
        const int64_t room = 2 * r->room + 1024;
        const ambit_status status = ambit_resize(&b->piece, (size_t)room, sizeof *b->piece);
        if (status != AMBIT_OK) return status;
        r->room = room;
    }
    double *const piece = b->piece[b->count++];
    memcpy(piece, from, 2 * sizeof *from);
    memcpy(piece + 2, to, 2 * sizeof *to);
    return AMBIT_OK;
}

/* A position is longitude, latitude, and what else there is. */
static ambit_status take_position(const struct reader *r, const json_t *position, size_t at,
                                  double out[2])
{
    const json_t *const lon = json_array_get(position, 0), *const lat = json_array_get(position, 1);
    char found[96];
    if (!json_is_number(lon) || !json_is_number(lat))
        return refuse(r, "another value", "[longitude, latitude] as position %zu of line %lld",
                      at + 1, (long long)r->line);
    out[0] = json_number_value(lat);
    out[1] = json_number_value(lon);
    if (fabs(out[0]) <= 90.0 && fabs(out[1]) <= 180.0) return AMBIT_OK;
    (void)snprintf(found, sizeof found, "[%.10g, %.10g]", out[1], out[0]);
    return refuse(r, found,
                  "degrees, longitude -180 to 180 and latitude -90 to 90, as position %zu of line "
                  "%lld",
                  at + 1, (long long)r->line);
}

static ambit_status take_line(struct reader *r, const json_t *line)
{
    ambit_status status = AMBIT_OK;
    double from[2], to[2];
    r->line++;
    if (json_array_size(line) < 2)
        return refuse(r, json_is_array(line) ? "fewer" : "no list",
                      "two positions or more in line %lld", (long long)r->line);
    for (size_t at = 0; at < json_array_size(line); at++) {
        AMBIT_TRY(take_position(r, json_array_get(line, at), at, to));
        if (at > 0) AMBIT_TRY(add_piece(r, from, to));
        memcpy(from, to, sizeof from);
    }
done:
    return status;
}

/* A line (depth 0), or lists of lists of them. */
static ambit_status take_lines(struct reader *r, const json_t *value, int depth)
{
    ambit_status status = AMBIT_OK;
    if (depth == 0) return take_line(r, value);
    if (!json_is_array(value)) return refuse(r, "another value", "a list of lines as coordinates");
    for (size_t at = 0; at < json_array_size(value); at++)
        AMBIT_TRY(take_lines(r, json_array_get(value, at), depth - 1));
done:
    return status;
}

static int depth_of(const char *type)
{
    static const char *const deep[] = {"LineString", "MultiLineString", "Polygon", "MultiPolygon"};
    static const int depth[] = {0, 1, 1, 2};
    for (size_t t = 0; t < sizeof deep / sizeof deep[0]; t++) {
        if (strcmp(deep[t], type) == 0) return depth[t];
    }
    return -1;
}

static ambit_status take_object(struct reader *r, const json_t *object, int depth);

static ambit_status take_list(struct reader *r, const json_t *object, const char *key,
                              bool features, int depth)
{
    ambit_status status = AMBIT_OK;
    const json_t *const list = json_object_get(object, key);
    if (!json_is_array(list)) return refuse(r, "none", "a list under %s", key);
    for (size_t at = 0; at < json_array_size(list); at++) {
        if (features) {
            r->feature = (int64_t)at + 1;
            r->line = 0;
        }
        AMBIT_TRY(take_object(r, json_array_get(list, at), depth + 1));
    }
done:
    return status;
}

static ambit_status take_object(struct reader *r, const json_t *object, int depth)
{
    const char *const type = json_string_value(json_object_get(object, "type"));
    char found[96];
    if (type == NULL) return refuse(r, "none", "a GeoJSON object with a type");
    if (depth > DEPTH_MAX) return refuse(r, "more", "at most %d objects in each other", DEPTH_MAX);
    if (strcmp(type, "FeatureCollection") == 0)
        return take_list(r, object, "features", true, depth);
    if (strcmp(type, "GeometryCollection") == 0)
        return take_list(r, object, "geometries", false, depth);
    if (strcmp(type, "Feature") == 0) {
        const json_t *const geometry = json_object_get(object, "geometry");
        return json_is_null(geometry) ? AMBIT_OK : take_object(r, geometry, depth + 1);
    }
    if (depth_of(type) >= 0)
        return take_lines(r, json_object_get(object, "coordinates"), depth_of(type));
    (void)snprintf(found, sizeof found, "%.60s", type);
    return refuse(r, found, "LineString, MultiLineString, Polygon or MultiPolygon");
}

ambit_status ambit_barriers_parse(const char *path, const char *text, size_t bytes,
                                  struct ambit_barriers *out)
{
    ambit_status status = AMBIT_OK;
    json_error_t error;
    struct reader reader = {.path = path, .barriers = out};
    *out = (struct ambit_barriers){0};
    const size_t mark = bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    json_t *const root = json_loadb(text + mark, bytes - mark, 0, &error);
    if (root == NULL && json_error_code(&error) == json_error_out_of_memory)
        return ambit_fail(AMBIT_ERR_MEMORY, "%s: no memory left to read it", path);
    if (root == NULL)
        return ambit_fail(AMBIT_ERR_INPUT, "%s:%d:%d: expected GeoJSON, found broken JSON: %s",
                          path, error.line > 0 ? error.line : 1,
                          error.column > 0 ? error.column : 1, error.text);
    AMBIT_TRY(take_object(&reader, root, 0));
    if (out->count == 0)
        status = ambit_fail(AMBIT_ERR_INPUT, "%s: expected lines, found none", path);
done:
    json_decref(root);
    if (status != AMBIT_OK) ambit_barriers_clear(out);
    return status;
}

ambit_status ambit_barriers_read(const char *path, char hash_out[AMBIT_SHA256_TEXT],
                                 struct ambit_barriers *out)
{
    ambit_status status = AMBIT_OK;
    struct ambit_csv_map map = {0};
    struct ambit_sha256 *sha = NULL;
    *out = (struct ambit_barriers){0};
    AMBIT_TRY(ambit_sha256_create(&sha));
    AMBIT_TRY(ambit_text_map_open(path, "barriers in GeoJSON", &map));
    ambit_sha256_add(sha, map.data, (size_t)map.size);
    ambit_sha256_text(sha, hash_out);
    AMBIT_TRY(ambit_barriers_parse(path, map.data, (size_t)map.size, out));
done:
    ambit_csv_map_close(&map);
    ambit_sha256_destroy(&sha);
    return status;
}
