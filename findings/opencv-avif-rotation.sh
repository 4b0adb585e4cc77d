#!/usr/bin/env bash
# OpenCV: AVIF images are read without their rotation, while JPEG, PNG and WebP are turned by their EXIF orientation.
# Expected: imread and imdecode turn an image upright unless told not to. In AVIF the rotation ("irot") is a property of the image that a
#           reader has to apply, more than the hint that EXIF is.
# Seen:     the same portrait comes upright from JPEG, PNG and WebP and lies on its side from AVIF.
# With opencv-python-headless 5.0.0.93 on 2026-11-28.
set -euo pipefail
version=${VERSION:-5.0.0.93}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "opencv-python-headless==$version" "pillow==13.0.0" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import io
import sys

import cv2
import numpy as np
from PIL import Image


def shape(kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    Image.new("RGB", (64, 32), (200, 30, 60)).save(buffer, kind, exif=exif)
    data = buffer.getvalue()
    if kind == "AVIF" and b"irot" not in data:
        sys.exit("the AVIF file has no rotation; the test says nothing")
    return cv2.imdecode(np.frombuffer(data, "u1"), cv2.IMREAD_COLOR).shape[:2]


print("OpenCV", cv2.__version__)
seen = {kind: shape(kind) for kind in ("JPEG", "PNG", "WEBP", "AVIF")}
for kind, value in seen.items():
    print(f"{kind}: expected (64, 32), saw {value}")
sys.exit(0 if seen.pop("AVIF") == (32, 64) and set(seen.values()) == {(64, 32)} else 1)
PYTHON
