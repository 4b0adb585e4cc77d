#!/usr/bin/env bash
# lut-estimator: the .cube file that it saves has blue as its fastest index; other programs take red for blue.
# Why:      the package finds the grade between two pictures, and its .cube file is the way to use that grade on a film of the same face. The
#           picture that it writes itself is right; with the file, skin turns blue.
# Expected: in a .cube file red changes fastest, as the format says, and the file gives what the package gives.
# Seen:     the rows are in the order of its array [red, green, blue], so that blue changes fastest. With OpenColorIO the file of a grade that
#           takes a little red swaps red and blue.
# With lut-estimator 0.1.2, opencolorio 2.6.0 and opencv-python-headless 5.0.0.93 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.1.2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "opencv-python-headless==5.0.0.93" "scipy==1.17.1" \
	"opencolorio==2.6.0" "numpy==2.3.5"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check --no-deps "lut-estimator==$version"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import cv2
import numpy as np
import PyOpenColorIO as ocio
from lut_estimator.core import estimate_and_apply_lut

# Colors of the whole cube, and the same with a tenth of red taken away.
levels = np.linspace(0, 255, 12)
before = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), -1).reshape(36, 48, 3).round().astype(np.uint8)
after = (before * [0.9, 1, 1]).round().astype(np.uint8)
skin = np.full((8, 8, 3), [224, 172, 140], np.uint8)
for name, picture in (("before", before), ("after", after), ("skin", skin)):
    cv2.imwrite(f"{name}.png", picture[..., ::-1])
estimate_and_apply_lut(before_image_path="before.png", after_image_path="after.png", target_image_path="skin.png",
                       output_image_path="grade.png", lut_size=9, sample_rate=1.0, blur_ksize=0, seed=1)
expected = [202, 172, 140]
own = cv2.imread("grade.png")[4, 4, ::-1].tolist()
transform = ocio.FileTransform("grade.cube", interpolation=ocio.INTERP_LINEAR)
color = ocio.Config.CreateRaw().getProcessor(transform).getDefaultCPUProcessor().applyRGB([value / 255 for value in skin[4, 4].tolist()])
other = [round(value * 255) for value in color]
print("lut-estimator", version("lut-estimator"), "opencolorio", ocio.__version__)
print(f"skin {skin[4, 4].tolist()}: expected {expected}")
print(f"its own picture: {own}; its .cube file with OpenColorIO: {other}")
near = max(abs(a - b) for a, b in zip(own, expected)) <= 3
# Red and blue change places on the way into the table, and the grade is the one of the other channel.
swapped = abs(other[0] - 0.9 * 140) <= 3 and abs(other[1] - 172) <= 3 and abs(other[2] - 224) <= 3
sys.exit(0 if near and swapped else 1)
PYTHON
