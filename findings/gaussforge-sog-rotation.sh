#!/usr/bin/env bash
# gaussforge: rotations come back wrong from SOG unless the PLY holds unit quaternions.
# Expected: splat trainers store the raw optimised quaternion in rot_0..rot_3 and every viewer normalises it, so a converter does so too
#           before it keeps only the three smallest components. gaussforge does that for its SPZ output.
# Seen:     the SOG writer codes the raw components. The reader restores the fourth from unit length, so that a quaternion of length 0.7
#           comes back as another rotation, 24 degrees off here; the same rotation at length 1 comes back right.
# With gaussforge 0.6.0 on 2026-11-28.
set -euo pipefail
version=${VERSION:-0.6.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "gaussforge==$version" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import struct
import sys
from importlib.metadata import version

import gaussforge
import numpy as np


def make_ply(columns):
    """A binary PLY of float properties, as splat trainers write it."""
    count = len(next(iter(columns.values())))
    head = "ply\nformat binary_little_endian 1.0\n" + f"element vertex {count}\n"
    head += "".join(f"property float {name}\n" for name in columns) + "end_header\n"
    return head.encode() + np.stack(list(columns.values()), 1).astype("<f4").tobytes()


def read_ply(data):
    head, body = data.split(b"end_header\n", 1)
    names = [line.split()[2].decode() for line in head.splitlines() if line.startswith(b"property float")]
    table = np.frombuffer(body, "<f4").reshape(-1, len(names))
    return {name: table[:, i] for i, name in enumerate(names)}


def through(data, kind):
    converter = gaussforge.GaussForge()
    packed = converter.convert(data, "ply", kind)
    back = converter.convert(packed["data"], kind, "ply")
    return read_ply(back["data"])


count = 16
rng = np.random.default_rng(1)
direction = np.array([0.8, -0.4, 0.4, 0.2])
direction /= np.linalg.norm(direction)


def worst_angle(length, kind):
    columns = {axis: rng.uniform(-1, 1, count) for axis in "xyz"}
    columns |= {f"f_dc_{i}": rng.uniform(-1, 1, count) for i in range(3)}
    columns["opacity"] = rng.uniform(-1, 1, count)
    columns |= {f"scale_{i}": rng.uniform(-5, -3, count) for i in range(3)}
    columns |= {f"rot_{i}": np.full(count, direction[i] * length) for i in range(4)}
    back = through(make_ply(columns), kind)
    quaternions = np.stack([back[f"rot_{i}"] for i in range(4)], 1)
    quaternions /= np.linalg.norm(quaternions, axis=1, keepdims=True)
    cosine = np.clip(np.abs(quaternions @ direction), 0, 1)
    return float(np.degrees(2 * np.arccos(cosine)).max())


print("gaussforge", version("gaussforge"))
unit, short, spz = worst_angle(1.0, "sog"), worst_angle(0.7, "sog"), worst_angle(0.7, "spz")
print(f"unit quaternion through SOG: {unit:.1f} degrees off")
print(f"length 0.7 through SPZ: {spz:.1f} degrees off")
print(f"length 0.7 through SOG: expected below 2 degrees, saw {short:.1f}")
sys.exit(0 if unit < 2 and spz < 2 and short > 10 else 1)
PYTHON
