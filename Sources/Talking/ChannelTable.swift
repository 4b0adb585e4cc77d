/// Which channels of other programs' faces are which shapes of the mouth.
package enum ChannelTable {
  /// A share of a spoken shape that a channel has.
  package struct Part: Equatable, Sendable {
    package let channel: Int
    package let weight: Float
    package init(channel: Int, weight: Float) { (self.channel, self.weight) = (channel, weight) }
  }

  /// For each of `SpokenShapes.names`, the channels that move it: FACEGOOD's names, or ARKit's with or without sides.
  package static func mixing(_ channels: [String]) -> [[Part]] {
    let index = Dictionary(channels.enumerated().map { ($1.lowercased(), $0) }, uniquingKeysWith: { a, _ in a })
    return SpokenShapes.names.map { name in
      let own = [name, name + "Left", name + "Right"].compactMap { index[$0.lowercased()] }
      if !own.isEmpty { return own.map { Part(channel: $0, weight: 1 / Float(own.count)) } }
      return (facegood[name] ?? []).flatMap { stem, weight in
        let found = ["", "_c", "_l", "_r", "_dl", "_dr", "_ul", "_ur"].compactMap { index[(stem + $0).lowercased()] }
        return found.map { Part(channel: $0, weight: weight / Float(found.count)) }
      }
    }
  }

  /// FACEGOOD's channels (without side) and how much of them each shape is. Their "stretch" is the jaw, "oh" an open and rounded mouth, "oo" a
  /// pursed one; a sucked lip is rolled in.
  private static let facegood: [String: [(stem: String, weight: Float)]] = [
    "jawOpen": [("mouth_stretch", 1)],
    "jawForward": [("jaw_thrust", 1)],
    "mouthFunnel": [("mouth_funnel", 1), ("mouth_oh", 0.6)],
    "mouthPucker": [("mouth_pucker", 1), ("mouth_oo", 0.8)],
    "mouthPress": [("mouth_press", 1), ("mouth_pressFix", 0.5)],
    "mouthRollLower": [("mouth_suck_dl", 0.5), ("mouth_suck_dr", 0.5)],
    "mouthRollUpper": [("mouth_suck_ul", 0.5), ("mouth_suck_ur", 0.5)],
    "mouthLowerDown": [("mouth_lowerLipDepress", 1)],
    "mouthUpperUp": [("mouth_upperLipRaise", 1)],
    "mouthStretch": [("mouth_lipStretch", 1), ("mouth_lipStretchOpen", 1)],
    "mouthSmile": [("mouth_lipCornerPull", 1), ("mouth_lipCornerPullOpen", 1)],
    "mouthFrown": [("mouth_lipCornerDepress", 1), ("mouth_lipCornerDepressFix", 1)],
    "mouthDimple": [("mouth_dimple", 1)],
    "mouthShrugLower": [("mouth_chinRaise_d", 1)],
    "mouthShrugUpper": [("mouth_chinRaise_u", 1)],
    "cheekPuff": [("cheek_puff", 1)],
  ]
}
