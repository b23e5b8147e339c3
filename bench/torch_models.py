# SPDX-License-Identifier: MIT
"""The five networks that fpcpu is compared with PyTorch on, layer for layer those of src/graph/zoo.

Run alone, it prints MFLOP per image (forward, training) and the number of parameters of each.
"""
import torch
from torch import nn
from torch.nn import functional

POINTS = 14


def convolution(inputs, outputs, kernel, stride=1, groups=1, bias=True):
    """Keeps the size of the image, apart from the stride."""
    return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=bias)


def normalised(inputs, outputs, kernel, stride=1, groups=1, bias=False, relu=True):
    layers = [convolution(inputs, outputs, kernel, stride, groups, bias), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if relu else []))


def activated(inputs, outputs, kernel):
    """Batch norm and ReLU in front of the convolution."""
    return nn.Sequential(nn.BatchNorm2d(inputs), nn.ReLU(inplace=True), convolution(inputs, outputs, kernel))


def averages(x):
    return functional.adaptive_avg_pool2d(x, 1).flatten(1)


class Base(nn.Sequential):
    """Three convolutions with ReLU and max pool, two dense layers."""

    def __init__(self):
        layers, inputs = [], 3
        for outputs in (64, 128, 256):
            layers += [convolution(inputs, outputs, 3), nn.ReLU(inplace=True), nn.MaxPool2d(2)]
            inputs = outputs
        super().__init__(*layers, nn.Flatten(), nn.Linear(256 * 12 * 12, 512), nn.ReLU(inplace=True),
                         nn.Linear(512, 2 * POINTS))


class Bn(nn.Sequential):
    """Eight convolutions with batch norm, two dense layers."""

    def __init__(self):
        layers, inputs = [], 3
        for outputs in (32, 64, 128, 256):
            layers += [normalised(inputs, outputs, 3, bias=True), normalised(outputs, outputs, 3, bias=True),
                       nn.MaxPool2d(2)]
            inputs = outputs
        super().__init__(*layers, nn.Flatten(), nn.Linear(256 * 6 * 6, 256), nn.ReLU(inplace=True), nn.Dropout(0.3),
                         nn.Linear(256, 2 * POINTS))


class BasicBlock(nn.Module):
    """He et al., CVPR 2016, arXiv 1512.03385, figure 5 left."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.first = normalised(inputs, outputs, 3, stride)
        self.second = normalised(outputs, outputs, 3, relu=False)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else normalised(inputs, outputs, 1, stride, relu=False)

    def forward(self, x):
        return torch.relu_(self.second(self.first(x)) + self.shortcut(x))


class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        layers, inputs = [normalised(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1)], 64
        for outputs, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
            layers += [BasicBlock(inputs, outputs, stride), BasicBlock(outputs, outputs, 1)]
            inputs = outputs
        self.features = nn.Sequential(*layers)
        self.landmarks = nn.Linear(512, 2 * POINTS)

    def forward(self, x):
        return self.landmarks(averages(self.features(x)))


class InvertedResidual(nn.Module):
    """Sandler et al., CVPR 2018, arXiv 1801.04381: widen, filter each channel, narrow."""

    def __init__(self, inputs, outputs, stride, widening):
        super().__init__()
        wide = inputs * widening
        self.residual = stride == 1 and inputs == outputs
        self.layers = nn.Sequential(normalised(inputs, wide, 1), normalised(wide, wide, 3, stride, groups=wide),
                                    normalised(wide, outputs, 1, relu=False))

    def forward(self, x):
        y = self.layers(x)
        return x + y if self.residual else y


class Pfld(nn.Module):
    """Guo et al., arXiv 1902.10859, the backbone; the coarse maps are averaged in front of the dense layer."""

    def __init__(self):
        super().__init__()
        layers, inputs = [normalised(3, 64, 3, 2), normalised(64, 64, 3, groups=64)], 64
        for widening, outputs, count, stride in ((2, 64, 5, 2), (2, 128, 1, 2), (4, 128, 6, 1), (2, 16, 1, 1)):
            for i in range(count):
                layers.append(InvertedResidual(inputs, outputs, stride if i == 0 else 1, widening))
                inputs = outputs
        self.fine = nn.Sequential(*layers)
        self.middle = normalised(16, 32, 3, 2)
        self.coarse = nn.Sequential(nn.Conv2d(32, 128, 7), nn.ReLU(inplace=True))
        self.landmarks = nn.Linear(16 + 32 + 128, 2 * POINTS)

    def forward(self, x):
        fine = self.fine(x)
        middle = self.middle(fine)
        coarse = self.coarse(middle)
        return self.landmarks(torch.cat([averages(fine), averages(middle), coarse.flatten(1)], 1))


class Bottleneck(nn.Module):
    """Newell et al., ECCV 2016, arXiv 1603.06937, figure 4 left."""

    def __init__(self, inputs, outputs):
        super().__init__()
        half = outputs // 2
        self.layers = nn.Sequential(activated(inputs, half, 1), activated(half, half, 3), activated(half, outputs, 1))
        self.skip = nn.Identity() if inputs == outputs else convolution(inputs, outputs, 1)

    def forward(self, x):
        return self.layers(x) + self.skip(x)


class Level(nn.Module):
    """One level of an hourglass: a branch at this size, the rest at half of it."""

    def __init__(self, depth, channels):
        super().__init__()
        self.here = Bottleneck(channels, channels)
        inner = Level(depth - 1, channels) if depth > 1 else Bottleneck(channels, channels)
        self.below = nn.Sequential(nn.MaxPool2d(2), Bottleneck(channels, channels), inner,
                                   Bottleneck(channels, channels), nn.Upsample(scale_factor=2, mode="nearest"))

    def forward(self, x):
        return self.here(x) + self.below(x)


class Hourglass(nn.Sequential):
    """One stack; heat maps of a quarter of the input size."""

    def __init__(self):
        super().__init__(normalised(3, 64, 7, 2, bias=True), Bottleneck(64, 128), nn.MaxPool2d(2), Bottleneck(128, 128),
                         Bottleneck(128, 128), Level(4, 128), Bottleneck(128, 128), normalised(128, 128, 1, bias=True),
                         convolution(128, POINTS, 1))


NETWORKS = {"base": Base, "bn": Bn, "resnet18": ResNet18, "pfld": Pfld, "hourglass": Hourglass}
INPUT_SIZE = {"base": 100, "bn": 100, "resnet18": 100, "pfld": 112, "hourglass": 128}


def mflop(name):
    """(forward, training) of one image; no data gradient into the image, as in `fpcpu plan --train`."""
    network, counts = NETWORKS[name]().eval(), []

    def count(module, _, output):
        weights = module.weight[0].numel()
        counts.append(2e-6 * output.numel() * weights)

    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            module.register_forward_hook(count)
    with torch.no_grad():
        network(torch.zeros(1, 3, INPUT_SIZE[name], INPUT_SIZE[name]))
    return sum(counts), 3 * sum(counts) - counts[0]


if __name__ == "__main__":
    for name in NETWORKS:
        parameters = sum(p.numel() for p in NETWORKS[name]().parameters())
        print(f"{name:10} {mflop(name)[0]:7.1f} {mflop(name)[1]:7.1f} MFLOP  {parameters} parameters")
