/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Layers: several plans over the same accounts, each of those that it takes. In the hybrid model an
 * account belongs to the first layer that takes it; layers that overlay each other take theirs
 * whatever the others do.
 */
#ifndef AMBIT_LAYERS_H
#define AMBIT_LAYERS_H

#include "engine/model/filter.h"

#define AMBIT_LAYER_MAX 32       /* layers of a scenario: bits of a mask */
#define AMBIT_LAYER_NAME_MAX 192 /* bytes of a layer's name, with its NUL */

enum ambit_layer_takes {
    AMBIT_TAKES_WHERE, /* accounts that a filter means */
    AMBIT_TAKES_NAMED, /* accounts that a file names */
    AMBIT_TAKES_REST,  /* accounts that no earlier layer takes */
    AMBIT_TAKES_ALL
};

struct ambit_layer {
    char name[AMBIT_LAYER_NAME_MAX];
    enum ambit_layer_takes takes;
    struct ambit_filter where;
    char *file; /* owned; of AMBIT_TAKES_NAMED, relative to the scenario's folder; else NULL */
};

struct ambit_layer_terms {
    int count; /* 0: the scenario has no layers */
    int at;    /* which of them this scenario is, from 0; −1: none, it has the accounts of all */
    bool overlay, refuse_none;
    struct ambit_layer *item; /* owned */
};

void ambit_layers_clear(struct ambit_layer_terms *terms);

/* The layers that an account is in, bit l for layer l, where bit l of `asked` says whether it is
 * one that the filter or the file of layer l means. Local. */
uint32_t ambit_layers_settle(const struct ambit_layer_terms *terms, uint32_t asked);

/* How many layers a mask has, and the first of them, or −1. */
int ambit_layers_count(uint32_t mask);
int ambit_layers_first(uint32_t mask);

#endif
