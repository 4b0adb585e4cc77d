#!/usr/bin/env bash
# tgt: labels of a TextGrid that have an equals sign come back cut, and a label of two lines makes the file unreadable, also its own.
# Why:      notes such as "gain = 2" or "take = b" stand beside phones, captions have two lines. A label loses its end and one letter more,
#           and a TextGrid that was saved with the package cannot be opened with it again.
# Expected: labels are anything between quotation marks, as Praat writes and reads them.
# Seen:     from long text files "gain = 2" becomes "gai"; from short ones it is right. A label of two lines is written as it should be,
#           and as Praat reads it, and refused by the reader of both forms: "list index out of range".
# With tgt 1.5 and praat-parselmouth 0.4.7 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "tgt==$version" "praat-parselmouth==0.4.7" "numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import parselmouth
import tgt
from parselmouth.praat import call


def trip(label, form):
    """The label that Praat reads from tgt's file, and the one that tgt reads from it (or its words)."""
    tier = tgt.IntervalTier(0, 1, name="notes")
    tier.add_interval(tgt.Interval(0, 1, label))
    grid = tgt.TextGrid()
    grid.add_tier(tier)
    tgt.write_to_file(grid, "out.TextGrid", format=form)
    praat = call(parselmouth.Data.read("out.TextGrid"), "Get label of interval", 1, 1)
    try:
        return praat, tgt.read_textgrid("out.TextGrid").tiers[0].intervals[0].text
    except IndexError as error:
        return praat, str(error)


print("tgt", version("tgt"), "praat-parselmouth", version("praat-parselmouth"))
seen = {}
for label in ("smile", "gain = 2", "Hello.\nWho is it?"):
    for form in ("long", "short"):
        praat, own = trip(label, form)
        seen[label, form] = own
        print(f"{label!r}, {form}: Praat reads {praat!r}; expected the same, saw {own!r}")
        assert praat == label
holds = list(seen.values())[:4] == ["smile", "smile", "gai", "gain = 2"]
holds = holds and list(seen.values())[4:] == ["list index out of range"] * 2
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
