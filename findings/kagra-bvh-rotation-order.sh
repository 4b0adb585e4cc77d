#!/usr/bin/env bash
# kagra: rotations of a BVH file are put together in the opposite order, so that a head that turns and nods at once looks elsewhere.
# Why:      motions in BVH are what makes avatars nod, dance and look around. One axis at a time is right; where a head turns, nods and tilts
#           together, as heads do while they talk, it looks well past where it was recorded.
# Expected: CHANNELS 3 Zrotation Xrotation Yrotation means the matrix Rz Rx Ry, the order in which the channels stand. bvhio and SciPy's
#           from_euler("ZXY") give this. kagra says that it takes the order of CHANNELS as it is.
# Seen:     Ry Rx Rz. With 10, 20 and 40 degrees the head is off by 15 degrees. The first frame, which kagra takes as rest, is all zeros here.
# With kagra 0.1.4, bvhio 1.5.4 and SciPy 1.17.1 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.1.4}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "kagra==$version" "bvhio==1.5.4" "scipy==1.17.1" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import contextlib
import io
import sys
from importlib.metadata import version
from pathlib import Path

import bvhio
import numpy as np
from kagra.bvh_player import load_bvh
from scipy.spatial.transform import Rotation

TEXT = """HIERARCHY
ROOT Hips
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT Head
  {
    OFFSET 0 10 0
    CHANNELS 3 %s
    End Site
    {
      OFFSET 0 3 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.0333333
0 90 0 0 0 0 0 0 0
0 90 0 0 0 0 %s
"""


def off(order, angles):
    """Degrees by which bvhio and kagra differ from the product in the order of the channels."""
    text = TEXT.replace("%s", " ".join(f"{axis}rotation" for axis in order), 1).replace("%s", " ".join(map(str, angles)), 1)
    Path("head.bvh").write_text(text)
    with contextlib.redirect_stdout(io.StringIO()):
        quaternion = load_bvh("head.bvh").to_clip()[1][0]["J_Bip_C_Head"]
    head = bvhio.readAsHierarchy("head.bvh")
    head.loadPose(1)
    other = head.Children[0].Rotation
    expected = Rotation.from_euler(order, angles, degrees=True)
    return [float(np.degrees((Rotation.from_quat(q).inv() * expected).magnitude())) for q in ([other.x, other.y, other.z, other.w], quaternion)]


print("kagra", version("kagra"), "bvhio", version("bvhio"))
seen = {}
for order, angles in (("ZXY", (0, 0, 40)), ("ZXY", (10, 20, 40)), ("XYZ", (10, 20, 40)), ("YXZ", (40, 20, 10))):
    seen[order, angles] = two = off(order, angles)
    print(f"{order} {angles}: expected 0 degrees off, bvhio {two[0]:.1f}, kagra saw {two[1]:.1f}")
others, ours = zip(*seen.values())
sys.exit(0 if max(others) < 0.1 and ours[0] < 0.1 and min(ours[1:]) > 5 else 1)
PYTHON
