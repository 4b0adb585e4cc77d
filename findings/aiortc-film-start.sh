#!/usr/bin/env bash
# aiortc: MediaPlayer moves picture and sound of a film to time 0 each by itself, so that lips and voice no longer meet.
# Why:      a talking avatar's film, or a clip cut from a longer one, often has sound before its first picture or the other way round. Sent
#           to a browser by MediaPlayer, everything is out of step by that gap for the whole film. The eye notices 50 ms.
# Expected: the times of both tracks keep their distance. A flash and a click that are together in the file, as PyAV reads it, stay together.
# Seen:     with the first picture at 0.4 s, the flash comes at 0.1 s and the click at 0.5 s; with the sound that late, it is the other way
#           round. What a peer records of it by MediaRecorder has the same gap. The tracks of a film that begin together stay together.
# With aiortc 1.16.0 and av 18.1.0 on 2026-11-29.
set -euo pipefail
version=${VERSION:-1.16.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "aiortc==$version" "av==18.1.0" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import asyncio
import sys
from importlib.metadata import version

import av
import numpy as np
from aiortc.contrib.media import MediaPlayer
from aiortc.mediastreams import MediaStreamError

EVENT = 0.5


def make(path, picture, sound):
    """One second with a flash and a click at 0.5 s. Frames of the picture and the sound before the given times are left out."""
    with av.open(path, "w") as film:
        video = film.add_stream("libx264", rate=30)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = film.add_stream("pcm_s16le", rate=48000)
        audio.layout = "mono"
        for i in range(round(picture * 30), 30):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 230 if i == 15 else 30, "u1"), format="rgb24")
            frame.pts = i
            film.mux(video.encode(frame))
        film.mux(video.encode(None))
        samples = np.zeros((1, 48000), "<i2")
        samples[0, round(EVENT * 48000) :][:960] = 20000
        for start in range(round(sound * 48000), 48000, 960):
            frame = av.AudioFrame.from_ndarray(samples[:, start : start + 960], format="s16", layout="mono")
            frame.rate, frame.pts = 48000, start
            film.mux(audio.encode(frame))
        film.mux(audio.encode(None))


def flash(frames):
    return next(float(f.pts * f.time_base) for f in frames if f.to_ndarray(format="gray").mean() > 140)


def click(frames):
    for frame in frames:
        loud = np.abs(frame.to_ndarray().reshape(-1, len(frame.layout.channels)).astype(int)).max(1) > 10000
        if loud.any():
            return float(frame.pts * frame.time_base) + int(loud.argmax()) / frame.sample_rate


def file_times(path):
    def frames(kind):
        with av.open(path) as film:
            yield from film.decode(**{kind: 0})

    return flash(frames("video")), click(frames("audio"))


async def player_times(path):
    player = MediaPlayer(path)

    async def collect(track):
        frames = []
        try:
            while True:
                frames.append(await track.recv())
        except MediaStreamError:
            return frames

    picture, sound = await asyncio.gather(collect(player.video), collect(player.audio))
    return flash(picture), click(sound)


print("aiortc", version("aiortc"), "av", av.__version__)
gaps = {}
for name, picture, sound in (("together.mkv", 0, 0), ("picture_late.mkv", 0.4, 0), ("sound_late.mkv", 0, 0.4)):
    make(name, picture, sound)
    file, player = file_times(name), asyncio.run(player_times(name))
    gaps[name] = player[1] - player[0]
    print(f"{name}: flash and click in the file {file[0]:.2f} {file[1]:.2f} s, from MediaPlayer {player[0]:.2f} {player[1]:.2f} s")
    if max(abs(t - EVENT) for t in file) > 0.02:
        sys.exit(1)
print("click after flash: expected 0 s, saw", ", ".join(f"{gap:.2f}" for gap in gaps.values()))
holds = all(abs(gap - wrong) < 0.03 for gap, wrong in zip(gaps.values(), (0, 0.4, -0.4)))
sys.exit(0 if holds else 1)
PYTHON
