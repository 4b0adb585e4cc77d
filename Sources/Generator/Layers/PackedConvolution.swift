import Torch

/// A layer's 3 x 3 weight as the kernels for inference take it, kept from image to image as long as the weight stays what it is.
///
/// Modulation multiplies inputs and outputs in the kernel, so nothing here depends on the style.
struct PackedConvolution {
  /// Weights of more bytes are made anew for each image, so that a generator's memory stays near that of its own weights.
  private static let mostKept = 20 << 20

  private var kept: (weight: ObjectIdentifier, version: Double, packed: Tensor, squares: Tensor)?

  /// The transformed weight `[36, out / 32, in, 32]`, and the sums of squares over the kernel, `[out, in]`.
  mutating func weights(of weight: Tensor, doubling: Bool) -> (packed: Tensor, squares: Tensor) {
    let version = callNumber("aten::_version", weight)
    if let kept, kept.weight == ObjectIdentifier(weight), kept.version == version { return (kept.packed, kept.squares) }
    let packed = Self.pack(weight, doubling: doubling), squares = weight.square().sum(2, 3)
    kept = Self.bytes(weight) <= Self.mostKept ? (ObjectIdentifier(weight), version, packed, squares) : nil
    return (packed, squares)
  }

  /// Whether the kernels take such images `[N, in, H, W]` and weight, and are faster: no history, whole blocks of channels, and tiles enough
  /// to make up for the weight's transform where that is not kept.
  static func takes(_ x: Tensor, _ weight: Tensor) -> Bool {
    let least = bytes(weight) <= mostKept ? 16 : 64
    return !isRecordingGradient && x.size(0) > 0 && x.size(2) >= least && x.size(3) >= least && x.size(1) % 16 == 0
      && weight.size(0) % 32 == 0 && x.device == .cpu && x.dtype == .float32 && weight.dtype == .float32
  }
  /// Of the transformed weight.
  private static func bytes(_ weight: Tensor) -> Int { 36 * 4 * weight.size(0) * weight.size(1) }

  /// G W G^T of Winograd's F(4 x 4, 3 x 3), or what the transposed convolution's even and odd rows and columns need.
  static func pack(_ weight: Tensor, doubling: Bool) -> Tensor {
    let (out, input) = (weight.size(0), weight.size(1))
    let taps = weight.detach().reshape(out / 32, 32, input, 9).permute(3, 0, 2, 1).reshape(9, -1)
    return (doubling ? doublingMatrix : plainMatrix).matmul(taps).reshape(36, out / 32, input, 32)
  }

  private static var plainMatrix: Tensor { products(plain, plain) }
  private static var doublingMatrix: Tensor {
    cat([products(even, even), products(even, odd), products(odd, even), products(odd, odd)])
  }
  /// `[a b, 9]` of `[a, 3]` and `[b, 3]`.
  private static func products(_ a: [[Double]], _ b: [[Double]]) -> Tensor {
    let rows = a.flatMap { a in b.map { b in a.flatMap { x in b.map { Float(x * $0) } } } }
    return Tensor(rows.flatMap(\.self), [rows.count, 9])
  }

  /// Values of w0 + w1 t + w2 t^2 at 0, 1, -1, 2, -2 and at infinity, over what the inverse needs.
  private static let plain: [[Double]] = [
    [1 / 4.0, 0, 0], [-1 / 6.0, -1 / 6.0, -1 / 6.0], [-1 / 6.0, 1 / 6.0, -1 / 6.0], [1 / 24.0, 1 / 12.0, 1 / 6.0],
    [1 / 24.0, -1 / 12.0, 1 / 6.0], [0, 0, 1],
  ]
  /// The same of w2 + w0 t at 0, 1, -1, 2 and at infinity: what even rows of a doubled image are made with.
  private static let even: [[Double]] = [
    [0, 0, 1 / 2.0], [-1 / 2.0, 0, -1 / 2.0], [1 / 6.0, 0, -1 / 6.0], [1 / 3.0, 0, 1 / 6.0], [1, 0, 0],
  ]
  private static let odd: [[Double]] = [[0, 1, 0]]
}

extension SynthesisLayer {
  /// The layer by the kernels, `[N, in, H, W]` to `[N, out, H, W]` with the channels last in memory; nil where they do not take it.
  func drawn(_ x: Tensor, _ w: Tensor, noise: Tensor?, gain: Double, _ cache: inout PackedConvolution) -> Tensor? {
    guard PackedConvolution.takes(x, weight) else { return nil }
    let (packed, squares) = cache.weights(of: weight, doubling: doubles)
    let styles = affine(w), scales = (styles.square().matmul(squares.t()) + 1e-8).rsqrt()
    let pixels = x.permute(0, 2, 3, 1), activation = LayerActivation.lrelu.gain * gain, bound = (clamp ?? 0) * gain
    let images = (0..<x.size(0)).map { i in
      let noise = noise.map { $0.dim == 2 ? $0 : $0[.at(i), 0] }, (x, style, scale) = (pixels[.at(i)], styles[.at(i)], scales[.at(i)])
      return doubles
        ? call("likeness::convolve_doubling", x, packed, style, scale, noise, bias, 0.2, activation, bound)
        : call("likeness::convolve", x, packed, style, scale, noise, bias, 0.2, activation, bound)
    }
    return (images.count == 1 ? images[0].unsqueeze(0) : stack(images)).permute(0, 3, 1, 2)
  }
}
