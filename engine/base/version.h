/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_VERSION_H
#define AMBIT_VERSION_H

#define AMBIT_VERSION "0.1.0"

/* The version, and the start of a hash of the sources: "0.1.0, sources 0a1b2c3d4e5f". Builds of the
 * same sources for debugging or speed have the same, since they draw the same plans. */
extern const char ambit_build[];

#endif
