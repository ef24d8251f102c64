"""Makes what Python's safetensors has a say in of the golden files here, in this folder:

    python -m venv venv && venv/bin/pip install numpy safetensors
    venv/bin/python golden.py

  python.safetensors      written by Python, in single and double precision
  python.json             its numbers, in hexadecimal, so that no decimal is rounded on the way
  streamgrad.json         what Python reads in streamgrad.safetensors, which dev.streamgrad.exchange.GoldenExport wrote

The tests need neither Python nor this script. Made with numpy 2.4.6 and safetensors 0.8.0.
"""

import json
import pathlib

import numpy
from safetensors import safe_open
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent


def read(path):
    with safe_open(path, "np") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}
        return {
            "metadata": file.metadata(),
            "tensors": {
                name: {
                    "dtype": str(tensor.dtype),
                    "shape": list(tensor.shape),
                    "numbers": [float(number).hex() for number in tensor.flatten()],
                }
                for name, tensor in sorted(tensors.items())
            },
        }


def write(name, what):
    (HERE / name).write_text(json.dumps(what, indent=1, sort_keys=True) + "\n")


random = numpy.random.RandomState(42)
extremes = numpy.array([5e-324, -0.0, 1.7976931348623157e308, 0.1])
save_file(
    {
        "0.weight": random.standard_normal((4, 2)),
        "0.bias": extremes,
        "2.weight": random.standard_normal((1, 4)).astype(numpy.float32),
        "2.bias": numpy.array([1e-45], dtype=numpy.float32),
    },
    HERE / "python.safetensors",
    metadata={"format": "pt"},
)
write("python.json", read(HERE / "python.safetensors"))
write("streamgrad.json", read(HERE / "streamgrad.safetensors"))
