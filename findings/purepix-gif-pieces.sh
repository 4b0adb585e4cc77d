#!/usr/bin/env bash
# purepix: frames of a GIF that hold only what changed come as pieces, without their place; those of an APNG are whole.
# Why:      a talking head before a still background is a GIF whose frames after the first hold the moving part only, as Pillow writes
#           it. Mouth images of 10 by 8 pixels cannot be put back, since nobody tells where they were.
# Expected: open_all gives "every frame", as with APNG, where its reader lays each piece on the picture before it.
# Seen:     of a GIF of 32 by 16 pixels the frames are 32 by 16, 10 by 8 and 10 by 8, with no position and no time; of the APNG with the
#           same pictures all are 32 by 16 and right.
# With purepix 0.3.1 and Pillow 13.0.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.3.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "purepix==$version" "pillow==13.0.0"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import purepix
from PIL import Image

WALL, SKIN = (10, 20, 30), (224, 172, 140)
pictures = []
for i in range(3):
    picture = Image.new("RGB", (32, 16), WALL)
    picture.paste(SKIN, (4 * i + 4, 4, 4 * i + 10, 12))
    pictures.append(picture)
pictures[0].save("head.gif", save_all=True, append_images=pictures[1:], duration=50)
pictures[0].save("head.png", save_all=True, append_images=pictures[1:], duration=50)
print("purepix", version("purepix"), "pillow", version("pillow"))
sizes = {}
for name in ("head.gif", "head.png"):
    whole = []
    with Image.open(name) as film:
        for i in range(film.n_frames):
            film.seek(i)
            whole.append(film.convert("RGB").tobytes())
    assert whole == [picture.tobytes() for picture in pictures]
    frames = purepix.open_all(name)
    sizes[name] = [tuple(frame.size) for frame in frames]
    words = ("offset", "left", "top", "place", "position", "delay", "duration", "info")
    extra = [name for name in dir(frames[1]) if name[0] != "_" and any(word in name for word in words)]
    print(f"{name}: expected three frames of (32, 16), saw {sizes[name]}; what a frame tells of its place or time: {extra or 'nothing'}")
    if name.endswith("gif"):
        assert not extra
    else:
        right = all(tuple(frame.getpixel((x, 8)))[:3] == picture.getpixel((x, 8)) for frame, picture in zip(frames, pictures) for x in range(32))
holds = sizes == {"head.gif": [(32, 16), (10, 8), (10, 8)], "head.png": [(32, 16)] * 3} and right
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
