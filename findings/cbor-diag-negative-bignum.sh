#!/usr/bin/env bash
# cbor-diag: numbers below -18446744073709551616 are shown one too large, and written one too small from text.
# Why:      diagnostic notation is how one looks into a manifest of content credentials or a COSE header, and how test files for them are
#           kept. A number that is printed, compared and written again is another number; the first one, -18446744073709551617, is printed
#           as one that has another form, so that a trip through the text changes the bytes, and with them every hash over them.
# Expected: RFC 8949: tag 3 stands for -1 minus its bytes. Its own table of examples has c349010000000000000000 as
#           -18446744073709551617. cbor2 reads it so. Bytes to text to bytes gives the bytes.
# Seen:     the minus one is left out in both directions: the example of the RFC comes out as -18446744073709551616 and goes back as
#           3bffffffffffffffff. Smaller ones come back by their bytes, since the two faults cancel, but the text is off by one.
#           Large positive numbers and small negative ones are right.
# With cbor-diag 1.2.0 and cbor2 6.2.1 on 2026-12-01.
set -euo pipefail
version=${VERSION:-1.2.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "cbor-diag==$version" "cbor2==6.2.1"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import cbor2
import cbor_diag

print("cbor-diag", version("cbor-diag"), "cbor2", version("cbor2"))
right, shown, written = [], [], []
for number in (-(2**64), 2**64, 10**30):
    right.append(cbor_diag.cbor2diag(cbor2.dumps(number)) == str(number))
example = bytes.fromhex("c349010000000000000000")
assert cbor2.loads(example) == -(2**64) - 1
for number in (-(2**64) - 1, -(2**64) - 2, -(2**70), -(10**30)):
    text = cbor_diag.cbor2diag(cbor2.dumps(number))
    back = cbor2.loads(cbor_diag.diag2cbor(str(number)))
    print(f"expected {number}, shown as {text}; written from text: {back}")
    shown.append(int(text) - number)
    written.append(back - number)
trip = cbor_diag.diag2cbor(cbor_diag.cbor2diag(example))
print(f"the example of the RFC by way of text: expected {example.hex()}, saw {trip.hex()}")
holds = all(right) and set(shown) == {1} and set(written) == {-1} and trip.hex() == "3bffffffffffffffff"
sys.exit(0 if holds else 1)
PYTHON
