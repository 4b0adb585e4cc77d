#!/usr/bin/env bash
# PyMeshLab: vertex colors that a glTF file stores as 16-bit numbers are read as noise.
# Why:      scanned heads carry their color in the vertices, and 16 bits are what Blender's exporter writes. Through MeshLab, such a skin
#           becomes colored noise: a smooth gradient jumps 256 times from black to full.
# Expected: glTF 2.0 lets COLOR_0 be float, or unsigned byte or unsigned short "normalized": 32768 is 0.5, as byte 128 and float 0.5 are.
# Seen:     PyMeshLab keeps the low eight bits of each number: 32768 is 0, 33023 is 1. Bytes and floats are right. trimesh 5.2.0 does the
#           same; VTK 9.7.2 reads all three alike.
# With PyMeshLab 2025.7.post1 on 2026-11-30.
set -euo pipefail
version=${VERSION:-2025.7.post1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pymeshlab==$version" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import json
import struct
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pymeshlab

points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "<f4")
triangle = np.array([0, 1, 2], "<u2")
# Three grays that a skin could have, as 16-bit numbers: 0.498, 0.5 and 0.502.
shorts = np.repeat(np.array([32640, 32768, 32896], "<u2")[:, None], 4, 1)
shorts[:, 3] = 65535


def write(path, colors, kind):
    parts = [points.tobytes(), colors.tobytes(), triangle.tobytes() + b"\0\0"]
    views, start = [], 0
    for part in parts:
        views.append({"buffer": 0, "byteOffset": start, "byteLength": len(part)})
        start += len(part)
    document = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": start}],
        "bufferViews": views,
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3", "min": [0, 0, 0], "max": [1, 1, 0]},
            {"bufferView": 1, "componentType": kind, "count": 3, "type": "VEC4"} | ({} if kind == 5126 else {"normalized": True}),
            {"bufferView": 2, "componentType": 5123, "count": 3, "type": "SCALAR"},
        ],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "COLOR_0": 1}, "indices": 2}]}],
        "nodes": [{"mesh": 0}],
        "scenes": [{"nodes": [0]}],
        "scene": 0,
    }
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", start, 0x004E4942) + b"".join(parts)
    Path(path).write_bytes(struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body)


write("float.glb", (shorts / 65535).astype("<f4"), 5126)
write("byte.glb", np.round(shorts / 257).astype("u1"), 5121)
write("short.glb", shorts, 5123)
expected = (shorts / 65535)[:, 0]
print("PyMeshLab", version("pymeshlab"), "expected red", expected.round(3).tolist())
seen = {}
for name in ("float", "byte", "short"):
    meshes = pymeshlab.MeshSet(verbose=False)
    meshes.load_new_mesh(f"{name}.glb")
    seen[name] = meshes.current_mesh().vertex_color_matrix()[:, 0]
    print(name, "saw", seen[name].round(3).tolist())
right = all(np.abs(seen[name] - expected).max() < 0.006 for name in ("float", "byte"))
sys.exit(0 if right and np.abs(seen["short"] - (shorts[:, 0] & 255) / 255).max() < 0.006 else 1)
PYTHON
