#!/usr/bin/env bash
# panda3d-gltf: weights of blend shapes that are stored as integers are not scaled, and between two keys the later one is shown.
# Why:      exporters and optimizers store such weights as bytes or shorts, since they are 0 to 1. The first smile throws the mouth 65535
#           times too far. With few keys (blinks, poses, thinned curves) a mouth opens as soon as the film begins, long before the sound.
# Expected: glTF 2.0 lets the output of a sampler for weights be "normalized" unsigned bytes or shorts, which stand for 0 to 1. LINEAR keys
#           0 at 0 s, 1 at 0.5 s and 0 at 1 s give 0.5 at 0.25 s and at 0.75 s; the loader makes 30 frames a second of them.
# Seen:     shorts come in as 65535, bytes as 255. Floats are 1 in frames 0 to 15 and 0 after them, nothing between; STEP is right. (That
#           nodes jump from key to key has been reported to its authors.)
# With panda3d-gltf 1.3.0 and Panda3D 1.10.16 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.3.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "panda3d-gltf==$version" "panda3d==1.10.16" "panda3d-simplepbr==0.13.1" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import base64
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from panda3d.core import AnimChannelScalarTable, NodePath, loadPrcFileData

loadPrcFileData("", "window-type none\naudio-library-name null\nnotify-level error")
import gltf

points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "<f4")
shape = np.array([[0, 0, 1], [0, 0, 0], [0, 0, 0]], "<f4")
times = np.array([0, 0.5, 1], "<f4")
KINDS = {"<f4": 5126, "|u1": 5121, "<u2": 5123}


def write(path, keys, interpolation="LINEAR"):
    """A triangle with one shape whose weight goes from 0 to 1 and back in a second."""
    parts = [points.tobytes(), shape.tobytes(), times.tobytes(), keys.tobytes()]
    starts = np.cumsum([0, *map(len, parts)]).tolist()
    floats = {"componentType": 5126, "count": 3}
    document = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": starts[-1], "uri": "data:application/octet-stream;base64," + base64.b64encode(b"".join(parts)).decode()}],
        "bufferViews": [{"buffer": 0, "byteOffset": start, "byteLength": len(part)} for start, part in zip(starts, parts)],
        "accessors": [
            {"bufferView": 0, "type": "VEC3", "min": [0, 0, 0], "max": [1, 1, 0]} | floats,
            {"bufferView": 1, "type": "VEC3", "min": [0, 0, 0], "max": [0, 0, 1]} | floats,
            {"bufferView": 2, "type": "SCALAR", "min": [0.0], "max": [1.0]} | floats,
            {"bufferView": 3, "type": "SCALAR", "count": 3} | ({"componentType": KINDS[keys.dtype.str]} | ({} if keys.dtype == "<f4" else {"normalized": True})),
        ],
        "materials": [{}],
        "meshes": [
            {
                "name": "Face",
                "primitives": [{"attributes": {"POSITION": 0}, "material": 0, "targets": [{"POSITION": 1}]}],
                "weights": [0],
                "extras": {"targetNames": ["jawOpen"]},
            }
        ],
        "nodes": [{"mesh": 0, "name": "Head"}],
        "scenes": [{"nodes": [0]}],
        "scene": 0,
        "animations": [
            {
                "samplers": [{"input": 2, "output": 3, "interpolation": interpolation}],
                "channels": [{"sampler": 0, "target": {"node": 0, "path": "weights"}}],
            }
        ],
    }
    Path(path).write_text(json.dumps(document))


def weights(path):
    """The weight in each frame and the frames in a second."""
    for found in NodePath(gltf.load_model(path)).find_all_matches("**/+AnimBundleNode"):
        bundle = found.node().bundle
        groups = [bundle]
        while groups:
            group = groups.pop()
            if isinstance(group, AnimChannelScalarTable):
                return np.array(group.table), bundle.base_frame_rate
            groups += [group.getChild(i) for i in range(group.getNumChildren())]


write("float.gltf", np.array([0, 1, 0], "<f4"))
write("step.gltf", np.array([0, 1, 0], "<f4"), "STEP")
write("short.gltf", np.array([0, 65535, 0], "<u2"))
write("byte.gltf", np.array([0, 255, 0], "u1"))
seen, rate = weights("float.gltf")
steps, shorts, bytes_ = (weights(f"{name}.gltf")[0] for name in ("step", "short", "byte"))
frames = [0, 4, 8, 12, 18, 22, 26]
expected = [1 - abs(frame / rate - 0.5) / 0.5 for frame in frames]
print("panda3d-gltf", version("panda3d-gltf"), "Panda3D", version("panda3d"), "frames a second:", rate)
print("frames  ", frames)
print("expected", np.round(expected, 2).tolist())
print("saw     ", seen[frames].round(2).tolist())
print("STEP: expected", [0.0] * 4 + [1.0] * 3, "saw", steps[frames].tolist())
print("largest: expected 1 each, saw", seen.max(), "of floats,", bytes_.max(), "of bytes and", shorts.max(), "of shorts")
stepped = seen[frames].tolist() == [1.0] * 4 + [0.0] * 3 and steps[frames].tolist() == [0.0] * 4 + [1.0] * 3
sys.exit(0 if stepped and (bytes_.max(), shorts.max()) == (255, 65535) else 1)
PYTHON
