import Torch

/// Label maps as images and back.
extension SemanticClass {
  /// Labels `[H, W]` uint8 as their colours, `[H, W, 3]` uint8 RGB; what is not labelled turns white, which is no class's colour.
  package static func image(of labels: Tensor) -> Tensor {
    var table = [SIMD3<UInt8>](repeating: [255, 255, 255], count: 256)
    for kind in allCases { table[Int(kind.rawValue)] = kind.color }
    let bytes = labels.withElements(UInt8.self) { labels in
      [UInt8](unsafeUninitializedCapacity: labels.count * 3) { out, count in
        for (i, label) in labels.enumerated() {
          let color = table[Int(label)]
          out[3 * i] = color.x
          out[3 * i + 1] = color.y
          out[3 * i + 2] = color.z
        }
        count = labels.count * 3
      }
    }
    return Tensor(bytes, labels.shape + [3])
  }

  /// A mask image `[H, W, 3]` uint8 RGB as labels `[H, W]` uint8: an exact colour is its class, any other is 255.
  package static func labels(of image: Tensor) -> Tensor {
    precondition(image.size(-1) == 3, "a mask image has 3 channels, not \(image.size(-1))")
    let known = Dictionary(uniqueKeysWithValues: allCases.map { (pack($0.color.x, $0.color.y, $0.color.z), $0.rawValue) })
    let labels = image.withElements(UInt8.self) { pixels in
      // Neighbours mostly share their colour, so the table is asked only when it changes.
      var last: UInt32 = 0
      var label: UInt8 = 0
      return (0..<pixels.count / 3).map { i in
        let color = pack(pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2])
        if color != last { (last, label) = (color, known[color] ?? unlabelled) }
        return label
      }
    }
    return Tensor(labels, Array(image.shape.dropLast()))
  }
  /// The labels of a mask image as AD-NeRF's own face parsing paints it (the head blue with its hair, the neck green, the torso red, the
  /// rest white); `labels`, what `labels(of:)` finds, where it is none: one without these three, or with a colour of another class.
  package static func adNeRFLabels(of image: Tensor, like labels: Tensor) -> Tensor {
    let colors: [(SIMD3<UInt8>, SemanticClass)] = [
      ([0, 0, 255], .skin), ([0, 255, 0], .neck), ([255, 0, 0], .torso), ([255, 255, 255], .background),
    ]
    let known = Dictionary(uniqueKeysWithValues: colors.map { (pack($0.x, $0.y, $0.z), $1.rawValue) })
    let isOurs = labels.withElements(UInt8.self) { $0.contains { $0 != unlabelled && $0 != background.rawValue } }
    guard !isOurs else { return labels }
    let found = image.withElements(UInt8.self) { pixels in
      (0..<pixels.count / 3).map { known[pack(pixels[3 * $0], pixels[3 * $0 + 1], pixels[3 * $0 + 2])] ?? unlabelled }
    }
    guard found.contains(where: { $0 != unlabelled && $0 != background.rawValue }) else { return labels }
    return Tensor(found, labels.shape)
  }
  private static func pack(_ r: UInt8, _ g: UInt8, _ b: UInt8) -> UInt32 { UInt32(r) << 16 | UInt32(g) << 8 | UInt32(b) }

  /// Labels `[..]` uint8 as indicators `[.., 12]` float32; zeros where a pixel is not labelled.
  package static func oneHot(_ labels: Tensor) -> Tensor {
    let classes = Tensor.arange(allCases.count, device: labels.device)
    return (labels.to(.int64).unsqueeze(-1) .== classes).to(.float32)
  }
}
