#!/usr/bin/env bash
# pymp4x: an edit list with times of 64 bits is read by the fields of the one with 32 bits, and written back shorter.
# Why:      an edit list says where a film begins; it keeps the lips on the voice. Films that are cut or joined by tools that write
#           64 bits come back with a start that is the length of the film, a speed of 0, and a box of other size. What one does not even
#           look at is changed by parsing and building.
# Expected: version 1 of "elst" has a length of 64 bits and a start of 64 bits with a sign, version 0 has 32 and 32; the reader
#           knows both versions of "mvhd", "tkhd" and "mdhd". A start of -1 marks a gap. What is parsed and built is the same.
# Seen:     the version is read and not used: a length of 5000 that starts at 1024 is read as a length of 0 that starts at 5000 at speed 0,
#           and building gives 28 bytes for 36. In version 0 the gap's -1 is 4294967295.
# With pymp4x 2.1.0 on 2026-12-01.
set -euo pipefail
version=${VERSION:-2.1.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pymp4x==$version" "construct==2.10.70"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import struct
import sys
from importlib.metadata import version

from pymp4.parser import Box


def edits(number, entries):
    """A box of edits: how long, from where; speed 1."""
    form = ">Qqhh" if number else ">Iihh"
    body = struct.pack(">BxxxI", number, len(entries)) + b"".join(struct.pack(form, *entry, 1, 0) for entry in entries)
    return struct.pack(">I", 8 + len(body)) + b"elst" + body


def read(box):
    return [(e.track_duration, e.media_time, e.media_rate_integer) for e in Box.parse(box).entries]


print("pymp4x", version("pymp4x"))
cases = {"32 bits": (0, [(5000, 1024)]), "64 bits": (1, [(5000, 1024)]), "32 bits, a gap first": (0, [(1000, -1), (5000, 1024)])}
seen, sizes = {}, {}
for name, (number, entries) in cases.items():
    box = edits(number, entries)
    seen[name] = read(box)
    sizes[name] = len(box), len(Box.build(Box.parse(box)))
    print(f"{name}: expected {[(*entry, 1) for entry in entries]}, saw {seen[name]}; {sizes[name][0]} bytes, built again {sizes[name][1]}")
holds = seen["32 bits"] == [(5000, 1024, 1)] and seen["64 bits"] == [(0, 5000, 0)] and sizes["64 bits"] == (36, 28)
sys.exit(0 if holds and seen["32 bits, a gap first"][0][1] == 4294967295 else 1)
PYTHON
