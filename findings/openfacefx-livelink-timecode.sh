#!/usr/bin/env bash
# openfacefx: a Live Link Face take of one second, recorded in the afternoon, becomes a track of more than thirteen hours.
# Why:      Live Link Face stamps each row with the time of day. A take that goes through openfacefx to a game engine or back to Live Link
#           CSV begins with hours of the first pose; against its own sound recording it is off by the time of day.
# Expected: read_csv, which is made for these takes and counts from 0 when there are no timecodes, begins the track with the first row.
# Seen:     the timecodes are taken as times in the clip. The keys of a take from 13:36:04 lie at 48964 s, the track is as long, and
#           writing a take from 00:00:03 again as Live Link CSV gives four seconds for one. A take over midnight is refused.
# With openfacefx 0.24.0 on 2026-11-29.
set -euo pipefail
version=${VERSION:-0.24.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "openfacefx==$version" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import math
import sys
from importlib.metadata import version
from pathlib import Path

from openfacefx.export_livelink import LIVELINK_COLUMNS, livelink_csv_string
from openfacefx.importers_csv import read_csv

RATE = 60


def take(hour, minute, second):
    """One second of a jaw that opens and closes, in the layout of Live Link Face."""
    start = ((hour * 60 + minute) * 60 + second) * RATE
    rows = [",".join(["Timecode", "BlendShapeCount", *LIVELINK_COLUMNS])]
    for i in range(RATE):
        seconds, frame = divmod(start + i, RATE)
        minutes, s = divmod(seconds, 60)
        h, m = divmod(minutes, 60)
        jaw = 0.5 - 0.5 * math.cos(i / 5)
        values = [f"{jaw if name == 'JawOpen' else 0:.6f}" for name in LIVELINK_COLUMNS]
        rows.append(",".join([f"{h % 24:02}:{m:02}:{s:02}:{frame:02}.000", "61", *values]))
    Path("take.csv").write_text("\n".join(rows) + "\n")
    track, _ = read_csv("take.csv", fps=RATE)
    return track


print("openfacefx", version("openfacefx"))
midnight, early, afternoon = take(0, 0, 0), take(0, 0, 3), take(13, 36, 4)
first = afternoon.channels[0].keys[0].time
rows = len(livelink_csv_string(early)[0].splitlines()) - 1
print(f"take from 00:00:00: {midnight.duration:.2f} s")
print(f"take from 13:36:04: expected {midnight.duration:.2f} s and a first key at 0 s, saw {afternoon.duration:.2f} s and {first:.2f} s")
print(f"take from 00:00:03, written again: expected {RATE} rows, saw {rows}")
sys.exit(0 if midnight.duration < 1 and round(first) == 48964 and afternoon.duration > 48964 and rows == 4 * RATE else 1)
PYTHON
