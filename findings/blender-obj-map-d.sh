#!/usr/bin/env bash
# Blender: the opacity image of an OBJ material ("map_d") counts only by its own alpha, so that a gray one leaves everything opaque.
# Why:      hair, lashes and soft borders of exported heads come with a gray image of their opacity, which other programs read by its
#           brightness. In Blender they become solid sheets with the black of the color image's empty part around the person.
# Expected: black of a gray image without alpha is clear, white is opaque. Blender's own export names such an image in map_d if it drives
#           the alpha of a material, and its import brings the material back as it was.
# Seen:     the import links the image's alpha, which is 1 everywhere, and both are opaque. Only an image with an alpha channel works; one
#           that has the opacity in its colors and in its alpha suits everybody.
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


def save_image(name, alpha):
    """The left half clear, the right half opaque; with `alpha` in the alpha channel, too."""
    image = bpy.data.images.new(name, 8, 8, alpha=True)
    image.alpha_mode = "CHANNEL_PACKED"
    image.pixels = [v for _ in range(8) for x in range(8) for v in [float(x >= 4)] * 3 + [float(x >= 4)]]
    settings = bpy.context.scene.render.image_settings
    settings.file_format, settings.color_mode = "PNG", "RGBA" if alpha else "BW"
    image.save_render(str(Path(f"{name}.png").resolve()))


def make(name):
    """A square of two by two with this image of its opacity."""
    Path(f"{name}.mtl").write_text(f"newmtl soft\nKd 1 1 1\nd 1\nmap_d {name}.png\n")
    corners = "".join(f"v {x} {y} 0\nvt {(x + 1) // 2} {(y + 1) // 2}\n" for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)))
    Path(f"{name}.obj").write_text(f"mtllib {name}.mtl\n{corners}o square\nusemtl soft\nf 1/1 2/2 3/3 4/4\n")


def start():
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    scene.view_settings.view_transform = "Raw"
    return scene


def opacity(scene):
    """How opaque a render of the left and of the right half is."""
    scene.render.engine, scene.cycles.samples, scene.cycles.device = "CYCLES", 1, "CPU"
    scene.render.film_transparent = True
    scene.render.resolution_x = scene.render.resolution_y = 8
    scene.render.image_settings.file_format, scene.render.image_settings.color_mode = "PNG", "RGBA"
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    camera.data.type, camera.data.ortho_scale, camera.location = "ORTHO", 2, (0, 0, 2)
    scene.collection.objects.link(camera)
    scene.camera, scene.render.filepath = camera, str(Path("render.png").resolve())
    bpy.ops.render.render(write_still=True)
    alpha = bpy.data.images.load(scene.render.filepath).pixels[:][3::4]
    return round(alpha[8 * 4 + 1], 2), round(alpha[8 * 4 + 6], 2)


def imported(path):
    scene = start()
    bpy.ops.wm.obj_import(filepath=path, forward_axis="Y", up_axis="Z")
    return opacity(scene)


seen = {}
for name, alpha in (("gray", False), ("both", True)):
    start()
    save_image(name, alpha)
    make(name)
    seen[name] = imported(f"{name}.obj")
# A material in Blender whose alpha is the gray of that image, out and in again.
scene = start()
bpy.ops.wm.obj_import(filepath="gray.obj", forward_axis="Y", up_axis="Z")
tree = bpy.data.materials["soft"].node_tree
picture = next(node for node in tree.nodes if node.type == "TEX_IMAGE")
tree.links.new(picture.outputs["Color"], tree.nodes["Principled BSDF"].inputs["Alpha"])
bpy.ops.wm.obj_export(filepath="again.obj", forward_axis="Y", up_axis="Z")
seen["in Blender"] = opacity(scene)
assert "map_d" in Path("again.mtl").read_text()
seen["out and in"] = imported("again.obj")
print("Blender", bpy.app.version_string)
for name, value in seen.items():
    print(f"{name}: left and right half expected (0.0, 1.0), saw {value}")
sys.exit(0 if list(seen.values()) == [(1, 1), (0, 1), (0, 1), (1, 1)] else 1)
PYTHON
