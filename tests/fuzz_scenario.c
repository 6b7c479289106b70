/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes are a scenario or an error with a place; nothing leaks. For libFuzzer. */
#include "engine/base/memory.h"
#include "io/scenario_yaml.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ambit_scenario scenario;
    const ambit_status status =
        ambit_scenario_parse("fuzz.yaml", (const char *)data, size, &scenario);
    const char *const message = ambit_error_message();
    if (status == AMBIT_OK) {
        AMBIT_REQUIRE(message[0] == '\0');
        AMBIT_REQUIRE(scenario.measure_count <= AMBIT_MEASURE_MAX);
        AMBIT_REQUIRE(scenario.column_count <= AMBIT_COLUMN_MAX);
        ambit_scenario_clear(&scenario);
    } else {
        AMBIT_REQUIRE(status == AMBIT_ERR_INPUT);
        AMBIT_REQUIRE(strncmp(message, "fuzz.yaml:", 10) == 0);
        AMBIT_REQUIRE(strstr(message, ": expected ") != NULL);
        AMBIT_REQUIRE(strstr(message, ", found ") != NULL);
    }
    ambit_error_clear();
    AMBIT_REQUIRE(ambit_memory_live_blocks() == 0);
    return 0;
}
