#!/usr/bin/env bash
# assimp: an OBJ line with a number such as ".5" is left out, while "-.5" is read.
# Expected: OBJ numbers are read as C and every other reader reads them, with or without a digit before the point.
# Seen:     the vertex of that line does not exist for the importer. Here the face then refers to a missing vertex and the file is refused.
# With assimp_py 1.1.0 (it contains the Assimp library) on 2026-11-28.
set -euo pipefail
version=${VERSION:-1.1.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "assimp_py==$version"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import assimp_py


def depth(number):
    """The z of the last of three vertices, or the importer's words."""
    Path("mesh.obj").write_text(f"v 0 0 0\nv 1 0 0\nv 0 1 {number}\nf 1 2 3\n")
    try:
        scene = assimp_py.import_file("mesh.obj", assimp_py.Process_Triangulate)
    except RuntimeError as error:
        return str(error)
    return float(list(scene.meshes[0].vertices)[8])


print("assimp_py", version("assimp_py"))
seen = {number: depth(number) for number in ("0.5", "-.5", "5e-1", ".5")}
for number, value in seen.items():
    print(f"{number}: expected {float(number)}, saw {value}")
sys.exit(0 if (seen["0.5"], seen["-.5"], seen["5e-1"]) == (0.5, -0.5, 0.5) and isinstance(seen[".5"], str) else 1)
PYTHON
