#!/usr/bin/env bash
# yuvio: in full range, black and white are cut off: white comes back as 254, black as 1.
# Why:      cameras of phones and JPEG films are full range. A mask or the white of an eye that goes to YCbCr and back is no longer white, and
#           an alpha of 255 is 254, so that what was opaque is not. In limited range, the same trip is right.
# Expected: full range uses all of 0 to 255 for Y, as JPEG, FFmpeg ("pc") and BT.2100 have it; white is Y 255 and black Y 0. What is given as
#           from_rgb(..., value_range="full") and read by to_rgb comes back, but for one level of rounding in colors.
# Seen:     Y is cut to 1 to 254 in full range, too, as if the two ends were kept for synchronization: 255 is stored as 254 and 0 as 1.
# With yuvio 1.6 and PyAV 18.1.0 (FFmpeg) on 2026-12-01.
set -euo pipefail
version=${VERSION:-1.6}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "yuvio==$version" "av==18.1.0" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import av
import numpy as np
import yuvio

print("yuvio", version("yuvio"), "PyAV", av.__version__)
ramp = np.zeros((2, 256, 3), np.uint8)
ramp[:] = np.arange(256)[:, None]
other = av.VideoFrame.from_ndarray(ramp, "rgb24").reformat(format="yuv444p", dst_colorspace="ITU709", dst_color_range="JPEG")
other = other.to_ndarray()[0][0]
seen = {}
for kind in ("full", "limited"):
    yuv = yuvio.from_rgb(ramp, "yuv444p", specification="bt709", value_range=kind)
    back = yuvio.to_rgb(yuv, specification="bt709", value_range=kind)[0, :, 0].astype(int)
    seen[kind] = int(yuv.y[0, 0]), int(yuv.y[0, 255]), int(back[0]), int(back[255])
    print(f"{kind}: black is Y {seen[kind][0]} and comes back as {seen[kind][2]}; white is Y {seen[kind][1]} and comes back as {seen[kind][3]}")
print(f"FFmpeg, full: black is Y {other[0]}, white is Y {other[255]} (expected 0 and 255)")
holds = (other[0], other[255]) == (0, 255) and seen["full"] == (1, 254, 1, 254) and seen["limited"][:2] == (16, 235)
sys.exit(0 if holds and min(seen["limited"][2:]) == 0 and seen["limited"][3] >= 254 else 1)
PYTHON
