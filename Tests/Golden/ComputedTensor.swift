import Torch

/// Tensors of a generator or discriminator of heads that are computed from their names, so that files need not hold them.
package enum ComputedTensor {
  /// FNV-1a with 64 bits.
  package static func seed(_ name: String) -> UInt64 {
    name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }
  /// Element i is the (i + 1)th number of splitmix64, in 0..<1.
  private static func map(_ name: String, _ shape: [Int], _ make: (Double, Int) -> Float) -> Tensor {
    let count = shape.reduce(1, *)
    var z = seed(name)
    let values = [Float](unsafeUninitializedCapacity: count) { values, filled in
      for i in 0..<count {
        z &+= 0x9e37_79b9_7f4a_7c15
        var x = z
        x ^= x >> 30
        x = x &* 0xbf58_476d_1ce4_e5b9
        x ^= x >> 27
        x = x &* 0x94d0_49bb_1331_11eb
        x ^= x >> 31
        values[i] = make(Double(x >> 40) / 16_777_216, i)
      }
      filled = count
    }
    return Tensor(values, shape)
  }
  /// u of the name, as float32.
  package static func even(_ name: String, _ shape: [Int]) -> Tensor { map(name, shape) { u, _ in Float(u) } }
  /// v of the name: mean 0 and variance 1.
  package static func unit(_ name: String, _ shape: [Int]) -> Tensor { map(name, shape) { u, _ in unit(u) } }
  private static func unit(_ u: Double) -> Float { Float((u - 0.5) * 3.4641016151377544) }

  /// The tensor of a generator's state under its official name.
  package static func weight(_ name: String, _ shape: [Int]) -> Tensor {
    if name.hasSuffix("affine.bias") { return map(name, shape) { u, _ in 1 + 0.1 * unit(u) } }
    if name.hasSuffix("noise_strength") { return map(name, shape) { u, _ in 0.1 * unit(u) } }
    let ofMapping = name.hasPrefix("backbone.mapping.fc") || name.hasPrefix("mapping.fc")
    if ofMapping, name.hasSuffix(".bias") { return map(name, shape) { u, _ in 10 * unit(u) } }
    if ofMapping, name.hasSuffix(".weight") { return map(name, shape) { u, _ in 100 * unit(u) } }
    if name.hasSuffix(".bias") { return map(name, shape) { u, _ in 0.1 * unit(u) } }
    if name.hasSuffix("w_avg") { return map(name, shape) { u, _ in 0.3 * unit(u) } }
    if name == "decoder.net.2.weight" { return map(name, shape) { u, i in i < shape[1] ? 15 * unit(u) : unit(u) } }
    return unit(name, shape)
  }
}
