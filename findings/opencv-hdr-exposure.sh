#!/usr/bin/env bash
# OpenCV: Radiance images (.hdr) come in as bright as they were last adjusted; the EXPOSURE lines of the file are skipped.
# Why:      such images are the light that heads are lit with. Radiance's own tools write an EXPOSURE line whenever they change the
#           brightness (pfilt does so on each use), and so do HDR editors. The same light is four times as strong from one copy of a file
#           as from another, and shading or relighting that was fitted with it is off by that factor.
# Expected: EXPOSURE is a factor that has been applied to all pixels already; the light is the pixel divided by the product of all such
#           lines. Radiance's pvalue -o shows equal values for both copies. OpenImageIO gives the factor as "hdr:exposure", so that a
#           program can divide; a reader that gives floats only must do it.
# Seen:     imread returns the pixels as they are, and there is no way to ask for the factor: 1.0 in place of 0.25. imreadWithMetadata has
#           none for it, either. FFmpeg (by PyAV 18.1.0) and imagecodecs 2026.3.6 give the same 1.0.
# With OpenCV 5.0.0 (opencv-python-headless 5.0.0.93), pyradiance 1.3.1 and OpenImageIO 3.2.2 on 2026-11-30.
set -euo pipefail
version=${VERSION:-5.0.0.93}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "opencv-python-headless==$version" "pyradiance==1.3.1" "openimageio==3.2.2.0" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import cv2
import numpy as np
import OpenImageIO
import pyradiance

side = 16
# Gray light of 0.25, and the same image through Radiance's filter, four times as bright.
assert cv2.imwrite("light.hdr", np.full((side, side, 3), 0.25, "f4"))
Path("brighter.hdr").write_bytes(pyradiance.pfilt("light.hdr", exposure=4.0, one_pass=True))


def by_radiance(path):
    """The light of a pixel as Radiance itself tells it."""
    rows = pyradiance.pvalue(path, original=True, header=False, resstr=False).decode().splitlines()
    return float(rows[side * 5 + 5].split()[2])


print("OpenCV", cv2.__version__, "pyradiance", version("pyradiance"), "OpenImageIO", version("openimageio"))
seen, expected = {}, {}
for name in ("light", "brighter"):
    path = f"{name}.hdr"
    lines = [line.decode() for line in Path(path).read_bytes().split(b"\n\n")[0].splitlines() if line.startswith(b"EXPOSURE")]
    image = OpenImageIO.ImageBuf(path)
    other = image.getpixel(5, 5)[0] / image.spec().get_float_attribute("hdr:exposure", 1.0)
    expected[name] = by_radiance(path)
    seen[name] = float(cv2.imread(path, cv2.IMREAD_UNCHANGED)[5, 5, 1])
    print(f"{name}: {lines}, expected {expected[name]:.3f} (Radiance), {other:.3f} (OpenImageIO, divided), OpenCV saw {seen[name]:.3f}")
found, kinds, values = cv2.imreadWithMetadata("brighter.hdr", cv2.IMREAD_UNCHANGED)
print("metadata that OpenCV gives:", list(kinds))
same = abs(expected["light"] - expected["brighter"]) < 0.01 and abs(seen["light"] - 0.25) < 0.01
sys.exit(0 if same and abs(seen["brighter"] - 1.0) < 0.02 and not len(kinds) else 1)
PYTHON
