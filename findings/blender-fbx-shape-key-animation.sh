#!/usr/bin/env bash
# Blender: the FBX export leaves out the animation of shape keys unless the object itself is animated, too.
# Why:      a face whose mouth moves by shape keys alone is how lip sync and face tracking come out. The FBX file goes to a game engine and
#           the face does not move there; a keyframe on the object's place, which does nothing, brings the mouth to life.
# Expected: with the export's defaults, which bake animation, the weights move in FBX as they do in glTF.
# Seen:     no animation in the file. It is there with a keyframe on the object, and also if both "All Actions" and "NLA Strips" are off,
#           but not if only one of them is.
# With bpy (Blender) 5.0.1, its newest version for Python 3.11, which it needs, on 2026-11-29.
set -euo pipefail
version=${VERSION:-5.0.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "bpy==$version"
cd "$work"
export BLENDER_USER_RESOURCES="$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from pathlib import Path

import bpy


def make(object_moves):
    """A square whose only shape key goes from 0 to 1 in ten frames."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    mesh = bpy.data.meshes.new("face")
    mesh.from_pydata([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], [], [(0, 1, 2, 3)])
    face = bpy.data.objects.new("face", mesh)
    bpy.context.scene.collection.objects.link(face)
    bpy.context.scene.frame_end = 10
    face.shape_key_add(name="Basis")
    jaw = face.shape_key_add(name="jawOpen")
    jaw.data[0].co.z = 1
    for frame, value in ((1, 0), (10, 1)):
        jaw.value = value
        jaw.keyframe_insert("value", frame=frame)
    if object_moves:
        face.keyframe_insert("location", frame=1)


def moves(kind, object_moves=False, **options):
    """Whether jawOpen moves after export and import."""
    make(object_moves)
    path = str(Path(f"face.{kind}").resolve())
    if kind == "fbx":
        bpy.ops.export_scene.fbx(filepath=path, **options)
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bpy.ops.import_scene.fbx(filepath=path)
    else:
        bpy.ops.export_scene.gltf(filepath=path)
        bpy.ops.wm.read_factory_settings(use_empty=True)
        bpy.ops.import_scene.gltf(filepath=path)
    key = next(mesh.shape_keys for mesh in bpy.data.meshes if mesh.shape_keys).key_blocks["jawOpen"]
    values = []
    for frame in range(1, 11):
        bpy.context.scene.frame_set(frame)
        values.append(key.value)
    return max(values) - min(values) > 0.9


seen = {
    "glTF": moves("glb"),
    "FBX": moves("fbx"),
    "FBX, the object has a keyframe": moves("fbx", True),
    "FBX without All Actions": moves("fbx", bake_anim_use_all_actions=False),
    "FBX without NLA Strips": moves("fbx", bake_anim_use_nla_strips=False),
    "FBX without both": moves("fbx", bake_anim_use_all_actions=False, bake_anim_use_nla_strips=False),
}
print("Blender", bpy.app.version_string)
for name, value in seen.items():
    print(f"{name}: expected the mouth to move, saw that it {'does' if value else 'does not'}")
sys.exit(0 if list(seen.values()) == [True, False, True, False, False, True] else 1)
PYTHON
