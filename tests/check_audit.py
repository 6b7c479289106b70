#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recomputes the figures of an audit from the tables and compares them with its JSON.

    check_audit.py FOLDER AUDIT.json [ASSIGNMENTS.csv]

FOLDER is one of make_nation.py with the columns that cli_audit.sh adds; the plan is the current
one, or that of ASSIGNMENTS.csv, which has the accounts in the canonical order. Only sums of columns, quotients and evenness are recomputed: travel
and drives are the engine's own. Prints each difference.
"""

import csv
import json
import math
import sys


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main():
    folder, audit_path = sys.argv[1:3]
    whole = json.loads(open(audit_path, encoding="utf-8").read())
    audit = whole["audit"]
    accounts = rows_of(folder + "/accounts.csv")
    reps = {row["territory"]: row for row in rows_of(folder + "/reps.csv")}
    if len(sys.argv) > 3:
        plan = {row["account_id"]: row["territory"] for row in rows_of(sys.argv[3])}
        for row in accounts:
            row["territory"] = plan[row["account_id"]]
    territories = {t["territory"]: t for t in audit["territories"]}
    nation = {f["name"]: f["nation"] for f in audit["figures"] + audit["kpi"]}
    faults = 0

    def same(what, expected, found):
        nonlocal faults
        none = expected is None or found is None
        if expected is found or (
            not none and abs(expected - found) <= 1e-9 * max(1.0, abs(expected))
        ):
            return
        faults += 1
        print(f"{what}: expected {expected}, found {found}")

    def quotient(top, bottom):
        return top / bottom if bottom else None

    # Classes: the 10 % and the next 30 % of all accounts with the largest potential.
    falling = sorted((float(row["potential"]) for row in accounts), reverse=True)
    least_a = falling[math.ceil(len(falling) * 0.10 - 1e-6) - 1]
    least_b = falling[math.ceil(len(falling) * 0.40 - 1e-6) - 1]

    def expect(chosen, travel, head_count, capacity):
        total = lambda name: sum(float(row[name]) for row in chosen)
        potential = [float(row["potential"]) for row in chosen]
        targets = [row for row in chosen if float(row["planned"]) > 0]
        work = total("workload")
        admin = 0.2 * work
        hours = work + travel
        return {
            "accounts": len(chosen),
            "segment_A": sum(p >= least_a for p in potential),
            "segment_B": sum(least_b <= p < least_a for p in potential),
            "segment_C": sum(p < least_b for p in potential),
            "potential": total("potential"),
            "selling_hours": work - admin,
            "travel_hours": travel,
            "admin_hours": admin,
            "working_hours": hours,
            "selling_share": (work - admin) / hours,
            "travel_share": travel / hours,
            "admin_share": admin / hours,
            "capacity_use": hours / capacity,
            "visits": total("visits"),
            "visits_per_day": total("visits") / 200 / head_count,
            "travel_per_visit": travel / total("visits"),
            "targets": len(targets),
            "visited": sum(float(row["seen"]) > 0 for row in targets),
            "coverage": quotient(
                sum(float(row["seen"]) > 0 for row in targets), len(targets)
            ),
            "won": total("won"),
            "win_rate": quotient(total("won"), total("tried")),
            "odd": (total("potential") - total("won")) / (total("tried") + hours),
        }

    effort = lambda chosen: sum(float(r["visits"]) - float(r["won"]) for r in chosen)
    per_potential = effort(accounts) / sum(falling)
    same("effort per potential", per_potential, audit["coverage"]["effort_per_potential"])
    for name, territory in territories.items():
        chosen = [row for row in accounts if row["territory"] == name]
        found = territory["figures"] | territory["kpi"]
        expected = expect(chosen, found["travel_hours"], 1, float(reps[name]["hours"]))
        expected["coverage_index"] = (
            effort(chosen) / expected["potential"] / per_potential
        )
        for figure, value in expected.items():
            same(f"{name} {figure}", value, found[figure])
        shares = sum(found[s] for s in ("selling_share", "travel_share", "admin_share"))
        same(f"{name} sum of shares", 1.0, shares)
        if not 0.0 < found["polsby_popper"] <= 1.0:
            same(f"{name} roundness in 0 to 1", 1.0, found["polsby_popper"])
        if found["nearer_accounts"] > found["accounts"] or (
            (found["nearer_accounts"] > 0) != (found["nearer_hours"] > 0)
        ):
            same(f"{name} nearer", found["accounts"], found["nearer_accounts"])
    capacity = sum(float(row["hours"]) for row in reps.values())
    expected = expect(accounts, whole["travel_hours"], len(reps), capacity)
    for figure, value in expected.items():
        same(f"nation {figure}", value, nation[figure])
    for figure in nation:
        if figure.startswith(("segment_", "nearer_", "pieces")):
            parts = sum(t["figures"][figure] for t in territories.values())
            same(f"nation {figure}", parts, nation[figure])

    # Areas: runs of as many accounts of the canonical order; the last takes what is left.
    if len(sys.argv) > 3:
        by_id = {row["account_id"]: row for row in accounts}
        ordered = [by_id[name] for name in plan if name in by_id]
        size = max(25, len(ordered) // (4 * len(territories)))
        count = len(ordered) // size
        same("areas", count, audit["coverage"]["areas"])
        outside = []
        for area in range(count):
            begin, end = area * size, (area + 1) * size if area + 1 < count else len(ordered)
            chosen = ordered[begin:end]
            index = effort(chosen) / sum(float(r["potential"]) for r in chosen) / per_potential
            if abs(index - 1.0) > 0.2:
                middle = ordered[begin + (end - begin) // 2]["territory"]
                outside.append((index, len(chosen), middle))
        found = audit["coverage"]["outside"]
        same("areas outside", len(outside), len(found))
        for expected, area in zip(sorted(outside), found):
            same("index of an area", expected[0], area["index"])
            same("accounts of an area", expected[1], area["accounts"])
            same(f"territory of an area, {expected[2]}", 1, expected[2] == area["territory"])

    # Evenness, by all pairs; hours of a territory are its share of the reps' capacity.
    for balance in audit["balance"]:
        name = balance["measure"]
        key = {"hours": "working_hours", "count": "accounts"}.get(name, name)
        loads = {t: territories[t]["figures"][key] for t in territories}
        share = {
            t: float(reps[t]["hours"]) / capacity if name == "hours" else 1.0 / len(loads)
            for t in loads
        }
        part = [loads[t] / (share[t] * sum(loads.values())) for t in loads]
        mean = sum(part) / len(part)
        same(f"{name} max deviation", max(abs(p - 1) for p in part), balance["max_deviation"])
        same(
            f"{name} standard deviation",
            math.sqrt(sum((p - mean) ** 2 for p in part) / len(part)),
            balance["standard_deviation"],
        )
        gini = sum(abs(p - q) for p in part for q in part) / (2 * len(part) ** 2 * mean)
        same(f"{name} Gini", gini, balance["gini"])
        # Like territories: thirds by the drive to the centre.
        minutes = {t: territories[t]["figures"]["minutes_to_centre"] for t in loads}
        order = sorted(loads, key=lambda t: (minutes[t], t))
        spreads = []
        for group in range(3):
            like = [t for n, t in enumerate(order) if 3 * n // len(order) == group]
            of = [loads[t] / (share[t] * sum(loads.values())) for t in like]
            spreads.append((max(of) - min(of)) / (sum(of) / len(of)))
        same(f"{name} spread", max(spreads), balance["spread"])

    # Triggers: as many as the bands count, and every flag of travel and spread.
    triggers = audit["triggers"]
    for band in whole["bands"]:
        found = [t for t in triggers if t["kind"] == "band" and t["what"] == band["label"]]
        same(f"triggers of {band['label']}", band["outside"], len(found))
    flagged = {n for n, t in territories.items() if t["figures"]["travel_share"] > 0.35}
    found = {t["territory"] for t in triggers if t["kind"] == "travel"}
    same("travel triggers", 0, len(flagged ^ found))
    spreads = {b["measure"] for b in audit["balance"] if b["spread"] > 0.2}
    found = {t["what"] for t in triggers if t["kind"] == "spread"}
    same("spread triggers", 0, len(spreads ^ found))
    # Neighbours that can help: those of them with the most room first, and room for all.
    mean = sum(falling) / len(territories)
    potential = {n: t["figures"]["potential"] for n, t in territories.items()}
    for trigger in triggers:
        if trigger["what"] != "potential" or trigger["kind"] != "band":
            continue
        above = trigger["side"] == "above"
        room = [
            1.2 * mean - potential[n] if above else potential[n] - 0.8 * mean
            for n in trigger["neighbours"]
        ]
        same(f"helpers of {trigger['territory']} in order", 1, sorted(room, reverse=True) == room)
        same(f"limit of {trigger['territory']}", (1.2 if above else 0.8) * mean, trigger["limit"])
        if len(room) < 3:
            same(f"room beside {trigger['territory']}", sum(room), trigger["room"])
        elif trigger["room"] < sum(room) - 1e-6:
            same(f"room beside {trigger['territory']}", sum(room), trigger["room"])
    if not all(t["evidence"] and t["action"] for t in triggers):
        same("every trigger has evidence and an action", 1, 0)
    same("overlaps and gaps", 0, audit["overlaps"] + audit["gaps"])
    return faults > 0


if __name__ == "__main__":
    sys.exit(main())
