/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What commands do with files and with what came out of a job. Writers check every write; the look
 * ahead here only saves a user from learning of a mistyped folder after the work is done.
 */
#include "engine/base/memory.h"
#include "engine/base/path.h"
#include "engine/cli/cli.h"
#include "io/farm_hdf5.h"
#include "io/report.h"
#include "io/report_kpi.h"
#include "io/report_refusal.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ambit_status ambit_output_check(const char *path, const char *input_path)
{
    ambit_status status = AMBIT_OK;
    char *folder = NULL;
    struct stat there;
    AMBIT_TRY(ambit_path_folder(path, &folder));
    if (stat(folder, &there) != 0 || (S_ISDIR(there.st_mode) && access(folder, W_OK | X_OK) != 0)) {
        status = ambit_fail(AMBIT_ERR_IO, "cannot write %s: cannot use the folder %s: %s", path,
                            folder, strerror(errno));
    } else if (!S_ISDIR(there.st_mode)) {
        status = ambit_fail(AMBIT_ERR_IO, "cannot write %s: %s is not a folder", path, folder);
    } else if (stat(path, &there) == 0) {
        if (!S_ISREG(there.st_mode))
            status = ambit_fail(AMBIT_ERR_IO, "cannot write %s: it is not a regular file", path);
        else if (ambit_farm_is_in(input_path, path))
            status = ambit_fail(AMBIT_ERR_IO, "cannot write %s: it is the file to be read", path);
    }
done:
    ambit_free(&folder);
    return status;
}

ambit_status ambit_outputs_check(int count, const char *const *paths, int input_count,
                                 const char *const *inputs)
{
    ambit_status status = AMBIT_OK;
    for (int p = 0; p < count && status == AMBIT_OK; p++) {
        if (paths[p] == NULL) continue;
        for (int i = 0; i < input_count && status == AMBIT_OK; i++)
            if (inputs[i] != NULL) status = ambit_output_check(paths[p], inputs[i]);
        for (int q = 0; q < p && status == AMBIT_OK; q++)
            if (paths[q] != NULL && strcmp(paths[p], paths[q]) == 0)
                status = ambit_fail(AMBIT_ERR_USAGE, "cannot write %s twice: name another file",
                                    paths[p]);
    }
    return status;
}

ambit_status ambit_output_agree(struct ambit_comm *comm, const char *path, const char *input_path)
{
    const bool looks = ambit_comm_rank(comm) == 0 && path != NULL;
    return AMBIT_AGREE(comm, looks ? ambit_output_check(path, input_path) : AMBIT_OK);
}

ambit_status ambit_output_name(const char *scenario_path, const char *variant, char **out)
{
    const char *const slash = strrchr(scenario_path, '/');
    const char *const name = slash == NULL ? scenario_path : slash + 1;
    const char *const dot = strrchr(name, '.');
    const size_t bytes = dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name);
    const size_t room = bytes + sizeof "-.h5" + (variant != NULL ? strlen(variant) : 0);
    const ambit_status status = ambit_alloc(out, room, 1);
    if (status != AMBIT_OK) return status;
    (void)snprintf(*out, room, "%.*s%s%s.h5", (int)bytes, name, variant != NULL ? "-" : "",
                   variant != NULL ? variant : "");
    for (char *c = *out; *c != '\0'; c++)
        if (*c == ' ' || *c == '/') *c = '_';
    return AMBIT_OK;
}

/* The summary goes to standard output only where nothing else does: programs read that stream. */
static ambit_status print_result(const struct ambit_result *result, const char *path,
                                 const struct ambit_options *options)
{
    ambit_log_finish();
    FILE *const people = path == NULL && !options->json ? stdout : stderr;
    if (!options->quiet) ambit_report_summary(people, result, path);
    if (options->table) ambit_report_kpi_table(people, result);
    if (options->json) return ambit_report_json(stdout, result, path);
    if (path != NULL) printf("%s\n", path);
    return AMBIT_OK;
}

ambit_status ambit_output_refusal(ambit_status status, const struct ambit_refusal *refusal,
                                  const struct ambit_options *options)
{
    if (refusal == NULL || !options->json) return status;
    const ambit_status printed = ambit_report_refusal_json(stdout, refusal);
    return status == AMBIT_OK ? printed : status;
}

ambit_status ambit_job_do(struct ambit_comm *comm, ambit_job *job,
                          const struct ambit_run_options *run, const struct ambit_options *options)
{
    ambit_status status = AMBIT_OK;
    struct ambit_result result;
    ambit_result_init(&result);
    const bool speaks = ambit_comm_rank(comm) == 0;
    AMBIT_TRY(ambit_output_agree(comm, run->result_path, run->scenario_path));
    status = job(comm, run, &result);
    /* A plan that breaks a band is shown as well: it says by how much. What was refused before
     * there was a plan has none. */
    const bool broken = status == AMBIT_ERR_INFEASIBLE && result.territory_count > 0;
    if (speaks && (status == AMBIT_OK || broken)) {
        const ambit_status printed = print_result(&result, run->result_path, options);
        if (status == AMBIT_OK) status = printed;
    }
    if (speaks) status = ambit_output_refusal(status, result.refusal, options);
done:
    ambit_result_clear(&result);
    return status;
}
