#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends every account that a nightly plan has moved back, one at a time, and looks what that does.

    nightly_check.py PLAN.h5

For scenarios as assign_check.py knows them. A move must save more than the threshold, or else a band
must be broken without it; the counts of the file must say so.
"""

import sys

import h5py
import numpy as np

from moves_check import Nation


def limits(nation):
    """Parts of the total that the plan's limits are; what is absolute stays as it is."""
    parts = []
    for band in nation.band:
        relative = not band["share_of"] and band["measure"] != "count"
        total = band["target"].sum() if relative else 1.0
        parts.append((band["lower"] / total, band["upper"] / total, relative))
    return parts


def broken(nation, parts, place):
    total = 0.0
    for band, (lower, upper, relative) in zip(nation.band, parts):
        value = nation.load(band["measure"], place)
        whole = value.sum() if relative else 1.0
        if band["share_of"]:
            value = value / nation.load(band["share_of"], place)
        total += np.maximum(np.maximum(lower * whole - value, value - upper * whole), 0).sum()
    return total


def main():
    nation = Nation(sys.argv[1])
    with h5py.File(sys.argv[1]) as f:
        threshold = f.attrs["nightly_hours_per_move"]
        counts = f.attrs["nightly_moved_for_gain"], f.attrs["nightly_moved_for_bands"]
    parts, found = limits(nation), [0, 0]
    assert broken(nation, parts, nation.after) < 1e-6
    for i, (home, now) in enumerate(zip(nation.before, nation.after)):
        if home < 0 or home == now:
            continue
        gains = nation.travel[i, home] - nation.travel[i, now] > threshold
        found[0 if gains else 1] += 1
        place = nation.after.copy()
        place[i] = home
        assert gains or broken(nation, parts, place) > 0, nation.id[i]
    assert tuple(found) == counts, (found, counts)
    print(f"{sum(found)} moves have their reasons")


if __name__ == "__main__":
    main()
