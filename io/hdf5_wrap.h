/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of HDF5 that Ambit uses: one-dimensional columns with units, attributes, and one text.
 * Files are written and read by one process; hdf5_wrap.c alone includes HDF5's headers. All objects
 * are named by their full path ("/accounts/lat"), so that no handle but the file's is ever held.
 * All functions are local. A column is put whole, or made without values and filled slice by slice.
 *
 * The bytes of a file depend on nothing but what is put in: object times are off, the file format's
 * version is fixed, and every column is chunked, carries a checksum, and is shuffled and deflated
 * unless it is to be plain.
 */
#ifndef AMBIT_HDF5_WRAP_H
#define AMBIT_HDF5_WRAP_H

#include "engine/base/status.h"
#include <stdbool.h>
#include <stdint.h>

#define AMBIT_H5_PATH_MAX 1024            /* bytes of an object's path with its NUL */
#define AMBIT_H5_SLICE (INT64_C(1) << 18) /* rows; a multiple of every column's chunk */

enum ambit_h5_kind {
    AMBIT_H5_FLAG, /* bool; a byte of 0 or 1 in the file */
    AMBIT_H5_I32,
    AMBIT_H5_I64,
    AMBIT_H5_U64,
    AMBIT_H5_F64,
    AMBIT_H5_TEXT /* UTF-8 in a fixed number of bytes, padded with NUL */
};

struct ambit_h5; /* opaque: an open file */

/* What a column holds and says about itself. */
struct ambit_h5_column {
    enum ambit_h5_kind kind;
    int64_t width;         /* bytes a text in memory; 0 for numbers */
    int64_t count;         /* values */
    const void *data;      /* borrowed; count values of the kind; NULL: they come in slices */
    const char *units;     /* of a value × scale; "1" where it has none; NULL, for text, is "1" */
    bool micro;            /* values are millionths of the unit: attribute scale = 1e-6 */
    const char *long_name; /* for people */
    const char *scale;     /* path of the dimension scale that it lies along; NULL: none */
    bool plain;            /* not deflated: larger, and read several times as fast */
};

/* "group/name", in a buffer of AMBIT_H5_PATH_MAX bytes that must be enough. */
void ambit_h5_join(const char *group, const char *name, char path_out[AMBIT_H5_PATH_MAX]);

/* Starts a file that gets its name at ambit_h5_commit(). Errors: AMBIT_ERR_IO, AMBIT_ERR_MEMORY. */
ambit_status ambit_h5_create(const char *path, struct ambit_h5 **out) AMBIT_CHECKED;

/* Starts a file without a name, to be read again and dropped. Errors: AMBIT_ERR_IO,
 * AMBIT_ERR_MEMORY. */
ambit_status ambit_h5_create_scratch(struct ambit_h5 **out) AMBIT_CHECKED;

/* Opens a file for reading; `noun` (borrowed for good) says in messages what it should be: "result"
 * or "accounts". Errors: AMBIT_ERR_IO where it cannot be opened, AMBIT_ERR_INPUT where it is not
 * HDF5 or is damaged. */
ambit_status ambit_h5_open(const char *path, const char *noun, struct ambit_h5 **out) AMBIT_CHECKED;

/* Closes, syncs and renames a file that was created, and destroys *h5 in any case. */
ambit_status ambit_h5_commit(struct ambit_h5 **h5) AMBIT_CHECKED;

/* Closes a file; one that was created and not committed is removed. */
void ambit_h5_destroy(struct ambit_h5 **h5);

/* From here on paths are seen from a group, which stands for the root; NULL: from the root again.
 * Errors: AMBIT_ERR_INPUT where there is no such group. */
ambit_status ambit_h5_set_root(struct ambit_h5 *h5, const char *group) AMBIT_CHECKED;

ambit_status ambit_h5_put_group(struct ambit_h5 *h5, const char *group) AMBIT_CHECKED;

/* An integer dimension scale 0 … count − 1. */
ambit_status ambit_h5_put_scale(struct ambit_h5 *h5, const char *path, int64_t count,
                                const char *long_name) AMBIT_CHECKED;
ambit_status ambit_h5_put_column(struct ambit_h5 *h5, const char *path,
                                 const struct ambit_h5_column *column) AMBIT_CHECKED;

/* Fills the `count` rows from `first` on, a multiple of AMBIT_H5_SLICE, of a column that was put
 * without data. All slices but the last have AMBIT_H5_SLICE rows, or a multiple. */
ambit_status ambit_h5_put_slice(struct ambit_h5 *h5, const char *path, enum ambit_h5_kind kind,
                                int64_t width, int64_t first, int64_t count,
                                const void *data) AMBIT_CHECKED;

ambit_status ambit_h5_put_text(struct ambit_h5 *h5, const char *path, const char *text,
                               const char *long_name) AMBIT_CHECKED;

/* `count` values as an array, or one as a scalar where count is 0; texts lie `width` apart. */
ambit_status ambit_h5_put_attribute(struct ambit_h5 *h5, const char *object, const char *name,
                                    enum ambit_h5_kind kind, int64_t width, int64_t count,
                                    const void *data) AMBIT_CHECKED;

/* True where the path's last part is a link of its parent, which must be there. */
bool ambit_h5_has(struct ambit_h5 *h5, const char *path);
bool ambit_h5_has_attribute(struct ambit_h5 *h5, const char *object, const char *name);

/* Values in a column; bytes a text in the file (0 for numbers). AMBIT_ERR_INPUT: no such column. */
ambit_status ambit_h5_column_size(struct ambit_h5 *h5, const char *path, int64_t *count_out,
                                  int64_t *width_out) AMBIT_CHECKED;

/* Reads a whole column of exactly `count` values; a text of `width` bytes or less fits. Errors:
 * AMBIT_ERR_INPUT, naming the column, what was expected and what was found. */
ambit_status ambit_h5_get_column(struct ambit_h5 *h5, const char *path, enum ambit_h5_kind kind,
                                 int64_t width, int64_t count, void *values_out) AMBIT_CHECKED;

/* What stands under a name, in a file that anyone may have written. */
struct ambit_h5_shape {
    bool is_number;    /* whole or with a fraction, of any size */
    bool is_text;      /* of a fixed length */
    const char *words; /* what it is, for messages */
    int dimensions;
    int64_t count; /* values */
    int64_t width; /* bytes a text */
};

/* False where there is no dataset of that name. */
bool ambit_h5_look(struct ambit_h5 *h5, const char *path, struct ambit_h5_shape *out);

/* Shows every name at the file's root to `visit`. */
void ambit_h5_each_name(struct ambit_h5 *h5, void (*visit)(void *self, const char *name),
                        void *self);

/* Read values [first, first + count) of a dataset of one dimension that was looked at: numbers as
 * doubles, texts of the width that it has, padded with NUL. Errors: AMBIT_ERR_INPUT. */
ambit_status ambit_h5_get_numbers(struct ambit_h5 *h5, const char *path, int64_t first,
                                  int64_t count, double *values_out) AMBIT_CHECKED;
ambit_status ambit_h5_get_texts(struct ambit_h5 *h5, const char *path, int64_t width, int64_t first,
                                int64_t count, char *values_out) AMBIT_CHECKED;

/* *out is owned by the caller. */
ambit_status ambit_h5_get_text(struct ambit_h5 *h5, const char *path, char **out) AMBIT_CHECKED;

/* As put; texts are NUL-terminated within `width` bytes. */
ambit_status ambit_h5_get_attribute(struct ambit_h5 *h5, const char *object, const char *name,
                                    enum ambit_h5_kind kind, int64_t width, int64_t count,
                                    void *values_out) AMBIT_CHECKED;

/* Fails with AMBIT_ERR_INPUT: "FILE: damaged NOUN: WHERE: what". */
ambit_status ambit_h5_damaged(const struct ambit_h5 *h5, const char *where, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

const char *ambit_h5_path(const struct ambit_h5 *h5);

#endif
