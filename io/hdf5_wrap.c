/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HDF5 behind a few calls. Format version 1.10 on both ends: its headers, links and chunk indices
 * carry checksums, and with fletcher32 on every chunk a flipped bit is an error, not a number.
 * Strings have a fixed length, fitted to the longest value. The library's own error stack is kept
 * silent; its innermost words are quoted in ours.
 *
 * A new file is made in memory and written by us at the commit, because HDF5 1.10 crashes in
 * H5Fclose() where the disk is full; its image is taken from the core driver when that would free
 * it, since H5Fget_file_image() spoils the superblock's checksum. The weakness: the deflated file
 * must fit in memory, and so must each column.
 */
#include "io/hdf5_wrap.h"
#include "engine/base/atomic_file.h"
#include "engine/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES (INT64_C(1) << 20)
#define DEFLATE_LEVEL 4
#define GROW_BYTES ((size_t)1 << 22) /* steps in which a file in memory grows */

struct ambit_h5 {
    hid_t file;
    hid_t links;                  /* creation properties: names are UTF-8 */
    char *path;                   /* owned */
    struct ambit_atomic_file out; /* empty for a file that is read */
    unsigned char *image;         /* owned; a new file's bytes, once HDF5 has closed it */
    bool out_of_memory;           /* while the image grew; the message is stored */
};

static herr_t keep_innermost(unsigned depth, const H5E_error2_t *error, void *reason)
{
    (void)depth;
    *(const char **)reason = error->desc;
    return 1; /* the first visited is the innermost: stop there */
}

/* Must be called before anything else is asked of HDF5: each call clears the stack. */
static ambit_status write_failed(const struct ambit_h5 *h5, const char *where)
{
    const char *reason = NULL;
    if (h5->out_of_memory) return AMBIT_ERR_MEMORY;
    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &reason);
    return ambit_fail(AMBIT_ERR_IO, "cannot write %s: %s: HDF5 says: %s", h5->path, where,
                      reason != NULL && reason[0] != '\0' ? reason : "no reason given");
}

ambit_status ambit_h5_damaged(const struct ambit_h5 *h5, const char *where, const char *format, ...)
{
    char what[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    return ambit_fail(AMBIT_ERR_INPUT, "%s: damaged result: %s: %s", h5->path, where, what);
}

const char *ambit_h5_path(const struct ambit_h5 *h5)
{
    return h5->path;
}

void ambit_h5_join(const char *group, const char *name, char path_out[AMBIT_H5_PATH_MAX])
{
    const int length = snprintf(path_out, AMBIT_H5_PATH_MAX, "%s/%s", group, name);
    AMBIT_REQUIRE(length >= 0 && length < AMBIT_H5_PATH_MAX);
}

/* Every copy is the caller's to close, so that kinds need no telling apart. */
static hid_t make_type(enum ambit_h5_kind kind, int64_t width, bool in_file)
{
    switch (kind) {
    case AMBIT_H5_FLAG:
        return H5Tcopy(in_file ? H5T_STD_U8LE : H5T_NATIVE_UINT8);
    case AMBIT_H5_I32:
        return H5Tcopy(in_file ? H5T_STD_I32LE : H5T_NATIVE_INT32);
    case AMBIT_H5_I64:
        return H5Tcopy(in_file ? H5T_STD_I64LE : H5T_NATIVE_INT64);
    case AMBIT_H5_U64:
        return H5Tcopy(in_file ? H5T_STD_U64LE : H5T_NATIVE_UINT64);
    case AMBIT_H5_F64:
        return H5Tcopy(in_file ? H5T_IEEE_F64LE : H5T_NATIVE_DOUBLE);
    case AMBIT_H5_TEXT:
        break;
    }
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (H5Tset_size(type, width > 0 ? (size_t)width : 1) < 0 ||
        H5Tset_strpad(type, H5T_STR_NULLPAD) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0) {
        (void)H5Tclose(type);
        return H5I_INVALID_HID;
    }
    return type;
}

static void close_type(hid_t type)
{
    if (type >= 0) (void)H5Tclose(type);
}

static void close_space(hid_t space)
{
    if (space >= 0) (void)H5Sclose(space);
}

static int64_t fitted_width(const char *texts, int64_t width, int64_t count)
{
    int64_t widest = 1;
    for (int64_t i = 0; i < count; i++) {
        const int64_t length = (int64_t)strnlen(texts + i * width, (size_t)width);
        if (length > widest) widest = length;
    }
    return widest;
}

static void *image_resize(void *image, size_t bytes, H5FD_file_image_op_t op, void *user)
{
    (void)op;
    if (ambit_resize(&image, bytes, 1) == AMBIT_OK) return image;
    ((struct ambit_h5 *)user)->out_of_memory = true;
    return NULL;
}

/* Called where the core driver is done with the image and would free it. */
static herr_t image_keep(void *image, H5FD_file_image_op_t op, void *user)
{
    (void)op;
    ((struct ambit_h5 *)user)->image = image;
    return 0;
}

/* Property lists are copied with their callbacks; our data is not theirs to copy or free. */
static void *user_copy(void *user)
{
    return user;
}

static herr_t user_free(void *user)
{
    (void)user;
    return 0;
}

/* A new file is in memory, an old one on disk. */
static bool set_driver(hid_t access, struct ambit_h5 *h5, bool is_new)
{
    H5FD_file_image_callbacks_t callbacks = {.image_realloc = image_resize,
                                             .image_free = image_keep,
                                             .udata_copy = user_copy,
                                             .udata_free = user_free,
                                             .udata = h5};
    if (!is_new) return H5Pset_fapl_sec2(access) >= 0;
    return H5Pset_fapl_core(access, GROW_BYTES, false) >= 0 &&
           H5Pset_file_image_callbacks(access, &callbacks) >= 0;
}

/* How a file is opened; negative on failure. */
static hid_t make_access(struct ambit_h5 *h5, bool is_new)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    /* Strong: closing the file closes whatever is open in it. No locks: NFS and Lustre refuse
     * them, and files are never changed in place. */
    if (access >= 0 && set_driver(access, h5, is_new) &&
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
        H5Pset_file_locking(access, false, true) >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0)
        return access;
    if (access >= 0) (void)H5Pclose(access);
    return H5I_INVALID_HID;
}

static ambit_status begin(const char *path, struct ambit_h5 **out)
{
    *out = NULL;
    struct ambit_h5 *h5 = NULL;
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&h5, 1, sizeof *h5));
    h5->file = h5->links = H5I_INVALID_HID;
    AMBIT_TRY(ambit_copy_string(path, &h5->path));
    *out = h5;
    if (H5open() < 0 || H5Eset_auto2(H5E_DEFAULT, NULL, NULL) < 0)
        status = ambit_fail(AMBIT_ERR_SOLVER, "the HDF5 library does not start");
done:
    if (status != AMBIT_OK) {
        *out = h5;
        ambit_h5_destroy(out);
    }
    return status;
}

ambit_status ambit_h5_create(const char *path, struct ambit_h5 **out)
{
    ambit_status status = AMBIT_OK;
    hid_t creation = H5I_INVALID_HID, access = H5I_INVALID_HID;
    AMBIT_TRY(begin(path, out));
    struct ambit_h5 *const h5 = *out;
    AMBIT_TRY(ambit_atomic_file_open(path, &h5->out));
    creation = H5Pcreate(H5P_FILE_CREATE);
    access = make_access(h5, true);
    h5->links = H5Pcreate(H5P_LINK_CREATE);
    if (creation < 0 || access < 0 || h5->links < 0 ||
        H5Pset_obj_track_times(creation, false) < 0 ||
        H5Pset_char_encoding(h5->links, H5T_CSET_UTF8) < 0)
        AMBIT_TRY(write_failed(h5, "its properties"));
    h5->file = H5Fcreate(h5->out.temporary_path, H5F_ACC_TRUNC, creation, access);
    if (h5->file < 0) AMBIT_TRY(write_failed(h5, "opening"));
done:
    if (creation >= 0) (void)H5Pclose(creation);
    if (access >= 0) (void)H5Pclose(access);
    if (status != AMBIT_OK) ambit_h5_destroy(out);
    return status;
}

/* Looks at the file without HDF5, which has no words for people. */
static ambit_status check_openable(const char *path)
{
    struct stat there;
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const bool readable = descriptor >= 0 && fstat(descriptor, &there) == 0;
    const int why = errno;
    if (descriptor >= 0) (void)close(descriptor);
    if (!readable) return ambit_fail(AMBIT_ERR_IO, "cannot open %s: %s", path, strerror(why));
    if (S_ISREG(there.st_mode)) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_IO, "cannot open %s: expected a result file, found %s", path,
                      S_ISDIR(there.st_mode) ? "a directory" : "something else than a file");
}

ambit_status ambit_h5_open(const char *path, struct ambit_h5 **out)
{
    ambit_status status = AMBIT_OK;
    hid_t access = H5I_INVALID_HID;
    AMBIT_TRY(begin(path, out));
    AMBIT_TRY(check_openable(path));
    if (H5Fis_hdf5(path) <= 0) {
        status = ambit_fail(AMBIT_ERR_INPUT,
                            "%s: expected a result file (HDF5), found something else", path);
        goto done;
    }
    access = make_access(*out, false);
    if (access >= 0) (*out)->file = H5Fopen(path, H5F_ACC_RDONLY, access);
    if ((*out)->file < 0)
        status =
            ambit_fail(AMBIT_ERR_INPUT, "%s: the file is cut off or damaged; write it again", path);
done:
    if (access >= 0) (void)H5Pclose(access);
    if (status != AMBIT_OK) ambit_h5_destroy(out);
    return status;
}

/* The end of the file as the superblock of format 1.10 has it: little-endian, at byte 28. Memory
 * behind it is the driver's reserve. */
static size_t image_bytes(const unsigned char *image)
{
    size_t bytes = 0;
    for (int i = 7; i >= 0; i--)
        bytes = bytes << 8 | image[28 + i];
    return bytes;
}

static ambit_status write_image(struct ambit_h5 *h5)
{
    const size_t bytes = image_bytes(h5->image);
    if (fwrite(h5->image, 1, bytes, h5->out.file) != bytes)
        return ambit_fail(AMBIT_ERR_IO, "cannot write %s: %s", h5->path, strerror(errno));
    return ambit_atomic_file_commit(&h5->out);
}

ambit_status ambit_h5_commit(struct ambit_h5 **h5)
{
    ambit_status status = AMBIT_OK;
    const hid_t file = (*h5)->file;
    (*h5)->file = H5I_INVALID_HID;
    if (H5Fclose(file) < 0 || (*h5)->image == NULL)
        status = write_failed(*h5, "closing");
    else
        status = write_image(*h5);
    ambit_h5_destroy(h5);
    return status;
}

void ambit_h5_destroy(struct ambit_h5 **h5)
{
    if (*h5 == NULL) return;
    if ((*h5)->file >= 0) (void)H5Fclose((*h5)->file);
    if ((*h5)->links >= 0) (void)H5Pclose((*h5)->links);
    ambit_atomic_file_abandon(&(*h5)->out);
    ambit_free(&(*h5)->image);
    ambit_free(&(*h5)->path);
    ambit_free(h5);
}

ambit_status ambit_h5_put_group(struct ambit_h5 *h5, const char *group)
{
    ambit_status status = AMBIT_OK;
    const hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    hid_t made = H5I_INVALID_HID;
    if (creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0)
        made = H5Gcreate2(h5->file, group, h5->links, creation, H5P_DEFAULT);
    if (made < 0) status = write_failed(h5, group);
    if (made >= 0) (void)H5Gclose(made);
    if (creation >= 0) (void)H5Pclose(creation);
    return status;
}

/* Creation properties of a dataset of `count` values; one without values cannot have chunks. */
static hid_t make_layout(int64_t count, int64_t value_bytes)
{
    const hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
    if (layout < 0 || H5Pset_obj_track_times(layout, false) < 0) return layout;
    if (count == 0) return layout;
    const int64_t most = value_bytes < CHUNK_BYTES ? CHUNK_BYTES / value_bytes : 1;
    const hsize_t rows = (hsize_t)(count < most ? count : most);
    (void)H5Pset_chunk(layout, 1, &rows);
    (void)H5Pset_fill_time(layout, H5D_FILL_TIME_NEVER);
    if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0) {
        (void)H5Pset_shuffle(layout);
        (void)H5Pset_deflate(layout, DEFLATE_LEVEL);
    }
    (void)H5Pset_fletcher32(layout);
    return layout;
}

/* Makes and fills a dataset: `count` values in one dimension, or a scalar where count is −1. */
static ambit_status put_dataset(struct ambit_h5 *h5, const char *path, enum ambit_h5_kind kind,
                                int64_t width, int64_t count, const void *data)
{
    const hsize_t dims = (hsize_t)(count < 0 ? 1 : count);
    const int64_t file_width = kind == AMBIT_H5_TEXT ? fitted_width(data, width, (int64_t)dims) : 0;
    const hid_t file_type = make_type(kind, file_width, true);
    const hid_t memory_type = make_type(kind, width, false);
    const hid_t space = count < 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &dims, NULL);
    const hid_t layout = make_layout(count < 0 ? 0 : count, (int64_t)H5Tget_size(file_type));
    const hid_t set = H5Dcreate2(h5->file, path, file_type, space, h5->links, layout, H5P_DEFAULT);
    ambit_status status = AMBIT_OK;
    if (set < 0 ||
        (count != 0 && H5Dwrite(set, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0))
        status = write_failed(h5, path);
    if (set >= 0 && H5Dclose(set) < 0 && status == AMBIT_OK) status = write_failed(h5, path);
    if (layout >= 0) (void)H5Pclose(layout);
    close_space(space);
    close_type(memory_type);
    close_type(file_type);
    return status;
}

static ambit_status put_words(struct ambit_h5 *h5, const char *path, const char *units,
                              const char *long_name)
{
    ambit_status status = AMBIT_OK;
    if (units != NULL)
        AMBIT_TRY(ambit_h5_put_attribute(h5, path, "units", AMBIT_H5_TEXT, (int64_t)strlen(units),
                                         0, units));
    AMBIT_TRY(ambit_h5_put_attribute(h5, path, "long_name", AMBIT_H5_TEXT,
                                     (int64_t)strlen(long_name), 0, long_name));
done:
    return status;
}

ambit_status ambit_h5_put_scale(struct ambit_h5 *h5, const char *path, int64_t count,
                                const char *long_name)
{
    ambit_status status = AMBIT_OK;
    int64_t *index = NULL;
    AMBIT_TRY(ambit_alloc(&index, (size_t)count, sizeof *index));
    for (int64_t i = 0; i < count; i++)
        index[i] = i;
    AMBIT_TRY(put_dataset(h5, path, AMBIT_H5_I64, 0, count, index));
    AMBIT_TRY(put_words(h5, path, "1", long_name));
    const hid_t set = H5Dopen2(h5->file, path, H5P_DEFAULT);
    if (set < 0 || H5DSset_scale(set, strrchr(path, '/') + 1) < 0) status = write_failed(h5, path);
    if (set >= 0) (void)H5Dclose(set);
done:
    ambit_free(&index);
    return status;
}

static ambit_status attach_scale(struct ambit_h5 *h5, const char *path, const char *scale)
{
    ambit_status status = AMBIT_OK;
    const hid_t set = H5Dopen2(h5->file, path, H5P_DEFAULT);
    const hid_t along = H5Dopen2(h5->file, scale, H5P_DEFAULT);
    if (set < 0 || along < 0 || H5DSattach_scale(set, along, 0) < 0)
        status = write_failed(h5, path);
    if (along >= 0) (void)H5Dclose(along);
    if (set >= 0) (void)H5Dclose(set);
    return status;
}

ambit_status ambit_h5_put_column(struct ambit_h5 *h5, const char *path,
                                 const struct ambit_h5_column *column)
{
    static const double micro = 1e-6;
    ambit_status status = AMBIT_OK;
    char micro_units[128];
    const char *units = column->units != NULL ? column->units : "1";
    if (column->micro) {
        const bool bare = strcmp(units, "1") == 0;
        (void)snprintf(micro_units, sizeof micro_units, bare ? "1e-6" : "1e-6 %s", units);
        units = micro_units;
    }
    AMBIT_TRY(put_dataset(h5, path, column->kind, column->width, column->count, column->data));
    AMBIT_TRY(put_words(h5, path, units, column->long_name));
    if (column->micro)
        AMBIT_TRY(ambit_h5_put_attribute(h5, path, "scale", AMBIT_H5_F64, 0, 0, &micro));
    AMBIT_TRY(attach_scale(h5, path, column->scale));
done:
    return status;
}

ambit_status ambit_h5_put_text(struct ambit_h5 *h5, const char *path, const char *text,
                               const char *long_name)
{
    ambit_status status = AMBIT_OK;
    const int64_t width = (int64_t)strlen(text);
    AMBIT_TRY(put_dataset(h5, path, AMBIT_H5_TEXT, width > 0 ? width : 1, -1, text));
    AMBIT_TRY(put_words(h5, path, "1", long_name));
done:
    return status;
}

ambit_status ambit_h5_put_attribute(struct ambit_h5 *h5, const char *object, const char *name,
                                    enum ambit_h5_kind kind, int64_t width, int64_t count,
                                    const void *data)
{
    ambit_status status = AMBIT_OK;
    const hsize_t dims = (hsize_t)(count > 0 ? count : 1);
    const int64_t file_width = kind == AMBIT_H5_TEXT ? fitted_width(data, width, (int64_t)dims) : 0;
    const hid_t file_type = make_type(kind, file_width, true);
    const hid_t memory_type = make_type(kind, width, false);
    const hid_t space = count == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &dims, NULL);
    const hid_t attribute = H5Acreate_by_name(h5->file, object, name, file_type, space, H5P_DEFAULT,
                                              H5P_DEFAULT, H5P_DEFAULT);
    if (attribute < 0 || H5Awrite(attribute, memory_type, data) < 0)
        status = write_failed(h5, object);
    if (attribute >= 0) (void)H5Aclose(attribute);
    close_space(space);
    close_type(memory_type);
    close_type(file_type);
    return status;
}

bool ambit_h5_has(struct ambit_h5 *h5, const char *path)
{
    return H5Lexists(h5->file, path, H5P_DEFAULT) > 0;
}

bool ambit_h5_has_attribute(struct ambit_h5 *h5, const char *object, const char *name)
{
    return H5Aexists_by_name(h5->file, object, name, H5P_DEFAULT) > 0;
}

static const char *class_words(H5T_class_t class)
{
    switch (class) {
    case H5T_INTEGER:
        return "whole numbers";
    case H5T_FLOAT:
        return "numbers with a fraction";
    case H5T_STRING:
        return "text";
    default:
        return "another type";
    }
}

/* What is stored under a path: its type, one fixed-length value's bytes, and how many values. */
struct stored {
    H5T_class_t class;
    int64_t width; /* of a text; else 0 */
    int64_t count; /* −1 where it has more than one dimension */
};

/* Fills *out from a type and a space, and closes both. False where they are no good. */
static bool describe(hid_t type, hid_t space, struct stored *out)
{
    bool good = false;
    if (type >= 0 && space >= 0) {
        const int dimensions = H5Sget_simple_extent_ndims(space);
        const hssize_t points = H5Sget_simple_extent_npoints(space);
        out->class = H5Tget_class(type);
        out->width = out->class == H5T_STRING ? (int64_t)H5Tget_size(type) : 0;
        out->count = dimensions <= 1 ? (int64_t)points : -1;
        good = dimensions >= 0 && points >= 0 &&
               (out->class != H5T_STRING || H5Tis_variable_str(type) == 0);
    }
    close_type(type);
    close_space(space);
    return good;
}

static ambit_status open_dataset(struct ambit_h5 *h5, const char *path, hid_t *set_out,
                                 struct stored *stored_out)
{
    *set_out = H5Dopen2(h5->file, path, H5P_DEFAULT);
    if (*set_out < 0) return ambit_h5_damaged(h5, path, "the dataset is missing or unreadable");
    if (describe(H5Dget_type(*set_out), H5Dget_space(*set_out), stored_out)) return AMBIT_OK;
    (void)H5Dclose(*set_out);
    *set_out = H5I_INVALID_HID;
    return ambit_h5_damaged(h5, path, "its type or size cannot be read");
}

static ambit_status check_stored(struct ambit_h5 *h5, const char *where, enum ambit_h5_kind kind,
                                 int64_t width, int64_t count, const struct stored *stored)
{
    const H5T_class_t class = kind == AMBIT_H5_TEXT  ? H5T_STRING
                              : kind == AMBIT_H5_F64 ? H5T_FLOAT
                                                     : H5T_INTEGER;
    if (stored->class != class)
        return ambit_h5_damaged(h5, where, "expected %s, found %s", class_words(class),
                                class_words(stored->class));
    if (stored->count < 0) return ambit_h5_damaged(h5, where, "expected one dimension, found more");
    if (stored->count != count)
        return ambit_h5_damaged(h5, where, "expected %lld values, found %lld", (long long)count,
                                (long long)stored->count);
    if (stored->width > width)
        return ambit_h5_damaged(h5, where, "expected texts of at most %lld bytes, found %lld",
                                (long long)width, (long long)stored->width);
    return AMBIT_OK;
}

/* A byte that is neither 0 nor 1 must not become a bool. */
static bool flags_are_flags(enum ambit_h5_kind kind, const void *values, int64_t count)
{
    const uint8_t *const bytes = values;
    if (kind != AMBIT_H5_FLAG) return true;
    for (int64_t i = 0; i < count; i++)
        if (bytes[i] > 1) return false;
    return true;
}

ambit_status ambit_h5_column_size(struct ambit_h5 *h5, const char *path, int64_t *count_out,
                                  int64_t *width_out)
{
    ambit_status status = AMBIT_OK;
    hid_t set = H5I_INVALID_HID;
    struct stored stored = {0};
    AMBIT_TRY(open_dataset(h5, path, &set, &stored));
    (void)H5Dclose(set);
    if (stored.count < 0) status = ambit_h5_damaged(h5, path, "expected one dimension, found more");
    *count_out = stored.count;
    *width_out = stored.width;
done:
    return status;
}

static ambit_status read_values(struct ambit_h5 *h5, const char *path, hid_t set,
                                enum ambit_h5_kind kind, int64_t width, int64_t count,
                                void *values_out)
{
    if (count == 0) return AMBIT_OK;
    ambit_status status = AMBIT_OK;
    const hid_t type = make_type(kind, width, false);
    if (H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values_out) < 0)
        status = ambit_h5_damaged(h5, path, "its bytes do not match their checksum");
    else if (!flags_are_flags(kind, values_out, count))
        status = ambit_h5_damaged(h5, path, "expected 0 or 1, found another number");
    close_type(type);
    return status;
}

ambit_status ambit_h5_get_column(struct ambit_h5 *h5, const char *path, enum ambit_h5_kind kind,
                                 int64_t width, int64_t count, void *values_out)
{
    ambit_status status = AMBIT_OK;
    hid_t set = H5I_INVALID_HID;
    struct stored stored = {0};
    AMBIT_TRY(open_dataset(h5, path, &set, &stored));
    AMBIT_TRY(check_stored(h5, path, kind, width, count, &stored));
    AMBIT_TRY(read_values(h5, path, set, kind, width, count, values_out));
done:
    if (set >= 0) (void)H5Dclose(set);
    return status;
}

ambit_status ambit_h5_get_text(struct ambit_h5 *h5, const char *path, char **out)
{
    ambit_status status = AMBIT_OK;
    char *text = NULL;
    hid_t set = H5I_INVALID_HID;
    struct stored stored = {0};
    AMBIT_TRY(open_dataset(h5, path, &set, &stored));
    AMBIT_TRY(check_stored(h5, path, AMBIT_H5_TEXT, stored.width, 1, &stored));
    AMBIT_TRY(ambit_alloc(&text, (size_t)stored.width + 1, 1));
    AMBIT_TRY(read_values(h5, path, set, AMBIT_H5_TEXT, stored.width, 1, text));
done:
    if (set >= 0) (void)H5Dclose(set);
    if (status != AMBIT_OK) ambit_free(&text);
    *out = text;
    return status;
}

#define WHERE_MAX (AMBIT_H5_PATH_MAX + 128)

static ambit_status open_attribute(struct ambit_h5 *h5, const char *object, const char *name,
                                   char where_out[WHERE_MAX], hid_t *attribute_out,
                                   struct stored *stored_out)
{
    (void)snprintf(where_out, WHERE_MAX, "attribute '%s' of %s", name, object);
    *attribute_out = H5Aopen_by_name(h5->file, object, name, H5P_DEFAULT, H5P_DEFAULT);
    if (*attribute_out < 0) return ambit_h5_damaged(h5, where_out, "it is missing or unreadable");
    if (describe(H5Aget_type(*attribute_out), H5Aget_space(*attribute_out), stored_out))
        return AMBIT_OK;
    (void)H5Aclose(*attribute_out);
    *attribute_out = H5I_INVALID_HID;
    return ambit_h5_damaged(h5, where_out, "its type or size cannot be read");
}

ambit_status ambit_h5_get_attribute(struct ambit_h5 *h5, const char *object, const char *name,
                                    enum ambit_h5_kind kind, int64_t width, int64_t count,
                                    void *values_out)
{
    ambit_status status = AMBIT_OK;
    char where[WHERE_MAX];
    struct stored stored = {0};
    const int64_t values = count > 0 ? count : 1;
    const hid_t type = make_type(kind, width, false);
    hid_t attribute = H5I_INVALID_HID;
    AMBIT_TRY(open_attribute(h5, object, name, where, &attribute, &stored));
    AMBIT_TRY(
        check_stored(h5, where, kind, kind == AMBIT_H5_TEXT ? width - 1 : 0, values, &stored));
    if (H5Aread(attribute, type, values_out) < 0)
        AMBIT_TRY(ambit_h5_damaged(h5, where, "it cannot be read"));
    if (!flags_are_flags(kind, values_out, values))
        AMBIT_TRY(ambit_h5_damaged(h5, where, "expected 0 or 1, found another number"));
done:
    if (attribute >= 0) (void)H5Aclose(attribute);
    close_type(type);
    return status;
}
