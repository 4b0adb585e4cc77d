#!/usr/bin/env bash
# usd-convert-gsplat: its USDZ files do not keep the rule that the data of each file in the package begin at a multiple of 64 bytes.
# Why:      USDZ is how a splat head gets to a phone or a headset. The rule is what lets a viewer map the package into memory; a viewer or
#           a shop that checks it turns the head away, although the same converter's USDA is fine.
# Expected: a package as usd-core itself makes it, which usd-core's validators pass and tinyusdz reads.
# Seen:     the only file begins at an offset that hangs on the length of its name, 42. usd-core opens it but its validators report
#           ByteMisalignment; tinyusdz refuses it. The same stage packed by usd-core passes both.
# With usd-convert-gsplat 0.1.15, usd-core 26.11 and tinyusdz 0.9.4 on 2026-11-29. The package wants Python 3.11 or 3.12.
set -euo pipefail
version=${VERSION:-0.1.15}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "usd-convert-gsplat==$version" "usd-core==26.11" "tinyusdz==0.9.4" "numpy==2.3.1"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import contextlib
import io
import sys
from importlib.metadata import version

import numpy as np
import tinyusdz
from pxr import Sdf, Usd, UsdUtils, UsdValidation
from usd_convert_gsplat import write_gaussian_splat_usd
from usd_convert_gsplat.ply_reader import GaussianSplatData

count = 4
numbers = np.linspace(-1, 1, 3 * count, dtype="f4").reshape(count, 3)
turns = np.tile(np.array([1, 0, 0, 0], "f4"), (count, 1))
data = GaussianSplatData(positions=numbers, scales=numbers - 4, rotations=turns, opacities=numbers[:, 0], f_dc=numbers)
with contextlib.redirect_stdout(io.StringIO()):
    write_gaussian_splat_usd(data, "head.usda")
    write_gaussian_splat_usd(data, "converter.usdz")
UsdUtils.CreateNewUsdzPackage("head.usda", "usd.usdz")


def look(path):
    """Offsets in the package, complaints about them, and whether tinyusdz reads it."""
    package = Sdf.ZipFile.Open(path)
    offsets = [package.GetFileInfo(name).dataOffset % 64 for name in package.GetFileNames()]
    validators = UsdValidation.ValidationRegistry().GetOrLoadAllValidators()
    errors = UsdValidation.ValidationContext(validators).Validate(Usd.Stage.Open(path))
    misaligned = sum("ByteMisalignment" in str(e.GetIdentifier()) for e in errors)
    try:
        tinyusdz.load(path)
        read = True
    except tinyusdz.UsdError:
        read = False
    return offsets, misaligned > 0, read


print("usd-convert-gsplat", version("usd-convert-gsplat"), "usd-core", version("usd-core"), "tinyusdz", version("tinyusdz"))
seen = {path: look(path) for path in ("usd.usdz", "converter.usdz")}
for path, (offsets, misaligned, read) in seen.items():
    verdict = "ByteMisalignment" if misaligned else "aligned"
    print(f"{path}: offset in 64 bytes {offsets}, usd-core says {verdict}, tinyusdz {'reads' if read else 'refuses'} it")
sys.exit(0 if seen["usd.usdz"] == ([0], False, True) and seen["converter.usdz"] == ([42], True, False) else 1)
PYTHON
