import Foundation

/// How a network from speech to expression is made and trained.
package struct SpeechFaceConfiguration: Codable, Equatable, Sendable {
  /// Seconds that the mouth is moved earlier than the recordings have it: animated faces move with the sound, filmed ones a little before.
  package var lead = 0.05
  /// Channels of a layer, and how far apart in steps of 20 ms the three steps are that each convolution looks at.
  package var width = 176
  package var dilations = [1, 2, 4, 8, 1, 2, 4, 8]
  /// Steps of 20 ms that it hears ahead of what it says; see `SpeechFace.lookAhead`.
  package var ahead = 6
  /// What the way from a closed mouth is multiplied with: the mean of all that a mouth may do at a sound moves less than any of it.
  package var emphasis = 1.0

  /// Folders of recordings with the face channels that go with them.
  package var data: [String] = []
  /// Names of recordings that are kept aside to judge by.
  package var held: [String] = []
  /// Voices of eSpeak NG, and how many sentences each says.
  package var voices: [String] = []
  package var sentences = 12
  /// The part of a batch that synthetic voices have.
  package var syntheticShare = 0.6

  package var augmentation = SpeechAugmentation()
  /// Weights of the losses beside that of the coefficients, which is 1: of the lips' distance and of how fast all changes.
  package var gapLoss = 2.0, speedLoss = 0.5
  /// Sequences of a step, and their length in steps of 20 ms.
  package var batch = 16, length = 150
  package var learningRate = 1.5e-3, decay = 0.05
  package var seed: UInt64 = 1
  package var steps = 1800, validateEvery = 250, saveEvery = 250

  package init() {}

  /// Throws `TalkingError` naming the field that cannot be.
  package func check() throws {
    func require(_ holds: Bool, _ text: String) throws { if !holds { throw TalkingError(.usage, text) } }
    try require((8...1024).contains(width), "width=\(width) must be 8...1024")
    try require(
      (1...32).contains(dilations.count) && dilations.allSatisfy { (1...64).contains($0) }, "dilations must be 1...32 numbers of 1...64")
    try require((0...6).contains(ahead), "ahead=\(ahead) must be 0...6: more is not heard within 160 ms")
    try require((-0.2...0.2).contains(lead), "lead=\(lead) must be -0.2...0.2 seconds")
    try require((0...5).contains(emphasis), "emphasis=\(emphasis) must be 0...5")
    try require((0...1).contains(syntheticShare), "syntheticShare=\(syntheticShare) must be 0...1")
    try require((1...1000).contains(sentences), "sentences=\(sentences) must be 1...1000")
    try require((1...512).contains(batch) && (20...3000).contains(length), "batch must be 1...512 and length 20...3000")
    try require(learningRate > 0 && learningRate.isFinite && decay > 0 && decay <= 1, "learningRate must be above 0 and decay 0...1")
    try require(gapLoss >= 0 && speedLoss >= 0, "gapLoss and speedLoss must not be below 0")
    for (name, value) in [("steps", steps), ("validateEvery", validateEvery), ("saveEvery", saveEvery)] {
      try require(value >= 1, "\(name)=\(value) must be at least 1")
    }
  }
}

/// How recordings are changed while a network learns from them: another speaker, room, microphone and distance.
package struct SpeechAugmentation: Codable, Equatable, Sendable {
  /// Copies of each recording at another speed and pitch, in another room; beside the recording itself.
  package var copies = 4
  /// Largest change of speed and pitch together, a factor.
  package var speed = 1.2
  /// Largest shift of the bands of hearing, in bands: a longer or shorter throat.
  package var shift = 2.5
  /// Standard deviation of what a band is raised by, in dB: a microphone, a telephone.
  package var color = 3.0
  /// Largest change of the loudness, in dB, and how far below the speech the quietest and loudest noise is.
  package var gain = 15.0, quietNoise = 60.0, loudNoise = 12.0
  /// The part of the sequences in which nobody speaks and only a room is heard.
  package var emptyShare = 0.1

  package init() {}
}
