#!/usr/bin/env python3
"""Prints a small schema that stands for itself, out of what QEMU returns to query-qmp-schema: excerpt.py SCHEMA.json > qemu-X.Y.json

Kept are the entries below with every type they need; of a union with many variants only the few named here.
"""
import json
import sys

KEPT = """migrate-set-capabilities query-migrate-capabilities migrate query-status device_add blockdev-add blockdev-mirror qom-set
query-yank yank x-exit-preconfig MIGRATION STOP""".split()
VARIANTS = {"file", "qcow2", "raw", "nbd", "inet", "unix", "migration", "chardev"}
MANY = 8  # variants that are all kept

types = {entry["name"]: entry for entry in json.load(open(sys.argv[1]))}
kept = {}


def keep(name):
    if name in kept or name not in types:
        return
    entry = kept[name] = dict(types[name])
    if len(entry.get("variants", [])) > MANY:
        entry["variants"] = [variant for variant in entry["variants"] if variant["case"] in VARIANTS]
    for key in ("arg-type", "ret-type", "element-type"):
        if key in entry:
            keep(entry[key])
    for member in entry.get("members", []) + entry.get("variants", []):
        if "type" in member:
            keep(member["type"])


for name in KEPT:
    keep(name)
print("[" + ",\n ".join(json.dumps(entry) for entry in kept.values()) + "]")
