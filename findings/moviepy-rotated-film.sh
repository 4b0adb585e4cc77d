#!/usr/bin/env bash
# moviepy: portrait films of phones are squeezed into landscape with the FFmpeg that imageio-ffmpeg now brings.
# Expected: a film whose display matrix says "turn by 90 degrees" has a size of height by width, as with imageio-ffmpeg 0.6.0 (FFmpeg 7.0.2).
# Seen:     moviepy looks for the word "displaymatrix" in what FFmpeg prints; newer FFmpeg prints "Display Matrix". FFmpeg still turns the
#           picture, moviepy asks for the unturned size, and every frame is squeezed to it without a word.
# With moviepy 2.2.1 and imageio-ffmpeg 0.8.1 on 2026-11-28.
set -euo pipefail
version=${VERSION:-2.2.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "moviepy==$version" "imageio-ffmpeg==0.8.1"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import subprocess
import sys
from importlib.metadata import version

import imageio_ffmpeg
import moviepy

ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error"]
make = ["-f", "lavfi", "-i", "testsrc=size=96x64:rate=10:duration=1", "-pix_fmt", "yuv420p", "plain.mp4"]
subprocess.run(ffmpeg + make, check=True)
subprocess.run(ffmpeg + ["-display_rotation", "90", "-i", "plain.mp4", "-c", "copy", "turned.mp4"], check=True)

raw = ["-i", "turned.mp4", "-frames:v", "1", "-f", "image2pipe", "-c:v", "ppm", "-"]
ppm = subprocess.run(ffmpeg + raw, check=True, capture_output=True).stdout
shown = [int(v) for v in ppm.split(b"\n")[1].split()]
with moviepy.VideoFileClip("turned.mp4") as clip:
    size, rotation, shape = list(clip.size), clip.rotation, clip.get_frame(0).shape
print("moviepy", version("moviepy"), "imageio-ffmpeg", version("imageio-ffmpeg"), "FFmpeg", imageio_ffmpeg.get_ffmpeg_version())
print(f"FFmpeg shows {shown[0]}x{shown[1]}; moviepy: expected size [64, 96], saw {size}, rotation {rotation}, frame {shape}")
sys.exit(0 if shown == [64, 96] and size == [96, 64] else 1)
PYTHON
