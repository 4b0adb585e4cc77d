#!/usr/bin/env bash
# onnx-safetensors: ONNX Runtime refuses a network saved with it if it has a Reshape, Slice or Unsqueeze.
# Why:      nearly every network that makes a face or its motion from sound has one of these, and the package promises files that ONNX Runtime
#           can run.
# Expected: save_model(model, "model.onnx") writes a model that runs as before.
# Seen:     every constant goes to the safetensors file, also the few numbers of a shape, which ONNX Runtime needs in the model itself: "Cannot
#           parse data from external tensors". onnx.save_model leaves constants below 1024 bytes in the model, and so does save_model with
#           size_threshold=1024, whose default is 0. A network of weights alone runs.
# With onnx-safetensors 1.6.0, onnx 1.23.2 and onnxruntime 1.32.0 on 2026-11-30.
set -euo pipefail
version=${VERSION:-1.6.0}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --no-compile --disable-pip-version-check "onnx-safetensors==$version" "onnx==1.23.2" "onnx-ir==1.1.0" \
	"onnxruntime==1.32.0" "safetensors==0.8.0" "numpy==2.3.5"
cd "$work"
TQDM_DISABLE=1 "$work/venv/bin/python" - <<'PYTHON'
import sys
from importlib.metadata import version

import numpy as np
import onnx
import onnx_safetensors
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

weights = np.arange(6, dtype=np.float32).reshape(2, 3)
sound = np.ones((2, 3), np.float32)


def network(kind, *numbers):
    """A sum with weights and one more node with constants."""
    constants = {"weights": weights} | {f"number{i}": np.array(values, np.int64) for i, values in enumerate(numbers)}
    nodes = [helper.make_node("Add", ["sound", "weights"], ["sum"]), helper.make_node(kind, ["sum", *list(constants)[1:]], ["face"])]
    inputs = [helper.make_tensor_value_info("sound", TensorProto.FLOAT, [2, 3])]
    outputs = [helper.make_tensor_value_info("face", TensorProto.FLOAT, None)]
    initializers = [numpy_helper.from_array(values, name) for name, values in constants.items()]
    return helper.make_model(helper.make_graph(nodes, "face", inputs, outputs, initializers), opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def run(model):
    try:
        return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).run(None, {"sound": sound})[0]
    except Exception as error:  # noqa: BLE001
        return str(error)


print("onnx-safetensors", version("onnx-safetensors"), "onnx", onnx.__version__, "onnxruntime", onnxruntime.__version__)
held = True
for kind, numbers in (("Relu", ()), ("Reshape", ([3, 2],)), ("Slice", ([0], [1])), ("Unsqueeze", ([0],))):
    expected = run(network(kind, *numbers).SerializeToString())
    onnx_safetensors.save_model(network(kind, *numbers), "safe.onnx")
    onnx_safetensors.save_model(network(kind, *numbers), "large.onnx", size_threshold=1024)
    onnx.save_model(network(kind, *numbers), "usual.onnx", save_as_external_data=True, location="usual.bin")
    seen, large, usual = run("safe.onnx"), run("large.onnx"), run("usual.onnx")
    good = not isinstance(seen, str) and np.array_equal(seen, expected)
    print(f"{kind}: expected an array of {expected.shape}, saw", "the same" if good else seen.splitlines()[0])
    print("  onnx.save_model:", np.array_equal(usual, expected), " with size_threshold=1024:", np.array_equal(large, expected))
    held &= np.array_equal(usual, expected) and np.array_equal(large, expected)
    held &= good if kind == "Relu" else isinstance(seen, str) and "external" in seen
sys.exit(0 if held else 1)
PYTHON
