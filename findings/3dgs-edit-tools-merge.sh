#!/usr/bin/env bash
# 3dgs-edit-tools: merging two splat files gives the first one other colors, and from the command line the second one does not move.
# Why:      a head and its hair or body, or two people, are put into one file. The first one's skin turns to another color, and the second
#           one, which was told to stand beside it, stands in it. A bright head changes color by a trip through CSV alone.
# Expected: merging "multiple 3DGS files into a single scene" keeps the values of both (f_dc_0 to f_dc_2 are the color), and --translate-x 5,
#           as the documentation has it, adds 5 to x of the second file.
# Seen:     the colors of each file are stretched to 0 to 1 by its own least and largest value, and all are brought back by those of the
#           second file. Without negative colors, the way there divides by the largest only, so that one file is changed by going to CSV and
#           back. The command always passes a scale of 1, too, which is applied to the places before the translation.
# With 3dgs-edit-tools 0.3.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.3.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "3dgs-edit-tools==$version" "pandas==2.3.3" "matplotlib==3.10.8" "numpy==2.3.5"
cd "$work"
# The package imports Open3D, which is large and has no part in what follows. An empty module stands in for it.
mkdir stand
touch stand/open3d.py
export PYTHONPATH="$work/stand"
"$work/venv/bin/python" - <<'PYTHON'
import contextlib
import io
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from src import convert_3dgs_to_csv, convert_csv_to_3dgs

NAMES = ["x", "y", "z", "f_dc_0", "f_dc_1", "f_dc_2", "opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3"]


def write(path, colors):
    """Three splats at x = 0, 1 and 2, which are gray."""
    table = np.zeros((3, len(NAMES)), "<f4")
    table[:, 0], table[:, 3:6], table[:, 7:10], table[:, 10] = range(3), np.array(colors)[:, None], -4, 1
    head = "ply\nformat binary_little_endian 1.0\nelement vertex 3\n" + "".join(f"property float {name}\n" for name in NAMES)
    Path(path).write_bytes((head + "end_header\n").encode() + table.tobytes())


def read(path):
    """x and the color of each splat, by the names in the header."""
    head, body = Path(path).read_bytes().split(b"end_header\n", 1)
    names = [line.split()[2].decode() for line in head.splitlines() if line.startswith(b"property float")]
    table = np.frombuffer(body, "<f4").reshape(-1, len(names))
    return table[:, names.index("x")].round(3).tolist(), table[:, names.index("f_dc_0")].round(3).tolist()


write("first.ply", [-1, 0, 1])
write("second.ply", [-0.5, 0.5, 1.5])
write("bright.ply", [0.25, 0.5, 0.75])
with contextlib.redirect_stdout(io.StringIO()):
    convert_csv_to_3dgs(convert_3dgs_to_csv("bright.ply")[0], None, "again.ply")
# The documentation calls this command merge-gs, under which it is not installed.
merge = [sys.executable, "-W", "ignore", "-m", "src.merge_gs", "first.ply", "second.ply", "--output", "both.ply", "--translate-x", "5"]
subprocess.run(merge, check=True, stdout=subprocess.DEVNULL)
places, colors = read("both.ply")
trip = read("again.ply")[1]
print("3dgs-edit-tools", version("3dgs-edit-tools"))
print("colors: expected [-1, 0, 1, -0.5, 0.5, 1.5], saw", colors)
print("x:      expected [0, 1, 2, 5, 6, 7], saw", places)
print("bright colors through CSV: expected [0.25, 0.5, 0.75], saw", np.round(trip, 3).tolist())
holds = np.allclose(colors, [-0.5, 0.5, 1.5] * 2, atol=1e-3) and places == [0, 1, 2] * 2 and np.allclose(trip, [0.417, 0.583, 0.75], atol=1e-3)
sys.exit(0 if holds else 1)
PYTHON
