#!/usr/bin/env python3
"""Prints the value that QEMU returns to query-qmp-schema, one entry a line: excerpt.py SCHEMA.json > qemu-X.Y.txt

command NAME [oob] TAKES RETURNS      a type each
event NAME TYPE
object TYPE MEMBER=TYPE MEMBER?=TYPE  a ? where the member may be missing
union TYPE TAG MEMBER=TYPE | CASE=TYPE
array TYPE ELEMENT
alternate TYPE TYPE TYPE
enum TYPE NAME NAME

Nothing is left out but features and the builtin types str, int, number, bool, null and any; types are called as QEMU calls them, by number.
"""
import json
import sys


def line(entry):
    kind, name = entry["meta-type"], entry["name"]
    if kind == "command":
        return [kind, name, *(["oob"] if entry.get("allow-oob") else []), entry["arg-type"], entry["ret-type"]]
    if kind == "event":
        return [kind, name, entry["arg-type"]]
    if kind == "object":
        members = [m["name"] + ("?" if "default" in m else "") + "=" + m["type"] for m in entry["members"]]
        if "variants" not in entry:
            return [kind, name, *members]
        return ["union", name, entry["tag"], *members, "|", *(v["case"] + "=" + v["type"] for v in entry["variants"])]
    if kind == "array":
        return [kind, name, entry["element-type"]]
    if kind == "alternate":
        return [kind, name, *(m["type"] for m in entry["members"])]
    if kind == "enum":
        return [kind, name, *entry["values"]]
    return []


with open(sys.argv[1]) as schema:
    for text in sorted(" ".join(line(entry)) for entry in json.load(schema)):
        if text:
            print(text)
