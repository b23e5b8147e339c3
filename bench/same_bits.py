#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Trains every network for two epochs with two builds of fpcpu and compares their weights bit for bit.

usage: bench/same_bits.py OLD NEW      paths of the programs; exit 1 if a weight differs
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

SIZES = {"small": 64, "base": 48, "bn": 64, "resnet18": 64, "pfld": 64, "hourglass": 64}


def tensors(path):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    return {name: data[8 + length + t["data_offsets"][0]:8 + length + t["data_offsets"][1]] for name, t in header.items()}


def train(program, model, precision, folder):
    subprocess.run([program, "train", "--data", "synth:64", "--model", model, "--input-size", str(SIZES[model]), "--epochs", "2",
                    "--batch", "16", "--augment", "none", "--seed", "3", "--precision", precision, "--out", folder],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)  # so short a run may end in a warning
    return tensors(folder / "last.safetensors")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    differ = False
    for model in SIZES:
        for precision in ("fp32", "bf16"):
            with tempfile.TemporaryDirectory() as folder:
                old, new = (train(p, model, precision, pathlib.Path(folder) / name) for p, name in zip(sys.argv[1:], ("old", "new")))
            names = [n for n in sorted(set(old) | set(new)) if old.get(n) != new.get(n)]
            print(f"{model:10} {precision}  {len(new)} tensors  " + ("same" if not names else "differ: " + ", ".join(names[:4])), flush=True)
            differ = differ or bool(names)
    sys.exit(differ)


main()
