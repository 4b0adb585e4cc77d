#!/usr/bin/env bash
# color-fx: .3dl files whose results have more bits than their grid make everything four times as bright.
# Why:      the common .3dl file has a first line in ten bits and results in twelve, as film systems write it. With this package a face goes white.
# Expected: the results are divided by the largest number of their own depth, 4095 here; a file that changes nothing changes nothing.
# Seen:     they are divided by the last number of the first line, 1023, and what is then above 1 is cut. Only files with one depth for both are
#           right, although the reader's own text says that results often have twelve bits.
# With color-fx 0.1.2 and opencolorio 2.6.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.1.2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "opencv-python-headless==5.0.0.93" "pydantic==2.14.4" \
	"pillow==13.0.0" "ffmpeg-python==0.2.0" "opencolorio==2.6.0" "numpy==2.3.5"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check --no-deps "color-fx==$version"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
import PyOpenColorIO as ocio
from color_fx.lut.apply import apply_lut_to_frame
from color_fx.lut.reader import load_lut

size = 17
colors = [[0.2, 0.15, 0.1], [0.6, 0.45, 0.4]]


def write(path, largest):
    """A .3dl file that changes nothing, with a grid in ten bits."""
    with open(path, "w") as file:
        file.write(" ".join(str(min(1023, 64 * i)) for i in range(size)) + "\n")
        levels = [round(i * largest / (size - 1)) for i in range(size)]
        for red in levels:
            for green in levels:
                for blue in levels:
                    file.write(f"{red} {green} {blue}\n")


def with_opencolorio(path, color):
    transform = ocio.FileTransform(path, interpolation=ocio.INTERP_LINEAR)
    return ocio.Config.CreateRaw().getProcessor(transform).getDefaultCPUProcessor().applyRGB(color)


print("color-fx", version("color-fx"), "opencolorio", ocio.__version__)
held = True
for bits in (10, 12):
    write("same.3dl", 2**bits - 1)
    for color in colors:
        seen = apply_lut_to_frame(np.full((2, 2, 3), color, np.float32), load_lut("same.3dl"))[0, 0]
        other = with_opencolorio("same.3dl", color)
        print(f"results of {bits} bits: expected {color}, OpenColorIO {np.round(other, 3).tolist()}, saw {np.round(seen.astype(float), 3).tolist()}")
        held &= np.allclose(other, color, atol=4e-3)
        held &= np.allclose(seen, color if bits == 10 else np.minimum(1, 4 * np.array(color)), atol=8e-3)
sys.exit(0 if held else 1)
PYTHON
