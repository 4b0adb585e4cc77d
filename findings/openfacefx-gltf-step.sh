#!/usr/bin/env bash
# openfacefx: blend shape weights of a glTF file that jump from key to key (STEP) are read as slopes.
# Why:      mouth shapes of drawn and game characters, blinks and cuts are animated in steps. Read so, a mouth that is shut for a second
#           and then opens begins to open at once; all shapes in between are blends that nobody made, up to a key ahead of the voice.
# Expected: glTF 2.0: a STEP sampler holds the value of a key until the next one. The reader of openfacefx is "the round-trip" for such files
#           and tells by a warning what it leaves out, such as the tangents of CUBICSPLINE.
# Seen:     there is no warning, and the track has the two keys as for LINEAR: 0.9 s after a closed mouth, 0.1 s before it is to open, its
#           weight is 0.9. The interpolation is looked at for CUBICSPLINE only. pygfx, another reader, has 0 there.
# With openfacefx 0.24.0 and pygfx 0.17.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.24.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "openfacefx==$version" "pygfx==0.17.0" "gltflib==1.0.13" "imageio==2.38.1" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import base64
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pygfx
from openfacefx.edits import sample
from openfacefx.importers_gltf import read_gltf

points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "<f4")
shape = np.array([[0, 0, 1], [0, 0, 0], [0, 0, 0]], "<f4")
TIMES, WEIGHTS = [0, 1, 2], [0, 1, 0]


def write(path, kind):
    """A triangle whose jaw is shut, open from 1 s on, and shut again at 2 s."""
    parts = [row.tobytes() for row in (points, shape, np.array(TIMES, "<f4"), np.array(WEIGHTS, "<f4"))]
    starts = np.cumsum([0, *map(len, parts)]).tolist()
    kinds = [("VEC3", [0, 0, 0], [1, 1, 0]), ("VEC3", [0, 0, 0], [0, 0, 1]), ("SCALAR", [0], [2]), ("SCALAR", [0], [1])]
    document = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": starts[-1], "uri": "data:application/octet-stream;base64," + base64.b64encode(b"".join(parts)).decode()}],
        "bufferViews": [{"buffer": 0, "byteOffset": start, "byteLength": len(part)} for start, part in zip(starts, parts)],
        "accessors": [{"bufferView": i, "componentType": 5126, "count": 3, "type": t, "min": a, "max": b} for i, (t, a, b) in enumerate(kinds)],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "targets": [{"POSITION": 1}]}], "weights": [0], "extras": {"targetNames": ["jawOpen"]}}],
        "nodes": [{"mesh": 0, "name": "face"}],
        "scenes": [{"nodes": [0]}],
        "scene": 0,
        "animations": [
            {
                "name": "talk",
                "samplers": [{"input": 2, "output": 3, "interpolation": kind}],
                "channels": [{"sampler": 0, "target": {"node": 0, "path": "weights"}}],
            }
        ],
    }
    Path(path).write_text(json.dumps(document))


def by_pygfx(path, times):
    loaded = pygfx.load_gltf(path, quiet=True)
    mixer = pygfx.AnimationMixer()
    mixer.clip_action(loaded.animations[0]).play()
    seen = []
    for time in times:
        mixer.set_time(time)
        seen.append(round(float(loaded.scene.children[0].morph_target_influences[0]), 3))
    return seen


at = [0.5, 0.9, 1.1, 1.5]
print("openfacefx", version("openfacefx"), "pygfx", pygfx.__version__)
results = []
for kind, expected in (("LINEAR", [0.5, 0.9, 0.9, 0.5]), ("STEP", [0, 0, 1, 1])):
    write("face.gltf", kind)
    track, warnings = read_gltf("face.gltf")
    seen = np.asarray(sample(track.channels[0], np.array(at))).round(3).tolist()
    other = by_pygfx("face.gltf", at)
    results.append((np.allclose(other, expected), seen, warnings))
    print(f"{kind}, at {at} s: expected {expected}, pygfx {other}, saw {seen}, warnings {warnings}")
(first, linear, _), (second, step, silence) = results
sys.exit(0 if first and second and linear == step == [0.5, 0.9, 0.9, 0.5] and not silence else 1)
PYTHON
