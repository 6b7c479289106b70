#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads a result file with h5py, as a stranger would, and checks every dataset of the contract.

    read_result.py RESULT.h5

Names, types, lengths, units, long names, dimension scales, and the sums that must agree with each
other. Prints each thing that is wrong and exits 1, or prints one line and exits 0.
"""

import sys

import h5py
import numpy

TEXT, FLAG, INT32, INT64, FLOAT = "S", "u1", "i4", "i8", "f8"
MICRO = "micro"  # int64 millionths: units "1e-6 …", attribute scale

ACCOUNTS = {
    "account": (INT64, "1"),
    "account_id": (TEXT, "1"),
    "lat": (FLOAT, "degrees_north"),
    "lon": (FLOAT, "degrees_east"),
    "territory": (INT32, "1"),
    "previous": (INT32, "1"),
    "travel": (MICRO, "1e-6 h"),
}
TRIGGERS = {
    "trigger": (INT64, "1"),
    "kind": (TEXT, "1"),
    "territory": (TEXT, "1"),
    "evidence": (TEXT, "1"),
    "action": (TEXT, "1"),
}
TERRITORIES = {
    "territory": (INT64, "1"),
    "name": (TEXT, "1"),
    "rep_id": (TEXT, "1"),
    "centre_kind": (TEXT, "1"),
    "centre_lat": (FLOAT, "degrees_north"),
    "centre_lon": (FLOAT, "degrees_east"),
    "has_home": (FLAG, "1"),
    "home_lat": (FLOAT, "degrees_north"),
    "home_lon": (FLOAT, "degrees_east"),
    "account_count": (INT64, "1"),
    "gained_count": (INT64, "1"),
    "lost_count": (INT64, "1"),
    "travel": (MICRO, "1e-6 h"),
    "travel_hours": (FLOAT, "h"),
}
ROUNDS = {
    "round": (INT64, "1"),
    "phase": (TEXT, "1"),
    "travel": (MICRO, "1e-6 h"),
    "moved_count": (INT64, "1"),
    "groups": (INT32, "1"),
    "improved_groups": (INT32, "1"),
    "violation": (FLOAT, "1"),
}
INPUTS = {
    "input": (INT64, "1"),
    "role": (TEXT, "1"),
    "path": (TEXT, "1"),
    "hash": (TEXT, "1"),
    "rows": (INT64, "1"),
}
BAD_ROWS = {
    "bad_row": (INT64, "1"),
    "role": (TEXT, "1"),
    "line": (INT64, "1"),
    "column": (INT32, "1"),
    "kind": (TEXT, "1"),
    "text": (TEXT, "1"),
}
BAD_KINDS = {"bad_kind": (INT64, "1"), "name": (TEXT, "1"), "count": (INT64, "1")}
BAND_COLUMNS = ("target", "lower", "upper", "value", "price_lower", "price_upper")

ROOT_ATTRIBUTES = (
    "format format_version kind feasible version scenario_name seed effort stopped_by_time_limit "
    "has_previous travel_micro_hours travel_before_micro_hours moved_count objective_micro_hours "
    "bound_micro_hours gap plan_sha256 bad_row_count"
).split()
BAND_ATTRIBUTES = (
    "label measure share_of lower_kind upper_kind relaxed relax_room asked_lower asked_upper used_lower "
    "used_upper proven_limit proof_territory worst_deviation broken_count open_by"
).split()

wrong = []


def check(condition, message):
    if not condition:
        wrong.append(message)
    return bool(condition)


def check_type(path, data, kind):
    """The type as it lies in the file: little-endian numbers, fixed-length UTF-8."""
    if kind == TEXT:
        text = h5py.check_string_dtype(data.dtype)
        return check(
            text is not None and text.encoding == "utf-8" and text.length is not None,
            f"{path}: expected fixed-length UTF-8, found {data.dtype}",
        )
    expected = numpy.dtype("<" + (INT64 if kind == MICRO else kind))
    return check(data.dtype == expected, f"{path}: expected {expected}, found {data.dtype}")


def column(file, path, kind, units, scale):
    """The values of a column of the contract, or None where it is not as it should be."""
    if not check(isinstance(file.get(path), h5py.Dataset), f"{path}: missing"):
        return None
    data = file[path]
    good = check_type(path, data, kind)
    good &= check(data.ndim == 1, f"{path}: expected one dimension, found {data.ndim}")
    found = data.attrs.get("units")
    found = found.decode() if found is not None else None
    good &= check(found == units, f"{path}: expected units {units}, found {found}")
    good &= check(len(data.attrs.get("long_name", b"")) > 0, f"{path}: no long_name")
    if kind == MICRO:
        good &= check(data.attrs.get("scale") == 1e-6, f"{path}: no scale of 1e-6")
    if path == scale:
        good &= check(h5py.h5ds.is_scale(data.id), f"{path}: expected a dimension scale")
        good &= check((data[:] == numpy.arange(len(data))).all(), f"{path}: expected 0, 1, 2, …")
    elif good:
        attached = [dimension.name for dimension in data.dims[0].values()]
        good &= check(attached == [scale], f"{path}: expected scale {scale}, found {attached}")
        good &= check(
            data.shape == file[scale].shape,
            f"{path}: expected {file[scale].shape[0]} values, found {data.shape[0]}",
        )
    return data[:] if good else None


def table(file, group, columns):
    """All columns of a group by name; the first one is its dimension scale."""
    scale = f"{group}/{next(iter(columns))}"
    return {
        name: column(file, f"{group}/{name}", kind, units, scale)
        for name, (kind, units) in columns.items()
    }


def members(file, group):
    """The links that a group names in its attributes, in their order."""
    if not check(group in file, f"{group}: missing"):
        return []
    count = int(file[group].attrs.get("count", -1))
    check(count >= 0, f"{group}: no attribute count")
    names = [name.decode() for name in file[group].attrs["names"]] if count > 0 else []
    check(len(names) == count, f"{group}: expected {count} names, found {len(names)}")
    return names


def attributes(file, path, names):
    for name in names:
        check(name in file[path].attrs, f"{path}: no attribute {name}")


def check_accounts(file):
    accounts = table(file, "/accounts", ACCOUNTS)
    for name in members(file, "/accounts/columns"):
        path = f"/accounts/columns/{name}"
        column(file, path, MICRO, "1e-6", "/accounts/account")
        attributes(file, path, ["name"])
    return accounts


def check_measures(file):
    for name in members(file, "/measures"):
        group = f"/measures/{name}"
        attributes(file, group, ["name", "unit", "total_micro"])
        unit = file[group].attrs["unit"].decode()
        exact = ("1e-6 " + unit).strip()
        load = column(file, f"{group}/load", MICRO, exact, "/measures/territory")
        value = column(file, f"{group}/value", FLOAT, unit or "1", "/measures/territory")
        if load is None or value is None:
            continue
        total = int(file[group].attrs["total_micro"])
        check(load.sum() == total, f"{group}/load: its sum {load.sum()} is not {total}")
        check(numpy.allclose(value, load * 1e-6), f"{group}/value: differs from load")


def check_bands(file):
    for name in members(file, "/bands"):
        group = f"/bands/{name}"
        attributes(file, group, BAND_ATTRIBUTES)
        if wrong:
            return
        band = file[group].attrs
        measure = band["measure"].decode()
        units = [
            file[f"/measures/{link}"].attrs["unit"].decode() or "1"
            for link in members(file, "/measures")
            if file[f"/measures/{link}"].attrs["name"].decode() == measure
        ]
        if not check(len(units) == 1, f"{group}: no measure '{measure}'"):
            continue
        price = "h" if units[0] == "1" else f"h/({units[0]})"
        own = "1" if band["share_of"] else units[0]
        values = {
            part: column(
                file,
                f"{group}/{part}",
                FLOAT,
                price if part.startswith("price") else own,
                "/bands/territory",
            )
            for part in BAND_COLUMNS
        }
        if any(part is None for part in values.values()):
            continue
        slack = 1e-9 * numpy.maximum(numpy.abs(values["value"]), 1.0)
        outside = (values["value"] < values["lower"] - slack) | (
            values["value"] > values["upper"] + slack
        )
        check(
            outside.sum() == band["broken_count"],
            f"{group}: {outside.sum()} territories are outside, broken_count is "
            f"{band['broken_count']}",
        )


def check_audit(file):
    """Figures of territories, those of the user's own, and what calls for action."""
    if file.attrs["kind"] != b"audit":
        check("/audit" not in file, "/audit: in a result that is no audit")
        return
    scale = "/audit/territory"
    column(file, scale, INT64, "1", scale)
    for group in ("/audit/figures", "/audit/kpi"):
        for name in file[group]:
            units = file[f"{group}/{name}"].attrs["units"].decode()
            column(file, f"{group}/{name}", FLOAT, units, scale)
            attributes(file, f"{group}/{name}", ["nation"])
    for name in file["/audit/balance"]:
        names = ["max_deviation", "standard_deviation", "gini", "spread"]
        attributes(file, f"/audit/balance/{name}", names)
    table(file, "/audit/triggers", TRIGGERS)
    count = len(file["/accounts/account"])
    found = file["/audit/figures/accounts"]
    check(found[:].sum() == count, f"/audit/figures/accounts: their sum is not {count}")


def check_sums(file, accounts, territories):
    """Figures that are stored twice must agree."""
    needed = [accounts["territory"], accounts["previous"], accounts["travel"]]
    needed += [territories["account_count"], territories["travel"], territories["travel_hours"]]
    if any(values is None for values in needed):
        return
    label, previous, travel = needed[:3]
    count = len(territories["name"])
    check(((label >= 0) & (label < count)).all(), "/accounts/territory: beyond the territories")
    check(((previous >= -1) & (previous < count)).all(), "/accounts/previous: beyond them")
    members_of = numpy.bincount(label, minlength=count)
    check(
        (members_of == territories["account_count"]).all(),
        "/territories/account_count: differs from /accounts/territory",
    )
    sums = numpy.zeros(count, dtype="i8")
    numpy.add.at(sums, label, travel)
    check((sums == territories["travel"]).all(), "/territories/travel: differs from /accounts")
    check(
        numpy.allclose(territories["travel_hours"], territories["travel"] * 1e-6),
        "/territories/travel_hours: differs from travel",
    )
    check(sums.sum() == file.attrs["travel_micro_hours"], "/: travel_micro_hours differs")
    moved = ((previous >= 0) & (previous != label)).sum()
    check(moved == file.attrs["moved_count"], f"/: moved_count is not {moved}")
    names = [name.decode() for name in territories["name"]]
    check(len(set(names)) == len(names), "/territories/name: a name stands twice")


def check_file(file):
    attributes(file, "/", ROOT_ATTRIBUTES)
    if wrong:
        return
    check(file.attrs["format"] == b"ambit-result", "/: format is not ambit-result")
    check(file.attrs["format_version"] == 1, "/: format_version is not 1")
    check(len(file.attrs["plan_sha256"]) == 64, "/: plan_sha256 is not 64 digits")
    check(file.get("/scenario") is not None and file["/scenario"].shape == (), "/scenario: missing")
    table(file, "/inputs", INPUTS)
    table(file, "/rounds", ROUNDS)
    table(file, "/bad_rows", BAD_ROWS)
    table(file, "/bad_rows/kinds", BAD_KINDS)
    accounts = check_accounts(file)
    territories = table(file, "/territories", TERRITORIES)
    column(file, "/measures/territory", INT64, "1", "/measures/territory")
    column(file, "/bands/territory", INT64, "1", "/bands/territory")
    if wrong:
        return
    check_measures(file)
    check_bands(file)
    check_sums(file, accounts, territories)
    check_audit(file)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: read_result.py RESULT.h5")
    try:
        with h5py.File(sys.argv[1], "r") as file:
            check_file(file)
            count = len(file["/accounts/account"]) if not wrong else 0
    except OSError as error:
        sys.exit(f"{sys.argv[1]}: {error}")
    for message in wrong:
        print(f"{sys.argv[1]}: {message}", file=sys.stderr)
    if wrong:
        sys.exit(1)
    print(f"{sys.argv[1]}: {count} accounts, every dataset as it should be")


if __name__ == "__main__":
    main()
