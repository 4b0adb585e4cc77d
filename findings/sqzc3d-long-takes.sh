#!/usr/bin/env bash
# sqzc3d: a C3D take of more than 32767 frames is refused for a "negative frame count".
# Why:      32768 frames are four and a half minutes at 120 Hz, as long as a song or a scene of dialogue. The package loads what ezc3d loads,
#           only faster; a loader that is changed to it works with all short takes and refuses the long ones.
# Expected: the number of frames in C3D has 16 bits without a sign, up to 65535, as other readers take it.
# Seen:     32767 frames are read, 32768 and more are refused; ezc3d and c3d read them all.
# With sqzc3d 0.4.0, ezc3d 1.7.2 and c3d 0.6.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.4.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "sqzc3d==$version" "ezc3d==1.7.2" "c3d==0.6.0" "numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
import warnings
from importlib.metadata import version

import c3d
import ezc3d
import numpy as np
import sqzc3d

# c3d says that there is no sound or force data.
warnings.simplefilter("ignore")
print("sqzc3d", version("sqzc3d"), "ezc3d", version("ezc3d"), "c3d", version("c3d"))
seen = {}
for frames in (32767, 32768, 40000):
    points = np.ones((4, 2, frames))
    points[0] = np.arange(frames) / 100
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [120.0]
    file["parameters"]["POINT"]["LABELS"]["value"] = ("LIP", "CHIN")
    file["data"]["points"] = points
    file.write("take.c3d")
    others = ezc3d.c3d("take.c3d")["data"]["points"].shape[2]
    with open("take.c3d", "rb") as source:
        others = others, sum(1 for _ in c3d.Reader(source).read_frames())
    try:
        seen[frames] = sqzc3d.read("take.c3d").points.shape[0]
    except Exception as error:
        seen[frames] = str(error)
    print(f"{frames} frames, {frames / 120:.1f} s at 120 Hz: ezc3d and c3d read {others}, saw {seen[frames]}")
    assert others == (frames, frames)
holds = seen[32767] == 32767 and all("negative frame count" in str(seen[frames]) for frames in (32768, 40000))
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
