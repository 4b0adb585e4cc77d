#!/usr/bin/env bash
# imageio: with the pyav plugin, imread(index=i) gives the wrong frame when a film does not start at time 0.
# Expected: index=5 is the sixth frame that imiter yields.
# Seen:     for a film whose first frame is at 0.5 s (sound first, or cut from a longer one), indices 2 to 15 all give frame 0 and later
#           ones give the frame 15 before: the plugin looks for the time i / rate and forgets where the film begins.
# With imageio 2.38.1 and av 18.1.0 on 2026-11-28.
set -euo pipefail
version=${VERSION:-2.38.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "imageio==$version" "av==18.1.0" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import av
import imageio
import imageio.v3 as iio
import numpy as np


def make(path, first):
    with av.open(path, "w") as output:
        stream = output.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for i in range(30):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 8 * i, "u1"), format="rgb24")
            frame.pts = first + i
            for packet in stream.encode(frame):
                output.mux(packet)
        for packet in stream.encode(None):
            output.mux(packet)


def compare(path):
    """For each index, the number of the frame that imread gives."""
    frames = [int(f[32, 32, 0]) for f in iio.imiter(path, plugin="pyav")]
    single = [int(iio.imread(path, plugin="pyav", index=i)[32, 32, 0]) for i in range(len(frames))]
    return [frames.index(v) for v in single]


make("zero.mp4", 0)
make("late.mp4", 15)
zero, late = compare("zero.mp4"), compare("late.mp4")
print("imageio", imageio.__version__, "av", av.__version__)
print("film from 0 s:  ", zero)
print("film from 0.5 s: expected the same, saw", late)
sys.exit(0 if zero == list(range(30)) and late[5] == 0 and late[20] == 5 else 1)
PYTHON
