#!/usr/bin/env bash
# Pillow: an animated WebP of a head that is cut out with hard edges loses its transparency; around the head all is black.
# Why:      an animated WebP is the small film with alpha that pages and chats show. Avatars, stickers and masks have hard edges: every pixel
#           is there or not. Lossless, which is chosen to keep such edges, is what loses them.
# Expected: frames of mode RGBA that are saved lossless come back as RGBA with the same alpha, as from an animated PNG or a single WebP.
# Seen:     the frames come back as RGB with black around the head, also in OpenCV: only the rectangle of what moves is stored, it has no
#           transparent pixel, and the file says that it has no alpha. One pixel of alpha 254 on the head, or every frame
#           stored whole (kmin=1, kmax=1), and all is right.
# With Pillow 13.0.0 (libwebp 1.6.0) and opencv-python-headless 5.0.0.93 on 2026-11-30.
set -euo pipefail
version=${VERSION:-13.0.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pillow==$version" "opencv-python-headless==5.0.0.93" "numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import cv2
import numpy as np
import PIL
from PIL import Image, features

SKIN = (224, 172, 140, 255)


def trip(name, count=5, soft=False, **options):
    """Mode and color outside of the head of the last frame with Pillow, and the channels that OpenCV reads."""
    frames = []
    for i in range(count):
        pixels = np.zeros((32, 64, 4), np.uint8)
        pixels[8:24, 8 * i:8 * i + 12] = SKIN
        if soft:
            pixels[8, 8 * i, 3] = 254
        frames.append(pixels)
    images = [Image.fromarray(frame) for frame in frames]
    images[0].save(name, save_all=count > 1, append_images=images[1:], duration=40, **options)
    with Image.open(name) as film:
        exact = True
        for i, frame in enumerate(frames):
            film.seek(i)
            exact = exact and np.array_equal(np.array(film.convert("RGBA"))[..., 3], frame[..., 3])
        read = film.mode, film.convert("RGBA").getpixel((0, 0)), exact
    return *read, cv2.imread(name, cv2.IMREAD_UNCHANGED).shape[2]


print("pillow", PIL.__version__, "libwebp", features.version("webp"), "opencv", cv2.__version__)
clear, black = ("RGBA", (0, 0, 0, 0), True, 4), ("RGB", (0, 0, 0, 255), False, 3)
seen = {
    "single WebP": trip("single.webp", 1, lossless=True),
    "animated PNG": trip("film.png"),
    "animated WebP": trip("film.webp", lossless=True),
    "animated WebP, one pixel of alpha 254": trip("film.webp", soft=True, lossless=True),
    "animated WebP, whole frames": trip("film.webp", lossless=True, kmin=1, kmax=1),
}
for name, result in seen.items():
    print(f"{name}: expected {clear}, saw {result}")
holds = list(seen.values()) == [clear, clear, black, clear, clear]
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
