/// Where the mouth wants to be for a speech sound, and how much it insists.
struct Viseme: Sendable {
  /// Coefficients by ARKit's names without a side; both sides move alike.
  var target: [String: Float]
  /// How strongly it holds against its neighbours: a closed lip must close, a k leaves the lips alone.
  var weight: Float
  /// How far beyond the sound's own time it reaches, in seconds.
  var reach: Float

  static let rest = Viseme(target: [:], weight: 0.5, reach: 0.09)

  /// The visemes of a phoneme in the International Phonetic Alphabet, one after another: two for a diphthong.
  static func of(_ phoneme: String) -> [Viseme] {
    var sounds: [Viseme] = []
    var rest = phoneme.unicodeScalars.filter { !ignored.contains($0) }[...]
    while let scalar = rest.first {
      // An affricate is said in the place of its second part.
      if scalar == "t" || scalar == "d", let next = rest.dropFirst().first, next == "ʃ" || next == "ʒ" {
        rest = rest.dropFirst()
        continue
      }
      if let viseme = table[scalar] { sounds.append(viseme) }
      rest = rest.dropFirst()
    }
    return sounds.isEmpty ? [phoneme.isEmpty ? .rest : neutral] : sounds
  }

  private static let ignored: Set<Unicode.Scalar> = ["ˈ", "ˌ", "ː", "ˑ", "͡", "ʲ", "ʰ", "̩", "̃"]
  private static let neutral = consonant(["jawOpen": 0.16], 0.4)

  private static func vowel(_ target: [String: Float]) -> Viseme { Viseme(target: target, weight: 1, reach: 0.06) }
  private static func consonant(_ target: [String: Float], _ weight: Float) -> Viseme {
    Viseme(target: target, weight: weight, reach: 0.045)
  }

  private static let table: [Unicode.Scalar: Viseme] = {
    let open = vowel(["jawOpen": 0.62, "mouthLowerDown": 0.3, "mouthUpperUp": 0.12])
    let front = vowel(["jawOpen": 0.5, "mouthStretch": 0.28, "mouthLowerDown": 0.28, "mouthUpperUp": 0.18])
    let mid = vowel(["jawOpen": 0.34, "mouthLowerDown": 0.15, "mouthUpperUp": 0.05])
    let spread = vowel(["jawOpen": 0.15, "mouthSmile": 0.34, "mouthStretch": 0.3, "mouthLowerDown": 0.2, "mouthUpperUp": 0.12])
    let lax = vowel(["jawOpen": 0.22, "mouthSmile": 0.16, "mouthStretch": 0.16, "mouthLowerDown": 0.15])
    let half = vowel(["jawOpen": 0.4, "mouthStretch": 0.2, "mouthSmile": 0.08, "mouthLowerDown": 0.22, "mouthUpperUp": 0.08])
    let round = vowel(["jawOpen": 0.46, "mouthFunnel": 0.5, "mouthPucker": 0.12])
    let narrow = vowel(["jawOpen": 0.13, "mouthPucker": 0.8, "mouthFunnel": 0.3])
    let rhotic = vowel(["jawOpen": 0.24, "mouthFunnel": 0.36, "mouthPucker": 0.22])
    let lips = Viseme(
      target: ["jawOpen": 0.1, "mouthClose": 0.1, "mouthPress": 0.4, "mouthRollLower": 0.12, "mouthRollUpper": 0.12], weight: 7, reach: 0.03
    )
    let teeth = Viseme(
      target: ["jawOpen": 0.1, "mouthRollLower": 0.5, "mouthUpperUp": 0.26, "mouthShrugLower": 0.2], weight: 4.5, reach: 0.03)
    let tongue = consonant(["jawOpen": 0.17, "mouthLowerDown": 0.22, "mouthStretch": 0.08, "tongueOut": 0.1], 1)
    let ridge = consonant(["jawOpen": 0.13, "mouthLowerDown": 0.14, "mouthStretch": 0.12], 0.9)
    let hiss = consonant(["jawOpen": 0.07, "mouthLowerDown": 0.24, "mouthUpperUp": 0.14, "mouthStretch": 0.26], 1.5)
    let hush = consonant(["jawOpen": 0.1, "mouthFunnel": 0.62, "mouthPucker": 0.25], 1.7)
    let back = consonant(["jawOpen": 0.22], 0.35)
    let glide = consonant(["jawOpen": 0.09, "mouthPucker": 0.88, "mouthFunnel": 0.22], 2)
    let curl = consonant(["jawOpen": 0.16, "mouthFunnel": 0.34, "mouthPucker": 0.3], 1.1)
    let palate = consonant(["jawOpen": 0.13, "mouthSmile": 0.25, "mouthStretch": 0.2], 0.9)
    let groups: [(String, Viseme)] = [
      ("aɑɐʌ", open), ("æ", front), ("əɘɵ", mid), ("iy", spread), ("ɪᵻ", lax), ("eɛø", half), ("ɔɒo", round), ("uʊɯ", narrow),
      ("ɜɝɚœ", rhotic), ("pbm", lips), ("fv", teeth), ("θð", tongue), ("tdnlɾɫ", ridge), ("sz", hiss), ("ʃʒ", hush), ("kgɡŋhxçʔ", back),
      ("wʍ", glide), ("ɹr", curl), ("jʎ", palate),
    ]
    var table: [Unicode.Scalar: Viseme] = [:]
    for (symbols, viseme) in groups { for scalar in symbols.unicodeScalars { table[scalar] = viseme } }
    return table
  }()
}

/// The mouth's coefficients over time, from phonemes: visemes blended by how much each insists (Cohen and Massaro 1993).
struct SpeechMotion {
  /// Names without a side, and one value for each at every frame: `[frame][channel]`.
  let channels: [String]
  let values: [[Float]]

  static let channels = [
    "jawOpen", "mouthClose", "mouthPress", "mouthRollLower", "mouthRollUpper", "mouthLowerDown", "mouthUpperUp", "mouthStretch",
    "mouthSmile", "mouthFunnel", "mouthPucker", "mouthShrugLower", "tongueOut",
  ]

  private struct Segment {
    var viseme: Viseme
    var center: Float
    var half: Float
  }

  /// One row of coefficients for each of `frames` frames at `rate` a second.
  init(_ phonemes: [Phoneme], frames: Int, rate: Double) {
    channels = Self.channels
    var segments: [Segment] = []
    for phoneme in phonemes {
      let visemes = Viseme.of(phoneme.symbol)
      let length = (phoneme.end - phoneme.start) / Double(visemes.count)
      for (k, viseme) in visemes.enumerated() {
        let center = phoneme.start + (Double(k) + 0.5) * length
        segments.append(Segment(viseme: viseme, center: Float(center), half: Float(length / 2)))
      }
    }
    // A mouth moves a little before the sound is heard.
    let lead: Float = 0.02
    // Drawn four times as fine and averaged over a frame's length, as a shutter would.
    let fine = 4
    var first = 0
    values = (0..<frames).map { frame in
      var sum = [Float](repeating: 0, count: Self.channels.count)
      for sub in 0..<fine {
        let t = (Float(frame) + (Float(sub) + 0.5) / Float(fine) - 0.5) / Float(rate) + lead
        while first < segments.count, segments[first].center + segments[first].half < t - 0.5 { first += 1 }
        var total: Float = 0.02, blend = [Float](repeating: 0, count: Self.channels.count)
        for segment in segments[first...] {
          let before = segment.center - segment.half - t
          if before > 0.5 { break }
          let outside = max(abs(t - segment.center) - segment.half * 0.6, 0) / segment.viseme.reach
          let weight = segment.viseme.weight * Self.fall(outside)
          total += weight
          for (c, name) in Self.channels.enumerated() { blend[c] += weight * (segment.viseme.target[name] ?? 0) }
        }
        for c in sum.indices { sum[c] += blend[c] / (total * Float(fine)) }
      }
      return sum
    }
  }

  /// From 1 at a sound's own time towards 0 away from it.
  private static func fall(_ x: Float) -> Float { 1 / (1 + x * x * (1 + x * x)) }
}
