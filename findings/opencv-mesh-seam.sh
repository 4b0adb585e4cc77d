#!/usr/bin/env bash
# OpenCV: loadMesh refuses an OBJ file with a texture seam unless it has normals, and one with shared normals unless it has texture places.
# Why:      head models and scans have seams, and many have no normals, or normals and no texture. New in OpenCV 5, loadMesh reads hardly any
#           of them; the words of the error, about a range of a vector, do not say what the file lacks.
# Expected: the documentation says that a vertex used with another normal or texture coordinate is doubled. OBJ faces may be v, v/vt, v//vn
#           or v/vt/vn.
# Seen:     the doubling takes it that both are there. v/vt with a seam and v//vn with a normal that two vertices share are refused by a
#           cv::error; as v/vt/vn both are read, with doubled vertices, and without a seam v/vt is, too.
# With opencv-python-headless 5.0.0.93 on 2026-11-29.
set -euo pipefail
version=${VERSION:-5.0.0.93}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "opencv-python-headless==$version" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from pathlib import Path

import cv2

PLACES = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"
TEXTURE = "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\nvt 0.5 0.5\n"
NORMAL = "vn 0 0 1\n"
FILES = {
    "v/vt, no seam": (PLACES + TEXTURE + "f 1/1 2/2 3/3\nf 1/1 3/3 4/4\n", "2 faces"),
    "v/vt/vn, a seam and one normal": (PLACES + TEXTURE + NORMAL + "f 1/1/1 2/2/1 3/3/1\nf 1/5/1 3/3/1 4/4/1\n", "2 faces"),
    "v/vt, a seam": (PLACES + TEXTURE + "f 1/1 2/2 3/3\nf 1/5 3/3 4/4\n", "error"),
    "v//vn, one normal": (PLACES + NORMAL + "f 1//1 2//1 3//1\nf 1//1 3//1 4//1\n", "error"),
}


def read(text):
    Path("mesh.obj").write_text(text)
    try:
        faces = cv2.loadMesh("mesh.obj")[1]
    except cv2.error as error:
        print("  ", str(error).strip())
        return "error"
    return f"{len(faces)} faces"


print("OpenCV", cv2.__version__)
same = True
for name, (text, known) in FILES.items():
    seen = read(text)
    print(f"{name}: expected 2 faces, saw {seen}")
    same = same and seen == known
sys.exit(0 if same else 1)
PYTHON
