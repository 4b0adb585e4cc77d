#!/usr/bin/env bash
# usd-core: a quaternion is written, printed and built with its real part first, but NumPy sees it last.
# Expected: numpy.array of a Vt.QuatfArray has the order of Gf.Quatf(w, x, y, z), of the text format and of repr().
# Seen:     the rows are x, y, z, w, the order in memory. Joint rotations and splat orientations that go through NumPy are wrong unless
#           reordered; lightusd, which reads the same file, gives rows of w, x, y, z.
# With usd-core 26.11 and lightusd 1.0.0rc4 on 2026-11-28.
set -euo pipefail
version=${VERSION:-26.11}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "usd-core==$version" "lightusd==1.0.0rc4" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import lightusd
import numpy as np
from pxr import Gf, Sdf, Usd, Vt

stage = Usd.Stage.CreateNew("joints.usda")
attribute = stage.DefinePrim("/A").CreateAttribute("rotations", Sdf.ValueTypeNames.QuatfArray)
attribute.Set(Vt.QuatfArray([Gf.Quatf(0.5, 0.125, 0.25, 0.75)]))
stage.Save()

values = attribute.Get()
text = next(line.strip() for line in open("joints.usda") if "rotations" in line)
usd = np.array(values)[0].tolist()
light = np.asarray(lightusd.load("joints.usda").prim_at("/A").attribute("rotations").get())[0].tolist()
print("usd-core", version("usd-core"), "lightusd", version("lightusd"))
print("in the file:", text)
print("repr:", values[0])
print("lightusd and NumPy:", light)
print("usd-core and NumPy: expected [0.5, 0.125, 0.25, 0.75], saw", usd)
sys.exit(0 if light == [0.5, 0.125, 0.25, 0.75] and usd == [0.125, 0.25, 0.75, 0.5] else 1)
PYTHON
