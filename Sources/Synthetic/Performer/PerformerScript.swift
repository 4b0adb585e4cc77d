/// What a performance is asked to be.
package struct PerformerScript: Sendable {
  package var seconds: Double
  /// Width and height in pixels.
  package var size: Int
  /// Face, colours, voice and movements.
  package var seed: UInt64
  /// What is said, again and again until the time is up; nil for a text of its own.
  package var text: String?
  /// Who it is of the people that a population of the same seed shows; nil for somebody in a studio.
  package var person: Int?

  package init(seconds: Double = 20, size: Int = 512, seed: UInt64 = 0, text: String? = nil, person: Int? = nil) {
    self.seconds = seconds
    self.size = size
    self.seed = seed
    self.text = text
    self.person = person
  }

  /// Throws `PerformerError` if it asks for what cannot be.
  func check() throws {
    guard seconds > 0, seconds <= 3600 else {
      throw PerformerError.script("a performance of \(seconds) seconds: ask for more than 0 and at most 3600")
    }
    guard (64...4096).contains(size), size % 2 == 0 else {
      throw PerformerError.script("an image of \(size) pixels: ask for an even number from 64 to 4096")
    }
    if let person, person < 0 { throw PerformerError.script("person \(person): people are counted from 0") }
    if let text, !text.contains(where: \.isLetter) {
      throw PerformerError.script("a sentence without words: write what the performer should say")
    }
  }
}
