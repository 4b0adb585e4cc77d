#!/usr/bin/env bash
# pngmeta: of texts with the same keyword, such as a disclaimer in several languages, all but the last are lost by saving.
# Why:      that a picture is made by a machine is said in the reader's language: PNG has the keyword "Disclaimer" and a language for each
#           text. Whoever adds an author with this package takes the notice away for all readers but those of one language, and nobody can
#           tell which language the rest is.
# Expected: the PNG specification lets a keyword stand in any number of text chunks, each with its language tag and translated keyword.
#           Setting another keyword and saving leaves them alone.
# Seen:     three chunks become one, without language and translated keyword; a compressed one is stored uncompressed. The texts cannot be
#           reached by reading, either.
# With pngmeta 0.2.0 and Pillow 12.0.0 on 2026-12-01.
set -euo pipefail
version=${VERSION:-0.2.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pngmeta==$version" "Pillow==12.0.0"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import struct
import sys
from importlib.metadata import version

import pngmeta
from PIL import Image, PngImagePlugin


def notices(path):
    """Keyword, language and translated keyword of each text chunk, in the order of the file."""
    found, data = [], open(path, "rb").read()
    at = 8
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"iTXt":
            keyword, rest = data[at + 8 : at + 8 + size].split(b"\0", 1)
            language, translated, _ = rest[2:].split(b"\0", 2)
            found.append((keyword.decode(), language.decode(), translated.decode(), bool(rest[0])))
        elif kind in (b"tEXt", b"zTXt"):
            found.append((data[at + 8 : at + 8 + size].split(b"\0", 1)[0].decode(), "", "", kind == b"zTXt"))
        at += 12 + size
    return found


print("pngmeta", version("pngmeta"), "Pillow", version("Pillow"))
texts = PngImagePlugin.PngInfo()
for language, translated, text, packed in (
    ("en", "Disclaimer", "This person does not speak here.", False),
    ("de", "Hinweis", "Diese Person spricht hier nicht.", True),
    ("fr", "Avertissement", "Cette personne ne parle pas ici.", True),
):
    texts.add_itxt("Disclaimer", text, language, translated, zip=packed)
Image.new("RGB", (8, 8), "gray").save("person.png", pnginfo=texts)
before = notices("person.png")
image = pngmeta.PngMeta("person.png")
print("read:", dict(image.items()))
image.set("Author", "somebody")
image.save("signed.png")
after = [entry for entry in notices("signed.png") if entry[0] == "Disclaimer"]
print(f"expected {before}")
print(f"saw      {after}")
sys.exit(0 if len(before) == 3 and after == [("Disclaimer", "", "", False)] else 1)
PYTHON
