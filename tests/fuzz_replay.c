/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The main of a fuzz target where there is no fuzzer: gives it each file named on the command
 * line once, so that inputs which once broke a parser are tried in every build.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static bool replay(const char *path)
{
    long bytes = -1;
    uint8_t *data = NULL;
    FILE *file = fopen(path, "rb");
    if (file == NULL) return false;
    if (fseek(file, 0, SEEK_END) == 0) bytes = ftell(file);
    rewind(file);
    /* Exactly as large as the input, so that a sanitizer sees the first byte read past it. */
    if (bytes >= 0) data = malloc(bytes > 0 ? (size_t)bytes : 1);
    const bool is_read = data != NULL && fread(data, 1, (size_t)bytes, file) == (size_t)bytes;
    (void)fclose(file);
    if (is_read) (void)LLVMFuzzerTestOneInput(data, (size_t)bytes);
    free(data);
    return is_read;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++)
        failed += !replay(argv[i]);
    printf("%s: %d passed, %d failed\n", argv[0], argc - 1 - failed, failed);
    return failed > 0;
}
