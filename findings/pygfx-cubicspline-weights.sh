#!/usr/bin/env bash
# pygfx: a glTF file whose blend shapes move by cubic splines is refused as a whole.
# Why:      faces that were animated by hand have curves with tangents, and exporters write them so where they are not told to sample. Not
#           even the still head of such a file is shown, and the words of the error, about reshaping an array, lead nowhere.
# Expected: the loader is "completely compatible with the glTF 2.0 specification", which lets weights have the interpolation CUBICSPLINE:
#           for each key the in-tangents of all shapes, their values, and their out-tangents, as numbers one by one. With tangents of zero
#           the way from 0 to 1 is 0.5 in the middle and 0.156 after a quarter.
# Seen:     "cannot reshape array": the numbers are taken for rows. A cubic spline that moves the node is read, and right, and so are
#           weights that are LINEAR.
# With pygfx 0.17.0 and gltflib 1.0.13 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.17.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pygfx==$version" "gltflib==1.0.13" "imageio==2.38.1" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import base64
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pygfx

points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "<f4")
jaw = np.array([[0, 0, 1], [0, 0, 0], [0, 0, 0]], "<f4")
smile = np.array([[0, 0, 0], [0, 0, 1], [0, 0, 0]], "<f4")


def write(path, target, kind, values):
    """A triangle with two shapes and an animation of one second with two keys."""
    rows = [points, jaw, smile, np.array([0, 1], "<f4"), np.asarray(values, "<f4")]
    parts = [row.tobytes() for row in rows]
    starts = np.cumsum([0, *map(len, parts)]).tolist()
    shapes = [("VEC3", 3, [0, 0, 0], [1, 1, 0]), ("VEC3", 3, [0, 0, 0], [0, 0, 1]), ("VEC3", 3, [0, 0, 0], [0, 0, 1]), ("SCALAR", 2, [0], [1])]
    accessors = [{"bufferView": i, "componentType": 5126, "type": t, "count": n, "min": a, "max": b} for i, (t, n, a, b) in enumerate(shapes)]
    last = {"type": "SCALAR", "count": rows[-1].size} if target == "weights" else {"type": "VEC3", "count": rows[-1].size // 3}
    accessors.append({"bufferView": 4, "componentType": 5126} | last)
    document = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": starts[-1], "uri": "data:application/octet-stream;base64," + base64.b64encode(b"".join(parts)).decode()}],
        "bufferViews": [{"buffer": 0, "byteOffset": start, "byteLength": len(part)} for start, part in zip(starts, parts)],
        "accessors": accessors,
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "targets": [{"POSITION": 1}, {"POSITION": 2}]}], "weights": [0, 0]}],
        "nodes": [{"mesh": 0, "name": "face"}],
        "scenes": [{"nodes": [0]}],
        "scene": 0,
        "animations": [
            {
                "name": "talk",
                "samplers": [{"input": 3, "output": 4, "interpolation": kind}],
                "channels": [{"sampler": 0, "target": {"node": 0, "path": target}}],
            }
        ],
    }
    Path(path).write_text(json.dumps(document))


def play(path, target):
    """What the first number of the target is after a quarter and a half of the second."""
    try:
        loaded = pygfx.load_gltf(path, quiet=True)
    except ValueError as error:
        return f"an error: {error}"
    mixer = pygfx.AnimationMixer()
    mixer.clip_action(loaded.animations[0]).play()
    face, seen = loaded.scene.children[0], []
    for time in (0.25, 0.5):
        mixer.set_time(time)
        seen.append(round(float((face.morph_target_influences if target == "weights" else face.local.position)[0]), 3))
    return seen


print("pygfx", pygfx.__version__, "gltflib", version("gltflib"))
zero = [0, 0]
cases = {
    "weights, LINEAR": ("weights", "LINEAR", [zero, [1, 1]], [0.25, 0.5]),
    "translation, CUBICSPLINE": ("translation", "CUBICSPLINE", [[[0] * 3] * 3, [[0] * 3, [1, 0, 0], [0] * 3]], [0.156, 0.5]),
    "weights, CUBICSPLINE": ("weights", "CUBICSPLINE", [[zero] * 3, [zero, [1, 1], zero]], [0.156, 0.5]),
}
right = []
for name, (target, kind, values, expected) in cases.items():
    write("face.gltf", target, kind, values)
    seen = play("face.gltf", target)
    right.append(seen == expected)
    print(f"{name}: expected {expected}, saw {seen}")
sys.exit(0 if right == [True, True, False] and seen.startswith("an error") else 1)
PYTHON
