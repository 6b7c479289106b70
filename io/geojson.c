/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * GeoJSON is written straight from the arrays: every number is an integer or is printed from one,
 * so that the bytes are the same everywhere and coordinates read back exactly. One feature a line,
 * so that two files can be compared line by line. Cost: linear in the points of the outlines.
 */
#include "io/geojson.h"
#include "engine/base/atomic_file.h"
#include "engine/base/fixed.h"
#include "engine/model/contiguity.h"
#include "io/map_figures.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The inside of a JSON string. */
static void write_escaped(FILE *file, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\')
            fprintf(file, "\\%c", *c);
        else if ((unsigned char)*c < 0x20)
            fprintf(file, "\\u%04x", (unsigned)*c);
        else
            fputc(*c, file);
    }
}

static void write_text(FILE *file, const char *key, const char *text)
{
    fprintf(file, ",\"%s\":\"", key);
    write_escaped(file, text);
    fputc('"', file);
}

/* A whole number of millionths as a decimal without trailing zeros. */
static void write_micro(FILE *file, int64_t micro)
{
    const uint64_t size = micro < 0 ? -(uint64_t)micro : (uint64_t)micro;
    uint64_t fraction = size % (uint64_t)AMBIT_MICRO;
    int digits = 6;
    for (; digits > 0 && fraction % 10 == 0; digits--)
        fraction /= 10;
    fprintf(file, "%s%" PRIu64, micro < 0 ? "-" : "", size / (uint64_t)AMBIT_MICRO);
    if (digits > 0) fprintf(file, ".%0*" PRIu64, digits, fraction);
}

/* At most nine significant digits; JSON has no infinities. */
static void write_number(FILE *file, double value)
{
    if (isfinite(value))
        fprintf(file, "%.9g", value == 0.0 ? 0.0 : value);
    else
        fputs("null", file);
}

static void write_degrees(FILE *file, const char *key, double degrees)
{
    fprintf(file, ",\"%s\":", key);
    if (isfinite(degrees))
        fprintf(file, "%.5f", degrees);
    else
        fputs("null", file);
}

/* ,"band_<label>_<what>": with the label made fit for a column name. */
static void write_band_key(FILE *file, const struct ambit_result *result, int b, const char *what)
{
    const char *const label = result->band[b].label;
    int twins = 1;
    for (int before = 0; before < b; before++)
        twins += strcmp(result->band[before].label, label) == 0;
    fputs(",\"band_", file);
    const char *const slash = strchr(label, '/');
    if (slash == NULL) {
        write_escaped(file, label);
    } else {
        char first[sizeof result->band[b].label];
        memcpy(first, label, (size_t)(slash - label));
        first[slash - label] = '\0';
        write_escaped(file, first);
        fputs("_per_", file);
        write_escaped(file, slash + 1);
    }
    if (twins > 1) fprintf(file, "_%d", twins);
    fprintf(file, "_%s\":", what);
}

static void write_band(FILE *file, const struct ambit_result *result, int b, int32_t j)
{
    const struct ambit_result_band *const band = &result->band[b];
    const double value = band->value[j], target = band->target[j];
    write_band_key(file, result, b, "value");
    write_number(file, value);
    write_band_key(file, result, b, "target");
    write_number(file, target);
    write_band_key(file, result, b, "deviation");
    write_number(file, target != 0.0 ? value / target - 1.0 : NAN);
    write_band_key(file, result, b, "met");
    fputs(ambit_map_band_met(band, j) ? "true" : "false", file);
}

static void write_properties(FILE *file, const struct ambit_result *result, int32_t j)
{
    const struct ambit_result_territory *const t = &result->territories[j];
    fputs("\"properties\":{\"territory\":\"", file);
    write_escaped(file, t->name);
    fputc('"', file);
    if (t->rep_id[0] != '\0')
        write_text(file, "rep", t->rep_id);
    else
        fputs(",\"rep\":null", file);
    fprintf(file, ",\"accounts\":%" PRId64 ",\"travel_hours\":", t->account_count);
    write_micro(file, t->travel);
    for (int m = 0; m < result->measure_count; m++) {
        fputs(",\"load_", file);
        write_escaped(file, result->measure[m].name);
        fputs("\":", file);
        write_micro(file, result->measure[m].load[j]);
    }
    for (int b = 0; b < result->band_count; b++)
        write_band(file, result, b, j);
    if (result->has_previous)
        fprintf(file, ",\"gained\":%" PRId64 ",\"lost\":%" PRId64, t->gained_count, t->lost_count);
    else
        fputs(",\"gained\":null,\"lost\":null", file);
    if (result->contiguity != NULL)
        fprintf(file, ",\"pieces\":%" PRId32 ",\"islands\":%" PRId32 ",\"accounts_apart\":%" PRId64,
                result->contiguity->pieces[j], result->contiguity->islands[j],
                result->contiguity->apart[j]);
    write_degrees(file, "centre_lat", t->centre_lat);
    write_degrees(file, "centre_lon", t->centre_lon);
    fputc('}', file);
}

/* A whole number of hundred-thousandths of a degree. */
static void write_units(FILE *file, int32_t units)
{
    const int32_t size = units < 0 ? -units : units;
    fprintf(file, "%s%" PRId32 ".%05" PRId32, units < 0 ? "-" : "", size / AMBIT_OUTLINE_UNITS,
            size % AMBIT_OUTLINE_UNITS);
}

static void write_ring(FILE *file, const struct ambit_outlines *o, int32_t r)
{
    fputc('[', file);
    for (int32_t k = o->point_first[r]; k < o->point_first[r + 1]; k++) {
        fputs(k == o->point_first[r] ? "[" : ",[", file);
        write_units(file, o->lon[k]);
        fputc(',', file);
        write_units(file, o->lat[k]);
        fputc(']', file);
    }
    fputc(']', file);
}

static void write_geometry(FILE *file, const struct ambit_outlines *o, int32_t j)
{
    if (o->polygon_first[j] == o->polygon_first[j + 1]) {
        fputs("\"geometry\":null", file);
        return;
    }
    fputs("\"geometry\":{\"type\":\"MultiPolygon\",\"coordinates\":[", file);
    for (int32_t p = o->polygon_first[j]; p < o->polygon_first[j + 1]; p++) {
        fputs(p == o->polygon_first[j] ? "[" : ",[", file);
        for (int32_t r = o->ring_first[p]; r < o->ring_first[p + 1]; r++) {
            if (r > o->ring_first[p]) fputc(',', file);
            write_ring(file, o, r);
        }
        fputc(']', file);
    }
    fputs("]}", file);
}

ambit_status ambit_geojson_write(const char *path, const struct ambit_result *result,
                                 const struct ambit_outlines *outlines)
{
    ambit_status status = AMBIT_OK;
    struct ambit_atomic_file out = {0};
    AMBIT_TRY(ambit_atomic_file_open(path, &out));
    fputs("{\"type\":\"FeatureCollection\",\"name\":\"territories\",\"features\":[\n", out.file);
    for (int32_t j = 0; j < result->territory_count; j++) {
        fputs("{\"type\":\"Feature\",", out.file);
        write_properties(out.file, result, j);
        fputc(',', out.file);
        write_geometry(out.file, outlines, j);
        fputs(j + 1 < result->territory_count ? "},\n" : "}\n", out.file);
    }
    fputs("]}\n", out.file);
    AMBIT_TRY(ambit_atomic_file_commit(&out));
done:
    ambit_atomic_file_abandon(&out);
    return status;
}
