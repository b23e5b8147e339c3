#!/usr/bin/env python3
"""Training speed of fpcpu and PyTorch side by side: interleaved rounds, medians, ratio.

    /usr/bin/python3 bench/compare_torch.py [--bench build/release/fpcpu_bench] [--models base,bn] [--threads 1,2] [--rounds 4]

Debian: apt-get install python3-torch libopenblas0-pthread libjemalloc2. PyTorch runs in its best setting: channels-last,
jemalloc with kept pages where it is installed, Adam, the better of the given batches; fpcpu runs batch 32.
Both train on random images kept in memory, so no image is decoded on either side.
"""
import argparse
import glob
import json
import os
import statistics
import subprocess
import sys
import time


def torch_worker(model, batch, threads, seconds):
    import torch
    from torch import nn

    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    layers, channels, size = [], 3, 100
    if model == "base":
        for out in (64, 128, 256):
            layers += [nn.Conv2d(channels, out, 3, padding=1), nn.ReLU(True), nn.MaxPool2d(2)]
            channels, size = out, size // 2
        layers += [nn.Flatten(), nn.Linear(channels * size * size, 512), nn.ReLU(True), nn.Linear(512, 28)]
    else:
        for out in (32, 64, 128, 256):
            for inputs in (channels, out):
                layers += [nn.Conv2d(inputs, out, 3, padding=1), nn.BatchNorm2d(out), nn.ReLU(True)]
            layers.append(nn.MaxPool2d(2))
            channels, size = out, size // 2
        layers += [nn.Flatten(), nn.Linear(channels * size * size, 256), nn.ReLU(True), nn.Dropout(0.3), nn.Linear(256, 28)]
    net = nn.Sequential(*layers).to(memory_format=torch.channels_last).train()
    x = [torch.rand(batch, 3, 100, 100).contiguous(memory_format=torch.channels_last) for _ in range(4)]
    y = [torch.rand(batch, 28) - 0.5 for _ in range(4)]
    optimizer, loss = torch.optim.Adam(net.parameters(), lr=1e-3), nn.MSELoss()

    def step(i):
        optimizer.zero_grad(set_to_none=True)
        loss(net(x[i % 4]), y[i % 4]).backward()
        optimizer.step()

    for i in range(3):
        step(i)
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        step(len(times))
        times.append(time.perf_counter() - start)
    print(batch / statistics.median(times))


def run_torch(model, batch, threads, seconds):
    env = dict(os.environ, OMP_NUM_THREADS=str(threads))
    jemalloc = glob.glob("/usr/lib/*/libjemalloc.so.2")
    if jemalloc:
        env["LD_PRELOAD"] = jemalloc[0]
        env["MALLOC_CONF"] = ("oversize_threshold:1,background_thread:false,metadata_thp:auto,"
                              "dirty_decay_ms:-1,muzzy_decay_ms:-1")
    command = [sys.executable, __file__, "--torch", f"{model},{batch},{threads},{seconds}"]
    return float(subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout)


def run_fpcpu(bench, model, threads):
    command = [bench, "step", "--model", model, "--batch", "32", "--threads", str(threads), "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["images_per_s"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default="build/release/fpcpu_bench")
    parser.add_argument("--models", default="base,bn")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--batches", default="32,64", help="PyTorch takes the better one")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--torch", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.torch:
        model, batch, threads, seconds = options.torch.split(",")
        torch_worker(model, int(batch), int(threads), float(seconds))
        return
    batches = [int(b) for b in options.batches.split(",")]
    print(f"{'model':8} {'threads':>7} {'PyTorch':>9} {'fpcpu':>9} {'ratio':>6}   images/s, medians of {options.rounds} "
          "interleaved rounds; ratio pair by pair")
    for model in options.models.split(","):
        for threads in (int(t) for t in options.threads.split(",")):
            torch_rates = {b: [] for b in batches}
            fpcpu_rates = []
            for _ in range(options.rounds):
                for b in batches:
                    torch_rates[b].append(run_torch(model, b, threads, options.seconds))
                fpcpu_rates.append(run_fpcpu(options.bench, model, threads))
            best = max(batches, key=lambda b: statistics.median(torch_rates[b]))
            ratios = [f / t for f, t in zip(fpcpu_rates, torch_rates[best])]
            print(f"{model:8} {threads:7} {statistics.median(torch_rates[best]):9.1f} {statistics.median(fpcpu_rates):9.1f} "
                  f"{statistics.median(ratios):6.2f}   [{min(ratios):.2f}-{max(ratios):.2f}] PyTorch batch {best}", flush=True)


if __name__ == "__main__":
    main()
