#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What `fpcpu detect` on one image costs as a whole process: start, model, planning, image, network, output.

A `small` model is trained for a moment first (its weights do not matter here), then the program runs --runs times.
Prints the median and the fastest wall time, CPU time and peak memory; ends with 1 if the fastest run or the memory is
beyond the limits. Wall time means little while other programs have the cores: CPU time tells then.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT_MS, LIMIT_MB = 60, 80


def one_run(command):
    """(wall ms, CPU ms, peak MB) of a process. Started by a small one: peak memory begins with that of the parent."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}")
    return 1e3 * wall, 1e3 * (usage.ru_utime + usage.ru_stime), usage.ru_maxrss / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    root = Path(__file__).resolve().parent.parent
    parser.add_argument("--program", default=str(root / "build/release/fpcpu"), metavar="FILE")
    parser.add_argument("--runs", type=int, default=30, metavar="N", help="default: 30")
    parser.add_argument("--threads", type=int, default=0, metavar="N", help="default: all cores")
    o = parser.parse_args()
    if not os.access(o.program, os.X_OK):
        parser.error(f"{o.program} is not there: cmake --preset release && cmake --build --preset release")
    image = sorted((root / "data/images").glob("*.jpg"))[0]
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "run"
        subprocess.run([o.program, "train", "--model", "small", "--data", "synth:64", "--epochs", "1", "--out", model,
                        "--quiet"], check=True, stdout=subprocess.DEVNULL)
        command = [o.program, "detect", model / "model.safetensors", image, "--quiet"]
        if o.threads:
            command += ["--threads", str(o.threads)]
        runs = [one_run(command) for _ in range(o.runs)]
    wall, cpu, megabytes = zip(*runs)
    print(f"fpcpu detect, one image: wall {statistics.median(wall):.1f} ms (fastest {min(wall):.1f}), CPU "
          f"{statistics.median(cpu):.1f} ms, peak {max(megabytes):.0f} MB; limits {LIMIT_MS} ms, {LIMIT_MB} MB")
    sys.exit(1 if min(wall) > LIMIT_MS or max(megabytes) > LIMIT_MB else 0)


if __name__ == "__main__":
    main()
