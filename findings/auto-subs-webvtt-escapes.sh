#!/usr/bin/env bash
# auto-subs: WebVTT and SRT are turned into each other without their escapes: "Q&amp;A" is shown, and "x<y" ends the line.
# Why:      captions of a talking head go out in both forms. In SRT made from WebVTT people read "Q &amp; A", "5 &lt; 6" and the tag of the
#           speaker, <v Mary>. In WebVTT made from SRT, "if a<b then stop" loses everything from the sign on in a browser.
# Expected: in WebVTT &, < and > of a text are written &amp;, &lt; and &gt;, and <v Mary> names who speaks; SRT has none of these. PyAV
#           (FFmpeg) reads the first as "Q & A: 5 < 6". auto-subs offers conversion between the two.
# Seen:     the text is copied as it stands, both ways. In its list of words, too, a word is "&amp;".
# With auto-subs 0.8.0 and PyAV 18.1.0 on 2026-12-01.
set -euo pipefail
version=${VERSION:-0.8.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "auto-subs==$version" "av==18.1.0"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import autosubs
import av

print("auto-subs", version("auto-subs"), "PyAV", av.__version__)


def shows(path):
    """The text that FFmpeg makes of the first caption."""
    with av.open(path) as file:
        return next(line.dialogue.decode() for packet in file.demux(subtitles=0) for line in packet.decode())


Path("a.vtt").write_text("WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v Mary>Q &amp; A: 5 &lt; 6</v>\n")
Path("b.srt").write_text("1\n00:00:01,000 --> 00:00:03,000\nif a<b then stop\n")
to_srt = autosubs.to_srt(autosubs.load("a.vtt")).splitlines()[2]
words = [word.text for word in autosubs.load("a.vtt", generate_word_timings=True).segments[0].words]
Path("b.vtt").write_text(autosubs.to_vtt(autosubs.load("b.srt")))
to_vtt = Path("b.vtt").read_text().splitlines()[3]
right, shown = shows("a.vtt"), shows("b.vtt")
print(f"WebVTT to SRT: expected {right!r} as FFmpeg has it, saw {to_srt!r}; words {words}")
print(f"SRT to WebVTT: expected 'if a&lt;b then stop', saw {to_vtt!r}, of which FFmpeg shows {shown!r}")
holds = right == "Q & A: 5 < 6" and shown == "if a" and to_srt == "<v Mary>Q &amp; A: 5 &lt; 6</v>" and "&amp;" in words
sys.exit(0 if holds and to_vtt == "if a<b then stop" else 1)
PYTHON
