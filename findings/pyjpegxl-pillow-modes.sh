#!/usr/bin/env bash
# pyjpegxl: its Pillow plugin writes images with a palette, CMYK and YCbCr images with wrong colors.
# Why:      masks, label images of face parts and small PNG textures have a palette, prints are CMYK, and JPEG decoding may give YCbCr. As
#           JPEG XL, the first is a gray image of palette numbers, the second has its black as opacity, the third is purple.
# Expected: save keeps the colors or refuses the mode, as Pillow's own WebP, AVIF and JPEG do. The plugin "enables standard save".
# Seen:     the numbers of any 8-bit mode are written as gray, RGB or RGBA, by their count. imagecodecs sees the same in the files. Gray, RGB
#           and RGBA are right.
# With pyjpegxl 0.3.0, Pillow 13.0.0 and imagecodecs 2026.3.6 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.3.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pyjpegxl==$version" "pillow==13.0.0" "imagecodecs==2026.3.6" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import io
import sys
from importlib.metadata import version

import imagecodecs
import numpy as np
import PIL
import pyjpegxl.pillow
from PIL import Image

# Pillow does not look for the plugin by itself.
pyjpegxl.pillow.register()
skin = (200, 120, 90)


def through(image, kind, **options):
    """The color of a pixel after saving and opening, or the words of the refusal."""
    buffer = io.BytesIO()
    try:
        image.save(buffer, kind, **options)
    except (OSError, KeyError, TypeError, ValueError):
        return "refused", None
    return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB").getpixel((8, 8)), buffer.getvalue()


def near(color, other=skin):
    return color == "refused" or max(abs(a - b) for a, b in zip(color, other)) < 12


print("pyjpegxl", version("pyjpegxl"), "Pillow", PIL.__version__, "imagecodecs", imagecodecs.__version__)
plain = Image.new("RGB", (16, 16), skin)
# A palette of 256 colors, of which this is one.
palette = plain.quantize(2)
images = {"RGB": plain, "P": palette, "CMYK": plain.convert("CMYK"), "YCbCr": plain.convert("YCbCr")}
holds = True
for mode, image in images.items():
    seen, data = through(image, "JXL", lossless=True)
    others = {kind: through(image, kind)[0] for kind in ("WEBP", "AVIF")}
    other = np.squeeze(imagecodecs.jpegxl_decode(data))[8, 8].tolist()
    print(f"{mode}: expected {skin} or a refusal, WebP and AVIF {list(others.values())}, saw {seen}, imagecodecs {other}")
    holds = holds and all(map(near, others.values())) and near(seen) == (mode == "RGB")
sys.exit(0 if holds else 1)
PYTHON
