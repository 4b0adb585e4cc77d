#!/usr/bin/env bash
# sogpy: the spherical harmonics of its SOG files are in an order of their own; in every other reader their colors change places.
# Why:      SOG is how a splat head gets to a web page. With the head come highlights in wrong colors that turn with the view; from straight
#           ahead it may still look right.
# Expected: a texel of shN_centroids holds red, green and blue of one coefficient, as PlayCanvas' own converter writes it and gaussforge reads
#           and writes it. PLY has all of red before green and blue, so that the first texel is f_rest_0, f_rest_3, f_rest_6 with one band.
# Seen:     the first texel is f_rest_0, f_rest_1, f_rest_2. gaussforge reads sogpy's file with the values of three channels mixed up, and
#           its own right. Places, sizes, rotations and the base color of sogpy's files are right.
# With sogpy 1.0.2 and gaussforge 0.6.0 on 2026-11-29.
set -euo pipefail
version=${VERSION:-1.0.2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "sogpy==$version" "gaussforge==0.6.0" "numpy==2.4.6" "scipy==1.17.1" "pillow==13.0.0"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import contextlib
import io
import json
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import gaussforge
import numpy as np
from PIL import Image
from SogPython.sog_writer import convert_ply_to_sog

# All splats have the same nine coefficients of the first band: red 0.1 to 0.3, green 0.4 to 0.6, blue 0.7 to 0.9.
count = 1100
spread = np.linspace(-1, 1, count)
columns = {axis: spread for axis in "xyz"} | {f"f_dc_{i}": spread for i in range(3)}
columns |= {f"f_rest_{i}": np.full(count, 0.1 * (i + 1)) for i in range(9)}
columns |= {"opacity": spread} | {f"scale_{i}": spread - 4 for i in range(3)}
columns |= {f"rot_{i}": np.full(count, float(i == 0)) for i in range(4)}
head = f"ply\nformat binary_little_endian 1.0\nelement vertex {count}\n" + "".join(f"property float {name}\n" for name in columns)
ply = (head + "end_header\n").encode() + np.stack(list(columns.values()), 1).astype("<f4").tobytes()
Path("head.ply").write_bytes(ply)
with contextlib.redirect_stdout(io.StringIO()):
    convert_ply_to_sog("head.ply", "head.sog", iterations=2)


def first_texel(data):
    archive = zipfile.ZipFile(io.BytesIO(data))
    harmonics = json.loads(archive.read("meta.json"))["shN"]
    texels = np.asarray(Image.open(io.BytesIO(archive.read("shN_centroids.webp"))))
    return np.array(harmonics["codebook"])[texels[0, 0, :3]].round(2).tolist()


def read(data):
    """The nine coefficients of the first splat as gaussforge has them."""
    body = gaussforge.GaussForge().convert(data, "sog", "ply")["data"]
    text, values = body.split(b"end_header\n", 1)
    names = [line.split()[2].decode() for line in text.splitlines() if line.startswith(b"property float")]
    row = np.frombuffer(values, "<f4").reshape(-1, len(names))[0]
    return [round(float(row[names.index(f"f_rest_{i}")]), 2) for i in range(9)]


files = {"gaussforge": gaussforge.GaussForge().convert(ply, "ply", "sog")["data"], "sogpy": Path("head.sog").read_bytes()}
seen = {name: (first_texel(data), read(data)) for name, data in files.items()}
right = [round(0.1 * (i + 1), 1) for i in range(9)]
print("sogpy", version("sogpy"), "gaussforge", version("gaussforge"))
for name, (texel, values) in seen.items():
    print(f"file of {name}: first texel expected [0.1, 0.4, 0.7], saw {texel}")
    print(f"  read by gaussforge: expected {right}, saw {values}")


def near(a, b):
    return float(np.abs(np.array(a) - b).max()) < 0.02


crossed = np.array(right).reshape(3, 3).T.ravel()
holds = near(seen["gaussforge"][1], right) and near(seen["sogpy"][0], right[:3]) and near(seen["sogpy"][1], crossed)
sys.exit(0 if holds else 1)
PYTHON
