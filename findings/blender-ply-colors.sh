#!/usr/bin/env bash
# Blender: colors of a PLY file get darker by going through it, one level each time.
# Why:      colored scans, splats' points and heads with a color at every vertex are cleaned in Blender and go on to the next program.
#           Nothing was painted, and yet the copy differs from the file; after ten trips skin is darker by up to ten levels.
# Expected: import and export of bytes as sRGB, the default of both, give the bytes back.
# Seen:     the import makes linear numbers of them, the export computes the byte, gets 99.99 for 100, and cuts the fraction off. 170 of
#           the 256 levels lose one with each trip; none gains.
# With bpy (Blender) 5.0.1, its newest version for Python 3.11, which it needs, on 2026-11-29.
set -euo pipefail
version=${VERSION:-5.0.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "bpy==$version"
cd "$work"
export BLENDER_USER_RESOURCES="$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from pathlib import Path

import bpy

HEAD = """ply
format ascii 1.0
element vertex 256
property float x
property float y
property float z
property uchar red
property uchar green
property uchar blue
end_header
"""


def levels(path):
    """Red, green and blue of each vertex, by the names in the header."""
    head, body = Path(path).read_text().split("end_header\n")
    names = [line.split()[-1] for line in head.splitlines() if line.startswith("property") and "list" not in line]
    at = [names.index(name) for name in ("red", "green", "blue")]
    rows = [line.split() for line in body.splitlines()[:256]]
    return [[int(row[i]) for i in at] for row in rows]


Path("0.ply").write_text(HEAD + "".join(f"{i} 0 0 {i} {i} {i}\n" for i in range(256)))
for trip in range(10):
    bpy.ops.wm.read_factory_settings(use_empty=True)
    bpy.ops.wm.ply_import(filepath=f"{trip}.ply", import_colors="SRGB")
    bpy.ops.wm.ply_export(filepath=f"{trip + 1}.ply", ascii_format=True, export_colors="SRGB")
print("Blender", bpy.app.version_string)
losses = [[i - min(row) for i, row in enumerate(levels(f"{trip}.ply"))] for trip in (1, 10)]
gained = max(max(row) - i for i, row in enumerate(levels("1.ply")))
print(f"one trip: expected 0 of 256 levels changed, saw {sum(x > 0 for x in losses[0])}, by at most {max(losses[0])}")
print(f"skin red, 200: expected 200, saw {200 - losses[0][200]} after one trip and {200 - losses[1][200]} after ten")
print(f"ten trips: expected 0, saw a loss of up to {max(losses[1])}")
sys.exit(0 if max(losses[0]) == 1 and sum(losses[0]) > 100 and gained <= 0 and max(losses[1]) > 1 else 1)
PYTHON
