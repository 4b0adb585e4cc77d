import Face

/// People and what their faces do, drawn at random and widely: what deformation networks are to know, far beyond what one film shows.
struct MotionDraw {
  private let identities: Int
  private let names: [String]
  /// Coefficients that act together: both sides of the face, or one alone.
  private let actions: [[Int]]
  private let jaw: Int?
  /// Of the right and the left lid.
  private let lids: [Int]
  private let smile: [Int]

  init(_ model: MorphableModel) {
    identities = model.identityNames.count
    let names = model.expressionNames
    self.names = names
    func index(_ name: String) -> Int? { model.expressionIndex(name) }
    actions = names.indices.compactMap { i in
      let name = names[i]
      if name.hasSuffix("Right"), index(name.dropLast(5) + "Left") != nil { return nil }
      guard name.hasSuffix("Left"), let other = index(name.dropLast(4) + "Right") else { return [i] }
      return [i, other]
    }
    jaw = index("jawOpen")
    lids = ["eyeBlinkRight", "eyeBlinkLeft"].compactMap(index)
    smile = ["mouthSmileLeft", "mouthSmileRight", "cheekSquintLeft", "cheekSquintRight"].compactMap(index)
  }

  /// Somebody's identity; `stream` keeps those apart who teach and who examine.
  func identity(_ person: Int, stream: String, seed: UInt64) -> [Float] {
    var random = SeededRandom(seed: seed, stream: "\(stream) \(person)")
    let spread = random.within(0.5, 1.1)
    return (0..<identities).map { _ in min(max(spread * random.normal(), -2.5), 2.5) }
  }

  /// What a photo shows: mostly calm faces and smiles.
  func source(_ random: inout SeededRandom) -> FaceState {
    let lot = random.unit()
    switch lot {
    case ..<0.15: return FaceState(expression: names.map { _ in 0 }, gaze: gaze(&random))
    case ..<0.5: return expression(&random, strength: 0.4)
    case ..<0.75:
      var state = expression(&random, strength: 0.25)
      let strength = random.within(0.3, 0.9)
      for i in smile { state.expression[i] = min(state.expression[i] + strength * random.within(0.8, 1.2), 1) }
      return state
    default: return expression(&random, strength: 0.8)
    }
  }
  /// What they are driven to.
  func driven(_ random: inout SeededRandom) -> FaceState { expression(&random, strength: 1) }

  private func expression(_ random: inout SeededRandom, strength: Float) -> FaceState {
    var values = [Float](repeating: 0, count: names.count)
    let count = [1, 2, 3, 5, 8, 12][Int(random.next() % 6)]
    for _ in 0..<count {
      let action = actions[Int(random.next() % UInt64(actions.count))], value = random.unit() * strength
      let isOneSided = action.count == 2 && random.unit() < 0.2, side = Int(random.next() % 2)
      for (k, i) in action.enumerated() where !isOneSided || k == side { values[i] += value * random.within(0.85, 1.15) }
    }
    if let jaw, random.unit() < 0.35 { values[jaw] = max(values[jaw], random.unit() * strength) }
    if random.unit() < 0.35 {
      let shut = min(1.4 * random.unit(), 1), isWink = random.unit() < 0.15, eye = Int(random.next() % 2)
      for (k, i) in lids.enumerated() where !isWink || k == eye { values[i] = max(values[i], shut * strength * random.within(0.95, 1.05)) }
    }
    // As a tracker has it, a little of everything.
    let noise = random.unit() < 0.5 ? Float(0) : 0.12 * random.unit()
    for i in values.indices { values[i] = min(max(values[i] + noise * random.normal(), 0), 1.1) }
    return FaceState(expression: values, gaze: gaze(&random))
  }
  private func gaze(_ random: inout SeededRandom) -> SIMD2<Float> {
    [min(max(0.2 * random.normal(), -0.6), 0.6), min(max(0.12 * random.normal(), -0.4), 0.4)]
  }
}
