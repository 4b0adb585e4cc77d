#!/usr/bin/env bash
# codecpod: mono=True gives a voice that is the same on both sides 3 dB louder and beyond 1, but not with normalize=False.
# Why:      most voices in stereo files are the same on both sides. Loudness, voice activity and features that a talking head is driven by
#           depend on which way the file was read, and a 16-bit file made of the result is clipped.
# Expected: load returns "float32 samples in [-1, 1]". A downmix of two equal sides is that side, as the mean of
#           what soundfile reads and codecpod with normalize=False give it.
# Seen:     a peak of 0.9 comes out as 1.27, as 0.707 of each side is added. The same file with normalize=False comes out as 0.9. save with
#           mono=True is quiet or loud by the format that is written, not by the sound.
# With codecpod 0.3.1 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.3.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "codecpod==$version" "soundfile==0.14.0" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import codecpod
import numpy as np
import soundfile

rate = 48000
tone = (0.9 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)).astype("f4")
both = np.stack([tone, tone])
codecpod.save("both.wav", both, rate)


def peak(samples):
    return round(float(np.abs(samples.astype(float)).max()), 3)


seen = {
    "soundfile, mean": peak(soundfile.read("both.wav")[0].mean(1)),
    "stereo": peak(codecpod.load("both.wav")[0]),
    "mono, normalize=False": peak(codecpod.load("both.wav", mono=True, normalize=False)[0] / 32768),
    "mono": peak(codecpod.load("both.wav", mono=True)[0]),
    "mono, 16 kHz": peak(codecpod.load("both.wav", mono=True, sample_rate=16000)[0]),
}
for kind in ("i16", "f32"):
    codecpod.save("mono.wav", both, rate, codec=codecpod.Wav(kind), mono=True)
    seen[f"saved as mono {kind}"] = peak(codecpod.load("mono.wav")[0])
print("codecpod", version("codecpod"))
for name, value in seen.items():
    print(f"{name}: expected 0.9, saw {value}")
loud = {"mono", "mono, 16 kHz", "saved as mono f32"}
sys.exit(0 if all(abs(value - (1.273 if name in loud else 0.9)) < 0.002 for name, value in seen.items()) else 1)
PYTHON
