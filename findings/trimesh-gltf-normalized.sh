#!/usr/bin/env bash
# trimesh: integer texture coordinates of a glTF file are not scaled, although the accessor says "normalized".
# Expected: glTF 2.0 lets TEXCOORD_0 be unsigned bytes or shorts with "normalized": true, which stand for 0..1; exporters use it to halve
#           the size. A reader returns 65535 as 1.0.
# Seen:     u comes back as 65535.0, and v, which trimesh turns upside down, is computed in the integer type and wraps round to 2.0.
# With trimesh 5.2.0 on 2026-11-28.
set -euo pipefail
version=${VERSION:-5.2.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "trimesh==$version" "numpy==2.4.6" "pillow==13.0.0"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import json
import struct


def make_glb(document, binary):
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(binary), 0x004E4942) + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


import io
import sys

import numpy as np
import trimesh

points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "<f4")
coordinates = np.array([[0, 0], [65535, 0], [0, 65535]], "<u2")
triangle = np.array([0, 1, 2], "<u2")
binary = points.tobytes() + coordinates.tobytes() + triangle.tobytes()
views = [(0, 36), (36, 12), (48, 6)]
document = {
    "asset": {"version": "2.0"},
    "buffers": [{"byteLength": len(binary)}],
    "bufferViews": [{"buffer": 0, "byteOffset": o, "byteLength": n} for o, n in views],
    "accessors": [
        {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3", "min": [0, 0, 0], "max": [1, 1, 0]},
        {"bufferView": 1, "componentType": 5123, "normalized": True, "count": 3, "type": "VEC2"},
        {"bufferView": 2, "componentType": 5123, "count": 3, "type": "SCALAR"},
    ],
    "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [1, 1, 1, 1]}}],
    "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "TEXCOORD_0": 1}, "indices": 2, "material": 0}]}],
    "nodes": [{"mesh": 0}],
    "scenes": [{"nodes": [0]}],
    "scene": 0,
}
mesh = trimesh.load(io.BytesIO(make_glb(document, binary)), file_type="glb", force="mesh")
seen = mesh.visual.uv.tolist()
print("trimesh", trimesh.__version__)
print("expected [[0.0, 1.0], [1.0, 1.0], [0.0, 0.0]]")
print("saw     ", seen)
sys.exit(0 if max(max(row) for row in seen) > 1000 else 1)
PYTHON
