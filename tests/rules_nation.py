#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A made-up nation with every rule on who may serve whom, and a judge of its plans.

    rules_nation.py make FOLDER [--shuffle S] [--together] [make_nation.py's options]
    rules_nation.py check FOLDER RESULT

`make` adds columns, tables of pairs and rules to what make_nation.py writes. `check` reads the
result file and the tables, and counts the accounts that are where they may not be, by rule, knowing
nothing of Ambit.
"""

import csv
import math
import os
import random
import subprocess
import sys

FIXED = "R003"
REACH_KM = 480.0
RULES = f"""\
rules:{{together}}
  locked: {{{{lock: {{{{min: 1}}}}}}}}
  fixed: [{FIXED}]
  needs: {{{{accounts: needs, reps: skills}}}}
  forbidden:
    - {{{{where: {{{{kind: [B, "4"], potential: {{{{min: 30}}}}}}}}, territories: [R001, R005]}}}}
    - {{{{file: forbidden.csv, columns: {{{{id: account, territory: rep}}}}}}}}
  allowed:
    - {{{{where: {{{{kind: D}}}}, territories: [R002, R004, R006, R007, R008]}}}}
    - {{{{file: allowed.csv}}}}
  reach: {REACH_KM:g} km
"""


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path, rows, order=None):
    if order:
        random.Random(order).shuffle(rows)
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def kilometres(a, b):
    """Great circle between two (lat, lon)."""
    (p, l), (q, m) = (tuple(math.radians(float(x)) for x in place) for place in (a, b))
    half = math.sin((q - p) / 2) ** 2 + math.cos(p) * math.cos(q) * math.sin((m - l) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(half))


def make(folder, words):
    shuffle = int(words[words.index("--shuffle") + 1]) if "--shuffle" in words else 0
    together = "--together" in words
    words = [word for word in words if word != "--together"]
    here = os.path.dirname(os.path.abspath(__file__))
    subprocess.run([sys.executable, f"{here}/make_nation.py", folder] + words, check=True)
    accounts, reps = read(f"{folder}/accounts.csv"), read(f"{folder}/reps.csv")
    accounts.sort(key=lambda row: row["account_id"])
    reps.sort(key=lambda row: row["rep_id"])
    rng = random.Random(5)
    for k, rep in enumerate(reps):
        rep["skills"] = ["cold;heavy", "cold", " heavy ; cold;late", "", "cold"][k % 5]
    homed = [rep for rep in reps if rep["home_lat"] and rep["rep_id"] != FIXED]
    for k, row in enumerate(accounts):
        row["kind"] = rng.choice(["A", "A", "B", "C", "D", "4", ""])
        row["needs"] = rng.choice([""] * 8 + ["cold", "heavy", "cold; heavy"])
        if not any(
            kilometres(place(row), home_of(rep)) < REACH_KM and not closed(row, rep, {}, {})
            for rep in homed
        ):
            row["kind"] = row["needs"] = ""
        home = next(r for r in reps if r["territory"] == row["territory"])
        near = home["home_lat"] and kilometres(place(row), home_of(home)) < REACH_KM
        may = closed(row, home, {}, {}) == []
        row["lock"] = int(bool(near) and may and rng.random() < 0.1)
        row["group"] = f"g{k // 3}" if together and k % 30 < 3 and not row["lock"] else ""
        if row["group"]:
            row["needs"] = row["kind"] = ""
            first = accounts[k - k % 3]
            row.update({name: first[name] for name in ("territory", "lat", "lon")})
    forbidden, allowed = [], []
    for row in rng.sample([a for a in accounts if not (a["lock"] or a["needs"] or a["group"])], 40):
        near = sorted(homed, key=lambda rep: kilometres(place(row), home_of(rep)))
        if rng.random() < 0.5:
            forbidden.append({"note": "x", "account": row["account_id"], "rep": near[0]["rep_id"]})
        elif row["kind"] in ("A", "C", ""):
            for rep in near[:2]:
                allowed.append({"account_id": row["account_id"], "territory": rep["territory"]})
    write(f"{folder}/accounts.csv", accounts, shuffle)
    write(f"{folder}/reps.csv", reps, shuffle)
    write(f"{folder}/forbidden.csv", forbidden, shuffle)
    write(f"{folder}/allowed.csv", allowed, shuffle)
    text = open(f"{folder}/scenario.yaml", encoding="utf-8").read()
    text = text.replace("hours: 8%", "hours: 20%").replace("potential: 20%", "potential: 30%")
    with open(f"{folder}/scenario.yaml", "w", encoding="utf-8") as file:
        file.write(text + RULES.format(together="\n  together: group" if together else ""))


def place(row):
    return row["lat"], row["lon"]


def home_of(rep):
    return rep["home_lat"], rep["home_lon"]


def closed(row, rep, forbidden, allowed):
    """The rules that close the rep's territory to the account, reach and stays left out."""
    found = []
    skills = {word.strip() for word in rep["skills"].split(";")}
    needs = {word.strip() for word in row["needs"].split(";")} - {""}
    if not needs <= skills:
        found.append("needs")
    by_kind = row["kind"] in ("B", "4") and float(row["potential"]) >= 30
    if by_kind and rep["rep_id"] in ("R001", "R005"):
        found.append("forbidden")
    elif rep["rep_id"] in forbidden.get(row["account_id"], ()):
        found.append("forbidden")
    only = row["kind"] == "D"
    if only and rep["rep_id"] not in ("R002", "R004", "R006", "R007", "R008"):
        found.append("allowed")
    elif rep["territory"] not in allowed.get(row["account_id"], (rep["territory"],)):
        found.append("allowed")
    return found


def check(folder, path):
    import h5py

    reps = {rep["territory"]: rep for rep in read(f"{folder}/reps.csv")}
    forbidden, allowed = {}, {}
    for pair in read(f"{folder}/forbidden.csv"):
        forbidden.setdefault(pair["account"], set()).add(pair["rep"])
    for pair in read(f"{folder}/allowed.csv"):
        allowed.setdefault(pair["account_id"], set()).add(pair["territory"])
    with h5py.File(path) as file:
        names = [name.decode() for name in file["/territories/name"][:]]
        centres = list(zip(file["/territories/centre_lat"][:], file["/territories/centre_lon"][:]))
        plan = {
            identity.decode(): int(j)
            for identity, j in zip(file["/accounts/account_id"][:], file["/accounts/territory"][:])
        }
    broken = dict.fromkeys(("locked", "fixed", "needs", "forbidden", "allowed", "reach"), 0)
    fixed = next(name for name in names if reps[name]["rep_id"] == FIXED)
    for row in read(f"{folder}/accounts.csv"):
        j = plan[row["account_id"]]
        name, before = names[j], row["territory"]
        if (name == fixed) != (before == fixed):
            broken["fixed"] += 1
        if name == before == fixed:
            continue
        broken["locked"] += row["lock"] == "1" and name != before
        broken["reach"] += kilometres(place(row), centres[j]) > REACH_KM * (1 + 1e-9)
        for rule in closed(row, reps[name], forbidden, allowed):
            broken[rule] += 1
    print(*(f"{rule}={count}" for rule, count in broken.items()))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], sys.argv[3:])
    else:
        check(sys.argv[2], sys.argv[3])
