#!/usr/bin/env bash
# PyAV: setting the colorspace of an encoder to BT.709 labels the film so, but RGB frames are still converted with BT.601.
# Expected: frames handed over as RGB are converted with the matrix that the stream is told to carry, or an error says that they cannot be.
# Seen:     Y, Cb and Cr are those of BT.601 while the file says BT.709. A reader that believes the label, PyAV's own included, shows skin
#           tones off by a dozen levels. Reformatting each frame with dst_colorspace before encode gives the right colours.
# With av 18.1.0 on 2026-11-28.
set -euo pipefail
version=${VERSION:-18.1.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "av==$version" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import io
import sys

import av
import numpy as np

BT709 = 1
color = np.array([200, 30, 60], "u1")
image = np.tile(color, (64, 64, 1))


def round_trip(reformat):
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=25, options={"qp": "1"})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.codec_context.colorspace = BT709
        for _ in range(3):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            if reformat:
                frame = frame.reformat(format="yuv420p", dst_colorspace=BT709)
            for packet in stream.encode(frame):
                output.mux(packet)
        for packet in stream.encode(None):
            output.mux(packet)
    buffer.seek(0)
    with av.open(buffer) as source:
        frame = next(source.decode(video=0))
        return int(frame.colorspace), frame.to_ndarray(format="rgb24")[32, 32].astype(int)


print("av", av.__version__)
error = {}
for reformat in (True, False):
    label, back = round_trip(reformat)
    error[reformat] = int(np.abs(back - color).max())
    how = "reformatted first" if reformat else "handed over as RGB"
    print(f"{how}: label {label} (709 is {BT709}), expected about {color.tolist()}, saw {back.tolist()}")
    if label != BT709:
        sys.exit(1)
sys.exit(0 if error[True] <= 4 and error[False] >= 8 else 1)
PYTHON
