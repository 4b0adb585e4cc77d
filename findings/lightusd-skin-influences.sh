#!/usr/bin/env bash
# lightusd: skin weights of a mesh with one, two or six joints per vertex come in rows of four that run across the vertices.
# Why:      a head that hangs on one joint, or lids and jaw on two, is common; a viewer that takes the rows as one vertex each, as the points are,
#           moves the wrong vertices, and rows of one joint are missing altogether.
# Expected: joint_indices and joint_weights of tydra's mesh have a row for each point, with the elementSize of the file as columns, or are filled
#           up with zeros to four.
# Seen:     the file's flat array is cut every four values. Six points with two joints each give three rows; with one joint each give one row
#           with weights 1, 1, 1, 1; what is left over is gone. Three points with one joint each give None. Only an elementSize of 4 is right.
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

print("lightusd", version("lightusd"), "usd-core", version("usd-core"))


def through(points, width):
    """The weights of a mesh as written and as tydra gives them."""
    weights = np.arange(1, points * width + 1, dtype=float).reshape(points, width)
    weights /= weights.sum(1, keepdims=True)
    joints = np.arange(points * width).reshape(points, width) % 8
    stage = Usd.Stage.CreateInMemory()
    root = UsdSkel.Root.Define(stage, "/Root")
    stage.SetDefaultPrim(root.GetPrim())
    skeleton = UsdSkel.Skeleton.Define(stage, "/Root/Skeleton")
    skeleton.CreateJointsAttr([f"joint{i}" for i in range(8)])
    skeleton.CreateBindTransformsAttr([Gf.Matrix4d(1)] * 8)
    skeleton.CreateRestTransformsAttr([Gf.Matrix4d(1)] * 8)
    mesh = UsdGeom.Mesh.Define(stage, "/Root/Head")
    mesh.CreatePointsAttr([Gf.Vec3f(i % 2, i // 2, 0) for i in range(points)])
    mesh.CreateFaceVertexCountsAttr([3])
    mesh.CreateFaceVertexIndicesAttr([0, 1, 2])
    binding = UsdSkel.BindingAPI.Apply(mesh.GetPrim())
    binding.CreateSkeletonRel().SetTargets([skeleton.GetPath()])
    binding.CreateJointIndicesPrimvar(False, width).Set([int(value) for value in joints.ravel()])
    binding.CreateJointWeightsPrimvar(False, width).Set([float(value) for value in weights.ravel()])
    stage.GetRootLayer().Export("head.usda")
    assert binding.GetJointIndicesPrimvar().GetElementSize() == width
    head = tydra.to_render_scene(lightusd.load("head.usda")).meshes[0]
    assert head.point_count == points
    return joints, head.joint_indices, weights, head.joint_weights


shapes = []
for points, width in ((6, 4), (6, 2), (6, 1), (6, 6), (3, 1)):
    joints, seen, weights, seen_weights = through(points, width)
    if seen is None:
        shapes.append(None)
        print(f"{points} points, {width} joints each: expected {points} rows, saw {seen_weights}")
        continue
    seen, seen_weights = np.asarray(seen), np.asarray(seen_weights)
    kept = seen.size
    flat = bool((seen.ravel() == joints.ravel()[:kept]).all()) and np.allclose(seen_weights.ravel(), weights.ravel()[:kept], atol=1e-6)
    shapes.append((seen.shape, flat))
    print(f"{points} points, {width} joints each: expected {points} rows, saw {len(seen)}; sums of weights {seen_weights.sum(1).round(2).tolist()}")
known = [((6, 4), True), ((3, 4), True), ((1, 4), True), ((9, 4), True), None]
sys.exit(0 if shapes == known else 1)
PYTHON
