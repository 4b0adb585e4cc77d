import Datasets
import Face

/// How the motion of one person is put on another's face and head.
package struct Retargeting: Sendable, Equatable {
  /// What can be driven or left alone.
  package enum Part: String, CaseIterable, Sendable {
    case lips, eyes, brows, pose

    /// The part that an expression belongs to, by its ARKit name; cheeks and nose go with the lips.
    package init(expression name: String) {
      let name = name.lowercased()
      self = name.hasPrefix("eye") ? .eyes : name.hasPrefix("brow") ? .brows : .lips
    }
  }

  /// What the driver moves; the rest of the avatar is as at rest.
  package var parts = Set(Part.allCases)
  /// Whether the face moves from the avatar's own rest as the driver's moves from theirs. Otherwise the driver's coefficients are taken as
  /// they are, as for a clip of the same person.
  package var isRelative = true
  /// Whether the driver's rest is known to be 0 in all coefficients, as where they are made from sound.
  package var isFromRest = false
  /// How large the motion is, 1 as the driver's.
  package var expressionScale: Float = 1, poseScale: Float = 1
  /// The cut-off frequency below which slow motion is smoothed, hertz; nil does not smooth. See `OneEuroFilter`.
  package var smoothing: Double?

  package init() {}
  /// Whether poses are not the driver's own even where both stand in one place.
  var movesPosesOtherwise: Bool { poseScale != 1 || !parts.contains(.pose) }

  /// The avatar's coefficients for every one of the driver's frames, `match` saying which of theirs is which of the avatar's.
  ///
  /// Relative motion has three kinds. What speaks (jaw, lips) closes where the driver's closes, whatever the avatar's mouth does at rest;
  /// a lid's way is from the avatar's open eye to shut; everything else is added to the avatar's rest, so that a smile stays a smile.
  func expressions(_ driver: [[Float]], _ match: ExpressionMatch, _ scene: AvatarScene) -> [[Float]] {
    let neutral =
      isFromRest
      ? [Float](repeating: 0, count: match.places.count) : isRelative ? Self.neutral(driver, match, scene.expressionNames) : []
    return driver.map { frame in
      match.places.enumerated().map { i, place in
        let name = scene.expressionNames[i], rest = scene.restingExpression[i]
        guard let place, parts.contains(Part(expression: name)) else { return rest }
        guard isRelative else { return expressionScale == 1 ? frame[place] : min(max(frame[place] * expressionScale, 0), 1) }
        let moved = frame[place] - neutral[i]
        switch Kind(name) {
        case .spoken: return min(max(moved * expressionScale, 0), 1)
        case .lid: return rest + (1 - rest) * min(max(moved / max(1 - neutral[i], 0.2) * expressionScale, 0), 1)
        case .added: return min(max(rest + moved * expressionScale, 0), 1)
        }
      }
    }
  }

  /// A pose at the avatar's place, moved as the driver's is from its mean. `unit` turns the driver's lengths into the avatar's; along the
  /// view they are taken as shares of the distance, so that a head grows as much in the image whatever the lens.
  func pose(_ pose: Rigid, mean: Rigid, _ scene: AvatarScene, unit: Float) -> Rigid {
    guard parts.contains(.pose), poseScale != 0 else { return scene.pose }
    var turn = pose.rotation * mean.rotation.transposed
    if poseScale != 1 { turn = Matrix3(rotationVector: turn.rotationVector * poseScale) }
    let apart = pose.translation - mean.translation
    let depth = mean.translation.z < 0 && scene.pose.translation.z < 0 ? scene.pose.translation.z / mean.translation.z : unit
    return Rigid(
      rotation: turn * scene.pose.rotation,
      translation: scene.pose.translation + SIMD3(apart.x * unit, apart.y * unit, apart.z * depth) * poseScale)
  }

  /// A gaze that turns from where the avatar looks at rest as the driver's turns from its `middle`; the driver's own where the rest is not
  /// known, or for a clip of the same person.
  func gaze(_ gaze: SIMD2<Float>, middle: SIMD2<Float>, _ scene: AvatarScene) -> SIMD2<Float> {
    guard parts.contains(.eyes) else { return scene.restingGaze ?? .zero }
    guard isRelative, let rest = scene.restingGaze else { return gaze }
    return rest + (gaze - middle)
  }
  /// Where a face looks most of the time: the medians of both angles.
  static func middle(_ gazes: [SIMD2<Float>]) -> SIMD2<Float> {
    guard !gazes.isEmpty else { return .zero }
    return [gazes.map(\.x).sorted()[gazes.count / 2], gazes.map(\.y).sorted()[gazes.count / 2]]
  }

  private enum Kind {
    case spoken, lid, added

    init(_ name: String) {
      let name = name.lowercased()
      if name.hasPrefix("eyeblink") {
        self = .lid
      } else if ["jaw", "mouth", "tongue"].contains(where: name.hasPrefix),
        !["smile", "frown", "dimple", "stretch"].contains(where: name.contains)
      {
        self = .spoken
      } else {
        self = .added
      }
    }
  }

  /// What the driver's face is like at rest, for each of the avatar's coefficients: what a mouth or lid is at least most of the time, and
  /// the median of the rest.
  private static func neutral(_ driver: [[Float]], _ match: ExpressionMatch, _ names: [String]) -> [Float] {
    match.places.enumerated().map { i, place in
      guard let place, !driver.isEmpty else { return 0 }
      let sorted = driver.map { $0[place] }.sorted()
      let share = Kind(names[i]) == .added ? 0.5 : Kind(names[i]) == .lid ? 0.25 : 0.1
      return sorted[Int(share * Double(sorted.count - 1))]
    }
  }
}
