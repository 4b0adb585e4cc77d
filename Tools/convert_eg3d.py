#!/usr/bin/env python3
"""Turns a published EG3D generator (.pkl) into the safetensors file that likeness reads.

    python3 Tools/convert_eg3d.py ffhqrebalanced512-128.pkl generator.safetensors [--half] [--axes legacy|fixed]

Run it once, wherever PyTorch and NumPy are; likeness itself needs neither. EG3D's own code is not needed: the file is taken apart by an
unpickler that knows tensors, numbers and containers, and that runs nothing which the file brings along. Everything else in the file becomes
a shell that only keeps its attributes.

Licence: the weights that NVIDIA published are under the NVIDIA Source Code License for EG3D, for non-commercial use (research and
evaluation) alone. A converted file is the same weights under the same licence, and so is what is trained from them. This note is stored in
the file.

--axes: all published generators were trained with planes whose third pair of axes is (z, x): legacy, the default. A generator that was
trained after that was mended, (z, y), needs --axes fixed.
"""
import argparse
import io
import json
import pickle
import re
import struct
import sys

import numpy
import torch

LICENCE = "NVIDIA Source Code License for EG3D: non-commercial use only (research and evaluation)"


class Shell:
    """An object of a class that is not loaded: what would have been its attributes."""

    def __init__(self, *arguments, **attributes):
        self.__dict__.update(attributes)

    def __setstate__(self, state):
        if isinstance(state, tuple):  # attributes and slots
            state = {**(state[0] or {}), **(state[1] or {})}
        self.__dict__.update(state)

    def __call__(self, *arguments, **attributes):
        return Shell()


class Words(dict):
    """A dictionary whose entries can be set as attributes."""

    def __setstate__(self, state):
        self.update(state)


def persistent(description):
    """What such files store in place of a network: a dictionary with the attributes in `state`, and source code that is not run."""
    shell = Shell()
    shell.__setstate__(dict(description).get("state") or {})
    return shell


def storage(data):
    return torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)


class Unpickler(pickle.Unpickler):
    KNOWN = {
        ("collections", "OrderedDict"), ("torch._utils", "_rebuild_tensor_v2"), ("torch._utils", "_rebuild_parameter"),
        ("torch", "Size"), ("torch", "device"), ("numpy", "dtype"), ("numpy", "ndarray"), ("builtins", "set"),
        ("numpy.core.multiarray", "scalar"), ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"), ("numpy._core.multiarray", "_reconstruct"),
    }

    def find_class(self, module, name):
        if (module, name) == ("torch.storage", "_load_from_bytes"):
            return storage
        if name == "_reconstruct_persistent_obj":
            return persistent
        if name == "EasyDict":
            return Words
        if (module, name) in self.KNOWN or module == "torch" and name in ("float16", "float32", "float64", "int64", "uint8", "bool"):
            return super().find_class(module, name)
        return type(name, (Shell,), {})


def tensors(network, prefix=""):
    """Parameters and buffers of a network and its parts, by name, as state_dict names them."""
    skipped = getattr(network, "_non_persistent_buffers_set", set())
    for group in ("_parameters", "_buffers"):
        for name, tensor in (getattr(network, group, None) or {}).items():
            if tensor is not None and name not in skipped:
                yield prefix + name, tensor.detach().cpu()
    for name, part in (getattr(network, "_modules", None) or {}).items():
        if part is not None:
            yield from tensors(part, prefix + name + ".")


SUPER_RESOLUTIONS = {  # side of the input, channels of the two blocks, whether the first doubles, whether larger features are left
    "8XDC": (128, 256, 128, True, False), "8X": (128, 128, 64, True, False),
    "4X": (128, 128, 64, False, True), "2X": (64, 128, 64, False, False),
}


def configuration(network, state, axes):
    """What likeness has to know of a generator, in its own words."""
    how = dict(getattr(network, "rendering_kwargs", None) or {})
    shape = lambda name: list(state[name].shape)
    width, both = shape("backbone.mapping.fc0.weight")
    label = shape("backbone.mapping.embed.weight")[1] if "backbone.mapping.embed.weight" in state else 0
    sides = sorted(int(m[1]) for m in (re.fullmatch(r"backbone\.synthesis\.b(\d+)\.conv1\.weight", k) for k in state) if m)
    channels = {side: shape(f"backbone.synthesis.b{side}.conv1.weight")[0] for side in sides}
    most = max(channels.values())
    narrow = [side for side in sides if channels[side] < most]
    base = channels[narrow[-1]] * narrow[-1] if narrow else most * sides[-1]
    decoder = shape("decoder.net.2.weight"), shape("decoder.net.0.weight")
    number = lambda key, usual: float(how.get(key, usual))
    start = how.get("ray_start", 2.25)
    result = {
        "latent": both - (width if label else 0), "label": label, "width": width,
        "mappingLayers": sum(bool(re.fullmatch(r"backbone\.mapping\.fc\d+\.weight", k)) for k in state),
        "planeResolution": sides[-1], "planeChannels": decoder[1][1], "channelBase": base, "channelMax": most,
        "decoderHidden": decoder[1][0], "decoderFeatures": decoder[0][0] - 1, "decoderMultiplier": number("decoder_lr_mul", 1),
        "rendering": {
            "resolution": int(getattr(network, "neural_rendering_resolution", 128)),
            "coarse": int(how.get("depth_resolution", 48)), "fine": int(how.get("depth_resolution_importance", 48)),
            "near": 2.25 if start == "auto" else float(start), "far": 3.3 if start == "auto" else number("ray_end", 3.3),
            "limits": "auto" if start == "auto" else "fixed", "boxWarp": number("box_warp", 1),
            "whiteBack": bool(how.get("white_back", False)), "axes": axes,
            "disparity": bool(how.get("disparity_space_sampling", False)),
        },
    }
    if "superresolution.block0.conv1.weight" in state:
        found = re.search(r"Hybrid(8XDC|8X|4X|2X)", str(how.get("superresolution_module", "")))
        side, first, second, doubles, keeps = SUPER_RESOLUTIONS[found[1] if found else "8XDC"]
        result["superResolution"] = {
            "inputResolution": side, "firstChannels": first, "secondChannels": second, "firstDoubles": doubles, "keepsLarger": keeps,
            "antialias": bool(how.get("sr_antialias", True)), "clamp": 256,
        }
    return result


def write(path, state, metadata, half):
    """The safetensors format: the length of a JSON header, the header, the numbers."""
    header, data, at = {"__metadata__": metadata}, [], 0
    for name in sorted(state):
        tensor = state[name].contiguous()
        array = tensor.to(torch.float16 if half else torch.float32).numpy()
        header[name] = {"dtype": "F16" if half else "F32", "shape": list(tensor.shape), "data_offsets": [at, at + array.nbytes]}
        data.append(array)
        at += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in data:
            file.write(numpy.ascontiguousarray(array).tobytes())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pickle", help="the published .pkl")
    parser.add_argument("output", help="the .safetensors file to write")
    parser.add_argument("--half", action="store_true", help="store numbers with 16 bits: half the size")
    parser.add_argument("--axes", choices=["legacy", "fixed"], default="legacy", help="which planes the generator was trained with")
    parser.add_argument("--network", default="G_ema", help="which network of the file (default: %(default)s)")
    options = parser.parse_args()
    with open(options.pickle, "rb") as file:
        contents = Unpickler(file).load()
    if not isinstance(contents, dict) or options.network not in contents:
        sys.exit(f"{options.pickle}: holds no network {options.network}; name the .pkl that was published")
    network = contents[options.network]
    state = dict(tensors(network))
    if "backbone.mapping.fc0.weight" not in state or "decoder.net.0.weight" not in state:
        sys.exit(f"{options.pickle}: is no tri-plane generator; name one of EG3D")
    metadata = {
        "format": "likeness.generator", "version": "1", "licence": LICENCE,
        "configuration": json.dumps(configuration(network, state, options.axes)),
    }
    write(options.output, state, metadata, options.half)
    numbers = sum(tensor.numel() for tensor in state.values())
    print(f"{options.output}: {len(state)} tensors, {numbers / 1e6:.1f} million numbers. Licence of the weights: {LICENCE}.")


if __name__ == "__main__":
    main()
