#!/usr/bin/env bash
# pufbx: anim_to_array gives all nodes the times of the first node's turns, so that motions are stretched, begin too early, or are one frame.
# Why:      eyes and jaw of a face are nodes with keys only where they move. As arrays, which are "ready for ML pipelines", a glance of half a
#           second takes a second and comes before its word; and if the first node of the file moves but does not turn, the whole
#           performance is a single frame.
# Expected: "keyframe times in seconds" hold for each row: where a node has no keys yet, its first one holds. The keys that bake_anim gives,
#           each with its own times, are right.
# Seen:     the values of a node that has, by chance, as many keys as the first one are taken as they are, whatever their times. An eye that
#           turns by 40 degrees from 0.5 s to 1 s is at 20 degrees at 0.5 s. With a first node that is only moved, 31 frames are 1.
# With pufbx 0.1.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-0.1.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "pufbx==$version" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pufbx

SECOND = 46186158000
HEAD = """; FBX 7.4.0 project file
FBXHeaderExtension:  {
	FBXHeaderVersion: 1003
	FBXVersion: 7400
}
GlobalSettings:  {
	Version: 1000
	Properties70:  {
		P: "UpAxis", "int", "Integer", "",1
		P: "FrontAxis", "int", "Integer", "",2
		P: "CoordAxis", "int", "Integer", "",0
		P: "UnitScaleFactor", "double", "Number", "",1
	}
}
"""


def block(kind, number, name, lines=()):
    return "\n".join([f'	{kind}: {number}, "{name}", "" {{', *(f"		{line}" for line in lines), "	}", ""])


def listed(name, values):
    return f"{name}: *{len(values)} {{ a: {','.join(map(str, values))} }}"


def write(path, nodes):
    """Nodes by name; each has one curve: a property, an axis, times and values."""
    stop = ["Properties70:  {", f'	P: "LocalStop", "KTime", "Time", "",{SECOND}', "}"]
    objects = block("AnimationStack", 10, "AnimStack::Take", stop) + block("AnimationLayer", 20, "AnimLayer::Base")
    links = ['"OO",20,10']
    for i, (name, (kind, axis, times, values)) in enumerate(nodes.items()):
        model, group, curve = 100 + i, 200 + i, 300 + i
        keys = [round(time * SECOND) for time in times]
        flags = [listed("KeyAttrFlags", [260]), listed("KeyAttrDataFloat", [0, 0, 0, 0]), listed("KeyAttrRefCount", [len(keys)])]
        zeros = ["Properties70:  {", *(f'	P: "d|{a}", "Number", "", "A",0' for a in "XYZ"), "}"]
        objects += f'	Model: {model}, "Model::{name}", "Null" {{\n		Version: 232\n	}}\n'
        objects += block("AnimationCurveNode", group, f"AnimCurveNode::{kind[4]}", zeros)
        lines = ["Default: 0", "KeyVer: 4008", listed("KeyTime", keys), listed("KeyValueFloat", [float(v) for v in values]), *flags]
        objects += block("AnimationCurve", curve, "AnimCurve::", lines)
        links += [f'"OO",{model},0', f'"OO",{group},20', f'"OP",{group},{model}, "{kind}"', f'"OP",{curve},{group}, "d|{axis}"']
    ties = "".join(f"	C: {link}\n" for link in links)
    Path(path).write_text(f"{HEAD}Objects:  {{\n{objects}}}\nConnections:  {{\n{ties}}}\n")


def turned(keys):
    """Degrees about y."""
    return np.degrees(2 * np.arctan2(keys["y"], keys["w"]))


frames = np.arange(31) / 30
jaw = ("Lcl Rotation", "X", frames, 20 * np.sin(6 * frames))
eye = ("Lcl Rotation", "Y", [0.5, 1.0], [0, 40])
still = ("Lcl Translation", "Y", [0.0, 1.0], [0, 10])
print("pufbx", version("pufbx"))
write("late.fbx", {"Jaw": jaw, "Eye": eye})
data, times, names = pufbx.anim_to_array("late.fbx")
row = data[names.index("Eye")]
seen = [float(np.interp(at, times, np.degrees(2 * np.arctan2(row[:, 4], row[:, 6])))) for at in (0.25, 0.5, 0.75, 1.0)]
scene = pufbx.load_fbx("late.fbx")
keys = next(node for node in pufbx.bake_anim(scene).modified_nodes if scene.nodes[node.typed_id].name == "Eye").rotation_keys
baked = [float(np.interp(at, keys["time"], turned(keys["value"]))) for at in (0.25, 0.5, 0.75, 1.0)]
print("eye at 0.25, 0.5, 0.75 and 1 s: expected [0, 0, 20, 40], bake_anim", np.round(baked, 1).tolist(), "anim_to_array saw", np.round(seen, 1).tolist())
counts = []
for order in ({"Jaw": jaw, "Head": still}, {"Head": still, "Jaw": jaw}):
    write("both.fbx", order)
    counts.append(pufbx.anim_to_array("both.fbx")[0].shape[1])
    print(f"frames with {' before '.join(order)}: expected 31, saw {counts[-1]}")
holds = np.allclose(baked, [0, 0, 20, 40], atol=0.5) and np.allclose(seen, [10, 20, 30, 40], atol=0.5)
sys.exit(0 if holds and counts == [31, 1] else 1)
PYTHON
