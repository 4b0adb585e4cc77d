#!/usr/bin/env bash
# Pillow: saving as AVIF removes the orientation from the Exif object that the caller passes.
# Expected: save() leaves its arguments alone: the same Exif can be given to the next save, as after JPEG, PNG, WebP and TIFF.
# Seen:     after an AVIF file the object has no Orientation any more. A JPEG written next with it lies on its side.
# With Pillow 13.0.0 on 2026-11-28.
set -euo pipefail
version=${VERSION:-13.0.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pillow==$version"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import io
import sys

import PIL
from PIL import Image

ORIENTATION = 0x0112
image = Image.new("RGB", (64, 32), (200, 30, 60))


def after(kind):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    image.save(io.BytesIO(), kind, exif=exif)
    return exif.get(ORIENTATION)


print("Pillow", PIL.__version__)
seen = {kind: after(kind) for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF")}
for kind, value in seen.items():
    print(f"orientation in the caller's object after saving {kind}: expected 6, saw {value}")
sys.exit(0 if seen.pop("AVIF") is None and set(seen.values()) == {6} else 1)
PYTHON
