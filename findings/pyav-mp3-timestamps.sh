#!/usr/bin/env bash
# PyAV: in an MP3 file the encoder's delay is cut from the samples but stays in the timestamps.
# Expected: the reader that drops the 1105 samples of delay moves the times too, so that the sound which was first written has time 0,
#           as it does for AAC in MP4 and for Opus.
# Seen:     the sample count is exact and sample 0 is the first one written, yet its time is 0.023 s. Sound placed by its timestamps comes
#           half a film frame late; sound placed by counting samples does not.
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

rate, count, click = 48000, 48000, 24000
sound = np.zeros((1, count), "f4")
sound[0, click] = 0.9


def round_trip(codec, container_format):
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container_format) as output:
        stream = output.add_stream(codec, rate=rate, layout="mono")
        frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = rate, 0
        for packet in stream.encode(frame) + stream.encode(None):
            output.mux(packet)
    buffer.seek(0)
    with av.open(buffer) as source:
        frames = list(source.decode(audio=0))
    samples = np.concatenate([f.to_ndarray().reshape(-1) for f in frames])
    at = int(np.argmax(np.abs(samples)))
    return at, float(frames[0].time), float(frames[0].time) + at / rate


print("av", av.__version__)
seen = {}
for codec, kind in (("aac", "mp4"), ("libopus", "ogg"), ("libmp3lame", "mp3")):
    seen[kind] = at, start, time = round_trip(codec, kind)
    print(f"{kind}: click at sample {at} (written at {click}), first time {start:.4f} s, click at {time:.4f} s, expected 0.5000 s")
right = all(abs(seen[kind][2] - 0.5) < 0.001 for kind in ("mp4", "ogg"))
sys.exit(0 if right and abs(seen["mp3"][0] - click) <= 2 and abs(seen["mp3"][2] - 0.523) < 0.001 else 1)
PYTHON
