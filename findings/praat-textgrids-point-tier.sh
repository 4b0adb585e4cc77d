#!/usr/bin/env bash
# praat-textgrids: a TextGrid with a point tier cannot be opened by Praat after the package wrote it.
# Why:      claps, beats and tones are point tiers. Whoever mends the phones of a take with this package loses the way back to Praat and to the
#           tools that go by Praat's names.
# Expected: a TextGrid that Praat wrote, read and written, is one that Praat reads; the package knows the long, the short and the binary form.
# Seen:     it calls a tier of points "PointTier", but its class is "TextTier" in every Praat file; Praat does not know "PointTier". Praat's short
#           form with a point tier is not even read (ValueError), and after the binary form the times in the head are bytes. Tiers of intervals
#           alone come back well.
# With praat-textgrids 1.4.0 and praat-parselmouth 0.4.7 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.4.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "praat-textgrids==$version" "praat-parselmouth==0.4.7" "numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import parselmouth
import textgrids
from parselmouth.praat import call

print("praat-textgrids", version("praat-textgrids"), "Praat", parselmouth.PRAAT_VERSION)


def outcome(points, form):
    """What becomes of a TextGrid of Praat, through the package and to Praat again."""
    grid = call("Create TextGrid", 0, 2, "phones claps" if points else "phones", "claps" if points else "")
    call(grid, "Insert boundary", 1, 0.5)
    call(grid, "Set interval text", 1, 1, "a")
    if points:
        call(grid, "Insert point", 2, 0.25, "clap")
    call(grid, f"Save as {form} file", "in.TextGrid")
    try:
        take = textgrids.TextGrid("in.TextGrid")
    except Exception as error:  # noqa: BLE001
        return f"not read: {type(error).__name__}"
    take.write("out.TextGrid")
    try:
        parselmouth.Data.read("out.TextGrid")
    except parselmouth.PraatError as error:
        return f"refused by Praat: {str(error).splitlines()[0]}"
    return "read by Praat"


seen = []
for points in (False, True):
    for form in ("text", "short text", "binary"):
        seen.append(outcome(points, form))
        print(f"{'with' if points else 'without'} a point tier, {form}: expected read by Praat, saw {seen[-1]}")
held = seen[:3] == ["read by Praat"] * 3 and "PointTier" in seen[3] and seen[4] == "not read: ValueError" and seen[5].startswith("refused")
sys.exit(0 if held else 1)
PYTHON
