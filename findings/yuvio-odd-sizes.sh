#!/usr/bin/env bash
# yuvio: raw films of odd size, and v210 films whose width is no multiple of 48, have frames of another size than everybody else's.
# Why:      a crop around a face has any size, and raw frames have no header that would tell. Each frame of a film of 17 by 9 pixels begins
#           26 bytes before the last one's end, so that the picture slides away; of 1280 by 720, a common size, v210 is sheared.
# Expected: "all common yuv pixel formats specified by ffmpeg". FFmpeg rounds the planes of colors up: 17 by 9 has 9 by 5 colors. A row of
#           v210 is filled up to 128 bytes, and groups of six pixels may be cut by the end of a row.
# Seen:     the planes of colors are rounded down (8 by 4): 217 bytes in place of 243, and so for NV12 and ten bits. Rows of v210 are not
#           filled up: 1280 by 720 has 2457600 bytes in place of 2488320, 18 by 10 has 480 in place of 1280, and a width that six does
#           not divide is refused with words about reshaping. The second frame of a film, all of one brightness, is not.
# With yuvio 1.6 and PyAV 18.1.0 (FFmpeg) on 2026-12-01.
set -euo pipefail
version=${VERSION:-1.6}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "yuvio==$version" "av==18.1.0" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import io
import sys
from fractions import Fraction
from importlib.metadata import version

import av
import numpy as np
import yuvio


def by_ffmpeg(width, height, name):
    """The bytes of two raw frames, a dark one and a bright one."""
    codec, pixels = ("v210", "yuv422p10le") if name == "v210" else ("rawvideo", name)
    context = av.CodecContext.create(codec, "w")
    context.width, context.height, context.pix_fmt, context.time_base = width, height, pixels, Fraction(1, 25)
    data = b""
    for value in (40, 200):
        frame = av.VideoFrame.from_ndarray(np.full((height, width, 3), value, np.uint8), "rgb24").reformat(format=pixels)
        for packet in context.encode(frame):
            data += bytes(packet)
    for packet in context.encode(None):
        data += bytes(packet)
    return data


print("yuvio", version("yuvio"), "PyAV", av.__version__)
seen = {}
for name, width, height in (
    ("yuv420p", 16, 8), ("yuv420p", 17, 9), ("nv12", 17, 9), ("yuv420p10le", 17, 9),
    ("v210", 1920, 8), ("v210", 18, 10), ("v210", 50, 4), ("v210", 1280, 720),
):
    data = by_ffmpeg(width, height, name)
    try:
        buffer = io.BytesIO()
        yuvio.imwrite(buffer, yuvio.empty(width, height, name))
        size = len(buffer.getvalue())
        second = yuvio.mimread(io.BytesIO(data), width, height, name)[1].y
        flat = int(second.min()), int(second.max())
    except Exception as error:
        size = flat = type(error).__name__
    seen[name, width] = size, len(data) // 2
    print(f"{name} {width} x {height}: expected {len(data) // 2} bytes a frame, saw {size}; brightness of the second frame from, to: {flat}")
right = [key for key, (size, expected) in seen.items() if size == expected]
holds = right == [("yuv420p", 16), ("v210", 1920)] and seen["yuv420p", 17] == (217, 243) and seen["v210", 18][0] == 480
sys.exit(0 if holds and (seen["v210", 1280][0], seen["v210", 50][0]) == (2457600, "ValueError") else 1)
PYTHON
