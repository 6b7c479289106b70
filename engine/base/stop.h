/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A wish from outside that the process end soon, with what it has done kept: SIGTERM, SIGINT
 * (Ctrl-C), and SIGUSR1, which mpirun hands on to its ranks where it would kill them for the other
 * two. A signal leaves a mark and nothing else; who works looks at it where it is safe to stop.
 */
#ifndef AMBIT_STOP_H
#define AMBIT_STOP_H

/* From here on these signals leave a mark; those that the process was started to ignore stay
 * ignored. A second SIGINT ends the process at once. Called once, by one thread. Local. */
void ambit_stop_listen(void);

/* The number of the signal that has come, or 0. Local. */
int ambit_stop_signal(void);

/* From here on a process whose mapped input is cut short under it, or lost with its file server,
 * says so and ends with 1, in place of dying of a bus error. Local. */
void ambit_stop_tell_lost_input(void);

#endif
