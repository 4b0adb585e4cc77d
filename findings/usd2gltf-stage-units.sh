#!/usr/bin/env bash
# usd2gltf: a stage in centimetres with z up comes out 100 times too large and on its back, and its animation takes the wrong time.
# Why:      heads and performances are made in such stages (Maya, Unreal and scans use them) and shown on the web as glTF. A head of 24 cm
#           is 24 m high there and looks at the ceiling; a smile of one second lasts 1.25 s, so that it leaves the sound.
# Expected: glTF 2.0 fixes metres, y up and seconds. USD tells its own in metersPerUnit, upAxis and timeCodesPerSecond; a converter puts
#           a scale and a turn on a node (or into the points), and divides time codes by timeCodesPerSecond. framesPerSecond is a hint for
#           playback: it is no part of that sum.
# Seen:     the point at 100 units up (1 m) is at z = 100, y = 0 in the glTF file, and time code 30 of a stage with 30 time codes a second
#           is at 1.25 s: usd2gltf divides by framesPerSecond, which is 24 where the stage does not tell it. The default prim is read, no
#           warning comes.
# With usd2gltf 0.3.5 and usd-core 26.11 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.3.5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "usd2gltf==$version" "usd-core==26.11" "gltflib==1.0.13" "pillow==13.0.0" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
from pxr import Gf, Sdf, Usd, UsdGeom

stage = Usd.Stage.CreateNew("head.usda")
UsdGeom.SetStageMetersPerUnit(stage, 0.01)
UsdGeom.SetStageUpAxis(stage, UsdGeom.Tokens.z)
stage.SetTimeCodesPerSecond(30)
root = UsdGeom.Xform.Define(stage, "/Head")
stage.SetDefaultPrim(root.GetPrim())
mesh = UsdGeom.Mesh.Define(stage, "/Head/Face")
mesh.CreatePointsAttr([(0, 0, 0), (50, 0, 0), (0, 0, 100)])
mesh.CreateFaceVertexCountsAttr([3])
mesh.CreateFaceVertexIndicesAttr([0, 1, 2])
move = mesh.AddTranslateOp()
move.Set(Gf.Vec3d(0, 0, 0), 0)
move.Set(Gf.Vec3d(10, 0, 0), 30)
stage.Save()
subprocess.run([Path(sys.executable).with_name("usd2gltf"), "-i", "head.usda", "-o", "head.gltf"], check=True, capture_output=True)
gltf = json.loads(Path("head.gltf").read_text())


def values(index):
    """The rows of an accessor of floats."""
    accessor = gltf["accessors"][index]
    view = gltf["bufferViews"][accessor["bufferView"]]
    data = Path(gltf["buffers"][view["buffer"]]["uri"]).read_bytes()
    width = {"SCALAR": 1, "VEC3": 3}[accessor["type"]]
    start = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    return np.frombuffer(data, "<f4", accessor["count"] * width, start).reshape(-1, width)


def local(node):
    """The matrix of a node; this file has no turns unless the converter made one."""
    if "matrix" in node:
        return np.array(node["matrix"]).reshape(4, 4).T
    x, y, z, w = node.get("rotation", [0, 0, 0, 1])
    turn = [[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)], [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)]]
    matrix = np.eye(4)
    matrix[:3, :3] = np.array(turn) * node.get("scale", [1, 1, 1])
    matrix[:3, 3] = node.get("translation", [0, 0, 0])
    return matrix


def placed(index, above):
    """The points of the mesh below a node, in the scene."""
    node = gltf["nodes"][index]
    matrix = above @ local(node)
    found = [placed(child, matrix) for child in node.get("children", [])]
    if "mesh" in node:
        points = values(gltf["meshes"][node["mesh"]]["primitives"][0]["attributes"]["POSITION"])
        found.append(points @ matrix[:3, :3].T + matrix[:3, 3])
    return np.concatenate(found)


top = placed(gltf["scenes"][0]["nodes"][0], np.eye(4))[2]
end = max(float(values(sampler["input"]).max()) for sampler in gltf["animations"][0]["samplers"])
print("usd2gltf", version("usd2gltf"), "usd-core", version("usd-core"))
print("top of the head: expected [0, 1, 0] m, saw", top.round(3).tolist())
print("last key:        expected 1.0 s, saw", round(end, 3), "s")
sys.exit(0 if np.allclose(top, [0, 0, 100]) and abs(end - 1.25) < 1e-3 else 1)
PYTHON
