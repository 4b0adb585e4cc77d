#!/usr/bin/env bash
# decord2: a film that was cut without coding has too many frames, the last one repeated, at times below zero.
# Expected: a film of 30 frames cut at the 12th has 18 frames at 0, 0.1, ... s. Players, FFmpeg and PyAV show these.
# Seen:     the length is 30; the frames that the edit list hides are replaced by copies of the last one at the end; and the time of frame 0,
#           which is the right picture, is given as -1.2 s. Frame numbers and times no longer agree.
# With decord2 3.4.0 on 2026-11-28.
set -euo pipefail
version=${VERSION:-3.4.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "decord2==$version" "imageio-ffmpeg==0.8.1" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import os
import subprocess
import sys
from importlib.metadata import version

os.environ["DECORD_DUPLICATE_WARNING_THRESHOLD"] = "1.0"
import decord
import imageio_ffmpeg

ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-y", "-loglevel", "error"]
make = ["-f", "lavfi", "-i", "color=black:size=64x64:rate=10:duration=3", "-vf", "geq=lum='16+7*N':cb=128:cr=128"]
make += ["-pix_fmt", "yuv420p", "-g", "30", "whole.mp4"]
subprocess.run(ffmpeg + make, check=True)
# Cutting without coding keeps the frames from the last key frame on and hides them by an edit list.
subprocess.run(ffmpeg + ["-ss", "1.2", "-i", "whole.mp4", "-c", "copy", "cut.mp4"], check=True)

reader = decord.VideoReader("cut.mp4")
level = [int(reader[i].asnumpy()[32, 32, 0]) for i in range(len(reader))]
start = float(reader.get_frame_timestamp(0)[0])
shown, seconds = imageio_ffmpeg.count_frames_and_secs("cut.mp4")
print("decord2", version("decord2"))
print(f"frames: FFmpeg shows {shown}, decord2 says {len(reader)}, of which {len(reader) - len(set(level))} repeat the last")
print(f"time of frame 0: expected 0.0, saw {start:.2f}")
repeats = len(set(level[shown - 1 :])) == 1
sys.exit(0 if shown == 18 and len(reader) == 30 and repeats and start < -1 else 1)
PYTHON
