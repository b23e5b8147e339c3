# SPDX-License-Identifier: MIT
"""One measurement of PyTorch in a process of its own, one JSON line; compare_torch.py calls it.

With --export FILE it writes the network as ONNX instead, with a batch (FILE.x) and PyTorch's output for it (FILE.y).
With one thread the clock is CPU time, as in fpcpu_bench: other programs on the machine do not count.
"""
import argparse
import json
import resource
import statistics
import time
import warnings

import torch
from torch import nn

from torch_models import INPUT_SIZE, NETWORKS

BATCHES = 4  # different ones in turn, as a loader would give


def images(model, count, channels_last):
    layout = torch.channels_last if channels_last else torch.contiguous_format
    x = torch.rand(count, 3, INPUT_SIZE[model], INPUT_SIZE[model])
    return x.contiguous(memory_format=layout)


def training(network, x, autocast):
    with torch.no_grad():
        y = [torch.rand_like(network(batch)) - 0.5 for batch in x]
    network.train()
    optimizer, loss = torch.optim.Adam(network.parameters(), lr=1e-3), nn.MSELoss()

    def step(i):
        optimizer.zero_grad(set_to_none=True)
        with autocast:
            output = network(x[i])
        loss(output.float(), y[i]).backward()
        optimizer.step()

    return step


def inference(network, x, autocast):
    with torch.no_grad(), autocast:
        frozen = torch.jit.freeze(torch.jit.trace(network.eval(), x[0], check_trace=False))
        frozen = torch.jit.optimize_for_inference(frozen)

    def step(i):
        with torch.no_grad(), autocast:
            frozen(x[i])

    return step


def measure(step, clock, seconds, warm_calls):
    for i in range(warm_calls):
        step(i % BATCHES)
    times, end = [], clock() + seconds
    while clock() < end or len(times) < 5:
        start = clock()
        step(len(times) % BATCHES)
        times.append(clock() - start)
    return statistics.median(times)


def export(model, file):
    network = NETWORKS[model]().eval()
    for module in network.modules():  # values that normalisation cannot hide
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.running_mean, -0.2, 0.2)
    x = images(model, 4, False)
    torch.onnx.export(network, x, file, input_names=["x"], output_names=["y"], opset_version=13,
                      dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})
    x.numpy().tofile(file + ".x")
    with torch.no_grad():
        network(x).numpy().tofile(file + ".y")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, choices=NETWORKS)
    parser.add_argument("--mode", default="train", choices=["train", "infer1", "inferB"])
    parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16"])
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--channels-last", action="store_true")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--export", metavar="FILE")
    o = parser.parse_args()
    warnings.filterwarnings("ignore")
    torch.manual_seed(1)
    if o.export:
        export(o.model, o.export)
        return
    torch.set_num_threads(o.threads)
    torch.set_flush_denormal(True)
    network = NETWORKS[o.model]()
    if o.channels_last:
        network = network.to(memory_format=torch.channels_last)
    batch = 1 if o.mode == "infer1" else o.batch
    x = [images(o.model, batch, o.channels_last) for _ in range(BATCHES)]
    # A traced network has its casts in the trace: the cache of autocast would keep the untraced weights as well.
    autocast = torch.autocast("cpu", dtype=torch.bfloat16, enabled=o.precision == "bf16",
                              cache_enabled=o.mode == "train")
    step = (training if o.mode == "train" else inference)(network, x, autocast)
    clock = time.process_time if o.threads == 1 else time.perf_counter
    seconds = measure(step, clock, o.seconds, 20 if o.mode == "infer1" else 3)
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"images_per_s": batch / seconds, "ms": 1e3 * seconds, "peak_rss_mb": megabytes}))


if __name__ == "__main__":
    main()
