#!/usr/bin/env bash
# OpenEXR: writing a file changes the header and the channels that the caller passes.
# Expected: OpenEXR.File(header, channels) reads its arguments; one header serves for all frames of a sequence and the arrays stay arrays.
# Seen:     the arrays in the dictionary are replaced by Channel objects, and the size of this image (dataWindow, displayWindow) is put into
#           the header. The next image of another size with the same header is refused.
# With OpenEXR 3.5.3 on 2026-11-28.
set -euo pipefail
version=${VERSION:-3.5.3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "OpenEXR==$version" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import OpenEXR

header = {"compression": OpenEXR.ZIP_COMPRESSION}
channels = {"Y": np.zeros((6, 8), "f4")}
with OpenEXR.File(header, channels) as file:
    file.write("first.exr")
kept = isinstance(channels["Y"], np.ndarray)
print("OpenEXR", OpenEXR.__version__)
print("keys of the header: expected ['compression'], saw", sorted(header))
print("the channel: expected an array, saw", type(channels["Y"]).__name__)
try:
    with OpenEXR.File(header, {"Y": np.zeros((12, 16), "f4")}) as file:
        file.write("second.exr")
    refused = False
except ValueError as error:
    refused = True
    print("a second image of another size: expected a file, saw", error)
sys.exit(0 if not kept and "dataWindow" in header and refused else 1)
PYTHON
