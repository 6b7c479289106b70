/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes are barriers that can be looked at, or an error that says what was expected and what
 * was found; nothing leaks. For libFuzzer.
 */
#include "engine/base/memory.h"
#include "engine/model/geometry.h"
#include "io/barriers_geojson.h"
#include "solvers/barrier_index.h"

#include <math.h>
#include <string.h>

#define PATH "fuzz.geojson"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every piece is on the globe, and a short edge is crossed from both sides or from none. */
static void check_barriers(const struct ambit_barriers *barriers)
{
    struct ambit_barrier_index *index = NULL;
    double a[3], b[3];
    AMBIT_REQUIRE(barriers->count > 0 && barriers->piece != NULL);
    for (int64_t p = 0; p < barriers->count; p++) {
        for (int end = 0; end < 4; end += 2) {
            AMBIT_REQUIRE(fabs(barriers->piece[p][end]) <= 90.0);
            AMBIT_REQUIRE(fabs(barriers->piece[p][end + 1]) <= 180.0);
        }
    }
    AMBIT_REQUIRE(ambit_barrier_index_create(barriers, &index) == AMBIT_OK);
    for (int64_t p = 0; p < barriers->count && p < 100; p++) {
        const double *const piece = barriers->piece[p];
        ambit_unit_from_degrees(fmax(piece[0] - 0.1, -90.0), fmax(piece[1] - 0.1, -180.0), a);
        ambit_unit_from_degrees(fmin(piece[2] + 0.1, 90.0), fmin(piece[3] + 0.1, 180.0), b);
        AMBIT_REQUIRE(ambit_barrier_crossed(index, a, b) == ambit_barrier_crossed(index, b, a));
    }
    ambit_barrier_index_destroy(&index);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ambit_barriers barriers;
    const ambit_status status = ambit_barriers_parse(PATH, (const char *)data, size, &barriers);
    const char *const message = ambit_error_message();
    if (status == AMBIT_OK) {
        AMBIT_REQUIRE(message[0] == '\0');
        check_barriers(&barriers);
    } else {
        AMBIT_REQUIRE(status == AMBIT_ERR_INPUT);
        AMBIT_REQUIRE(barriers.piece == NULL && barriers.count == 0);
        AMBIT_REQUIRE(strncmp(message, PATH ":", strlen(PATH ":")) == 0);
        AMBIT_REQUIRE(strstr(message, " expected ") != NULL);
        AMBIT_REQUIRE(strstr(message, ", found ") != NULL);
    }
    ambit_barriers_clear(&barriers);
    ambit_error_clear();
    AMBIT_REQUIRE(ambit_memory_live_blocks() == 0);
    return 0;
}
