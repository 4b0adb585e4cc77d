#!/usr/bin/env bash
# Blender: a face that holds an expression is exported to USD without it: the blend shapes are there, their weights have no value.
# Why:      a smile that was set by shape keys is what one sees in the window, and it is there in glTF, FBX and Alembic. In USD, and
#           for whoever opens it, the person looks on without any expression.
# Expected: the values of the shape keys are the default of blendShapeWeights.
# Seen:     blendShapeWeights is declared and empty, and the points are those of the face at rest. Only if at least one of the keys is
#           animated and animation is exported, all of them get weights, those that stand still too.
# With bpy (Blender) 5.0.1, its newest version for Python 3.11, which it needs, and usd-core 26.11 on 2026-11-29.
set -euo pipefail
version=${VERSION:-5.0.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "bpy==$version" "usd-core==26.11"
cd "$work"
export BLENDER_USER_RESOURCES="$work"
"$work/venv/bin/python" - <<'PYTHON'
import json
import subprocess
import sys
from pathlib import Path

import bpy


def make(animate):
    """A square with two shape keys: one holds 0.75, the other 0.5 or, animated, goes from 0 to 1."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    mesh = bpy.data.meshes.new("face")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], [], [(0, 1, 2, 3)])
    face = bpy.data.objects.new("face", mesh)
    bpy.context.scene.collection.objects.link(face)
    bpy.context.scene.frame_end = 3
    face.shape_key_add(name="Basis")
    smile, jaw = (face.shape_key_add(name=name, from_mix=False) for name in ("smile", "jawOpen"))
    smile.data[0].co.z, jaw.data[1].co.z = 1, 1
    smile.value, jaw.value = 0.75, 0.5
    for frame, value in ((1, 0), (3, 1)) if animate else ():
        jaw.value = value
        jaw.keyframe_insert("value", frame=frame)


def weights(name):
    """Weights by shape in the file, as usd-core reads them. In a process of its own, since Blender has another USD in it."""
    code = "import json, sys\nfrom pxr import Usd, UsdSkel\nstage = Usd.Stage.Open(sys.argv[1])\n"
    code += "a = next(UsdSkel.Animation(p) for p in stage.Traverse() if p.IsA(UsdSkel.Animation))\n"
    code += "times = a.GetBlendShapeWeightsAttr().GetTimeSamples()\n"
    code += "values = a.GetBlendShapeWeightsAttr().Get(times[0] if times else Usd.TimeCode.Default())\n"
    code += "print(json.dumps([list(a.GetBlendShapesAttr().Get()), None if values is None else list(values)]))\n"
    return json.loads(subprocess.run([sys.executable, "-c", code, name], check=True, capture_output=True, text=True).stdout)


def gltf_weights():
    bpy.ops.export_scene.gltf(filepath=str(Path("still.gltf").resolve()), export_format="GLTF_SEPARATE")
    return json.loads(Path("still.gltf").read_text())["meshes"][0]["weights"]


make(animate=False)
bpy.ops.wm.usd_export(filepath=str(Path("still.usda").resolve()))
still, gltf = weights("still.usda"), gltf_weights()
make(animate=True)
bpy.ops.wm.usd_export(filepath=str(Path("moving.usda").resolve()), export_animation=True)
moving = weights("moving.usda")
print("Blender", bpy.app.version_string)
print("glTF, a still expression: smile and jawOpen", gltf)
print("USD, jawOpen animated, first frame: expected [0.75, 0.0], saw", moving[1])
print(f"USD, a still expression: expected [0.75, 0.5] for {still[0]}, saw", still[1])
sys.exit(0 if gltf == [0.75, 0.5] and moving[1] == [0.75, 0] and len(still[0]) == 2 and not still[1] else 1)
PYTHON
