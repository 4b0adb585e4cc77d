import Foundation
import Torch

/// Tensors that are computed from their names, as the golden vectors' README says.
package enum Procedural {
  package static func tensor(_ name: String, _ shape: [Int], bound: Double) -> Tensor {
    let seed = crc32(name)
    let values = (0..<shape.reduce(1, *)).map { i -> Float in
      var x = UInt32(truncatingIfNeeded: i) &* 2_654_435_761 &+ seed
      x ^= x >> 16
      x = x &* 0x85eb_ca6b
      x ^= x >> 13
      x = x &* 0xc2b2_ae35
      x ^= x >> 16
      return Float((2 * (Double(x) / 4_294_967_296) - 1) * bound)
    }
    return Tensor(values, shape)
  }

  /// What a weight of this name and shape has.
  package static func weight(_ name: String, _ shape: [Int]) -> Tensor {
    if name.hasSuffix("bias") { return tensor(name, shape, bound: 0.1) }
    if name == "spatial_embeddings" { return tensor(name, shape, bound: 1) }
    // Those of a normalisation lie around 1.
    if name.hasSuffix("running_mean") { return tensor(name, shape, bound: 0.1) }
    if name.hasSuffix("running_var") { return tensor(name, shape, bound: 0.5) + 1 }
    if name.hasSuffix("weight"), shape.count == 1 { return tensor(name, shape, bound: 0.1) + 1 }
    return tensor(name, shape, bound: (6 / Double(shape.dropFirst().reduce(1, *))).squareRoot())
  }

  package static func crc32(_ text: String) -> UInt32 {
    var sum = ~UInt32(0)
    for byte in text.utf8 {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xedb8_8320 : sum >> 1 }
    }
    return ~sum
  }
}
