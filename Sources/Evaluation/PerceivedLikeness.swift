import Foundation
import Media
import Perception
import Torch
import Tracking

/// Figures of published networks whose weights users bring: LPIPS, whether it is the same person, and whether lips go with the sound.
/// Those whose weights are not found are left out, and `notes` says so.
struct PerceivedLikeness {
  /// Papers report LPIPS with AlexNet; another network's is taken where only that is there.
  private static let backbones: [(kind: Backbone.Kind, file: ModelFile, heads: ModelFile)] = [
    (.alex, .alexNet, .lpipsAlex), (.vgg, .vgg16, .lpipsVGG), (.squeeze, .squeezeNet, .lpipsSqueeze),
  ]
  private let lpips: LPIPS?
  private let identity: FaceIdentity?
  private let syncNet: SyncNet?
  private(set) var notes: [String] = []
  private var distances: [Double] = [], faceOnly: [Double] = [], cosines: [Double] = []
  /// Box of the face in each frame, and the frames' numbers.
  private var boxes: [(low: SIMD2<Float>, high: SIMD2<Float>)?] = []

  /// Throws where weights are there and cannot be used.
  init() throws {
    let found = Self.backbones.lazy.compactMap { one in
      ModelLibrary.find(one.file).flatMap { backbone in
        ModelLibrary.find(one.heads).map { (kind: one.kind, backbone: backbone, heads: $0) }
      }
    }.first
    lpips = try found.map { try LPIPS($0.kind, backbone: $0.backbone, heads: $0.heads) }
    identity = try FaceIdentity.found()
    syncNet = try ModelLibrary.find(.syncNet).map { try SyncNet(weights: $0) }
    let absent = [("LPIPS", lpips == nil), ("identity", identity == nil), ("sync confidence", syncNet == nil)].filter(\.1).map(\.0)
    if !absent.isEmpty { notes.append("no weights for \(absent.joined(separator: ", ")): likeness models") }
    if let kind = found?.kind, kind != .alex { notes.append("LPIPS is that of \(kind), not of AlexNet as papers report it") }
  }

  /// The vector of the photo that the avatar was made from.
  private var photo: Tensor?
  /// Takes the photo that the avatar was made from, `[H, W, 3]` in 0...1, and the face in it.
  mutating func setPhoto(_ image: Tensor, _ face: FaceLandmarks) { photo = identity?.direction(image, face) }

  /// Takes a frame: images `[H, W, 3]` in 0...1, both also cut out as the paper does for its face-only figures, and the faces in them.
  /// Returns how like the avatar is to its photo and to the truth, as cosines, where that can be said.
  mutating func add(
    _ shown: Tensor, truth: Tensor, faceOnly cut: (shown: Tensor, truth: Tensor)?, face: FaceLandmarks?, trueFace: FaceLandmarks?
  ) -> (photo: Double?, truth: Double?) {
    if let lpips, min(shown.size(0), shown.size(1)) >= 64 {
      distances.append(lpips.distance(shown, truth))
      if let cut { faceOnly.append(lpips.distance(cut.shown, cut.truth)) }
    }
    boxes.append(face?.box)
    guard let identity, let face else { return (nil, nil) }
    let own = identity.direction(shown, face)
    let toTruth = trueFace.map { (own * identity.direction(truth, $0)).sum().item }
    if let toTruth { cosines.append(toTruth) }
    return (photo.map { (own * $0).sum().item }, toTruth)
  }

  /// What there is of `lpips`, `lpips_face_only`, `identity`, `sync_confidence`, `sync_distance` and `sync_offset`; the last three where all
  /// `images` `[H, W, 3]` show a face and follow each other at 25 a second, the first at `start` seconds of `sound`.
  func figures(_ images: [Tensor], sound: (file: URL, start: Double)?, follow: Bool, fps: Double) throws -> [String: Double] {
    func mean(_ all: [Double]) -> Double? { all.isEmpty ? nil : all.reduce(0, +) / Double(all.count) }
    var found: [String: Double] = [:]
    (found["lpips"], found["lpips_face_only"], found["identity"]) = (mean(distances), mean(faceOnly), mean(cosines))
    let faces = boxes.compactMap { $0 }
    guard let syncNet, let sound, follow, abs(fps - LipSync.frameRate) < 0.01, faces.count == images.count else { return found }
    let samples = try Self.samples(sound.file, from: sound.start, count: images.count * 640)
    var next = 0
    let sync = LipSync.measure(syncNet, sound: samples) {
      guard next < images.count else { return nil }
      defer { next += 1 }
      return LipSync.crop(images[next], low: faces[next].low, high: faces[next].high)
    }
    if let sync {
      (found["sync_confidence"], found["sync_distance"], found["sync_offset"]) = (sync.confidence, sync.distance, Double(sync.offset))
    }
    return found
  }

  /// `count` samples at 16 kHz from a time on, silence after the end.
  private static func samples(_ file: URL, from start: Double, count: Int) throws -> [Float] {
    let reader = try AudioReader(file, sampleRate: 16000), first = Int((start * 16000).rounded())
    var samples: [Float] = [], position = 0
    while samples.count < count, let piece = try reader.next() {
      let low = min(piece.count, max(0, first - position)), high = min(piece.count, low + count - samples.count)
      samples += piece[low..<high]
      position += piece.count
    }
    return samples + [Float](repeating: 0, count: count - samples.count)
  }
}
