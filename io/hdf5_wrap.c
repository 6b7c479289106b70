/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HDF5 behind a few calls. Format version 1.10 on both ends: its headers, links and chunk indices
 * carry checksums, and with fletcher32 on every chunk a flipped bit is an error, not a number.
 * Strings have a fixed length, fitted to the longest value. The library's own error stack is kept
 * silent; its innermost words are quoted in ours.
 *
 * Files go through a driver of our own. HDF5 1.10 crashes in H5Fclose() where a write fails: the
 * driver keeps the first error for us and tells HDF5 that all went well, so that it closes in peace
 * a file that is then thrown away. And the driver has no locks, which NFS and Lustre may refuse:
 * HDF5's own take them where HDF5_USE_FILE_LOCKING says so, whatever is asked through the API. Long
 * columns come and go in slices, so that only these and a chunk or two are in memory. The weakness:
 * one process compresses all.
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
#define DEFLATE_LEVEL 1 /* 4 takes half as long again, and saves a fortieth */

struct ambit_h5 {
    hid_t file;
    hid_t here;                   /* the file, or the group that stands for its root */
    hid_t links;                  /* creation properties: names are UTF-8 */
    hid_t driver;                 /* ours, registered for this file */
    const char *noun;             /* what a file that is read should be, for messages */
    char *path;                   /* owned */
    struct ambit_atomic_file out; /* empty for a file that is read */
    int descriptor;               /* −1 before it is open */
    int write_error;              /* errno of the first write of a new file that failed */
    bool out_of_memory;           /* in the driver; the message is stored */
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
    if (h5->write_error != 0)
        return ambit_fail(AMBIT_ERR_IO, "cannot write %s: %s", h5->path, strerror(h5->write_error));
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
    return ambit_fail(AMBIT_ERR_INPUT, "%s: damaged %s: %s: %s", h5->path, h5->noun, where, what);
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

/* A path as HDF5 knows it from the root, or from the group that stands for it. */
static const char *within(const char *path)
{
    if (path[0] != '/') return path;
    return path[1] == '\0' ? "." : path + 1;
}

static void leave_root(struct ambit_h5 *h5)
{
    if (h5->here != h5->file && h5->here >= 0) (void)H5Gclose(h5->here);
    h5->here = h5->file;
}

ambit_status ambit_h5_set_root(struct ambit_h5 *h5, const char *group)
{
    leave_root(h5);
    if (group == NULL) return AMBIT_OK;
    h5->here = H5Gopen2(h5->file, within(group), H5P_DEFAULT);
    if (h5->here >= 0) return AMBIT_OK;
    h5->here = h5->file;
    return ambit_h5_damaged(h5, group, "the group is missing or unreadable");
}

/* --- the driver --------------------------------------------------------------- */

/* What HDF5 knows of an open file: its own part stands first. */
struct driven {
    H5FD_t known;
    struct ambit_h5 *h5; /* borrowed */
    haddr_t allocated, end;
};

static H5FD_t *driver_open(const char *name, unsigned flags, hid_t access, haddr_t most)
{
    struct ambit_h5 *const *const h5 = H5Pget_driver_info(access);
    struct driven *file = NULL;
    struct stat there;
    (void)name, (void)flags, (void)most;
    if (h5 == NULL || fstat((*h5)->descriptor, &there) != 0) return NULL;
    (*h5)->out_of_memory = ambit_alloc(&file, 1, sizeof *file) != AMBIT_OK;
    if (file == NULL) return NULL;
    file->h5 = *h5;
    file->end = (haddr_t)there.st_size;
    return &file->known;
}

static herr_t driver_close(H5FD_t *known)
{
    ambit_free(&known);
    return 0;
}

static herr_t driver_query(const H5FD_t *known, unsigned long *features)
{
    (void)known;
    *features = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA |
                H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA;
    return 0;
}

static haddr_t driver_allocated(const H5FD_t *known, H5FD_mem_t type)
{
    (void)type;
    return ((const struct driven *)known)->allocated;
}

static herr_t driver_allocate(H5FD_t *known, H5FD_mem_t type, haddr_t allocated)
{
    (void)type;
    ((struct driven *)known)->allocated = allocated;
    return 0;
}

static haddr_t driver_end(const H5FD_t *known, H5FD_mem_t type)
{
    (void)type;
    return ((const struct driven *)known)->end;
}

/* What lies behind the end, or was never written, is zeros. */
static herr_t driver_read(H5FD_t *known, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t bytes,
                          void *out)
{
    const struct ambit_h5 *const h5 = ((struct driven *)known)->h5;
    char *to = out;
    (void)type, (void)transfer;
    while (bytes > 0) {
        const ssize_t some = pread(h5->descriptor, to, bytes, (off_t)at);
        if (some < 0 && errno == EINTR) continue;
        if (some < 0) return -1;
        if (some == 0) break;
        to += some;
        at += (haddr_t)some;
        bytes -= (size_t)some;
    }
    memset(to, 0, bytes);
    return 0;
}

static herr_t driver_write(H5FD_t *known, H5FD_mem_t type, hid_t transfer, haddr_t at, size_t bytes,
                           const void *data)
{
    struct driven *const file = (struct driven *)known;
    struct ambit_h5 *const h5 = file->h5;
    const char *from = data;
    (void)type, (void)transfer;
    if (at + bytes > file->end) file->end = at + bytes;
    while (bytes > 0 && h5->write_error == 0) {
        const ssize_t some = pwrite(h5->descriptor, from, bytes, (off_t)at);
        if (some < 0 && errno == EINTR) continue;
        if (some <= 0) {
            h5->write_error = some < 0 ? errno : ENOSPC;
            break;
        }
        from += some;
        at += (haddr_t)some;
        bytes -= (size_t)some;
    }
    return 0;
}

/* Space that was allocated last and never written belongs to the file as well. */
static herr_t driver_truncate(H5FD_t *known, hid_t transfer, hbool_t closing)
{
    struct driven *const file = (struct driven *)known;
    (void)transfer, (void)closing;
    if (file->h5->write_error == 0 && file->end != file->allocated &&
        ftruncate(file->h5->descriptor, (off_t)file->allocated) != 0)
        file->h5->write_error = errno;
    file->end = file->allocated;
    return 0;
}

static const H5FD_class_t driver_class = {
    .name = "ambit",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(struct ambit_h5 *),
    .open = driver_open,
    .close = driver_close,
    .query = driver_query,
    .get_eoa = driver_allocated,
    .set_eoa = driver_allocate,
    .get_eof = driver_end,
    .read = driver_read,
    .write = driver_write,
    .truncate = driver_truncate,
    .fl_map = H5FD_FLMAP_SINGLE,
};

static bool set_driver(hid_t access, struct ambit_h5 *h5)
{
    h5->driver = H5FDregister(&driver_class);
    return h5->driver >= 0 && H5Pset_driver(access, h5->driver, &h5) >= 0;
}

/* How a file is opened; negative on failure. */
static hid_t make_access(struct ambit_h5 *h5)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    /* Strong: closing the file closes whatever is open in it. */
    if (access >= 0 && set_driver(access, h5) &&
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0)
        return access;
    if (access >= 0) (void)H5Pclose(access);
    return H5I_INVALID_HID;
}

static ambit_status begin(const char *path, const char *noun, struct ambit_h5 **out)
{
    *out = NULL;
    struct ambit_h5 *h5 = NULL;
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(ambit_alloc(&h5, 1, sizeof *h5));
    h5->file = h5->here = h5->links = h5->driver = H5I_INVALID_HID;
    h5->descriptor = -1;
    h5->noun = noun;
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

/* Makes an HDF5 file of the descriptor that is open. */
static ambit_status make_file(struct ambit_h5 *h5)
{
    ambit_status status = AMBIT_OK;
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = make_access(h5);
    h5->links = H5Pcreate(H5P_LINK_CREATE);
    if (creation < 0 || access < 0 || h5->links < 0 ||
        H5Pset_obj_track_times(creation, false) < 0 ||
        H5Pset_char_encoding(h5->links, H5T_CSET_UTF8) < 0)
        AMBIT_TRY(write_failed(h5, "its properties"));
    h5->file = h5->here = H5Fcreate(h5->path, H5F_ACC_TRUNC, creation, access);
    if (h5->file < 0) AMBIT_TRY(write_failed(h5, "opening"));
done:
    if (creation >= 0) (void)H5Pclose(creation);
    if (access >= 0) (void)H5Pclose(access);
    return status;
}

ambit_status ambit_h5_create(const char *path, struct ambit_h5 **out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(begin(path, "file", out));
    struct ambit_h5 *const h5 = *out;
    AMBIT_TRY(ambit_atomic_file_open(path, &h5->out));
    h5->descriptor = open(h5->out.temporary_path, O_RDWR | O_CLOEXEC);
    if (h5->descriptor < 0) {
        status = ambit_fail(AMBIT_ERR_IO, "cannot write %s: %s", path, strerror(errno));
        goto done;
    }
    AMBIT_TRY(make_file(h5));
done:
    if (status != AMBIT_OK) ambit_h5_destroy(out);
    return status;
}

ambit_status ambit_h5_create_scratch(struct ambit_h5 **out)
{
    ambit_status status = AMBIT_OK;
    AMBIT_TRY(begin("a scratch file", "file", out));
    FILE *const scratch = tmpfile(); /* which has no name */
    if (scratch != NULL) {
        (*out)->descriptor = dup(fileno(scratch));
        (void)fclose(scratch);
    }
    if ((*out)->descriptor < 0) {
        status = ambit_fail(AMBIT_ERR_IO, "cannot write a scratch file: %s", strerror(errno));
        goto done;
    }
    AMBIT_TRY(make_file(*out));
done:
    if (status != AMBIT_OK) ambit_h5_destroy(out);
    return status;
}

/* Opens the file without HDF5, which has no words for people. */
static ambit_status open_file(struct ambit_h5 *h5)
{
    struct stat there;
    h5->descriptor = open(h5->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (h5->descriptor < 0 || fstat(h5->descriptor, &there) != 0)
        return ambit_fail(AMBIT_ERR_IO, "cannot open %s: %s", h5->path, strerror(errno));
    if (S_ISREG(there.st_mode)) return AMBIT_OK;
    return ambit_fail(AMBIT_ERR_IO, "cannot open %s: expected a%s %s file, found %s", h5->path,
                      h5->noun[0] == 'a' ? "n" : "", h5->noun,
                      S_ISDIR(there.st_mode) ? "a directory" : "something else than a file");
}

ambit_status ambit_h5_open(const char *path, const char *noun, struct ambit_h5 **out)
{
    ambit_status status = AMBIT_OK;
    hid_t access = H5I_INVALID_HID;
    AMBIT_TRY(begin(path, noun, out));
    AMBIT_TRY(open_file(*out));
    if (H5Fis_hdf5(path) <= 0) {
        status =
            ambit_fail(AMBIT_ERR_INPUT, "%s: expected a%s %s file (HDF5), found something else",
                       path, noun[0] == 'a' ? "n" : "", noun);
        goto done;
    }
    access = make_access(*out);
    if (access >= 0) (*out)->file = H5Fopen(path, H5F_ACC_RDONLY, access);
    (*out)->here = (*out)->file;
    if ((*out)->out_of_memory)
        status = AMBIT_ERR_MEMORY;
    else if ((*out)->file < 0)
        status =
            ambit_fail(AMBIT_ERR_INPUT, "%s: the file is cut off or damaged; write it again", path);
done:
    if (access >= 0) (void)H5Pclose(access);
    if (status != AMBIT_OK) ambit_h5_destroy(out);
    return status;
}

ambit_status ambit_h5_commit(struct ambit_h5 **h5)
{
    ambit_status status = AMBIT_OK;
    const hid_t file = (*h5)->file;
    leave_root(*h5);
    (*h5)->file = (*h5)->here = H5I_INVALID_HID;
    if (H5Fclose(file) < 0 || (*h5)->write_error != 0)
        status = write_failed(*h5, "closing");
    else
        status = ambit_atomic_file_commit(&(*h5)->out);
    ambit_h5_destroy(h5);
    return status;
}

void ambit_h5_destroy(struct ambit_h5 **h5)
{
    if (*h5 == NULL) return;
    leave_root(*h5);
    if ((*h5)->file >= 0) (void)H5Fclose((*h5)->file);
    if ((*h5)->links >= 0) (void)H5Pclose((*h5)->links);
    if ((*h5)->driver >= 0) (void)H5FDunregister((*h5)->driver);
    if ((*h5)->descriptor >= 0) (void)close((*h5)->descriptor);
    ambit_atomic_file_abandon(&(*h5)->out);
    ambit_free(&(*h5)->path);
    ambit_free(h5);
}

ambit_status ambit_h5_put_group(struct ambit_h5 *h5, const char *group)
{
    ambit_status status = AMBIT_OK;
    const hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    hid_t made = H5I_INVALID_HID;
    if (creation >= 0 && H5Pset_obj_track_times(creation, false) >= 0)
        made = H5Gcreate2(h5->here, within(group), h5->links, creation, H5P_DEFAULT);
    if (made < 0) status = write_failed(h5, group);
    if (made >= 0) (void)H5Gclose(made);
    if (creation >= 0) (void)H5Pclose(creation);
    return status;
}

/* The largest power of two of values of `bytes` bytes that fill no more than a chunk: slices of any
 * column then end where chunks do. */
static int64_t chunk_rows(int64_t bytes)
{
    int64_t rows = AMBIT_H5_SLICE;
    while (rows > 1 && rows * bytes > CHUNK_BYTES)
        rows /= 2;
    return rows;
}

/* Creation properties of a dataset of `count` values; one without values cannot have chunks. */
static hid_t make_layout(int64_t count, int64_t value_bytes, bool deflates)
{
    const hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
    if (layout < 0 || H5Pset_obj_track_times(layout, false) < 0) return layout;
    if (count == 0) return layout;
    const int64_t most = chunk_rows(value_bytes);
    const hsize_t rows = (hsize_t)(count < most ? count : most);
    (void)H5Pset_chunk(layout, 1, &rows);
    (void)H5Pset_fill_time(layout, H5D_FILL_TIME_NEVER);
    if (deflates && H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0) {
        (void)H5Pset_shuffle(layout);
        (void)H5Pset_deflate(layout, DEFLATE_LEVEL);
    }
    (void)H5Pset_fletcher32(layout);
    return layout;
}

/* Makes a dataset: `count` values in one dimension, or a scalar where count is −1; and fills it
 * where there is data. */
static ambit_status put_dataset(struct ambit_h5 *h5, const char *path,
                                const struct ambit_h5_column *column)
{
    const enum ambit_h5_kind kind = column->kind;
    const int64_t count = column->count, width = column->width;
    const hsize_t dims = (hsize_t)(count < 0 ? 1 : count);
    const bool is_fitted = kind == AMBIT_H5_TEXT && (column->data != NULL || count == 0);
    const int64_t file_width = is_fitted ? fitted_width(column->data, width, (int64_t)dims) : width;
    const hid_t file_type = make_type(kind, file_width, true);
    const hid_t memory_type = make_type(kind, width, false);
    const hid_t space = count < 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &dims, NULL);
    const hid_t layout =
        make_layout(count < 0 ? 0 : count, (int64_t)H5Tget_size(file_type), !column->plain);
    const hid_t set =
        H5Dcreate2(h5->here, within(path), file_type, space, h5->links, layout, H5P_DEFAULT);
    ambit_status status = AMBIT_OK;
    if (set < 0 || (count != 0 && column->data != NULL &&
                    H5Dwrite(set, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, column->data) < 0))
        status = write_failed(h5, path);
    if (set >= 0 && H5Dclose(set) < 0 && status == AMBIT_OK) status = write_failed(h5, path);
    if (status == AMBIT_OK && h5->write_error != 0) status = write_failed(h5, path);
    if (layout >= 0) (void)H5Pclose(layout);
    close_space(space);
    close_type(memory_type);
    close_type(file_type);
    return status;
}

/* The values [first, first + count) of a dataset. */
static hid_t select_slice(hid_t set, int64_t first, int64_t count)
{
    const hsize_t start = (hsize_t)first, rows = (hsize_t)count;
    const hid_t space = H5Dget_space(set);
    if (space >= 0 && H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &rows, NULL) >= 0)
        return space;
    close_space(space);
    return H5I_INVALID_HID;
}

ambit_status ambit_h5_put_slice(struct ambit_h5 *h5, const char *path, enum ambit_h5_kind kind,
                                int64_t width, int64_t first, int64_t count, const void *data)
{
    ambit_status status = AMBIT_OK;
    const hsize_t rows = (hsize_t)count;
    const hid_t set = H5Dopen2(h5->here, within(path), H5P_DEFAULT);
    const hid_t type = make_type(kind, width, false), memory = H5Screate_simple(1, &rows, NULL);
    const hid_t file = set >= 0 ? select_slice(set, first, count) : H5I_INVALID_HID;
    AMBIT_REQUIRE(first % AMBIT_H5_SLICE == 0);
    if (file < 0 || H5Dwrite(set, type, memory, file, H5P_DEFAULT, data) < 0)
        status = write_failed(h5, path);
    close_space(file);
    close_space(memory);
    close_type(type);
    if (set >= 0 && H5Dclose(set) < 0 && status == AMBIT_OK) status = write_failed(h5, path);
    if (status == AMBIT_OK && h5->write_error != 0) status = write_failed(h5, path);
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
    const int64_t some = count < AMBIT_H5_SLICE ? count : AMBIT_H5_SLICE;
    AMBIT_TRY(ambit_alloc(&index, (size_t)some, sizeof *index));
    AMBIT_TRY(
        put_dataset(h5, path, &(struct ambit_h5_column){.kind = AMBIT_H5_I64, .count = count}));
    for (int64_t first = 0; first < count; first += some) {
        const int64_t rows = count - first < some ? count - first : some;
        for (int64_t i = 0; i < rows; i++)
            index[i] = first + i;
        AMBIT_TRY(ambit_h5_put_slice(h5, path, AMBIT_H5_I64, 0, first, rows, index));
    }
    AMBIT_TRY(put_words(h5, path, "1", long_name));
    const hid_t set = H5Dopen2(h5->here, within(path), H5P_DEFAULT);
    if (set < 0 || H5DSset_scale(set, strrchr(path, '/') + 1) < 0) status = write_failed(h5, path);
    if (set >= 0) (void)H5Dclose(set);
done:
    ambit_free(&index);
    return status;
}

static ambit_status attach_scale(struct ambit_h5 *h5, const char *path, const char *scale)
{
    ambit_status status = AMBIT_OK;
    const hid_t set = H5Dopen2(h5->here, within(path), H5P_DEFAULT);
    const hid_t along = H5Dopen2(h5->here, within(scale), H5P_DEFAULT);
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
    AMBIT_TRY(put_dataset(h5, path, column));
    AMBIT_TRY(put_words(h5, path, units, column->long_name));
    if (column->micro)
        AMBIT_TRY(ambit_h5_put_attribute(h5, path, "scale", AMBIT_H5_F64, 0, 0, &micro));
    if (column->scale != NULL) AMBIT_TRY(attach_scale(h5, path, column->scale));
done:
    return status;
}

ambit_status ambit_h5_put_text(struct ambit_h5 *h5, const char *path, const char *text,
                               const char *long_name)
{
    ambit_status status = AMBIT_OK;
    const int64_t width = (int64_t)strlen(text);
    AMBIT_TRY(put_dataset(
        h5, path,
        &(struct ambit_h5_column){
            .kind = AMBIT_H5_TEXT, .width = width > 0 ? width : 1, .count = -1, .data = text}));
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
    const hid_t attribute = H5Acreate_by_name(h5->here, within(object), name, file_type, space,
                                              H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
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
    return H5Lexists(h5->here, within(path), H5P_DEFAULT) > 0;
}

bool ambit_h5_has_attribute(struct ambit_h5 *h5, const char *object, const char *name)
{
    return H5Aexists_by_name(h5->here, within(object), name, H5P_DEFAULT) > 0;
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
    *set_out = H5Dopen2(h5->here, within(path), H5P_DEFAULT);
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

/* --- datasets that anyone may have written ----------------------------------- */

bool ambit_h5_look(struct ambit_h5 *h5, const char *path, struct ambit_h5_shape *out)
{
    *out = (struct ambit_h5_shape){.words = "another type"};
    const hid_t set = H5Dopen2(h5->here, within(path), H5P_DEFAULT);
    if (set < 0) return false;
    const hid_t type = H5Dget_type(set), space = H5Dget_space(set);
    const H5T_class_t class = type >= 0 ? H5Tget_class(type) : H5T_NO_CLASS;
    const bool is_endless = class == H5T_STRING && H5Tis_variable_str(type) != 0;
    out->is_number = class == H5T_INTEGER || class == H5T_FLOAT;
    out->is_text = class == H5T_STRING && !is_endless;
    out->words = is_endless ? "text of variable length" : class_words(class);
    out->width = out->is_text ? (int64_t)H5Tget_size(type) : 0;
    out->dimensions = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
    out->count = space >= 0 ? (int64_t)H5Sget_simple_extent_npoints(space) : -1;
    close_space(space);
    close_type(type);
    (void)H5Dclose(set);
    return true;
}

struct visitor {
    void (*visit)(void *self, const char *name);
    void *self;
};

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *info, void *visitor)
{
    const struct visitor *const to = visitor;
    (void)group, (void)info;
    to->visit(to->self, name);
    return 0;
}

void ambit_h5_each_name(struct ambit_h5 *h5, void (*visit)(void *self, const char *name),
                        void *self)
{
    struct visitor visitor = {visit, self};
    (void)H5Literate(h5->here, H5_INDEX_NAME, H5_ITER_INC, NULL, visit_link, &visitor);
}

/* Reads as `type`, and closes it; negative: the dataset's own, padded with NUL. */
static ambit_status get_slice(struct ambit_h5 *h5, const char *path, hid_t type, int64_t first,
                              int64_t count, void *values_out)
{
    ambit_status status = AMBIT_OK;
    const hsize_t rows = (hsize_t)count;
    const hid_t set = H5Dopen2(h5->here, within(path), H5P_DEFAULT);
    const hid_t file = set >= 0 ? select_slice(set, first, count) : H5I_INVALID_HID;
    const hid_t memory = H5Screate_simple(1, &rows, NULL);
    if (type < 0 && set >= 0) {
        type = H5Dget_type(set); /* character sets are not converted, so it keeps its own */
        if (type >= 0) (void)H5Tset_strpad(type, H5T_STR_NULLPAD);
    }
    if (set < 0 || file < 0 || memory < 0 || type < 0)
        status = ambit_h5_damaged(h5, path, "the dataset is missing or unreadable");
    else if (H5Dread(set, type, memory, file, H5P_DEFAULT, values_out) < 0)
        status = ambit_h5_damaged(h5, path, "its bytes are cut off or do not match their checksum");
    close_type(type);
    close_space(memory);
    close_space(file);
    if (set >= 0) (void)H5Dclose(set);
    return status;
}

ambit_status ambit_h5_get_numbers(struct ambit_h5 *h5, const char *path, int64_t first,
                                  int64_t count, double *values_out)
{
    return get_slice(h5, path, H5Tcopy(H5T_NATIVE_DOUBLE), first, count, values_out);
}

ambit_status ambit_h5_get_texts(struct ambit_h5 *h5, const char *path, int64_t width, int64_t first,
                                int64_t count, char *values_out)
{
    AMBIT_REQUIRE(width > 0);
    return get_slice(h5, path, H5I_INVALID_HID, first, count, values_out);
}

#define WHERE_MAX (AMBIT_H5_PATH_MAX + 128)

static ambit_status open_attribute(struct ambit_h5 *h5, const char *object, const char *name,
                                   char where_out[WHERE_MAX], hid_t *attribute_out,
                                   struct stored *stored_out)
{
    (void)snprintf(where_out, WHERE_MAX, "attribute '%s' of %s", name, object);
    *attribute_out = H5Aopen_by_name(h5->here, within(object), name, H5P_DEFAULT, H5P_DEFAULT);
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
