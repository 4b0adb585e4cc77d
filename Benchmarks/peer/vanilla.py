#!/usr/bin/env python3
"""The subject's field as the paper describes it, in plain PyTorch: what `bench` compares with, and nothing that users need.

Every sample goes through every network by itself: the frame's driving vector and pose are appended to each, the second pass evaluates the
first pass's depths again, and no head is left out. Rays are worked on in groups of about 16,384 points with a backward pass each, which
takes much less memory than a step at once, and no more time. Prints one line of JSON.
"""
import argparse
import json
import re
import time

import torch
import torch.nn.functional as F
from torch import nn

COARSE, FINE, CLASSES, DRIVING, NEAR, FAR = 64, 64, 12, 76, 0.2, 0.8
POINTS = 16384  # of a group
MOUTH, LIPS = 7, 8


def encode(v, octaves):
    """[v, sin(2^k v), cos(2^k v), ...]: 3 + 6 * octaves numbers of a 3-vector."""
    scaled = [v * 2.0**k for k in range(octaves)]
    return torch.cat([v] + [f(s) for s in scaled for f in (torch.sin, torch.cos)], -1)


class Stack(nn.Module):
    """`layers` dense layers of `width` with ReLU; the input enters layer `skip` once more."""

    def __init__(self, inputs, layers, width, skip=None):
        super().__init__()
        self.skip = skip
        widths = [inputs] + [width + (inputs if i == skip else 0) for i in range(1, layers)]
        self.layers = nn.ModuleList(nn.Linear(n, width) for n in widths)

    def forward(self, x):
        h = x
        for i, layer in enumerate(self.layers):
            h = F.relu(layer(torch.cat([h, x], -1) if i == self.skip else h))
        return h


class Template(nn.Module):
    """Colour, classes and density of canonical points: trunk of 8 x 256, branches of 4 x 128."""

    def __init__(self):
        super().__init__()
        self.trunk = Stack(63 + 18, 8, 256, skip=3)
        self.feature, self.density = nn.Linear(256, 256), nn.Linear(256, 1)
        self.color, self.color_out = Stack(256 + 27 + 32, 4, 128), nn.Linear(128, 3)
        self.classes, self.classes_out = Stack(256, 4, 128), nn.Linear(128, CLASSES)

    def forward(self, points, direction, grid):
        feature = self.feature(self.trunk(points))
        color = self.color_out(self.color(torch.cat([feature, direction, grid], -1)))
        return torch.cat([torch.sigmoid(color), self.classes_out(self.classes(feature)), self.density(feature)], -1)


class Field(nn.Module):
    def __init__(self):
        super().__init__()
        self.deformation, self.shift = Stack(63 + DRIVING + 6, 6, 128, skip=4), nn.Linear(128, 3)
        self.hyper, self.ambient = Stack(63 + DRIVING + 6, 4, 64), nn.Linear(64, 2)
        self.grid = nn.Parameter(0.01 * torch.randn(1, 32, 32, 32, 32))
        self.templates = nn.ModuleList([Template(), Template()])

    def forward(self, x, direction, condition, level):
        """Points `[N, 3]` with their rays' directions `[N, 3]`: `[N, 3 + 12 + 1]`."""
        seen = torch.cat([encode(x, 10), condition.expand(x.shape[0], -1)], -1)
        moved = x + self.shift(self.deformation(seen))
        w = self.ambient(self.hyper(seen))
        features = F.grid_sample(self.grid, moved.view(1, 1, 1, -1, 3), padding_mode="zeros", align_corners=True)
        points = torch.cat([encode(moved, 10), encode(w, 4)], -1)
        return self.templates[level](points, encode(direction, 4), features.view(32, -1).t())


def composite(raw, z, directions, background, noise):
    """Colours and composited classes `[R, 15]`, and weights `[R, S]`; the background stands in the last sample."""
    density = F.relu(raw[..., 15] + noise * torch.randn_like(raw[..., 15]))
    far = torch.full_like(z[:, :1], 1e10)
    lengths = torch.cat([z[:, 1:] - z[:, :-1], far], -1) * directions.norm(dim=-1, keepdim=True)
    last = torch.zeros_like(density)
    last[:, -1] = 1e-6
    alpha = 1 - torch.exp(-(density + last) * lengths)
    through = torch.cumprod(torch.cat([torch.ones_like(alpha[:, :1]), 1 - alpha + 1e-10], -1), -1)[:, :-1]
    weights = alpha * through
    values = torch.cat([raw[:, :-1, :15], background.unsqueeze(1)], 1)
    return (weights.unsqueeze(-1) * values).sum(1), weights


def importance(z, weights):
    """64 more depths a ray where the first pass saw something, sorted in with its own."""
    middle = 0.5 * (z[:, 1:] + z[:, :-1])
    share = weights[:, 1:-1] + 1e-5
    cdf = torch.cumsum(share / share.sum(-1, keepdim=True), -1)
    cdf = torch.cat([torch.zeros_like(cdf[:, :1]), cdf], -1)
    u = torch.rand(z.shape[0], FINE)
    above = torch.searchsorted(cdf, u, right=True)
    low, high = (above - 1).clamp(min=0), above.clamp(max=cdf.shape[-1] - 1)
    c0, c1, m0, m1 = cdf.gather(1, low), cdf.gather(1, high), middle.gather(1, low), middle.gather(1, high)
    width = torch.where(c1 - c0 < 1e-5, torch.ones_like(c0), c1 - c0)
    return torch.sort(torch.cat([z, m0 + (u - c0) / width * (m1 - m0)], -1), -1)[0]


def passes(field, rays, condition, noise):
    """What the first and the second pass see of the rays."""
    origins, directions, background = rays
    count = origins.shape[0]
    z = torch.linspace(NEAR, FAR, COARSE).expand(count, COARSE)
    middle = 0.5 * (z[:, 1:] + z[:, :-1])
    lower, upper = torch.cat([z[:, :1], middle], -1), torch.cat([middle, z[:, -1:]], -1)
    z = lower + (upper - lower) * torch.rand(count, COARSE)
    seen = []
    for level in (0, 1):
        samples = z.shape[1]
        points = (origins.unsqueeze(1) + directions.unsqueeze(1) * z.unsqueeze(-1)).reshape(-1, 3)
        each = directions.unsqueeze(1).expand(-1, samples, -1).reshape(-1, 3)
        raw = torch.cat([field(p, d, condition, level) for p, d in zip(points.split(POINTS), each.split(POINTS))])
        pixels, weights = composite(raw.view(count, samples, -1), z, directions, background, noise)
        seen.append(pixels)
        if level == 0:
            z = importance(z, weights.detach())
    return seen


def batch(count):
    origins = torch.tensor([0.0, 0.0, 0.5]).expand(count, 3)
    directions = 0.1 * torch.randn(count, 3) + torch.tensor([0.0, 0.0, -1.0])
    background = torch.cat([torch.rand(count, 3), F.one_hot(torch.zeros(count, dtype=torch.long), CLASSES)], -1)
    return (origins, directions, background), torch.rand(count, 3), torch.randint(CLASSES, (count,))


def step(field, optimizer, data, condition):
    rays, colors, labels = data
    count = colors.shape[0]
    # Means over the step's rays, and over those of mouth and lips, as sums of weighted rays: groups add up to the same step.
    extra = sum(0.005 * (labels == c) / (labels == c).sum().clamp(min=1) for c in (MOUTH, LIPS))
    optimizer.zero_grad(set_to_none=True)
    total = 0.0
    for group in torch.arange(count).split(max(1, POINTS // (COARSE + FINE))):
        loss = 0
        for pixels in passes(field, [part[group] for part in rays], condition, 0.1):
            color = (pixels[:, :3] - colors[group]).square().sum(-1)
            classes = F.cross_entropy(pixels[:, 3:], labels[group], reduction="none")
            loss = loss + ((1 / count + extra[group]) * color + (0.02 / count + extra[group]) * classes).sum()
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total


def render(field, rays, condition):
    with torch.no_grad():
        for group in torch.arange(rays[0].shape[0]).split(max(1, POINTS // (COARSE + FINE))):
            passes(field, [part[group] for part in rays], condition, 0)


def fastest(times, body):
    body()
    found = []
    for _ in range(times):
        start = time.perf_counter()
        body()
        found.append(time.perf_counter() - start)
    return min(found)


def peak_memory():
    """GB. getrusage would count the program that started this one, too."""
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s*(\d+)", status.read())[1]) * 1024 / 1e9


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--step-rays", type=int, default=512)
    options.add_argument("--frame-rays", type=int, default=1024)
    options.add_argument("--times", type=int, default=2)
    options.add_argument("--threads", type=int, default=0)
    options = options.parse_args()
    if options.threads:
        torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    field = Field()
    optimizer = torch.optim.Adam(field.parameters(), lr=5e-4)
    condition = torch.randn(1, DRIVING + 6)
    data = batch(options.step_rays)
    step_seconds = fastest(options.times, lambda: step(field, optimizer, data, condition))
    memory = peak_memory()
    rays = batch(options.frame_rays)[0]
    frame_seconds = fastest(options.times, lambda: render(field, rays, condition))
    print(json.dumps({
        "step": step_seconds, "stepRays": options.step_rays, "stepMemory": memory, "frame": frame_seconds,
        "frameRays": options.frame_rays, "parameters": sum(p.numel() for p in field.parameters()),
        "torch": torch.__version__, "threads": torch.get_num_threads(),
    }))


if __name__ == "__main__":
    main()
