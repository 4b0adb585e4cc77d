#!/usr/bin/env bash
# lightusd: offsets of a blend shape that moves only some points come without the numbers of these points.
# Why:      a blend shape of a face moves a part of it, and exporters write only that part, with pointIndices. A viewer that adds the offsets to
#           the points from the first on moves the forehead when the jaw opens.
# Expected: tydra, which is there to give data ready for the GPU, gives an offset for every point, or the indices beside the offsets.
# Seen:     blend_shape(i) has a name, a weight, point_offsets and normal_offsets. The offsets are those of the file, fewer than the points;
#           pointIndices are nowhere in the render scene. Shapes in between are missing, too.
# With lightusd 1.0.0rc4 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.0.0rc4}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "lightusd==$version" "usd-core==26.11" "numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import lightusd
import numpy as np
from lightusd import tydra
from pxr import Gf, Usd, UsdGeom, UsdSkel

stage = Usd.Stage.CreateInMemory()
root = UsdSkel.Root.Define(stage, "/Root")
stage.SetDefaultPrim(root.GetPrim())
mesh = UsdGeom.Mesh.Define(stage, "/Root/Head")
points = [Gf.Vec3f(i % 3, i // 3, 0) for i in range(6)]
mesh.CreatePointsAttr(points)
mesh.CreateFaceVertexCountsAttr([4, 4])
mesh.CreateFaceVertexIndicesAttr([0, 1, 4, 3, 1, 2, 5, 4])
numbers, moved = [5, 1], [Gf.Vec3f(0, -1, 0), Gf.Vec3f(0, -2, 0)]
jaw = UsdSkel.BlendShape.Define(stage, "/Root/Head/jawOpen")
jaw.CreateOffsetsAttr(moved)
jaw.CreatePointIndicesAttr(numbers)
jaw.CreateInbetween("half").SetWeight(0.5)
jaw.GetInbetween("half").SetOffsets([Gf.Vec3f(0, 0, 1)] * 2)
binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
binding.CreateBlendShapesAttr(["jawOpen"])
binding.CreateBlendShapeTargetsRel().SetTargets([jaw.GetPath()])
stage.GetRootLayer().Export("head.usda")

scene = tydra.to_render_scene(lightusd.load("head.usda"))
head = scene.meshes[0]
shape = head.blend_shape(0)
offsets = np.asarray(shape["point_offsets"])
expected = np.zeros((6, 3))
expected[numbers] = moved
print("lightusd", version("lightusd"), "usd-core", version("usd-core"))
print(f"expected offsets of {head.point_count} points {expected[:, 1].tolist()}, or with the indices {numbers}")
print(f"saw {len(offsets)} offsets {offsets[:, 1].tolist()} and the names {sorted(shape)}")
held = head.point_count == 6 and offsets.tolist() == [list(value) for value in moved]
held = held and sorted(shape) == ["name", "normal_offsets", "point_offsets", "weight"]
sys.exit(0 if held and not any("indic" in name and "blend" in name for name in dir(head)) else 1)
PYTHON
