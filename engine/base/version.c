/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "engine/base/version.h"

#ifndef AMBIT_SOURCES /* built by something else than the Makefile */
#define AMBIT_SOURCES "unknown"
#endif

const char ambit_build[] = AMBIT_VERSION ", sources " AMBIT_SOURCES;
