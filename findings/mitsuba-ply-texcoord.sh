#!/usr/bin/env bash
# Mitsuba: a textured PLY file as MeshLab writes it is refused, since its faces have a second list.
# Why:      MeshLab's way to keep a texture with seams in PLY is a list of six numbers at each face, "texcoord", and scanners and avatar
#           tools write it, too. The renderer takes the shape of none of these files, and its words do not lead to the cause.
# Expected: the loader uses the list or, like Blender, passes over it, as PLY is meant to be read; it does pass over other things at faces.
# Seen:     "a field with the name "i0" already exists": each list is laid out with the same names. The same mesh without that list, which
#           has colors at the faces all the same, is read.
# With mitsuba 3.9.1 and pymeshlab 2025.7.post1 on 2026-11-29.
set -euo pipefail
version=${VERSION:-3.9.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "mitsuba==$version" "pymeshlab==2025.7.post1" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import mitsuba

SEAM = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nvt 0.5 0.5\nf 1/1 2/2 3/3\nf 1/5 3/3 4/4\n"
Path("square.obj").write_text(SEAM)
# In a process of its own: both packages bring compiled libraries.
code = "import pymeshlab\nmeshes = pymeshlab.MeshSet()\nmeshes.load_new_mesh('square.obj')\n"
code += "for keep in (False, True):\n    meshes.save_current_mesh(f'{keep}.ply', save_wedge_texcoord=keep)\n"
subprocess.run([sys.executable, "-c", code], check=True)
mitsuba.set_variant("scalar_rgb")


def read(path):
    try:
        return f"{mitsuba.load_dict({'type': 'ply', 'filename': path}).face_count()} faces"
    except RuntimeError as error:
        print("  ", str(error).split(": ", 2)[-1].strip())
        return "error"


print("mitsuba", mitsuba.__version__, "pymeshlab", version("pymeshlab"))
for path in ("False.ply", "True.ply"):
    lists = [line for line in Path(path).read_bytes().split(b"end_header")[0].decode().splitlines() if "list" in line]
    print(path, "has", [line.split()[-1] for line in lists])
seen = read("False.ply"), read("True.ply")
print("without texture places at the faces: expected 2 faces, saw", seen[0])
print("with them: expected 2 faces, saw", seen[1])
sys.exit(0 if seen == ("2 faces", "error") else 1)
PYTHON
