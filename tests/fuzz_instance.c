/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Any bytes are an instance, a TSPLIB file, a solution in JSON, or an error that says what was
 * expected and what was found; nothing leaks. For libFuzzer.
 */
#include "engine/base/fixed.h"
#include "engine/base/memory.h"
#include "io/instance_file.h"
#include "io/instance_text.h"
#include "io/solution_json.h"

#include <string.h>

#define PATH "fuzz.txt"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_message(ambit_status status)
{
    const char *const message = ambit_error_message();
    if (status == AMBIT_OK) {
        AMBIT_REQUIRE(message[0] == '\0');
    } else {
        AMBIT_REQUIRE(status == AMBIT_ERR_INPUT);
        AMBIT_REQUIRE(strncmp(message, PATH ":", strlen(PATH ":")) == 0);
        AMBIT_REQUIRE(strstr(message, ": expected ") != NULL);
        AMBIT_REQUIRE(strstr(message, ", found ") != NULL);
    }
    ambit_error_clear();
}

static void check_instance(const struct ambit_instance *instance)
{
    int64_t sum = 0;
    AMBIT_REQUIRE(instance->name != NULL);
    AMBIT_REQUIRE(instance->count >= 1 && instance->count <= AMBIT_INSTANCE_ACCOUNT_MAX);
    AMBIT_REQUIRE(instance->centre_count <= instance->count);
    for (int32_t i = 0; i < instance->count; i++) {
        AMBIT_REQUIRE(fabs(instance->x[i]) <= AMBIT_COORDINATE_MAX);
        AMBIT_REQUIRE(fabs(instance->y[i]) <= AMBIT_COORDINATE_MAX);
        AMBIT_REQUIRE(instance->capacity[i] >= 0 && instance->capacity[i] <= AMBIT_MICRO_SUM_MAX);
        AMBIT_REQUIRE(instance->demand[i] >= 0 && instance->demand[i] < AMBIT_MICRO_SUM_MAX - sum);
        sum += instance->demand[i];
    }
}

/* A file is an instance or a TSPLIB file, never both. */
static void check_instances(const char *text, size_t size)
{
    struct ambit_instance instance;
    ambit_status status = ambit_instance_parse(PATH, text, size, &instance);
    if (status == AMBIT_OK) {
        check_instance(&instance);
        AMBIT_REQUIRE(!ambit_is_tsplib(text, size));
        AMBIT_REQUIRE(instance.centre_count >= 1);
    } else {
        AMBIT_REQUIRE(instance.x == NULL && instance.name == NULL);
    }
    check_message(status);
    ambit_instance_clear(&instance);
    status = ambit_tsplib_parse(PATH, text, size, &instance);
    if (status == AMBIT_OK) {
        check_instance(&instance);
        AMBIT_REQUIRE(instance.centre_count == 0);
    } else {
        AMBIT_REQUIRE(instance.x == NULL && instance.name == NULL);
    }
    check_message(status);
    ambit_instance_clear(&instance);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ambit_solution solution;
    check_instances((const char *)data, size);
    const ambit_status status = ambit_solution_parse(PATH, (const char *)data, size, &solution);
    if (status == AMBIT_OK) {
        AMBIT_REQUIRE(solution.count >= 1 && solution.count <= AMBIT_INSTANCE_ACCOUNT_MAX);
        AMBIT_REQUIRE(solution.centre_count >= 1 && solution.median != NULL);
    } else {
        AMBIT_REQUIRE(solution.median == NULL && solution.name == NULL);
    }
    check_message(status);
    ambit_solution_clear(&solution);
    AMBIT_REQUIRE(ambit_memory_live_blocks() == 0);
    return 0;
}
