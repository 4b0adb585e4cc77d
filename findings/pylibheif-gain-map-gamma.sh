#!/usr/bin/env bash
# pylibheif: gain maps with a gamma are brightened the wrong way round: the gamma is used where its inverse belongs.
# Why:      photos of phones carry a small picture that says how much brighter each place is on a bright display. It may have a gamma, to spend
#           its levels where they are needed. Light reconstructed from such a portrait, for a relit or HDR avatar, is off by a factor of two on the
#           skin, while black and the brightest spots are right, so that it does not catch the eye.
# Expected: the gamma is that of encoding, in Ultra HDR and ISO 21496-1: a stored level r stands for
#           2 ** (min + (max - min) * r ** (1 / gamma)). With a level of 128 of 255, a largest gain of 4 and a gamma of 2, that is 2.67.
# Seen:     reconstruct_hdr raises the level to the gamma itself and gets 1.42. With a gamma of 1 it is right, as it is for the offsets, for
#           another least gain and for displays of less headroom.
# With pylibheif 1.25.0 on 2026-12-01.
set -euo pipefail
version=${VERSION:-1.25.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pylibheif==$version" "Pillow==12.0.0" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
import pylibheif

print("pylibheif", version("pylibheif"))
base = np.full((4, 4, 3), 188, np.uint8)
light = float(pylibheif.srgb_to_linear(188 / 255))
close = {}
for gamma in (1.0, 2.0, 0.5):
    for least, level in ((0.0, 128), (-1.0, 128), (0.0, 255)):
        data = pylibheif.GainMapMetadata(
            gain_map_min=(least,) * 3, gain_map_max=(2.0,) * 3, gamma=(gamma,) * 3,
            offset_sdr=(0.0,) * 3, offset_hdr=(0.0,) * 3, hdr_capacity_max=2.0,
        )
        hdr = pylibheif.reconstruct_hdr(base, np.full((4, 4), level, np.uint8), data, output_format="linear")
        seen = float(hdr[1, 1, 0]) / light
        expected, turned = (2 ** (least + (2 - least) * (level / 255) ** power) for power in (1 / gamma, gamma))
        close[gamma, least, level] = abs(seen - expected) < 0.01, abs(seen - turned) < 0.01
        print(f"gamma {gamma}, gains of 2 ** {least:.0f} to 4, level {level}: expected {expected:.2f}, saw {seen:.2f}")
holds = all(turned and right == (gamma == 1 or level == 255) for (gamma, _, level), (right, turned) in close.items())
sys.exit(0 if holds else 1)
PYTHON
