import Datasets
import Face
import Foundation
import Media
import Torch

/// A dataset of a disc with two dots for eyes and a mouth that opens and closes: too crude for any face network, enough to train on.
enum TinyDataset {
  /// A buzz that is loud where the mouth is open.
  static func writeSound(to url: URL, frames: Int) throws {
    let samples = (0..<frames * 640).map { i -> Float in
      let open = (1 - cos(Double(i) / 640 / 8 * 2 * .pi)) / 2
      return Float((0.02 + 0.4 * open) * (sin(Double(i) * 0.06) + 0.5 * sin(Double(i) * 0.31)))
    }
    try AudioFile.write(samples, sampleRate: 16000, to: url)
  }

  static func write(to url: URL, frames: Int = 24, size: Int = 32, model: String = "builtin", sound: Bool = false) throws {
    let folder = DatasetFolder(url)
    for part in [url, folder.images, folder.labels] { try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true) }
    let s = Float(size)
    let x = (Tensor.arange(size, .float32) + 0.5 - Double(s / 2)).unsqueeze(0).expand(size, size)
    let y = (Tensor.arange(size, .float32) + 0.5 - Double(s / 2)).unsqueeze(1).expand(size, size)
    func disc(_ cx: Double, _ cy: Double, _ rx: Double, _ ry: Double) -> Tensor {
      (((x - cx) / rx).square() + ((y - cy) / ry).square()) .< 1
    }
    var track = Track(
      modelName: model, expressionNames: ExpressionNames.arkit,
      identity: [Float](repeating: 0, count: MorphableModel.builtIn().identityBasis.size(0)),
      camera: Camera(width: size, height: size, focal: [2.2 * s, 2.2 * s]), fps: 25,
      frames: [])
    let jaw = ExpressionNames.arkit.firstIndex(of: "jawOpen")!
    for i in 0..<frames {
      let open = Float(1 - cos(Double(i) / 8 * 2 * .pi)) / 2
      let r = Double(size) / 3
      let parts: [(SemanticClass, Tensor, [Float])] = [
        (.skin, disc(0, 0, r * 0.8, r), [0.9, 0.7, 0.6]), (.eyes, disc(-r * 0.35, -r * 0.3, r * 0.12, r * 0.12), [0.1, 0.2, 0.3]),
        (.eyes, disc(r * 0.35, -r * 0.3, r * 0.12, r * 0.12), [0.1, 0.2, 0.3]),
        (.lips, disc(0, r * 0.45, r * 0.35, r * (0.12 + 0.2 * Double(open))), [0.8, 0.2, 0.2]),
        (.mouthInterior, disc(0, r * 0.45, r * 0.25, max(0.01, r * 0.22 * Double(open))), [0.2, 0, 0]),
      ]
      var rgb = Tensor([0.2, 0.4, 0.7] as [Float]).expand(size, size, 3)
      var labels = Tensor.zeros([size, size], .uint8)
      for (kind, mask, color) in parts {
        rgb = Tensor(color).expand(size, size, 3).where(mask.unsqueeze(-1), else: rgb)
        labels = Tensor.full([size, size], Double(kind.rawValue), .uint8).where(mask, else: labels)
      }
      try ImageFile.write((rgb * 255).to(.uint8), to: folder.image(i))
      try ImageFile.write(SemanticClass.image(of: labels), to: folder.labels(i))
      var expression = [Float](repeating: 0, count: ExpressionNames.arkit.count)
      expression[jaw] = open
      let pose = Rigid(rotation: Matrix3(yaw: 0.02 * sin(Float(i)), pitch: 0, roll: 0), translation: [0, 0, -7])
      track.frames.append(TrackFrame(index: i, state: FaceState(expression: expression, pose: pose)))
    }
    try ImageFile.write((Tensor([0.2, 0.4, 0.7] as [Float]).expand(size, size, 3) * 255).to(.uint8), to: folder.background)
    try folder.write(track)
    if sound { try writeSound(to: folder.audio, frames: frames) }
  }
}
