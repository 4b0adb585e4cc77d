#!/usr/bin/env bash
# fourdgs: a film of splat PLY files, looked at where its frames lie, is nearly dark or empty.
# Why:      the package is for splats in motion and its `4dgs convert` for folders of frames. A player, and its own `4dgs to-usd --animated`,
#           step through the film at the frame rate: the head is missing in some frames and 5 % as opaque in the others.
# Expected: with fps=30, frame k is what is seen at k / 30 s.
# Seen:     each frame's splats fade in and out around the middle of its slot, and at k / 30 s are 5 % as opaque as in the PLY, at 0 s not there
#           at all. Of the frames of the animated USD at the same rate some have no splat and none is brighter than that. Half a frame
#           later, at (k + 0.5) / 30 s, all is right.
# With fourdgs 0.6.0 and usd-core 26.11 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.6.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "fourdgs==$version" "usd-core==26.11" "numpy==2.3.5"
cd "$work"
mkdir frames
"$work/venv/bin/python" - <<'PYTHON'
from pathlib import Path

import numpy as np

# Eight frames of three splats, of which the first moves, as opaque as 1 / (1 + exp(-3)) = 0.95.
for k in range(8):
    table = {"x": [0.1 * k, 1, 2], "y": [0] * 3, "z": [0] * 3}
    table |= {f"f_dc_{i}": [0.5] * 3 for i in range(3)} | {"opacity": [3] * 3}
    table |= {f"scale_{i}": [-4] * 3 for i in range(3)} | {f"rot_{i}": [float(i == 0)] * 3 for i in range(4)}
    heading = "ply\nformat binary_little_endian 1.0\nelement vertex 3\n"
    heading += "".join(f"property float {name}\n" for name in table) + "end_header\n"
    Path(f"frames/{k:03}.ply").write_bytes(heading.encode() + np.array(list(table.values()), "<f4").T.tobytes())
PYTHON
"$work/venv/bin/python" -m fourdgs.cli convert frames -o film.4dgs --fps 30
"$work/venv/bin/python" -m fourdgs.cli to-usd film.4dgs -o film.usda --animated --fps 30 --coordinate-system y-up-right-handed
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import fourdgs
from pxr import Usd

film = fourdgs.read("film.4dgs")
stage = Usd.Stage.Open("film.usda")
splats = next(prim for prim in stage.Traverse() if prim.HasAttribute("opacities"))
print("fourdgs", version("fourdgs"), "usd-core", version("usd-core"))


def seen(time):
    """How many splats are seen at a time, and the greatest opacity."""
    opacity = film.state_at(time)["opacity"]
    return len(opacity), round(float(max(opacity, default=0)), 3)


at_frames = [seen(k / 30) for k in range(8)]
between = [seen((k + 0.5) / 30) for k in range(8)]
in_usd = [list(splats.GetAttribute("opacities").Get(k)) for k in range(8)]
in_usd = [(len(values), round(max(values, default=0), 3)) for values in in_usd]
print("expected for each frame (3, 0.953): three splats, opacity 0.953")
print("at k / 30 s:        ", *at_frames)
print("at (k + 0.5) / 30 s:", *between)
print("animated USD:       ", *in_usd)
held = at_frames[0] == (0, 0) and max(opacity for _, opacity in at_frames + in_usd) < 0.06
held = held and any(count == 0 for count, _ in in_usd) and all(count == 3 and opacity > 0.9 for count, opacity in between)
sys.exit(0 if held else 1)
PYTHON
