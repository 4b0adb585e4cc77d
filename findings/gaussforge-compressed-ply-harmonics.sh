#!/usr/bin/env bash
# gaussforge: spherical harmonics change places on the way through its own compressed PLY.
# Expected: f_rest_0, f_rest_1, ... of a PLY come back under the same names, within the 8-bit step of the format.
# Seen:     the writer stores them coefficient by coefficient (red, green, blue of the first, then of the second), the reader takes the file
#           as channel by channel, which is how PLY orders them. Values land under other names; view-dependent colour is scrambled.
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


count = 4
rng = np.random.default_rng(1)
columns = {axis: rng.uniform(-1, 1, count) for axis in "xyz"}
columns |= {f"f_dc_{i}": rng.uniform(-1, 1, count) for i in range(3)}
columns |= {f"f_rest_{i}": np.full(count, 0.1 * i) for i in range(9)}
columns["opacity"] = rng.uniform(-1, 1, count)
columns |= {f"scale_{i}": rng.uniform(-5, -3, count) for i in range(3)}
columns |= {f"rot_{i}": np.full(count, float(i == 0)) for i in range(4)}
back = through(make_ply(columns), "compressed.ply")

sent = [0.1 * i for i in range(9)]
seen = [float(back[f"f_rest_{i}"][0]) for i in range(9)]
step = 8 / 256
print("gaussforge", version("gaussforge"))
print("expected", [round(v, 2) for v in sent])
print("saw     ", [round(v, 2) for v in seen])
crossed = [sent[3 * (i % 3) + i // 3] for i in range(9)]
swapped = max(abs(a - b) for a, b in zip(seen, crossed)) <= step
wrong = max(abs(a - b) for a, b in zip(seen, sent)) > 3 * step
sys.exit(0 if swapped and wrong else 1)
PYTHON
