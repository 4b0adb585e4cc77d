#!/usr/bin/env bash
# PyAV (FFmpeg): a ProRes film loses the color matrix that its encoder was told, as soon as the first frame is decoded.
# Expected: the matrix set on the codec context, BT.709, is what decoded frames say, as with H.264 and FFV1.
# Seen:     the container says BT.709 (1); the frames, and from then on the decoder, say unspecified (2), since ProRes frames carry a matrix of
#           their own that is taken from each frame that is encoded, not from the context. Tagging each frame helps. With av 18.1.0 on
#           2026-11-29.
set -euo pipefail
version=${VERSION:-18.1.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet "av==$version"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
import av

BT709 = 1


def matrices(codec, pixels, tag, name):
    """What the container, a decoded frame and the decoder after it say of the matrix."""
    with av.open(name, "w") as film:
        stream = film.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixels
        context = stream.codec_context
        # Primaries and curve, too: only then a .mov writes them down.
        context.colorspace = context.color_primaries = context.color_trc = BT709
        for time in range(3):
            frame = av.VideoFrame(64, 48, pixels)
            for plane in frame.planes:
                # Mid gray, in ten bits or eight.
                gray = b"\x00\x02" if "10" in pixels else b"\x80"
                plane.update(gray * (plane.buffer_size // len(gray)))
            if tag:
                frame.colorspace = BT709
            frame.pts = time
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    with av.open(name) as film:
        stream = film.streams.video[0]
        before = int(stream.codec_context.colorspace)
        frame = next(film.decode(video=0))
        return before, int(frame.colorspace), int(stream.codec_context.colorspace)


print("av", av.__version__, "libavcodec", ".".join(map(str, av.library_versions["libavcodec"])))
seen = {}
for codec, pixels, name in [("prores_ks", "yuva444p10le", "a.mov"), ("prores", "yuv422p10le", "b.mov"), ("libx264", "yuv420p", "c.mov")]:
    for tag in (False, True):
        seen[codec, tag] = matrices(codec, pixels, tag, name)
        print(f"{codec:10} {'frames tagged' if tag else 'context only':14} container, frame, decoder: {seen[codec, tag]}")
expected = (BT709, BT709, BT709)
holds = all(seen[c, False] == (BT709, 2, 2) and seen[c, True] == expected for c in ("prores_ks", "prores"))
holds = holds and seen["libx264", False] == expected
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
