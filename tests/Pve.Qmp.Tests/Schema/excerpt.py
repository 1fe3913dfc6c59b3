#!/usr/bin/env python3
"""Prints what the tests need of the value that QEMU returns to query-qmp-schema: excerpt.py SCHEMA.json > qemu-X.Y.txt

A line 'command NAME [oob]' is followed by its argument and return members; members within objects are written with dots.
"""
import json
import sys

COMMANDS = """cont human-monitor-command migrate migrate-continue migrate-incoming migrate-set-capabilities migrate-set-parameters
migrate_cancel pmemsave qom-get query-memory-size-summary query-migrate query-migrate-capabilities query-migrate-parameters
query-status query-version query-yank quit stop system_reset system_wakeup yank""".split()
ENUMS = {"RunState": ("query-status", "status"), "MigrationStatus": ("query-migrate", "status"),
         "MigrationCapability": ("query-migrate-capabilities", "capability")}

types = {entry["name"]: entry for entry in json.load(open(sys.argv[1]))}


def members(name, prefix=""):
    entry = types[name]
    if entry["meta-type"] == "array":
        yield from members(entry["element-type"], prefix)
    elif entry["meta-type"] == "object":
        for member in entry["members"]:
            yield prefix + member["name"]
            yield from members(member["type"], prefix + member["name"] + ".")
        for variant in entry.get("variants", []):
            yield from members(variant["type"], prefix)


def value_type(name, member):
    entry = types[name]
    if entry["meta-type"] == "array":
        return value_type(entry["element-type"], member)
    return next(m["type"] for m in entry["members"] if m["name"] == member)


for command in COMMANDS:
    entry = types[command]
    print("command", command, *(["oob"] if entry.get("allow-oob") else []))
    print("  takes", *sorted(set(members(entry["arg-type"]))))
    print("  returns", *sorted(set(members(entry["ret-type"]))))
for enum, (command, member) in ENUMS.items():
    entry = types[value_type(types[command]["ret-type"], member)]
    print("enum", enum, *sorted(entry["values"]))
