#!/usr/bin/env bash
# uxtg: phones of an HTK label file that has scores are lost, or the scores become words.
# Why:      HTK's aligner writes start, end, phone, score and, at the first phone of a word, the word, unless it is told to leave the scores out. Of
#           such a file no mouth shape is left, and nothing is said.
# Expected: HTK's lines are start, end, name, score, further names; the scores are left out, and phones and words are kept.
# Seen:     only lines of three or four columns are known, and the fourth is taken for the word. With scores and words both tiers are empty; with
#           scores alone the tier of words says -1.5 and -12.5. Without scores all is right.
# With uxtg 0.3.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.3.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "uxtg==$version" "pydantic==2.14.4"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import uxtg

# Times in units of 100 ns, phone, score, word.
rows = [(0, 1500000, "sil", -1.5, "SENT-START"), (1500000, 2700000, "hh", -12.5, "HAT"), (2700000, 4000000, "ae", -3.0, None),
        (4000000, 6000000, "t", -4.25, None), (6000000, 7000000, "d", -8.0, "DO"), (7000000, 9000000, "uw", -2.0, None)]


def tiers(scores, words):
    """The labels of the two tiers."""
    lines = ["#!MLF!#", '"*/take.lab"']
    for start, end, phone, score, word in rows:
        lines.append(" ".join([str(start), str(end), phone] + [f"{score:.6f}"] * scores + [word] * bool(words and word)))
    Path("take.mlf").write_text("\n".join([*lines, "."]) + "\n")
    grid = uxtg.read_mlf("take.mlf").grids[0]
    return [[interval.mark for interval in tier.intervals] for tier in grid.tiers]


phones, words = [row[2] for row in rows], [row[4] for row in rows if row[4]]
print("uxtg", version("uxtg"))
seen = {}
for scores, with_words in ((False, True), (True, False), (True, True)):
    seen[scores, with_words] = tiers(scores, with_words)
    print(f"{'scores' if scores else 'no scores'}, {'words' if with_words else 'no words'}: expected {[phones, words if with_words else []]}")
    print(f"  saw {seen[scores, with_words]}")
held = seen[False, True] == [phones, words] and seen[True, True] == [[], []]
held = held and seen[True, False] == [phones, [f"{row[3]:.6f}" for row in rows]]
sys.exit(0 if held else 1)
PYTHON
