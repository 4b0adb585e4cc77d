import Metrics

/// How an avatar of one photo fares by how far the head is turned from where the photo shows it.
package struct IdentityByAngle {
  /// What is known of a frame; nil where a network or the labels are missing.
  package struct Frame {
    /// Degrees between the head's direction and that in the photo.
    package var angle: Double
    /// Cosines of a face recognition network's vectors: of the avatar and the photo, and of the avatar and the true frame.
    package var identityPhoto, identityTruth: Double?
    package var psnrHead: Double?
    package init(angle: Double, identityPhoto: Double?, identityTruth: Double?, psnrHead: Double?) {
      (self.angle, self.identityPhoto, self.identityTruth, self.psnrHead) = (angle, identityPhoto, identityTruth, psnrHead)
    }
  }
  /// Means over the frames whose angle is in `from`..<`to`, degrees: the form of `by_angle` in `eval.json`.
  package struct Group: Encodable, Equatable {
    package var from, to: Double
    package var frames: Int
    package var identityPhoto, identityTruth, psnrHead: Double?
    enum CodingKeys: String, CodingKey {
      case from, to, frames
      case identityPhoto = "identity_photo"
      case identityTruth = "identity_truth"
      case psnrHead = "psnr_head"
    }
  }
  private static let bounds: [(from: Double, to: Double)] = [(0, 12), (12, 25), (25, 60)]

  private var frames: [Frame] = []
  package init() {}
  package mutating func add(_ frame: Frame) { frames.append(frame) }

  /// Groups that have frames.
  package var groups: [Group] {
    Self.bounds.compactMap { bounds in
      let those = frames.filter { $0.angle >= bounds.from && $0.angle < bounds.to }
      guard !those.isEmpty else { return nil }
      return Group(
        from: bounds.from, to: bounds.to, frames: those.count, identityPhoto: Self.mean(those.map(\.identityPhoto)),
        identityTruth: Self.mean(those.map(\.identityTruth)), psnrHead: Self.mean(those.map(\.psnrHead)))
    }
  }
  /// Means over all frames.
  package var identityPhoto: Double? { Self.mean(frames.map(\.identityPhoto)) }
  package var identityTruth: Double? { Self.mean(frames.map(\.identityTruth)) }

  private static func mean(_ values: [Double?]) -> Double? {
    let known = values.compactMap(\.self)
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }
}
