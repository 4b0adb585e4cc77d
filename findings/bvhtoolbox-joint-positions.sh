#!/usr/bin/env bash
# bvhtoolbox: movements of joints other than the root are left out of world positions, and lost through its CSV files.
# Why:      many exporters give all joints six channels, and faces in BVH files (jaw, lips and brows as joints) move by positions. Their
#           tables hold a face that never moves; turned into BVH again, it has no such channels.
# Expected: a BVH joint may have Xposition, Yposition and Zposition, whatever its place in the hierarchy, and its world position follows
#           them. bvhio, another reader, follows. bvh2csv writes "joint world positions".
# Seen:     the jaw that moves by (1, -2, 3) in the second frame is in the same place in both. Nothing is said.
# With bvhtoolbox 0.1.3 and bvhio 1.5.4 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.1.3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "bvhtoolbox==$version" "setuptools==75.8.0" "bvhio==1.5.4" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import csv
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import bvhio
import numpy as np

Path("face.bvh").write_text("""HIERARCHY
ROOT Head
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Jaw
  {
    OFFSET 0 -5 4
    CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0 -2 3
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.0333333
0 100 0 0 0 0 0 -5 4 0 0 0
0 100 0 0 0 0 1 -7 7 0 0 0
""")
tools = Path(sys.executable).parent
# The status is 1 although both tables are written.
subprocess.run([tools / "bvh2csv", "face.bvh"], stdout=subprocess.DEVNULL)
with open("face_pos.csv") as file:
    table = list(csv.DictReader(file))
seen = np.array([[float(row[f"Jaw.{axis}"]) for axis in "xyz"] for row in table])
head = bvhio.readAsHierarchy("face.bvh")
other = []
for frame in range(2):
    head.loadPose(frame)
    other.append([round(value, 3) for value in head.Children[0].PositionWorld])
expected = [[0, 95, 4], [1, 93, 7]]
print("bvhtoolbox", version("bvhtoolbox"), "bvhio", version("bvhio"))
print("jaw: expected", expected)
print("     bvhio", other)
print("     bvhtoolbox", seen.tolist())
print("     columns of its two tables:", sorted(path.read_text().splitlines()[0] for path in Path().glob("face_*.csv")))
sys.exit(0 if np.allclose(other, expected) and np.allclose(seen, [expected[0]] * 2) else 1)
PYTHON
