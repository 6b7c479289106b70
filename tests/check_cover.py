#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds gaps and overlaps of an alignment by brute force, and compares them with an audit's JSON.

    check_cover.py FOLDER AUDIT.json RESULT.h5 [TABLE.csv]

FOLDER is one of make_nation.py; the alignment is its current one, or that of TABLE.csv with the
columns account_id and territory, in any rows. RESULT.h5 is the same audit, which has the centres.
Prints each difference.
"""

import csv
import json
import math
import sys

import h5py


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def kilometres(a, b):
    lat, lon, other_lat, other_lon = map(math.radians, (*a, *b))
    half = math.sin((lat - other_lat) / 2) ** 2
    half += math.cos(lat) * math.cos(other_lat) * math.sin((lon - other_lon) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(half))


def main():
    folder, audit_path, result_path = sys.argv[1:4]
    whole = json.loads(open(audit_path, encoding="utf-8").read())
    audit = whole["audit"]
    accounts = {row["account_id"]: row for row in rows_of(folder + "/accounts.csv")}
    with h5py.File(result_path) as file:
        names = [name.decode() for name in file["/territories/name"][:]]
        reps = [name.decode() for name in file["/territories/rep_id"][:]]
        centres = list(zip(file["/territories/centre_lat"][:], file["/territories/centre_lon"][:]))
        stored = dict(
            zip(
                (name.decode() for name in file["/accounts/account_id"][:]),
                (names[j] for j in file["/accounts/territory"][:]),
            )
        )
    faults = 0

    def same(what, expected, found):
        nonlocal faults
        if expected == found:
            return
        if isinstance(expected, float) and abs(expected - found) <= 1e-6 * max(1, abs(expected)):
            return
        faults += 1
        print(f"{what}: expected {expected}, found {found}")

    claims = {name: set() for name in accounts}
    is_unknown = set()
    table = rows_of(sys.argv[4]) if len(sys.argv) > 4 else accounts.values()
    for row in table:
        name, account = row["territory"], row["account_id"]
        if account not in accounts or name == "":
            continue
        if name not in names and name in reps:
            name = names[reps.index(name)]
        if name in names:
            claims[account].add(name)
        else:
            is_unknown.add(account)
    gaps = [name for name in accounts if not claims[name]]
    overlaps = [name for name in accounts if len(claims[name]) > 1]

    same("gaps", len(gaps), audit["gaps"])
    same("overlaps", len(overlaps), audit["overlaps"])
    same("accounts in the plan", len(accounts) - len(gaps), whole["accounts"])
    same("feasible with them", True, whole["status"] == "infeasible" or not gaps + overlaps)
    same("stored plan", {n: min(c) for n, c in claims.items() if c}, stored)
    work = lambda name: float(accounts[name]["workload"])
    potential = lambda name: float(accounts[name]["potential"])
    for key, members in (("in_none", gaps), ("in_several", overlaps)):
        found = audit[key]
        same(f"{key} accounts", len(members), found["accounts"])
        same(f"{key} work", math.fsum(map(work, members)), found["work_hours"])
        same(f"{key} potential", math.fsum(map(potential, members)), found["potential"])
        # Ties of both are in the order of the curve, which is not known here.
        heaviest = sorted(((work(n), potential(n)) for n in members), reverse=True)[:20]
        listed = [(e["work_hours"], e["potential"]) for e in found["listed"]]
        same(f"{key} listed", heaviest, listed)
        same(f"{key} once each", len(listed), len({e["account"] for e in found["listed"]}))
        for entry in found["listed"]:
            name = entry["account"]
            same(f"{key} {name}", True, name in members)
            same(f"{key} {name} work", work(name), entry["work_hours"])
            if key == "in_several":
                same(f"{name} claims", len(claims[name]), entry["claims"])
                same(f"{name} territories", sorted(claims[name])[:8], entry["territories"])
                continue
            place = float(accounts[name]["lat"]), float(accounts[name]["lon"])
            ways = [kilometres(place, centre) for centre in centres]
            same(f"{name} nearest", names[ways.index(min(ways))], entry["nearest"])
            same(f"{name} way", min(ways), entry["nearest_km"])
            same(f"{name} unknown", name in is_unknown, entry["unknown_territory"])
    same("unknown", len(is_unknown & set(gaps)), audit["in_none"]["unknown_territory"])
    kinds = [t["kind"] for t in audit["triggers"]][:2]
    wanted = ["gaps"] * bool(gaps) + ["overlaps"] * bool(overlaps)
    same("triggers", wanted, [kind for kind in kinds if kind in ("gaps", "overlaps")])
    return faults > 0


if __name__ == "__main__":
    sys.exit(main())
