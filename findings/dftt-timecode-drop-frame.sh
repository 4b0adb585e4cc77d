#!/usr/bin/env bash
# dftt-timecode: at 23.976 every timecode is a drop-frame one, and at 59.94 a frame in every ten minutes has the wrong timecode.
# Why:      timecodes are how a take of a face finds its film and its sound. At 23.976, the rate of cinema, the timecode of a slate is
#           refused, and one made from a frame number runs away from the film's by 3.6 s in an hour. At 59.94, a rate of phones that
#           capture faces, a take that begins at midnight has a frame at -1:59:59;59.
# Expected: "strict SMPTE drop-frame/non-drop-frame compliance": only 29.97 and its multiples drop numbers, so that frame 86400 at 23.976 is
#           01:00:00:00, above all with drop_frame=False. At 59.94 the numbers 0 to 3 of a minute are dropped, but not of minutes 0, 10, 20 ...:
#           frame 3 is 00:00:00;03. The library timecode says so.
# Seen:     01:00:03;14 for frame 86400, and "01:00:00:00" is refused. Frame 3 is -1:59:59;59, frame 35967 is 00:09:59;59 in place of
#           00:10:00;03, and so on; at 119.88 it is the frames 3 to 7. 29.97 is right.
# With dftt-timecode 1.0.0 and timecode 1.5.1 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.0.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "dftt-timecode==$version" "timecode==1.5.1"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import logging
import sys
from importlib.metadata import version

from dftt_timecode import DfttTimecode
from timecode import Timecode

logging.disable(logging.CRITICAL)


def numbers(text):
    """A timecode without its separators and without zeros in front."""
    return [int(part) for part in text.replace(";", ":").split(":")]


def both(frame, rate, drop):
    # The other library counts frames from 1.
    other = Timecode(str(rate), frames=frame + 1, force_non_drop_frame=not drop)
    return str(other), DfttTimecode(f"{frame}f", fps=rate, drop_frame=drop).timecode_output("smpte")


print("dftt-timecode", version("dftt-timecode"), "timecode", version("timecode"))
right = {}
for rate, drop, frames in ((29.97, True, (3, 1800, 17982, 17985)), (24, False, (86400,)), (23.976, False, (86400,)), (59.94, True, (2, 3, 4, 3600, 35967))):
    for frame in frames:
        expected, seen = both(frame, rate, drop)
        right[rate, frame] = numbers(expected) == numbers(seen) if "-" not in seen else False
        print(f"{rate}, frame {frame}: expected {expected}, saw {seen}")
try:
    DfttTimecode("01:00:00:00", fps=23.976, drop_frame=False)
    refused = False
except Exception as error:
    refused = True
    print("01:00:00:00 at 23.976: expected a timecode, saw", error)
wrong = sorted(key for key, value in right.items() if not value)
sys.exit(0 if refused and wrong == [(23.976, 86400), (59.94, 3), (59.94, 35967)] else 1)
PYTHON
