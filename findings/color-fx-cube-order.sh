#!/usr/bin/env bash
# color-fx: .cube files are read and written with blue as the fastest index; red and blue change places.
# Why:      looks for film and cameras come as .cube files. With this package they turn skin blue, also in its ready-made chain for films, and the
#           files that it bakes do the same in every other program.
# Expected: in a .cube file red changes fastest, as the format says; a look that only takes a tenth of red keeps blue.
# Seen:     the reader takes blue as the fastest index, believes that the format says so, and finds the entry of (blue, green, red). A file that
#           changes nothing swaps red and blue. Writer and reader agree with each other only.
# With color-fx 0.1.2 and opencolorio 2.6.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.1.2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "opencv-python-headless==5.0.0.93" "pydantic==2.14.4" \
	"pillow==13.0.0" "ffmpeg-python==0.2.0" "opencolorio==2.6.0" "numpy==2.3.5"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check --no-deps "color-fx==$version"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
import PyOpenColorIO as ocio
from color_fx.lut.apply import apply_lut_to_frame
from color_fx.lut.reader import load_lut
from color_fx.lut.writer import save_lut

size, skin = 5, [0.88, 0.67, 0.55]
with open("look.cube", "w") as file:
    file.write(f"LUT_3D_SIZE {size}\n")
    for blue in range(size):
        for green in range(size):
            for red in range(size):
                file.write(f"{0.9 * red / (size - 1):.6f} {green / (size - 1):.6f} {blue / (size - 1):.6f}\n")


def with_opencolorio(path):
    transform = ocio.FileTransform(path, interpolation=ocio.INTERP_LINEAR)
    color = ocio.Config.CreateRaw().getProcessor(transform).getDefaultCPUProcessor().applyRGB(skin)
    return [round(value, 3) for value in color]


look = load_lut("look.cube")
seen = apply_lut_to_frame(np.full((2, 2, 3), skin, np.float32), look)[0, 0].astype(float).round(3).tolist()
# A look of its own, made as its arrays are: [red, green, blue].
grid = np.stack(np.meshgrid(*[np.linspace(0, 1, size)] * 3, indexing="ij"), -1).astype(np.float32)
look.data = grid * np.float32([0.9, 1, 1])
own = apply_lut_to_frame(np.full((2, 2, 3), skin, np.float32), look)[0, 0].astype(float).round(3).tolist()
save_lut(look, "own.cube")
expected, swapped = [round(0.9 * skin[0], 3), skin[1], skin[2]], [round(0.9 * skin[2], 3), skin[1], skin[0]]
print("color-fx", version("color-fx"), "opencolorio", ocio.__version__)
print(f"a .cube file that takes a tenth of red from {skin}: expected {expected}")
print("  OpenColorIO:", with_opencolorio("look.cube"), "color-fx:", seen)
print(f"the same as a look of color-fx: {own}; saved, with OpenColorIO: {with_opencolorio('own.cube')}")
right = np.allclose(with_opencolorio("look.cube"), expected, atol=2e-3) and np.allclose(own, expected, atol=2e-3)
wrong = np.allclose(seen, swapped, atol=2e-3) and np.allclose(with_opencolorio("own.cube"), swapped, atol=2e-3)
sys.exit(0 if right and wrong else 1)
PYTHON
