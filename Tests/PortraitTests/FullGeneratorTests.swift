import Foundation
import Generator
import Golden
import Testing
import Torch

/// Tensors of the published size that are computed from their names, as the issue says.
enum ComputedTensor {
  /// FNV-1a with 64 bits.
  static func seed(_ name: String) -> UInt64 {
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
  static func even(_ name: String, _ shape: [Int]) -> Tensor { map(name, shape) { u, _ in Float(u) } }
  /// v of the name: mean 0 and variance 1.
  static func unit(_ name: String, _ shape: [Int]) -> Tensor { map(name, shape) { u, _ in unit(u) } }
  private static func unit(_ u: Double) -> Float { Float((u - 0.5) * 3.4641016151377544) }

  /// The tensor of a generator's state under its official name.
  static func weight(_ name: String, _ shape: [Int]) -> Tensor {
    if name.hasSuffix("affine.bias") { return map(name, shape) { u, _ in 1 + 0.1 * unit(u) } }
    if name.hasSuffix("noise_strength") { return map(name, shape) { u, _ in 0.1 * unit(u) } }
    let ofMapping = name.hasPrefix("backbone.mapping.fc")
    if ofMapping, name.hasSuffix(".bias") { return map(name, shape) { u, _ in 10 * unit(u) } }
    if ofMapping, name.hasSuffix(".weight") { return map(name, shape) { u, _ in 100 * unit(u) } }
    if name.hasSuffix(".bias") { return map(name, shape) { u, _ in 0.1 * unit(u) } }
    if name.hasSuffix("w_avg") { return map(name, shape) { u, _ in 0.3 * unit(u) } }
    if name == "decoder.net.2.weight" { return map(name, shape) { u, i in i < shape[1] ? 15 * unit(u) : unit(u) } }
    return unit(name, shape)
  }
}

@Suite(.serialized) struct FullGeneratorTests {
  @Test func namesGiveSeeds() {
    #expect(ComputedTensor.seed("in.z") == 0xf4e1_b3c5_79e8_f63e)
  }

  /// The published size by way of inference.
  @Test(.enabled(if: GoldenFile.exist("24_full", of: .portrait), "skipped: no golden vectors"))
  func publishedSize() throws {
    let generator = TriplaneGenerator(.ffhq512, Generator(seed: 0)), c = generator.configuration.rendering
    try generator.load(
      Dictionary(uniqueKeysWithValues: generator.state().map { ($0.name, ComputedTensor.weight($0.name, $0.tensor.shape)) }))
    let state = generator.namedState(), rays = c.resolution * c.resolution
    let inputs = [
      "in.z": ComputedTensor.unit("in.z", [1, generator.configuration.latent]),
      "in.jitter": ComputedTensor.even("in.jitter", [1, rays, c.coarse, 1]), "in.u": ComputedTensor.even("in.u", [rays, c.fine]),
    ]
    for file in try GoldenFile.all("24_full", of: .portrait) {
      for (name, expected) in file.tensors where name.hasPrefix("check.") {
        guard let own = inputs[String(name.dropFirst(6))] ?? state[String(name.dropFirst(6))] else { continue }
        expectClose(own.detach().flatten().narrow(0, 0, min(expected.numel, own.numel)), expected.flatten(), "\(file.name) \(name)")
      }
      var found: [String: Tensor] = [:]
      withoutGradient {
        let label = file["in.c"].reshape(1, 25), psi = file.setting("truncation_psi") ?? file.setting("psi") ?? 0.7
        let ws = generator.map(inputs["in.z"]!, label, truncation: psi), planes = generator.planes(ws)
        let picture = generator.render(
          planes, label, ws, draws: .given(jitter: inputs["in.jitter"]!, importance: inputs["in.u"]!))
        found = [
          "ws": ws, "ws0": ws.select(1, 0), "planes": planes, "image_raw": picture.raw, "image_depth": picture.depth,
          "image": picture.image,
        ]
      }
      for (name, expected) in file.results {
        let words = name.split(separator: "_"), ending = words.count > 1 ? String(words[words.count - 1]) : ""
        let whole =
          found[name] ?? found[words.dropLast().joined(separator: "_")] ?? (words.first == "raw" ? found["image_raw"] : nil)
          ?? (words.first == "depth" ? found["image_depth"] : nil)
        let own = try #require(whole, "\(file.name): \(name) is no result that is known")
        let part: Tensor =
          switch found[name] == nil ? ending : "" {
          case "s": own[.all, .slice(0, nil, step: 3), .slice(0, nil, step: 8), .slice(0, nil, step: 8)]
          case "s4": own[.all, .all, .slice(0, nil, step: 4), .slice(0, nil, step: 4)]
          case "crop": own[.all, .all, .in(200..<264), .in(200..<264)]
          case "stat":
            stack([own.mean(), call("aten::std", own, true), own.abs().max()])
          default: own
          }
        expectNear(part.reshape(expected.shape), expected, 1e-3, "\(file.name) \(name)")
      }
    }
  }
}
