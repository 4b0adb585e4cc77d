#!/usr/bin/env bash
# VTK: a glTF file whose blend shapes are sparse is refused unless it says "byteOffset": 0, which is what a missing one means.
# Why:      a blend shape moves few of a head's vertices, so exporters write only those. Blender does so by default and without byteOffset:
#           its faces do not open in VTK, nor in what reads by it, such as PyVista and ParaView.
# Expected: glTF 2.0 gives byteOffset of sparse indices and of sparse values the default 0. The file is read, as VTK reads accessors and
#           buffer views without one.
# Seen:     "Invalid accessor.sparse.indices.byteOffset value", and the model is empty. With the two zeros it is read, and right.
# With vtk 9.7.1 on 2026-11-29 (files of Blender 5.0.1 are refused by the same words).
set -euo pipefail
version=${VERSION:-9.7.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "vtk==$version" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import base64
import json
import sys
from pathlib import Path

import numpy as np
import vtk
from vtk.util.numpy_support import vtk_to_numpy

POINTS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], "<f4")


def write(path, zeros):
    """A triangle whose only blend shape, at its full weight, lifts the last vertex by 2."""
    zero = np.zeros_like(POINTS)
    parts = [POINTS.tobytes(), np.array([2], "<u2").tobytes() + b"\0\0", np.array([[0, 0, 2]], "<f4").tobytes(), zero.tobytes()]
    offsets = [sum(map(len, parts[:i])) for i in range(len(parts))]
    binary = b"".join(parts)
    indices, values = {"bufferView": 1, "componentType": 5123}, {"bufferView": 2}
    if zeros:
        indices["byteOffset"] = values["byteOffset"] = 0
    float3 = {"componentType": 5126, "count": 3, "type": "VEC3"}
    document = {
        "asset": {"version": "2.0"},
        "buffers": [{"byteLength": len(binary), "uri": "data:application/octet-stream;base64," + base64.b64encode(binary).decode()}],
        "bufferViews": [{"buffer": 0, "byteOffset": o, "byteLength": len(p)} for o, p in zip(offsets, parts)],
        "accessors": [
            float3 | {"bufferView": 0, "min": [0, 0, 0], "max": [1, 1, 0]},
            float3 | {"bufferView": 3, "min": [0, 0, 0], "max": [0, 0, 2], "sparse": {"count": 1, "indices": indices, "values": values}},
        ],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "targets": [{"POSITION": 1}]}], "weights": [1]}],
        "nodes": [{"mesh": 0}],
        "scenes": [{"nodes": [0]}],
        "scene": 0,
    }
    Path(path).write_text(json.dumps(document))


def heights(path):
    """z of the points as VTK has them, None if it has no points."""
    reader = vtk.vtkGLTFReader()
    reader.SetFileName(path)
    reader.Update()
    iterator = reader.GetOutput().NewIterator()
    iterator.InitTraversal()
    mesh = iterator.GetCurrentDataObject()
    return None if mesh is None else vtk_to_numpy(mesh.GetPoints().GetData())[:, 2].tolist()


# What VTK has to say goes there in place of standard error.
words = vtk.vtkStringOutputWindow()
vtk.vtkOutputWindow.SetInstance(words)
vtk.vtkLogger.SetStderrVerbosity(vtk.vtkLogger.VERBOSITY_OFF)
print("VTK", vtk.vtkVersion.GetVTKVersion())
seen = {}
for zeros in (True, False):
    write("face.gltf", zeros)
    seen[zeros] = heights("face.gltf")
    print(f"{'with' if zeros else 'without'} byteOffset: expected [0.0, 0.0, 2.0], saw {seen[zeros]}")
print("VTK says:", next((line for line in words.GetOutput().splitlines() if "Invalid" in line), "nothing"))
sys.exit(0 if seen == {True: [0, 0, 2], False: None} else 1)
PYTHON
