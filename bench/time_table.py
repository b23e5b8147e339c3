#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Where the time of a training step goes, per network and pass, as a Markdown table (percent of the steps' time).

The optimizer and the packing of weights are no steps of the plan and not in it. A network that this build does not have
is left out with a line that says so.
"""
import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

GROUPS = {"conv2d": "convolution", "depthwise_conv2d": "depthwise", "dense": "dense", "norm_act_pool": "norm, act, pool"}
COLUMNS = ["convolution", "depthwise", "dense", "norm, act, pool", "other"]


def layers(bench, model, threads, isa):
    command = [bench, "layers", "--model", model, "--threads", str(threads), "--json"] + (["--isa", isa] if isa else [])
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        print(f"left out {model}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return []
    return [json.loads(line) for line in done.stdout.splitlines()]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = Path(__file__).resolve().parent.parent
    parser.add_argument("--bench", default=str(root / "build/release/fpcpu_bench"), metavar="FILE")
    parser.add_argument("--models", default="small,base,bn,resnet18,pfld,hourglass", metavar="LIST")
    parser.add_argument("--threads", type=int, default=1, metavar="N")
    parser.add_argument("--isa", default="", metavar="NAME")
    o = parser.parse_args()
    if not os.access(o.bench, os.X_OK):
        parser.error(f"{o.bench} is not there: cmake --preset release && cmake --build --preset release")
    print("| network | pass | ms a batch of 32 | " + " | ".join(COLUMNS) + " |\n" + "|---" * (3 + len(COLUMNS)) + "|")
    for model in o.models.split(","):
        rows = layers(o.bench, model, o.threads, o.isa)
        total = sum(row["ms"] for row in rows)
        for name in ("forward", "backward") if rows else ():
            part = [row for row in rows if row["pass"].startswith(("backward", "recompute", "round dy")) == (name == "backward")]
            shares = dict.fromkeys(COLUMNS, 0.0)
            for row in part:
                shares[GROUPS.get(row["kind"], "other")] += 100 * row["ms"] / total
            cells = " | ".join(f"{shares[c]:.0f} %" for c in COLUMNS)
            print(f"| {model} | {name} | {sum(row['ms'] for row in part):.1f} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
