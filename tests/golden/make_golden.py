#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the golden files of this folder with PyTorch: what it computes is what fpcpu must compute.

    /usr/bin/python3 tests/golden/make_golden.py        (Debian: apt-get install python3-torch)

net.safetensors: conv 3x3 (bias), BN, ReLU, max pool 2, conv 3x3 stride 2 (no bias), BN, ReLU, dense, on 9x11x3 images.
optimizers.safetensors: five steps of every optimizer on a quadratic, and learning rates of three schedules.
zoo.safetensors: digests of a training step of the zoo's networks (networks.py) in double, see digest().
Layouts are fpcpu's: activations N,H,W,C; convolution weights kh,kw,C,K; dense weights inputs,units with the inputs in
H,W,C order.
"""
import json
import math
import pathlib
import struct

import numpy
import torch
from torch import nn

from networks import NETWORKS, fpcpu_name as zoo_name

HERE = pathlib.Path(__file__).resolve().parent
BATCH, HEIGHT, WIDTH, POINTS = 4, 9, 11, 3
ZOO_BATCH = 2


def write_safetensors(path, tensors, metadata):
    entries, blobs, offset = {"__metadata__": metadata}, [], 0
    for name in sorted(tensors):
        tensor = tensors[name].detach().to(torch.float32).contiguous()
        blob = struct.pack(f"<{tensor.numel()}f", *tensor.flatten().tolist())
        entries[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    header = json.dumps(entries, separators=(",", ":")).encode()
    header += b" " * (-(8 + len(header)) % 64)
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"".join(blobs))
    print(path.name, path.stat().st_size, "bytes,", len(tensors), "tensors")


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 12, 3, stride=2, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(12)
        self.fc = nn.Linear(12 * 2 * 3, 2 * POINTS)

    def forward(self, x):
        x = torch.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 2)
        x = torch.relu(self.bn2(self.conv2(x)))
        return self.fc(x.flatten(1))


def to_fpcpu(name, tensor):
    """A parameter, its gradient or a running statistic in fpcpu's layout."""
    if name.startswith("conv") and name.endswith("weight"):
        return tensor.permute(2, 3, 1, 0)
    if name == "fc.weight":
        units = tensor.shape[0]
        return tensor.reshape(units, 12, 2, 3).permute(2, 3, 1, 0).reshape(-1, units)
    return tensor


def fpcpu_name(name):
    layer, parameter = name.split(".")
    if layer.startswith("bn"):
        parameter = {"weight": "gamma", "bias": "beta"}.get(parameter, parameter)
    return f"{layer}.{parameter}"


def state(net, prefix):
    return {prefix + fpcpu_name(name): to_fpcpu(name, value).clone() for name, value in net.state_dict().items()
            if not name.endswith("num_batches_tracked")}


def golden_net():
    torch.manual_seed(7)
    net = Net().train()
    with torch.no_grad():  # so that a forgotten gamma or beta is seen
        for norm in (net.bn1, net.bn2):
            norm.weight.uniform_(0.5, 1.5)
            norm.bias.uniform_(-0.3, 0.3)
    x = torch.randn(BATCH, 3, HEIGHT, WIDTH)
    targets = torch.rand(BATCH, 2 * POINTS) - 0.5
    tensors = {"input": x.permute(0, 2, 3, 1), "targets": targets, **state(net, "initial/")}

    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    losses = []
    for step in range(10):
        optimizer.zero_grad()
        output = net(x)
        loss = nn.functional.mse_loss(output, targets)
        loss.backward()
        if step == 0:
            tensors["output"] = output.clone()
            for name, parameter in net.named_parameters():
                tensors["gradient/" + fpcpu_name(name)] = to_fpcpu(name, parameter.grad.clone())
        losses.append(loss.item())
        optimizer.step()
    tensors["losses"] = torch.tensor(losses)
    tensors.update(state(net, "final/"))
    net.eval()
    with torch.no_grad():
        tensors["final_inference"] = net(x)
    about = {"torch": torch.__version__, "loss": "mean of squares", "optimizer": "Adam lr 0.01, ten steps",
             "output": "of the first step, in training mode"}
    write_safetensors(HERE / "net.safetensors", {k: v.clone() for k, v in tensors.items()}, about)


OPTIMIZERS = {
    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),
    "sgd_momentum_l2": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05),
    "nesterov_l2": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.05, nesterov=True),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01),
    "rmsprop_momentum": lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.9, weight_decay=0.05),
    "adam": lambda p: torch.optim.Adam(p, lr=0.1),
    "adam_l2": lambda p: torch.optim.Adam(p, lr=0.1, weight_decay=0.05),
    "adamw": lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.05),
}


def golden_optimizers():
    """Loss 0.5 * sum of curvature * (w - goal)^2, so the gradient is curvature * (w - goal)."""
    torch.manual_seed(8)
    count = 37
    start, goal, curvature = torch.randn(count), torch.randn(count), torch.rand(count) * 2 + 0.1
    tensors = {"start": start, "goal": goal, "curvature": curvature}
    for name, make in OPTIMIZERS.items():
        w = nn.Parameter(start.clone())
        optimizer = make([w])
        for _ in range(5):
            optimizer.zero_grad()
            (0.5 * curvature * (w - goal) ** 2).sum().backward()
            optimizer.step()
        tensors[name] = w.data

    def rates(make, steps):
        optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.5)
        schedule = make(optimizer)
        out = []
        for _ in range(steps):
            out.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        return torch.tensor(out)

    lr = torch.optim.lr_scheduler
    tensors["schedule/one-cycle"] = rates(
        lambda o: lr.OneCycleLR(o, max_lr=0.5, total_steps=41, pct_start=0.3 + 0.7 / 41, final_div_factor=4.0), 41)
    tensors["schedule/cosine"] = rates(lambda o: lr.CosineAnnealingLR(o, T_max=40, eta_min=0.005), 41)
    tensors["schedule/multi-step"] = rates(lambda o: lr.MultiStepLR(o, milestones=[6, 9], gamma=0.1), 12)

    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.5)
    plateau = lr.ReduceLROnPlateau(optimizer, factor=0.1, patience=2, threshold=1e-3)
    errors = [5.0, 4.0, 4.0, 3.9999, 4.1, 3.0, 3.5, 3.4, 3.3, 3.2, 2.0, 2.0, 2.0, 2.0, 2.0]
    out = []
    for error in errors:
        plateau.step(error)
        out.append(optimizer.param_groups[0]["lr"])
    tensors["schedule/plateau_errors"] = torch.tensor(errors)
    tensors["schedule/plateau"] = torch.tensor(out)
    write_safetensors(HERE / "optimizers.safetensors", tensors, {"torch": torch.__version__})


def formula(name, count):
    """`count` values in [-1, 1) that any program can make: a hash of the name (FNV-1a) and the index."""
    h = 2166136261
    for byte in name.encode():
        h = (h ^ byte) * 16777619 % 2 ** 32
    x = (h + numpy.arange(count, dtype=numpy.uint64) * 0x9E3779B9) % 2 ** 32
    for shift, factor in ((16, 0x7FEB352D), (15, 0x846CA68B)):
        x = (x ^ x >> numpy.uint64(shift)) * factor % 2 ** 32
    x = x ^ x >> numpy.uint64(16)
    return torch.from_numpy(x.astype(numpy.float64) / 2 ** 31 - 1)


def zoo_value(name, shape):
    """Start of a parameter in PyTorch's layout. Weights are as large as He et al. make them; everything is rounded to
    float, the type of fpcpu's parameters."""
    values = formula(name, math.prod(shape))
    kind = name.rsplit(".", 1)[1]
    if kind == "weight":
        values = from_fpcpu(values * math.sqrt(6.0 / math.prod(shape[1:])), shape)
    else:
        values = {"gamma": 1.0 + 0.25 * values, "beta": 0.125 * values, "bias": 0.125 * values}[kind]
    return values.to(torch.float32).to(torch.float64)


def flattened_map(inputs):
    """Dense layers that read a map: its channels and side."""
    return {256 * 144: (256, 12), 256 * 36: (256, 6)}.get(inputs, (inputs, 1))


def from_fpcpu(values, shape):
    if len(shape) == 4:
        k, c, h, w = shape
        return values.reshape(h, w, c, k).permute(3, 2, 0, 1)
    units, inputs = shape
    c, side = flattened_map(inputs)
    return values.reshape(side, side, c, units).permute(3, 2, 0, 1).reshape(units, inputs)


def zoo_to_fpcpu(tensor):
    if tensor.dim() == 4:
        return tensor.permute(2, 3, 1, 0)
    if tensor.dim() == 2:
        units, inputs = tensor.shape
        c, side = flattened_map(inputs)
        return tensor.reshape(units, c, side, side).permute(2, 3, 1, 0)
    return tensor


def digest(tensor):
    """Norm, and dot product with the formula named "digest", of values in fpcpu's layout."""
    values = tensor.detach().flatten()
    return torch.stack([values.norm(), values @ formula("digest", values.numel())])


def golden_zoo():
    tensors = {}
    for model, make in NETWORKS.items():
        net = make().double().train()
        with torch.no_grad():
            for name, parameter in net.named_parameters():
                parameter.copy_(zoo_value(zoo_name(make, name), list(parameter.shape)))
        x = formula("input", ZOO_BATCH * 3 * make.size ** 2).reshape(ZOO_BATCH, make.size, make.size, 3)
        x = x.to(torch.float32).to(torch.float64).permute(0, 3, 1, 2)

        def in_fpcpu_order(y):
            return y.permute(0, 2, 3, 1) if y.dim() == 4 else y

        output = net(x)
        dy = formula("dy", output.numel()).to(torch.float32).to(torch.float64)
        (in_fpcpu_order(output).flatten() @ dy).backward()
        tensors[model + "/output"] = digest(in_fpcpu_order(output))
        for name, parameter in net.named_parameters():
            tensors[f"{model}/gradient/{zoo_name(make, name)}"] = digest(zoo_to_fpcpu(parameter.grad))
        for name, buffer in net.named_buffers():
            if not name.endswith("num_batches_tracked"):
                tensors[f"{model}/statistics/{zoo_name(make, name)}"] = digest(buffer)
        net.eval()
        with torch.no_grad():
            tensors[model + "/inference"] = digest(in_fpcpu_order(net(x)))
    about = {"torch": torch.__version__, "batch": str(ZOO_BATCH), "values": "norm, dot product with formula(digest)"}
    write_safetensors(HERE / "zoo.safetensors", tensors, about)


if __name__ == "__main__":
    torch.set_num_threads(1)
    golden_net()
    golden_optimizers()
    golden_zoo()
