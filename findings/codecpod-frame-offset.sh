#!/usr/bin/env bash
# codecpod: a piece of an AAC or MP3 file that is loaded with frame_offset is not the piece that begins there.
# Why:      a long voice is cut into sentences or read window by window, next to the frames of its film. Each window is off by up to 23 ms,
#           with AAC by another amount each time, and pieces put one after the other have gaps or say a syllable twice.
# Expected: frame_offset is "frames to skip from the start, in source-rate units": load(path, frame_offset=a, num_frames=n) is the same as
#           load(path)[a : a + n]. It is so with FLAC, ALAC, Opus and WAV.
# Seen:     AAC: the piece begins up to 1023 samples later, at the next packet, and is that much shorter than asked for. MP3: it begins 1105
#           samples earlier (the encoder's and the decoder's delay, which the whole file is read without). What load gives of the whole
#           file is in its place: soundfile reads the same MP3.
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

rate, seconds, asked = 48000, 6, 6000
# Smooth noise, in which every place looks different.
sound = np.cumsum(np.random.default_rng(1).normal(0, 0.01, rate * seconds))
sound -= np.convolve(sound, np.ones(200) / 200, "same")
sound = (0.3 * sound / np.abs(sound).max()).astype("f4")


def begins(whole, part, offset):
    """Where in the whole the part begins, looked for around the offset."""
    reach = 2000
    near = whole[offset - reach : offset + reach + asked].astype(float)
    # The first and the last samples of a lossy piece may differ.
    inner = part[1500:-500].astype(float)
    size = len(inner)
    likeness = np.correlate(near, inner, "valid") / np.sqrt(np.convolve(near**2, np.ones(size), "valid"))
    assert likeness.max() / np.linalg.norm(inner) > 0.98
    return offset - reach + int(likeness.argmax()) - 1500


print("codecpod", version("codecpod"))
codecs = {"FLAC": codecpod.Flac(), "ALAC": codecpod.Alac(), "Opus": codecpod.Opus(128000), "AAC": codecpod.Aac(192000), "MP3": codecpod.Mp3(192000)}
seen = {}
for name, codec in codecs.items():
    codecpod.save(name, sound, rate, codec=codec)
    whole = codecpod.load(name)[0]
    rows = []
    for offset in (10000, 40000, 100000, 200000):
        part = codecpod.load(name, frame_offset=offset, num_frames=asked)[0]
        rows.append((begins(whole, part, offset) - offset, len(part)))
    seen[name] = rows
    print(f"{name}: expected 0 samples off and {asked} long, saw {rows}")
other = soundfile.read("MP3", dtype="f4")[0]
apart = float(np.abs(other - codecpod.load("MP3")[0]).max())
print(f"MP3, the whole: soundfile differs by at most {apart:.4f}")
right = all(row == (0, asked) for name in ("FLAC", "ALAC", "Opus") for row in seen[name])
late = all(0 < off < 1024 and length == asked - off for off, length in seen["AAC"])
sys.exit(0 if right and apart < 1e-3 and late and set(seen["MP3"]) == {(-1105, asked)} else 1)
PYTHON
