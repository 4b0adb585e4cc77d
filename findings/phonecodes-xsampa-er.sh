#!/usr/bin/env bash
# phonecodes: X-SAMPA of words such as "bird" and "letter" has letters of IPA in it, and 3` becomes 3_`.
# Why:      X-SAMPA is for programs that know ASCII only: synthesizers, label files of aligners, tables from sounds to mouth shapes. The
#           vowel of "her", one of the most common ones in American English, has no mouth shape there, or stops the program.
# Expected: X-SAMPA has 3` for the stressed vowel and @` for the other one. ARPABET "B ER1 D" by way of IPA is b "3` d, and what is X-SAMPA
#           comes back as it was.
# Seen:     both vowels pass through as their IPA letters (ɝ and ɚ), without a warning. X-SAMPA 3` and @`, read and written again, are 3_` and
#           @_`. Other sounds are right.
# With phonecodes 2.0.0 on 2026-12-01.
set -euo pipefail
version=${VERSION:-2.0.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "phonecodes==$version"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
import warnings
from importlib.metadata import version

from phonecodes import phonecodes

warnings.simplefilter("error")
print("phonecodes", version("phonecodes"))
seen = {}
for word, expected in (("CH IY1 Z", 'tS "i z'), ("B ER1 D", 'b "3` d'), ("L EH1 T ER0", 'l "E t @`')):
    seen[word] = phonecodes.ipa2xsampa(phonecodes.arpabet2ipa(word))
    print(f"{word}: expected {expected}, saw {seen[word]}")
trips = {}
for code in ("r\\", "n_=", "3`", "@`"):
    trips[code] = phonecodes.ipa2xsampa(phonecodes.xsampa2ipa(code))
    print(f"X-SAMPA {code}: expected {code} again, saw {trips[code]}")
holds = seen == {"CH IY1 Z": 'tS "i z', "B ER1 D": 'b "\u025d d', "L EH1 T ER0": 'l "E t \u025a'}
sys.exit(0 if holds and trips == {"r\\": "r\\", "n_=": "n_=", "3`": "3_`", "@`": "@_`"} else 1)
PYTHON
