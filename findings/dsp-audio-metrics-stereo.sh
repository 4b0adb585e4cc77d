#!/usr/bin/env bash
# dsp-audio-metrics: stereo sound is measured 3 LU too quiet, so that "normalized" voices come out 3 LU too loud.
# Why:      a talking film is brought to a loudness that a platform asks for. In stereo it misses the target by 3 LU, a voice in the center
#           of 5.1 by 7.8. Mono is right, so that a mono and a stereo copy of one voice that were "matched" are not.
# Expected: BS.1770, which "every loudness path follows", adds the mean squares of the channels. The first test signal of EBU Tech 3341, a
#           stereo sine of 1 kHz with a peak of -23 dBFS on both sides, is -23.0 LUFS, give or take 0.1. libebur128 and pyloudnorm say so.
# Seen:     the mean over the channels is taken in place of their sum: -26.0 LUFS. A stereo file normalized to -23 is -20 by the others.
# With dsp-audio-metrics 0.1.1, pyebur128 0.1.1 (libebur128) and pyloudnorm 0.2.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.1.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "dsp-audio-metrics==$version" "pyebur128==0.1.1" "pyloudnorm==0.2.0" "scipy==1.17.1" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import dsp_audio_metrics
import numpy as np
import pyebur128
import pyloudnorm

rate = 48000
sine = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * np.arange(20 * rate) / rate)
silence = np.zeros_like(sine)
# The channels of 5.1 are left, right, center, low frequencies (which do not count), left and right surround.
signals = {
    "mono": ([sine], -26),
    "stereo": ([sine, sine], -23),
    "left of stereo": ([sine, silence], -26),
    "center of 5.1": ([silence, silence, sine, silence, silence, silence], -26),
}


def by_libebur128(sound):
    state = pyebur128.R128State(sound.shape[1], rate, pyebur128.MeasurementMode.MODE_I)
    state.add_frames(np.ascontiguousarray(sound).ravel(), len(sound))
    return pyebur128.get_loudness_global(state)


def by_pyloudnorm(sound):
    # It knows five channels, without that of low frequencies.
    five = np.delete(sound, 3, 1) if sound.shape[1] == 6 else sound
    return pyloudnorm.Meter(rate).integrated_loudness(five)


print("dsp-audio-metrics", version("dsp-audio-metrics"), "pyebur128", version("pyebur128"), "pyloudnorm", version("pyloudnorm"))
off, others = {}, []
for name, (channels, expected) in signals.items():
    sound = np.stack(channels, 1)
    seen, two = dsp_audio_metrics.integrated_lufs(sound, rate), (by_libebur128(sound), by_pyloudnorm(sound))
    off[name] = seen - expected
    others += [value - expected for value in two]
    print(f"{name}: expected {expected} LUFS, libebur128 {two[0]:.1f}, pyloudnorm {two[1]:.1f}, dsp-audio-metrics saw {seen:.1f}")
loud = by_libebur128(dsp_audio_metrics.normalize_loudness(np.stack([sine, sine], 1), rate, target_lufs=-23))
print(f"stereo normalized to -23 LUFS: expected -23 by libebur128, saw {loud:.1f}")
near = max(map(abs, others)) < 0.15 and abs(off["mono"]) < 0.15
known = {"stereo": -3, "left of stereo": -3, "center of 5.1": -7.8}
sys.exit(0 if near and all(abs(off[name] - less) < 0.15 for name, less in known.items()) and abs(loud + 20) < 0.15 else 1)
PYTHON
