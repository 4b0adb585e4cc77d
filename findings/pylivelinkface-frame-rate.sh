#!/usr/bin/env bash
# pylivelinkface: packets for 30 or 24 frames a second carry a frame rate of 30/0 or 24/0, and those for 120 carry 120/2.
# Expected: a Live Link Face packet names its rate as numerator and denominator; PyLiveLinkFace(fps=30) sends 30/1.
# Seen:     the denominator is the whole part of fps / 60. It is 1 only from 60 to 119, so that a receiver that divides gets 60 for 120 and
#           nothing usable below 60.
# With pylivelinkface 0.1 on 2026-11-28.
set -euo pipefail
version=${VERSION:-0.1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "PyLiveLinkFace==$version"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import struct
import sys
from importlib.metadata import version

from pylivelinkface import PyLiveLinkFace

print("pylivelinkface", version("PyLiveLinkFace"))
seen = {}
for fps in (24, 30, 60, 120):
    packet = PyLiveLinkFace(fps=fps).encode()
    # The packet ends with the rate (two numbers of 4 bytes), the count of values (1 byte) and 61 values of 4 bytes.
    end = len(packet) - 1 - 61 * 4
    seen[fps] = struct.unpack("!II", packet[end - 8 : end])
    print(f"fps={fps}: expected ({fps}, 1), saw {seen[fps]}")
sys.exit(0 if seen == {24: (24, 0), 30: (30, 0), 60: (60, 1), 120: (120, 2)} else 1)
PYTHON
