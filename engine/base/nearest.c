/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Optimal string alignment: Levenshtein's distance in which two neighbours that changed places are
 * one slip, as they are for fingers. Three rows of the table are kept. Its weakness: it knows no
 * keyboard and no sound.
 */
#include "engine/base/nearest.h"

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int cut(size_t size)
{
    return (int)(size < AMBIT_NEAREST_BYTES ? size : AMBIT_NEAREST_BYTES);
}

int ambit_edit_distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
    int rows[3][AMBIT_NEAREST_BYTES + 1];
    const int m = cut(a_size), n = cut(b_size);
    for (int i = 0; i <= m; i++) {
        int *const row = rows[i % 3];
        const int *const above = rows[(i + 2) % 3], *const second = rows[(i + 1) % 3];
        for (int j = 0; j <= n; j++) {
            if (i == 0 || j == 0) {
                row[j] = i + j;
                continue;
            }
            row[j] =
                smaller(smaller(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = smaller(row[j], second[j - 2] + 1);
        }
    }
    return rows[m % 3][n];
}

int ambit_edit_tolerance(size_t size)
{
    return (cut(size) + 2) / 3;
}
