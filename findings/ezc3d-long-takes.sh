#!/usr/bin/env bash
# ezc3d: a take of more than 65535 frames is written without a word, and everything after the 65535th frame can no longer be read.
# Why:      65535 frames are nine minutes at 120 Hz and less than five at 240 Hz. A long performance is stored, the file has the size that it
#           should have, and the end of the take is missing for everybody who opens it. The reader c3d does not find a single frame.
# Expected: the end of the take is told in the parameters (TRIAL:ACTUAL_END_FIELD, POINT:LONG_FRAMES), as c3d's own writer does, or writing
#           says that it is too long.
# Seen:     all frames are in the file, but its header and its parameters say 65535 and nothing else. ezc3d reads 65535 of 70000 frames, and
#           c3d none from 65535 on; the file that c3d itself writes is read by both in full.
# With ezc3d 1.7.2 and c3d 0.6.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.7.2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "ezc3d==$version" "c3d==0.6.0" "numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
import warnings
from importlib.metadata import version
from pathlib import Path

import c3d
import ezc3d
import numpy as np

# c3d warns of data that it does not read; what it reads is what counts here.
warnings.simplefilter("ignore")


def read(path):
    """How many frames ezc3d and c3d read."""
    mine = ezc3d.c3d(path)["data"]["points"].shape[2]
    with open(path, "rb") as source:
        return mine, sum(1 for _ in c3d.Reader(source).read_frames())


print("ezc3d", version("ezc3d"), "c3d", version("c3d"))
seen = {}
for frames in (65534, 65535, 70000):
    points = np.ones((4, 2, frames))
    points[0] = np.arange(frames) / 100
    file = ezc3d.c3d()
    file["parameters"]["POINT"]["RATE"]["value"] = [120.0]
    file["parameters"]["POINT"]["LABELS"]["value"] = ("LIP", "CHIN")
    file["data"]["points"] = points
    file.write("ezc3d.c3d")
    # Four floats for each of two markers.
    stored = Path("ezc3d.c3d").stat().st_size // 32
    seen[frames] = read("ezc3d.c3d")
    print(f"{frames} frames, {frames / 120:.0f} s at 120 Hz: the file has room for {stored}; expected {frames}, ezc3d and c3d read {seen[frames]}")
    assert stored >= frames
writer = c3d.Writer(point_rate=120)
writer.set_point_labels(["LIP", "CHIN"])
frame = np.zeros((2, 5))
writer.add_frames([(frame, np.array([[]]))] * 70000)
with open("c3d.c3d", "wb") as target:
    writer.write(target)
other = read("c3d.c3d")
print(f"70000 frames written by c3d: ezc3d and c3d read {other}")
holds = seen == {65534: (65534, 65534), 65535: (65535, 0), 70000: (65535, 0)} and other == (70000, 70000)
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
