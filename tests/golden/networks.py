# SPDX-License-Identifier: MIT
"""The zoo's networks in PyTorch, and what their parameters are called in fpcpu."""
import re

import torch
from torch import nn
import torch.nn.functional as F


class Base(nn.Module):
    size = 100

    def __init__(self):
        super().__init__()
        c = [3, 64, 128, 256]
        self.f = nn.Sequential(*[m for i in range(3) for m in (nn.Conv2d(c[i], c[i + 1], 3, padding=1), nn.ReLU(),
                                                               nn.MaxPool2d(2))])
        self.h = nn.Sequential(nn.Flatten(), nn.Linear(256 * 12 * 12, 512), nn.ReLU(), nn.Linear(512, 28))

    def forward(self, x):
        return self.h(self.f(x))

    names = [(r"f\.0", "conv1"), (r"f\.3", "conv2"), (r"f\.6", "conv3"), (r"h\.1", "fc1"), (r"h\.3", "landmarks")]


class Bn(nn.Module):
    size = 100

    def __init__(self):
        super().__init__()
        layers, ci = [], 3
        for co in (32, 64, 128, 256):
            layers += [nn.Conv2d(ci, co, 3, padding=1), nn.BatchNorm2d(co), nn.ReLU(),
                       nn.Conv2d(co, co, 3, padding=1), nn.BatchNorm2d(co), nn.ReLU(), nn.MaxPool2d(2)]
            ci = co
        self.f = nn.Sequential(*layers)
        self.h = nn.Sequential(nn.Flatten(), nn.Linear(256 * 6 * 6, 256), nn.ReLU(), nn.Dropout(0.0),
                               nn.Linear(256, 28))

    def forward(self, x):
        return self.h(self.f(x))

    names = [(rf"f\.{7 * block + i}", f"conv{block + 1}{name}") for block in range(4)
             for i, name in ((0, "a"), (1, "a_bn"), (3, "b"), (4, "b_bn"))]
    names += [(r"h\.1", "fc1"), (r"h\.4", "landmarks")]


class Basic(nn.Module):
    def __init__(self, ci, co, stride):
        super().__init__()
        self.c1, self.b1 = nn.Conv2d(ci, co, 3, stride, 1, bias=False), nn.BatchNorm2d(co)
        self.c2, self.b2 = nn.Conv2d(co, co, 3, 1, 1, bias=False), nn.BatchNorm2d(co)
        self.sc = nn.Identity()
        if stride != 1 or ci != co:
            self.sc = nn.Sequential(nn.Conv2d(ci, co, 1, stride, bias=False), nn.BatchNorm2d(co))

    def forward(self, x):
        y = torch.relu(self.b1(self.c1(x)))
        return torch.relu(self.b2(self.c2(y)) + self.sc(x))


class ResNet18(nn.Module):
    size = 100

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(),
                                  nn.MaxPool2d(3, 2, 1))
        blocks, ci = [], 64
        for co, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
            blocks += [Basic(ci, co, stride), Basic(co, co, 1)]
            ci = co
        self.f, self.fc = nn.Sequential(*blocks), nn.Linear(512, 28)

    def forward(self, x):
        return self.fc(F.adaptive_avg_pool2d(self.f(self.stem(x)), 1).flatten(1))

    names = [(r"stem\.0", "conv1"), (r"stem\.1", "conv1_bn"), (r"fc", "landmarks")]
    names += [(rf"f\.{i}\.{torch_name}", f"block{i + 1}_{name}") for i in range(8)
              for torch_name, name in (("c1", "conv1"), ("b1", "conv1_bn"), ("c2", "conv2"), ("b2", "conv2_bn"),
                                       (r"sc\.0", "shortcut"), (r"sc\.1", "shortcut_bn"))]


def cbr(ci, co, k, stride, pad, groups=1, act=True):
    return nn.Sequential(nn.Conv2d(ci, co, k, stride, pad, groups=groups, bias=False), nn.BatchNorm2d(co),
                         *([nn.ReLU()] if act else []))


class InvertedResidual(nn.Module):
    def __init__(self, ci, co, stride, expansion):
        super().__init__()
        h = ci * expansion
        self.add = stride == 1 and ci == co
        self.f = nn.Sequential(cbr(ci, h, 1, 1, 0), cbr(h, h, 3, stride, 1, h), cbr(h, co, 1, 1, 0, act=False))

    def forward(self, x):
        return x + self.f(x) if self.add else self.f(x)


class Pfld(nn.Module):
    size = 112

    def __init__(self):
        super().__init__()
        layers, ci = [cbr(3, 64, 3, 2, 1), cbr(64, 64, 3, 1, 1, 64)], 64
        for t, c, n, stride in ((2, 64, 5, 2), (2, 128, 1, 2), (4, 128, 6, 1), (2, 16, 1, 1)):
            for i in range(n):
                layers.append(InvertedResidual(ci, c, stride if i == 0 else 1, t))
                ci = c
        self.f = nn.Sequential(*layers)
        self.s2 = cbr(16, 32, 3, 2, 1)
        self.s3 = nn.Sequential(nn.Conv2d(32, 128, 7), nn.ReLU())
        self.fc = nn.Linear(16 + 32 + 128, 28)

    def forward(self, x):
        a = self.f(x)
        b = self.s2(a)
        c = self.s3(b)
        return self.fc(torch.cat([F.adaptive_avg_pool2d(a, 1).flatten(1), F.adaptive_avg_pool2d(b, 1).flatten(1),
                                  c.flatten(1)], 1))

    names = [(r"s2\.0", "scale2"), (r"s2\.1", "scale2_bn"), (r"s3\.0", "scale3"), (r"fc", "landmarks")]
    names += [(rf"f\.{i}\.{j}", f"conv{i + 1}" + ("_bn" if j else "")) for i in range(2) for j in range(2)]
    names += [(rf"f\.{i + 1}\.f\.{part}\.{j}", f"block{i}_{name}" + ("_bn" if j else "")) for i in range(1, 14)
              for part, name in enumerate(("expand", "depthwise", "project")) for j in range(2)]


class Res(nn.Module):
    def __init__(self, ci, co):
        super().__init__()
        h = co // 2
        self.f = nn.Sequential(nn.BatchNorm2d(ci), nn.ReLU(), nn.Conv2d(ci, h, 1),
                               nn.BatchNorm2d(h), nn.ReLU(), nn.Conv2d(h, h, 3, padding=1),
                               nn.BatchNorm2d(h), nn.ReLU(), nn.Conv2d(h, co, 1))
        self.sk = nn.Conv2d(ci, co, 1) if ci != co else nn.Identity()

    def forward(self, x):
        return self.f(x) + self.sk(x)


class Level(nn.Module):
    def __init__(self, depth, c):
        super().__init__()
        self.up, self.lo1, self.lo3 = Res(c, c), Res(c, c), Res(c, c)
        self.lo2 = Level(depth - 1, c) if depth > 1 else Res(c, c)

    def forward(self, x):
        low = self.lo3(self.lo2(self.lo1(F.max_pool2d(x, 2))))
        return self.up(x) + F.interpolate(low, scale_factor=2, mode="nearest")


class Hourglass(nn.Module):
    size = 128

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3), nn.BatchNorm2d(64), nn.ReLU(), Res(64, 128),
                                  nn.MaxPool2d(2), Res(128, 128), Res(128, 128))
        self.hg = Level(4, 128)
        self.out = nn.Sequential(Res(128, 128), nn.Conv2d(128, 128, 1), nn.BatchNorm2d(128), nn.ReLU(),
                                 nn.Conv2d(128, 14, 1))

    def forward(self, x):
        return self.out(self.hg(self.stem(x)))

    names = [(r"stem\.0", "conv1"), (r"stem\.1", "conv1_bn"), (r"out\.1", "head2"), (r"out\.2", "head2_bn"),
             (r"out\.4", "heatmaps")]


def residual_names(path, name):
    parts = ((r"f\.0", "conv1_bn"), (r"f\.2", "conv1"), (r"f\.3", "conv2_bn"), (r"f\.5", "conv2"),
             (r"f\.6", "conv3_bn"), (r"f\.8", "conv3"), ("sk", "skip"))
    return [(rf"{path}\.{torch_part}", f"{name}_{part}") for torch_part, part in parts]


for path, name in ((r"stem\.3", "stem1"), (r"stem\.5", "stem2"), (r"stem\.6", "stem3"), (r"out\.0", "head1"),
                   (r"hg\.lo2\.lo2\.lo2\.lo2", "hourglass1_low2")):
    Hourglass.names += residual_names(path, name)
for depth in (4, 3, 2, 1):
    for part, name in (("up", "same"), ("lo1", "low1"), ("lo3", "low3")):
        Hourglass.names += residual_names("hg" + r"\.lo2" * (4 - depth) + rf"\.{part}", f"hourglass{depth}_{name}")

NETWORKS = {"base": Base, "bn": Bn, "resnet18": ResNet18, "pfld": Pfld, "hourglass": Hourglass}


def fpcpu_name(network, name):
    """fpcpu's name of a parameter or running statistic of one of the networks above."""
    module, parameter = name.rsplit(".", 1)
    for pattern, layer in network.names:
        if re.fullmatch(pattern, module):
            if layer.endswith("_bn"):
                parameter = {"weight": "gamma", "bias": "beta"}.get(parameter, parameter)
            return f"{layer}.{parameter}"
    raise KeyError(name)
