#!/usr/bin/env python3
"""The portrait's generator in plain PyTorch, for `make bench` to compare with: how long the planes, the rays and the picture take.

The sizes are those of the published generator of faces, 512 x 512 with 128 x 128 rays of 48 + 48 samples; the weights are random. Modulated
weights, transposed convolutions filtered channel by channel, grid_sample and two dense layers, as an implementation without kernels of its
own has them. Prints JSON; times are the shortest of some.
"""
import argparse
import json
import math
import time

import torch
import torch.nn.functional as F

taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
fir = torch.outer(taps, taps) / 64


def smooth(x, pads, gain):
    channels = x.shape[1]
    return F.conv2d(F.pad(x, pads), (fir * gain).expand(channels, 1, 4, 4), groups=channels)


def doubled(x):
    n, c, h, w = x.shape
    spread = F.pad(x.view(n, c, h, 1, w, 1), [0, 1, 0, 0, 0, 1]).view(n, c, 2 * h, 2 * w)
    return smooth(spread, [2, 1, 2, 1], 4)


class Layer:
    def __init__(self, inputs, outputs, side=0, doubles=False, kernel=3, clamp=None, width=512):
        self.weight = torch.randn(outputs, inputs, kernel, kernel)
        self.affine, self.offset = torch.randn(inputs, width), torch.ones(inputs)
        self.bias, self.noise = torch.zeros(1, outputs, 1, 1), torch.randn(side, side) if side else None
        self.doubles, self.clamp = doubles, clamp

    def __call__(self, x, w):
        style = F.linear(w, self.affine / math.sqrt(w.shape[1]), self.offset)
        plain = self.weight.shape[-1] == 1
        if plain:
            weight = self.weight * (style / math.sqrt(style.shape[1]))[:, None, :, None, None]
        else:
            weight = self.weight * style[:, None, :, None, None]
            weight = weight * (weight.square().sum([2, 3, 4], keepdim=True) + 1e-8).rsqrt()
        n, out, inputs, k, _ = weight.shape
        x = x.reshape(1, -1, *x.shape[2:])
        if self.doubles:
            weight = weight.transpose(1, 2).reshape(n * inputs, out, k, k)
            x = smooth(F.conv_transpose2d(x, weight, stride=2, groups=n), [1, 1, 1, 1], 4)
        else:
            x = F.conv2d(x, weight.reshape(n * out, inputs, k, k), padding=k // 2, groups=n)
        x = x.reshape(n, out, *x.shape[2:])
        if self.noise is not None:
            x = x + self.noise * 0.1
        x = x + self.bias
        if not plain:
            x = F.leaky_relu(x, 0.2) * math.sqrt(2)
        return x if self.clamp is None else x.clamp(-self.clamp, self.clamp)


class Block:
    def __init__(self, inputs, outputs, side, pictures, noisy=True, clamp=None):
        noise = side if noisy else 0
        self.first = Layer(inputs, outputs, noise, True, clamp=clamp) if inputs else None
        self.constant = torch.randn(1, outputs, side, side)
        self.second = Layer(outputs, outputs, noise, clamp=clamp)
        self.picture = Layer(outputs, pictures, kernel=1, clamp=clamp)

    def __call__(self, x, image, w):
        x = self.second(self.constant if self.first is None else self.first(x, w), w)
        added = self.picture(x, w)
        return x, added if image is None else doubled(image) + added


class Generator:
    def __init__(self):
        channels = lambda side: min(32768 // side, 512)
        self.blocks = [Block(channels(side // 2) if side > 4 else 0, channels(side), side, 96) for side in (4, 8, 16, 32, 64, 128, 256)]
        self.upper = [Block(32, 256, 256, 3, False, 256), Block(256, 128, 512, 3, False, 256)]
        self.net = [(torch.randn(64, 32) / math.sqrt(32), torch.zeros(64)), (torch.randn(33, 64) / 8, torch.zeros(33))]

    def planes(self, w):
        x = image = None
        for block in self.blocks:
            x, image = block(x, image, w)
        return image.view(3, 32, 256, 256)

    def sample(self, planes, points):
        grid = torch.stack([points[:, pair] for pair in ([0, 1], [0, 2], [2, 0])])[:, None] * 2
        features = F.grid_sample(planes, grid, align_corners=False)[:, :, 0].mean(0).t()
        y = F.linear(F.softplus(F.linear(features, *self.net[0])), *self.net[1])
        return y[:, 1:].sigmoid() * 1.002 - 0.001, y[:, :1]

    def march(self, colours, densities, depths):
        middle = lambda t: (t[:, 1:] + t[:, :-1]) / 2
        alpha = 1 - torch.exp(-F.softplus(middle(densities) - 1) * (depths[:, 1:] - depths[:, :-1]))
        seen = torch.cumprod(torch.cat([torch.ones_like(alpha[:, :1]), 1 - alpha + 1e-10], 1), 1)[:, :-1]
        weights = alpha * seen
        return (weights * middle(colours)).sum(1) * 2 - 1, weights

    def rays(self, planes, side=128, count=48):
        t = (torch.arange(side) + 0.5) / side
        v, u = torch.meshgrid(t, t, indexing="ij")
        directions = F.normalize(torch.stack([(u.flatten() - 0.5) / 4.2647, (v.flatten() - 0.5) / -4.2647, -torch.ones(side * side)], 1), dim=1)
        origin, rays = torch.tensor([0.0, 0.0, 2.7]), side * side

        def samples(depths):
            found = self.sample(planes, (origin + directions[:, None] * depths).reshape(-1, 3))
            return [x.view(rays, depths.shape[1], -1) for x in found]

        coarse = (torch.linspace(2.25, 3.3, count) + torch.rand(rays, count) * (1.05 / (count - 1)))[..., None]
        colours, densities = samples(coarse)
        weights = self.march(colours, densities, coarse)[1][..., 0]
        weights = F.avg_pool1d(F.max_pool1d(weights[:, None], 2, 1, padding=1), 2, 1)[:, 0] + 0.01
        share = weights[:, 1:-1] + 1e-5
        share = torch.cat([torch.zeros(rays, 1), (share / share.sum(1, keepdim=True)).cumsum(1)], 1)
        bins, drawn = (coarse[:, 1:, 0] + coarse[:, :-1, 0]) / 2, torch.rand(rays, count)
        above = torch.searchsorted(share, drawn, right=True)
        low, high = (above - 1).clamp(min=0), above.clamp(max=share.shape[1] - 1)
        span = share.gather(1, high) - share.gather(1, low)
        part = (drawn - share.gather(1, low)) / torch.where(span < 1e-5, torch.ones_like(span), span)
        fine = (bins.gather(1, low) + part * (bins.gather(1, high) - bins.gather(1, low)))[..., None]
        more, denser = samples(fine)
        depths, order = torch.cat([coarse, fine], 1).sort(1)
        colours = torch.cat([colours, more], 1).gather(1, order.expand(-1, -1, 32))
        features, _ = self.march(colours, torch.cat([densities, denser], 1).gather(1, order), depths)
        return features.t().view(1, 32, side, side)

    def picture(self, features, w):
        x, image = features, features[:, :3]
        for block in self.upper:
            x, image = block(x, image, w)
        return image


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    generator, w, best = Generator(), torch.randn(1, 512), {}
    for _ in range(options.times + 1):
        marks = [time.perf_counter()]
        planes = generator.planes(w)
        marks.append(time.perf_counter())
        features = generator.rays(planes)
        marks.append(time.perf_counter())
        generator.picture(features, w)
        marks.append(time.perf_counter())
        for name, (first, last) in {"planes": (0, 1), "rays": (1, 2), "picture": (2, 3), "cached": (1, 3), "full": (0, 3)}.items():
            best[name] = min(best.get(name, math.inf), marks[last] - marks[first])
    print(json.dumps({**best, "torch": torch.__version__}))


if __name__ == "__main__":
    main()
