/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef AMBIT_VERSION_H
#define AMBIT_VERSION_H

#define AMBIT_VERSION "0.1.0"

#endif
