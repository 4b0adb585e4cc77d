#!/usr/bin/env bash
# ply2splat: a splat PLY whose places are doubles becomes a .splat with everything at 0, 0, 0.
# Why:      whoever moves or cuts a splat file with NumPy and a PLY library such as plyfile writes NumPy's ordinary floats, which are doubles.
#           Turned into .splat, the whole head is one point. The count is right and nothing is said.
# Expected: a PLY property may have any of the format's types; double is read as double, or is refused.
# Seen:     columns of type double are read as 0, binary and ASCII alike: places lie at the origin; three scales as double give splats of
#           size 1. Columns of type float in the same file are right.
# With ply2splat 0.6.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.6.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "ply2splat==$version" "numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import ply2splat

count = 4
angle = np.linspace(0, 2, count)
columns = {"x": np.cos(angle), "y": np.sin(angle), "z": angle + 1}
columns |= {f"f_dc_{i}": np.full(count, 0.3 * i) for i in range(3)}
columns |= {"opacity": np.full(count, 2.0)}
columns |= {f"scale_{i}": np.full(count, -3.0 - i) for i in range(3)}
columns |= {f"rot_{i}": np.full(count, 1.0 if i == 0 else 0.0) for i in range(4)}


def through(doubles, form):
    """The places and sizes in a .splat that was made from a PLY with some columns of type double."""
    kinds = {name: "double" if name in doubles else "float" for name in columns}
    heading = f"ply\nformat {form} 1.0\nelement vertex {count}\n"
    heading += "".join(f"property {kind} {name}\n" for name, kind in kinds.items()) + "end_header\n"
    table = np.zeros(count, [(name, "<f8" if kind == "double" else "<f4") for name, kind in kinds.items()])
    for name, values in columns.items():
        table[name] = values
    if form == "ascii":
        body = "".join(" ".join(f"{value:.9g}" for value in row) + "\n" for row in table.tolist()).encode()
    else:
        body = table.tobytes()
    Path("head.ply").write_bytes(heading.encode() + body)
    written = ply2splat.convert("head.ply", "head.splat", sort=False)
    rows = np.frombuffer(Path("head.splat").read_bytes(), "u1").reshape(-1, 32)[:, :24].copy().view("<f4")
    assert written == len(rows) == count
    return rows[:, :3], rows[:, 3:6]


print("ply2splat", version("ply2splat"))
right = np.stack([columns[axis] for axis in "xyz"], 1)
sizes = np.exp([-3.0, -4.0, -5.0])
same = np.abs(through((), "binary_little_endian")[0] - right).max() < 1e-6
gone = True
for form in ("binary_little_endian", "ascii"):
    places, size = through("xyz", form)
    print(f"{form}: expected the last splat at {right[-1].round(3).tolist()}, saw {places[-1].tolist()}")
    gone &= bool((places == 0).all()) and np.allclose(size, sizes, rtol=1e-5)
    size = through([f"scale_{i}" for i in range(3)], form)[1]
    print(f"{form}: scales as double: expected sizes {sizes.round(4).tolist()}, saw {size[-1].tolist()}")
    gone &= bool((size == 1).all())
sys.exit(0 if same and gone else 1)
PYTHON
