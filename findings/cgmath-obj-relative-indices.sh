#!/usr/bin/env bash
# cgmath: OBJ faces that count from the end ("f -4 -3 -2") get the vertices before those that they name.
# Why:      programs that write a scan or a head part by part count so, since they need not know how many vertices came before. The mesh
#           loads without a word, torn, and its texture is shifted by one place along the seams.
# Expected: in OBJ, -1 is the vertex that was given last, -2 the one before it; so it is for texture places and normals. trimesh and Assimp
#           read the same two triangles with both ways of counting.
# Seen:     one is taken from every number, also below zero, so that -1 names the last but one: both readers (MeshData.load_obj, and load_obj
#           with texture places) give each corner the vertex before the right one. Here a corner goes to (9, 9, 9), where no face is.
#           meshio 5.3.5 does the same.
# With cgmath 3.0.0, trimesh 5.2.0 and assimp_py 1.1.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-3.0.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "cgmath==$version" "trimesh==5.2.0" "assimp_py==1.1.0" "meshio==5.3.5" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" -W ignore - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import assimp_py
import meshio
import numpy as np
import trimesh
from cgmath.geometry import MeshData
from cgmath.geometry.mesh import load_obj

# A vertex that no face uses, and a square.
VERTICES = "v 9 9 9\nv 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"
TEXTURE = "vt 0.9 0.9\nvt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
FACES = {"from the start": [(2, 3, 4), (2, 4, 5)], "from the end": [(-4, -3, -2), (-4, -2, -1)]}
EXPECTED = [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 0, 0], [1, 1, 0], [0, 1, 0]]


def corners(points, indices):
    return np.asarray(points)[np.asarray(indices).ravel()].round(3).tolist()


print("cgmath", version("cgmath"), "trimesh", trimesh.__version__, "assimp_py", version("assimp_py"), "meshio", version("meshio"))
print("expected", EXPECTED)
seen = {}
for name, faces in FACES.items():
    Path("plain.obj").write_text(VERTICES + "".join("f " + " ".join(map(str, face)) + "\n" for face in faces))
    Path("square.obj").write_text(VERTICES + TEXTURE + "".join("f " + " ".join(f"{i}/{i}" for i in face) + "\n" for face in faces))
    first, second = trimesh.load("plain.obj", process=False), assimp_py.import_file("plain.obj", assimp_py.Process_Triangulate).meshes[0]
    third = meshio.read("plain.obj")
    same = [
        corners(first.vertices, first.faces) == EXPECTED,
        corners(np.reshape(second.vertices, (-1, 3)), second.indices) == EXPECTED,
        corners(third.points, third.cells_dict["triangle"]) == EXPECTED,
    ]
    plain = MeshData.load_obj("plain.obj")
    mesh, textures = load_obj("square.obj")[0]
    seen[name] = corners(plain.points, plain.indices), corners(mesh.points, mesh.indices), corners(textures[0].points, textures[0].indices)
    print(f"counted {name}: as expected by trimesh: {same[0]}, Assimp: {same[1]}, meshio: {same[2]}")
    print("  MeshData.load_obj saw", seen[name][0])
    print("  load_obj saw         ", seen[name][1], "and texture places", seen[name][2])
    if not all(same[:2]):
        sys.exit(1)
places = [point[:2] for point in EXPECTED]
before = [[9, 9, 9], [0, 0, 0], [1, 0, 0], [9, 9, 9], [1, 0, 0], [1, 1, 0]]
right = seen["from the start"] == (EXPECTED, EXPECTED, places)
sys.exit(0 if right and seen["from the end"][:2] == (before, before) and seen["from the end"][2][0] == [0.9, 0.9] else 1)
PYTHON
