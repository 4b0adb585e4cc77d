import Face
import Foundation
import Generator
import Media
import Torch

/// A folder of balls with two eyes and a nose from several sides: too crude for anything but the machinery.
enum TinyHeads {
  /// Writes `people` balls from `views` sides each, with masks and depth maps as the population has them.
  static func write(to folder: URL, people: Int = 3, views: Int = 4, size: Int = 64, extras: Bool = true) throws {
    var rows: [String] = []
    let random = Generator(seed: 5)
    for person in 0..<people {
      let skin = Tensor.rand([3], random) * 0.6 + 0.3, wall = Tensor.rand([3], random)
      for view in 0..<views {
        let name = "\(person)/view\(view).png"
        let label = CameraSampler().label(yaw: 1.2 * (Double(view) + 0.5) / Double(views) - 0.6, pitch: 0.1)
        let seen = look(label, size, skin: skin, wall: wall)
        try save(seen.rgb, folder.appending(path: name))
        if extras {
          let labels = seen.depth.to(.bool).to(.uint8)
          try save(SemanticClass.image(of: labels), folder.appending(path: "masks/\(name)"))
          let file = folder.appending(path: "depth/\(name)")
          try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
          try ImageFile.png(seen.depth.floats.map { UInt16($0 * 10_000) }, width: size).write(to: file)
        }
        rows.append(#"["\#(name)", [\#(label.values.map { "\($0)" }.joined(separator: ","))]]"#)
      }
    }
    try Data(#"{"labels": [\#(rows.joined(separator: ",\n"))]}"#.utf8).write(to: folder.appending(path: "dataset.json"))
  }

  private static func save(_ image: Tensor, _ url: URL) throws {
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try ImageFile.write(image, to: url)
  }

  /// A ball of radius 0.3: its image `[S, S, 3]` uint8 and how far it is along the view axis, 0 beside it.
  private static func look(_ label: CameraLabel, _ size: Int, skin: Tensor, wall: Tensor) -> (rgb: Tensor, depth: Tensor) {
    let rays = LabelRays(labels: label.tensor.unsqueeze(0), resolution: size)
    let (o, d) = (rays.origins[0], rays.directions[0])
    let b = o.dot(d), hidden = b.square() - o.dot(o) + 0.09, hit = hidden .> 0
    let depth = (-b - hidden.clamp(0).sqrt()).where(hit, else: Tensor.zeros(b.shape))
    let normal = (o + d * depth.unsqueeze(1)) / 0.3
    func spot(_ x: Float, _ y: Float) -> Tensor { normal.matmul(Tensor([x, y, 1] as [Float]).normalized(0)) .> 0.98 }
    let light = (normal.matmul(Tensor([0.3, 0.5, 0.8] as [Float])).clamp(0) * 0.6 + 0.4).unsqueeze(1)
    var rgb = skin * light
    for eye in [spot(-0.4, 0.3), spot(0.4, 0.3), spot(0, -0.1)] {
      rgb = Tensor.full([1, 3], 0.1).where(eye.unsqueeze(1), else: rgb)
    }
    rgb = rgb.where(hit.unsqueeze(1), else: wall.unsqueeze(0))
    let axis = Tensor(label.cameraToWorld.rotation.rows, [3, 3])[.all, 2]
    return ((rgb.clamp(0, 1) * 255).to(.uint8).reshape(size, size, 3), (depth * d.matmul(axis)).reshape(size, size))
  }
}

/// An empty folder of the test's own, gone afterwards.
func withTinyFolder<R>(_ body: (URL) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appending(path: "likeness-prior-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
