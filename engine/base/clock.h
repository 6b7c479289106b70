/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_CLOCK_H
#define AMBIT_CLOCK_H

/* Seconds from an arbitrary start; for logs only, never for decisions that shape a plan. */
double ambit_seconds(void);

#endif
