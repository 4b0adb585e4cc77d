#!/usr/bin/env bash
# gltflib: loading and saving a glTF file drops the vertex attributes that are not in its list.
# Why:      a head with more than four joints per vertex has JOINTS_1 and WEIGHTS_1, a splat file of KHR_gaussian_splatting keeps its rotations, scales
#           and colors in attributes of its own, and trackers write _NAMES. The package is made to convert, say, .gltf to .glb; the head that
#           comes out is dented where it moves, the splats are bare points.
# Expected: a set with any number, and names that begin with an underscore or belong to an extension, are valid glTF and come back, as unknown
#           extensions and extras do.
# Seen:     only POSITION, NORMAL, TANGENT, TEXCOORD_0, TEXCOORD_1, COLOR_0, JOINTS_0 and WEIGHTS_0 come back. Nothing is said. Targets of blend
#           shapes with other names go the same way, their data stay in the file.
# With gltflib 1.0.13 and pygltflib 1.16.5 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.0.13}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "gltflib==$version" "pygltflib==1.16.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import json
import struct
import sys
from importlib.metadata import version

import pygltflib
from gltflib import GLTF

kinds = {"POSITION": ("VEC3", 5126, 12), "WEIGHTS_0": ("VEC4", 5126, 16), "JOINTS_0": ("VEC4", 5121, 4), "WEIGHTS_1": ("VEC4", 5126, 16),
         "JOINTS_1": ("VEC4", 5121, 4), "TEXCOORD_2": ("VEC2", 5126, 8), "_TRACK": ("SCALAR", 5126, 4),
         "KHR_gaussian_splatting:ROTATION": ("VEC4", 5126, 16)}
blob, views, accessors = b"", [], []
for kind, component, length in kinds.values():
    views.append({"buffer": 0, "byteOffset": len(blob), "byteLength": 3 * length})
    accessors.append({"bufferView": len(accessors), "componentType": component, "count": 3, "type": kind})
    blob += bytes(3 * length)
accessors[0] |= {"min": [0, 0, 0], "max": [0, 0, 0]}
primitive = {"attributes": {name: i for i, name in enumerate(kinds)}, "mode": 0, "targets": [{"POSITION": 0, "_TRACK": 6}],
             "extensions": {"KHR_gaussian_splatting": {"kernel": "ellipse", "colorSpace": "srgb_rec709_display"}}}
document = {"asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [0]}], "nodes": [{"mesh": 0}], "meshes": [{"primitives": [primitive]}],
            "accessors": accessors, "bufferViews": views, "buffers": [{"byteLength": len(blob)}], "extensionsUsed": ["KHR_gaussian_splatting"]}
text = json.dumps(document).encode()
text += b" " * (-len(text) % 4)
head = struct.pack("<4sIIII", b"glTF", 2, 28 + len(text) + len(blob), len(text), 0x4E4F534A)
with open("in.glb", "wb") as file:
    file.write(head + text + struct.pack("<II", len(blob), 0x004E4942) + blob)


def names(path):
    with open(path, "rb") as file:
        data = file.read()
    written = json.loads(data[20:20 + struct.unpack("<I", data[12:16])[0]])["meshes"][0]["primitives"][0]
    return sorted(written["attributes"]), sorted(written["targets"][0]), sorted(written.get("extensions", {}))


GLTF.load("in.glb").export("out.glb")
pygltflib.GLTF2().load("in.glb").save("other.glb")
expected, seen, other = names("in.glb"), names("out.glb"), names("other.glb")
print("gltflib", version("gltflib"), "pygltflib", version("pygltflib"))
print("expected", *expected)
print("pygltflib saw", *other)
print("gltflib saw  ", *seen)
held = seen == (["JOINTS_0", "POSITION", "WEIGHTS_0"], ["POSITION"], ["KHR_gaussian_splatting"])
sys.exit(0 if held and other == expected else 1)
PYTHON
