#!/usr/bin/env bash
# kornia-rs: ycbcr_from_rgb gives Y, Cr, Cb, and rgb_from_ycbcr takes them so; red and blue change places against everybody else's YCbCr.
# Why:      skin is found, keyed and compared in Cb and Cr, and frames of films are YCbCr. With its planes put into a film, or a film's planes
#           given to it, faces are blue; a mask by the known limits of skin finds the sky.
# Expected: "RGB -> YCbCr (full range)", as in JPEG: channel 1 is Cb, which is 255 for blue, channel 2 is Cr, which is 255 for red. Pillow
#           and scikit-image have this order; OpenCV has the other one and calls it YCrCb.
# Seen:     blue is (29, 107, 255), red is (76, 255, 85), both for bytes and for floats. The way there and back by kornia-rs alone gives
#           the color again.
# With kornia-rs 0.2.0, Pillow 13.0.0 and scikit-image 0.26.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.2.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "kornia-rs==$version" "pillow==13.0.0" "scikit-image==0.26.0" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
import skimage
from kornia_rs import imgproc
from PIL import Image
from skimage.color import rgb2ycbcr

COLORS = {"blue": (0, 0, 255), "red": (255, 0, 0), "skin": (200, 140, 115)}


def image(color):
    return np.full((8, 8, 3), color, "u1")


def pixel(values):
    return np.asarray(values)[4, 4].round().astype(int).tolist()


print("kornia-rs", version("kornia-rs"), "Pillow", version("pillow"), "scikit-image", skimage.__version__)
holds = True
for name, color in COLORS.items():
    pillow = pixel(Image.fromarray(image(color)).convert("YCbCr"))
    # scikit-image has the narrow range of video: 16 to 235 and 16 to 240.
    narrow = rgb2ycbcr(image(color))
    other = pixel((narrow - [16, 128, 128]) * [255 / 219, 255 / 224, 255 / 224] + [0, 128, 128])
    seen = pixel(imgproc.ycbcr_from_rgb(image(color)))
    floats = pixel(np.asarray(imgproc.ycbcr_from_rgb(image(color).astype("f4") / 255)) * 255)
    turned = pixel(imgproc.rgb_from_ycbcr(image(pillow)))
    again = pixel(imgproc.rgb_from_ycbcr(np.ascontiguousarray(imgproc.ycbcr_from_rgb(image(color)))))
    print(f"{name}: expected {pillow} (Pillow), {other} (scikit-image), saw {seen}, with floats {floats}")
    print(f"  Pillow's numbers back to RGB: expected {list(color)}, saw {turned}; its own: {again}")
    swapped = [pillow[0], pillow[2], pillow[1]]
    near = [np.abs(np.subtract(a, b)).max() <= 2 for a, b in ((other, pillow), (seen, swapped), (floats, swapped), (again, color))]
    holds = holds and all(near) and np.abs(np.subtract(turned, color)).max() > 20
sys.exit(0 if holds else 1)
PYTHON
