#!/usr/bin/env bash
# pygltflib: the blend shape weights of a node are lost by loading and saving a file.
# Expected: a glTF 2.0 node has "weights", the values of this instance's morph targets, which take precedence over those of its mesh.
#           They survive a load and a save, as the mesh's own do.
# Seen:     the class Node knows no weights. After load and save the node has none and the face falls back to the mesh's defaults.
# With pygltflib 1.16.5 on 2026-11-28.
set -euo pipefail
version=${VERSION:-1.16.5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pygltflib==$version"
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


import sys
from importlib.metadata import version
from pathlib import Path

import pygltflib

points = struct.pack("<9f", 0, 0, 0, 1, 0, 0, 0, 1, 0)
offsets = struct.pack("<9f", 0, 0, 1, 0, 0, 0, 0, 0, 0)
document = {
    "asset": {"version": "2.0"},
    "buffers": [{"byteLength": 72}],
    "bufferViews": [{"buffer": 0, "byteOffset": o, "byteLength": 36} for o in (0, 36)],
    "accessors": [
        {"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3", "min": [0, 0, 0], "max": [1, 1, 0]},
        {"bufferView": 1, "componentType": 5126, "count": 3, "type": "VEC3", "min": [0, 0, 0], "max": [0, 0, 1]},
    ],
    "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "targets": [{"POSITION": 1}]}], "weights": [0.25]}],
    "nodes": [{"mesh": 0, "weights": [0.75]}],
    "scenes": [{"nodes": [0]}],
    "scene": 0,
}
Path("face.glb").write_bytes(make_glb(document, points + offsets))
pygltflib.GLTF2().load("face.glb").save("again.glb")
data = Path("again.glb").read_bytes()
saved = json.loads(data[20 : 20 + struct.unpack("<I", data[12:16])[0]])
print("pygltflib", version("pygltflib"))
print("weights of the mesh: expected [0.25], saw", saved["meshes"][0].get("weights"))
print("weights of the node: expected [0.75], saw", saved["nodes"][0].get("weights"))
sys.exit(0 if saved["meshes"][0].get("weights") == [0.25] and "weights" not in saved["nodes"][0] else 1)
PYTHON
