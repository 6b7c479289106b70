/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_LAUNCHER_H
#define AMBIT_LAUNCHER_H

/* Where Open MPI's mpirun or its daemon on this host has started this process, leaves a process
 * behind that ends it, should it still be there ten seconds from now, and that then ends itself.
 * Other parents, such as a shell or Slurm's, are left alone. Called where the job is over. Local.
 */
void ambit_launcher_end_later(void);

/* The rank that a launcher (mpirun, or srun with PMIx) has given this process; −1 where none that
 * names it has started us. Local. */
int ambit_launcher_rank(void);

#endif
