#!/usr/bin/env bash
# trimesh: process=False does not keep the vertices of an OBJ file: unused ones are dropped and those on a texture seam doubled.
# Expected: process=False is for meshes that must stay as they are, so that vertex i of the mesh is vertex i of the file: landmarks and
#           blend shapes of a head model are lists of such numbers. It works so for PLY.
# Seen:     from OBJ all numbers behind an unused vertex or a seam move. Only maintain_order=True, whose documentation speaks of faces, keeps
#           them here.
# With trimesh 5.2.0 on 2026-11-28.
set -euo pipefail
version=${VERSION:-5.2.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "trimesh==$version" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import io
import sys

import trimesh

points = [(9, 9, 9), (0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)]
lines = "".join("v %d %d %d\n" % p for p in points)
unused = lines + "f 2 3 4\nf 2 4 5\n"
seam = lines + "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nvt 0.5 0.5\nf 1/1 3/2 2/3\nf 2/1 3/2 4/3\nf 2/5 4/3 5/4\n"
ply = "ply\nformat ascii 1.0\nelement vertex 5\nproperty float x\nproperty float y\nproperty float z\n"
ply += "element face 2\nproperty list uchar int vertex_indices\nend_header\n"
ply += "".join("%d %d %d\n" % p for p in points) + "3 1 2 3\n3 1 3 4\n"


def count(text, kind, **options):
    return len(trimesh.load(io.BytesIO(text.encode()), file_type=kind, process=False, **options).vertices)


print("trimesh", trimesh.__version__)
seen = {
    "PLY, one vertex unused": count(ply, "ply"),
    "OBJ, maintain_order=True, one vertex unused": count(unused, "obj", maintain_order=True),
    "OBJ, maintain_order=True, one vertex on a seam": count(seam, "obj", maintain_order=True),
    "OBJ, one vertex unused": count(unused, "obj"),
    "OBJ, one vertex on a seam": count(seam, "obj"),
}
for what, number in seen.items():
    print(f"{what}: expected 5 vertices, saw {number}")
sys.exit(0 if list(seen.values())[:3] == [5, 5, 5] and seen["OBJ, one vertex unused"] == 4 and seen["OBJ, one vertex on a seam"] > 5 else 1)
PYTHON
