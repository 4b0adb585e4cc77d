#!/usr/bin/env bash
# usd-convert-gsplat: the order of the spherical harmonics of an SPZ file hangs on an argument that is meant for metadata.
# Why:      splat heads are sent as SPZ and shown as USD. Whoever reads, edits (crops, merges, moves) and writes again, or names the source
#           after something else, gets a head whose colours change wrongly with the view. From straight ahead it may still look right.
# Expected: read_spz returns what read_ply returns ("same schema"), and source_file of write_gaussian_splat_usd is a note "for layer
#           metadata". The harmonics in the USD file are the same with it and without.
# Seen:     read_spz leaves them coefficient by coefficient, read_ply channel by channel. The writer takes which of the two it has from the
#           ending of source_file. Without that argument, the harmonics of SPZ data change places without a word.
# With usd-convert-gsplat 0.1.15 and usd-core 26.11 on 2026-11-29. The package wants Python 3.11 or 3.12.
set -euo pipefail
version=${VERSION:-0.1.15}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "usd-convert-gsplat==$version" "usd-core==26.11" "gaussforge==0.6.0" "numpy==2.3.1"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import contextlib
import io
import sys
from importlib.metadata import version
from pathlib import Path

import gaussforge
import numpy as np
from pxr import Usd
from usd_convert_gsplat import read_ply, read_spz, write_gaussian_splat_usd

# One splat whose nine coefficients of the first band all differ: red 0.1 to 0.3, green 0.4 to 0.6, blue 0.7 to 0.9.
values = {axis: 0.0 for axis in "xyz"}
values |= {f"f_dc_{i}": 0.0 for i in range(3)}
values |= {f"f_rest_{i}": 0.1 * (i + 1) for i in range(9)}
values |= {"opacity": 1.0, "scale_0": -4.0, "scale_1": -4.0, "scale_2": -4.0}
values |= {"rot_0": 1.0, "rot_1": 0.0, "rot_2": 0.0, "rot_3": 0.0}
head = "ply\nformat binary_little_endian 1.0\nelement vertex 1\n" + "".join(f"property float {name}\n" for name in values)
ply = (head + "end_header\n").encode() + np.array(list(values.values()), "<f4").tobytes()
Path("head.ply").write_bytes(ply)
Path("head.spz").write_bytes(gaussforge.GaussForge().convert(ply, "ply", "spz")["data"])


def harmonics(data, **arguments):
    """The first band in the USD file, one row of red, green, blue for each coefficient."""
    with contextlib.redirect_stdout(io.StringIO()):
        path = f"head{len(list(Path().glob('*.usda')))}.usda"
        write_gaussian_splat_usd(data, path, **arguments)
    stage = Usd.Stage.Open(path)
    return np.array(stage.GetDefaultPrim().GetAttribute("radiance:sphericalHarmonicsCoefficients").Get())[1:]


with contextlib.redirect_stdout(io.StringIO()):
    from_ply, from_spz = read_ply("head.ply"), read_spz("head.spz")
expected = np.arange(1, 10).reshape(3, 3).T / 10
print("usd-convert-gsplat", version("usd-convert-gsplat"), "usd-core", version("usd-core"))
seen = {
    "PLY": harmonics(from_ply),
    "SPZ, source_file": harmonics(from_spz, source_file="head.spz"),
    "SPZ": harmonics(from_spz),
}
print("expected", expected.tolist())
for name, rows in seen.items():
    print(name, "saw", rows.round(1).tolist())
# One step of the format's eight bits, of which it may use fewer.
near = {name: bool(np.abs(rows - expected).max() < 0.04) for name, rows in seen.items()}
swapped = np.abs(seen["SPZ"] - expected.T).max() < 0.04
sys.exit(0 if list(near.values()) == [True, True, False] and swapped else 1)
PYTHON
