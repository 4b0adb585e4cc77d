#!/usr/bin/env bash
# pupyC3D: of a C3D file with more than 255 markers only the first frame is read right; later frames get the motion of other markers.
# Why:      dense faces have hundreds of markers (a tracked mesh has 468). The lips get the places of the brows, and from frame to frame those
#           of somebody else; nothing tells that the file is not understood. Saved again, the end of the take is gone.
# Expected: C3D keeps names beyond the 255th in LABELS2, as the file that ezc3d makes here does. All 300 markers come, each with its own motion.
# Seen:     255 names; the 300th marker "does not exist". Each frame is taken for one of 255 markers, so that the next one begins 45 markers
#           too early, and a marker that moves by 3 mm moves by meters. A file that it saves has 85 of 100 frames.
# With pupyC3D 0.1.3 and ezc3d 1.7.2 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.1.3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pupyC3D==$version" "ezc3d==1.7.2" "numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import ezc3d
import numpy as np
from pupyC3D import C3DFile

FRAMES = 100


def take(markers):
    """What the package reads: names, whether the last marker is there, x of the 8th marker; and how many frames it saves."""
    # Each marker stays near its own place (100 mm apart) and moves by 3 mm.
    place = np.arange(markers)[None, :, None] * 100 + np.sin(np.arange(FRAMES) / 9)[None, None, :] * [[[3]], [[2]], [[1]]]
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [60.0]
    file["parameters"]["POINT"]["LABELS"]["value"] = tuple(f"M{i:03}" for i in range(markers))
    file["data"]["points"] = np.concatenate([place, np.ones((1, markers, FRAMES))])
    file.write("in.c3d")
    assert np.abs(ezc3d.c3d("in.c3d")["data"]["points"][:3] - place).max() < 0.01
    read = C3DFile("in.c3d")
    read.write("out.c3d", overwrite=True)
    names = read.get_point_names()
    x = [round(float(value)) for value in read.get_point_data("M007")[:4, 0]]
    return len(names), f"M{markers - 1:03}" in names, x, ezc3d.c3d("out.c3d")["data"]["points"].shape[2]


print("pupyC3D", version("pupyC3D"), "ezc3d", version("ezc3d"))
seen = {}
for markers in (255, 256, 300):
    names, last, x, frames = seen[markers] = take(markers)
    print(f"{markers} markers: expected as many names, the 8th marker at 700, 700, 701, 701 mm and {FRAMES} frames saved")
    print(f"    saw {names} names, the last marker {'there' if last else 'not there'}, the 8th one at {x} mm, {frames} frames saved")
holds = seen == {255: (255, True, [700, 700, 701, 701], 100), 256: (255, False, [700, 600, 501, 401], 99),
                 300: (255, False, [700, 26200, 21700, 17201], 85)}
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
