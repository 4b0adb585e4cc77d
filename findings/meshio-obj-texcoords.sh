#!/usr/bin/env bash
# meshio: texture coordinates of an OBJ file are given to vertices by position in the file, not by the numbers in the faces.
# Expected: "f 1/3 2/1 3/2" gives the first vertex the third texture coordinate; a file may hold more coordinates than vertices (seams).
# Seen:     vertex i gets coordinate i, whatever the face says; and as soon as the two counts differ, which a seam brings about, the file is
#           refused with a ValueError about point_data.
# With meshio 5.3.5 on 2026-11-28.
set -euo pipefail
version=${VERSION:-5.3.5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "meshio==$version" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import meshio

vertices = "v 0 0 0\nv 1 0 0\nv 0 1 0\n"
Path("permuted.obj").write_text(vertices + "vt 0.1 0.1\nvt 0.2 0.2\nvt 0.3 0.3\nf 1/3 2/1 3/2\n")
Path("seam.obj").write_text(
    vertices + "v 1 1 0\nvt 0 0\nvt 1 0\nvt 0 1\nvt 1 1\nvt 0.5 0.5\nf 1/1 2/2 3/3\nf 2/5 4/4 3/3\n"
)
print("meshio", version("meshio"))
seen = meshio.read("permuted.obj").point_data["obj:vt"][:, 0].tolist()
print("u of the three vertices: expected [0.3, 0.1, 0.2], saw", seen)
try:
    meshio.read("seam.obj")
    refused = False
except ValueError as error:
    refused = True
    print("a seam (5 coordinates, 4 vertices): expected a mesh, saw", error)
sys.exit(0 if seen == [0.1, 0.2, 0.3] and refused else 1)
PYTHON
