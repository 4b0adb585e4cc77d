#!/usr/bin/env bash
# ttconv: a TTML file whose body or div begins later than 0 becomes an empty SRT or WebVTT file, or its captions end too early.
# Why:      broadcasters' files begin at an hour of program time, and chapters are divs that begin where they begin. Captions of a talking
#           head, or the mouths made of them, are gone without an error.
# Expected: times count from the begin of the element around, and an element without an end lasts as long as what is in it, as TTML has it.
# Seen:     "1s" to "3s" in a body from 10 s: nothing is written, whether the 3 s come by end or by dur. "1s" to "20s" in the same body ends
#           at 20 s, not at 30. With an end at the body all is right.
# With ttconv 1.2.3 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.2.3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "ttconv==$version"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import re
import sys
from importlib.metadata import version
from xml.etree import ElementTree

import ttconv.imsc.reader as imsc
import ttconv.srt.writer as srt
import ttconv.vtt.writer as vtt

FILE = """<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en"><head><layout><region xml:id="r"/></layout></head>
<body{body}><div region="r"{div}><p {p}>Hello.</p></div></body></tt>"""


def times(body="", div="", p=""):
    """Begin and end of each caption, in whole seconds, by the SRT file and by the WebVTT file."""
    model = imsc.to_model(ElementTree.ElementTree(ElementTree.fromstring(FILE.format(body=body, div=div, p=p))))
    found = []
    for text in (srt.from_model(model), vtt.from_model(model)):
        cues = re.findall(r"(\d+):(\d+):(\d+)[.,]\d+ --> (\d+):(\d+):(\d+)[.,]\d+", text)
        found.append([tuple(int(h) * 3600 + int(m) * 60 + int(s) for h, m, s in (cue[:3], cue[3:])) for cue in cues])
    assert found[0] == found[1]
    return found[0]


print("ttconv", version("ttconv"))
cases = [("from 0", {"p": 'begin="1s" end="3s"'}, [(1, 3)], [(1, 3)]),
         ("body 10 s to 60 s", {"body": ' begin="10s" end="60s"', "p": 'begin="1s" end="3s"'}, [(11, 13)], [(11, 13)]),
         ("body from 10 s", {"body": ' begin="10s"', "p": 'begin="1s" end="3s"'}, [(11, 13)], []),
         ("body from 10 s, dur", {"body": ' begin="10s"', "p": 'begin="1s" dur="2s"'}, [(11, 13)], []),
         ("body from 1 h", {"body": ' begin="01:00:00"', "p": 'begin="1s" end="3s"'}, [(3601, 3603)], []),
         ("div from 10 s", {"div": ' begin="10s"', "p": 'begin="1s" end="3s"'}, [(11, 13)], []),
         ("body from 10 s, to 20 s", {"body": ' begin="10s"', "p": 'begin="1s" end="20s"'}, [(11, 30)], [(11, 20)])]
holds = True
for name, places, expected, known in cases:
    seen = times(**places)
    print(f"{name}: expected {expected}, saw {seen}")
    holds = holds and seen == known
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
