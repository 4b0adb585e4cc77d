#!/usr/bin/env bash
# onnx: the reference evaluator's Resize with align_corners misses the corner when the scale does not give a whole size.
# Expected: align_corners lays the first and last sample of the result on the first and last of the input. An input of 5 with scale 1.5 has
#           7 samples (7.5 rounded down), the last of which is the input's last. ONNX Runtime and PyTorch do so.
# Seen:     the evaluator divides by 7.5 - 1 in place of 7 - 1, so that the result stops short of the end. Its values are no reference for a
#           model that resizes by a scale.
# With onnx 1.23.2 and onnxruntime 1.32.0 on 2026-11-28.
set -euo pipefail
version=${VERSION:-1.23.2}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "onnx==$version" "onnxruntime==1.32.0" "numpy==2.4.6"
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

ramp = np.arange(5, dtype="f4").reshape(1, 1, 1, 5)
scales = np.array([1, 1, 1, 1.5], "f4")
node = helper.make_node(
    "Resize", ["x", "", "scales"], ["y"], mode="linear", coordinate_transformation_mode="align_corners"
)
graph = helper.make_graph(
    [node],
    "resize",
    [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 1, 5]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [4]),
    ],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
inputs = {"x": ramp, "scales": scales}
reference = ReferenceEvaluator(model).run(None, inputs)[0].ravel()
session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
runtime = session.run(None, inputs)[0].ravel()
print("onnx", onnx.__version__, "onnxruntime", onnxruntime.__version__)
print("onnxruntime:", np.round(runtime, 3).tolist())
print("reference:  ", np.round(reference, 3).tolist(), "; expected the last to be 4.0")
sys.exit(0 if len(reference) == 7 and abs(runtime[-1] - 4) < 1e-5 and reference[-1] < 3.9 else 1)
PYTHON
