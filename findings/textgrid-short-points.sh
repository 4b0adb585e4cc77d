#!/usr/bin/env bash
# textgrid: a short text file with a point tier cannot be read, while one without is.
# Why:      aligners and Praat write short files to save room, and claps, beats and tones are points. A corpus is read until the first
#           take with a clap, which stops with "'NoneType' object has no attribute 'groups'".
# Expected: the same TextGrid is read from Praat's long and short text files alike, since both are understood.
# Seen:     the short file of phones is read; with one point beside them it is refused, whether Praat, praatio or tgt wrote it. The reader
#           skips a line before each point, which only long files have.
# With textgrid 1.6.1, praat-parselmouth 0.4.7, praatio 6.2.2 and tgt 1.5 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.6.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "textgrid==$version" "praat-parselmouth==0.4.7" "praatio==6.2.2" \
	"tgt==1.5" "numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import textgrid
import tgt
from parselmouth.praat import call
from praatio import textgrid as praatio


def read(path):
    """Phones and claps as the package reads them, or its words."""
    try:
        tiers = textgrid.TextGrid.fromFile(path).tiers
    except AttributeError as error:
        return str(error)
    return [(i.minTime, i.maxTime, i.mark) for i in tiers[0]], [(p.time, p.mark) for tier in tiers[1:] for p in tier]


print("textgrid", version("textgrid"), "praat-parselmouth", version("praat-parselmouth"), "praatio", version("praatio"), "tgt", version("tgt"))
seen = {}
for claps in (False, True):
    grid = call("Create TextGrid", 0, 1, "phones claps" if claps else "phones", "claps" if claps else "")
    call(grid, "Insert boundary", 1, 0.5)
    call(grid, "Set interval text", 1, 1, "p")
    call(grid, "Set interval text", 1, 2, "a")
    if claps:
        call(grid, "Insert point", 2, 0.25, "clap")
    call(grid, "Save as text file", "long.TextGrid")
    call(grid, "Save as short text file", "Praat.TextGrid")
    praatio.openTextgrid("long.TextGrid", True).save("praatio.TextGrid", "short_textgrid", True)
    tgt.write_to_file(tgt.read_textgrid("long.TextGrid"), "tgt.TextGrid", format="short")
    expected = [(0, 0.5, "p"), (0.5, 1, "a")], [(0.25, "clap")] if claps else []
    print(f"phones{' and a clap' if claps else ''}: expected {expected}")
    for name in ("long", "Praat", "praatio", "tgt"):
        result = read(f"{name}.TextGrid")
        seen[claps, name] = result == expected or result
        print(f"    {name if name == 'long' else 'short by ' + name}: saw {result}")
refused = "'NoneType' object has no attribute 'groups'"
holds = all(seen[False, name] is True for name in ("long", "Praat", "praatio", "tgt")) and seen[True, "long"] is True
holds = holds and all(seen[True, name] == refused for name in ("Praat", "praatio", "tgt"))
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
