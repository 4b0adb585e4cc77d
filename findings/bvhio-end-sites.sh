#!/usr/bin/env bash
# bvhio: reading a BVH file as a hierarchy and writing it again puts every end site somewhere else.
# Why:      the end site of the head is the only thing in a BVH file that tells where the face looks or where the crown is, that of the jaw
#           how long it is. Retargeting tools take the direction of the last bone from it. After a trip all heads have the same tip.
# Expected: an end site is part of the skeleton, as each OFFSET is. The documentation offers the hierarchy for editing a motion and writing
#           it; the offsets of the joints do come back.
# Seen:     whatever the end site was, it comes back as 0.3 times the bone above it, along the joint's own y: a tip at (0, 3, 5) is turned
#           up by 59 degrees and loses half of its length. readAsBvh and writeBvh keep it.
# With bvhio 1.5.4 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.5.4}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "bvhio==$version" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import re
import sys
from importlib.metadata import version
from pathlib import Path

import bvhio

TEXT = """HIERARCHY
ROOT Neck
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Head
  {
    OFFSET 0 10 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET %s
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.0333333
0 0 0 0 0 0 0 0 0
0 0 0 0 0 0 10 0 0
"""


def end_site(path):
    text = Path(path).read_text()
    found = re.search(r"End Site\s*\{\s*OFFSET\s+(\S+)\s+(\S+)\s+(\S+)", text)
    return tuple(float(value) for value in found.groups())


print("bvhio", version("bvhio"))
moved, kept = [], []
for expected in ((0.0, 3.0, 5.0), (0.0, 12.0, 0.0), (-2.0, 0.0, 0.0)):
    Path("in.bvh").write_text(TEXT.replace("%s", "%g %g %g" % expected))
    bvhio.writeHierarchy("out.bvh", bvhio.readAsHierarchy("in.bvh"), 1 / 30)
    bvhio.writeBvh("plain.bvh", bvhio.readAsBvh("in.bvh"))
    moved.append(end_site("out.bvh"))
    kept.append(end_site("plain.bvh") == expected)
    print("expected", expected, "saw", moved[-1], "and without the hierarchy", end_site("plain.bvh"))
sys.exit(0 if all(kept) and moved == [(0.0, 3.0, 0.0)] * 3 else 1)
PYTHON
