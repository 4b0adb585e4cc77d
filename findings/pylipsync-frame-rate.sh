#!/usr/bin/env bash
# pylipsync: with fps=60 it gives 60.15 mouth shapes a second, so that lips fall behind the voice by 150 ms in each minute.
# Why:      whoever puts shape i on frame i of a film sees lips that fit at first and are visibly late after half a minute.
# Expected: fps is the "output frame rate", with "one per frame": 20 seconds at 60 give 1200 segments, and segment 1140 begins at 19 s.
# Seen:     each segment is 16000 / fps samples, the fraction cut off: 266 samples at 60, 533 at 30, 666 at 24, and so at every rate that
#           does not divide 16000; 25 and 50 are right. The segments' own start times tell the truth; their number does not. There are
#           1204 at 60, and shape 1140, meant for 19 s, is that of 18.95 s.
# With pylipsync 0.2.1 on 2026-11-29.
set -euo pipefail
version=${VERSION:-0.2.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pylipsync==$version" "librosa==0.11.0" "numpy==2.3.1"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
from pylipsync import PhonemeAnalyzer

rate, seconds = 16000, 20
sound = (0.1 * np.sin(2 * np.pi * 200 * np.arange(rate * seconds) / rate)).astype("f4")
analyzer = PhonemeAnalyzer()
print("pylipsync", version("pylipsync"))
seen = {}
for fps in (24, 25, 30, 60):
    segments = analyzer.extract_phoneme_segments(sound, rate, fps=fps, return_seconds=True)
    late = 1000 * (seconds - 1 - segments[fps * (seconds - 1)].start)
    seen[fps] = len(segments) - fps * seconds, late
    print(f"fps={fps}: expected {fps * seconds} segments, saw {len(segments)}; the one of frame {fps * (seconds - 1)} is {late:.1f} ms too early")
expected = {24: (1, 19), 25: (0, 0), 30: (1, 11.9), 60: (4, 47.5)}
sys.exit(0 if all(seen[f][0] == more and abs(seen[f][1] - late) < 0.5 for f, (more, late) in expected.items()) else 1)
PYTHON
