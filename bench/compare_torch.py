#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""fpcpu against PyTorch, and ONNX Runtime for inference, side by side on this machine.

Each cell is measured in interleaved rounds (fpcpu, peer, fpcpu, peer, ...), each measurement in a process of its own.
Machines drift, so the ratio is taken round by round: its median is quoted, with the lowest and highest in brackets.
PyTorch runs in its best setting, found in a short round first: channels-last or not, batch 32 or 64, jemalloc that
keeps its pages and takes huge ones (said when it is not installed: without it large layers return their memory to the
system at every step and training can be several times slower), Adam in training, traced, frozen and optimised in
inference. --plain measures what a plain installation gets instead: its own allocator. fpcpu runs batch 32.
With one thread both clocks are CPU time, with more they are wall time. Nobody decodes images: inputs are random.

A ratio is that of images/s, so above 1 fpcpu is faster; of infer1 it is that of the time of one image, so below 1 it is.

Needs: apt-get install python3-torch libopenblas0-pthread libjemalloc2     (run this with that python3)
ONNX Runtime: npm install --ignore-scripts onnxruntime-node in any folder, given as --onnxruntime.
"""
import argparse
import glob
import importlib.util
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODELS = ["base", "bn", "resnet18", "pfld", "hourglass"]
MODES = {"train": "training, images/s", "infer1": "one image, ms", "inferB": "inference in batches, images/s"}
AVX2_ONLY = {"ONEDNN_MAX_CPU_ISA": "AVX2", "DNNL_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}
KEEP_PAGES = "dirty_decay_ms:-1,muzzy_decay_ms:-1,oversize_threshold:0,thp:always"
# Set for other programs, they make OpenBLAS choose kernels and blocks that do not suit this processor.
OPENBLAS_OVERRIDES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
JEMALLOC = ("/usr/lib/*/libjemalloc.so.2", "/usr/lib64/libjemalloc.so.2", "/usr/local/lib/libjemalloc.so.2")
EXAMPLES = """examples:
  bench/compare_torch.py                                            all networks, training, fp32, 1 and 2 threads
  bench/compare_torch.py --models bn --threads 1 --rounds 2 --seconds 2
  bench/compare_torch.py --modes infer1,inferB --onnxruntime ~/peers
  bench/compare_torch.py --isa avx2                                 both sides held to AVX2
  bench/compare_torch.py --precision fp32,bf16 --json > ratios.jsonl
"""


class Unavailable(Exception):
    """A side that cannot do what a cell asks; the text says why."""


def run(command, env=None):
    done = subprocess.run([str(c) for c in command], env=env, capture_output=True, text=True)
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Unavailable(lines[-1] if lines else f"{command[0]} ended with {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}


class Cell:
    """One row of the table: what is measured."""

    def __init__(self, model, mode, precision, threads, isa):
        self.model, self.mode, self.precision, self.threads, self.isa = model, mode, precision, threads, isa

    def __str__(self):
        isa = f", {self.isa}" if self.isa else ""
        return f"{self.model} {self.mode} {self.precision}{isa}, threads {self.threads}"

    def figure(self, result):
        """What the row compares: ms of one image, else images/s."""
        return result["ms"] if self.mode == "infer1" else result["images_per_s"]

    def best(self, results):
        return (min if self.mode == "infer1" else max)(results, key=self.figure)


def measure_fpcpu(bench, cell, seconds):
    command = [bench, "step" if cell.mode == "train" else "infer", "--model", cell.model, "--threads", cell.threads,
               "--batch", 1 if cell.mode == "infer1" else 32, "--precision", cell.precision, "--seconds", seconds,
               "--json"]
    result = run(command + (["--isa", cell.isa] if cell.isa else []))
    return {"images_per_s": result["images_per_s"], "ms": result["ms_median"], "peak_rss_mb": result["peak_rss_mb"]}


def find_jemalloc():
    """The library to preload, or None."""
    return next((file for place in JEMALLOC for file in sorted(glob.glob(place))), None)


def torch_environment(cell, jemalloc):
    """What PyTorch needs to be at its best; `jemalloc` None leaves the allocator to the system."""
    env = {name: value for name, value in os.environ.items() if name not in OPENBLAS_OVERRIDES}
    env["OMP_NUM_THREADS"] = str(cell.threads)
    if cell.isa == "avx2":
        env.update(AVX2_ONLY)
    if jemalloc:
        env.update(LD_PRELOAD=jemalloc, MALLOC_CONF=KEEP_PAGES)
    return env


class Torch:
    name = "PyTorch"

    def __init__(self, jemalloc):
        self.jemalloc = jemalloc

    def settings(self, cell):
        """Those worth trying. Batches only where there are any."""
        if cell.isa not in ("", "avx2"):
            raise Unavailable(f"PyTorch cannot be held to {cell.isa}")
        if cell.isa == "avx2" and cell.precision == "bf16":
            raise Unavailable("PyTorch has no bf16 kernels for AVX2")
        batches = [1] if cell.mode == "infer1" else [32, 64]
        return [(batch, last) for batch in batches for last in (True, False)]

    def describe(self, setting):
        batch, channels_last = setting
        allocator = "" if self.jemalloc else ", system's allocator"
        return f"PyTorch, batch {batch}" + (", channels-last" if channels_last else "") + allocator

    def measure(self, cell, setting, seconds):
        batch, channels_last = setting
        command = [sys.executable, HERE / "torch_measure.py", "--model", cell.model, "--mode", cell.mode, "--precision",
                   cell.precision, "--batch", batch, "--threads", cell.threads, "--seconds", seconds]
        return run(command + (["--channels-last"] if channels_last else []), torch_environment(cell, self.jemalloc))


class OnnxRuntime:
    name = "ONNX Runtime"

    def __init__(self, node_modules):
        self.node_modules = node_modules
        self.folder = tempfile.TemporaryDirectory()

    def settings(self, cell):
        if cell.mode == "train" or cell.precision != "fp32":
            raise Unavailable("ONNX Runtime takes part in fp32 inference only")
        if cell.isa:
            raise Unavailable("ONNX Runtime cannot be held to an instruction set")
        return [1] if cell.mode == "infer1" else [32, 64]

    def describe(self, setting):
        return f"ONNX Runtime, batch {setting}"

    def measure(self, cell, setting, seconds):
        file = Path(self.folder.name) / f"{cell.model}.onnx"
        if not file.exists():
            run([sys.executable, HERE / "torch_measure.py", "--model", cell.model, "--export", file])
        return run(["node", HERE / "onnx_measure.js", self.node_modules, file, setting, cell.threads, seconds])


def best_setting(peer, cell, seconds):
    tried = [(peer.measure(cell, setting, seconds), setting) for setting in peer.settings(cell)]
    best = cell.best([result for result, _ in tried])
    return next(setting for result, setting in tried if result is best)


def compare(cell, bench, peers, rounds, seconds, say):
    """A row of the table. @raises Unavailable if fpcpu or every peer lacks what the cell asks for."""
    measure_fpcpu(bench, cell, 0.1)
    settings, reasons = {}, []
    for peer in peers:
        try:
            settings[peer] = best_setting(peer, cell, max(0.5, seconds / 4))
        except Unavailable as reason:
            reasons.append(str(reason))
    if not settings:
        raise Unavailable("; ".join(reasons))
    ours, theirs = [], {peer: [] for peer in settings}
    for number in range(rounds):
        say(f"{cell}: round {number + 1} of {rounds}")
        ours.append(measure_fpcpu(bench, cell, seconds))
        for peer, setting in settings.items():
            theirs[peer].append(peer.measure(cell, setting, seconds))
    middle = {peer: statistics.median(map(cell.figure, results)) for peer, results in theirs.items()}
    winner = (min if cell.mode == "infer1" else max)(middle, key=middle.get)
    ratios = [cell.figure(a) / cell.figure(b) for a, b in zip(ours, theirs[winner])]
    return {"model": cell.model, "mode": cell.mode, "precision": cell.precision, "isa": cell.isa or "best",
            "threads": cell.threads, "fpcpu": statistics.median(map(cell.figure, ours)), "peer": middle[winner],
            "ratio": statistics.median(ratios), "ratio_low": min(ratios), "ratio_high": max(ratios), "rounds": rounds,
            "fpcpu_mb": max(r["peak_rss_mb"] for r in ours), "peer_mb": max(r["peak_rss_mb"] for r in theirs[winner]),
            "peer_setting": winner.describe(settings[winner])}


def markdown(row):
    return (f"| {row['model']} | {row['threads']} | {row['fpcpu']:.1f} | {row['peer']:.1f} | **{row['ratio']:.2f}** "
            f"[{row['ratio_low']:.2f}-{row['ratio_high']:.2f}] | {row['fpcpu_mb']:.0f} | {row['peer_mb']:.0f} "
            f"| {row['peer_setting']} |")


def choices(allowed):
    def parse(text):
        chosen = text.split(",")
        for item in chosen:
            if item not in allowed:
                raise argparse.ArgumentTypeError(f"'{item}' is none of {', '.join(allowed)}")
        return chosen
    return parse


def options():
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", metavar="LIST", type=choices(MODELS), default=MODELS, help=", ".join(MODELS))
    parser.add_argument("--modes", metavar="LIST", type=choices(list(MODES)), default=["train"],
                        help="train, infer1 (latency of one image), inferB (throughput); default: train")
    parser.add_argument("--precision", metavar="LIST", type=choices(["fp32", "bf16"]), default=["fp32"],
                        help="fp32, bf16; default: fp32")
    parser.add_argument("--isa", default="", choices=["", "sse4", "avx2", "avx512", "amx"], metavar="NAME",
                        help="avx2 holds both sides to it; default: the best of each")
    parser.add_argument("--threads", metavar="LIST", type=lambda text: [int(t) for t in text.split(",")],
                        default=[1, 2], help="default: 1,2")
    parser.add_argument("--rounds", type=int, default=4, metavar="N", help="default: 4")
    parser.add_argument("--seconds", type=float, default=5, metavar="S", help="of one measurement; default: 5")
    parser.add_argument("--plain", action="store_true", help="PyTorch without jemalloc, as a plain installation runs it")
    parser.add_argument("--onnxruntime", metavar="DIR", help="folder in which npm installed onnxruntime-node")
    parser.add_argument("--bench", metavar="FILE", default=str(HERE.parent / "build/release/fpcpu_bench"),
                        help="default: build/release/fpcpu_bench")
    parser.add_argument("--json", action="store_true", help="one JSON object a row in place of the tables")
    chosen = parser.parse_args()
    if not os.access(chosen.bench, os.X_OK):
        parser.error(f"{chosen.bench} is not there: cmake --preset release && cmake --build --preset release, "
                     "or --bench FILE")
    # Not imported here: the peak memory of a process starts with that of its parent.
    if importlib.util.find_spec("torch") is None:
        parser.error(f"{sys.executable} has no PyTorch (Debian: apt-get install python3-torch, then /usr/bin/python3)")
    return chosen


def main():
    o = options()
    jemalloc = None if o.plain else find_jemalloc()
    if jemalloc is None and not o.plain:
        print("note: jemalloc is missing (Debian: apt-get install libjemalloc2), so PyTorch is measured below its best; "
              "--plain says that this is meant", file=sys.stderr)
    peers = [Torch(jemalloc)] + ([OnnxRuntime(o.onnxruntime)] if o.onnxruntime else [])
    live = sys.stderr.isatty()

    def say(text, end=""):
        if live:
            print(f"\r{text:70}", end=end, file=sys.stderr, flush=True)

    for mode in o.modes:
        for precision in o.precision:
            if not o.json:
                print(f"\n{MODES[mode]}, {precision}{', ' + o.isa if o.isa else ''}: medians of {o.rounds} interleaved "
                      "rounds\n\n| network | threads | fpcpu | peer | ratio | fpcpu MB | peer MB | peer's setting |\n"
                      "|---|---|---|---|---|---|---|---|", flush=True)
            skipped = []
            for cell in (Cell(m, mode, precision, t, o.isa) for m in o.models for t in o.threads):
                try:
                    row = compare(cell, o.bench, peers, o.rounds, o.seconds, say)
                except Unavailable as reason:
                    skipped.append(f"skipped {cell}: {reason}")
                    continue
                say("", "\r")
                print(json.dumps(row) if o.json else markdown(row), flush=True)
            for line in skipped:
                print(line, file=sys.stderr if o.json else sys.stdout)


if __name__ == "__main__":
    main()
