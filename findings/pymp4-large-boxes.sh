#!/usr/bin/env bash
# pymp4: a film with a box of 64-bit size, or one that goes to the end of the file, cannot be read.
# Why:      a take of more than 4 GB needs a size of 64 bits for its pictures, and a writer that does not know how long the take will be may
#           use either form. Such a film cannot be taken apart to see what it says about its origin
#           or its start, although the box that is told so is only the pictures.
# Expected: ISO 14496-12: a size of 1 means that the size follows as 64 bits; a size of 0 means "to the end of the file". PyAV (FFmpeg) reads a film
#           whose pictures are told in either way.
# Seen:     1 and 0 are taken for the size, and reading stops with "trying to seek out of bounds". The same box in its short form is read;
#           so are times of 64 bits.
# With pymp4 1.4.0 and PyAV 18.1.0 on 2026-12-01.
set -euo pipefail
version=${VERSION:-1.4.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pymp4==$version" "av==18.1.0" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import io
import struct
import sys
from importlib.metadata import version
from pathlib import Path

import av
import numpy as np
from pymp4.parser import Box


def box(kind, body, form="short"):
    """A box whose size is told in one of three ways."""
    if form == "long":
        return struct.pack(">I4sQ", 1, kind, 16 + len(body)) + body
    return struct.pack(">I4s", 0 if form == "to the end" else 8 + len(body), kind) + body


cases = {f"a box of pictures, size {form}": box(b"mdat", b"pictures", form) for form in ("short", "long", "to the end")}
for number, form in ((0, ">BxxxIIII"), (1, ">BxxxQQIQ")):
    rest = struct.pack(">iH10x9i24xI", 1 << 16, 1 << 8, 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30, 2)
    cases[f"mvhd, version {number}"] = box(b"mvhd", struct.pack(form, number, 0, 0, 30000, 60060) + rest)

# A real film: the box of pictures, which is its last one here, told in the three ways.
with av.open("film.mp4", "w") as film:
    stream = film.add_stream("mpeg4", 25)
    stream.width = stream.height = 32
    for i in range(5):
        for packet in stream.encode(av.VideoFrame.from_ndarray(np.full((32, 32, 3), 50 * i, np.uint8))):
            film.mux(packet)
    for packet in stream.encode():
        film.mux(packet)
data, at = Path("film.mp4").read_bytes(), 0
boxes = {}
while at < len(data):
    size, kind = struct.unpack_from(">I4s", data, at)
    boxes[kind] = at, data[at + 8 : at + size]
    at += size
decoded = {}
for form, moved in (("short", 0), ("long", 8), ("to the end", 0)):
    # Places of the pictures count from the start of the file, so the index goes behind "mdat" only if it was there.
    order = sorted(boxes, key=lambda kind: boxes[kind][0])
    rest = [kind for kind in order if kind != b"mdat"]
    before = sum(8 + len(boxes[kind][1]) for kind in rest)
    shift = before + moved - boxes[b"mdat"][0]
    index = bytearray(boxes[b"moov"][1])
    place = index.index(b"stco") + 12
    struct.pack_into(">I", index, place, struct.unpack_from(">I", index, place)[0] + shift)
    bodies = {**{kind: body for kind, (_, body) in boxes.items()}, b"moov": bytes(index)}
    film = b"".join(box(kind, bodies[kind]) for kind in rest) + box(b"mdat", bodies[b"mdat"], form)
    with av.open(io.BytesIO(film)) as container:
        decoded[form] = [int(frame.to_ndarray(format="gray").mean()) for frame in container.decode(video=0)]
    print(f"FFmpeg, {form}: {decoded[form]}")

print("pymp4", version("pymp4"))
read = {}
for name, data in cases.items():
    try:
        found = Box.parse(data)
        read[name] = True
        print(f"{name}: {found.type.decode()}")
    except Exception as error:
        read[name] = False
        print(f"{name}: expected to be read, saw {type(error).__name__}: {str(error).splitlines()[0]}")
refused = [name for name, value in read.items() if not value]
expected = ["a box of pictures, size long", "a box of pictures, size to the end"]
same = decoded["short"] == decoded["long"] == decoded["to the end"] and len(decoded["short"]) == 5
sys.exit(0 if refused == expected and same else 1)
PYTHON
