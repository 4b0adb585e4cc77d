#!/usr/bin/env bash
# pedalboard: MP3 files are read with the encoder's delay, 25 ms of silence at the start, also those that it wrote itself.
# Why:      the same voice as WAV and as MP3 gives lips that differ by most of a frame; features of a dataset whose sounds are partly MP3 are
#           off against its pictures, and each trip through MP3 adds 25 ms more.
# Expected: the header of such a file tells how many samples the encoder put before and after the sound, so that players leave them out.
#           soundfile (libsndfile), miniaudio and PyAV (FFmpeg) do; in pedalboard, FLAC, Ogg Vorbis and WAV come back in their place.
# Seen:     a click at 1.000 s is at 1.025 s (1105 samples: 576 of the encoder, 529 of the decoder), also after seek, and 3 s of sound are
#           3.03 s.
# With pedalboard 0.9.26 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.9.26}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pedalboard==$version" "soundfile==0.14.0" "miniaudio==1.71" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import miniaudio
import numpy as np
import soundfile
from pedalboard.io import AudioFile

rate, seconds = 44100, 3
burst = np.random.default_rng(0).normal(0, 0.2, 400).astype("f4")
sound = np.zeros(rate * seconds, "f4")
sound[rate : rate + len(burst)] = burst


def late(heard, start=0):
    """Samples by which the burst is later than one second."""
    return int(np.argmax(np.correlate(heard, burst, "valid"))) + start - rate


def by_pedalboard(name):
    with AudioFile(name) as file:
        return file.read(file.frames)[0]


def by_miniaudio(name):
    return np.array(miniaudio.decode_file(name, miniaudio.SampleFormat.FLOAT32, 1, rate).samples, "f4")


for name in ("own.mp3", "own.flac", "own.ogg"):
    with AudioFile(name, "w", rate, 1) as file:
        file.write(sound)
soundfile.write("other.mp3", sound, rate, format="MP3")
print("pedalboard", version("pedalboard"), "soundfile", version("soundfile"), "miniaudio", version("miniaudio"))
held = []
for name in ("own.flac", "own.ogg", "own.mp3", "other.mp3"):
    heard = by_pedalboard(name)
    others = late(soundfile.read(name, dtype="f4")[0]), late(by_miniaudio(name))
    print(f"{name}: expected 0 samples late and {len(sound)} long; soundfile and miniaudio saw {others} late, pedalboard {late(heard)} and {len(heard)}")
    held.append(others == (0, 0) and late(heard) == (1105 if name.endswith("mp3") else 0))
with AudioFile("other.mp3") as file:
    file.seek(rate - 200)
    after = late(file.read(4000)[0], rate - 200)
print(f"other.mp3 after seek: expected 0 samples late, pedalboard saw {after}")
sys.exit(0 if all(held) and after == 1105 else 1)
PYTHON
