#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The memory of `fpcpu train` over its epochs.

Runs one training and reads, at the end of each epoch, what the process holds and the most it has held. Ends with 1 if
the most is beyond --limit, or if the last epoch ends with more than 2 % and 2 MB above the second: a training must not
grow. What follows `--` goes to `fpcpu train`.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLES = """examples:
  bench/memory.py -- --data faces/train --epochs 8
  bench/memory.py --limit 300 -- --data synth:2000 --epochs 5 --cache-mb 32
"""


def held(pid):
    """(MB now, MB at most) of a process."""
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return tuple(int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))


def train(command):
    """(epoch, MB now, MB at most) of each epoch, printed as they end."""
    epochs = []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in process.stdout:
        event = json.loads(line)
        if event["event"] == "epoch":
            epochs.append((event["epoch"], *held(process.pid)))
            print(f"| {epochs[-1][0]} | {epochs[-1][1]:.1f} | {epochs[-1][2]:.1f} |", flush=True)
        elif event["event"] == "error":
            sys.exit(event["text"])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}")
    return epochs, usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    root = Path(__file__).resolve().parent.parent
    parser.add_argument("--program", default=str(root / "build/release/fpcpu"), metavar="FILE")
    parser.add_argument("--limit", type=float, default=400, metavar="MB", help="default: 400")
    parser.add_argument("train", nargs="+", metavar="OPTION", help="of fpcpu train, after --")
    o = parser.parse_args()
    if not os.access(o.program, os.X_OK):
        parser.error(f"{o.program} is not there: cmake --preset release && cmake --build --preset release")
    with tempfile.TemporaryDirectory() as folder:
        print("| epoch | MB at its end | MB at most |\n|---|---|---|")
        epochs, most = train([o.program, "train", "--json-log", "-", "--quiet", "--out", Path(folder) / "run", *o.train])
    growth = epochs[-1][1] - epochs[min(1, len(epochs) - 1)][1]
    grows = growth > max(2, 0.02 * epochs[-1][1])
    print(f"peak of the whole run {most:.0f} MB, limit {o.limit:.0f}; from the second epoch to the last {growth:+.1f} MB")
    sys.exit(1 if most > o.limit or grows else 0)


if __name__ == "__main__":
    main()
