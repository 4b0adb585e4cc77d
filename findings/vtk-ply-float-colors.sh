#!/usr/bin/env bash
# VTK: a PLY file whose colors are floats from 0 to 1 is read as a black mesh.
# Why:      PyTorch3D, with which many heads are fitted, writes such files unless told otherwise. PyVista, ParaView and all that reads PLY
#           with VTK show them black, and a file saved from there has lost its colors.
# Expected: a PLY property may have any of the format's types; red, green and blue as float are 0 to 1, as trimesh reads them, or are kept
#           as they are.
# Seen:     vtkPLYReader gives bytes of 0, only white is 1 of 255 in a binary file. Nothing is said.
# With VTK 9.7.2 on 2026-11-30.
set -euo pipefail
version=${VERSION:-9.7.2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "vtk==$version" "trimesh==5.2.0" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import trimesh
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOPLY import vtkPLYReader

colors = np.array([[0.9, 0.7, 0.6], [0.5, 0.25, 0.2], [1.0, 1.0, 1.0]])
heading = "ply\nformat ascii 1.0\nelement vertex 3\n"
heading += "".join(f"property float {name}\n" for name in ("x", "y", "z"))
places = [[0, 0, 0], [1, 0, 0], [0, 1, 0]]


def write(path, kind, values):
    properties = "".join(f"property {kind} {name}\n" for name in ("red", "green", "blue"))
    rows = "".join(" ".join(map(str, [*place, *value])) + "\n" for place, value in zip(places, values.tolist()))
    ending = "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
    Path(path).write_text(heading + properties + ending + rows + "3 0 1 2\n")


def write_binary(path):
    properties = "".join(f"property float {name}\n" for name in ("red", "green", "blue"))
    ending = "element face 1\nproperty list uchar int vertex_indices\nend_header\n"
    rows = np.concatenate([places, colors], 1).astype("<f4").tobytes()
    Path(path).write_bytes((heading.replace("ascii", "binary_little_endian") + properties + ending).encode() + rows + b"\3" + np.arange(3, dtype="<i4").tobytes())


def read(path):
    reader = vtkPLYReader()
    reader.SetFileName(path)
    reader.Update()
    return vtk_to_numpy(reader.GetOutput().GetPointData().GetArray("RGB"))


bytes_ = np.round(colors * 255).astype(int)
write("float.ply", "float", colors)
write("byte.ply", "uchar", bytes_)
write_binary("binary.ply")
as_bytes, as_floats, as_binary = read("byte.ply"), read("float.ply"), read("binary.ply")
print("VTK", version("vtk"))
print("expected                 ", bytes_.tolist())
print("bytes:  VTK saw          ", as_bytes.tolist())
other = trimesh.load("float.ply", process=False).visual.vertex_colors[:, :3].astype(int)
print("floats: trimesh saw      ", other.tolist())
print("floats: VTK saw          ", as_floats.tolist(), as_floats.dtype)
print("binary: VTK saw          ", as_binary.tolist())
same = (as_bytes == bytes_).all() and np.abs(other - bytes_).max() <= 1
sys.exit(0 if same and max(as_floats.max(), as_binary.max()) <= 1 else 1)
PYTHON
