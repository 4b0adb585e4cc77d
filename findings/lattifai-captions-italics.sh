#!/usr/bin/env bash
# lattifai-captions: italics of an SRT file become codes of another format, "{\i1}", in WebVTT, TTML, TextGrid, JSON and CSV.
# Why:      italics mark a voice from elsewhere, a song or a stressed word, and are in most SRT files. The codes stand on the screen under the
#           speaker, and go to aligners and voices as words: the mouth says "i one".
# Expected: what a caption has as <i> in SRT is <i> in WebVTT, a style in TTML, and gone (or still <i>) in plain text.
# Seen:     the text is "{\i1}Really?{\i0} Yes." from the moment of reading, and is written so everywhere but in SRT and ASS.
# With lattifai-captions 0.4.17 and pysubs2 1.8.1 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.4.17}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pysubs2==1.8.1" "praatio==6.2.2" "tgt==1.5" "numpy==2.3.5"
# Without the detector of languages, which is large and not needed here.
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check --no-deps "lattifai-captions==$version"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

from lattifai.caption import Caption

Path("in.srt").write_text("1\n00:00:01,000 --> 00:00:02,500\n<i>Really?</i> Yes.\n")
CODES = r"{\i1}Really?{\i0} Yes."
caption = Caption.read("in.srt")
read = caption.supervisions[0].text
print("lattifai-captions", version("lattifai-captions"), "pysubs2", version("pysubs2"))
print(f"read: expected 'Really? Yes.' with or without <i>, saw {read!r}")
with_codes, without = [], []
for form in ("vtt", "ttml", "TextGrid", "json", "csv", "srt"):
    caption.write(f"out.{form}")
    text = Path(f"out.{form}").read_text().replace("\\\\", "\\")
    line = next(line.strip() for line in text.splitlines() if "Really" in line)
    (with_codes if CODES in line else without).append(form)
    print(f"{form}: saw {line}")
holds = read == CODES and with_codes == ["vtt", "ttml", "TextGrid", "json", "csv"] and without == ["srt"]
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
