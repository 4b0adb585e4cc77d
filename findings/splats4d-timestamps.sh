#!/usr/bin/env bash
# splats4d: the timestamps of its manifest are read and then ignored; all frames are put at even distances.
# Why:      a capture drops frames, or a take goes on after a pause. Played with its sound, the head is ahead of its voice by all that was
#           dropped before, here by half a second, for the rest of the take.
# Expected: the documentation's frames.json gives each frame a "timestamp" beside its file. A frame of 0.65 s is at 0.65 s; a file without
#           such a manifest is what --fps is for.
# Seen:     only fps counts: the group of frames that begins at 0.65 s is said to begin at 0.15 s, and a first frame of 10 s to be at 0.
# With splats4d 0.1.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.1.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "splats4d==$version" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np

tool = Path(sys.executable).with_name("splat4d")
record = np.dtype([("place", "<f4", 3), ("size", "<f4", 3), ("color", "u1", 4), ("turn", "u1", 4)])
rng = np.random.default_rng(0)
frames = Path("frames")
frames.mkdir()
splats = np.zeros(64, record)
splats["place"], splats["size"], splats["color"], splats["turn"] = rng.uniform(-1, 1, (64, 3)), 0.01, 128, (255, 128, 128, 128)
for i in range(6):
    # Everything moves along x.
    splats["place"][:, 0] += 0.1 if i else 0
    (frames / f"frame_{i:04}.splat").write_bytes(splats.tobytes())


def starts(timestamps):
    """When each group of three frames begins, by the encoder's own header."""
    listed = [{"file": f"frame_{i:04}.splat", "timestamp": time} for i, time in enumerate(timestamps)]
    (frames / "frames.json").write_text(json.dumps({"fps": 20, "frames": listed}))
    subprocess.run([tool, "encode", "-i", frames, "-o", "take.splat4d", "--gop", "3"], check=True, capture_output=True)
    text = subprocess.run([tool, "info", "take.splat4d"], check=True, capture_output=True, text=True).stdout
    groups = json.JSONDecoder().raw_decode(text)[0]["gops"]
    assert [group["f0"] for group in groups] == [0, 3]
    return [round(group["t0"], 3) for group in groups]


print("splats4d", version("splats4d"))
seen = []
for timestamps in ([0, 0.05, 0.1, 0.15, 0.2, 0.25], [0, 0.05, 0.1, 0.65, 0.7, 0.75], [10, 10.05, 10.1, 10.15, 10.2, 10.25]):
    seen.append(starts(timestamps))
    print(f"{timestamps}: expected frames 0 and 3 at {[timestamps[0], timestamps[3]]} s, saw {seen[-1]}")
sys.exit(0 if seen == [[0, 0.15]] * 3 else 1)
PYTHON
