#!/usr/bin/env bash
# kagra: an animation in VRMA whose first key is not at 0 begins too early, and cubic splines begin and end with a tangent for a value.
# Why:      an expression track that begins with the first word, not with the sound, opens the mouth by that much too early. With cubic
#           splines, an open mouth is closed and the hips are elsewhere in the first and the last frame, a flash that is seen.
# Expected: glTF 2.0: the time of keys counts from the start of the animation; before the first key its value holds. A CUBICSPLINE key is
#           in-tangent, value, out-tangent. VRMA is glTF: an expression's weight is x of its node's translation.
# Seen:     the clip begins at the first key: a mouth that opens at 1.0 s opens at once, and 2 s of animation are 1 s. At the first key
#           the in-tangent is given, at the last the out-tangent. Rotations do not have the second fault.
# With kagra 0.1.4 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.1.4}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "kagra==$version" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import base64
import contextlib
import io
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from kagra.vrma_player import load_vrma


def clip(times, weights, interpolation):
    """Time and weight of the expression in each frame of kagra's clip, and its length."""
    values = np.zeros((len(weights), 3), "<f4")
    values[:, 0] = weights
    if interpolation == "CUBICSPLINE":
        # Tangents of zero before and after each value.
        values = np.stack([0 * values, values, 0 * values], 1).reshape(-1, 3)
    parts = [np.array(times, "<f4").tobytes(), values.tobytes()]
    document = {
        "asset": {"version": "2.0"},
        "extensionsUsed": ["VRMC_vrm_animation"],
        "extensions": {
            "VRMC_vrm_animation": {
                "specVersion": "1.0",
                "humanoid": {"humanBones": {"hips": {"node": 0}}},
                "expressions": {"preset": {"aa": {"node": 1}}},
            }
        },
        "nodes": [{"name": "hips", "translation": [0, 1, 0]}, {"name": "aa"}],
        "scenes": [{"nodes": [0, 1]}],
        "scene": 0,
        "animations": [
            {
                "samplers": [{"input": 0, "output": 1, "interpolation": interpolation}],
                "channels": [{"sampler": 0, "target": {"node": 1, "path": "translation"}}],
            }
        ],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": len(times), "type": "SCALAR", "min": [min(times)], "max": [max(times)]},
            {"bufferView": 1, "componentType": 5126, "count": len(values), "type": "VEC3"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": len(parts[0])},
            {"buffer": 0, "byteOffset": len(parts[0]), "byteLength": len(parts[1])},
        ],
        "buffers": [{"byteLength": sum(map(len, parts)), "uri": "data:application/octet-stream;base64," + base64.b64encode(b"".join(parts)).decode()}],
    }
    Path("mouth.vrma").write_text(json.dumps(document))
    with contextlib.redirect_stdout(io.StringIO()):
        frames = load_vrma("mouth.vrma", sample_fps=10).to_clip()
    starts = np.cumsum([0] + [frame[1] for frame in frames])[:-1]
    return starts.round(3), np.array([frame[3]["aa"] for frame in frames]).round(3)


print("kagra", version("kagra"))
early = []
for first in (0.0, 1.0):
    starts, mouth = clip([first, first + 0.5, first + 1], [0, 1, 0], "LINEAR")
    widest = float(starts[mouth.argmax()])
    early.append((first + 0.5 - widest, first + 1 - float(starts[-1])))
    print(f"first key at {first} s: expected the widest mouth at {first + 0.5} s and the end at {first + 1} s, saw {widest} and {float(starts[-1])} s")
held = {}
for interpolation in ("LINEAR", "CUBICSPLINE"):
    held[interpolation] = clip([0, 1], [0.8, 0.8], interpolation)[1]
    print(f"a mouth held at 0.8, {interpolation}: expected 0.8 in all frames, saw {held[interpolation].tolist()}")
tangents = held["CUBICSPLINE"]
holds = np.allclose(early, [(0, 0), (1, 1)], atol=0.01) and np.allclose(held["LINEAR"], 0.8)
sys.exit(0 if holds and tangents[0] == tangents[-1] == 0 and np.allclose(tangents[1:-1], 0.8) else 1)
PYTHON
