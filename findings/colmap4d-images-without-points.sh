#!/usr/bin/env bash
# colmap4d: a COLMAP text model with an image that has no points is refused, also if its own converter wrote it.
# Why:      cameras of a calibrated rig, which is how heads in motion are filmed, are known before there is any point, and a camera that
#           sees nothing happens in every take. Its pose is in one line, and the line after it is empty. A take that was put together from
#           frames cannot be opened because of one such image.
# Expected: COLMAP's format gives each image two lines, and the second one may be empty. pycolmap reads such files.
# Seen:     empty lines are thrown away, so that the next image is taken for the points of the one before: "invalid literal for int()".
# With colmap4d 1.0.1 and pycolmap 4.2.1 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.0.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "colmap4d==$version" "pycolmap==4.2.1" "numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import colmap4d
import pycolmap
from colmap4d.convert.per_frame_colmap import convert_per_frame_colmap


def model(name, empty):
    """Three cameras beside each other, and a point that is seen by all but those of which it is said."""
    folder = Path(name)
    folder.mkdir()
    (folder / "cameras.txt").write_text("1 PINHOLE 640 480 500 500 320 240\n")
    lines = []
    for i in (1, 2, 3):
        lines += [f"{i} 1 0 0 0 {i / 4} 0 2 1 camera{i}.png", "" if i in empty else "320.5 240.5 1"]
    (folder / "images.txt").write_text("\n".join(lines) + "\n")
    track = " ".join(f"{i} 0" for i in (1, 2, 3) if i not in empty)
    (folder / "points3D.txt").write_text(f"1 0 0 1 224 172 140 0.1 {track}\n" if track else "")
    return folder


def read(folder):
    """How many images colmap4d reads, or its words; and how many pycolmap reads."""
    other = pycolmap.Reconstruction(folder).num_images()
    try:
        return len(colmap4d.load_model_view(folder).image_ids()), other
    except ValueError as error:
        return str(error), other


print("colmap4d", version("colmap4d"), "pycolmap", version("pycolmap"))
seen = []
whole, one = model("whole", ()), model("one", (2,))
takes = {}
for name, folder in (("whole", whole), ("one", one)):
    takes[name] = Path(f"take-{name}")
    convert_per_frame_colmap([whole, folder], takes[name])
for what, folder, expected in (("points in all images", whole, 3), ("one image without", one, 3), ("no image with points", model("none", (1, 2, 3)), 3),
                               ("two frames, converted", takes["whole"], 6), ("two frames, one image without", takes["one"], 6)):
    mine, other = read(folder)
    seen.append(mine)
    print(f"{what}: expected {expected} images, saw {mine}; pycolmap: {other}")
    assert other == expected
holds = seen[0] == 3 and seen[3] == 6 and all("invalid literal for int()" in str(seen[i]) for i in (1, 2, 4))
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
