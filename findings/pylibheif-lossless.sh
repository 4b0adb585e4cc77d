#!/usr/bin/env bash
# pylibheif: "mathematically lossless" HEIC and AVIF images lose half of their colors' detail.
# Why:      masks, texture atlases of heads and pictures with an invisible watermark are saved lossless because no level may change. A red
#           line of one pixel on skin comes back as a pale one; a label stored as a color is another label at every border.
# Expected: the documentation has save(..., lossless=True) as "Mathematically lossless HEIC/AVIF encoding": the pixels come back as they
#           were. pillow-heif, another binding of libheif, gives them back with quality=-1, chroma=444 and matrix_coefficients=0.
# Seen:     the colors are stored as YCbCr with one color for four pixels. Columns of red and green come back as brown. Gray images
#           come back right. Nothing is said.
# With pylibheif 1.25.0, pillow-heif 1.8.1 and Pillow 12.0.0 on 2026-12-01.
set -euo pipefail
version=${VERSION:-1.25.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pylibheif==$version" "pillow-heif==1.8.1" "Pillow==12.0.0" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
import pillow_heif
import pylibheif
from PIL import Image

print("pylibheif", version("pylibheif"), "pillow-heif", version("pillow-heif"), "Pillow", version("Pillow"))
columns = np.zeros((16, 16, 3), np.uint8)
columns[:, 0::2] = 220, 30, 30
columns[:, 1::2] = 30, 220, 30
gray = np.repeat(np.arange(256, dtype=np.uint8).reshape(16, 16, 1), 3, 2)
pylibheif.register_pillow_opener()
seen = {}
for ending in ("heic", "avif"):
    for name, pixels in (("gray", gray), ("columns", columns)):
        path = f"{name}.{ending}"
        Image.fromarray(pixels).save(path, "HEIF" if ending == "heic" else "AVIF", lossless=True)
        with Image.open(path) as image:
            back = np.asarray(image.convert("RGB")).astype(int)
        seen[name, ending] = np.abs(back - pixels).max()
        print(f"{path}: expected no difference, saw up to {seen[name, ending]}; two pixels {pixels[4, 4:6].tolist()} -> {back[4, 4:6].tolist()}")
pylibheif.unregister_pillow_opener()
pillow_heif.from_pillow(Image.fromarray(columns)).save("other.heic", quality=-1, chroma=444, matrix_coefficients=0)
other = np.abs(np.asarray(pillow_heif.open_heif("other.heic").to_pillow()).astype(int) - columns).max()
print(f"pillow-heif: a difference of up to {other}")
holds = other == 0 and all((value == 0) == (name == "gray") and (name == "gray" or value > 60) for (name, _), value in seen.items())
sys.exit(0 if holds else 1)
PYTHON
