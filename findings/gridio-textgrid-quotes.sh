#!/usr/bin/env bash
# gridio: quotation marks in labels of a TextGrid are cut or come back doubled, and Praat refuses files that it writes with them.
# Why:      in X-SAMPA, the alphabet of many corpora and aligners, the mark of the stressed syllable is a quotation mark. Stress is what tells
#           how far a mouth opens; here the stressed and the plain phone become one.
# Expected: Praat writes a quotation mark within a text twice and reads the two as one: a stressed a is """a" in the file.
# Seen:     textgrid_to_data gives a: marks at the ends are cut, and those within stay doubled, say "hi" becomes say ""hi.
#           data_to_textgrid writes them once, so that Praat refuses the file.
# With gridio 1.0.5, praat-parselmouth 0.4.7 and praatio 6.2.2 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.0.5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "gridio==$version" "praat-parselmouth==0.4.7" "praatio==6.2.2" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import gridio
import parselmouth
from parselmouth.praat import call
from praatio import textgrid

LABELS = ["", '"a', 't"', 'say "hi"']


def praat_labels(path):
    grid = parselmouth.Data.read(path)
    return [call(grid, "Get label of interval", 1, i) for i in range(1, call(grid, "Get number of intervals", 1) + 1)]


# Praat itself writes the file that gridio is to read.
grid = call("Create TextGrid", 0, len(LABELS), "phones", "")
for place, label in enumerate(LABELS):
    if place:
        call(grid, "Insert boundary", 1, place)
    call(grid, "Set interval text", 1, place + 1, label)
call(grid, "Save as text file", "praat.TextGrid")
print("gridio", version("gridio"), "Praat", parselmouth.PRAAT_VERSION, "praatio", version("praatio"))
print("expected      ", LABELS, "which Praat reads as", praat_labels("praat.TextGrid"))
other = [entry.label for entry in textgrid.openTextgrid("praat.TextGrid", includeEmptyIntervals=True).getTier("phones").entries]
print("praatio saw   ", other)
read = [row[2] for row in gridio.textgrid_to_data("praat.TextGrid")[2][0][2]]
print("gridio saw    ", read)
rows = [(float(i), float(i + 1), label) for i, label in enumerate(LABELS)]
gridio.data_to_textgrid((0.0, float(len(LABELS)), [("phones", True, rows)]), "gridio.TextGrid")
try:
    back = praat_labels("gridio.TextGrid")
except parselmouth.PraatError as error:
    back = "refused: " + str(error).splitlines()[0]
print("Praat saw, of a file by gridio:", back)
sys.exit(0 if other == LABELS and read[1:] == ['a', 't', 'say ""hi'] and back != LABELS else 1)
PYTHON
