#!/usr/bin/env bash
# exrio: loading and saving an EXR image whose pixels cover a part of the frame makes the frame as small as that part.
# Why:      renders of a head keep only the pixels around it (the data window) in the whole frame (the display window). After a trip, a
#           compositor shows a frame of another size, in which the head stands too far right and down and is cut off; it no longer lies on
#           the film.
# Expected: what is read and not changed is written again. exrio reads both windows: it keeps the first and has the second in attributes.
# Seen:     the display window of the new file has the size of the data window and begins at 0, 0. The data window stays at its place, so
#           that a part of the pixels is outside of what is shown. The attribute display_window is not used in writing.
# With exrio 0.2.0 and OpenEXR 3.5.3 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.2.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "exrio==$version" "OpenEXR==3.5.3" "numpy==1.26.4"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import exrio
import numpy as np
import OpenEXR

WIDTH, HEIGHT = 7, 5


def write(path, left, top, width, height):
    """Seven by five pixels at a place in a frame."""
    corners = [np.array(pair, "<i4") for pair in ((left, top), (left + WIDTH - 1, top + HEIGHT - 1), (0, 0), (width - 1, height - 1))]
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    header |= {"dataWindow": tuple(corners[:2]), "displayWindow": tuple(corners[2:])}
    pixels = np.random.default_rng(0).random((3, HEIGHT, WIDTH), "<f4")
    with OpenEXR.File(header, dict(zip("RGB", pixels))) as file:
        file.write(path)


def windows(path):
    with OpenEXR.File(path) as file:
        return tuple(tuple(int(v) for corner in file.header()[name] for v in corner) for name in ("dataWindow", "displayWindow"))


print("exrio", version("exrio"), "OpenEXR", OpenEXR.__version__)
seen = {}
for name, place in (("whole", (0, 0, WIDTH, HEIGHT)), ("part", (2, 3, 16, 12))):
    write(f"{name}.exr", *place)
    image = exrio.load(f"{name}.exr")
    image.to_path("again.exr")
    seen[name] = windows(f"{name}.exr"), windows("again.exr")
    for i, window in enumerate(("data window", "display window")):
        print(f"{name}, {window}: expected {seen[name][0][i]}, saw {seen[name][1][i]}")
    print(f"  exrio read display_window {image.attributes['display_window']}")
holds = seen["whole"][0] == seen["whole"][1] and seen["part"] == (((2, 3, 8, 7), (0, 0, 15, 11)), ((2, 3, 8, 7), (0, 0, 6, 4)))
sys.exit(0 if holds else 1)
PYTHON
