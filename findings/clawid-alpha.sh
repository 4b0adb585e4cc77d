#!/usr/bin/env bash
# clawid: a marked picture of a cut-out person has no transparency any more; what was hidden around the person is seen.
# Why:      avatars, stickers and product pictures are PNG files with alpha. Marking is the last step before they go out. The rest of the
#           room that a matting tool left under alpha 0 comes to light, and the picture no longer lies on a page.
# Expected: an invisible mark changes levels a little, not what is seen: a PNG with alpha in, a PNG with alpha out, or a refusal, as other
#           packages that cannot do it refuse.
# Seen:     the file has mode RGB, without a word, with both algorithms: alpha is dropped and not laid over anything. A palette with a
#           transparent entry and gray with alpha fare the same.
# With clawid 0.2.4 and Pillow 12.0.0 on 2026-12-01.
set -euo pipefail
version=${VERSION:-0.2.4}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "clawid==$version" "Pillow==12.0.0" "numpy==2.4.6"
cd "$work"
export HOME="$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import clawid
import numpy as np
from PIL import Image

print("clawid", version("clawid"), "Pillow", version("Pillow"))
y, x = np.mgrid[:512, :512]
person = (x - 256) ** 2 + (y - 256) ** 2 < 180**2
# Skin where the person is; around it, under alpha 0, the green of a room.
colors = np.where(person[..., None], (210, 160, 130), (20, 180, 40)) + (8 * np.sin(x / 31) * np.cos(y / 43))[..., None]
colors = colors.clip(0, 255).astype(np.uint8)
alpha = np.where(person, 255, 0).astype(np.uint8)
cut = Image.fromarray(np.dstack([colors, alpha]))
pictures = {"colors": cut, "gray": cut.convert("LA"), "palette": cut.quantize(16)}
seen = {}
for name, picture in pictures.items():
    for algorithm in ("qim", "fm"):
        picture.save("plain.png")
        clawid.embed(source="plain.png", output_path="marked.png", metadata={"uid": "a1"}, algorithm=algorithm)
        with Image.open("marked.png") as marked:
            corner = marked.convert("RGBA").getpixel((4, 4))
            seen[name, algorithm] = marked.mode, corner[3]
        before = picture.convert("RGBA").getpixel((4, 4))
        print(f"{name}, {algorithm}: {picture.mode} -> {seen[name, algorithm][0]}; a corner: expected alpha {before[3]}, saw {corner}")
sys.exit(0 if set(seen.values()) == {("RGB", 255)} else 1)
PYTHON
