#!/usr/bin/env bash
# pillow-lut: the domain of a .cube file is skipped, so that a table for 0 to 2 is laid over 0 to 1.
# Why:      tables for log or bright footage tell the range of their input. The same table gives a skin of other brightness (here, twice as
#           much light) in a dataset prepared with Pillow than in the editor that it was taken from.
# Expected: the .cube specification gives DOMAIN_MIN and DOMAIN_MAX, 0 and 1 unless the file says otherwise, as the input range of the
#           table; an input is found at (value - min) / (max - min). Resolve's LUT_3D_INPUT_RANGE means the same. OpenColorIO does so
#           with the two of them. A reader that cannot should refuse, as pillow-lut refuses tables of one dimension.
# Seen:     both keywords are ignored without a word: 0.8 through a table that halves comes out as 0.8.
# With pillow-lut 1.1.0, Pillow 13.0.0 and OpenColorIO 2.6.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.1.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pillow-lut==$version" "pillow==13.0.0" "numpy==2.4.6" "opencolorio==2.6.0"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pillow_lut
import PyOpenColorIO as ocio
from PIL import Image


def cube(name, heading, top):
    """A table that divides red by 2, green by 4 and blue by 8 for inputs from 0 to `top`."""
    steps = np.linspace(0, top, 5)
    rows = [f"{r / 2:.6f} {g / 4:.6f} {b / 8:.6f}" for b in steps for g in steps for r in steps]
    Path(name).write_text("\n".join(["LUT_3D_SIZE 5", *heading, *rows]) + "\n")


cube("plain.cube", [], 1)
cube("domain.cube", ["DOMAIN_MIN 0 0 0", "DOMAIN_MAX 2 2 2"], 2)
cube("range.cube", ["LUT_3D_INPUT_RANGE 0.0 2.0"], 2)
color = np.array([204, 153, 102], "u1")
image = Image.fromarray(np.broadcast_to(color, (2, 2, 3)).copy())
expected = (color / 255 / [2, 4, 8]).round(3)
print("pillow-lut", version("pillow-lut"), "Pillow", version("pillow"), "OpenColorIO", version("opencolorio"))
print("expected", expected.tolist())
seen = {}
for name in ("plain", "domain", "range"):
    transform = ocio.FileTransform(f"{name}.cube", interpolation=ocio.INTERP_LINEAR)
    other = ocio.Config.CreateRaw().getProcessor(transform).getDefaultCPUProcessor().applyRGB((color / 255).tolist())
    seen[name] = np.asarray(image.filter(pillow_lut.load_cube_file(f"{name}.cube")))[0, 0] / 255
    print(f"{name}: saw {seen[name].round(3).tolist()}, OpenColorIO {np.round(other, 3).tolist()}")
    if np.abs(other - expected).max() > 0.002:
        sys.exit(1)
near = [np.abs(seen["plain"] - expected).max() < 0.004, *(np.abs(seen[name] - 2 * expected).max() < 0.004 for name in ("domain", "range"))]
sys.exit(0 if all(near) else 1)
PYTHON
