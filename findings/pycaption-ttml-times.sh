#!/usr/bin/env bash
# pycaption: a TTML time with more than three digits behind the point is read as later by up to minutes; times of a div do not count.
# Why:      Python's own times print with six digits, and files are written so. Half a second becomes 500 seconds: captions of a
#           talking head, and mouths that are made of them, are anywhere but at the voice. Chapters are divs that begin where they begin.
# Expected: TTML allows any number of digits: 00:00:01.500000 is 1.5 s. A paragraph at 1 s in a div from 10 to 20 s is at 11 s.
# Seen:     digits are taken for milliseconds, however many there are: 1.2345 is 3.345 s, 1.500000 is 501 s (500000 ms more). With up to three digits,
#           and as "1.500000s", times are right. The paragraph is at 1 s. ttconv has both right.
# With pycaption 2.3.14 and ttconv 1.2.3 on 2026-11-30.
set -euo pipefail
version=${VERSION:-2.3.14}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pycaption==$version" "ttconv==1.2.3"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import re
import sys
import warnings
from importlib.metadata import version
from xml.etree import ElementTree

import pycaption
import ttconv.imsc.reader as imsc
import ttconv.srt.writer as srt

# About an HTML parser for XML.
warnings.simplefilter("ignore")
FILE = """<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en"><head><layout><region xml:id="r"/></layout></head>
<body><div region="r"{div}><p begin="{begin}" end="{end}">Hello.</p></div></body></tt>"""


def start(begin, end, div=""):
    """Where the caption begins with pycaption and with ttconv, in seconds."""
    text = FILE.format(begin=begin, end=end, div=div)
    mine = pycaption.DFXPReader().read(text).get_captions("en")[0].start / 1e6
    lines = srt.from_model(imsc.to_model(ElementTree.ElementTree(ElementTree.fromstring(text))))
    hours, minutes, seconds = re.search(r"(\d+):(\d+):(\S+) -->", lines).groups()
    return mine, int(hours) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))


print("pycaption", version("pycaption"), "ttconv", version("ttconv"))
seen = {}
for begin, expected in (("00:00:01.5", 1.5), ("00:00:01.234", 1.234), ("1.500000s", 1.5), ("00:00:01.2345", 1.2345), ("00:00:01.500000", 1.5)):
    mine, other = start(begin, "01:00:00.000")
    seen[begin] = mine
    print(f"{begin}: expected {expected} s, saw {mine} s; ttconv: {other} s")
    assert abs(other - expected) < 0.001
mine, other = start("1s", "2s", ' begin="10s" end="20s"')
print(f"1 s in a div from 10 to 20 s: expected 11 s, saw {mine} s; ttconv: {other} s")
assert other == 11
holds = [seen["00:00:01.5"], seen["00:00:01.234"], seen["1.500000s"]] == [1.5, 1.234, 1.5] and mine == 1
holds = holds and round(seen["00:00:01.2345"], 6) == 3.345 and seen["00:00:01.500000"] == 501
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
