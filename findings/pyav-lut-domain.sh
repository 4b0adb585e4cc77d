#!/usr/bin/env bash
# PyAV (FFmpeg): the filter lut3d ignores the domain of a .cube file if it is written above the size.
# Why:      whether a graded film is right or twice as bright hangs on the order of two header lines, which no viewer shows. Captures that
#           go through such a table give an avatar with the wrong skin.
# Expected: the .cube specification lets the keyword lines stand in any order above the table. DOMAIN_MIN 0 and DOMAIN_MAX 2 mean that
#           the table covers inputs from 0 to 2, wherever in the header they are. OpenColorIO and the library colour read both files alike.
# Seen:     below LUT_3D_SIZE they count, above it they are skipped without a word: 0.8 through a table that halves comes out as 0.8.
#           Resolve's LUT_3D_INPUT_RANGE is skipped above the size, too, and below it the file is refused.
# With PyAV 18.1.0, its FFmpeg, and OpenColorIO 2.6.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-18.1.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "av==$version" "numpy==2.4.6" "opencolorio==2.6.0"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from fractions import Fraction
from pathlib import Path

import av
import av.filter
import numpy as np
import PyOpenColorIO as ocio

SIZE, DOMAIN = ["LUT_3D_SIZE 5"], ["DOMAIN_MIN 0 0 0", "DOMAIN_MAX 2 2 2"]
color = np.array([204, 153, 102], "u1")


def cube(name, heading):
    """A table that divides red by 2, green by 4 and blue by 8 for inputs from 0 to 2."""
    steps = np.linspace(0, 2, 5)
    rows = [f"{r / 2:.6f} {g / 4:.6f} {b / 8:.6f}" for b in steps for g in steps for r in steps]
    Path(name).write_text("\n".join([*heading, *rows]) + "\n")


def filtered(name):
    frame = av.VideoFrame.from_ndarray(np.broadcast_to(color, (16, 16, 3)).copy(), "rgb24")
    frame.pts, frame.time_base = 0, Fraction(1, 25)
    graph = av.filter.Graph()
    source = graph.add_buffer(width=16, height=16, format="rgb24", time_base=frame.time_base)
    table, sink = graph.add("lut3d", f"file={name}"), graph.add("buffersink")
    source.link_to(table)
    table.link_to(sink)
    graph.configure()
    graph.push(frame)
    return graph.pull().to_ndarray(format="rgb24")[8, 8] / 255


cube("below.cube", SIZE + DOMAIN)
cube("above.cube", DOMAIN + SIZE)
cube("range.cube", ["LUT_3D_INPUT_RANGE 0.0 2.0"] + SIZE)
expected = color / 255 / [2, 4, 8]
print("PyAV", av.__version__, "libavfilter", ".".join(map(str, av.library_versions["libavfilter"])), "OpenColorIO", ocio.__version__)
print("expected", expected.round(3).tolist())
seen = {}
for name in ("below", "above", "range"):
    transform = ocio.FileTransform(f"{name}.cube", interpolation=ocio.INTERP_LINEAR)
    other = ocio.Config.CreateRaw().getProcessor(transform).getDefaultCPUProcessor().applyRGB((color / 255).tolist())
    seen[name] = filtered(f"{name}.cube")
    print(f"{name}: saw {seen[name].round(3).tolist()}, OpenColorIO {np.round(other, 3).tolist()}")
    if np.abs(other - expected).max() > 0.002:
        sys.exit(1)
right = np.abs(seen["below"] - expected).max() < 0.01
twice = all(np.abs(seen[name] - 2 * expected).max() < 0.01 for name in ("above", "range"))
sys.exit(0 if right and twice else 1)
PYTHON
