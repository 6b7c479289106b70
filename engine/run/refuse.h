/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What would do about what the rules alone rule out, before a plan is sought. Findings and remedies
 * go to the refusal of the job of single accounts, the same on every rank.
 */
#ifndef AMBIT_REFUSE_H
#define AMBIT_REFUSE_H

#include "engine/model/refusal.h"
#include "engine/run/job.h"

/* The accounts, or groups where the job's are units, `item` of the slice that nobody may serve: the
 * fewest kinds of rules to be relaxed so that all are served, every choice of these; and for groups
 * that they are parted. Collective. */
ambit_status ambit_job_refuse_unserved(struct ambit_job *job, const int32_t *item, int64_t count,
                                       size_t room, char *words_out) AMBIT_CHECKED;

/* Territory j has accounts locked to it that together are more of rule r than `upper` (micro-units,
 * as `has`): the fewest that have to go. Collective. */
ambit_status ambit_job_refuse_locked(struct ambit_job *job, int r, int32_t j, double has,
                                     double upper, size_t room, char *words_out) AMBIT_CHECKED;

/* Accounts that may join territory j have `has` of rule r, where it needs `lower` (NaN: anybody at
 * all): for each kind of rule, how many of those that it alone keeps away would do. Collective. */
ambit_status ambit_job_refuse_few(struct ambit_job *job, int r, int32_t j, double has, double lower,
                                  size_t room, char *words_out) AMBIT_CHECKED;

/* `count` groups that are too much for any territory. Local; the same on every rank. */
ambit_status ambit_job_refuse_heavy(struct ambit_job *job, int64_t count) AMBIT_CHECKED;

/* `asked_km` between `centres` free ones, where there is room for `room_for` at most and `km` is
 * the most that is not ruled out. Local; the same on every rank. */
ambit_status ambit_job_refuse_separation(struct ambit_job *job, int64_t centres, int64_t room_for,
                                         double asked_km, double km, size_t room,
                                         char *words_out) AMBIT_CHECKED;

#endif
