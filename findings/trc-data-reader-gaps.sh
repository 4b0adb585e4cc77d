#!/usr/bin/env bash
# trc-data-reader: where a marker is hidden, the markers after it move one place forward; the chin jumps to the brow.
# Why:      markers on a face are hidden all the time, by a hand or a turn of the head. Such a take gets other markers' paths in these frames, and
#           the gaps at the end of the row, without a word.
# Expected: a .trc file is a table with tabs; three empty cells are a marker that was not seen, and are read as nan, at its own place.
# Seen:     the row is filled from the left with the numbers that are there. What the package itself saves with such a gap it reads back wrongly,
#           too. Empty cells of the last markers are right.
# With trc-data-reader 0.4.1 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.4.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "trc-data-reader==$version" "c3d==0.6.0" "numpy==2.3.5"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import math
import sys
from importlib.metadata import version

from trc import TRCData

names = ["Nose", "Chin", "Brow"]
frames = [[(i, 50.0, 9.0), (i + 0.5, 20.0, 5.0), (i, 80.0, 7.0)] for i in range(3)]
frames[1][1] = None  # the chin is hidden in the second frame


def table():
    """The take as a .trc file, with empty cells for what was not seen."""
    lines = ["PathFileType\t4\t(X/Y/Z)\thead.trc",
             "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
             "60.0\t60.0\t3\t3\tmm\t60.0\t1\t3", "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
             "\t\t" + "\t".join(f"{axis}{i + 1}" for i in range(3) for axis in "XYZ"), ""]
    for i, frame in enumerate(frames):
        cells = [f"{value:.5f}" if point else "" for point in frame for value in point or (0, 0, 0)]
        lines.append("\t".join([str(i + 1), f"{i / 60:.6f}", *cells]))
    return "\n".join(lines) + "\n"


def heights(path):
    """The height (y) of each marker in each frame."""
    take = TRCData()
    take.load(path)
    return {name: [round(point[1], 1) for point in take[name]] for name in names}


with open("head.trc", "w") as file:
    file.write(table())
first = heights("head.trc")
# The same gap, set by hand, saved by the package and loaded again. The first number of a frame's entry is its time.
take = TRCData()
take.parse(table())
for i, frame in enumerate(frames):
    points = [list(point) if point else [math.nan] * 3 for point in frame]
    take[i + 1] = (take[i + 1][0], points)
    for name, point in zip(names, points):
        take[name][i] = point
take.save("own.trc")
again = heights("own.trc")
print("trc-data-reader", version("trc-data-reader"))
print("expected heights      ", {name: [frame[k][1] if frame[k] else math.nan for frame in frames] for k, name in enumerate(names)})
print("saw                   ", first)
print("saw, saved by itself  ", again)


def shifted(seen):
    return seen["Chin"] == [20, 80, 20] and math.isnan(seen["Brow"][1]) and seen["Nose"] == [50] * 3


sys.exit(0 if shifted(first) and shifted(again) else 1)
PYTHON
