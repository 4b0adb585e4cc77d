#!/usr/bin/env bash
# praatio: quotation marks in the labels of points double each time that a long TextGrid is read.
# Why:      in X-SAMPA the mark of the stressed syllable is a quotation mark, and stress and tones are point tiers. A script that opens the
#           takes, mends something and saves them, makes ""A of "A, then """"A: no rule for stress finds them anymore.
# Expected: long text files write a quotation mark twice, in points as in intervals, and reading takes one away.
# Seen:     intervals are right; in points the label "A is read as ""A, and after three trips Praat reads eight marks. In short
#           text files points are right, too.
# With praatio 6.2.2 and praat-parselmouth 0.4.7 on 2026-11-30.
set -euo pipefail
version=${VERSION:-6.2.2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "praatio==$version" "praat-parselmouth==0.4.7" "numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import parselmouth
from parselmouth.praat import call
from praatio import textgrid

LABEL = '"A'


def trips(save, form):
    """The labels of interval and point that Praat reads after each of three trips."""
    grid = call("Create TextGrid", 0, 2, "phones stress", "stress")
    call(grid, "Set interval text", 1, 1, LABEL)
    call(grid, "Insert point", 2, 0.5, LABEL)
    call(grid, save, "take.TextGrid")
    labels = []
    for _ in range(3):
        textgrid.openTextgrid("take.TextGrid", True).save("take.TextGrid", form, True)
        again = parselmouth.Data.read("take.TextGrid")
        labels.append((call(again, "Get label of interval", 1, 1), call(again, "Get label of point", 2, 1)))
    return labels


print("praatio", version("praatio"), "praat-parselmouth", version("praat-parselmouth"))
long, short = trips("Save as text file", "long_textgrid"), trips("Save as short text file", "short_textgrid")
for name, labels in (("long", long), ("short", short)):
    print(f"{name}: expected {LABEL} in the interval and {LABEL} in the point after each trip")
    for interval, point in labels:
        print(f"    saw {interval} and {point}")
holds = long == [(LABEL, '""A'), (LABEL, '""""A'), (LABEL, '""""""""A')] and short == [(LABEL, LABEL)] * 3
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
