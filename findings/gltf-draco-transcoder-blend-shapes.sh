#!/usr/bin/env bash
# gltf-draco-transcoder: compressing a head with blend shapes puts each shape's offsets on the wrong vertices.
# Why:      compressed heads are what is sent to browsers. The neutral face looks right; as soon as it smiles, the skin is torn.
# Expected: offsets of a morph target belong to the vertex of the same number. Draco may put vertices into another order (its method
#           "edgebreaker" does), so a mesh with morph targets is compressed in its order ("sequential", as glTF-Transform does by itself),
#           or its targets are put into the new order, or it is left alone. The size and names of the targets tell nothing of a change.
# Seen:     vertices come in a new order, targets stay in the old one; nothing is said. DracoPy, another decoder, sees the same.
# With gltf-draco-transcoder 0.3.1 and DracoPy 2.2.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.3.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "gltf-draco-transcoder==$version" "DracoPy==2.2.0" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import base64
import json
import struct
import sys
from importlib.metadata import version
from pathlib import Path

import DracoPy
import numpy as np
from gltf_draco_transcoder import compress_gltf, decompress_gltf

# A square of 6 x 6 vertices. Its one shape lifts each vertex by x + 6 y.
side = 6
x, y = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
points = np.stack([x, y, 0 * x], 1).astype("<f4")
offsets = np.stack([0 * x, 0 * x, x + side * y], 1).astype("<f4")
corners = [k for j in range(side - 1) for i in range(side - 1) for a in [i + side * j] for k in (a, a + 1, a + side, a + 1, a + side + 1, a + side)]
triangles = np.array(corners, "<u2")
parts = [points.tobytes(), offsets.tobytes(), triangles.tobytes()]
starts = [0, len(parts[0]), len(parts[0]) + len(parts[1])]
document = {
    "asset": {"version": "2.0"},
    "buffers": [{"byteLength": sum(map(len, parts))}],
    "bufferViews": [{"buffer": 0, "byteOffset": start, "byteLength": len(part)} for start, part in zip(starts, parts)],
    "accessors": [
        {"bufferView": i, "componentType": 5126, "count": len(rows), "type": "VEC3", "min": rows.min(0).tolist(), "max": rows.max(0).tolist()}
        for i, rows in enumerate((points, offsets))
    ]
    + [{"bufferView": 2, "componentType": 5123, "count": len(triangles), "type": "SCALAR"}],
    "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 2, "targets": [{"POSITION": 1}]}], "extras": {"targetNames": ["smile"]}}],
    "nodes": [{"mesh": 0}],
    "scenes": [{"nodes": [0]}],
    "scene": 0,
}
text = json.dumps(document).encode()
text += b" " * (-len(text) % 4)
body = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", starts[2] + len(parts[2]), 0x004E4942) + b"".join(parts)
Path("head.glb").write_bytes(struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body)


def opened(data):
    """The document of a GLB file and a function that gives the bytes of a buffer view."""
    length = struct.unpack_from("<I", data, 12)[0]
    document, binary = json.loads(data[20 : 20 + length]), data[28 + length :]

    def view(index):
        view = document["bufferViews"][index]
        buffer = document["buffers"][view["buffer"]]
        held = base64.b64decode(buffer["uri"].split(",")[1]) if "uri" in buffer else binary
        start = view.get("byteOffset", 0)
        return held[start : start + view["byteLength"]]

    return document, view


def rows(document, view, index):
    accessor = document["accessors"][index]
    return np.frombuffer(view(accessor["bufferView"]), "<f4", 3 * accessor["count"], accessor.get("byteOffset", 0)).reshape(-1, 3)


Path("sent.glb").write_bytes(compress_gltf("head.glb").getvalue())
sent, sent_view = opened(Path("sent.glb").read_bytes())
primitive = sent["meshes"][0]["primitives"][0]
if "KHR_draco_mesh_compression" not in primitive.get("extensions", {}):
    print("not compressed")
    sys.exit(1)
by_other = np.asarray(DracoPy.decode(sent_view(primitive["extensions"]["KHR_draco_mesh_compression"]["bufferView"])).points).reshape(-1, 3)
lifted = {"DracoPy": (by_other, rows(sent, sent_view, primitive["targets"][0]["POSITION"]))}
back, back_view = opened(decompress_gltf("sent.glb").getvalue())
primitive = back["meshes"][0]["primitives"][0]
lifted["its own decoder"] = tuple(rows(back, back_view, i) for i in (primitive["attributes"]["POSITION"], primitive["targets"][0]["POSITION"]))
print("gltf-draco-transcoder", version("gltf-draco-transcoder"), "DracoPy", version("DracoPy"))
wrong = []
for name, (places, moves) in lifted.items():
    expected = places[:, 0].round() + side * places[:, 1].round()
    wrong.append(int((np.abs(moves[:, 2] - expected) > 0.5).sum()))
    print(f"{name}: expected lifts {expected[:8].astype(int).tolist()}..., saw {moves[:8, 2].astype(int).tolist()}..., {wrong[-1]} of {len(places)} wrong")
sys.exit(0 if min(wrong) > side * side / 2 else 1)
PYTHON
