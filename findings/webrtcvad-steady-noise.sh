#!/usr/bin/env bash
# webrtcvad: loud steady noise is speech in every frame, even in the most aggressive mode; the same noise at a lower level never is.
# Expected: a detector that models the background takes white noise of constant level for background after a while, at any level, above
#           all in mode 3, which is the one that filters the most.
# Seen:     white noise at -20 dB of full scale is speech in all frames of 20 seconds; at -40 dB it is in none. A fan near the microphone
#           makes a silent face "speak".
# With webrtcvad-wheels 2.0.14.post1 on 2026-11-28.
set -euo pipefail
version=${VERSION:-2.0.14.post1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "webrtcvad-wheels==$version" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
import webrtcvad

rate, frame = 16000, 480
noise = np.random.default_rng(1).normal(size=rate * 20)


def share(level):
    detector = webrtcvad.Vad(3)
    data = (np.clip(noise * level, -1, 1) * 32767).astype("<i2").tobytes()
    count = len(data) // (2 * frame)
    return sum(detector.is_speech(data[i * 2 * frame : (i + 1) * 2 * frame], rate) for i in range(count)) / count


loud, quiet = share(0.1), share(0.01)
print("webrtcvad-wheels", version("webrtcvad-wheels"))
print(f"white noise at -40 dB: {quiet:.0%} of the frames are speech")
print(f"white noise at -20 dB: expected few, saw {loud:.0%}")
sys.exit(0 if quiet < 0.05 and loud > 0.95 else 1)
PYTHON
