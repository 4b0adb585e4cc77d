#!/usr/bin/env bash
# pillow-heif: a photo saved as HEIF with an EXIF orientation comes back lying on its side.
# Expected: either the file gets a rotation property and opens upright, or the orientation is still there for exif_transpose, as after
#           saving JPEG or AVIF with Pillow.
# Seen:     no rotation property is written, and on opening the orientation is reset to 1. Neither opening nor exif_transpose turns the
#           photo; only info["original_orientation"] still tells.
# With pillow-heif 1.8.1 and Pillow 13.0.0 on 2026-11-28.
set -euo pipefail
version=${VERSION:-1.8.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pillow-heif==$version" "pillow==13.0.0"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import io
import sys

import PIL
import pillow_heif
from PIL import Image, ImageOps

pillow_heif.register_heif_opener()


def upright_size(kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.new("RGB", (640, 480), (200, 30, 60)).save(buffer, kind, exif=exif)
    image = Image.open(io.BytesIO(buffer.getvalue()))
    image.load()
    return ImageOps.exif_transpose(image).size, image.info.get("original_orientation"), b"irot" in buffer.getvalue()


print("pillow-heif", pillow_heif.__version__, "Pillow", PIL.__version__)
seen = {kind: upright_size(kind) for kind in ("JPEG", "AVIF", "HEIF")}
for kind, (size, original, turned) in seen.items():
    print(f"{kind}: expected (480, 640), saw {size}; rotation property {turned}, original_orientation {original}")
right = seen["JPEG"][0] == seen["AVIF"][0] == (480, 640)
sys.exit(0 if right and seen["HEIF"][0] == (640, 480) else 1)
PYTHON
