import Torch

let elementwise: [String: Operator] = [
  "add": { [$0[0] + $0[1]] }, "sub": { [$0[0] - $0[1]] }, "mul": { [$0[0] * $0[1]] }, "div": { [$0[0] / $0[1]] },
  "maximum": { [$0[0].maximum($0[1])] }, "minimum": { [$0[0].minimum($0[1])] }, "atan2": { [$0[0].atan2($0[1])] },
  "lt": { [$0[0] .< $0[1]] }, "le": { [$0[0] .<= $0[1]] }, "gt": { [$0[0] .> $0[1]] }, "ge": { [$0[0] .>= $0[1]] },
  "eq": { [$0[0] .== $0[1]] },
  "addScalar": { [2.5 + $0[0] + -1.0] }, "subFrom": { [1.0 - $0[0]] }, "mulScalar": { [3.0 * $0[0] * -0.5] },
  "divScalar": { [$0[0] / 3.0] }, "divInto": { [3.0 / $0[0]] },
  "compareScalar": { [$0[0] .< 0, $0[0] .<= 0, $0[0] .> 0, $0[0] .>= 0, $0[0] .== 0, $0[0] .!= 0] },
  "compare": { [$0[0] .== $0[1], $0[0] .!= $0[1]] },
  "logical": { [($0[0] .> 0) .& ($0[1] .> 0), ($0[0] .> 0) .| ($0[1] .> 0), ($0[0] .> 0).logicalNot()] },
  "neg": { [-$0[0]] }, "exp": { [$0[0].exp()] }, "expm1": { [$0[0].expm1()] }, "sin": { [$0[0].sin()] }, "cos": { [$0[0].cos()] },
  "tan": { [$0[0].tan()] }, "atan": { [$0[0].atan()] }, "erf": { [$0[0].erf()] }, "square": { [$0[0].square()] },
  "abs": { [$0[0].abs()] }, "sign": { [$0[0].sign()] }, "floor": { [$0[0].floor()] }, "ceil": { [$0[0].ceil()] },
  "round": { [$0[0].round()] }, "relu": { [$0[0].relu()] }, "sigmoid": { [$0[0].sigmoid()] }, "tanh": { [$0[0].tanh()] },
  "isfinite": { [$0[0].isFinite()] }, "isnan": { [$0[0].isNaN()] },
  "log": { [$0[0].log()] }, "log1p": { [$0[0].log1p()] }, "log2": { [$0[0].log2()] }, "log10": { [$0[0].log10()] },
  "sqrt": { [$0[0].sqrt()] }, "rsqrt": { [$0[0].rsqrt()] }, "reciprocal": { [$0[0].reciprocal()] },
  "asin": { [$0[0].asin()] }, "acos": { [$0[0].acos()] },
  "pow": { [$0[0].pow(2.5)] }, "powTensor": { [$0[0].pow($0[1])] }, "remainder": { [$0[0].remainder(0.4)] },
  "whole": { [($0[0] &+ 7) &* 3 &- 2, $0[0].floorDivide(2), $0[0].remainder(3), (-$0[0]).floorDivide(2)] },
  "clamp": { [$0[0].clamp(-0.5, 0.5), $0[0].clamp(0.1), $0[0].clamp(nil, 0.1)] },
  "lerp": { [$0[0].lerp($0[1], 0.3), $0[0].lerp($0[1], $0[2])] },
  "where": { [($0[0] * 2).where($0[0] .> 0, else: $0[1])] },
  "leakyRelu": { [$0[0].leakyRelu(), $0[0].leakyRelu(0.2)] }, "prelu": { [$0[0].prelu($0[1])] },
  "elu": { [$0[0].elu(), $0[0].elu(0.5)] }, "gelu": { [$0[0].gelu()] }, "silu": { [$0[0].silu()] },
  "logSigmoid": { [$0[0].logSigmoid()] }, "softplus": { [$0[0].softplus(), $0[0].softplus(beta: 10, threshold: 5)] },
  "softmax": { [$0[0].softmax(-1), $0[0].logSoftmax(0)] },
]

let reductions: [String: Operator] = [
  "sum": { [$0[0].sum(), $0[0].sum(0, 2), $0[0].sum(1, keepdim: true)] },
  "mean": { [$0[0].mean(), $0[0].mean(0, 2), $0[0].mean(-1, keepdim: true)] },
  "prod": { [$0[0].prod(1)] },
  "variance": { [$0[0].variance(1), $0[0].variance(0, 2, correction: 0), $0[0].std(-1, keepdim: true)] },
  "logsumexp": { [$0[0].logsumexp(1, 2)] },
  "norm": { [$0[0].norm(), $0[0].norm(0, 2), $0[0].normalized(1)] },
  "extremes": {
    let x = $0[0], largest = x.max(1), smallest = x.min(2, keepdim: true)
    return [x.max(), x.min(), largest.values, largest.indices, smallest.values, smallest.indices, x.amax(0, 1), x.amin(2)]
  },
  "median": { [$0[0].median(), $0[0].median(1).values, $0[0].median(1).indices] },
  "quantile": { [$0[0].quantile(0.3), $0[0].quantile(0.7, 2)] },
  "arg": { [$0[0].argmax(1), $0[0].argmin(2, keepdim: true)] },
  "anyAll": {
    let x = $0[0]
    return [Tensor((x .> 1).any()), Tensor((x .> -9).all()), (x .> 1).any(1), (x .> -1).all(2, keepdim: true)]
  },
  "cumulative": { [$0[0].cumsum(1), $0[0].cumprod(2), $0[0].diff(1)] },
  "sort": {
    let up = $0[0].sort(2), down = $0[0].sort(1, descending: true)
    return [up.values, up.indices, down.values, down.indices, $0[0].argsort(0)]
  },
  "topk": {
    let most = $0[0].topk(2), least = $0[0].topk(2, 1, largest: false)
    return [most.values, most.indices, least.values, least.indices]
  },
  "searchsorted": { [$0[0].searchsorted($0[1]), $0[0].searchsorted($0[1], right: true)] },
  "bincount": { [$0[0].bincount(minlength: 7), $0[0].bincount(weights: $0[1].detach())] },
]

let shapes: [String: Operator] = [
  "index": {
    let x = $0[0]
    return [
      x[1], x[.all, .in(1..<3)], x[.ellipsis, 0], x[.all, .new, .slice(nil, nil, step: 2)], x[.ellipsis, .from(1), -1, .new],
      x[.to(-1)], x[0, .all, 2],
    ]
  },
  "select": { [$0[0].select(1, -1), $0[0].narrow(2, 1, 2)] },
  "indexSelect": { [$0[0].indexSelect(1, $0[1])] }, "gather": { [$0[0].gather(1, $0[1])] },
  "indexTensors": { [$0[0].index([$0[1]]), $0[0].index([nil, $0[2]]), $0[0].index([$0[1], $0[2]]), $0[0].index([$0[0] .> 0])] },
  "mask": { [$0[0].maskedSelect($0[0] .> 0), $0[0].maskedFill($0[0] .> 0, 2), ($0[0] .> 0).nonzero()] },
  "indexAdd": { [$0[0].indexAdd(1, $0[1], $0[2])] },
  "scatter": { [$0[0].scatter(1, $0[1], $0[2]), $0[0].scatterAdd(1, $0[1], $0[2])] },
  "indexPut": { [$0[0].indexPut([$0[1]], $0[2]), $0[0].indexPut([$0[1]], $0[2], accumulate: true)] },
  "oneHot": { [$0[0].oneHot(5)] }, "unique": { [$0[0].unique().values, $0[0].unique().inverse] },
  "embedding": { [$0[0].embedding($0[1])] },
  "reshape": { [$0[0].reshape(4, 6), $0[0].view(-1), $0[0].flatten(1), $0[0].unflatten(2, [2, 2])] },
  "order": {
    [$0[0].permute(2, 0, 1), $0[0].transpose(0, 2), $0[0].movedim(0, 2), $0[0][0].t(), $0[0].flip(0, 2), $0[0].roll(1, 2)]
  },
  "ones": { [$0[0].unsqueeze(1), $0[0].unsqueeze(-1).squeeze(-1), $0[0][.to(1)].expand(3, -1, 4), $0[0].repeated(2, 1, 1)] },
  "windows": { [$0[0].windows(2, 2, step: 1)] }, "triangles": { [$0[0].tril(), $0[0].triu(1)] },
  "pixelShuffle": { [$0[0].pixelShuffle(2)] },
  "pieces": { $0[0].split(2, 2) + $0[0].split([1, 2], 1) + $0[0].unbind() },
  "join": { [cat([$0[0], $0[1]], 1), stack([$0[0], $0[1]], 1)] }, "meshgrid": { meshgrid($0[0], $0[1]) },
]

let algebra: [String: Operator] = [
  "matmul": { [$0[0].matmul($0[1]), $0[0].bmm($0[1])] }, "addmm": { [$0[0].addmm($0[1], $0[2])] },
  "linear": { [$0[0].linear($0[1], $0[2]), $0[0].linear($0[1])] },
  "cross": { [$0[0].cross($0[1]), $0[0].dot($0[1])] }, "cosineSimilarity": { [$0[0].cosineSimilarity($0[1])] },
  "cdist": { [$0[0].cdist($0[1])] }, "inverse": { [$0[0].inverse(), $0[0].determinant()] }, "solve": { [$0[0].solve($0[1])] },
  "leastSquares": { [$0[0].leastSquares($0[1])] }, "cholesky": { [$0[0].cholesky()] },
  "choleskySolve": { [$0[0].choleskySolve($0[1])] }, "svd": { [$0[0].svd().s] },
  "eigh": { [($0[0] + $0[0].transpose(-1, -2)).eigh().values] }, "diagonal": { [$0[0].diagonal(), $0[0].diagEmbed()] },
  "einsum": { [einsum("bij,bkj->bik", $0[0], $0[1])] },
]

let spatial: [String: Operator] = [
  "conv1d": { [$0[0].conv1d($0[1], $0[2], stride: 2, padding: 1, dilation: 2, groups: 2)] },
  "conv2d": {
    [
      $0[0].conv2d($0[1], $0[2], stride: 2, padding: 1, groups: 2),
      $0[0].conv2d($0[1], stride: [1, 2], padding: [2, 0], dilation: [2, 1], groups: 2),
    ]
  },
  "conv3d": { [$0[0].conv3d($0[1], $0[2], stride: [1, 2, 1], padding: 1)] },
  "convTranspose1d": { [$0[0].convTranspose1d($0[1], $0[2], stride: 2, padding: 1, outputPadding: 1)] },
  "convTranspose2d": { [$0[0].convTranspose2d($0[1], $0[2], stride: 2, padding: [1, 0], outputPadding: 1, groups: 2)] },
  "avgPool": {
    [$0[0].avgPool2d(2), $0[0].avgPool2d([3, 2], stride: [1], padding: 1, countPadding: false), $0[0][0].avgPool1d(2)]
  },
  "maxPool": { [$0[0].maxPool2d(2), $0[0].maxPool2d(3, stride: [2], padding: 1, ceil: true)] },
  "adaptiveAvgPool": { [$0[0].adaptiveAvgPool2d([3, 2])] },
  "unfold": { [$0[0].unfold(2), $0[0].unfold([3, 2], padding: 1, stride: 2)] }, "fold": { [$0[0].fold([4, 3], 2)] },
  "nearest": { [$0[0].interpolate(size: [5]), $0[1].interpolate(size: [9, 3]), $0[2].interpolate(scale: 1.5)] },
  "nearestExact": {
    [
      $0[0].interpolate(size: [5], .nearestExact), $0[1].interpolate(size: [9, 3], .nearestExact),
      $0[2].interpolate(size: [2, 2, 5], .nearestExact),
    ]
  },
  "linearly": {
    [
      $0[0].interpolate(size: [5], .linear), $0[1].interpolate(size: [9, 3], .linear, alignCorners: true),
      $0[1].interpolate(scale: 1.3, .linear), $0[2].interpolate(size: [2, 2, 5], .linear),
    ]
  },
  "cubic": { [$0[0].interpolate(size: [9, 3], .cubic), $0[0].interpolate(size: [9, 3], .cubic, alignCorners: true)] },
  "antialias": {
    [$0[0].interpolate(size: [3, 2], .linear, antialias: true), $0[0].interpolate(size: [3, 2], .cubic, antialias: true)]
  },
  "area": { [$0[0].interpolate(size: [3, 2], .area), $0[0].interpolate(scale: 0.5, .area)] },
  "gridSample2d": {
    [
      $0[0].gridSample($0[1]), $0[0].gridSample($0[1], padding: .border, alignCorners: true),
      $0[0].gridSample($0[1], padding: .reflection), $0[0].gridSample($0[1], .nearest),
      $0[0].gridSample($0[1], .cubic, alignCorners: true),
    ]
  },
  "gridSample3d": { [$0[0].gridSample($0[1]), $0[0].gridSample($0[1], padding: .border, alignCorners: true)] },
  "affineGrid": { [$0[0].affineGrid([2, 1, 3, 2]), $0[0].affineGrid([2, 1, 2, 3], alignCorners: true)] },
  "pad": {
    [
      $0[0].pad([1, 2, 0, 1], value: 3), $0[0].pad([1, 2, 0, 1], .reflect), $0[0].pad([1, 0, 2, 1], .replicate),
      $0[0].pad([1, 1, 1, 0], .circular),
    ]
  },
]

let losses: [String: Operator] = [
  "mseLoss": { [$0[0].mseLoss($0[1]), $0[0].mseLoss($0[1], .sum), $0[0].mseLoss($0[1], .none)] },
  "l1Loss": { [$0[0].l1Loss($0[1])] }, "smoothL1Loss": { [$0[0].smoothL1Loss($0[1], beta: 0.5)] },
  "crossEntropy": {
    [
      $0[0].crossEntropy($0[1]), $0[0].crossEntropy($0[1], weight: $0[2].detach(), ignoring: 4, labelSmoothing: 0.1),
      $0[0].crossEntropy($0[1], .none),
    ]
  },
  "crossEntropySoft": { [$0[0].crossEntropy($0[1])] }, "nllLoss": { [$0[0].logSoftmax(1).nllLoss($0[1], ignoring: 4)] },
  "binaryCrossEntropy": { [$0[0].binaryCrossEntropy($0[1])] },
  "binaryCrossEntropyWithLogits": { [$0[0].binaryCrossEntropyWithLogits($0[1], positiveWeight: $0[2].detach())] },
]
