#!/usr/bin/env bash
# textgrid-editor: loading and saving a TextGrid rounds times to six digits and ends point tiers where they begin.
# Why:      of a recording of an hour, borders of phones are moved by up to 5 ms, and of three hours by up to 50 ms: a closed p or b is
#           shorter than that, and the mouth does not close. The times of single points (peaks, claps) move alike.
# Expected: what is not edited comes back as it was; Praat itself writes as many digits as a time has.
# Seen:     3600.1234 comes back as 3600.12, so that a phone of 3 ms is one of 10 ms; 10800.1234 and 10800.1264 as 10800.1, and that phone is
#           gone. A point tier from 0 to the end is written as from 0 to 0.
# With textgrid-editor 1.0.0 and praat-parselmouth 0.4.7 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.0.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "textgrid-editor==$version" "pandas==2.3.3" "praat-parselmouth==0.4.7" "numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import re
import sys
from importlib.metadata import version
from pathlib import Path

import parselmouth
from parselmouth.praat import call
from textgrid_editor import TextGrid


def borders(path):
    """The borders of the phones that Praat reads."""
    grid = parselmouth.Data.read(path)
    count = call(grid, "Get number of intervals", 1)
    return [round(call(grid, "Get end time of interval", 1, i), 6) for i in range(1, count)]


def ends(text):
    """Where the tiers end, by the words of the file."""
    return [float(value) for value in re.findall(r'name = "\w+"\s*xmin = \S+\s*xmax = (\S+)', text)]


print("textgrid-editor", version("textgrid-editor"), "Praat", parselmouth.PRAAT_VERSION)
seen = {}
for start in (1, 3600, 10800):
    times = [start + 0.1234, start + 0.1264, start + 0.2]
    grid = call("Create TextGrid", 0, start + 1, "phones claps", "claps")
    for i, time in enumerate(times):
        call(grid, "Insert boundary", 1, time)
        call(grid, "Set interval text", 1, i + 1, "pab"[i])
    call(grid, "Save as text file", "in.TextGrid")
    TextGrid.read_textgrid_file("in.TextGrid", encoding="utf-8").write_textgrid_file("phones.TextGrid", check=False)
    again = Path("phones.TextGrid").read_text(encoding="utf-16")
    written = [float(value) for value in re.findall(r"xmax = (\S+)\s+text", again)][:-1]
    seen[start] = written, ends(again)
    print(f"borders: expected {[round(time, 4) for time in times]}, Praat has {borders('in.TextGrid')}, saw {written}")
    print(f"  ends of the two tiers: expected {ends(Path('in.TextGrid').read_text())}, saw {seen[start][1]}")
known = {1: [1.1234, 1.1264, 1.2], 3600: [3600.12, 3600.13, 3600.2], 10800: [10800.1, 10800.1, 10800.2]}
sys.exit(0 if all(seen[start] == (known[start], [start + 1, 0]) for start in known) else 1)
PYTHON
