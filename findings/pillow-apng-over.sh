#!/usr/bin/env bash
# Pillow: APNG frames that lie over the picture before ("blend over") come with wrong colors and holes where they are half transparent.
# Why:      a head with soft hair or a fading hand, as a small APNG whose frames hold only what moves, is how stickers and alpha films are
#           packed. Edges get dark and thin, and an opaque film becomes see-through at them.
# Expected: half transparent over opaque is opaque, over nothing it is what it was; after "dispose to previous" the next frame lies on the
#           picture before the last one. FFmpeg shows it so, and so says the format.
# Seen:     skin of alpha 128 over an opaque wall has alpha 191; over nothing it has alpha 64 and half its color. After "dispose to previous"
#           an opaque patch of the frame before is still there. Without "over" all is right.
# With Pillow 13.0.0 and av 18.1.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-13.0.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pillow==$version" "av==18.1.0" "numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import struct
import sys
import zlib
from pathlib import Path

import av
import numpy as np
import PIL
from PIL import Image

NONE, PREVIOUS, SOURCE, OVER = 0, 2, 0, 1
WALL, CLEAR, SKIN, SOFT = (20, 30, 40, 255), (0, 0, 0, 0), (224, 172, 140, 255), (224, 172, 140, 128)


def write(path, ground, patch, dispose, blend):
    """A picture of one color, then two patches of 6 by 8 pixels side by side, at x = 4 and x = 16."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    frames = [(ground, 32, 16, 0, 0, NONE, SOURCE), (patch, 6, 8, 4, 4, dispose, blend), (patch, 6, 8, 16, 4, dispose, blend)]
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 16, 8, 6, 0, 0, 0)), chunk(b"acTL", struct.pack(">II", len(frames), 0))]
    number = 0
    for color, width, height, x, y, after, how in frames:
        parts.append(chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, width, height, x, y, 1, 25, after, how)))
        pixels = zlib.compress((b"\0" + bytes(color) * width) * height)
        number += 1
        if number == 1:
            parts.append(chunk(b"IDAT", pixels))
        else:
            parts.append(chunk(b"fdAT", struct.pack(">I", number) + pixels))
            number += 1
    path.write_bytes(b"".join([*parts, chunk(b"IEND", b"")]))


def read(path):
    """The colors of both patches' places in the last two frames, by Pillow and by FFmpeg."""
    mine = []
    with Image.open(path) as film:
        for i in (1, 2):
            film.seek(i)
            mine.append(np.array(film.convert("RGBA")))
    with av.open(str(path), format="apng") as film:
        other = [frame.to_ndarray(format="rgba") for frame in film.decode(video=0)][1:]
    return [[tuple(frame[8, x].tolist()) for frame in frames for x in (6, 18)] for frames in (mine, other)]


print("pillow", PIL.__version__, "av", av.__version__)
mixed = tuple(round((a * 128 + b * 127) / 255) for a, b in zip(SOFT[:3], WALL)) + (255,)
cases = {
    "soft patches over a wall": (WALL, SOFT, NONE, OVER, [mixed, WALL, mixed, mixed]),
    "soft patches over nothing": (CLEAR, SOFT, NONE, OVER, [SOFT, CLEAR, SOFT, SOFT]),
    "opaque patches over a wall, each taken away again": (WALL, SKIN, PREVIOUS, OVER, [SKIN, WALL, WALL, SKIN]),
    "soft patches instead of the wall": (WALL, SOFT, NONE, SOURCE, [SOFT, WALL, SOFT, SOFT]),
}
seen = []
for name, (ground, patch, dispose, blend, expected) in cases.items():
    write(Path("film.png"), ground, patch, dispose, blend)
    mine, other = read(Path("film.png"))
    seen.append(mine)
    print(f"{name}:\n    expected {expected}\n    FFmpeg   {other}\n    saw      {mine}")
    assert np.abs(np.array(other) - expected).max() <= 1
wall, nothing, previous, source = seen
holds = wall[0][3] == 191 and wall[2][3] == 191 and nothing[0] == (112, 86, 70, 64)
holds = holds and previous[2] == SKIN and source == cases["soft patches instead of the wall"][4]
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
