#!/usr/bin/env bash
# gsply: a splat PLY with one column that is not a float is read as nonsense instead of being read or refused.
# Why:      trainers and editors add a label, a part of the face or plain colours as bytes to each splat; PLY allows any mix of types. The
#           head then loads without a word as noise, and is saved again as noise.
# Expected: the named columns are taken from where they lie, as plyfile and usd-convert-gsplat do it, or the file is refused, as gsply
#           refuses doubles in place of the positions.
# Seen:     columns of other types do not count towards the length of a row. From the second splat on, every value is made from the wrong
#           bytes. The first splat is right if the column is the last. Extra columns of floats do no harm.
# With gsply 0.4.6 and plyfile 1.1.5 on 2026-11-29.
set -euo pipefail
version=${VERSION:-0.4.6}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "gsply==$version" "plyfile==1.1.5" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import gsply
import numpy as np
import plyfile

count = 8
names = ["x", "y", "z", "f_dc_0", "f_dc_1", "f_dc_2", "opacity", "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3"]


def write(path, *extra):
    """Eight splats at x = 0, 1, 2 ... with all other values 0.5, and a column of another type."""
    table = np.zeros(count, [(name, "<f4") for name in names] + [(name, kind) for name, kind, _ in extra])
    for name in names:
        table[name] = 0.5
    table["x"] = np.arange(count)
    for name, _, _ in extra:
        table[name] = 7
    lines = [f"property float {name}" for name in names] + [f"property {word} {name}" for name, _, word in extra]
    head = "\n".join(["ply", "format binary_little_endian 1.0", f"element vertex {count}", *lines, "end_header", ""])
    with open(path, "wb") as file:
        file.write(head.encode() + table.tobytes())


def far(values):
    """How far the positions are from 0, 1, 2 ... at most."""
    with np.errstate(all="ignore"):
        return float(np.nan_to_num(np.abs(values - np.arange(count)), nan=np.inf).max())


write("plain.ply")
write("float.ply", ("label", "<f4", "float"))
write("byte.ply", ("label", "u1", "uchar"))
write("colours.ply", ("red", "u1", "uchar"), ("green", "u1", "uchar"), ("blue", "u1", "uchar"))
print("gsply", version("gsply"), "plyfile", version("plyfile"))
seen = {}
for name in ("plain", "float", "byte", "colours"):
    ours = gsply.plyread(f"{name}.ply").means[:, 0]
    theirs = plyfile.PlyData.read(f"{name}.ply")["vertex"]["x"]
    seen[name] = far(ours), far(theirs)
    print(f"{name}.ply: positions off by at most {seen[name][1]:.3g} with plyfile, expected the same, saw {seen[name][0]:.3g}")
right = all(theirs == 0 for _, theirs in seen.values()) and seen["plain"][0] == seen["float"][0] == 0
sys.exit(0 if right and seen["byte"][0] > 1 and seen["colours"][0] > 1 else 1)
PYTHON
