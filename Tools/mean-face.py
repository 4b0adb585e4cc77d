#!/usr/bin/env python3
"""Makes Sources/Face/FaceMeshMean.swift: the mean face that the face-mesh network carries in itself.

The network is shown a black picture; its answer is drawn as a shaded head from many sides and shown to it again, a few times over.
The answers are freed from the drawings' perspective, averaged, made symmetric and brought to anthropometric size.

usage: mean-face.py face_landmark.tflite face_mesh_connections.py FaceMeshMean.swift   (both inputs come in the mediapipe wheel;
needs numpy and ai-edge-litert)
"""
import re
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter

model, connections, output = sys.argv[1:4]
net = Interpreter(model)
net.allocate_tensors()


def ask(image):
    """The network's 468 points for a picture [192, 192, 3] in 0...1: x, y in pixels and z in their scale."""
    net.set_tensor(net.get_input_details()[0]["index"], image[None].astype(np.float32))
    net.invoke()
    return net.get_tensor(net.get_output_details()[0]["index"]).reshape(468, 3).astype(np.float64)


text = open(connections).read()
edges = [(int(a), int(b)) for a, b in re.findall(r"\((\d+),\s*(\d+)\)", text[text.index("FACEMESH_TESSELATION"):])]
triangles = np.array([(edges[k][0], edges[k + 1][0], edges[k + 2][0]) for k in range(0, len(edges), 3)])
OVAL = [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58,
        132, 93, 234, 127, 162, 21, 54, 103, 67, 109]
LEFT_EYE = [263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466]
RIGHT_EYE = [33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246]
BROWS = [276, 283, 282, 295, 285, 336, 296, 334, 293, 300, 46, 53, 52, 65, 55, 107, 66, 105, 63, 70]
INNER = [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191]
LIPS = set(INNER) | {
    61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409, 11, 12, 15, 16, 38, 41, 42, 72, 73, 74,
    85, 86, 89, 90, 62, 76, 77, 96, 180, 179, 183, 184, 268, 271, 272, 302, 303, 304, 315, 316, 319, 320, 292, 306, 307, 325, 403, 404,
    407, 408}
PAIRS = [(61, 291), (146, 375), (91, 321), (181, 405), (84, 314), (185, 409), (40, 270), (39, 269), (37, 267), (78, 308), (95, 324),
         (88, 318), (178, 402), (87, 317), (191, 415), (80, 310), (81, 311), (82, 312), (62, 292), (76, 306), (77, 307), (96, 325)]


def draw(points, faces, colors, light, background, size=192, fine=2):
    """A shaded picture of triangles; points are x, y in pixels and z towards us."""
    v = points.copy()
    v[:, :2] *= fine
    n = size * fine
    image, depth = np.full((n, n, 3), background), np.full((n, n), -1e9)
    normals = np.zeros_like(v)
    flat = np.cross(v[faces[:, 1]] - v[faces[:, 0]], v[faces[:, 2]] - v[faces[:, 0]])
    for k in range(3):
        np.add.at(normals, faces[:, k], flat)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-9
    light = np.array([light[0], -light[1], light[2]])
    light /= np.linalg.norm(light)
    for (a, b, c), color in zip(faces, colors):
        A, B, C = v[a], v[b], v[c]
        low = np.maximum(np.floor(np.minimum(np.minimum(A, B), C)[:2] - 0.5).astype(int), 0)
        high = np.minimum(np.ceil(np.maximum(np.maximum(A, B), C)[:2] - 0.5).astype(int), n - 1)
        area = (B[0] - A[0]) * (C[1] - A[1]) - (B[1] - A[1]) * (C[0] - A[0])
        if (high < low).any() or abs(area) < 1e-12:
            continue
        x, y = np.meshgrid(np.arange(low[0], high[0] + 1) + 0.5, np.arange(low[1], high[1] + 1) + 0.5)
        w1 = ((x - A[0]) * (C[1] - A[1]) - (y - A[1]) * (C[0] - A[0])) / area
        w2 = ((B[0] - A[0]) * (y - A[1]) - (B[1] - A[1]) * (x - A[0])) / area
        w0 = 1 - w1 - w2
        z = w0 * A[2] + w1 * B[2] + w2 * C[2]
        window = (slice(low[1], high[1] + 1), slice(low[0], high[0] + 1))
        seen = (w0 >= 0) & (w1 >= 0) & (w2 >= 0) & (z > depth[window])
        depth[window][seen] = z[seen]
        normal = w0[..., None] * normals[a] + w1[..., None] * normals[b] + w2[..., None] * normals[c]
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-9
        normal = np.where(normal[..., 2:] < 0, -normal, normal)
        shade = 0.35 + 0.65 * np.clip((normal * light).sum(-1), 0, 1)
        image[window][seen] = (color * shade[..., None])[seen]
    return np.clip(image.reshape(size, fine, size, fine, 3).mean((1, 3)), 0, 1)


def head(p):
    """The face with a skull, a neck, eyes and a closed mouth, as vertices, triangles and colours of vertices."""
    v, faces, colors = list(p), [tuple(t) for t in triangles], [(0.82, 0.62, 0.52)] * 468
    middle, unit = p[OVAL].mean(0), np.linalg.norm(p[33] - p[263])

    def add(point, color):
        v.append(np.array(point))
        colors.append(color)
        return len(v) - 1

    last = OVAL
    for k in range(1, 9):
        t, row = k / 8, []
        a = t * np.pi / 2
        for i, o in enumerate(OVAL):
            q = p[o] - middle
            up = max(0, q[1] / (0.9 * unit))
            scale = np.cos(a * 0.985) ** 0.6 * (1 + (0.1 + min(up, 1)) * np.sin(a))
            place = middle + [q[0] * scale, q[1] * scale + 0.1 * unit * np.sin(a), q[2] * (1 - t) - 1.9 * unit * np.sin(a)]
            row.append(add(place, (0.2, 0.13, 0.1) if i < 8 or i > 28 else (0.72, 0.54, 0.45)))
        for i in range(36):
            j = (i + 1) % 36
            faces += [(last[i], row[i], last[j]), (last[j], row[i], row[j])]
        last = row
    rings = [[add((0.62 * unit * np.cos(a), p[152][1] + (0.5 - k * 0.5) * unit, p[152][2] + (0.62 * np.sin(a) - 1.15) * unit),
                  (0.74, 0.56, 0.47)) for a in np.linspace(0, 2 * np.pi, 24, endpoint=False)] for k in range(5)]
    for near, far in zip(rings, rings[1:]):
        for i in range(24):
            j = (i + 1) % 24
            faces += [(near[i], near[j], far[i]), (near[j], far[j], far[i])]
    for loop in (LEFT_EYE, RIGHT_EYE):
        center, radius, rows = p[loop].mean(0), 0.17 * unit, []
        for a in range(11):
            th = a / 10 * np.pi / 2
            color = (0.05, 0.04, 0.04) if th < 0.2 else (0.3, 0.2, 0.12) if th < 0.5 else (0.95, 0.93, 0.92)
            rows.append([add(center + radius * np.array([np.sin(th) * np.cos(b), np.sin(th) * np.sin(b), np.cos(th) - 1.02]), color)
                         for b in np.arange(16) / 8 * np.pi])
        for near, far in zip(rows, rows[1:]):
            for i in range(16):
                j = (i + 1) % 16
                faces += [(near[i], far[i], near[j]), (near[j], far[i], far[j])]
    faces += [(INNER[0], INNER[k], INNER[k + 1]) for k in range(1, len(INNER) - 1)]
    return np.array(v), np.array(faces), np.array(colors)


def align(a, b):
    """`a` turned, scaled and moved onto `b`."""
    ma, mb = a.mean(0), b.mean(0)
    u, s, vt = np.linalg.svd((b - mb).T @ (a - ma))
    sign = np.diag([1, 1, np.sign(np.linalg.det(u @ vt))])
    return (s * np.diag(sign)).sum() / ((a - ma) ** 2).sum() * (a - ma) @ (u @ sign @ vt).T + mb


def mirror_of(p):
    """For each point the one on the other side, by position, after laying the mirrored face onto the face."""
    known = PAIRS + [(33, 263), (133, 362), (234, 454), (10, 10), (152, 152), (1, 1), (168, 168), (105, 334), (70, 300), (172, 397)]
    a, b = zip(*known)
    i, j = np.array(a + b), np.array(b + a)
    flipped = p * [-1, 1, 1]
    ma, mb = flipped[i].mean(0), p[j].mean(0)
    u, _, vt = np.linalg.svd((p[j] - mb).T @ (flipped[i] - ma))
    flipped = (flipped - ma) @ (u @ np.diag([1, 1, np.sign(np.linalg.det(u @ vt))]) @ vt).T + mb
    distance = np.linalg.norm(flipped[:, None] - p[None], axis=2)
    twin = -np.ones(468, int)
    for a, b in PAIRS:
        twin[a], twin[b] = b, a
    for a, b in np.dstack(np.unravel_index(np.argsort(distance, axis=None), distance.shape))[0]:
        if twin[a] < 0 and twin[b] < 0:
            twin[a], twin[b] = b, a
    return twin


rng, far, twin = np.random.default_rng(0), 5, None
p = ask(np.zeros((192, 192, 3))) * [1, -1, -1]
p[:, 0] -= p[[10, 151, 9, 8, 168, 6, 197, 195, 5, 4, 1, 2, 164, 0, 13, 17, 152], 0].mean()
for step in range(3):
    v, faces, colors = head(p)
    unit = np.linalg.norm(p[33] - p[263])
    answers = []
    for yaw in [0] if step < 2 else [-0.5, -0.25, 0, 0.25, 0.5]:
        for pitch in [0] if step < 2 else [-0.2, 0, 0.2]:
            colors[:468] = np.array([0.86, 0.66, 0.55]) * rng.uniform(0.75, 1.1)
            colors[BROWS] = [0.25, 0.17, 0.12]
            paint = colors[faces].mean(1)
            paint[[all(i in LIPS for i in t) for t in faces]] = [0.72, 0.38, 0.36]
            light = (rng.uniform(-0.4, 0.4), rng.uniform(0.1, 0.6), 0.8)
            background, part = rng.uniform(0.2, 0.8), rng.uniform(0.3, 0.36)
            (cy, sy), (cp, sp) = (np.cos(yaw), np.sin(yaw)), (np.cos(pitch), np.sin(pitch))
            turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]]) @ np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
            q = (v - v[:468].mean(0)) @ turn.T
            scale, distance = part * 192 / unit, far * unit
            w = distance / (distance - q[:, 2])
            seen = np.stack([96 + q[:, 0] * w * scale, 96 - q[:, 1] * w * scale, w * 100], 1)
            found = ask(draw(seen, faces, paint, light, background))
            z = -found[:, 2] / scale
            z -= z.mean()
            k = (distance - z) / distance
            answers.append(align(np.stack([(found[:, 0] - 96) / scale * k, (96 - found[:, 1]) / scale * k, z], 1), p))
    p = np.mean(answers, 0)
    if step == 0:
        p[:, 0] -= p[[10, 152, 1, 168, 13], 0].mean()
    else:
        twin = mirror_of(p) if twin is None else twin
        p = (p + (p * [-1, 1, 1])[twin]) / 2

# Anthropometric size: pupils 6.3 cm apart, nasion to gnathion 12.2, tragi 14.6 apart, tragus to nose tip 9.6 deep.
p *= 6.3 / np.linalg.norm((p[33] + p[133] - p[263] - p[362]) / 2)
p[:, 1] *= 12.2 / np.linalg.norm(p[168] - p[152])
eyes = (p[33, 2] + p[133, 2]) / 2
behind = np.clip((eyes - p[:, 2]) / (eyes - p[234, 2]), 0, 1)
p[:, 0] *= 1 + (14.6 / np.linalg.norm(p[234] - p[454]) - 1) * behind
p[:, 2] *= 9.6 / (p[1, 2] - p[234, 2])
p[:, 1] -= (p[10, 1] + p[152, 1]) / 2
p[:, 2] -= p[234, 2]
numbers = np.round(p * 1000).astype(int)
numbers[[i for i in range(468) if twin[i] == i], 0] = 0

lines, line = [], "   "
for x in numbers.ravel():
    if len(line) + len(f" {x},") > 136:
        lines.append(line)
        line = "   "
    line += f" {x},"
lines.append(line)
old = open(output).read()
start = old.index("[Int16] = [") + len("[Int16] = [")
open(output, "w").write(old[:start] + "\n" + "\n".join(lines) + "\n  ]\n}\n")
