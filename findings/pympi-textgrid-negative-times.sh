#!/usr/bin/env bash
# pympi: times below zero in a TextGrid lose their minus sign; Praat refuses what the package writes of it.
# Why:      where 0 is the first word, the clap or the start of the film, breath and lead-in lie before it. The silence before the word
#           becomes a piece after it, and its phones stand on top of those that are spoken.
# Expected: Praat's time domain may begin anywhere; -0.5 is read as -0.5 or refused.
# Seen:     the phone from -0.5 to -0.2 is one from 0.5 to 0.2, the tier goes from 1 to 2 instead of from -1, and Praat says
#           "Wrong xmin" of the saved file. The same take from 0 on comes back as it was.
# With pympi-ling 1.71 and praat-parselmouth 0.4.7 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.71}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pympi-ling==$version" "praat-parselmouth==0.4.7" "numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import parselmouth
import pympi
from parselmouth.praat import call


def borders(grid):
    return [call(grid, "Get start time of interval", 1, i) for i in range(1, 5)] + [call(grid, "Get end time of interval", 1, 4)]


def trip(start, save):
    """The domain and the phones that the package reads, and the borders that Praat reads from its file (or Praat's words)."""
    grid = call("Create TextGrid", start, start + 3, "phones", "")
    for i, time in enumerate((0.5, 0.8, 1.2)):
        call(grid, "Insert boundary", 1, start + time)
        call(grid, "Set interval text", 1, i + 1, ("", "h", "e")[i])
    call(grid, save, "in.TextGrid")
    read = pympi.TextGrid("in.TextGrid")
    tier = read.get_tier(1)
    phones = [(round(a, 3), round(b, 3), label) for a, b, label in tier.intervals if label]
    read.to_file("out.TextGrid")
    try:
        praat = [round(time, 3) for time in borders(parselmouth.Data.read("out.TextGrid"))]
    except parselmouth.PraatError as error:
        praat = str(error).split("\n")[0]
    return (tier.xmin, tier.xmax), phones, praat, [round(time, 3) for time in borders(grid)]


print("pympi-ling", version("pympi-ling"), "praat-parselmouth", version("praat-parselmouth"))
seen = {}
for start in (0, -1):
    for save in ("Save as text file", "Save as short text file"):
        seen[start, save] = domain, phones, praat, expected = trip(start, save)
        print(f"{save}: expected {(start, start + 3)}, borders {expected}")
        print(f"    saw {domain}, phones {phones}; Praat reads {praat}")
zero = [seen[0, save] for save in ("Save as text file", "Save as short text file")]
below = [seen[-1, save] for save in ("Save as text file", "Save as short text file")]
holds = all(domain == (0, 3) and phones == [(0.5, 0.8, "h"), (0.8, 1.2, "e")] and praat == expected for domain, phones, praat, expected in zero)
holds = holds and all(domain == (1, 2) and phones == [(0.5, 0.2, "h"), (0.2, 0.2, "e")] and "Wrong xmin" in praat
                      for domain, phones, praat, _ in below)
print("as described" if holds else "changed")
sys.exit(0 if holds else 1)
PYTHON
