#!/usr/bin/env bash
# 3dqa: "heal" takes blend shapes and animations away from a head, also if there is nothing to heal, and reports PASS.
# Why:      folders of exports are linted and healed before they are shipped. What comes out is a head that cannot speak, with a certificate
#           that says that nothing was introduced and that all checks are passed.
# Expected: a file without faults stays as it is, and what heal cannot keep it says, as its description promises.
# Seen:     no action, nothing fixed, nothing introduced, PASS before and after; the repaired file has no targets, no weights and no
#           animation. Lint does not mention them, either.
# With 3dqa 1.0.0 and trimesh 5.2.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.0.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "3dqa==$version" "trimesh==5.2.0" "pillow==13.0.0" "scipy==1.17.1" \
	"numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import json
import struct
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np

FLOAT, SHORT = 5126, 5123
# A round head of 24 by 16 fields.
around, down = np.linspace(0, 2 * np.pi, 24, endpoint=False), np.linspace(0, np.pi, 17)[1:-1]
rings = [[np.sin(b) * np.cos(a), np.sin(b) * np.sin(a), np.cos(b)] for b in down for a in around]
places = np.array([[0, 0, 1], *rings, [0, 0, -1]], np.float32)
last = len(places) - 1
faces = []
for j in range(24):
    k = (j + 1) % 24
    faces += [[0, 1 + j, 1 + k], [last, last - 24 + k, last - 24 + j]]
    for ring in range(1, 24 * 14, 24):
        faces += [[ring + j, ring + j + 24, ring + k], [ring + k, ring + j + 24, ring + k + 24]]
jaw = np.where(places[:, 2:] < -0.3, [0, 0, -0.2], 0).astype(np.float32)
texture = np.stack([np.arctan2(places[:, 1], places[:, 0]) / (2 * np.pi) + 0.5, (1 - places[:, 2]) / 2], 1).astype(np.float32)
data, views, accessors = b"", [], []


def add(values, component, kind, bounds=False):
    global data
    views.append({"buffer": 0, "byteOffset": len(data), "byteLength": values.nbytes})
    accessor = {"bufferView": len(views) - 1, "componentType": component, "count": len(values), "type": kind}
    if bounds:
        table = values.reshape(len(values), -1)
        accessor |= {"min": table.min(0).tolist(), "max": table.max(0).tolist()}
    accessors.append(accessor)
    data += values.tobytes() + bytes(-values.nbytes % 4)
    return len(accessors) - 1


head = {
    "attributes": {"POSITION": add(places, FLOAT, "VEC3", True), "NORMAL": add(places, FLOAT, "VEC3"), "TEXCOORD_0": add(texture, FLOAT, "VEC2")},
    "indices": add(np.array(faces, np.uint16).ravel(), SHORT, "SCALAR"), "material": 0, "targets": [{"POSITION": add(jaw, FLOAT, "VEC3", True)}]}
sampler = {"input": add(np.array([0, 0.5, 1], np.float32), FLOAT, "SCALAR", True), "output": add(np.array([0, 1, 0], np.float32), FLOAT, "SCALAR")}
gltf = {
    "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0, "name": "head"}],
    "meshes": [{"primitives": [head], "weights": [0], "extras": {"targetNames": ["jawOpen"]}}],
    "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [0.88, 0.67, 0.55, 1]}}],
    "animations": [{"samplers": [sampler], "channels": [{"sampler": 0, "target": {"node": 0, "path": "weights"}}]}],
    "buffers": [{"byteLength": len(data)}], "bufferViews": views, "accessors": accessors}
text = json.dumps(gltf).encode()
text += b" " * (-len(text) % 4)
Path("head.glb").write_bytes(struct.pack("<4sII", b"glTF", 2, 28 + len(text) + len(data)) + struct.pack("<I4s", len(text), b"JSON") + text
                             + struct.pack("<I4s", len(data), b"BIN\0") + data)


def content(path):
    """How many targets, weights and animations a file has."""
    file = Path(path).read_bytes()
    found = json.loads(file[20:20 + struct.unpack_from("<I", file, 12)[0]])
    mesh = found["meshes"][0]
    return len(mesh["primitives"][0].get("targets", [])), len(mesh.get("weights", [])), len(found.get("animations", []))


tool = Path(sys.executable).with_name("3dqa")
result = subprocess.run([tool, "heal", "head.glb", "--pretty"], check=True, capture_output=True, text=True)
report = json.JSONDecoder().raw_decode(result.stdout[result.stdout.index("{"):])[0]
told = {key: report["repair"][key] for key in ("fixed", "unfixable", "introduced", "actions")}
before, after = content("head.glb"), content("head_repaired.glb")
silent = not any(word in result.stdout.lower() for word in ("morph", "blend shape", "blendshape", "animation"))
print("3dqa", version("3dqa"), "trimesh", version("trimesh"))
print(f"verdict {report['verdict']}, {told}; {'not a word' if silent else 'something'} about blend shapes or animation")
print(f"targets, weights, animations: expected {before}, saw {after}")
holds = before == (1, 1, 1) and after == (0, 0, 0) and report["verdict"] == "PASS" and not any(told.values()) and silent
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
