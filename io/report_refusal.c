/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why no plan was sought, for programs: findings, and the steps that would do about each.
 */
#include "io/report_refusal.h"
#include "io/report_json.h"

#include <jansson.h>
#include <math.h>

static json_t *name_or_null(const char *name)
{
    return name[0] != '\0' ? ambit_json_text(name) : json_null();
}

static json_t *number_or_null(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *finding_json(const struct ambit_finding *f)
{
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:I, s:o, s:o}", "reason",
                     ambit_reason_name((int)f->reason), "territory", name_or_null(f->territory),
                     "other", name_or_null(f->other), "measure", name_or_null(f->measure),
                     "account", name_or_null(f->account), "accounts", (json_int_t)f->accounts,
                     "has", number_or_null(f->has), "limit", number_or_null(f->limit));
}

static json_t *remedy_json(const struct ambit_refusal_remedy *r)
{
    const struct ambit_opening *const o = &r->opening;
    return json_pack("{s:i, s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:s}", "finding",
                     (int)r->finding, "set", (int)r->set, "rule", ambit_relaxed_name(o->what),
                     "territory", name_or_null(r->territory), "measure", name_or_null(r->measure),
                     "was", number_or_null(o->was), "limit", number_or_null(o->limit), "unit",
                     name_or_null(o->unit), "accounts", (json_int_t)o->accounts, "of",
                     (json_int_t)o->of, "words", r->text);
}

json_t *ambit_findings_json(const struct ambit_finding *finding, int32_t count)
{
    json_t *const findings = json_array();
    bool good = findings != NULL;
    for (int32_t n = 0; n < count && good; n++)
        good = json_array_append_new(findings, finding_json(&finding[n])) == 0;
    if (good) return findings;
    json_decref(findings);
    return NULL;
}

json_t *ambit_refusal_json(const struct ambit_refusal *refusal)
{
    if (refusal == NULL) return NULL;
    json_t *const findings = ambit_findings_json(refusal->finding, refusal->finding_count);
    json_t *const remedies = json_array();
    bool good = findings != NULL && remedies != NULL;
    for (int32_t n = 0; n < refusal->remedy_count && good; n++)
        good = json_array_append_new(remedies, remedy_json(&refusal->remedy[n])) == 0;
    if (good) return json_pack("{s:o, s:o}", "findings", findings, "remedies", remedies);
    json_decref(findings);
    json_decref(remedies);
    return NULL;
}

ambit_status ambit_report_refusal_json(FILE *file, const struct ambit_refusal *refusal)
{
    return ambit_json_print(file, json_pack("{s:o}", "refused", ambit_refusal_json(refusal)));
}
