/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ambit export: writes a result in the formats of other programs. Rank 0 does it alone. */
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "engine/cli/cli.h"
#include "io/assignments_csv.h"
#include "io/geojson.h"
#include "io/map_svg.h"
#include "io/outlines.h"
#include "io/report_layers.h"
#include "io/result_hdf5.h"

static ambit_status check_outputs(const struct ambit_options *options)
{
    const char *const paths[] = {options->csv_path, options->geojson_path, options->svg_path};
    return ambit_outputs_check(3, paths, 1, options->argument);
}

/* What the result was made from stays, too. */
static ambit_status check_made_from(const struct ambit_options *options,
                                    const struct ambit_result *result)
{
    ambit_status status = AMBIT_OK;
    const char *const paths[] = {options->csv_path, options->geojson_path, options->svg_path};
    char *input = NULL;
    for (int n = 0; n < result->input_count; n++) {
        AMBIT_TRY(ambit_path_beside(options->argument[0], result->input[n].path, &input));
        const char *const inputs[] = {input};
        AMBIT_TRY(ambit_outputs_check(3, paths, 1, inputs));
        ambit_free(&input);
    }
done:
    ambit_free(&input);
    return status;
}

/* Of several plans there is a table, but no map. */
static ambit_status export_layers(const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    const char *const path = options->argument[0];
    struct ambit_layered *layered = NULL;
    AMBIT_TRY(ambit_alloc(&layered, 1, sizeof *layered));
    AMBIT_TRY(check_outputs(options));
    AMBIT_TRY(ambit_layers_read(path, layered));
    if (options->geojson_path != NULL || options->svg_path != NULL)
        AMBIT_TRY(ambit_fail(AMBIT_ERR_USAGE,
                             "export: expected the name of a layer for a map, such as '%s:%s', "
                             "found none",
                             path, layered->entry[0].name));
    AMBIT_TRY(ambit_layers_csv_write(options->csv_path, path, layered));
    printf("%s\n", options->csv_path);
done:
    if (layered != NULL) ambit_layered_clear(layered);
    ambit_free(&layered);
    return status;
}

static ambit_status export_result(const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result result;
    struct ambit_outlines *outlines = NULL;
    if (ambit_layers_are_in(options->argument[0])) return export_layers(options);
    ambit_result_init(&result);
    AMBIT_TRY(check_outputs(options));
    AMBIT_TRY(ambit_result_read(options->argument[0], &result));
    AMBIT_TRY(check_made_from(options, &result));
    if (options->csv_path != NULL) {
        AMBIT_TRY(ambit_assignments_write(options->csv_path, &result));
        printf("%s\n", options->csv_path);
    }
    if (options->geojson_path != NULL || options->svg_path != NULL)
        AMBIT_TRY(ambit_outlines_create(&result, &outlines));
    if (options->geojson_path != NULL) {
        AMBIT_TRY(ambit_geojson_write(options->geojson_path, &result, outlines));
        printf("%s\n", options->geojson_path);
    }
    if (options->svg_path != NULL) {
        AMBIT_TRY(ambit_svg_write(options->svg_path, &result, outlines));
        printf("%s\n", options->svg_path);
    }
done:
    ambit_outlines_destroy(&outlines);
    ambit_result_clear(&result);
    return status;
}

static ambit_status act(struct ambit_comm *comm, const struct ambit_options *options)
{
    if (options->csv_path == NULL && options->geojson_path == NULL && options->svg_path == NULL)
        return ambit_fail(AMBIT_ERR_USAGE,
                          "export: expected --csv, --geojson or --svg, found none of them");
    return ambit_comm_rank(comm) == 0 ? export_result(options) : AMBIT_OK;
}

static const struct argp_option options_of_export[] = {
    AMBIT_OPTION(AMBIT_KEY_CSV, "csv", "FILE", "Write the territory of every account as CSV"),
    AMBIT_OPTION(AMBIT_KEY_GEOJSON, "geojson", "FILE",
                 "Write the territories' outlines and measures as GeoJSON"),
    AMBIT_OPTION(AMBIT_KEY_SVG, "svg", "FILE", "Draw the map as SVG"),
    AMBIT_OPTION_QUIET,
    AMBIT_OPTION_VERBOSE,
    AMBIT_OPTION_END,
};

const struct ambit_command ambit_command_export = {
    .name = "export",
    .summary = "write a result as CSV, GeoJSON or SVG",
    .arguments = "RESULT.h5",
    .argument_count = 1,
    .manual =
        "Write a result in the formats of other programs; at least one must be asked for."
        "\v"
        "The path of every file written is a line on standard output."
        "\n\n"
        "Where the scenario asks for contiguity, the CSV has the columns piece (of its "
        "territory, 1 the largest) and piece_accounts (how many that has), and a territory of "
        "the GeoJSON pieces, islands (on which it has accounts: no fewer pieces can be) and "
        "accounts_apart (outside the largest piece on their island)."
        "\n\n"
        "Of a file of layers the CSV has every account with its layer, territory and rep, or, "
        "where accounts are in several layers, with a territory and a rep for each.",
    .options = options_of_export,
    .act = act,
};
